"""Post-embolization syndrome: told by a paper as an event, but a grouping of others by our rules.

A data set deals events out one by one. Here the parts of the syndrome (fever, pain, nausea by the
protocol) are dealt out again, so that a patient said to have it has enough of them and nobody else
has, as far as the numbers of patients with each part allow. How many have each part stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hepatica.audit.claim import Paper
from hepatica.audit.data_set import DataSet, Patient, Value
from hepatica.audit.evaluation import broken_claims
from hepatica.audit.reconstruction.stream import Stream, stream
from hepatica.audit.word import ADVERSE_EVENT, is_adverse_event
from hepatica.study import Study

_NAME = re.compile(r"post-?\s?emboli[sz]?(?:c|ation) syndrome")
_TRIES = 40

Grades = list[dict[str, Value]]


def is_syndrome(variable: str) -> bool:
    """Tell whether the adverse event is a post-embolization syndrome."""
    return is_adverse_event(variable) and bool(_NAME.search(variable.lower()))


def parts_of(values: Mapping[str, Value], study: Study) -> tuple[tuple[str, ...], ...]:
    """Variables of the data set by the part of the syndrome that they are; empty parts left out."""
    names = {name.removeprefix(ADVERSE_EVENT).casefold(): name for name in values}
    components = study.safety.post_embolization.components
    found = (tuple(names[t.casefold()] for t in c if t.casefold() in names) for c in components)
    return tuple(part for part in found if part)


def has_syndrome(values: Mapping[str, Value]) -> bool | None:
    """Whether the data set says that the patient has the syndrome; None where it says nothing."""
    told = [value for name, value in values.items() if is_syndrome(name)]
    return any(value != "0" for value in told) if told else None


def number_of_parts(values: Mapping[str, Value], study: Study) -> int:
    """How many parts of the syndrome the patient has."""
    parts = parts_of(values, study)
    return sum(any(values[name] != "0" for name in part) for part in parts)


def with_syndromes(
    paper: Paper, data_set: DataSet, study: Study, seed: int, kept: Iterable[str]
) -> DataSet:
    """The data set with the parts dealt out again; as it was where that breaks a claim kept."""
    if _fits(data_set, study):
        return data_set
    draw, wanted = stream(seed, 0, "syndrome"), tuple(kept)
    before = set(broken_claims(paper, data_set, wanted))
    for _ in range(_TRIES):
        dealt = _dealt(data_set, study, draw)
        if _fits(dealt, study) and set(broken_claims(paper, dealt, wanted)) <= before:
            return dealt
    return data_set


def _fits(data_set: DataSet, study: Study) -> bool:
    """Whether everybody said to have the syndrome has enough parts; others differ by day."""
    enough = study.safety.post_embolization.at_least
    return all(
        number_of_parts(p.values, study) >= enough for p in data_set if has_syndrome(p.values)
    )


def _dealt(data_set: DataSet, study: Study, draw: Stream) -> DataSet:
    """One way to deal the parts out again, within each population."""
    populations = dict.fromkeys(p.population for p in data_set)
    dealt: list[Patient] = list(data_set)
    for name in populations:
        rows = [i for i, p in enumerate(data_set) if p.population == name]
        values = [dict(data_set[i].values) for i in rows]
        _deal(values, study, draw)
        for i, own in zip(rows, values, strict=True):
            dealt[i] = replace(data_set[i], values=own)
    return tuple(dealt)


def _deal(values: Grades, study: Study, draw: Stream) -> None:
    """Take every part away and give it again: first to those with the syndrome, then to others."""
    parts = [name for part in parts_of(values[0], study) for name in part[:1]]
    hands = {name: [v for own in values if (v := own[name]) != "0"] for name in parts}
    for own in values:
        own.update(dict.fromkeys(parts, "0"))
    enough = study.safety.post_embolization.at_least
    order = [int(i) for i in draw.permutation(len(values))]
    for i in (i for i in order if has_syndrome(values[i])):
        for name in sorted(parts, key=lambda n: -len(hands[n]))[:enough]:
            if hands[name]:
                values[i][name] = hands[name].pop()
    for name in parts:
        for grade in hands[name]:
            values[_next_holder(values, name, order, parts)][name] = grade


def _next_holder(values: Grades, name: str, order: Sequence[int], parts: Sequence[str]) -> int:
    """Who is given a part: one without it, rather without any event, rather without other parts."""

    def worth(i: int) -> tuple[bool, bool, int]:
        events = [n for n, v in values[i].items() if is_adverse_event(n) and v != "0"]
        held = sum(values[i][n] != "0" for n in parts)
        return values[i][name] != "0", bool(has_syndrome(values[i])), 10 * held + len(events)

    return min(order, key=worth)

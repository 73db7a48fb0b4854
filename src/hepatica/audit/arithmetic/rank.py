"""Orders that a paper tells in words: "the most common adverse events were ...".

The events named in the quote are compared with each other, in their order, and with every other
event of the same patients: none may be more common than the rarest that is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.reading import (
    count_range,
    ids,
    in_table,
    is_share,
    section,
    size_of,
    told,
)
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.word import ADVERSE_EVENT, is_adverse_event

SOURCE = "comparison of the places of the paper"
_SUMMARY = re.compile(r"\b(any|all|total|overall|every|at least one|treatment-related)\b")
_MOST = re.compile(r"\b(most|commonest|more)\b")


def check_rank(paper: Paper) -> Iterator[Outcome]:
    """Every order of adverse events, and every event that the table of events leaves out."""
    events = [c for c in paper.claims if _is_event(c)]
    for claim in paper.select(statistic="rank"):
        if _MOST.search(f"{claim.level} {claim.quote}".lower()):
            yield from _ranked(claim, events, paper)
    yield from _unlisted(events, paper)


def _is_event(claim: Claim) -> bool:
    term = claim.variable.removeprefix(ADVERSE_EVENT).lower()
    shared = is_share(claim) and is_adverse_event(claim.variable) and claim.level == "any"
    return shared and not _SUMMARY.search(term)


def _ranked(rank: Claim, events: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    own = [e for e in events if e.population == rank.population]
    named = _named_in(rank, own)
    if not named:
        return
    last = len(named) - 1
    order = (i for i in range(last) if _more(named[i + 1], named[i], paper))
    # Events of one printed percentage stand in any order.
    disordered = next((i for i in order if not _alike(named[i], named[i + 1])), None)
    if disordered is not None:
        pair = named[disordered : disordered + 2]
        text = f"{rank.quote[:80]}: {told(pair[0])} stands before {told(pair[1])}"
        rescue = ("the list is not in the order of frequency",)
        yield Discrepancy("P120", text, ids([rank, *pair]), SOURCE, rescued_by=rescue)
    terms = {n.variable for n in named}
    rarest = min(named, key=lambda c: (count_range(c, size_of(c, paper)) or (0, 0))[1])
    above = [e for e in own if e.variable not in terms and _more(e, rarest, paper)]
    if above:
        yield _outdone(rank, named, rarest, above)
    elif disordered is None:
        text = f"{', '.join(told(n) for n in named)}: none of the others is more common"
        yield Passed("P121", text, ids([rank, *named]))


def _alike(first: Claim, second: Claim) -> bool:
    return bool(first.value) and first.value == second.value


def _named_in(rank: Claim, events: Sequence[Claim]) -> list[Claim]:
    """The events that the quote names, in its order, with the number of its own place."""
    quote = rank.quote.lower()
    found: dict[str, Claim] = {}
    for event in sorted(events, key=lambda e: section(e) != section(rank)):
        term = event.variable.removeprefix(ADVERSE_EVENT).lower()
        if re.search(rf"\b{re.escape(term)}\b", quote):
            found.setdefault(term, event)
    return [found[term] for term in sorted(found, key=quote.index)]


def _more(event: Claim, other: Claim, paper: Paper) -> bool:
    """Tell whether the event is certainly more common than the other."""
    own = count_range(event, size_of(event, paper))
    least = count_range(other, size_of(other, paper))
    return own is not None and least is not None and own[0] > least[1]


def _outdone(
    rank: Claim, named: Sequence[Claim], rarest: Claim, above: Sequence[Claim]
) -> Discrepancy:
    others = {e.variable: e for e in reversed(above)}
    each = [
        f"{e.variable.removeprefix(ADVERSE_EVENT)} {told(e)}" for e in reversed(others.values())
    ]
    text = (
        f"named as most common ({section(rank)}), down to "
        f"{rarest.variable.removeprefix(ADVERSE_EVENT)} {told(rarest)}; "
        f"not named and more common: {', '.join(each)}"
    )
    rescue = ("the sentence means other events than the table, such as those of one cause",)
    return Discrepancy("P121", text, ids([rank, *named, *above]), SOURCE, rescued_by=rescue)


def _unlisted(events: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    """Events in a sentence that the table does not list, though it lists as rare or rarer ones."""
    for population in dict.fromkeys(e.population for e in events):
        listed = [e for e in events if e.population == population and in_table(e)]
        if len(listed) < 3:
            continue
        terms = {e.variable.removeprefix(ADVERSE_EVENT).lower() for e in listed}
        rarest = min(listed, key=lambda c: (count_range(c, size_of(c, paper)) or (10**9, 0))[1])
        yield from _missing(population, terms, rarest, paper)


def _missing(population: str, terms: set[str], rarest: Claim, paper: Paper) -> Iterator[Outcome]:
    most = count_range(rarest, size_of(rarest, paper))
    for claim in paper.select(population=population):
        term = claim.variable.removeprefix(ADVERSE_EVENT).lower()
        if not (is_share(claim) and is_adverse_event(claim.variable)) or _SUMMARY.search(term):
            continue
        if in_table(claim):
            continue
        words = [w for w in re.split(r"\s+and\s+|\s*,\s*", term) if w not in terms]
        own = count_range(claim, size_of(claim, paper))
        if term not in terms and words and own and most and own[0] >= max(most[1], 1):
            text = (
                f"{', '.join(words)}: {told(claim)}, not in {section(rarest)}, which lists "
                f"{rarest.variable.removeprefix(ADVERSE_EVENT)} {told(rarest)}"
            )
            rescue = ("a syndrome whose signs the table lists one by one", "a table of some events")
            yield Discrepancy("P123", text, ids([claim, rarest]), SOURCE, rescued_by=rescue)

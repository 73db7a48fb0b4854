"""Liver safety: Hy's law, liver failure, and shifts of Child-Pugh class and ALBI grade."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hepatica.analysis.laboratory import MISSING
from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.analysis.share import share
from hepatica.clinic.dataset import Adam

FLAGS = {
    "HYLAWFL": "Hy's law, multiples of ULN",
    "HYBASEFL": "Hy's law, multiples of an abnormal baseline",
    "ALFFL": "Acute liver failure",
    "ACLFFL": "Acute-on-chronic liver failure",
}
RISE = "Child-Pugh rise of 2 points or more"
SCORES = {
    "Child-Pugh class": ("CPUGH", ("A", "B", "C")),
    "ALBI grade": ("ALBIGR", ("1", "2", "3")),
}


def liver_results(adam: Adam, people: Population) -> Iterator[Result]:
    """Flags of ADLBHY among those assessed, and the worst score of each after its baseline."""
    flags = {row["SUBJID"]: row for row in adam["ADLBHY"].to_pylist()}
    scores = [r for r in adam["ADSC"].to_pylist() if r["AVAL"] is not None]
    for group in people.parts:
        row = partial(Result, "safety", people.id, group=group.name, clause="safety")
        for column, words in FLAGS.items():
            yield from _flag(row, group, words, {s: f[column] for s, f in flags.items()})
        points = [r for r in scores if r["PARAMCD"] == "CPUGH"]
        yield from _flag(row, group, RISE, _rises(points))
        for words, (code, levels) in SCORES.items():
            own = [r for r in scores if r["PARAMCD"] == code]
            yield from _shift(partial(row, variable=words), group, own, levels)


def _flag(
    row: partial[Result], group: Group, words: str, flags: dict[str, str | None]
) -> Iterator[Result]:
    known = [s for s in group.subjects if flags.get(s)]
    dataset = "ADSC" if words == RISE else "ADLBHY"
    named = partial(row, variable=words, criterion="liver", dataset=dataset)
    met = {s for s in known if flags[s] == "Y"}
    method = "worst after the first treatment" if words == RISE else "rules/liver"
    yield from share(partial(named, level="met"), met, known, method=method, whole="the assessed")
    for level, who in (
        ("assessed", known),
        ("unknown", [s for s in group.subjects if not flags.get(s)]),
    ):
        yield named(
            level=level,
            statistic="n",
            value=float(len(who)),
            unit="patients",
            subjects=tuple(who),
            method=method,
        )


def _rises(points: list[dict[str, Any]]) -> dict[str, str | None]:
    """Y or N of each subject with Child-Pugh points at baseline and after the first treatment."""
    base = {r["SUBJID"]: r["AVAL"] for r in points if r["ABLFL"] == "Y"}
    worst: dict[str, float] = {}
    for one in points:
        if (one["ADY"] or 0) > 1:
            worst[one["SUBJID"]] = max(worst.get(one["SUBJID"], 0), one["AVAL"])
    return {s: "Y" if worst[s] - base[s] >= 2 else "N" for s in base if s in worst}


def _shift(
    row: partial[Result], group: Group, scores: list[dict[str, Any]], levels: tuple[str, ...]
) -> Iterator[Result]:
    """From baseline to the worst class after it; a missing one is a class of its own."""
    base = {r["SUBJID"]: _level(r) for r in scores if r["ABLFL"] == "Y"}
    worst: dict[str, str] = {}
    for one in scores:
        if (one["ADY"] or 0) > 1:
            worst[one["SUBJID"]] = max(worst.get(one["SUBJID"], ""), _level(one))
    own = {s: (base.get(s, MISSING), worst.get(s, MISSING)) for s in group.subjects}
    if all(pair == (MISSING, MISSING) for pair in own.values()):
        return
    for start in (*levels, MISSING):
        for end in (*levels, MISSING):
            who = tuple(s for s, pair in own.items() if pair == (start, end))
            yield row(
                criterion="shift",
                level=f"{start} to {end}",
                statistic="n",
                value=float(len(who)),
                unit="patients",
                subjects=who,
                dataset="ADSC",
                method="derived at baseline to the worst derived after the first treatment",
            )


def _level(row: dict[str, Any]) -> str:
    return row["AVALCAT1"] or row["AVALC"] or f"{row['AVAL']:.0f}"

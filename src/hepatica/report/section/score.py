"""Clinical scores: their distribution at baseline, and the reported ones that rules contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.analysis.score import COMPARED
from hepatica.clinic.rules.score.catalogue import Score, ScoreParameter, score_variables, scores
from hepatica.core.finding import Place
from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import sized_groups
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.section.listing import MOST_LISTED, shortened
from hepatica.report.table import EMPTY, Cell, Line, Table

MOST_DIGITS = 2

# Shown as the classes of the score itself.
_WITHIN_ANOTHER = {"ALBIGR"}


def score_table(ledger: Ledger, sizes: Mapping[str, int]) -> Table:
    """Baseline distribution of every derived score: one row each, or one for each group.

    `sizes` are the patients of each group.
    """
    groups = ledger.words("score", "group")
    lines: list[Line] = []
    for score in scores().values():
        for parameter in score.parameters:
            if parameter.code not in _WITHIN_ANOTHER:
                lines += _lines(ledger, score, parameter, sized_groups(groups, sizes))
    title = "Clinical scores at baseline, derived"
    size = sizes.get("")
    return Table(
        key="scores",
        title=title if size is None else f"{title} (n = {number.count(size)})",
        stub="Score",
        columns=("Median [range]", "Classes, n (%)", "Missing"),
        lines=tuple(lines),
        footnotes=(
            "Percentages are of all patients of the group, missing values included.",
            "Derived from the records by the rules of the manual's page on scores, from the last "
            f"values up to the day: {_carrying()}.",
            *_absent(ledger),
        ),
        prose=True,
    )


def _lines(
    ledger: Ledger, score: Score, parameter: ScoreParameter, groups: Mapping[str, str]
) -> Iterator[Line]:
    name = parameter.label
    whole = {g: ledger.item("score", variable=name, level="", group=g) for g in groups}
    if not any(whole.values()):
        return
    described = any(item is not None and item.has("median") for item in whole.values())
    decimals = score.output(parameter.value).decimals if described else 0
    digits = max(1, min(MOST_DIGITS, decimals))
    if len(groups) > 1:
        yield Line(name)
    for group, words in groups.items():
        item = whole[group]
        missing = EMPTY if item is None else count_cell(item, "missing")
        cells = (_range(item, digits), _classes(ledger, name, group, item), missing)
        yield Line(words, cells, depth=1) if len(groups) > 1 else Line(name, cells)


def _classes(ledger: Ledger, name: str, group: str, whole: Item | None) -> Cell:
    """All classes in one cell, whose first row is that of everybody with a result."""
    found = [i for i in ledger.items("score", variable=name, group=group) if i.level]
    texts = [f"{_sign(i.level)}: {share_cell(i).text}" for i in found]
    rows = [row for i in found for row in i.rows_of("n", "percent")]
    first = () if whole is None else whole.rows_of("n")
    return Cell("; ".join(texts), (*first, *rows)) if texts else EMPTY


def _range(item: Item | None, digits: int) -> Cell:
    if item is None or not item.has("median"):
        return EMPTY
    middle, low, high = (item.value(name) for name in ("median", "min", "max"))
    text = number.median_range(middle, low, high, digits)
    return Cell(text, item.rows_of("median", "min", "max"))


def _sign(level: str) -> str:
    return {"Y": "Yes", "N": "No"}.get(level, level)


def _carrying() -> str:
    days: dict[int, list[str]] = {}
    for variable in score_variables().values():
        if variable.carry_days and not variable.score:
            days.setdefault(variable.carry_days, []).append(variable.label)
    return "; ".join(f"{', '.join(labels)} at most {n} days old" for n, labels in days.items())


def _absent(ledger: Ledger) -> Iterator[str]:
    there = set(ledger.words("score", "variable"))
    lacking = [s.title for s in scores().values() if not _given(s, there)]
    if lacking:
        yield (
            "No patient has a result, since something they need is not on record: "
            f"{'; '.join(lacking)}."
        )


def _given(score: Score, there: set[str]) -> bool:
    return any(parameter.label in there for parameter in score.parameters)


def score_agreement_table(ledger: Ledger, deviations: pa.Table) -> Table:
    """Reported Child-Pugh scores and BCLC stages that the rules contradict, one row each (ADDV)."""
    staged = deviations.filter(pc.equal(deviations["DVCAT"], "STAGING")).to_pylist()
    lines = []
    for row in staged[:MOST_LISTED]:
        place = Place(row["SRCFILE"] or "", row["SRCSHEET"] or "", row["SRCROW"])
        texts = (str(row["ADT"] or ""), row["DVTERM"], row["AVALC"], row["EXPECTED"], str(place))
        cells = tuple(Cell(text or "", subjects=(row["SUBJID"],)) for text in texts)
        lines.append(Line(row["SUBJID"], cells))
    return Table(
        key="score-agreement",
        title="Reported scores that differ from the derived ones",
        stub="Subject",
        columns=("Date", "Difference", "Reported", "Derived", "Record"),
        lines=tuple(lines),
        footnotes=(*shortened(len(staged)), *score_agreement(ledger)),
        prose=True,
    )


def score_agreement(ledger: Ledger) -> tuple[str, ...]:
    """How many reported scores could be compared and how many are the same, in sentences."""
    said = []
    for label in COMPARED.values():
        name = f"{label}, reported against derived"
        counts = []
        for level in ("compared", "the same", "different"):
            item = ledger.item("score", variable=name, level=level)
            counts.append(number.count(item.value("n") if item else 0))
        if counts[0] != "0":
            said.append(
                f"{label}: {counts[0]} reported on a day on which it can be derived, "
                f"{counts[1]} the same, {counts[2]} different."
            )
    return tuple(said)

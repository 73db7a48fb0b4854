"""Laboratory safety: worst CTCAE grades, shifts from baseline, and results without a grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hepatica.analysis.laboratory import GRADES, MISSING
from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.phrase import first_upper, sized_heads
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

_COLUMNS = {
    "tested": "Tested",
    **{f"grade {g}": str(g) for g in GRADES},
    "grade >= 3": "Grade ≥3, n (%)",
    "not graded": "Not graded",
    "not tested": "Not tested",
}
_SHIFT = (*(str(g) for g in GRADES), MISSING)
_LIVER = (
    "Blood bilirubin increased",
    "Alanine aminotransferase increased",
    "Aspartate aminotransferase increased",
)


def laboratory_tables(ledger: Ledger, study: Study, sizes: Mapping[str, int]) -> tuple[Table, ...]:
    """Worst grades, grades 3 and 4 by arm, shifts and ungraded results of every test on record.

    Parameters
    ----------
    sizes : patients of the safety population, '' for everybody and by arm
    """
    terms = [t for t in ledger.words("lab", "variable") if _taken(ledger, t)]
    if not terms:
        return ()
    arms = [g for g in ledger.words("lab", "group") if g]
    tables = [_worst(ledger, study, terms, sizes.get(""))]
    if arms:
        tables.append(_by_arm(ledger, terms, ["", *arms], sizes))
    others = [t for t in terms if t not in _LIVER]
    tables.append(_shifts(ledger, others, "lab-shift", "Baseline grade to worst grade"))
    return (*tables, _ungraded(ledger))


def liver_shift_table(ledger: Ledger) -> Table:
    """Shifts of bilirubin and transaminases alone."""
    title = "Bilirubin and transaminases: baseline grade to worst grade"
    return _shifts(ledger, [t for t in _LIVER if _taken(ledger, t)], "liver-shift", title)


def never_taken(ledger: Ledger) -> str:
    """The terms whose test nobody had, as a sentence; '' where there is none."""
    absent = [t for t in ledger.words("lab", "variable") if not _taken(ledger, t)]
    if not absent:
        return ""
    return f"Never taken, so without a grade: {', '.join(absent)}."


def _taken(ledger: Ledger, term: str) -> bool:
    item = ledger.item("lab", criterion="worst grade", group="", variable=term, level="tested")
    return item is not None and item.value("n") is not None


def _worst(ledger: Ledger, study: Study, terms: Sequence[str], size: int | None) -> Table:
    title = "Worst CTCAE grade after the first treatment"
    return Table(
        key="lab-worst",
        title=title if size is None else f"{title} (n = {number.count(size)})",
        stub="Term",
        columns=tuple(_COLUMNS.values()),
        lines=tuple(Line(t, tuple(_worst_cells(ledger, t, ""))) for t in terms),
        footnotes=(_version(study), *_absences(ledger, terms), never_taken(ledger)),
    )


def _worst_cells(ledger: Ledger, term: str, group: str) -> Iterator[Cell]:
    for level in _COLUMNS:
        item = ledger.item("lab", criterion="worst grade", group=group, variable=term, level=level)
        yield share_cell(item) if level == "grade >= 3" else count_cell(item)


def _version(study: Study) -> str:
    version = study.safety.grading_version
    stated = version == study.safety.ctcae
    why = (
        "" if stated else ", chosen in the protocol" if study.safety.lab_ctcae else ", our default"
    )
    symptoms = {
        "unknown": "A grade that asks for symptoms is missing: they were not collected.",
        "absent": "Symptoms are taken as absent.",
        "present": "Symptoms are taken as present.",
    }
    return (
        f"CTCAE {version}{why}; values from before treatment are graded by the limits of normal. "
        f"{symptoms[study.safety.symptoms]} Percent of the patients with a grade."
    )


def _absences(ledger: Ledger, terms: Sequence[str]) -> Iterator[str]:
    level = "some results not graded"
    some = [
        t
        for t in terms
        if (i := ledger.item("lab", criterion="worst grade", group="", variable=t, level=level))
        and i.value("n")
    ]
    if some:
        yield f"Of some patients not every result has a grade: {', '.join(some)}."


def _by_arm(
    ledger: Ledger, terms: Sequence[str], groups: Sequence[str], sizes: Mapping[str, int]
) -> Table:
    def cells(term: str) -> tuple[Cell, ...]:
        return tuple(
            share_cell(
                ledger.item(
                    "lab", criterion="worst grade", group=g, variable=term, level="grade >= 3"
                )
            )
            for g in groups
        )

    return Table(
        key="lab-arm",
        title="Worst CTCAE grade 3 or 4 by arm, n (%)",
        stub="Term",
        columns=sized_heads(groups, sizes),
        lines=tuple(Line(t, cells(t)) for t in terms),
        footnotes=("Percent of the patients of the arm with a grade.",),
    )


def _shifts(ledger: Ledger, terms: Sequence[str], key: str, title: str) -> Table:
    lines: list[Line] = []
    for term in terms:
        found = [line for base in _SHIFT if (line := _shift_line(ledger, term, base))]
        if found:
            lines += [Line(term), *found]
    return Table(
        key=key,
        title=title,
        stub="Baseline",
        columns=tuple(f"Worst {w}" if w != MISSING else "Worst not graded" for w in _SHIFT),
        lines=tuple(lines),
        footnotes=("Patients with a result after the first treatment, each once.",),
    )


def _shift_line(ledger: Ledger, term: str, base: str) -> Line | None:
    items = [
        ledger.item("lab", criterion="shift", group="", variable=term, level=f"{base} to {worst}")
        for worst in _SHIFT
    ]
    if not any(items):
        return None
    stub = f"Grade {base}" if base != MISSING else "Not graded"
    return Line(stub, tuple(map(count_cell, items)), depth=1)


def _ungraded(ledger: Ledger) -> Table:
    items = ledger.items("lab", criterion="not graded", group="")
    lines = tuple(
        Line(
            i.variable,
            (count_cell(i), Cell(first_upper(i.level.removeprefix("needed: ")), i.rows_of("n"))),
        )
        for i in items
    )
    return Table(
        key="lab-ungraded",
        title="Results without a CTCAE grade",
        stub="Term",
        columns=("Results", "What a grade needs"),
        lines=lines,
        footnotes=("A missing grade is not grade 0. Results on record, baseline included.",),
        prose=True,
    )

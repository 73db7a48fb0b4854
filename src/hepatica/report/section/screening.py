"""Screening: the criteria with their verdicts, the readings, and TACE-refractory by definition."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.clinic.dataset import Adam
from hepatica.report.ledger import Ledger
from hepatica.report.section.cell import count_cell
from hepatica.report.section.listing import MOST_LISTED, shortened
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study
from hepatica.study.criterion import Criterion, criterion_sentence

_VERDICTS = ("PASS", "FAIL", "UNKNOWN")
_COLUMNS = ("Eligible by it", "Not eligible by it", "Not known")
_WORDS = {"Y": "Eligible", "N": "Not eligible", "U": "Not known"}
_LOGIC = (
    "Three values: what is not on record in its window is not known, and never eligible. "
    "Judged on the day of the first study treatment; for a subject never treated on the last "
    "examination within 28 days from consent, else on the day of consent or of the last record."
)
_EXACT = "Values are compared in the unit of the laboratory; a limit is converted into it once."


def criteria_table(ledger: Ledger, study: Study) -> Table:
    """Every criterion in its chosen reading: how many subjects are eligible by it."""
    lines = [Line("All criteria", _counts(ledger, "All criteria", "", ""))]
    for heading, criteria in (
        ("Inclusion", study.inclusion),
        ("Exclusion: eligible where it does not hold", study.exclusion),
    ):
        if criteria:
            lines.append(Line(heading))
        for one in criteria:
            name = f"Criterion {one.id}"
            cells = _counts(ledger, name, one.reading, criterion_sentence(one))
            lines.append(Line(one.id, cells, depth=1))
    return Table(
        key="screening",
        title="Eligibility by criterion",
        stub="Criterion",
        columns=("Asked", *_COLUMNS),
        lines=tuple(lines),
        footnotes=(_LOGIC, _EXACT),
        prose=True,
    )


def reading_table(ledger: Ledger, study: Study) -> Table:
    """Criteria that can be read in several ways: how many subjects change with the reading."""
    lines: list[Line] = []
    for one in (*study.inclusion, *study.exclusion):
        if one.readings:
            lines.append(Line(f"{one.id}: {one.text}"))
            lines += _readings(ledger, one)
    return Table(
        key="screening-readings",
        title="Readings of ambiguous criteria",
        stub="Criterion and reading",
        columns=("Asked", *_COLUMNS, "Change"),
        lines=tuple(lines),
        footnotes=("Change: subjects whose verdict is another than under the chosen reading.",),
        prose=True,
    )


def _readings(ledger: Ledger, one: Criterion) -> Iterator[Line]:
    for name, expression in one.readings.items():
        cells = _counts(ledger, f"Criterion {one.id}", name, criterion_sentence(expression))
        changed = ledger.item(
            "screening", variable="Changed by reading", criterion=name, level=f"Criterion {one.id}"
        )
        last = Cell("chosen") if name == one.reading else count_cell(changed)
        yield Line(name, (*cells, last), depth=1)


def refractory_table(ledger: Ledger, study: Study) -> Table:
    """Subjects refractory to TACE by each definition."""
    chosen = study.refractory.definition if study.refractory else ""
    lines = []
    for definition in ledger.words("screening", "criterion", variable="TACE-refractory"):
        found = [
            ledger.item("screening", variable="TACE-refractory", criterion=definition, level=level)
            for level in ("Y", "N", "NE")
        ]
        name = f"{definition} (protocol)" if definition == chosen else definition
        lines.append(Line(name, tuple(map(count_cell, found))))
    return Table(
        key="refractory",
        title="TACE-refractory by definition",
        stub="Definition",
        columns=("Refractory", "Not refractory", "Not evaluable"),
        lines=tuple(lines),
        footnotes=(
            "From the TACE sessions before study treatment with their recorded outcome, scans, "
            "staging and markers; each subject with its reason in adam/adref.csv. Where a "
            "definition cannot be evaluated, the date declared by the study stands.",
        ),
    )


def screened_table(adam: Adam) -> Table:
    """Subjects with a criterion that fails or is not known, one row each (ADIE)."""
    verdicts: dict[str, dict[str, list[str]]] = {}
    for row in adam["ADIE"].to_pylist():
        if row["PARTNO"] == 0 and row["READFL"] == "Y":
            found = verdicts.setdefault(row["SUBJID"], {v: [] for v in _VERDICTS})
            found[row["AVALC"]].append(row["IETESTCD"])
    people = [p for p in adam["ADSL"].to_pylist() if p["ELIGRES"] in ("N", "U")]
    lines = []
    for person in people[:MOST_LISTED]:
        subject = person["SUBJID"]
        texts = (
            _WORDS[person["ELIGRES"]],
            "yes" if person["ENRLFL"] == "Y" else "no",
            ", ".join(verdicts[subject]["FAIL"]),
            ", ".join(verdicts[subject]["UNKNOWN"]),
        )
        lines.append(Line(subject, tuple(Cell(text, subjects=(subject,)) for text in texts)))
    return Table(
        key="screened",
        title="Subjects not eligible by every criterion",
        stub="Subject",
        columns=("Verdict", "Enrolled", "Criteria that fail", "Criteria not known"),
        lines=tuple(lines),
        footnotes=(
            *shortened(len(people), "adam/adie.csv"),
            "Value, date and record of each criterion stand in adam/adie.csv; those of enrolled "
            "subjects among the protocol deviations.",
        ),
        prose=True,
    )


def _counts(ledger: Ledger, variable: str, reading: str, asked: str) -> tuple[Cell, ...]:
    items = (
        ledger.item("screening", variable=variable, criterion=reading, level=verdict)
        for verdict in _VERDICTS
    )
    return (Cell(asked), *map(count_cell, items))

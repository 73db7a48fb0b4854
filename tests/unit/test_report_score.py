"""Scores in results and report: classes in order, missing counted, differences in sentences."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.analysis.score import score_results
from hepatica.clinic.dataset import Adam, datasets
from hepatica.clinic.deviation import Deviation, deviation_table
from hepatica.core.finding import Place
from hepatica.report.ledger import Ledger
from hepatica.report.section.score import score_agreement_table, score_table

STUDY: Any = SimpleNamespace(conventions=SimpleNamespace(quantile_type=7))


def _adsc(
    rows: Sequence[tuple[str, str, float | None, str | None, str | None, str | None]],
) -> Adam:
    names = ("SUBJID", "PARAMCD", "AVAL", "AVALCAT1", "ABLFL", "RPTVAL")
    schema = datasets()["ADSC"].schema()
    blank = dict.fromkeys(schema.names)
    given = [blank | dict(zip(names, row, strict=True)) | {"ADT": date(2020, 1, 1)} for row in rows]
    return Adam({"ADSC": pa.Table.from_pylist(given, schema)})


def _people(*arms: tuple[str, str]) -> Population:
    rows = tuple({"SUBJID": subject, "TRT01P": arm} for subject, arm in arms)
    names = sorted({arm for _, arm in arms})
    groups = tuple(Group(n, tuple(r for r in rows if r["TRT01P"] == n)) for n in names)
    return Population("treated", Group("", rows), groups if len(groups) > 1 else ())


def _results() -> list[Result]:
    adam = _adsc(
        [
            ("1", "CPUGH", 8, "B", "Y", "8 B"),
            ("2", "CPUGH", 5, "A", "Y", "6 A"),
            ("2", "CPUGH", 10, "C", None, "C"),
            ("3", "CPUGH", None, None, "Y", "9 B"),
            ("1", "HKLC", None, "IIIa", "Y", None),
            ("2", "HKLC", None, "IIb", "Y", None),
            ("9", "CPUGH", 15, "C", "Y", None),
        ]
    )
    people = _people(("1", "x"), ("2", "y"), ("3", "y"), ("4", "y"))
    return list(score_results(STUDY, adam, people))


def _value(results: list[Result], *name: str) -> float | None:
    variable, group, level, statistic = name
    (found,) = [
        r.value
        for r in results
        if (r.variable, r.group, r.level, r.statistic) == (variable, group, level, statistic)
    ]
    return found


def test_the_missing_stay_in_the_denominator() -> None:
    results = _results()
    name = "Child-Pugh Score"
    assert _value(results, name, "", "", "n") == 2
    assert _value(results, name, "", "", "missing") == 2
    assert _value(results, name, "", "", "median") == 6.5
    assert _value(results, name, "", "A", "percent") == 25
    assert _value(results, name, "y", "", "missing") == 2
    assert not [r for r in results if r.variable == name and r.level == "C"]
    (who,) = [r.subjects for r in results if (r.variable, r.group, r.level, r.statistic)
              == (name, "", "", "missing")]  # fmt: skip
    assert who == ("3", "4")


def test_reported_scores_are_compared_record_by_record() -> None:
    results = _results()
    name = "Child-Pugh, reported against derived"
    # subject 3 cannot be derived; subject 2 differs in the points once and agrees in the class once
    for level, count in (("compared", 3), ("the same", 2), ("different", 1)):
        assert _value(results, name, "", level, "n") == count


def test_a_score_is_a_heading_with_a_row_for_each_group_and_its_classes_in_order() -> None:
    table = score_table(Ledger(_results()), {"": 4, "x": 1, "y": 3})
    stubs = [line.stub for line in table.lines]
    start = stubs.index("Child-Pugh Score")
    assert [s.replace("\u00a0", " ") for s in stubs[start + 1 : start + 4]] == [
        "All patients (n = 4)", "x (n = 1)", "y (n = 3)"
    ]  # fmt: skip
    assert [[c.text for c in line.cells] for line in table.lines[start + 1 : start + 4]] == [
        ["6.5 [5\u20138]", "A: 1 (25.0); B: 1 (25.0)", "2"],
        ["8 [8\u20138]", "A: 0 (0.0); B: 1 (100.0)", "0"],
        ["5 [5\u20135]", "A: 1 (33.3); B: 0 (0.0)", "2"],
    ]
    stages = table.lines[stubs.index("HKLC Stage") + 1].cells[1].text
    assert stages == "IIb: 1 (25.0); IIIa: 1 (25.0)"
    assert any("ART score" in note for note in table.footnotes)


def test_one_group_is_one_row_a_score_and_a_cell_of_classes_begins_with_everybody() -> None:
    results = [r for r in _results() if not r.group]
    ledger = Ledger(results)
    table = score_table(ledger, {"": 4})
    assert table.title.endswith("(n = 4)")
    (line,) = [x for x in table.lines if x.stub == "Child-Pugh Score"]
    assert not line.heading and line.depth == 0
    first, *rest = line.cells[1].rows
    whole = ledger.item("score", variable="Child-Pugh Score", level="", group="")
    assert whole is not None and (first,) == whole.rows_of("n")
    # count and percentage of two classes
    assert len(rest) == 4


def test_differences_are_listed_with_their_record() -> None:
    place = Place("records.xlsx", "Staging", 11)
    staged = Deviation("2", "STAGING", "BCLC stage", value="C", expected="D, from x", place=place)
    other = Deviation("2", "SCHEDULE", "late")
    deviations = deviation_table("S", [staged, other])
    table = score_agreement_table(Ledger(_results()), deviations)
    (line,) = table.lines
    texts = [cell.text for cell in line.cells]
    assert texts == ["", "BCLC stage", "C", "D, from x", "records.xlsx:Staging!11"]
    assert table.footnotes == (
        "Child-Pugh: 3 reported on a day on which it can be derived, 2 the same, 1 different.",
    )

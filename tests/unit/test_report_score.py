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


def test_classes_stand_in_the_order_of_the_score() -> None:
    ledger = Ledger(_results())
    table = score_table(ledger, {"": 4, "x": 1, "y": 3})
    stubs = [line.stub for line in table.lines]
    assert stubs.index("IIb") < stubs.index("IIIa")
    line = table.lines[stubs.index("A")]
    assert [cell.text for cell in line.cells] == ["1 (25.0)", "0 (0.0)", "1 (33.3)"]
    missing = table.lines[stubs.index("Missing")]
    assert [cell.text for cell in missing.cells] == ["2", "0", "2"]
    assert any("ART score" in note for note in table.footnotes)


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

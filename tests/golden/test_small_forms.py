"""The five invented patients, from REDCap and from ODM-XML: one study, read two ways.

The numbers are worked out by hand from the tables of examples/redcap-small. mRECIST sums of
viable diameters: T-01 78, 44, 20 (PR); T-02 44, 34, 45 (SD, then PD over the nadir of 34);
T-03 60, 22, 0 (PR, then CR that no later scan confirms); T-04 62, 74 (+19.4 %, SD); T-05 40, 31
(-22.5 %, SD). T-04 died 137 days after the first session, T-02 370 days.
"""

from typing import Any

import pytest

import hepatica
from hepatica.analysis.result import Result
from hepatica.core.finding import Level
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.workflow.workspace import Workspace

EXAMPLES = ("redcap-small", "odm-small")


@pytest.fixture(scope="module", params=EXAMPLES)
def study(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Workspace:
    return hepatica.open(str(pytestconfig.rootpath / "examples" / request.param))


def _value(study: Workspace, **where: str) -> float | None:
    found: list[Result] = list(
        study.analysis.select(analysis="response", criterion="mRECIST", **where)
    )
    assert len(found) == 1, where
    return found[0].value


def _contents(records: Records) -> dict[str, list[tuple[Any, ...]]]:
    made = {}
    for name, table in tables().items():
        columns = [column.name for column in table.columns if column.name != "visit"]
        made[name] = [tuple(row.values()) for row in records[name].select(columns).to_pylist()]
    return made


def test_nothing_stands_in_the_way(study: Workspace) -> None:
    assert not [str(f) for f in study.records.findings if f.level is Level.ERROR]
    missing = [(f.place.column, f.found) for f in study.records.findings if f.code == "R053"]
    assert sorted(missing) == [("afp", "'-98' in 2 cells"), ("weight", "'-99' in 1 cell")]


@pytest.mark.parametrize(
    ("variable", "level", "expected"),
    [("BOR", "CR", 1), ("BOR", "PR", 1), ("BOR", "SD", 3), ("CBOR", "CR", 0), ("CBOR", "PR", 2)],
)
def test_responses_are_those_worked_out_by_hand(
    study: Workspace, variable: str, level: str, expected: int
) -> None:
    assert _value(study, variable=variable, level=level, statistic="n") == expected


def test_deaths_are_those_worked_out_by_hand(study: Workspace) -> None:
    deaths = {
        row["subject"]: row["date"]
        for row in study.records["follow_up"].to_pylist()
        if row["status"] == "dead"
    }
    first = {
        row["subject"]: row["date"]
        for row in study.records["procedures"].to_pylist()
        if row["session"] == 1
    }
    assert {name: (day - first[name]).days for name, day in deaths.items()} == {
        "T-02": 370,
        "T-04": 137,
    }


def test_both_ways_give_the_same_records(pytestconfig: pytest.Config) -> None:
    one, other = (
        hepatica.open(str(pytestconfig.rootpath / "examples" / name)).records for name in EXAMPLES
    )
    assert _contents(one) == _contents(other)

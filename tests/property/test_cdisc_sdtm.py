"""Records written as SDTM and read again are the same, whatever they hold."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hepatica.records.catalogue import catalogue_codes
from hepatica.records.reader import read_records
from hepatica.records.table import Column, Table, tables
from hepatica.records.template import write_template
from hepatica.report.cdisc.sdtm import sdtm_package
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20).filter(
    lambda text: not text.startswith(("=", "'")) and ":" not in text and "_x" not in text
)
DAY = st.integers(0, 9000).map(lambda days: date(2000, 1, 1) + timedelta(days=days))
# Tables that hold the same after the way through SDTM, and the columns left aside. Text columns
# whose words the reader chooses itself (category, class, procedure) come from their lists.
KNOWN = {
    "history": (),
    "dosing": ("planned_dose", "duration_min"),
    "medications": (),
    "adverse_events": (),
    "deviations": (),
    "labs": (),
    "vitals": (),
    "procedures": (),
    "screening": (),
    "image_quantities": (),
}
REQUIRED = {"history": {"term"}, "medications": {"class"}, "labs": {"value"}, "vitals": {"value"}}


def cells(column: Column) -> st.SearchStrategy[Any]:
    codes = catalogue_codes(column.catalogue) if column.catalogue else column.codes
    if codes:
        return st.sampled_from(codes)
    if column.kind == "date":
        return DAY
    low = -1e6 if column.low is None else column.low
    high = 1e6 if column.high is None else column.high
    if column.kind == "integer":
        return st.integers(int(low), int(high))
    if column.kind == "number":
        return st.floats(low, high, allow_nan=False).map(lambda x: round(x, 4) + 0.0)
    return TEXT


def rows(table: Table) -> st.SearchStrategy[list[dict[str, Any]]]:
    must = REQUIRED.get(table.name, set())
    given_cells = {
        column.name: cells(column)
        if column.required or column.name in must
        else st.none() | cells(column)
        for column in table.columns
        if column.name != "subject"
    }
    return st.lists(st.fixed_dictionaries(given_cells), max_size=4)


def compared(table: Table, listed: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    names = [c.name for c in table.columns if c.name not in ("subject", *KNOWN[table.name])]
    return Counter(tuple(row[name] for name in names) for row in listed)


@pytest.mark.parametrize("name", sorted(KNOWN))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_written_as_sdtm_and_read_again(data: st.DataObject, name: str) -> None:
    table = tables()[name]
    written = [{"subject": "S1", **row} for row in data.draw(rows(table))]
    for row in written:
        if row.get("operator"):  # a limit below zero, such as <-1, is no result of a laboratory
            row["value"] = abs(row["value"])
    with TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "study.toml").write_text(protocol_text("beva-tace"), encoding="utf-8")
        given_records = {"subjects": [{"subject": "S1", "sex": "F"}], name: written}
        write_template(here / "records.xlsx", given_records)
        records = read_records(here, {"reader": "workbook", "path": "records.xlsx"})
        package = sdtm_package(read_study(here), records)
        assert package.findings == ()
        (here / "sdtm").mkdir()
        for file, content in package.files:
            if file.endswith(".xpt"):
                (here / file).write_bytes(content)
        back = read_records(here, {"reader": "sdtm", "path": "sdtm"})
    expected = compared(table, records[name].to_pylist())
    assert compared(table, back[name].to_pylist()) == expected

"""Writing records into a workbook and reading them again changes nothing."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hepatica.records.catalogue import catalogue_codes
from hepatica.records.reader import read_records
from hepatica.records.table import Column, Table, tables
from hepatica.records.template import write_template

TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xFFFD, exclude_categories=("Cs", "Cn", "Co")),
    min_size=1,
    max_size=30,
).filter(lambda text: text == text.replace("\u00a0", " ").strip() and "_x" not in text)
DAY = st.integers(0, 20_000).map(lambda days: date(1990, 1, 1) + timedelta(days=days))


def cells(column: Column) -> st.SearchStrategy[object]:
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
        return st.floats(low, high, allow_nan=False).map(lambda x: round(x, 6) + 0.0)
    return TEXT


def rows(table: Table) -> st.SearchStrategy[list[dict[str, object]]]:
    given_cells = {
        column.name: cells(column) if column.required else st.none() | cells(column)
        for column in table.columns
    }
    return st.lists(st.fixed_dictionaries(given_cells), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(sorted(tables())))
def test_write_then_read_is_identity(data: st.DataObject, name: str) -> None:
    table = tables()[name]
    written = data.draw(rows(table))
    with TemporaryDirectory() as folder:
        write_template(Path(folder) / "records.xlsx", {name: written})
        records = read_records(Path(folder), {"reader": "workbook", "path": "records.xlsx"})
    columns = [column.name for column in table.columns]
    repeats = {f.place.row for f in records.findings if f.code == "R029"}
    kept = [row for number, row in enumerate(written, start=2) if number not in repeats]
    assert records[name].select(columns).to_pylist() == kept
    assert not {f.code for f in records.findings} & {"R001", "R002", "R003", "R004", "R006"}


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(6)))
def test_order_of_rows_changes_no_finding(order: list[int]) -> None:
    subjects = [{"subject": f"s{i}", "age_years": 30 * i, "sex": "F"} for i in range(6)]
    moved = [subjects[i] for i in order]
    told = []
    for rows_ in (subjects, moved):
        with TemporaryDirectory() as folder:
            write_template(Path(folder) / "records.xlsx", {"subjects": rows_})
            records = read_records(Path(folder), {"reader": "workbook", "path": "records.xlsx"})
        told.append(sorted((f.code, f.subject, f.found) for f in records.findings))
    assert told[0] == told[1]

"""Broken bytes are read or refused; nothing else ever comes out of a reader."""

import io
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from crf_project import mapping_of, odm_text, rows_of, write_redcap
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.core.errors import Unreadable
from hepatica.records.reader import read_records
from hepatica.records.template import write_template

EXAMPLE = Path(__file__).parents[2] / "examples" / "hard-courses"
DATASET = (
    b'{"datasetJSONVersion": "1.1.0", "name": "DM", "records": 2, "columns": ['
    b'{"name": "USUBJID", "dataType": "string"}, {"name": "AGE", "dataType": "integer"}], '
    b'"rows": [["S-1", 61], ["S-2", null]]}'
)

Changes = list[tuple[float, int, bytes]]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=12)),
    min_size=1,
    max_size=5,
)


@cache
def book() -> bytes:
    rows = {
        "subjects": [{"subject": f"s{i}", "consent_date": date(2016, 1, 2)} for i in range(3)],
        "labs": [{"subject": "s1", "date": date(2016, 1, 2), "test": "BILI", "value": 20}],
    }
    with TemporaryDirectory() as folder:
        write_template(Path(folder) / "x.xlsx", rows)
        return (Path(folder) / "x.xlsx").read_bytes()


def changed(content: bytes, changes: Changes) -> bytes:
    for place, cut, put in changes:
        at = int(place * len(content))
        content = content[:at] + put + content[at + cut :]
    return content


def read_or_refuse(name: str, content: bytes, reader: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        (Path(folder) / "data" / name).write_bytes(content)
        path = "data" if reader != "workbook" else f"data/{name}"
        try:
            read_records(Path(folder), {"reader": reader, "path": path})
        except Unreadable as error:
            assert str(error)


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES)
def test_bytes_of_a_package(changes: Changes) -> None:
    read_or_refuse("x.xlsx", changed(book(), changes), "workbook")


@settings(max_examples=100, deadline=None)
@given(changes=CHANGES, data=st.data())
def test_bytes_of_a_part(changes: Changes, data: st.DataObject) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(made, "w") as new:
        parts = [name for name in old.namelist() if name.endswith((".xml", ".rels"))]
        chosen = data.draw(st.sampled_from(parts))
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changed(content, changes) if name == chosen else content)
    read_or_refuse("x.xlsx", made.getvalue(), "workbook")


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400))
def test_bytes_of_a_text_file(content: bytes) -> None:
    read_or_refuse("subjects.csv", b"subject,age_years,consent_date\n" + content, "csv")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=4000))
def test_bytes_of_a_transport_file(content: bytes) -> None:
    head = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 32
    names = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!0000000001" + b"0" * 22
    read_or_refuse("dm.xpt", head + b" " * 480 + names + content, "sdtm")


@cache
def project() -> dict[str, bytes]:
    """A few patients as a REDCap project and as ODM."""
    source = {"reader": "workbook", "path": "records.xlsx"}
    rows = rows_of(read_records(EXAMPLE, source))[:60]
    with TemporaryDirectory() as folder:
        write_redcap(Path(folder), rows)
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    return {**files, "odm.xml": odm_text(rows).encode()}


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES, chosen=st.sampled_from(["dictionary.csv", "export.csv"]))
def test_bytes_of_a_redcap_project(changes: Changes, chosen: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        for name in ("dictionary.csv", "export.csv"):
            content = project()[name]
            content = changed(content, changes) if name == chosen else content
            (Path(folder) / "data" / name).write_bytes(content)
        mapping = mapping_of("{}", "record_id")
        try:
            read_records(Path(folder), {"reader": "redcap", "path": "data", "mapping": mapping})
        except Unreadable as error:
            assert str(error)


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES)
def test_bytes_of_an_odm_file(changes: Changes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "odm.xml").write_bytes(changed(project()["odm.xml"], changes))
        mapping = mapping_of("Form.{}", "SubjectKey")
        try:
            read_records(Path(folder), {"reader": "odm", "path": "odm.xml", "mapping": mapping})
        except Unreadable as error:
            assert str(error)


@settings(max_examples=150, deadline=None)
@given(changes=CHANGES, suffix=st.sampled_from(["json", "ndjson"]))
def test_bytes_of_a_dataset_json_file(changes: Changes, suffix: str) -> None:
    content = DATASET.replace(b', "rows": [', b"}\n").replace(b"], [", b"]\n[")
    content = content.removesuffix(b"]}") if suffix == "ndjson" else DATASET
    read_or_refuse(f"dm.{suffix}", changed(content, changes), "sdtm")

"""Dataset-JSON: the same domain gives the same records in any form; what does not fit is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataset_json_file import write_json, write_ndjson
from records_book import one, told, write_files
from records_data import data_folder

from hepatica.core.errors import Unreadable
from hepatica.records.dataset_json import read_dataset_json
from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.records.transport import read_transport

DM: dict[str, Any] = {
    "USUBJID": ["S-1", "S-2"],
    "SEX": ["F", "M"],
    "AGE": [61, 50.5],
    "AGEU": ["YEARS", "YEARS"],
}


def read(folder: Path) -> Records:
    return read_records(folder, {"reader": "sdtm", "path": "sdtm"})


def sdtm(folder: Path) -> Path:
    (folder / "sdtm").mkdir()
    return folder / "sdtm"


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """dm.json with its content changed."""
    path = write_json(sdtm(folder), "DM", DM)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("write", [write_json, write_ndjson])
def test_a_domain_is_read(tmp_path: Path, write: Callable[..., Path]) -> None:
    write(sdtm(tmp_path), "DM", DM)
    subjects = read(tmp_path)["subjects"].to_pylist()
    assert [(s["subject"], s["sex"], s["age_years"]) for s in subjects] == [
        ("S-1", "F", 61.0),
        ("S-2", "M", 50.5),
    ]
    first = 2 if write is write_ndjson else 1
    assert [s["src_row"] for s in subjects] == [first, first + 1]


def test_types_dates_and_missing_values(tmp_path: Path) -> None:
    path = write_json(sdtm(tmp_path), "LB", {"USUBJID": ["S-1"], "LBDTC": [""], "LBORRES": ["7"]})
    content = json.loads(path.read_text(encoding="utf-8"))
    content["columns"][1] |= {"dataType": "date", "targetDataType": "integer"}
    content["columns"][2]["dataType"] = "decimal"
    content["columns"].append({"itemOID": "I", "name": "LBFL", "label": "", "dataType": "boolean"})
    content["rows"] = [["S-1", "2016-02", "7.10", True], ["S-1", None, None, None]]
    content["records"] = 2
    path.write_text(json.dumps(content), encoding="utf-8")
    columns, numbers, findings = read_dataset_json(path)
    assert columns == {
        "USUBJID": ["S-1", "S-1"],
        "LBDTC": ["2016-02", None],
        "LBORRES": ["7.10", None],
        "LBFL": ["Y", None],
    }
    assert numbers == [1, 2]
    assert not findings


def test_a_value_of_another_type_is_missing_and_told(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["rows"][0][2] = "sixty-one"
        content["rows"][1][1] = 7

    path = changed(tmp_path, change)
    records = read(tmp_path)
    assert [str(f.place) for f in told(records, "R064")] == [
        f"{path.name}:2 [SEX]",
        f"{path.name}:1 [AGE]",
    ]
    assert records["subjects"]["age_years"].to_pylist() == [None, 50.5]


@pytest.mark.parametrize("value", [10**400, {"a": 1}, [1], True])
def test_no_value_breaks_a_column_of_numbers(tmp_path: Path, value: Any) -> None:
    changed(tmp_path, lambda content: content["rows"][0].__setitem__(2, value))
    assert one(read(tmp_path), "R064").place.column == "AGE"


@pytest.mark.parametrize("value", ["\ud800", "a\0b", 1, []])
def test_no_value_breaks_a_column_of_text(tmp_path: Path, value: Any) -> None:
    changed(tmp_path, lambda content: content["rows"][0].__setitem__(1, value))
    assert one(read(tmp_path), "R064").place.column == "SEX"


def test_a_count_that_is_not_the_rows_is_told(tmp_path: Path) -> None:
    changed(tmp_path, lambda content: content.__setitem__("records", 200))
    found = one(read(tmp_path), "R065")
    assert (found.found, found.expected) == ("2 rows", "'200' rows, as `records` says")


def test_a_row_of_another_length_is_not_read(tmp_path: Path) -> None:
    changed(tmp_path, lambda content: content["rows"][0].append("more"))
    records = read(tmp_path)
    assert one(records, "R066").place.row == 1
    assert records["subjects"]["subject"].to_pylist() == ["S-2"]


def test_a_domain_given_twice_is_told(tmp_path: Path) -> None:
    write_json(sdtm(tmp_path), "DM", DM)
    write_files(tmp_path / "sdtm", {"dm.csv": "USUBJID\nS-9\n"})
    records = read(tmp_path)
    assert one(records, "R063").found == "dm.json, dm.csv"
    assert records["subjects"]["subject"].to_pylist() == ["S-1", "S-2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("datasetJSONVersion"), "no Dataset-JSON 1.1"),
        (lambda c: c.update(datasetJSONVersion="1.0.0"), "no Dataset-JSON 1.1"),
        (lambda c: c.update(name="AE"), "names its dataset 'AE'"),
        (lambda c: c.update(name="../DM"), "names its dataset '../DM'"),
        (lambda c: c.update(columns={}), "no list of 1 to"),
        (lambda c: c.update(columns=c["columns"] * 2), "a column twice"),
        (lambda c: c["columns"][0].update(name="../X"), "is named '../X'"),
        (lambda c: c["columns"][0].update(dataType="text"), "data type 'text'"),
        (lambda c: c.update(rows="many"), "its rows are no list"),
    ],
)
def test_metadata_that_are_none_are_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    path = changed(tmp_path, change)
    with pytest.raises(Unreadable, match=words):
        read_dataset_json(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"[1, 2]", "is not an object"),
        (b'{"a": 1, "a": 2}', "a key twice"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "thousands of digits"),
        (b'{"a": ' + b"[" * 200_000, "nests too deep"),
        ('{"a": "é"}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": "\xe9"}', "not UTF-8"),
    ],
)
def test_json_that_can_be_read_two_ways_or_not_at_all_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "dm.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        read_dataset_json(path)


def contents(records: Records) -> dict[str, list[dict[str, Any]]]:
    return {
        name: records[name].drop_columns(["src_file"]).to_pylist()
        for name in tables()
        if records[name].num_rows
    }


@pytest.mark.parametrize("write", [write_json, write_ndjson])
def test_the_pilot_as_dataset_json_gives_the_same_records(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    source = data_folder("cdisc_pilot_recist")
    folder = sdtm(tmp_path)
    for path in sorted(source.glob("*.xpt")):
        write(folder, path.stem.upper(), read_transport(path)[0])
    ours = contents(read(tmp_path))
    theirs = contents(read_records(source.parent, {"reader": "sdtm", "path": source.name}))
    if write is write_ndjson:
        # A line of an .ndjson file is one further than its record.
        for rows in theirs.values():
            for row in rows:
                row["src_row"] += 1
    assert ours == theirs

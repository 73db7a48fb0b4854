"""Dataset-JSON 1.1: the standard's own model reads it, and the values come back as they were."""

import json
import math
import re
from datetime import date

import pyarrow as pa
import pytest

import hepatica
from hepatica.clinic.dataset import Dataset, Variable
from hepatica.report.cdisc.dataset_json import dataset_json

DATASET = Dataset(
    "ADLB",
    "Laboratory Test Results",
    (
        Variable("USUBJID", "text", "Unique Subject Identifier", ""),
        Variable("ADT", "date", "Analysis Date", ""),
        Variable("AVAL", "number", "Analysis Value", ""),
        Variable("ASEQ", "integer", "Analysis Sequence Number", ""),
    ),
    keys=("USUBJID", "ASEQ"),
)
ROWS = pa.Table.from_pylist(
    [
        {"USUBJID": 'S1 "x" \\ ü', "ADT": date(2016, 2, 29), "AVAL": 0.1 + 0.2, "ASEQ": 1},
        {"USUBJID": None, "ADT": None, "AVAL": math.nan, "ASEQ": None},
    ],
    DATASET.schema(),
)
# Pattern of the time of creation in the published model of version 1.1.
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2}|Z)?")


def text(rows: pa.Table = ROWS) -> str:
    return dataset_json(DATASET, rows, study="BEVA TACE", stamp=date(2019, 12, 31))


def test_values_come_back() -> None:
    assert json.loads(text())["rows"] == [
        ['S1 "x" \\ ü', "2016-02-29", 0.30000000000000004, 1],
        [None, None, None, None],
    ]


def test_the_standards_model_accepts_it() -> None:
    model = pytest.importorskip("odmlib.dataset_json_1_1.model", reason="odmlib is not here")
    read = model.DatasetJSON.from_json(text())
    assert read.datasetJSONVersion == "1.1.0"
    assert TIME.fullmatch(read.datasetJSONCreationDateTime)
    assert (read.records, read.name, read.itemGroupOID) == (2, "ADLB", "IG.ADLB")
    columns = [
        (c.name, c.dataType, c.targetDataType, c.displayFormat, c.keySequence) for c in read.columns
    ]
    assert columns == [
        ("USUBJID", "string", None, None, 1),
        ("ADT", "date", "integer", "DATE9.", None),
        ("AVAL", "double", None, None, None),
        ("ASEQ", "integer", None, None, 2),
    ]
    assert read.columns[0].length == 10


def test_members_are_those_of_the_published_model() -> None:
    document = json.loads(text())
    required = {"datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records"}
    required |= {"name", "label", "columns"}
    optional = {"fileOID", "dbLastModifiedDateTime", "originator", "sourceSystem", "studyOID"}
    optional |= {"metaDataVersionOID", "metaDataRef", "rows"}
    assert required <= set(document) <= required | optional
    assert re.fullmatch(r"1\.1(\.(0|[1-9][0-9]*))?", document["datasetJSONVersion"])
    assert document["studyOID"] == "ST.BEVA_TACE"
    assert document["sourceSystem"] == {"name": "Hepatica", "version": hepatica.__version__}


def test_no_rows_are_an_empty_list_and_the_text_is_the_same_twice() -> None:
    assert json.loads(text(ROWS.slice(0, 0)))["rows"] == []
    assert json.loads(text(ROWS.slice(0, 0)))["columns"][0]["length"] == 1
    assert text() == text()

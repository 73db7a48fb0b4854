"""Datasets as Dataset-JSON, version 1.1 [datasetjson]: one file a dataset, metadata and rows.

Dates are ISO 8601 text whose target type is a whole number with format DATE9., as ADaM keeps
them; missing values are null. The time of creation is the study's cutoff.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.core.version import VERSION
from hepatica.report.cdisc import oid
from hepatica.report.cdisc.transport import DATE_FORMAT

DATASET_JSON_VERSION = "1.1.0"

_TYPES = {"text": "string", "integer": "integer", "number": "double", "date": "date"}


def dataset_json(dataset: Dataset, table: pa.Table, *, study: str, stamp: date) -> str:
    """The dataset as Dataset-JSON text, one line a row.

    Parameters
    ----------
    dataset : Dataset     Names, labels, types and keys.
    table : pa.Table      Its rows, in the declared order of variables.
    study : str           Identifier of the study.
    stamp : date          Written as the time of creation.
    """
    assert table.column_names == [variable.name for variable in dataset.variables]
    head = {
        "datasetJSONCreationDateTime": f"{stamp.isoformat()}T00:00:00",
        "datasetJSONVersion": DATASET_JSON_VERSION,
        "fileOID": f"{oid.study_oid(study)}.{dataset.name}",
        "originator": "Hepatica",
        "sourceSystem": {"name": "Hepatica", "version": VERSION},
        "studyOID": oid.study_oid(study),
        "metaDataVersionOID": oid.version_oid(study),
        "metaDataRef": "define.xml",
        "itemGroupOID": oid.dataset_oid(dataset.name),
        "records": table.num_rows,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, v, table[v.name]) for v in dataset.variables],
    }
    text = json.dumps(head, indent=1, ensure_ascii=False)
    rows = ",\n".join(f"[{row}]" for row in _rows(table))
    return f'{text.removesuffix("}").rstrip()},\n "rows": [\n{rows}\n]\n}}\n'


def _column(dataset: Dataset, variable: Variable, values: pa.ChunkedArray) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": oid.variable_oid(dataset.name, variable.name),
        "name": variable.name,
        "label": variable.label,
        "dataType": _TYPES[variable.type],
    }
    if variable.type == "date":
        column |= {"targetDataType": "integer", "displayFormat": DATE_FORMAT}
    if variable.type == "text":
        column["length"] = max((len(v) for v in values.unique().to_pylist() if v), default=1)
    if variable.name in dataset.keys:
        column["keySequence"] = dataset.keys.index(variable.name) + 1
    return column


def _rows(table: pa.Table) -> list[str]:
    """The values of each row in JSON, parted by commas; each distinct value is written once."""
    columns = [_written(column.combine_chunks()) for column in table.columns]
    rows: list[str] = pc.binary_join_element_wise(*columns, ", ").to_pylist()
    return rows


def _written(column: pa.Array) -> pa.Array:
    known = column.dictionary_encode()
    texts = [
        json.dumps(_value(value), ensure_ascii=False) for value in known.dictionary.to_pylist()
    ]
    written = pa.array(texts, pa.string()).take(known.indices)
    return pc.fill_null(written, "null")


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" or value != value else value  # noqa: PLR0124 - nan is missing

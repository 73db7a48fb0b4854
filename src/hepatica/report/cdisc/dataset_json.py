"""Datasets as Dataset-JSON, version 1.1 [datasetjson]: one file a dataset, metadata and rows.

Dates are ISO 8601 text whose target type is a whole number with format DATE9., as ADaM keeps
them; missing values are null. The time of creation is the study's cutoff.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa

from hepatica import __version__
from hepatica.clinic.dataset import Dataset, Variable
from hepatica.report.cdisc import oid
from hepatica.report.cdisc.transport import DATE_FORMAT

VERSION = "1.1.0"

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
        "datasetJSONVersion": VERSION,
        "fileOID": f"{oid.study_oid(study)}.{dataset.name}",
        "originator": "Hepatica",
        "sourceSystem": {"name": "Hepatica", "version": __version__},
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
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in _rows(table))
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


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = [[_value(value) for value in column.to_pylist()] for column in table.columns]
    return list(zip(*columns, strict=True))


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return None if value != value else value  # noqa: PLR0124 - nan is missing

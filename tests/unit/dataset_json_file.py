"""Dataset-JSON 1.1 files made from columns of text and numbers."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def head_of(name: str, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Metadata as the standard asks for them; a column with a number in it is of type double."""
    kinds = {
        key: "double" if any(isinstance(v, int | float) for v in values) else "string"
        for key, values in columns.items()
    }
    return {
        "datasetJSONCreationDateTime": "2024-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{name}",
        "records": len(next(iter(columns.values()), ())),
        "name": name,
        "label": name,
        "columns": [
            {"itemOID": f"IT.{name}.{key}", "name": key, "label": key, "dataType": kind}
            for key, kind in kinds.items()
        ],
    }


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[list[Any]]:
    return [
        [None if value in (None, "") or str(value) == "nan" else value for value in row]
        for row in zip(*columns.values(), strict=True)
    ]


def write_json(folder: Path, name: str, columns: Mapping[str, Sequence[Any]]) -> Path:
    path = folder / f"{name.lower()}.json"
    text = json.dumps({**head_of(name, columns), "rows": rows_of(columns)}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def write_ndjson(folder: Path, name: str, columns: Mapping[str, Sequence[Any]]) -> Path:
    path = folder / f"{name.lower()}.ndjson"
    lines = [head_of(name, columns), *rows_of(columns)]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path

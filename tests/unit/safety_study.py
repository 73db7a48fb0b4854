"""A small treated study from rows of records, through the derivations."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.laboratory import derive_laboratory
from hepatica.clinic.safety import derive_safety
from hepatica.clinic.score_dataset import derive_scores
from hepatica.records.place import Places
from hepatica.records.record import Records
from hepatica.records.standard import derive_standard
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2020, 3, 1)
SESSION = {"date": DAY, "procedure": "TACE", "study_treatment": "Y"}


def study_of(folder: Path, safety: str = 'ctcae = "5.0"') -> Study:
    """The blank protocol with its own [safety] table."""
    text = protocol_text("blank")
    start = text.index("[safety]")
    end = text.index("\n[", start)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(f"{text[:start]}[safety]\n{safety}\n{text[end:]}", "utf-8")
    return read_study(folder)


def adam_of(study: Study, **rows: list[dict[str, Any]]) -> Adam:
    """Datasets of the study; by default one subject, treated once on `DAY`."""
    given = {"subjects": [{}], "procedures": [SESSION], **rows}
    built = {}
    for name, values in given.items():
        schema = tables()[name].schema()
        base = dict.fromkeys(schema.names) | {"subject": "1", "src_file": "f", "src_sheet": name}
        numbered = [
            base | {"src_row": i + 1, "seq": i} | value for i, value in enumerate(values, start=1)
        ]
        table = pa.Table.from_pylist(numbered, schema)
        tested = bool(tables()[name].standard_columns)
        built[name] = derive_standard(tables()[name], table, Places())[0] if tested else table
    return derive_adam(
        study, Records.of(built), steps=[derive_scores, derive_laboratory, derive_safety]
    )


def rows_of(adam: Adam, dataset: str, **where: object) -> list[dict[str, Any]]:
    """Rows of a dataset whose variables equal those named."""
    rows = adam[dataset].to_pylist()
    return [r for r in rows if all(r[name] == value for name, value in where.items())]

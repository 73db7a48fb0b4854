"""Records written as another program keeps them: a REDCap project, or an ODM file.

Each table is an instrument whose fields are its columns. Subjects stand in the baseline event;
status and staging are visits, one event each; scans and the measurements made on them share an
event, and the measurements take their date from the scan; everything else repeats in one event.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from hepatica.records.record import Records
from hepatica.records.table import Column, Table, tables

ONCE = ("subjects", "status", "staging", "scans")
KEYS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
DICTIONARY = (
    "field_name",
    "form_name",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "text_validation_type_or_show_slider_number",
)
Row = dict[str, str]


def field_of(table: Table, column: Column) -> str:
    return "record_id" if column.name == "subject" else f"{table.name}_{column.name}"


def fields_of(table: Table) -> list[Column]:
    own = [column for column in table.columns if column.name != "subject"]
    return [c for c in own if not (table.name == "measurements" and c.name == "date")]


def mapping_of(form: str, key: str) -> dict[str, Any]:
    """The mapping that reads such a project; `form` is a pattern such as ``Form.{}``."""
    made: dict[str, Any] = {}
    for name, table in tables().items():
        columns = {c.name: field_of(table, c) for c in fields_of(table)}
        if name == "measurements":
            columns["date"] = "scans_date"
        made[name] = {"form": form.format(name), "columns": {"subject": key, **columns}}
    return made


def rows_of(records: Records) -> list[Row]:
    """Rows of an export: keys, and the cells that are not blank."""
    rows: dict[tuple[str, str, str, str], Row] = {}
    count: dict[tuple[str, str], int] = defaultdict(int)
    scanned: dict[tuple[str, date], str] = {}
    for name, table in tables().items():
        for record in records[name].to_pylist():
            subject = record["subject"]
            if name == "measurements":
                event = scanned[subject, record["date"]]
            elif name in ONCE:
                count[subject, name] += 1
                event = f"{name}_{count[subject, name]}_arm_1"
                if name == "scans":
                    scanned.setdefault((subject, record["date"]), event)
            else:
                event = "log_arm_1"
            instrument, instance = "", ""
            if name not in ONCE:
                count[subject, name] += 1
                instrument, instance = name, str(count[subject, name])
            row = rows.setdefault((subject, event, instrument, instance), {})
            row |= dict(
                zip(("record_id", *KEYS), (subject, event, instrument, instance), strict=True)
            )
            for column in fields_of(table):
                row[field_of(table, column)] = cell_text(column, record[column.name])
    return list(rows.values())


def cell_text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.codes:
        return str(column.codes.index(value) + 1)
    return value.isoformat() if isinstance(value, date) else str(value)


def choices_of(column: Column) -> dict[str, str]:
    return {str(number): code for number, code in enumerate(column.codes, start=1)}


def write_redcap(folder: Path, rows: list[Row], seed: int | None = None) -> None:
    """Dictionary and export; the rows in another order where a seed is given."""
    folder.mkdir(exist_ok=True)
    header = ["record_id", *KEYS]
    with (folder / "dictionary.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(DICTIONARY)
        writer.writerow(["record_id", "subjects", "text", "Record", "", ""])
        for table in tables().values():
            for column in fields_of(table):
                name, choices = field_of(table, column), choices_of(column)
                header.append(name)
                text = " | ".join(f"{code}, {label}" for code, label in choices.items())
                kinds = {"date": "date_dmy", "number": "number", "integer": "integer"}
                kind = "dropdown" if choices else "text"
                writer.writerow(
                    [name, table.name, kind, column.label, text, kinds.get(column.kind)]
                )
    shuffled = list(rows)
    if seed is not None:
        random.Random(seed).shuffle(shuffled)
    with (folder / "export.csv").open("w", newline="", encoding="utf-8") as file:
        export = csv.DictWriter(file, header, restval="")
        export.writeheader()
        export.writerows(shuffled)


def odm_text(rows: list[Row], *, typed: bool = False) -> str:
    """The project as ODM 1.3.2: items as Value attributes, or as typed elements."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"'
    ]
    parts.append(' ODMVersion="1.3.2" FileType="Snapshot" FileOID="F">\n<Study OID="S">')
    parts.append('<MetaDataVersion OID="M" Name="M">\n')
    for table in tables().values():
        parts.append(f'<FormDef OID="Form.{table.name}" Name="{table.name}" Repeating="Yes">')
        parts.append(f'<ItemGroupRef ItemGroupOID="IG.{table.name}" Mandatory="No"/></FormDef>\n')
        parts.append(f'<ItemGroupDef OID="IG.{table.name}" Name="{table.name}" Repeating="No">')
        for column in fields_of(table):
            parts.append(f'<ItemRef ItemOID="{field_of(table, column)}" Mandatory="No"/>')
        parts.append("</ItemGroupDef>\n")
    for table in tables().values():
        parts += [_item_def(table, column) for column in fields_of(table)]
    parts.append('</MetaDataVersion></Study>\n<ClinicalData StudyOID="S" MetaDataVersionOID="M">\n')
    for row in rows:
        parts.append(_clinical(row, typed))
    return "".join(parts) + "</ClinicalData></ODM>\n"


def _item_def(table: Table, column: Column) -> str:
    name = field_of(table, column)
    kind = {"date": "date", "number": "float", "integer": "integer"}.get(column.kind, "text")
    if not column.codes:
        return f'<ItemDef OID="{name}" Name="{name}" DataType="{kind}"/>\n'
    items = "".join(
        f'<CodeListItem CodedValue="{code}"><Decode><TranslatedText>{_escaped(label)}'
        "</TranslatedText></Decode></CodeListItem>"
        for code, label in choices_of(column).items()
    )
    return (
        f'<ItemDef OID="{name}" Name="{name}" DataType="text">'
        f'<CodeListRef CodeListOID="CL.{name}"/></ItemDef>\n'
        f'<CodeList OID="CL.{name}" Name="{name}" DataType="text">{items}</CodeList>\n'
    )


def _clinical(row: Row, typed: bool) -> str:
    filled: Mapping[str, Row] = {
        name: {f: row[f] for c in fields_of(t) if row.get(f := field_of(t, c))}
        for name, t in tables().items()
    }
    key = quoteattr(row["redcap_repeat_instance"] or "1")
    text = f"<SubjectData SubjectKey={quoteattr(row['record_id'])}>"
    text += f"<StudyEventData StudyEventOID={quoteattr(row['redcap_event_name'])}>\n"
    for name, cells in filled.items():
        if not cells and row["redcap_repeat_instrument"] != name:
            continue
        text += f'<FormData FormOID="Form.{name}" FormRepeatKey={key}>'
        text += f'<ItemGroupData ItemGroupOID="IG.{name}">\n'
        for item, value in cells.items():
            if typed:
                text += f'<ItemDataString ItemOID="{item}">{_escaped(value)}</ItemDataString>\n'
            else:
                text += f'<ItemData ItemOID="{item}" Value={quoteattr(value)}/>\n'
        text += "</ItemGroupData></FormData>\n"
    return text + "</StudyEventData></SubjectData>\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

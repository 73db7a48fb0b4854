"""Hostile and broken files of other programs, made for the purpose, and how each must end.

A case writes files into a study folder whose `study.toml` reads them. `told` is the code of a
finding that `hepatica check` must print, or words of the refusal (exit 3).
"""

import gzip
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepatica.study.protocol import protocol_text

# Stands in the cells of every file; no refusal may quote it.
PATIENT = "Marguerite"
CODE = re.compile(r"R\d{3}$")

REDCAP = """
[records.mapping.subjects]
form = "enrol"

[records.mapping.subjects.columns]
subject = "record_id"
sex = "sex"
age_years = "age"
consent_date = "consent"
site = "site"
"""
ODM = """
[records.mapping.subjects]
form = "F.DM"
columns = { subject = "SubjectKey", sex = "I.SEX", age_years = "I.AGE", site = "I.SITE" }
"""
SETTINGS = {
    "redcap": 'reader = "redcap"\npath = "in"\n' + REDCAP,
    "odm": 'reader = "odm"\npath = "in/odm.xml"\n' + ODM,
    "xpt": 'reader = "sdtm"\npath = "in"\n',
    "json": 'reader = "sdtm"\npath = "in"\n',
}


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile input: `write` fills the folder ``in`` of a study."""

    kind: str
    name: str
    write: Callable[[Path], object]
    told: str
    settings: str = ""

    @property
    def refused(self) -> bool:
        return not CODE.match(self.told)


def write_study(folder: Path, case: Case) -> None:
    """A study folder that reads the case's files."""
    text = protocol_text("blank")
    lines = 'reader = "workbook"\npath = "records.xlsx"\n'
    assert lines in text
    settings = case.settings or SETTINGS[case.kind]
    (folder / "study.toml").write_text(text.replace(lines, settings), encoding="utf-8")
    (folder / "in").mkdir()
    case.write(folder / "in")


def put(name: str, content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def zipped(content: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("records.csv", content)
    return made.getvalue()


def bomb(megabytes: int = 64) -> bytes:
    return gzip.compress(bytes(megabytes << 20), mtime=0)


def link_outside(name: str) -> Callable[[Path], object]:
    """A link to a file that is no part of the study folder."""

    def write(folder: Path) -> None:
        (folder / name).symlink_to(Path(__file__).resolve())

    return write


def both(*writes: Callable[[Path], object]) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        for one in writes:
            one(folder)

    return write


# --- REDCap -----------------------------------------------------------------------------------

FIELDS = (
    "field_name,form_name,field_type,select_choices_or_calculations,"
    "text_validation_type_or_show_slider_number\n"
    "record_id,enrol,text,,\n"
    'sex,enrol,radio,"1, Female | 2, Male",\n'
    "age,enrol,text,,integer\n"
    "consent,enrol,text,,date_dmy\n"
    "site,enrol,text,,\n"
)
HEAD = "record_id,sex,age,consent,site\n"
ROW = f"P1,1,61,2024-01-02,{PATIENT}\n"


def export(content: str | bytes, fields: str | bytes = FIELDS) -> Callable[[Path], object]:
    return both(put("export.csv", content), put("dictionary.csv", fields))


def redcap(name: str, told: str, write: Callable[[Path], object], settings: str = "") -> Case:
    return Case("redcap", name, write, told, settings)


def with_options(line: str) -> str:
    return f'reader = "redcap"\npath = "in"\noptions = {{ {line} }}\n' + REDCAP


def named_pipe(folder: Path) -> None:
    export(HEAD + ROW)(folder)
    os.mkfifo(folder / "more.csv")


REDCAP_CASES = [
    redcap("quote never closed", "is never closed", export(HEAD + 'P1,1,61,,"' + ROW)),
    redcap(
        "quote never closed in the dictionary",
        "is never closed",
        export(HEAD + ROW, FIELDS + 'x,enrol,radio,"1, A\n'),
    ),
    redcap(
        "a hundred thousand columns",
        "R050",
        export(HEAD[:-1] + "".join(f",c{i}" for i in range(100_000)) + "\n" + ROW),
    ),
    redcap("more cells than a sheet", "cells and is refused", export(HEAD + "," * 8_100_000)),
    redcap("one endless cell", "field larger", export(HEAD + "P1,1," + "9" * 1_000_000 + ",,\n")),
    redcap("zero bytes", "is not a text file", export(HEAD + "P1,1,61,,\0\n")),
    redcap("a zip given as csv", "is not a text file", export(zipped())),
    redcap("a gzip bomb given as csv", "is not a text file", export(bomb())),
    redcap(
        "a link out of the folder",
        "leads out of its folder",
        both(export(HEAD + ROW), link_outside("old.csv")),
    ),
    redcap(
        "a path out of the folder",
        "leads out of its folder",
        export(HEAD + ROW),
        with_options('export = "../../../../etc/passwd"'),
    ),
    redcap(
        "an absolute path",
        "an absolute path is refused",
        export(HEAD + ROW),
        with_options('export = "/etc/passwd"'),
    ),
    redcap("a pipe in the folder", "is not a regular file", named_pipe),
    redcap("a folder in place of the export", "holds no export", put("dictionary.csv", FIELDS)),
    redcap("no dictionary", "holds no data dictionary", put("export.csv", HEAD + ROW)),
    redcap("a dictionary without fields", "declares no field", export(HEAD, FIELDS[:100] + "\n")),
    redcap(
        "labels instead of raw values",
        "export raw values",
        export("Record ID,Sex,Age\nP1,Female,61\n"),
    ),
    redcap("UTF-16", "R018", export((HEAD + ROW).encode("utf-16"))),
    redcap(
        "byte order mark before Latin-1",
        "R018",
        export(b"\xef\xbb\xbf" + HEAD.encode() + b"P\xe9,1,61,,\n"),
    ),
    redcap("a formula in a cell", "R052", export(HEAD + "P1,1,=1+cmd|' /C calc'!A0,,\n")),
    redcap("a number of a thousand digits", "R052", export(HEAD + f"P1,1,{'9' * 1000},,\n")),
    redcap("a number of another script", "R052", export(HEAD + "P1,1,٦١,,\n")),
    redcap("a day that there is not", "R052", export(HEAD + "P1,1,61,31/02/2024,\n")),
    redcap("a choice that there is not", "R051", export(HEAD + "P1,7,61,,\n")),
    redcap("a row twice", "R054", export(HEAD + ROW + ROW)),
    redcap("a row without a record", "R002", export(HEAD + ",1,61,,\n")),
    redcap(
        "a record with a mark that no eye sees", "R021", export(HEAD + "P1,2,,,\nP1\u200b,1,,,\n")
    ),
    redcap("a row longer than the header", "R019", export(HEAD + "P1,1,61,,x,y,z\n")),
    redcap("a column twice", "R017", export("record_id,sex,age,age,consent,site\nP1,1,61,16,,\n")),
    redcap(
        "a field name that is a statement",
        "R057",
        export(HEAD + ROW, FIELDS + "x'; DROP TABLE dm; --,enrol,text,,\n"),
    ),
    redcap(
        "choices that are none",
        "R057",
        export(HEAD + ROW, FIELDS + "pick,enrol,radio," + "|" * 50_000 + ",\n"),
    ),
    redcap(
        "missing codes of another shape",
        "R043",
        export(HEAD + ROW),
        with_options("missing_codes = [-99]"),
    ),
]

# --- ODM --------------------------------------------------------------------------------------

ROOT = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot">'
META = (
    '<Study OID="S"><MetaDataVersion OID="M"><ItemDef OID="I.SEX" DataType="text">'
    '<CodeListRef CodeListOID="CL"/></ItemDef><ItemDef OID="I.AGE" DataType="integer"/>'
    '<ItemDef OID="I.SITE" DataType="text"/><CodeList OID="CL" DataType="text">'
    '<EnumeratedItem CodedValue="F"/><EnumeratedItem CodedValue="M"/></CodeList>'
    "</MetaDataVersion></Study>"
)


def data(items: str, subject: str = "P1", **more: str) -> str:
    marks = "".join(f' {key}="{value}"' for key, value in more.items())
    return (
        f'<SubjectData SubjectKey="{subject}"{marks}><StudyEventData StudyEventOID="E">'
        f'<FormData FormOID="F.DM"><ItemGroupData ItemGroupOID="IG">{items}'
        "</ItemGroupData></FormData></StudyEventData></SubjectData>"
    )


def item(oid: str, value: str) -> str:
    return f'<ItemData ItemOID="{oid}" Value="{value}"/>'


SOUND = item("I.SEX", "F") + item("I.SITE", PATIENT)


def odm(name: str, told: str, text: str | bytes) -> Case:
    return Case("odm", name, put("odm.xml", text), told)


def whole(content: str, *, before: str = "", root: str = ROOT) -> str:
    return f"{before}{root}{META}<ClinicalData>{content}</ClinicalData></ODM>"


LAUGHS = (
    "<!DOCTYPE ODM ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 30))
    + "]>"
)
ODM_CASES = [
    odm("a billion laughs", "declares a document type", whole("&a29;", before=LAUGHS)),
    odm(
        "an entity that reads a file",
        "declares a document type",
        whole("&x;", before='<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ),
    odm(
        "a document type from elsewhere",
        "declares a document type",
        whole(data(SOUND), before='<!DOCTYPE ODM SYSTEM "http://localhost:1/odm.dtd">'),
    ),
    odm(
        "a parameter entity",
        "declares a document type",
        whole(data(SOUND), before='<!DOCTYPE ODM [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>'),
    ),
    odm("a million elements deep", "nests deeper", ROOT + "<a>" * 1_000_000),
    odm(
        "a million attributes",
        "is refused",
        ROOT + "<a " + "".join(f'a{i}="" ' for i in range(1_000_000)) + "/>",
    ),
    odm("an attribute of megabytes", "of megabytes", whole(data(item("I.SITE", "x" * 12_000_000)))),
    odm("a comment of megabytes", "of megabytes", whole(f"<!--{'x' * 12_000_000}-->")),
    odm("more items than a study has", "R067", whole(data(item("I.AGE", "1") * 100_000))),
    odm(
        "an encoding that there is not",
        "an encoding that cannot be read",
        whole("", before='<?xml version="1.0" encoding="x-k"?>'),
    ),
    odm(
        "UTF-16 that says UTF-8",
        "not well-formed",
        whole(data(SOUND), before='<?xml version="1.0" encoding="UTF-8"?>').encode("utf-16"),
    ),
    odm(
        "Latin-1 that says UTF-8",
        "not well-formed",
        whole(data(item("I.SITE", "Zürich"))).encode("latin-1"),
    ),
    odm("zero bytes", "not well-formed", whole(data(item("I.SITE", "\0")))),
    odm("a reference to a zero byte", "not well-formed", whole(data(item("I.SITE", "&#0;")))),
    odm("cut short", "not well-formed", whole(data(SOUND))[:-40]),
    odm(
        "an attribute twice",
        "not well-formed",
        whole('<SubjectData SubjectKey="1" SubjectKey="2"/>'),
    ),
    odm("a prefix of no namespace", "not well-formed", whole("<x:y/>")),
    odm("another root", "its root is", "<html><body>odm</body></html>"),
    odm("a zip given as xml", "not well-formed", zipped()),
    odm("a gzip bomb given as xml", "not well-formed", bomb()),
    odm("an empty file", "not well-formed", b""),
    odm("a list of changes", "list of changes", whole(data(SOUND, TransactionType="Remove"))),
    Case("odm", "a link out of the folder", link_outside("odm.xml"), "leads out of its folder"),
    odm("no clinical data", "R043", ROOT + META + "</ODM>"),
    odm("data in another namespace", "R043", whole(f'<x xmlns="urn:x">{data(SOUND)}</x>')),
    odm("a form twice", "R054", whole(data(SOUND) + "\n" + data(SOUND))),
    odm("an item twice in its group", "R067", whole(data(SOUND + item("I.SEX", "M")))),
    odm("a code that the list has not", "R051", whole(data(item("I.SEX", "X")))),
    odm("text where a number is declared", "R052", whole(data(item("I.AGE", "1e999999")))),
    odm(
        "an item that nobody defined",
        "R068",
        whole(data(SOUND)).replace('<ItemDef OID="I.SITE" DataType="text"/>', ""),
    ),
    odm("a subject without a key", "R002", whole(data(SOUND, subject=""))),
]

# --- transport files --------------------------------------------------------------------------


def namestr(name: bytes, kind: int, length: int, place: int) -> bytes:
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhl52s",
        *(kind, 0, length, 1, name.ljust(8), b" " * 40, b" " * 8, 0, 0, 0, b"", b" " * 8, 0, 0),
        *(place, b""),
    )


def transport(
    variables: list[tuple[bytes, int, int, int]], records: bytes, count: str | None = None
) -> bytes:
    """A transport file of these variables (name, kind, length, place) and records."""

    def header(word: str, tail: str = "0" * 30) -> bytes:
        return f"HEADER RECORD*******{word:<8}HEADER RECORD!!!!!!!{tail}  ".encode()

    stamp = b"01JAN24:00:00:00"
    first = b"SAS     SAS     SASLIB  9.4     X64".ljust(64) + stamp
    member = b"SAS     DM      SASDATA 9.4     X64".ljust(64) + stamp
    described = b"".join(namestr(*one) for one in variables)
    described += b" " * (-len(described) % 80)
    said = f"00{count or f'{len(variables):04d}'}".rjust(10, "0")
    return b"".join(
        [
            *(header("LIBRARY"), first, stamp.ljust(80)),
            *(header("MEMBER", "0" * 17 + "1600000000140"), header("DSCRPTR")),
            *(member, stamp.ljust(80), header("NAMESTR", said.ljust(30, "0")), described),
            *(header("OBS"), records + b" " * (-len(records) % 80)),
        ]
    )


TWO = [(b"USUBJID", 2, 8, 0), (b"AGE", 1, 8, 8)]
ODD = [(b"USUBJID", 2, 17, 0)]
SIXTY_ONE = bytes.fromhex("423D000000000000")
RECORDS = b"S-1     " + SIXTY_ONE + PATIENT.encode()[:8] + SIXTY_ONE
WHOLE = transport(TWO, RECORDS)


def xpt(name: str, told: str, content: bytes) -> Case:
    return Case("xpt", name, put("dm.xpt", content), told)


def aged(figures: str) -> bytes:
    return transport(TWO, b"S-1     " + bytes.fromhex(figures))


XPT_CASES = [
    xpt("an empty file", "is not a SAS transport", b""),
    xpt("a zip given as xpt", "is not a SAS transport", zipped()),
    xpt("a gzip bomb given as xpt", "is not a SAS transport", bomb()),
    xpt("version 8", "is not a SAS transport", WHOLE.replace(b"LIBRARY ", b"LIBV8   ")),
    xpt("a header cut short", "without variables, or cut short", WHOLE[:400]),
    xpt("variables cut short", "more than it can hold", WHOLE[:700]),
    xpt("data cut short", "is cut short", WHOLE[:-70]),
    xpt("a record cut short", "is cut short", transport(ODD, b"S" * 17 * 20)[:-80]),
    xpt("no variables", "claims 0 variables", transport([], b"", "0000")),
    xpt("more variables than there are", "more than it can hold", transport(TWO, RECORDS, "9999")),
    xpt("a negative number of variables", "without variables", transport(TWO, RECORDS, "-001")),
    xpt(
        "a negative length",
        "describes its variables wrongly",
        transport([(b"USUBJID", 2, -8, 0)], RECORDS),
    ),
    xpt(
        "a length of zero",
        "describes its variables wrongly",
        transport([(b"USUBJID", 2, 0, 0)], RECORDS),
    ),
    xpt(
        "a number of nine bytes",
        "describes its variables wrongly",
        transport([(b"USUBJID", 2, 8, 0), (b"AGE", 1, 9, 8)], RECORDS),
    ),
    xpt(
        "a kind that there is not",
        "describes its variables wrongly",
        transport([(b"USUBJID", 3, 8, 0)], RECORDS),
    ),
    xpt(
        "two variables of one name",
        "two variables of one name",
        transport([TWO[0], (b"USUBJID", 2, 8, 8)], RECORDS),
    ),
    xpt("variables that overlap", "overlap", transport([TWO[0], (b"AGE", 1, 8, 4)], RECORDS)),
    xpt("a place before the record", "overlap", transport([TWO[0], (b"AGE", 1, 8, -8)], RECORDS)),
    xpt(
        "a variable without a name", "without a name", transport([TWO[0], (b"", 1, 8, 8)], RECORDS)
    ),
    xpt(
        "a name that leads elsewhere",
        "no variable USUBJID",
        transport([(b"../../X", 2, 8, 0), TWO[1]], RECORDS),
    ),
    xpt(
        "a name that is no text",
        "no variable USUBJID",
        transport([(b"\xff\xfe\x80", 2, 8, 0), TWO[1]], RECORDS),
    ),
    xpt("two datasets in one file", "several datasets", WHOLE + WHOLE[240:]),
    xpt("lengths beyond all files", "cut short", transport([(b"USUBJID", 2, 32767, 0)], RECORDS)),
    xpt("a number beyond the greatest", "R001", aged("7FFFFFFFFFFFFFFF")),
    xpt("a number below zero", "R005", aged("C23D000000000000")),
    xpt("a number that is no whole byte", "R005", aged("0000000000000001")),
    xpt(
        "a subject that is missing", "R002", transport(TWO, b"        " + SIXTY_ONE + RECORDS[:16])
    ),
    xpt("a byte of another alphabet", "R018", transport(TWO, b"S\xe91     " + SIXTY_ONE)),
    Case("xpt", "a folder given as xpt", lambda folder: (folder / "dm.xpt").mkdir(), "has no DM"),
    Case("xpt", "a link out of the folder", link_outside("dm.xpt"), "leads out of its folder"),
]

# --- Dataset-JSON -----------------------------------------------------------------------------

DATASET: dict[str, Any] = {
    "datasetJSONCreationDateTime": "2024-01-01T00:00:00",
    "datasetJSONVersion": "1.1.0",
    "itemGroupOID": "IG.DM",
    "records": 1,
    "name": "DM",
    "label": "Demographics",
    "columns": [
        {"itemOID": "1", "name": "USUBJID", "label": "Subject", "dataType": "string"},
        {"itemOID": "2", "name": "AGE", "label": "Age", "dataType": "integer"},
        {"itemOID": "3", "name": "SITEID", "label": "Site", "dataType": "string"},
    ],
    "rows": [["S-1", 61, PATIENT]],
}
HEADER = {key: value for key, value in DATASET.items() if key != "rows"}


def dataset(title: str, told: str, **changes: Any) -> Case:
    return raw(title, told, json.dumps(DATASET | changes))


def raw(name: str, told: str, content: str | bytes, file: str = "dm.json") -> Case:
    return Case("json", name, put(file, content), told)


def lines(name: str, told: str, *rows: str) -> Case:
    return raw(name, told, "\n".join([json.dumps(HEADER), *rows]), "dm.ndjson")


TEXT = json.dumps(DATASET)
JSON_CASES = [
    raw("an empty file", "is not JSON", b""),
    raw("cut short", "is not JSON", TEXT[:-10]),
    raw("two hundred thousand brackets", "nests too deep", "[" * 200_000),
    raw("brackets in a cell", "nests too deep", TEXT.replace("61", "[" * 100_000)),
    raw("a number of thousands of digits", "thousands of digits", TEXT.replace("61", "9" * 5000)),
    raw("a number beyond all numbers", "R064", TEXT.replace("61", "9" * 400)),
    raw("a number that is none", "NaN is no JSON", TEXT.replace("61", "NaN")),
    raw("a number without end", "Infinity is no JSON", TEXT.replace("61", "-Infinity")),
    raw(
        "a key twice", "a key twice", TEXT.replace('"name": "DM"', '"name": "AE", "name": "DM"', 1)
    ),
    raw("rows twice", "a key twice", TEXT[:-1] + ', "rows": []}'),
    raw("UTF-16", "is not UTF-8", TEXT.encode("utf-16")),
    raw("Latin-1", "is not UTF-8", TEXT.replace("S-1", "é").encode("latin-1")),
    raw("a gzip bomb given as json", "is not UTF-8", bomb()),
    raw("half a character", "R064", TEXT.replace("S-1", "\\ud800")),
    raw("a zero byte in a text", "R064", TEXT.replace("S-1", "S\\u00001")),
    raw("a list at the root", "is not an object", "[" + TEXT + "]"),
    dataset("a path as its name", "names its dataset", name="../../DM"),
    dataset("another dataset than the file", "names its dataset", name="AE"),
    dataset("a variable that leads elsewhere", "no SDTM variable", columns=[{"name": "../X"}]),
    dataset("version 1.0", "no Dataset-JSON 1.1", datasetJSONVersion="1.0.0"),
    dataset("no columns", "no list of 1 to", columns=[]),
    dataset("a hundred thousand columns", "no list of 1 to", columns=[{}] * 100_000),
    dataset("a column twice", "a column twice", columns=DATASET["columns"][:1] * 3),
    dataset("a type that there is not", "the data type", columns=[{"name": "A", "dataType": "x"}]),
    dataset("rows that are no list", "its rows are no list", rows={"0": []}),
    dataset("a count that lies", "R065", records=10**9),
    dataset("a count that is no number", "R065", records="1"),
    dataset("rows of other lengths", "R066", rows=[["S-1"], ["S-2", 1, "x", "y"]], records=2),
    dataset("rows that are none", "R066", rows=[None, "S-1", 5], records=3),
    dataset("a list in a cell", "R064", rows=[["S-1", [61], "x"]]),
    dataset("a text among numbers", "R064", rows=[["S-1", "61", "x"]]),
    lines("a line that is not JSON", "dm.ndjson:3: is not JSON", '["S-1", 61, "x"]', '["S-2", 6'),
    lines("a line that is an object", "is not a list", '{"USUBJID": "S-1"}'),
    lines("a blank line between", "dm.ndjson:2: is not JSON", "", '["S-1", 61, "x"]'),
    Case("json", "a link out of the folder", link_outside("dm.json"), "leads out of its folder"),
    Case("json", "one domain twice", both(put("dm.json", TEXT), put("dm.xpt", WHOLE)), "R063"),
]

CASES = [*REDCAP_CASES, *ODM_CASES, *XPT_CASES, *JSON_CASES]

"""define.xml 2.1 against the standard's own XSD, with every reference resolved."""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest

from hepatica.clinic.dataset import Adam, datasets
from hepatica.report.cdisc.define import define_xml
from hepatica.report.cdisc.submission import submission
from hepatica.study import Study
from hepatica.workflow.workspace import Workspace

EXAMPLE = Path(__file__).parents[3] / "examples" / "hard-courses"
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(EXAMPLE)


@pytest.fixture(scope="module")
def text(workspace: Workspace) -> str:
    workspace.adam()
    return define_xml(workspace.protocol, submission(workspace.datasets))


def errors(text: str, tmp_path: Path) -> list[str]:
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not here")
    validate = pytest.importorskip("defineutils.validate", reason="defineutils is not here")
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    schema = validate.DefineSchemaValidator(path).xsd
    assert isinstance(schema, xmlschema.XMLSchemaBase)
    return [str(error.reason) for error in schema.iter_errors(str(path))]


def test_it_is_valid_against_the_schema(text: str, tmp_path: Path) -> None:
    assert errors(text, tmp_path) == []


def test_the_schema_would_tell(text: str, tmp_path: Path) -> None:
    assert errors(text.replace('Repeating="Yes"', 'Repeating="Perhaps"'), tmp_path)


def test_it_is_valid_without_a_row_and_with_hostile_text(
    workspace: Workspace, tmp_path: Path
) -> None:
    declared = datasets()
    empty = {name: declared[name].schema().empty_table() for name in ("ADSL", "ADAE")}
    row = {
        "STUDYID": "X",
        "USUBJID": "X-1",
        "PARAMCD": 'A&<">\x00',
        "PARAM": "\x1b]]>",
        "AVAL": 1.0,
    }
    hostile = pa.Table.from_pylist([row], declared["ADTR"].schema())
    text = define_xml(workspace.protocol, submission(Adam({**empty, "ADTR": hostile})))
    assert text.count('def:HasNoData="Yes"') == 2
    assert errors(text, tmp_path) == []


def test_parameter_codes_of_any_signs_stay_apart(workspace: Workspace, tmp_path: Path) -> None:
    declared = datasets()
    rows = [
        {"STUDYID": "X", "USUBJID": "X-1", "ASEQ": n, "PARAMCD": code, "PARAM": code, "AVAL": 1.0}
        for n, code in enumerate(("白细胞", "血红蛋白", "A+", "A?", "A-", "A", "a"), 1)
    ]
    given = {"ADSL": declared["ADSL"].schema().empty_table()}
    given["ADLB"] = pa.Table.from_pylist(rows, declared["ADLB"].schema())
    text = define_xml(workspace.protocol, submission(Adam(given)))
    assert errors(text, tmp_path) == []


def test_every_reference_has_its_definition(text: str) -> None:
    root = ElementTree.fromstring(text)
    oids = [one.get("OID") or "" for one in root.iter() if one.get("OID")]
    leaves = [one.get("ID") or "" for one in root.iter(f"{DEF}leaf")]
    known = {*oids, *leaves}
    assert len(known) == len(oids) + len(leaves), "an identifier is given twice"
    referred = {
        value
        for one in root.iter()
        for name, value in one.attrib.items()
        if name.endswith(("OID", "ArchiveLocationID")) and name not in ("OID", "FileOID")
    }
    assert referred <= known
    assert {oid for oid in oids if oid.startswith(("MT.", "CL.", "VL.", "WC."))} <= referred


def test_what_it_says_comes_from_the_declarations(text: str, workspace: Workspace) -> None:
    root = ElementTree.fromstring(text)
    tables = workspace.adam()
    groups = {g.get("Name"): g for g in root.iter(f"{ODM}ItemGroupDef")}
    assert set(groups) == set(tables) & set(datasets())
    for name, group in groups.items():
        references = [r.get("ItemOID") for r in group.iter(f"{ODM}ItemRef")]
        named = [f"IT.{name}.{v.name}" for v in datasets()[name].variables]
        assert [r for r in references if r in named] == named
        more = "".join(r.rsplit(".", 1)[1] for r in references if r not in named)
        assert more == "" or more.rstrip("0123456789") != more
    methods = {m.get("OID"): "".join(m.itertext()).strip() for m in root.iter(f"{ODM}MethodDef")}
    trtsdt = next(v for v in datasets()["ADSL"].variables if v.name == "TRTSDT")
    assert methods["MT.ADSL.TRTSDT"] == trtsdt.derivation
    assert "first of: death" in methods["MT.ADTTE.AVAL.OS"]
    items = {i.get("OID"): i for i in root.iter(f"{ODM}ItemDef")}
    origin = items["IT.ADSL.SEX"].find(f"{DEF}Origin")
    assert origin is not None and origin.get("Type") == "Predecessor"
    assert "".join(origin.itertext()).strip() == "DM.SEX"
    comment = next(c for c in root.iter(f"{DEF}CommentDef") if c.get("OID") == "COM.ADSL")
    assert "".join(comment.itertext()).strip().startswith("ADSL: one row a subject.")


def test_the_time_of_creation_is_the_cutoff(text: str, workspace: Workspace) -> None:
    cutoff: date = workspace.protocol.study.cutoff
    assert ElementTree.fromstring(text).get("CreationDateTime") == f"{cutoff}T00:00:00"
    study: Study = workspace.protocol
    assert define_xml(study, submission(workspace.datasets)) == text

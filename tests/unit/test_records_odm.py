"""ODM files, small ones written out: forms, item groups, code lists, and what is told."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from records_book import one, told

from hepatica.core.errors import Unreadable
from hepatica.records.reader import read_records
from hepatica.records.record import Records

HEAD = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot">\n'
META = """<Study OID="S"><MetaDataVersion OID="M" Name="M">
<FormDef OID="F.DM" Name="DM" Repeating="No">
<ItemGroupRef ItemGroupOID="IG.DM" Mandatory="Yes"/></FormDef>
<FormDef OID="F.AE" Name="AE" Repeating="No">
<ItemGroupRef ItemGroupOID="IG.AE" Mandatory="No"/></FormDef>
<ItemGroupDef OID="IG.DM" Name="DM" Repeating="No">
<ItemRef ItemOID="I.SEX" Mandatory="Yes"/><ItemRef ItemOID="I.AGE" Mandatory="No"/>
</ItemGroupDef>
<ItemGroupDef OID="IG.AE" Name="AE" Repeating="Yes">
<ItemRef ItemOID="I.TERM" Mandatory="Yes"/><ItemRef ItemOID="I.START" Mandatory="No"/>
</ItemGroupDef>
<ItemDef OID="I.SEX" Name="SEX" DataType="text"><Question><TranslatedText>Sex</TranslatedText>
</Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
<ItemDef OID="I.AGE" Name="AGE" DataType="integer"><RangeCheck Comparator="GE" SoftHard="Soft">
<CheckValue>18</CheckValue></RangeCheck></ItemDef>
<ItemDef OID="I.TERM" Name="TERM" DataType="text"/>
<ItemDef OID="I.START" Name="START" DataType="partialDate"/>
<CodeList OID="CL.SEX" Name="SEX" DataType="text">
<CodeListItem CodedValue="1"><Decode><TranslatedText xml:lang="en">Female</TranslatedText>
<TranslatedText xml:lang="de">weiblich</TranslatedText></Decode></CodeListItem>
<CodeListItem CodedValue="2"><Decode><TranslatedText>Male</TranslatedText></Decode></CodeListItem>
</CodeList></MetaDataVersion></Study>
"""
MAPPING: dict[str, Any] = {
    "subjects": {
        "form": "F.DM",
        "columns": {"subject": "SubjectKey", "sex": "I.SEX", "age_years": "I.AGE"},
    },
}
EVENTS: dict[str, Any] = {
    "adverse_events": {
        "form": "F.AE",
        "group": "IG.AE",
        "columns": {"subject": "SubjectKey", "term": "I.TERM", "start_date": "I.START"},
    }
}


def items(**values: str) -> str:
    return "".join(f'<ItemData ItemOID="I.{k}" Value="{v}"/>\n' for k, v in values.items())


def group(oid: str, content: str, key: int = 1) -> str:
    return (
        f'<ItemGroupData ItemGroupOID="{oid}" ItemGroupRepeatKey="{key}">{content}</ItemGroupData>'
    )


def form(oid: str, *groups: str, subject: str = "P1", event: str = "SE.1") -> str:
    return (
        f'<SubjectData SubjectKey="{subject}"><StudyEventData StudyEventOID="{event}">'
        f'<FormData FormOID="{oid}">{"".join(groups)}</FormData></StudyEventData></SubjectData>\n'
    )


def document(*subjects: str, meta: str = META, head: str = HEAD) -> str:
    return f"{head}{meta}<ClinicalData>{''.join(subjects)}</ClinicalData></ODM>"


def read(
    folder: Path,
    text: str | bytes,
    mapping: Mapping[str, Any] = MAPPING,
    options: Mapping[str, Any] | None = None,
) -> Records:
    content = text.encode() if isinstance(text, str) else text
    (folder / "odm.xml").write_bytes(content)
    source = {"reader": "odm", "path": "odm.xml", "mapping": mapping, "options": options or {}}
    return read_records(folder, source)


def test_code_lists_types_and_lines(tmp_path: Path) -> None:
    text = document(form("F.DM", group("IG.DM", items(SEX="2", AGE="61"))))
    row = read(tmp_path, text)["subjects"].to_pylist()[0]
    assert (row["subject"], row["sex"], row["age_years"]) == ("P1", "M", 61.0)
    assert text.split("\n")[row["src_row"] - 1].startswith(
        '<ClinicalData><SubjectData SubjectKey="P1"'
    )


def test_a_repeating_item_group(tmp_path: Path) -> None:
    groups = [
        group("IG.AE", items(TERM="Fever", START="2020-02")),
        group("IG.AE", items(TERM="Nausea", START="2020-02-05"), 2),
    ]
    rows = read(tmp_path, document(form("F.AE", *groups)), EVENTS)["adverse_events"].to_pylist()
    assert [(r["term"], r["start_date"], r["start_date_flag"]) for r in rows] == [
        ("Fever", date(2020, 2, 1), "D"),
        ("Nausea", date(2020, 2, 5), ""),
    ]


def test_items_of_other_groups_and_forms_stand_beside(tmp_path: Path) -> None:
    text = document(
        form("F.DM", group("IG.DM", items(SEX="1", AGE="50"))),
        form("F.AE", group("IG.AE", items(TERM="Fever")), group("IG.X", items(REL="Y"))),
        form("F.AE", group("IG.AE", items(TERM="Cough")), event="SE.2"),
    )
    entry = EVENTS["adverse_events"]
    columns = entry["columns"] | {
        "related": "I.REL",
        "outcome": "I.AGE",
        "serious": "[SE.1][I.SEX]",
    }
    columns["severity"] = "StudyEventOID"
    mapping = {
        "adverse_events": {
            **entry,
            "columns": columns,
            "codes": {"serious": {"Female": "Y"}, "severity": {"SE.1": "mild", "SE.2": "severe"}},
        }
    }
    rows = read(tmp_path, text, mapping)["adverse_events"].to_pylist()
    names = ("term", "related", "outcome", "serious", "severity")
    assert [tuple(r[n] for n in names) for r in rows] == [
        ("Fever", "related", "50", "Y", "mild"),
        ("Cough", None, None, "Y", "severe"),
    ]
    assert one(read(tmp_path, text, mapping), "R068").found == "'I.REL'"


def test_typed_items_nulls_and_audit_records(tmp_path: Path) -> None:
    content = (
        '<ItemDataString ItemOID="I.SEX">2</ItemDataString>'
        '<ItemData ItemOID="I.AGE" IsNull="Yes"><AuditRecord><DateTimeStamp>2020</DateTimeStamp>'
        "</AuditRecord></ItemData>"
    )
    row = read(tmp_path, document(form("F.DM", group("IG.DM", content))))["subjects"].to_pylist()[0]
    assert (row["sex"], row["age_years"]) == ("M", None)


def test_the_shape_of_version_2(tmp_path: Path) -> None:
    head = '<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0" FileType="Snapshot">\n'
    content = (
        '<SubjectData SubjectKey="P1"><StudyEventData StudyEventOID="SE.1">'
        '<ItemGroupData ItemGroupOID="F.DM"><ItemData ItemOID="I.SEX"><Value>1</Value></ItemData>'
        '<ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="I.AGE"><Value>40</Value>'
        "</ItemData></ItemGroupData></ItemGroupData></StudyEventData></SubjectData>"
    )
    row = read(tmp_path, document(content, head=head))["subjects"].to_pylist()[0]
    assert (row["sex"], row["age_years"]) == ("F", 40.0)


def test_the_attributes_of_redcap(tmp_path: Path) -> None:
    head = HEAD.replace("ODMVersion", 'xmlns:redcap="https://projectredcap.org" ODMVersion')
    meta = (
        '<Study OID="S"><GlobalVariables><redcap:Purpose>2</redcap:Purpose></GlobalVariables>'
        '<MetaDataVersion OID="M" redcap:RecordIdField="record_id">'
        '<ItemDef OID="weight" Name="weight" DataType="text" redcap:FieldType="text" '
        'redcap:TextValidationType="number_1dp_comma_decimal"/>'
        '<ItemDef OID="prior___1" Name="prior___1" DataType="boolean" redcap:FieldType="checkbox">'
        '<CodeListRef CodeListOID="prior___1.choices"/></ItemDef>'
        '<ItemDef OID="name" Name="name" DataType="text" redcap:FieldType="text" '
        'redcap:Identifier="y"/>'
        '<CodeList OID="prior___1.choices" DataType="boolean"><CodeListItem CodedValue="1"><Decode>'
        "<TranslatedText>Checked</TranslatedText></Decode></CodeListItem></CodeList>"
        "</MetaDataVersion></Study>"
    )
    data = (
        '<SubjectData SubjectKey="1" redcap:RecordIdField="record_id"><StudyEventData '
        'StudyEventOID="Event.base_arm_1" redcap:UniqueEventName="base_arm_1">'
        '<FormData FormOID="Form.enrol" FormRepeatKey="1"><ItemGroupData ItemGroupOID="enrol.x">'
        '<ItemData ItemOID="weight" Value="71,5"/><ItemData ItemOID="prior___1" Value="1"/>'
        '<ItemData ItemOID="name" Value="A"/>'
        "</ItemGroupData></FormData></StudyEventData></SubjectData>"
    )
    columns = {
        "subject": "SubjectKey",
        "treated": "prior___1",
        "age_years": "weight",
        "site": "name",
    }
    mapping = {"subjects": {"form": "Form.enrol", "columns": columns}}
    records = read(tmp_path, document(data, meta=meta, head=head), mapping)
    row = records["subjects"].to_pylist()[0]
    assert (row["treated"], row["age_years"]) == ("Y", 71.5)
    assert one(records, "R061").place.column == "name"


def test_faults_of_values_are_told_at_their_lines(tmp_path: Path) -> None:
    text = document(
        form("F.DM", group("IG.DM", "\n" + items(SEX="3", AGE="9"))),
        form("F.DM", group("IG.DM", "\n" + items(AGE="-99")), subject="P2"),
        form("F.DM", group("IG.DM", "\n" + items(SEX="1", AGE="old")), subject="P3"),
    )
    records = read(tmp_path, text, options={"missing_codes": {"-99": "not known"}})
    lines = text.split("\n")
    for code, words in (
        ("R051", 'Value="3"'),
        ("R056", 'Value="9"'),
        ("R052", "old"),
        ("R053", "-99"),
    ):
        place = one(records, code).place
        assert words in lines[(place.row or 0) - 1]
        assert place.file == "odm.xml"
    assert one(records, "R055").place.column == "I.SEX"
    assert [s["age_years"] for s in records["subjects"].to_pylist()] == [9.0, None, None]


def test_forms_and_items_given_twice(tmp_path: Path) -> None:
    text = document(
        form("F.DM", group("IG.DM", items(SEX="1") + items(SEX="2"))),
        "\n" + form("F.DM", group("IG.DM", items(SEX="1"))),
    )
    records = read(tmp_path, text)
    assert one(records, "R054").subject == "P1"
    assert one(records, "R067").found == "'I.SEX' again"
    assert records["subjects"]["sex"].to_pylist() == ["F"]


def test_a_repeating_group_has_to_be_named(tmp_path: Path) -> None:
    groups = [group("IG.AE", items(TERM="Fever")), group("IG.AE", items(TERM="Nausea"), 2)]
    mapping = {
        "adverse_events": {k: v for k, v in EVENTS["adverse_events"].items() if k != "group"}
    }
    records = read(tmp_path, document(form("F.AE", *groups)), mapping)
    assert one(records, "R067").found == "'I.TERM' 2 times in one form"


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"form": "F.DN"}, "'F.DN'"),
        ({"columns": {"subject": "SubjectKey", "sex": "I.SEXX"}}, "'I.SEXX'"),
        ({"form": "", "columns": {"subject": "SubjectKey"}}, "items of no form"),
        ({"when": {"StudyEventOID": "SE.9"}}, "'SE.9'"),
        ({"file": "x"}, "'file'"),
    ],
)
def test_a_fault_in_the_mapping(tmp_path: Path, entry: dict[str, Any], found: str) -> None:
    text = document(form("F.DM", group("IG.DM", items(SEX="1"))))
    records = read(tmp_path, text, {"subjects": MAPPING["subjects"] | entry})
    assert found in [f.found for f in told(records, "R043")]


def test_an_entry_that_finds_nothing(tmp_path: Path) -> None:
    records = read(tmp_path, document(form("F.DM", group("IG.DM", items(SEX="1")))), EVENTS)
    assert one(records, "R058").found == "no row of form F.AE, item group IG.AE"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not well-formed"),
        ("<ODM><Study></ODM>", "odm.xml:1: is not well-formed"),
        ("<html/>", "its root is html"),
        ('<ODM xmlns="urn:other"/>', "its root is ODM of urn:other"),
        ("<!DOCTYPE ODM><ODM/>", "declares a document type"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><ODM>&a;</ODM>', "declares a document type"),
        ("<ODM>" + "<a>" * 60, "nests deeper"),
        (document('<SubjectData SubjectKey="1" TransactionType="Remove"/>'), "list of changes"),
        (document('<SubjectData SubjectKey="1" TransactionType="upsert"/>'), "list of changes"),
        ('<?xml version="1.0" encoding="klingon"?><ODM/>', "not well-formed|encoding"),
    ],
)
def test_what_is_no_odm_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(tmp_path, text)


def test_utf_16_is_understood(tmp_path: Path) -> None:
    text = document(form("F.DM", group("IG.DM", items(SEX="1")), subject="Pé"))
    records = read(tmp_path, ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16"))
    assert records["subjects"]["subject"].to_pylist() == ["Pé"]


def versions(second: str, data: str, *, include: bool = False) -> str:
    """A file with two versions of the metadata, the second with another code list of the sexes."""
    other = META.replace('OID="M"', 'OID="M2"')
    other = other.replace("Female", "F0").replace("Male", second).replace("F0", "Female")
    if include:
        start = other.index("<FormDef")
        end = other.index("<CodeList ")
        other = other[:start] + '<Include StudyOID="S" MetaDataVersionOID="M"/>' + other[end:]
    both = META.replace("</Study>", "") + other.replace('<Study OID="S">', "")
    return f"{HEAD}{both}{data}</ODM>"


def clinical(version: str, *subjects: str, study: str = "S") -> str:
    attributes = f'StudyOID="{study}" MetaDataVersionOID="{version}"'
    return f"<ClinicalData {attributes}>{''.join(subjects)}</ClinicalData>"


def test_the_version_that_the_data_name_counts(tmp_path: Path) -> None:
    one_form = form("F.DM", group("IG.DM", items(SEX="2", AGE="61")))
    for include in (False, True):
        for version, sex in (("M", "M"), ("M2", "U")):
            text = versions("Unknown", clinical(version, one_form), include=include)
            row = read(tmp_path, text)["subjects"].to_pylist()[0]
            assert (row["sex"], row["age_years"]) == (sex, 61.0)


def test_versions_in_which_a_code_means_another_thing_are_refused(tmp_path: Path) -> None:
    first = form("F.DM", group("IG.DM", items(SEX="2")))
    data = clinical("M", first) + clinical("M2", first.replace("P1", "P2"))
    with pytest.raises(Unreadable, match=r"item I\.SEX is defined otherwise in version M2"):
        read(tmp_path, versions("Unknown", data))
    assert read(tmp_path, versions("Male", data))["subjects"]["sex"].to_pylist() == ["M", "M"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (clinical("M") + clinical("M", study="S2"), r"several studies \(S, S2\)"),
        (clinical("M3"), "version 'M3' of the metadata, which is not among"),
    ],
)
def test_data_of_another_study_or_version_are_refused(
    tmp_path: Path, data: str, words: str
) -> None:
    with pytest.raises(Unreadable, match=words):
        read(tmp_path, versions("Male", data))


def test_an_event_ends_with_its_subject(tmp_path: Path) -> None:
    bare = '<SubjectData SubjectKey="P2"><FormData FormOID="F.DM">{}</FormData></SubjectData>'
    given = (
        form("F.DM", group("IG.DM", items(SEX="2"))),
        bare.format(group("IG.DM", items(SEX="1"))),
    )
    mapping = {"subjects": MAPPING["subjects"] | {"when": {"StudyEventOID": "SE.1"}}}
    records = read(tmp_path, document(*given), mapping)
    assert records["subjects"]["subject"].to_pylist() == ["P1"]

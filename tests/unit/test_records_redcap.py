"""REDCap projects, small ones written out: what is read, and what is told."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from records_book import one, told, write_files

from hepatica.core.errors import Unreadable
from hepatica.records.reader import read_records
from hepatica.records.record import Records

HEAD = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,"
    "text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,"
    "identifier,branching_logic,required_field\n"
)
ENROL = (
    "record_id,enrol,text,Record,,,,,,,\n"
    'sex,enrol,radio,Sex,"1, Female | 2, Male",,,,,,y\n'
    "age,enrol,text,Age,,integer,18,99,,,\n"
    "consent,enrol,text,Consent,,date_dmy,,,,,\n"
)
VISIT = (
    "day,visit,text,Day,,date_dmy,,,,,\n"
    'ecog,visit,radio,ECOG,"0, 0 | 1, 1 | 2, 2",,,,,,y\n'
    "weight,visit,text,Weight,,number_1dp_comma_decimal,,,,,\n"
)
EVENT = "term,event,text,Event,,,,,,,y\nstart,event,text,Start,,date_ymd,,,,,\n"
MAPPING: dict[str, Any] = {
    "subjects": {
        "form": "enrol",
        "columns": {
            "subject": "record_id",
            "sex": "sex",
            "age_years": "age",
            "consent_date": "consent",
        },
    }
}


def read(
    folder: Path,
    export: str,
    mapping: Mapping[str, Any] = MAPPING,
    *,
    fields: str = ENROL + VISIT + EVENT,
    options: Mapping[str, Any] | None = None,
    **more: str,
) -> Records:
    files = {"dictionary.csv": HEAD + fields, "export.csv": export}
    write_files(folder / "redcap", files | {f"{k}.csv": text for k, text in more.items()})
    source = {"reader": "redcap", "path": "redcap", "mapping": mapping, "options": options or {}}
    return read_records(folder, source)


def codes(records: Records) -> set[str]:
    return {finding.code for finding in records.findings}


def subjects(records: Records) -> list[tuple[Any, ...]]:
    names = ("subject", "sex", "age_years", "consent_date", "src_row")
    return [tuple(row[n] for n in names) for row in records["subjects"].to_pylist()]


def test_choices_dates_and_places(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,2,61,2020-01-02\nP2,1,55,2020-02-03\n"
    assert subjects(read(tmp_path, export)) == [
        ("P1", "M", 61.0, date(2020, 1, 2), 2),
        ("P2", "F", 55.0, date(2020, 2, 3), 3),
    ]


def test_the_long_header_of_a_dictionary(tmp_path: Path) -> None:
    long = (
        "Variable / Field Name,Form Name,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels",Text Validation Type OR Show Slider Number,'
        "Text Validation Min,Text Validation Max,Identifier?,"
        "Branching Logic (Show field only if...),Required Field?\n"
    )
    files = {"d.csv": "\ufeff" + long + ENROL, "e.csv": "record_id,sex,age,consent\nP1,2,61,\n"}
    write_files(tmp_path / "redcap", files)
    records = read_records(tmp_path, {"reader": "redcap", "path": "redcap", "mapping": MAPPING})
    assert subjects(records) == [("P1", "M", 61.0, None, 2)]
    assert not codes(records) & {"R050", "R057"}


def test_dates_in_the_order_of_the_form_are_turned_and_told(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,2,61,02/11/2020\nP2,1,55,13.11.2020\n"
    records = read(tmp_path, export)
    assert [row[3] for row in subjects(records)] == [date(2020, 11, 2), date(2020, 11, 13)]
    assert one(records, "R060").found == "'02/11/2020' and 1 more such cells"


@pytest.mark.parametrize("text", ["11/02/2020", "2020-02-30", "soon"])
def test_a_date_of_another_order_is_missing(tmp_path: Path, text: str) -> None:
    fields = ENROL.replace("date_dmy", "date_ymd")
    records = read(tmp_path, f"record_id,sex,age,consent\nP1,2,61,{text}\n", fields=fields)
    assert one(records, "R052").place.column == "consent"
    assert subjects(records)[0][3] is None


def test_missing_codes_are_missing_for_their_reason_and_never_numbers(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,2,-99,NASK\nP2,-99,-99.0,2020-01-01\nP3,1,44,NASK\n"
    reasons = {"-99": "not done", "NASK": "not asked"}
    records = read(tmp_path, export, options={"missing_codes": reasons})
    assert [row[1:4] for row in subjects(records)] == [
        ("M", None, None),
        (None, None, date(2020, 1, 1)),
        ("F", 44.0, None),
    ]
    assert sorted((f.place.column, f.found) for f in told(records, "R053")) == [
        ("age", "'-99' in 2 cells"),
        ("consent", "'NASK' in 2 cells"),
        ("sex", "'-99' in 1 cell"),
    ]
    assert all("'not " in f.expected for f in told(records, "R053"))


def test_a_missing_code_that_nobody_declared_is_dirt(tmp_path: Path) -> None:
    records = read(tmp_path, "record_id,sex,age,consent\nP1,2,-99,\n")
    assert one(records, "R056").expected == "18 to 99, as the field's own limits say"
    assert one(records, "R005")


def test_values_against_choices_and_validation(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,3,61.5,\nP2,Male,old,\n"
    records = read(tmp_path, export)
    assert [(f.place.row, f.found) for f in told(records, "R051")] == [(2, "'3'"), (3, "'Male'")]
    assert "label of code 2" in told(records, "R051")[1].hint
    assert [(f.place.row, f.found) for f in told(records, "R052")] == [(2, "'61.5'"), (3, "'old'")]
    assert [row[1:3] for row in subjects(records)] == [(None, None), (None, None)]
    assert "R001" not in codes(records), "each fault is told once"


VISITS: dict[str, Any] = {
    "status": {
        "form": "visit",
        "columns": {"subject": "record_id", "date": "day", "ecog": "ecog"},
    },
    "vitals": {
        "form": "visit",
        "columns": {"subject": "record_id", "date": "day"},
        "tests": [{"test": "WEIGHT", "column": "weight", "unit": "kg"}],
    },
}
KEYS = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance"


def test_events_and_decimal_commas(tmp_path: Path) -> None:
    export = (
        KEYS + ",sex,age,consent,day,ecog,weight\n"
        "P1,base_arm_1,,,2,61,,2020-01-02,0,\n"
        'P1,week_4_arm_1,,,,,,2020-02-02,1,"71,5"\n'
        'P1,week_8_arm_1,,,,,,,,"1,250"\n'
        "P1,end_arm_1,,,,,,,,\n"
    )
    records = read(tmp_path, export, {**MAPPING, **VISITS})
    rows = [(r["date"], r["ecog"], r["src_row"]) for r in records["status"].to_pylist()]
    assert rows[:2] == [(date(2020, 1, 2), 0, 2), (date(2020, 2, 2), 1, 3)]
    assert len(rows) == 3, "a row of an event in which the form was not filled in is none"
    assert records["vitals"]["value"].to_pylist() == [71.5, 1.25]
    assert records["subjects"].num_rows == 1
    assert one(records, "R055").found == "nothing in 1 row"


def test_a_repeating_instrument_takes_the_rest_from_its_event(tmp_path: Path) -> None:
    export = (
        KEYS + ",day,ecog,term,start\n"
        "P1,week_4_arm_1,,,2020-02-02,1,,\n"
        "P1,week_4_arm_1,event,1,,,Fever,\n"
        "P1,week_4_arm_1,event,2,,,Nausea,2020-02-05\n"
        "P1,week_8_arm_1,event,1,,,Cough,\n"
    )
    entry = {"subject": "record_id", "term": "term", "start_date": "start", "end_date": "day"}
    mapping = {"adverse_events": {"form": "event", "columns": entry}}
    rows = read(tmp_path, export, mapping)["adverse_events"].to_pylist()
    assert [(r["term"], r["start_date"], r["end_date"], r["src_row"]) for r in rows] == [
        ("Fever", None, date(2020, 2, 2), 3),
        ("Nausea", date(2020, 2, 5), date(2020, 2, 2), 4),
        ("Cough", None, None, 5),
    ]


def test_a_field_in_one_event(tmp_path: Path) -> None:
    export = (
        KEYS + ",sex,age,consent,day,ecog,weight\n"
        "P1,base_arm_1,,,2,61,,2020-01-02,0,\n"
        "P1,end_arm_1,,,,,,2021-03-04,,\n"
    )
    mapping = {
        "subjects": {
            "form": "enrol",
            "columns": {"subject": "record_id", "consent_date": "[end_arm_1][day]"},
        }
    }
    assert subjects(read(tmp_path, export, mapping))[0][3] == date(2021, 3, 4)
    wrong = {
        "subjects": {
            "form": "enrol",
            "columns": {"subject": "record_id", "consent_date": "[ends_arm_1][day]"},
        }
    }
    assert one(read(tmp_path, export, wrong), "R043").hint == "did you mean 'end_arm_1'?"


def test_checkboxes(tmp_path: Path) -> None:
    fields = ENROL + 'prior,enrol,checkbox,Prior,"1, TACE | -2, Surgery | a, Ablation",,,,,,\n'
    export = (
        "record_id,sex,age,consent,prior___1,prior____2,prior___a\nP1,2,61,,1,0,1\nP2,,,,0,0,0\n"
    )
    mapping = {
        "subjects": {"columns": {"subject": "record_id", "sex": "sex", "treated": "prior___a"}},
        "history": {
            "when": {"prior___1": 1},
            "columns": {"subject": "record_id"},
            "constants": {"category": "prior TACE"},
        },
    }
    records = read(tmp_path, export, mapping, fields=fields)
    assert records["history"]["subject"].to_pylist() == ["P1"]
    assert records["subjects"]["treated"].to_pylist() == ["Y"]
    assert "R050" not in codes(records)


def test_codes_of_the_mapping_go_before_labels(tmp_path: Path) -> None:
    entry = {**MAPPING["subjects"], "codes": {"sex": {"1": "M", "Male": "F"}}}
    records = read(tmp_path, "record_id,sex,age,consent\nP1,1,,\nP2,2,,\n", {"subjects": entry})
    assert [row[1] for row in subjects(records)] == ["M", "F"]


def test_a_code_whose_label_is_another_number(tmp_path: Path) -> None:
    fields = ENROL + VISIT.replace('"0, 0 | 1, 1 | 2, 2"', '"1, ECOG 0 | 2, ECOG 1 | 3, ECOG 2"')
    export = "record_id,day,ecog,weight\nP1,2020-01-02,1,\n"
    assert len(told(read(tmp_path, export, VISITS, fields=fields), "R059")) == 3
    given = {"status": {**VISITS["status"], "codes": {"ecog": {"1": "0", "2": "1", "3": "2"}}}}
    records = read(tmp_path, export, given, fields=fields)
    assert "R059" not in codes(records)
    assert records["status"]["ecog"].to_pylist() == [0]
    labels = ENROL + VISIT.replace('"0, 0 | 1, 1 | 2, 2"', '"1, 0 | 2, 1 | 3, 2"')
    assert read(tmp_path, export, VISITS, fields=labels)["status"]["ecog"].to_pylist() == [0]


def test_a_form_filled_in_twice(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,2,61,\nP1,1,61,\n"
    found = one(read(tmp_path, export), "R054")
    assert (found.place.row, found.subject) == (3, "P1")
    assert "row 2" in found.found


def test_dictionary_and_export_that_do_not_match(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent,shoe_size\nP1,2,61,,44\n"
    records = read(tmp_path, export, fields=ENROL + EVENT)
    assert [f.found for f in told(records, "R050")] == ["'shoe_size'", "no 'term', 'start'"]


def test_the_list_of_events(tmp_path: Path) -> None:
    export = (
        KEYS
        + ",sex,age,consent,day,ecog,weight\nP1,base_arm_1,,,2,61,,2020-01-02,0,\n"
        + "P1,odd_arm_1,,,,,,,,\n"
    )
    plan = "arm_num,unique_event_name,form\n1,base_arm_1,enrol\n1,week_4_arm_1,visit\n"
    records = read(tmp_path, export, {**MAPPING, **VISITS}, plan=plan)
    assert "'odd_arm_1'" in [f.found for f in told(records, "R050")]
    assert one(records, "R062").found == "form visit in event base_arm_1, 1 row"


def test_faults_of_the_dictionary(tmp_path: Path) -> None:
    fields = ENROL + (
        "age,enrol,text,Again,,,,,,,\n"
        "Wrong Name,enrol,text,,,,,,,,\n"
        "kind,enrol,tekst,,,,,,,,\n"
        "where,,text,,,,,,,,\n"
        "pick,enrol,radio,,1 Yes | 0 No,,,,,,\n"
        "none,enrol,dropdown,,,,,,,,\n"
    )
    records = read(tmp_path, "record_id,sex,age,consent\nP1,2,61,\n", fields=fields)
    assert [f.found for f in told(records, "R057")] == [
        "'age' again",
        "'Wrong Name'",
        "the type 'tekst'",
        "no form name",
        "'1 Yes'",
        "'0 No'",
        "no choices",
    ]
    assert told(records, "R057")[0].place.row == 6


def test_an_entry_that_finds_nothing(tmp_path: Path) -> None:
    export = KEYS + ",sex,age,consent\nP1,base_arm_1,,,2,61,\n"
    found = one(
        read(tmp_path, export, {**MAPPING, "status": VISITS["status"]}, fields=ENROL + VISIT),
        "R058",
    )
    assert found.found == "no row of form visit"
    entry = {**MAPPING["subjects"], "when": {"redcap_event_name": "bas_arm_1"}}
    records = read(tmp_path, export, {"subjects": entry})
    assert one(records, "R043").hint == "did you mean 'base_arm_1'?"
    assert one(records, "R058").found == "no row of form enrol with redcap_event_name = bas_arm_1"


def test_an_identifying_field_is_told(tmp_path: Path) -> None:
    fields = ENROL + "family_name,enrol,text,Name,,,,,y,,\n"
    mapping = {"subjects": {"columns": {"subject": "record_id", "site": "family_name"}}}
    records = read(
        tmp_path, "record_id,sex,age,consent,family_name\nP1,,,,A\n", mapping, fields=fields
    )
    assert one(records, "R061").place.column == "family_name"


@pytest.mark.parametrize(
    ("mapping", "found"),
    [
        ({"subjects": {"form": "enroll", "columns": {"subject": "record_id"}}}, "'enroll'"),
        ({"subjects": {"columns": {"subject": "record_id", "sex": "gender"}}}, "'gender'"),
        ({"subjects": {"file": "x.csv", "columns": {"subject": "record_id"}}}, "'file'"),
        (
            {"subjects": {"columns": {"subject": "record_id", "sex": "sex", "site": "ecog"}}},
            "fields of enrol, visit",
        ),
        (
            {
                "subjects": {
                    "columns": {"subject": "record_id"},
                    "when": {"redcap_repeat_instrument": "evnt"},
                }
            },
            "'evnt'",
        ),
    ],
)
def test_a_fault_in_the_mapping(tmp_path: Path, mapping: dict[str, Any], found: str) -> None:
    export = "record_id,redcap_repeat_instrument,sex,age,consent,ecog\nP1,,2,61,,1\n"
    assert found in [f.found for f in told(read(tmp_path, export, mapping), "R043")]


@pytest.mark.parametrize(
    ("options", "column"),
    [
        ({"missing_code": {}}, "records.options.missing_code"),
        ({"missing_codes": ["-99"]}, "records.options.missing_codes"),
        ({"missing_codes": {"-99": 1}}, "records.options.missing_codes"),
        ({"export": 5}, "records.options.export"),
    ],
)
def test_a_fault_in_the_options(tmp_path: Path, options: dict[str, Any], column: str) -> None:
    records = read(tmp_path, "record_id,sex,age,consent\nP1,2,61,\n", options=options)
    assert one(records, "R043").place.column == column


def test_files_named_and_not_used(tmp_path: Path) -> None:
    export = "record_id,sex,age,consent\nP1,2,61,\n"
    with pytest.raises(Unreadable, match="could each be the export"):
        read(tmp_path, export, old="record_id,sex,age,consent\nP9,2,61,\n")
    records = read(tmp_path, export, options={"export": "old.csv"})
    assert [row[0] for row in subjects(records)] == ["P9"]
    assert one(records, "R044").place.file == "export.csv"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"export.csv": "record_id\nP1\n"}, "holds no data dictionary"),
        ({"dictionary.csv": HEAD + ENROL}, "holds no export of records"),
        ({"d.csv": HEAD + ENROL, "e.csv": "Record ID,Sex\nP1,1\n"}, "has no column 'record_id'"),
        ({"d.csv": HEAD, "e.csv": "record_id\nP1\n"}, "declares no field"),
        ({"d.csv": "field_name,x\nrecord_id,1\n", "e.csv": "a\n"}, "no column 'Form Name'"),
    ],
)
def test_a_folder_that_is_no_project_is_refused(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    write_files(tmp_path / "redcap", files)
    with pytest.raises(Unreadable, match=words):
        read_records(tmp_path, {"reader": "redcap", "path": "redcap", "mapping": MAPPING})


def test_settings_of_redcap_mean_nothing_to_another_reader(tmp_path: Path) -> None:
    write_files(tmp_path, {"t.csv": "Id\nP1\n"})
    mapping = {"subjects": {"form": "enrol", "columns": {"subject": "Id"}}}
    records = read_records(tmp_path, {"reader": "mapping", "path": "t.csv", "mapping": mapping})
    assert one(records, "R043").found == "'form'"


def test_a_repetition_of_an_unknown_instrument_is_told(tmp_path: Path) -> None:
    mapping = MAPPING | {
        "adverse_events": {
            "form": "event",
            "columns": {"subject": "record_id", "term": "term", "start_date": "start"},
        }
    }
    head = "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,age,term,start\n"
    export = head + "P1,,,1,60,,\nP1,event,1,,,Fever,2020-01-02\nP1,Events,2,,,Pain,2020-01-03\n"
    records = read(tmp_path, export, mapping)
    told = next(f for f in records.findings if f.code == "R051")
    assert (told.place.row, told.place.column) == (4, "redcap_repeat_instrument")
    assert (told.found, told.hint) == ("'Events' in 1 row", "did you mean 'event'?")


def test_forms_that_are_not_marked_complete_are_counted(tmp_path: Path) -> None:
    export = (
        "record_id,sex,age,consent,enrol_complete\n"
        "P1,2,61,2020-01-02,2\nP2,1,55,2020-02-03,1\nP3,1,50,2020-02-04,1\nP4,,,,0\nP5,2,70,,0\n"
    )
    records = read(tmp_path, export)
    told = [(f.found, f.place.row) for f in records.findings if f.code == "R069"]
    assert told == [("incomplete: 1 of form enrol", 6), ("unverified: 2 of form enrol", 3)]
    assert len(subjects(records)) == 4
    done = "record_id,sex,age,consent,enrol_complete\nP1,2,61,2020-01-02,2\nP4,,,,0\n"
    assert "R069" not in codes(read(tmp_path, done))

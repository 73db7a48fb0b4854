"""SDTM deliveries: small ones by hand, and the two CDISC pilot folders whole.

Counts of the pilot folders are of pharmaversesdtm as delivered (Apache-2.0); each was counted
in the files themselves with DuckDB and is named beside its number.
"""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from records_book import one, told, write_files
from records_data import data_folder

from hepatica.core.errors import Unreadable
from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.records.transport import read_transport

DM = "USUBJID,SITEID,SEX,AGE,AGEU,ARM,ARMCD,RFXSTDTC,RFPENDTC,DTHDTC\n"
ONE = "S-1,01,F,61,YEARS,Active,ACT,2014-01-02,2014-09-01,\n"
TU = "USUBJID,TUSEQ,TULNKID,TUORRES,TULOC,TUMETHOD,TUEVAL,TUEVALID,TUDTC,VISITNUM\n"
TR = (
    "USUBJID,TRSEQ,TRGRPID,TRLNKID,TRTESTCD,TRORRES,TRORRESU,TRSTAT,TRREASND,TREVAL,TRDTC,"
    "VISITNUM\n"
)
RS = "USUBJID,RSSEQ,RSTESTCD,RSCAT,RSORRES,RSSTAT,RSEVAL,RSEVALID,RSACPTFL,RSDTC,VISITNUM\n"


def read(folder: Path, files: Mapping[str, str]) -> Records:
    named = {"dm.csv": DM + ONE} | {f"{name}.csv": text for name, text in files.items()}
    write_files(folder / "sdtm", named)
    return read_records(folder, {"reader": "sdtm", "path": "sdtm"})


def test_subjects_screen_failures_and_qualifiers(tmp_path: Path) -> None:
    dm = (
        "USUBJID,SITEID,SEX,AGE,AGEU,ARM,ARMCD,RFXSTDTC\n"
        "S-1,01,F,61,YEARS,Active,ACT,2014-01-02T08:00\n"
        "S-2,01,M,50,YEARS,Screen Failure,SCRNFAIL,\n"
        "S-3,02,M,44,YEARS,Active,ACT,\n"
    )
    ds = "USUBJID,DSSEQ,DSTERM,DSDECOD,DSCAT,DSSTDTC\nS-2,1,BILIRUBIN TOO HIGH,SCREEN FAILURE,,\n"
    supp = "USUBJID,IDVAR,IDVARVAL,QNAM,QVAL\nS-1,,,REFRDTC,2013-12\nS-3,,,SAFETY,N\n"
    subjects = read(tmp_path, {"dm": dm, "ds": ds, "suppdm": supp})["subjects"].to_pylist()
    assert [s["enrolled"] for s in subjects] == ["Y", "N", "Y"]
    assert [s["treated"] for s in subjects] == ["Y", "N", "N"]
    assert [s["arm"] for s in subjects] == ["Active", None, "Active"]
    assert subjects[1]["screen_failure_reason"] == "BILIRUBIN TOO HIGH"
    assert subjects[0]["treatment_start_date"] == date(2014, 1, 2)
    assert (subjects[0]["refractory_date"], subjects[0]["refractory_date_flag"]) == (
        date(2013, 12, 31),
        "D",
    )


def test_lesions_and_measurements_side_by_side(tmp_path: Path) -> None:
    tu = TU + (
        "S-1,1,T01,TARGET,LIVER,CT SCAN,INVESTIGATOR,,2014-01-02,1\n"
        "S-1,2,T02,TARGET,LYMPH NODE,CT SCAN,INVESTIGATOR,,2014-01-02,1\n"
        "S-1,3,NT01,NON-TARGET,LUNG,CT SCAN,INVESTIGATOR,,2014-01-02,1\n"
    )
    tr = TR + (
        "S-1,1,TARGET,T01,LDIAM,3.1,cm,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,2,TARGET,T01,LPERP,2,cm,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,3,TARGET,T02,LDIAM,25,mm,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,4,TARGET,T02,LPERP,18,mm,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,5,TARGET,,SUMDIAM,49,mm,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,6,NON-TARGET,NT01,TUMSTATE,PRESENT,,,,INVESTIGATOR,2014-01-02,1\n"
        "S-1,7,TARGET,T01,LDIAM,,,NOT DONE,Image obscured,INVESTIGATOR,2014-02-14,2\n"
        "S-1,8,TARGET,T02,DIAMETER,17,mm,,,INVESTIGATOR,2014-02-14,2\n"
        "S-1,9,NON-TARGET,NT01,TUMSTATE,UNEQUIVOCAL INCREASE,,,,INVESTIGATOR,2014-02-14,2\n"
    )
    records = read(tmp_path, {"tu": tu, "tr": tr})
    assert records["lesions"]["role"].to_pylist() == ["target", "target", "non-target"]
    assert records["lesions"]["site"].to_pylist() == ["liver", "lymph node", "lung"]
    rows = [
        (r["lesion"], r["diameter_mm"], r["short_axis_mm"], r["status"], r["reason"], r["seq"])
        for r in records["measurements"].to_pylist()
    ]
    assert rows == [
        ("T01", 31.0, None, None, None, 1),
        ("T02", 25.0, 18.0, None, None, 3),
        ("NT01", None, None, "present", None, 6),
        ("T01", None, None, "not evaluable", "Image obscured", 7),
        ("T02", None, 17.0, None, None, 8),
        ("NT01", None, None, "progressed", None, 9),
    ]
    scans = records["scans"].to_pylist()
    assert [(s["date"], s["modality"]) for s in scans] == [
        (date(2014, 1, 2), "CT"),
        (date(2014, 2, 14), "CT"),
    ]
    aside = [f.found for f in told(records, "R042")]
    assert "1 records: results of no single lesion, such as sums" in aside
    assert "1 records: perpendiculars of lesions that are no lymph node" in aside


def test_partial_date_takes_the_day_of_its_visit(tmp_path: Path) -> None:
    tu = TU + (
        "S-1,1,T01,TARGET,LIVER,CT SCAN,INVESTIGATOR,,2014-01,1\n"
        "S-1,2,NT01,NON-TARGET,LUNG,CT SCAN,INVESTIGATOR,,2014-01-02,1\n"
    )
    tr = TR + (
        "S-1,1,TARGET,T01,LDIAM,31,mm,,,INVESTIGATOR,2014-01,1\n"
        "S-1,2,TARGET,T01,LDIAM,30,mm,,,INVESTIGATOR,2014-02,2\n"
    )
    rows = read(tmp_path, {"tu": tu, "tr": tr})["measurements"].to_pylist()
    assert [(r["date"], r["date_flag"]) for r in rows] == [
        (date(2014, 1, 2), "D"),
        (date(2014, 2, 28), "D"),
    ]


def test_new_lesions_judged_and_only_identified(tmp_path: Path) -> None:
    tu = TU + (
        "S-1,1,N01,NEW,LIVER,MRI,INVESTIGATOR,,2014-02-14,2\n"
        "S-1,2,N02,NEW,LUNG,CT SCAN,INVESTIGATOR,,2014-04-01,3\n"
    )
    tr = TR + (
        "S-1,1,NEW,N01,TUMSTATE,EQUIVOCAL,,,,INVESTIGATOR,2014-02-14,2\n"
        "S-1,2,NEW,N01,TUMSTATE,UNEQUIVOCAL,,,,INVESTIGATOR,2014-04-01,3\n"
    )
    records = read(tmp_path, {"tu": tu, "tr": tr})
    rows = [
        (r["lesion"], r["date"], r["status"], r["site"]) for r in records["new_lesions"].to_pylist()
    ]
    assert rows == [
        ("N01", date(2014, 2, 14), "equivocal", "liver"),
        ("N01", date(2014, 4, 1), "confirmed", "liver"),
        ("N02", date(2014, 4, 1), "confirmed", "lung"),
    ]
    assert records["lesions"].num_rows == 0
    assert records["measurements"].num_rows == 0


def test_responses_side_by_side_with_their_reader(tmp_path: Path) -> None:
    reader = "INDEPENDENT ASSESSOR,RADIOLOGIST 2,Y"
    rs = RS + (
        f"S-1,1,OVRLRESP,RECIST 1.1,PD,,{reader},2014-02-14,2\n"
        f"S-1,2,TRGRESP,RECIST 1.1,SD,,{reader},2014-02-14,2\n"
        f"S-1,3,NTRGRESP,RECIST 1.1,NON-CR/NON-PD,,{reader},2014-02-14,2\n"
        f"S-1,4,NEWLPROG,RECIST 1.1,UNEQUIVOCAL,,{reader},2014-02-14,2\n"
        "S-1,5,OVRLRESP,RECIST 1.1,,NOT DONE,INVESTIGATOR,,,2014-02-14,2\n"
    )
    first, second = read(tmp_path, {"rs": rs})["collected_responses"].to_pylist()
    assert first["reader"] == "INDEPENDENT ASSESSOR:RADIOLOGIST 2"
    assert (first["target"], first["non_target"]) == ("SD", "NON-CR/NON-PD")
    assert (first["new_lesion"], first["overall"], first["accepted"]) == ("Y", "PD", "Y")
    assert (first["criterion"], first["seq"]) == ("RECIST1.1", 1)
    assert (second["reader"], second["overall"]) == ("INVESTIGATOR", "ND")


def test_follow_up_from_deaths_disposition_and_participation(tmp_path: Path) -> None:
    dm = DM + (
        "S-1,01,F,61,YEARS,Active,ACT,2014-01-02,2014-09-01,\n"
        "S-2,01,F,61,YEARS,Active,ACT,2014-01-02,2014-09-03,2014-09-02\n"
        "S-3,01,F,61,YEARS,Active,ACT,2014-01-02,,\n"
    )
    ds = "USUBJID,DSSEQ,DSTERM,DSDECOD,DSCAT,DSSTDTC\n" + (
        "S-1,1,RANDOMIZED,RANDOMIZED,PROTOCOL MILESTONE,2014-01-02\n"
        "S-1,2,PROTOCOL COMPLETED,COMPLETED,DISPOSITION EVENT,2014-08-01\n"
        "S-2,1,DEATH,DEATH,DISPOSITION EVENT,2014-09-02\n"
        "S-3,1,CONSENT WITHDRAWN,WITHDRAWAL BY SUBJECT,DISPOSITION EVENT,2014-05-01\n"
        "S-3,2,RASH,ADVERSE EVENT,DISPOSITION EVENT,2014-04-01\n"
    )
    records = read(tmp_path, {"dm": dm, "ds": ds})
    rows = [
        (r["subject"], r["date"], r["status"], r["src_file"], r["src_row"])
        for r in records["follow_up"].to_pylist()
    ]
    assert sorted(rows) == [
        ("S-1", date(2014, 8, 1), "completed", "ds.csv", 3),
        ("S-1", date(2014, 9, 1), "alive", "dm.csv", 2),
        ("S-2", date(2014, 9, 2), "dead", "dm.csv", 3),
        ("S-3", date(2014, 4, 1), "alive", "ds.csv", 6),
        ("S-3", date(2014, 5, 1), "withdrew", "ds.csv", 5),
    ]
    numbered = {(r["subject"], r["seq"]) for r in records["follow_up"].to_pylist()}
    assert len(numbered) == 5, "seq tells the records of a subject apart"


def test_labs_vitals_events_and_the_rest(tmp_path: Path) -> None:
    files = {
        "lb": "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBORNRHI,LBDTC\n"
        "S-1,1,BILI,<0.2,mg/dL,1.2,2014-01-02T09:30\nS-1,2,COLOR,YELLOW,,,2014-01-02\n",
        "vs": "USUBJID,VSSEQ,VSTESTCD,VSORRES,VSORRESU,VSSTAT,VISIT,VSTPT,VSDTC\n"
        "S-1,1,TEMP,98.6,F,,WEEK 2,,2014-01-16\nS-1,2,PULSE,,,NOT DONE,WEEK 2,,2014-01-16\n",
        "ae": "USUBJID,AESEQ,AETERM,AETOXGR,AESEV,AESTDTC,AEREL\n"
        "S-1,1,FEVER,GRADE 2,,2014-03,REMOTE\n",
        "ex": "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC,EXDUR\n"
        "S-1,1,BEVACIZUMAB,300,mg,2014-01-02,PT30M\n",
        "cm": "USUBJID,CMSEQ,CMTRT,CMCAT,CMSTDTC\nS-1,1,SORAFENIB,ANTI-CANCER THERAPY,2014-05\n",
        "mh": "USUBJID,MHSEQ,MHTERM,MHOCCUR,MHCAT,MHSTDTC\nS-1,1,HEPATITIS B,Y,,2001\n"
        "S-1,2,STROKE,N,,\nS-1,3,TACE,,PRIOR TACE,2013\n",
        "pr": "USUBJID,PRSEQ,PRTRT,PRSTDTC\nS-1,1,TACE,2014-01-03\nS-1,2,CT SCAN,2014-01-02\n",
        "dv": "USUBJID,DVSEQ,DVTERM,DVSCAT,DVSTDTC\nS-1,1,ECOG 3,I4,2014-01-02\n",
    }
    records = read(tmp_path, files)
    lab = records["labs"].to_pylist()[0]
    assert (lab["operator"], lab["value"]) == ("<", 0.2)
    assert lab["standard_value"] == pytest.approx(3.4208)
    assert records["labs"].num_rows == 1
    vital = records["vitals"].to_pylist()[0]
    assert (vital["standard_value"], vital["timepoint"]) == (pytest.approx(37.0), "WEEK 2")
    event = records["adverse_events"].to_pylist()[0]
    assert (event["grade"], event["related"]) == (2, "unlikely")
    assert event["start_date"] == date(2014, 3, 1)
    assert records["dosing"]["duration_min"].to_pylist() == [30.0]
    assert records["medications"]["class"].to_pylist() == ["anticancer"]
    assert records["history"]["category"].to_pylist() == ["medical history", "prior TACE"]
    assert records["procedures"]["procedure"].to_pylist() == ["TACE"]
    assert records["scans"]["modality"].to_pylist() == ["CT"]
    assert records["deviations"]["clause"].to_pylist() == ["I4"]


def test_status_from_questionnaires_findings_and_classifications(tmp_path: Path) -> None:
    files = {
        "qs": "USUBJID,QSSEQ,QSTESTCD,QSCAT,QSORRES,QSSTRESC,QSDTC\n"
        "S-1,1,ECOG101,ECOG,Fully active,0,2014-01-02T08:00\nS-1,2,EQ5D01,EQ-5D,1,1,2014-01-02\n",
        "fa": "USUBJID,FASEQ,FATESTCD,FAOBJ,FASTRESC,FADTC\n"
        "S-1,1,SEV,ASCITES,MILD,2014-01-02\nS-1,2,GRADE,HEPATIC ENCEPHALOPATHY,1,2014-01-02\n"
        "S-1,3,OCCUR,RASH,Y,2014-01-02\n",
        "rs": RS.replace("RSORRES", "RSSTRESC")
        + "S-1,1,CPS0102,CHILD-PUGH CLASSIFICATION,2,,,,,2014-01-02,1\n"
        + "S-1,2,CPS0106,CHILD-PUGH CLASSIFICATION,6,,,,,2014-01-02,1\n"
        + "S-1,3,CPS0107,CHILD-PUGH CLASSIFICATION,CLASS A,,,,,2014-01-02,1\n"
        + "S-1,4,ECOG101,ECOG,2,,,,,2014-02-14,2\n"
        + "S-1,5,OVRLRESP,RECIST 1.1,SD,,INVESTIGATOR,,,2014-02-14,2\n",
    }
    records = read(tmp_path, files)
    first, second = records["status"].to_pylist()
    assert (first["date"], first["ecog"]) == (date(2014, 1, 2), 0)
    assert (first["ascites"], first["encephalopathy"]) == ("mild", 1)
    assert (first["child_pugh_points"], first["child_pugh_class"]) == (6, "A")
    assert (second["date"], second["ecog"]) == (date(2014, 2, 14), 2)
    assert (second["src_file"], second["src_row"], second["seq"]) == ("rs.csv", 5, 4)
    assert records["collected_responses"].num_rows == 1
    aside = [f.found for f in told(records, "R042")]
    assert "1 records: answers other than ECOG and Child-Pugh" in aside
    assert "1 records: findings other than ascites and encephalopathy" in aside
    assert not [words for words in aside if "another kind than response" in words]


def test_two_assessments_of_a_day_that_differ_are_told(tmp_path: Path) -> None:
    qs = "USUBJID,QSSEQ,QSTESTCD,QSSTRESC,QSDTC\n" + (
        "S-1,1,ECOG101,0,2014-01-02\nS-1,2,ECOG101,1,2014-01-02\n"
    )
    records = read(tmp_path, {"qs": qs})
    assert records["status"]["ecog"].to_pylist() == [0, 1]
    assert one(records, "R020").place.row == 3


def test_staging_with_its_qualifiers(tmp_path: Path) -> None:
    files = {
        "rs": RS + "S-1,7,BCLC,BCLC,STAGE C,,,,,2014-01-02,1\n",
        "supprs": "USUBJID,IDVAR,IDVARVAL,QNAM,QVAL\n"
        "S-1,RSSEQ,7,VASCINV,Y\nS-1,RSSEQ,7,DISTMET,N\n",
        "tr": TR
        + "S-1,1,,,LESNUM,3,,,,,2014-01-02,1\nS-1,2,,,LARGEST,52,mm,,,,2014-01-02,1\n"
        + "S-1,3,TARGET,,SUMDIAM,49,mm,,,,2014-01-02,1\n",
    }
    records = read(tmp_path, files)
    row = records["staging"].to_pylist()[0]
    assert (row["bclc"], row["lesion_number"], row["largest_mm"]) == ("C", 3, 52.0)
    assert (row["vascular_invasion"], row["nodal_metastasis"]) == ("Y", None)
    assert row["distant_metastasis"] == "N"
    assert records["staging"].num_rows == 1
    assert records["measurements"].num_rows == 0
    aside = [f.found for f in told(records, "R042")]
    assert "1 records: results of no single lesion, such as sums" in aside


def test_qualifier_of_a_record(tmp_path: Path) -> None:
    tr = TR + "S-1,4,TARGET,T01,LDIAM,31,mm,,,INVESTIGATOR,2014-01-02,1\n"
    tu = TU + "S-1,1,T01,TARGET,LIVER,CT,INVESTIGATOR,,2014-01-02,1\n"
    supp = "USUBJID,IDVAR,IDVARVAL,QNAM,QVAL\nS-1,TRSEQ,4,LIPOBSC,Y\n"
    records = read(tmp_path, {"tr": tr, "tu": tu, "supptr": supp})
    assert records["measurements"]["lipiodol_obscured"].to_pylist() == ["Y"]


def test_missing_domains_and_files_not_read_are_told(tmp_path: Path) -> None:
    records = read(tmp_path, {"zz": "USUBJID\nS-1\n"})
    missing = ["EX", "AE", "LB", "VS", "DS", "MH", "CM", "TU", "TR", "RS"]
    assert [f.found for f in told(records, "R041")] == [f"no {name}" for name in missing]
    assert "zz.csv" in [f.found for f in told(records, "R042")]


def test_a_folder_without_dm_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path / "sdtm", {"ae.csv": "USUBJID\n"})
    with pytest.raises(Unreadable, match="no DM domain"):
        read_records(tmp_path, {"reader": "sdtm", "path": "sdtm"})
    write_files(tmp_path / "sdtm", {"dm.csv": "SUBJID\n1\n"})
    with pytest.raises(Unreadable, match="no variable USUBJID"):
        read_records(tmp_path, {"reader": "sdtm", "path": "sdtm"})


def test_findings_name_the_domains_variable(tmp_path: Path) -> None:
    rs = RS + "S-1,7,OVRLRESP,RECIST 1.1,CHECK,,INVESTIGATOR,,,2014-02-14,2\n"
    found = one(read(tmp_path, {"rs": rs}), "R006")
    assert str(found.place) == "rs.csv:2 [RSSTRESC (OVRLRESP)]"


def counts(records: Records) -> dict[str, int]:
    return {name: table.num_rows for name, table in records.tables.items() if table.num_rows}


def test_pilot_of_eight_subjects_whole() -> None:
    folder = data_folder("cdisc_pilot_recist")
    records = read_records(folder.parent, {"reader": "sdtm", "path": folder.name})
    # dm 306; ex 591; tu 75; rs 66; ae 1191; tr: 312 of subject x lesion x day x reader, of which
    # 39 are there twice word for word (01-701-1034 and 01-701-1097).
    assert counts(records) == {
        "subjects": 306,
        "dosing": 591,
        "scans": 30,
        "lesions": 75,
        "measurements": 273,
        "collected_responses": 66,
        "adverse_events": 1191,
        "follow_up": 847,
    }
    assert Counter(f.code for f in records.findings if f.code != "R004") == {
        "R029": 39,
        "R041": 4,
        "R042": 2,
    }
    partial = {r["date"] for r in records["measurements"].to_pylist() if r["date_flag"]}
    assert partial == {date(2014, 2, 28)}
    node = next(r for r in records["measurements"].to_pylist() if r["lesion"] == "T02")
    assert (node["subject"], node["short_axis_mm"]) == ("01-701-1015", 32.32)
    overall = Counter(records["collected_responses"]["overall"].to_pylist())
    assert overall == {"SD": 22, "PR": 12, "CR": 9, "NON-CR/NON-PD": 9, "NE": 7, "PD": 7}


def test_pilot_of_254_subjects_whole_and_quick() -> None:
    folder = data_folder("cdisc_pilot_oncology")
    start = time.process_time()
    records = read_records(folder.parent, {"reader": "sdtm", "path": folder.name})
    elapsed = time.process_time() - start
    # lb 59,580 of which 874 in words; vs 29,643 of which 8 not done; tu 7,734 of which 114 new;
    # tr 13,305 targets and 13,305 non-targets by lesion and day; mh 1818.
    assert counts(records) == {
        "subjects": 306,
        "history": 1818,
        "labs": 58706,
        "vitals": 29635,
        "dosing": 591,
        "scans": 887,
        "lesions": 7620,
        "measurements": 26610,
        "new_lesions": 114,
        "collected_responses": 1899,
        "adverse_events": 1191,
        "follow_up": 847,
    }
    subjects = records["subjects"].to_pylist()
    assert Counter(s["enrolled"] for s in subjects) == {"Y": 254, "N": 52}
    assert Counter(s["arm"] for s in subjects if s["enrolled"] == "Y") == {
        "Placebo": 86,
        "Xanomeline High Dose": 84,
        "Xanomeline Low Dose": 84,
    }
    assert Counter(records["new_lesions"]["status"].to_pylist()) == {
        "equivocal": 81,
        "confirmed": 33,
    }
    assert Counter(records["measurements"]["status"].to_pylist()) == {
        None: 13305 - 132,
        "present": 7227,
        "absent": 4806,
        "progressed": 848,
        "not evaluable": 132 + 424,
    }
    assert Counter(records["follow_up"]["status"].to_pylist())["dead"] == 3
    assert [f.found for f in told(records, "R006")] == ["'CHECK'"] * 3
    assert elapsed < 12, "about 2 s of processor time"


def test_transport_file_with_a_cp1252_byte() -> None:
    path = data_folder("cdisc_pilot_oncology") / "ts.xpt"
    columns, numbers, findings = read_transport(path)
    assert len(numbers) == 33
    assert any("Alzheimer’s" in text for text in columns["TSVAL"])
    assert [f.code for f in findings] == ["R018"]
    assert findings[0].found == "byte 0x92"

"""Every fault that typed records can have, one test a code, by hand-made rows."""

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from records_book import one, told, write_files

from hepatica.records.reader import read_records
from hepatica.records.record import Records

BASE = {
    "subjects": "subject,sex\na,F\nb,M\n",
    "follow_up": "subject,date,status\na,2020-06-01,alive\nb,2020-06-01,alive\n",
}
LABS = "subject,date,test,value,unit\n"
LESIONS = "subject,lesion,role\na,T1,target\na,NT1,non-target\n"
MEASURED = "subject,date,lesion,diameter_mm,viable_mm,status\n"
DEATH = "subject,date,status\na,2020-03-01,dead\nb,2020-06-01,alive\n"


def read(folder: Path, files: Mapping[str, str], cutoff: date | None = None) -> Records:
    named = {f"{name}.csv": text for name, text in {**BASE, **files}.items()}
    write_files(folder / "records", named)
    return read_records(folder, {"reader": "csv", "path": "records"}, cutoff=cutoff)


def test_the_base_of_these_tests_is_clean(tmp_path: Path) -> None:
    assert read(tmp_path, {}).findings == ()


def test_number_outside_its_columns_range(tmp_path: Path) -> None:
    records = read(tmp_path, {"subjects": "subject,age_years\na,0\nb,111\n"})
    found = told(records, "R005")
    assert [f.found for f in found] == ["'0'", "'111'"]
    assert found[0].expected == "age at consent in years, 1 to 110"
    assert records["subjects"]["age_years"].to_pylist() == [0.0, 111.0], "the value is kept"


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        ("BILI,0.9,umol/L", "looks like mg/dL: x17.1"),
        ("ALB,3.5,g/L", "looks like g/dL: x10"),
        ("CREAT,1.1,umol/L", "looks like mg/dL: x88.4"),
        ("HGB,12.5,g/L", "looks like g/dL: x10"),
        ("PLAT,120000,10^9/L", "looks like /uL: x0.001"),
        ("GLUC,95,mmol/L", "looks like mg/dL: x0.0555"),
        ("CA,9.5,mmol/L", "looks like mg/dL: x0.2495"),
    ],
)
def test_slip_of_the_unit_is_named(tmp_path: Path, row: str, hint: str) -> None:
    found = one(read(tmp_path, {"labs": f"{LABS}a,2020-01-01,{row}\n"}), "R007")
    assert found.hint == hint
    _, value, unit = row.split(",")
    assert found.found == f"'{float(value):g}' {unit}"


def test_finding_of_a_slip_reads_as_the_manual_shows_it(tmp_path: Path) -> None:
    found = one(read(tmp_path, {"labs": f"{LABS}a,2020-01-01,BILI,0.9,umol/L\n"}), "R007")
    assert str(found) == (
        "labs.csv:2 [value] error R007: found '0.9' umol/L; "
        "expected Total bilirubin 1.7 to 1000 umol/L (looks like mg/dL: x17.1)"
    )


def test_value_that_no_unit_explains(tmp_path: Path) -> None:
    found = one(read(tmp_path, {"labs": f"{LABS}a,2020-01-01,SODIUM,900,mmol/L\n"}), "R005")
    assert found.expected == "Sodium 90 to 200 mmol/L"


def test_value_below_a_limit_is_not_too_low(tmp_path: Path) -> None:
    text = "subject,date,test,operator,value,unit\na,2020-01-01,BILI,<,0.05,mg/dL\n"
    assert read(tmp_path, {"labs": text}).findings == ()


def test_vitals_slip(tmp_path: Path) -> None:
    text = f"{LABS}a,2020-01-01,HEIGHT,1.72,cm\n"
    assert one(read(tmp_path, {"vitals": text}), "R007").hint == "looks like m: x100"


def test_diameters_written_in_centimetres(tmp_path: Path) -> None:
    rows = "".join(f"a,2020-01-0{i},T1,{size},,\n" for i, size in enumerate((5.1, 4, 3, 2.5, 3), 1))
    records = read(tmp_path, {"lesions": LESIONS, "measurements": MEASURED + rows})
    found = one(records, "R007")
    assert (found.found, found.hint) == ("a median of 3 over 5 values", "looks like cm: x10")


def test_cells_of_a_row_that_contradict_each_other(tmp_path: Path) -> None:
    files = {
        "staging": "subject,date,lesion_number,largest_mm\na,2020-01-01,0,40\nb,2020-01-01,2,0\n",
        "labs": "subject,date,test,value,unit,lower_limit,upper_limit\n"
        "a,2020-01-01,ALT,30,U/L,40,10\n",
        "lesions": LESIONS,
        "measurements": f"{MEASURED}a,2020-01-01,T1,30,31,\n",
    }
    found = [f.found for f in told(read(tmp_path, files), "R037")]
    assert found == [
        "0 lesions with a largest diameter of 40 mm",
        "2 lesions with a largest diameter of 0 mm",
        "a lower limit of 40 and an upper limit of 10",
        "viable 31 mm of a lesion of 30 mm",
    ]


def test_same_key_with_another_value(tmp_path: Path) -> None:
    rows = "a,2020-01-01,ALT,30,U/L\na,2020-01-01,ALT,31,U/L\n"
    records = read(tmp_path, {"labs": LABS + rows})
    found = one(records, "R020")
    assert found.found == "the same subject and date and test as row 2"
    assert found.hint == "they differ in Result"
    assert records["labs"].num_rows == 2


def test_record_repeated_word_for_word_is_used_once(tmp_path: Path) -> None:
    rows = "a,2020-01-01,ALT,30,U/L\n" * 2
    records = read(tmp_path, {"labs": LABS + rows})
    assert one(records, "R029").place.row == 3
    assert records["labs"]["src_row"].to_pylist() == [2]


def test_blank_key_cell_equals_a_blank_one_but_partial_dates_do_not(tmp_path: Path) -> None:
    lesions = "subject,lesion,role,reader\na,T1,target,\na,T1,non-target,\na,T1,target,X\n"
    labs = f"{LABS}a,2020-01,ALT,30,U/L\na,2020-01,ALT,31,U/L\n"
    records = read(tmp_path, {"lesions": lesions, "labs": labs})
    assert [f.place.file for f in told(records, "R020")] == ["lesions.csv"]


def test_two_subjects_with_one_identifier(tmp_path: Path) -> None:
    records = read(tmp_path, {"subjects": "subject,sex,age_years\na,F,50\na,M,61\nb,M,70\n"})
    assert one(records, "R021").hint == "they differ in Sex, Age"


def test_rows_of_nobody(tmp_path: Path) -> None:
    records = read(tmp_path, {"labs": f"{LABS}c,2020-01-01,ALT,30,U/L\n"})
    assert one(records, "R022").found == "subject 'c'"


def test_measurement_of_an_unknown_lesion(tmp_path: Path) -> None:
    rows = "a,2020-01-01,T1,30,,\na,2020-01-01,T9,30,,\n"
    records = read(tmp_path, {"lesions": LESIONS, "measurements": MEASURED + rows})
    assert one(records, "R023").found == "lesion 'T9'"


def test_lesion_of_another_reader_is_unknown(tmp_path: Path) -> None:
    files = {
        "lesions": "subject,lesion,role,reader\na,T1,target,X\n",
        "measurements": "subject,date,lesion,diameter_mm,reader\na,2020-01-01,T1,20,Y\n",
    }
    assert one(read(tmp_path, files), "R023").found == "lesion 'T1' of reader 'Y'"


def test_target_without_a_baseline_size(tmp_path: Path) -> None:
    lesions = LESIONS + "a,T2,target\n"
    rows = "a,2020-01-01,T1,30,,\na,2020-01-20,T2,20,,\na,2020-03-01,T1,25,,\n"
    files = {"lesions": lesions, "measurements": MEASURED + rows}
    assert told(read(tmp_path, files), "R024") == []
    late = rows.replace("2020-01-20", "2020-03-01")
    files = {"lesions": lesions, "measurements": MEASURED + late}
    found = one(read(tmp_path, files), "R024")
    assert found.found == "target lesion 'T2' without a baseline size"


def test_status_that_does_not_fit_the_role(tmp_path: Path) -> None:
    rows = "a,2020-01-01,T1,,,progressed\na,2020-01-01,NT1,,,too small\n"
    records = read(tmp_path, {"lesions": LESIONS, "measurements": MEASURED + rows})
    assert [f.found for f in told(records, "R025")] == ["'progressed'", "'too small'"]


def test_measurement_on_a_day_without_a_scan(tmp_path: Path) -> None:
    files = {
        "lesions": LESIONS,
        "measurements": f"{MEASURED}a,2020-01-01,T1,30,,\na,2020-02-01,T1,30,,\n",
        "scans": "subject,date,modality\na,2020-01-01,CT\n",
    }
    assert one(read(tmp_path, files), "R026").found == "no scan on 2020-02-01"


def test_measurement_that_says_nothing(tmp_path: Path) -> None:
    rows = "a,2020-01-01,T1,30,,\na,2020-02-01,T1,,,\n"
    records = read(tmp_path, {"lesions": LESIONS, "measurements": MEASURED + rows})
    assert one(records, "R027").place.row == 3


def test_absent_lesion_with_a_size(tmp_path: Path) -> None:
    rows = "a,2020-01-01,T1,30,,\na,2020-02-01,T1,12,,absent\na,2020-03-01,T1,0,,absent\n"
    records = read(tmp_path, {"lesions": LESIONS, "measurements": MEASURED + rows})
    assert one(records, "R028").found == "absent with a size of 12 mm"


def test_death_before_treatment(tmp_path: Path) -> None:
    files = {
        "follow_up": DEATH,
        "procedures": "subject,date,procedure\na,2020-04-01,TACE\nb,2020-04-01,TACE\n",
        "dosing": "subject,date,drug\na,2020-03-01,Bevacizumab\n",
    }
    found = one(read(tmp_path, files), "R030")
    assert found.found == "2020-04-01, after the death on 2020-03-01"
    assert found.subject == "a"


def test_records_and_contacts_after_death(tmp_path: Path) -> None:
    files = {
        "follow_up": DEATH + "a,2020-03-05,alive\n",
        "scans": "subject,date,modality\na,2020-03-02,CT\na,2020-02-28,CT\n",
    }
    records = read(tmp_path, files)
    assert one(records, "R031").place.file == "scans.csv"
    assert one(records, "R032").place.row == 4


def test_partial_date_has_the_benefit_of_its_doubt(tmp_path: Path) -> None:
    scans = "subject,date,modality\na,2020-03,CT\na,2020,CT\na,2020-04,CT\n"
    records = read(tmp_path, {"follow_up": DEATH, "scans": scans})
    assert [f.place.row for f in told(records, "R031")] == [4]


def test_end_before_start(tmp_path: Path) -> None:
    rows = "a,x,2020-02-01,2020-01-31\na,y,2020-02-10,2020-02\na,z,2020-02-10,2020-02-10\n"
    files = {"adverse_events": f"subject,term,start_date,end_date\n{rows}"}
    assert one(read(tmp_path, files), "R033").place.row == 2


def test_after_the_cutoff(tmp_path: Path) -> None:
    records = read(tmp_path, {}, cutoff=date(2020, 5, 31))
    assert [f.subject for f in told(records, "R034")] == ["a", "b"]
    assert told(read(tmp_path, {}, cutoff=date(2020, 6, 1)), "R034") == []


def test_two_dates_of_death(tmp_path: Path) -> None:
    records = read(tmp_path, {"follow_up": DEATH + "a,2020-03-02,dead\n"})
    assert one(records, "R035").found == "death on 2020-03-02 and on 2020-03-01"


def test_enrolled_subject_without_follow_up(tmp_path: Path) -> None:
    text = "subject,enrolled\na,Y\nb,\nc,\nd,N\n"
    assert one(read(tmp_path, {"subjects": text}), "R036").subject == "c"


def test_observed_time_of_zero(tmp_path: Path) -> None:
    text = "subject,date,status,time_days\na,2020-01-01,dead,0\nb,2020-01-01,dead,0.5\n"
    assert one(read(tmp_path, {"follow_up": text}), "R038").subject == "a"


def test_a_hundred_thousand_rows_are_checked_in_seconds(tmp_path: Path) -> None:
    rows = [
        f"{'ab'[i % 2]},{2000 + i % 20}-{i // 240 % 12 + 1:02d}-{i // 2880 % 28 + 1:02d},"
        f"{('ALT', 'AST', 'GGT', 'ALP')[i // 80640 % 4]},{20 + i % 30},U/L"
        for i in range(100_000)
    ]
    start = time.perf_counter()
    records = read(tmp_path, {"labs": LABS + "\n".join(rows)})
    assert records["labs"].num_rows > 60_000
    assert time.perf_counter() - start < 20, "about 3 s on two idle cores"

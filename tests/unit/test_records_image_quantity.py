"""Rows of image_quantities that contradict themselves, another series, or a death."""

from pathlib import Path

from records_book import one, told, write_files

from hepatica.records.reader import read_records
from hepatica.records.record import Records

HEAD = "subject,date,test,region,value,unit,lower,upper,reason,phase,series,reader\n"
ROW = "a,2020-01-01,VSDIAM,tumour T1"


def read(folder: Path, *rows: str) -> Records:
    files = {
        "subjects.csv": "subject,sex\na,F\n",
        "follow_up.csv": "subject,date,status\na,2020-03-01,dead\n",
        "image_quantities.csv": HEAD + "".join(f"{row}\n" for row in rows),
    }
    write_files(folder / "records", files)
    return read_records(folder, {"reader": "csv", "path": "records"})


def test_rows_that_are_sound_are_not_told(tmp_path: Path) -> None:
    rows = (
        f"{ROW},3.1,mm,3,3.1,,arterial,1.2,",
        f"{ROW},3.4,mm,,,,delayed,1.3,",
        f"{ROW},3.4,mm,,,,arterial,1.3,B",
        "a,2020-01-01,VSDIAM,tumour T2,,mm,,,no vessel found,arterial,1.2,",
    )
    assert read(tmp_path, *rows).findings == ()


def test_a_result_has_no_reason_for_not_being_there(tmp_path: Path) -> None:
    found = one(read(tmp_path, f"{ROW},3.1,mm,,,no vessel found,arterial,1.2,"), "R037")
    assert found.found == "3.1 and the reason 'no vessel found'"
    assert found.place.row == 2


def test_a_result_lies_between_its_limits(tmp_path: Path) -> None:
    rows = (f"{ROW},3,mm,5,2,,arterial,1.2,", "a,2020-01-02,VSDIAM,x,3,mm,3.5,,,arterial,1.2,")
    found = [finding.found for finding in told(read(tmp_path, *rows), "R037")]
    assert found == ["5 then 3 then 2", "3.5 then 3"]


def test_two_series_of_one_scan_are_told(tmp_path: Path) -> None:
    rows = (f"{ROW},3.1,mm,,,,arterial,1.2,", f"{ROW},9,mm,,,,arterial,1.3,")
    found = one(read(tmp_path, *rows), "R045")
    assert (found.place.row, found.level) == (3, "warning")
    assert found.found == "9 beside 3.1 of another series of that day and phase"


def test_nothing_is_measured_on_the_dead(tmp_path: Path) -> None:
    row = "a,2020-03-02,VSDIAM,tumour T1,3.1,mm,,,,arterial,1.2,"
    assert one(read(tmp_path, row), "R031").place.file == "image_quantities.csv"

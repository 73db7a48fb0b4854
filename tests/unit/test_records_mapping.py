"""Somebody else's table through a mapping: small ones by hand, and SYSUCC whole."""

import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from records_book import one, told, write_book, write_files
from records_data import data_folder

from hepatica.core.errors import Unreadable
from hepatica.records.mapping import check_mapping, date_pattern
from hepatica.records.reader import read_records
from hepatica.records.record import Records

SYSUCC = Path(__file__).parent / "records_mapping" / "sysucc.toml"
THEIRS = (
    "PatNo;Geschl;Alter;Aufnahme;Bili;CEA;OP\n"
    "17;1;61;02.03.2016;1,2;5;ja\n"
    "17;1;61;04.05.2016;;6;nein\n"
    "18;2;55;31.02.2016;0,8;x;nein\n"
)
SUBJECTS = """
[subjects]
file = "klinik.csv"
columns = {subject = "PatNo", sex = "Geschl", age_years = "Alter"}
codes.sex = {"1" = "M", "2" = "F"}
take = "first"
"""
LABS = """
[labs]
file = "klinik.csv"
date_format = "DD.MM.YYYY"
columns = {subject = "PatNo", date = "Aufnahme"}
tests = [{test = "BILI", column = "Bili", unit = "mg/dL"}, {test = "CEA", column = "CEA"}]
"""


def read(folder: Path, mapping: str, **files: str) -> Records:
    write_files(folder / "data", {f"{name}.csv": text for name, text in files.items()})
    source = {"reader": "mapping", "path": "data", "mapping": tomllib.loads(mapping)}
    return read_records(folder, source)


def test_their_names_codes_dates_and_commas(tmp_path: Path) -> None:
    records = read(tmp_path, SUBJECTS + LABS, klinik=THEIRS)
    subjects = records["subjects"].to_pylist()
    assert [(s["subject"], s["sex"], s["age_years"]) for s in subjects] == [
        ("17", "M", 61.0),
        ("18", "F", 55.0),
    ]
    assert records["subjects"]["src_row"].to_pylist() == [2, 4]
    labs = [(r["subject"], r["date"], r["test"], r["value"]) for r in records["labs"].to_pylist()]
    assert labs == [
        ("17", date(2016, 3, 2), "BILI", 1.2),
        ("18", None, "BILI", 0.8),
        ("17", date(2016, 3, 2), "CEA", 5.0),
        ("17", date(2016, 5, 4), "CEA", 6.0),
        ("18", None, "CEA", None),
    ]
    assert records["labs"]["standard_value"].to_pylist()[0] == pytest.approx(20.5248)
    assert [str(f.place) for f in told(records, "R003")] == ["klinik.csv:4 [Aufnahme]"] * 2
    assert one(records, "R001").found == "'x'"


def test_rows_where_and_constants_and_scale(tmp_path: Path) -> None:
    mapping = (
        SUBJECTS
        + """
[[procedures]]
file = "klinik.csv"
date_format = "DD.MM.YYYY"
columns = {subject = "PatNo", date = "Aufnahme"}
constants = {procedure = "resection"}
when = {OP = ["ja", "yes"]}
[staging]
file = "klinik.csv"
date_format = "DD.MM.YYYY"
columns = {subject = "PatNo", date = "Aufnahme", largest_mm = "Bili"}
scale.largest_mm = 10
"""
    )
    records = read(tmp_path, mapping, klinik=THEIRS)
    assert records["procedures"]["src_row"].to_pylist() == [2]
    assert records["staging"]["largest_mm"].to_pylist() == [12.0, None, 8.0]


def test_first_last_and_distinct(tmp_path: Path) -> None:
    text = "id,when,stage\na,2020-02-01,B\na,2020-01-01,A\nb,2020-01-01,C\nb,2020-01-01,C\n"
    staging = (
        '[staging]\nfile = "x.csv"\ncolumns = {subject = "id", date = "when", bclc = "stage"}\n'
    )
    for take, stages in (("first", ["A", "C"]), ("last", ["B", "C"])):
        records = read(tmp_path, f'{staging}take = "{take}"\norder = "when"\n', x=text)
        assert records["staging"]["bclc"].to_pylist() == stages
    records = read(tmp_path, f"{staging}distinct = true\n", x=text)
    assert records["staging"]["src_row"].to_pylist() == [2, 3, 4]


def test_rows_passed_over_are_checked_all_the_same(tmp_path: Path) -> None:
    text = "PatNo;Geschl;Alter\n1;1;60\n1;1;111\n"
    found = one(read(tmp_path, SUBJECTS, klinik=text), "R005")
    assert (str(found.place), found.found) == ("klinik.csv:3 [Alter]", "'111'")


def test_follow_up_from_a_duration(tmp_path: Path) -> None:
    text = "id,day,left,died\na,2020-01-10,100.25,1\na,2020-01-01,109.25,1\nb,2020-01-01,7,0\n"
    mapping = """
[follow_up]
file = "x.csv"
columns = {subject = "id", date = "day"}
days = "left"
event = "died"
event_codes = {"1" = "dead", "0" = "alive"}
take = "first"
order = "day"
[subjects]
file = "x.csv"
columns = {subject = "id"}
distinct = true
"""
    records = read(tmp_path, mapping, x=text)
    first, second = records["follow_up"].to_pylist()
    assert (first["origin_date"], first["time_days"]) == (date(2020, 1, 1), 109.25)
    assert (first["date"], first["status"]) == (date(2020, 4, 20), "dead")
    assert (second["date"], second["status"]) == (date(2020, 1, 8), "alive")
    assert records["subjects"]["subject"].to_pylist() == ["a", "b"]


def test_mapping_of_a_workbook_keeps_its_cells(tmp_path: Path) -> None:
    rows = [["Nr", "J"], ["x", 200], [None, None], ["y", 40]]
    write_book(tmp_path / "theirs.xlsx", {"Notes": [["a"]], "Pat": rows})
    entry = {"sheet": "Pat", "columns": {"subject": "Nr", "age_years": "J"}}
    source = {"reader": "mapping", "path": "theirs.xlsx", "mapping": {"subjects": entry}}
    records = read_records(tmp_path, source)
    assert str(one(records, "R005").place) == "theirs.xlsx:Pat!B2 [J]"
    assert records["subjects"]["src_row"].to_pylist() == [2, 4]
    entry["sheet"] = "Gone"
    with pytest.raises(Unreadable, match="no sheet 'Gone'"):
        read_records(tmp_path, source)


def test_mapping_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id\na\n")
    mapping = '[subjects]\nfile = "../secret.csv"\ncolumns = {subject = "id"}\n'
    with pytest.raises(Unreadable, match="leads out"):
        read(tmp_path, mapping, x="id\na\n")


@pytest.mark.parametrize(
    ("entry", "found", "hint"),
    [
        ('[subject]\nfile = "x"', "'subject'", "did you mean 'subjects'?"),
        ("subjects = 3", "'3'", ""),
        (
            '[subjects]\ncolumns = {subject = "i"}\ncolums = {}',
            "'colums'",
            "did you mean 'columns'?",
        ),
        ('[subjects]\ncolumns = {subject = "i", agee = "A"}', "'agee'", ""),
        ('[subjects]\ncolumns = {subject = "i", site = 3}', "'3'", ""),
        ("[subjects]\nfile = 3\ncolumns.subject = 'i'", "'3'", ""),
        ("[subjects]\ncolumns = 3", "'3'", ""),
        ("[subjects]\ncolumns = {}", "nothing for 'subject'", ""),
        ('[subjects]\ncolumns.subject = "i"\ncodes.sex = {m = "Male"}', "'Male'", ""),
        ('[subjects]\ncolumns.subject = "i"\ncodes.sex = "M"', "'M'", ""),
        ('[subjects]\ncolumns.subject = "i"\ntake = "any"', "'any'", ""),
        ('[subjects]\ncolumns.subject = "i"\ndate_format = "dd/mm/yy"', "'dd/mm/yy'", ""),
        ('[subjects]\ncolumns.subject = "i"\nscale.age_years = "x"', "'x'", ""),
        ('[subjects]\ncolumns.subject = "i"\ndays = "d"', "days", ""),
        ('[subjects]\ncolumns.subject = "i"\ntests = [{test = "A", column = "B"}]', "tests", ""),
        (
            '[labs]\ncolumns = {subject = "i", date = "d"}\ntests = [{test = "A"}]',
            "no 'column'",
            "",
        ),
    ],
)
def test_fault_in_the_mapping(entry: str, found: str, hint: str) -> None:
    _, findings = check_mapping(tomllib.loads(entry))
    first = findings[0]
    assert (first.code, first.found, first.place.file) == ("R043", found, "study.toml")
    assert hint in first.hint
    assert first.place.column.startswith("records.mapping.")


def test_column_that_the_file_does_not_have(tmp_path: Path) -> None:
    mapping = '[subjects]\nfile = "x.csv"\ncolumns = {subject = "id", sex = "gendr"}\n'
    found = one(read(tmp_path, mapping, x="id,gender\na,F\n"), "R043")
    assert (found.found, found.hint) == ("'gendr'", "did you mean 'gender'?")


@pytest.mark.parametrize(
    ("text", "written", "matches"),
    [
        ("DD.MM.YYYY", "2.3.2016", True),
        ("MM/DD/YYYY", "03/02/2016 14:00", True),
        ("DD-MON-YYYY", "02-Mar-2016", True),
        ("YYYYMMDD", "20160302", True),
        ("DD.MM.YYYY", "2016-03-02", False),
    ],
)
def test_pattern_of_dates(text: str, written: str, matches: bool) -> None:
    pattern = date_pattern(text)
    assert pattern is not None
    assert bool(pattern.match(written)) is matches


def test_month_names_are_english(tmp_path: Path) -> None:
    text = "id,day\na,02-MAR-2016\nb,02-Foo-2016\n"
    mapping = (
        '[subjects]\nfile = "x.csv"\ndate_format = "DD-MON-YYYY"\n'
        'columns = {subject = "id", consent_date = "day"}\n'
    )
    records = read(tmp_path, mapping, x=text)
    assert records["subjects"]["consent_date"].to_pylist() == [date(2016, 3, 2), None]
    assert len(told(records, "R003")) == 1


def test_sysucc_whole() -> None:
    """SYSUCC DTSDHCC (MIT), 11,684 rows: its README names the dirt; counted with DuckDB."""
    folder = data_folder("sysucc_hcc")
    mapping = tomllib.loads(SYSUCC.read_text(encoding="utf-8"))
    source = {"reader": "mapping", "path": folder.name, "mapping": mapping}
    records = read_records(folder.parent, source)
    counted = {name: table.num_rows for name, table in records.tables.items() if table.num_rows}
    assert counted["subjects"] == counted["follow_up"] == 2360
    assert counted["procedures"] == 2958 + 708 - 3, "three repeat a row of the same day"
    assert counted["medications"] == 1063
    assert Counter(records["follow_up"]["status"].to_pylist()) == {"dead": 1346, "alive": 1014}
    codes = Counter(f.code for f in records.findings)
    # ages: 50 rows from 0 to 110 are beyond 1 to 110 only where 0 or 111: 39 + 1 = 40;
    # one diameter of 363 mm; 14 + 1 rows of lesions against diameters; New.Lesion 2, 2, 2, 4;
    # 8 first records with no time left.
    assert codes["R005"] == 40 + 1
    assert codes["R037"] == 15
    assert codes["R006"] == 4
    assert codes["R038"] == 8
    # 12 repeated dates, in each of four tables: differing, or word for word.
    dated = ("staging", "status", "labs", "collected_responses")
    repeated = sum(11684 - counted[name] for name in dated) + 3
    assert codes["R029"] == repeated
    assert codes["R020"] + codes["R029"] == 12 * len(dated) + 3
    assert set(codes) == {"R005", "R006", "R020", "R029", "R037", "R038"}


def test_sysucc_times_are_those_of_r() -> None:
    """Fractional days from the first record give R's median and quartiles (reference_R.json)."""
    folder = data_folder("sysucc_hcc")
    mapping = tomllib.loads(SYSUCC.read_text(encoding="utf-8"))
    wanted = {name: mapping[name] for name in ("subjects", "follow_up")}
    source = {"reader": "mapping", "path": folder.name, "mapping": wanted}
    rows = read_records(folder.parent, source)["follow_up"]
    times = rows["time_days"].to_numpy()
    dead = np.array([status == "dead" for status in rows["status"].to_pylist()])
    truth = json.loads((folder / "reference_R.json").read_text(encoding="utf-8"))["OS"]["log"]
    steps, survival = np.unique(times[dead]), 1.0
    reached: dict[float, float] = {}
    for step in steps:
        survival *= 1 - np.sum(times[dead] == step) / np.sum(times >= step)
        for share in (0.1, 0.25, 0.5, 0.75):
            if survival <= 1 - share + 1e-12:
                reached.setdefault(share, float(step))
    assert list(reached.values()) == pytest.approx(truth["quantile"][:4], rel=1e-9)


def test_a_column_without_a_header_orders_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, {"t.csv": "Id,\na,2\na,1\n"})
    mapping = {"subjects": {"columns": {"subject": "Id"}, "take": "first"}}
    records = read_records(tmp_path, {"reader": "mapping", "path": "t.csv", "mapping": mapping})
    assert records["subjects"]["src_row"].to_pylist() == [2]

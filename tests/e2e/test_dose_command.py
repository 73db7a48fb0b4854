"""`hepatica dose` and `hepatica pk` as they are typed, wrong input included."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica

BEVA = EXAMPLES / "hard-courses"
PK = ("pk", "--weight-kg", 70, "--sex", "F", "--albumin-g-l", 39, "--alp-u-l", 109)
PK = (*PK, "--dose-mg", 350)
BANDS = """name = "committee"
source = "pharmacy committee"
[[band]]
from_mg = 300
below_mg = 330
give_mg = 300
[[band]]
from_mg = 330
below_mg = 370
give_mg = 350
"""


def test_dose_prints_what_is_prepared_and_given() -> None:
    done = hepatica("dose", "--weight-kg", 64)
    assert done.returncode == 0, done.stderr
    for words in (
        "320 mg (5 mg/kg x 64 kg)",
        "12.8 mL of 25 mg/mL",
        "1 x 400 mg, waste 80 mg",
        "allowed 19.4–228.5 mL",  # to 228.571: as printed a volume is still allowed
        "3.20 mg/mL in sodium chloride 0.9 %",
        "200.0 mL/h (3.33 mL/min) for 30 min",
        "research calculation, off-label route",
    ):
        assert words in done.stdout


@pytest.mark.parametrize("kg", [42, 52, 60, 64, 70, 76, 83, 95, 120])
def test_a_volume_printed_as_allowed_is_allowed(kg: int) -> None:
    printed = hepatica("dose", "--weight-kg", kg).stdout
    limits = re.search(r"allowed ([\d.]+)–([\d.]+) mL", printed)
    assert limits is not None
    for volume in limits.groups():
        assert hepatica("dose", "--weight-kg", kg, "--total-volume-ml", volume).returncode == 0


def test_dose_speaks_json() -> None:
    done = hepatica("dose", "--weight-kg", 64, "--rounding", "nearest-100-10", "--json")
    found = json.loads(done.stdout)
    assert (found["exact_mg"], found["dose_mg"], found["waste_mg"]) == (320, 300, 0)
    assert {o["rounding"]: o["dose_mg"] for o in found["options"]} == {
        "exact": 320,
        "nearest-100-5": 320,
        "nearest-100-10": 300,
    }
    assert found["note"] == "research calculation, off-label route"


def test_the_old_dosing_weight_stands_below_ten_percent() -> None:
    words = ("dose", "--dosing-weight-kg", 70, "--json", "--weight-kg")
    below, at = (json.loads(hepatica(*words, kg).stdout) for kg in ("76.9", "77.0"))
    assert (below["dose_mg"], below["recalculated"]) == (350, False)
    assert (at["dose_mg"], at["recalculated"]) == (385, True)
    above = json.loads(hepatica(*words, "77.0", "--redose-above").stdout)
    assert (above["dose_mg"], above["recalculated"]) == (350, False)


def test_bands_of_a_site(tmp_path: Path) -> None:
    path = tmp_path / "bands.toml"
    path.write_text(BANDS)
    done = hepatica("dose", "--weight-kg", 64, "--rounding", path, "--json")
    found = json.loads(done.stdout)
    assert (found["rounding"], found["dose_mg"]) == ("committee", 300)
    outside = json.loads(hepatica("dose", "--weight-kg", 90, "--rounding", path, "--json").stdout)
    assert (outside["dose_mg"], outside["rounded"]) == (450, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected at least one [[band]]"),
        ("[[band]]\nfrom_mg = 1\n", "band 1: expected numbers"),
        ("[[band]]\nfrom_mg = 9\nbelow_mg = 2\ngive_mg = 2\n", "from_mg < below_mg"),
        ("[[band]]\nfrom_mg = 1\nbelow_mg = nan\ngive_mg = 2\n", "band 1: expected numbers"),
        ("[[band]]\nfrom_mg = true\nbelow_mg = 2\ngive_mg = 2\n", "band 1: expected numbers"),
        (BANDS.replace("330\nbelow_mg = 370", "320\nbelow_mg = 370"), "bands overlap"),
        (BANDS.replace("give_mg = 350", "give_mg = 3500"), "band 2: give_mg 3500 is far from"),
        (BANDS.replace("committee", "exact", 1), "name 'exact' is one of the policies"),
        ("not toml", "is not a TOML file"),
        (None, "expected a file of dose bands"),
    ],
)
def test_a_bad_file_of_bands_is_told(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "bands.toml"
    if text is not None:
        path.write_text(text)
    done = hepatica("dose", "--weight-kg", 64, "--rounding", path)
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--weight-kg", 640), "weight-kg 640: expected a body weight in kg from 20 to 300"),
        (("--weight-kg", 6.4), "from 20 to 300"),
        (("--weight-kg", -64), "from 20 to 300"),
        (("--weight-kg", "64,5"), "write decimals with a point"),
        (("--weight-kg", "heavy"), "expected a number"),
        (("--weight-kg", "nan"), "expected a number"),
        (("--weight-kg", "inf"), "expected a number"),
        (("--weight-kg", "6_4"), "expected a number"),
        (("--weight-kg", "1e-999999999999"), "expected a"),
        ((), "--weight-kg: expected a body weight"),
        (("--weight-kg", 64, "--dose-mg-kg", 50), "expected a dose in mg/kg from 0.5 to 20"),
        (("--weight-kg", 64, "--minutes", 1), "expected an infusion time in minutes"),
        (("--weight-kg", 64, "--total-volume-ml", 0), "expected a total volume"),
        (("--weight-kg", 64, "--dosing-weight-kg", 7), "dosing-weight-kg 7"),
        (("--weight-kg", 64, "--max-dose-mg", 0), "max-dose-mg"),
        (("--weight-kg", 64, "--max-dose-mg", "0.001"), "expected a dose in mg from 1"),
        (("--weight-kg", 64, "--redose-percent", -5), "percent from 0 to 100"),
        (("--weight-kg", 64, "--redose-percent", "1e30"), "percent from 0 to 100"),
        (("--weight-kg", 64, "--on", "2024-05-01"), "go with --study"),
        (("--weight-kg", 64, "--rounding", "nearest"), "rounding 'nearest'"),
        (("--weight-kg", 64, "--subject", "001"), "go with --study"),
        (("--study", BEVA, "--subject", "001"), "name --subject and --session"),
        (("--study", BEVA, "--subject", "no", "--session", 1), "not on the Subjects sheet"),
        (("--study", BEVA, "--subject", "001", "--session", 9), "expected 1 to 3"),
        (("--study", BEVA, "--subject", "001", "--session", 3), "give --weight-kg"),
        (("--study", BEVA, "--subject", "001", "--session", 1, "--minutes", 9), "leave it out"),
    ],
)
def test_a_wrong_dose_is_refused_in_a_sentence(options: tuple[object, ...], words: str) -> None:
    done = hepatica("dose", *options)
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_concentration_outside_the_label_is_exit_1_without_a_sheet(tmp_path: Path) -> None:
    words = ("dose", "--weight-kg", 64, "--total-volume-ml")
    for volume in (19, 229):
        done = hepatica(*words, volume)
        assert done.returncode == 1 and "OUTSIDE" in done.stdout
    assert hepatica(*words, 20).returncode == hepatica(*words, 228).returncode == 0
    sheet = tmp_path / "order.html"
    done = hepatica(*words, 19, "--order-sheet", sheet)
    assert done.returncode == 2 and not sheet.exists()


def _pages(sheet: Path, folder: Path) -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not here, so the sheet cannot be printed")
    pdf = folder / "order.pdf"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
    target = f"--print-to-pdf={pdf}"
    subprocess.run([chromium, *flags, target, sheet.as_uri()], check=True, capture_output=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def test_the_order_sheet_of_a_session_is_one_page(tmp_path: Path) -> None:
    sheet = tmp_path / "order.html"
    words = ("dose", "--study", BEVA, "--subject", "001", "--session", 2, "--order-sheet", sheet)
    done = hepatica(*words)
    assert done.returncode == 0, done.stderr
    text = sheet.read_text(encoding="utf-8")
    assert "Research calculation, off-label route" in text
    assert "Reconstructed from published summaries" in text
    assert "no urine protein in the 28 days before" in text
    assert hepatica(*words).returncode == 0
    assert sheet.read_text(encoding="utf-8") == text
    assert _pages(sheet, tmp_path) == 1


def test_an_order_sheet_without_records_is_one_page(tmp_path: Path) -> None:
    sheet = tmp_path / "order.html"
    words = ("--dosing-weight-kg", 76, "--rounding", "nearest-100-5")
    assert hepatica("dose", "--weight-kg", 83, *words, "--order-sheet", sheet).returncode == 0
    assert _pages(sheet, tmp_path) == 1


def test_the_next_session_is_dosed_by_the_weight_given() -> None:
    words = ("dose", "--study", BEVA, "--subject", "001", "--session", 3, "--json")
    found = json.loads(hepatica(*words, "--weight-kg", "59.4").stdout)
    # 66 kg so far; 59.4 kg is exactly 10 % less.
    assert (found["dose_mg"], found["recalculated"], found["conditions"]) == (297, True, [])


def test_pk_prints_the_course_and_that_the_artery_gains_nothing() -> None:
    done = hepatica(*PK, "--regional-flow-ml-min", 240, "--stasis-plasma-ml", 10)
    assert done.returncode == 0, done.stderr
    for words in (
        "0.2064 L/day",
        "19.12 days",
        "none: no pharmacokinetic gain from arterial infusion of this antibody",
        "1.00060 = 1 + CL/Q",
        "48.6 mg/L above the blood",
        "0.06% of that in the blood",
        "1.8 mg (0.5% of the dose) in 10 mL of plasma",
        "your assumption",
        "research calculation, off-label route",
    ):
        assert words in done.stdout
    assert "gain" not in hepatica(*PK).stdout


def test_pk_speaks_json_and_is_seeded() -> None:
    first = hepatica(*PK, "--sessions", "0,35", "--json")
    found = json.loads(first.stdout)
    rows = {round(c["day"], 3): c for c in found["concentrations"]}
    assert round(rows[28]["mg_l"], 1) == 19.7
    assert rows[35]["mg_l"] < rows[35.021]["mg_l"]
    low, high = rows[28]["interval"]
    assert low < rows[28]["mg_l"] < high
    assert found["regional"] is None
    assert hepatica(*PK, "--sessions", "0,35", "--json").stdout == first.stdout
    other = hepatica(*PK, "--sessions", "0,35", "--seed", 2, "--json").stdout
    assert other != first.stdout


def test_pk_without_published_variability_has_no_interval() -> None:
    words = ("pk", "--weight-kg", 70, "--sex", "F", "--dose-mg", 350, "--model", "lu2008")
    assert "no prediction interval" in hepatica(*words).stdout
    assert json.loads(hepatica(*words, "--json").stdout)["interval"] is None


def test_pk_draws(tmp_path: Path) -> None:
    for name in ("course.svg", "course.png"):
        assert hepatica(*PK, "--figure", tmp_path / name).returncode == 0
    text = (tmp_path / "course.svg").read_text(encoding="utf-8")
    assert "Bevacizumab in plasma, mg/L" in text and "off-label route" in text
    assert (tmp_path / "course.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model", "lu2009"), "model 'lu2009'"),
        (("--sessions", "35,0"), "expected days in order"),
        (("--sessions", "a"), "expected days such as 0,35"),
        (("--sessions", "0,0.01"), "expected days in order"),
        (("--sessions", "nan"), "expected days"),
        (("--days", 0), "--days 0"),
        (("--regional-flow-ml-min", 1), "from 10 to 2000"),
        (("--stasis-plasma-ml", 10), "needs --regional-flow-ml-min"),
        (("--figure", "course.gif"), ".svg or .png"),
        (("--albumin-g-l", 3.9), "albumin in g/L"),
    ],
)
def test_a_wrong_course_is_refused_in_a_sentence(options: tuple[object, ...], words: str) -> None:
    done = hepatica(*PK, *options)
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


def test_pk_asks_for_what_the_model_needs() -> None:
    done = hepatica("pk", "--weight-kg", 70, "--sex", "F", "--dose-mg", 350)
    assert done.returncode == 2 and "asks for albumin-g-l" in done.stderr


def test_a_standing_condition_is_told_on_the_sheet_and_by_exit_1(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    folder = tmp_path / "study"
    folder.mkdir()
    shutil.copy(BEVA / "study.toml", folder)
    book = openpyxl.load_workbook(BEVA / "records.xlsx")
    sheet = book["Adverse events"]
    heads = [cell.value for cell in sheet[1]]
    event = {
        "Subject *": "001",
        "Term *": "Melena",
        "CTCAE grade [grade]": 3,
        "Start": "2014-02-01",
    }
    row = sheet.max_row + 1
    for name, value in event.items():
        sheet.cell(row, heads.index(name) + 1, value)
    book.save(folder / "records.xlsx")
    order = tmp_path / "order.html"
    words = ("dose", "--study", folder, "--subject", "001", "--order-sheet", order, "--session")
    assert hepatica(*words, 1).returncode == 0  # the bleeding came after the first session
    done = hepatica(*words, 2)
    assert done.returncode == 1
    assert "a hold or stop condition stands" in done.stderr
    assert "Melena of grade 3 from 2014-02-01" in done.stdout
    text = order.read_text(encoding="utf-8")
    assert "STOP: by the records this dose is not to be given. Haemorrhage of grade 3" in text
    assert _pages(order, tmp_path) == 1
    # The session to come: without a day what counts on any day is told, with one everything.
    next_one = (*words, 3, "--weight-kg", 66)
    done = hepatica(*next_one)
    assert done.returncode == 1
    assert "Melena of grade 3 from 2014-02-01" in done.stdout and "give --on" in done.stdout
    assert "STOP: by the records" in order.read_text(encoding="utf-8")
    found = json.loads(hepatica(*next_one, "--on", "2014-04-01", "--json").stdout)
    states = {c["id"]: c["state"] for c in found["conditions"]}
    assert (states["haemorrhage"], states["proteinuria"]) == ("STOP", "UNKNOWN")
    assert (states["surgery-before"], found["day"]) == ("OK", "2014-04-01")
    done = hepatica(*next_one, "--on", "2014-02-25")
    assert done.returncode == 2 and "after the last session, 2014-02-25" in done.stderr

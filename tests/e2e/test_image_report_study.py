"""Lesions measured in a viewer, exported as DICOM SR: their reports drive mRECIST in a study.

Expected responses by hand, from the sums of viable diameters in mm (mRECIST: PR -30 % from
baseline, PD +20 % over the smallest sum):

    P01  T1 + T2  40 + 30 = 70    20 + 15 = 35 (-50 %)      25 + 20 = 45 (+28.6 % over 35)
         baseline                 PR                        PD
    P02  T1       50              45 (-10 %)                gone
         baseline                 SD                        CR
    P03  T1       30              40 (+33.3 %)
         baseline                 PD
"""

import csv
import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("pydicom")
sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from click.testing import CliRunner
from report_sample import (
    FREE_TEXT,
    LONG,
    TARGET,
    code,
    evidence,
    finding,
    group,
    line,
    number,
    site,
    write_report,
)

from hepatica.cli.main import app
from hepatica.study.protocol import protocol_text
from hepatica.workflow.workspace import Workspace

BASELINE, FIRST, SECOND = "20240105", "20240301", "20240501"
TOOL = "Cornerstone3DTools@^0.1.0:Bidirectional"


def ohif(path: Path, day: str, sizes: dict[str, float]) -> None:
    """As OHIF writes it: the label as free text, a line on an image, a new UID in every report."""
    groups = []
    for at, (label, mm) in enumerate(sizes.items(), start=1):
        labelled = code(("363698007", "SCT", "Finding Site"), (*FREE_TEXT, label))
        drawn = line([100.5, 50.5, 100.5 + mm, 50.5], f"1.9.{day}.{at}")
        long = number(LONG, mm, "mm", drawn)
        groups.append(group(TOOL, f"1.7.{day}.{at}", labelled, long))
    instances = [f"1.9.{day}.{at}" for at in range(1, len(sizes) + 1)]
    seen = evidence(f"1.2.3.{day}", f"1.8.{day}", instances)
    write_report(path / f"p01-{day}.dcm", groups, "P01", day, seen)


def other(path: Path, subject: str, day: str, mm: float | None) -> None:
    """A report with lines in the patient, cm, and tracked lesions."""
    below = [finding(TARGET), site("Liver")]
    if mm is None:
        below.append(finding(("121054", "DCM", "Absent")))
    else:
        drawn = line([0.0, 0.0, 10.0, mm, 0.0, 10.0])
        below.append(number(("103339001", "SCT", "Long axis"), mm / 10, "cm", drawn))
    write_report(path / f"{subject}-{day}.dcm", [group("T1", "1.7.1", *below)], subject, day)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    reports = folder / "reports"
    reports.mkdir()
    ohif(reports, BASELINE, {"T1": 40.0, "T2": 30.0})
    ohif(reports, FIRST, {"T1": 20.0, "T2": 15.0})
    ohif(reports, SECOND, {"T1": 25.0, "T2": 20.0})
    for subject, day, mm in (
        ("P02", BASELINE, 50.0), ("P02", FIRST, 45.0), ("P02", SECOND, None),
        ("P03", BASELINE, 30.0), ("P03", FIRST, 40.0),
    ):  # fmt: skip
        other(reports, subject, day, mm)
    done = CliRunner().invoke(
        app, ["image", "sr", str(reports), "-o", str(folder / "imaging"), "--viable"]
    )
    assert done.exception is None or done.exit_code == 0, done.output
    text = protocol_text("blank").replace('reader = "workbook"', 'reader = "csv"')
    text = text.replace('path = "records.xlsx"', 'path = "records"')
    text = text.replace('sensitivity = ["RECIST1.1"]', "sensitivity = []")  # needs whole diameters
    (folder / "study.toml").write_text(text + '\n[imaging]\npath = "imaging"\n', encoding="utf-8")
    records = folder / "records"
    records.mkdir()
    people = ("P01", "P02", "P03")
    rows = "".join(f"{one},F,60,2024-01-02,Y\n" for one in people)
    (records / "subjects.csv").write_text("subject,sex,age_years,consent_date,enrolled\n" + rows)
    rows = "".join(f"{one},2024-01-10,TACE,1,cTACE,Y\n" for one in people)
    header = "subject,date,procedure,session,technique,study_treatment\n"
    (records / "procedures.csv").write_text(header + rows)
    return folder


def responses(study: Path, parameter: str) -> dict[tuple[str, str], str]:
    rows = Workspace(study).adam()["ADRS"].to_pylist()
    return {
        (row["SUBJID"], str(row["ADT"])): row["AVALC"]
        for row in rows
        if row["PARAMCD"] == parameter and row["PARCAT1"] == "mRECIST"
    }


def test_the_tables_hold_what_was_measured(study: Path) -> None:
    text = (study / "imaging" / "measurements.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    first = next(row for row in rows if (row["subject"], row["lesion"]) == ("P01", "T1"))
    assert (first["date"], first["viable_mm"], first["diameter_mm"]) == ("2024-01-05", "40.0", "")
    assert first["series"] == f"1.8.{BASELINE}"
    gone = next(row for row in rows if row["subject"] == "P02" and row["date"] == "2024-05-01")
    assert (gone["status"], gone["viable_mm"]) == ("absent", "")


def test_records_have_no_error(study: Path) -> None:
    assert [str(f) for f in Workspace(study).check() if f.level == "error"] == []


def test_responses_are_those_by_hand(study: Path) -> None:
    assert responses(study, "OVR") == {
        ("P01", "2024-03-01"): "PR",
        ("P01", "2024-05-01"): "PD",
        ("P02", "2024-03-01"): "SD",
        ("P02", "2024-05-01"): "CR",
        ("P03", "2024-03-01"): "PD",
    }
    best = {subject: word for (subject, _), word in responses(study, "BOR").items()}
    assert best == {"P01": "PR", "P02": "CR", "P03": "PD"}


def test_explain_says_where_it_was_measured(study: Path) -> None:
    done = CliRunner().invoke(app, ["explain", str(study), "BOR", "P01", "--json"])
    lines = [text for name, text in json.loads(done.stdout) if name == "measured"]
    assert len(lines) == 6
    assert lines[0] == (
        f"T1 on 2024-01-05: viable 40.0 mm; series 1.8.{BASELINE}; slice 1.9.{BASELINE}.1; "
        "from 100.50 50.50 to 140.50 50.50 (column row of the image); "
        "structured report of OHIF: Long Axis"
    )
    done = CliRunner().invoke(app, ["explain", str(study), "BOR", "P02", "--json"])
    lines = [text for name, text in json.loads(done.stdout) if name == "measured"]
    assert "from 0.00 0.00 10.00 to 50.00 0.00 10.00" in lines[0]


def test_the_same_reports_give_the_same_tables(study: Path, tmp_path: Path) -> None:
    words = ["image", "sr", *map(str, sorted((study / "reports").iterdir(), reverse=True))]
    CliRunner().invoke(app, [*words, "-o", str(tmp_path), "--viable"])
    tables = sorted((study / "imaging").glob("*.csv"))
    assert {path.stem for path in tables} >= {"lesions", "measurements"}
    for path in tables:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_table_corrected_by_hand_is_not_written_over(study: Path, tmp_path: Path) -> None:
    words = ["image", "sr", str(study / "reports"), "-o", str(tmp_path), "--viable"]
    CliRunner().invoke(app, words)
    table = tmp_path / "measurements.csv"
    first = table.read_text()
    again = CliRunner().invoke(app, words)
    assert "measurements" in again.output and table.read_text() == first
    table.write_text(table.read_text() + "\n")
    refused = CliRunner().invoke(app, words)
    assert "changed since" in str(refused.exception)
    assert table.read_text().endswith("\n\n")

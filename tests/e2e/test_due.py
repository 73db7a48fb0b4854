"""`hepatica due`: the worklist of a day and its calendar file."""

import json
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica
from icalendar import Calendar

SUBJECTS = "subject,enrolled\nA1,Y\nA2,Y\nA3,Y\n"
PROCEDURES = (
    "subject,date,procedure,session\n"
    "A1,2020-01-01,TACE,1\nA2,2020-02-20,TACE,1\nA3,2020-01-20,TACE,1\n"
)
SCANS = "subject,date,modality\nA3,2020-03-01,CT\nA1,2020-04-20,CT\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    hepatica("init", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('reader = "workbook"\npath = "records.xlsx"', 'reader = "csv"\npath = "r"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "r").mkdir()
    (folder / "r" / "subjects.csv").write_text(SUBJECTS)
    (folder / "r" / "procedures.csv").write_text(PROCEDURES)
    (folder / "r" / "scans.csv").write_text(SCANS)
    return folder


def test_overdue_stands_before_due_before_what_opens_soon(study: Path) -> None:
    # windows: A1 2020-02-05 to 2020-03-04; A2 2020-03-26 to 2020-04-23;
    # A3, scanned on 2020-03-01, 2020-04-05 to 2020-05-03. Records after the day do not count.
    done = hepatica("due", study, "--on", "2020-03-26", "--json")
    tasks = [t for t in json.loads(done.stdout) if t["assessment"] == "contrast CT or MRI"]
    assert [(t["subject"], t["status"], t["closes"], t["days"]) for t in tasks] == [
        ("A1", "OVERDUE", "2020-03-04", -22),
        ("A2", "DUE", "2020-04-23", 28),
        ("A3", "PLANNED", "2020-05-03", 38),
    ]


def test_nothing_further_ahead_than_asked(study: Path) -> None:
    done = hepatica("due", study, "--on", "2020-03-26", "--ahead", "9", "--json")
    assert "A3" not in {
        t["subject"] for t in json.loads(done.stdout) if t["assessment"].startswith("contrast")
    }


def test_the_calendar_holds_the_windows_and_is_the_same_twice(study: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "1.ics", tmp_path / "2.ics"
    hepatica("due", study, "--on", "2020-03-26", "--ics", one)
    hepatica("due", study, "--on", "2020-03-26", "--ics", two)
    assert one.read_bytes() == two.read_bytes()
    events = [e for e in Calendar.from_ical(one.read_bytes()).walk("VEVENT")]
    (scan,) = (e for e in events if e["SUMMARY"] == "A2: contrast CT or MRI due")
    assert str(scan["DTSTART"].dt) == "2020-03-26"
    assert str(scan["DTEND"].dt) == "2020-04-24"  # the end of an all-day entry is not in it


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "20240310", "2024-W10-3"])
def test_a_day_that_cannot_be_meant_is_refused(study: Path, day: str) -> None:
    done = hepatica("due", study, "--on", day)
    assert done.returncode == 2
    assert done.stderr.startswith("hepatica: --on: found") and day in done.stderr


def test_words_that_are_not_a_day_are_told(study: Path) -> None:
    done = hepatica("due", study, "--on", "tomorrow")
    assert done.returncode == 2
    assert "expected a date, YYYY-MM-DD" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_protocol_without_a_schedule_is_told() -> None:
    done = hepatica("due", EXAMPLES / "sysucc", "--on", "2020-01-01")
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr


def test_a_calendar_that_cannot_be_written_is_told(study: Path, tmp_path: Path) -> None:
    done = hepatica("due", study, "--on", "2020-03-26", "--ics", tmp_path / "no" / "x.ics")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr

"""ADSV from records: what counts as done, when visits end, and the deviations that follow.

The blank protocol: every 6 to 8 weeks from each session, 7 days on either side, so the window of
a visit counted from day d is d+35 to d+63.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.analysis.population import population
from hepatica.analysis.schedule import schedule_results
from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.schedule import derive_schedule
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.model import as_of
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY_0 = date(2020, 1, 1)


def day(number: int) -> date:
    return DAY_0 + timedelta(number)


def _study(folder: Path, until: str = "end of follow-up") -> Study:
    text = protocol_text("blank").replace("[schedule]", f'[schedule]\nuntil = "{until}"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return as_of(read_study(folder), day(200))


def _adam(study: Study, **rows: list[dict[str, Any]]) -> Adam:
    given = {"subjects": [{}], "procedures": [{"date": DAY_0, "procedure": "TACE"}], **rows}
    built = {}
    for name, values in given.items():
        names = tables()[name].schema().names
        base = {n: None for n in names} | {"subject": "1", "src_file": "f", "src_sheet": name}
        built[name] = pa.Table.from_pylist(
            [base | {"src_row": i + 1, "seq": i} | v for i, v in enumerate(values, start=1)],
            tables()[name].schema(),
        )
    return derive_adam(study, Records.of(built), steps=[derive_schedule])


def _visits(adam: Adam, code: str) -> list[tuple[str, int | None]]:
    return [
        (v["AVALC"], (v["ADT"] - DAY_0).days if v["ADT"] else None)
        for v in adam["ADSV"].to_pylist()
        if v["PARAMCD"] == code
    ]


def test_a_scan_that_cannot_be_assessed_was_done(tmp_path: Path) -> None:
    scans = [{"date": day(50), "modality": "CT", "adequate": "N"}]
    adam = _adam(_study(tmp_path), scans=scans)
    assert _visits(adam, "IMAGING")[0] == ("DONE", 50)


def test_an_unenhanced_scan_and_an_ultrasound_are_not_the_planned_scan(tmp_path: Path) -> None:
    scans = [
        {"date": day(50), "modality": "CT", "phase": "unenhanced"},
        {"date": day(51), "modality": "US"},
    ]
    adam = _adam(_study(tmp_path), scans=scans)
    assert _visits(adam, "IMAGING")[0] == ("MISSED", None)


def test_nothing_is_missed_after_death(tmp_path: Path) -> None:
    follow_up = [{"date": day(100), "status": "dead"}]
    adam = _adam(_study(tmp_path), follow_up=follow_up)
    assert _visits(adam, "IMAGING") == [("MISSED", None)]


def test_a_subject_who_was_lost_and_found_again_goes_on(tmp_path: Path) -> None:
    follow_up = [
        {"date": day(20), "status": "lost to follow-up"},
        {"date": day(150), "status": "alive"},
    ]
    lost = _adam(_study(tmp_path), follow_up=follow_up[:1])
    found = _adam(_study(tmp_path), follow_up=follow_up)
    assert _visits(lost, "IMAGING") == []
    # windows 35-63 and 98-126 missed; 161-189 closed and the next, 224-252, is not open yet
    assert [status for status, _ in _visits(found, "IMAGING")] == ["MISSED", "MISSED", "OVERDUE"]


def test_visits_end_with_new_therapy_where_the_protocol_says_so(tmp_path: Path) -> None:
    drug = {"drug": "sorafenib", "class": "anticancer", "start_date": day(60)}
    until = _adam(_study(tmp_path, "progression"), medications=[drug])
    beyond = _adam(_study(tmp_path), medications=[drug])
    assert _visits(until, "IMAGING") == []
    assert len(_visits(beyond, "IMAGING")) == 3


def test_visits_missed_in_a_row_are_one_deviation_and_a_late_one_names_its_record(
    tmp_path: Path,
) -> None:
    scans = [{"date": day(50), "modality": "CT"}, {"date": day(120), "modality": "CT"}]
    follow_up = [{"date": day(190), "status": "dead"}]
    adam = _adam(_study(tmp_path), scans=scans, follow_up=follow_up)
    told = [
        (d["DVTERM"], d["AVALC"], d["SRCSHEET"], d["SRCROW"])
        for d in adam["ADDV"].to_pylist()
        if "contrast" in d["DVTERM"]
    ]
    assert told == [
        ("Visit out of window: contrast CT or MRI", "7 days late", "scans", 3),
        ("Visit missed: contrast CT or MRI", "not done", None, None),
    ]


def test_results_count_visits_with_the_subjects_behind_them(tmp_path: Path) -> None:
    study = _study(tmp_path)
    scans = [{"date": day(50), "modality": "CT"}]
    adam = _adam(study, scans=scans)
    people = population(study, adam, study.analysis.population)
    found = {
        (r.level, r.statistic): (r.value, r.subjects)
        for r in schedule_results(adam, people)
        if r.variable == "contrast CT or MRI"
    }
    # day 50 done; window 85-113 missed; 148-176 closed, the next, 211-239, is not open yet
    assert found["window closed", "N"] == (3.0, ("1",))
    assert found["DONE", "n"] == (1.0, ("1",))
    assert found["MISSED", "percent"] == (100 / 3, ("1",))
    assert found["OVERDUE", "n"] == (1.0, ("1",))
    assert found["PLANNED", "n"] == (0.0, ())

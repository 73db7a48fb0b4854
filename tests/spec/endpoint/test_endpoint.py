"""Endpoints of drawn courses under the three rule sets.

Rules: reference page "response", section 7 (FDA 2007, EMA 2012, the seed's own). Scans are due
every 6 to 8 weeks with a window of 7 days, so a window closes 63 days after the last adequate
assessment, after the last session, or after the window missed before it: without a session
between, two missed visits are more than 126 days without an adequate assessment.
"""

from pathlib import Path

import pytest
from course import DAY_0, adam_of, records_of, study_of, time_of

from hepatica.clinic.derivation import derive_adam

PD_OR_DEATH = ("progression", "death")
PFS = [
    {"id": "FDA", "events": PD_OR_DEATH, "rule_set": "FDA"},
    {"id": "EMA", "events": PD_OR_DEATH, "rule_set": "EMA"},
    {"id": "SEED", "events": ("progression",), "rule_set": "seed"},
]
BASE = "d-7 scan 50; d0 TACE; "
LAST = "Last Tumor Assessment"

# course -> FDA, EMA, seed as (days, CNSR, description)
CASES = {
    "progression at a scan": (
        "d42 scan 40; d84 scan 50; d200 alive",
        (84, 0, "Disease Progression"),
        (84, 0, "Disease Progression"),
        (84, 0, "Disease Progression"),
    ),
    "progression by a new lesion": (
        "d42 scan 40; d42 new; d200 alive",
        (42, 0, "Disease Progression"),
        (42, 0, "Disease Progression"),
        (42, 0, "Disease Progression"),
    ),
    "no progression, alive": (
        "d42 scan 40; d84 scan 40; d200 alive",
        (84, 1, LAST),
        (84, 1, LAST),
        (84, 1, LAST),
    ),
    "a scan that cannot be evaluated is no adequate assessment": (
        "d42 scan 40; d84 scan ?; d200 alive",
        (42, 1, LAST),
        (42, 1, LAST),
        (42, 1, LAST),
    ),
    "death without progression": (
        "d42 scan 40; d84 scan 40; d150 dead",
        (150, 0, "Death"),
        (150, 0, "Death"),
        (84, 1, LAST),
    ),
    "death before the first scan": (
        "d30 dead",
        (30, 0, "Death"),
        (30, 0, "Death"),
        (0, 1, "No assessment after the origin"),
    ),
    "death after two missed visits": (
        "d42 scan 40; d300 dead",
        (42, 4, "Death after two or more missed visits"),
        (300, 0, "Death"),
        (42, 1, LAST),
    ),
    "death on the last day that is not two missed visits": (
        "d42 scan 40; d168 dead",
        (168, 0, "Death"),
        (168, 0, "Death"),
        (42, 1, LAST),
    ),
    "death one day later": (
        "d42 scan 40; d169 dead",
        (42, 4, "Death after two or more missed visits"),
        (169, 0, "Death"),
        (42, 1, LAST),
    ),
    "a session after the last scan begins the count anew: one missed visit, not two": (
        "d42 scan 40; d100 TACE; d169 dead",
        (169, 0, "Death"),
        (169, 0, "Death"),
        (42, 1, LAST),
    ),
    "two missed visits after that session": (
        "d42 scan 40; d100 TACE; d227 dead",
        (42, 4, "Death after two or more missed visits"),
        (227, 0, "Death"),
        (42, 1, LAST),
    ),
    "one missed visit before a session and one after it": (
        "d42 scan 40; d106 TACE; d170 dead",
        (42, 4, "Death after two or more missed visits"),
        (170, 0, "Death"),
        (42, 1, LAST),
    ),
    "progression after two missed visits": (
        "d42 scan 40; d300 scan 60",
        (42, 4, "Disease Progression after two or more missed visits"),
        (300, 0, "Disease Progression"),
        (300, 0, "Disease Progression"),
    ),
    "scans that cannot be evaluated are missed visits": (
        "d42 scan 40; d84 scan ?; d126 scan ?; d200 scan 60",
        (42, 4, "Disease Progression after two or more missed visits"),
        (200, 0, "Disease Progression"),
        (200, 0, "Disease Progression"),
    ),
    "new therapy before progression": (
        "d42 scan 40; d60 drug; d84 scan 60; d200 alive",
        (42, 3, "New anticancer therapy"),
        (84, 0, "Disease Progression"),
        (84, 0, "Disease Progression"),
    ),
    "new therapy after progression": (
        "d42 scan 60; d60 drug; d200 alive",
        (42, 0, "Disease Progression"),
        (42, 0, "Disease Progression"),
        (42, 0, "Disease Progression"),
    ),
    "new therapy on the day of a scan": (
        "d42 scan 40; d84 scan 40; d84 drug; d126 scan 60",
        (42, 3, "New anticancer therapy"),
        (126, 0, "Disease Progression"),
        (126, 0, "Disease Progression"),
    ),
    "new therapy without any scan": (
        "d20 drug; d60 dead",
        (0, 3, "New anticancer therapy"),
        (60, 0, "Death"),
        (0, 1, "No assessment after the origin"),
    ),
    "lost to follow-up": (
        "d42 scan 40; d84 scan 40; d90 lost",
        (84, 5, LAST),
        (84, 5, LAST),
        (84, 5, LAST),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_progression_free_survival(name: str, tmp_path: Path) -> None:
    course, *expected = CASES[name]
    adam = adam_of(tmp_path, {"1": BASE + course}, PFS)
    for paramcd, wanted in zip(("FDA", "EMA", "SEED"), expected, strict=True):
        found = time_of(adam, paramcd)
        assert found is not None
        assert found[:3] == wanted, paramcd


def test_no_baseline_scan_is_censored_at_the_origin_by_the_fda(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": "d0 TACE; d200 dead"}, PFS)
    assert time_of(adam, "FDA") == (0, 2, "No baseline assessment", "Origin")
    assert time_of(adam, "EMA") == (200, 0, "Death", "")


@pytest.mark.parametrize(
    ("course", "wanted"),
    [
        ("d0 TACE; d90 dead", (90, 0, "Death", "")),
        ("d0 TACE; d90 alive", (90, 1, "Alive", "Last known alive")),
        ("d-7 scan 50; d0 TACE; d42 scan 40", (42, 1, "Alive", "Last known alive")),
        ("d0 TACE; d90 withdrew", (90, 5, "Alive", "Last known alive")),
        ("d0 TACE; d30 drug; d90 dead", (90, 0, "Death", "")),
        ("d0 TACE; d2500 dead", (0, 1, "Alive", "Last known alive")),
    ],
    ids=["death", "alive", "last scan", "withdrew", "new therapy counts for nothing", "cutoff"],
)
def test_overall_survival(course: str, wanted: tuple[int, int, str, str], tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": course}, [{"id": "X", "events": ("death",)}])
    assert time_of(adam, "X") == wanted


def test_the_origin_decides_where_time_starts(tmp_path: Path) -> None:
    course = (
        "d-40 consent; d-20 refractory; d-7 scan 50; d0 TACE; d42 scan 30; d84 scan 50; d90 dead"
    )
    adam = adam_of(
        tmp_path,
        {"1": course},
        [
            {"id": "A", "events": ("death",), "origin": "first treatment"},
            {"id": "B", "events": ("death",), "origin": "refractory date"},
            {"id": "C", "events": ("death",), "origin": "consent"},
            {"id": "D", "events": PD_OR_DEATH, "origin": "first response"},
            {"id": "E", "events": ("response",), "origin": "first treatment"},
        ],
    )
    assert [time_of(adam, p)[0] for p in "ABCDE"] == [90, 110, 130, 42, 42]  # type: ignore[index]


def test_time_to_response_and_its_duration_are_responders_only(tmp_path: Path) -> None:
    adam = adam_of(
        tmp_path,
        {"1": BASE + "d42 scan 40; d84 scan 40"},
        [
            {"id": "D", "events": PD_OR_DEATH, "origin": "first response"},
            {"id": "E", "events": ("response",), "origin": "first treatment"},
        ],
    )
    assert time_of(adam, "D") is None
    assert time_of(adam, "E") is None


def test_delayed_entry_is_the_first_treatment(tmp_path: Path) -> None:
    adam = adam_of(
        tmp_path,
        {"1": "d-20 refractory; d0 TACE; d90 dead"},
        [
            {
                "id": "X",
                "events": ("death",),
                "origin": "refractory date",
                "delayed": "true",
            }
        ],
    )
    (row,) = [r for r in adam["ADTTE"].to_pylist() if r["PARAMCD"] == "X"]
    assert (row["ADT"] - row["STARTDT"]).days == 110
    assert (row["ENTRYDT"] - row["STARTDT"]).days == 20


def test_a_subject_never_treated_has_no_time(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": "d-7 scan 50; d40 dead"}, PFS)
    assert time_of(adam, "FDA") is None
    assert adam["ADSL"].to_pylist()[0]["SAFFL"] == "N"


def test_every_time_leads_to_its_record(tmp_path: Path) -> None:
    adam = adam_of(
        tmp_path,
        {"1": BASE + "d42 scan 40; d150 dead", "2": BASE + "d42 scan 40; d99 alive"},
        [{"id": "X", "events": ("death",)}],
    )
    rows = {r["SUBJID"]: r for r in adam["ADTTE"].to_pylist() if r["PARAMCD"] == "X"}
    assert (rows["1"]["SRCDOM"], rows["1"]["SRCVAR"], rows["1"]["SRCSEQ"]) == (
        "follow_up",
        "date",
        1,
    )
    assert (rows["2"]["SRCDOM"], rows["2"]["SRCVAR"], rows["2"]["SRCSEQ"]) == (
        "follow_up",
        "date",
        1,
    )
    assert rows["1"]["SRCROW"] == 2
    assert rows["2"]["SRCROW"] == 3


def test_assessments_behind_a_time_are_found_by_their_number(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": BASE + "d42 scan 40; d84 scan 50; d200 alive"}, PFS)
    responses = adam["ADRS"].to_pylist()
    numbers = [r["ASEQ"] for r in responses]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    by_number = {r["ASEQ"]: r for r in responses}
    times = [r for r in adam["ADTTE"].to_pylist() if r["SRCDOM"] == "ADRS"]
    assert times
    for row in times:
        source = by_number[row["SRCSEQ"]]
        assert (source["PARAMCD"], source["ADT"], source["PARCAT1"]) == (
            "OVR",
            row["ADT"],
            row["PARCAT1"],
        )
    for row in responses:
        if row["PARAMCD"] in {"BOR", "RSP", "PD"} and row["ADT"]:
            assert by_number[row["SRCSEQ"]]["ADT"] == row["ADT"]


def test_a_death_before_the_origin_leaves_no_time(tmp_path: Path) -> None:
    endpoint = {"id": "X", "events": ("death",), "origin": "refractory date"}
    adam = adam_of(tmp_path, {"1": "d20 refractory; d0 TACE; d10 dead"}, [endpoint])
    assert time_of(adam, "X") is None


def test_an_enrolled_subject_never_treated_has_a_time_from_consent(tmp_path: Path) -> None:
    endpoint = {"id": "X", "events": ("death",), "origin": "consent"}
    adam = adam_of(tmp_path, {"1": "d-10 consent; d40 dead"}, [endpoint])
    assert time_of(adam, "X") == (50, 0, "Death", "")


def test_progression_after_new_therapy_is_not_called_absent(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": BASE + "d42 scan 50; d60 drug; d84 scan 70"}, PFS)
    (row,) = [
        r for r in adam["ADRS"].to_pylist() if (r["PARAMCD"], r["PARCAT1"]) == ("PD", "mRECIST")
    ]
    assert (row["AVALC"], row["REASON"]) == ("N", "No progression before new anticancer therapy")


def test_measurable_disease_is_missing_without_a_baseline(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": "d0 TACE; d200 alive", "2": BASE + "d42 scan 50"}, PFS)
    found = {
        r["SUBJID"]: (r["AVALC"], r["REASON"])
        for r in adam["ADRS"].to_pylist()
        if (r["PARAMCD"], r["PARCAT1"]) == ("MDIS", "mRECIST")
    }
    assert found == {
        "1": (None, "No baseline assessment"),
        "2": ("Y", "Target lesions at baseline"),
    }


def test_a_contact_names_its_column(tmp_path: Path) -> None:
    adam = adam_of(tmp_path, {"1": "d0 consent; d0 TACE"}, [{"id": "X", "events": ("death",)}])
    (row,) = [r for r in adam["ADTTE"].to_pylist() if r["PARAMCD"] == "X"]
    assert (row["SRCDOM"], row["SRCVAR"]) == ("procedures", "date")


@pytest.mark.parametrize(
    ("scans", "confirmed"),
    [
        ("d42 scan 30; d84 scan 30; d126 scan 0; d168 scan 0; d210 scan 60", 42),
        ("d42 scan 30; d50 scan 45; d126 scan 0; d168 scan 0; d210 scan 60", None),
        ("d42 scan 30; d84 scan ?; d126 scan 0; d168 scan 0; d210 scan 60", 42),
        ("d42 scan 40; d84 scan 0; d126 scan 0; d210 scan 60", 84),
        ("d42 scan 30; d49 scan 0; d84 scan 0; d210 scan 60", 42),
    ],
    ids=["PR, then CR", "progression at once", "PR, NE, CR", "CR alone", "PR confirmed by CR"],
)
def test_a_confirmed_response_begins_where_it_was_first_met(
    scans: str, confirmed: int | None, tmp_path: Path
) -> None:
    endpoint = {"id": "X", "events": PD_OR_DEATH, "origin": "first response", "confirmed": "true"}
    adam = adam_of(tmp_path, {"1": BASE + scans}, [endpoint])
    found = time_of(adam, "X")
    if confirmed is None:
        assert found is None
    else:
        assert found is not None
        assert found[:2] == (210 - confirmed, 0)
    (row,) = [
        r for r in adam["ADRS"].to_pylist() if (r["PARAMCD"], r["PARCAT1"]) == ("CRSP", "mRECIST")
    ]
    days = None if row["ADT"] is None else (row["ADT"] - DAY_0).days
    assert days == confirmed


@pytest.mark.parametrize(
    "named",
    [(), ("measurements",), ("measurements", "lesions"), ("measurements", "new_lesions")],
    ids=lambda named: " and ".join(named) or "nothing",
)
def test_a_row_without_a_reader_belongs_to_every_reader(
    named: tuple[str, ...], tmp_path: Path
) -> None:
    records = records_of(
        {"1": BASE + "d42 scan 30; d84 new; d84 scan 30"}, dict.fromkeys(named, "A")
    )
    adam = derive_adam(study_of(tmp_path, PFS), records, steps=())
    assert time_of(adam, "EMA") == (84, 0, "Disease Progression", "")
    assert {r["PARCAT2"] for r in adam["ADRS"].to_pylist() if r["PARCAT1"]} == {
        "A" if named else ""
    }

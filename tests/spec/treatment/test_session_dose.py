"""Planned against given dose, session by session, and what departs from the protocol.

5 mg/kg over 30 minutes; a new dose at a weight change of 10 %; hand arithmetic throughout.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from treatment_study import DAY, derived, study

from hepatica.analysis.population import population
from hepatica.analysis.result import Result
from hepatica.analysis.treatment import treatment_results
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding

Rows = list[dict[str, Any]]


def _course(
    *sessions: tuple[int, float | None, float | None], subject: str = "1"
) -> dict[str, Rows]:
    """Sessions as (day from DAY, weight in kg or None, dose in mg or None)."""
    days = [(DAY + timedelta(after), kg, mg) for after, kg, mg in sessions]
    return {
        "dosing": [{"subject": subject, "date": day, "dose": mg} for day, _, mg in days],
        "vitals": [
            {"subject": subject, "date": day, "test": "WEIGHT", "value": kg, "unit": "kg"}
            for day, kg, _ in days
            if kg is not None
        ],
    }


def _sessions(adam: Adam) -> Rows:
    return list(adam["ADEX"].to_pylist())


def _deviations(adam: Adam) -> list[tuple[str, str, str]]:
    return [
        (r["DVTERM"], r["AVALC"], r["EXPECTED"])
        for r in adam["ADDV"].to_pylist()
        if r["DVCAT"] == "TREATMENT"
    ]


def _codes(adam: Adam) -> list[Finding]:
    return [f for f in adam.findings if f.code.startswith("C04")]


def test_the_dosing_weight_stands_until_the_change_reaches_ten_percent() -> None:
    adam = derived(_course((0, 70, 350), (28, 76.9, 350), (56, 77.0, 385), (84, 70, 385)))
    rows = _sessions(adam)
    assert [r["PLDOSE"] for r in rows] == [350, 350, 385, 385]
    assert [r["DOSEWT"] for r in rows] == [70, 70, 77, 77]
    assert [r["REDOSEFL"] for r in rows] == [None, "N", "Y", "N"]  # 77 to 70 is -9.09 %
    assert [r["INTERVAL"] for r in rows] == [None, 28, 28, 28]
    assert [r["CUMDOSE"] for r in rows] == [350, 700, 1085, 1470]
    assert rows[1]["WTCHG"] == pytest.approx(9.857142857)
    assert _deviations(adam) == []


def test_exactly_ten_percent_is_an_option() -> None:
    course = _course((0, 70, 350), (28, 77.0, 350))
    assert _deviations(derived(course, "\n[dosing]\nredose_inclusive = false\n")) == []
    assert _deviations(derived(course)) == [
        ("Re-dose rule missed", "350 mg", "5 mg/kg x 77 kg = 385 mg, within 5 %")
    ]


def test_each_dose_by_its_own_weight_where_the_protocol_says_so() -> None:
    adam = derived(_course((0, 70, 350), (28, 71, 355)), "\n[dosing]\nredose_percent = 0\n")
    assert [r["PLDOSE"] for r in _sessions(adam)] == [350, 355]


@pytest.mark.parametrize(("given", "outside"), [(367.5, 0), (332.5, 0), (367.6, 1), (332.4, 1)])
def test_the_tolerance_is_exact(given: float, outside: int) -> None:
    # 5 % of 350 mg is 17.5 mg.
    found = _deviations(derived(_course((0, 70, given))))
    assert len(found) == outside
    assert all(term == "Dose outside the dosing policy" for term, _, _ in found)


def test_a_rounded_dose_is_the_planned_one() -> None:
    adam = derived(_course((0, 76, 400)), '\n[dosing]\nrounding = "nearest-100-10"\n')
    (row,) = _sessions(adam)
    assert (row["PLDOSE"], row["DOSEDIF"], row["INPOLFL"]) == (400, 0, "Y")
    assert row["PLREASON"] == "5 mg/kg x 76 kg = 380 mg, nearest-100-10: 400 mg"


def test_a_cap_is_a_site_rule() -> None:
    (row,) = _sessions(derived(_course((0, 120, 500)), "\n[dosing]\nmax_dose_mg = 500.0\n"))
    assert (row["PLDOSE"], row["PLREASON"]) == (500, "5 mg/kg x 120 kg = 500 mg (cap)")


def test_vials_are_those_of_the_given_dose() -> None:
    (row,) = _sessions(derived(_course((0, 83, 415))))
    assert (row["DRUGML"], row["VIALS"], row["WASTEMG"]) == (16.6, "1 x 400 mg + 1 x 100 mg", 85)


def test_without_a_weight_there_is_no_planned_dose_and_no_verdict() -> None:
    course = _course((0, None, 350))
    course["vitals"].append(
        {
            "subject": "1",
            "date": DAY - timedelta(29),
            "test": "WEIGHT",
            "value": 70.0,
            "unit": "kg",
        }
    )
    adam = derived(course)
    (row,) = _sessions(adam)
    assert (row["PLDOSE"], row["INPOLFL"]) == (None, None)
    assert row["PLREASON"] == "no weight in the 28 days before"
    assert [f.code for f in _codes(adam)] == ["C044"]
    assert _deviations(adam) == []


def test_an_implausible_weight_gives_no_dose() -> None:
    (row,) = _sessions(derived(_course((0, 700, 350))))
    assert row["PLDOSE"] is None
    assert "from 20 to 300" in row["PLREASON"]


def test_a_dose_missing_once_is_missing_from_then_on_in_the_sum() -> None:
    rows = _sessions(derived(_course((0, 70, 350), (28, 70, None), (56, 70, 350))))
    assert [r["CUMDOSE"] for r in rows] == [350, None, None]


def test_another_unit_is_told_and_not_compared() -> None:
    course = _course((0, 70, 0.35))
    course["dosing"][0]["unit"] = "g"
    adam = derived(course)
    assert [f.code for f in _codes(adam)] == ["C045"]
    assert _sessions(adam)[0]["DOSEDIF"] is None


def test_a_planned_dose_on_record_is_compared() -> None:
    course = _course((0, 70, 350), (28, 70, 350))
    course["dosing"][0]["planned_dose"] = 400.0
    course["dosing"][1]["planned_dose"] = 360.0
    (finding,) = _codes(derived(course))
    assert (finding.code, finding.found, finding.place.row) == ("C043", "planned 400 mg", 2)


@pytest.mark.parametrize(("minutes", "outside"), [(30, 0), (35, 0), (35.5, 1), (25, 0), (24, 1)])
def test_infusion_time(minutes: float, outside: int) -> None:
    course = _course((0, 70, 350))
    course["dosing"][0]["duration_min"] = minutes
    assert [t for t, _, _ in _deviations(derived(course))] == ["Infusion time"] * outside


@pytest.mark.parametrize(
    ("route", "outside"),
    [("Transarterial", 0), ("intra-arterial", 0), ("intravenous", 1), (None, 0)],
)
def test_route(route: str | None, outside: int) -> None:
    course = _course((0, 70, 350))
    course["dosing"][0]["route"] = route
    assert [t for t, _, _ in _deviations(derived(course))] == ["Route of administration"] * outside


def _tace(volume: float | None, **more: Any) -> dict[str, Any]:
    full = {"embolic": "gelatin sponge", "drug": "none", "technique": "cTACE"}
    record = {"subject": "1", "date": DAY, "procedure": "BEVA-TACE", "lipiodol_ml": volume}
    return record | full | more


@pytest.mark.parametrize(
    ("volume", "codes", "outside"),
    [
        (0.5, [], 0),
        (15, [], 0),
        (15.1, ["C040"], 0),
        (20, ["C040"], 0),
        (20.5, ["C041"], 1),
        (0, ["C041"], 0),
        (None, ["C042"], 0),
    ],
)
def test_lipiodol(volume: float | None, codes: list[str], outside: int) -> None:
    adam = derived(_course((0, 70, 350)) | {"procedures": [_tace(volume)]})
    assert [f.code for f in _codes(adam)] == codes
    terms = [t for t, _, _ in _deviations(adam)]
    assert terms == ["Lipiodol above the ceiling"] * outside


def test_what_a_record_of_tace_lacks_is_told_once_where_all_lack_it() -> None:
    given = [
        _tace(10, embolic=None),
        _tace(12, date=DAY + timedelta(40), embolic=None, drug=None),
    ]
    found = _codes(derived({"procedures": given}))
    assert [(f.code, f.place.column, f.place.row) for f in found] == [
        ("C042", "Embolic", None),
        ("C042", "Chemotherapy", 3),
    ]


def test_the_technique_of_the_protocol_counts_where_none_is_recorded() -> None:
    adam = derived({"procedures": [_tace(25, technique=None)]})
    assert [f.code for f in _codes(adam)] == ["C041"]
    assert _codes(derived({"procedures": [_tace(25, technique="DEB-TACE")]})) == []


def test_a_session_without_the_drug_is_a_deviation() -> None:
    adam = derived({"procedures": [_tace(10)]})
    (row,) = _sessions(adam)
    assert (row["EXTRT"], row["EXDOSE"], row["SRCDOM"]) == ("bevacizumab", None, "procedures")
    assert [t for t, _, _ in _deviations(adam)] == ["No bevacizumab on record at this session"]


def test_a_period_is_no_session() -> None:
    course = _course((0, 70, 350))
    course["dosing"][0]["end_date"] = DAY + timedelta(20)
    (row,) = _sessions(derived(course))
    assert (row["PLDOSE"], row["CUMDOSE"], row["HOLDSTAT"]) == (None, None, None)


def _stop(adam: Adam) -> tuple[str, date | None]:
    row = next(r for r in _sessions(adam) if r["LASTFL"] == "Y")
    return row["STOPRSN"], row["STOPDT"]


def _death(after: int) -> dict[str, Rows]:
    return {"follow_up": [{"subject": "1", "date": DAY + timedelta(after), "status": "dead"}]}


def test_reason_for_stopping_is_the_first_event_within_the_planned_interval() -> None:
    # The blank protocol plans scans every 6 to 8 weeks and 7 days: 63 days.
    interval = study().schedule
    assert interval is not None
    days = int(7 * max(interval.interval_weeks)) + interval.window_days
    course = _course((-40, 70, 350), (0, 70, 350))
    assert _stop(derived(course)) == ("not on record", None)
    assert _stop(derived(course | _death(days))) == ("death", DAY + timedelta(days))
    assert _stop(derived(course | _death(days + 1))) == ("not on record", None)
    therapy = {"subject": "1", "drug": "Sorafenib", "class": "anticancer"}
    taken = {"medications": [therapy | {"start_date": DAY + timedelta(9)}]}
    assert _stop(derived(course | _death(20) | taken))[0] == "new anticancer therapy"
    event = {"subject": "1", "term": "Gastric perforation", "grade": 4, "start_date_flag": ""}
    events = {"adverse_events": [event | {"start_date": DAY + timedelta(5)}]}
    assert _stop(derived(course | _death(20) | taken | events)) == (
        "stop condition",
        DAY + timedelta(5),
    )


def test_treatment_is_ongoing_where_the_cutoff_comes_first() -> None:
    cutoff = study().study.cutoff
    course = _course(((cutoff - DAY).days - 10, 70, 350))
    assert _stop(derived(course)) == ("ongoing at the cutoff", None)


def _results(more: str = "") -> dict[tuple[str, str, str], Result]:
    rows: dict[str, Rows] = {}
    for course in (
        _course((0, 70, 350), (28, 70, 350)),
        _course((0, 60, 300), (42, 60, 270), subject="2"),
    ):
        for table, values in course.items():
            rows.setdefault(table, []).extend(values)
    adam = derived(rows, more)
    people = population(study(more), adam, study(more).analysis.population)
    found = treatment_results(study(more), adam, people)
    return {(r.variable, r.level, r.statistic): r for r in found}


def test_results_count_sessions_and_describe_them() -> None:
    found = _results()
    assert found["Sessions", "with a given and a planned dose", "n"].value == 4
    assert found["Sessions", "outside the dosing policy", "n"].value == 1
    assert found["Sessions", "outside the dosing policy", "n"].subjects == ("2",)
    # 350, 350 and 300 mg as planned, 270 of 300 mg 10 % less.
    assert found["Given less planned dose", "", "min"].value == -10
    assert found["Given less planned dose", "", "mean"].value == -2.5
    assert found["Interval between sessions", "", "median"].value == 35
    # 700 of 700 mg; 570 of 600 mg.
    assert found["Relative dose", "", "max"].value == 100
    assert found["Relative dose", "", "min"].value == 95
    assert found["Reason for stopping", "not on record", "n"].value == 2


def test_relative_dose_intensity_needs_a_planned_interval() -> None:
    absent = _results()["Relative dose intensity", "", "median"]
    assert absent.value is None
    assert "no fixed interval" in absent.note
    found = _results("\n[dosing]\ninterval_days = 28\n")
    # 1: (700 / 56) / (700 / 56) = 1.  2: (570 / 70) / (600 / 56) = 0.76.
    assert found["Relative dose intensity", "", "max"].value == pytest.approx(100)
    assert found["Relative dose intensity", "", "min"].value == pytest.approx(76)


@pytest.mark.parametrize("name", ["../bands.toml", "/etc/bands.toml", "bands.csv", "a/b.toml"])
def test_bands_are_a_plain_file_of_the_study_folder(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        study(f'\n[dosing]\nbands = "{name}"\n')
    (finding,) = refused.value.findings
    assert (finding.code, finding.place.column) == ("S004", "bands")
    assert finding.expected == "the name of a file in the study folder, ending in .toml"


def test_a_site_doses_by_its_bands() -> None:
    more = '\n[dosing]\nbands = "bands.toml"\n'
    text = "[[band]]\nfrom_mg = 340\nbelow_mg = 360\ngive_mg = 340\n"
    (study(more).folder / "bands.toml").write_text(text, encoding="utf-8")
    rows = _sessions(derived(_course((0, 70, 340), (28, 60, 300)), more))
    assert [r["PLDOSE"] for r in rows] == [340, 300]  # outside the bands: exact


def test_a_missing_file_of_bands_is_told() -> None:
    with pytest.raises(UsageError, match="expected a file of dose bands"):
        derived(_course((0, 70, 340)), '\n[dosing]\nbands = "none.toml"\n')

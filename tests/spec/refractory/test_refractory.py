"""TACE-refractory: courses of sessions and looks, and what each definition makes of them.

The first four are the cases of the reference page (scores, "TACE-refractory engine").
"""

from datetime import date, timedelta
from typing import Any

import pytest

from hepatica.clinic.rules.refractory.course import course_of, outcome_signs
from hepatica.clinic.rules.refractory.definition import Status, cci, easl, jsh, seed

START = date(2020, 1, 1)
CLAUSES = ("PD", "NEWLES", "VASC", "EHS")
SOURCE = {"src_file": "r.xlsx", "src_sheet": "s", "src_row": 2}


def on(day: int) -> date:
    return START + timedelta(days=day)


def tace(day: int, outcome: str = "", **more: Any) -> dict[str, Any]:
    told = {"first_date": on(day), "last_date": on(day), "count": 1, "outcome": outcome}
    return told | SOURCE | more


def look(day: int, viable_mm: float | None = None, **more: Any) -> dict[str, Any]:
    """A scan of a target of 100 mm, so much of it viable; 3 lesions, no invasion, no spread."""
    measured = viable_mm is not None
    seen = {
        "date": on(day),
        "targets": 1,
        "measured": int(measured),
        "viable_um": round(1000 * viable_mm) if viable_mm is not None else None,
        "viable_share": viable_mm / 100 if viable_mm is not None else None,
        "confirmed": None,
        "lesions": 3,
        "invasion": False,
        "spread": False,
        "scanned": True,
    }
    return seen | SOURCE | more


def afp(*samples: tuple[int, float]) -> list[dict[str, Any]]:
    return [{"test": "AFP", "date": on(d), "value": v} | SOURCE for d, v in samples]


STEADY = afp(
    (-5, 100.0), (40, 90.0), (55, 80.0), (100, 80.0), (115, 70.0), (160, 70.0), (170, 60.0)
)


def answers(
    sessions: list[dict[str, Any]],
    looks: list[dict[str, Any]],
    markers: list[dict[str, Any]] = STEADY,
    between: list[dict[str, Any]] | None = None,
) -> dict[str, Status]:
    course = course_of(sessions, looks, markers, between or [])
    found = (
        seed(course, 2, CLAUSES),
        seed(course, 2, CLAUSES, gated=False),
        jsh(course),
        easl(course),
        cci(course),
    )
    return dict(zip(("seed", "lenient", "jsh", "easl", "cci"), found, strict=True))


def told(found: dict[str, Status]) -> dict[str, str]:
    return {name: f"{s.answer} {s.clause}".rstrip() for name, s in found.items()}


TWO = [tace(0), tace(60)]
THREE = [*TWO, tace(120)]


@pytest.mark.parametrize(
    ("viable", "by_share"),
    [((40, 40, 48), "N"), ((60, 60, 72), "Y VIABLE")],
)
def test_two_sessions_and_target_progression_after_the_second(
    viable: tuple[int, int, int], by_share: str
) -> None:
    before, first, second = viable
    found = answers(TWO, [look(-5, before), look(45, first), look(110, second)])
    # 48 against 40 and 72 against 60 mm: exactly 20 % up, progression
    assert told(found) == {
        "seed": "Y PD",
        "lenient": "Y PD",
        "jsh": by_share,
        "easl": by_share,
        "cci": "N",
    }
    assert (found["seed"].on, found["seed"].sessions) == (on(110), 2)


def test_one_session_and_a_new_portal_thrombus_at_six_weeks() -> None:
    found = answers([tace(0)], [look(-5, 60), look(42, 40, invasion=True)])
    assert told(found) == {
        "seed": "N",
        "lenient": "Y VASC",
        "jsh": "Y VASC",
        "easl": "Y VASC",
        "cci": "N",
    }
    assert found["jsh"].on == on(42)


def test_two_sessions_that_leave_60_and_55_percent_viable_at_a_stable_size() -> None:
    found = answers(TWO, [look(-5, 60), look(45, 60), look(110, 55)])
    assert told(found) == {
        "seed": "N",
        "lenient": "N",
        "jsh": "Y VIABLE",
        "easl": "Y VIABLE",
        "cci": "N",
    }


@pytest.mark.parametrize(("viable", "by_share"), [(40, "N"), (60, "Y VIABLE")])
def test_three_sessions_and_progression_eight_weeks_after_the_third(
    viable: int, by_share: str
) -> None:
    sizes = (viable, viable, viable, viable * 1.25)
    looks = [look(d, s) for d, s in zip((-5, 45, 110, 176), sizes, strict=True)]
    found = answers(THREE, looks)
    assert found["seed"].answer == found["easl"].answer == found["cci"].answer == "Y"
    assert told(found)["jsh"] == by_share
    assert (found["cci"].on, found["cci"].clause) == (on(176), "PD")


def test_exactly_half_viable_is_not_over_50_percent() -> None:
    found = answers(TWO, [look(-5, 50), look(45, 50), look(110, 50)])
    assert told(found)["jsh"] == "N"


def test_progression_just_below_20_percent_is_none() -> None:
    found = answers(TWO, [look(-5, 40), look(45, 40), look(110, 47.999)])
    assert told(found)["seed"] == "N"


@pytest.mark.parametrize(("days", "answer"), [(183, "Y PD"), (184, "N")])
def test_sessions_more_than_183_days_apart_are_not_consecutive(days: int, answer: str) -> None:
    found = answers([tace(0), tace(days)], [look(-5, 40), look(45, 40), look(days + 40, 50)])
    assert told(found)["seed"] == answer


def test_other_treatment_between_two_sessions_ends_the_run() -> None:
    ablation = [{"what": "ablation", "start_date": on(30), "end_date": on(30)}]
    looks = [look(-5, 40), look(45, 40), look(110, 50)]
    assert told(answers(TWO, looks, between=ablation))["seed"] == "N"
    before = [{"what": "ablation", "start_date": on(-30), "end_date": on(-30)}]
    assert told(answers(TWO, looks, between=before))["seed"] == "Y PD"


def test_without_a_scan_after_the_second_session_it_is_not_evaluable() -> None:
    found = answers(TWO, [look(-5, 40), look(45, 40)])
    assert told(found)["seed"] == "NE"
    assert "after 2 sessions" in found["seed"].reason


def test_without_sessions_nothing_is_evaluable() -> None:
    assert set(told(answers([], [look(0, 40)])).values()) == {"NE"}


def test_a_target_not_measured_leaves_progression_open() -> None:
    found = answers(TWO, [look(-5, 40), look(45, 40), look(110, None)])
    assert told(found)["seed"] == "NE"
    assert found["seed"].reason == "not on record after 2 sessions: target progression"


def test_invasion_seen_for_the_first_time_without_an_earlier_record_is_not_new() -> None:
    first = look(45, 40, invasion=True)
    assert told(answers([tace(0)], [first]))["jsh"] == "NE"
    known = look(-5, 40, invasion=True)
    assert told(answers([tace(0)], [known, first]))["jsh"] == "N"


def test_spread_after_one_session_is_refractory_by_jsh_and_not_by_the_seed() -> None:
    found = answers([tace(0)], [look(-5, 40), look(45, 40, spread=True)])
    assert (told(found)["seed"], told(found)["jsh"]) == ("N", "Y EHS")


def test_a_new_lesion_counts_after_two_sessions_or_by_the_lenient_reading_after_one() -> None:
    seen = look(45, 40, confirmed=True)
    found = answers([tace(0)], [look(-5, 40), seen])
    assert (told(found)["seed"], told(found)["lenient"]) == ("N", "Y NEWLES")
    found = answers(TWO, [look(-5, 40), look(45, 40), look(110, 40, confirmed=True)])
    assert (told(found)["seed"], found["seed"].on) == ("Y NEWLES", on(110))


def test_more_lesions_after_each_of_two_sessions() -> None:
    looks = [look(-5, 40, lesions=3), look(45, 40, lesions=4), look(110, 40, lesions=5)]
    assert told(answers(TWO, looks))["jsh"] == "Y NUMBER"
    looks[2] = look(110, 40, lesions=4)
    assert told(answers(TWO, looks))["jsh"] == "N"


@pytest.mark.parametrize(
    ("samples", "answer"),
    [
        (((-5, 100.0), (30, 150.0), (45, 200.0)), "Y MARKER"),
        (((-5, 100.0), (30, 90.0), (45, 200.0)), "N"),
        (((-5, 100.0), (30, 150.0)), "NE"),
    ],
)
def test_markers_that_keep_rising_after_a_session(samples: Any, answer: str) -> None:
    found = answers([tace(0)], [look(-5, 40), look(45, 40)], afp(*samples))
    assert told(found)["jsh"] == answer


def test_a_recorded_outcome_is_evidence_without_a_date() -> None:
    found = answers([tace(0), tace(60, "new lesion after tace")], [], [])
    assert told(found) == {
        "seed": "Y NEWLES",
        "lenient": "Y NEWLES",
        "jsh": "NE",
        "easl": "NE",
        "cci": "N",
    }
    assert found["seed"].on is None and "recorded outcome" in found["seed"].reason


def test_several_sessions_in_one_row_count_and_their_gaps_may_be_unknown() -> None:
    # 3 sessions within 100 days in one row: the day of the middle one is not known.
    row = tace(0, count=3, last_date=on(100), outcome="progression after tace")
    found = answers([row], [], [])
    assert told(found)["seed"] == "NE"
    two = tace(0, count=2, last_date=on(100), outcome="progression after tace")
    assert told(answers([two], [], []))["seed"] == "Y PD"
    # the two after it are known to be consecutive, whatever came before
    later = answers([row | {"outcome": ""}, tace(150), tace(200, "progression")], [], [])
    assert told(later)["seed"] == "Y PD" and later["seed"].sessions == 5


def test_words_of_an_outcome_are_in_lower_case() -> None:
    assert all(words == words.lower() for words, _ in outcome_signs())


def test_two_sessions_on_one_day_are_one() -> None:
    found = answers([tace(0), tace(0)], [look(-5, 40), look(45, 60)])
    assert (found["seed"].answer, found["seed"].sessions) == ("N", 1)


def test_sessions_are_counted_in_the_order_of_their_days() -> None:
    # Days 0 and 150 in one row, day 60 in another: on day 110 there were two, not three.
    both = [tace(0, last_date=on(150), count=2), tace(60)]
    found = answers(both, [look(-5, 40), look(45, 40), look(110, 60)])
    assert (found["seed"].answer, found["seed"].sessions) == ("Y", 2)
    assert found["cci"].answer == "NE"


@pytest.mark.parametrize(
    ("start", "end", "whole", "answer"),
    [
        (-20, None, True, "NE"),  # begun before, no end on record: may have gone on
        (30, None, True, "N"),
        (-20, -5, True, "Y"),
        (None, None, False, "NE"),
        (61, None, True, "Y"),
        (None, 0, False, "Y"),
        (31, 61, False, "NE"),  # a day known to the month
    ],
)
def test_a_drug_that_may_have_been_given_between_leaves_it_open(
    start: int | None, end: int | None, whole: bool, answer: str
) -> None:
    looks = [look(-5, 40), look(45, 40), look(110, 60)]
    drug = {
        "start_date": None if start is None else on(start),
        "end_date": None if end is None else on(end),
        "whole": whole,
    }
    assert answers(TWO, looks, between=[drug])["seed"].answer == answer


def test_the_last_scan_has_to_tell() -> None:
    looks = [look(-5, 40), look(45, 40), look(80, 40)]
    assert answers(TWO, looks)["seed"].answer == "N"
    assert answers(TWO, [*looks, look(110, None)])["seed"].answer == "NE"
    assert answers(TWO, [*looks, look(110, None), look(130, 40)])["seed"].answer == "N"

"""Patient profiles: days and no dates, labels that name nobody, every panel or why it is empty."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from hepatica.report.figure.pen import Pen
from hepatica.report.figure.profile import End, Event, Profile, Series
from hepatica.report.figure.profile_page import even_ticks, log_ticks, page_text, render_page
from hepatica.report.figure.profile_source import _shown

FULL = Profile(
    label="Patient 1",
    facts="58 years",
    last_day=400,
    died=True,
    sessions=(0, 42),
    scans=((-10, "baseline"), (40, "PR"), (44, "PD")),
    new_therapy=200,
    total=Series("Sum of viable\ndiameters", "mm", ((-10, 80.0), (40, 40.0))),
    lesions=(Series("T1", "mm", ((-10, 50.0), (40, 20.0))), Series("T2", "mm", ((-10, 30.0),))),
    afp=Series("AFP", "ng/mL", ((0, 1200.0), (40, 300.0)), 20.0),
    bilirubin=Series("Bilirubin", "\u00b5mol/L", ((0, 14.0),)),
    alt=Series("ALT", "U/L", ((0, 30.0), (3, 210.0)), 50.0),
    ecog=Series("ECOG", "", ((0, 2.0), (40, 3.0))),
    events=(Event("Fever <b>&", 2, 5, 2), Event("Rash", 3, None, None)),
    ends=(End("PFS", 44, True), End("OS", 400, False)),
)


def texts(profile: Profile) -> list[str]:
    root = ElementTree.fromstring(render_page(profile, "p", "Label"))
    return [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_page_names_what_it_shows() -> None:
    shown = texts(FULL)
    wanted = {"Patient 1", "PR", "PD", "T1", "sum", "AFP", "ng/mL (log)", "ULN", "ECOG", "Label"}
    wanted |= {"Fever <b>&", "PFS", "OS censored", "Days from first treatment", "?"}
    assert wanted <= set(shown)


def test_an_empty_course_says_what_is_not_recorded() -> None:
    shown = texts(Profile("Patient 2", "", 0, died=False))
    for name in ("Target sum", "AFP", "Bilirubin", "ALT", "ECOG", "Adverse events"):
        assert f"{name}: not recorded" in shown


def test_no_calendar_date_is_on_it() -> None:
    assert not re.search(r"\b(?:19|20)\d\d-\d\d", render_page(FULL, "p", ""))


def test_the_same_course_gives_the_same_page() -> None:
    assert render_page(FULL, "p", "x") == render_page(FULL, "p", "x")


def test_a_marker_of_0_is_drawn_on_a_plain_scale() -> None:
    zero = Profile("P", "", 10, died=False, afp=Series("AFP", "ng/mL", ((0, 0.0), (5, 3.0))))
    assert "ng/mL" in texts(zero) and "ng/mL (log)" not in texts(zero)


def test_more_events_than_there_is_room_for_are_counted() -> None:
    many = tuple(Event(f"Term {i}", i, i + 1, 1) for i in range(20))
    shown = texts(Profile("P", "", 30, died=False, events=many))
    assert any("6 more are not drawn" in text for text in shown)


def test_the_words_for_readers_of_the_screen() -> None:
    told = page_text(FULL)
    assert "sessions on days 0, 42" in told and "PD on day 44" in told
    assert "OS censored on day 400" in told


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("001", " (001)"),
        ("01-701-1015", " (01-701-1015)"),
        ("BT-014", " (BT-014)"),
        ("Zhang Wei", ""),
        ("ZHANGWEI1", ""),
        ("4501234567", ""),
        ("19560412", ""),
    ],
)
def test_only_a_study_number_is_printed(subject: str, shown: str) -> None:
    assert _shown(subject) == shown


def test_ticks_are_round_and_inside() -> None:
    assert even_ticks(-30, 420, 8) == [0.0, 100.0, 200.0, 300.0, 400.0]
    assert log_ticks(15, 1200) == [100.0, 1000.0]
    assert log_ticks(15, 150) == [20.0, 50.0, 100.0]
    assert all(15 <= t <= 16 for t in log_ticks(15, 16))


def test_the_pen_escapes_what_it_writes() -> None:
    pen = Pen(10, 10)
    pen.text((1, 1), "<script>&")
    assert "<script>" not in pen.svg("p", "<t>", "&")
    ElementTree.fromstring(pen.svg("p", "<t>", "&"))


def test_everything_that_is_drawn_has_room_on_the_axis() -> None:
    late = Event("Fever", 450, 470, 1)
    early = (Series("T1", "mm", ((-60, 50.0), (40, 20.0))),)
    low, high = replace(FULL, lesions=early, events=(late,), new_therapy=480).span
    assert low < -60 and high > 480

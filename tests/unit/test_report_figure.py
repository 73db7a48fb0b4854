"""Figures: what they hold, that they repeat byte for byte, and that names cannot inject."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from hepatica.core.errors import UsageError
from hepatica.report.figure.drawing import Drawing, Legend
from hepatica.report.figure.kaplan_meier import render_kaplan_meier
from hepatica.report.figure.label import name_end, name_ends
from hepatica.report.figure.placement import label_places
from hepatica.report.figure.scale import time_ticks
from hepatica.report.figure.spider import Point, Thread, render_spider
from hepatica.report.figure.strand import (
    Strand,
    TimeAxis,
    members_at_risk,
    survival_data,
    thin_from,
)
from hepatica.report.figure.swimmer import Lane, render_swimmer, swimmer_data
from hepatica.report.figure.waterfall import Bar, render_waterfall
from hepatica.report.survival_figure import render_survival_figure
from hepatica.stats.kaplan_meier import Quantile, kaplan_meier

EVIL = '<script>alert("x")</script> & $x^2$'
LEGEND = Legend("fig", "Title", "Caption", "Alt text", "Not patient data")
BARS = [Bar("A", 20.0, "SD"), Bar("B", -40.0, "PR"), Bar("C", 143.0, "PD", True), Bar(EVIL, 0, "X")]
# The vector of the reporting page: 10 subjects, events at 2 3 5 6 8 12.
TIME = [2, 3, 3, 5, 6, 7, 8, 10, 12, 14]
EVENT = [1, 1, 0, 1, 1, 0, 1, 0, 1, 0]


def strand(label: str = "") -> Strand:
    curve = kaplan_meier(TIME, EVENT)
    members = {f"s{i}": float(t) for i, t in enumerate(TIME)}
    return Strand(label, curve, Quantile(8.0, 5.0, None), members)


def survival(label: str = "") -> Drawing:
    axis = TimeAxis("Months", "months")
    return render_kaplan_meier([strand(label)], LEGEND, axis, y_text="Survival")


def waterfall() -> Drawing:
    return render_waterfall(BARS, LEGEND, y_text="Change")


def swimmer() -> Drawing:
    lanes = [
        Lane("A", 12.0, "PR", (0.0, 1.5), 2.0, 6.0, 6.0, 7.0, died=True),
        Lane(EVIL, 20.0, "", (0.0,), ongoing=True),
    ]
    return render_swimmer(lanes, LEGEND)


def spider() -> Drawing:
    threads = [
        Thread("A", "PD", (Point(0, 0), Point(1, 30), Point(2, 150, False, True))),
        Thread(EVIL, "", (Point(0, 0), Point(2, -10))),
    ]
    return render_spider(threads, LEGEND, y_text="Change")


@pytest.mark.parametrize("render", [survival, waterfall, swimmer, spider])
def test_the_same_rows_give_the_same_bytes(render) -> None:
    first, second = render(), render()
    assert first.svg == second.svg
    assert first.png == second.png
    assert first.png.startswith(b"\x89PNG")
    assert b"Software" not in first.png
    assert b"tIME" not in first.png


@pytest.mark.parametrize("render", [survival, waterfall, swimmer, spider])
def test_svg_is_well_formed_described_and_labelled(render) -> None:
    root = ElementTree.fromstring(render().svg)
    words = [e.text for e in root.iter() if e.tag.endswith(("title", "desc"))]
    assert words[:2] == ["Title", "Alt text"]
    assert "Not patient data" in render().svg
    assert "matplotlib" not in render().svg.lower()


@pytest.mark.parametrize("render", [waterfall, swimmer, spider, lambda: survival(EVIL)])
def test_names_from_the_data_are_escaped_and_never_mathematics(render) -> None:
    svg = render().svg
    assert "<script" not in svg
    ElementTree.fromstring(svg)
    assert "&lt;script&gt;" in svg


@pytest.mark.parametrize("render", [survival, waterfall, swimmer, spider])
def test_every_mark_is_in_the_svg_with_its_words_and_subjects(render) -> None:
    drawing = render()
    assert drawing.marks
    root = ElementTree.fromstring(drawing.svg)
    marks = [e for e in root.iter() if "mark" in e.get("class", "").split()]
    found = {int(e.get("data-mark")): e for e in marks}
    assert sorted(found) == list(range(len(drawing.marks)))
    for i, mark in enumerate(drawing.marks):
        assert found[i].get("data-subjects") == "; ".join(mark.subjects)
        assert found[i].get("data-count") == str(len(mark.subjects))
        assert found[i][0].text == mark.text


def test_identifiers_of_two_figures_do_not_collide() -> None:
    one = waterfall().svg
    two = render_waterfall(BARS, Legend("other", "T", "", "A"), y_text="Change").svg
    ids = re.compile(r'\bid="([^"]+)"')
    assert not set(ids.findall(one)) & set(ids.findall(two))
    assert all(i.startswith("fig-") for i in ids.findall(one))
    for reference in re.findall(r"url\(#([^)]+)\)", one):
        assert reference in ids.findall(one)


def test_waterfall_sorts_from_growth_to_shrinkage_and_keeps_the_unclipped_value() -> None:
    drawing = waterfall()
    assert list(drawing.data["subject"]) == ["C", "A", EVIL, "B"]
    assert drawing.data["best_change_pct"][0] == 143.0
    assert "+143%" in drawing.svg
    assert drawing.marks[0].text == (
        "C: best change +143.0%, best response PD, progression by a new lesion"
    )


def test_a_dense_waterfall_keeps_its_hatches_for_grey() -> None:
    many = [Bar(f"{i:03}", 90.0 - i, "PD" if i < 60 else "PR") for i in range(120)]
    svg = render_waterfall(many, LEGEND, y_text="Change").svg
    bars = re.findall(r'<g id="[^"]*mark-bar-\d+"[^>]*>.*?</g>', svg, re.S)
    assert len(bars) == 120
    assert all("url(#" in bar for bar in bars)


def test_swimmer_tells_death_from_follow_up_and_from_leaving() -> None:
    lanes = [Lane("D", 3, died=True), Lane("O", 2, ongoing=True), Lane("L", 1)]
    assert list(swimmer_data(lanes)["event"]) == ["death", "ongoing", "lost"]


def test_spider_keeps_the_growth_that_the_axis_cuts() -> None:
    data = spider().data
    assert 150 in data["change_pct"]
    assert list(data["counted"])[:3] == ["Y", "Y", "N"]


def test_numbers_at_risk_and_censored_add_up_at_every_tick() -> None:
    drawing = survival()
    risk = [m for m in drawing.marks if m.gid.startswith("mark-risk")]
    texts = {m.text: len(m.subjects) for m in risk}
    # At risk at 0, 4, 8, 12 months: 10, 7, 4, 2 (reporting page, section 4).
    assert texts["At 0 months: 10 at risk, 0 censored"] == 10
    assert texts["At 4 months: 7 at risk, 1 censored"] == 7
    assert texts["At 8 months: 4 at risk, 2 censored"] == 4
    assert texts["At 12 months: 2 at risk, 3 censored"] == 2


def test_with_delayed_entry_only_those_who_have_entered_are_at_risk() -> None:
    # Entries 0.5, 0.5 and 2; ends 1, 4 and 5: nobody at 0, one left at 1.5, two at 3.
    held = Strand(
        "",
        kaplan_meier([1.0, 4.0, 5.0], [1, 1, 1], entry=[0.5, 0.5, 2.0]),
        Quantile(4.0, None, None),
        {"1": 1.0, "2": 4.0, "3": 5.0},
        {"1": 0.5, "2": 0.5, "3": 2.0},
    )
    assert [members_at_risk(held, t) for t in (0.0, 1.0, 1.5, 3.0)] == [
        (),
        ("1", "2"),
        ("2",),
        ("2", "3"),
    ]
    drawing = render_kaplan_meier([held], LEGEND, TimeAxis("Months"), y_text="Survival")
    texts = [m.text for m in drawing.marks if m.gid.startswith("mark-risk")]
    assert texts[0] == "At 0 months: 0 at risk, 0 censored"


def test_median_and_its_interval_stand_in_the_figure() -> None:
    assert "6 events in 10; median 8.0 months (95% CI 5.0–NE)" in survival().svg


def test_a_curve_is_thin_once_fewer_than_five_are_at_risk() -> None:
    curve = strand().curve
    # Five are at risk at 7, four at 8: the dotted part starts at 7.
    assert thin_from(curve) == 7.0
    assert "Dotted: fewer than 5 subjects" in survival().svg
    assert thin_from(kaplan_meier([1, 2], [1, 1])) == 0.0


def test_survival_data_hold_the_curve_in_the_unit_of_the_axis() -> None:
    data = survival_data([strand("G")], TimeAxis("Months", "months", 2.0))
    assert list(data["group"]) == ["G"] * 9
    assert data["time_months"][0] == 1.0
    assert data["survival"][1] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("last", "unit", "expected"),
    [
        (22.6, "months", [0, 3, 6, 9, 12, 15, 18, 21, 24]),
        (10.5, "months", [0, 2, 4, 6, 8, 10, 12]),
        (24, "months", [0, 3, 6, 9, 12, 15, 18, 21, 24]),
        (4165, "days", [0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500]),
        (0.0, "months", [0, 1]),
    ],
)
def test_ticks_are_round_and_cover_the_last_time(last, unit, expected) -> None:
    assert time_ticks(last, unit) == expected


def test_labels_keep_clear_of_lines_and_of_each_other() -> None:
    paths = [np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[0.0, 1.0], [2.0, 1.05]])]
    places = label_places([(2.0, 1.0), (2.0, 1.05)], ["001", "002"], paths, (3.0, 2.0))
    assert all(places)
    (x1, y1), (x2, y2) = places
    assert abs(y1 - y2) > 0.1 or abs(x1 - x2) > 0.15
    assert label_places([(0.1, 0.1)], ["long name"], paths, (0.2, 0.2)) == [None]


def test_one_file_figure_is_written_by_its_ending(tmp_path) -> None:
    curve = kaplan_meier(TIME, EVENT)
    for name, start in (("km.svg", b"<svg "), ("km.PNG", b"\x89PNG")):
        render_survival_figure({"A": curve, "B": curve}, tmp_path / name, note="P = 0.5")
        assert (tmp_path / name).read_bytes().startswith(start)
    with pytest.raises(UsageError, match=r"svg or \.png"):
        render_survival_figure({"": curve}, tmp_path / "km.pdf")


def test_a_curve_without_events_and_one_of_a_single_subject_are_drawn(tmp_path) -> None:
    for time, event in (([5.0], [0]), ([5.0], [1]), ([0.0], [1]), ([1, 2, 3], [0, 0, 0])):
        render_survival_figure({"": kaplan_meier(time, event)}, tmp_path / "one.svg")
    assert "not reached" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_drawing_imports_neither_pyplot_nor_arrow() -> None:
    code = (
        "import sys, hepatica.report.survival_figure;"
        "print([m for m in ('matplotlib.pyplot', 'pyarrow', 'pandas', 'jinja2', 'duckdb')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_long_names_leave_room_for_the_figure() -> None:
    assert name_end("01-701-1015") == "01-701-1015"
    assert name_end("x" * 60 + "17") == "\u2026" + "x" * 21 + "17"
    assert name_ends("Sorafenib and bevacizumab 5 mg/kg", 13) == "Sorafe\u2026 mg/kg"
    assert len(name_ends("y" * 99, 34)) == 34
    lane = Lane("s" * 150, 3.0, "SD", died=True)
    legend = Legend("swimmer", "T", "c", "a")
    assert "\u2026" + "s" * 23 in render_swimmer([lane], legend).svg

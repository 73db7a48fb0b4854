"""Figures and sections of the further analyses: what they print, hold and say of themselves."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from xml.etree import ElementTree

import pytest

from hepatica.analysis.run import run_analysis
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.report.figure.bland_altman import Duel, render_bland_altman
from hepatica.report.figure.cumulative_incidence import Rise, render_incidence
from hepatica.report.figure.drawing import Drawing, Legend
from hepatica.report.figure.forest import Branch, ForestAxis, render_forest
from hepatica.report.figure.strand import TimeAxis
from hepatica.report.further_figure import further_drawings
from hepatica.report.gallery import Gallery
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.passage import Section
from hepatica.report.section.further import further_sections
from hepatica.stats.cumulative_incidence import cumulative_incidence
from hepatica.study.reader import read_study

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "endpoint"))
from course import records_of, study_of

EVIL = '<script>alert("x")</script> & $x^2$'
LEGEND = Legend("fig", "Title", "Caption", "Alt text", "Not patient data")
PLAN = """
[[analysis.subgroup]]
endpoint = "ORR"
by = ["SEX"]

[[analysis.competing]]
endpoint = "PFS"
event = "progression"

[[analysis.landmark]]
endpoint = "OS"
months = [2]

[[analysis.time_dependent]]
endpoint = "OS"

[analysis.sensitivity]
endpoints = ["ORR"]
criteria = ["mRECIST"]
"""
COURSES = {
    "1": "d0 TACE; d-7 scan 50; d42 scan 30; d84 scan 30; d200 dead",
    "2": "d0 TACE; d-7 scan 50; d42 scan 50; d84 scan 80; d150 dead",
    "3": "d0 TACE; d-7 scan 50; d42 scan 30; d84 scan 30; d300 dead",
    "4": "d0 TACE; d-7 scan 50; d42 scan 50; d250 alive",
}


def forest() -> Drawing:
    branches = [
        Branch("All patients", "9/20 vs 8/20", "0.80 (0.50-1.20)", 0.8, 0.5, 1.2, 40, 0, ("s1",)),
        Branch(EVIL),
        Branch("Yes", "1/2 vs 2/2", "0.01 (0.0001-NE)", 0.01, 0.0001, None, 4, 1, ("s2",)),
        Branch("No", "0/1 vs 0/1", "fewer than 5 events", None, None, None, 2, 1),
    ]
    axis = ForestAxis("Hazard ratio", True, "Events", "Ratio", 1.0, ("favours B", "favours A"))
    return render_forest(branches, LEGEND, axis)


def incidence() -> Drawing:
    curve = cumulative_incidence([10, 20, 30, 40], [1, 2, 0, 1])
    members = {f"s{i}": 10.0 * (i + 1) for i in range(4)}
    axis = TimeAxis("Months", "months", 10.0)
    return render_incidence([Rise(EVIL, curve, members)], LEGEND, axis, y_text="Incidence")


def bland_altman() -> Drawing:
    values = {"s1": (10.0, 9.0), "s2": (20.0, 22.0)}
    duel = Duel(EVIL, "B", values, (-0.5, -2.0, 1.0), (-4.0, -5.0, -3.0), (3.0, 2.0, 4.0))
    return render_bland_altman([duel], LEGEND, text="of both", unit="mm")


@pytest.mark.parametrize("draw", [forest, incidence, bland_altman])
def test_a_figure_is_well_formed_and_repeats_byte_for_byte(draw: Any) -> None:
    first, second = draw(), draw()
    assert (first.svg, first.png) == (second.svg, second.png)
    root = ElementTree.fromstring(first.svg)
    assert "<script" not in first.svg
    texts = [e.text for e in root.iter() if e.tag.endswith(("title", "desc"))]
    assert "Title" in texts and "Alt text" in texts


def test_forest_data_names_the_heading_and_keeps_what_has_no_estimate() -> None:
    data = forest().data
    assert data["by"] == ["", EVIL, EVIL]
    assert data["subgroup"] == ["All patients", "Yes", "No"]
    assert data["estimate"] == [0.8, 0.01, None]
    assert data["text"][2] == "fewer than 5 events"


def test_incidence_data_is_in_the_unit_of_the_axis() -> None:
    drawing = incidence()
    assert drawing.data["time_months"] == [1.0, 2.0, 3.0, 4.0]
    assert drawing.data["incidence"] == [0.25, 0.25, 0.25, 0.75]
    at_risk = [m for m in drawing.marks if "at risk at 2 " in m.text]
    assert at_risk[0].subjects == ("s1", "s2", "s3")


def test_bland_altman_data_holds_both_values() -> None:
    data = bland_altman().data
    assert (data["mean"], data["difference"]) == ([9.5, 21.0], [1.0, -2.0])


@cache
def given() -> ReportInput:
    folder = Path(mkdtemp())
    study_of(folder, [])
    file = folder / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + PLAN, encoding="utf-8")
    study, records = read_study(folder), records_of(COURSES)
    adam = derive_adam(study, records)
    return ReportInput(study, records, adam, run_analysis(study, adam), folder)


@cache
def sections() -> dict[str, Section]:
    report = given()
    ledger = Ledger(report.analysis.results)
    gallery = Gallery(further_drawings(report, ledger), {})
    return {s.key: s for s in further_sections(ledger, report.study, gallery)}


def lines(section: str, table: int = 0) -> dict[str, tuple[str, ...]]:
    found = sections()[section].tables[table]
    return {line.stub: tuple(c.text for c in line.cells) for line in found.lines}


def test_only_what_is_asked_for_is_printed() -> None:
    assert list(sections()) == ["competing", "landmark", "subgroup", "sensitivity"]


def test_competing_section() -> None:
    """Progression of 2 on day 84; deaths of 1 and 3 after their last scans; 4 censored."""
    table = lines("competing")
    assert table["Patients"] == ("4",)
    assert table["First event: progression"] == ("1",)
    assert [d.name for d in sections()["competing"].drawings] == ["incidence_1_pfs"]


def test_landmark_section_says_why_not_from_the_start() -> None:
    """Two months: 1 and 3 have responded; the medians count from the landmark."""
    table = lines("landmark")
    assert table["Patients at the landmark"] == ("2", "2")
    assert table["Events after it"] == ("2", "1")
    notes = " ".join(sections()["landmark"].tables[0].footnotes)
    assert "immortal time" in notes
    assert "4 compared; not compared 0 with the event by then" in notes
    assert len(sections()["landmark"].drawings) == 1


def test_subgroup_section_has_a_forest_plot() -> None:
    """Responders 1 and 3 of 4; sex is on record of nobody."""
    table = lines("subgroup")
    assert table["All patients"] == ("2/4", "50.0 (6.8\u201393.2)")
    assert table["Missing"][0] == "2/4"
    assert [d.name for d in sections()["subgroup"].drawings] == ["forest_1_orr"]


def test_sensitivity_section_marks_the_protocols_line() -> None:
    found = sections()["sensitivity"].tables[0]
    assert [line.cells[-1].text for line in found.lines] == ["own", ""]
    assert "2 combinations" in found.footnotes[0]


def test_every_printed_number_leads_to_its_row() -> None:
    report = given()
    rows = len(report.analysis.results) + 1
    for section in sections().values():
        for table in section.tables:
            for line in table.lines:
                for cell in line.cells:
                    if any(ch.isdigit() for ch in cell.text):
                        assert cell.rows and max(cell.rows) <= rows


EVERYTHING = """
[[analysis.subgroup]]
endpoint = "OS"
by = ["SEX", "AGE"]
cuts = { AGE = [50, 70] }
compare = "RACE"

[[analysis.subgroup]]
endpoint = "ORR"
by = ["SEX"]
compare = "RACE"

[[analysis.competing]]
endpoint = "PFS"
event = "death"
group = "SEX"
covariates = ["AGE", "SEX"]

[[analysis.landmark]]
endpoint = "OS"
months = [1, 500]

[[analysis.time_dependent]]
endpoint = "OS"
by = "confirmed response"
covariates = ["AGE"]

[analysis.readers]

[analysis.sensitivity]
endpoints = ["OS", "PFS", "ORR"]
"""


@pytest.mark.parametrize(
    "courses", [{}, {"1": "d0 TACE"}, {"1": "d0 TACE; d0 dead"}, COURSES], ids=str
)
def test_every_analysis_of_hardly_any_data_says_what_is_not_there(
    tmp_path: Path, courses: dict[str, str]
) -> None:
    study_of(tmp_path, [])
    file = tmp_path / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + EVERYTHING, encoding="utf-8")
    study = read_study(tmp_path)
    records = records_of(courses) if courses else Records.of({})
    adam = derive_adam(study, records)
    report = ReportInput(study, records, adam, run_analysis(study, adam), tmp_path)
    ledger = Ledger(report.analysis.results)
    gallery = Gallery(further_drawings(report, ledger), {})
    assert [s.key for s in further_sections(ledger, study, gallery)][-1] == "readers"
    lacking = [r for r in report.analysis.results if r.value is None]
    further = {"subgroup", "competing", "landmark", "reader", "sensitivity"}
    assert all(r.note for r in lacking if r.analysis in further)

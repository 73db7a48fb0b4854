"""A study of four patients with tables and pictures measured on scans, to its report."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepatica.imaging.picture import Picture, Shape, Vessel, picture_text
from hepatica.imaging.quantity import table_text
from hepatica.report.ledger import Ledger
from hepatica.report.normalization_figure import normalization_drawings
from hepatica.report.section.normalization import normalization_tables, normalization_texts
from hepatica.study.protocol import protocol_text
from hepatica.workflow.explanation import explanation
from hepatica.workflow.picturing import read_pictures
from hepatica.workflow.reporting import _given, run_study_report
from hepatica.workflow.workspace import Workspace

DAY_0 = date(2020, 3, 1)
PLAN = """
[imaging]
path = "imaging"

[normalization]
target_day = 30
window_days = [21, 45]
baseline_days = 42
min_components = 2

[[normalization.component]]
id = "diameter"
test = "VSDIAM"
region = "tumour"
direction = "decrease"
wcv_percent = 4.0
repeatability_source = "a phantom"
in_score = true

[[normalization.component]]
id = "tortuosity"
test = "VSTORT"
region = "tumour"
direction = "decrease"
scale = "difference"
sd = 0.02
repeatability_source = "a phantom"
in_score = true
"""
# Patient: diameter and tortuosity at baseline and day 30 (None: not measured), aorta on day 30.
COURSES = {
    "1": ((3.0, 2.4), (0.5, 0.3), 300.0),
    "2": ((3.0, 3.1), (0.4, 0.41), 300.0),
    "3": ((3.5, 2.4), (0.4, 0.30), 200.0),
    "4": ((3.2, 3.9), (0.4, None), 310.0),
}
AXIS = {"label": "", "role": "axis", "unit": "", "points": []}
HOSTILE = '<script>alert("x")</script>'


def quantities() -> Iterator[dict[str, Any]]:
    for subject, (diameter, tortuosity, bolus) in COURSES.items():
        for test, unit, pair in (("VSDIAM", "mm", diameter), ("VSTORT", "1", tortuosity)):
            for day, value, aorta in ((-5, pair[0], 300.0), (30, pair[1], bolus)):
                yield {
                    "subject": subject, "date": (DAY_0 + timedelta(day)).isoformat(), "test": test,
                    "value": value, "unit": unit, "region": "tumour T1", "modality": "CT",
                    "phase": "arterial", "scanner": "A", "kernel": "B30f", "slice_mm": 1.0,
                    "delay_s": 35.0, "bolus_hu": aorta, "series": f"1.2.{day + 50}",
                    "reason": "" if value is not None else "thinner than a voxel",
                }  # fmt: skip


def pictures() -> Iterator[Picture]:
    along = np.linspace(0, 30, 20)
    for day, width in ((-5, 3.0), (30, 2.4)):
        line = np.column_stack([4 * np.sin(along / 4), along, along, np.full(20, width)])
        ring = np.array([[10.0, 10], [10, 30], [30, 30], [30, 10], [10, 10]])
        on = DAY_0 + timedelta(day)
        pixels = np.full((40, 40), 90, np.uint8)
        overlay = np.where(pixels > 0, np.float32(0.2), np.float32(np.nan))
        yield Picture("1", on, "vessels", HOSTILE, vessels=(Vessel("a", line),), synthetic=True)
        shapes = (Shape(HOSTILE, "outline", ring), Shape("long", "axis", ring[:2], 20.0, "mm"))
        yield Picture("1", on, "outline", "tumour T1", pixels=pixels, shapes=shapes)
        yield Picture("1", on, "map", "tumour T1 VE", pixels=pixels, overlay=overlay,
                      overlay_test="VE", overlay_unit="1")  # fmt: skip
        yield Picture("1", on, "map", "tumour T1", pixels=pixels, overlay=overlay,
                      overlay_test="VSDIAM", overlay_unit="mm")  # fmt: skip


def make_study(folder: Path) -> Path:
    text = protocol_text("blank").replace('reader = "workbook"', 'reader = "csv"')
    (folder / "study.toml").write_text(text.replace("records.xlsx", "records") + PLAN, "utf-8")
    (folder / "records").mkdir(parents=True)
    tables = {
        "subjects": [{"subject": s} for s in COURSES],
        "procedures": [
            {"subject": s, "date": str(DAY_0), "procedure": "TACE", "lipiodol_ml": 8.0}
            for s in COURSES
        ],
    }
    for name, rows in tables.items():
        (folder / "records" / f"{name}.csv").write_text(table_text(name, rows), "utf-8")
    kept = folder / "imaging" / "pictures"
    kept.mkdir(parents=True)
    (folder / "imaging" / "image_quantities.csv").write_text(
        table_text("image_quantities", quantities()), "utf-8"
    )
    for picture in pictures():
        (kept / picture.name).write_text(picture_text(picture), "utf-8")
    (kept / "broken.json").write_text('{"subject": "1"}', "utf-8")
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("normalization") / "study"
    folder.mkdir()
    return make_study(folder)


@pytest.fixture(scope="module")
def report(study: Path) -> Path:
    out = study.parent / "out"
    run_study_report(Workspace(study), out, ("pdf", "rtf"))
    return out


def printed(report: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((report / name).read_text("utf-8"))))


def test_a_broken_picture_is_a_finding_and_no_error(study: Path) -> None:
    found = [f for f in Workspace(study).check() if f.code == "I170"]
    assert [(f.place.file, f.level) for f in found] == [("broken.json", "warning")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"spacing_mm": [0.0, 0.0]}, "pixels of a spacing that no scan has"),
        ({"vessels": [{"label": "", "points": [[1e300, 0, 0, 1]]}]},
         "a point farther than 10 m away"),
        ({"shapes": [AXIS | {"value": float("nan")}]}, "a value that is no number"),
        ({"overlay": None, "kind": "film"}, "is no picture of a report (AssertionError)"),
        ({"pixels": {"shape": [9999, 9999], "data": ""}}, "is no picture of a report (ValueError)"),
    ],
)  # fmt: skip
def test_a_picture_out_of_all_bounds_is_left_out(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    kept = tmp_path / "imaging" / "pictures"
    kept.mkdir(parents=True)
    document = json.loads(picture_text(next(iter(pictures()))))
    (kept / "one.json").write_text(json.dumps(document | change), "utf-8")
    found, findings, used = read_pictures(tmp_path, "imaging")
    assert (found, used, [f.found for f in findings]) == ((), (), [told])


def test_results_count_verdicts_with_the_patients_behind_them(study: Path) -> None:
    results = Workspace(study).analysis.results
    own = [r for r in results if r.analysis == "normalization" and r.variable == "diameter"]
    found = {r.level: (r.value, r.subjects) for r in own if r.statistic == "n"}
    # wCV 4 %: -10.5 to +11.7 %. 3.0 to 2.4 is -20 %, 3.2 to 3.9 +22 %; an aorta of 200 is no 300.
    assert found["changed in the direction"] == (1.0, ("1",))
    assert found["changed against the direction"] == (1.0, ("4",))
    assert found["within error"] == (1.0, ("2",))
    assert found["not comparable"] == (1.0, ("3",))
    assert found["missing"] == (0.0, ())
    assert all(r.clause == "normalization" and r.dataset == "ADVN" for r in own)


def test_scores_of_patients_with_enough_components(report: Path) -> None:
    rows = {r["SUBJID"]: r for r in printed(report, "adam/advn.csv") if r["PARCAT1"] == "SCORE"}
    # Patient 1: ln(2.4 / 3) / (sqrt 2 x 0.039984) and 0.2 / (sqrt 2 x 0.02), their mean
    assert float(rows["1"]["AVAL"]) == pytest.approx((3.946228 + 7.071068) / 2, abs=1e-5)
    assert [rows[s]["VERDICT"] for s in "1234"] == ["SCORE", "SCORE", "NO SCORE", "NO SCORE"]
    assert "tortuosity (missing)" in rows["4"]["REASON"]


def test_the_section_prints_verdicts_and_what_limits_them(report: Path) -> None:
    page = (report / "report.html").read_text("utf-8")
    section = page[page.index('id="normalization"') :]
    for words in (
        "Lipiodol was given in a session between the two scans in 4 patients",
        "There is no control group",
        "No validated score of vessel normalization was found",
        "aorta differs (300 HU, then 200 HU)",
        "day 30 not measured: thinner than a voxel",
        "Changed, in the direction",
        "a phantom",
    ):
        assert words in section, words


def test_text_of_a_picture_is_never_markup(report: Path) -> None:
    page = (report / "report.html").read_text("utf-8")
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(" in page
    for path in (report / "figures").glob("*.svg"):
        assert HOSTILE not in path.read_text("utf-8")


def test_figures_hold_their_data_and_say_what_is_synthetic(report: Path) -> None:
    rows = printed(report, "figures/normalization_1.csv")
    assert len(rows) == 7
    assert {(r["subject"], r["verdict"]) for r in rows if r["component"].startswith("Mean")} == {
        ("1", "Changed in the direction"), ("2", "Within error"), ("3", "Not comparable"),
        ("4", "Changed against the direction"),
    }  # fmt: skip
    widths = [float(r["value"]) for r in printed(report, "figures/vessels_1.csv")]
    assert widths == pytest.approx([3.0, 2.4])
    assert "Synthetic images" in (report / "figures" / "vessels_1.svg").read_text("utf-8")
    outline = (report / "figures" / "outline_1.svg").read_text("utf-8")
    assert "Synthetic images" not in outline
    assert "20.0 mm" in outline


def test_every_picture_read_is_an_input_of_the_manifest(report: Path) -> None:
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    names = {Path(one["path"]).name for one in manifest["inputs"]}
    assert {p.name for p in pictures()} | {"image_quantities.csv"} <= names
    assert "broken.json" not in names


def test_the_same_folder_gives_the_same_figures(study: Path, report: Path) -> None:
    drawings = normalization_drawings(_given(Workspace(study)))
    assert [d.name for d in drawings] == ["normalization_1", "vessels_1", "outline_1", "map_1"]
    for drawing in drawings:
        path = report / "figures" / drawing.name
        assert path.with_suffix(".svg").read_text("utf-8") == drawing.svg
        assert path.with_suffix(".png").read_bytes() == drawing.png


def test_explain_names_values_records_series_and_reason(study: Path) -> None:
    lines = explanation(Workspace(study), "VN", "3")
    text = "\n".join(f"{name.strip()}: {said}" for name, said in lines)
    for words in (
        "diameter tumour T1: not comparable: aorta differs (300 HU, then 200 HU)",
        "baseline: 3.5 mm on 2020-02-25, day -5",
        "later scan: series 1.2.80",
        "later record: image_quantities.csv:",
        "caveat: lipiodol (8 mL) on 2020-03-01",
        "clause: study.toml:",
    ):
        assert words in text, words


def test_a_study_without_scans_yet_says_so(tmp_path: Path) -> None:
    folder = make_study(tmp_path)
    (folder / "imaging").rename(folder / "elsewhere")
    workspace = Workspace(folder)
    found = [f for f in workspace.check() if f.code == "R070"]
    assert [(f.level, f.place.file) for f in found] == [("note", "study.toml")]
    rows = workspace.adam()["ADVN"]
    assert {r["VERDICT"] for r in rows.to_pylist()} == {"MISSING", "NO SCORE"}
    ledger = Ledger(workspace.analysis.results)
    assert normalization_tables(workspace.protocol, ledger, rows, {"": 4}) == ()
    assert normalization_texts(workspace.protocol, rows, {"": 4}) == ()

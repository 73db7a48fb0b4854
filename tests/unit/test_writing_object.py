"""SEG and SR written by us, read back by highdicom and by ourselves with equal values."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("highdicom")

import highdicom as hd
import pydicom
from click.testing import CliRunner
from outline_sample import COLUMNS, FRAME, ROWS, SERIES, place, write_series

from hepatica.cli.main import app
from hepatica.core.errors import UsageError
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.quantity import table_text
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.mask import read_segmentation
from hepatica.imaging.reading.structured_report import read_reports
from hepatica.imaging.volume import Volume
from hepatica.imaging.writing.derived import read_sources
from hepatica.imaging.writing.nifti import write_label_map, write_nifti
from hepatica.imaging.writing.segmentation import write_segmentation
from hepatica.imaging.writing.structured_report import write_report

SHAPE = (4, ROWS, COLUMNS)


@pytest.fixture
def image(tmp_path: Path) -> Volume:
    values = np.arange(np.prod(SHAPE)).reshape(SHAPE) % 97
    return read_image(write_series(tmp_path / "ct", values))[0]


@pytest.fixture
def outlined(image: Volume) -> Segmentation:
    first, second = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    first[1:3, 2:6, 3:8] = True
    second[2:4, 4:9, 5:7] = True
    return Segmentation(
        image.grid,
        (Segment.of("T1", 1, first, tracking="T1"), Segment.of("Liver", 2, second, code="Liver")),
    )


def test_seg_is_read_back_by_highdicom(
    tmp_path: Path, image: Volume, outlined: Segmentation
) -> None:
    path = write_segmentation(tmp_path / "seg.dcm", outlined, image)
    seg = hd.seg.segread(path)
    described = [seg.get_segment_description(number) for number in (1, 2)]
    assert [(d.segment_number, d.segment_label) for d in described] == [(1, "T1"), (2, "Liver")]
    assert seg.get_segment_description(2).segmented_property_type.meaning == "Liver"
    assert seg.get_segment_description(1).tracking_id == "T1"
    assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == SERIES
    for number, one in enumerate(outlined, start=1):
        volume = seg.get_volume(segment_numbers=[number], combine_segments=True, relabel=True)
        there = np.argwhere(volume.array > 0)
        points = volume.map_indices_to_reference(there)
        mine = image.grid.points_mm(np.argwhere(one.whole(SHAPE)))
        assert {tuple(p) for p in points.round(4)} == {tuple(p) for p in mine.round(4)}


def test_seg_is_read_back_by_us_and_is_the_same_twice(
    tmp_path: Path, image: Volume, outlined: Segmentation
) -> None:
    path = write_segmentation(tmp_path / "seg.dcm", outlined, image)
    found, findings = read_segmentation(path, image)
    assert findings == ()
    for mine, read in zip(outlined, found, strict=True):
        assert (mine.label, mine.number) == (read.label, read.number)
        assert (mine.whole(SHAPE) == read.whole(SHAPE)).all()
    again = write_segmentation(tmp_path / "again.dcm", outlined, image)
    assert path.read_bytes() == again.read_bytes()


def test_seg_has_the_source_s_day_and_no_name(
    tmp_path: Path, image: Volume, outlined: Segmentation
) -> None:
    data = pydicom.dcmread(write_segmentation(tmp_path / "seg.dcm", outlined, image))
    assert (data.PatientID, str(data.PatientName), data.PatientBirthDate) == ("P01", "", "")
    assert {data.StudyDate, data.ContentDate, data.InstanceCreationDate} == {"20240105"}
    assert data.FrameOfReferenceUID == FRAME
    written = data.SegmentSequence[0]
    for keyword in (
        "SegmentDescription",
        "SegmentAlgorithmType",
        "SegmentedPropertyTypeCodeSequence",
    ):
        assert keyword in written
    for element in data.iterall():
        if element.VR == "UI" and isinstance(element.value, str):
            assert ".10.511.3." not in element.value  # drawn at random


def test_seg_needs_dicom_and_its_grid_and_voxels(
    tmp_path: Path, image: Volume, outlined: Segmentation
) -> None:
    with pytest.raises(UsageError, match="read from DICOM"):
        write_segmentation(tmp_path / "a.dcm", outlined, Volume(image.array, image.grid))
    part = image.grid.cut((0, 0, 0), (2, ROWS, COLUMNS))
    with pytest.raises(UsageError, match="grid"):
        write_segmentation(tmp_path / "a.dcm", Segmentation(part, outlined.segments), image)
    empty = Segmentation(image.grid, (Segment.of("none", 1, np.zeros(SHAPE, bool)),))
    with pytest.raises(UsageError, match="no segment has a voxel"):
        write_segmentation(tmp_path / "a.dcm", empty, image)


# --- structured reports -------------------------------------------------------------------------

X, Y, Z = place(1)
ON_SLICE = f"{X + 0.8:.2f} {Y + 1:.2f} {Z:.2f}; {X + 4.8:.2f} {Y + 4:.2f} {Z:.2f}"  # 5 mm long
BETWEEN = f"{X:.2f} {Y:.2f} {Z + 0.9:.2f}; {X + 3:.2f} {Y + 4:.2f} {Z + 0.9:.2f}"
ROW = {"subject": "P01", "date": "2024-01-05", "series": SERIES, "convention": "c", "reader": ""}
ROWS_OUT = [
    {**ROW, "lesion": "T1", "diameter_mm": 41.2345678, "short_axis_mm": 20.5, "viable_mm": 5.0,
     "viable_perpendicular_mm": 3.25, "endpoints": ON_SLICE},
    {**ROW, "lesion": "T2", "diameter_mm": 5.1, "endpoints": BETWEEN},
    {**ROW, "lesion": "N1", "status": "absent"},
]  # fmt: skip
LESIONS = {
    "T1": {"role": "target", "site": "liver"},
    "T2": {"role": "target"},
    "N1": {"role": "non-target", "site": "lymph node"},
}


@pytest.fixture
def report(tmp_path: Path, image: Volume) -> Path:
    sources = read_sources(image.origin.files)
    return write_report(tmp_path / "out" / "sr.dcm", ROWS_OUT, LESIONS, sources)


def test_report_is_read_back_by_highdicom_with_equal_values(report: Path) -> None:
    sr = hd.sr.srread(report)
    groups = {g.tracking_identifier: g for g in sr.content.get_image_measurement_groups()}
    assert set(groups) == {"T1", "T2", "N1"}
    values = {m.name.meaning: (m.value, m.unit.value) for m in groups["T1"].get_measurements()}
    assert values == {
        "Long axis": (41.2345678, "mm"),
        "Short axis": (20.5, "mm"),
        "Longest viable axial diameter": (5.0, "mm"),
        "Viable perpendicular diameter": (3.25, "mm"),
    }
    assert groups["T1"].finding_sites[0].value.meaning == "Liver"
    assert str(sr.PatientName) == ""
    assert (sr.StudyDate, sr.ContentDate, sr.PatientID) == ("20240105", "20240105", "P01")


def test_the_line_is_drawn_on_the_slice_or_in_the_patient(report: Path) -> None:
    kinds = {}
    for group in pydicom.dcmread(report).ContentSequence[-1].ContentSequence:
        name = next(c.TextValue for c in group.ContentSequence if c.ValueType == "TEXT")
        for item in group.ContentSequence:
            if item.ValueType == "NUM" and "ContentSequence" in item:
                for line in item.ContentSequence:
                    if line.ValueType in ("SCOORD", "SCOORD3D"):
                        kinds[name] = (
                            line.ValueType,
                            [round(float(v), 4) for v in line.GraphicData],
                        )
    assert kinds["T1"] == ("SCOORD", [1.5, 2.5, 6.5, 8.5])  # pixels of 0.8 x 0.5 mm, centres at .5
    assert kinds["T2"][0] == "SCOORD3D"


def test_report_is_read_back_by_us(report: Path, tmp_path: Path) -> None:
    found = read_reports([report, tmp_path / "ct"])
    rows = {row["lesion"]: row for row in found.tables["measurements"]}
    for row in ROWS_OUT:
        for column, value in row.items():
            if column.endswith("_mm") or column == "status":
                assert rows[row["lesion"]][column] == value
    assert rows["T1"]["endpoints"] == ON_SLICE
    assert rows["T1"]["series"] == SERIES
    assert rows["T2"]["endpoints"] == BETWEEN
    roles = {row["lesion"]: (row["role"], row["site"]) for row in found.tables["lesions"]}
    assert roles == {
        "T1": ("target", "liver"), "T2": ("target", ""), "N1": ("non-target", "lymph node"),
    }  # fmt: skip
    assert [one.code for one in found.findings] == []


def test_a_line_goes_with_the_length_that_it_has(tmp_path: Path, image: Volume) -> None:
    whole = {**ROW, "lesion": "T1", "diameter_mm": 5.0, "viable_mm": 3.0, "endpoints": ON_SLICE}
    neither = {**ROW, "lesion": "T2", "diameter_mm": 9.0, "viable_mm": 2.0, "endpoints": ON_SLICE}
    path = write_report(tmp_path / "a.dcm", [whole, neither], {}, read_sources(image.origin.files))
    drawn = {
        (group.tracking_identifier, one.name.meaning)
        for group in hd.sr.srread(path).content.get_image_measurement_groups()
        for one in group.get_measurements()
        if any(
            item.ValueType in ("SCOORD", "SCOORD3D") for item in one[0].get("ContentSequence", [])
        )
    }
    assert drawn == {("T1", "Long axis")}
    found = read_reports([path, tmp_path / "ct"])
    rows = {row["lesion"]: row for row in found.tables["measurements"]}
    assert (rows["T1"]["endpoints"], rows["T1"]["viable_mm"]) == (ON_SLICE, 3.0)
    assert rows["T1"]["convention"].endswith("Long axis")
    assert rows["T2"]["endpoints"] == ""
    assert "I049" not in [one.code for one in found.findings]


def test_the_same_report_twice_has_the_same_bytes(
    report: Path, tmp_path: Path, image: Volume
) -> None:
    again = write_report(
        tmp_path / "b.dcm", ROWS_OUT[::-1], LESIONS, read_sources(image.origin.files)
    )
    assert report.read_bytes() == again.read_bytes()


# --- NIfTI --------------------------------------------------------------------------------------


def test_nifti_is_read_back(tmp_path: Path, image: Volume, outlined: Segmentation) -> None:
    path = write_nifti(tmp_path / "a.nii.gz", image)
    read, _ = read_image(path)
    assert (read.array == image.array).all()
    assert read.grid.same_as(image.grid)
    assert write_nifti(tmp_path / "b" / "a.nii.gz", image).read_bytes() == path.read_bytes()
    with pytest.raises(UsageError, match="overlaps"):
        write_label_map(tmp_path / "m.nii", outlined)
    one = Segmentation(image.grid, outlined.segments[:1])
    found, findings = read_segmentation(write_label_map(tmp_path / "m.nii", one), image)
    assert findings == ()
    assert (found.segment("1").whole(SHAPE) == outlined.segment("T1").whole(SHAPE)).all()


# --- commands -----------------------------------------------------------------------------------


def test_tables_go_out_as_reports_and_come_back(tmp_path: Path, image: Volume) -> None:
    there = {"lesions": [{"subject": "P01", "lesion": "T1", "role": "target", "site": "liver"}],
             "measurements": [ROWS_OUT[0], {**ROWS_OUT[0], "lesion": "T1", "date": "2024-02-01",
                                            "series": "1.2.3.404"}]}  # fmt: skip
    (tmp_path / "tables").mkdir()
    for name, rows in there.items():
        (tmp_path / "tables" / f"{name}.csv").write_text(table_text(name, rows), encoding="utf-8")
    words = ["image", "sr-out", str(tmp_path / "tables"), "--images", str(tmp_path / "ct")]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "out")])
    assert done.stdout == "out: 1 report\n"
    assert "1 measurements without their series" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["P01-2024-01-05-001.dcm"]
    words = ["image", "sr", str(tmp_path / "out"), str(tmp_path / "ct"), "-o", str(tmp_path / "in")]
    assert CliRunner().invoke(app, words).exception is None
    text = (tmp_path / "in" / "measurements.csv").read_text(encoding="utf-8")
    assert "P01,2024-01-05,T1,41.2345678,5.0,20.5,3.25," in text
    assert ON_SLICE in text


def test_a_mask_goes_out_as_seg_and_is_measured_the_same(
    tmp_path: Path, image: Volume, outlined: Segmentation
) -> None:
    one = Segmentation(image.grid, outlined.segments[:1])
    write_label_map(tmp_path / "m.nii.gz", one)
    at = ["--image", str(tmp_path / "ct"), "--mask"]
    words = ["image", "seg-out", *at, str(tmp_path / "m.nii.gz"), "-o", str(tmp_path / "s.dcm")]
    assert CliRunner().invoke(app, words).stdout == "s.dcm: 1 segment\n"
    measured = [
        json.loads(CliRunner().invoke(app, ["image", "measure", *at, str(path), "--json"]).stdout)
        for path in (tmp_path / "m.nii.gz", tmp_path / "s.dcm")
    ]
    (first,), (second,) = (m["regions"] for m in measured)
    assert (first.pop("label"), second.pop("label")) == (1, "1")
    assert first == second

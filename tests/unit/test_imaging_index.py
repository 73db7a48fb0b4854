"""The index of a folder tree: sixty series, six of them spoiled, in bounded memory."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("pydicom")

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scan_folder import data_set, relabel, series, with_pixels, write

from hepatica.cli.image_index_command import image_index
from hepatica.core.errors import NotReady, Unreadable
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import Index, read_index
from hepatica.imaging.reading.index_table import index_text

PHASES = ("plain", "arterial", "portal venous")


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten patients, two days, three phases of three slices; six series are spoiled."""
    root = tmp_path_factory.mktemp("scans")
    for patient in range(10):
        for day in (1, 31):
            for number, phase in enumerate(PHASES):
                series(
                    root / f"P{patient:02}" / f"day{day:02}" / phase,
                    3,
                    PatientID=f"P{patient:02}",
                    AcquisitionDate=f"202401{day:02}",
                    SeriesInstanceUID=f"1.2.3.{patient + 1}.{day}.{number + 1}",
                    SeriesDescription=f"Liver {phase}",
                )
    _spoil(root)
    return root


def _spoil(root: Path) -> None:
    (root / "P00/day01/arterial/im001.dcm").rename(root / "P00/day01/arterial/im009.dcm")
    data = data_set(
        PatientID="P00", SeriesInstanceUID="1.2.3.1.1.2", SOPInstanceUID="1.2.3.1.1.2.9",
        ImagePositionPatient=[-10, -20, 8], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[0.7, 0.7], AcquisitionDate="20240101", SeriesDescription="Liver arterial",
    )  # fmt: skip
    write(root / "P00/day01/arterial/far.dcm", with_pixels(data, np.zeros((16, 16), np.int16)))
    mixed = root / "P01/day01/arterial/im000.dcm"
    mixed.rename(root / "P01/day01/portal venous/strayed.dcm")
    other = root / "P02/day01/arterial/im002.dcm"
    other.rename(root / "P03/day01/arterial/wrong.dcm")
    short = root / "P04/day01/arterial/im001.dcm"
    short.write_bytes(short.read_bytes()[:-64])
    relabel(root / "P05/day01/arterial/im001.dcm", "1.2.840.10008.1.2.4.70")
    lie = root / "P06/day01/arterial/im001.dcm"
    told = lie.read_bytes()
    for tag in (b"\x28\x00\x10\x00US\x02\x00", b"\x28\x00\x11\x00US\x02\x00"):
        told = told.replace(tag + b"\x10\x00", tag + b"\xff\xff")
    lie.write_bytes(told)
    (root / "P07/day01/empty.dcm").write_bytes(b"")


@pytest.fixture(scope="module")
def index(sixty: Path) -> Index:
    return read_index(sixty)


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("I005", "far.dcm"),  # the slice below it is missing
        ("I032", "strayed.dcm"),  # two series in a folder
        ("I030", "im001.dcm"),  # a series in two folders
        ("I008", "wrong.dcm"),  # two patients in a folder
        ("I002", "im001.dcm"),  # cut short
        ("I003", "im001.dcm"),  # JPEG lossless
        ("I004", "im001.dcm"),  # 65535 x 65535 pixels
        ("I002", "empty.dcm"),
    ],
)
def test_every_fault_is_told_with_the_name_of_its_file(index: Index, code: str, file: str) -> None:
    assert (code, file) in {(f.code, f.place.file) for f in index.findings}


def test_the_rest_is_read(index: Index) -> None:
    assert len(index.entries) == 60
    unread = {(e.subject, e.phase) for e in index.entries if not e.is_readable}
    assert unread == {(p, "arterial") for p in ("P00", "P04", "P05", "P06")}
    assert {e.size for e in index.images()} == {(3, 16, 16)}
    assert {e.spacing_mm for e in index.images()} == {(2.0, 0.7, 0.7)}
    phases = [e.phase for e in index.entries]
    assert [phases.count(p) for p in ("unenhanced", "arterial", "portal venous")] == [20, 20, 20]


def test_a_series_is_read_by_the_path_and_uid_of_its_entry(index: Index) -> None:
    for entry in index.images():
        if entry.subject in ("P01", "P02", "P03"):
            assert read_image(entry.path, series=entry.series)[0].grid.shape == entry.size


def test_a_spoiled_series_is_refused_where_it_is_read(index: Index) -> None:
    for entry in index.entries:
        if not entry.is_readable:
            with pytest.raises(NotReady) as caught:
                read_image(entry.path, series=entry.series)
            assert {f.code for f in entry.findings} <= {f.code for f in caught.value.findings}


def test_no_names_of_patients(index: Index) -> None:
    assert "Secret" not in repr(index)


def test_memory_is_bounded(sixty: Path) -> None:
    tracemalloc.start()
    try:
        read_index(sixty)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_memory_does_not_grow_with_images(tmp_path: Path) -> None:
    """Four large files: what is held is far below the pixels of one of them."""
    pixels = [np.zeros((1024, 1024), np.int16)] * 4
    series(tmp_path, 4, pixels=pixels)
    read_index(tmp_path)  # what is loaded once
    tracemalloc.start()
    try:
        read_index(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 500_000


def test_progress_names_every_folder(tmp_path: Path) -> None:
    series(tmp_path / "b" / "c")
    (tmp_path / "a").mkdir()
    seen: list[str] = []
    read_index(tmp_path, seen.append)
    assert seen == [tmp_path.name, "a", "b", "c"]


# --- objects about series ----------------------------------------------------------------------


def _reference(series_uid: str) -> Sequence:
    item = Dataset()
    item.SeriesInstanceUID = series_uid
    return Sequence([item])


def test_objects_are_listed_with_the_series_they_are_about(tmp_path: Path) -> None:
    series(tmp_path / "ct")
    seg = data_set("SEG", SeriesInstanceUID="1.2.3.20", SOPInstanceUID="1.2.3.20.1")
    seg.ReferencedSeriesSequence = _reference("1.2.3.4")
    write(tmp_path / "seg.dcm", seg)
    report = data_set("SR", SeriesInstanceUID="1.2.3.21", SOPInstanceUID="1.2.3.21.1")
    study = Dataset()
    study.ReferencedSeriesSequence = _reference("1.2.3.4")
    report.CurrentRequestedProcedureEvidenceSequence = Sequence([study])
    write(tmp_path / "sr.dcm", report)
    outlines = data_set("RTSTRUCT", SeriesInstanceUID="1.2.3.22", SOPInstanceUID="1.2.3.22.1")
    inner, middle = Dataset(), Dataset()
    inner.RTReferencedSeriesSequence = _reference("1.2.3.99")
    middle.RTReferencedStudySequence = Sequence([inner])
    outlines.ReferencedFrameOfReferenceSequence = Sequence([middle])
    write(tmp_path / "rt.dcm", outlines)
    index = read_index(tmp_path)
    assert [(e.role, e.refers) for e in index.entries] == [
        ("SEG", ("1.2.3.4",)),
        ("SR", ("1.2.3.4",)),
        ("RTSTRUCT", ("1.2.3.99",)),
        ("image", ()),
    ]
    assert [e.path.name for e in index.about("1.2.3.4")] == ["seg.dcm", "sr.dcm"]
    assert [(f.code, f.place.file) for f in index.findings] == [("I031", "rt.dcm")]


# --- odd and hostile folders -------------------------------------------------------------------


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    series(outside)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "all").symlink_to(outside)
    (inside / "one.dcm").symlink_to(outside / "im000.dcm")
    (inside / "loop").symlink_to(inside)
    index = read_index(inside)
    assert index.entries == ()
    assert sorted((f.code, f.place.file) for f in index.findings) == [
        ("I021", "all"),
        ("I021", "loop"),
        ("I021", "one.dcm"),
    ]


def test_directory_of_a_medium_and_other_files_are_notes(tmp_path: Path) -> None:
    series(tmp_path)
    directory = data_set(SeriesInstanceUID=None)
    directory.SOPClassUID = "1.2.840.10008.1.3.10"
    write(tmp_path / "DICOMDIR", directory)
    (tmp_path / "readme.txt").write_text("hello")
    index = read_index(tmp_path)
    assert [(f.code, f.level) for f in index.findings] == [("I025", "note"), ("I001", "note")]


def test_a_pipe_and_a_deep_folder_do_not_stop_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    deep = tmp_path
    for _ in range(45):
        deep = deep / "d"
    deep.mkdir(parents=True)
    assert [f.code for f in read_index(tmp_path).findings] == ["I021"]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read_index(tmp_path / "absent")


# --- the command -------------------------------------------------------------------------------


def test_command_prints_a_table_and_writes_csv(sixty: Path, tmp_path: Path) -> None:
    out = tmp_path / "index.csv"
    done = CliRunner().invoke(image_index, [str(sixty), "-o", str(out)], standalone_mode=False)
    assert done.return_value == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 61
    assert lines[1].split()[:5] == ["P00", "2024-01-01", "arterial", "CT", "image"]
    assert lines[4].split()[0] == "2024-01-31"  # the patient stands once
    assert "far.dcm error I005" in done.stderr
    assert len(out.read_text(encoding="utf-8").splitlines()) == 61


def test_command_prints_json(tmp_path: Path) -> None:
    series(tmp_path / "scan", SeriesDescription="=1+1")
    done = CliRunner().invoke(image_index, [str(tmp_path), "--json"], standalone_mode=False)
    assert done.return_value == 0
    (entry,) = json.loads(done.stdout)["entries"]
    assert (entry["slices"], entry["slice_mm"], entry["path"]) == (4, 2.0, "scan")
    out = tmp_path / "index.csv"
    CliRunner().invoke(image_index, [str(tmp_path), "-o", str(out)], standalone_mode=False)
    assert ",'=1+1," in out.read_text(encoding="utf-8")


def test_a_name_typed_into_a_description_is_left_out(tmp_path: Path) -> None:
    """The phase stays; the synthetic phantom's own name may be seen."""
    series(
        tmp_path / "a", SeriesDescription="Liver arterial NAME secret", ProtocolName="Name^Secret"
    )
    series(
        tmp_path / "b",
        SeriesInstanceUID="1.2.3.5",
        PatientName="Synthetic^Phantom",
        SeriesDescription="SYNTHETIC arterial phase",
    )
    told = index_text(read_index(tmp_path))
    assert "Liver arterial" in told and "SYNTHETIC arterial phase" in told
    assert "secret" not in told.casefold() and "NAME" not in told

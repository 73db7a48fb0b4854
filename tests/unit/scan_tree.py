"""Trees of small synthetic scans, whole and damaged on purpose."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pydicom
from pydicom.uid import JPEG2000Lossless

from hepatica.imaging.phantom.body import Size
from hepatica.imaging.phantom.dicom import write_outlines, write_series
from hepatica.imaging.phantom.examination import Field, Plan, render_examination

FIELD = Field((10, 26, 26), (2.0, 2.0, 2.0), (-44.0, -12.0, 2.0))
DAY = date(2021, 5, 6)


def plan(subject: str, day: date = DAY) -> Plan:
    """A small examination: tumour, artery and a piece of liver."""
    return Plan(11, subject, day, Size("T1", 24.0, 20.0), field=FIELD)


def write_scans(folder: Path, subject: str, day: date = DAY, *, outlines: bool = True) -> Path:
    """Three phases and their outlines; the folder."""
    one = plan(subject, day)
    drawn = render_examination(one)
    for phase, volume in drawn.phases.items():
        paths = write_series(one, volume, folder / phase.replace(" ", "_"))
        if outlines and phase == "arterial":
            write_outlines(drawn, paths, folder / "outlines" / f"{subject}.dcm")
    return folder


def edit(path: Path, change: Callable[[pydicom.Dataset], None]) -> None:
    """Change a file's dataset in place."""
    data = pydicom.dcmread(path)
    change(data)
    data.save_as(path)


def write_hostile_tree(folder: Path) -> dict[str, str]:
    """Whole and damaged examinations; finding code by base name of the damaged file."""
    for subject in ("A1", "A2"):
        write_scans(folder / subject, subject)
    source = folder / "A1"
    damages = {
        "gap": _gap, "mixed": _mixed, "short": _short, "syntax": _syntax, "lie": _lie, "two": _two
    }  # fmt: skip
    told = {}
    for number, (name, damage) in enumerate(damages.items()):
        inside = folder / name
        shutil.copytree(source, inside)
        for path in sorted(inside.rglob("*.dcm")):
            renamed = path.rename(path.with_name(f"{name}_{path.parent.name}_{path.name}"))
            edit(renamed, _belongs(f"B{number}"))
        told |= damage(inside)
    (folder / "notes.txt").write_text("no scan\n")
    return told


def _belongs(subject: str) -> Callable[[pydicom.Dataset], None]:
    """Another patient, with UIDs of their own."""

    def change(data: pydicom.Dataset) -> None:
        data.PatientID = subject
        for item in data.iterall():
            if item.VR == "UI" and str(item.value).startswith("2.25.") and item.VM == 1:
                item.value = f"{item.value[:50]}.{int(subject[1:]) + 1}"
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID

    return change


def _one(folder: Path, slice_: int) -> Path:
    return sorted((folder / "arterial").iterdir())[slice_]


def _gap(folder: Path) -> dict[str, str]:
    _one(folder, 4).unlink()
    return {_one(folder, 4).name: "I005"}


def _mixed(folder: Path) -> dict[str, str]:
    path = _one(folder, 5)

    def change(data: pydicom.Dataset) -> None:
        data.Rows, data.Columns = 13, 13
        data.PixelData = data.PixelData[: 13 * 13 * 2]

    edit(path, change)
    return {path.name: "I007"}


def _short(folder: Path) -> dict[str, str]:
    path = _one(folder, 2)
    path.write_bytes(path.read_bytes()[:-700])
    return {path.name: "I002"}


def _syntax(folder: Path) -> dict[str, str]:
    path = _one(folder, 3)
    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data.PixelData = pydicom.encaps.encapsulate([b"\\xff\\x4f" + bytes(60)])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    data.save_as(path)
    return {path.name: "I003"}


def _lie(folder: Path) -> dict[str, str]:
    path = _one(folder, 1)

    def change(data: pydicom.Dataset) -> None:
        data.Rows = data.Columns = 65000
        data.NumberOfFrames = 2

    edit(path, change)
    return {path.name: "I004"}


def _two(folder: Path) -> dict[str, str]:
    """A second patient's series among the files of the first."""
    for path in sorted((folder / "unenhanced").iterdir()):
        moved = path.rename(folder / "arterial" / f"other_{path.name}")
        edit(moved, _belongs("B9"))
    return {sorted(p.name for p in (folder / "arterial").glob("other_*"))[0]: "I008"}

"""One line of the index: a series of images, or an object about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.dicom import header_phase
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header
from hepatica.imaging.reading.nifti import read_nifti_header
from hepatica.imaging.reading.nrrd import read_nrrd_header
from hepatica.imaging.reading.placed import layout_of
from hepatica.imaging.reading.stack import stack_of
from hepatica.imaging.volume import Grid

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a series without its pixels.

    role       image, SEG, RTSTRUCT, SR, PM (parametric map) or other
    path       what reads it: the folder of an image series (with its UID), else the file
    images     planes over all times; `times` of them at each place, `size` and `spacing_mm` as
               (slices, rows, columns), None where the series cannot be read as a volume
    refers     UIDs of the image series that a derived object is about
    """

    subject: str
    day: date | None
    modality: str
    phase: str
    description: str
    role: str
    series: str
    path: Path
    images: int = 0
    times: int = 1
    size: Triple | None = None
    spacing_mm: tuple[float, float, float] | None = None
    is_calibrated: bool = True
    refers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether it can be read: an image series that makes a volume, or any other object."""
        return self.role != "image" or self.size is not None


def series_entry(folder: Path, headers: Sequence[Header]) -> Entry:
    """Entry of an image series of which these are all the files."""
    stack, findings = stack_of(headers)
    first = min(headers, key=lambda h: str(h.path))
    entry = _described(first, folder, findings, images=sum(len(h.frames) for h in headers))
    return entry if stack is None else _sized(entry, stack.grid, len(stack.times_s) or 1)


def object_entry(header: Header) -> Entry:
    """Entry of a segmentation, a structured report, a parametric map or the like: one file."""
    findings = (header.fault,) if header.fault else ()
    return _described(header, header.path, findings, images=len(header.frames))


def _described(header: Header, path: Path, findings: tuple[Finding, ...], images: int) -> Entry:
    return Entry(
        subject=header.subject,
        day=header.day,
        modality=header.modality,
        phase=header_phase(header) if header.role == "image" else "",
        description=header.description,
        role=header.role,
        series=header.series,
        path=path,
        images=images,
        refers=header.refers,
        findings=findings,
    )


def _sized(entry: Entry, grid: Grid, times: int) -> Entry:
    return replace(
        entry,
        size=grid.shape,
        spacing_mm=grid.spacing_mm,
        times=times,
        is_calibrated=grid.calibrated,
    )


def volume_entry(path: Path) -> Entry | Finding:
    """Entry of a NIfTI or NRRD file; the finding that tells why it cannot be read."""
    try:
        return _volume_entry(path)
    except Unreadable as error:
        reason = str(error).removeprefix(f"{path.name}: ")
        return fault("I029", path, found=reason, expected="a volume with a place in the patient")
    except OSError as error:
        told = f"a file that cannot be opened ({error.strerror or type(error).__name__})"
        return fault("I002", path, found=told, expected="a readable file")


def _volume_entry(path: Path) -> Entry:
    role, times = "image", 1
    if path.name.lower().endswith((".nii", ".nii.gz")):
        nifti = read_nifti_header(path)
        grid = layout_of(nifti.shape[:3], nifti.affine)[2]
        times = nifti.shape[3] if len(nifti.shape) > 3 else 1
        description = nifti.description
    else:
        nrrd = read_nrrd_header(path)
        grid = layout_of([nrrd.sizes[a] for a in nrrd.axes], nrrd.affine)[2]
        role = "SEG" if any(key.startswith("Segment0") for key in nrrd.keys) else "image"
        if nrrd.other is not None and role == "image":
            times = nrrd.sizes[nrrd.other]
        description = ""
    images = grid.shape[0] * times
    entry = Entry("", None, "", "", description, role, "", path, images)
    return _sized(entry, grid, times)

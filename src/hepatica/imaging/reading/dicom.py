"""A DICOM series, of a folder or a single file, as a volume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.core.errors import NotReady, Unreadable
from hepatica.core.finding import Finding, Level
from hepatica.imaging.origin import Origin
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header, read_header
from hepatica.imaging.reading.phase import phase_of
from hepatica.imaging.reading.pixel import read_pixels
from hepatica.imaging.reading.series import Files, read_tree
from hepatica.imaging.reading.stack import Stack, stack_of
from hepatica.imaging.volume import Volume

Told = tuple[Finding, ...]


def read_dicom_folder(folder: Path, series: str = "") -> tuple[Volume, Told]:
    """The one image series below a folder, or the one of that UID.

    Raises      Unreadable where no image is there; NotReady with findings where the series must be
                refused, or where there are several and none was named.
    """
    files = read_tree(folder, series)
    images = {k: headers for k, headers in files.series.items() if headers[0].role == "image"}
    if not images:
        what = f"no image of series {series}" if series else "no DICOM image"
        raise _nothing(f"{folder.name}: {what}", files.findings)
    if len(images) > 1:
        told = _several(folder, files, images)
        raise NotReady(f"{folder.name}: {len(images)} image series, one can be read", told)
    (headers,) = images.values()
    volume, findings = _volume(headers, files.findings)
    return volume, findings


def read_dicom_file(path: Path) -> tuple[Volume, Told]:
    """One DICOM file as a volume: a multi-frame object, a parametric map, or a single slice.

    Raises      Unreadable where it is no DICOM image; NotReady with findings where it must be
                refused.
    """
    header = read_header(path)
    if isinstance(header, Finding):
        raise _nothing(f"{path.name}: cannot be read as an image", [header])
    if header.role not in ("image", "PM"):
        raise Unreadable(f"{path.name}: is {header.role}, not an image")
    return _volume([header], [])


def _nothing(sentence: str, findings: Sequence[Finding]) -> Unreadable:
    """Nothing could be read; what is wrong with the files is said with it."""
    errors = [f"{one.place}: {one.found}" for one in findings if one.level is Level.ERROR]
    more = f" and {len(errors) - 3} more" if len(errors) > 3 else ""
    return Unreadable("; ".join([sentence, *errors[:3]]) + more)


def _several(folder: Path, files: Files, images: dict[tuple[str, str], list[Header]]) -> Told:
    first = {key: min(headers, key=lambda h: str(h.path)) for key, headers in images.items()}
    patients = {key[0] for key in images}
    told = [
        fault(
            "I008" if len(patients) > 1 else "I006",
            header.path,
            found=f"series {key[1]} of {len(images[key])} files beside others",
            expected="one patient and one series in a folder",
            hint="name one with its series UID, or give each a folder",
        )
        for key, header in sorted(first.items())
    ]
    return (*files.findings, *told)


def _volume(headers: Sequence[Header], others: Sequence[Finding]) -> tuple[Volume, Told]:
    name = headers[0].path.parent.name
    stack, findings = stack_of(headers)
    if stack is None:
        raise NotReady(f"{name}: the series cannot be read as a volume", (*others, *findings))
    array, faults = read_pixels(stack)
    findings = (*others, *findings, *faults)
    if array is None:
        raise NotReady(f"{name}: the pixels of the series cannot be read", findings)
    padding = _padding(stack)
    origin = origin_of(stack)
    return Volume(array, stack.grid, origin, stack.times_s, padding, stack.timed), findings


def _padding(stack: Stack) -> float | None:
    """Value of voxels outside the field of view, rescaled as they are."""
    stored, frame = stack.headers[0].padding, stack.frames[0]
    return None if stored is None else stored * frame.slope + frame.intercept


def origin_of(stack: Stack) -> Origin:
    """What the headers say of how the series came to be."""
    by_file = {str(h.path): h for h in stack.headers}
    first = by_file[stack.frames[0].file]
    delays = [h.delay_s for h in stack.headers if h.delay_s is not None]
    return Origin(
        subject=first.subject,
        day=first.day,
        modality=first.modality,
        phase=header_phase(first),
        series=first.series,
        description=first.description,
        scanner=first.scanner,
        kernel=first.kernel,
        slice_mm=stack.slice_mm,
        delay_s=min(delays) if len(delays) == len(stack.headers) else None,
        frame_of_reference=first.frame_of_reference,
        study=first.study,
        files=tuple(dict.fromkeys(f.file for f in stack.frames)),
    )


def header_phase(header: Header) -> str:
    """Phase named by the description of the series, or, where that is blank, by its protocol."""
    return phase_of(header.description or header.protocol)

"""From the files of one series to one stack of planes in space and time, or why there is none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepatica.core.finding import Finding, has_error
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.frame import Frame
from hepatica.imaging.reading.geometry import TURNED, Ladder, affine_of, ladder_of
from hepatica.imaging.reading.header import Header
from hepatica.imaging.volume import Grid

NEVER = 1e-6


@dataclass(frozen=True, eq=False)
class Stack:
    """Planes of a series: `frames` time by time, in each the slices ascending; their grid.

    `times_s` is empty for a series that is not dynamic; `slice_mm` None for a single slice;
    `timed` is False where the times only count the frames.
    """

    headers: tuple[Header, ...]
    frames: tuple[Frame, ...]
    grid: Grid
    times_s: tuple[float, ...]
    slice_mm: float | None
    timed: bool = True


def stack_of(given: Sequence[Header]) -> tuple[Stack | None, tuple[Finding, ...]]:
    """The stack of the files of one series; None with an error among the findings.

    Files whose pixels cannot be used are told and forbid the series: without them it would look
    whole and be shorter.
    """
    headers, findings = _distinct(given)
    findings += [h.fault for h in headers if h.fault]
    if has_error(findings):
        whole = [h for h in headers if not h.fault]
        return None, (*findings, *(_arranged(whole)[1] if whole else ()))
    findings += _remarks(headers)
    stack, faults = _arranged(headers)
    if stack is not None and any(one.code == "I026" for one in faults):
        stack = replace(stack, timed=False)
    return stack, (*findings, *faults)


def _arranged(headers: Sequence[Header]) -> tuple[Stack | None, list[Finding]]:
    frames = [frame for header in headers for frame in header.frames]
    if wrong := _mixture(headers) or _unscaled(headers):
        return None, [wrong]
    if not headers[0].calibrated or (len(frames) > 1 and _is_projection(headers)):
        return _projection(headers)
    ladder, findings = ladder_of(frames)
    if ladder is None:
        return None, findings
    timed, times_s, faults = _in_time(ladder)
    if timed is None:
        return None, faults
    step, remark = _depth(headers, ladder)
    shape = (len(ladder.rungs), *headers[0].shape)
    grid = Grid(shape, affine_of(ladder, step))
    return Stack(tuple(headers), timed, grid, times_s, ladder.spacing_mm), [*faults, *remark]


def _distinct(given: Sequence[Header]) -> tuple[list[Header], list[Finding]]:
    """Headers in the order of their paths, each image once, a whole copy before a damaged one.

    An image is known by its UID and place: there are exports that give all slices one UID.
    """
    kept: dict[tuple[object, ...], Header] = {}
    findings = []
    for header in sorted(given, key=lambda h: (h.fault is not None, str(h.path))):
        place = header.frames[0].place if header.frames else None
        first = kept.setdefault((header.instance or str(header.path), place), header)
        if first is not header:
            findings.append(
                fault(
                    "I011",
                    header.path,
                    found=f"the same image as {first.path.name}",
                    expected="every image once",
                    hint="this copy is passed by",
                )
            )
    return sorted(kept.values(), key=lambda h: str(h.path)), findings


def _remarks(headers: Sequence[Header]) -> list[Finding]:
    """What does not forbid the series and has to be known."""
    first = headers[0]
    findings = []
    if any(h.lossy for h in headers):
        findings.append(
            fault(
                "I015", first.path, found="lossily compressed pixels", expected="lossless pixels",
                hint="values and edges are not those of the scanner",
            )
        )  # fmt: skip
    if any(h.photometric == "MONOCHROME1" for h in headers):
        findings.append(
            fault("I017", first.path, found="MONOCHROME1", expected="MONOCHROME2",
                  hint="low values are bright on screens; the values are kept as they are")
        )  # fmt: skip
    if first.modality == "CT" and not all(f.scaled for h in headers for f in h.frames):
        findings.append(
            fault("I034", first.path, found="a CT without RescaleSlope and RescaleIntercept",
                  expected="how stored numbers become HU", hint="they are taken for HU as they are")
        )  # fmt: skip
    if not first.subject or first.day is None:
        what = "no patient identifier" if not first.subject else "no date"
        findings.append(fault("I019", first.path, found=what, expected="PatientID and a date"))
    return findings


def _mixture(headers: Sequence[Header]) -> Finding | None:
    """Planes of several sizes, directions or kinds: no one volume."""
    first = headers[0]
    likes = [
        (header, frame, (header.shape, frame.kind, header.frame_of_reference))
        for header in headers
        for frame in header.frames
    ]
    groups = Counter(kind for _, _, kind in likes)
    usual = max(groups, key=lambda kind: (groups[kind], str(kind)))
    model = next(frame for _, frame, kind in likes if kind == usual)
    odd = [h for h, f, kind in likes if kind != usual or not _is_parallel(f, model)]
    if not odd:
        return None
    return fault(
        "I007",
        odd[0].path,
        found=f"{len(odd)} of {len(likes)} images of other size, direction, spacing or kind",
        expected=f"one kind of image in series {first.series}",
        hint="such as a localiser or a second echo; put them into folders of their own",
    )


def _unscaled(headers: Sequence[Header]) -> Finding | None:
    """Planes whose stored numbers become no values: a slope of 0 or one that is no number."""
    for header in headers:
        for frame in header.frames:
            if frame.slope == 0 or not math.isfinite(frame.slope + frame.intercept):
                return fault(
                    "I033",
                    header.path,
                    found=f"values scaled by {frame.slope:g} and {frame.intercept:g}",
                    expected="a rescale slope other than 0, and an intercept",
                )
    return None


def _is_parallel(one: Frame, other: Frame) -> bool:
    for mine, its in ((one.axes, other.axes), (one.pixel_mm, other.pixel_mm)):
        if (mine is None) != (its is None):
            return False
        if mine and its and np.abs(np.subtract(mine, its)).max() > TURNED:
            return False
    return True


def _depth(headers: Sequence[Header], ladder: Ladder) -> tuple[float, list[Finding]]:
    """Distance of slices for the affine, and what SliceThickness says of it."""
    tag, spacing = headers[0].thickness_mm, ladder.spacing_mm
    path = headers[0].path
    if spacing is None:
        depth = tag if tag and tag > 0 else 1.0
        remark = fault(
            "I028",
            path,
            found=f"a single slice; its depth is taken as {depth:g} mm",
            expected="at least two slices",
            hint="areas and diameters are right, volumes are not",
        )
        return depth, [remark]
    if tag is None or abs(tag - spacing) <= 0.01:
        return spacing, []
    remark = fault(
        "I013",
        path,
        found=f"SliceThickness {tag:g} mm",
        expected=f"{spacing:g} mm, the distance of the positions, which is used",
    )
    return spacing, [remark]


# --- time ------------------------------------------------------------------------------------


def _in_time(ladder: Ladder) -> tuple[tuple[Frame, ...] | None, tuple[float, ...], list[Finding]]:
    """Frames time by time, the seconds of each time, and findings; one time has no seconds."""
    counts = Counter(len(rung) for rung in ladder.rungs)
    usual = max(counts, key=lambda count: (counts[count], count))
    if len(counts) > 1:
        return None, (), [_uneven_times(rung, usual) for rung in ladder.rungs if len(rung) != usual]
    if usual == 1:
        return tuple(rung[0] for rung in ladder.rungs), (), []
    keys: tuple[Callable[[Frame], float | int | None], ...] = (
        lambda f: f.time_s,
        lambda f: f.trigger_s,
        lambda f: f.temporal,
    )
    key = next((one for one in keys if _tells_apart(one, ladder)), None)
    if key is None:
        return None, (), [_uneven_times(ladder.rungs[0], 1)]
    columns = [sorted(rung, key=lambda f: key(f) or 0) for rung in ladder.rungs]
    times = [min(float(key(c[k]) or 0) for c in columns) for k in range(usual)]
    frames = tuple(column[k] for k in range(usual) for column in columns)
    findings = []
    if key is keys[2]:
        findings.append(_untimed(frames[0].file))
    return frames, tuple(round(t - times[0], 6) for t in times), findings


def _tells_apart(key: Callable[[Frame], float | int | None], ladder: Ladder) -> bool:
    for rung in ladder.rungs:
        values = {key(f) for f in rung}
        if None in values or len(values) < len(rung):
            return False
    return True


def _untimed(path: str) -> Finding:
    return fault(
        "I026",
        path,
        found="images in time without the seconds of each",
        expected="AcquisitionTime, TriggerTime or FrameTime",
        hint="they are numbered one by one; no rate can be computed from them",
    )


def _uneven_times(rung: Sequence[Frame], usual: int) -> Finding:
    if usual == 1:
        names = rung[0].file, rung[-1].file
        return fault(
            "I010",
            names[1],
            found=f"{len(rung)} images at one position that nothing tells apart",
            expected="one image a position, or times",
            hint="remove the second, or the whole second series",
        )
    return fault(
        "I005",
        rung[0].file,
        found=f"{len(rung)} times at this position",
        expected=f"{usual} times, as elsewhere",
        hint="export the series again, whole",
    )


# --- projections -----------------------------------------------------------------------------


def _is_projection(headers: Sequence[Header]) -> bool:
    return headers[0].modality in ("XA", "RF") and headers[0].frames[0].place is None


def _projection(headers: Sequence[Header]) -> tuple[Stack | None, list[Finding]]:
    """Frames of an angiography: one slice through time, in pixels unless it was calibrated."""
    first = headers[0]
    if len(headers) > 1 and any(len(h.frames) > 1 for h in headers):
        return None, [
            fault(
                "I007", headers[1].path, found=f"{len(headers)} runs in one series",
                expected="one run", hint="name the file instead of the folder",
            )
        ]  # fmt: skip
    frames = [f for h in headers for f in h.frames]
    findings = []
    spacing = frames[0].pixel_mm if first.calibrated else None
    if spacing is None:
        findings.append(
            fault(
                "I018", first.path, found="a projection without calibration",
                expected="lengths in pixels", hint="detector spacing is not spacing in the patient",
            )
        )  # fmt: skip
    affine = np.diag([1.0, *(spacing or (1.0, 1.0)), 1.0])
    grid = Grid((1, *first.shape), affine)
    grid = replace(grid, calibrated=spacing is not None)
    times = [f.time_s for f in frames]
    if len(frames) == 1:
        return Stack(tuple(headers), tuple(frames), grid, (), None), findings
    known = [t for t in times if t is not None]
    if len(known) < len(times) or min(np.diff(known)) <= NEVER:
        findings.append(_untimed(frames[0].file))
        known = [float(i) for i in range(len(frames))]
    seconds = tuple(round(t - known[0], 6) for t in known)
    return Stack(tuple(headers), tuple(frames), grid, seconds, None), findings

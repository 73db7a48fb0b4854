"""NIfTI-1 and NIfTI-2 volumes (.nii, .nii.gz): header, place and voxels, within bounds.

Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group. The place is the sform where
its code is above 0, else the qform, else there is none and the file is refused. NIfTI is RAS:
x and y change their sign on the way to LPS.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.origin import Origin
from hepatica.imaging.reading.fault import fault, plain
from hepatica.imaging.reading.phase import phase_of
from hepatica.imaging.reading.placed import LARGEST, check_axes, laid_out
from hepatica.imaging.reading.stream import Stream
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8",
    1280: "u8",
}  # fmt: skip
_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_SECONDS = {8: 1.0, 16: 1e-3, 24: 1e-6}


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """What stands before the voxels; `affine` takes (i, j, k, 1) to mm, LPS.

    `skip` bytes lie between the header and the voxels: extensions, which are passed by.
    """

    shape: tuple[int, ...]  # i, j, k and times
    dtype: np.dtype[Any]
    skip: int
    slope: float
    intercept: float
    affine: Floats
    step_s: float | None
    description: str
    is_split: bool  # sform and qform both given, and apart


def read_nifti(path: Path) -> tuple[Volume, tuple[Finding, ...]]:
    """A NIfTI volume with its axial slices first; a fourth axis is time.

    Raises      Unreadable where it is damaged, sheared, without place, or promises too much.
    """
    with Stream(path) as stream:
        header = _read_header(stream)
        count = math.prod(header.shape)
        stream.check(count * header.dtype.itemsize)
        stream.read(header.skip)
        data = stream.read(count * header.dtype.itemsize)
    stored = np.frombuffer(data, header.dtype).reshape(header.shape[::-1])
    stored = np.transpose(stored, (0, 3, 2, 1) if stored.ndim == 4 else (2, 1, 0))
    array, grid = laid_out(_scaled(stored, header), header.affine)
    times_s, findings = _times(path, header)
    slice_mm = grid.spacing_mm[0] if grid.shape[0] > 1 else None
    origin = Origin(
        description=header.description,
        phase=phase_of(header.description),
        slice_mm=slice_mm,
        files=(str(path),),
    )
    timed = not times_s or header.step_s is not None
    volume = Volume(array, grid, origin, times_s, timed=timed)
    return volume, (*findings, *_split(path, header))


def read_nifti_header(path: Path) -> NiftiHeader:
    """Header of a NIfTI file.

    Raises      Unreadable where it is none, or has no place in space.
    """
    with Stream(path) as stream:
        header = _read_header(stream)
        stream.check(math.prod(header.shape) * header.dtype.itemsize)
        return header


def _split(path: Path, header: NiftiHeader) -> tuple[Finding, ...]:
    if not header.is_split:
        return ()
    return (
        fault(
            "I023",
            path,
            found="sform and qform that name different places",
            expected="one place",
            hint="the sform is used",
        ),
    )


def _times(path: Path, header: NiftiHeader) -> tuple[tuple[float, ...], tuple[Finding, ...]]:
    if len(header.shape) < 4:
        return (), ()
    step_s = header.step_s
    told = fault(
        "I026",
        path,
        found="images in time without the seconds of each",
        expected="pixdim[4] and its unit",
        hint="they are numbered one by one; no rate can be computed from them",
    )
    times = tuple(i * (step_s or 1.0) for i in range(header.shape[3]))
    return times, () if step_s else (told,)


def _scaled(stored: npt.NDArray[Any], header: NiftiHeader) -> npt.NDArray[Any]:
    slope, intercept = header.slope, header.intercept
    native = stored.astype(stored.dtype.newbyteorder("="))
    if slope == 1 and intercept == 0:
        return native
    if slope == 1 and intercept % 1 == 0 and native.dtype.kind in "iu" and abs(intercept) < 2**30:
        return native.astype(np.int64) + int(intercept)
    kind = np.float64 if native.dtype == np.float64 else np.float32
    with np.errstate(all="ignore"):  # what the voxels hold is not in our hand
        return (native.astype(np.float64) * slope + intercept).astype(kind)


# --- the header --------------------------------------------------------------------------------


def _read_header(stream: Stream) -> NiftiHeader:
    first = bytes(stream.read(4))
    for order in "<>":
        size = struct.unpack(order + "i", first)[0]
        if size in (348, 540):
            break
    else:
        raise Unreadable(f"{stream.name}: is not NIfTI")
    raw = first + bytes(stream.read(size - 4))
    version = 1 if size == 348 else 2
    magic = raw[344:348] if version == 1 else raw[4:8]
    if magic[:3] not in (b"n+1", b"n+2"):
        raise Unreadable(f"{stream.name}: is not a single-file NIfTI")
    return _parsed(stream.name, _fields(raw, order, version), order, size)


def _fields(raw: bytes, order: str, version: int) -> dict[str, Any]:
    """Fields that are used, of either version."""
    places: dict[str, tuple[int, str]] = {
        "dim": (40, "8h"), "datatype": (70, "h"), "pixdim": (76, "8f"), "offset": (108, "f"),
        "slope": (112, "f"), "inter": (116, "f"), "units": (123, "B"), "descrip": (148, "80s"),
        "qcode": (252, "h"), "scode": (254, "h"), "quatern": (256, "3f"), "qoffset": (268, "3f"),
        "srow": (280, "12f"),
    }  # fmt: skip
    if version == 2:
        places = {
            "dim": (16, "8q"), "datatype": (12, "h"), "pixdim": (104, "8d"), "offset": (168, "q"),
            "slope": (176, "d"), "inter": (184, "d"), "units": (500, "i"), "descrip": (240, "80s"),
            "qcode": (344, "i"), "scode": (348, "i"), "quatern": (352, "3d"),
            "qoffset": (376, "3d"), "srow": (400, "12d"),
        }  # fmt: skip
    found = {name: struct.unpack_from(order + form, raw, at) for name, (at, form) in places.items()}
    single = ("datatype", "offset", "slope", "inter", "units", "descrip", "qcode", "scode")
    return {name: value[0] if name in single else value for name, value in found.items()}


def _parsed(name: str, fields: dict[str, Any], order: str, size: int) -> NiftiHeader:
    numbers = [*fields["pixdim"][:5], *fields["quatern"], *fields["qoffset"], *fields["srow"]]
    if fields["datatype"] not in _TYPES or not (np.abs(numbers) < LARGEST).all():
        raise Unreadable(f"{name}: a type or numbers that are not read")
    shape = _shape(name, fields["dim"])
    mm = _MM.get(fields["units"] & 7, 1.0)
    sform, qform = _sform(fields), _qform(fields)
    chosen = sform if sform is not None else qform
    if chosen is None:
        raise Unreadable(f"{name}: neither sform nor qform says where it lies")
    lps = np.diag([-1.0, -1.0, 1.0, 1.0])
    affine = lps @ np.diag([mm, mm, mm, 1.0]) @ chosen
    check_axes(name, shape[:3], affine)
    start = fields["offset"] or size + 4
    if not size <= start <= 1 << 20:
        raise Unreadable(f"{name}: voxels that begin at byte {start}")
    second = _SECONDS.get(fields["units"] & 56)
    step = fields["pixdim"][4] * (second or 0)
    slope, intercept = fields["slope"], fields["inter"]
    if not (math.isfinite(slope) and math.isfinite(intercept)) or slope == 0:
        slope, intercept = 1.0, 0.0  # as the format has it: no scale
    if max(abs(slope), abs(intercept)) >= LARGEST:
        raise Unreadable(f"{name}: values scaled by {slope:g} and {intercept:g}")
    return NiftiHeader(
        shape=shape,
        dtype=np.dtype(_TYPES[fields["datatype"]]).newbyteorder("<" if order == "<" else ">"),
        skip=int(start) - size,
        slope=slope,
        intercept=intercept,
        affine=affine,
        step_s=step if step > 0 else None,
        description=plain(fields["descrip"].split(b"\0")[0].decode("latin-1").strip(), 80),
        is_split=sform is not None and qform is not None and _is_apart(sform, qform, shape),
    )


def _shape(name: str, dim: tuple[int, ...]) -> tuple[int, ...]:
    """Three axes, and time where there is more than one of it."""
    rank = dim[0]
    sizes = [*dim[1 : rank + 1]] + [1] * max(3 - rank, 0) if 1 <= rank <= 7 else []
    if len(sizes) < 3 or min(sizes) < 1:
        raise Unreadable(f"{name}: sizes {list(dim)}")
    if any(size > 1 for size in sizes[4:]):
        raise Unreadable(f"{name}: more than space and time in {sizes}")
    return tuple(sizes[:4]) if len(sizes) > 3 and sizes[3] > 1 else tuple(sizes[:3])


def _sform(fields: dict[str, Any]) -> Floats | None:
    if fields["scode"] <= 0:
        return None
    return np.vstack([np.array(fields["srow"], float).reshape(3, 4), [0, 0, 0, 1]])


def _qform(fields: dict[str, Any]) -> Floats | None:
    if fields["qcode"] <= 0:
        return None
    b, c, d = fields["quatern"]
    square = 1 - (b * b + c * c + d * d)
    if square < 1e-7:  # half a turn, rounded to single precision: as nifti1_io.c has it
        b, c, d = np.array([b, c, d]) / math.sqrt(b * b + c * c + d * d)
        square = 0.0
    a = math.sqrt(square)
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sign = -1.0 if fields["pixdim"][0] < 0 else 1.0
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([*fields["pixdim"][1:3], sign * fields["pixdim"][3]])
    affine[:3, 3] = fields["qoffset"]
    return affine


def _is_apart(one: Floats, other: Floats, shape: tuple[int, ...]) -> bool:
    """Whether a corner voxel lies more than half a voxel elsewhere."""
    far = np.array([*(size - 1 for size in shape[:3]), 1.0])
    apart = max(np.abs((one - other) @ far).max(), np.abs(one - other)[:3, 3].max())
    edge = np.linalg.norm(one[:3, :3], axis=0).min()
    return not apart <= 0.5 * edge

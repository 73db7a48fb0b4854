"""NRRD volumes (.nrrd, .nhdr): our own small reader, within bounds.

Source: the format's definition, teem.sourceforge.net/nrrd/format.html (NRRD0001 to NRRD0005).
Read: raw, gzip and ascii encodings, a data file beside the header, space directions and origin.
A data file anywhere but beside its header is refused; so are lists and bzip2.
"""

from __future__ import annotations

import math
import re
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
from hepatica.imaging.reading.placed import check_axes, laid_out
from hepatica.imaging.reading.stream import Stream
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
LONGEST_LINE = 1 << 16
MOST_LINES = 2000
_TYPES = {
    "i1": "signed char|int8|int8_t",
    "u1": "uchar|unsigned char|uint8|uint8_t",
    "i2": "short|short int|signed short|signed short int|int16|int16_t",
    "u2": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
    "i4": "int|signed int|int32|int32_t",
    "u4": "uint|unsigned int|uint32|uint32_t",
    "i8": "longlong|long long|long long int|signed long long|signed long long int|int64|int64_t",
    "u8": "ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t",
    "f4": "float",
    "f8": "double",
}
_SPACES = {
    "left-posterior-superior": (1, 1), "lps": (1, 1),
    "right-anterior-superior": (-1, -1), "ras": (-1, -1),
    "left-anterior-superior": (1, -1), "las": (1, -1),
}  # fmt: skip
_VECTOR = re.compile(r"\(([^()]*)\)|none")


@dataclass(frozen=True, eq=False)
class NrrdHeader:
    """Fields of the header, in lower case, and where the data begin.

    `axes` are the positions of the three axes in space; `other` that of an axis beside them (time,
    or the layers of a segmentation), or None.
    """

    fields: dict[str, str]
    keys: dict[str, str]  # the key := value pairs, as 3D Slicer writes them
    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    affine: Floats
    axes: tuple[int, int, int]
    other: int | None
    data: Path
    start: int


def read_nrrd(path: Path) -> tuple[Volume, tuple[Finding, ...]]:
    """A NRRD volume with its axial slices first; a fourth axis comes first of all.

    Raises      Unreadable where it is damaged, sheared, without place, or promises too much.
    """
    header = read_nrrd_header(path)
    array, grid = laid_out(read_nrrd_voxels(header), header.affine)
    description = plain(header.fields.get("content", ""), 80)
    origin = Origin(
        description=description,
        phase=phase_of(description),
        slice_mm=grid.spacing_mm[0] if grid.shape[0] > 1 else None,
        files=(str(path),),
    )
    if array.ndim == 3:
        return Volume(array, grid, origin), ()
    times = tuple(float(i) for i in range(array.shape[0]))
    told = fault(
        "I026",
        path,
        found="images in time without the seconds of each",
        expected="a volume, or a format that keeps times",
        hint="they are numbered one by one; no rate can be computed from them",
    )
    return Volume(array, grid, origin, times, timed=False), (told,)


def read_nrrd_voxels(header: NrrdHeader) -> npt.NDArray[Any]:
    """Voxels as (i, j, k) of the affine, or (other, i, j, k).

    Raises      Unreadable where they are not there as promised.
    """
    count = math.prod(header.sizes)
    encoding = header.fields["encoding"].lower()
    skip = _skipped(header, count * header.dtype.itemsize)
    if encoding in ("ascii", "text", "txt"):
        flat = _ascii(header, count)
    else:
        with Stream(header.data, skip=skip, packed=encoding in ("gzip", "gz")) as stream:
            after = max(_whole(header.fields.get("byte skip", "0")), 0)
            stream.check(count * header.dtype.itemsize)
            stream.read(after)
            flat = np.frombuffer(stream.read(count * header.dtype.itemsize), header.dtype)
    native = flat.astype(header.dtype.newbyteorder("="), copy=False)
    array = native.reshape(header.sizes, order="F")
    lead = () if header.other is None else (header.other,)
    return np.transpose(array, (*lead, *header.axes))


def _skipped(header: NrrdHeader, count: int) -> int:
    """Byte where the data begin in their file."""
    lines = _whole(header.fields.get("line skip", "0"))
    if lines:
        raise Unreadable(f"{header.data.name}: `line skip` is not read")
    if header.fields.get("byte skip", "0").strip() == "-1":
        return max(header.data.stat().st_size - count, 0)
    return header.start


def _ascii(header: NrrdHeader, count: int) -> npt.NDArray[Any]:
    with Stream(header.data, skip=header.start, packed=False) as stream:
        stream.check(count)  # a digit each, at least
        rest = bytes(stream.read(max(header.data.stat().st_size - header.start, 0)))
    try:
        words = rest.split()
        if len(words) != count:
            raise ValueError(f"{len(words)} numbers")
        return np.array([float(word) for word in words]).astype(header.dtype)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{header.data.name}: not {count} numbers as text") from error


# --- the header --------------------------------------------------------------------------------


def read_nrrd_header(path: Path) -> NrrdHeader:
    """Header of a NRRD file.

    Raises      Unreadable where it is none, or names data that are not beside it.
    """
    fields, keys, start = _lines(path)
    for name in ("type", "dimension", "sizes", "encoding"):
        if name not in fields:
            raise Unreadable(f"{path.name}: no `{name}` in its header")
    if fields["encoding"].lower() not in ("raw", "gzip", "gz", "ascii", "text", "txt"):
        raise Unreadable(f"{path.name}: encoding {plain(fields['encoding'], 20)} is not read")
    data = _data_file(path, fields)
    sizes = tuple(_whole(word) for word in fields["sizes"].split())
    if len(sizes) != _whole(fields["dimension"]) or not 3 <= len(sizes) <= 4 or min(sizes) < 1:
        raise Unreadable(f"{path.name}: sizes {plain(fields['sizes'], 60)}; three axes, or four")
    affine, axes, other = _place(path.name, fields, len(sizes))
    check_axes(path.name, [sizes[a] for a in axes], affine)
    header = NrrdHeader(
        fields=fields,
        keys=keys,
        sizes=sizes,
        dtype=_type(path.name, fields),
        affine=affine,
        axes=axes,
        other=other,
        data=data,
        start=start if data == path else 0,
    )
    packed = fields["encoding"].lower() in ("gzip", "gz")
    if fields["encoding"].lower() in ("raw", "gzip", "gz"):
        with Stream(data, skip=header.start, packed=packed) as stream:
            stream.check(math.prod(sizes) * header.dtype.itemsize)
    return header


def _lines(path: Path) -> tuple[dict[str, str], dict[str, str], int]:
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    start = 0
    with Stream(path, packed=False) as stream:
        for number in range(MOST_LINES):
            line = stream.line(LONGEST_LINE)
            start += len(line)
            if number == 0 and not re.match(rb"NRRD000[1-5]", line):
                raise Unreadable(f"{path.name}: is not NRRD")
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                return fields, keys, start
            if number == 0 or text.startswith("#"):
                continue
            if ":=" in text:
                key, _, value = text.partition(":=")
                keys[key.strip()] = value.strip()
                continue
            key, _, value = text.partition(":")
            name = re.sub(r"\s+", " ", key.strip().lower())
            if fields.setdefault(name, value.strip()) != value.strip():
                raise Unreadable(f"{path.name}: two values of `{plain(name, 20)}` in its header")
    raise Unreadable(f"{path.name}: a header of more than {MOST_LINES} lines")


def _data_file(path: Path, fields: dict[str, str]) -> Path:
    """The file of the data: this one, or one beside it of a plain name."""
    name = fields.get("data file", fields.get("datafile", ""))
    if not name:
        return path
    beside = path.parent / name
    if name != Path(name).name or name.startswith(("LIST", "..")) or "\\" in name or "%" in name:
        raise Unreadable(
            f"{path.name}: its data file is named {plain(name, 60)!r}; expected a file beside it"
        )
    if not beside.is_file() or beside.resolve().parent != path.parent.resolve():
        raise Unreadable(f"{path.name}: no data file {plain(name, 60)!r} beside it")
    return beside


def _type(name: str, fields: dict[str, str]) -> np.dtype[Any]:
    given = re.sub(r"\s+", " ", fields["type"].lower())
    for code, names in _TYPES.items():
        if given in names.split("|"):
            order = fields.get("endian", "little").lower()
            return np.dtype(code).newbyteorder(">" if order == "big" else "<")
    raise Unreadable(f"{name}: type {plain(given, 30)} is not read")


def _place(
    name: str, fields: dict[str, str], rank: int
) -> tuple[Floats, tuple[int, int, int], int | None]:
    """Affine (LPS mm), the axes that are space, and the one that is not."""
    signs = _SPACES.get(fields.get("space", "").lower())
    vectors = [_numbers(m[1]) for m in _VECTOR.finditer(fields.get("space directions", ""))]
    space = [i for i, one in enumerate(vectors) if one is not None and len(one) == 3]
    origin = _numbers(fields.get("space origin", "").strip("() ") or "0,0,0")
    if signs is None or len(vectors) != rank or len(space) != 3 or origin is None:
        raise Unreadable(f"{name}: no directions in the space of a patient (LPS or RAS)")
    if len(origin) != 3:
        raise Unreadable(f"{name}: an origin of {len(origin)} numbers")
    flip = np.array([*signs, 1], float)
    affine = np.eye(4)
    affine[:3, :3] = np.array([vectors[i] for i in space], float).T * flip[:, np.newaxis]
    affine[:3, 3] = np.array(origin, float) * flip
    other = next((i for i in range(rank) if i not in space), None)
    return affine, (space[0], space[1], space[2]), other


def _numbers(given: str | None) -> list[float] | None:
    if given is None:
        return None
    try:
        return [float(word) for word in given.split(",")]
    except ValueError:
        return None


def _whole(given: str) -> int:
    try:
        return int(given.strip())
    except ValueError:
        return -2

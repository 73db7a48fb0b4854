"""Pictures that the report draws: small files of pixels, outlines, lines and vessels.

A picture is data, never an image with writing in it: numbers become text in the report only. A
file is JSON, pixels in it are zlib-compressed bytes in base64, and reading one is bounded.
Imports nothing heavy, so that a report needs no imaging extra.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import Unreadable

LARGEST_FILE = 8_000_000
LARGEST_PIXELS = 1024 * 1024
KINDS = ("outline", "map", "vessels", "curve")


@dataclass(frozen=True, eq=False)
class Shape:
    """An outline or a line: its label, its role (outline, viable, axis, section) and (n, 2) points.

    Points are (row, column) of the picture's pixels; a closed outline repeats its first point.
    """

    label: str
    role: str
    points: npt.NDArray[np.float64]
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Vessel:
    """A centreline with diameters: (n, 4) of x, y, z, diameter in mm; one branch of a network."""

    label: str
    points: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of one examination.

    `pixels` (rows, columns) uint8 under the window `window` (centre, width) in `unit`; `overlay`
    (rows, columns) float32 with nan where nothing is, its quantity in `overlay_test` and
    `overlay_unit`; `curves` are named (n, 2) arrays of time and value. Whatever a kind does not
    need is empty.
    """

    subject: str
    day: date
    kind: str
    region: str
    series: str = ""
    phase: str = ""
    spacing_mm: tuple[float, float] = (1.0, 1.0)
    pixels: npt.NDArray[np.uint8] | None = None
    window: tuple[float, float] | None = None
    unit: str = ""
    shapes: tuple[Shape, ...] = ()
    overlay: npt.NDArray[np.float32] | None = None
    overlay_test: str = ""
    overlay_unit: str = ""
    vessels: tuple[Vessel, ...] = ()
    curves: Mapping[str, npt.NDArray[np.float64]] | None = None
    synthetic: bool = False

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind

    @property
    def name(self) -> str:
        """Name of its file: subject, day, kind and region in plain characters."""
        words = (self.subject, self.day.isoformat(), self.kind, self.region)
        return "_".join("".join(c if c.isalnum() else "-" for c in w) for w in words) + ".json"


def picture_text(picture: Picture) -> str:
    """JSON text of a picture, the same for the same picture."""
    document: dict[str, Any] = {
        "subject": picture.subject,
        "date": picture.day.isoformat(),
        "kind": picture.kind,
        "region": picture.region,
        "series": picture.series,
        "phase": picture.phase,
        "spacing_mm": list(picture.spacing_mm),
        "window": picture.window and list(picture.window),
        "unit": picture.unit,
        "synthetic": picture.synthetic,
        "pixels": _packed(picture.pixels, "uint8"),
        "overlay": _packed(picture.overlay, "float32"),
        "overlay_test": picture.overlay_test,
        "overlay_unit": picture.overlay_unit,
        "shapes": [
            {"label": s.label, "role": s.role, "value": s.value, "unit": s.unit,
             "points": np.round(s.points, 3).tolist()}
            for s in picture.shapes
        ],
        "vessels": [
            {"label": v.label, "points": np.round(v.points, 3).tolist()} for v in picture.vessels
        ],
        "curves": {k: np.round(v, 6).tolist() for k, v in (picture.curves or {}).items()},
    }  # fmt: skip
    return json.dumps(document, sort_keys=True) + "\n"


def read_picture(path: Path) -> Picture:
    """A picture file, read within bounds.

    Raises      Unreadable where it is too large or not a picture.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(
            f"{path}: larger than {LARGEST_FILE} bytes; expected a picture of a report"
        )
    try:
        given = json.loads(path.read_bytes())
        return Picture(
            subject=str(given["subject"]),
            day=date.fromisoformat(given["date"]),
            kind=str(given["kind"]),
            region=str(given["region"]),
            series=str(given["series"]),
            phase=str(given["phase"]),
            spacing_mm=_pair(given["spacing_mm"]),
            pixels=_unpacked(given["pixels"], np.dtype("uint8")),
            window=given["window"] and _pair(given["window"]),
            unit=str(given["unit"]),
            shapes=tuple(_shape(one) for one in given["shapes"]),
            overlay=_unpacked(given["overlay"], np.dtype("float32")),
            overlay_test=str(given["overlay_test"]),
            overlay_unit=str(given["overlay_unit"]),
            vessels=tuple(
                Vessel(str(v["label"]), _points(v["points"], 4)) for v in given["vessels"]
            ),
            curves={str(k): _points(v, 2) for k, v in given["curves"].items()},
            synthetic=bool(given["synthetic"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, zlib.error) as error:
        raise Unreadable(f"{path}: is no picture of a report ({type(error).__name__})") from error


def _shape(given: dict[str, Any]) -> Shape:
    value = given["value"]
    number = None if value is None else float(value)
    points = _points(given["points"], 2)
    return Shape(str(given["label"]), str(given["role"]), points, number, str(given["unit"]))


def _pair(given: Any) -> tuple[float, float]:
    first, second = given
    return float(first), float(second)


def _points(given: Any, width: int) -> npt.NDArray[np.float64]:
    points = np.asarray(given, float).reshape(-1, width)
    if not np.isfinite(points).all():
        raise ValueError("a point that is no number")
    return points


def _packed(array: npt.NDArray[Any] | None, dtype: str) -> dict[str, Any] | None:
    if array is None:
        return None
    plain = np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<"))
    data = base64.b64encode(zlib.compress(plain.tobytes(), 9)).decode("ascii")
    return {"shape": list(plain.shape), "data": data}


def _unpacked(given: dict[str, Any] | None, dtype: np.dtype[Any]) -> Any:
    if given is None:
        return None
    rows, columns = (int(size) for size in given["shape"])
    if min(rows, columns) < 1 or rows * columns > LARGEST_PIXELS:
        raise ValueError("more pixels than a picture holds")
    size = rows * columns * dtype.itemsize
    data = zlib.decompressobj().decompress(base64.b64decode(given["data"]), size + 1)
    if len(data) != size:
        raise ValueError("another number of pixels than stated")
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype).reshape(rows, columns)

"""Pictures of a lesion: the slice of its longest diameter, outlines, and the lines measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hepatica.core.errors import MissingExtra
from hepatica.imaging.lesion.alignment import grey_on
from hepatica.imaging.lesion.phase import LesionImages
from hepatica.imaging.mask import Mask
from hepatica.imaging.picture import Picture, Shape
from hepatica.imaging.volume import Floats, Grid, Volume

if TYPE_CHECKING:
    from hepatica.imaging.lesion.assessment import Lesion

MARGIN_MM = 20.0
CT_WINDOW = (60.0, 350.0)  # centre, width in HU
Box = tuple[slice, slice, slice]


def lesion_pictures(images: LesionImages, grid: Grid, lesion: Lesion) -> list[Picture]:
    """The slice of the longest diameter, and that of the viable one where it is another.

    None where no image is given, or its day is not known: a picture belongs to a day.
    """
    shown = images.shown
    if shown is None or shown.origin.day is None or shown.array.ndim != 3:
        return []
    frame = shown.origin.frame_of_reference
    if not shown.grid.same_as(grid) and not frame:
        return []
    slices = {lesion.diameters.slice: lesion.segment.label}
    if lesion.line is not None:
        slices.setdefault(lesion.line.slice, f"{lesion.segment.label} viable")
    return [_picture(shown, grid, lesion, index, region) for index, region in slices.items()]


def _picture(shown: Volume, grid: Grid, lesion: Lesion, index: int, region: str) -> Picture:
    box = _box(lesion, grid, index)
    grey = grey_on(shown, grid, box)[0]
    window = _window(grey, shown.origin.modality)
    low = window[0] - window[1] / 2
    share = np.clip((np.nan_to_num(grey, nan=low) - low) / window[1], 0.0, 1.0)
    assert shown.origin.day is not None
    return Picture(
        subject=shown.origin.subject,
        day=shown.origin.day,
        kind="outline",
        region=region,
        series=shown.origin.series,
        phase=shown.origin.phase,
        spacing_mm=(grid.spacing_mm[1], grid.spacing_mm[2]),
        pixels=np.floor(255.0 * share + 0.5).astype(np.uint8),
        window=window,
        unit="HU" if shown.origin.modality == "CT" else "",
        shapes=(*_outlines(lesion, index, box), *_lines(lesion, grid, index, box)),
    )


def _box(lesion: Lesion, grid: Grid, index: int) -> Box:
    """The tumour's rows and columns with a margin, in one slice."""
    _, rows, columns = lesion.segment.slices
    cuts = []
    for cut, edge, size in zip((rows, columns), grid.spacing_mm[1:], grid.shape[1:], strict=True):
        margin = round(MARGIN_MM / edge)
        cuts.append(slice(max(0, cut.start - margin), min(size, cut.stop + margin)))
    return slice(index, index + 1), cuts[0], cuts[1]


def _window(grey: Floats, modality: str) -> tuple[float, float]:
    """The window of CT, or for everything else the range of 98 % of the pixels shown."""
    if modality == "CT" or not np.isfinite(grey).any():
        return CT_WINDOW
    low, high = (float(v) for v in np.nanquantile(grey, (0.01, 0.99)))
    return (low + high) / 2, max(high - low, 1e-6)


def _outlines(lesion: Lesion, index: int, box: Box) -> list[Shape]:
    k = index - lesion.segment.start[0]
    shapes = _contours(lesion.segment.box[k], lesion, box, "outline")
    if lesion.viability is not None:
        shapes += _contours(lesion.viability.viable[k], lesion, box, "viable")
    return shapes


def _contours(image: Mask, lesion: Lesion, box: Box, role: str) -> list[Shape]:
    """Outlines halfway between marked and other pixels (marching squares)."""
    try:
        from skimage.measure import find_contours  # noqa: PLC0415 - the extra
    except ModuleNotFoundError as error:
        raise MissingExtra("a picture of a lesion needs hepatica[imaging]") from error
    offset = np.array(lesion.segment.start[1:]) - (box[1].start, box[2].start) - 1
    lines = find_contours(np.pad(image, 1).astype(float), 0.5)
    return [Shape(lesion.segment.label, role, np.asarray(line, float) + offset) for line in lines]


def _lines(lesion: Lesion, grid: Grid, index: int, box: Box) -> list[Shape]:
    whole, line = lesion.diameters, lesion.line
    drawn = []
    if whole.slice == index:
        drawn.append(("longest", whole.longest_mm, whole.endpoints_mm))
        drawn.append(("short axis", whole.short_mm, whole.short_endpoints_mm))
    if line is not None and line.slice == index:
        drawn.append(("viable", line.longest_mm, line.endpoints_mm))
        ends = line.perpendicular_endpoints_mm
        drawn.append(("viable perpendicular", line.perpendicular_mm, ends))
    corner = (box[1].start, box[2].start)
    return [
        Shape(label, "axis", grid.indices(ends)[:, 1:] - corner, value, "mm")
        for label, value, ends in drawn
    ]

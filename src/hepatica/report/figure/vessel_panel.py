"""Pictures of one patient before and after: vessels, outlines or maps, at one scale side by side.

Vessels are seen from the front (patient's left on the right, head up), each centreline a tube as
wide as it was measured, nearer ones over farther ones. Numbers are written here and nowhere else:
a picture holds none as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from hepatica.imaging.picture import Picture, Shape
from hepatica.report import number
from hepatica.report.figure.drawing import (
    STYLE,
    Columns,
    Drawing,
    Legend,
    panel,
    render_drawing,
    sheet,
)
from hepatica.report.figure.palette import BLACK, INK, ORANGE, SKY, VERMILLION, YELLOW

SIDE_IN = 2.85
_MARGIN_MM = 8.0
_AROUND_MM = 25.0
_COLOURS = "viridis"
_RUN = 8
_MOST_POINTS = 3000
# Quantities of angiograms, whose pixels are no mm.
_PROJECTED = "DSA"
SYNTHETIC = "Synthetic images: made by a phantom generator, not from a patient"
# Role of a shape -> colour, line style and width.
_ROLES: dict[str, tuple[str, Any, float]] = {
    "outline": (YELLOW, "-", 1.3),
    "viable": (SKY, (0, (4, 1.4)), 1.3),
    "axis": (VERMILLION, "-", 1.1),
    "section": (ORANGE, (0, (1.5, 1.2)), 1.0),
}
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """The pictures of one kind and region: head of the panel and picture, in order of time."""

    heads: tuple[str, ...]
    pictures: tuple[Picture, ...]
    colour_text: str = ""


def render_pair(pair: Pair, legend: Legend) -> Drawing:
    """Two panels (or one) of the pair's kind, at the same scale, with one colour bar."""
    with matplotlib.rc_context(STYLE):
        figure = sheet(SIDE_IN + 0.85)
        kind = pair.pictures[0].kind
        if kind == "vessels":
            _draw_vessels(figure, pair)
        else:
            _draw_slices(figure, pair, overlaid=kind == "map")
        if any(p.synthetic for p in pair.pictures):
            figure.text(0.01, 0.012, SYNTHETIC, fontsize=7, color=VERMILLION, ha="left")
        return render_drawing(figure, legend, pair_data(pair))


def pair_data(pair: Pair) -> Columns:
    """The figure's data: one row a branch, a shape or a map."""
    rows: list[tuple[str, str, str, float | None, str]] = []
    for picture in pair.pictures:
        day = picture.day.isoformat()
        for vessel in picture.vessels:
            mean = float(vessel.points[:, 3].mean()) if len(vessel.points) else None
            rows.append((day, vessel.label, "mean diameter", mean, "mm"))
        rows += [(day, s.label, s.role, s.value, s.unit) for s in picture.shapes]
        if picture.overlay is not None and np.isfinite(picture.overlay).any():
            middle = float(np.nanmedian(picture.overlay))
            rows.append((day, picture.overlay_test, "median", middle, picture.overlay_unit))
    names = ("date", "label", "what", "value", "unit")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _places(figure: Any, count: int) -> list[Any]:
    """Square axes side by side, without ticks."""
    height = figure.get_size_inches()[1]
    places = []
    for index in range(count):
        left = 0.15 + index * (SIDE_IN + 0.2)
        axes = panel(figure, left, 0.35, 7.0 - left - SIDE_IN, height - SIDE_IN - 0.35)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        places.append(axes)
    return places


def _draw_vessels(figure: Any, pair: Pair) -> None:
    everything = [v.points for p in pair.pictures for v in p.vessels if len(v.points)]
    if not everything:
        return
    points = np.vstack(everything)
    half = 0.5 * max(np.ptp(points[:, 0]), np.ptp(points[:, 2])) + _MARGIN_MM
    norm = Normalize(float(points[:, 3].min()), max(float(points[:, 3].max()), 0.1))
    points_per_mm = SIDE_IN * 72 / (2 * half)
    for axes, head, picture in zip(_places(figure, len(pair.pictures)), *_both(pair), strict=True):
        own = _thinned([v.points for v in picture.vessels if len(v.points)])
        middle = np.vstack(own).mean(axis=0) if own else points.mean(axis=0)
        axes.set_facecolor("#f4f4f4")
        axes.set_xlim(middle[0] - half, middle[0] + half)
        axes.set_ylim(middle[2] - half, middle[2] + half)
        axes.set_title(head, loc="left", fontsize=8)
        if own:
            _draw_tubes(axes, own, norm, points_per_mm)
        _draw_scale(axes, half, INK)
    _draw_bar(figure, len(pair.pictures), norm, "Diameter (mm)")


def _draw_tubes(
    axes: Any, lines: Sequence[npt.NDArray[np.float64]], norm: Normalize, points_per_mm: float
) -> None:
    """Runs of every centreline, the farthest first; y grows towards the patient's back.

    A run is a dark rim and over it its pieces, so that crossings can be told apart.
    """
    runs = [run for line in lines for run in _runs(line)]
    runs.sort(key=lambda run: -float(run[:, 1].mean()))
    strokes: list[npt.NDArray[np.float64]] = []
    shades: list[Any] = []
    thick: list[float] = []
    for run in runs:
        inner = matplotlib.colormaps[_COLOURS](norm(run[:, 3]))
        widths = np.maximum(run[:, 3] * points_per_mm, 0.4)
        strokes.append(run[:, (0, 2)])
        shades.append((*(0.35 * inner[:, :3].mean(axis=0)), 1.0))
        thick.append(float(widths.mean()) + 0.8)
        for i in range(len(run) - 1):
            # Three points: a piece covers the joint with the next one.
            strokes.append(run[i : i + 3, (0, 2)])
            shades.append(tuple(inner[i]))
            thick.append(float(widths[i]))
    axes.add_collection(
        LineCollection(
            strokes, colors=shades, linewidths=thick, capstyle="butt", joinstyle="round", zorder=2
        )
    )


def _thinned(lines: list[npt.NDArray[np.float64]]) -> list[npt.NDArray[np.float64]]:
    """The centrelines with at most about `_MOST_POINTS` points in all; first and last are kept."""
    step = -(-sum(map(len, lines)) // _MOST_POINTS)
    if step < 2:
        return lines
    return [line[np.unique([*range(0, len(line), step), len(line) - 1])] for line in lines]


def _runs(line: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """A centreline in runs of `_RUN` pieces and one more, so that neighbours overlap."""
    return [line[i : i + _RUN + 2] for i in range(0, len(line) - 1, _RUN)]


def _draw_slices(figure: Any, pair: Pair, *, overlaid: bool) -> None:
    norm = _overlay_norm(pair) if overlaid else None
    half = max(0.5 * max(box[1] - box[0], box[3] - box[2]) for box in map(_box, pair.pictures))
    for axes, head, picture in zip(_places(figure, len(pair.pictures)), *_both(pair), strict=True):
        rows_mm, columns_mm = picture.spacing_mm
        if picture.pixels is not None:
            axes.imshow(picture.pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest",
                        extent=_extent(picture.pixels.shape, picture.spacing_mm))  # fmt: skip
        if picture.overlay is not None and norm is not None:
            extent = _extent(picture.overlay.shape, picture.spacing_mm)
            axes.imshow(picture.overlay, cmap=_COLOURS, norm=norm, interpolation="nearest",
                        extent=extent, alpha=0.85)  # fmt: skip
        for shape in picture.shapes:
            _draw_shape(axes, shape, rows_mm, columns_mm)
        top, bottom, left, right = _box(picture)
        middle = (left + right) / 2, (top + bottom) / 2
        axes.set_xlim(middle[0] - half, middle[0] + half)
        axes.set_ylim(middle[1] + half, middle[1] - half)
        axes.set_facecolor("black")
        axes.set_title(head, loc="left", fontsize=8)
        if not picture.overlay_test.startswith(_PROJECTED):
            _draw_scale(axes, half, "white")
    if norm is not None:
        _draw_bar(figure, len(pair.pictures), norm, pair.colour_text)
    else:
        _draw_roles(figure, pair)


def _draw_shape(axes: Any, shape: Shape, rows_mm: float, columns_mm: float) -> None:
    if not len(shape.points):
        return
    colour, line, width = _ROLES.get(shape.role, _ROLES["outline"])
    x, y = shape.points[:, 1] * columns_mm, shape.points[:, 0] * rows_mm
    axes.plot(x, y, color=BLACK, linewidth=width + 1.2, alpha=0.6)
    axes.plot(x, y, color=colour, linestyle=line, linewidth=width)
    if shape.value is None:
        return
    unit = "" if shape.unit in ("", "1") else f" {shape.unit}"
    end = int(np.argmax(x))
    axes.annotate(
        f"{number.number(shape.value)}{unit}", (x[end], y[end]), xytext=(4, 0),
        textcoords="offset points", color=BLACK, fontsize=7.5, va="center", annotation_clip=True,
        bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"},
    )  # fmt: skip


def _draw_roles(figure: Any, pair: Pair) -> None:
    """What the colours of lines mean, beside the panels."""
    names = {
        "outline": "Outline",
        "viable": "Viable part",
        "axis": "Diameter",
        "section": "Section",
    }
    present = [r for r in _ROLES if any(s.role == r for p in pair.pictures for s in p.shapes)]
    if not present:
        return
    handles = [
        Line2D([], [], color=_ROLES[r][0], linestyle=_ROLES[r][1],
                                linewidth=1.6, label=names[r]) for r in present
    ]  # fmt: skip
    shown = figure.legend(
        handles=handles, loc="center left", bbox_to_anchor=(_beside(len(pair.pictures)), 0.5),
        fontsize=6.5, handlelength=1.4, borderpad=0.4, facecolor="#555555", edgecolor="none",
        framealpha=1, labelcolor="white", handletextpad=0.4,
    )  # fmt: skip
    shown.set_in_layout(False)


def _draw_bar(figure: Any, count: int, norm: Normalize, text: str) -> None:
    height = figure.get_size_inches()[1]
    left = 0.15 + count * (SIDE_IN + 0.2)
    axes = panel(figure, left, 0.75, 7.0 - left - 0.12, height - SIDE_IN + 0.05)
    bar = figure.colorbar(ScalarMappable(norm, _COLOURS), cax=axes)
    bar.set_label(text, fontsize=7.5)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_linewidth(0.5)


def _draw_scale(axes: Any, half: float, colour: str) -> None:
    """A scale bar of 5, 10, 20 or 50 mm, about a quarter of the panel."""
    length = max((mm for mm in (2, 5, 10, 20, 50, 100) if mm <= 0.7 * half), default=1)
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x, y = left + 0.05 * (right - left), bottom + 0.05 * (top - bottom)
    axes.plot([x, x + length], [y, y], color=colour, linewidth=2, solid_capstyle="butt", zorder=5)
    axes.text(x + length / 2, y + 0.015 * (top - bottom), f"{length} mm", ha="center", va="bottom",
              fontsize=7, color=colour, zorder=5)  # fmt: skip


def _both(pair: Pair) -> tuple[tuple[str, ...], tuple[Picture, ...]]:
    return pair.heads, pair.pictures


def _beside(count: int) -> float:
    return (0.15 + count * (SIDE_IN + 0.2) - 0.12) / 7.0


def _extent(shape: tuple[int, ...], spacing_mm: tuple[float, float]) -> Box:
    rows, columns = shape
    rows_mm, columns_mm = spacing_mm
    return (
        -0.5 * columns_mm, (columns - 0.5) * columns_mm, (rows - 0.5) * rows_mm, -0.5 * rows_mm
    )  # fmt: skip


def _overlay_norm(pair: Pair) -> Normalize:
    """One colour scale for both maps: up to the 98th percentile of all their pixels."""
    known = [p.overlay[np.isfinite(p.overlay)] for p in pair.pictures if p.overlay is not None]
    values = np.concatenate(known) if known else np.zeros(1)
    if not len(values):
        values = np.zeros(1)
    low = min(0.0, float(np.percentile(values, 2)))
    return Normalize(low, max(float(np.percentile(values, 98)), low + 1e-9))


def _box(picture: Picture) -> Box:
    """Top, bottom, left and right in mm of what matters in a picture, with room around it."""
    rows_mm, columns_mm = picture.spacing_mm
    found = [s.points * (rows_mm, columns_mm) for s in picture.shapes if len(s.points)]
    if picture.overlay is not None and np.isfinite(picture.overlay).any():
        at = np.argwhere(np.isfinite(picture.overlay)).astype(float)
        found.append(at * (rows_mm, columns_mm))
    if not found:
        shape = picture.pixels.shape if picture.pixels is not None else (1, 1)
        return 0.0, shape[0] * rows_mm, 0.0, shape[1] * columns_mm
    points = np.vstack(found)
    low, high = points.min(axis=0) - _AROUND_MM, points.max(axis=0) + _AROUND_MM
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])

"""A finished figure in every form it is shipped in, and how one is rendered.

Sizes are inches; a figure is as wide as a journal's double column. Text stays text in the SVG, so
it can be searched and read aloud. The same rows give the same bytes: fixed identifiers, no date,
no software version.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hepatica.report.figure.glyph import change_words, show_signs
from hepatica.report.legible import legible_lines

WIDTH_IN = 7.0
PNG_DPI = 200

# A figure's data: equally long columns by name. Plain, so that one figure needs no Arrow.
Columns = Mapping[str, Sequence[Any]]
Form = Literal["svg", "png"]
FORMS: tuple[Form, ...] = ("svg", "png")

STYLE: dict[str, Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "hatch.linewidth": 0.7,
    "svg.fonttype": "none",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "path.simplify": False,
}

# DejaVu Sans is the widest of these, so text laid out with it never overlaps in the others.
_FONT_STACK = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
_ID = re.compile(r'\bid="([^"]*)"')
_REFERENCE = re.compile(r'(url\(#|href="#)([^)"]*)')
_FONT = re.compile(r"(font:[^;\"]*?)'DejaVu Sans'(?:, sans-serif)?")
_PROLOGUE = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_GLOBAL = re.compile(r" *<style type=\"text/css\">\*\{([^}]*)\}</style>\n")
_PLACE = re.compile(r'\b(?:d|x|y)="[^"]*"')
_FINE = re.compile(r"(\.\d\d)\d+")
_LISTED = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a figure with the subjects behind it; `text` says in words what it shows.

    `gid` is the identifier given to the matplotlib artist; it never holds a subject's id. `rows`
    are the rows of results.csv that a printed number shows.
    """

    gid: str
    text: str
    subjects: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """What every figure says of itself beside its data."""

    name: str
    title: str
    caption: str
    alt: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as SVG text and PNG bytes, with its data, alternative text and caption."""

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    png: bytes
    data: Columns
    marks: tuple[Mark, ...] = field(default=())


def sheet(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """An empty figure on white, to be drawn on inside `matplotlib.rc_context(STYLE)`."""
    return Figure(figsize=(width_in, height_in), facecolor="white")


def panel(figure: Figure, left: float, bottom: float, right: float, top: float) -> Any:
    """Axes placed by their margins in inches from the four edges of the figure."""
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    return figure.add_axes(box)


def note(figure: Figure, text: str) -> None:
    """Print the study's label, if any, at the foot of the figure."""
    if text:
        figure.text(0.995, 0.008, text, ha="right", va="bottom", fontsize=6.5, color="#555555")


def render_drawing(
    figure: Figure,
    legend: Legend,
    data: Columns,
    marks: Sequence[Mark] = (),
    forms: tuple[Form, ...] = FORMS,
) -> Drawing:
    """Render a figure to SVG and PNG; call it inside `matplotlib.rc_context(STYLE)`."""
    note(figure, legend.label)
    change_words(figure, legible_lines)
    return Drawing(
        name=legend.name,
        title=legend.title,
        caption=legend.caption,
        alt=legend.alt,
        svg=render_svg(figure, legend, marks) if "svg" in forms else "",
        png=render_png(figure) if "png" in forms else b"",
        data=data,
        marks=tuple(marks),
    )


def render_svg(figure: Figure, legend: Legend, marks: Sequence[Mark] = ()) -> str:
    """SVG text with title, description and, for each mark, its words and its place in `marks`."""
    # The text stays text, so a sign that the font here has not is no fault of the SVG.
    with (
        matplotlib.rc_context({"svg.hashsalt": f"hepatica-{legend.name}"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        buffer = io.StringIO()
        none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(buffer, metadata=none)
    text = _PROLOGUE.sub("", buffer.getvalue(), count=1)
    # The rule for every element would reach the whole page that the figure stands in.
    text = _GLOBAL.sub("", text, count=1)
    # A hundredth of a point is far below what any screen or printer shows.
    text = _PLACE.sub(lambda m: _FINE.sub(r"\1", m.group()), text)
    text = _FONT.sub(lambda m: m.group(1) + _FONT_STACK, text)
    text = _described(_prefixed(text, legend.name), legend)
    for index, mark in enumerate(marks):
        text = _marked(text, f"{legend.name}-{mark.gid}", mark, index)
    return legible_lines(text)


def render_png(figure: Figure) -> bytes:
    """PNG bytes at `PNG_DPI` with no software or date in them; texts may change their font."""
    show_signs(figure)
    buffer = io.BytesIO()
    figure.set_dpi(PNG_DPI)
    FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def _prefixed(text: str, name: str) -> str:
    # Several figures stand in one document, so every identifier carries the figure's name;
    # identifiers that nothing refers to and that are no marks are dropped.
    used = {m.group(2) for m in _REFERENCE.finditer(text)}

    def kept(match: re.Match[str]) -> str:
        gid = match.group(1)
        return f'id="{name}-{gid}"' if gid in used or gid.startswith("mark-") else ""

    text = _ID.sub(kept, text)
    return _REFERENCE.sub(lambda m: f"{m.group(1)}{name}-{m.group(2)}", text)


def _described(text: str, legend: Legend) -> str:
    key = legend.name
    opening = (
        f'<svg role="group" aria-labelledby="{key}-title {key}-desc"'
        ' style="stroke-linejoin:round;stroke-linecap:butt" '
    )
    start = text.replace("<svg ", opening, 1)
    end = start.index(">") + 1
    words = (
        f'\n <title id="{key}-title">{escape(legend.title)}</title>'
        f'\n <desc id="{key}-desc">{escape(legend.alt)}</desc>'
    )
    return start[:end] + words + start[end:]


def _marked(text: str, gid: str, mark: Mark, index: int) -> str:
    listed = "; ".join(mark.subjects[:_LISTED])
    old = f'<g id="{gid}">'
    rows = f' data-r="{",".join(map(str, mark.rows))}"' if mark.rows else ""
    new = (
        f'<g id="{gid}" class="mark"{rows} data-mark="{index}" data-count="{len(mark.subjects)}"'
        f' data-subjects="{escape(listed)}"><title>{escape(mark.text)}</title>'
    )
    return text.replace(old, new, 1)

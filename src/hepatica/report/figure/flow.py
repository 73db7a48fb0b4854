"""Flow figure after CONSORT: boxes from top to bottom, who left beside them, ends below.

The flow diagram is that of single-arm and randomised reports alike (CONSORT; STROBE item 13c): a
count for every stage, and the reasons of those who left before it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib

from hepatica.report.figure.drawing import (
    STYLE,
    WIDTH_IN,
    Columns,
    Drawing,
    Legend,
    Mark,
    render_drawing,
    sheet,
)
from hepatica.report.figure.palette import INK, QUIET
from hepatica.report.section.disposition import Box, Flow
from hepatica.report.table import Cell

# Subjects behind a printed count.
Behind = Callable[[Cell], tuple[str, ...]]

_LEFT_IN, _STREAM_IN, _SIDE_IN = 0.15, 2.7, 3.4
_SIDE_X = WIDTH_IN - _SIDE_IN - 0.1
_LINE_IN, _PAD_IN, _GAP_IN = 0.145, 0.11, 0.3
_STREAM_LETTERS, _SIDE_LETTERS, _END_LETTERS = 34, 46, 20
_ENDS_A_ROW = 4
_FOOT_IN = 0.3


class _Pen:
    """Draws boxes downwards on a sheet whose unit is an inch, and gathers the marks."""

    def __init__(self, axes: Any, behind: Behind) -> None:
        self.axes, self.behind, self.marks = axes, behind, list[Mark]()

    def box(self, x: float, y: float, width: float, height: float, *, dashed: bool) -> None:
        style = "dashed" if dashed else "solid"
        patch = matplotlib.patches.Rectangle(
            (x, y), width, height, fill=False, linewidth=0.8, linestyle=style,
            edgecolor=QUIET if dashed else INK,
        )  # fmt: skip
        self.axes.add_patch(patch)

    def text(self, x: float, y: float, words: str, count: Cell | None, align: str) -> None:
        drawn = self.axes.text(
            x, y, words, ha=align, va="center", fontsize=8, color=INK, linespacing=1.25
        )
        if count is not None:
            gid = f"mark-flow-{len(self.marks)}"
            drawn.set_gid(gid)
            said = " ".join(words.split())
            self.marks.append(Mark(gid, said, self.behind(count), count.rows))

    def arrow(self, x: float, start: float, end: float) -> None:
        self.axes.annotate(
            "", (x, end), (x, start),
            arrowprops={"arrowstyle": "-|>", "linewidth": 0.8, "color": INK,
                        "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8},
        )  # fmt: skip

    def line(self, x: float, to: float, y: float) -> None:
        self.axes.plot([x, to], [y, y], color=INK, linewidth=0.8)


def render_flow(flow: Flow, legend: Legend, behind: Behind) -> Drawing:
    """The flow as a figure.

    Parameters
    ----------
    behind : gives the subjects that a printed count counts
    """
    with matplotlib.rc_context(STYLE):
        height = _height(flow)
        figure = sheet(height)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH_IN)
        axes.set_ylim(height, 0)
        axes.axis("off")
        pen = _Pen(axes, behind)
        y = _draw_stream(pen, flow.stream)
        _draw_ends(pen, flow, y)
        return render_drawing(figure, legend, flow_data(flow), pen.marks)


def flow_data(flow: Flow) -> Columns:
    """The figure's data, one row a count."""
    rows: list[tuple[str, str, str]] = []
    for box in flow.stream:
        rows += [("left", text, cell.text) for text, cell in box.left]
        rows.append(("stage", box.text, box.count.text))
    rows += [("end", b.text, b.count.text) for b in flow.ends]
    rows += [("other", b.text, b.count.text) for b in flow.others]
    return {
        "kind": [r[0] for r in rows],
        "text": [r[1] for r in rows],
        "n": [r[2] for r in rows],
    }


def _words(box: Box, letters: int) -> str:
    return "\n".join([*textwrap.wrap(box.text, letters), f"n = {box.count.text}"])


def _tall(words: str) -> float:
    return _LINE_IN * (words.count("\n") + 1) + 2 * _PAD_IN


def _side_lines(box: Box) -> list[tuple[str, Cell]]:
    found = []
    for text, cell in box.left:
        words = textwrap.wrap(f"{text}: {cell.text}", _SIDE_LETTERS, subsequent_indent="  ")
        found.append(("\n".join(words), cell))
    return found


def _side_tall(box: Box) -> float:
    lines = _side_lines(box)
    return sum(_LINE_IN * (t.count("\n") + 1) for t, _ in lines) + 2 * _PAD_IN if lines else 0.0


def _before(box: Box, first: bool) -> float:
    """Room above a box: for the arrow, and for those who left beside it."""
    if first:
        return 0.1 if not box.left else 0.2 + _side_tall(box)
    return max(_GAP_IN, _side_tall(box) + 0.2)


def _end_rows(flow: Flow) -> list[list[tuple[Box, bool]]]:
    boxes = [(b, False) for b in flow.ends] + [(b, True) for b in flow.others]
    return [boxes[i : i + _ENDS_A_ROW] for i in range(0, len(boxes), _ENDS_A_ROW)]


def _height(flow: Flow) -> float:
    tall = sum(
        _before(b, i == 0) + _tall(_words(b, _STREAM_LETTERS)) for i, b in enumerate(flow.stream)
    )
    rows = _end_rows(flow)
    tall += sum(max(_tall(_words(b, _END_LETTERS)) for b, _ in row) + 0.12 for row in rows)
    return tall + (0.5 if rows else 0.0) + _FOOT_IN


def _draw_stream(pen: _Pen, stream: Sequence[Box]) -> float:
    y, middle = 0.0, _LEFT_IN + _STREAM_IN / 2
    for i, box in enumerate(stream):
        room = _before(box, i == 0)
        words = _words(box, _STREAM_LETTERS)
        if i:
            pen.arrow(middle, y, y + room)
        if box.left:
            _draw_side(pen, box, y + (room - _side_tall(box)) / 2, middle)
        y += room
        tall = _tall(words)
        pen.box(_LEFT_IN, y, _STREAM_IN, tall, dashed=False)
        pen.text(middle, y + tall / 2, words, box.count, "center")
        y += tall
    return y


def _draw_side(pen: _Pen, box: Box, top: float, middle: float) -> None:
    tall = _side_tall(box)
    pen.line(middle, _SIDE_X, top + tall / 2)
    pen.box(_SIDE_X, top, _SIDE_IN, tall, dashed=True)
    y = top + _PAD_IN
    for words, cell in _side_lines(box):
        lines = _LINE_IN * (words.count("\n") + 1)
        pen.text(_SIDE_X + 0.1, y + lines / 2, words, cell, "left")
        y += lines


def _draw_ends(pen: _Pen, flow: Flow, y: float) -> None:
    rows = _end_rows(flow)
    if rows:
        said = "Treated patients: state at last contact, and therapy after the study (dashed)"
        pen.text(_LEFT_IN, y + 0.3, said, None, "left")
        y += 0.46
    room = WIDTH_IN - 2 * _LEFT_IN
    width = (room - 0.12 * (_ENDS_A_ROW - 1)) / _ENDS_A_ROW
    for row in rows:
        tall = max(_tall(_words(b, _END_LETTERS)) for b, _ in row)
        for i, (box, other) in enumerate(row):
            x = _LEFT_IN + i * (width + 0.12)
            pen.box(x, y, width, tall, dashed=other)
            pen.text(x + width / 2, y + tall / 2, _words(box, _END_LETTERS), box.count, "center")
        y += tall + 0.12

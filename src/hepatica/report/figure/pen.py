"""A small pen for SVG: lines, boxes, signs and words in points, for pages drawn by the hundred.

What it draws is text: the same calls give the same bytes, and a page takes a millisecond where the
plotting library takes a fifth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Point = tuple[float, float]

FONT_STACK = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


class Pen:
    """Gathers the elements of one SVG; x goes right and y down, in points."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def line(
        self, points: Iterable[Point], colour: str, width: float = 0.7, dash: str = ""
    ) -> None:
        """A line through some points; `dash` as SVG writes it."""
        told = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{told}" fill="none" stroke="{colour}"'
            f' stroke-width="{_n(width)}"{dashed}/>'
        )

    def box(self, corner: Point, size: Point, colour: str, edge: str = "none") -> None:
        """A filled box from its upper left corner."""
        (x, y), (width, height) = corner, size
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
            f' fill="{colour}" stroke="{edge}" stroke-width="0.6"/>'
        )

    def dot(self, centre: Point, radius: float, colour: str) -> None:
        """A filled circle."""
        x, y = centre
        self._parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour}"/>')

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A filled polygon."""
        told = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._parts.append(f'<polygon points="{told}" fill="{colour}"/>')

    def text(
        self, at: Point, words: str, *, size: float = 8, align: str = "left",
        colour: str = "#222222", bold: bool = False,
    ) -> None:  # fmt: skip
        """Words whose baseline's left, middle or right end is at a point."""
        x, y = at
        weight = ' font-weight="bold"' if bold else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}"'
            f' text-anchor="{_ANCHORS[align]}"{weight}>{escape(words)}</text>'
        )

    def svg(self, name: str, title: str, description: str) -> str:
        """The whole SVG with its title and description; `name` begins its identifiers."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}pt"'
            f' height="{_n(self.height)}pt" viewBox="0 0 {_n(self.width)} {_n(self.height)}"'
            f' role="img" aria-labelledby="{name}-title {name}-desc" font-family="{FONT_STACK}">\n'
            f'<title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-desc">{escape(description)}</desc>\n'
            f'<rect width="{_n(self.width)}" height="{_n(self.height)}" fill="white"/>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def _n(value: float) -> str:
    """A number to a hundredth of a point, far below what a printer shows."""
    return f"{value:.2f}".rstrip("0").rstrip(".")

"""The mark of a claim on the map: a word-sized bar whose colour and ends tell how it stands.

Ends are round where the claim agrees, pointed where it contradicts, slanted where it needs another
reading; a claim that nothing checked is hollow. So the map is read without colour too.
"""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.report.audit.standing import AGREES, CONTRADICTS, READING, UNCHECKED

HEIGHT = 8.0
_COLOURS = {
    AGREES: "#6f9bbd",
    CONTRADICTS: "#c8500a",
    READING: "#e69f00",
    UNCHECKED: "#9aa0a6",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar from `left` to `right` around the height `middle`, in units of the drawing."""

    left: float
    right: float
    middle: float
    state: str

    @property
    def foot(self) -> tuple[float, float]:
        """Where a line leaves the mark: below the middle of the bar."""
        return (self.left + self.right) / 2, self.middle + HEIGHT / 2

    def svg(self) -> str:
        """The bar as an SVG path."""
        d, colour = _OUTLINE[self.state](self), _COLOURS[self.state]
        paint = f'fill="#fff" stroke="{colour}"' if self.state == UNCHECKED else f'fill="{colour}"'
        return f'<path d="{d}" {paint}/>'


def plain(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def _points(*pairs: tuple[float, float]) -> str:
    return "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in pairs) + "Z"


def _round(mark: Mark) -> str:
    half = HEIGHT / 2 - 0.5
    left, right = plain(mark.left + half), plain(mark.right - half)
    top, bottom = plain(mark.middle - half), plain(mark.middle + half)
    arc = f"A{plain(half)} {plain(half)} 0 0 1"
    return f"M{left} {top}H{right}{arc} {right} {bottom}H{left}{arc} {left} {top}Z"


def _pointed(mark: Mark) -> str:
    half, tip, y = HEIGHT / 2 + 1, 4.0, mark.middle
    return _points(
        (mark.left - 1, y),
        (mark.left + tip - 1, y - half),
        (mark.right - tip + 1, y - half),
        (mark.right + 1, y),
        (mark.right - tip + 1, y + half),
        (mark.left + tip - 1, y + half),
    )


def _slanted(mark: Mark) -> str:
    half, y = HEIGHT / 2, mark.middle
    return _points(
        (mark.left + 3, y - half),
        (mark.right + 1, y - half),
        (mark.right - 3, y + half),
        (mark.left - 1, y + half),
    )


def _hollow(mark: Mark) -> str:
    half, y = HEIGHT / 2 - 1, mark.middle
    return _points(
        (mark.left + 0.5, y - half),
        (mark.right - 0.5, y - half),
        (mark.right - 0.5, y + half),
        (mark.left + 0.5, y + half),
    )


_OUTLINE = {AGREES: _round, CONTRADICTS: _pointed, READING: _slanted, UNCHECKED: _hollow}

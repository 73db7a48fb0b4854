"""Paired baseline and later values of one quantity, and their changes against measurement error.

Each strand of the left panel is a patient. On the right every change that may be compared stands
against the band that repeatability reaches; line, marker and colour all tell the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hepatica.report.figure.drawing import (
    STYLE,
    Columns,
    Drawing,
    Legend,
    Mark,
    panel,
    render_drawing,
    sheet,
)
from hepatica.report.figure.label import name_end
from hepatica.report.figure.palette import BLUE, FAINT, GREEN, INK, QUIET, VERMILLION

_ROW_IN = 1.75
_NAMED = 24
_ABREAST = 3


@dataclass(frozen=True, slots=True)
class Style:
    """How one verdict looks."""

    colour: str
    line: Any
    marker: str
    filled: bool = True


STYLES: dict[str, Style] = {
    "Changed in the direction": Style(BLUE, "-", "o"),
    "Changed against the direction": Style(VERMILLION, (0, (6, 1.6)), "X"),
    "Changed, no direction planned": Style(GREEN, (0, (8, 1.6, 1.6, 1.6)), "^"),
    "Within error": Style(QUIET, (0, (2.5, 1.2)), "s"),
    "Not comparable": Style("#8a8a8a", (0, (1, 1.8)), "D", filled=False),
}


@dataclass(frozen=True, slots=True)
class Strand:
    """One patient's pair; `change` is None where the two scans cannot be compared."""

    subject: str
    verdict: str
    before: float
    after: float
    change: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All pairs of one component, with the limits of its change."""

    title: str
    y_text: str
    change_text: str
    limits: tuple[float, float]
    strands: tuple[Strand, ...]


def render_spaghetti(bundles: Sequence[Bundle], legend: Legend) -> Drawing:
    """A row of two panels for each component, in the order given."""
    with matplotlib.rc_context(STYLE):
        keyed = 0.2 * -(-_keys(bundles) // _ABREAST)
        height = _ROW_IN * len(bundles) + keyed + 0.2
        figure = sheet(height)
        marks: list[Mark] = []
        for index, bundle in enumerate(bundles):
            top = keyed + 0.25 + _ROW_IN * index
            bottom = height - top - _ROW_IN + 0.55
            left = panel(figure, 0.75, bottom, 4.1, top)
            right = panel(figure, 4.0, bottom, 0.2, top)
            marks += _draw_pairs(left, bundle, len(marks))
            _draw_changes(right, bundle)
        _draw_key(figure, bundles, height)
        return render_drawing(figure, legend, spaghetti_data(bundles), marks)


def spaghetti_data(bundles: Sequence[Bundle]) -> Columns:
    """The figure's data: one row a patient and component."""
    rows = [(b, s) for b in bundles for s in b.strands]
    return {
        "component": [b.title for b, _ in rows],
        "subject": [s.subject for _, s in rows],
        "baseline": [s.before for _, s in rows],
        "later": [s.after for _, s in rows],
        "change": [s.change for _, s in rows],
        "limit_low": [b.limits[0] for b, _ in rows],
        "limit_high": [b.limits[1] for b, _ in rows],
        "verdict": [s.verdict for _, s in rows],
    }


def _draw_pairs(axes: Any, bundle: Bundle, first: int) -> list[Mark]:
    marks = []
    for number, strand in enumerate(bundle.strands, first):
        style, gid = STYLES[strand.verdict], f"mark-strand-{number}"
        axes.plot(
            [0, 1], [strand.before, strand.after], color=style.colour, linestyle=style.line,
            linewidth=1.1, gid=gid, clip_on=False, **_marker(style, 5),
        )  # fmt: skip
        marks.append(Mark(gid, f"{strand.subject}: {strand.text}", (strand.subject,)))
    values = [v for s in bundle.strands for v in (s.before, s.after)]
    room = 0.12 * (max(values) - min(values) or abs(values[0]) or 1)
    axes.set_ylim(min(values) - room, max(values) + room)
    axes.set_xlim(-0.15, 1.15)
    axes.set_xticks([0, 1], ["Baseline", "Later scan"])
    axes.set_ylabel(bundle.y_text)
    axes.set_title(bundle.title, loc="left", fontsize=8, fontweight="bold")
    return marks


def _draw_changes(axes: Any, bundle: Bundle) -> None:
    compared = sorted(
        (s for s in bundle.strands if s.change is not None), key=lambda s: (s.change, s.subject)
    )
    low, high = bundle.limits
    axes.axhspan(low, high, color=FAINT, linewidth=0, zorder=0.2)
    axes.axhline(0, color=INK, linewidth=0.6, zorder=0.5)
    for position, strand in enumerate(compared):
        style = STYLES[strand.verdict]
        axes.plot(
            [position, position], [0, strand.change], color=style.colour, linestyle=style.line,
            linewidth=1.1,
        )  # fmt: skip
        axes.plot(
            [position], [strand.change], clip_on=False, linestyle="none", **_marker(style, 5.5)
        )
    values = [low, high, *(s.change for s in compared if s.change is not None)]
    room = 0.1 * (max(values) - min(values))
    axes.set_ylim(min(values) - room, max(values) + room)
    axes.set_xlim(-0.7, max(len(compared), 1) - 0.3)
    named = compared if len(compared) <= _NAMED else []
    axes.set_xticks(range(len(named)), [name_end(s.subject, 8) for s in named])
    axes.tick_params(axis="x", length=0, labelsize=6.5, rotation=0 if len(named) <= 8 else 90)
    axes.set_ylabel(bundle.change_text)
    if not compared:
        axes.text(0.5, 0.5, "No pair can be compared", transform=axes.transAxes, ha="center",
                  va="center", fontsize=7.5, color=QUIET)  # fmt: skip


def _marker(style: Style, size: float) -> dict[str, Any]:
    return {
        "marker": style.marker,
        "markersize": size,
        "markerfacecolor": style.colour if style.filled else "white",
        "markeredgecolor": INK if style.filled else style.colour,
        "markeredgewidth": 0.5,
    }


def _keys(bundles: Sequence[Bundle]) -> int:
    return 1 + len({s.verdict for b in bundles for s in b.strands})


def _draw_key(figure: Any, bundles: Sequence[Bundle], height: float) -> None:
    present = {s.verdict for b in bundles for s in b.strands}
    handles: list[Any] = [
        Line2D([], [], color=s.colour, linestyle=s.line, linewidth=1.1, label=name, **_marker(s, 5))
        for name, s in STYLES.items()
        if name in present
    ]
    handles.append(Patch(facecolor=FAINT, label="Repeatability limits"))
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.02, 1 - 0.04 / height), ncols=_ABREAST,
        frameon=False, fontsize=7.5, columnspacing=1.2, handlelength=2.6, borderaxespad=0,
    )  # fmt: skip

"""One course of concentration over time, drawn to a file, with the interval between patients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from hepatica.core.errors import UsageError
from hepatica.report import number
from hepatica.report.figure.drawing import STYLE, Form, Legend, panel, render_drawing, sheet
from hepatica.report.figure.palette import BLUE, QUIET
from hepatica.report.figure.scale import tick_text, time_ticks


@dataclass(frozen=True, slots=True)
class Course:
    """Days and concentrations of one patient, (times,); `limits` the interval, or None.

    `model` is its printed name, `mark` the words that stand under the figure.
    """

    days: np.ndarray
    mg_l: np.ndarray
    limits: tuple[np.ndarray, np.ndarray] | None
    model: str
    mark: str


def render_concentration_figure(course: Course, path: Path) -> None:
    """Draw a course to an SVG or PNG file, by the ending of `path`; the same bytes each time.

    Raises      UsageError for another ending.
    """
    form = _form(path)
    peak = number.number(float(course.mg_l.max()))
    legend = Legend(
        "concentration",
        "Bevacizumab in plasma",
        "",
        f"Concentration over {number.plain(float(course.days[-1]))} days, {course.model}; "
        f"highest {peak} mg/L.",
        label=course.mark,
    )
    with matplotlib.rc_context(STYLE):
        figure = sheet(3.4)
        axes = panel(figure, 0.6, 0.6, 0.2, 0.3)
        _draw(axes, course)
        data: dict[str, list[float]] = {"day": course.days.tolist(), "mg_l": course.mg_l.tolist()}
        drawing = render_drawing(figure, legend, data, forms=(form,))
    path.write_bytes(drawing.png if form == "png" else drawing.svg.encode())


def _draw(axes: Any, course: Course) -> None:
    if course.limits is not None:
        lower, upper = course.limits
        axes.fill_between(
            course.days, lower, upper, color=BLUE, alpha=0.18, linewidth=0,
            label="90% between patients",
        )  # fmt: skip
    axes.plot(course.days, course.mg_l, color=BLUE, linewidth=1.3, label=course.model)
    ticks = time_ticks(float(course.days[-1]), "days")
    axes.set_xticks(ticks, [tick_text(t) for t in ticks])
    axes.set_xlim(0, float(course.days[-1]))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Days from the first session")
    axes.set_ylabel("Bevacizumab in plasma, mg/L")
    axes.grid(axis="y", color=QUIET, alpha=0.2, linewidth=0.5)
    axes.legend(frameon=False, loc="upper right", fontsize=7.5)


def _form(path: Path) -> Form:
    match path.suffix.lower():
        case ".svg":
            return "svg"
        case ".png":
            return "png"
        case _:
            raise UsageError(f"figure {path.name!r}: expected a name ending in .svg or .png")

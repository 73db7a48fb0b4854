"""One Kaplan-Meier figure without a study, for the one-file tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.report.figure.drawing import Form, Legend
from hepatica.report.figure.kaplan_meier import render_kaplan_meier
from hepatica.report.figure.strand import Strand, TimeAxis
from hepatica.stats.kaplan_meier import Curve, Plateau, median_survival


def render_survival_figure(
    curves: Mapping[str, Curve],
    path: Path,
    *,
    plateau: Plateau = "midpoint",
    time_text: str = "Time",
    note: str = "",
) -> None:
    """Draw curves by group ('' for the only one) to an SVG or PNG file, by the ending of `path`.

    Parameters
    ----------
    plateau : the rule for a median on a plateau of a curve
    time_text : words under the time axis
    note : a line above the curves, such as the log-rank test

    Raises      UsageError for another ending.
    """
    form = _form(path)
    strands = [Strand(name, c, median_survival(c, plateau)) for name, c in curves.items()]
    text = "; ".join(f"{s.label or 'all'}: {s.curve.n_events} of {s.curve.n}" for s in strands)
    legend = Legend("survival", "Survival", "", f"Kaplan-Meier curves. Events: {text}.")
    axis = TimeAxis(time_text, unit="")
    drawing = render_kaplan_meier(
        strands, legend, axis, y_text="Survival", note=note, forms=(form,)
    )
    path.write_bytes(drawing.png if form == "png" else drawing.svg.encode())


def _form(path: Path) -> Form:
    match path.suffix.lower():
        case ".svg":
            return "svg"
        case ".png":
            return "png"
        case _:
            raise UsageError(f"figure {path.name!r}: expected a name ending in .svg or .png")

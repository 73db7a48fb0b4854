"""One Kaplan-Meier figure without a study, for the one-file tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.report.figure.drawing import Form, Legend
from hepatica.report.figure.kaplan_meier import Strand, TimeAxis, render_kaplan_meier
from hepatica.stats.kaplan_meier import Curve, Quantile


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """A curve with its group's name ('' for the only one) and its median in the same unit."""

    label: str
    curve: Curve
    median: Quantile


def render_survival_figure(
    curves: Sequence[NamedCurve], path: Path, *, time_text: str = "Time", note: str = ""
) -> None:
    """Draw the curves to an SVG or PNG file, by the ending of `path`.

    Raises      UsageError for another ending.
    """
    ending = path.suffix.lower()
    if ending not in (".svg", ".png"):
        raise UsageError(f"figure {path.name!r}: expected a name ending in .svg or .png")
    strands = [Strand(c.label, c.curve, c.median) for c in curves]
    text = "; ".join(f"{c.label or 'all'}: {c.curve.n_events} of {c.curve.n}" for c in curves)
    legend = Legend("survival", "Survival", "", f"Kaplan-Meier curves. Events: {text}.")
    axis = TimeAxis(time_text, unit="")
    form: Form = "png" if ending == ".png" else "svg"
    drawing = render_kaplan_meier(
        strands, legend, axis, y_text="Survival", note=note, forms=(form,)
    )
    path.write_bytes(drawing.png if form == "png" else drawing.svg.encode())

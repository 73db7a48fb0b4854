"""`hepatica pk`: bevacizumab in the blood by a published model, and what an artery gains."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.cli.dose_command import NUMBER
from hepatica.core.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from hepatica.clinic.regional_advantage import Regional
    from hepatica.workflow.concentration import Course

MARK = "research calculation, off-label route"


@click.command(name="pk")
@click.option("--weight-kg", type=NUMBER, required=True, help="Body weight.")
@click.option("--sex", type=click.Choice(["F", "M"]), default=None, help="Asked for by two models.")
@click.option("--albumin-g-l", type=NUMBER, help="Serum albumin, for han2016.")
@click.option("--alp-u-l", type=NUMBER, help="Alkaline phosphatase, for han2016.")
@click.option("--dose-mg", type=NUMBER, required=True, help="Dose of each session.")
@click.option("--minutes", type=NUMBER, default="30", show_default=True, help="Infusion time.")
@click.option(
    "--model", default="han2016", show_default=True, help="han2016 | lu2008 | panoilia2015"
)
@click.option("--sessions", default="0", show_default=True, help="Days of the sessions, as 0,35.")
@click.option("--days", type=NUMBER, default="28", show_default=True, help="After the last one.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the simulation."
)
@click.option("--regional-flow-ml-min", type=NUMBER, help="Plasma flow: what the artery gains.")
@click.option("--stasis-plasma-ml", type=NUMBER, help="Plasma volume whose flow is arrested.")
@click.option("--figure", type=click.Path(path_type=Path), help="Draw to this .svg or .png file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def pk(figure: Path | None, as_json: bool, **typed: Any) -> None:
    """Concentration of bevacizumab over time by a published population model."""
    run_pk(typed, figure, as_json=as_json)


def run_pk(typed: dict[str, Any], figure: Path | None, *, as_json: bool) -> None:
    """Print the course, and draw it where asked."""
    from hepatica.workflow.concentration import CourseRequest, course

    names = (
        *("weight_kg", "albumin_g_l", "alp_u_l", "dose_mg", "minutes", "days"),
        *("regional_flow_ml_min", "stasis_plasma_ml"),
    )
    numbers = {n: None if typed[n] is None else float(typed[n]) for n in names}
    found = course(
        CourseRequest(
            **numbers,  # type: ignore[arg-type]
            sex=typed["sex"] or "",
            model=typed["model"],
            sessions=_days(typed["sessions"]),
            seed=typed["seed"],
        )
    )
    if figure is not None:
        _draw(found, figure)
    print(json.dumps(course_document(found), allow_nan=False) if as_json else course_text(found))


def _days(text: str) -> tuple[float, ...]:
    try:
        if "_" in text:
            raise ValueError(text)
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--sessions {text[:60]}: expected days such as 0,35") from None


def course_document(found: Course) -> dict[str, Any]:
    """The course for machines: numbers unrounded, a missing one null."""
    own = found.disposition
    limits = found.row_limits
    return {
        "note": MARK,
        "model": found.model.id,
        "source": found.model.source,
        "status": found.model.status,
        "reference": found.model.reference,
        "clearance_l_day": float(own.clearance_l_day),
        "central_l": float(own.central_l),
        "between_l_day": float(own.between_l_day),
        "peripheral_l": float(own.peripheral_l),
        "half_life_days": float(own.half_life_days),
        "auc_mg_day_l": _auc(found),
        "interval": None
        if limits is None
        else {
            "level": found.simulation.level,
            "patients": found.simulation.patients,
            "seed": found.simulation.seed,
        },
        "concentrations": [
            {
                "day": float(day),
                "mg_l": float(value),
                "interval": None if limits is None else [float(limits[0][i]), float(limits[1][i])],
            }
            for i, (day, value) in enumerate(zip(found.rows, found.row_mg_l, strict=True))
        ],
        "regional": _regional_document(found),
    }


def _auc(found: Course) -> float:
    from hepatica.clinic.pharmacokinetics import auc_mg_day_l

    return auc_mg_day_l(found.disposition, found.infusions)


def _regional_document(found: Course) -> dict[str, Any] | None:
    from hepatica.clinic.regional_advantage import NO_GAIN

    regional = found.regional
    if regional is None:
        return None
    arrested = _arrested(found, regional)
    return {
        "gain": NO_GAIN,
        "flow_ml_min": regional.flow_ml_min,
        "clearance_ml_min": regional.clearance_ml_min,
        "target_ratio": regional.target_ratio,
        "excess_mg_l": regional.excess_mg_l,
        "first_pass_auc_mg_day_l": regional.first_pass_auc_mg_day_l,
        "first_pass_share": regional.first_pass_share,
        "arrested_mg": arrested,
    }


def _arrested(found: Course, regional: Regional) -> float | None:
    volume = found.request.stasis_plasma_ml
    if volume is None:
        return None
    first = list(found.rows).index(found.ends[0])
    return regional.arrested_mg(volume, float(found.row_mg_l[first]))


def course_text(found: Course) -> str:
    """The course for a terminal."""
    from hepatica.cli.columned import columned
    from hepatica.report import number

    own = found.disposition
    facts = [
        ("model", f"{found.model.label} (status {found.model.status}: {found.model.source})"),
        ("reference", found.model.reference),
        ("clearance", f"{number.number(float(own.clearance_l_day), 4)} L/day"),
        ("volumes", f"{number.number(float(own.central_l), 3)} L central, "
                    f"{number.number(float(own.peripheral_l), 3)} L peripheral"),
        ("half-life", f"{number.number(float(own.half_life_days), 2)} days"),
        ("AUC", f"{number.count(_auc(found))} mg*day/L to infinity"),
    ]  # fmt: skip
    head = ("day", "mg/L") + (() if found.row_limits is None else ("90% between patients",))
    rows: list[tuple[str, ...]] = [head]
    for i, (day, value) in enumerate(zip(found.rows, found.row_mg_l, strict=True)):
        row = [_day(float(day), found), number.number(float(value))]
        if found.row_limits is not None:
            lower, upper = found.row_limits
            row.append(number.interval(float(lower[i]), float(upper[i])))
        rows.append(tuple(row))
    parts = [columned(facts), "", columned(rows), "", _interval_text(found)]
    if found.regional is not None:
        parts += ["", columned(_regional_rows(found, found.regional))]
    return "\n".join((*parts, "", MARK))


def _day(day: float, found: Course) -> str:
    from hepatica.report import number

    if day in found.ends:
        return f"{number.plain(found.infusions[found.ends.index(day)].start_day)}, end of infusion"
    before = ", before the infusion" if day in found.request.sessions else ""
    return f"{number.plain(day)}{before}"


def _interval_text(found: Course) -> str:
    draw = found.simulation
    if found.row_limits is None:
        return "no prediction interval: no variability between patients is at hand for this model"
    return (
        f"interval: {draw.patients} simulated patients, seed {draw.seed}; "
        "without residual error or uncertainty of the parameters"
    )


def _regional_rows(found: Course, regional: Regional) -> list[tuple[str, str]]:
    from hepatica.clinic.regional_advantage import NO_GAIN
    from hepatica.report import number

    rows = [
        ("gain from the artery", NO_GAIN),
        (
            "target ratio Rt",
            f"{number.number(regional.target_ratio, 5)} = 1 + CL/Q at "
            f"{number.plain(regional.flow_ml_min)} mL/min of plasma",
        ),
        (
            "first pass",
            f"{number.number(regional.excess_mg_l)} mg/L above the blood during the infusion; area "
            f"{number.number(regional.first_pass_auc_mg_day_l, 2)} mg*day/L, "
            f"{number.percent(100 * regional.first_pass_share, 2)} of that in the blood",
        ),
    ]
    arrested = _arrested(found, regional)
    if arrested is not None:
        share = 100 * arrested / regional.dose_mg
        rows.append(
            (
                "left by stasis",
                f"{number.number(arrested)} mg ({number.percent(share)} of the dose) in "
                f"{number.plain(found.request.stasis_plasma_ml)} mL of plasma, "
                "if its flow is arrested as the infusion ends: your assumption",
            )
        )
    return rows


def _draw(found: Course, figure: Path) -> None:
    try:
        from hepatica.report.concentration_figure import Course as Drawn
        from hepatica.report.concentration_figure import render_concentration_figure
    except ImportError as error:
        raise MissingExtra("--figure needs hepatica[report]") from error
    drawn = Drawn(found.grid, found.grid_mg_l, found.grid_limits, found.model.label, MARK)
    try:
        render_concentration_figure(drawn, figure)
    except OSError as error:
        raise UsageError(f"--figure {figure}: cannot be written ({error.strerror})") from error
    print(f"wrote {figure}", file=sys.stderr)

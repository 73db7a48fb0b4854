"""A concentration-time course from typed numbers: patient, model, sessions, regional flow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hepatica.clinic.pharmacokinetics import (
    Disposition,
    Infusion,
    Model,
    Patient,
    Simulation,
    Vector,
    concentration_mg_l,
    disposition,
    model,
    prediction_interval,
)
from hepatica.clinic.regional_advantage import Regional
from hepatica.core.errors import UsageError

_MINUTES = 1440.0
_POINTS = 400
MOST_SESSIONS = 60

# What may be typed: wide enough for any adult patient, narrow enough to catch another unit.
_PLAUSIBLE = {
    "weight_kg": (20, 300, "a body weight in kg"),
    "albumin_g_l": (10, 70, "albumin in g/L"),
    "alp_u_l": (5, 10000, "ALP in U/L"),
    "dose_mg": (1, 6000, "a dose in mg"),
    "minutes": (10, 180, "an infusion time in minutes"),
    "days": (1, 3650, "days after the last session"),
    "regional_flow_ml_min": (10, 2000, "plasma flow through the region in mL/min"),
    "stasis_plasma_ml": (0.1, 1000, "a volume of plasma in mL"),
}


@dataclass(frozen=True, slots=True)
class CourseRequest:
    """What the user typed, as numbers; None is not given."""

    weight_kg: float
    sex: str
    albumin_g_l: float | None
    alp_u_l: float | None
    dose_mg: float
    minutes: float
    model: str
    sessions: tuple[float, ...]
    days: float
    seed: int
    regional_flow_ml_min: float | None = None
    stasis_plasma_ml: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high, words) in _PLAUSIBLE.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {value:g}: expected {words} from {low} to {high}")
        apart = self.minutes / _MINUTES
        ordered = all(b - a >= apart for a, b in pairwise(self.sessions))
        if not (np.isfinite(self.sessions).all() and self.sessions[0] >= 0 and ordered):
            raise UsageError("--sessions: expected days in order, such as 0,35")
        if len(self.sessions) > MOST_SESSIONS or self.sessions[-1] > 3650:
            raise UsageError(f"--sessions: at most {MOST_SESSIONS}, up to day 3650")
        if self.stasis_plasma_ml is not None and self.regional_flow_ml_min is None:
            raise UsageError("--stasis-plasma-ml: needs --regional-flow-ml-min")


@dataclass(frozen=True, slots=True)
class Course:
    """A course of concentration: at chosen days (rows) and on a fine grid (for the figure).

    `row_limits` and `grid_limits` are the limits of the prediction interval, or None. `ends` are
    the days on which the infusions end.
    """

    request: CourseRequest
    model: Model
    disposition: Disposition
    infusions: tuple[Infusion, ...]
    ends: tuple[float, ...]
    rows: Vector
    row_mg_l: Vector
    row_limits: tuple[Vector, Vector] | None
    grid: Vector
    grid_mg_l: Vector
    grid_limits: tuple[Vector, Vector] | None
    simulation: Simulation
    regional: Regional | None


def course(request: CourseRequest) -> Course:
    """The concentration over the days of a request.

    Raises      UsageError for an unknown model or a covariate that the model asks for.
    """
    chosen = model(request.model)
    patient = Patient(request.weight_kg, request.sex, request.albumin_g_l, request.alp_u_l)
    typical = disposition(chosen, patient)
    infusions = tuple(Infusion(request.dose_mg, day, request.minutes) for day in request.sessions)
    ends = tuple(one.start_day + one.minutes / _MINUTES for one in infusions)
    last = request.sessions[-1] + request.days
    step = 7 if last <= 84 else 28
    rows = np.unique([*ends, *request.sessions[1:], *np.arange(step, last, step), last])
    grid = np.unique([*rows, *request.sessions, *np.linspace(0, last, _POINTS)])
    draw = Simulation(request.seed)

    def limits(days: Vector) -> tuple[Vector, Vector] | None:
        return prediction_interval(chosen, typical, infusions, days, draw)

    return Course(
        request=request,
        model=chosen,
        disposition=typical,
        infusions=infusions,
        ends=ends,
        rows=rows,
        row_mg_l=concentration_mg_l(typical, infusions, rows),
        row_limits=limits(rows),
        grid=grid,
        grid_mg_l=concentration_mg_l(typical, infusions, grid),
        grid_limits=limits(grid),
        simulation=draw,
        regional=_regional(request, typical),
    )


def _regional(request: CourseRequest, typical: Disposition) -> Regional | None:
    flow = request.regional_flow_ml_min
    if flow is None:
        return None
    return Regional(flow, float(typical.clearance_l_day), request.dose_mg, request.minutes)

"""Bevacizumab in the blood: published two-compartment models, solved in closed form.

Models and their numbers stand in `rules/pk/*.toml`, each with its source. An infusion is a
zero-order input into the central compartment; doses add up (the model is linear). No model has
an arterial input or cirrhosis: with immediate mixing an infusion into the hepatic artery is, for
the blood, one into a vein (`regional_advantage` says how little more it is for the tumour).

A prediction interval is simulated over the published variability between patients: log-normal,
omega squared = ln(1 + CV squared), parameters independent. Residual error and uncertainty of the
parameters are not in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from hepatica.core.errors import UsageError

Vector = np.ndarray
MODELS = ("han2016", "lu2008", "panoilia2015")
_MINUTES = 1440.0


@dataclass(frozen=True, slots=True)
class Patient:
    """What the models ask of a patient; None is not known."""

    weight_kg: float
    sex: str = ""
    albumin_g_l: float | None = None
    alp_u_l: float | None = None


@dataclass(frozen=True, slots=True)
class Disposition:
    """Clearance, volumes and exchange of two compartments; numbers, or arrays of one shape."""

    clearance_l_day: Any
    central_l: Any
    between_l_day: Any
    peripheral_l: Any

    @property
    def rates_day(self) -> tuple[Any, Any]:
        """The fast and the slow rate constant, per day."""
        k10 = self.clearance_l_day / self.central_l
        k12 = self.between_l_day / self.central_l
        k21 = self.between_l_day / self.peripheral_l
        total = k10 + k12 + k21
        root = np.sqrt(total * total - 4 * k10 * k21)
        fast = (total + root) / 2
        return fast, k10 * k21 / fast

    @property
    def half_life_days(self) -> Any:
        """Half-life of the slow phase, days."""
        return np.log(2) / self.rates_day[1]


@dataclass(frozen=True, slots=True)
class Infusion:
    """One dose: milligrams, the day on which it starts, and its length in minutes."""

    dose_mg: float
    start_day: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Model:
    """A published model: typical values, covariates, variability, and where they were read."""

    id: str
    label: str
    patients: int
    status: str
    source: str
    reference: str
    typical: Mapping[str, float]
    powers: tuple[Mapping[str, Any], ...]
    factors: tuple[Mapping[str, Any], ...]
    between_patients_cv_pct: Mapping[str, float]

    @property
    def needs(self) -> frozenset[str]:
        """The covariates that the model asks for."""
        named = {p["covariate"] for p in (*self.powers, *self.factors)}
        return frozenset("sex" if name == "male" else name for name in named)


@cache
def model(name: str) -> Model:
    """The published model of that name.

    Raises      UsageError naming the models there are.
    """
    if name not in MODELS:
        raise UsageError(f"model {name!r}: expected {', '.join(MODELS)}")
    text = files("hepatica.clinic").joinpath("rules", "pk", f"{name}.toml").read_text("utf-8")
    block = tomllib.loads(text)
    return Model(
        id=name,
        label=block["label"],
        patients=block["patients"],
        status=block["status"],
        source=block["source"],
        reference=block["reference"],
        typical=block["typical"],
        powers=tuple(block.get("power", ())),
        factors=tuple(block.get("factor", ())),
        between_patients_cv_pct=block.get("between_patients_cv_pct", {}),
    )


def disposition(chosen: Model, patient: Patient) -> Disposition:
    """Typical clearance and volumes of a patient under a model.

    Raises      UsageError naming the covariate that the model asks for and the patient lacks.
    """
    values = dict(chosen.typical)
    for name in sorted(chosen.needs):
        if getattr(patient, name) in (None, ""):
            raise UsageError(f"{chosen.label} asks for {name.replace('_', '-')}; it is not given")
    for power in chosen.powers:
        ratio = getattr(patient, power["covariate"]) / power["reference"]
        for parameter in power["parameters"]:
            values[parameter] *= ratio ** power["exponent"]
    for factor in chosen.factors:
        if patient.sex == "M":
            for parameter in factor["parameters"]:
                values[parameter] *= factor["factor"]
    return Disposition(**values)


def concentration_mg_l(
    patient: Disposition, infusions: Sequence[Infusion], days: Sequence[float] | Vector
) -> Vector:
    """Concentration in plasma after infusions, mg/L: the sum over the doses.

    Parameters
    ----------
    patient : Disposition      Of one patient, or arrays (patients, 1) for several.
    days : float, (times,)     Days on the same clock as the infusions' starts.

    Returns     (times,) or (patients, times); 0 before the first dose.
    """
    times = np.asarray(days, float)
    fast, slow = patient.rates_day
    k21 = patient.between_l_day / patient.peripheral_l
    share = ((fast - k21) / (fast - slow), (k21 - slow) / (fast - slow))
    total: Vector = np.zeros_like(times * fast)
    for one in infusions:
        length = one.minutes / _MINUTES
        since = times - one.start_day
        during, after = np.clip(since, 0, length), np.maximum(since - length, 0)
        rate = one.dose_mg / length / patient.central_l
        for rate_day, part in zip((fast, slow), share, strict=True):
            grown = -np.expm1(-rate_day * during) / rate_day
            total = total + rate * part * grown * np.exp(-rate_day * after)
    return total


def auc_mg_day_l(patient: Disposition, infusions: Sequence[Infusion]) -> float:
    """Area under the concentration to infinity: dose over clearance, mg*day/L."""
    return float(sum(one.dose_mg for one in infusions) / patient.clearance_l_day)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Seed, number of simulated patients, and the share of them inside the interval."""

    seed: int
    patients: int = 2000
    level: float = 0.9


def prediction_interval(
    chosen: Model,
    patient: Disposition,
    infusions: Sequence[Infusion],
    days: Sequence[float] | Vector,
    draw: Simulation,
) -> tuple[Vector, Vector] | None:
    """Limits of the concentration between patients like this one; None where none is published.

    Returns     (lower, upper), each (times,), mg/L.
    """
    spread = chosen.between_patients_cv_pct
    if not spread:
        return None
    random = np.random.Generator(np.random.SFC64(draw.seed))
    drawn = {}
    for name in ("clearance_l_day", "central_l", "peripheral_l"):
        omega = np.sqrt(np.log1p((spread.get(name, 0.0) / 100) ** 2))
        drawn[name] = getattr(patient, name) * np.exp(omega * random.standard_normal(draw.patients))
    many = replace(patient, **{name: values[:, np.newaxis] for name, values in drawn.items()})
    found = concentration_mg_l(many, infusions, days)
    tail = (1 - draw.level) / 2
    lower, upper = np.quantile(found, (tail, 1 - tail), axis=0)
    return lower, upper

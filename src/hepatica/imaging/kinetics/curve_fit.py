"""Each curve of a file fitted by one model, with its delay where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.kinetics.curve_file import Curve, CurveFile
from hepatica.imaging.kinetics.delay import fitted_delay_s
from hepatica.imaging.kinetics.fit import fit
from hepatica.imaging.kinetics.flag import Flag, words
from hepatica.imaging.kinetics.linear import fit_linear

COLUMNS = ("Ktrans", "ve", "vp", "ps", "fp")
LARGEST_KTRANS = 5.0  # per min; no tumour reaches it


@dataclass(frozen=True, slots=True)
class FittedCurve:
    """Parameters of one curve: per min, fp in mL/100 mL/min; None where the model has none."""

    label: str
    row: int
    values: dict[str, float | None]
    delay_s: float | None
    rmse_mm: float | None
    flags: tuple[str, ...]


def fit_curves(
    given: CurveFile, model: str, *, delay_s: float | None = 0.0, linear: bool = False
) -> tuple[FittedCurve, ...]:
    """Every row of a file in its order; one that was refused has no values and says so."""
    fitted = [fit_curve(one, model, delay_s=delay_s, linear=linear) for one in given.curves]
    blank = dict.fromkeys(COLUMNS)
    flags = words(Flag.NOT_FITTED)
    fitted += [FittedCurve(label, row, blank, None, None, flags) for label, row in given.refused]
    return tuple(sorted(fitted, key=lambda one: one.row))


def fit_curve(
    curve: Curve, model: str, *, delay_s: float | None = 0.0, linear: bool = False
) -> FittedCurve:
    """Fit of one curve; the delay is fitted too where `delay_s` is None."""
    at_bound = False
    if delay_s is None:
        delay_s, at_bound = fitted_delay_s(curve.tissue_mm, curve.times_s, curve.arterial, model)
    solve = fit_linear if linear else fit
    found = solve(curve.tissue_mm, curve.times_s, curve.arterial, model, delay_s=delay_s)
    flags = int(found.flags[0]) | (Flag.DELAY_AT_BOUND if at_bound else 0)
    ktrans = found.values["Ktrans"][0]
    if ktrans > LARGEST_KTRANS:
        flags |= Flag.OUT_OF_RANGE
    values: dict[str, float | None] = dict.fromkeys(COLUMNS)
    for name, value in found.values.items():
        if isfinite(value[0]):
            values[name] = float(value[0])
    rmse = float(found.rmse[0])
    return FittedCurve(curve.label, curve.row, values, float(delay_s), rmse, words(flags))


def check_transfer(fitted: Sequence[FittedCurve], file: str) -> tuple[Finding, ...]:
    """Findings on a Ktrans that no tumour has: seconds taken for minutes, or M for mM."""
    return tuple(
        finding_of(
            "I117",
            Place(file, row=one.row),
            found=f"Ktrans {one.values['Ktrans']:.3g} /min",
            expected=f"at most {LARGEST_KTRANS:g} /min",
            hint="times in s, not min? plasma and tissue both in mM?",
        )
        for one in fitted
        if one.values["Ktrans"] is not None and one.values["Ktrans"] > LARGEST_KTRANS
    )

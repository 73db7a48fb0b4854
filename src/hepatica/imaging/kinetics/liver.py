"""The dual-input liver model fitted: arterial and portal inflow, common outflow, delays.

[materne2000]: dC/dt = k1a Ca(t - ta) + k1p Cv(t - tp) - k2 C, solved by least squares of the curve
over log k2 for all voxels at once (`rate_table`), or linearly of its integral [murase2007]. From
the constants: arterial fraction k1a / (k1a + k1p), distribution volume (k1a + k1p) / k2, mean
transit time 1 / k2. The model has one compartment without uptake into cells: it is wrong for
hepatobiliary agents. The papers were not at hand; the equation is theirs as usually cited.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.fit import Fit, checked_curves, rate_flags, spread
from hepatica.imaging.kinetics.flag import Flag, marked
from hepatica.imaging.kinetics.linear import solved
from hepatica.imaging.kinetics.rate_table import RateTable, fit_rate, log_rates

Floats = npt.NDArray[np.float64]
ARTERIAL_RANGE_S = (-5.0, 20.0)
PORTAL_RANGE_S = (-5.0, 15.0)
_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class DualInput:
    """Arterial and portal-venous plasma input, each with the delay at which it arrives, in s."""

    arterial: ArterialInput
    portal: ArterialInput
    arterial_delay_s: float = 0.0
    portal_delay_s: float = 0.0

    def delayed(self, arterial_s: float, portal_s: float) -> DualInput:
        """The same inputs with other delays."""
        return DualInput(self.arterial, self.portal, arterial_s, portal_s)


def fit_liver(curves_mm: Floats, at_s: Floats, inputs: DualInput, *, linear: bool = False) -> Fit:
    """k1a, k1p, k2 per min of curves (voxels, times); unconstrained, what is impossible flagged.

    `rmse` of a linear fit is that of the integrated equation; `delay_s` is the arterial delay.
    """
    curves = checked_curves(curves_mm, at_s, "materne")
    good = np.asarray(np.isfinite(curves).all(axis=1))
    kept = curves if good.all() else curves[good]
    if linear:
        zero = np.zeros(1)
        areas = np.concatenate([
            inputs.arterial.convolved(zero, at_s, inputs.arterial_delay_s),
            inputs.portal.convolved(zero, at_s, inputs.portal_delay_s),
        ])  # fmt: skip
        (arterial, portal, outflow), rmse = solved(kept, at_s, areas)
        flags = marked(outflow <= 0, Flag.RATE_LOW)
    else:
        table = _table(at_s, inputs)
        rate = fit_rate(kept, table)
        (arterial, portal), outflow = rate.amplitudes, np.exp(rate.log_rate)
        left = np.maximum((kept * kept).sum(axis=1) - rate.explained, 0.0)
        rmse, flags = np.sqrt(left / at_s.size), rate_flags(rate, table)
    flags |= marked((arterial < 0) | (portal < 0), Flag.NEGATIVE_TRANSFER)
    values = {"k1a": arterial, "k1p": portal, "k2": outflow}
    delays = np.full(len(kept), inputs.arterial_delay_s)
    return spread(Fit("materne", values, rmse, flags, delays), good)


def derived(values: dict[str, Floats]) -> dict[str, Floats]:
    """Arterial fraction and distribution volume in %, mean transit time in s."""
    inflow = values["k1a"] + values["k1p"]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "artfrac": 100.0 * values["k1a"] / inflow,
            "dv": 100.0 * inflow / values["k2"],
            "mtt": 60.0 / values["k2"],
        }
    return {name: np.where(np.isfinite(value), value, np.nan) for name, value in found.items()}


def fitted_delays(
    curve_mm: Floats, at_s: Floats, inputs: DualInput, *, portal: bool = False
) -> tuple[DualInput, bool]:
    """Inputs with the arterial delay (and the portal one) that explain a curve (times,) best.

    Delays are searched by turns, in steps of 1 s over their range and 0.1 s around the best, until
    they stay; whether one ended at the end of its range is told.
    """
    arterial_s, portal_s = inputs.arterial_delay_s, inputs.portal_delay_s
    at_bound = False
    for _ in range(_ROUNDS if portal else 1):
        before = arterial_s, portal_s
        trial = inputs.delayed(arterial_s, portal_s)
        arterial_s, low_or_high = _best_delay(curve_mm, at_s, trial, arterial=True)
        at_bound = low_or_high
        if portal:
            trial = inputs.delayed(arterial_s, portal_s)
            portal_s, low_or_high = _best_delay(curve_mm, at_s, trial, arterial=False)
            at_bound |= low_or_high
        if max(abs(before[0] - arterial_s), abs(before[1] - portal_s)) < 0.02:
            break
    return inputs.delayed(arterial_s, portal_s), at_bound


def _best_delay(
    curve: Floats, at_s: Floats, inputs: DualInput, *, arterial: bool
) -> tuple[float, bool]:
    low, high = ARTERIAL_RANGE_S if arterial else PORTAL_RANGE_S
    now, step = np.arange(low, high + 0.5), 1.0
    while True:
        profile = _profile(curve, at_s, inputs, now, arterial=arterial)
        best = int(np.argmax(profile))
        if step < 0.5:
            break
        step = 0.1
        around = now[best] + step * np.arange(-10, 11)
        now = around[(around >= low - 1e-9) & (around <= high + 1e-9)]
    if best in (0, len(now) - 1):
        return float(now[best]), bool(now[best] <= low + 0.05 or now[best] >= high - 0.05)
    below, here, above = profile[best - 1 : best + 2]
    bend = below - 2.0 * here + above
    return float(now[best] + (0.5 * step * (below - above) / bend if bend < 0 else 0.0)), False


def _profile(
    curve: Floats, at_s: Floats, inputs: DualInput, delays: Floats, *, arterial: bool
) -> Floats:
    logs = log_rates(at_s / 60.0)
    rates = np.exp(logs)
    moving = inputs.arterial if arterial else inputs.portal
    still = (
        inputs.portal.convolved(rates, at_s, inputs.portal_delay_s)
        if arterial
        else inputs.arterial.convolved(rates, at_s, inputs.arterial_delay_s)
    )
    columns = moving.convolved(rates, (at_s[None, :] - delays[:, None]).ravel())
    columns = columns.reshape(len(rates), len(delays), at_s.size)
    tables = (RateTable(logs, np.stack([columns[:, i], still])) for i in range(len(delays)))
    return np.array([fit_rate(curve[None], table).explained[0] for table in tables])


def _table(at_s: Floats, inputs: DualInput) -> RateTable:
    logs = log_rates(at_s / 60.0)
    rates = np.exp(logs)
    first = inputs.arterial.convolved(rates, at_s, inputs.arterial_delay_s)
    second = inputs.portal.convolved(rates, at_s, inputs.portal_delay_s)
    return RateTable(logs, np.stack([first, second]))

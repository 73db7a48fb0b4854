"""Parameter maps of a dynamic series: every voxel of a mask fitted, slice by slice.

Memory holds the series, the maps and one slice's curves. A voxel without a fit is nan in every map
and flagged; 0 is never written for what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.delay import fitted_delay_s
from hepatica.imaging.kinetics.fit import Fit, fit
from hepatica.imaging.kinetics.flag import Flag
from hepatica.imaging.kinetics.linear import fit_linear
from hepatica.imaging.kinetics.liver import DualInput, derived, fit_liver, fitted_delays
from hepatica.imaging.kinetics.region_input import Inputs, mean_curve
from hepatica.imaging.kinetics.rule import KineticRule
from hepatica.imaging.kinetics.signal import concentration_mm, enhancement_hu
from hepatica.imaging.mask import Mask
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]

# Code and unit of the quantity that each parameter of a fit is.
QUANTITIES = {
    "Ktrans": ("KTRANS", "/min"), "ve": ("VE", "1"), "vp": ("VP", "1"), "ps": ("PS", "/min"),
    "fp": ("FP", "mL/100 mL/min"), "k1a": ("K1A", "/min"), "k1p": ("K1P", "/min"),
    "artfrac": ("ARTFRAC", "%"), "dv": ("DV", "%"), "mtt": ("MTT", "s"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Delays:
    """Delays used, in s, and whether one ended at the end of its search; how they were found."""

    arterial_s: float
    portal_s: float = 0.0
    at_bound: bool = False
    method: str = "delay fixed"


@dataclass(frozen=True, eq=False)
class KineticMaps:
    """Maps by code of their quantity, (slices, rows, columns) float32, nan where not fitted.

    `rmse` is in the unit of the curves (mM, or HU for CT), `flags` bits of `Flag`.
    """

    values: Mapping[str, npt.NDArray[np.float32]]
    rmse: npt.NDArray[np.float32]
    flags: npt.NDArray[np.uint16]
    delays: Delays


def kinetic_maps(dynamic: Volume, mask: Mask, rule: KineticRule, inputs: Inputs) -> KineticMaps:
    """Maps over the voxels of a mask; `inputs` must hold what the model of the rule needs."""
    delays = _delays(dynamic, mask, rule, inputs)
    shape = dynamic.grid.shape
    rmse = np.full(shape, np.nan, np.float32)
    flags = np.where(mask, np.uint16(0), np.uint16(Flag.NOT_FITTED.value)).astype(np.uint16)
    values: dict[str, npt.NDArray[np.float32]] = {}
    for i in np.flatnonzero(mask.any(axis=(1, 2))):
        inside = mask[i]
        curves = _curves(dynamic, (slice(None), int(i), inside), rule, inputs)
        found = _fitted(curves, steady_times(dynamic, inputs), rule, inputs, delays)
        flags[i][inside] = found.flags
        if delays.at_bound:
            flags[i][inside] |= np.uint16(Flag.DELAY_AT_BOUND.value)
        rmse[i][inside] = found.rmse
        for name, value in found.values.items():
            if name in QUANTITIES:
                code = QUANTITIES[name][0]
                values.setdefault(code, np.full(shape, np.nan, np.float32))[i][inside] = value
    return KineticMaps(values, rmse, flags, delays)


def concentration(
    signal: Floats, rule: KineticRule, t10_s: float | Floats | None, inputs: Inputs
) -> Floats:
    """Concentration (mM) or enhancement (HU) of signals (voxels, times), steady frames only."""
    if rule.echo is None:
        return inputs.steady(enhancement_hu(signal, inputs.baseline))
    assert t10_s is not None
    return inputs.steady(concentration_mm(signal, rule.echo, t10_s, inputs.baseline))


def steady_times(dynamic: Volume, inputs: Inputs) -> Floats:
    """Times of the frames that are fitted, in s."""
    return inputs.steady(np.asarray(dynamic.times_s, float))


def mean_concentration(dynamic: Volume, mask: Mask, rule: KineticRule, inputs: Inputs) -> Floats:
    """Concentration of the mean signal of a mask, with its median T10, (steady times,)."""
    t10 = rule.t10_s
    if isinstance(t10, np.ndarray):
        inside = t10[mask]
        t10 = float(np.nanmedian(np.where(inside > 0, inside, np.nan)))
    return np.asarray(concentration(mean_curve(dynamic, mask)[None], rule, t10, inputs)[0], float)


def _curves(
    dynamic: Volume, where: tuple[slice, int, Mask], rule: KineticRule, inputs: Inputs
) -> Floats:
    signal = np.ascontiguousarray(np.asarray(dynamic.array[where], float).T)
    if dynamic.padding is not None:
        signal[signal == dynamic.padding] = np.nan
    t10 = rule.t10_s
    return concentration(
        signal, rule, t10[where[1:]] if isinstance(t10, np.ndarray) else t10, inputs
    )


def _delays(dynamic: Volume, mask: Mask, rule: KineticRule, inputs: Inputs) -> Delays:
    if rule.delay_s is not None:
        return Delays(rule.delay_s, method=f"delay fixed at {rule.delay_s:g} s")
    curve = mean_concentration(dynamic, mask, rule, inputs)
    if not np.isfinite(curve).all():
        return Delays(0.0, at_bound=True, method="delay 0: the mean curve cannot be fitted")
    times = steady_times(dynamic, inputs)
    assert inputs.arterial is not None
    if rule.model == "materne":
        assert inputs.portal is not None
        dual, at_bound = fitted_delays(curve, times, DualInput(inputs.arterial, inputs.portal))
        said = f"arterial delay fitted on the mean curve, {dual.arterial_delay_s:.2f} s"
        return Delays(dual.arterial_delay_s, dual.portal_delay_s, at_bound, said)
    delay_s, at_bound = fitted_delay_s(curve, times, inputs.arterial, rule.model)
    return Delays(delay_s, 0.0, at_bound, f"delay fitted on the mean curve, {delay_s:.2f} s")


def _fitted(
    curves: Floats, times: Floats, rule: KineticRule, inputs: Inputs, delays: Delays
) -> Fit:
    arterial = inputs.arterial
    assert isinstance(arterial, ArterialInput)
    if rule.model == "materne":
        assert inputs.portal is not None
        dual = DualInput(arterial, inputs.portal, delays.arterial_s, delays.portal_s)
        found = fit_liver(curves, times, dual, linear=rule.linear)
        both = {**found.values, **derived(dict(found.values))}
        return Fit(found.model, both, found.rmse, found.flags, found.delay_s)
    solve = fit_linear if rule.linear else fit
    return solve(curves, times, arterial, rule.model, delay_s=delays.arterial_s)

"""Models fitted to concentration curves by least squares, over all voxels at once.

No voxel is fitted by itself: tables over log rate are shared by every curve with the same times
and input (`rate_table`), the two-compartment model goes through `exchange`. Fits are
unconstrained; what comes out impossible (a negative volume, ve above 1, a rate at the end of what
the sampling can tell) is kept as it is and flagged, so that a mean over voxels is not bent by
clamping and a reader can leave flagged voxels out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError
from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.exchange import fit_exchange, parameters_of
from hepatica.imaging.kinetics.flag import Flag, marked
from hepatica.imaging.kinetics.model import MODELS
from hepatica.imaging.kinetics.rate_table import RateFit, RateTable, fit_rate, log_rates

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Fit:
    """Fitted parameters by name, each (voxels,); nan where there is none.

    Ktrans and ps per min, fp mL/100 mL/min, ve and vp as fractions, k1a, k1p, k2 per min; `rmse`
    the root of the mean squared residual in mM; `flags` bits of `Flag`; `delay_s` (voxels,).
    """

    model: str
    values: Mapping[str, Floats]
    rmse: Floats
    flags: Bits
    delay_s: Floats


def fit(
    curves_mm: Floats,
    at_s: Floats,
    arterial: ArterialInput,
    model: str,
    *,
    delay_s: float = 0.0,
) -> Fit:
    """Non-linear least-squares fit of curves (voxels, times) in mM; one input, one known delay.

    Curves with a value that is no number are not fitted: nan, flagged.

    Raises      ShapeError, UsageError for a wrong call (too few times, an unknown model).
    """
    curves = checked_curves(curves_mm, at_s, model)
    good = np.asarray(np.isfinite(curves).all(axis=1))
    kept = curves if good.all() else curves[good]
    found, residual, flags = _fitted(kept, at_s, arterial, model, delay_s)
    return spread(Fit(model, found, residual, flags, np.full(len(kept), delay_s)), good)


def checked_curves(curves_mm: Floats, at_s: Floats, model: str) -> Floats:
    """Curves as (voxels, times) floats, known to fit their times and the model."""
    curves = np.atleast_2d(np.asarray(curves_mm, float))
    if curves.shape[-1:] != at_s.shape:
        raise ShapeError(f"curves {curves.shape} at times {at_s.shape}")
    if model not in MODELS:
        raise UsageError(f"model {model!r}: expected one of {', '.join(MODELS)}")
    if at_s.size <= MODELS[model].parameters or not (np.diff(at_s) > 0).all():
        raise UsageError(f"{at_s.size} times for {model}: expected more, each after the last")
    return curves


def spread(given: Fit, good: npt.NDArray[np.bool_]) -> Fit:
    """The fit of the good curves at the places of all curves; the others nan and flagged."""
    if good.all():
        return given

    def wide(values: Floats) -> Floats:
        out = np.full(len(good), np.nan)
        out[good] = values
        return out

    flags = marked(~good, Flag.NOT_FITTED)
    flags[good] = given.flags
    values = {name: wide(value) for name, value in given.values.items()}
    return Fit(given.model, values, wide(given.rmse), flags, wide(given.delay_s))


_Found = tuple[dict[str, Floats], Floats, Bits]


def _fitted(
    curves: Floats, at_s: Floats, arterial: ArterialInput, model: str, delay_s: float
) -> _Found:
    if model == "patlak":
        return _patlak(curves, at_s, arterial, delay_s)
    if model == "2cxm":
        return _exchange(curves, at_s, arterial, delay_s)
    if model == "materne":
        raise UsageError("the liver model has two inputs: use fit_liver")
    table = tofts_table(arterial, at_s, delay_s, plasma=model == "etofts")
    return _tofts(curves, table, fit_rate(curves, table))


def tofts_table(
    arterial: ArterialInput, at_s: Floats, delay_s: float, *, plasma: bool
) -> RateTable:
    """Basis curves of the Tofts models over log kep; with the plasma's own curve where asked."""
    logs = log_rates(at_s / 60.0)
    columns = arterial.convolved(np.exp(logs), at_s, delay_s)[None]
    if plasma:
        own = np.broadcast_to(arterial.concentration(at_s, delay_s), columns.shape)
        columns = np.concatenate([columns, own])
    return RateTable(logs, columns)


def _tofts(curves: Floats, table: RateTable, rate: RateFit) -> _Found:
    kep = np.exp(rate.log_rate)
    ktrans = rate.amplitudes[0]
    ve = np.where(ktrans == 0, np.nan, ktrans / kep)  # of what nothing enters the size is not known
    values = {"Ktrans": ktrans, "ve": ve}
    flags = rate_flags(rate, table) | volume_flags("ve", ve)
    flags |= marked(ktrans < 0, Flag.NEGATIVE_TRANSFER)
    if len(rate.amplitudes) == 2:
        values["vp"] = rate.amplitudes[1]
        flags |= volume_flags("vp", values["vp"])
    return values, _rmse(curves, rate.explained), flags


def rate_flags(rate: RateFit, table: RateTable) -> Bits:
    """Flags of rates that ended at the first or last one of the table."""
    middle = 0.5 * (table.log_rates[0] + table.log_rates[-1])
    low = rate.at_bound & (rate.log_rate < middle)
    return marked(low, Flag.RATE_LOW) | marked(rate.at_bound & ~low, Flag.RATE_HIGH)


def volume_flags(name: str, values: Floats) -> Bits:
    """Flags of a volume fraction below 0 or above 1; `name` is ve or vp."""
    low, high = {
        "ve": (Flag.NEGATIVE_VE, Flag.VE_ABOVE_ONE),
        "vp": (Flag.NEGATIVE_VP, Flag.VP_ABOVE_ONE),
    }[name]
    return marked(values < 0, low) | marked(values > 1, high)


def _patlak(curves: Floats, at_s: Floats, arterial: ArterialInput, delay_s: float) -> _Found:
    integral = arterial.convolved(np.zeros(1), at_s, delay_s)[0]
    design = np.stack([integral, arterial.concentration(at_s, delay_s)])
    ps, vp = np.linalg.lstsq(design.T, curves.T, rcond=None)[0]
    left = curves - np.stack([ps, vp]).T @ design
    flags = marked(ps < 0, Flag.NEGATIVE_TRANSFER) | volume_flags("vp", vp)
    return {"Ktrans": ps.copy(), "ps": ps, "vp": vp}, np.sqrt((left * left).mean(axis=1)), flags


def _exchange(curves: Floats, at_s: Floats, arterial: ArterialInput, delay_s: float) -> _Found:
    logs = log_rates(at_s / 60.0)
    both = fit_exchange(curves, arterial, at_s, delay_s, logs)
    found = parameters_of(both)
    flow, ps = found["fp"], found["ps"]
    with np.errstate(invalid="ignore", divide="ignore"):
        ktrans = flow * ps / (flow + ps)
    values = {"Ktrans": ktrans, "ve": found["ve"], "vp": found["vp"], "ps": ps, "fp": 100.0 * flow}
    flags = volume_flags("ve", found["ve"]) | volume_flags("vp", found["vp"])
    flags |= marked(~np.isfinite(ps), Flag.NO_EXCHANGE)
    flags |= marked(both[2] <= logs[0], Flag.RATE_LOW) | marked(both[3] >= logs[-1], Flag.RATE_HIGH)
    left = curves.copy()
    for i in range(0, len(curves), 2048):
        part = both[:, i : i + 2048]
        basis = arterial.convolved(np.exp(np.nan_to_num(part[2:])), at_s, delay_s)
        left[i : i + 2048] -= np.einsum("pv,pvt->vt", np.nan_to_num(part[:2]), basis)
    return values, np.sqrt((left * left).mean(axis=1)), flags


def _rmse(curves: Floats, explained: Floats) -> Floats:
    left = np.maximum((curves * curves).sum(axis=1) - explained, 0.0)
    found: Floats = np.sqrt(left / curves.shape[1])
    return found

"""Models fitted linearly: the model's differential equation integrated, solved for all voxels.

Integrating dC/dt turns the parameters into coefficients of running integrals [murase2004]:
C = (Ktrans + kep vp) int Cp - kep int C + vp Cp; for the liver [murase2007],
C = k1a int Ca + k1p int Cv - k2 int C. Integrals of the input are exact for its straight lines,
those of the tissue are trapezoids over its samples, whatever their distances: their error, and
noise in int C, bias the fit (Ktrans +0.5 to -0.8 %, k1p -11 to -33 % in strong noise), so a linear
fit is for looking at maps quickly and never the last word.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import UsageError
from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.fit import Fit, checked_curves, fit, spread, volume_flags
from hepatica.imaging.kinetics.flag import Flag, marked

Floats = npt.NDArray[np.float64]
CHUNK = 4096


def fit_linear(
    curves_mm: Floats,
    at_s: Floats,
    arterial: ArterialInput,
    model: str,
    *,
    delay_s: float = 0.0,
) -> Fit:
    """Linear least-squares fit of curves (voxels, times); `rmse` is of the integrated equation.

    Raises      UsageError for the two-compartment model, which is fitted non-linearly only.
    """
    if model == "patlak":
        return fit(curves_mm, at_s, arterial, model, delay_s=delay_s)
    if model not in ("tofts", "etofts"):
        raise UsageError(f"{model}: fitted non-linearly only; linear are tofts, etofts, patlak")
    curves = checked_curves(curves_mm, at_s, model)
    good = np.asarray(np.isfinite(curves).all(axis=1))
    kept = curves if good.all() else curves[good]
    inputs = [arterial.convolved(np.zeros(1), at_s, delay_s)[0]]
    if model == "etofts":
        inputs.append(arterial.concentration(at_s, delay_s))
    coefficients, rmse = solved(kept, at_s, np.stack(inputs))
    kep = coefficients[-1]
    vp = coefficients[1] if model == "etofts" else np.zeros(len(kept))
    ktrans = coefficients[0] - kep * vp
    with np.errstate(divide="ignore", invalid="ignore"):
        ve = np.where(kep > 0, ktrans / kep, np.nan)
    flags = marked(ktrans < 0, Flag.NEGATIVE_TRANSFER) | marked(kep <= 0, Flag.RATE_LOW)
    flags |= volume_flags("ve", ve)
    values = {"Ktrans": ktrans, "ve": ve}
    if model == "etofts":
        values["vp"] = vp
        flags |= volume_flags("vp", vp)
    return spread(Fit(model, values, rmse, flags, np.full(len(kept), delay_s)), good)


def solved(curves: Floats, at_s: Floats, inputs: Floats) -> tuple[Floats, Floats]:
    """Coefficients of inputs (terms, times) and of -int C, (terms + 1, voxels), and the rmse."""
    halves = 0.5 * np.diff(at_s / 60.0)
    widths = np.append(0.0, halves), np.append(halves, 0.0)
    parts = [
        _solved(curves[i : i + CHUNK], widths, inputs) for i in range(0, max(len(curves), 1), CHUNK)
    ]
    coefficients = np.concatenate([p[0] for p in parts], axis=1)
    return coefficients, np.concatenate([p[1] for p in parts])


def _solved(curves: Floats, widths: tuple[Floats, Floats], inputs: Floats) -> tuple[Floats, Floats]:
    before, after = widths  # halves of the steps before and after each time
    own = curves * -(before + after)
    np.cumsum(own, axis=1, out=own)  # every sample with both its half steps: trapezoids ...
    own += curves * after  # ... less the half step after the last one
    terms = len(inputs)
    gram = np.empty((terms + 1, terms + 1, len(curves)))
    gram[:terms, :terms] = (inputs @ inputs.T)[:, :, None]
    gram[:terms, terms] = gram[terms, :terms] = inputs @ own.T
    gram[terms, terms] = np.einsum("vt,vt->v", own, own)
    given = np.empty((terms + 1, len(curves)))
    given[:terms] = inputs @ curves.T
    given[terms] = np.einsum("vt,vt->v", own, curves)
    coefficients = _eliminated(gram, given.copy())
    left = np.einsum("vt,vt->v", curves, curves) - (coefficients * given).sum(axis=0)
    return coefficients, np.sqrt(np.maximum(left, 0.0) / curves.shape[1])


def _eliminated(gram: Floats, given: Floats) -> Floats:
    """Solution of symmetric equations (terms, terms, voxels), all at once; nan if singular."""
    size = len(given)
    scale = np.sqrt(np.einsum("ppv->pv", gram))
    with np.errstate(divide="ignore", invalid="ignore"):
        gram = gram / (scale[:, None] * scale[None])
        given = given / scale
        for i in range(size):
            pivot = np.where(gram[i, i] > 1e-13, gram[i, i], np.nan)
            for j in range(i + 1, size):
                share = gram[j, i] / pivot
                gram[j, i:] -= share * gram[i, i:]
                given[j] -= share * given[i]
        out = np.empty_like(given)
        for i in reversed(range(size)):
            known = (gram[i, i + 1 :] * out[i + 1 :]).sum(axis=0)
            out[i] = (given[i] - known) / gram[i, i]
        found: Floats = out / scale
    return found

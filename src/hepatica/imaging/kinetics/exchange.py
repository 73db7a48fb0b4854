"""The two-compartment exchange model fitted: two exponentials by search, then Levenberg-Marquardt.

Any sum of two decaying exponentials with positive amplitudes is exactly one set of Fp, PS, ve, vp
and the other way round, so amplitudes and rates are what is fitted. All pairs of rates of a grid
are solved for their amplitudes (variable projection), the best pair with both positive starts the
refinement. Where one amplitude ends negative, or none of the pairs has two positive ones, one
compartment explains the curve and PS, ve, vp do not exist: told, not forced.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.rate_table import RateTable, fit_rate

Floats = npt.NDArray[np.float64]
CHUNK = 2048
ROUNDS = 40
_DELTA = 1e-4  # of log rate, for derivatives


def fit_exchange(
    curves: Floats, arterial: ArterialInput, at_s: Floats, delay_s: float, logs: Floats
) -> Floats:
    """Amplitudes and log rates (4, voxels): a slow, a fast, log k slow, log k fast.

    Where no two positive amplitudes explain the curve, the second is 0 and one is fitted alone.
    """
    columns = arterial.convolved(np.exp(logs), at_s, delay_s)
    parts = []
    for i in range(0, max(len(curves), 1), CHUNK):
        part = curves[i : i + CHUNK]
        start = start_of(part, columns, logs)
        both = _refined(part, _Basis(arterial, at_s, delay_s), start)
        alone = np.isnan(both[0])
        if alone.any():
            one = fit_rate(part[alone], RateTable(logs, columns[None]))
            both[:, alone] = one.amplitudes[0], 0.0 * one.log_rate, one.log_rate, one.log_rate
        parts.append(both)
    return np.concatenate(parts, axis=1)


def start_of(curves: Floats, columns: Floats, logs: Floats) -> Floats:
    """Best pair of rates of the grid with positive amplitudes: (4, voxels), nan where none."""
    given = curves @ columns.T  # (voxels, rates)
    gram = columns @ columns.T
    found = np.full((4, len(curves)), np.nan)
    best = np.zeros(len(curves))
    for i in range(len(logs) - 1):
        slow, fast = given[:, i : i + 1], given[:, i + 1 :]
        corner, side, own = gram[i, i], gram[i, i + 1 :], np.diagonal(gram)[i + 1 :]
        determinant = corner * own - side**2
        determinant = np.where(determinant > 1e-13 * corner * own, determinant, np.inf)
        first = (slow * own - fast * side) / determinant
        second = (fast * corner - slow * side) / determinant
        explained = np.where((first > 0) & (second > 0), first * slow + second * fast, -np.inf)
        j = np.argmax(explained, axis=1)
        rows = np.arange(len(curves))
        better = explained[rows, j] > best
        best = np.where(better, explained[rows, j], best)
        now = np.stack([first[rows, j], second[rows, j], np.full(len(j), logs[i]), logs[i + 1 + j]])
        found = np.where(better, now, found)
    return found


def parameters_of(exponentials: Floats) -> dict[str, Floats]:
    """Fp and PS per min, ve and vp of amplitudes and log rates (4, voxels); nan where not two.

    From the impulse response h: h(0) = Fp, its integral is vp + ve, -h'(0) = Fp^2 / vp, and the
    product of the rates is Fp PS / (vp ve).
    """
    first, second = exponentials[0], exponentials[1]
    slow, fast = np.exp(exponentials[2]), np.exp(exponentials[3])
    sound = (first > 0) & (second > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        flow = first + second
        vp = flow**2 / (first * slow + second * fast)
        ve = first / slow + second / fast - vp
        ps = slow * fast * vp * ve / flow
    blank = np.where(sound, 0.0, np.nan)
    return {"fp": flow, "vp": vp + blank, "ve": ve + blank, "ps": ps + blank}


class _Basis:
    """The two exponentials of every voxel, with derivatives by log rate."""

    def __init__(self, arterial: ArterialInput, at_s: Floats, delay_s: float) -> None:
        self.arterial, self.at_s, self.delay_s = arterial, at_s, delay_s

    def curves(self, logs: Floats) -> Floats:
        return self.arterial.convolved(np.exp(logs), self.at_s, self.delay_s)

    def with_slopes(self, logs: Floats) -> tuple[Floats, Floats]:
        three = self.curves(np.stack([logs, logs - _DELTA, logs + _DELTA]))
        return three[0], (three[2] - three[1]) / (2.0 * _DELTA)


def _refined(curves: Floats, basis: _Basis, start: Floats) -> Floats:
    out = start.copy()
    live = np.flatnonzero(np.isfinite(start[0]))
    damping = np.full(len(curves), 1e-3)
    cost = np.full(len(curves), np.inf)
    for _ in range(ROUNDS):
        if not live.size:
            break
        now = out[:, live]
        values, slopes = basis.with_slopes(now[2:])
        left = curves[live] - np.einsum("pv,pvt->vt", now[:2], values)
        cost[live] = (left * left).sum(axis=1)
        jacobian = np.concatenate([values, now[:2, :, None] * slopes])
        step = _step(jacobian, left, damping[live])
        tried = now + step
        again = curves[live] - np.einsum("pv,pvt->vt", tried[:2], basis.curves(tried[2:]))
        reached = (again * again).sum(axis=1)
        better = reached < cost[live]
        out[:, live[better]] = tried[:, better]
        damping[live] *= np.where(better, 0.2, 10.0)
        settled = better & (cost[live] - reached <= 1e-12 * cost[live])
        live = live[~settled & (damping[live] < 1e8)]
    return out


def _step(jacobian: Floats, left: Floats, damping: Floats) -> Floats:
    scale = np.sqrt((jacobian * jacobian).sum(axis=-1)) + 1e-300
    scaled = jacobian / scale[..., None]
    gram = np.einsum("pvt,qvt->vpq", scaled, scaled)
    gram += (damping + 1e-12)[:, None, None] * np.eye(4)
    given = np.einsum("pvt,vt->vp", scaled, left)
    step = np.linalg.solve(gram, given[..., None])[..., 0].T / scale
    step[2:] = np.clip(step[2:], -1.0, 1.0)
    return np.asarray(step, float)

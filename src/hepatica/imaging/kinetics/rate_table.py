"""Variable projection over one rate: tables of basis curves over log rate, fitted many at a time.

A model of one exponential is linear in everything but its rate. For every rate of a fine
logarithmic grid the basis curves are computed once; the explained sum of squares of all voxels
at all rates is then one matrix product. Between grid points projections and Gram entries are
interpolated by polynomials through ten points, whose error (below 1e-6 of the curve) lies far
under any noise, and the maximum is found by parabolas of shrinking width.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
STEP = 0.2  # of log rate
POINTS = 10
CHUNK = 4096  # voxels at a time: their tables stay in the processor's cache
BLOCK = 64
_WIDTHS = (0.2, 0.02, 0.01)  # of a step of the table


def log_rates(times_min: Floats) -> Floats:
    """Grid of log rates that the sampling can tell apart.

    Below 0.01 / duration an exponential is a constant to 1 %; above 10 / (median step) it is gone
    before the next sample. A rate at either end is a bound, and told as such.
    """
    lowest = np.log(0.01 / float(times_min[-1] - times_min[0]))
    highest = np.log(10.0 / float(np.median(np.diff(times_min))))
    count = int(np.ceil((highest - lowest) / STEP)) + 1
    return np.asarray(lowest + STEP * np.arange(count), float)


@dataclass(frozen=True, eq=False)
class RateTable:
    """Basis curves by rate: `columns` (terms, rates, times); one or two terms."""

    log_rates: Floats
    columns: Floats

    @property
    def step(self) -> float:
        """Distance of neighbouring log rates."""
        return float(self.log_rates[1] - self.log_rates[0])

    @cached_property
    def gram(self) -> Floats:
        """Scalar products of the terms, (terms, terms, rates)."""
        found: Floats = np.einsum("pgt,qgt->pqg", self.columns, self.columns)
        return found


@dataclass(frozen=True, eq=False)
class RateFit:
    """Best rate and amplitudes of each curve: (voxels,), (terms, voxels); explained (voxels,)."""

    log_rate: Floats
    amplitudes: Floats
    explained: Floats
    at_bound: npt.NDArray[np.bool_]


def fit_rate(curves: Floats, table: RateTable) -> RateFit:
    """Least-squares rate and amplitudes of curves (voxels, times), in chunks of bounded memory."""
    parts = [_fit_chunk(curves[i : i + CHUNK], table) for i in range(0, max(len(curves), 1), CHUNK)]
    return RateFit(
        np.concatenate([p.log_rate for p in parts]),
        np.concatenate([p.amplitudes for p in parts], axis=1),
        np.concatenate([p.explained for p in parts]),
        np.concatenate([p.at_bound for p in parts]),
    )


def _projections(curves: Floats, table: RateTable) -> Floats:
    """Scalar products with every basis curve, (terms, voxels, rates).

    In blocks of rows so small that the matrix library leaves them to one thread: threads that
    wait for one another on a busy machine cost more than they bring.
    """
    count, times = curves.shape
    whole = count - count % BLOCK
    out = np.empty((len(table.columns), count, len(table.log_rates)))
    blocks = curves[:whole].reshape(-1, BLOCK, times)
    for column, term in zip(table.columns, out, strict=True):
        np.matmul(blocks, column.T, out=term[:whole].reshape(-1, BLOCK, term.shape[1]))
        np.matmul(curves[whole:], column.T, out=term[whole:])
    return out


def _solved(given: Floats, gram: Floats) -> tuple[Floats, Floats]:
    """Amplitudes (terms, ...) and explained sum of squares (...) of projections (terms, ...)."""
    if len(given) == 1:
        amplitudes = given / gram[0]
    else:
        determinant = gram[0, 0] * gram[1, 1] - gram[0, 1] ** 2
        determinant = np.where(determinant > 1e-13 * gram[0, 0] * gram[1, 1], determinant, np.inf)
        first = (given[0] * gram[1, 1] - given[1] * gram[0, 1]) / determinant
        second = (given[1] * gram[0, 0] - given[0] * gram[0, 1]) / determinant
        amplitudes = np.stack([first, second])
    return amplitudes, (amplitudes * given).sum(axis=0)


def _explained(projections: Floats, gram: Floats) -> Floats:
    """Explained sum of squares (voxels, rates) of projections (terms, voxels, rates)."""
    first = projections[0]
    if len(projections) == 1:
        return np.asarray(first * first / gram[0, 0], float)
    second = projections[1]
    determinant = gram[0, 0] * gram[1, 1] - gram[0, 1] ** 2
    sound = determinant > 1e-13 * gram[0, 0] * gram[1, 1]
    share = np.where(sound, 1.0 / np.where(sound, determinant, 1.0), 0.0)
    out = first * (gram[1, 1] * share)
    out -= second * (2.0 * gram[0, 1] * share)
    out *= first
    out += second * second * (gram[0, 0] * share)
    return np.asarray(out, float)


def _fit_chunk(curves: Floats, table: RateTable) -> RateFit:
    projections = _projections(curves, table)
    explained = _explained(projections, table.gram)
    best = np.argmax(explained, axis=1)
    last = len(table.log_rates) - 1
    local = _Local.of(projections, table.gram, best)
    place = _refined(local, explained, best)
    amplitudes, reached = local.solved(place)
    at_bound = (place <= 1e-6) | (place >= last - 1e-6)
    return RateFit(table.log_rates[0] + table.step * place, amplitudes, reached, at_bound)


def _refined(local: _Local, explained: Floats, best: Ints) -> Floats:
    last = explained.shape[1] - 1
    rows = np.arange(len(best))
    middle = np.clip(best, 1, last - 1)
    low, here, high = (explained[rows, middle + k] for k in (-1, 0, 1))
    lower, upper = np.maximum(best - 1.0, 0.0), np.minimum(best + 1.0, float(last))
    place = np.clip(_vertex(middle.astype(float), 1.0, (low, here, high)), lower, upper)
    for width in _WIDTHS:
        centre = np.clip(place, width, last - width)
        values = [local.solved(centre + k * width)[1] for k in (-1.0, 0.0, 1.0)]
        place = np.clip(_vertex(centre, width, (values[0], values[1], values[2])), lower, upper)
    return place


def _vertex(centre: Floats, width: float, values: tuple[Floats, Floats, Floats]) -> Floats:
    """Maximum of the parabola through three points; one grid step uphill where it has none."""
    low, here, high = values
    bend, slope = low - 2.0 * here + high, 0.5 * (high - low)
    curved = bend < 0
    step = np.where(curved, -slope / np.where(curved, bend, 1.0), np.sign(slope) / width)
    found: Floats = centre + width * np.clip(step, -1.0 / width, 1.0 / width)
    return found


@dataclass(frozen=True, eq=False)
class _Local:
    """The ten grid points around each voxel's best one."""

    start: Ints
    projections: Floats  # (terms, POINTS, voxels)
    gram: Floats  # (terms, terms, POINTS, voxels)

    @classmethod
    def of(cls, projections: Floats, gram: Floats, best: Ints) -> _Local:
        start = np.clip(best - POINTS // 2 + 1, 0, projections.shape[2] - POINTS)
        points = start + np.arange(POINTS)[:, None]
        rows = np.arange(len(best))
        return cls(start, projections[:, rows, points], gram[:, :, points])

    def solved(self, place: Floats) -> tuple[Floats, Floats]:
        weights = _lagrange(place - self.start)
        given = (self.projections * weights).sum(axis=1)
        gram = (self.gram * weights).sum(axis=2)
        return _solved(given, gram)


_NODES = np.arange(POINTS)
_SCALE = 1.0 / np.array([np.prod([float(j - i) for i in _NODES if i != j]) for j in _NODES])


def _lagrange(x: Floats) -> Floats:
    """Weights of the ten points for positions x (voxels,) among them, (POINTS, voxels)."""
    apart = x - _NODES[:, None]
    out = np.empty_like(apart)
    product = np.ones_like(x)
    for i in range(POINTS):
        np.multiply(product, _SCALE[i], out=out[i])
        product *= apart[i]
    product = np.ones_like(x)
    for i in reversed(range(POINTS)):
        out[i] *= product
        product *= apart[i]
    return out

"""Fine-Gray: the subdistribution hazard of one cause on covariates, other causes competing.

A subject who had a competing event at X stays at risk afterwards with weight G(t-) / G(X-), G the
Kaplan-Meier curve of the censoring. Tied events share one risk set (Breslow). The variance is the
publication's sandwich, which counts that G was estimated; R survival's finegray() with coxph leaves
that part out. Coefficients and variance are those of R cmprsk 2.2-11 crr without cov2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.band import check_level
from hepatica.stats.cause import CauseRank, check_cause
from hepatica.stats.observation import Floats, Ints
from hepatica.stats.tail import normal_two_sided

_ENOUGH = 1e-9  # Newton stops where the log-likelihood changes by less than this share.
_STEPS = 30
_FLAT = 1e11  # Condition number from which the information counts as singular.


@dataclass(frozen=True, slots=True)
class FineGray:
    """A fitted subdistribution hazards model; arrays have one element a covariate.

    `lower` and `upper` are Wald limits of the hazard ratio at `conf_level`; `loglik` is (null,
    fitted). Where `converged` is False, `notes` says why and the numbers are where Newton ended.
    """

    names: tuple[str, ...]
    coef: Floats
    se: Floats
    hazard_ratio: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    variance: Floats
    loglik: tuple[float, float]
    n: int
    n_events: int
    n_competing: int
    converged: bool
    conf_level: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Data:
    """Per distinct time: events of interest `deaths`, `g` = G(t-); per subject: x, rank, cause."""

    x: Floats
    rank: Ints
    cause: Ints
    deaths: Floats
    g: Floats
    size: int


@dataclass(frozen=True, slots=True)
class _Moments:
    """Weighted sums at each distinct time: S0, the mean covariates, and what they give."""

    loglik: float
    risk: Floats
    s0: Floats
    mean: Floats
    score: Floats
    information: Floats


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    *,
    event: int = 1,
    names: Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> FineGray:
    """Subdistribution hazards model of one cause, equal to R's crr to 1e-7.

    Parameters
    ----------
    time, cause, event : as `cumulative_incidence`
    covariates : numbers, (n, p)     Or (n,) for one. No missing values: leave subjects out first.

    Raises      ShapeError, NotDefined as `check_cause`; NotDefined without an event of interest,
                without covariates, with missing values in them, or where one is constant or
                determined by the others.
    References  Fine & Gray 1999; R cmprsk 2.2-11 crr
    """
    z_level = check_level(conf_level)
    seen = check_cause(time, cause, event)
    x = _matrix(covariates, len(seen.rank))
    if names is not None and len(names) != x.shape[1]:
        raise ShapeError(f"{len(names)} names for {x.shape[1]} covariates")
    if not (seen.cause == 1).any():
        raise NotDefined("a model without an event of the cause of interest")
    spread = np.abs(x - x.mean(axis=0)).mean(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    data = _data(seen, (x - x.mean(axis=0)) / scale)
    beta, null, best, notes = _newton(data)
    inverse = np.linalg.pinv(best.information)
    variance = (inverse @ _meat(data, best) @ inverse) / np.outer(scale, scale)
    coef, se = beta / scale, np.sqrt(np.diag(variance))
    with np.errstate(all="ignore"):
        z = coef / se
        ratio, lower, upper = (np.exp(coef + k * z_level * se) for k in (0, -1, 1))
    return FineGray(
        tuple(names) if names is not None else tuple(f"x{i + 1}" for i in range(len(coef))),
        *(coef, se, ratio, lower, upper, z),
        p_value=np.array([normal_two_sided(float(v)) for v in z]),
        variance=variance,
        loglik=(null, best.loglik),
        n=len(seen.rank),
        n_events=int((seen.cause == 1).sum()),
        n_competing=int((seen.cause == 2).sum()),
        converged=not notes,
        conf_level=conf_level,
        notes=notes,
    )


def _matrix(covariates: ArrayLike, size: int) -> Floats:
    try:
        x = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ShapeError("covariates are not an array of numbers") from wrong
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != size:
        raise ShapeError(f"covariates have shape {x.shape}; expected ({size}, covariates)")
    if not x.shape[1]:
        raise NotDefined("a model without covariates")
    if not np.isfinite(x).all():
        raise NotDefined("covariates hold missing or infinite values")
    return x


def _data(seen: CauseRank, x: Floats) -> _Data:
    size = len(seen.distinct)
    at_risk = _from(np.bincount(seen.rank, minlength=size).astype(np.float64))
    censored = np.bincount(seen.rank[seen.cause == 0], minlength=size)
    curve = np.cumprod(1 - censored / at_risk)
    deaths = np.bincount(seen.rank[seen.cause == 1], minlength=size).astype(np.float64)
    return _Data(x, seen.rank, seen.cause, deaths, np.concatenate(([1.0], curve[:-1])), size)


def _newton(data: _Data) -> tuple[Floats, float, _Moments, tuple[str, ...]]:
    """Coefficients on the scaled covariates, null log-likelihood, final moments, notes."""
    beta = np.zeros(data.x.shape[1])
    at = _moments(data, beta)
    null = at.loglik
    size = np.sqrt(np.diag(at.information))
    if not size.all() or np.linalg.cond(at.information / np.outer(size, size)) > _FLAT:
        raise NotDefined("a covariate is constant or determined by the others")
    for _ in range(_STEPS):
        if np.linalg.cond(at.information) > _FLAT:
            break  # A coefficient has run so far that its covariate no longer tells anything.
        step = np.linalg.solve(at.information, at.score)
        trial = _moments(data, beta + step)
        while not trial.loglik >= at.loglik - 1e-12 * abs(at.loglik):
            step = step / 2
            trial = _moments(data, beta + step)
            if np.max(np.abs(step)) < 1e-14:
                break
        beta, before, at = beta + step, at.loglik, trial
        if abs(at.loglik - before) <= _ENOUGH * abs(at.loglik):
            # Once more: the log-likelihood is flat where the coefficients still move.
            beta, at, step = _polished(data, beta, at)
            return beta, null, at, _endless(beta, step)
    return beta, null, at, ("Newton's method did not end; a coefficient may be infinite.",)


def _polished(data: _Data, beta: Floats, at: _Moments) -> tuple[Floats, _Moments, Floats]:
    step = np.asarray(np.linalg.solve(at.information, at.score), dtype=np.float64)
    trial = _moments(data, beta + step)
    if trial.loglik >= at.loglik - 1e-12 * abs(at.loglik):
        return beta + step, trial, step
    return beta, at, step


def _endless(beta: Floats, step: Floats) -> tuple[str, ...]:
    if np.any(np.abs(step) > 1e-4 * np.maximum(np.abs(beta), 1)):
        return ("The likelihood rises without end: a coefficient may be infinite.",)
    return ()


def _moments(data: _Data, beta: Floats) -> _Moments:
    eta = data.x @ beta
    eta = eta - eta.max()
    risk = np.exp(eta)
    used = data.deaths > 0
    s0 = _weighted(data, risk)
    s1 = np.stack([_weighted(data, risk * column) for column in data.x.T], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(used[:, None], s1 / s0[:, None], 0.0)
        log_s0 = np.where(used, np.log(s0), 0.0)
        hazard = np.where(used, data.deaths / s0, 0.0)
    own = data.cause == 1
    loglik = float(eta[own].sum() - data.deaths @ log_s0)
    score = data.x[own].sum(axis=0) - data.deaths @ mean
    factor = risk * _exposure(data, hazard)
    second = (data.x * factor[:, None]).T @ data.x
    information = second - (mean * data.deaths[:, None]).T @ mean
    return _Moments(loglik, risk, s0, mean, score, information)


def _weighted(data: _Data, values: Floats) -> Floats:
    """Sum over the weighted risk set at each distinct time."""
    staying = _from(
        np.bincount(data.rank, values, minlength=data.size).astype(np.float64, copy=False)
    )
    gone = data.cause == 2
    rank = data.rank[gone]
    kept = np.bincount(rank, values[gone] / data.g[rank], minlength=data.size)
    before = np.concatenate(([0.0], np.cumsum(kept)[:-1]))
    total: Floats = staying + data.g * before
    return total


def _exposure(data: _Data, hazard: Floats) -> Floats:
    """Of each subject: the sum of hazard x weight over the times it is in the risk set."""
    own: Floats = np.cumsum(hazard)[data.rank]
    after = _after(hazard * data.g)
    gone = data.cause == 2
    own[gone] += after[data.rank[gone]] / data.g[data.rank[gone]]
    return own


def _meat(data: _Data, at: _Moments) -> Floats:
    """Sum over subjects of the squared influence on the score, that on G included."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(data.deaths > 0, data.deaths / at.s0, 0.0)
    tilted = at.mean * hazard[:, None]
    shift = np.stack([_exposure(data, column) for column in tilted.T], axis=1)
    eta = -at.risk[:, None] * (data.x * _exposure(data, hazard)[:, None] - shift)
    own = data.cause == 1
    eta[own] += data.x[own] - at.mean[data.rank[own]]
    influence = eta + _censoring(data, at.risk, hazard, tilted)
    total: Floats = influence.T @ influence
    return total


def _censoring(data: _Data, risk: Floats, hazard: Floats, tilted: Floats) -> Floats:
    """Influence of each subject through the estimate of the censoring curve."""
    at_risk = _from(np.bincount(data.rank, minlength=data.size).astype(np.float64))
    censored = np.bincount(data.rank[data.cause == 0], minlength=data.size) / at_risk
    gone = data.cause == 2
    rank = data.rank[gone]
    weight = risk[gone] / data.g[rank]

    def before(values: Floats) -> Floats:
        sums = np.bincount(rank, values, minlength=data.size).astype(np.float64, copy=False)
        total: Floats = np.cumsum(sums) - sums
        return total

    # A censoring at u touches the weights at s >= u of those gone before u, as published.
    later = _from(hazard * data.g)
    q = np.empty_like(tilted)
    for j in range(data.x.shape[1]):
        moved = before(weight * data.x[gone, j]) * later
        q[:, j] = moved - before(weight) * _from(tilted[:, j] * data.g)
    per_risk = q / at_risk[:, None]
    drawn = -np.cumsum(per_risk * censored[:, None], axis=0)[data.rank]
    lost = data.cause == 0
    drawn[lost] += per_risk[data.rank[lost]]
    result: Floats = drawn
    return result


def _from(values: Floats) -> Floats:
    """Running sum from the last time backwards, each time included."""
    total: Floats = np.cumsum(values[::-1])[::-1]
    return total


def _after(values: Floats) -> Floats:
    """Running sum of what comes after each time."""
    return _from(values) - values

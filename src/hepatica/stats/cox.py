"""Cox proportional hazards: coefficients, tests, and the test of the proportionality itself.

Newton steps from 0 with step halving, stopped by R's rule (the log-likelihood changes by less
than 1e-9 of itself), so the iterates are those of R survival 3.5-3 coxph. Covariates are centred
and scaled inside; the results are on the scale given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, ShapeError, UsageError
from hepatica.stats.band import check_level
from hepatica.stats.count import risk_table
from hepatica.stats.observation import (
    Floats,
    Observation,
    check_group,
    check_observation,
)
from hepatica.stats.risk_set import RiskSet, derive_risk_set, information, moments, score
from hepatica.stats.tail import chi_square_upper, normal_two_sided

Ties = Literal["efron", "breslow"]
Transform = Literal["km", "identity"]

_ENOUGH = 1e-9  # R's coxph.control(eps)
_SINGULAR = float(np.finfo(np.float64).eps ** 0.75)  # R's coxph.control(toler.chol)
_FLAT = 1e11  # Condition number from which a variance counts as singular.
_STEPS = 20  # R's coxph.control(iter.max)


class CoxOptions(TypedDict, total=False):
    """Options of `cox`: ties 'efron' (default) or 'breslow', strata, entry, names of covariates."""

    ties: Ties
    strata: ArrayLike | None
    entry: ArrayLike | None
    names: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class ChiSquareTest:
    """A chi-square statistic with its degrees of freedom and tail probability."""

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the proportional hazards test needs of a fit: risk sets, scaled coefficients, data."""

    sets: RiskSet
    beta: Floats
    kept: tuple[int, ...]
    seen: Observation
    ties: str


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A fitted Cox model; arrays have one element a covariate, nan where it was left out.

    `lower` and `upper` are 95 % Wald limits of the hazard ratio; `loglik` is (null, fitted).
    Where `converged` is False, `notes` says why and the numbers are where the steps ended.
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
    wald: ChiSquareTest
    score: ChiSquareTest
    likelihood_ratio: ChiSquareTest
    n: int
    n_events: int
    ties: str
    converged: bool
    iterations: int
    notes: tuple[str, ...]
    fitted: Fitted = field(repr=False, compare=False)


def cox(
    time: ArrayLike, event: ArrayLike, covariates: ArrayLike, **options: Unpack[CoxOptions]
) -> CoxFit:
    """Cox model of the hazard on covariates, equal to R's coxph to 1e-9.

    Parameters
    ----------
    time, event : (n,)               As `kaplan_meier`; option `entry` delays entry.
    covariates : numbers, (n, p)     Or (n,) for one. No missing values: leave subjects out first.
    options : see `CoxOptions`       Each stratum has its own baseline hazard.

    Returns     CoxFit. A constant covariate, or one that the others determine, is nan with a note.
    Raises      ShapeError, NotDefined as `check_observation`; NotDefined without events, without
                covariates or with missing values in them; UsageError for another ties rule.
    References  Efron 1977; Breslow 1974; R survival 3.5-3 coxph
    """
    ties = options.get("ties", "efron")
    if ties not in ("efron", "breslow"):
        raise UsageError(f"ties {ties!r}: expected efron or breslow")
    seen = check_observation(time, event, options.get("entry"))
    x = _matrix(covariates, seen.size)
    names = _names(options.get("names"), x.shape[1])
    if not seen.event.any():
        raise NotDefined("a Cox model without events")
    strata = options.get("strata")
    code = None if strata is None else check_group(strata, seen.size)[0]
    sets = derive_risk_set(seen, x, code, ties == "efron")
    scale = _scale_in_place(sets.x)
    newton = _newton(sets)
    return _result(names, scale, newton, Fitted(sets, newton.beta, newton.kept, seen, ties))


def proportional_hazards_test(
    fit: CoxFit,
    *,
    transform: Transform = "km",
    terms: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, ChiSquareTest]:
    """Score test that each coefficient is constant in time, and all together ('GLOBAL').

    Parameters
    ----------
    transform : 'km' (1 - S just before the time, R's default) or 'identity'
    terms : term -> its columns of the covariates; default: each covariate is a term.

    Returns     A test a term, nan where its variance is singular.
    Raises      NotDefined without covariates or where all events have one (transformed) time;
                UsageError for another transform.
    References  Grambsch & Therneau 1994; R survival 3.5-3 cox.zph
    """
    sets, kept = fit.fitted.sets, list(fit.fitted.kept)
    clock = _clock(fit.fitted, transform)
    clock = clock - float(sets.deaths @ clock) / fit.n_events
    if not kept or np.max(np.abs(clock)) < 1e-9:
        raise NotDefined("proportional hazards cannot be tested: no covariate, or one event time")
    at = moments(sets, fit.fitted.beta)
    both = np.ix_(kept, kept)
    flat, tilted, square = (
        information(sets, at, weight)[both] for weight in (None, clock, clock**2)
    )
    full = np.block([[flat, tilted], [tilted, square]])
    gradient = score(sets, at, clock)[kept]
    groups = terms or {name: [i] for i, name in enumerate(fit.names)}
    out: dict[str, ChiSquareTest] = {}
    for name, columns in groups.items():
        chosen = [kept.index(i) for i in columns if i in kept]
        if chosen:
            out[name] = _tilt_test(full, gradient, chosen)
    out["GLOBAL"] = _tilt_test(full, gradient, list(range(len(kept))))
    return out


@dataclass(frozen=True, slots=True)
class _Newton:
    beta: Floats
    variance: Floats
    kept: tuple[int, ...]
    loglik: tuple[float, float]
    score: float
    wald: float
    iterations: int
    notes: tuple[str, ...]
    infinite: tuple[int, ...]


def _newton(sets: RiskSet) -> _Newton:
    beta = np.zeros(len(sets.x))
    at = moments(sets, beta)
    null = at.loglik
    gradient, info = score(sets, at), information(sets, at)
    kept = _independent(info)
    step = _step(info, gradient, kept)
    score_test = float(gradient @ step)
    best, trial, halved, done = null, beta + step, 0, False
    iteration = 0
    while iteration < _STEPS and kept and not done:
        iteration += 1
        with np.errstate(all="ignore"):
            at = moments(sets, trial)
        if np.isfinite(at.loglik) and not halved and abs(1 - best / at.loglik) <= _ENOUGH:
            done = True
        elif not np.isfinite(at.loglik) or at.loglik < best:
            halved += 1
            trial = (trial + halved * beta) / (halved + 1)
            continue
        halved, best, beta = 0, at.loglik, trial
        gradient, info = score(sets, at), information(sets, at)
        step = _step(info, gradient, kept)
        trial = beta + step
    infinite = _runaway(sets, beta, step, kept) if kept else ()
    notes = () if done or not kept else (f"The fit did not converge in {_STEPS} steps.",)
    return _Newton(
        beta=beta,
        variance=_inverse(info, kept),
        kept=kept,
        loglik=(null, best),
        score=score_test,
        wald=float(beta @ info @ beta),
        iterations=iteration,
        notes=notes,
        infinite=infinite,
    )


def _runaway(sets: RiskSet, beta: Floats, step: Floats, kept: tuple[int, ...]) -> tuple[int, ...]:
    """Covariates whose next Newton step stays as long: the likelihood has no maximum there.

    R flags a long step (toler.inf); a second step tells a slow end from no end.
    """
    long = (np.abs(step) > _ENOUGH) & (np.abs(step) > np.sqrt(_ENOUGH) * np.abs(beta))
    if not long.any():
        return ()
    with np.errstate(all="ignore"):
        at = moments(sets, beta + step)
        again = _step(information(sets, at), score(sets, at), kept)
    runs = long & ~(np.abs(again) < 0.1 * np.abs(step))
    return tuple(int(i) for i in np.flatnonzero(runs))


def _independent(info: Floats) -> tuple[int, ...]:
    """Columns that those before them do not determine: Cholesky pivots above R's tolerance."""
    work = info.copy()
    least = _SINGULAR * float(np.max(np.diag(work), initial=0.0))
    kept = []
    for i in range(len(work)):
        pivot = work[i, i]
        if not pivot > least:
            continue
        kept.append(i)
        work[i + 1 :, i + 1 :] -= np.outer(work[i + 1 :, i], work[i, i + 1 :]) / pivot
    return tuple(kept)


def _step(info: Floats, gradient: Floats, kept: tuple[int, ...]) -> Floats:
    step = np.zeros(len(gradient))
    index = list(kept)
    try:
        step[index] = np.linalg.solve(info[np.ix_(index, index)], gradient[index])
    except np.linalg.LinAlgError:
        step[index] = np.nan
    return step


def _inverse(info: Floats, kept: tuple[int, ...]) -> Floats:
    out = np.full(info.shape, np.nan)
    index = np.ix_(kept, kept)
    try:
        out[index] = np.linalg.inv(info[index])
    except np.linalg.LinAlgError:
        out[index] = np.inf
    return out


def _result(names: tuple[str, ...], scale: Floats, newton: _Newton, fitted: Fitted) -> CoxFit:
    kept = list(newton.kept)
    used = np.zeros(len(names), dtype=bool)
    used[kept] = True
    coef = np.where(used, newton.beta * scale, np.nan)
    variance = newton.variance * np.outer(scale, scale)
    z_level = check_level(0.95)
    with np.errstate(all="ignore"):
        se = np.sqrt(np.diag(newton.variance)) * scale
        z = coef / se
        ratio, lower, upper = (np.exp(coef + k * z_level * se) for k in (0, -1, 1))
    null, best = newton.loglik
    notes = _notes(names, used, newton)
    return CoxFit(
        names=names,
        coef=coef,
        se=se,
        hazard_ratio=ratio,
        lower=lower,
        upper=upper,
        z=z,
        p_value=np.array([normal_two_sided(float(v)) for v in z]),
        variance=variance,
        loglik=newton.loglik,
        wald=_test(newton.wald, len(kept)),
        score=_test(newton.score, len(kept)),
        likelihood_ratio=_test(2 * (best - null), len(kept)),
        n=fitted.seen.size,
        n_events=int(fitted.seen.event.sum()),
        ties=fitted.ties,
        converged=bool(kept) and not newton.notes and not newton.infinite,
        iterations=newton.iterations,
        notes=notes,
        fitted=fitted,
    )


def _notes(names: tuple[str, ...], used: np.ndarray, newton: _Newton) -> tuple[str, ...]:
    left_out = tuple(
        f"{name} is constant or determined by the other covariates and was left out."
        for name, kept in zip(names, used, strict=True)
        if not kept
    )
    monotone = tuple(
        f"The likelihood rises without end in {names[i]}: its coefficient may be infinite."
        for i in newton.infinite
    )
    return left_out + newton.notes + monotone


def _test(statistic: float, df: int) -> ChiSquareTest:
    return ChiSquareTest(statistic, df, chi_square_upper(statistic, df))


def _tilt_test(full: Floats, gradient: Floats, chosen: list[int]) -> ChiSquareTest:
    size = len(gradient)
    index = [*range(size), *(size + i for i in chosen)]
    u = np.concatenate((np.zeros(size), gradient[chosen]))
    matrix = full[np.ix_(index, index)]
    size_of = np.sqrt(np.abs(np.diag(matrix)))
    if not size_of.all() or np.linalg.cond(matrix / np.outer(size_of, size_of)) > _FLAT:
        return ChiSquareTest(np.nan, len(chosen), np.nan)
    statistic = float(u @ np.linalg.solve(matrix, u))
    return _test(statistic, len(chosen))


def _clock(fitted: Fitted, transform: Transform) -> Floats:
    times = fitted.sets.time
    if transform == "identity":
        return times
    if transform != "km":
        raise UsageError(f"transform {transform!r}: expected km or identity")
    table = risk_table(fitted.seen)
    curve = np.cumprod(1 - table.events / table.at_risk)
    before = np.searchsorted(table.time, times, side="left")
    clock: Floats = 1 - np.concatenate(([1.0], curve))[before]
    return clock


def _matrix(covariates: ArrayLike, size: int) -> Floats:
    try:
        x = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ShapeError("covariates are not an array of numbers") from wrong
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != size:
        raise ShapeError(f"covariates have shape {x.shape}; expected ({size}, covariates)")
    if not x.shape[1]:
        raise NotDefined("a Cox model without covariates")
    if not np.isfinite(x).all():
        raise NotDefined("covariates hold missing or infinite values")
    return x


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"x{i + 1}" for i in range(count))
    if len(names) != count:
        raise ShapeError(f"{len(names)} names for {count} covariates")
    return tuple(names)


def _scale_in_place(x: Floats) -> Floats:
    """Centre each row and make its mean deviation 1; returns what each was multiplied by."""
    scale = np.ones(len(x))
    for i in range(len(x)):
        # A constant covariate must come out as exact zeros, not as magnified rounding.
        x[i] -= x[i, 0] if x[i].max() == x[i].min() else x[i].mean()
        spread = float(np.abs(x[i]).mean())
        if spread > 0:
            scale[i] = 1 / spread
            x[i] *= scale[i]
    return scale

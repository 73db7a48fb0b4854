"""Risk sets of a Cox model, laid out so that one pass over the subjects serves any stratum.

A block is one event time within one stratum. Each subject is at risk in the blocks
``begin <= block < end``; sums over risk sets are one count by block and one running sum from
the last block. With r = exp(x b), and over a block's risk set and its d events:

    S0, S1 = sums of r and r x over the risk set;   D0, D1 = the same over the events
    den_l  = S0 - l/d D0, l = 0..d-1 (Efron);       den_l = S0 (Breslow)

The second moments need no sum per block: subject i adds r_i x_i x_i' times the sum of 1/den over
the blocks it was at risk in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.stats.observation import Floats, Ints, Observation, time_rank

_CHUNK = 8192  # Columns of x that stay in cache while they are multiplied.


@dataclass(frozen=True, slots=True)
class RiskSet:
    """Subjects with events first, then censored; only those at risk in some block.

    `x` is (covariates, subjects), `begin` is None where every subject is at risk from block 0;
    `deaths` and `time` have one element a block, `events` counts the leading event subjects.
    """

    x: Floats
    begin: Ints | None
    end: Ints
    events: int
    deaths: Ints
    time: Floats
    efron: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """What one value of the coefficients yields; sums over l of 1/den, (l/d)/den, squares."""

    loglik: float
    risk: Floats
    s1: Floats
    d1: Floats | None
    inverse: Floats
    inverse_tied: Floats | None
    square: tuple[Floats, ...]


def derive_risk_set(seen: Observation, x: Floats, stratum: Ints | None, efron: bool) -> RiskSet:
    """Risk sets of checked follow-up, with `x` (subjects, covariates) put in their order."""
    ranks = time_rank(seen)
    order, width = ranks.order, len(ranks.distinct)
    event = seen.event if order is None else seen.event[order]
    rows = np.concatenate((np.flatnonzero(event), np.flatnonzero(~event)))
    code = stratum if stratum is None or order is None else stratum[order]
    base = 0 if code is None else code * width
    key = ranks.rank + base
    strata = 1 if code is None else int(code.max()) + 1
    present = np.zeros(strata * width, dtype=bool)
    present[key[event]] = True
    upto = np.concatenate(([0], np.cumsum(present)))
    end = upto[key + 1]
    begin = None
    if ranks.entry_rank is not None:
        begin = upto[ranks.entry_rank + base + 1]
    elif code is not None:
        begin = upto[base]
    used = end > (0 if begin is None else begin)
    rows = rows[used[rows]]
    blocks = np.flatnonzero(present)
    subject = rows if order is None else order[rows]
    return RiskSet(
        x=np.ascontiguousarray(np.take(x, subject, axis=0).T),
        begin=None if begin is None else begin[rows],
        end=end[rows],
        events=int(event.sum()),
        deaths=np.bincount(end[event] - 1, minlength=len(blocks)),
        time=ranks.distinct[blocks % width],
        efron=efron,
    )


def moments(sets: RiskSet, beta: Floats) -> Moments:
    """Log partial likelihood at `beta` and the sums that its derivatives need."""
    eta = np.zeros(sets.x.shape[1])
    for coefficient, column in zip(beta, sets.x, strict=True):
        eta += coefficient * column
    eta -= eta.max()
    risk = np.exp(eta)
    s0 = _at_risk_sum(sets, risk)
    s1 = np.empty((len(sets.x), len(s0)))
    for row, column in zip(s1, sets.x, strict=True):
        row[:] = _at_risk_sum(sets, risk * column)
    first = float(eta[: sets.events].sum())
    if not sets.efron or sets.deaths.max() == 1:
        loglik = first - float(sets.deaths @ np.log(s0))
        inverse = sets.deaths / s0
        return Moments(loglik, risk, s1, None, inverse, None, (inverse / s0,))
    tied, risk_of_event = sets.end[: sets.events] - 1, risk[: sets.events]
    size = len(sets.deaths)
    d0 = _by_block(tied, risk_of_event, size)
    d1 = np.empty_like(s1)
    for row, column in zip(d1, sets.x, strict=True):
        row[:] = _by_block(tied, risk_of_event * column[: sets.events], size)
    block = np.repeat(np.arange(size), sets.deaths)
    share = _tie_share(sets.deaths)
    den = s0[block] - share * d0[block]
    one = 1 / den
    tied_one = share * one
    sums = [
        _by_block(block, weight, size)
        for weight in (one, tied_one, one * one, tied_one * one, tied_one * tied_one)
    ]
    loglik = first - float(np.log(den).sum())
    return Moments(loglik, risk, s1, d1, sums[0], sums[1], tuple(sums[2:]))


def score(sets: RiskSet, at: Moments, weight: Floats | None = None) -> Floats:
    """First derivative of the log partial likelihood, each block weighted if asked, (p,)."""
    events = sets.x[:, : sets.events]
    if weight is None:
        observed = events.sum(axis=1)
        weight = np.ones(len(sets.deaths))
    else:
        observed = _dot(events, weight[sets.end[: sets.events] - 1])
    expected = _dot(at.s1, weight * at.inverse)
    if at.d1 is not None and at.inverse_tied is not None:
        expected -= _dot(at.d1, weight * at.inverse_tied)
    result: Floats = observed - expected
    return result


def information(sets: RiskSet, at: Moments, weight: Floats | None = None) -> Floats:
    """Minus the second derivative of the log partial likelihood, blocks weighted, (p, p)."""
    w = np.ones(len(sets.deaths)) if weight is None else weight
    running = np.concatenate(([0.0], np.cumsum(w * at.inverse)))
    factor = running[sets.end]
    if sets.begin is not None:
        factor -= running[sets.begin]
    if at.inverse_tied is not None:
        factor[: sets.events] -= (w * at.inverse_tied)[sets.end[: sets.events] - 1]
    factor *= at.risk
    total = _product(sets.x, factor, sets.x) - _product(at.s1, w * at.square[0], at.s1)
    if at.d1 is not None:
        cross = _product(at.s1, w * at.square[1], at.d1)
        total += cross + cross.T - _product(at.d1, w * at.square[2], at.d1)
    return total


def _product(left: Floats, weight: Floats, right: Floats) -> Floats:
    """Weighted cross product, (p, p), in pieces that stay in cache."""
    total = np.zeros((len(left), len(right)))
    for start in range(0, len(weight), _CHUNK):
        piece = slice(start, start + _CHUNK)
        total += (left[:, piece] * weight[piece]) @ right[:, piece].T
    return total


def _dot(rows: Floats, weight: Floats) -> Floats:
    # Not a matrix product: BLAS threads cost more than they save here on a busy machine.
    result: Floats = np.einsum("pk,k->p", rows, weight)
    return result


def _at_risk_sum(sets: RiskSet, values: Floats) -> Floats:
    size = len(sets.deaths)
    leaving = _by_block(sets.end, values, size + 1)[1:]
    if sets.begin is not None:
        leaving = leaving - _by_block(sets.begin, values, size + 1)[1:]
    total: Floats = np.cumsum(leaving[::-1])[::-1]
    return total


def _by_block(block: Ints, values: Floats, size: int) -> Floats:
    # NumPy's stubs leave out that weighted counts are floats.
    return np.bincount(block, values, minlength=size).astype(np.float64, copy=False)


def _tie_share(deaths: Ints) -> Floats:
    """Share l / d for l = 0..d-1 of each block, one after another."""
    starts = np.concatenate(([0], np.cumsum(deaths[:-1])))
    place = np.arange(int(deaths.sum())) - np.repeat(starts, deaths)
    share: Floats = place / np.repeat(deaths, deaths)
    return share

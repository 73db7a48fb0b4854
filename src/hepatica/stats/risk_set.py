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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hepatica.stats.observation import Floats, Ints, Observation, time_rank

_ROOM = 1_000_000  # Slots of a table by stratum and time that cost less than searching.
_CHUNK = 8192  # Columns of x that stay in cache while they are multiplied.


@dataclass(frozen=True, slots=True)
class RiskSet:
    """Subjects at risk in some block: events that share a block first, other events, censored.

    `x` is (covariates, subjects); `begin` is None where every subject is at risk from block 0;
    `deaths` and `time` have one element a block; `events` counts the event subjects.
    """

    x: Floats
    begin: Ints | None
    end: Ints
    events: int
    deaths: Ints
    time: Floats
    ties: Ties | None


@dataclass(frozen=True, slots=True)
class Ties:
    """Blocks of several events, for Efron's rule; None in a `RiskSet` under Breslow's.

    `place` tells which of `block` each leading event subject is in; `owner` and `share` (l/d)
    list every event of every block, block by block.
    """

    block: Ints
    place: Ints
    owner: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class TiedMoments:
    """Over the blocks of `Ties`: D1 and the sums of (l/d)/den, (l/d)/den^2 and (l/d)^2/den^2."""

    d1: Floats
    inverse: Floats
    cross: Floats
    square: Floats


@dataclass(frozen=True, slots=True)
class Moments:
    """What one value of the coefficients yields: r, S1, and the sums of 1/den and 1/den^2."""

    loglik: float
    risk: Floats
    s1: Floats
    inverse: Floats
    square: Floats
    tied: TiedMoments | None


def derive_risk_set(seen: Observation, x: Floats, stratum: Ints | None, efron: bool) -> RiskSet:
    """Risk sets of checked follow-up, with `x` (subjects, covariates) put in their order."""
    ranks = time_rank(seen)
    order, width = ranks.order, len(ranks.distinct)
    event = seen.event if order is None else seen.event[order]
    code = stratum if stratum is None or order is None else stratum[order]
    base = 0 if code is None else code * width
    key = ranks.rank + base
    keys, before = _event_keys(key[event], key)
    end = before(key + 1)
    begin = None
    if ranks.entry_rank is not None:
        begin = before(ranks.entry_rank + base + 1)
    elif code is not None:
        begin = before(code * width)
    used = end > (0 if begin is None else begin)
    deaths = np.bincount(end[event] - 1, minlength=len(keys))
    shared = event & (deaths[end - 1] > 1)
    rows = np.concatenate(
        [np.flatnonzero(part) for part in (shared, event & ~shared, used & ~event)]
    )
    subject = rows if order is None else order[rows]
    return RiskSet(
        x=np.ascontiguousarray(np.take(x, subject, axis=0).T),
        begin=None if begin is None else begin[rows],
        end=end[rows],
        events=int(event.sum()),
        deaths=deaths,
        time=ranks.distinct[keys % width],
        ties=_ties(deaths, end[shared] - 1) if efron and deaths.max() > 1 else None,
    )


def _event_keys(of_events: Ints, key: Ints) -> tuple[Ints, Callable[[Ints], Ints]]:
    """The distinct keys with events, and a function: how many of them are below a key."""
    size = int(key.max()) + 2
    if size > 8 * len(key) + _ROOM:
        keys = np.unique(of_events)
        return keys, lambda wanted: np.searchsorted(keys, wanted)
    present = np.zeros(size, dtype=bool)
    present[of_events] = True
    below = np.concatenate(([0], np.cumsum(present)))
    return np.flatnonzero(present), lambda wanted: below[wanted]


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
    log_den = sets.deaths * np.log(s0)
    inverse = sets.deaths / s0
    square = inverse / s0
    tied = None
    if sets.ties is not None:
        one, log_den[sets.ties.block], tied = _tied_moments(sets, sets.ties, risk, s0)
        inverse[sets.ties.block], square[sets.ties.block] = one
    loglik = float(eta[: sets.events].sum()) - float(log_den.sum())
    return Moments(loglik, risk, s1, inverse, square, tied)


def _ties(deaths: Ints, block_of_row: Ints) -> Ties:
    block = np.flatnonzero(deaths > 1)
    count = deaths[block]
    owner = np.repeat(np.arange(len(block)), count)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    place = (np.cumsum(deaths > 1) - 1)[block_of_row]
    return Ties(block, place, owner, turn / count[owner])


def _tied_moments(
    sets: RiskSet, ties: Ties, risk: Floats, s0: Floats
) -> tuple[tuple[Floats, Floats], Floats, TiedMoments]:
    """Sums of 1/den and 1/den^2, of log den, and those that Efron's rule adds, a tied block."""
    size, lead = len(ties.block), len(ties.place)
    own = risk[:lead]
    d0 = _by_block(ties.place, own, size)
    d1 = np.empty((len(sets.x), size))
    for row, column in zip(d1, sets.x, strict=True):
        row[:] = _by_block(ties.place, own * column[:lead], size)
    den = s0[ties.block][ties.owner] - ties.share * d0[ties.owner]
    one = 1 / den
    part = ties.share * one
    sums = [
        _by_block(ties.owner, weight, size)
        for weight in (one, one * one, np.log(den), part, part * one, part * part)
    ]
    return (sums[0], sums[1]), sums[2], TiedMoments(d1, sums[3], sums[4], sums[5])


def score(sets: RiskSet, at: Moments, weight: Floats | None = None) -> Floats:
    """First derivative of the log partial likelihood, each block weighted if asked, (p,)."""
    events = sets.x[:, : sets.events]
    w = np.ones(len(sets.deaths)) if weight is None else weight
    observed = _dot(events, w[sets.end[: sets.events] - 1])
    result: Floats = observed - _dot(at.s1, w * at.inverse)
    if sets.ties is not None and at.tied is not None:
        result += _dot(at.tied.d1, w[sets.ties.block] * at.tied.inverse)
    return result


def information(sets: RiskSet, at: Moments, weight: Floats | None = None) -> Floats:
    """Minus the second derivative of the log partial likelihood, blocks weighted, (p, p)."""
    w = np.ones(len(sets.deaths)) if weight is None else weight
    running = np.concatenate(([0.0], np.cumsum(w * at.inverse)))
    factor = running[sets.end]
    if sets.begin is not None:
        factor -= running[sets.begin]
    if sets.ties is not None and at.tied is not None:
        factor[: len(sets.ties.place)] -= (w[sets.ties.block] * at.tied.inverse)[sets.ties.place]
    factor *= at.risk
    total = _product(sets.x, factor, sets.x) - _product(at.s1, w * at.square, at.s1)
    if sets.ties is not None and at.tied is not None:
        own, s1 = w[sets.ties.block], at.s1[:, sets.ties.block]
        cross = _product(s1, own * at.tied.cross, at.tied.d1)
        total += cross + cross.T - _product(at.tied.d1, own * at.tied.square, at.tied.d1)
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

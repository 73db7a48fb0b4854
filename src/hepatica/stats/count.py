"""How many were at risk, had the event, were censored, at each distinct follow-up time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.stats.observation import (
    Floats,
    Ints,
    Observation,
    merged_times,
    time_rank,
)


@dataclass(frozen=True, slots=True)
class RiskTable:
    """One element a distinct follow-up time, in rising order; `n` subjects in all."""

    time: Floats
    at_risk: Ints
    events: Ints
    censored: Ints
    n: int


def risk_table(seen: Observation) -> RiskTable:
    """Numbers at risk, of events and censorings at each distinct time, near-equal times merged.

    Whole-number times and delayed entries are counted into bins, other times sorted once with
    the event as the last bit of the key; both give the same table.

    Raises      NotDefined where an interval has no length left after merging.
    """
    if seen.entry is None and seen.whole is None:
        time, events, censored = _sorted(seen)
        return RiskTable(time, seen.size - _before(events + censored), events, censored, seen.size)
    ranks = time_rank(seen)
    cells = np.bincount(2 * ranks.rank + seen.event, minlength=2 * len(ranks.distinct))
    used = np.flatnonzero(cells[0::2] + cells[1::2])
    censored, events = cells[0::2][used], cells[1::2][used]
    inside = np.full(len(used), seen.size)
    if ranks.entry_rank is not None:
        inside = np.searchsorted(np.sort(ranks.entry_rank), used, side="left")
    at_risk = inside - _before(events + censored)
    return RiskTable(ranks.distinct[used], at_risk, events, censored, seen.size)


def _before(leaving: Ints) -> Ints:
    total: Ints = np.cumsum(leaving) - leaving
    return total


def _sorted(seen: Observation) -> tuple[Floats, Ints, Ints]:
    # A time >= 0 has sign bit 0 and orders like its bits: shift them up, the event goes last.
    key = (seen.time.view(np.uint64) << np.uint64(1)) | seen.event
    key.sort()
    time = (key >> np.uint64(1)).view(np.float64)
    starts = np.concatenate(([True], time[1:] != time[:-1]))
    distinct = time[starts]
    merged = merged_times(distinct)
    first = np.flatnonzero(starts)
    if merged is not distinct:
        fresh = np.concatenate(([True], merged[1:] != merged[:-1]))
        distinct, first = merged[fresh], first[fresh]
    running = np.concatenate(([0], np.cumsum((key & np.uint64(1)).astype(np.int64))))
    edges = np.append(first, len(time))
    events = np.diff(running[edges])
    return distinct, events, np.diff(edges) - events

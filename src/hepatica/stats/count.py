"""How many were at risk, had the event, were censored, at each distinct follow-up time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.stats.observation import (
    Floats,
    Ints,
    Observation,
    merge_observation,
    merged_times,
    whole_numbers,
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

    Whole-number times are counted into bins, others sorted once with the event as the last bit
    of the key; both give the same table.
    """
    seen = merge_observation(seen) if seen.entry is not None else seen
    whole = whole_numbers(seen.time)
    time, events, censored = _counted(whole, seen) if whole is not None else _sorted(seen)
    leaving = events + censored
    if seen.entry is None:
        at_risk = seen.size - np.concatenate(([0], np.cumsum(leaving[:-1])))
    else:
        entered = np.searchsorted(np.sort(seen.entry), time, side="left")
        at_risk = entered - np.concatenate(([0], np.cumsum(leaving[:-1])))
    return RiskTable(time, at_risk, events, censored, seen.size)


def _counted(whole: Ints, seen: Observation) -> tuple[Floats, Ints, Ints]:
    cells = np.bincount(2 * whole + seen.event)
    if len(cells) % 2:
        cells = np.append(cells, 0)
    censored, events = cells[0::2], cells[1::2]
    used = np.flatnonzero(censored + events)
    return used.astype(np.float64), events[used], censored[used]


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

"""What was observed of each subject: a time, whether the event happened then, perhaps an entry.

Every survival estimator checks its arrays here, once, and trusts them afterwards. Times that
differ by floating-point noise only are one time (R survival::aeqSurv).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.core.errors import NotDefined, ShapeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""R's tolerance for equal times and for a curve that stands exactly at a probability."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Checked follow-up: one element a subject; `entry` is None where all enter at time 0.

    `whole` holds the times as integers where all are whole and few enough to count by.
    """

    time: Floats
    event: Bools
    entry: Floats | None
    whole: Ints | None

    @property
    def size(self) -> int:
        """Number of subjects."""
        return len(self.time)


def check_observation(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None
) -> Observation:
    """Follow-up times, event flags and entries, fit for every survival estimator.

    Parameters
    ----------
    time : numbers >= 0, (n,)
    event : bool or 0/1, (n,)       1 = the event happened at `time`, 0 = censored then.
    entry : numbers >= 0, (n,)      Start of observation; each below its `time`.

    Raises      ShapeError for arrays that are not one-dimensional or differ in length;
                NotDefined for no subjects, missing, infinite or negative times, other flags.
    """
    times = _finite(time, "time")
    whole = whole_numbers(time, times)
    flags = _flags(event)
    if len(flags) != len(times):
        raise ShapeError(f"time has {len(times)} values and event has {len(flags)}")
    if entry is None:
        return Observation(times, flags, None, whole)
    entries = _finite(entry, "entry")
    if len(entries) != len(times):
        raise ShapeError(f"time has {len(times)} values and entry has {len(entries)}")
    if np.any(entries >= times):
        raise NotDefined("an entry time is not below its follow-up time")
    return Observation(times, flags, entries, whole)


def check_group(label: ArrayLike | Sequence[object], size: int) -> tuple[Ints, tuple[object, ...]]:
    """Code of each subject's group, and the labels in sorted order.

    Raises      ShapeError unless there is one label a subject; NotDefined for missing labels.
    """
    labels = np.asarray(label)
    if labels.shape != (size,):
        raise ShapeError(f"group has shape {labels.shape}; expected ({size},)")
    if labels.dtype.kind == "O" and any(item is None for item in labels):
        raise NotDefined("a group label is missing")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise NotDefined("a group label is missing")
    if labels.dtype.kind in "bui" and size:
        return _small_codes(labels)
    try:
        found, codes = np.unique(labels, return_inverse=True)
    except TypeError as wrong:
        raise NotDefined("group labels of different kinds cannot be sorted") from wrong
    return codes.astype(np.int64), tuple(found.tolist())


def merged_times(distinct: Floats) -> Floats:
    """The time that each of the sorted distinct times stands for (R survival::aeqSurv).

    A time closer than 1.49e-8 to the one before, absolutely or relative to the mean of the
    distinct times, is noise and takes the first time of its run.
    """
    if len(distinct) < 2:
        return distinct
    step = np.diff(distinct)
    tied = step <= TOLERANCE * max(1.0, float(distinct.mean()))
    if not tied.any():
        return distinct
    starts = np.concatenate(([True], ~tied))
    cuts: Floats = distinct[starts]
    run: Floats = cuts[np.cumsum(starts) - 1]
    return run


@dataclass(frozen=True, slots=True)
class TimeRank:
    """Follow-up times as ranks: subject `order[i]` (or i) left at `distinct[rank[i]]`."""

    order: Ints | None
    rank: Ints
    entry_rank: Ints | None
    distinct: Floats


def time_rank(seen: Observation) -> TimeRank:
    """Ranks of the follow-up times, near-equal times sharing one; entries ranked among them.

    Whole-number times are their own ranks, and some ranks then stand for no subject; other times
    are sorted, and `order` says how.

    Raises      NotDefined where an interval has no length left after merging.
    """
    if seen.entry is not None:
        distinct, both = np.unique(np.concatenate((seen.time, seen.entry)), return_inverse=True)
        distinct, place = _places(distinct)
        both = both if place is None else place[both]
        rank, entry_rank = both[: seen.size], both[seen.size :]
        if np.any(entry_rank >= rank):
            raise NotDefined("an interval has no length once near-equal times are merged")
        return TimeRank(None, rank, entry_rank, distinct)
    if seen.whole is not None:
        distinct = np.arange(int(seen.whole.max()) + 1, dtype=np.float64)
        return TimeRank(None, seen.whole, None, distinct)
    order = np.argsort(seen.time)
    time = seen.time[order]
    starts = np.concatenate(([True], time[1:] != time[:-1]))
    distinct, place = _places(time[starts])
    rank = np.cumsum(starts) - 1
    return TimeRank(order, rank if place is None else place[rank], None, distinct)


def whole_numbers(given: ArrayLike, times: Floats) -> Ints | None:
    """The times as integers where all are whole and few enough to count by; else None.

    `given` is what `times` were read from: integers need no second look.
    """
    most = min(4 * len(times) + 10_000, 1 / TOLERANCE)
    if times.max(initial=0.0) > most or not float(times[0]).is_integer():
        return None
    if isinstance(given, np.ndarray) and given.dtype.kind in "iu":
        return given.astype(np.int64, copy=False)
    whole = times.astype(np.int64)
    return whole if np.array_equal(whole, times) else None


def _places(distinct: Floats) -> tuple[Floats, Ints | None]:
    """Distinct times once merged, and the place of each time before among them."""
    merged = merged_times(distinct)
    if merged is distinct:
        return distinct, None
    fresh = np.concatenate(([True], merged[1:] != merged[:-1]))
    return merged[fresh], np.cumsum(fresh) - 1


def _finite(values: ArrayLike, name: str) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ShapeError(f"{name} is not an array of numbers") from wrong
    if array.ndim != 1:
        raise ShapeError(f"{name} has {array.ndim} dimensions; expected 1")
    if not len(array):
        raise NotDefined("no subjects")
    low, high = float(array.min()), float(array.max())
    if np.isnan(low) or np.isinf(high):
        raise NotDefined(f"{name} holds missing or infinite values")
    if low < 0:
        raise NotDefined(f"{name} holds negative values")
    # -0.0 and 0.0 are one time, also where times are compared by their bits.
    return array + 0.0 if low == 0 else array


def _flags(values: ArrayLike) -> Bools:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ShapeError(f"event has {array.ndim} dimensions; expected 1")
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as wrong:
            raise NotDefined("event holds values other than 0 and 1") from wrong
    if array.dtype.kind not in "iuf":
        raise NotDefined("event holds values other than 0 and 1")
    flags: Bools = array != 0
    if not np.array_equal(flags, array):
        raise NotDefined("event holds values other than 0 and 1")
    return flags


def _small_codes(labels: NDArray[np.generic]) -> tuple[Ints, tuple[object, ...]]:
    whole = labels.astype(np.int64)
    low, high = int(whole.min()), int(whole.max())
    if high - low > 4 * len(whole) + 1000:
        found, codes = np.unique(labels, return_inverse=True)
        return codes.astype(np.int64), tuple(found.tolist())
    shifted = whole - low if low else whole
    present = np.bincount(shifted) > 0
    names = tuple(labels.dtype.type(low + i).item() for i in np.flatnonzero(present))
    if present.all():
        return shifted, names
    return (np.cumsum(present) - 1)[shifted], names

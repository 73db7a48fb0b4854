"""Follow-up split where a covariate changes: the counting-process form of a Cox model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.observation import Bools, Floats, Ints, check_observation


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals (start, stop] at risk: `changed` tells whether the covariate had changed in it.

    `subject` is the place of each interval's subject in what was given; `event` ends it.
    """

    subject: Ints
    start: Floats
    stop: Floats
    event: Bools
    changed: Bools


def split_follow_up(
    time: ArrayLike, event: ArrayLike, onset: ArrayLike, entry: ArrayLike | None = None
) -> Intervals:
    """Split each subject's follow-up at `onset`, from which on the covariate is 1.

    Parameters
    ----------
    time, event, entry : as `check_observation`
    onset : numbers, (n,)     nan = never. An event on the day of onset still belongs to the
                              time before it, as in R survival::tmerge.

    Raises      ShapeError unless there is one onset a subject; NotDefined for a time of 0, at which
                nobody was at risk; otherwise as `check_observation`.
    """
    seen = check_observation(time, event, entry)
    when = np.asarray(onset, dtype=np.float64)
    if when.shape != seen.time.shape:
        raise ShapeError(f"onset has shape {when.shape}; expected ({seen.size},)")
    begin = np.zeros(seen.size) if seen.entry is None else seen.entry
    if np.any(seen.time <= begin):
        raise NotDefined("a follow-up without length")
    inside = (when > begin) & (when < seen.time)  # False for nan
    whole = ~inside
    every = np.arange(seen.size)
    return Intervals(
        subject=np.concatenate((every, every[inside])),
        start=np.concatenate((begin, when[inside])),
        stop=np.concatenate((np.where(inside, when, seen.time), seen.time[inside])),
        event=np.concatenate((seen.event & whole, seen.event[inside])),
        changed=np.concatenate((whole & (when <= begin), np.ones(int(inside.sum()), dtype=bool))),
    )

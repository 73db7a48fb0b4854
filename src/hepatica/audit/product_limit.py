"""The Kaplan-Meier curve in exact fractions: survival, its median under both conventions, risk.

Floating point puts S on either side of one half where it is exactly one half (times 1 to 20, all
events: 10, 10.5 or 11 by program). Exact fractions do not, so both conventions can be told apart:

leftmost   the first time at which S is at or below one half
midpoint   the middle of the plateau where S is exactly one half; the plateau that the curve ends on
           reaches to the last follow-up (R survival, SAS)
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.data_set import Duration

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Steps:
    """Times of events in rising order and the survival from each on; `last` follow-up of all."""

    times: tuple[Fraction, ...]
    survival: tuple[Fraction, ...]
    last: Fraction

    def at(self, time: Fraction) -> Fraction:
        """Survival at `time`; beyond the last follow-up its last value."""
        index = bisect_right(self.times, time)
        return self.survival[index - 1] if index else Fraction(1)


def product_limit(durations: Iterable[Duration]) -> Steps:
    """The exact curve of one duration or more; events come before censorings of their time."""
    known = sorted(durations, key=lambda d: d.time)
    leaving = Counter(d.time for d in known)
    events = Counter(d.time for d in known if d.event)
    at_risk, survival = len(known), Fraction(1)
    times, heights = [], []
    for time, number in leaving.items():
        if events[time]:
            survival *= Fraction(at_risk - events[time], at_risk)
            times.append(time)
            heights.append(survival)
        at_risk -= number
    return Steps(tuple(times), tuple(heights), known[-1].time)


def medians(curve: Steps) -> tuple[Fraction, ...]:
    """The median survival time under each convention; empty where it is not reached."""
    for index, height in enumerate(curve.survival):
        if height <= HALF:
            leftmost = curve.times[index]
            if height < HALF:
                return (leftmost,)
            final = index + 1 == len(curve.times)
            return (leftmost, (leftmost + (curve.last if final else curve.times[index + 1])) / 2)
    return ()


def at_risk(durations: Iterable[Duration], time: Fraction) -> int:
    """How many are at risk just before `time`: all whose own time is `time` or later."""
    return sum(d.time >= time for d in durations)

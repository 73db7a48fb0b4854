"""The planned interval between visits, in whole days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from hepatica.study.model import Schedule


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low_days` to `high_days` after the day counted from, and `window_days` around that.

    `restarts` is True where every session and every examination begins the count anew, False
    where visits stand at fixed distances from one anchor.
    """

    low_days: int
    high_days: int
    window_days: int
    restarts: bool

    @classmethod
    def of(cls, schedule: Schedule) -> Interval:
        """The interval of a protocol; parts of a day are given to the patient (low up, high down).

        Where no whole day lies between them the first one after is taken. The window around it
        is not touched by that rounding.
        """
        low, high = sorted(schedule.interval_weeks)
        first = math.ceil(7 * low)
        return cls(
            first,
            max(first, math.floor(7 * high)),
            schedule.window_days,
            schedule.anchor == "each session",
        )

    def window(self, start: date) -> tuple[date, date]:
        """First and last day on which a visit counted from `start` is in its window."""
        first = start + timedelta(self.low_days - self.window_days)
        last = start + timedelta(self.high_days + self.window_days)
        return max(first, start + timedelta(1)), last

    def target(self, start: date) -> tuple[date, date]:
        """First and last day of the planned interval itself, without the window."""
        return start + timedelta(self.low_days), start + timedelta(self.high_days)

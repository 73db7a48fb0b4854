"""Patients rebuilt from a published Kaplan-Meier curve and its numbers at risk [guyot2012].

Between two numbers at risk, so many patients are censored, evenly spread, that the events read
from the curve leave the second number; events at a point are n (1 - S / S before), rounded. In
the last interval censoring goes on at the mean rate, or as the total number of events demands.

Choices, as in the R package kmdata 1.0.1, whose patients of the lung data these are: the curve is
made to fall by antitonic regression; it ends at the last number at risk, unless `tail` is asked
for; a censored time is the middle between two points; who is left at the end is censored there.
Unlike there, equal times keep their lowest survival, an interval without a point of the curve gets
one, and events are never negative.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.observation import Floats, Ints

_MOST_ROUNDS = 200
_PERCENT_ABOVE = 1.5


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One element a patient, by time: follow-up and event. `events` counts events."""

    time: Floats
    event: Ints

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.time)

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.event.sum())


def rebuilt_patients(
    time: ArrayLike,
    survival: ArrayLike,
    risk_time: ArrayLike,
    at_risk: ArrayLike,
    *,
    events: int | None = None,
    tail: bool = False,
) -> Rebuilt:
    """Patients whose Kaplan-Meier curve and numbers at risk are those published.

    Parameters
    ----------
    time, survival : numbers, (k,)       Points read from the curve; survival as share or percent.
    risk_time, at_risk : numbers, (m,)   Numbers at risk, the first at time 0; one is enough.
    events : whole number                Total number of events, where published.
    tail : bool                          Use the curve beyond the last number at risk too.

    Raises      ShapeError for arrays that differ in length or are empty; NotDefined for missing,
                negative or infinite numbers, no number at risk at time 0, or rising ones.
    References  [guyot2012]
    """
    points = _points(time, survival)
    marks = _marks(risk_time, at_risk)
    curve = _curve(points, marks, tail=tail or len(marks[0]) == 1)
    work = _Work(*curve, *_intervals(curve[0], marks))
    for i in range(work.intervals - 1):
        work.fit_interval(i)
    work.fit_last(events)
    return work.patients()


def falling(survival: Floats) -> Floats:
    """The nearest curve that never rises: neighbours that rise are replaced by their mean."""
    level: list[float] = []
    width: list[int] = []
    for value in survival:
        level.append(float(value))
        width.append(1)
        while len(level) > 1 and level[-2] < level[-1]:
            total = level[-2] * width[-2] + level[-1] * width[-1]
            joined = width.pop() + width.pop()
            width.append(joined)
            level.pop()
            level[-1] = total / joined
    return np.repeat(np.array(level), np.array(width))


def _points(time: ArrayLike, survival: ArrayLike) -> tuple[Floats, Floats]:
    t, s = _pair(time, survival, "curve")
    s = np.clip(s / (100 if s.max() > _PERCENT_ABOVE else 1), 0.0, 1.0)
    order = np.lexsort((-s, t))
    t, s = t[order], s[order]
    last = np.append(t[1:] != t[:-1], True)  # Of equal times the lowest point.
    t, s = t[last], s[last]
    if t[0] > 0:
        t, s = np.append(0.0, t), np.append(1.0, s)
    else:
        s[0] = 1.0
    return t, falling(s)


def _marks(risk_time: ArrayLike, at_risk: ArrayLike) -> tuple[Floats, Ints]:
    t, n = _pair(risk_time, at_risk, "numbers at risk")
    if (n != np.floor(n)).any():
        raise NotDefined("a number at risk that is not whole")
    order = np.argsort(t, kind="stable")
    t, n = t[order], n[order]
    if t[0] != 0:
        raise NotDefined(f"the first number at risk is at {t[0]:g}; expected one at time 0")
    if (np.diff(t) == 0).any() or (np.diff(n) > 0).any():
        raise NotDefined("numbers at risk that rise, or two at one time")
    used = n > 0
    if not used[0] or n[0] > 1_000_000:
        raise NotDefined(f"{n[0]:g} at risk at time 0; expected 1 to 1,000,000")
    return t[used], n[used].astype(np.int64)


def _pair(x: ArrayLike, y: ArrayLike, name: str) -> tuple[Floats, Floats]:
    try:
        a, b = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise NotDefined(f"{name}: not numbers") from wrong
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ShapeError(
            f"{name}: {a.shape} times and {b.shape} values; expected as many, not none"
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()) or a.min() < 0 or b.min() < 0:
        raise NotDefined(f"{name}: a number that is missing, infinite or negative")
    return a, b


def _curve(
    points: tuple[Floats, Floats], marks: tuple[Floats, Ints], *, tail: bool
) -> tuple[Floats, Floats]:
    """The points used: to the last number at risk, and at least one in each interval."""
    t, s = points
    end = marks[0][-1]
    if end > t[-1]:
        t, s = np.append(t, end), np.append(s, s[-1])
    if not tail:
        t, s = t[t <= end], s[t <= end]
    for start, stop in zip(marks[0], marks[0][1:], strict=False):
        if not ((t >= start) & (t < stop)).any():
            place = int(np.searchsorted(t, start))
            t, s = np.insert(t, place, start), np.insert(s, place, s[place - 1])
    return t, s


def _intervals(t: Floats, marks: tuple[Floats, Ints]) -> tuple[Ints, Ints]:
    """Index of the first point at or after each number at risk (the last where none is)."""
    first = np.minimum(np.searchsorted(t, marks[0]), len(t) - 1)
    return first.astype(np.int64), marks[1].copy()


@dataclass(slots=True)
class _Work:
    """The reconstruction under way; arrays have one element a point of the curve."""

    t: Floats
    s: Floats
    first: Ints
    risk: Ints
    events: Ints = field(init=False)
    censored: Ints = field(init=False)
    left: Ints = field(init=False)
    fitted: Floats = field(init=False)
    lost: list[int] = field(default_factory=list)
    last_event: int = 0

    def __post_init__(self) -> None:
        m = len(self.t)
        self.events, self.censored = np.zeros(m, np.int64), np.zeros(m, np.int64)
        self.left, self.fitted = np.zeros(m + 1, np.int64), np.ones(m)

    @property
    def intervals(self) -> int:
        return len(self.risk)

    def fit_interval(self, i: int) -> None:
        """Censor so many between two numbers at risk that the second is met."""
        begin, end = int(self.first[i]), int(self.first[i + 1])
        before = self.last_event
        share = self.s[end] / self.s[begin] if self.s[begin] > 0 else 0.0
        lost = max(round(float(self.risk[i] * share - self.risk[i + 1])), 0)
        tried: set[int] = set()
        while True:
            self._walk(i, (begin, end), lost, before)
            excess = int(self.left[end] - self.risk[i + 1])
            tried.add(lost)
            following = max(lost + excess, 0)
            if excess == 0 or (excess < 0 and lost == 0) or following in tried:
                break
            if len(tried) > _MOST_ROUNDS:
                break
            lost = following
        self.risk[i + 1] = min(self.risk[i + 1], self.left[end])
        self.lost.append(lost)

    def fit_last(self, total: int | None) -> None:
        """The last interval: censoring at the mean rate, or as the total of events demands."""
        i = self.intervals - 1
        begin, end = int(self.first[i]), len(self.t) - 1
        before = self.last_event
        lost = self._expected_lost(begin, end)
        self._walk(i, (begin, end), lost, before, inclusive=True)
        if total is None:
            return
        earlier = int(self.events[:begin].sum())
        if earlier >= total:
            self.events[begin:] = 0
            self.censored[begin:] = 0
            return
        tried: set[int] = set()
        while lost not in tried and len(tried) <= _MOST_ROUNDS:
            tried.add(lost)
            excess = int(self.events.sum()) - total
            if excess == 0 or (excess < 0 and lost == 0):
                break
            lost = min(max(lost + excess, 0), int(self.risk[i]))
            self._walk(i, (begin, end), lost, before, inclusive=True)

    def _expected_lost(self, begin: int, end: int) -> int:
        if not self.lost:
            return 0
        seen = float(self.t[begin - 1] - self.t[0]) if begin else 0.0
        if seen <= 0:
            return 0
        rate = sum(self.lost) * float(self.t[end] - self.t[begin]) / seen
        return min(round(rate), int(self.risk[-1]))

    def _walk(
        self, i: int, ends: tuple[int, int], lost: int, before: int, *, inclusive: bool = False
    ) -> None:
        """Events and numbers left at each point of an interval where `lost` are censored."""
        begin, end = ends
        self.censored[begin:end] = _spread_evenly(lost, self.t[begin : end + 1])
        self.left[begin] = self.risk[i]
        last = before
        for k in range(begin, end + inclusive):
            at_risk, height = int(self.left[k]), float(self.fitted[last])
            events = 0
            if height > 0 and k > 0:
                events = round(at_risk * (1 - float(self.s[k]) / height))
            events = min(max(events, 0), at_risk)
            self.events[k] = events
            self.fitted[k] = height * (1 - events / at_risk) if at_risk else height
            self.censored[k] = min(int(self.censored[k]), at_risk - events)
            self.left[k + 1] = at_risk - events - int(self.censored[k])
            last = k if events else last
        self.last_event = last

    def patients(self) -> Rebuilt:
        """Everybody with a time; those left at the end are censored there."""
        n = int(self.risk[0])
        times = np.repeat(self.t, self.events)[:n]
        middles = np.append((self.t[1:] + self.t[:-1]) / 2, self.t[-1])
        lost = np.repeat(middles, self.censored)[: n - len(times)]
        rest = np.full(n - len(times) - len(lost), self.t[-1])
        time = np.concatenate((times, lost, rest))
        event = np.concatenate((np.ones(len(times)), np.zeros(n - len(times)))).astype(np.int64)
        order = np.lexsort((-event, time))
        return Rebuilt(time[order], event[order])


def _spread_evenly(count: int, points: Floats) -> Ints:
    """How many of `count` times, evenly spread, fall between each point and the next."""
    bins = len(points) - 1
    if count <= 0 or bins < 1:
        return np.zeros(max(bins, 0), np.int64)
    start, stop = points[0], points[-1]
    times = start + np.arange(1, count + 1) * (stop - start) / (count + 1)
    # A time on a point belongs to what ends there, but for rounding noise.
    fuzz = 1e-7 * float(np.median(np.diff(points)))
    place = np.clip(np.searchsorted(points + fuzz, times, side="left") - 1, 0, bins - 1)
    return np.bincount(place, minlength=bins).astype(np.int64)

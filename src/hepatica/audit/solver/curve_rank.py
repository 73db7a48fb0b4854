"""A time to event of few patients as ranks: which of the i-th smallest times are events.

With the patients in order of time the logarithm of the Kaplan-Meier estimate after rank i is a sum
over the events among the first i, so the curve at a cut is its value at the last rank until it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from hepatica.audit.solver.cut import Cut
from hepatica.audit.solver.model import Linear, Literal, Model
from hepatica.audit.solver.scale import LOG_SCALE, LOG_ZERO, log_bound, log_step

# Logarithms are squared in thousandths, so squares and variances in millionths; below e^-8 survival
# counts as e^-8, which is far from every printed limit.
_COARSE = LOG_SCALE // 10**3
_FAR = 8 * 10**3
_MARGIN = 3 * 10**3
_Z_SQUARED = 3.8414588206941254


@dataclass(frozen=True, slots=True)
class Side:
    """Which limit of the band, and whether it is at most or at least the share."""

    lower: bool
    at_most: bool


def _variance_step(at_risk: int) -> int:
    """One event among r at risk adds z^2 / (r (r - 1)) to z^2 times Greenwood's variance."""
    if at_risk == 1:
        return 2 * _FAR**2
    return round(_Z_SQUARED * 10**6 / (at_risk * (at_risk - 1)))


@dataclass
class RankColumn:
    """`until[cut]` switches on the ranks whose time lies before the cut."""

    model: Model
    name: str
    n: int
    events: list[Literal] = field(default_factory=list)
    log_survival: list[Literal] = field(default_factory=list)
    until: dict[Cut, list[Literal]] = field(default_factory=dict)
    person: list[Literal] = field(default_factory=list)
    variance: list[Literal] = field(default_factory=list)
    ends: dict[Cut, tuple[Literal, Literal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cp = self.model.cp
        for i in range(self.n):
            self.events.append(cp.new_bool_var(f"{self.name} event{i}"))
            self.log_survival.append(cp.new_int_var(2 * LOG_ZERO, 0, f"{self.name} log{i}"))
            before = self.log_survival[i - 1] if i else 0
            cp.add(self.log_survival[i] == before + log_step(self.n - i) * self.events[i])

    def add_cut(self, cut: Cut) -> None:
        """Make the switches of a cut; ranks and cuts are in order."""
        if cut in self.until:
            return
        cp = self.model.cp
        here = [cp.new_bool_var(f"{self.name} {cut.months} {i}") for i in range(self.n)]
        for left, right in pairwise(here):
            cp.add_implication(right, left)
        earlier = max((c for c in self.until if c < cut), default=None)
        later = min((c for c in self.until if c > cut), default=None)
        for inner, outer in (
            (self.until[earlier] if earlier else [], here),
            (here, self.until[later] if later else []),
        ):
            for a, b in zip(inner, outer, strict=False):
                cp.add_implication(a, b)
        self.until[cut] = here

    def gone_until(self, cut: Cut) -> Linear:
        """How many patients have their time before the cut."""
        self.add_cut(cut)
        return sum(self.until[cut])

    def events_until(self, cut: Cut) -> Linear:
        """How many of them by an event."""
        self.add_cut(cut)
        cp, both = self.model.cp, []
        for event, is_in in zip(self.events, self.until[cut], strict=True):
            here = cp.new_bool_var("event inside")
            cp.add_bool_and(event, is_in).only_enforce_if(here)
            cp.add_bool_or(~event, ~is_in, here)
            both.append(here)
        return sum(both)

    def bound(self, cut: Cut, ends: tuple[Fraction, Fraction], on: list[Literal]) -> None:
        """Survival until the cut lies between `ends`, within the error of the logarithms."""
        self.add_cut(cut)
        cp, inside = self.model.cp, self.until[cut]
        room = -self.n - 1 if self.model.strict else self.n
        low = log_bound(ends[0]) - room if ends[0] > 0 else 2 * LOG_ZERO
        high = log_bound(ends[1]) + room if ends[1] < 1 else 0
        if high < 0:
            cp.add(inside[0] == 1).only_enforce_if(on)
        for i in range(self.n):
            last = [*on, inside[i], *([~inside[i + 1]] if i + 1 < self.n else [])]
            if low > 2 * LOG_ZERO:
                # Survival only falls: the bound holds of every earlier rank too.
                cp.add(self.log_survival[i] >= low).only_enforce_if([*on, inside[i]])
            if high < 0:
                cp.add(self.log_survival[i] <= high).only_enforce_if(last)

    def bound_band(self, cut: Cut, share: Fraction, side: Side, on: list[Literal]) -> None:
        """Hold a limit of the 95 % band, on the log scale, against `share` at the cut.

        The limits are ln S -/+ z sqrt(V) with Greenwood's V, so a limit is held against ln x by
        the square of ln S - ln x. For data sets: a little beyond what rounding could hide.
        """
        cp = self.model.cp
        log, variance = self._at(cut)
        edge = round(log_bound(share) / _COARSE)
        near_log = cp.new_int_var(-_FAR * _COARSE, 0, "ln S, not below e^-8")
        cp.add_max_equality(near_log, [log, -_FAR * _COARSE])
        far = cp.new_int_var(-_FAR, _FAR, "ln S - ln x")
        cp.add(_COARSE * far - near_log + _COARSE * edge <= _COARSE)
        cp.add(_COARSE * far - near_log + _COARSE * edge >= -_COARSE)
        square = cp.new_int_var(0, _FAR**2, "square")
        cp.add_multiplication_equality(square, [far, far])
        if side.lower != side.at_most:
            cp.add(far >= 1 if side.lower else far <= -1).only_enforce_if(on)
            cp.add(square >= variance + _MARGIN).only_enforce_if(on)
            return
        near = cp.new_bool_var("within the band")
        cp.add(square <= variance - _MARGIN).only_enforce_if([*on, near])
        cp.add(far <= -1 if side.lower else far >= 1).only_enforce_if([*on, ~near])

    def _at(self, cut: Cut) -> tuple[Literal, Literal]:
        """The logarithm of survival and z squared times its variance at the last rank until."""
        self.add_cut(cut)
        if cut in self.ends:
            return self.ends[cut]
        cp, inside = self.model.cp, self.until[cut]
        if not self.variance:
            total: Linear = 0
            for i, event in enumerate(self.events):
                here = cp.new_int_var(0, 4 * _FAR**2, f"{self.name} variance{i}")
                cp.add(here == total + _variance_step(self.n - i) * event)
                self.variance.append(here)
                total = here
        log = cp.new_int_var(2 * LOG_ZERO, 0, f"{self.name} log at {cut}")
        variance = cp.new_int_var(0, 4 * _FAR**2, f"{self.name} variance at {cut}")
        cp.add(log == 0).only_enforce_if(~inside[0])
        cp.add(variance == 0).only_enforce_if(~inside[0])
        for i in range(self.n):
            last = [inside[i], *([~inside[i + 1]] if i + 1 < self.n else [])]
            cp.add(log == self.log_survival[i]).only_enforce_if(last)
            cp.add(variance == self.variance[i]).only_enforce_if(last)
        self.ends[cut] = log, variance
        return log, variance

    def close(self) -> None:
        """Nothing is left to tie: the ranks carry everything."""

    def ranks(self, value: Callable[[Literal], int]) -> tuple[dict[Cut, int], list[bool]]:
        """Patients until each cut, and whether each rank is an event."""
        filled = {cut: sum(map(value, here)) for cut, here in self.until.items()}
        return filled, [bool(value(event)) for event in self.events]

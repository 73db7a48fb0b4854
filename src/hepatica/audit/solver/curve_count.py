"""A time to event of many patients: how many are at risk at each cut, and bounds of survival.

Between two cuts survival falls least, not at all, where everybody who leaves is censored, and most
where everybody who leaves has an event: then it falls as the number at risk does. So survival may
only fall, and survival over the number at risk may only rise. Bounds of survival at two cuts can
be kept exactly when these two hold between them, which is linear in the numbers at risk. Every fall
between the extremes is taken as possible, which can only hide a conflict; how many of those who
left had an event, and in which order, is settled afterwards for a data set (`ranks`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from hepatica.audit.solver.cut import Cut
from hepatica.audit.solver.model import Linear, Literal, Model

# Distance kept from a bound in a data set, and how exactly floating point gives whole numbers.
_ROOM = Fraction(1, 10**6)
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class _Bound:
    """Survival until a cut lies between `low` and `high` where all of `on` are on."""

    cut: Cut
    low: Fraction
    high: Fraction
    on: list[Literal]


@dataclass
class CountColumn:
    """Counts until each cut of `n` patients; `close` ties the cuts once all are known."""

    model: Model
    name: str
    n: int
    gone: dict[Cut, Literal] = field(default_factory=dict)
    dead: dict[Cut, Literal] = field(default_factory=dict)
    bounds: list[_Bound] = field(default_factory=list)

    def add_cut(self, cut: Cut) -> None:
        """Make the counts until a cut."""
        if cut not in self.gone:
            cp = self.model.cp
            self.gone[cut] = cp.new_int_var(0, self.n, f"{self.name} gone {cut}")
            self.dead[cut] = cp.new_int_var(0, self.n, f"{self.name} events {cut}")

    def gone_until(self, cut: Cut) -> Linear:
        """How many patients have their time before the cut."""
        self.add_cut(cut)
        return self.gone[cut]

    def events_until(self, cut: Cut) -> Linear:
        """How many of them by an event."""
        self.add_cut(cut)
        return self.dead[cut]

    def bound(self, cut: Cut, ends: tuple[Fraction, Fraction], on: list[Literal]) -> None:
        """Survival until the cut lies between `ends`."""
        self.add_cut(cut)
        room = _ROOM if self.model.strict else Fraction(0)
        low, high = ends
        inner = low + room if low > 0 else low, high - room if high < 1 else high
        self.bounds.append(_Bound(cut, *inner, on))

    def close(self) -> None:
        """Tie the counts of neighbouring cuts, and the bounds of survival pair by pair."""
        cp = self.model.cp
        gone: Linear = 0
        dead: Linear = 0
        for cut in sorted(self.gone):
            cp.add(self.gone[cut] >= gone)
            cp.add(self.dead[cut] >= dead)
            cp.add(self.dead[cut] - dead <= self.gone[cut] - gone)
            gone, dead = self.gone[cut], self.dead[cut]
        for later in self.bounds:
            self._fall(self.n, Fraction(1), later, later.on)
            for earlier in self.bounds:
                if earlier.cut < later.cut:
                    on = [*earlier.on, *later.on]
                    self._fall(self.n - self.gone[earlier.cut], earlier.low, later, on)
                    if earlier.high < later.low:
                        cp.add_bool_or([~literal for literal in on])

    def _fall(self, at_risk: Linear, low: Fraction, later: _Bound, on: list[Literal]) -> None:
        """Survival falls from at least `low` no faster than the number at risk falls."""
        scale = math.lcm(low.denominator, later.high.denominator)
        left = self.n - self.gone[later.cut]
        earlier_part, later_part = int(low * scale), int(later.high * scale)
        self.model.cp.add(earlier_part * left <= later_part * at_risk).only_enforce_if(on)

    def ranks(self, value: Callable[[Literal], int]) -> tuple[dict[Cut, int], list[bool]]:
        """Patients until each cut, and whether each rank is an event.

        First with half of the events that each fall allows, then with the part that gives the
        number of events in all.
        """
        filled = {cut: value(self.gone[cut]) for cut in sorted(self.gone)}
        active = [b for b in self.bounds if all(value(literal) for literal in b.on)]
        wanted = value(self.dead[max(filled)])
        least, most, events = self._dealt(filled, active, value, Fraction(1, 2))
        if sum(events) != wanted and most > least:
            part = Fraction(wanted - least, most - least)
            _, _, events = self._dealt(
                filled, active, value, min(Fraction(1), max(Fraction(0), part))
            )
        return filled, events

    def _dealt(
        self,
        filled: dict[Cut, int],
        active: list[_Bound],
        value: Callable[[Literal], int],
        part: Fraction,
    ) -> tuple[int, int, list[bool]]:
        """Fewest and most events of the falls, and the ranks with that part between them."""
        events: list[bool] = []
        least = most = 0
        share = 1.0
        for cut, end in filled.items():
            at_risk = self.n - len(events), self.n - end
            after = self._share(cut, share, at_risk, active, value)
            cell = _Cell(*at_risk, after / share if share else 1.0)
            least, most = least + cell.least, most + cell.most
            aim = round(least + part * (most - least)) - sum(events)
            here = cell.ordered(max(cell.least, min(cell.most, aim)))
            for place, event in enumerate(here):
                left = at_risk[0] - place
                share *= (left - 1) / left if event else 1
            events += here
        return least, most, events

    def _share(
        self,
        cut: Cut,
        before: float,
        at_risk: tuple[int, int],
        active: list[_Bound],
        value: Callable[[Literal], int],
    ) -> float:
        """Survival at a cut that keeps its own bounds and leaves room for all later ones."""
        here, left = at_risk
        low, high = before * left / here if here else before, before
        for bound in active:
            if bound.cut == cut:
                low, high = max(low, float(bound.low)), min(high, float(bound.high))
            elif bound.cut > cut:
                then = self.n - value(self.gone[bound.cut])
                low = max(low, float(bound.low))
                high = min(high, float(bound.high) * left / then if then else high)
        return low + (high - low) / 4 if high > low else low


@dataclass(frozen=True, slots=True)
class _Cell:
    """From `at_risk` to `left` patients while survival is multiplied by `ratio`."""

    at_risk: int
    left: int
    ratio: float

    @property
    def least(self) -> int:
        """The fewest events that can make survival fall so far: censorings come first."""
        gone = self.at_risk - self.left
        if self.ratio <= 0:
            return min(1, gone)
        return max(0, min(gone, math.ceil(self.left * (1 / self.ratio - 1) - _NEAR)))

    @property
    def most(self) -> int:
        """The most events: they come first."""
        most = math.floor(self.at_risk * (1 - self.ratio) + _NEAR)
        return max(self.least, min(self.at_risk - self.left, most))

    def ordered(self, events: int) -> list[bool]:
        """Censorings before, after, and one of them within a block of events.

        The place of the block is chosen by the ratio asked for, then that of the one within.
        """
        censored = self.at_risk - self.left - events
        if not events or not censored:
            return [True] * events + [False] * censored
        # One more censoring first makes survival fall further: the ratio lies between two places.
        first = sum(self._after(f, events, events) >= self.ratio for f in range(1, censored))
        inner = min(
            range(events + 1), key=lambda p: abs(self._after(first, p, events) - self.ratio)
        )
        block = [True] * inner + [False] + [True] * (events - inner)
        return [False] * first + block + [False] * (censored - first - 1)

    def _after(self, first: int, inner: int, events: int) -> float:
        """The ratio with `first` censorings, `inner` events, one censoring, the other events."""
        start = self.at_risk - first
        middle = start - inner
        rest = events - inner
        if not rest:
            return middle / start
        return middle / start * (middle - 1 - rest) / (middle - 1)

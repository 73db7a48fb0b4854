"""What a journal does to a number: the style of one paper, and claims printed in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any, Literal

from scipy.special import stdtrit

from hepatica.audit import quantity
from hepatica.audit.claim import EVERYONE, Bracket, Claim
from hepatica.audit.simulation.rounding import ROUNDINGS, printed_number, printed_root
from hepatica.stats.band import ConfType
from hepatica.stats.kaplan_meier import Plateau
from hepatica.stats.proportion import clopper_pearson, wilson

Spread = Literal["sd", "iqr", "range"]


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one paper. `missing` is how unknown values are told.

    `missing`: ``row`` gives them a row of their own, ``known`` makes percentages of those known,
    ``all`` of everybody.
    """

    rounding: str
    percent_decimals: int
    mean_decimals: int
    time_decimals: int
    p_decimals: int
    tells_denominator: bool
    tells_count: bool
    missing: str
    spread: Spread
    quartile_type: int
    conf_type: ConfType
    plateau: Plateau
    share_method: str
    mean_bracket: str
    tells_method: bool
    grades: tuple[str, ...]
    evaluable_only: bool
    tells_total: bool
    coarse_abstract: bool


def made_style(rng: Random) -> Style:
    """Habits drawn from those that journals have."""
    return Style(
        rounding=rng.choice(ROUNDINGS),
        percent_decimals=rng.choice((0, 1, 1)),
        mean_decimals=rng.choice((0, 1, 1, 2)),
        time_decimals=rng.choice((1, 1, 2)),
        p_decimals=rng.choice((2, 3, 3)),
        tells_denominator=rng.random() < 0.5,
        tells_count=rng.random() < 0.85,
        missing=rng.choice(("row", "known", "all")),
        spread=rng.choice(("sd", "iqr", "range")),
        quartile_type=rng.choice((2, 6, 7)),
        conf_type=rng.choice(("log", "log-log", "plain", "logit", "arcsin")),
        plateau=rng.choice(("midpoint", "first")),
        share_method=rng.choice(("", "Clopper-Pearson", "Wilson", "Wilson, corrected", "Wald")),
        mean_bracket=rng.choice(("sd", "sd", "sd", "range", "ci")),
        tells_method=rng.random() < 0.7,
        grades=rng.choice((("1", "2", "3", "4"), ("1-2", "3-4"), (">=3",), ())),
        evaluable_only=rng.random() < 0.3,
        tells_total=rng.random() < 0.5,
        coarse_abstract=rng.random() < 0.5,
    )


@dataclass
class Press:
    """Claims gathered in the order of the paper; ids count up from C001."""

    style: Style
    claims: list[Claim] = field(default_factory=list)

    def claim(self, place: str, variable: str, statistic: str, **fields: Any) -> None:
        """Add a claim as it stands; its quote is made of its numbers."""
        shown = (fields.get(k, "") for k in ("level", "count", "value"))
        quote = fields.pop("quote", "") or " ".join([variable, *filter(None, shown)])
        number = len(self.claims) + 1
        made = Claim(f"C{number:03d}", place, quote, variable, statistic, line=number, **fields)
        self.claims.append(made)

    def number(self, exact: Fraction | float, decimals: int) -> str:
        """The number as this paper rounds."""
        return printed_number(exact, decimals, self.style.rounding)

    def bracket(
        self, low: Fraction | float, high: Fraction | float, decimals: int, declared_as: str
    ) -> Bracket:
        """Two ends as this paper rounds."""
        return Bracket(self.number(low, decimals), self.number(high, decimals), declared_as)

    def share(self, place: str, variable: str, level: str, count: int, of: int, **f: Any) -> None:
        """A count with its percentage, or the percentage alone, as the style has it."""
        decimals = self.style.percent_decimals
        if self.style.tells_count or not of:
            f["count"] = str(count)
        if self.style.tells_denominator:
            f["denominator"] = str(of)
        value = self.number(Fraction(100 * count, of), decimals) if of else ""
        unit = "%" if of else "patients"
        statistic = "percent" if of else "count"
        self.claim(place, variable, statistic, level=level, value=value, unit=unit, **f)

    def centre(
        self, place: str, variable: str, numbers: Sequence[Fraction], population: str = EVERYONE
    ) -> None:
        """Mean with SD, or median with quartiles or range, of sorted numbers."""
        style, decimals = self.style, self.style.mean_decimals
        told = {"denominator": str(len(numbers))} if style.tells_denominator else {}
        if style.spread == "sd":
            bracket, statistic = self._mean_bracket(numbers), "mean"
            exact = quantity.mean(numbers)
        else:
            ends = (numbers[0], numbers[-1])
            if style.spread == "iqr":
                quarters = (Fraction(1, 4), Fraction(3, 4))
                low, high = (quantity.quantile(numbers, p, style.quartile_type) for p in quarters)
                ends = (low, high)
            bracket, statistic = self.bracket(*ends, decimals, style.spread), "median"
            exact = quantity.median(numbers)
        value = self.number(exact, decimals)
        fields = {"population": population, "value": value, "bracket": bracket, **told}
        self.claim(place, variable, statistic, **fields)

    def _mean_bracket(self, numbers: Sequence[Fraction]) -> Bracket | None:
        """Standard deviation, range, or Student's interval of the mean, as the style has it."""
        decimals, spread = self.style.mean_decimals, quantity.variance(numbers)
        if self.style.mean_bracket == "range":
            return self.bracket(numbers[0], numbers[-1], decimals, "range")
        if spread is None:
            return None
        if self.style.mean_bracket == "ci":
            size = len(numbers)
            half = float(stdtrit(size - 1, 0.975)) * math.sqrt(spread / size)
            centre = float(quantity.mean(numbers))
            return self.bracket(centre - half, centre + half, decimals, "ci")
        return Bracket(printed_root(spread, decimals, self.style.rounding), "", "sd")


def share_bracket(press: Press, count: int, of: int) -> Bracket | None:
    """The confidence interval of a share in percent by the paper's method; None for no method."""
    method = press.style.share_method
    if not method or not of:
        return None
    if method == "Wald":
        half = 1.959963984540054 * math.sqrt(count * (of - count) / of) / of
        low, high = max(0.0, count / of - half), min(1.0, count / of + half)
    elif method == "Clopper-Pearson":
        low, high = clopper_pearson(count, of)
    else:
        low, high = wilson(count, of, correct="corrected" in method)
    return press.bracket(100 * low, 100 * high, press.style.percent_decimals, "ci")

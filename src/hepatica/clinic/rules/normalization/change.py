"""A change against measurement error: repeatability limits, z and verdict, in decimal arithmetic.

Rule: repeatability coefficient, Bland & Altman [bland1986, bland1999]: two measurements of
something that has not changed differ by more than 1.96 * sqrt(2) times the within-subject standard
deviation in 5 of 100 pairs. For a ratio the deviation is that of the logarithm, ln-SD =
sqrt(ln(1 + wCV^2)) of a lognormal quantity, so that the limits are exp(+-1.96 * sqrt(2) * ln-SD):
further up than down. RC% = 2.77 * wCV is its form for a small wCV.

Choices   "changed" asks for more than the limit; at the limit it is within error. z is positive
          towards the direction that the protocol wrote down, and upwards where it wrote none.
          A ratio needs both values above 0. Numbers are taken as they print, as decimals, and
          logarithms and roots are those of `decimal` at 34 digits: the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache

_CONTEXT = Context(prec=34)
_LIMIT = Decimal("1.96")
_TWICE = 2 * _LIMIT**2  # the square of 1.96 * sqrt(2)


@dataclass(frozen=True, slots=True)
class Repeatability:
    """How far two measurements of the same thing lie apart.

    `reach_squared` is the square of the repeatability limit: of the logarithm for a ratio, in the
    unit of the quantity for a difference. A square, so that a limit as stated stays exact.
    """

    ratio: bool
    reach_squared: Decimal

    @classmethod
    def of(cls, name: str, value: float) -> Repeatability:
        """From what the protocol states: wcv_percent, rc_percent (a ratio), sd, rc (a difference).

        A coefficient of repeatability (rc, rc_percent) is divided by 1.96 * sqrt(2) first.
        """
        with localcontext(_CONTEXT):
            squared = Decimal(str(value)) ** 2
            if name in ("sd", "rc"):
                return cls(False, squared if name == "rc" else _TWICE * squared)
            share = squared / 10_000 / (_TWICE if name == "rc_percent" else 1)
            return cls(True, _TWICE * (1 + share).ln())

    @property
    def limits(self) -> tuple[float, float]:
        """Change in percent (ratio) or in units (difference) that measurement error reaches."""
        return _limits(self)

    def change(self, before: float, after: float, sign: int) -> Change | None:
        """Change from `before` to `after`; None where a ratio has a value of 0 or below.

        `sign` is -1 where normalization is a decrease, else 1.
        """
        with localcontext(_CONTEXT):
            first, second = Decimal(str(before)), Decimal(str(after))
            if not self.ratio:
                return Change(self, second - first, sign)
            if first <= 0 or second <= 0:
                return None
            return Change(self, second.ln() - first.ln(), sign)

    def mean_change(self, changes: list[Change], sign: int) -> Change:
        """Mean of the changes of several regions, each of the same weight.

        Its error is taken to be that of one region: errors of regions of one scan go together.
        """
        with localcontext(_CONTEXT):
            return Change(self, sum((c.amount for c in changes), Decimal(0)) / len(changes), sign)


@dataclass(frozen=True, slots=True)
class Change:
    """A change: logarithm of the ratio, or difference; `sign` is the direction of normalization."""

    repeatability: Repeatability
    amount: Decimal
    sign: int

    @property
    def changed(self) -> bool:
        """Whether it exceeds the repeatability limit."""
        with localcontext(_CONTEXT):
            return self.amount**2 > self.repeatability.reach_squared

    @property
    def towards(self) -> bool:
        """Whether it goes the way that normalization would."""
        return self.sign * self.amount > 0

    @property
    def z(self) -> float:
        """Change in standard deviations of a change of nothing."""
        with localcontext(_CONTEXT):
            nothing = self.repeatability.reach_squared.sqrt() / _LIMIT
            return float(self.sign * self.amount / nothing)

    @property
    def percent(self) -> float | None:
        """Change in percent of a ratio; None for a difference."""
        if not self.repeatability.ratio:
            return None
        with localcontext(_CONTEXT):
            return float(100 * (self.amount.exp() - 1))


@cache
def _limits(ruler: Repeatability) -> tuple[float, float]:
    with localcontext(_CONTEXT):
        reach = ruler.reach_squared.sqrt()
        if not ruler.ratio:
            return -float(reach), float(reach)
        return float(100 * ((-reach).exp() - 1)), float(100 * (reach.exp() - 1))

"""When a change of body weight asks for a new dose: in exact decimals, 70 to 77.0 kg is 10 %."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RedoseRule:
    """Recalculate when the weight differs from the dosing weight by `percent` of it.

    `inclusive`: at exactly that change too. A percent of 0 means each dose by its own weight.
    """

    percent: Decimal = Decimal(10)
    inclusive: bool = True

    def asks(self, weight_kg: Decimal, dosing_weight_kg: Decimal) -> bool:
        """Whether this weight asks for a new dose; compared without division."""
        change = 100 * abs(weight_kg - dosing_weight_kg)
        limit = self.percent * dosing_weight_kg
        return change >= limit if self.inclusive else change > limit


REDOSE = RedoseRule()


def weight_change_pct(weight_kg: Decimal, dosing_weight_kg: Decimal) -> Decimal:
    """Change of weight in percent of the dosing weight; for print, the rule does not divide."""
    return 100 * (weight_kg - dosing_weight_kg) / dosing_weight_kg

"""One dose, worked out from a weight: milligrams, vials, dilution and pump rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hepatica.clinic.rules.dose.product import Product
from hepatica.clinic.rules.dose.redose import REDOSE, RedoseRule, weight_change_pct
from hepatica.clinic.rules.dose.rounding import POLICIES, RoundingPolicy
from hepatica.clinic.rules.dose.vial import Vials, vials_for
from hepatica.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class DoseRequest:
    """What a dose is worked out from. `dosing_weight_kg`: the weight the last dose was made for."""

    weight_kg: Decimal
    dose_mg_kg: Decimal = Decimal(5)
    total_volume_ml: Decimal = Decimal(100)
    minutes: Decimal = Decimal(30)
    dosing_weight_kg: Decimal | None = None
    max_dose_mg: Decimal | None = None
    policy: RoundingPolicy = POLICIES["exact"]
    redose: RedoseRule = REDOSE


@dataclass(frozen=True, slots=True)
class Option:
    """What one rounding policy gives: the dose (None: the exact one stands) and its vials."""

    policy: RoundingPolicy
    rounded_mg: Decimal | None
    given_mg: Decimal
    difference_pct: Decimal
    volume_ml: Decimal
    vials: Vials


@dataclass(frozen=True, slots=True)
class DoseOrder:
    """A dose and everything about it that a pharmacist prepares and a nurse programmes.

    `used_weight_kg` is the weight the dose is made for; `recalculated` says whether the re-dose
    rule asked for a new one (None without an earlier dosing weight). `exact_mg` is the dose before
    rounding, capped where `capped`.
    """

    product: Product
    request: DoseRequest
    used_weight_kg: Decimal
    recalculated: bool | None
    change_pct: Decimal | None
    exact_mg: Decimal
    capped: bool
    chosen: Option
    options: tuple[Option, ...]

    @property
    def lowest_volume_ml(self) -> Decimal:
        """Total volume below which the concentration is too high."""
        return self.chosen.given_mg / self.product.highest_mg_ml

    @property
    def highest_volume_ml(self) -> Decimal:
        """Total volume above which the concentration is too low."""
        return self.chosen.given_mg / self.product.lowest_mg_ml

    @property
    def concentration_mg_ml(self) -> Decimal:
        """Concentration in the total volume asked for."""
        return self.chosen.given_mg / self.request.total_volume_ml

    @property
    def within_range(self) -> bool:
        """Whether the concentration is in the label's range; compared without division."""
        volume, dose = self.request.total_volume_ml, self.chosen.given_mg
        product = self.product
        return product.lowest_mg_ml * volume <= dose <= product.highest_mg_ml * volume

    @property
    def diluent_ml(self) -> Decimal:
        """Diluent to add to the drug."""
        return self.request.total_volume_ml - self.chosen.volume_ml

    @property
    def rate_ml_h(self) -> Decimal:
        """Pump rate."""
        return self.request.total_volume_ml * 60 / self.request.minutes

    @property
    def rate_ml_min(self) -> Decimal:
        """Pump rate by the minute."""
        return self.request.total_volume_ml / self.request.minutes


def dose_order(product: Product, request: DoseRequest) -> DoseOrder:
    """The dose of a request, its vials, dilution and pump rate, and what each policy would give.

    Raises      UsageError in a sentence for a weight, dose, volume or time outside what is
                plausible (`products.toml`).
    """
    _demand_plausible(product, request)
    weight, recalculated, change = _dosing_weight(request)
    exact = request.dose_mg_kg * weight
    capped = request.max_dose_mg is not None and exact > request.max_dose_mg
    if capped and request.max_dose_mg is not None:
        exact = request.max_dose_mg
    policies: Mapping[str, RoundingPolicy] = POLICIES | {request.policy.name: request.policy}
    options = tuple(_option(product, exact, one, request.max_dose_mg) for one in policies.values())
    chosen = next(one for one in options if one.policy == request.policy)
    return DoseOrder(product, request, weight, recalculated, change, exact, capped, chosen, options)


def _dosing_weight(request: DoseRequest) -> tuple[Decimal, bool | None, Decimal | None]:
    before = request.dosing_weight_kg
    if before is None:
        return request.weight_kg, None, None
    change = weight_change_pct(request.weight_kg, before)
    if request.redose.asks(request.weight_kg, before):
        return request.weight_kg, True, change
    return before, False, change


def _option(
    product: Product, exact_mg: Decimal, policy: RoundingPolicy, max_dose_mg: Decimal | None
) -> Option:
    rounded = policy.rounded(exact_mg, max_dose_mg)
    given = exact_mg if rounded is None else rounded
    return Option(
        policy=policy,
        rounded_mg=rounded,
        given_mg=given,
        difference_pct=100 * (given - exact_mg) / exact_mg,
        volume_ml=given / product.strength_mg_ml,
        vials=vials_for(given, product.vials_mg),
    )


_WORDS = {
    "weight_kg": "a body weight in kg",
    "dosing_weight_kg": "a body weight in kg",
    "dose_mg_kg": "a dose in mg/kg",
    "total_volume_ml": "a total volume in mL",
    "minutes": "an infusion time in minutes",
}


def _demand_plausible(product: Product, request: DoseRequest) -> None:
    for name, words in _WORDS.items():
        value = getattr(request, name)
        low, high = product.plausible[name.removeprefix("dosing_")]
        if value is not None and not (value.is_finite() and low <= value <= high):
            option = name.replace("_", "-")
            raise UsageError(f"{option} {value}: expected {words} from {low} to {high}")
    cap = request.max_dose_mg
    if cap is not None and not (cap.is_finite() and 1 <= cap <= 10000):
        raise UsageError(f"max-dose-mg {cap}: expected a dose in mg from 1 to 10000")
    percent = request.redose.percent
    if not (percent.is_finite() and 0 <= percent <= 100):
        raise UsageError(f"redose-percent {percent}: expected a change in percent from 0 to 100")

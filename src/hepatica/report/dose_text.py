"""A dose as words for people: the lines of the terminal and of the order sheet."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from hepatica.clinic.rules.dose import DoseOrder, Vials
from hepatica.report import number
from hepatica.report.number import EN_DASH

MARK = "research calculation, off-label route"
_TENTH = Decimal("0.1")


def order_lines(order: DoseOrder) -> list[tuple[str, str]]:
    """What a dose consists of, each with its name, in the order in which it is prepared."""
    request, product, chosen = order.request, order.product, order.chosen
    made = f"{plain_text(request.dose_mg_kg)} mg/kg x {plain_text(order.used_weight_kg)} kg"
    lines = [("dose", f"{plain_text(chosen.given_mg)} mg ({_how(order, made)})")]
    if order.recalculated is not None:
        lines.append(("re-dose", redose_text(order)))
    volume = f"{plain_text(chosen.volume_ml)} mL of {plain_text(product.strength_mg_ml)} mg/mL"
    lines += [
        ("drug volume", volume),
        ("vials", vials_text(chosen.vials)),
        ("total volume", total_text(order)),
        ("concentration", concentration_text(order)),
        ("pump rate", rate_text(order)),
    ]
    if request.minutes < product.lowest_minutes:
        shortest = (
            f"shorter than any infusion of the label ({plain_text(product.lowest_minutes)} min)"
        )
        lines.append(("note", shortest))
    return lines


def _how(order: DoseOrder, made: str) -> str:
    if order.capped:
        made += f", capped at {plain_text(order.exact_mg)} mg"
    if order.chosen.rounded_mg is None or order.chosen.difference_pct == 0:
        return made
    return f"{made} = {plain_text(order.exact_mg)} mg, rounded by {order.chosen.policy.name}"


def redose_text(order: DoseOrder) -> str:
    """What the re-dose rule says, with the change of weight."""
    assert order.change_pct is not None
    change = number.number(float(order.change_pct), 3)
    sign = "at least" if order.request.redose.inclusive else "more than"
    rule = f"rule: {sign} {plain_text(order.request.redose.percent)}%"
    said = "new dose" if order.recalculated else "the old dosing weight stands"
    return f"{said}: weight changed by {change}% ({rule})"


def vials_text(vials: Vials) -> str:
    """Vials such as "1 x 400 mg + 1 x 100 mg, waste 85 mg"."""
    shown = " + ".join(f"{count} x {plain_text(size)} mg" for size, count in vials.counts if count)
    return f"{shown}, waste {plain_text(vials.waste_mg)} mg"


def total_text(order: DoseOrder) -> str:
    """The total volume, and those that keep the concentration in its range."""
    # Rounded inwards: a volume as printed is still allowed.
    low = order.lowest_volume_ml.quantize(_TENTH, ROUND_CEILING)
    high = order.highest_volume_ml.quantize(_TENTH, ROUND_FLOOR)
    allowed = f"{number.number(float(low))}{EN_DASH}{number.number(float(high))} mL"
    return f"{plain_text(order.request.total_volume_ml)} mL, allowed {allowed}"


def concentration_text(order: DoseOrder) -> str:
    """The concentration, and whether the label allows it."""
    product = order.product
    shown = number.number(float(order.concentration_mg_ml), 2)
    span = f"{plain_text(product.lowest_mg_ml)}{EN_DASH}{plain_text(product.highest_mg_ml)} mg/mL"
    word = "within" if order.within_range else "OUTSIDE"
    return f"{shown} mg/mL in {product.diluent} ({word} {span}; no {product.never})"


def rate_text(order: DoseOrder) -> str:
    """The pump rate by the hour and by the minute, and for how long."""
    hour = number.number(float(order.rate_ml_h))
    minute = number.number(float(order.rate_ml_min), 2)
    return f"{hour} mL/h ({minute} mL/min) for {plain_text(order.request.minutes)} min"


def option_rows(order: DoseOrder) -> list[tuple[str, ...]]:
    """What each rounding policy would give, under a head."""
    rows: list[tuple[str, ...]] = [("rounding", "dose", "difference", "drug volume", "vials")]
    for option in order.options:
        exact = option.rounded_mg is None and option.policy.name != "exact"
        dose = f"{plain_text(option.given_mg)} mg" + (" (none allowed: exact)" if exact else "")
        rows.append(
            (
                option.policy.name,
                dose,
                number.percent(float(option.difference_pct)),
                f"{plain_text(option.volume_ml)} mL",
                vials_text(option.vials),
            )
        )
    return rows


def plain_text(value: Decimal) -> str:
    """A decimal with no needless zeros."""
    return number.plain(float(value))

"""The order sheet: one dose on one A4 page, marked as a calculation and not a prescription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hepatica.clinic.rules.dose import DoseOrder
from hepatica.clinic.rules.dose.hold import HoldRule, hold_rules
from hepatica.report.dose_text import MARK, option_rows, order_lines, plain_text


@dataclass(frozen=True, slots=True)
class OrderHead:
    """Whom a dose is for; `states` holds state and reason by condition, where records tell it."""

    study: str = ""
    label: str = ""
    subject: str = ""
    session: str = ""
    day: str = ""
    weighed: str = ""
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A printed condition; `source_status` is V, M or P."""

    event: str
    action: str
    state: str
    because: str
    source_status: str


def render_order_sheet(order: DoseOrder, head: OrderHead) -> str:
    """Render the sheet as one HTML page that prints on one A4 page; same input, same text."""
    request, product = order.request, order.product
    options = option_rows(order)
    lines = [_line(rule, head) for rule in hold_rules()]
    return _environment().get_template("order.html.j2").render(
        title=f"Order sheet: {product.name}, transarterial infusion",
        mark=MARK,
        notice=head.label,
        stands=stands_text(head.states),
        head=_head(order, head),
        dose=f"{plain_text(order.chosen.given_mg)} mg",
        product=product.name,
        volume=f"{plain_text(request.total_volume_ml)} mL",
        minutes=f"{plain_text(request.minutes)} min",
        lines=order_lines(order),
        steps=_steps(order),
        options=options,
        chosen=[row[0] for row in options[1:]].index(order.chosen.policy.name),
        standing=[line for line in lines if line.state in ("STOP", "HOLD", "UNKNOWN")],
        fine=[line.event for line in lines if line.state == "OK"],
        checks=[line for line in lines if line.state == "CHECK"],
        holds_note=_HOLDS,
        source=f"Product: {product.source}.",
        css=Markup(files("hepatica.report").joinpath("template", "order.css").read_text("utf-8")),
    )  # fmt: skip


def stands_text(states: Mapping[str, tuple[str, str]]) -> str:
    """What stands in the way of the dose by the records, as a sentence; '' where nothing does."""
    events = {rule.id: rule.event for rule in hold_rules()}
    for word in ("STOP", "HOLD"):
        found = [events[name] for name, (state, _) in states.items() if state == word]
        if found:
            return f"{word}: by the records this dose is not to be given. {'; '.join(found)}."
    return ""


_HOLDS = (
    "Conditions of the intravenous label; the arterial route has none of its own. The dose is "
    "held or stopped, never reduced. (V) read in a source, (M) from memory and not confirmed, "
    "(P) our own choice."
)
_BLANK = "____________________"


def _head(order: DoseOrder, head: OrderHead) -> list[tuple[str, str]]:
    weight = f"{plain_text(order.request.weight_kg)} kg"
    if head.weighed:
        weight += f", measured {head.weighed}"
    lines = [
        ("Subject", head.subject or _BLANK),
        ("Date", head.day or _BLANK),
        ("Weight", weight),
    ]
    if head.study:
        lines.insert(0, ("Study", head.study))
    if head.session:
        lines.insert(2 if not head.study else 3, ("Session", head.session))
    return lines


def _steps(order: DoseOrder) -> tuple[str, ...]:
    product, chosen = order.product, order.chosen
    return (
        f"Draw up {plain_text(chosen.volume_ml)} mL of {product.name} "
        f"{plain_text(product.strength_mg_ml)} mg/mL.",
        f"Add {plain_text(order.diluent_ml)} mL of {product.diluent} to make "
        f"{plain_text(order.request.total_volume_ml)} mL. No {product.never}. Never a push.",
        "Check that the microcatheter allows the flow; what stays in its dead space is not given "
        "until it is flushed.",
    )


def _line(rule: HoldRule, head: OrderHead) -> HoldLine:
    state, because = head.states.get(rule.id, ("CHECK", ""))
    return HoldLine(rule.event, rule.action, state, because, rule.status)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hepatica.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

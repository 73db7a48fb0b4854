"""`hepatica dose`: one dose from a weight, with vials, dilution, pump rate and order sheet."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from hepatica.cli.day import day_of
from hepatica.core.errors import UsageError

if TYPE_CHECKING:
    from hepatica.clinic.rules.dose import DoseOrder, DoseRequest
    from hepatica.workflow.session_dosing import SessionOrder

MARK = "research calculation, off-label route"


class DecimalType(click.ParamType):  # type: ignore[type-arg]
    """A number kept as it was typed, in exact decimals."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> Decimal:
        """The number; anything else is told in a sentence."""
        if isinstance(value, Decimal):
            return value
        text = str(value).strip()
        try:
            number = Decimal(text) if "_" not in text and len(text) <= 40 else Decimal("nan")
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            hint = " (write decimals with a point)" if text.count(",") == 1 else ""
            option = param.opts[0] if param else "value"
            raise UsageError(f"{option} {text[:60]}: expected a number{hint}")
        return number


NUMBER = DecimalType()
_FILE = click.Path(path_type=Path)


@click.command(name="dose")
@click.option("--weight-kg", type=NUMBER, help="Body weight.  [required without --study]")
@click.option("--dose-mg-kg", type=NUMBER, default="5", show_default=True, help="Dose per kg.")
@click.option(
    "--dosing-weight-kg",
    type=NUMBER,
    help="Weight the last dose was made for: asks the re-dose rule.",
)
@click.option(
    "--redose-percent",
    type=NUMBER,
    default="10",
    show_default=True,
    help="Change that asks for a new dose.",
)
@click.option("--redose-above", is_flag=True, help="Only above that change, not at exactly it.")
@click.option(
    "--rounding",
    default="exact",
    show_default=True,
    help="exact | nearest-100-5 | nearest-100-10 | FILE.toml with a site's bands",
)
@click.option("--max-dose-mg", type=NUMBER, help="A site's cap; the label has none.")
@click.option(
    "--total-volume-ml", type=NUMBER, default="100", show_default=True, help="After dilution."
)
@click.option("--minutes", type=NUMBER, default="30", show_default=True, help="Infusion time.")
@click.option("--study", type=_FILE, help="Dose a session of this study by its protocol.")
@click.option("--subject", help="Whose session, with --study.")
@click.option("--session", type=click.IntRange(1), help="Which session, with --study.")
@click.option("--on", "on", help="Day of a session still to come, YYYY-MM-DD, with --study.")
@click.option("--order-sheet", type=_FILE, help="Write a one-page order sheet to this HTML file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def dose(**typed: Any) -> int:
    """Dose of bevacizumab from a body weight: volume, vials, dilution, pump rate."""
    return run_dose(typed)


def run_dose(typed: dict[str, Any]) -> int:
    """Print the dose, and write the order sheet where asked.

    Returns     1 outside the label's range, or while a hold or stop condition stands; else 0.
    """
    from hepatica.workflow import dosing

    session = None if typed["study"] is None else _session(typed)
    if session is None and (typed["subject"] or typed["session"] or typed["on"]):
        raise UsageError("--subject, --session and --on go with --study")
    if session is None and typed["weight_kg"] is None:
        raise UsageError("--weight-kg: expected a body weight in kg")
    order = session.order if session else dosing.dose(_request(typed))
    document = order_document(order)
    if session is not None:
        document = _session_document(session) | document
    if typed["as_json"]:
        print(json.dumps(document, allow_nan=False, ensure_ascii=False))
    else:
        print(order_text(order) if session is None else session_text(session))
    if typed["order_sheet"] is not None:
        from hepatica.workflow.ordering import write_order_sheet

        print(f"wrote {write_order_sheet(order, typed['order_sheet'], session)}", file=sys.stderr)
    held = session is not None and session.held
    if held:
        print("hepatica: a hold or stop condition stands by the records", file=sys.stderr)
    return int(held or not order.within_range)


_BY_PROTOCOL = (
    *("dose_mg_kg", "dosing_weight_kg", "redose_percent", "redose_above", "rounding"),
    *("max_dose_mg", "total_volume_ml", "minutes"),
)


def _session(typed: dict[str, Any]) -> SessionOrder:
    from hepatica.workflow.session_dosing import session_order
    from hepatica.workflow.workspace import Workspace

    context = click.get_current_context()
    for name in _BY_PROTOCOL:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise UsageError(f"--{option}: the study's protocol says it; leave it out with --study")
    if not typed["subject"] or typed["session"] is None:
        raise UsageError("--study: name --subject and --session too")
    workspace = Workspace(typed["study"])
    day = None if typed["on"] is None else day_of(typed["on"])
    return session_order(workspace, typed["subject"], typed["session"], typed["weight_kg"], day)


def _session_document(session: SessionOrder) -> dict[str, Any]:
    return {
        "study": session.study_id,
        "subject": session.subject,
        "session": session.session,
        "day": session.day or None,
        "conditions_asked": "all" if session.dated else "events that count on any day",
        "conditions": [
            {"id": name, "state": state, "because": because}
            for name, (state, because) in session.states.items()
        ],
    }


def session_text(session: SessionOrder) -> str:
    """The order of a session for a terminal, with the conditions that are not over."""
    from hepatica.cli.columned import columned

    head = [("subject", session.subject), ("session", f"{session.session} {session.day}".strip())]
    if session.weighed:
        head.append(("weighed", session.weighed))
    parts = [columned(head), order_text(session.order)]
    shown = [(s, name, why) for name, (s, why) in session.states.items() if s != "OK"]
    if not session.dated:
        shown.append(("not asked", "all that hang on the day", "give --on YYYY-MM-DD"))
    if shown:
        parts.insert(1, columned(shown))
    return "\n\n".join(parts)


def _request(typed: dict[str, Any]) -> DoseRequest:
    from hepatica.clinic.rules.dose import DoseRequest, RedoseRule
    from hepatica.workflow.dosing import chosen_policy

    return DoseRequest(
        weight_kg=typed["weight_kg"],
        dose_mg_kg=typed["dose_mg_kg"],
        total_volume_ml=typed["total_volume_ml"],
        minutes=typed["minutes"],
        dosing_weight_kg=typed["dosing_weight_kg"],
        max_dose_mg=typed["max_dose_mg"],
        policy=chosen_policy(typed["rounding"]),
        redose=RedoseRule(typed["redose_percent"], not typed["redose_above"]),
    )


def order_document(order: DoseOrder) -> dict[str, Any]:
    """The order for machines: numbers unrounded, a missing one null."""
    chosen = order.chosen
    return {
        "note": MARK,
        "drug": order.product.name,
        "weight_kg": float(order.request.weight_kg),
        "dosing_weight_kg": float(order.used_weight_kg),
        "recalculated": order.recalculated,
        "weight_change_pct": None if order.change_pct is None else float(order.change_pct),
        "exact_mg": float(order.exact_mg),
        "capped": order.capped,
        "rounding": chosen.policy.name,
        **_option(chosen),
        "allowed_volume_ml": [float(order.lowest_volume_ml), float(order.highest_volume_ml)],
        "total_volume_ml": float(order.request.total_volume_ml),
        "concentration_mg_ml": float(order.concentration_mg_ml),
        "within_range": order.within_range,
        "rate_ml_h": float(order.rate_ml_h),
        "rate_ml_min": float(order.rate_ml_min),
        "minutes": float(order.request.minutes),
        "options": [{"rounding": o.policy.name, **_option(o)} for o in order.options],
    }


def _option(option: Any) -> dict[str, Any]:
    return {
        "dose_mg": float(option.given_mg),
        "rounded": option.rounded_mg is not None,
        "difference_pct": float(option.difference_pct),
        "volume_ml": float(option.volume_ml),
        "vials": [{"size_mg": float(s), "count": n} for s, n in option.vials.counts],
        "waste_mg": float(option.vials.waste_mg),
    }


def order_text(order: DoseOrder) -> str:
    """The order for a terminal."""
    from hepatica.cli.columned import columned
    from hepatica.report.dose_text import option_rows, order_lines

    lines = [(name, value) for name, value in order_lines(order)]
    return "\n".join((columned(lines), "", columned(option_rows(order)), "", MARK))

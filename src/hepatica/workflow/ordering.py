"""The order sheet of a dose, written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hepatica.clinic.rules.dose import DoseOrder
from hepatica.core.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from hepatica.workflow.session_dosing import SessionOrder

try:
    from hepatica.report.order_sheet import OrderHead, render_order_sheet
except ModuleNotFoundError as missing:  # pragma: no cover - the core installs without the extra
    raise MissingExtra("--order-sheet needs hepatica[report]") from missing


def write_order_sheet(order: DoseOrder, path: Path, session: SessionOrder | None) -> Path:
    """Write the one-page order sheet of a dose; `session` names whom it is for.

    Raises      UsageError where the concentration is outside the label's range, or where `path`
                cannot be written.
    """
    if not order.within_range:
        raise UsageError("no order sheet: the concentration is outside the range of the label")
    text = render_order_sheet(order, OrderHead() if session is None else _head(session))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--order-sheet {path}: cannot be written ({error.strerror})") from error
    return path


def _head(session: SessionOrder) -> OrderHead:
    return OrderHead(
        study=session.study_id,
        label=session.label,
        subject=session.subject,
        session=str(session.session),
        day=session.day,
        weighed=session.weighed,
        states=session.states,
    )

"""The dose of one session of a study, by its protocol and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hepatica.clinic.exposure import as_decimal, session_request, study_policy
from hepatica.clinic.hold import holds_on
from hepatica.clinic.rules.dose import DoseOrder, dose_order, product
from hepatica.clinic.rules.dose.product import known_product
from hepatica.core.errors import UsageError
from hepatica.study import Study
from hepatica.study.model import Treatment
from hepatica.workflow.workspace import Workspace

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """The dose of one session of a study, with the conditions that the records tell.

    `states` holds state and reason by condition. `dated` is False for a session still to come
    without a day: then only events that count on any day are among them.
    """

    order: DoseOrder
    study_id: str
    label: str
    subject: str
    session: int
    day: str = ""
    weighed: str = ""
    dated: bool = True
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether a hold or stop condition stands by the records."""
        return any(state in ("STOP", "HOLD") for state, _ in self.states.values())


def session_order(
    workspace: Workspace,
    subject: str,
    session: int,
    weight_kg: Decimal | None,
    on: date | None = None,
) -> SessionOrder:
    """The dose of a session on record, or of the next one at a weight and on a day given.

    Everything but the weight is the protocol's: dose, time, rounding, cap, volume, re-dose rule.

    Raises      UsageError for an unknown subject or session, a session without a weight, a day
                that is not after the last session, or a protocol without a dose of the drug per
                kg; NotReady while an error stands.
    """
    adam = workspace.adam()
    study = workspace.protocol
    if subject not in adam["ADSL"]["SUBJID"].to_pylist():
        raise UsageError(f"subject {subject!r}: not on the Subjects sheet")
    rows = [r for r in adam["ADEX"].to_pylist() if r["SUBJID"] == subject and known(r["EXTRT"])]
    row = next((r for r in rows if r["SESSION"] == session), None)
    last = max((r["SESSION"] for r in rows), default=0)
    if row is None and session != last + 1:
        there = f"1 to {last + 1}" if last else "1"
        raise UsageError(f"session {session} of {subject}: expected {there}")
    weight = weight_kg if weight_kg is not None else as_decimal(row["WEIGHT"] if row else None)
    if weight is None:
        told = "give --weight-kg" if row is None else "no weight counts; give --weight-kg"
        raise UsageError(f"session {session} of {subject}: {told}")
    step = _step(study)
    before = [r["DOSEWT"] for r in rows if r["SESSION"] < session and r["DOSEWT"] is not None]
    request = session_request(study, step, weight, as_decimal(before[-1]) if before else None)
    order = dose_order(product(step.drug), replace(request, policy=study_policy(study)))
    found = SessionOrder(order, study.study.id, study.study.label, subject, session)
    if row is None:
        return _to_come(workspace, found, rows, on)
    if on is not None:
        raise UsageError(f"--on: session {session} of {subject} was on {row['ADT']}; leave it out")
    weighed = str(row["WEIGHTDT"] or "") if weight_kg is None else ""
    states = _states(adam["ADHOLD"].to_pylist(), row)
    return replace(found, day=str(row["ADT"]), weighed=weighed, states=states)


def _to_come(
    workspace: Workspace, found: SessionOrder, rows: Sequence[Row], on: date | None
) -> SessionOrder:
    last = max((r["ADT"] for r in rows), default=None)
    if on is not None and last is not None and on <= last:
        raise UsageError(f"--on {on}: expected a day after the last session, {last}")
    holds = holds_on(workspace.protocol, workspace.records, found.subject, on)
    states = {h["rule"]: (h["state"], h["because"]) for h in holds}
    return replace(found, day=str(on or ""), dated=on is not None, states=states)


def known(drug: str | None) -> bool:
    """Whether the drug is one whose vials are known."""
    return known_product(drug or "") is not None


def _step(study: Study) -> Treatment:
    steps = [t for t in study.treatment if known(t.drug) and t.unit == "mg/kg" and t.dose]
    if not steps:
        raise UsageError("the protocol plans no dose per kg of a drug whose vials are known")
    if len(steps) > 1:
        raise UsageError("the protocol plans several doses per kg; give the numbers themselves")
    return steps[0]


def _states(rows: Sequence[Row], session: Row) -> dict[str, tuple[str, str]]:
    return {
        r["HOLDID"]: (r["AVALC"], r["REASON"])
        for r in rows
        if r["SUBJID"] == session["SUBJID"] and r["ADT"] == session["ADT"]
    }

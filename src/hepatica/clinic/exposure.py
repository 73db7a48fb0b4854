"""The doses of a subject, session by session: what was planned, what was given, from which vials.

A walk and not a join, because the dosing weight of a session is that of the session before unless
the re-dose rule asks for a new one. Doses are exact decimals, as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hepatica.clinic.rules.dose.order import DoseRequest, dose_order
from hepatica.clinic.rules.dose.product import Product, known_product
from hepatica.clinic.rules.dose.redose import RedoseRule
from hepatica.clinic.rules.dose.rounding import RoundingPolicy, policy, read_bands
from hepatica.clinic.rules.dose.vial import vials_for
from hepatica.core.errors import UsageError
from hepatica.study import Study
from hepatica.study.model import Treatment

_SIGNIFICANT = 12


def as_decimal(value: float | Decimal | None) -> Decimal | None:
    """A number as the shortest decimal that names it, float noise of a conversion dropped."""
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(f"{value:.{_SIGNIFICANT}g}")


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned dose of one session; `reason` is the arithmetic, or why there is none.

    `before_mg` is the dose that would stand without a new dosing weight.
    """

    reason: str
    dose: Decimal | None = None
    unit: str = ""
    step: Treatment | None = None
    dosing_weight_kg: Decimal | None = None
    change_pct: Decimal | None = None
    redose: bool | None = None
    before_mg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """One session and drug: the record, its plan, and what follows from both."""

    record: Mapping[str, Any]
    plan: Plan
    interval_days: int | None
    cumulative: Decimal | None

    @property
    def subject(self) -> str:
        """Whose session it is."""
        return str(self.record["subject"])

    @property
    def product(self) -> Product | None:
        """The drug, where its vials are known."""
        return known_product(self.record["drug"] or "")

    @property
    def given(self) -> Decimal | None:
        """Dose given."""
        return as_decimal(self.record["dose"])

    @property
    def difference(self) -> Decimal | None:
        """Given less planned, where both are known in one unit."""
        planned, given = self.plan.dose, self.given
        if planned is None or given is None or not self.comparable:
            return None
        return given - planned

    @property
    def comparable(self) -> bool:
        """Whether the dose is recorded in the unit of the plan."""
        return (self.record["unit"] or "").strip().lower() == self.plan.unit.lower()

    def within(self, tolerance_pct: Decimal, planned: Decimal | None) -> bool | None:
        """Whether the given dose is within a tolerance of a planned one; None where unknown."""
        if planned is None or self.given is None or not self.comparable:
            return None
        return 100 * abs(self.given - planned) <= tolerance_pct * planned

    @property
    def vials(self) -> tuple[str, Decimal] | None:
        """Vials of the given dose as text, with what is left in them."""
        product, given = self.product, self.given
        if product is None or not given or (self.record["unit"] or "").lower() != "mg":
            return None
        vials = vials_for(given, product.vials_mg)
        text = " + ".join(f"{count} x {size} mg" for size, count in vials.counts if count)
        return text, vials.waste_mg


def exposures(study: Study, sessions: Iterable[Mapping[str, Any]]) -> Iterator[Exposure]:
    """Every session with its planned dose; sessions of a subject in the order of their days.

    Raises      UsageError where the study's file of dose bands cannot be read.
    """
    rounding = study_policy(study)
    weights: dict[tuple[str, str], Decimal] = {}
    total: dict[tuple[str, str], Decimal | None] = {}
    days: dict[str, list[Any]] = {}
    for record in sessions:
        key = (record["subject"], record["drug_key"])
        plan = _plan(study, rounding, record, weights.get(key))
        if plan.dosing_weight_kg is not None:
            weights[key] = plan.dosing_weight_kg
        given, before = as_decimal(record["dose"]), total.get(key, Decimal(0))
        given = None if record["period"] else given
        total[key] = None if given is None or before is None else before + given
        known = days.setdefault(record["subject"], [])
        if record["date"] not in known:
            known.append(record["date"])
        interval = (known[-1] - known[-2]).days if len(known) > 1 else None
        yield Exposure(record, plan, interval, total[key])


def study_policy(study: Study) -> RoundingPolicy:
    """The protocol's rounding policy.

    Raises      UsageError where its file of bands cannot be read.
    """
    dosing = study.dosing
    return read_bands(study.folder / dosing.bands) if dosing.bands else policy(dosing.rounding)


def session_request(
    study: Study, step: Treatment, weight_kg: Decimal, before_kg: Decimal | None
) -> DoseRequest:
    """The request of one session by the protocol, without its rounding policy."""
    dosing = study.dosing
    redose = RedoseRule(_exact(dosing.redose_percent), dosing.redose_inclusive)
    return DoseRequest(
        weight_kg=weight_kg,
        dose_mg_kg=_exact(step.dose or 0.0),
        total_volume_ml=_exact(dosing.total_volume_ml),
        minutes=_exact(step.duration_min or 30.0),
        dosing_weight_kg=before_kg,
        max_dose_mg=as_decimal(dosing.max_dose_mg),
        redose=redose,
    )


def drug_step(study: Study, record: Mapping[str, Any]) -> Treatment | None:
    """The protocol's step for the drug and arm of a record; None where there is not exactly one."""
    arms = {"", record["arm"], record["planned_arm"]}
    found = [
        t
        for t in study.treatment
        if t.drug.strip().lower() == record["drug_key"] and t.dose is not None and t.arm in arms
    ]
    if len(found) > 1:
        found = [t for t in found if t.arm == record["arm"]]
    return found[0] if len(found) == 1 else None


def _plan(
    study: Study,
    rounding: RoundingPolicy,
    record: Mapping[str, Any],
    before_kg: Decimal | None,
) -> Plan:
    step = drug_step(study, record) if record["drug_key"] else None
    if record["period"]:
        return Plan("given over a period, not in sessions")
    if step is None:
        return Plan("the protocol plans no one dose of this drug")
    if step.unit == "mg/m2":
        return Plan("a dose per body surface is not worked out", step=step)
    if step.unit != "mg/kg":
        dose = as_decimal(step.dose)
        return Plan(f"{dose} {step.unit} by protocol", dose, step.unit or "", step)
    return _plan_by_weight(study, rounding, step, record, before_kg)


def _plan_by_weight(
    study: Study,
    rounding: RoundingPolicy,
    step: Treatment,
    record: Mapping[str, Any],
    before_kg: Decimal | None,
) -> Plan:
    weight, product = as_decimal(record["weight_kg"]), known_product(record["drug_key"])
    if weight is None:
        return Plan(f"no weight in the {study.dosing.weight_days} days before", step=step)
    if product is None:
        return Plan("vials and strength of this drug are not known", step=step)
    try:
        request = replace(session_request(study, step, weight, before_kg), policy=rounding)
        return _dosed(product, request, step)
    except UsageError as error:
        return Plan(str(error)[:200], step=step)


def _dosed(product: Product, request: DoseRequest, step: Treatment) -> Plan:
    order = dose_order(product, request)
    reason = f"{step.dose:g} mg/kg x {order.used_weight_kg} kg = {_trim(order.exact_mg)} mg"
    if order.capped:
        reason += " (cap)"
    if order.chosen.given_mg != order.exact_mg:
        reason += f", {request.policy.name}: {_trim(order.chosen.given_mg)} mg"
    before = None
    if order.recalculated and request.dosing_weight_kg is not None:
        earlier = replace(request, weight_kg=request.dosing_weight_kg, dosing_weight_kg=None)
        before = dose_order(product, earlier).chosen.given_mg
    return Plan(
        reason=reason,
        dose=order.chosen.given_mg,
        unit="mg",
        step=step,
        dosing_weight_kg=order.used_weight_kg,
        change_pct=order.change_pct,
        redose=order.recalculated,
        before_mg=before,
    )


def _trim(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))

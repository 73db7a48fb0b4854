"""Treatment as it was given: exposure by session (ADEX), its deviations, c-TACE records.

Planned doses: `exposure`. Hold and stop conditions: `derive/session_hold.sql` over
`rules/dose/holds.toml`. What a deviation is:

- a dose further from the planned one than the protocol's tolerance; where it is the dose of the
  old dosing weight although the weight asked for a new one, it is called that
- an infusion time further from the protocol's than its tolerance; another route
- a dose given although a hold or stop condition stood by the records; unknown is none
- more lipiodol than the ceiling, or none recorded as 0 mL
- a session of the protocol's procedure without its drug
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.deviation import Deviation
from hepatica.clinic.exposure import Exposure, as_decimal, exposures
from hepatica.clinic.hold import write_hold_rules
from hepatica.clinic.query import Query
from hepatica.clinic.rules.dose.hold import STATES, hold_rules
from hepatica.clinic.rules.dose.product import product_names
from hepatica.clinic.step import Step
from hepatica.clinic.tace_record import check_tace_records, same_route, tace_limit
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.study import Study

Hold = Mapping[str, Any]
_LONGEST = 200


def derive_treatment(study: Study, query: Query) -> Step:
    """Derive ADEX, findings of c-TACE records and doses, and departures of treatment.

    Raises      UsageError where the study's file of dose bands cannot be read.
    """
    _write_plan(study, query)
    sessions = query.derive("drug_session").to_pylist()
    found = list(exposures(study, sessions))
    holds = _holds(query)
    stops = {row["subject"]: row for row in query.derive("stop_reason").to_pylist()}
    rows = list(_rows(study, found, holds, stops))
    records = query.derive("tace_record").to_pylist()
    return Step(
        tables={
            "ADEX": pa.Table.from_pylist(rows, datasets()["ADEX"].schema()),
            "ADHOLD": pa.Table.from_pylist(
                list(_hold_rows(study, found, holds)), datasets()["ADHOLD"].schema()
            ),
        },
        findings=(*check_tace_records(records), *_findings(study, found)),
        deviations=(*_deviations(study, found, holds), *_lipiodol(records)),
    )


def _write_plan(study: Study, query: Query) -> None:
    """The protocol's treatment, its dosing and the hold conditions as tables."""
    steps = [
        {"procedure": t.procedure, "drug": t.drug, "technique": t.technique or ""}
        for t in study.treatment
    ]
    text = pa.string()
    names = ("procedure", "drug", "technique")
    query.write(
        "treatment_plan", pa.Table.from_pylist(steps, pa.schema([(n, text) for n in names]))
    )
    schedule = study.schedule
    interval = (
        math.ceil(7 * max(schedule.interval_weeks)) + schedule.window_days if schedule else None
    )
    plan = {
        "weight_days": study.dosing.weight_days,
        "interval_days": interval,
        "criterion": study.response.criterion,
    }
    number = pa.int32()
    schema = pa.schema([("weight_days", number), ("interval_days", number), ("criterion", text)])
    query.write("dosing_plan", pa.Table.from_pylist([plan], schema))
    query.write("held_drug", pa.table({"drug": pa.array(product_names(), text)}))
    write_hold_rules(query)


def _holds(query: Query) -> dict[tuple[str, date], list[Hold]]:
    query.derive("hold_day")
    found: dict[tuple[str, date], list[Hold]] = defaultdict(list)
    for row in query.derive("session_hold").to_pylist():
        found[row["subject"], row["day"]].append(row)
    return found


def _rows(
    study: Study,
    found: Iterable[Exposure],
    holds: Mapping[tuple[str, date], list[Hold]],
    stops: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    offset: dict[str, int] = {}
    for one in found:
        record = one.record
        offset[one.subject] = offset.get(one.subject, 0) + 1
        stop = stops.get(one.subject)
        last = stop is not None and stop["day"] == record["until"]
        started = record["trtsdt"]
        day = (record["date"] - started).days if started else None
        yield {
            "STUDYID": study.study.id,
            "USUBJID": record["usubjid"],
            "SUBJID": one.subject,
            "ASEQ": offset[one.subject],
            "SESSION": record["number"],
            "ADT": record["date"],
            "ADY": None if day is None else day + (day >= 0),
            "INTERVAL": one.interval_days,
            "LASTFL": "Y" if last else None,
            "STOPRSN": stop["reason"] if last and stop else None,
            "STOPDT": stop["date"] if last and stop else None,
            **_dose_columns(study, one),
            **_hold_columns(_held(one, holds)),
            **_source_columns(record),
        }


def _dose_columns(study: Study, one: Exposure) -> dict[str, Any]:
    plan, given, product, vials = one.plan, one.given, one.product, one.vials
    within = one.within(_tolerance(study), plan.dose)
    difference = one.difference
    return {
        "EXTRT": one.record["drug"] or one.record["procedure"],
        "WEIGHT": one.record["weight_kg"],
        "WEIGHTDT": one.record["weight_date"],
        "DOSEWT": _float(plan.dosing_weight_kg),
        "WTCHG": _float(plan.change_pct),
        "REDOSEFL": None if plan.redose is None else "Y" if plan.redose else "N",
        "PLDOSE": _float(plan.dose),
        "PLREASON": plan.reason[:_LONGEST],
        "EXDOSE": _float(given),
        "EXDOSU": one.record["unit"],
        "DOSEDIF": _float(difference),
        "PDOSEDIF": _float(100 * difference / plan.dose)
        if difference is not None and plan.dose
        else None,
        "INPOLFL": None if within is None else "Y" if within else "N",
        "DRUGML": _float(given / product.strength_mg_ml) if vials and product and given else None,
        "VIALS": vials[0] if vials else None,
        "WASTEMG": _float(vials[1]) if vials else None,
        "EXDURMIN": _float(as_decimal(one.record["duration_min"])),
        "EXROUTE": one.record["route"],
        "CUMDOSE": _float(one.cumulative),
        "TECHNIQ": one.record["technique"],
        "LIPIODOL": one.record["lipiodol_ml"],
    }


def _hold_columns(holds: list[Hold]) -> dict[str, Any]:
    if not holds:
        return {"HOLDSTAT": None, "HOLDRSN": None, "HOLDUNK": None}
    worst = min((h["state"] for h in holds), key=STATES.index)
    met = "; ".join(f"{h['state']} {h['rule']}: {h['because']}" for h in holds if _met(h))
    unknown = "; ".join(h["rule"] for h in holds if h["state"] == "UNKNOWN")
    return {
        "HOLDSTAT": worst,
        "HOLDRSN": met[:_LONGEST] or None,
        "HOLDUNK": unknown[:_LONGEST] or None,
    }


def _hold_rows(
    study: Study, found: Iterable[Exposure], holds: Mapping[tuple[str, date], list[Hold]]
) -> Iterator[dict[str, Any]]:
    status = {rule.id: rule.status for rule in hold_rules()}
    for one in found:
        for hold in _held(one, holds):
            yield {
                "STUDYID": study.study.id,
                "USUBJID": one.record["usubjid"],
                "SUBJID": one.subject,
                "ADT": hold["day"],
                "HOLDID": hold["rule"],
                "HOLD": hold["event"],
                "ACTION": hold["action"],
                "RULESTAT": status[hold["rule"]],
                "AVALC": hold["state"],
                "REASON": hold["because"][:_LONGEST],
                "SRCFILE": hold["src_file"],
                "SRCSHEET": hold["src_sheet"],
                "SRCROW": hold["src_row"],
            }


def _source_columns(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "SRCDOM": record["source"],
        "SRCFILE": record["src_file"],
        "SRCSHEET": record["src_sheet"],
        "SRCROW": record["src_row"],
    }


def _deviations(
    study: Study, found: Iterable[Exposure], holds: Mapping[tuple[str, date], list[Hold]]
) -> Iterator[Deviation]:
    for one in found:
        yield from _dose_deviation(study, one)
        yield from _manner_deviations(study, one)
        for hold in _held(one, holds):
            if _met(hold):
                word = "stop" if hold["state"] == "STOP" else "hold"
                record = Place(hold["src_file"] or "", hold["src_sheet"] or "", hold["src_row"])
                yield _deviation(
                    one,
                    f"Given although a {word} condition stood: {hold['event']}",
                    hold["because"],
                    "no such condition at the session",
                    record if hold["src_file"] else None,
                )


def _dose_deviation(study: Study, one: Exposure) -> Iterator[Deviation]:
    plan, tolerance = one.plan, _tolerance(study)
    if one.record["source"] == "procedures":
        if one.record["drug"]:
            term = f"No {one.record['drug']} on record at this session"
            yield _deviation(one, term, "nothing", f"{one.record['drug']} at each session")
        return
    if one.within(tolerance, plan.dose) is not False:
        return
    missed = bool(one.within(tolerance, plan.before_mg))
    term = "Re-dose rule missed" if missed else "Dose outside the dosing policy"
    value = f"{_number(one.given)} {one.record['unit']}"
    expected = f"{plan.reason}, within {_number(tolerance)} %"
    yield _deviation(one, term, value, expected)


def _manner_deviations(study: Study, one: Exposure) -> Iterator[Deviation]:
    step, minutes, route = one.plan.step, one.record["duration_min"], one.record["route"]
    if step is None:
        return
    limit = study.dosing.tolerance_min
    if step.duration_min is not None and minutes is not None:
        planned = Decimal(repr(step.duration_min))
        if abs(Decimal(minutes) - planned) > Decimal(repr(limit)):
            expected = f"{step.duration_min:g} min, within {limit:g} min"
            yield _deviation(one, "Infusion time", f"{_number(minutes)} min", expected)
    if step.route and route and not same_route(step.route, route):
        yield _deviation(one, "Route of administration", route, step.route)


def _deviation(
    one: Exposure, term: str, value: str, expected: str, place: Place | None = None
) -> Deviation:
    record = one.record
    return Deviation(
        subject=one.subject,
        category="TREATMENT",
        term=term,
        clause=one.plan.step.id if one.plan.step else "treatment",
        on=record["date"],
        value=value,
        expected=expected,
        place=place or Place(record["src_file"], record["src_sheet"], record["src_row"]),
    )


def _lipiodol(records: Iterable[Mapping[str, Any]]) -> Iterator[Deviation]:
    ceiling = tace_limit().ceiling_ml
    for record in records:
        volume = record["lipiodol_ml"]
        if volume is not None and volume > ceiling:
            yield Deviation(
                subject=record["subject"],
                category="TREATMENT",
                term="Lipiodol above the ceiling",
                clause="c-TACE",
                on=record["date"],
                value=f"{volume:g} mL",
                expected=f"over 0 to {ceiling:g} mL",
                place=Place(record["src_file"], record["src_sheet"], record["src_row"]),
            )


def _findings(study: Study, found: Iterable[Exposure]) -> Iterator[Finding]:
    """Planned doses that cannot be worked out or are not those on record."""
    for one in found:
        record, plan = one.record, one.plan
        if record["source"] != "dosing" or plan.step is None:
            continue
        place = Place(record["src_file"], record["src_sheet"], record["src_row"])
        known: dict[str, Any] = {"subject": one.subject}
        if plan.dose is None and plan.step.unit == "mg/kg":
            expected = "what the planned dose is worked out from"
            yield finding_of("C044", place, found=plan.reason, expected=expected, **known)
        elif plan.dose is not None and one.given is not None and not one.comparable:
            unit = record["unit"] or "no unit"
            yield finding_of("C045", place, found=unit, expected=plan.unit, **known)
        recorded = as_decimal(record["recorded_planned"])
        if plan.dose is not None and recorded is not None and one.comparable:
            apart = 100 * abs(recorded - plan.dose)
            if apart > _tolerance(study) * plan.dose:
                shown = f"planned {_number(recorded)} {plan.unit}"
                yield finding_of("C043", place, found=shown, expected=plan.reason, **known)


def _held(one: Exposure, holds: Mapping[tuple[str, date], list[Hold]]) -> list[Hold]:
    """Conditions at the session of a drug that was given; none for another drug."""
    if one.product is None or one.record["source"] != "dosing" or one.given == 0:
        return []
    return holds.get((one.subject, one.record["date"]), [])


def _met(hold: Hold) -> bool:
    return hold["state"] in ("STOP", "HOLD")


def _tolerance(study: Study) -> Decimal:
    return Decimal(repr(study.dosing.tolerance_percent))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"

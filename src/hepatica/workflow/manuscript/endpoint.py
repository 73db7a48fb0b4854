"""Endpoints of claims: times to event, response rates and best responses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from hepatica.analysis.population import Group
from hepatica.audit.claim import Claim
from hepatica.audit.word import known_variable
from hepatica.clinic.protocol import endpoint_confirmed
from hepatica.report.ledger import Item
from hepatica.stats.kaplan_meier import quantile, survival_at
from hepatica.study.endpoint import Endpoint
from hepatica.workflow.manuscript.comparison import Absent, Fact, Facts, Found
from hepatica.workflow.manuscript.desk import Desk, fact_of, facts_of, share_facts, word_of

_TIMES = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(day|week|month|mo|year|yr|d|w|m|y)?s?")
_UNITS = {
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "weeks"),
    **dict.fromkeys(("m", "mo", "mos", "month", "months"), "months"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "years"),
}


def endpoint_of(variable: str, desk: Desk, kind: str) -> Endpoint | None:
    """The endpoint of a kind that a variable names: by its id, else by the first such label."""
    chosen = [e for e in desk.study.endpoints if e.kind == kind]
    by_id = (e for e in chosen if e.id == variable)
    by_word = (e for e in chosen if variable in {known_variable(e.id), known_variable(e.label)})
    return next(by_id, None) or next(by_word, None)


def find_endpoint(claim: Claim, desk: Desk) -> Found | Absent | None:
    """A time to event: median with its limits and range, events, survival and risk at a time."""
    group = desk.group(claim.population)
    assert group is not None
    if word_of(claim.variable) == "follow-up":
        return _follow_up(claim, desk, group)
    endpoint = endpoint_of(claim.variable, desk, "time-to-event")
    if endpoint is None:
        return None
    item = desk.ledger.item("survival", variable=endpoint.id, level="", group=group.name)
    if item is None or not item.value("n"):
        return Absent(item.note if item else f"the study has no result of {endpoint.id}")
    if claim.statistic in {"survival", "at_risk"} or (claim.statistic == "percent" and claim.level):
        return _at_time(claim, desk, endpoint, item)
    scale = Fraction(1) if claim.statistic in _COUNTS else _unit_scale(claim.unit, desk)
    if scale is None:
        said = f"{claim.unit[:40]!r} is no unit of time" if claim.unit else "no unit is printed"
        return Absent(f"{said}; the study counts {desk.study.conventions.time_unit}")
    middle = desk.ledger.item(
        "survival", variable=endpoint.id, level="median", group=group.name,
        criterion=item.criterion,
    )  # fmt: skip
    facts = facts_of(item, ("n", "events", "min", "max")) | _median(middle)
    facts |= _quartiles(desk, item)
    if "events" in facts:
        facts |= {"count": facts["events"], "denominator": facts["n"]}
    scaled = {k: _scaled(f, scale) for k, f in facts.items()}
    return Found(scaled, tuple(_other_medians(desk, endpoint, item, scale)))


def _follow_up(claim: Claim, desk: Desk, group: Group) -> Found | Absent:
    """Median follow-up by reverse Kaplan-Meier, of the first survival endpoint."""
    scale = _unit_scale(claim.unit, desk)
    item = desk.ledger.item("followup", level="median", group=group.name)
    if item is None or scale is None:
        unit = desk.study.conventions.time_unit
        return Absent(f"the study has no median follow-up, or in {unit} only")
    return Found({k: _scaled(f, scale) for k, f in _median(item).items()})


def _quartiles(desk: Desk, item: Item) -> dict[str, Fact]:
    """First and third quartile of a time to event."""
    where = {"variable": item.variable, "group": item.group, "criterion": item.criterion}
    found = {q: desk.ledger.item("survival", level=q, **where) for q in ("q1", "q3")}
    facts = {q: fact_of(one, "estimate") for q, one in found.items() if one is not None}
    return {q: fact for q, fact in facts.items() if fact is not None}


def _median(item: Item | None) -> dict[str, Fact]:
    if item is None:
        return {}
    facts = facts_of(item, ("estimate", "ci_low", "ci_high"))
    return {("median" if k == "estimate" else k): f for k, f in facts.items()}


def _scaled(fact: Fact, scale: Fraction) -> Fact:
    """The fact in the claim's unit of time; counts of patients stay."""
    if fact.value is None or fact.unit == "patients" or scale == 1:
        return fact
    note = fact.note
    return Fact(fact.value * scale, "", fact.method, note, fact.results, fact.rows, fact.subjects)


def unit_days(unit: str, desk: Desk) -> Fraction | None:
    """Days in a unit of time; None for another unit."""
    name = _UNITS.get(unit.strip().lower(), "")
    month = Fraction(str(desk.study.conventions.month_days))
    return {"days": Fraction(1), "weeks": Fraction(7), "months": month, "years": 12 * month}.get(
        name
    )


def _unit_scale(unit: str, desk: Desk) -> Fraction | None:
    """What a time of the results is multiplied by to be in the claim's unit."""
    own = unit_days(desk.study.conventions.time_unit, desk)
    assert own is not None
    if unit.strip() in {"%", "patients", "events"}:
        return Fraction(1)
    if not unit.strip():  # papers print months; days without a word are not presumed
        return Fraction(1) if desk.study.conventions.time_unit == "months" else None
    printed = unit_days(unit, desk)
    return own / printed if printed else None


def _other_medians(
    desk: Desk, endpoint: Endpoint, item: Item, scale: Fraction
) -> Iterator[tuple[str, Facts]]:
    """The median under the other plateau rule, and of the other endpoints of these events."""
    curve = desk.analysis.curves.get((endpoint.id, item.criterion, item.group))
    chosen = desk.study.conventions
    other = "first" if chosen.median_rule == "midpoint" else "midpoint"
    if curve is not None:
        found = quantile(curve, 0.5, "first" if other == "first" else "midpoint")
        days = unit_days(chosen.time_unit, desk)
        assert days is not None
        named = {"median": found.estimate, "ci_low": found.lower, "ci_high": found.upper}
        facts = {
            k: Fact(Fraction(v) / days * scale, method=f"plateau rule {other}")
            for k, v in named.items()
            if v is not None
        }
        yield f"under the plateau rule {other!r}", facts
    for same in desk.study.endpoints:
        if same.kind == "time-to-event" and same.id != endpoint.id:
            at = {"variable": same.id, "level": "median", "group": item.group}
            facts = _median(desk.ledger.item("survival", **at))
            yield f"to {same.id}", {k: _scaled(f, scale) for k, f in facts.items()}


def _at_time(claim: Claim, desk: Desk, endpoint: Endpoint, item: Item) -> Found | Absent:
    """Survival in percent and number at risk at the time that the claim's level says."""
    match = _TIMES.search(claim.level.lower()) or _TIMES.search(claim.unit.lower())
    curve = desk.analysis.curves.get((endpoint.id, item.criterion, item.group))
    if match is None or curve is None:
        return Absent(f"the level {claim.level[:40]!r} is no time such as 12 months")
    per = unit_days(match[2] or desk.study.conventions.time_unit, desk)
    month = unit_days("months", desk)
    assert per is not None and month is not None
    days = Fraction(match[1]) * per
    level = f"{float(days / month):g} months"
    where = {"variable": endpoint.id, "level": level, "group": item.group}
    listed = desk.ledger.item("survival", criterion=item.criterion, **where)
    if listed is not None:
        found = {k: fact_of(listed, s, 1 if k == "at_risk" else 100) for k, s in _AT.items()}
        return Found({k: f for k, f in found.items() if f is not None})
    at = survival_at(curve, [float(days)])[0]
    if at.survival is None:
        return Absent(f"{level} are beyond the longest time")
    method = f"Kaplan-Meier, {curve.conf_type} interval"
    values = {"percent": at.survival, "ci_low": at.lower, "ci_high": at.upper}
    facts = {
        k: Fact(100 * Fraction(v), "percent", method) for k, v in values.items() if v is not None
    }
    return Found(facts | {"at_risk": Fact(Fraction(at.at_risk), "patients")})


_COUNTS = frozenset({"events", "count", "percent", "at_risk", "size"})
_AT = {"percent": "estimate", "ci_low": "ci_low", "ci_high": "ci_high", "at_risk": "at_risk"}


def find_response(claim: Claim, desk: Desk) -> Found | Absent | None:
    """Best responses, and the rates that count them."""
    group = desk.group(claim.population)
    assert group is not None
    criterion = _criterion(claim, desk)
    if claim.variable == "best response":
        return _best(claim, desk, group, criterion)
    endpoint = endpoint_of(claim.variable, desk, "proportion")
    if endpoint is None:
        return None
    where = {"variable": endpoint.id, "group": group.name}
    item = desk.ledger.item("response", level="", criterion=criterion, **where)
    if item is None or item.value("estimate") is None:
        return Absent(item.note if item else f"no {endpoint.id} by {criterion}")
    others = [
        (_reading(other, criterion), _rate(other))
        for other in desk.ledger.items("response", **where)
        if other is not item
    ]
    return Found(_rate(item), tuple(others))


def _criterion(claim: Claim, desk: Desk) -> str:
    """The response criterion that a claim's method names; the protocol's where it names none."""
    said = claim.method.lower().replace(" ", "")
    known = sorted(desk.ledger.words("response", "criterion"), key=len, reverse=True)
    return next((c for c in known if c and c.lower() in said), desk.study.response.criterion)


def _reading(item: Item, own: str) -> str:
    by = f" by {item.criterion}" if item.criterion != own else ""
    return f"to the {item.level or 'same'} {item.variable}{by}"


def _rate(item: Item) -> dict[str, Fact]:
    facts = facts_of(item, ("n", "N", "estimate", "ci_low", "ci_high"))
    names = {"n": "count", "N": "denominator", "estimate": "percent"}
    found = {names.get(k, k): f for k, f in facts.items()}
    n, whole, share = (found[k] for k in ("count", "denominator", "percent"))
    if n.value is not None and whole.value:
        exact = 100 * n.value / whole.value
        found["percent"] = Fact(
            exact, "percent", share.method, share.note, share.results, share.rows, share.subjects
        )
    return found


def _best(claim: Claim, desk: Desk, group: Group, criterion: str) -> Found | Absent:
    confirmed = (
        any(
            e.kind == "proportion" and endpoint_confirmed(desk.study, e)
            for e in desk.study.endpoints
        )
        or desk.study.response.confirmed_primary
    )
    own, other = ("CBOR", "BOR") if confirmed else ("BOR", "CBOR")
    levels = claim.level.replace("+", " ").replace(",", " ").split()
    size = len(group.rows)
    found = []
    for name in (own, other):
        where = {"variable": name, "criterion": criterion, "group": group.name}
        items = [i for level in levels if (i := desk.ledger.item("response", level=level, **where))]
        if len(items) < len(levels) or not items:
            return Absent(f"no best response {claim.level[:40]!r} by {criterion}")
        found.append(share_facts(items, size))
    word = "confirmed" if other == "CBOR" else "unconfirmed"
    return Found(found[0], ((f"to the {word} best responses", found[1]),))

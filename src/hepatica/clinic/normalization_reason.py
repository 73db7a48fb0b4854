"""Why a component of vessel normalization has its verdict, as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hepatica.clinic.rules.normalization.change import Change
from hepatica.clinic.rules.normalization.fact import FACTS
from hepatica.study.normalization import Component, Normalization

_SAME = " by the same reader"
_COLUMN = {"slice": ("slice_mm", " mm"), "delay": ("delay_s", " s"), "bolus": ("bolus_hu", " HU")}


def absence(plan: Normalization, pair: Mapping[str, Any]) -> str:
    """Why there is no pair of values; '' where there is one."""
    if pair["day0"] is None:
        return "no day 0: the first treatment is not on record"
    told = []
    if pair["base_date"] is None:
        told.append(_no_baseline(plan, pair))
    elif pair["base_value"] is None:
        told.append(f"baseline not measured: {pair['base_reason'] or 'no reason given'}")
    if pair["late_date"] is None:
        told.append(_no_later(plan, pair))
    elif pair["late_value"] is None:
        why = pair["late_reason"] or "no reason given"
        told.append(f"day {pair['late_day']} not measured: {why}")
    return "; ".join(told)


def _no_baseline(plan: Normalization, pair: Mapping[str, Any]) -> str:
    last, scanned = pair["last_before"], pair["scanned_before"]
    if scanned is not None:
        by = _SAME if pair["base_other"] else ""
        return f"not measured{by} on the baseline scan of day {scanned}{_elsewhere(last)}"
    more = "" if last is None else f"; the last one was on day {last}"
    return f"no baseline scan in the {plan.baseline_days} days up to day 0{more}"


def _no_later(plan: Normalization, pair: Mapping[str, Any]) -> str:
    near, scanned = pair["nearest_after"], pair["scanned_after"]
    if scanned is not None:
        by = _SAME if pair["late_other"] else ""
        return f"not measured{by} on the scan of day {scanned}{_elsewhere(near)}"
    low, high = plan.window_days
    more = "" if near is None else f"; the nearest one was on day {near}"
    still = ", a window still open at the data cutoff" if pair["open"] else ""
    return f"no scan from day {low} to day {high}{still}{more}"


def _elsewhere(day: int | None) -> str:
    return "" if day is None else f", but on day {day}, outside the window"


def incomparable(pair: Mapping[str, Any]) -> str:
    """What keeps two scans from being compared: facts that differ, then facts not known."""
    told = [f"{FACTS[f]} differs ({_fact(pair, 'base', f)}, then {_fact(pair, 'late', f)})"
            for f in pair["differ"]]  # fmt: skip
    for fact in pair["unknown"]:
        lacking = [
            w
            for w, side in (("baseline", "base"), ("later", "late"))
            if not _known(pair, side, fact)
        ]
        where = " and ".join(lacking) or "baseline"
        told.append(f"{FACTS[fact]} of the {where} scan not known")
    return "; ".join(told)


def no_ratio(pair: Mapping[str, Any]) -> str:
    """Why two values have no ratio."""
    values = f"{_number(pair['base_value'])} to {_number(pair['late_value'])}"
    return f"{values} has no ratio: both must lie above 0"


def verdict_sentence(component: Component, change: Change) -> str:
    """Change against its limits."""
    low, high = change.repeatability.limits
    if change.percent is not None:
        size, unit = change.percent, " %"
    else:
        size, unit = float(change.amount), ""
    limits = f"{_signed(low)} to {_signed(high)}{unit}"
    # A sentence that begins with a sign would be quoted as a formula in a table of cells.
    told = f"change of {_signed(size)}{unit}"
    if not change.changed:
        return f"{told}, within the repeatability limits of {limits}"
    text = f"{told}, beyond the repeatability limits of {limits}"
    if component.direction is None:
        return text
    way = "towards" if change.towards else "against"
    return f"{text}; {way} the direction of the protocol ({component.direction})"


def score_sentence(found: int, least: int, lacking: Sequence[str]) -> str:
    """What a score is made of, or why there is none."""
    without = f"; not in it: {', '.join(lacking)}" if lacking else ""
    if found < least:
        return f"no score: {found} of at least {least} components{without}"
    return f"mean of {found} components{without}"


def caveat(pair: Mapping[str, Any]) -> str | None:
    """Lipiodol given between the two scans, which hides enhancement and raises attenuation."""
    if pair["oil_date"] is None:
        return None
    amount = pair["oil_ml"]
    what = "cTACE, lipiodol not recorded," if amount is None else f"lipiodol ({_number(amount)} mL)"
    return f"{what} on {pair['oil_date']}, between the scans: it confounds vessels and attenuation"


def _known(pair: Mapping[str, Any], side: str, fact: str) -> bool:
    value = pair[f"{side}_{_COLUMN.get(fact, (fact, ''))[0]}"]
    return value is not None and not (fact == "bolus" and side == "base" and value <= 0)


def _fact(pair: Mapping[str, Any], side: str, fact: str) -> str:
    name, unit = _COLUMN.get(fact, (fact, ""))
    value = pair[f"{side}_{name}"]
    return f"{_number(float(value))}{unit}" if unit else str(value)


def _number(value: float) -> str:
    return f"{value:.4g}"


def _signed(value: float) -> str:
    return f"{value:+.3g}"

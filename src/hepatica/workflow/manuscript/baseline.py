"""Baseline characteristics of claims: a row of the protocol's Table 1, or a column of ADSL.

Where Table 1 has no such row the same counting is made of the column, so that a manuscript may
print more than the protocol's Table 1; such a number bears no row of results.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from hepatica.analysis.population import Group
from hepatica.audit.claim import Claim
from hepatica.audit.word import known_level, known_variable, variables
from hepatica.core.unit import factor_of
from hepatica.report.ledger import Item
from hepatica.stats.describe import description
from hepatica.study.plan import BaselineRow
from hepatica.workflow.manuscript.comparison import Absent, Fact, Facts, Found
from hepatica.workflow.manuscript.desk import Desk, facts_of, plain, share_facts, word_of, words

SUMMARY = ("n", "mean", "sd", "median", "q1", "q3", "min", "max")
_COUNTED = frozenset({"count", "percent"})
_BAND = re.compile(r"(<=|>=|<|>)(\d+(?:\.\d+)?)")
_OPERATOR = {"AFPBL": "AFPOP"}
_YES = {
    **dict.fromkeys(("yes", "y", "present", "positive"), "Y"),
    **dict.fromkeys(("no", "n", "absent", "negative"), "N"),
}


def find_baseline(claim: Claim, desk: Desk) -> Found | Absent | None:
    """Counts of a category, or the description of a number, at baseline."""
    columns = words()["baseline"].get(word_of(claim.variable), [])
    plans = [p for p in desk.study.analysis.baseline if _names(p, claim, columns)]
    group = desk.group(claim.population)
    assert group is not None
    if not plans and not columns:
        return None
    if claim.statistic in _COUNTED:
        return _counted(claim, desk, group, (plans, columns))
    return _described(claim, desk, group, (plans, columns))


def _names(plan: BaselineRow, claim: Claim, columns: list[str]) -> bool:
    """Tell whether a row of Table 1 is what the claim is about."""
    if columns:  # a name alone may be of several columns, such as those of prior chemotherapy
        return plan.variable in columns
    wanted = {claim.variable, word_of(claim.variable)}
    said = {known_variable(plan.result_variable), known_variable(plan.label), plan.variable}
    return bool(wanted & said) or plain(claim.variable) in map(plain, said)


def _counted(
    claim: Claim, desk: Desk, group: Group, where: tuple[list[BaselineRow], list[str]]
) -> Found | Absent:
    plans, columns = where
    size = len(group.rows)
    for plan in (p for p in plans if p.kind != "continuous"):
        level = _plan_level(plan, claim)
        item = level and _level_item(desk, plan, group, plan.level_label(level))
        if item:
            facts = share_facts((item,), size)
            return Found(facts, tuple(_without_missing(desk, plan, group, facts)))
    column = next((c for c in (*(p.variable for p in plans), *columns) if _has(group, c)), "")
    who = _of_column(claim, column, group) if column else None
    if who is None:
        return Absent(_no_level(claim, plans, column, group), unknown_word=True)
    method = "percent of all patients of the group"
    count = Fact(Fraction(len(who)), "patients", f"counted in ADSL {column}", subjects=who)
    share = Fraction(100 * len(who), size) if size else None
    return Found({
        "count": count,
        "denominator": Fact(Fraction(size), "patients"),
        "percent": Fact(share, "percent", method, subjects=who),
    })  # fmt: skip


def _plan_level(plan: BaselineRow, claim: Claim) -> str | None:
    """The level of a row of Table 1 that a claim's level is."""
    wanted = plain(claim.level)
    for level in plan.levels:
        names = {plain(level), plain(plan.level_label(level))}
        names |= {n.removesuffix(plain(plan.unit)).strip() for n in names} - {""}
        known = {plain(known_level(claim.variable, n)) for n in (level, plan.level_label(level))}
        if wanted in names | known or _YES.get(wanted) == level:
            return level
    return None


def _level_item(desk: Desk, plan: BaselineRow, group: Group, label: str) -> Item | None:
    where = {"variable": plan.result_variable, "level": label, "group": group.name}
    return desk.ledger.item("baseline", **where)


def _has(group: Group, column: str) -> bool:
    return any(row.get(column) is not None for row in group.rows)


def _of_column(claim: Claim, column: str, group: Group) -> tuple[str, ...] | None:
    """Subjects whose value is the claim's level; None where no value could be meant by it."""
    if band := _BAND.match(plain(claim.level)):
        return _of_band(band, column, group)
    wanted = {plain(claim.level), plain(_YES.get(plain(claim.level), claim.level))}
    values = {row["SUBJID"]: row[column] for row in group.rows if row[column] is not None}
    same = tuple(s for s, v in values.items() if _same(v, claim.variable, wanted))
    known = variables().get(claim.variable)
    could_be = claim.level in known.levels.values() if known else False
    return same if same or could_be or wanted & {"y", "n"} else None


def _same(value: object, variable: str, wanted: set[str]) -> bool:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return bool({plain(text), plain(known_level(variable, text))} & wanted)


def _of_band(band: re.Match[str], column: str, group: Group) -> tuple[str, ...] | None:
    """Subjects on one side of a cut; None where a reported limit such as >1000 leaves it open."""
    sign, cut = band[1], float(band[2])
    values = [r for r in group.rows if r[column] is not None]
    if not all(isinstance(r[column], float | int) for r in values):
        return None
    operator = _OPERATOR.get(column, "")
    found = {r["SUBJID"]: _beyond(float(r[column]), sign, cut, r.get(operator)) for r in values}
    return None if None in found.values() else tuple(s for s, v in found.items() if v)


def _beyond(value: float, sign: str, cut: float, reported: str | None) -> bool | None:
    """Whether a value is on the side of the cut that `sign` names; None where it is open."""
    above = sign.startswith(">")
    if reported == "<":
        return (not above) if value <= cut else None
    if reported == ">":
        return above if value >= cut else None
    strict = value > cut if above else value < cut
    return strict or (sign.endswith("=") and value == cut)


def _without_missing(
    desk: Desk, plan: BaselineRow, group: Group, facts: Facts
) -> Iterator[tuple[str, Facts]]:
    """The percentage of the patients with a value, where some have none."""
    gaps = desk.ledger.items("baseline", variable=plan.result_variable, level="", group=group.name)
    missing = sum(int(item.value("missing") or 0) for item in gaps[:1])
    known, count = len(group.rows) - missing, facts["count"].value
    if missing and known and count is not None:
        method = f"percent of the {known} patients with a value"
        share = Fact(100 * count / known, "percent", method)
        yield (
            f"to the percentage of the {known} patients with a value",
            {**facts, "percent": share, "denominator": Fact(Fraction(known), "patients")},
        )


def _no_level(claim: Claim, plans: list[BaselineRow], column: str, group: Group) -> str:
    shown = [plan.level_label(level) for plan in plans for level in plan.levels]
    if column and not shown:
        shown = sorted({str(r[column]) for r in group.rows if r[column] is not None})
    known = f"; its levels are {', '.join(shown[:8])}" if shown else ""
    return f"{claim.variable[:60]} has no level {claim.level[:40]!r} in the study{known}"


def _described(
    claim: Claim, desk: Desk, group: Group, where: tuple[list[BaselineRow], list[str]]
) -> Found | Absent:
    plans, columns = where
    for plan in (p for p in plans if p.kind == "continuous"):
        at = {"variable": plan.result_variable, "level": "", "group": group.name}
        item = desk.ledger.item("baseline", **at)
        if item is not None and item.has("mean"):
            return _in_unit(claim, facts_of(item, SUMMARY))
    candidates = (*(p.variable for p in plans), *columns)
    column = next((c for c in candidates if _is_number(group, c)), "")
    if not column:
        return Absent(f"{claim.variable[:60]} is no number in the study")
    chosen = [r for r in group.rows if r[column] is not None]
    summary = description(
        [float(r[column]) for r in chosen], quantile_type=desk.study.conventions.quantile_type
    )
    who = tuple(r["SUBJID"] for r in chosen)
    values = {name: getattr(summary, name) for name in SUMMARY[1:]}
    facts = {
        name: Fact(Fraction(value), "", f"{name} of ADSL {column}", subjects=who)
        for name, value in values.items()
        if value is not None
    }
    return _in_unit(claim, {**facts, "n": Fact(Fraction(len(who)), "patients", subjects=who)})


def _is_number(group: Group, column: str) -> bool:
    values = [r.get(column) for r in group.rows]
    return any(isinstance(v, float | int) for v in values)


def unit_scale(claim: Claim, own: str) -> Fraction | None:
    """How many of the study's units the claim's unit is; None where it cannot be one of them."""
    test = words()["unit"].get(word_of(claim.variable))
    if test is not None and claim.unit:
        factor = factor_of(test, claim.unit)
        return Fraction(str(factor.scale)) if factor and not factor.shift else None
    kinds = words()["scale"]
    printed = next(
        ((k, u[plain(claim.unit)]) for k, u in kinds.items() if plain(claim.unit) in u), None
    )
    held = next(((k, u[plain(own)]) for k, u in kinds.items() if plain(own) in u), None)
    if printed is None or held is None:
        return Fraction(1)
    return Fraction(printed[1], held[1]) if printed[0] == held[0] else None


def _in_unit(claim: Claim, facts: Facts) -> Found | Absent:
    """The facts in the claim's unit, where the manuscript prints another one than the study."""
    own = next((f.unit for f in facts.values() if f.unit not in {"", "patients"}), "")
    scale = unit_scale(claim, own)
    if scale is None:
        return Absent(f"the unit {claim.unit[:40]!r} is not that of the study, {own}")
    if scale == 1:
        return Found(facts)
    shown = {
        name: f if name == "n" or f.value is None else Fact(
            f.value / scale, claim.unit, f.method, f.note, f.results, f.rows, f.subjects
        )
        for name, f in facts.items()
    }  # fmt: skip
    return Found(shown, note=f"converted to {claim.unit}")

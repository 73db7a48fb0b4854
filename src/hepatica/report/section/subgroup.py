"""Subgroups as a table and as the lines of a forest plot: the same words in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper, group_split, grouping_text
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study
from hepatica.study.plan import SubgroupPlan
from hepatica.study.vocabulary import analysis_variables

AGAINST = " against "
ESTIMATES = ("median", "rate")


@dataclass(frozen=True, slots=True)
class Limb:
    """One subgroup: its counts and estimate as printed, and the numbers behind them.

    A heading (the column that the next limbs are levels of) has no counts.
    """

    label: str
    depth: int = 0
    counts: Cell = EMPTY
    printed: Cell = EMPTY
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    subjects: tuple[str, ...] = ()


def subgroup_tables(ledger: Ledger, study: Study) -> Iterator[Table]:
    """One table for each planned subgroup analysis."""
    for i, plan in enumerate(study.analysis.subgroup, start=1):
        yield _table(ledger, study, plan, f"subgroup-{i}")


def subgroup_limbs(ledger: Ledger, plan: SubgroupPlan) -> tuple[Limb, ...]:
    """Everybody, then each column as a heading with its levels below."""
    groups = ledger.words("subgroup", "group", variable=plan.endpoint)
    limbs = list(_limbs(ledger, plan, groups[0] if groups else "", "All patients", 0))
    for column in plan.by:
        own = [g for g in groups if " = " in g and group_split(g)[0] == column]
        if own:
            limbs.append(Limb(_heading(ledger, plan, column)))
        for group in own:
            limbs += _limbs(ledger, plan, group, _level_text(group_split(group)[1]), 1)
    return tuple(limbs)


def compared(ledger: Ledger, plan: SubgroupPlan) -> tuple[str, ...]:
    """What is compared, such as "ARM: B against A"; empty where each subgroup stands alone."""
    levels = ledger.words("subgroup", "level", variable=plan.endpoint)
    return tuple(v for v in levels if AGAINST in v and plan.compare in (v.split(": ")[0], ""))


def ratio_name(study: Study, plan: SubgroupPlan) -> str:
    """What a comparison is measured by."""
    proportion = study.endpoint(plan.endpoint).kind == "proportion"
    return "Odds ratio" if proportion else "Hazard ratio"


def contrast_text(contrast: str) -> str:
    """A comparison as people read it, such as "Vascular invasion: Y against N"."""
    by, _, levels = contrast.partition(": ")
    return f"{grouping_text(by)}: {levels}"


def _limbs(
    ledger: Ledger, plan: SubgroupPlan, group: str, label: str, depth: int
) -> Iterator[Limb]:
    contrasts = compared(ledger, plan)
    for contrast in contrasts:
        item = ledger.item("subgroup", variable=plan.endpoint, group=group, level=contrast)
        if item is not None:
            level = contrast.partition(": ")[2].partition(AGAINST)[0]
            name = label if len(contrasts) == 1 else f"{label}, {level}" if depth else level
            yield _ratio_limb(ledger, plan, item, (name, depth))
    if not contrasts:
        yield _estimate_limb(ledger, plan, group, (label, depth))


def _ratio_limb(ledger: Ledger, plan: SubgroupPlan, item: Item, name: tuple[str, int]) -> Limb:
    by, _, pair = item.level.partition(": ")
    level, _, reference = pair.partition(AGAINST)
    sides = [
        ledger.item("subgroup", variable=plan.endpoint, group=item.group, level=f"{by}: {side}")
        for side in (level, reference)
    ]
    statistic = "hazard_ratio" if item.has("hazard_ratio") else "estimate"
    values = _values(item, statistic)
    text = number.ratio_interval(*values) if values[0] is not None else item.note
    rows = item.rows_of(statistic, "ci_low", "ci_high")
    counts = Cell(
        " vs ".join(_share(s) for s in sides),
        tuple(r for s in sides if s is not None for r in s.rows_of()),
    )
    subjects = tuple(dict.fromkeys(x for s in sides if s for x in _members(s)))
    return Limb(*name, counts, Cell(text, rows), *values, subjects)


def _estimate_limb(ledger: Ledger, plan: SubgroupPlan, group: str, name: tuple[str, int]) -> Limb:
    where = {"variable": plan.endpoint, "group": group}
    whole = ledger.item("subgroup", level="", **where)
    items = (ledger.item("subgroup", level=level, **where) for level in ESTIMATES)
    item = next((i for i in items if i is not None), None)
    counts = Cell(_share(whole), whole.rows_of() if whole else ())
    subjects = _members(whole) if whole else ()
    if item is None:
        return Limb(*name, counts, Cell(number.NOT_ESTIMABLE), subjects=subjects)
    values = _values(item, "estimate")
    unit = item.results["estimate"].unit
    rate = item.level == "rate"
    text = number.estimate(*values) if rate else number.median_time(*values, unit)
    return Limb(*name, counts, Cell(text, item.rows_of()), *values, subjects)


def _values(item: Item, statistic: str) -> tuple[float | None, float | None, float | None]:
    return item.value(statistic), item.value("ci_low"), item.value("ci_high")


def _share(item: Item | None) -> str:
    """Events of patients, or responders of patients."""
    if item is None:
        return ""
    few, many = ("n", "N") if item.has("N") else ("events", "n")
    return f"{number.count(item.value(few))}/{number.count(item.value(many))}"


def _members(item: Item) -> tuple[str, ...]:
    return item.results["N" if item.has("N") else "n"].subjects


def _heading(ledger: Ledger, plan: SubgroupPlan, column: str) -> str:
    """Label of a column, with the test of interaction where there is one."""
    groups = ledger.words("subgroup", "group", variable=plan.endpoint)
    unit = analysis_variables()[column].unit if column in plan.cuts else ""
    text = f"{grouping_text(column)}, {unit}" if unit else grouping_text(column)
    for group in (g for g in groups if " = " not in g and g.split(" in ")[0] == column):
        for item in ledger.items("subgroup", variable=plan.endpoint, group=group):
            if item.level.startswith("interaction") and item.value("p_value") is not None:
                p = number.p_value(item.value("p_value"))
                return f"{text} (interaction P {p if p[0] in '<>' else '= ' + p})"
    return text


def _level_text(level: str) -> str:
    return {"Y": "Yes", "N": "No"}.get(level, first_upper(level.replace(">=", "\u2265")))


def _table(ledger: Ledger, study: Study, plan: SubgroupPlan, key: str) -> Table:
    endpoint = study.endpoint(plan.endpoint)
    lines = tuple(
        Line(limb.label, (limb.counts, limb.printed) if limb.counts.text else (), limb.depth)
        for limb in subgroup_limbs(ledger, plan)
    )
    title = f"{endpoint.label} in subgroups"
    return Table(key, title, "Subgroup", heads(ledger, study, plan), lines,
                 notes(ledger, study, plan))  # fmt: skip


def heads(ledger: Ledger, study: Study, plan: SubgroupPlan) -> tuple[str, str]:
    """Heads of the counts and of the estimate."""
    level = number.level(study.conventions.conf_level)
    proportion = study.endpoint(plan.endpoint).kind == "proportion"
    counts = "Responders / patients" if proportion else "Events / patients"
    if compared(ledger, plan):
        return f"{counts}, each", f"{ratio_name(study, plan)} ({level} CI)"
    unit = study.conventions.time_unit
    return counts, f"Rate, % ({level} CI)" if proportion else f"Median, {unit} ({level} CI)"


def notes(ledger: Ledger, study: Study, plan: SubgroupPlan) -> tuple[str, ...]:
    """What a reader of subgroups must know."""
    found = compared(ledger, plan)
    if found:
        proportion = study.endpoint(plan.endpoint).kind == "proportion"
        test = "Woolf's test of one odds ratio" if proportion else "likelihood ratio of Cox models"
        if proportion and len(found) > 1:
            test = "not tested for more than two groups"
        few = "" if proportion else f" No ratio from fewer than {plan.min_events} events."
        return (
            f"{'; '.join(map(contrast_text, found))}; counts in that order. Interaction: {test}. "
            f"Limits and tests are not corrected for their number.{few}",
        )
    return (
        "Nothing is compared: each line is the estimate of its own patients. Subgroups of one arm "
        "differ by prognosis, which says nothing of the effect of the treatment in them.",
    )

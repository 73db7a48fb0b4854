"""Vessel normalization: the protocol's plan, verdicts, scores and every patient's values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from hepatica.analysis.normalization import CHANGE, COMPARABLE, MEASURED, NO_SCORE, SCORE, VERDICTS
from hepatica.clinic.rules.normalization.change import Repeatability
from hepatica.core.citation import citation
from hepatica.records.catalogue import catalogue
from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import sized_groups
from hepatica.report.section.cell import count_cell
from hepatica.report.section.listing import MOST_LISTED, shortened
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study
from hepatica.study.normalization import Component, Normalization

Row = Mapping[str, Any]
_HEADS = {
    MEASURED: "Measured at both",
    COMPARABLE: "Comparable",
    "changed in the direction": "Changed, in direction",
    "changed against the direction": "Changed, against it",
    "changed, no direction planned": "Changed, no direction",
    "within error": "Within error",
    "not comparable": "Not comparable",
    "missing": "Missing",
}
_SIDES = {"TOWARDS": ", in the direction", "AGAINST": ", against the direction"}
SIGNIFICANT = 3


def normalization_tables(
    study: Study, ledger: Ledger, rows: pa.Table, sizes: Mapping[str, int]
) -> tuple[Table, ...]:
    """Plan, verdicts, scores and the patients' values; none where nothing was measured."""
    plan = study.normalization
    listed = rows.to_pylist()
    if plan is None or not measured_rows(listed):
        return ()
    tables = (
        _plan_table(study, plan),
        _verdict_table(study, plan, ledger, sizes),
        _score_table(study, plan, ledger, listed),
        _value_table(listed),
    )
    return tuple(t for t in tables if not t.empty)


def normalization_texts(study: Study, rows: pa.Table, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """What can, and what cannot, be said from these numbers."""
    plan = study.normalization
    listed = rows.to_pylist()
    if plan is None or not measured_rows(listed):
        return ()
    oiled = {row["SUBJID"] for row in listed if row["CAVEAT"]}
    oil = (
        "Between the two scans no lipiodol is on record."
        if not oiled
        else "Lipiodol was given in a session between the two scans in "
        f"{number.count(len(oiled))} patient{'' if len(oiled) == 1 else 's'}: it hides enhancement "
        "and raises attenuation, so that vessels read after it are not those read before it."
    )
    control = (
        "Changes are described within patients; arms are not compared by a test."
        if len([name for name in sizes if name]) > 1
        else "There is no control group: a change cannot be put down to one part of the treatment, "
        "nor told from what time or embolization alone would do."
    )
    return (
        oil,
        control,
        "No validated score of vessel normalization was found; the score is this protocol's own, "
        "and every component stands by itself, because structural and functional measures of "
        "vessels can part under anti-angiogenic treatment, as seen in animal tumours "
        f"({citation('kannan2018')}).",
    )


def measured_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows of ADVN with a value at either scan."""
    return [r for r in rows if r["BASE"] is not None or (r["AVAL"] is not None and r["TESTCD"])]


def value_text(value: float | None) -> str:
    """A measured value with three significant figures; '' where there is none."""
    return "" if value is None else number.number(value, digits_of(value))


def change_text(value: float | None, unit: str) -> str:
    """A change with its sign and unit."""
    if value is None:
        return ""
    sign = "+" if value > 0 else ""
    if unit == "percent":
        return f"{sign}{number.percent(value)}"
    return f"{sign}{value_text(value)}{_unit(unit)}"


def digits_of(value: float) -> int:
    """Decimals that show three significant figures, at most six."""
    if not value:
        return 0
    return min(6, max(0, SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))))


def limit_text(low: float | None, high: float | None, unit: str) -> str:
    """Repeatability limits."""
    if low is None or high is None:
        return ""
    return f"{change_text(low, unit)} to {change_text(high, unit)}"


def row_unit(row: Row) -> str:
    """Unit of a row's change and limits."""
    return "percent" if row["SCALE"] != "difference" else (row["AVALU"] or "")


def verdict_text(row: Row) -> str:
    """A verdict in words, with its direction."""
    return str(row["VERDICT"]).capitalize() + _SIDES.get(row["DIRECT"] or "", "")


def _unit(unit: str) -> str:
    return "" if unit in ("", "1") else f" {unit}"


def component_label(component: Component) -> str:
    """Printed name of a component."""
    name = catalogue("image_tests")[component.test].name
    return component.label or f"{name}, {component.region}"


def _plan_table(study: Study, plan: Normalization) -> Table:
    lines = []
    for one in plan.components:
        name, value = one.repeatability
        low, high = Repeatability.of(name, value).limits
        unit = "percent" if one.scale == "ratio" else ""
        texts = (
            f"{catalogue('image_tests')[one.test].name}; {one.region}",
            one.direction or "none",
            limit_text(low, high, unit) + ("" if unit else " (difference)"),
            one.repeatability_source,
            "yes" if one.in_score else "no",
        )
        lines.append(Line(component_label(one), tuple(map(Cell, texts))))
    low_day, high_day = plan.window_days
    return Table(
        key="normalization-plan",
        title="Components that the protocol names",
        stub="Component",
        columns=("Quantity and region", "Direction", "Repeatability limits", "Source of the limits",
                 "In score"),
        lines=tuple(lines),
        footnotes=(
            f"Day 0: {plan.anchor}. Baseline: the last scan on or before day 0, at most "
            f"{plan.baseline_days} days old. Later scan: the one nearest to day {plan.target_day} "
            f"from day {low_day} to day {high_day}.",
            "Scans are compared where modality, scanner, kernel, slice distance (to 0.1 mm), "
            f"phase, delay (to {number.plain(plan.timing_s)} s) and aorta (to "
            f"{number.plain(plan.bolus_percent)}%) agree, as far as the quantity depends on them; "
            "what is not known is not taken for agreement.",
            "Limits: 1.96 x \u221a2 times the within-subject standard deviation, on the logarithm "
            "for a ratio.",
            plan.note,
        ),
        prose=True,
    )  # fmt: skip


def _verdict_table(
    study: Study, plan: Normalization, ledger: Ledger, sizes: Mapping[str, int]
) -> Table:
    groups = ledger.words("normalization", "group")
    named = sized_groups(groups, sizes)
    shown = [h for h in _HEADS if _any_direction(plan, h)]
    lines: list[Line] = []
    for group in groups:
        if len(groups) > 1:
            lines.append(Line(named[group]))
        for one in plan.components:
            where = {"variable": one.id, "group": group}
            found = [ledger.item("normalization", level=level, **where) for level in shown]
            cells = [count_cell(item) for item in found]
            change = ledger.item("normalization", level=CHANGE, **where)
            depth = int(len(groups) > 1)
            lines.append(Line(component_label(one), (*cells, _change_cell(change)), depth))
    return Table(
        key="normalization-verdicts",
        title="Vessel normalization by component",
        stub="Component",
        columns=(*(_HEADS[h] for h in shown), "Change, median [range]"),
        lines=tuple(lines),
        footnotes=(
            f"Patients of the analysis population: {number.count(sizes.get('', 0))}. Changed: "
            "beyond the repeatability limits. Missing and incomparable ones are never imputed.",
            "Changes of patients whose scans can be compared; no test is made.",
        ),
    )


def _any_direction(plan: Normalization, level: str) -> bool:
    if level not in list(VERDICTS)[:3]:
        return True
    directed = level != "changed, no direction planned"
    return any((one.direction is not None) is directed for one in plan.components)


def _change_cell(item: Item | None) -> Cell:
    if item is None or not item.value("n"):
        return EMPTY
    unit = item.results["median"].unit
    middle, low, high = (change_text(item.value(s), unit) for s in ("median", "min", "max"))
    return Cell(f"{middle} [{low} to {high}]", item.rows_of("n", "median", "min", "max"))


def _score_table(study: Study, plan: Normalization, ledger: Ledger, rows: Sequence[Row]) -> Table:
    found = [r for r in rows if r["PARCAT1"] == "SCORE"]
    seen = {r["SUBJID"] for r in measured_rows(rows)}
    shown = [r for r in found if r["SUBJID"] in seen]
    lines = []
    for row in shown[:MOST_LISTED]:
        text = "" if row["AVAL"] is None else number.ratio(row["AVAL"])
        limits = "" if row["AVAL"] is None else number.interval(row["ZLOW"], row["ZHIGH"], 2)
        texts = (text, limits, f"{row['NCOMP']} of {row['NREGION']}", row["REASON"])
        lines.append(Line(row["SUBJID"], tuple(Cell(t, subjects=(row["SUBJID"],)) for t in texts)))
    whole = ledger.item("normalization", variable=SCORE, level="", group="")
    without = ledger.item("normalization", variable=SCORE, level=NO_SCORE, group="")
    if whole is not None and whole.value("n"):
        rows_of = whole.rows_of("n", "mean", "min", "max")
        low, high = number.ratio(whole.value("min")), number.ratio(whole.value("max"))
        lines.append(
            Line("Mean [range]", (Cell(number.ratio(whole.value("mean")), rows_of),
                 Cell(f"[{low} to {high}]", rows_of), Cell(_people(whole), rows_of), EMPTY))
        )  # fmt: skip
    level = number.level(study.conventions.conf_level)
    unscored = number.count(without.value("n")) if without else ""
    return Table(
        key="normalization-scores",
        title="Score of vessel normalization",
        stub="Patient",
        columns=("Score", f"{level} interval", "Components", "Made of"),
        lines=tuple(lines),
        footnotes=(
            "Mean of the changes in standard deviations of a change of nothing, positive towards "
            f"the direction of the protocol; at least {plan.min_components} components. The "
            "interval takes the errors of the components for independent; those of one scan are "
            "not quite, so it is too narrow rather than too wide.",
            f"Without a score: {unscored}; those of whom nothing was measured are not listed."
            if unscored
            else "",
            *shortened(len(shown), "adam/advn.csv"),
        ),
        prose=True,
    )


def _people(item: Item) -> str:
    found = item.value("n")
    return f"{number.count(found)} patient{'' if found == 1 else 's'}"


def _value_table(rows: Sequence[Row]) -> Table:
    """Every value of every patient with a scan; patients without one in a footnote."""
    seen = {r["SUBJID"]: None for r in measured_rows(rows)}
    without = [s for s in dict.fromkeys(r["SUBJID"] for r in rows) if s not in seen]
    shown = [r for r in rows if r["SUBJID"] in seen and r["PARCAT1"] != "SCORE"]
    lines: list[Line] = []
    last = ""
    for row in shown[:MOST_LISTED]:
        if row["SUBJID"] != last:
            last = row["SUBJID"]
            lines.append(Line(last))
        lines.append(_value_line(row))
    named = f"Nothing measured: {', '.join(without[:50])}" if without else ""
    more = f" and {number.count(len(without) - 50)} more." if len(without) > 50 else "."
    return Table(
        key="normalization-values",
        title="Baseline and later scan of each patient",
        stub="Patient and component",
        columns=("Baseline", "Later", "Day", "Change", "Limits", "Verdict", "Reason"),
        lines=tuple(lines),
        footnotes=(
            *shortened(len(shown), "adam/advn.csv"),
            named + more if named else "",
            "Context has no limits and no verdict: embolization alone lowers liver volume. "
            "Source records, series and slices: adam/advn.csv, or `hepatica explain`.",
        ),
        prose=True,
    )


def _value_line(row: Row) -> Line:
    unit = row_unit(row)
    change = row["PCHG"] if unit == "percent" else row["CHG"]
    known = row["VERDICT"] in ("CHANGED", "WITHIN ERROR", "CONTEXT")
    region = row["REGION"] or ""
    name = row["PARAM"] if not region else f"{row['PARAM']}; {region}"
    texts = (
        value_text(row["BASE"]) + (_unit(row["AVALU"] or "") if row["BASE"] is not None else ""),
        value_text(row["AVAL"]) + (_unit(row["AVALU"] or "") if row["AVAL"] is not None else ""),
        "" if row["VNDY"] is None else number.count(row["VNDY"]),
        change_text(change, unit) if known else "",
        limit_text(row["RCLO"], row["RCHI"], unit),
        verdict_text(row),
        "" if known and change is not None else row["REASON"],
    )
    return Line(name, tuple(Cell(t, subjects=(row["SUBJID"],)) for t in texts), depth=1)

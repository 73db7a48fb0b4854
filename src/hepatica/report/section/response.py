"""Response by criterion with exact intervals; and the derived against the collected responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.phrase import sized_heads
from hepatica.report.section.cell import range_cell, rate_cell, share_cell
from hepatica.report.table import EMPTY, Line, Table
from hepatica.study import Study

_BEST = {
    "BOR": "Best overall response, unconfirmed, n (%)",
    "CBOR": "Best overall response, confirmed, n (%)",
}
_WORD = {
    "CR": "Complete response (CR)",
    "PR": "Partial response (PR)",
    "SD": "Stable disease (SD)",
    "PD": "Progressive disease (PD)",
    "NE": "Not evaluable (NE)",
    "MISSING": "No assessment",
}


def response_table(ledger: Ledger, study: Study, size: int | None = None) -> Table:
    """Best responses and rates, one column a criterion, for everybody, who are `size`."""
    criteria = ledger.words("response", "criterion", group="")
    columns = tuple(dict(criterion=c, group="") for c in criteria)
    counted = "" if size is None else f" (n = {number.count(size)})"
    return Table(
        key="response",
        title=f"Tumour response by criterion{counted}",
        stub="Response",
        columns=criteria,
        lines=_lines(ledger, study, columns),
        footnotes=_footnotes(ledger, study),
    )


def arm_response_table(ledger: Ledger, study: Study, sizes: Mapping[str, int]) -> Table | None:
    """Best responses and rates by arm, under the study's own criterion; None without arms.

    `sizes` are the patients of each arm.
    """
    criterion = study.response.criterion
    arms = [g for g in ledger.words("response", "group", criterion=criterion) if g]
    if not arms:
        return None
    return Table(
        key="response-arm",
        title=f"Tumour response by arm, {criterion}",
        stub="Response",
        columns=sized_heads(arms, sizes),
        lines=_lines(ledger, study, [dict(criterion=criterion, group=a) for a in arms]),
        footnotes=_footnotes(ledger, study),
    )


def _lines(ledger: Ledger, study: Study, columns: Sequence[dict[str, str]]) -> tuple[Line, ...]:
    lines: list[Line] = []
    order = ("CBOR", "BOR") if study.response.confirmed_primary else ("BOR", "CBOR")
    for paramcd in order:
        lines += _best_lines(ledger, paramcd, columns)
    lines += _rate_lines(ledger, study, columns)
    lines += _change_lines(ledger, columns)
    return tuple(lines)


def _best_lines(ledger: Ledger, paramcd: str, columns: Sequence[dict[str, str]]) -> list[Line]:
    levels = [v for v in ledger.words("response", "level", variable=paramcd) if v]
    rank = list(_WORD)
    levels.sort(key=lambda v: rank.index(v) if v in rank else 2.5)
    lines = [Line(_BEST[paramcd])]
    for level in levels:
        found = [ledger.item("response", variable=paramcd, level=level, **c) for c in columns]
        lines.append(Line(_WORD.get(level, level), tuple(map(share_cell, found)), depth=1))
    return lines if levels else []


def _rate_lines(ledger: Ledger, study: Study, columns: Sequence[dict[str, str]]) -> list[Line]:
    level_text = number.level(study.conventions.conf_level)
    lines = [Line(f"Rates: n/N; % ({level_text} CI)")]
    for endpoint in (e for e in study.endpoints if e.kind == "proportion"):
        for level in sorted(ledger.words("response", "level", variable=endpoint.id)):
            found = [
                ledger.item("response", variable=endpoint.id, level=level, **c) for c in columns
            ]
            words = f"{endpoint.label} ({endpoint.id})" + (f", {level}" if level else "")
            lines.append(Line(words, tuple(map(rate_cell, found)), depth=1))
    return lines if len(lines) > 1 else []


def _change_lines(ledger: Ledger, columns: Sequence[dict[str, str]]) -> list[Line]:
    best = [ledger.item("change", variable="Best change", **c) for c in columns]
    less = [ledger.item("change", variable="Any shrinkage", **c) for c in columns]
    if not any(best):
        return []
    return [
        Line("Change of the target sum"),
        Line("Best change, %: median [range]", tuple(map(range_cell, best)), depth=1),
        Line("Any shrinkage, n (%)", tuple(share_cell(i) if i else EMPTY for i in less), depth=1),
    ]


def _footnotes(ledger: Ledger, study: Study) -> tuple[str, ...]:
    plan = study.response
    items = (
        i
        for e in study.endpoints
        if e.kind == "proportion"
        for i in ledger.items("response", variable=e.id)
    )
    methods = dict.fromkeys(
        r.method for i in items for s, r in i.results.items() if s == "ci_low" and r.method
    )
    between = "allowed" if plan.accept_sd_between else "not allowed"
    return (
        "Of all patients of the population: a patient without an assessment is a non-responder.",
        f"Confirmation after at least {plan.confirm_days} days, with at most "
        f"{plan.max_ne_between} NE between, SD between {between}; SD lasts at least "
        f"{plan.min_sd_days} days from the first treatment.",
        f"Intervals: {', '.join(methods)}." if methods else "",
    )

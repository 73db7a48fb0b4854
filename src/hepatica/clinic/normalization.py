"""Vessel normalization: every component's change against its repeatability, and the score (ADVN).

Pairs of scans, and what keeps them from being compared: `derive/advn_pair.sql` over
`rules/normalization/facts.toml`. Change, limits and z: `rules/normalization/change.py`.

Rule: no validated normalization score was found; this one is the protocol's own. z of a component
is its change in the direction written down beforehand, in standard deviations of a change of
nothing; the score is the mean of the z that there are, of at least `min_components`. Its interval
takes each z to have variance 1 and the errors of the components to be independent; components of
one scan are not quite, so that the interval is too narrow rather than too wide. Structural and
functional components can part under anti-VEGF therapy [kannan2018], so every component stands by
itself. Liver volume is context: it falls after embolization whatever the vessels do.

Choices   several regions of one component (tumour T1, tumour T2) each have their row; the subject's
          is their mean change, every comparable region with the same weight and the error of one.
          A missing or incomparable component is listed and never imputed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from statistics import NormalDist
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.deviation import Deviation
from hepatica.clinic.normalization_reason import (
    absence,
    caveat,
    incomparable,
    no_ratio,
    score_sentence,
    verdict_sentence,
)
from hepatica.clinic.query import Query
from hepatica.clinic.rules.normalization.change import Change, Repeatability
from hepatica.clinic.rules.normalization.fact import FACTS, required_facts
from hepatica.clinic.step import Step
from hepatica.core.finding import Place
from hepatica.records.catalogue import catalogue
from hepatica.study import Study
from hepatica.study.normalization import Component, Normalization

Row = dict[str, Any]
_CONTEXT = {"LVOL": "embolization alone lowers liver volume"}
_UNSTATED = "no repeatability is stated, so there is no verdict"
_LONGEST = 200


def derive_normalization(study: Study, query: Query) -> Step:
    """Derive ADVN and the scans out of their window; empty where the protocol asks for none."""
    schema = datasets()["ADVN"].schema()
    plan = study.normalization
    if plan is None:
        return Step({"ADVN": schema.empty_table()})
    _write_plan(study, plan, query)
    pairs = query.derive("advn_pair").to_pylist()
    rows = [
        row for _, own in groupby(pairs, key=_subject) for row in _subject_rows(study, plan, own)
    ]
    return Step(
        {"ADVN": pa.Table.from_pylist(rows, schema)}, deviations=tuple(_out_of_window(plan, pairs))
    )


def _subject(pair: Mapping[str, Any]) -> Any:
    return pair["subject"]


def _write_plan(study: Study, plan: Normalization, query: Query) -> None:
    """The protocol's windows and tolerances, its components and the facts they need, as tables."""
    low, high = plan.window_days
    exact = pa.decimal128(18, 6)
    row = {
        "anchor": plan.anchor, "target_day": plan.target_day, "low_day": low, "high_day": high,
        "baseline_days": plan.baseline_days, "reader": study.response.reader,
    }  # fmt: skip
    numbers = {
        name: pa.array([value], pa.float64()).cast(exact, safe=False)
        for name, value in (("timing_s", plan.timing_s), ("bolus_percent", plan.bolus_percent))
    }
    query.write("normalization", pa.table({k: [v] for k, v in row.items()} | numbers))
    found = [(i, c.test, c.region.strip().casefold()) for i, c in enumerate(plan.components, 1)]
    found += [(-i, test, "") for i, test in enumerate(plan.context, 1)]
    names = ("position", "test", "region")
    columns = dict(zip(names, map(list, zip(*found, strict=True)), strict=True))
    query.write("normalization_component", pa.table(columns))
    facts = [(t, list(FACTS).index(f), f) for t, fs in required_facts().items() for f in fs]
    columns = dict(zip(("test", "rank", "fact"), map(list, zip(*facts, strict=True)), strict=True))
    query.write("image_fact", pa.table(columns))


def _subject_rows(study: Study, plan: Normalization, pairs: Iterator[Row]) -> Iterator[Row]:
    """Rows of one subject: components with their regions, the score, context."""
    found: list[Row] = []
    context: list[Row] = []
    for position, own in groupby(pairs, key=lambda pair: pair["position"]):
        regions = list(own)
        if position > 0:
            found += _component_rows(plan, plan.components[position - 1], regions)
        else:
            context += [_context_row(plan, pair) for pair in regions]
    found += [*_score_rows(study, plan, found), *context]
    last = dict(found[-1])
    for number, row in enumerate(found, 1):
        yield row | {
            "STUDYID": study.study.id,
            "USUBJID": last["USUBJID"],
            "SUBJID": last["SUBJID"],
            "ASEQ": number,
            "REASON": _short(row["REASON"]),
        }


def _component_rows(plan: Normalization, component: Component, pairs: Sequence[Row]) -> list[Row]:
    """A row a region; where there are several, one more for the subject."""
    ruler = Repeatability.of(*component.repeatability)
    sign = -1 if component.direction == "decrease" else 1
    base = _component_columns(plan, component, ruler)
    assessed = [_assessed(plan, component, ruler, pair) for pair in pairs]
    rows = [
        base | _pair_columns(pair) | row for pair, (row, _) in zip(pairs, assessed, strict=True)
    ]
    if len(rows) == 1:
        return [rows[0] | {"ANL01FL": "Y"}]
    changes = [change for _, change in assessed if change is not None]
    whole = base | _identity(pairs[0]) | {"ANL01FL": "Y", "REGION": component.region}
    whole |= {"NREGION": len(rows), "NCOMP": len(changes)}
    whole |= {"CAVEAT": next((row["CAVEAT"] for row in rows if row["CAVEAT"]), None)}
    if not changes:
        verdict = (
            "NOT COMPARABLE" if any(r["VERDICT"] == "NOT COMPARABLE" for r in rows) else "MISSING"
        )
        reason = "; ".join(f"{row['REGION']}: {row['REASON']}" for row in rows)
        return [*rows, whole | {"VERDICT": verdict, "REASON": reason}]
    told = f"mean of {len(changes)} of {len(rows)} regions, each of the same weight: "
    return [*rows, whole | _verdict(component, ruler.mean_change(changes, sign), told)]


def _assessed(
    plan: Normalization, component: Component, ruler: Repeatability, pair: Row
) -> tuple[Row, Change | None]:
    """Verdict of one region, and its change where the two scans can be compared."""
    if missing := absence(plan, pair):
        return {"VERDICT": "MISSING", "REASON": missing}, None
    if pair["differ"] or pair["unknown"]:
        return {"VERDICT": "NOT COMPARABLE", "REASON": incomparable(pair)}, None
    sign = -1 if component.direction == "decrease" else 1
    change = ruler.change(pair["base_value"], pair["late_value"], sign)
    if change is None:
        return {"VERDICT": "MISSING", "REASON": no_ratio(pair)}, None
    return _verdict(component, change, ""), change


def _verdict(component: Component, change: Change, told: str) -> Row:
    side = None
    if component.direction is not None and change.changed:
        side = "TOWARDS" if change.towards else "AGAINST"
    ratio = change.repeatability.ratio
    return {
        "VERDICT": "CHANGED" if change.changed else "WITHIN ERROR",
        "DIRECT": side,
        "ZVALUE": change.z,
        "PCHG": change.percent,
        **({} if ratio else {"CHG": float(change.amount)}),
        "REASON": told + verdict_sentence(component, change),
    }


def _component_columns(plan: Normalization, component: Component, ruler: Repeatability) -> Row:
    low, high = ruler.limits
    number = plan.components.index(component) + 1
    name = catalogue("image_tests")[component.test].name
    return {
        "PARAMCD": f"VN{number:02d}",
        "PARAM": component.label or f"{name}, {component.region}",
        "PARCAT1": "COMPONENT",
        "COMPID": component.id,
        "TESTCD": component.test,
        "SCALE": component.scale,
        "PLANDIR": component.direction,
        "RCLO": low,
        "RCHI": high,
        "RPTSRC": _short(component.repeatability_source),
        "SCOREFL": "Y" if component.in_score else None,
        "NREGION": 1,
    }


def _identity(pair: Row) -> Row:
    return {"USUBJID": pair["usubjid"], "SUBJID": pair["subject"]}


def _pair_columns(pair: Row) -> Row:
    """Both values with where they are from."""
    before, after = pair["base_value"], pair["late_value"]
    both = before is not None and after is not None
    flags = dict.fromkeys(f for f in (pair["base_flags"], pair["late_flags"]) if f)
    return _identity(pair) | {
        "REGION": pair["region"],
        "BASEDT": pair["base_date"], "BASEDY": pair["base_day"], "BASE": before,
        "ADT": pair["late_date"], "VNDY": pair["late_day"], "AVAL": after,
        "AVALU": pair["late_unit"] or pair["base_unit"],
        "CHG": float(Decimal(str(after)) - Decimal(str(before))) if both else None,
        "BSERIES": pair["base_series"], "BSLICE": pair["base_slice"],
        "SERIES": pair["late_series"], "SLICE": pair["late_slice"],
        "FLAGS": _short("; ".join(flags)) or None,
        "CAVEAT": caveat(pair),
        "BSRCFILE": pair["base_file"], "BSRCSHT": pair["base_sheet"], "BSRCROW": pair["base_row"],
        "SRCFILE": pair["late_file"], "SRCSHEET": pair["late_sheet"], "SRCROW": pair["late_row"],
    }  # fmt: skip


def _score_rows(study: Study, plan: Normalization, rows: Sequence[Row]) -> list[Row]:
    """The score of a subject from its own component rows; none where the protocol asks for none."""
    own = [r for r in rows if r.get("SCOREFL") and r.get("ANL01FL")]
    if not plan.scored:
        return []
    found = [r["ZVALUE"] for r in own if r.get("ZVALUE") is not None]
    lacking = [f"{r['COMPID']} ({r['VERDICT'].lower()})" for r in own if r.get("ZVALUE") is None]
    row = {k: own[0][k] for k in ("USUBJID", "SUBJID")} | {
        "PARAMCD": "VNSCORE",
        "PARAM": "Vessel normalization score",
        "PARCAT1": "SCORE",
        "ANL01FL": "Y",
        "NREGION": len(own),
        "NCOMP": len(found),
        "CAVEAT": next((r["CAVEAT"] for r in own if r.get("CAVEAT")), None),
        "REASON": score_sentence(len(found), plan.min_components, lacking),
    }
    if len(found) < plan.min_components:
        return [row | {"VERDICT": "NO SCORE"}]
    mean = sum(found) / len(found)
    half = NormalDist().inv_cdf((1 + study.conventions.conf_level) / 2) / len(found) ** 0.5
    return [row | {"VERDICT": "SCORE", "AVAL": mean, "ZLOW": mean - half, "ZHIGH": mean + half}]


def _context_row(plan: Normalization, pair: Row) -> Row:
    """A quantity at both scans without verdict and limit, whatever it does."""
    index = -pair["position"]
    test = plan.context[index - 1]
    before, after = pair["base_value"], pair["late_value"]
    percent = 100 * (after - before) / before if before and after is not None else None
    lacking = incomparable(pair) if pair["differ"] or pair["unknown"] else ""
    return _pair_columns(pair) | {
        "PARAMCD": f"VC{index:02d}",
        "PARAM": f"{catalogue('image_tests')[test].name}, context",
        "PARCAT1": "CONTEXT",
        "TESTCD": test,
        "ANL01FL": "Y",
        "NREGION": 1,
        "PCHG": None if lacking else percent,
        "VERDICT": "CONTEXT",
        "REASON": lacking or f"context, not normalization: {_CONTEXT.get(test, _UNSTATED)}",
    }


def _out_of_window(plan: Normalization, pairs: Sequence[Row]) -> Iterator[Deviation]:
    """Scans that a component has, none of them in its window; each day told once a subject."""
    low, high = plan.window_days
    told: set[tuple[str, int]] = set()
    for pair in pairs:
        late, before = pair["nearest_after"], pair["last_before"]
        lacks_late = pair["late_date"] is None and pair["scanned_after"] is None
        lacks_baseline = pair["base_date"] is None and pair["scanned_before"] is None
        cases = (
            (lacks_late, late, "Scan of vessel normalization outside its window",
             f"a scan from day {low} to day {high}"),
            (lacks_baseline, before, "Baseline scan of vessel normalization too old",
             f"a scan at most {plan.baseline_days} days before day 0"),
        )  # fmt: skip
        for absent, day, term, expected in cases:
            if (
                pair["position"]
                and absent
                and day is not None
                and (pair["subject"], day) not in told
            ):
                told.add((pair["subject"], day))
                yield Deviation(
                    pair["subject"], "SCHEDULE", term, value=f"day {day}", expected=expected,
                    place=Place("study.toml", column="normalization"),
                )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

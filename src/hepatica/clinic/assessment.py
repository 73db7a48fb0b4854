"""Tumour response of a whole study: every criterion of the protocol, every reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.response import Response, ResponseOptions, derive_response
from hepatica.core.finding import Finding
from hepatica.study import Study

_ENGINE_COLUMNS = [
    "subject",
    "date",
    "lesion",
    "role",
    "site",
    "diameter_mm",
    "viable_mm",
    "short_axis_mm",
    "viable_perpendicular_mm",
    "status",
    "row",
]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Engine output over all criteria and readers: tables with `criterion` and `reader`."""

    visits: pa.Table
    best: pa.Table
    lesions: pa.Table
    pairs: pa.Table
    findings: tuple[Finding, ...]


def study_criteria(study: Study) -> tuple[str, ...]:
    """The criteria to derive, the protocol's own first, each once."""
    named = [study.response.criterion, *study.response.sensitivity]
    named += [e.criterion for e in study.endpoints if e.criterion]
    return tuple(dict.fromkeys(named))


def response_options(study: Study, criterion: str) -> ResponseOptions:
    """The protocol's numbers for one criterion; the absolute growth rule is the primary's own."""
    plan = study.response
    return ResponseOptions(
        criterion=criterion,
        pd_abs_mm=plan.pd_abs_mm if criterion == plan.criterion else None,
        confirm_days=plan.confirm_days,
        min_sd_days=plan.min_sd_days,
        max_ne_between=plan.max_ne_between,
        accept_sd_between=plan.accept_sd_between,
        merge_days=plan.merge_days,
    )


def derive_assessment(
    study: Study, lesions: pa.Table, baseline: pa.Table, subjects: pa.Table
) -> Assessment:
    """Run the response engine for every criterion and reader.

    Parameters
    ----------
    lesions : the engine's lesion columns with `reader`
    baseline : subject, reader, date of the baseline scan
    subjects : SUBJID, TRTSDT, NACTDT
    """
    readers = sorted(set(lesions["reader"].to_pylist()))
    visits: list[pa.Table] = []
    best: list[pa.Table] = []
    values: list[pa.Table] = []
    pairs: list[dict[str, str]] = []
    findings: list[Finding] = []
    for reader in readers or [""]:
        own = lesions.filter(pc.equal(lesions["reader"], reader)).select(_ENGINE_COLUMNS)
        # Without any lesion on record nobody is assessed; the tables keep their columns.
        seen = baseline.filter(pc.equal(baseline["reader"], reader))
        dates = _dates(seen, subjects) if readers else None
        for criterion in study_criteria(study):
            response = derive_response(own, response_options(study, criterion), dates)
            visits.append(_labelled(response.visits, criterion, reader))
            best.append(_labelled(response.best, criterion, reader))
            values.append(_labelled(response.lesion_rows, criterion, reader))
            if readers:
                pairs.append({"criterion": criterion, "reader": reader})
            findings.extend(_new(response, findings))
    schema = pa.schema([("criterion", pa.string()), ("reader", pa.string())])
    return Assessment(
        visits=_joined(visits),
        best=_joined(best),
        lesions=_joined(values),
        pairs=pa.Table.from_pylist(pairs, schema),
        findings=tuple(findings),
    )


def _dates(baseline: pa.Table, subjects: pa.Table) -> pa.Table:
    given = dict(zip(baseline["subject"].to_pylist(), baseline["date"].to_pylist(), strict=True))
    rows = [
        {
            "subject": row["SUBJID"],
            "baseline_date": given.get(row["SUBJID"]),
            "reference_date": row["TRTSDT"],
            "new_therapy_date": row["NACTDT"],
        }
        for row in subjects.to_pylist()
    ]
    schema = pa.schema(
        [
            ("subject", pa.string()),
            ("baseline_date", pa.date32()),
            ("reference_date", pa.date32()),
            ("new_therapy_date", pa.date32()),
        ]
    )
    return pa.Table.from_pylist(rows, schema)


def _labelled(table: pa.Table, criterion: str, reader: str) -> pa.Table:
    kept = [n for n in table.column_names if n not in {"criterion", "reader"}]
    table = table.select(kept)
    count = table.num_rows
    table = table.append_column("criterion", pa.array([criterion] * count, pa.string()))
    return table.append_column("reader", pa.array([reader] * count, pa.string()))


def _joined(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def _new(response: Response, known: Iterable[Finding]) -> list[Finding]:
    seen = set(known)
    return [f for f in response.findings if f not in seen]

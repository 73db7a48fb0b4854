"""From records to analysis datasets: a study's derivations, in the order they need each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files

import pyarrow as pa

from hepatica.clinic.assessment import Assessment, derive_assessment
from hepatica.clinic.dataset import Adam, datasets
from hepatica.clinic.deviation import deviation_table, recorded_deviations
from hepatica.clinic.laboratory import derive_laboratory
from hepatica.clinic.normalization import derive_normalization
from hepatica.clinic.protocol import (
    criterion_table,
    endpoint_table,
    protocol_table,
    response_parameter_table,
    study_procedure_table,
)
from hepatica.clinic.query import Query
from hepatica.clinic.refractory import derive_refractory
from hepatica.clinic.safety import derive_safety
from hepatica.clinic.schedule import derive_schedule
from hepatica.clinic.score_dataset import derive_scores
from hepatica.clinic.screening import derive_screening
from hepatica.clinic.sensitivity import derive_sensitivity
from hepatica.clinic.step import Step
from hepatica.clinic.treatment import derive_treatment
from hepatica.core.finding import Finding, Level, Place
from hepatica.records.record import Records
from hepatica.study import Study

_FIRST = (
    "lab_canonical",
    "vital_canonical",
    "study_treatment",
    "contact",
    "new_therapy",
    "death",
    "baseline_scan",
)

Derivation = Callable[[Study, Query], Step]

# Steps after the core datasets, in the order they need each other. Each reads what is known to
# the query (records, protocol, datasets derived so far) and adds datasets, findings, deviations.
STEPS: tuple[Derivation, ...] = (
    derive_scores,
    derive_refractory,
    derive_screening,
    derive_schedule,
    derive_treatment,
    derive_sensitivity,
    derive_laboratory,
    derive_safety,
    derive_normalization,
)


def derive_adam(study: Study, records: Records, *, steps: Sequence[Derivation] = STEPS) -> Adam:
    """Derive ADSL, ADTR, ADRS, ADTTE, ADAE, the datasets of the further steps, and ADDV.

    `steps` are the further ones, in an order in which each finds what it needs.

    Returns     Adam, its tables in the declared schemas, and what was found on the way.
    """
    with Query() as query:
        _write_inputs(query, study, records)
        for name in _FIRST:
            query.derive(name)
        adsl = query.derive("adsl", datasets()["ADSL"].schema())
        query.derive("schedule_anchor")
        lesions = query.derive("lesion_assessment")
        baseline = query.derive("baseline_scan").select(["subject", "reader", "date"])
        assessment = derive_assessment(study, lesions, baseline, adsl)
        _write_assessment(query, assessment)
        tables = {
            "ADSL": query.derive("adsl_evaluable", datasets()["ADSL"].schema()),
            **{
                name: query.derive(name.lower(), datasets()[name].schema())
                for name in ("ADTR", "ADRS", "ADTTE")
            },
        }
        query.derive("adae")
        query.write("adsl", tables["ADSL"])
        late = query.derive("late_baseline")
        derived = _run_steps(study, query, steps)
    deviations = [*recorded_deviations(records["deviations"])]
    found = [*_placed(assessment.findings, lesions), *_late_baselines(late)]
    for step in derived:
        tables |= step.tables
        found += step.findings
        deviations += step.deviations
    tables["ADDV"] = deviation_table(study.study.id, deviations)
    return Adam(tables, tuple(found))


def _run_steps(study: Study, query: Query, chosen: Sequence[Derivation]) -> list[Step]:
    steps = []
    for derive in chosen:
        step = derive(study, query)
        for name, table in step.tables.items():
            query.write(name.lower(), table)
        steps.append(step)
    return steps


def _write_inputs(query: Query, study: Study, records: Records) -> None:
    for name, table in records.tables.items():
        query.write(name, table)
    query.write("protocol", protocol_table(study))
    query.write("study_procedure", study_procedure_table(study))
    query.write("endpoint", endpoint_table(study))
    query.write("response_parameter", response_parameter_table())
    query.write("criterion", criterion_table())


def _write_assessment(query: Query, assessment: Assessment) -> None:
    query.write("engine_visit", assessment.visits)
    query.write("best_all", assessment.best)
    query.write("lesion_value", assessment.lesions)
    query.write("assessed", assessment.pairs)
    for name in ("visit_all", "primary_reader", "visit", "first_response"):
        query.derive(name)


def _placed(findings: tuple[Finding, ...], lesions: pa.Table) -> tuple[Finding, ...]:
    """Findings of the response engine at the records they are about, each told once."""
    places = {
        row["row"]: (row["src_file"], row["src_sheet"], row["src_row"])
        for row in lesions.select(["row", "src_file", "src_sheet", "src_row"]).to_pylist()
    }
    moved = []
    for finding in findings:
        file, sheet, row = places.get(finding.place.row, ("", "", None))
        moved.append(replace(finding, place=Place(file, sheet, row, finding.place.column)))
    return tuple(dict.fromkeys(moved))


def _late_baselines(late: pa.Table) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            place=Place(row["src_file"], row["src_sheet"], row["src_row"], "Scan date"),
            level=Level.WARNING,
            code="C010",
            found=f"no scan with lesions on or before the first treatment; {row['date']} is used",
            expected="a baseline scan on or before the first study treatment",
            subject=row["subject"],
        )
        for row in late.to_pylist()
    )


def derivation_text(name: str) -> str:
    """SQL of a derivation, for the manual and for `explain`."""
    return files("hepatica.clinic").joinpath("derive", f"{name}.sql").read_text("utf-8")

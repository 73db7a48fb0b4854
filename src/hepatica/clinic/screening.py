"""Screening: every eligibility criterion for every subject, as the dataset ADIE.

The criteria are the protocol's own expressions; `rules/eligibility` decides them. A criterion that
a subject who was enrolled fails is a protocol deviation, one for each record that fails it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.deviation import Deviation
from hepatica.clinic.query import Query
from hepatica.clinic.rules.eligibility.atom import Atom
from hepatica.clinic.rules.eligibility.evaluation import Outcome, evaluate, grounds
from hepatica.clinic.rules.eligibility.evidence import Evidence, evidence_by_subject, table_of
from hepatica.clinic.rules.eligibility.truth import Verdict, verdict
from hepatica.clinic.screening_finding import screening_findings
from hepatica.clinic.step import Step
from hepatica.study import Study
from hepatica.study.criterion import Criterion, Expression, criterion_sentence
from hepatica.study.demand import parts
from hepatica.study.vocabulary import variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One criterion under one reading for one subject; `chosen` where the protocol chose it."""

    evidence: Evidence
    criterion: Criterion
    inclusion: bool
    reading: str
    chosen: bool
    outcome: Outcome

    @property
    def verdict(self) -> Verdict:
        """PASS, FAIL or UNKNOWN; PASS always means eligible."""
        return verdict(self.outcome.truth, inclusion=self.inclusion)

    @property
    def expression(self) -> Expression:
        """The expression that was evaluated."""
        return self.outcome.expression


def derive_screening(study: Study, query: Query) -> Step:
    """Derive ADIE, the flag ELIGRES of ADSL, deviations of enrolled subjects, and findings.

    ADIE is empty where the protocol has no criteria.
    """
    if not (study.inclusion or study.exclusion):
        return Step(tables={"ADIE": datasets()["ADIE"].schema().empty_table()})
    people = _evidence(study, query)
    judgements = [j for one in people for j in judged(study, one)]
    adie = pa.Table.from_pylist(
        [row for one in _by_subject(judgements).values() for row in _rows(study, one)],
        datasets()["ADIE"].schema(),
    )
    query.write("adie", adie)
    screened = query.derive("screened").to_pylist()
    enrolled = {row["subject"] for row in screened if row["enrolled"]}
    return Step(
        tables={
            "ADIE": adie,
            "ADSL": query.derive("adsl_eligible", datasets()["ADSL"].schema()),
        },
        findings=tuple(screening_findings(study, query, screened)),
        deviations=tuple(
            deviation
            for j in judgements
            if j.chosen and j.verdict is Verdict.FAIL and j.evidence.subject in enrolled
            for deviation in _deviations(j)
        ),
    )


def judged(study: Study, evidence: Evidence) -> Iterator[Judgement]:
    """Every criterion, under each of its readings, for one subject."""
    for criteria, inclusion in ((study.inclusion, True), (study.exclusion, False)):
        for criterion in criteria:
            readings: Mapping[str, Expression] = criterion.readings or {"": criterion}
            for name, expression in readings.items():
                yield Judgement(
                    evidence=evidence,
                    criterion=criterion,
                    inclusion=inclusion,
                    reading=name,
                    chosen=name == criterion.reading,
                    outcome=evaluate(expression, evidence),
                )


def _evidence(study: Study, query: Query) -> list[Evidence]:
    asked = sorted(
        {
            expression.variable
            for criteria in (study.inclusion, study.exclusion)
            for criterion in criteria
            for _, expression in parts(criterion, ())
        }
    )
    query.write("asked", pa.table({"variable": pa.array(asked, pa.string())}))
    for name in ("tested", "antiangiogenic", "confounder"):
        query.write(name, table_of(name))
    query.derive("measurable")
    facts, events = query.derive("fact"), query.derive("event")
    return evidence_by_subject(
        query.derive("reference_day"), facts, events, query.derive("confounded")
    )


def _by_subject(judgements: list[Judgement]) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for one in judgements:
        found.setdefault(one.evidence.subject, []).append(one)
    return found


def _rows(study: Study, judgements: list[Judgement]) -> Iterator[dict[str, Any]]:
    """Rows of ADIE of one subject: a verdict (PARTNO 0), then its comparisons."""
    identity = study.study.id
    sequence = 0
    for one in judgements:
        deciding = [atom for group in grounds(one.outcome) for atom in group]
        verdict_row = _atom_row(deciding[0]) | {
            "PARTNO": 0,
            "AVALC": str(one.verdict),
            "EXPECTED": _sentence(one),
            "WINDOW": _window(deciding),
            "REASON": "; ".join(dict.fromkeys(map(_reason, deciding))),
        }
        atoms = one.outcome.atoms
        atom_rows = [_atom_row(a) | {"PARTNO": n} for n, a in enumerate(atoms, 1)]
        for row in (verdict_row, *(atom_rows if len(atoms) > 1 else ())):
            sequence += 1
            yield row | {
                "STUDYID": identity,
                "USUBJID": f"{identity}-{one.evidence.subject}",
                "SUBJID": one.evidence.subject,
                "IESEQ": sequence,
                "IETESTCD": one.criterion.id,
                "IECAT": "INCLUSION" if one.inclusion else "EXCLUSION",
                "IETEST": one.criterion.text,
                "READING": one.reading or None,
                "READFL": "Y" if one.chosen else "N",
                "REFDT": one.evidence.day,
                "REFDESC": one.evidence.source,
                "AGEDAYS": _days_before(one.evidence, row["ADT"]),
            }


def _atom_row(atom: Atom) -> dict[str, Any]:
    return {
        "AVALC": str(atom.truth),
        "VARIABLE": atom.expression.variable,
        "EXPECTED": criterion_sentence(atom.expression),
        "AVAL": None if atom.number is None else float(atom.number),
        "AVALU": atom.unit or None,
        "AVALTXT": atom.text or None,
        "ALIMIT": None if atom.limit is None else float(atom.limit),
        "ADT": atom.on,
        "WINDOW": atom.expression.window_days,
        "REASON": _reason(atom),
        "SRCDOM": atom.source or None,
        "SRCFILE": atom.place.file or None,
        "SRCSHEET": atom.place.sheet or None,
        "SRCROW": atom.place.row,
    }


def _reason(atom: Atom) -> str:
    return f"{variables()[atom.expression.variable].label}: {atom.reason}"


def _window(atoms: list[Atom]) -> int | None:
    return atoms[0].expression.window_days


def _days_before(evidence: Evidence, on: Any) -> int | None:
    return None if on is None or evidence.day is None else (evidence.day - on).days


def _sentence(one: Judgement) -> str:
    rule = criterion_sentence(one.expression)
    return rule if one.inclusion else f"not: {rule}"


def _deviations(one: Judgement) -> Iterator[Deviation]:
    """A deviation for each ground of the failure, at its record."""
    for group in grounds(one.outcome):
        rule = " and ".join(criterion_sentence(atom.expression) for atom in group)
        labels = ", ".join(variables()[atom.expression.variable].label for atom in group)
        yield Deviation(
            subject=one.evidence.subject,
            category="ELIGIBILITY",
            term=f"{_broken(one)}: {labels}",
            clause=one.criterion.id,
            on=group[0].on,
            value="; ".join(atom.text for atom in group),
            expected=rule if one.inclusion else f"not: {rule}",
            place=group[0].place,
        )


def _broken(one: Judgement) -> str:
    if one.inclusion:
        return f"Inclusion criterion {one.criterion.id} not met"
    return f"Exclusion criterion {one.criterion.id} met"

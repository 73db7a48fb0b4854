"""Screening in numbers: each criterion's verdicts, the readings, and who came how far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.clinic.rules.eligibility.truth import Verdict

Row = Mapping[str, Any]
Steps = tuple[tuple[str, tuple[str, ...]], ...]
Changes = tuple[tuple[str, str, bool, tuple[str, ...]], ...]

_METHOD = "three-valued logic over the protocol's criteria; missing never passes"
_OVERALL = {"Y": "PASS", "N": "FAIL", "U": "UNKNOWN"}


def screening_results(adam: Adam) -> Iterator[Result]:
    """Counts of PASS, FAIL and UNKNOWN by criterion and overall, by reading, and of the flow.

    Nothing where the protocol has no criteria.
    """
    if not adam["ADIE"].num_rows:
        return
    people, rows = adam["ADSL"].to_pylist(), adam["ADIE"].to_pylist()
    row = partial(Result, "screening", "screened", statistic="n", unit="patients", dataset="ADIE")
    for verdict in Verdict:
        who = tuple(p["SUBJID"] for p in people if _OVERALL.get(p["ELIGRES"]) == verdict)
        yield row(
            "All criteria", value=float(len(who)), level=verdict, subjects=who, method=_METHOD
        )
    for (criterion, reading), verdicts in _by_criterion(rows).items():
        for verdict in Verdict:
            who = verdicts.get(verdict, ())
            yield row(
                f"Criterion {criterion}",
                criterion=reading,
                value=float(len(who)),
                level=verdict,
                subjects=who,
                method=_METHOD,
                clause=criterion,
            )
    for criterion, reading, chosen, changed in reading_changes(rows):
        if not chosen:
            yield row(
                "Changed by reading",
                criterion=reading,
                level=f"Criterion {criterion}",
                value=float(len(changed)),
                subjects=changed,
                clause=criterion,
                note="subjects whose verdict on the criterion is another than under the chosen one",
            )
    for name, who in flow_steps(people, rows):
        yield row("Flow", level=name, value=float(len(who)), subjects=who)


def refractory_results(adam: Adam) -> Iterator[Result]:
    """Subjects refractory to TACE, not, or not evaluable, by each definition (ADREF)."""
    rows = adam["ADREF"].to_pylist()
    for definition in dict.fromkeys(r["DEFVER"] for r in rows):
        for answer in ("Y", "N", "NE"):
            found = [r for r in rows if r["DEFVER"] == definition and r["REFRRES"] == answer]
            who = tuple(r["SUBJID"] for r in found)
            yield Result(
                "screening",
                "screened",
                "TACE-refractory",
                "n",
                float(len(who)),
                criterion=definition,
                level=answer,
                unit="patients",
                method="definition applied to TACE sessions, scans, staging and markers on record",
                subjects=who,
                dataset="ADREF",
                clause="refractory",
            )


def flow_steps(people: Sequence[Row], rows: Sequence[Row]) -> Steps:
    """Subjects of each step of the flow, from those assessed to those treated.

    A subject not enrolled is counted once, under the first criterion that fails; under "not known"
    where none fails.
    """
    first: dict[str, str] = {}
    for row in rows:
        if row["PARTNO"] == 0 and row["READFL"] == "Y" and row["AVALC"] == Verdict.FAIL:
            first.setdefault(row["SUBJID"], row["IETESTCD"])
    order = list(dict.fromkeys(r["IETESTCD"] for r in rows))
    out = [p for p in people if p["ENRLFL"] != "Y"]
    steps = [("Assessed for eligibility", _ids(people))]
    steps.append(("Not enrolled", _ids(out)))
    for criterion in order:
        who = [p for p in out if first.get(p["SUBJID"]) == criterion]
        if who:
            steps.append((f"Not enrolled: criterion {criterion} fails", _ids(who)))
    unclear = [p for p in out if p["SUBJID"] not in first]
    if unclear:
        steps.append(("Not enrolled: no criterion fails", _ids(unclear)))
    enrolled = [p for p in people if p["ENRLFL"] == "Y"]
    steps.append(("Enrolled", _ids(enrolled)))
    for flag, words in (("Y", "all criteria pass"), ("U", "not known"), ("N", "a criterion fails")):
        steps.append((f"Enrolled: {words}", _ids([p for p in enrolled if p["ELIGRES"] == flag])))
    steps.append(("Treated", _ids([p for p in enrolled if p["SAFFL"] == "Y"])))
    return tuple(steps)


def reading_changes(rows: Sequence[Row]) -> Changes:
    """(criterion, reading, chosen, subjects who change) of every criterion with readings."""
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    chosen: dict[str, str] = {}
    for row in rows:
        if row["PARTNO"] == 0 and row["READING"]:
            verdicts.setdefault((row["IETESTCD"], row["READING"]), {})[row["SUBJID"]] = row["AVALC"]
            if row["READFL"] == "Y":
                chosen[row["IETESTCD"]] = row["READING"]
    return tuple(
        (
            criterion,
            reading,
            reading == chosen[criterion],
            tuple(s for s, v in found.items() if v != verdicts[criterion, chosen[criterion]][s]),
        )
        for (criterion, reading), found in verdicts.items()
    )


def _by_criterion(
    rows: Sequence[Row],
) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for row in rows:
        if row["PARTNO"] == 0:
            verdicts = found.setdefault((row["IETESTCD"], row["READING"] or ""), {})
            verdicts[row["AVALC"]] = (*verdicts.get(row["AVALC"], ()), row["SUBJID"])
    return found


def _ids(people: Sequence[Row]) -> tuple[str, ...]:
    return tuple(p["SUBJID"] for p in people)

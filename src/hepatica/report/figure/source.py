"""Rows of the figures from the analysis datasets: bars, threads, lanes and strands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.report.figure.spider import Point, Thread
from hepatica.report.figure.strand import Strand
from hepatica.report.figure.swimmer import Lane
from hepatica.report.figure.waterfall import Bar
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Item, Ledger
from hepatica.stats.kaplan_meier import Quantile

Row = dict[str, Any]

_LEFT = {"lost to follow-up", "withdrew"}


def waterfall_bars(given: ReportInput) -> list[Bar]:
    """One bar for each subject of the population with a best change on record."""
    best, new = best_responses(given), new_lesion_subjects(given)
    members = set(given.subjects)
    return [
        Bar(r["SUBJID"], r["PCHG"], best.get(r["SUBJID"], ""), r["SUBJID"] in new)
        for r in _sums(given)
        if r["ANL02FL"] == "Y" and r["PCHG"] is not None and r["SUBJID"] in members
    ]


def spider_threads(given: ReportInput) -> list[Thread]:
    """One thread for each subject of the population with a complete sum after baseline."""
    best, members = best_responses(given), set(given.subjects)
    new = {(r["SUBJID"], r["ADT"]) for r in _parameter(given, "NEWLPROG") if r["AVALC"] == "Y"}
    start = {r["SUBJID"]: r["TRTSDT"] for r in given.adam["ADSL"].to_pylist()}
    points: dict[str, list[Point]] = defaultdict(list)
    for r in _sums(given):
        subject = r["SUBJID"]
        if subject not in members or r["PCHG"] is None or start[subject] is None:
            continue
        months = _months(given, start[subject], r["ADT"])
        counted = r["ANL01FL"] == "Y"
        points[subject].append(Point(months, r["PCHG"], counted, (subject, r["ADT"]) in new))
    return [
        Thread(s, best.get(s, ""), (Point(0.0, 0.0), *sorted(found, key=lambda p: p.months)))
        for s, found in points.items()
    ]


def swimmer_lanes(given: ReportInput) -> list[Lane]:
    """One lane for each treated subject of the population whose end is known."""
    found = {
        "best": best_responses(given),
        "response": _dates(given, "RSP"),
        "progression": _dates(given, "PD"),
        "last": {r["SUBJID"]: r["ADT"] for r in _parameter(given, "LSTA")},
        "sessions": session_dates(given),
    }
    members = set(given.subjects)
    rows = [r for r in given.adam["ADSL"].to_pylist() if r["SUBJID"] in members and r["TRTSDT"]]
    lanes = (_lane(given, row, found) for row in rows)
    return [lane for lane in lanes if lane is not None]


def survival_strand(
    given: ReportInput, ledger: Ledger, key: tuple[str, str, str], label: str
) -> Strand:
    """The strand of one curve, with its median as the results table holds it."""
    endpoint, criterion, group = key
    where = {"variable": endpoint, "criterion": criterion, "group": group}
    whole = ledger.item("survival", level="", **where)
    members = set(whole.results["n"].subjects) if whole else set()
    parameter = given.study.endpoint(endpoint).parameter
    adtte = given.adam["ADTTE"]
    rows = adtte.filter(pc.equal(adtte["PARAMCD"], parameter)).to_pylist()
    times = {r["SUBJID"]: float(r["AVAL"]) for r in rows if r["SUBJID"] in members}
    delayed = given.study.endpoint(endpoint).delayed_entry
    entries = {
        r["SUBJID"]: float((r["ENTRYDT"] - r["STARTDT"]).days)
        for r in rows
        if delayed and r["SUBJID"] in members
    }
    median = ledger.item("survival", level="median", **where)
    return Strand(label, given.analysis.curves[key], _quantile(median), times, entries)


def session_dates(given: ReportInput) -> dict[str, list[date]]:
    """Days of study procedures of each subject; of study drug where there is no procedure."""
    study = given.study
    sessions = _days(
        r
        for r in given.records["procedures"].to_pylist()
        if r["study_treatment"] == "Y" or r["procedure"] in study.study_procedures
    )
    doses = _days(given.records["dosing"].to_pylist())
    return {s: sessions.get(s) or doses[s] for s in {**doses, **sessions}}


def best_responses(given: ReportInput) -> dict[str, str]:
    """Best response of each subject under the study's own criterion, as the protocol counts it."""
    paramcd = "CBOR" if given.study.response.confirmed_primary else "BOR"
    return {r["SUBJID"]: r["AVALC"] for r in _parameter(given, paramcd)}


def new_lesion_subjects(given: ReportInput) -> set[str]:
    """Subjects with a new lesion up to the first progression."""
    rows = _parameter(given, "NEWLPROG")
    return {r["SUBJID"] for r in rows if r["AVALC"] == "Y" and r["ANL01FL"] == "Y"}


def _lane(given: ReportInput, row: Row, found: Mapping[str, Any]) -> Lane | None:
    subject, start = row["SUBJID"], row["TRTSDT"]
    end = row["DTHDT"] or row["LSTALVDT"] or row["TRTEDT"]
    if end is None:
        return None

    def months(day: date | None) -> float | None:
        return None if day is None else _months(given, start, day)

    progression = found["progression"].get(subject)
    response = found["response"].get(subject)
    died = row["DTHFL"] == "Y"
    return Lane(
        subject=subject,
        end=max(_months(given, start, end), 0.0),
        best_response=found["best"].get(subject, ""),
        sessions=tuple(_months(given, start, d) for d in found["sessions"].get(subject, ())),
        response=months(response),
        response_until=months((progression or found["last"].get(subject)) if response else None),
        progression=months(progression),
        new_therapy=months(row["NACTDT"]),
        died=died,
        ongoing=not died and row["EOSSTT"] not in _LEFT,
    )


def _sums(given: ReportInput) -> list[Row]:
    table = _own(given, given.adam["ADTR"])
    return [r for r in table.to_pylist() if r["LESID"] is None and r["ABLFL"] != "Y"]


def _parameter(given: ReportInput, paramcd: str) -> list[Row]:
    table = given.adam["ADRS"]
    chosen = _own(given, table.filter(pc.equal(table["PARAMCD"], paramcd)))
    rows: list[Row] = chosen.to_pylist()
    return rows


def _own(given: ReportInput, table: pa.Table) -> pa.Table:
    criterion = pc.equal(table["PARCAT1"], given.study.response.criterion)
    reader = pc.equal(pc.fill_null(table["PARCAT2"], ""), given.reader)
    return table.filter(pc.and_(criterion, reader))


def _dates(given: ReportInput, paramcd: str) -> dict[str, date]:
    return {r["SUBJID"]: r["ADT"] for r in _parameter(given, paramcd) if r["AVALC"] == "Y"}


def _days(rows: Iterable[Row]) -> dict[str, list[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if row["date"] is not None:
            found[row["subject"]].add(row["date"])
    return {subject: sorted(days) for subject, days in found.items()}


def _months(given: ReportInput, start: date, day: date) -> float:
    return (day - start).days / given.study.conventions.month_days


def _quantile(item: Item | None) -> Quantile:
    if item is None:
        return Quantile(None, None, None)
    return Quantile(*(item.value(s) for s in ("estimate", "ci_low", "ci_high")))

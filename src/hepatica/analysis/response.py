"""Best responses and rates with exact intervals, by criterion; and the change in the target sum.

The denominator is every patient of the population: a patient who could not be evaluated, or was
never scanned, is a non-responder and is shown as NE or MISSING.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.clinic.protocol import endpoint_confirmed
from hepatica.stats.describe import description
from hepatica.stats.proportion import clopper_pearson, wilson
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

CATEGORIES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
_INTERVAL = {"Clopper-Pearson": clopper_pearson, "Wilson": wilson}


def best_responses(adam: Adam, paramcd: str, criterion: str, reader: str) -> dict[str, str]:
    """Best response of each subject: BOR (unconfirmed) or CBOR (confirmed)."""
    return {
        r["SUBJID"]: r["AVALC"]
        for r in adam["ADRS"].to_pylist()
        if (r["PARAMCD"], r["PARCAT1"], r["PARCAT2"]) == (paramcd, criterion, reader)
    }


def readers(adam: Adam) -> tuple[str, ...]:
    """Readers with derived responses, in alphabetical order ('' where there is one, unnamed)."""
    found = {r for r in adam["ADRS"]["PARCAT2"].to_pylist() if r is not None}
    named = {r for r in found if r}
    return tuple(sorted(named)) if named else ("",)


def primary_reader(study: Study, adam: Adam) -> str:
    """The reader that the protocol names, else the first there is."""
    return study.response.reader or readers(adam)[0]


def response_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Counts, percentages and rates for each criterion, unconfirmed and confirmed."""
    reader = primary_reader(study, adam)
    criteria = [c for c in dict.fromkeys(adam["ADRS"]["PARCAT1"].to_pylist()) if c]
    own = study.response.criterion
    if not criteria:
        yield from _absent(study, people)
    for criterion in sorted(criteria, key=lambda c: (c != own, c)):
        for paramcd in ("BOR", "CBOR"):
            best = best_responses(adam, paramcd, criterion, reader)
            shown = _shown(best, people)
            for group in people.parts:
                row = partial(
                    Result,
                    "response",
                    people.id,
                    criterion=criterion,
                    group=group.name,
                    dataset=f"ADRS {paramcd}",
                )
                yield from _categories(row, paramcd, (best, shown), group)
                yield from _rates(study, row, paramcd, best, group)


def _absent(study: Study, people: Population) -> Iterator[Result]:
    """The rates that the protocol promises, where the records hold no lesion at all."""
    for endpoint in study.endpoints:
        if endpoint.kind == "proportion":
            yield Result(
                "response",
                people.id,
                endpoint.id,
                "estimate",
                None,
                criterion=study.response.criterion,
                unit="percent",
                note="no lesion is on record",
                clause=endpoint.source,
            )


def _shown(best: dict[str, str], people: Population) -> tuple[str, ...]:
    """The five usual responses, and of the others those that somebody has."""
    found = {best.get(s, "MISSING") for s in people.everyone.subjects}
    return tuple(c for c in CATEGORIES if c in found or c not in {"NON-CR/NON-PD", "MISSING"})


def _categories(
    row: partial[Result],
    paramcd: str,
    responses: tuple[dict[str, str], tuple[str, ...]],
    group: Group,
) -> Iterator[Result]:
    best, shown = responses
    total = len(group.rows)
    yield row(paramcd, "N", float(total), unit="patients", subjects=group.subjects)
    for category in shown:
        who = tuple(s for s in group.subjects if best.get(s, "MISSING") == category)
        named = partial(row, paramcd, level=category, subjects=who)
        yield named(statistic="n", value=float(len(who)), unit="patients")
        yield named(
            statistic="percent",
            value=100 * len(who) / total if total else None,
            unit="percent",
            method="percent of all patients of the population",
            note="" if total else "no patients",
        )


def _rates(
    study: Study, row: partial[Result], paramcd: str, best: dict[str, str], group: Group
) -> Iterator[Result]:
    for endpoint in study.endpoints:
        if endpoint.kind != "proportion":
            continue
        confirmed = endpoint_confirmed(study, endpoint)
        primary = confirmed == (paramcd == "CBOR")
        level = "" if primary else ("confirmed" if paramcd == "CBOR" else "unconfirmed")
        yield from _rate(study, partial(row, level=level), endpoint, best, group)


def _rate(
    study: Study, row: partial[Result], endpoint: Endpoint, best: dict[str, str], group: Group
) -> Iterator[Result]:
    total = len(group.rows)
    who = tuple(s for s in group.subjects if best.get(s) in endpoint.responses)
    named = partial(row, endpoint.id, subjects=who, clause=endpoint.source)
    yield named(statistic="n", value=float(len(who)), unit="patients")
    yield named(statistic="N", value=float(total), unit="patients", subjects=group.subjects)
    method = endpoint.interval
    level = study.conventions.conf_level
    percent = partial(named, unit="percent", method=method)
    if not total:
        for statistic in ("estimate", "ci_low", "ci_high"):
            yield percent(statistic=statistic, value=None, note="no patients")
        return
    low, high = _INTERVAL[method](len(who), total, level)
    yield percent(statistic="estimate", value=100 * len(who) / total)
    yield percent(statistic="ci_low", value=100 * low, note=f"{100 * level:g} % interval")
    yield percent(statistic="ci_high", value=100 * high, note=f"{100 * level:g} % interval")


def change_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Best percent change of the target sum: described, and how many shrank at all."""
    reader = primary_reader(study, adam)
    rows = [r for r in adam["ADTR"].to_pylist() if r["ANL02FL"] == "Y" and r["PARCAT2"] == reader]
    own = study.response.criterion
    for criterion in dict.fromkeys(r["PARCAT1"] for r in rows) or (own,):
        change = {r["SUBJID"]: r["PCHG"] for r in rows if r["PARCAT1"] == criterion}
        for group in people.parts:
            yield from _change(criterion, change, people.id, group)


def _change(
    criterion: str, change: dict[str, float], population: str, group: Group
) -> Iterator[Result]:
    who = tuple(s for s in group.subjects if s in change)
    row = partial(
        Result,
        "change",
        population,
        criterion=criterion,
        group=group.name,
        dataset="ADTR target sum",
    )
    best = partial(row, "Best change", subjects=who)
    lacking = len(group.rows) - len(who)
    note = f"{lacking} without a target sum at baseline and after it" if lacking else ""
    yield best("n", float(len(who)), unit="patients", note=note)
    if not who:
        return
    summary = description([change[s] for s in who])
    for name in ("median", "min", "max"):
        yield best(name, getattr(summary, name), unit="percent", method=name)
    shrunk = tuple(s for s in who if change[s] < 0)
    smaller = partial(
        row,
        "Any shrinkage",
        subjects=shrunk,
        method="best change below 0; of all patients of the population",
    )
    yield smaller("n", float(len(shrunk)), unit="patients")
    yield smaller("percent", 100 * len(shrunk) / len(group.rows), unit="percent")

"""Comparisons of claims: p-values and hazard ratios between two groups."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hepatica.analysis.comparison import AGAINST, level_text
from hepatica.audit.claim import Claim
from hepatica.report.ledger import Item
from hepatica.study.endpoint import Endpoint
from hepatica.workflow.manuscript.comparison import Absent, Fact, Found
from hepatica.workflow.manuscript.desk import Desk, fact_of, facts_of, plain, word_of, words
from hepatica.workflow.manuscript.endpoint import endpoint_of

_STATISTICS = frozenset({"p", "hazard_ratio"})


def find_test(claim: Claim, desk: Desk) -> Found | Absent | None:
    """A p-value or a hazard ratio of the protocol's tests and models."""
    if claim.statistic not in _STATISTICS:
        return None
    endpoint = endpoint_of(claim.variable, desk, "time-to-event")
    of_model = any(word in plain(claim.method) for word in ("cox", "wald"))
    if claim.statistic == "hazard_ratio" or of_model:
        return _ratio(claim, desk, endpoint)
    variables = [endpoint.id] if endpoint else words()["baseline"].get(word_of(claim.variable), [])
    items = [
        item
        for variable in variables
        for item in desk.ledger.items("test", variable=variable)
        if item.has("p_value") and not item.level.startswith("proportional hazards")
    ]
    if claim.between:
        between = {plain(name) for name in claim.between}
        items = [i for i in items if between == _groups(i, desk)]
        if not items:
            return Absent("no test of the protocol compares these groups, and no others")
    chosen = [item for item in items if _by_method(item, claim)] or _of_default(items, endpoint)
    if len({item.value("p_value") for item in chosen}) != 1:
        known = ", ".join(dict.fromkeys(_named(item) for item in items))
        said = f"; its tests are {known}" if known else ""
        return Absent(f"the protocol's tests of {claim.variable} are not one to compare with{said}")
    fact = fact_of(chosen[0], "p_value")
    assert fact is not None
    return Found({"p_value": fact})


def _groups(item: Item, desk: Desk) -> set[str]:
    """The groups that a test compares: the arms, or the levels of its column."""
    column = item.group
    if column in {"Arm", "ARM", "TRT01P", "TRT01A"}:
        return {plain(group.name) for group in desk.people.groups}
    rows = desk.people.everyone.rows
    levels = {level_text(row.get(column)) for row in rows} - {None}
    return {plain(str(level)) for level in levels}


def _by_method(item: Item, claim: Claim) -> bool:
    words_of = plain(claim.method).replace("test", "").split()
    said = plain(f"{item.level} {item.first.method}")
    return bool(words_of) and all(word in said for word in words_of)


def _of_default(items: list[Item], endpoint: Endpoint | None) -> list[Item]:
    """Without a method the log-rank test between arms, or the only test of the variable."""
    if endpoint is None:
        return items
    return [i for i in items if i.level == "log-rank" and i.group == "Arm"] or [
        i for i in items if i.level == "log-rank"
    ]


def _named(item: Item) -> str:
    return " ".join(filter(None, (item.level or item.first.method, "by", item.group)))


def _ratio(claim: Claim, desk: Desk, endpoint: Endpoint | None) -> Found | Absent:
    """The hazard ratio of the first group of `between` against the second, either way round."""
    if endpoint is None or len(claim.between) != 2:
        return Absent("a model needs an endpoint and the two groups in `between`")
    for item in desk.ledger.items("test", variable=endpoint.id):
        for facts, against in _directions(item, claim):
            return Found(facts, note=f"{item.group}, {item.level} {against}")
    first, second = claim.between
    return Absent(f"no model of the protocol compares {first[:40]!r} with {second[:40]!r}")


def _directions(item: Item, claim: Claim) -> Iterator[tuple[dict[str, Fact], str]]:
    ratio = item.results.get("hazard_ratio")
    if ratio is None or ratio.value is None or AGAINST not in ratio.note:
        return
    level = plain(item.level.partition("=")[2])
    shown = ratio.note.partition(";")[0]
    base = plain(shown.removeprefix(AGAINST))
    facts = facts_of(item, ("hazard_ratio", "ci_low", "ci_high", "p_value"))
    between = tuple(map(plain, claim.between))
    if between == (level, base):
        yield facts, shown
    if between == (base, level):
        yield _turned(facts), f"{shown}, turned round"


def _turned(facts: dict[str, Fact]) -> dict[str, Fact]:
    """One divided by a ratio; its limits change places."""
    swap = {"ci_low": "ci_high", "ci_high": "ci_low"}
    found = {}
    for name, fact in facts.items():
        if fact.value and name != "p_value":
            value = Fraction(1) / fact.value
            found[swap.get(name, name)] = Fact(
                value, fact.unit, fact.method, fact.note, fact.results, fact.rows, fact.subjects
            )
        else:
            found[name] = fact
    return found

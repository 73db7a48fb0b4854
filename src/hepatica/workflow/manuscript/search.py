"""From a claim to what the study knows of it: one finder for each kind of claim."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hepatica.audit.claim import OUTSIDE, Claim
from hepatica.audit.word import is_adverse_event
from hepatica.workflow.manuscript.baseline import find_baseline
from hepatica.workflow.manuscript.comparison import Absent, Fact, Found
from hepatica.workflow.manuscript.desk import Desk, fact_of, facts_of, share_facts, word_of, words
from hepatica.workflow.manuscript.endpoint import find_endpoint, find_response
from hepatica.workflow.manuscript.event import find_event
from hepatica.workflow.manuscript.record import find_dose
from hepatica.workflow.manuscript.test import find_test

Finder = Callable[[Claim, Desk], Found | Absent | None]
SUMMARY = ("n", "mean", "sd", "median", "q1", "q3", "min", "max")
_SAYS_NOTHING = {
    "definition": "a definition is not a result",
    "criterion": "a criterion of eligibility is not a result",
    "exclusion": "a criterion of exclusion is not a result",
    "identifier": "an identifier is not a result",
    "text": "words are not compared",
    "rank": "an order of frequencies is not compared",
    "test": "a test statistic is recomputed by the audit, from the paper alone",
    "odds_ratio": "the study has no odds ratio",
    "risk_ratio": "the study has no risk ratio",
}


def find(claim: Claim, desk: Desk) -> Found | Absent:
    """What the study knows of a claim, or why nothing."""
    if claim.population in OUTSIDE and claim.statistic not in _SAYS_NOTHING:
        return Absent(f"about {claim.population}, not about patients of the study")
    if claim.statistic in _SAYS_NOTHING:
        return Absent(_SAYS_NOTHING[claim.statistic])
    if desk.group(claim.population, safety=is_adverse_event(claim.variable)) is None:
        return Absent(
            f"no group of the study is named {claim.population[:60]!r}; "
            f"its groups are {desk.group_names()}",
            unknown_word=claim.about_patients,
        )
    for finder in _FINDERS:
        found = finder(claim, desk)
        if found is not None:
            return found
    return Absent(f"the study has no result of {claim.variable[:60]!r}")


def find_size(claim: Claim, desk: Desk) -> Found | None:
    """How many patients a population has: those analysed, or those enrolled."""
    if claim.statistic != "size":
        return None
    group = desk.group(claim.population)
    assert group is not None
    size = Fact(
        Fraction(len(group.rows)),
        "patients",
        f"patients of the population {desk.people.id}",
        subjects=group.subjects,
    )
    enrolled = desk.ledger.item("disposition", variable="Enrolled", group=group.name)
    fact = fact_of(enrolled, "n") if enrolled else None
    if fact is None:
        return Found({"n": size})
    if fact.value == claim_value(claim):
        return Found({"n": fact})
    others = (("to the number of patients enrolled", {"n": fact}),)
    return Found({"n": size}, others)


def claim_value(claim: Claim) -> Fraction | None:
    """The exact value that a claim prints."""
    return claim.number.value if claim.number else None


def find_listed(claim: Claim, desk: Desk) -> Found | Absent | None:
    """A row of the results table that `claim_results.toml` names."""
    block = words()["result"].get(word_of(claim.variable))
    if block is None:
        return None
    safety = block["analysis"] in {"ae", "safety"}
    group = desk.group(claim.population, safety=safety)
    assert group is not None
    criterion = {"own": desk.study.response.criterion}.get(
        block.get("criterion", ""), block.get("criterion", "")
    )
    where = {"variable": block["variable"], "group": group.name}
    where |= {"criterion": criterion} if criterion else {}
    level = block.get("level") or _counted_level(claim)
    item = desk.ledger.item(block["analysis"], level=level, **where)
    if item is None and level.isdecimal() and desk.ledger.items(block["analysis"], **where):
        return Found(share_facts((), len(group.rows), "nobody has it"))
    if item is None:
        return Absent(f"the study has no result of {block['variable']}")
    facts = facts_of(item, (*SUMMARY, "percent"))
    if not item.has("mean"):
        counted = share_facts((item,), len(group.rows))
        facts = {"count": counted["count"]} | facts if "share" in block else counted
    if "open" in block:
        return _with_open(claim, desk, block, facts, group.name)
    return Found(facts | {"value": facts["median"] if "median" in facts else facts["count"]})


def _counted_level(claim: Claim) -> str:
    return (
        claim.level if claim.statistic in {"count", "percent"} and claim.level.isdecimal() else ""
    )


def _with_open(
    claim: Claim, desk: Desk, block: dict[str, str], facts: dict[str, Fact], group: str
) -> Found | Absent:
    """A count that patients of whom it is not known might add to."""
    facts = facts | {"value": facts["count"]}
    where = {"variable": block["variable"], "level": block["open"], "group": group}
    item = desk.ledger.item(block["analysis"], **where)
    unknown = fact_of(item, "n") if item else None
    if unknown is None or not unknown.value:
        return Found(facts)
    known = facts["count"].value
    said = claim.number.value if claim.number else claim.patients
    if known is not None and said is not None and known < said <= known + unknown.value:
        return Absent(f"{block['open']}: {int(unknown.value)} of the patients")
    note = f"{block['open']} of {int(unknown.value)} patients"
    return Found(facts, note=note)


_FINDERS: tuple[Finder, ...] = (
    find_test,
    find_size,
    find_endpoint,
    find_response,
    find_listed,
    find_event,
    find_dose,
    find_baseline,
)

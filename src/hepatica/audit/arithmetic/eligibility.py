"""Criteria of eligibility against the patients that the paper reports.

Every enrolled patient meets every criterion, unless enrolled outside the protocol; that reading is
named. Criteria are compared exactly as written: 2 does not meet ``<2``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from hepatica.audit.arithmetic.order import points
from hepatica.audit.arithmetic.reading import count_range, ids, is_share, places, size_of, told
from hepatica.audit.claim import EVERYONE, OUTSIDE, Claim, Paper
from hepatica.audit.condition import parse_span, satisfies
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import parse_printed
from hepatica.audit.rule import rules
from hepatica.audit.word import known_variable, variables

RULE = "eligibility.met"
_BASELINE = (" before", " at baseline", " at enrolment", " at enrollment")


def check_eligibility(paper: Paper) -> Iterator[Outcome]:
    """Every criterion against levels, ranges and single patients of its variable."""
    for criterion in paper.select(statistic="criterion"):
        levels = [c for c in enrolled(paper) if c.variable == criterion.variable and is_share(c)]
        outside, met = _sorted(criterion, levels, paper)
        singles = [c for c in index_values(paper) if baseline_of(c) == criterion.variable]
        outside += [c for c in singles if satisfies(c.value, criterion.value, c.variable) is False]
        beyond = list(_beyond(criterion, paper))
        if outside:
            yield _not_met(criterion, outside, paper)
        elif met:
            text = f"{criterion.variable} {criterion.value}: met by every level"
            yield Passed("P143", text, ids([criterion, *met]))
        for claim, holds in beyond:
            yield _ranged(criterion, claim, holds=holds)


def enrolled(paper: Paper) -> Iterator[Claim]:
    """Claims of the enrolled patients or of a declared part of them."""
    for claim in paper.claims:
        population, seen = claim.population, set[str]()
        while population != EVERYONE and population in paper.within and population not in seen:
            seen.add(population)
            population = paper.within[population]
        if population == EVERYONE:
            yield claim


def index_values(paper: Paper) -> Iterator[Claim]:
    """Values of one patient whom the paper shows as a case."""
    for claim in paper.select(statistic="value"):
        if claim.of == 1 and claim.population not in OUTSIDE and claim.population != EVERYONE:
            yield claim


def baseline_of(claim: Claim) -> str:
    """The variable that a value of one patient, before the treatment, is of."""
    name = claim.variable
    for ending in _BASELINE:
        name = name.removesuffix(ending)
    return known_variable(name)


def _sorted(
    criterion: Claim, levels: Sequence[Claim], paper: Paper
) -> tuple[list[Claim], list[Claim]]:
    """Levels that have patients and do not meet the criterion, and levels that meet it."""
    outside, met = [], []
    for claim in levels:
        answer = satisfies(claim.level, criterion.value, claim.variable) if claim.level else None
        found = count_range(claim, size_of(claim, paper))
        if answer is False and found and found[0] > 0:
            outside.append(claim)
        elif answer is True:
            met.append(claim)
    return outside, met


def _not_met(criterion: Claim, outside: Sequence[Claim], paper: Paper) -> Discrepancy:
    by_level: dict[str, list[Claim]] = {}
    for claim in outside:
        by_level.setdefault(claim.level or claim.value, []).append(claim)
    each = "; ".join(
        f"{criterion.variable} {level}: {_number(claims)} ({places(claims)})"
        for level, claims in by_level.items()
    )
    text = f"eligible are {criterion.variable} {criterion.value} ({criterion.place}); {each}"
    return Discrepancy(
        "P143",
        text,
        ids([criterion, *outside]),
        rules()[RULE].source,
        rescued_by=("patients enrolled outside the criterion", "the criterion read as a guide"),
        rules=(RULE,),
    )


def _number(claims: Sequence[Claim]) -> str:
    shares = [c for c in claims if is_share(c)]
    return told(shares[0]).partition(" (")[0] if shares else f"the {claims[0].population}"


def _beyond(criterion: Claim, paper: Paper) -> Iterator[tuple[Claim, bool]]:
    """Ranges of the enrolled, and whether some value at their ends meets the criterion."""
    span = parse_span(criterion.value)
    for claim in enrolled(paper):
        if span is None or claim.variable != criterion.variable or claim.unit != criterion.unit:
            continue
        ends = [p for p in points([claim]) if p.name in {"min", "max"}]
        if ends:
            yield claim, all(_may_meet(p.value.low, p.value.high, criterion.value) for p in ends)


def _may_meet(low: Fraction, high: Fraction, condition: str) -> bool:
    span = parse_span(condition)
    if span is None:
        return True
    above = span.low is None or high > span.low or (high == span.low and not span.low_open)
    return above and (
        span.high is None or low < span.high or (low == span.high and not span.high_open)
    )


def _ranged(criterion: Claim, claim: Claim, *, holds: bool) -> Outcome:
    text = (
        f"eligible are {criterion.variable} {criterion.value} ({criterion.place}); "
        f"{claim.statistic} {told(claim)}"
    )
    everyone = ids([criterion, claim])
    if holds:
        return Passed("P143", text, everyone)
    rescue = ("patients enrolled outside the criterion",)
    source = rules()[RULE].source
    return Discrepancy("P143", text, everyone, source, rescued_by=rescue, rules=(RULE,))


def check_index_patient(paper: Paper) -> Iterator[Outcome]:
    """The patient shown as a case against the patients of the study."""
    values = list(index_values(paper))
    for claim in values:
        variable = baseline_of(claim)
        # An arm says nothing of a patient who may be of the other.
        known = {EVERYONE, paper.within.get(claim.population, EVERYONE)}
        others = [c for c in paper.claims if c.variable == variable and c.population in known]
        yield from _is_counted(claim, variable, others, paper)
        yield from _is_in_range(claim, others)
    for patient in dict.fromkeys(c.population for c in values):
        own = {c.variable: c for c in values if c.population == patient}
        if {"PFS", "OS"} <= set(own):
            yield from _survives(own["PFS"], own["OS"])


def _is_counted(
    claim: Claim, variable: str, others: Sequence[Claim], paper: Paper
) -> Iterator[Outcome]:
    """A category of the patient is not one that nobody has."""
    for other in others:
        same = is_share(other) and satisfies(claim.value, other.level, variable) is True
        found = count_range(other, size_of(other, paper)) if same else None
        if found is None:
            continue
        text = f"{claim.population}: {variable} {claim.value}; {told(other)} of all"
        if found[1] == 0:
            yield Discrepancy("P147", text, ids([claim, other]), "counting")
        else:
            yield Passed("P147", text, ids([claim, other]))
            return


def _is_in_range(claim: Claim, others: Sequence[Claim]) -> Iterator[Outcome]:
    number, known = claim.number, variables().get(claim.variable)
    # A range of times may leave out patients without the event.
    timed = known is not None and known.type == "time"
    for other in () if timed else others:
        ends = {p.name: p.value for p in points([other])}
        if number is None or number.comparator or not {"min", "max"} <= set(ends):
            continue
        if claim.unit and other.unit and claim.unit != other.unit:
            continue
        text = f"{claim.population}: {claim.variable} {claim.value}; all: {told(other)}"
        if ends["min"].low > number.high or number.low > ends["max"].high:
            yield Discrepancy("P147", text, ids([claim, other]), "counting")
        else:
            yield Passed("P147", text, ids([claim, other]))


def _survives(pfs: Claim, os: Claim) -> Iterator[Outcome]:
    a, b = parse_printed(pfs.value), parse_printed(os.value)
    if a is None or b is None or a.comparator or b.comparator or pfs.unit != os.unit:
        return
    text = f"{pfs.population}: PFS {pfs.value}, OS {os.value} {os.unit}"
    if a.low > b.high:
        rule = ("time.pfs-os",)
        yield Discrepancy("P147", text, ids([pfs, os]), "counting", rules=rule)
    else:
        yield Passed("P147", text, ids([pfs, os]))

"""Percentages without a count: is there a whole number of patients; and shares with an SD: DEBIT.

The denominator is the printed one. Where none is printed, the population's size is only presumed,
as values may be missing: an error is told only if no denominator up to it will do.
"""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.granularity.debit import Debit, debit
from hepatica.audit.granularity.grim import grim
from hepatica.audit.granularity.summary import largest_size, missing_text, number_of_values
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.word import variables

COUNT = "counting; rounding half up, down or to even"
DEBIT = "DEBIT [heathers2019]"
_PATIENTS = ("", "%", "percent", "patients", "patient")


def check_percent(paper: Paper) -> Iterator[Outcome]:
    """Every percentage of patients that is printed without its count."""
    for claim in paper.claims:
        if _is_bare_percent(claim):
            yield from _percent(claim, paper)


def check_share_deviation(paper: Paper) -> Iterator[Outcome]:
    """Every share of patients that is printed with a standard deviation."""
    for claim in paper.claims:
        share = claim.number
        if not claim.about_patients or share is None or share.comparator:
            continue
        known = variables().get(claim.variable)
        binary = known is not None and known.type in {"category", "event"}
        if claim.statistic == "percent" or (claim.statistic == "mean" and binary and claim.level):
            yield from _deviation(claim, share, paper)


def _is_bare_percent(claim: Claim) -> bool:
    known = variables().get(claim.variable)
    in_time = known is not None and known.type == "time"
    bare = claim.statistic == "percent" and claim.about_patients and not claim.count
    return bare and not in_time and claim.unit.lower() in _PATIENTS


def _percent(claim: Claim, paper: Paper) -> Iterator[Outcome]:
    number, told = claim.number, number_of_values(claim, paper.sizes.get(claim.population))
    if number is None or number.comparator or told is None or number.low > 100:
        return
    size, printed = told

    def possible(n: int) -> bool:
        return grim(number, n, percent=True).consistent

    name = f"{claim.variable} {claim.level}".strip()
    text = f"{name}, {claim.population}: {grim(number, size, percent=True).sentence}"
    if possible(size):
        yield Passed("P213", text, (claim.id,))
        return
    fewer = None if printed else largest_size(size, possible)
    if fewer is None:
        tried = () if printed else (f"every denominator up to {size}",)
        yield Discrepancy("P213", text, (claim.id,), COUNT, tried=tried)
        return
    shown = f": {grim(number, fewer, percent=True).sentence}" if fewer else ""
    rescue = (missing_text(size, fewer) + shown,)
    yield Discrepancy("P214", text, (claim.id,), COUNT, rescued_by=rescue)


def _deviation(claim: Claim, share: Printed, paper: Paper) -> Iterator[Outcome]:
    bracket, told = claim.bracket, number_of_values(claim, paper.sizes.get(claim.population))
    if bracket is None or bracket.declared_as != "sd" or bracket.high or told is None:
        return
    sd = parse_printed(bracket.low)
    if sd is None or sd.comparator:
        return
    size, printed = told
    readings = _readings(share, sd, percent=claim.statistic == "percent")

    def possible(n: int) -> bool:
        return any(_test(reading, n).consistent is not False for reading in readings)

    name = f"{claim.variable} {claim.level}".strip()
    text = f"{name}, {claim.population}: {_test(readings[0], size).sentence}"
    if possible(size):
        yield Passed("P215", text, (claim.id,))
        return
    fewer = None if printed else largest_size(size, possible, least=2)
    tried = ("SD in percent", "SD as a share") if len(readings) > 1 else ()
    if fewer is None:
        yield Discrepancy("P215", text, (claim.id,), DEBIT, tried=tried)
    else:
        rescue = (missing_text(size, fewer),)
        yield Discrepancy("P216", text, (claim.id,), DEBIT, tried=tried, rescued_by=rescue)


Reading = tuple[Printed, Printed, bool]


def _readings(share: Printed, sd: Printed, *, percent: bool) -> list[Reading]:
    """Both in percent, or a percentage with its SD as a share; a mean of 0 and 1 as it stands."""
    if not percent:
        return [(share, sd, False)]
    plain = Printed(share.text, share.value / 100, share.decimals + 2)
    return [(share, sd, True), (plain, sd, False)]


def _test(reading: Reading, size: int) -> Debit:
    share, sd, percent = reading
    return debit(share, sd, size, percent=percent)

"""Counts with their percentages: does the count, of the denominator, print as the percentage?

Papers round halves up, down or to even; all are admitted. A percentage that is cut off instead of
rounded is told as such. Where no denominator is printed, the size of the population is only the
presumed one, because values may be missing: the sum of the levels of the variable is tried next,
and then any denominator up to the size will do, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from hepatica.audit.arithmetic.partition import levels_total
from hepatica.audit.arithmetic.reading import (
    count_range,
    decimal,
    denominators,
    is_share,
    named,
    share,
)
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

SOURCE = "counting; rounding half up, down or to even"
_UNITS_OF_PATIENTS = ("", "%", "n", "patient")


def check_share(paper: Paper) -> Iterator[Outcome]:
    """Every percentage that is printed with its count."""
    for claim in paper.claims:
        if is_share(claim) and claim.patients is not None:
            yield from _all_or_fewer(claim, paper)
            if claim.statistic == "percent" and claim.number is not None:
                yield from _fit(claim, claim.patients, paper)
        elif is_share(claim) and claim.number and claim.number.low > 100:
            text = f"{claim.value} % is more than 100 %"
            yield Discrepancy("P104", f"{named(claim)}: {text}", (claim.id,), SOURCE)


def _all_or_fewer(claim: Claim, paper: Paper) -> Iterator[Outcome]:
    """More patients than the denominator, or a denominator above the population."""
    size = paper.sizes.get(claim.population)
    count, of = claim.patients or 0, claim.of
    largest = of if of is not None else size
    patients = claim.unit.lower().startswith(_UNITS_OF_PATIENTS[2:]) or claim.unit in {"", "%"}
    if largest is not None and count > largest and (of is not None or patients):
        text = f"{named(claim)}: {count} are more than {largest} ({claim.place})"
        rescue = () if of is not None else ("events counted instead of patients",)
        yield Discrepancy("P104", text, (claim.id,), SOURCE, rescued_by=rescue)
    if of is not None and size is not None and of > size:
        text = f"{named(claim)}: of {of} ({claim.place}), but {claim.population} is {size} patients"
        rescue = ("lesions, sessions or events counted instead of patients",)
        yield Discrepancy("P105", text, (claim.id,), SOURCE, rescued_by=rescue)


def _fit(claim: Claim, count: int, paper: Paper) -> Iterator[Outcome]:
    number = claim.number
    assert number is not None
    of, size = claim.of, paper.sizes.get(claim.population)
    presumed = of if of is not None else size
    if presumed and count <= presumed and number.admits(Fraction(100 * count, presumed)):
        yield Passed("P101", share(count, presumed, number.decimals), (claim.id,))
        return
    known = levels_total(claim, paper) if of is None and size is not None else None
    if known and size and known < size and number.admits(Fraction(100 * count, known)):
        text = f"{share(count, known, number.decimals)}; {size - known} of {size} not known"
        yield Passed("P101", text, (claim.id,))
        return
    if of is None:
        fitting = denominators(claim, count, size)
        if fitting and size is None:
            yield Passed("P101", share(count, fitting[0], number.decimals), (claim.id,))
            return
        if fitting:
            yield _of_others(claim, count, fitting, size or 0)
            return
    if presumed == 0 or (presumed is not None and count > presumed):
        return
    yield _misfit(claim, count, presumed)


def _of_others(claim: Claim, count: int, fitting: range, size: int) -> Discrepancy:
    fits = f"{fitting[0]}" if len(fitting) == 1 else f"{fitting[0]} to {fitting[-1]}"
    text = (
        f"{named(claim)}: {share(count, size)}, printed {claim.value} % ({claim.place}); "
        f"it is the share of {fits} patients"
    )
    rescue = (f"{size - fitting[-1]} of {size} values missing",)
    return Discrepancy("P103", text, (claim.id,), SOURCE, rescued_by=rescue)


def _misfit(claim: Claim, count: int, presumed: int | None) -> Discrepancy:
    number = claim.number
    assert number is not None
    if presumed is None:
        text = f"{named(claim)}: {count} patients are {claim.value} % of no whole number"
        return Discrepancy("P101", f"{text} ({claim.place})", (claim.id,), SOURCE)
    exact = Fraction(100 * count, presumed)
    told = f"{named(claim)}: {share(count, presumed, number.decimals)}, printed {claim.value} %"
    unit = 2 * number.half_unit
    if not number.comparator and number.value <= exact < number.value + unit:
        text = f"{told} ({claim.place}), cut off instead of rounded"
        rescue = (f"{decimal(exact, number.decimals + 1)} cut off to {claim.value}",)
        return Discrepancy("P102", text, (claim.id,), SOURCE, rescued_by=rescue)
    return Discrepancy(
        "P101",
        f"{told} ({claim.place})",
        (claim.id,),
        SOURCE,
        tried=("rounding up, down and to even", "cutting off"),
        rescued_by=tuple(_mending(claim, count, presumed)),
    )


def _mending(claim: Claim, count: int, of: int) -> Iterator[str]:
    """The counts of the same denominator, and the denominators of the same count, that fit."""
    number = claim.number
    assert number is not None
    others = count_range(replace(claim, count=""), of)
    if others and others[1] - others[0] <= 2:
        fitting_counts = " or ".join(map(str, range(others[0], others[1] + 1)))
        yield f"{fitting_counts} of {of} would be {claim.value} %"
    fitting = denominators(claim, count, 2 * of)
    if fitting:
        last = f" to {fitting[-1]}" if len(fitting) > 1 else ""
        yield f"{count} of {fitting[0]}{last} would be {claim.value} %"

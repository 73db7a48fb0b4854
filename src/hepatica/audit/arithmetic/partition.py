"""Levels of one variable in one place: together they are all patients, or all but some missing.

More than all cannot be where no patient can have two of the levels. Fewer than all is usual in a
sentence, which names only some levels, and in a table where values are missing; it contradicts
only where the missing ones are counted too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from hepatica.audit.arithmetic.level import (
    covers_all,
    is_closed,
    is_missing,
    part_of,
    separate,
)
from hepatica.audit.arithmetic.reading import (
    by_key,
    ids,
    in_table,
    is_share,
    section,
    sum_text,
    total,
)
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.word import is_adverse_event, is_exclusive, is_exhaustive

SOURCE = "counting: every patient has one level"


def check_partition(paper: Paper) -> Iterator[Outcome]:
    """Levels of every exclusive variable, place by place and population by population."""
    shares = [c for c in paper.claims if is_share(c) and not is_adverse_event(c.variable)]
    groups = by_key(shares, "section", "population", "variable", "method")
    for claims in groups.values():
        variable = claims[0].variable
        levels = {claim.level.strip().lower() for claim in claims}
        binary = {"yes", "no"} <= levels
        if is_exclusive(variable) or binary:
            yield from _checked(claims, paper, exhaustive=binary or is_exhaustive(variable))


def levels_total(claim: Claim, paper: Paper) -> int | None:
    """Patients with any level of the claim's variable, by its place; None where not known.

    The sum of printed counts, where the levels exclude each other and there are two or more.
    """
    same = [
        c
        for c in paper.select(
            variable=claim.variable, population=claim.population, method=claim.method
        )
        if is_share(c) and section(c) == section(claim) and not is_adverse_event(c.variable)
    ]
    kept = [c for c in separate(same, claim.variable) if not is_missing(c.level)]
    counts = [c.patients for c in kept if c.patients is not None]
    return sum(counts) if len(counts) == len(kept) > 1 and claim in kept else None


def _checked(claims: Sequence[Claim], paper: Paper, *, exhaustive: bool) -> Iterator[Outcome]:
    variable = claims[0].variable
    kept = separate(claims, variable)
    of, whole = _whole(kept, paper)
    found = _together(kept, of)
    if len(kept) < 2 or whole is None or found is None:
        return
    fewest, most = found
    text = f"{variable} ({section(kept[0])}): {sum_text(kept, of)}"
    goal = f"{of} patients" if of is not None else "100 %"
    if fewest > whole:
        yield _more(kept, f"{text}, more than {goal}")
    elif most == whole or fewest <= whole <= most:
        yield Passed("P106", f"{text}, of {goal}", ids(kept))
    elif _is_share_of_known(kept, most):
        yield Passed("P106", f"{text}, and the percentages are of {most}", ids(kept))
    elif exhaustive and in_table(kept[0]) and _is_whole_list(claims, kept):
        yield _fewer(kept, f"{text}, fewer than {goal}", whole - most if of is not None else None)


def _whole(claims: Sequence[Claim], paper: Paper) -> tuple[int | None, Fraction | None]:
    """The number of patients that the levels are of, and what they should add to.

    Where counts are not printed and no number is known, the percentages should add to 100.
    """
    printed = {claim.of for claim in claims if claim.of is not None}
    if len(printed) > 1 or not claims:
        return None, None
    of = printed.pop() if printed else paper.sizes.get(claims[0].population)
    return of, Fraction(of) if of is not None else Fraction(100)


def _together(claims: Sequence[Claim], of: int | None) -> tuple[Fraction, Fraction] | None:
    """What the levels add to, at least and at most: in patients, or in percent without `of`."""
    if of is not None:
        found = total(claims, of)
        return (Fraction(found[0]), Fraction(found[1])) if found else None
    numbers = [c.number for c in claims if c.statistic == "percent" and c.number is not None]
    if len(numbers) < len(claims) or any(n.comparator for n in numbers):
        return None
    zero = Fraction(0)
    return sum((n.low for n in numbers), zero), sum((n.high for n in numbers), zero)


def _is_share_of_known(claims: Sequence[Claim], known: Fraction) -> bool:
    """Tell whether every level prints its percentage of the levels' own sum: others are missing."""
    numbers = [(c.number, c.patients) for c in claims if c.statistic == "percent" and c.of is None]
    return (
        known > 0
        and len(numbers) == len(claims)
        and all(n is not None and k is not None and n.admits(100 * k / known) for n, k in numbers)
    )


def _is_whole_list(claims: Sequence[Claim], kept: Sequence[Claim]) -> bool:
    """No level was left out because it overlaps another, and none is a sum that says more."""
    variable = claims[0].variable
    parts = {part_of(variable, claim.level) for claim in claims} - {None}
    return parts <= {part_of(variable, claim.level) for claim in kept}


def _more(claims: Sequence[Claim], text: str) -> Discrepancy:
    levels = [claim.level for claim in claims]
    if is_closed(claims[0].variable, levels):
        return Discrepancy("P106", text, ids(claims), SOURCE, tried=("missing values",))
    rescue = ("a patient may have several of these levels",)
    return Discrepancy("P107", text, ids(claims), SOURCE, rescued_by=rescue)


def _fewer(claims: Sequence[Claim], text: str, lacking: Fraction | None) -> Discrepancy:
    told = f"{text}: {lacking} missing?" if lacking is not None else text
    counted = any(is_missing(c.level) for c in claims)
    if counted and covers_all(claims[0].variable, [c.level for c in claims]):
        return Discrepancy("P109", f"{text}, the missing ones counted", ids(claims), SOURCE)
    rescue = ("values missing", "another level that is not printed")
    return Discrepancy("P108", told, ids(claims), SOURCE, rescued_by=rescue)

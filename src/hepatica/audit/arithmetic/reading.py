"""What a claim about numbers of patients can mean: whole numbers, exact shares, places."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.printed import Printed

_SECTION = re.compile(
    r"(?i)\s*((?:(?:supplementary|appendix)\s+)?(?:table|figure|fig\.?|appendix|supplement)\s*\w+"
    r"|[^(,;:]+)"
)


def section(claim: Claim) -> str:
    """The part of the paper, such as ``Table 1``, without line or row."""
    match = _SECTION.match(claim.place)
    return " ".join(match[1].split()) if match else ""


def in_table(claim: Claim) -> bool:
    """Tell whether the claim stands in a table, where levels are usually listed in full."""
    return section(claim).lower().startswith(("table", "supplementary table"))


def size_of(claim: Claim, paper: Paper) -> int | None:
    """The printed denominator, else the presumed one: the size of the population."""
    return claim.of if claim.of is not None else paper.sizes.get(claim.population)


def is_share(claim: Claim) -> bool:
    """Tell whether the claim counts patients of the study, as a number or in percent."""
    return claim.statistic in {"percent", "count"} and claim.about_patients


def count_range(claim: Claim, of: int | None) -> tuple[int, int] | None:
    """Fewest and most patients that the claim may stand for, of `of`; None where it tells none.

    A printed count is itself; a percentage is every whole number that may be printed so.
    """
    if claim.patients is not None:
        return claim.patients, claim.patients
    number = claim.number
    if claim.statistic != "percent" or number is None or number.comparator or not of:
        return None
    fewest = max(0, math.ceil(number.low * of / 100))
    most = min(of, math.floor(number.high * of / 100))
    return (fewest, most) if fewest <= most else None


def denominators(claim: Claim, count: int, largest: int | None) -> range:
    """Whole denominators, up to `largest`, of which `count` may be printed as the percentage."""
    number = claim.number
    if number is None or number.comparator or number.high <= 0:
        return range(0)
    fewest = max(1, count, math.ceil(100 * count / number.high))
    if number.low <= 0:
        most = largest if largest is not None else fewest
    else:
        most = math.floor(100 * count / number.low)
        most = most if largest is None else min(most, largest)
    return range(fewest, most + 1)


def decimal(value: Fraction, decimals: int) -> str:
    """The value with `decimals` places, or one more where it is not exact with them."""
    exact = (value * 10**decimals).denominator == 1
    places = decimals if exact else decimals + 1
    scaled = math.floor(abs(value) * 10**places + Fraction(1, 2))
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def share(count: int, of: int, decimals: int = 1) -> str:
    """``7/20 = 35.0 %``."""
    return f"{count}/{of} = {decimal(Fraction(100 * count, of), decimals)} %"


def certainly_more(one: Printed, other: Printed, *, alike: bool) -> bool:
    """Tell whether the value behind `one` must be larger than that behind `other`.

    `alike` where both are rounded by one hand: then, with equal decimals, rounding keeps the order.
    """
    if alike and one.decimals == other.decimals:
        return one.value > other.value
    return one.low > other.high


def printed(claim: Claim) -> str:
    """The claim's number as printed: ``16/20 = 80.0 %``, ``30.0 %``, ``3.5 [2-9]``."""
    if is_share(claim):
        share_text = f"{claim.value} %" if claim.value and claim.statistic == "percent" else ""
        of = f"/{claim.denominator}" if claim.count and claim.denominator else ""
        return " = ".join(t for t in (f"{claim.count}{of}", share_text) if t)
    if claim.bracket:
        ends = "-".join(e for e in (claim.bracket.low, claim.bracket.high) if e)
        return f"{claim.value} [{ends}]"
    return claim.value or claim.count


def told(claim: Claim) -> str:
    """The claim's number and its place."""
    return f"{printed(claim)} ({claim.place})"


def named(claim: Claim) -> str:
    """Variable and level in words: ``best response PR``."""
    return f"{claim.variable} {claim.level}".strip()


def places(claims: Iterable[Claim]) -> str:
    """The sections of the claims, each once, in their order."""
    return ", ".join(dict.fromkeys(section(c) for c in claims))


def ids(claims: Iterable[Claim]) -> tuple[str, ...]:
    """The ids of the claims, each once, in their order."""
    return tuple(dict.fromkeys(c.id for c in claims))


def by_key(claims: Iterable[Claim], *keys: str) -> dict[tuple[str, ...], list[Claim]]:
    """Claims grouped by their fields; the field ``section`` is the part of the paper."""
    groups: dict[tuple[str, ...], list[Claim]] = {}
    for claim in claims:
        key = tuple(section(claim) if k == "section" else str(getattr(claim, k)) for k in keys)
        groups.setdefault(key, []).append(claim)
    return groups


def total(claims: Sequence[Claim], of: int | None) -> tuple[int, int] | None:
    """Fewest and most patients of claims that count different patients of the same `of`."""
    ranges = [count_range(claim, of) for claim in claims]
    known = [r for r in ranges if r is not None]
    if len(known) < len(ranges) or not known:
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)


def sum_text(claims: Sequence[Claim], of: int | None) -> str:
    """``16 + 3 + 1 = 20``, or in percent where counts are not printed."""
    if all(claim.patients is not None for claim in claims):
        numbers = [claim.patients or 0 for claim in claims]
        added = f" = {sum(numbers)}" if len(numbers) > 1 else ""
        return f"{' + '.join(map(str, numbers))}{added}"
    values = [c.number.value if c.number else Fraction(0) for c in claims]
    if all(c.statistic == "percent" and c.value for c in claims):
        decimals = max(c.number.decimals for c in claims if c.number)
        added = decimal(sum(values, Fraction(0)), decimals)
        return f"{' + '.join(c.value for c in claims)} = {added} %"
    return " + ".join(printed(c) for c in claims)

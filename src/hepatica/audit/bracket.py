"""Whether what stands in brackets after a number is true of the patients, reading by reading.

range is the smallest and largest value (of a time to event: the smallest and largest time, events
and censorings alike), iqr the quartiles by any one usual definition; each may stand alone as a
width. sd is the standard deviation, ci the confidence interval by any usual method (`limit.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hepatica.audit import quantity
from hepatica.audit.claim import Bracket, Claim
from hepatica.audit.data_set import Duration
from hepatica.audit.limit import interval_holds
from hepatica.audit.printed import parse_printed


def bracket_holds(
    claim: Claim,
    numbers: Sequence[Fraction],
    durations: Sequence[Duration],
    time: Fraction | None = None,
) -> bool | None:
    """Tell whether the claim's bracket is true of sorted numbers or of durations.

    `time` is that of a survival claim. Returns None where there is no bracket, or it cannot be
    computed as declared.
    """
    if claim.bracket is None:
        return None
    declared = claim.bracket.declared_as
    if declared == "ci":
        return interval_holds(claim, numbers, durations, time)
    if declared != "unknown":
        return _reading_holds(claim.bracket, declared, numbers)
    answers = [_reading_holds(claim.bracket, name, numbers) for name in ("range", "iqr", "sd")]
    answers.append(interval_holds(claim, numbers, durations, time))
    return True if True in answers else None if None in answers else False


def _reading_holds(bracket: Bracket, declared: str, numbers: Sequence[Fraction]) -> bool | None:
    if not numbers:
        return None
    if declared == "sd":
        printed = parse_printed(bracket.low)
        single = printed is not None and not bracket.high
        return printed is not None and single and quantity.sd_admits(printed, numbers)
    if declared == "range":
        pairs = frozenset({(numbers[0], numbers[-1])})
    else:
        pairs = quantity.quartile_pairs(numbers)
    return any(_as_printed(bracket, low, high) for low, high in pairs)


def _as_printed(bracket: Bracket, low: Fraction, high: Fraction) -> bool:
    first, second = parse_printed(bracket.low), parse_printed(bracket.high)
    if first is None:
        return False
    if not bracket.high:
        return first.admits(high - low)
    return second is not None and first.admits(low) and second.admits(high)

"""Times to an event: curves that only fall, medians of progression-free and overall survival."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from hepatica.audit.arithmetic.reading import by_key, certainly_more, ids, section, told
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed
from hepatica.audit.time_unit import months_of

SOURCE = "[kaplan1958]"
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*([a-z]*)", re.IGNORECASE)
_MONTHS = {"y": 12, "m": 1, "": 1}
# A month of another paper may have 28 to 31 days; ours has 30.4375.
_MONTH_OF_ANOTHER = Fraction(11, 10)


def check_curve(paper: Paper) -> Iterator[Outcome]:
    """Survival and numbers at risk by time, medians of PFS and OS, events of n."""
    for statistic in ("survival", "at_risk"):
        claims = list(paper.select(statistic=statistic))
        for group in by_key(claims, "population", "variable", "method").values():
            yield from _falls(group, statistic)
    medians = [c for c in paper.select(statistic="median") if c.about_patients]
    for group in by_key(medians, "population", "method").values():
        yield from _nested(group)
    for claim in paper.claims:
        if claim.statistic in {"events", "at_risk"}:
            yield from _of_all(claim, paper)


def months(level: str) -> Fraction | None:
    """The time that a level means, in months where it says years; None for days and weeks."""
    match = _TIME.fullmatch(level.strip())
    unit = match[2][:1].lower() if match else ""
    return Fraction(match[1]) * _MONTHS[unit] if match and unit in _MONTHS else None


def _falls(claims: Sequence[Claim], statistic: str) -> Iterator[Outcome]:
    timed = [(t, c, c.number) for c in claims if (t := months(c.level)) is not None and c.number]
    timed = [entry for entry in timed if not entry[2].comparator]
    timed.sort(key=lambda entry: entry[0])
    # Numbers at risk are whole, not rounded.
    risen = [
        (a, b)
        for (s, a, x), (t, b, y) in pairwise(timed)
        if s < t and certainly_more(y, x, alike=statistic == "at_risk" or section(a) == section(b))
    ]
    rescue = ("patients entering late (left truncation)",) if statistic == "at_risk" else ()
    for first, later in risen:
        text = (
            f"{first.variable}, {statistic.replace('_', ' ')}: {told(first)} at {first.level}, "
            f"{told(later)} at {later.level}"
        )
        yield Discrepancy("P127", text, ids([first, later]), SOURCE, rescued_by=rescue)
    if len(timed) > 1 and not risen:
        text = ", ".join(f"{c.value} at {c.level}" for _, c, _ in timed)
        yield Passed("P127", f"{claims[0].variable}: {text}", ids(c for _, c, _ in timed))


def _nested(claims: Sequence[Claim]) -> Iterator[Outcome]:
    """Median PFS is hardly ever longer than median OS of the same patients."""
    pfs = next((c for c in claims if c.variable == "PFS"), None)
    os = next((c for c in claims if c.variable == "OS"), None)
    a, b = pfs.number if pfs else None, os.number if os else None
    if pfs is None or os is None or a is None or b is None or a.comparator or b.comparator:
        return
    units = months_of(pfs.unit), months_of(os.unit)
    if units[0] is None or units[1] is None:
        return
    text = f"median PFS {told(pfs)}, median OS {told(os)}"
    if pfs.unit != os.unit:
        text = f"median PFS {told(pfs)} {pfs.unit}, median OS {told(os)} {os.unit}"
    longest = _MONTH_OF_ANOTHER if pfs.unit != os.unit else Fraction(1)
    if a.low * units[0] > b.high * units[1] * longest:
        rescue = ("deaths do not count as events of PFS", "another origin, or other censoring")
        yield Discrepancy("P128", text, ids([pfs, os]), SOURCE, rescued_by=rescue)
    else:
        yield Passed("P128", text, ids([pfs, os]))


def _of_all(claim: Claim, paper: Paper) -> Iterator[Outcome]:
    number, size = claim.number, claim.of if claim.of is not None else None
    size = size if size is not None else paper.sizes.get(claim.population)
    if number is None or size is None or not claim.about_patients or number.comparator:
        return
    if claim.statistic == "at_risk" and months(claim.level) == 0 and 0 < number.value < size:
        text = f"{claim.variable}: {_text(number)} at risk at the start of {size} ({claim.place})"
        rescue = (f"{size - int(number.value)} times missing",)
        yield Discrepancy("P108", text, (claim.id,), "counting", rescued_by=rescue)
    if number.value > size:
        what = claim.statistic.replace("_", " ")
        text = f"{claim.variable}: {_text(number)} {what} of {size} patients ({claim.place})"
        yield Discrepancy("P104", text, (claim.id,), "counting")


def _text(number: Printed) -> str:
    return number.text.strip()

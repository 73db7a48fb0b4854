"""Brackets of a paper: order, centre, method behind the limits, spread of a median's interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from scipy.special import ndtri

from hepatica.audit.arithmetic.reading import count_range, denominators, ids, named
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.recomputation.dispersion import Dispersion, dispersion, told_reference
from hepatica.audit.recomputation.median_interval import early_patients_needed
from hepatica.audit.recomputation.p_value import p_admits
from hepatica.audit.recomputation.proportion_interval import (
    PrintedInterval,
    ProportionInterval,
    first_agreeing,
    proportion_intervals,
)
from hepatica.audit.recomputation.ratio import RatioCheck, ratio_check
from hepatica.audit.word import variables
from hepatica.stats.band import CONF_TYPES

_RATIOS = ("hazard_ratio", "odds_ratio", "risk_ratio")
# How far z of the printed p may lie from z of the interval: log-rank and Cox differ a little,
# exact tests of few patients and Wald limits of an odds ratio more.
_Z_GAP = {"hazard_ratio": 0.6, "odds_ratio": 1.0, "risk_ratio": 1.0}
_MOST_DENOMINATORS = 60
_MOST_PAIRS = 300
_MOST_PATIENTS = 20_000
_METHOD_WORDS = {
    "clopper": "Clopper-Pearson",
    "exact": "Clopper-Pearson",
    "wilson": "Wilson",
    "score": "Wilson",
    "wald": "Wald",
    "normal": "Wald",
    "agresti": "Agresti",
    "jeffreys": "Jeffreys",
    "mid-p": "mid-P",
    "blaker": "Blaker",
}


def check_bracket(paper: Paper) -> Iterator[Outcome]:
    """Intervals of ratios: ends in order, the ratio within; other brackets are in `arithmetic`."""
    for claim, low, high in _brackets(paper):
        if claim.statistic not in _RATIOS:
            continue
        shown = f"{named(claim)}: {claim.value} [{low.text}-{high.text}]"
        if low.low > high.high:
            text = f"{shown}: {low.text} is above {high.text} ({claim.place})"
            yield Discrepancy("P236", text, (claim.id,), "order of two numbers")
            continue
        ratio = claim.number
        if ratio is None or ratio.comparator or low.comparator or high.comparator:
            continue
        if claim.bracket is None or claim.bracket.declared_as != "ci":
            continue
        if low.low <= ratio.high and ratio.low <= high.high:
            yield Passed("P235", f"{shown}: {claim.value} within", (claim.id,))
            continue
        side = "below" if ratio.value < low.value else "above"
        text = f"{shown}: {claim.value} is {side} its own interval ({claim.place})"
        yield Discrepancy("P235", text, (claim.id,), "a confidence interval holds its estimate")


def check_proportion_interval(paper: Paper) -> Iterator[Outcome]:
    """Every confidence interval of a percentage with its count: which method gives it, if any."""
    for claim, low, high in _brackets(paper, "percent"):
        if claim.bracket is None or claim.bracket.declared_as != "ci" or low.value > high.value:
            continue
        yield from _of_share(claim, paper, PrintedInterval(low, high, percent=True))


def check_ratio(paper: Paper) -> Iterator[Outcome]:
    """Every ratio against the middle of its interval, and the p of the same comparison."""
    for statistic in _RATIOS:
        for claim, low, high in _brackets(paper, statistic):
            if claim.number is None or claim.bracket is None or claim.bracket.declared_as != "ci":
                continue
            if claim.number.comparator or low.comparator or high.comparator:
                continue
            found = ratio_check(claim.number, low, high, _level(claim))
            if found is not None and found.inside:
                yield from _middle(claim, found)
                yield from _against_p(claim, found, paper)


def check_median_interval(paper: Paper) -> Iterator[Outcome]:
    """Every confidence interval of a median time: can it exist, and is it as wide as a range?"""
    told: dict[tuple[str, ...], list[Claim]] = {}
    for claim, low, high in _brackets(paper, "median"):
        known, bracket = variables().get(claim.variable), claim.bracket
        if known is None or known.type != "time" or bracket is None or bracket.declared_as != "ci":
            continue
        if not low.comparator and not high.comparator:
            key = (claim.population, claim.variable, claim.level, bracket.low, bracket.high)
            told.setdefault((*key, bracket.conf_level, claim.denominator), []).append(claim)
    for claims in told.values():
        yield from _of_median(claims, paper)


def _of_median(claims: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    claim, bracket = claims[0], claims[0].bracket
    n = claim.of if claim.of is not None else paper.sizes.get(claim.population)
    low, high = (parse_printed(e) for e in (bracket.low, bracket.high)) if bracket else (None, None)
    if not n or low is None or high is None:
        return
    if all(early_patients_needed(n, t)[0] > n for t in CONF_TYPES) and _level(claim) == 0.95:
        text = f"{named(claim)}: two limits of {n} patients; no order of events gives both"
        source = "order statistics of the median [brookmeyer1982]"
        tried = ("log", "log-log", "plain", "logit", "arcsin")
        yield Discrepancy("P240", text, ids(claims), source, tried=tried)
    events = _events(claim, paper)
    found = dispersion(low, high, events if events is not None else n, level=_level(claim))
    if found is not None:
        yield _dispersed(claims, found, known_events=events is not None)


def _brackets(paper: Paper, statistic: str = "") -> Iterator[tuple[Claim, Printed, Printed]]:
    for claim in paper.claims:
        if claim.bracket is None or (statistic and claim.statistic != statistic):
            continue
        low, high = parse_printed(claim.bracket.low), parse_printed(claim.bracket.high)
        if low is not None and high is not None:
            yield claim, low, high


def _level(claim: Claim) -> float:
    printed = parse_printed(claim.bracket.conf_level) if claim.bracket else None
    return float(printed.value / 100) if printed and 50 <= printed.value < 100 else 0.95


def _possible_counts(claim: Claim, paper: Paper) -> tuple[list[tuple[int, int]], bool]:
    """(count, n) pairs that the claim allows, the likeliest first, and whether these are all."""
    size = paper.sizes.get(claim.population)
    of = claim.of if claim.of is not None else size
    count = claim.patients
    if not of or of > _MOST_PATIENTS:
        return [], False
    if count is None:
        sizes = [of] if claim.of is not None else range(of, max(0, of - _MOST_DENOMINATORS), -1)
        ranges = ((n, count_range(claim, n)) for n in sizes)
        pairs = [(k, n) for n, ends in ranges if ends for k in range(ends[0], ends[1] + 1)]
        return pairs[:_MOST_PAIRS], claim.of is not None and len(pairs) <= _MOST_PAIRS
    pairs = [(count, of)] if count <= of else []
    if claim.of is None:
        others = denominators(claim, count, of)[-_MOST_DENOMINATORS:]
        pairs += [(count, n) for n in reversed(others) if n != of]
        return pairs, len(others) < _MOST_DENOMINATORS
    return pairs, True


def _of_share(claim: Claim, paper: Paper, printed: PrintedInterval) -> Iterator[Outcome]:
    pairs, complete = _possible_counts(claim, paper)
    if not pairs:
        return
    shown = f"{named(claim)}: {claim.value} % [{printed.low.text}-{printed.high.text}]"
    wanted = next((name for w, name in _METHOD_WORDS.items() if w in claim.method.lower()), "")
    fit = first_agreeing(pairs, level=_level(claim), printed=printed, first=wanted)
    if fit is not None:
        count, n, found = fit
        text = f"{shown}: {count}/{n}, {found.method}, {_ends(found, printed)}"
        yield Passed("P234", text, (claim.id,))
        return
    count, n = pairs[0]
    every = proportion_intervals(count, n, level=_level(claim))
    usual = [f"{f.method} {_ends(f, printed)}" for f in every[:4]]
    yield Discrepancy(
        "P233" if wanted and complete else "P234",
        f"{shown}; of {count}/{n}: {', '.join(usual)}",
        (claim.id,),
        "limits of a proportion [brown2001]",
        tried=tuple(f.method for f in every),
    )


def _ends(found: ProportionInterval, printed: PrintedInterval) -> str:
    if found.low is None or found.high is None:
        return "not defined"
    scale = 100 if printed.percent else 1
    places = max(printed.low.decimals, printed.high.decimals) + 1
    return f"{found.low * scale:.{places}f}-{found.high * scale:.{places}f}"


def _middle(claim: Claim, found: RatioCheck) -> Iterator[Outcome]:
    bracket, number = claim.bracket, claim.number
    assert bracket is not None and number is not None
    middle = f"sqrt({bracket.low} x {bracket.high}) = {found.centre:.3f}"
    text = f"{named(claim)}: {claim.value} [{bracket.low}-{bracket.high}]; {middle}"
    # Exact and profile-likelihood limits of an odds ratio are not symmetric.
    slack = 1.02 if claim.statistic == "hazard_ratio" else 1.15
    low, high = found.centre_low / slack, found.centre_high * slack
    if found.symmetric or (low <= float(number.high) and float(number.low) <= high):
        yield Passed("P237", text, (claim.id,))
        return
    source = "a Wald interval is symmetric on the log scale"
    yield Discrepancy("P237", text, (claim.id,), source, tried=("rounding of ratio and limits",))


def _against_p(claim: Claim, found: RatioCheck, paper: Paper) -> Iterator[Outcome]:
    for other in paper.select(statistic="p", variable=claim.variable, level=claim.level):
        printed = other.number
        if printed is None or set(other.between) != set(claim.between) or not claim.between:
            continue
        if other.population != claim.population:
            continue
        text = (
            f"{named(claim)}: {claim.value}, its interval means p from {found.p_low:.2g} to "
            f"{found.p_high:.2g}; printed p {other.value}"
        )
        if _near(printed, found, _Z_GAP[claim.statistic]):
            yield Passed("P238", text, ids([claim, other]))
            continue
        source = "z = log ratio over the standard error of its limits"
        tried = ("rounding of ratio, limits and p", "a log-rank or exact p near the Wald p")
        rescue = ("an adjusted ratio beside an unadjusted p",)
        yield Discrepancy("P238", text, ids([claim, other]), source, tried=tried, rescued_by=rescue)


def _near(printed: Printed, found: RatioCheck, gap: float) -> bool:
    """Whether z of the printed p is within `gap` of z of the interval."""
    if p_admits(printed, found.p_low, found.p_high):
        return True
    wide = tuple(_p_of(_z_of(p) + d) for p, d in ((found.p_low, gap), (found.p_high, -gap)))
    return p_admits(printed, *wide)


def _z_of(p: float) -> float:
    return 40.0 if p <= 0 else -float(ndtri(min(p, 1.0) / 2))


def _p_of(z: float) -> float:
    return math.erfc(max(z, 0.0) / math.sqrt(2))


def _events(claim: Claim, paper: Paper) -> int | None:
    for other in paper.select(
        statistic="events", variable=claim.variable, population=claim.population
    ):
        number = other.number
        if number and not number.comparator and number.value.denominator == 1:
            return int(number.value)
    return None


def _dispersed(claims: Sequence[Claim], found: Dispersion, *, known_events: bool) -> Outcome:
    claim, bracket = claims[0], claims[0].bracket
    assert bracket is not None
    of = "" if known_events else f", if all {found.events} patients had the event"
    text = (
        f"{named(claim)}: {claim.value} [{bracket.low}-{bracket.high}] called confidence interval; "
        f"sqrt({found.events}) x ln({bracket.high}/{bracket.low}) = {found.w:.2f}{of}; "
        f"{told_reference(found.w)}"
    )
    if not found.is_unusual:
        return Passed("P239", text, ids(claims))
    fewer = found.events * 3 // 5
    with_fewer = f"{fewer} events: {found.w * math.sqrt(fewer / found.events):.1f}"
    return Discrepancy(
        "P239",
        f"{text}; almost certainly a range",
        ids(claims),
        "spread of median intervals in reconstructed oncology trials [fell2021]",
        tried=() if known_events else (with_fewer,),
        rescued_by=(f"{bracket.low}-{bracket.high} is the range, not the confidence interval",),
    )

"""Clinical identities: objective response is CR + PR, disease control CR + PR + SD.

Checked place by place, against the components of the same place where it prints them all, else of
the paper. Without a printed denominator a rate may be of the evaluable patients only: it is
contradicted where no denominator up to the size of the population fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from hepatica.audit.arithmetic.reading import (
    by_key,
    count_range,
    denominators,
    ids,
    is_share,
    section,
    share,
    sum_text,
    told,
    total,
)
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.rule import rules

RESPONSE = "best response"
COMPONENTS: dict[str, tuple[str, ...]] = {"ORR": ("CR", "PR"), "DCR": ("CR", "PR", "SD")}
_RULE = {"ORR": "response.orr", "DCR": "response.dcr", "tumour reduction": "response.reduction"}
_READINGS: tuple[tuple[str, ...], ...] = (
    ("PR",),
    ("CR",),
    ("SD",),
    ("CR", "PR"),
    ("CR", "SD"),
    ("PR", "SD"),
    ("CR", "PR", "SD"),
)
# Denominators are searched one by one up to here; beyond, a rate without one is not held.
MAX_SIZE = 5_000


def check_identity(paper: Paper) -> Iterator[Outcome]:
    """Response rates of every population and place."""
    shares = [c for c in paper.claims if is_share(c)]
    responses = by_key(
        (c for c in shares if c.variable == RESPONSE), "population", "method", "section"
    )
    for claim in shares:
        if claim.variable in COMPONENTS and claim.level in {"", "yes", "any"}:
            levels = _levels(claim, responses)
            if set(COMPONENTS[claim.variable]) <= set(levels):
                yield from _held(claim, levels, paper)
        elif claim.variable == "tumour reduction":
            yield from _reduced(claim, _levels(claim, responses), paper)
    yield from _nested(shares, paper)


def _levels(claim: Claim, responses: dict[tuple[str, ...], list[Claim]]) -> dict[str, Claim]:
    """The responses by category: of the claim's own place, completed from the others in order."""
    own = (claim.population, claim.method, section(claim))
    groups = [g for key, g in responses.items() if key == own]
    groups += [g for key, g in responses.items() if key != own and key[:2] == own[:2]]
    found: dict[str, Claim] = {}
    for group in groups:
        for response in group:
            found.setdefault(response.level, response)
    return found


def _held(claim: Claim, levels: dict[str, Claim], paper: Paper) -> Iterator[Outcome]:
    parts = [levels[level] for level in COMPONENTS[claim.variable]]
    size = paper.sizes.get(claim.population)
    equation = _equation(f"{claim.variable} =", parts, _of(parts, size), claim)
    text = f"{equation}; printed {told(claim)}"
    fits = _fit(claim, parts, size)
    everyone = ids([*parts, claim])
    source = f"[{rules()[_RULE[claim.variable]].source}]"
    names = (_RULE[claim.variable],)
    if fits is None:
        return
    if fits == "same":
        yield Passed("P114", text, everyone)
    elif fits == "other":
        rescue = ("a share of fewer patients, such as the evaluable ones",)
        yield Discrepancy("P115", text, everyone, source, rescued_by=rescue, rules=names)
    else:
        readings = [r for r in _READINGS if set(r) <= set(levels)]
        readings.remove(COMPONENTS[claim.variable])
        tried, mending = _readings(claim, readings, levels, size)
        yield Discrepancy("P114", text, everyone, source, tried, mending, names)


def _of(parts: Sequence[Claim], size: int | None) -> int | None:
    """The denominator of the components: printed, the same for all, else the population."""
    printed = {c.of for c in parts if c.of is not None}
    if len(printed) > 1:
        return None
    return printed.pop() if printed else size


def _fit(claim: Claim, parts: Sequence[Claim], size: int | None) -> str | None:
    """``same``: with one denominator; ``other``: only with another; ``none``; None: cannot say."""
    of = _of(parts, size)
    if of is None or of > MAX_SIZE:
        return _fit_percent(claim, parts) if of is None else None
    found = total(parts, of)
    own = claim.of if claim.of is not None else of
    if found is None or not own:
        return None
    if _admits(claim, found, own):
        return "same"
    if claim.of is not None and _of(parts, None) is not None:
        return "none"
    # A denominator that is not printed may be any number up to the size of the population.
    ofs = range(1, of + 1) if _of(parts, None) is None else range(of, of + 1)
    largest = max(of, size or 0)
    return "other" if any(_fits_other(claim, total(parts, o), largest) for o in ofs) else "none"


def _fits_other(claim: Claim, counts: tuple[int, int] | None, largest: int) -> bool:
    """Tell whether any of the counts, of any denominator, may be printed as the rate."""
    if counts is None:
        return False
    if claim.of is not None:
        return _admits(claim, counts, claim.of)
    if claim.patients is not None:
        return counts[0] <= claim.patients <= counts[1]
    return any(denominators(claim, k, largest) for k in range(counts[0], counts[1] + 1))


def _admits(claim: Claim, counts: tuple[int, int], of: int) -> bool:
    found = count_range(claim, of)
    if found is None and claim.number is not None and claim.number.comparator:
        return claim.number.admits(Fraction(100 * counts[0], of))
    return found is not None and counts[0] <= min(found[1], of) and found[0] <= counts[1]


def _fit_percent(claim: Claim, parts: Sequence[Claim]) -> str | None:
    """Percentages only, and no number of patients known: of one denominator they add."""
    numbers = [c.number for c in (*parts, claim) if c.number and not c.number.comparator]
    if len(numbers) < len(parts) + 1 or any(c.patients is not None for c in (*parts, claim)):
        return None
    *components, own = numbers
    low = sum((n.low for n in components), Fraction(0))
    high = sum((n.high for n in components), Fraction(0))
    return "same" if low <= own.high and own.low <= high else "other"


def _equation(name: str, parts: Sequence[Claim], of: int | None, claim: Claim) -> str:
    """``ORR = CR + PR: 1 + 6 = 7; 7/20 = 35.0 %``."""
    terms = [sum_text(parts, of)] if len(parts) > 1 else []
    found = total(parts, of)
    if found and of and found[0] == found[1] and found[0] <= of:
        terms.append(share(found[0], of, claim.number.decimals if claim.number else 1))
    return f"{name} {' + '.join(part.level for part in parts)}: {'; '.join(terms)}"


def _readings(
    claim: Claim, readings: Sequence[tuple[str, ...]], levels: dict[str, Claim], size: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Other sums of the components: those that do not give the printed rate, those that do."""
    tried, rescue = [], []
    for reading in readings:
        parts = [levels[level] for level in reading]
        name = f"{claim.variable} read as"
        if _fit(claim, parts, size) == "same":
            rescue.append(_equation(name, parts, _of(parts, size), claim))
        else:
            tried.append(f"{name} {' + '.join(reading)}")
    return tuple(tried), tuple(rescue)


def _reduced(claim: Claim, levels: dict[str, Claim], paper: Paper) -> Iterator[Outcome]:
    """Responders have smaller tumours: CR + PR is at most the number with tumour reduction."""
    parts = [levels[level] for level in COMPONENTS["ORR"] if level in levels]
    size = paper.sizes.get(claim.population)
    of = _of([claim, *parts], size)
    found, own = total(parts, of), count_range(claim, of)
    if len(parts) < 2 or found is None or own is None or claim.level.lower() in {"no", "none"}:
        return
    text = f"CR + PR: {sum_text(parts, of)}; {claim.variable}: {told(claim)}"
    everyone = ids([*parts, claim])
    if found[0] <= own[1]:
        yield Passed("P116", text, everyone)
    else:
        rescue = ("response by enhancement, reduction by size",)
        source = f"[{rules()[_RULE['tumour reduction']].source}]"
        rule = (_RULE["tumour reduction"],)
        yield Discrepancy("P116", text, everyone, source, rescued_by=rescue, rules=rule)


def _nested(shares: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    """Every responder is controlled, in every place that prints both rates."""
    rates = [c for c in shares if c.variable in COMPONENTS]
    groups = by_key(rates, "population", "method", "section")
    for claims in groups.values():
        orr = next((c for c in claims if c.variable == "ORR"), None)
        dcr = next((c for c in claims if c.variable == "DCR"), None)
        if orr is None or dcr is None or orr.of != dcr.of:
            continue
        of = orr.of if orr.of is not None else paper.sizes.get(orr.population)
        most, least = count_range(dcr, of), count_range(orr, of)
        if most and least and least[0] > most[1]:
            text = f"ORR {told(orr)} is more than DCR {told(dcr)}"
            rule = ("response.nested",)
            certain = orr.of is not None or None not in {orr.patients, dcr.patients}
            code = "P114" if certain else "P115"
            yield Discrepancy(code, text, ids([orr, dcr]), "counting", rules=rule)

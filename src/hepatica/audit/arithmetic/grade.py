"""Adverse events by grade: a patient counts once, with the worst grade of the event.

Grades that are apart add to the count of every grade together. Where grades 1 to 4 are printed and
are fewer than any grade, a fatal event may be the rest; where grade 5 is printed too, nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.level import GRADES, grades
from hepatica.audit.arithmetic.reading import (
    by_key,
    count_range,
    ids,
    is_share,
    places,
    section,
    size_of,
    sum_text,
    told,
    total,
)
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.word import ADVERSE_EVENT, is_adverse_event

SOURCE = "counting: every patient once, with the worst grade"
_AND = re.compile(r"\s+(?:and|with)\s+|\s*[,&+]\s*")


def check_grade(paper: Paper) -> Iterator[Outcome]:
    """Grades of every adverse event in one place, then across places, then of joined events."""
    events = [c for c in paper.claims if is_share(c) and is_adverse_event(c.variable)]
    for claims in by_key(events, "section", "population", "variable", "method").values():
        for claim in _wholes(claims):
            yield from _against_parts(claim, claims, paper)
    for claims in by_key(events, "population", "variable", "method").values():
        yield from _across(claims, paper)
    yield from _joined(events, paper)


def _wholes(claims: Sequence[Claim]) -> Iterator[Claim]:
    """One claim for each set of grades that is more than one grade."""
    seen: set[frozenset[str]] = set()
    for claim in claims:
        own = grades(claim.level)
        if len(own) > 1 and own not in seen:
            seen.add(own)
            yield claim


def _parts(whole: frozenset[str], claims: Sequence[Claim]) -> list[Claim]:
    """Claims of grades that are apart and inside `whole`, single grades first."""
    kept: list[Claim] = []
    covered: frozenset[str] = frozenset()
    for claim in sorted(claims, key=lambda c: len(grades(c.level))):
        own = grades(claim.level)
        if own and own < whole and not own & covered:
            kept.append(claim)
            covered |= own
    return kept


def _against_parts(claim: Claim, claims: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    parts = _parts(grades(claim.level), claims)
    of = size_of(claim, paper)
    together, own = total(parts, of), count_range(claim, of)
    if together is None or own is None:
        return
    everyone = [claim, *parts]
    text = (
        f"{claim.variable} ({section(claim)}): grades {', '.join(c.level for c in parts)}: "
        f"{sum_text(parts, of)}; grade {claim.level}: {told(claim)}"
    )
    covered = frozenset[str]().union(*(grades(c.level) for c in parts))
    if together[0] > own[1]:
        each_fits = all((count_range(c, of) or own)[0] <= own[1] for c in parts)
        rescue = (("a patient counted once in every grade that occurred",) if each_fits else (),)
        yield Discrepancy("P110", text, ids(everyone), SOURCE, ("missing values",), *rescue)
    elif covered == grades(claim.level) and together[1] < own[0]:
        yield Discrepancy("P110", text, ids(everyone), SOURCE, tried=("missing grades",))
    elif covered == GRADES - {"5"} and together[1] < own[0]:
        fatal = ("a fatal event (grade 5), or a grade that was not recorded",)
        yield Discrepancy("P111", text, ids(everyone), SOURCE, rescued_by=fatal)
    else:
        yield Passed("P110", text, ids(everyone))


def _most(own: frozenset[str], claims: Sequence[Claim], paper: Paper) -> tuple[int, list[Claim]]:
    """Most patients with these grades, by claims of the same or more grades, or of all parts."""
    bounds = [(found[1], [c]) for c in claims if (found := _of_more(own, c, paper))]
    parts = _parts(own, claims)
    covered = frozenset[str]().union(*(grades(c.level) for c in parts))
    found = total(parts, size_of(parts[0], paper)) if parts else None
    if found and covered == own:
        bounds.append((found[1], parts))
    return min(bounds, key=lambda b: b[0], default=(-1, []))


def _of_more(own: frozenset[str], claim: Claim, paper: Paper) -> tuple[int, int] | None:
    return count_range(claim, size_of(claim, paper)) if own <= grades(claim.level) else None


def _across(claims: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    """Grades told in one part of the paper against the same event in another."""
    for claim in claims:
        own = grades(claim.level)
        # What its own place tells too is compared as a restatement.
        here = {grades(c.level) for c in claims if section(c) == section(claim)}
        others = [c for c in claims if section(c) != section(claim) and grades(c.level) not in here]
        least = count_range(claim, size_of(claim, paper))
        most, bounding = _most(own, others, paper)
        if not own or least is None or not bounding:
            continue
        text = (
            f"{claim.variable} grade {claim.level}: {told(claim)}; by grade "
            f"{', '.join(c.level for c in bounding)} at most {most} ({places(bounding)})"
        )
        if least[0] > most:
            yield Discrepancy("P122", text, ids([claim, *bounding]), SOURCE)


def _joined(events: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    """Two events told together (``X and Y in 1 patient``) against each of them.

    Read as both, there are at most as many patients as of the rarer; read as either, at most the
    sum.
    """
    by_event = by_key(events, "population", "variable")
    for claim in events:
        words = _AND.split(claim.variable.removeprefix(ADVERSE_EVENT))
        found = count_range(claim, size_of(claim, paper))
        if len(words) < 2 or found is None:
            continue
        bounds = {}
        for word in words:
            own = by_event.get((claim.population, ADVERSE_EVENT + word), [])
            most, bounding = _most(grades(claim.level), own, paper)
            if bounding:
                bounds[word] = most, bounding
        yield from _against_each(claim, words, found[0], bounds)


def _against_each(
    claim: Claim, words: Sequence[str], least: int, bounds: dict[str, tuple[int, list[Claim]]]
) -> Iterator[Outcome]:
    short = {word: bound for word, bound in bounds.items() if least > bound[0]}
    if not short:
        return
    each = "; ".join(
        f"{word} grade {', '.join(c.level for c in claims)}: {most} ({places(claims)})"
        for word, (most, claims) in short.items()
    )
    text = f"{claim.variable.removeprefix(ADVERSE_EVENT)} grade {claim.level}: {told(claim)}"
    text = f"{text}; {each}"
    everyone = ids([claim, *(c for _, claims in short.values() for c in claims)])
    if len(bounds) == len(words) and least > sum(most for most, _ in bounds.values()):
        yield Discrepancy("P122", text, everyone, SOURCE, tried=("'and' read as 'or'",))
        return
    others = " or ".join(word for word in words if word not in short) or "the one or the other"
    rescue = (f"'and' read as 'or': in {least} it was {others}",)
    yield Discrepancy("P148", text, everyone, SOURCE, rescued_by=rescue)

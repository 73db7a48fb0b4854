"""What a paper says of its own design and consent, in words that can contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.reading import ids, section
from hepatica.audit.claim import OUTSIDE, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

_PROSPECTIVE = re.compile(r"\bprospective", re.IGNORECASE)
_RETROSPECTIVE = re.compile(r"\bretrospective", re.IGNORECASE)
_OBTAINED = re.compile(r"\b(obtained|provided|gave|given|signed|written)\b", re.IGNORECASE)
_WAIVED = re.compile(r"\b(waived|waiver|not required|exempt)", re.IGNORECASE)
_DESIGN = re.compile(r"design|study type|trial", re.IGNORECASE)
SOURCE = "comparison of the places of the paper"


def _words(claim: Claim) -> str:
    """The value where there is one: a quote may say the one and the other."""
    return claim.value or claim.quote


def _designs(paper: Paper) -> list[Claim]:
    said = (c for c in paper.claims if c.statistic == "text" and c.population not in OUTSIDE)
    return [c for c in said if _DESIGN.search(c.variable)]


def is_prospective(paper: Paper) -> bool:
    """Tell whether the paper calls the study prospective somewhere."""
    return any(_PROSPECTIVE.search(_words(c)) for c in _designs(paper))


def is_retrospective(paper: Paper) -> bool:
    """Tell whether the paper calls the study retrospective somewhere."""
    return any(_RETROSPECTIVE.search(_words(c)) for c in _designs(paper))


def check_design(paper: Paper) -> Iterator[Outcome]:
    """Consent obtained and waived; prospective and retrospective."""
    consents = [c for c in paper.claims if "consent" in c.variable.lower()]
    waived = [c for c in consents if _WAIVED.search(_words(c))]
    obtained = [c for c in consents if _OBTAINED.search(_words(c)) and c not in waived]
    rescue = ("consent to the treatment, a waiver for the use of the data",)
    yield from _both("P139", "consent", (obtained, waived), rescue)
    designs = _designs(paper)
    after = [c for c in designs if _RETROSPECTIVE.search(_words(c))]
    before = [c for c in designs if _PROSPECTIVE.search(_words(c)) and c not in after]
    rescue = ("patients enrolled prospectively, data collected afterwards",)
    yield from _both("P140", "design", (before, after), rescue)


def _both(
    code: str,
    name: str,
    sides: tuple[Sequence[Claim], Sequence[Claim]],
    rescue: tuple[str, ...],
) -> Iterator[Outcome]:
    one, other = sides
    if one and other:
        text = f"{name}: {_said(one)}; but {_said(other)}"
        yield Discrepancy(code, text, ids([*one, *other]), SOURCE, rescued_by=rescue)
    elif len(one) + len(other) > 1:
        yield Passed(code, f"{name}: {_said([*one, *other])}", ids([*one, *other]))


def _said(claims: Sequence[Claim]) -> str:
    words = dict.fromkeys(_words(c)[:60] for c in claims)
    return f"{', '.join(words)} ({', '.join(dict.fromkeys(section(c) for c in claims))})"

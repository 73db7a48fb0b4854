"""Grades of adverse events against the grades that CTCAE has for the term [ctcae403], [ctcae5].

A term has only some grades: anaphylaxis begins at grade 3. Both versions are admitted, and every
term that a name may stand for. Where the paper names no scale, another may have been used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hepatica.audit.arithmetic.level import GRADES, grades
from hepatica.audit.arithmetic.reading import by_key, count_range, ids, is_share, size_of
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.word import ADVERSE_EVENT, is_adverse_event
from hepatica.clinic.rules.ctcae.table import VERSIONS, other_names, term_of

RULE = "toxicity.grade-domain"
SOURCE = "[ctcae5], [ctcae403]"
_SCALE = re.compile(r"CTCAE|common terminology criteria", re.IGNORECASE)


def check_toxicity(paper: Paper) -> Iterator[Outcome]:
    """Every graded event that has patients."""
    graded = [c for c in paper.claims if is_share(c) and is_adverse_event(c.variable)]
    graded = [c for c in graded if grades(c.level) < GRADES and _happened(c, paper)]
    named = [c for c in paper.claims if _SCALE.search(f"{c.variable} {c.value} {c.quote}")]
    for (variable,), claims in by_key(graded, "variable").items():
        term = variable.removeprefix(ADVERSE_EVENT)
        known = _grades(term)
        outside = [c for c in claims if known and grades(c.level) and not grades(c.level) & known]
        if outside:
            yield _outside(term, known, outside, named)
        elif known:
            text = f"{term}: grades {', '.join(sorted(known))} in CTCAE"
            yield Passed("P146", text, ids(claims))


def _happened(claim: Claim, paper: Paper) -> bool:
    found = count_range(claim, size_of(claim, paper))
    return found is not None and found[0] > 0


def _grades(name: str) -> frozenset[str]:
    """The grades of every term that the name may stand for; none where no term is known."""
    word = name.lower()
    terms = {word, *(t.lower() for t in other_names().get(word, ()))}
    found = [term_of(v)[t].grades for v in VERSIONS for t in terms if t in term_of(v)]
    return frozenset(str(grade) for own in found for grade in own)


def _outside(
    term: str, known: frozenset[str], claims: list[Claim], named: list[Claim]
) -> Discrepancy:
    each = ", ".join(f"grade {c.level} in {c.count or c.value} ({c.place})" for c in claims)
    text = f"{term}: {each}; CTCAE has grades {', '.join(sorted(known))} of it"
    rescue = ("another event meant, such as an allergic or infusion-related reaction",)
    if named:
        everyone = ids([*claims, named[0]])
        return Discrepancy("P146", text, everyone, SOURCE, rescued_by=rescue, rules=(RULE,))
    scale = "graded by another scale: the claims name none"
    return Discrepancy("P149", text, ids(claims), SOURCE, (), (scale, *rescue), (RULE,))

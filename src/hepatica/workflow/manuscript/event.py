"""Adverse events of claims: each patient once at the worst grade, as the results count them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hepatica.audit.claim import Claim
from hepatica.audit.word import ADVERSE_EVENT, is_adverse_event
from hepatica.report.ledger import Item
from hepatica.workflow.manuscript.comparison import Absent, Facts, Found
from hepatica.workflow.manuscript.desk import Desk, plain, share_facts, word_of

GRADES = (1, 2, 3, 4, 5)
# British spellings as American ones: oedema, haemorrhage, anaemia, diarrhoea, tumour.
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("our", "or"), ("isation", "ization"))


def find_event(claim: Claim, desk: Desk) -> Found | Absent | None:
    """Patients with an adverse event of a term, at a grade or a range of grades."""
    variable = word_of(claim.variable)
    if not is_adverse_event(variable):
        return None
    group = desk.group(claim.population, safety=True)
    assert group is not None
    term = variable.removeprefix(ADVERSE_EVENT)
    name = _recorded(term, desk)
    if name is None:
        return Absent(_no_term(term, desk), unknown_word=True)
    levels = _levels(claim.level, desk.ledger.words("ae", "level", variable=name))
    if levels is None:
        return Absent(f"the level {claim.level[:40]!r} is no grade", unknown_word=True)
    items = [
        item
        for level in levels
        if (item := desk.ledger.item("ae", variable=name, level=level, group=group.name))
    ]
    if len(items) < len(levels):
        return Absent(f"{name} is recorded without {_absent_levels(levels, items)}")
    others = tuple(_others(name, group.name, len(group.rows), desk))
    return Found(share_facts(items, len(group.rows)), others)


def _recorded(term: str, desk: Desk) -> str | None:
    """The recorded term that a paper's term is."""
    names = {_spelled(name): name for name in desk.ledger.words("ae", "variable")}
    if term == "of any kind":
        return names.get(_spelled("Any adverse event"))
    return names.get(_spelled(term))


def _spelled(term: str) -> str:
    text = plain(term)
    for british, american in _SPELLINGS:
        text = text.replace(british, american)
    return re.sub(r"s\b", "", text)


def _no_term(term: str, desk: Desk) -> str:
    shared = set(_spelled(term).split()) - {"and", "or", "of", "increased", "elevated"}
    near = [n for n in desk.ledger.words("ae", "variable") if shared & set(_spelled(n).split())]
    hint = f"; near it: {', '.join(near[:4])}" if near else ""
    return f"no adverse event of the records is named {term[:60]!r}{hint}"


def _levels(level: str, known: Sequence[str]) -> tuple[str, ...] | None:
    """Levels of the results table whose patients add to a claim's grade, such as ``3-4``."""
    plain_level = plain(level)
    if plain_level in {"", "any", "any grade"}:
        return ("any grade",)
    for name in known:
        if plain(name) == plain_level:  # mild, severe, serious, related
            return (name,)
    if match := re.fullmatch(r"([1-5])(?:-([1-5]))?", plain_level):
        low, high = int(match[1]), int(match[2] or match[1])
        return tuple(f"grade {g}" for g in GRADES if low <= g <= high) or None
    if match := re.fullmatch(r">=([1-5])|([1-5])\+", plain_level):
        low = int(match[1] or match[2])
        return tuple(f"grade {g}" for g in GRADES if g >= low)
    return None


def _absent_levels(levels: Iterable[str], items: list[Item]) -> str:
    found = {item.level for item in items}
    return ", ".join(level for level in levels if level not in found)


def _others(name: str, group: str, size: int, desk: Desk) -> Iterable[tuple[str, Facts]]:
    for level in ("related", "serious", "grade >= 3"):
        item = desk.ledger.item("ae", variable=name, level=level, group=group)
        if item is not None:
            yield f"to the patients counted as {level}", share_facts((item,), size)

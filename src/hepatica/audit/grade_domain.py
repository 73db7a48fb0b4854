"""The grades that an adverse event can have by CTCAE 4.03 or 5.0 [ctcae403, ctcae5].

Only the lowest grade is held against a paper: older versions of CTCAE give some terms higher
grades than these two do, none gives a lower one. A term that CTCAE does not know, or a name that
joins terms, has every grade.
"""

from __future__ import annotations

from functools import cache

from hepatica.audit.word import ADVERSE_EVENT
from hepatica.clinic.rules.ctcae.table import VERSIONS, other_names, term_of

GRADES = ("1", "2", "3", "4", "5")


@cache
def possible_grades(variable: str) -> tuple[str, ...]:
    """The grades that the event ``AE anaphylaxis`` can have, as text: ``3``, ``4``, ``5``."""
    name = variable.removeprefix(ADVERSE_EVENT).strip().lower()
    names = (name, *(t.lower() for t in other_names().get(name, ())))
    found = [term_of(version)[n] for version in VERSIONS for n in names if n in term_of(version)]
    if not found:
        return GRADES
    least = min(term.grades[0] for term in found)
    return tuple(g for g in GRADES if int(g) >= least)

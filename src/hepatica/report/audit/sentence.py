"""The verdict and the counts of an audit in sentences; of discrepancies, never of their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hepatica.audit.conflict import Audit
from hepatica.core.finding import Level
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.order import in_order
from hepatica.report.audit.standing import UNCHECKED
from hepatica.report.number import count

NO_REASON = (
    "A contradiction says that printed words and numbers do not fit each other, and not why: "
    "a slip of the pen, another definition or a reading that was not tried can each be the reason."
)
_WEIGHTS = {Level.ERROR: "contradiction", Level.WARNING: "warning", Level.NOTE: "note"}


def counted(number: int, word: str) -> str:
    """A number with its word, such as 1 claim, 2 claims."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def verdict_word(audit: Audit) -> str:
    """The verdict in two words, for a heading."""
    return {
        "contradictory": "Cannot all be true",
        "consistent": "No contradiction found",
        "unknown": "Not decided",
    }[audit.verdict]


def verdict_sentence(given: AuditInput) -> str:
    """What the audit says of the paper, as a clinician would say it."""
    audit = given.audit
    claims = counted(len(audit.paper.claims), "claim")
    if audit.verdict == "contradictory":
        errors = [d for d in audit.discrepancies if d.level is Level.ERROR]
        return (
            f"The {claims} of this paper cannot all be true as printed: there "
            f"{'is' if len(errors) == 1 else 'are'} {counted(len(errors), 'contradiction')}. "
            + _rescues(sum(bool(d.rescued_by) for d in errors))
        )
    if audit.verdict == "consistent":
        return (
            f"No contradiction was found among the {claims} of this paper: a set of patients "
            "exists of whom all that was checked is true. This shows that the claims can be true "
            "together, not that they are."
        )
    return f"Whether the {claims} of this paper can all be true is not known: {_unknown(audit)}."


def _rescues(number: int) -> str:
    if number == 0:
        return "No reading that was tried makes any of them disappear."
    verb = "disappears" if number == 1 else "disappear"
    return f"{count(number)} of them {verb} under another reading of a claim, or without a rule."


def _unknown(audit: Audit) -> str:
    if not audit.paper.claims:
        return "the file holds no claim that can be checked"
    if audit.search is None:
        return "no check contradicts, but no set of patients was searched for"
    if not audit.search.decided:
        why = f" ({audit.search.note})" if audit.search.note else ""
        return f"no check contradicts, but the search for a set of patients did not end{why}"
    return "nothing contradicts, but the claims file has faults, so that not every claim was read"


def completeness_sentence(given: AuditInput) -> str:
    """Whether what is shown is all there is."""
    search = given.audit.search
    if search is None:
        return "No set of patients was searched for: minimal conflicts are not known."
    if not search.decided:
        return "The search did not end: there may be conflicts that are not shown."
    if not search.complete:
        return "The list of minimal conflicts is not complete: the budget ended first."
    if not search.optimal:
        return "All minimal conflicts are shown; of the repairs there may be others as good."
    return "All minimal conflicts and all optimal repairs are shown."


def summary(given: AuditInput) -> str:
    """One line for the terminal: verdict, counts, what was checked and what was not."""
    audit, search = given.audit, given.audit.search
    weights = Counter(one.level for one in in_order(audit))
    found = ", ".join(counted(weights[w], str(w)) for w in Level)
    unchecked = sum(s.state == UNCHECKED for s in given.standings)
    conflicts = counted(len(search.conflicts) if search else 0, "minimal conflict")
    return (
        f"{audit.verdict.upper()}: {found}; {conflicts}{'' if given.complete else ' so far'}; "
        f"{counted(len(audit.passed), 'check')} passed; "
        f"{count(unchecked)} of {counted(len(audit.paper.claims), 'claim')} not checked."
    )


def joined(words: Sequence[str], last: str = " and ") -> str:
    """Words as a series, such as a, b and c."""
    return ", ".join(words[:-1]) + last + words[-1] if len(words) > 1 else "".join(words)

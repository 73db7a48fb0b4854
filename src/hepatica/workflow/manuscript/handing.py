"""A comparison as plain rows, for the report and comparison.csv; the folder's own claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.claim_file import read_claims
from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.section.manuscript import Manuscript, ManuscriptClaim
from hepatica.workflow.manuscript.comparison import Compared, Comparison, Number, Verdict

CLAIMS = "claims.toml"


def read_folder_claims(folder: Path) -> tuple[Paper | None, tuple[Finding, ...]]:
    """The claims that lie in a study folder, with every fault; None where there is no such file.

    A file that cannot be read at all is a finding, so that it never stops a report.
    """
    path = folder / CLAIMS
    if not path.is_file():
        return None, ()
    try:
        return read_claims(path)
    except (Unreadable, OSError) as error:
        place = Place(file=CLAIMS)
        found = error.strerror if isinstance(error, OSError) else str(error)
        fault = finding_of("P406", place, found=str(found), expected="a claims file")
        return Paper((), file=CLAIMS), (fault,)


def manuscript_of(comparison: Comparison, faults: Sequence[Finding]) -> Manuscript:
    """The comparison as the report prints it."""
    return Manuscript(
        comparison.file,
        tuple(_claim(entry) for entry in comparison.entries),
        tuple(map(str, faults)),
        tuple(comparison_rows(comparison)),
    )


def about(claim: Claim) -> str:
    """What a claim is about, in words: percent of BCLC C."""
    words = (claim.statistic.replace("_", " "), "of", claim.variable, claim.level)
    return " ".join(word for word in words if word)


def remark(entry: Compared) -> str:
    """What else is to be told of a verdict: what else it is equal to, why not compared, how."""
    method = entry.method if entry.verdict is Verdict.DIFFERENT else ""
    return "; ".join(dict.fromkeys(t for t in (entry.hint, entry.reason, method) if t))


def _claim(entry: Compared) -> ManuscriptClaim:
    claim = entry.claim
    return ManuscriptClaim(
        claim.id,
        claim.place,
        claim.quote,
        about(claim),
        entry.printed,
        entry.computed,
        str(entry.verdict),
        remark(entry),
        entry.rows,
        entry.subjects,
    )


def comparison_rows(comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    """A row for each number compared, and one for each claim that was not."""
    for entry in comparison.entries:
        claim = entry.claim
        head = (claim.id, claim.line, claim.place, claim.quote, claim.population)
        named = (claim.variable, claim.level, claim.statistic, str(entry.verdict))
        for number in entry.numbers:
            yield (*head, *named, *_number(number, remark(entry)))
        if not entry.numbers:
            yield (*head, *named, "", entry.printed, "", None, "", remark(entry), "", "", "")


def _number(number: Number, said: str) -> tuple[Any, ...]:
    fact = number.fact
    value = float(fact.value) if fact and fact.value is not None else None
    rows = " ".join(map(str, fact.rows)) if fact else ""
    subjects = " ".join(fact.subjects) if fact else ""
    equal = "Y" if number.equal else "N"
    method = fact.method if fact else ""
    return (number.part, number.printed, number.shown, value, equal, said, method, rows, subjects)

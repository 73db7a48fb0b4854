"""The manuscript and the records: what `claims.toml` of the study folder says, claim by claim.

The rows are handed over compared; nothing here computes. Quotes are the manuscript's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hepatica.report import number
from hepatica.report.passage import Section
from hepatica.report.section.listing import MOST_LISTED
from hepatica.report.table import Cell, Line, Table

KEY = "manuscript"
COLUMNS = (
    "claim",
    "line",
    "place",
    "quote",
    "population",
    "variable",
    "level",
    "statistic",
    "verdict",
    "part",
    "printed",
    "computed",
    "unrounded",
    "equal",
    "remark",
    "method",
    "results_rows",
    "subjects",
)


@dataclass(frozen=True, slots=True)
class ManuscriptClaim:
    """One claim as compared; `verdict` is equal, different or not compared.

    `about` says in words what it is about; `remark` why it is not compared, what else the print is
    equal to, or how it was read. `rows` are rows of results.csv.
    """

    id: str
    place: str
    quote: str
    about: str
    printed: str
    computed: str
    verdict: str
    remark: str = ""
    rows: tuple[int, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The claims of a file beside the records.

    `faults` are the file's own, in sentences; `table` are the rows of comparison.csv under
    `COLUMNS`, a row for each number.
    """

    file: str
    claims: tuple[ManuscriptClaim, ...] = ()
    faults: tuple[str, ...] = ()
    table: tuple[tuple[Any, ...], ...] = ()

    def of(self, verdict: str) -> tuple[ManuscriptClaim, ...]:
        """The claims of one verdict."""
        return tuple(c for c in self.claims if c.verdict == verdict)


def manuscript_section(manuscript: Manuscript) -> Section:
    """The section: how many claims, what differs, what is equal, what was not compared."""
    tables = (
        _differing(manuscript.of("different")),
        _equal(manuscript.of("equal")),
        _open(manuscript.of("not compared")),
    )
    return Section(
        KEY,
        "The manuscript and the records",
        f"{manuscript.file} holds no claim.",
        tables=tuple(t for t in tables if not t.empty),
        texts=tuple(_texts(manuscript)),
    )


def _texts(manuscript: Manuscript) -> Sequence[str]:
    words = ("equal", "different", "not compared")
    counts = ", ".join(f"{number.count(len(manuscript.of(w)))} {w}" for w in words)
    said = f"Claims of {manuscript.file}: {counts}."
    faults = [f"Fault in the claims: {f}." for f in manuscript.faults[:MOST_LISTED]]
    return (said, *faults) if manuscript.claims else faults


def _differing(claims: Sequence[ManuscriptClaim]) -> Table:
    lines = tuple(
        Line(c.id, (Cell(c.place), Cell(c.quote), Cell(c.printed), _computed(c), Cell(c.remark)))
        for c in claims[:MOST_LISTED]
    )
    return Table(
        key="manuscript-different",
        title="The manuscript says another number than the records",
        stub="Claim",
        columns=("Place", "Quote", "Printed", "By the records", "Remark"),
        lines=lines,
        footnotes=(
            "By the records: by the protocol's conventions, rounded as the manuscript prints it.",
            *_shortened(claims),
        ),
        prose=True,
    )


def _equal(claims: Sequence[ManuscriptClaim]) -> Table:
    lines = tuple(
        Line(c.id, (Cell(c.place), Cell(c.about), Cell(c.printed), _computed(c), Cell(c.remark)))
        for c in claims[:MOST_LISTED]
    )
    return Table(
        key="manuscript-equal",
        title="Claims that the records bear out",
        stub="Claim",
        columns=("Place", "About", "Printed", "By the records", "Remark"),
        lines=lines,
        footnotes=_shortened(claims),
        prose=True,
    )


def _open(claims: Sequence[ManuscriptClaim]) -> Table:
    lines = tuple(
        Line(c.id, (Cell(c.place), Cell(c.about), Cell(c.printed), Cell(c.remark)))
        for c in claims[:MOST_LISTED]
    )
    return Table(
        key="manuscript-open",
        title="Claims that were not compared",
        stub="Claim",
        columns=("Place", "About", "Printed", "Why"),
        lines=lines,
        footnotes=_shortened(claims),
        prose=True,
    )


def _computed(claim: ManuscriptClaim) -> Cell:
    return Cell(claim.computed, claim.rows, () if claim.rows else claim.subjects)


def _shortened(claims: Sequence[ManuscriptClaim]) -> tuple[str, ...]:
    if len(claims) <= MOST_LISTED:
        return ()
    whole = number.count(len(claims))
    return (f"The first {MOST_LISTED} of {whole} are listed; all are in comparison.csv.",)

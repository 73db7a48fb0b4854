"""The checklists as a section of the report and as checklist.csv.

An item's status is the author's where study.toml answers it. Otherwise it follows from the report:
"yes" only where every piece of evidence stands in it and nothing is left to the author, "partly"
where some does, else "no". "N/A" always has a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hepatica.core.citation import citation
from hepatica.report.checklist.evidence import WORDS, Evidence, Place
from hepatica.report.checklist.item import Checklist, Item, checklist
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.passage import Section
from hepatica.report.table import Cell, Line, Table
from hepatica.study.document import ChecklistAnswer

COLUMNS = ("checklist", "item", "topic", "asks", "status", "where", "why", "said_by")
_STATUS = {"NA": "N/A"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a report says to one item; `author` where study.toml says it."""

    item: Item
    status: str
    places: tuple[Place, ...]
    why: str
    author: bool = False


def checklist_section(given: ReportInput, ledger: Ledger, sections: Iterable[Section]) -> Section:
    """One table for each checklist that the protocol names.

    Parameters
    ----------
    sections : the others of the report, which the items are answered from
    """
    names = given.study.report.checklists
    evidence = Evidence(given, ledger, sections)
    tables = tuple(_table(given, checklist(name), evidence) for name in names)
    return Section(
        "checklist",
        "Reporting checklists",
        "The protocol asks for no checklist.",
        tables=tables,
        texts=tuple(_strays(given.study.report.answers, names)),
    )


def checklist_rows(section: Section) -> Iterator[tuple[str, ...]]:
    """Rows of checklist.csv under `COLUMNS`, from the section."""
    for table in section.tables:
        name = table.key.removeprefix("checklist-").upper()
        for line in table.lines:
            yield (name, line.stub, *(cell.text for cell in line.cells))


def answers(given: ReportInput, chosen: Checklist, evidence: Evidence) -> Iterator[Answer]:
    """What the report, or its author, says to each item."""
    said = {a.item: a for a in given.study.report.answers if a.checklist == chosen.name}
    design = given.study.study.design
    for item in chosen.items:
        places = tuple(p for p in map(evidence.place, item.evidence) if p)
        if item.id in said:
            own = said[item.id]
            yield Answer(item, _STATUS.get(own.status, own.status), places, own.text, author=True)
        elif item.not_for == design:
            yield Answer(item, "N/A", (), f"{item.reason[:1].upper()}{item.reason[1:]}.")
        else:
            lacking = tuple(WORDS[n] for n in item.evidence if evidence.place(n) is None)
            yield Answer(item, _status(item, places, lacking), places, _why(item, lacking))


def _status(item: Item, places: Sequence[Place], lacking: Sequence[str]) -> str:
    if not places:
        return "no"
    return "partly" if lacking or item.open else "yes"


def _why(item: Item, lacking: Sequence[str]) -> str:
    parts = [f"Not in this report: {', '.join(lacking)}."] if lacking else []
    parts += [f"Left to the author: {item.open}."] if item.open else []
    return " ".join(parts)


def _table(given: ReportInput, chosen: Checklist, evidence: Evidence) -> Table:
    found = list(answers(given, chosen, evidence))
    return Table(
        key=f"checklist-{chosen.name.lower()}",
        title=f"{chosen.name} checklist",
        stub="Item",
        columns=("Topic", "What it asks for", "Status", "Where", "Why", "Said by"),
        lines=tuple(_line(answer) for answer in found),
        footnotes=(
            f"{str(citation(chosen.citation)).rstrip('.')}. Topics are the checklist's, the "
            f"sentences ours. {chosen.basis}",
            "Report: the status follows from what this report holds, and is \u201cyes\u201d only "
            "where nothing is missing; author: as study.toml says it.",
        ),
        prose=True,
    )


def _line(answer: Answer) -> Line:
    item = answer.item
    cells = (
        Cell(item.topic),
        Cell(item.text),
        Cell(answer.status),
        _where(answer.places),
        Cell(answer.why),
        Cell("author" if answer.author else "report"),
    )
    return Line(item.id, cells)


def _where(places: Sequence[Place]) -> Cell:
    """The places as one cell that leads to the first of them."""
    if not places:
        return Cell("")
    texts = dict.fromkeys(p.text for p in places)
    return Cell("; ".join(texts), target=places[0].target)


def _strays(said: Sequence[ChecklistAnswer], names: Sequence[str]) -> Iterator[str]:
    """Answers of study.toml to items that no printed checklist has."""
    known = {(name, item.id) for name in names for item in checklist(name).items}
    stray = [f"{a.checklist} {a.item}" for a in said if (a.checklist, a.item) not in known]
    if stray:
        yield f"Answers in study.toml to items that are not printed here: {', '.join(stray)}."

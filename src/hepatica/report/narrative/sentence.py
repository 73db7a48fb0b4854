"""Sentences put together from words and numbers, a number keeping the results that it prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hepatica.report import number
from hepatica.report.ledger import Item
from hepatica.report.passage import Paragraph
from hepatica.report.table import Cell

# Pieces of a sentence, in order; () is a sentence that is not written.
Pieces = tuple[Cell, ...]


def pieces(*parts: str | Cell | Pieces) -> Pieces:
    """Words, numbers and other pieces, one after the other."""
    found: list[Cell] = []
    for part in parts:
        if isinstance(part, str):
            found.append(Cell(part))
        elif isinstance(part, Cell):
            found.append(part)
        else:
            found.extend(part)
    return tuple(p for p in found if p.text)


def series(parts: Iterable[Pieces], *, last: str = " and ", between: str = ", ") -> Pieces:
    """Parts in a row: a, b and c."""
    listed = [p for p in parts if p]
    found: list[Cell] = []
    for i, part in enumerate(listed):
        if i:
            found.append(Cell(last if i == len(listed) - 1 else between))
        found.extend(part)
    return tuple(found)


def words(texts: Sequence[str], last: str = " and ") -> str:
    """Words in a row: a, b and c."""
    return "".join(p.text for p in series((pieces(t) for t in texts), last=last))


def paragraph(heading: str, *sentences: Pieces) -> Paragraph | None:
    """The sentences that are written, a blank between them; None where none is."""
    found: list[Cell] = []
    for sentence in sentences:
        if sentence:
            found += [Cell(" ")] if found else []
            found += sentence
    return Paragraph(_merged(found), heading) if found else None


def plural(count: float | None, one: str, many: str = "") -> str:
    """The noun in the number of `count`: "patient" for 1, else "patients"."""
    return one if count == 1 else many or f"{one}s"


def patients(count: int) -> str:
    """So many patients: "1 patient", "2,360 patients"."""
    return f"{number.count(count)} {plural(count, 'patient')}"


def counted(item: Item, statistic: str = "n") -> Cell:
    """A count as a number; 0 is "none"."""
    value = item.value(statistic)
    text = "none" if value == 0 else number.count(value)
    return Cell(text, item.rows_of(statistic))


def of_noun(item: Item, noun: str, statistic: str = "n") -> Pieces:
    """A count with its noun: "no patient", "1 patient", "20 patients"."""
    value = item.value(statistic)
    text = "no" if value == 0 else number.count(value)
    shown = noun if value in (0, 1) else f"{noun}s"
    return pieces(Cell(text, item.rows_of(statistic)), f" {shown}")


def share(item: Item) -> Pieces:
    """A count with its percentage: "15 (75.0%)"; "none" without one."""
    if not item.value("n"):
        return pieces(counted(item))
    if item.value("percent") is None:
        return pieces(counted(item))
    shown = Cell(number.percent(item.value("percent")), item.rows_of("percent"))
    return pieces(counted(item), " (", shown, ")")


def known(item: Item | None, *statistics: str) -> bool:
    """Whether the item exists and every one of these statistics has a value."""
    return item is not None and all(item.value(s) is not None for s in statistics)


def capital(sentence: Pieces) -> Pieces:
    """The sentence with a capital first letter."""
    if not sentence:
        return sentence
    first = sentence[0]
    text = first.text[:1].upper() + first.text[1:]
    return (Cell(text, first.rows, first.subjects, first.target), *sentence[1:])


def _merged(parts: Sequence[Cell]) -> Pieces:
    """Neighbouring words as one piece."""
    found: list[Cell] = []
    for part in parts:
        if found and part == Cell(part.text) and found[-1] == Cell(found[-1].text):
            found[-1] = Cell(found[-1].text + part.text)
        else:
            found.append(part)
    return tuple(found)

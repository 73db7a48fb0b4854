"""Numbers in a table of a paper: the row says variable or level, the column population or grade.

A row without numbers names the group of the rows below it (``Sex, n (%)``), until another such row
or a row that names a variable of its own. Columns with ``(n=20)`` are populations; two of them are
compared in a column of p-values. That columns are arms of one study is left to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hepatica.audit.claim import EVERYONE
from hepatica.audit.drafting.guess import Subject, named_subject
from hepatica.audit.drafting.notation import (
    BRACKET,
    DASH,
    NUMBER,
    SIGNED,
    bracket_of,
    kind_of,
    plain,
)
from hepatica.audit.drafting.passage import Passage
from hepatica.audit.drafting.sketch import Sketch
from hepatica.audit.word import known_grade

_SIZE = re.compile(r"[(\[,]?\s*[nN]\s*=\s*(\d[\d,]*)\s*[)\]]?")
_ONE_GRADE = r"(?:I{1,3}|IV|V|[1-5])"
_GRADE = re.compile(
    rf"(?:grades?\s*)?(?:[≥>]=?\s*)?{_ONE_GRADE}(?:\s*[-–/]\s*{_ONE_GRADE})?", re.IGNORECASE
)
_ANY = re.compile(r"any\s*(?:grade)?|all\s*grades?|total", re.IGNORECASE)
_ALL = re.compile(
    r"(?:total|overall|all|patients?|all patients|n|no\.?|value|values)?", re.IGNORECASE
)
_PAIR = re.compile(
    rf"(?P<count>{NUMBER})(?:\s?/\s?(?P<of>{NUMBER}))?\s*[(\[]\s*(?P<percent>{NUMBER})\s?%?\s*[)\]]"
)
_CENTRE = re.compile(rf"(?P<value>{SIGNED})(?:{BRACKET})?")
_P = re.compile(r"(?P<sign>[<>=≤≥])?\s?(?P<value>[01]?\.\d+)")
_ALONE = re.compile(rf"[<>≤≥]?\s?{SIGNED}\s?%?(?:{DASH}{SIGNED})?")
_NOTHING = frozenset({"–", "-", "—", "−"})
_UNIT = re.compile(
    r",\s*(years?|months?|weeks?|days?|cm|mm|g/L|g/dL|mg/dL|[μµu]mol/L|ng/mL|[IK]?U/L)\b"
)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table is: a population, a grade, or a p-value."""

    heading: str
    kind: str = "population"
    population: str = EVERYONE
    grade: str = ""


Found = tuple[Passage, Sketch]


def read_table(rows: Sequence[Passage], caption: str) -> Iterator[Found]:
    """Every number of a table as a sketch with the row it stands in."""
    head = _head_length(rows)
    columns = [_column(parts) for parts in _headings(rows[:head])]
    for row in rows[:head]:
        yield from _sizes(row)
    populations = tuple(dict.fromkeys(c.population for c in columns[1:] if c.kind == "population"))
    events = any(c.kind == "grade" for c in columns) or bool(
        re.search(r"adverse|\bAEs?\b|toxicit", caption, re.IGNORECASE)
    )
    group = ""
    for row in rows[head:]:
        label = row.cells[0]
        if not any(cell for cell in row.cells[1:]):
            group = label
            continue
        if group and named_subject(label) and not _is_level(label, group):
            group = ""
        subject = Subject(f"AE {_bare(label).lower()}") if events else _subject(label, group)
        words = f"{group} {label}"
        for at, cell in enumerate(row.cells[1:], start=1):
            column = columns[at] if at < len(columns) else Column("")
            for sketch in _cell(cell, column, (words, column.heading), subject):
                between = populations if column.kind == "p" and len(populations) == 2 else ()
                yield row, replace(sketch, between=between)


def _head_length(rows: Sequence[Passage]) -> int:
    """Rows up to the first with a number that is no size and no grade."""
    for i, row in enumerate(rows[:4]):
        cells = [_SIZE.sub("", cell) for cell in row.cells[1:]]
        names = (cell for cell in cells if cell)
        graded = all(_GRADE.fullmatch(name) or _ANY.fullmatch(name) for name in names)
        if any(re.search(r"\d", cell) for cell in cells) and not graded:
            return i
        if i and row.cells[0] and not any(cells):
            return i
    return min(len(rows), 1)


def _headings(rows: Sequence[Passage]) -> list[list[str]]:
    """The words over each column; a heading over several columns of the next row is repeated."""
    cells = [list(row.cells) for row in rows]
    width = max(map(len, cells), default=0)
    for row in cells:
        times, rest = divmod(width - 1, max(len(row) - 1, 1))
        if len(row) < width and not rest:
            row[1:] = [cell for cell in row[1:] for _ in range(times)]
    return [[row[at] for row in cells if at < len(row) and row[at]] for at in range(width)]


def _column(parts: Sequence[str]) -> Column:
    """What a column is by the words over it: the last that says grade or p, else a population."""
    heading = " ".join(parts)
    grade = population = ""
    for part in parts:
        bare = _SIZE.sub("", part).strip(" ,")
        named = re.sub(r",?\s*(?:n|no\.?)?\s*[(\[](?:n|%|n, %)[)\]]$", "", bare).strip()
        if re.fullmatch(r"p(?:[- ]?values?)?", named, re.IGNORECASE):
            return Column(heading, "p")
        if _GRADE.fullmatch(named):
            grade = known_grade(named)
        elif _ANY.fullmatch(named) and "grade" in named.lower():
            grade = "any"
        elif _SIZE.search(part) or not re.search("grade", named, re.IGNORECASE):
            population = "" if _ALL.fullmatch(named) else named[:60]
    kind = "grade" if grade else "population"
    return Column(heading, kind, population or EVERYONE, grade)


def _sizes(row: Passage) -> Iterator[Found]:
    for cell in row.cells:
        for match in _SIZE.finditer(cell):
            sketch = Sketch(0, 0, "size", value=plain(match[1]), variable="patients")
            population = _column([cell]).population
            yield row, replace(sketch, population=population, guessed=("population",))


def _subject(label: str, group: str) -> Subject:
    if group:
        known = named_subject(group)
        return Subject(known.variable if known else _bare(group), _bare(label))
    known = named_subject(label)
    return known or Subject(_bare(label))


def _is_level(label: str, group: str) -> bool:
    """Tell whether the label is a level of the group's variable, such as PR of best response."""
    named, whole = named_subject(label), named_subject(group)
    return bool(named and (named.level or (whole and named.variable == whole.variable)))


def _bare(label: str) -> str:
    """The label without what it says of its own statistic."""
    label = re.sub(
        r",?\s*(?:n|no\.?)?\s*[(\[](?:n|%|n, %|n \(%\)|range|IQR|SD)[)\]]\s*$", "", label
    )
    return re.sub(r"^(?:median|mean)\s+", "", label, flags=re.IGNORECASE).strip(" ,:")[:60]


def _cell(cell: str, column: Column, words: tuple[str, str], subject: Subject) -> Iterator[Sketch]:
    for sketch in _statement(cell, column, " ".join(words)):
        level = column.grade if column.kind == "grade" else subject.level
        yield replace(sketch, variable=subject.variable, level=level, population=column.population)


def _statement(cell: str, column: Column, words: str) -> Iterator[Sketch]:
    """What the cell says: a pair n (%), a mean or median with bracket, a count, a p-value."""
    pair, centre, p = _PAIR.fullmatch(cell), _CENTRE.fullmatch(cell), _P.fullmatch(cell)
    word = re.search(r"\b(median|mean)\b", words, re.IGNORECASE)
    graded = column.kind == "grade"
    if cell in _NOTHING and graded and column.grade != "any":
        yield Sketch(0, 0, "count", count="0", unit="patients", guessed=("count (dash)",))
    elif p and column.kind == "p":
        sign = {"≤": "<=", "≥": ">=", "=": None}.get(p["sign"], p["sign"]) or ""
        yield Sketch(0, 0, "p", value=sign + p["value"], guessed=("variable",))
    elif pair and not word and ("%" in words + cell or graded or _is_share(pair)):
        of = plain(pair["of"] or "")
        value = plain(pair["percent"])
        sketch = Sketch(0, 0, "percent", value=value, count=plain(pair["count"]), denominator=of)
        yield replace(sketch, unit="%", guessed=("variable",))
    elif centre and (centre["low"] or centre["pm"] or word):
        statistic = word[1].lower() if word else "centre"
        unit = _UNIT.search(words)
        yield Sketch(
            *(0, 0, statistic),
            value=plain(centre["value"]),
            unit=unit[1] if unit else "",
            bracket=bracket_of(centre, words),
            guessed=("variable",)
            if word and kind_of(words) != "unknown"
            else ("variable", "statistic"),
        )
    elif graded and re.fullmatch(r"\d+", cell):
        yield Sketch(0, 0, "count", count=cell, unit="patients", guessed=("variable",))
    elif re.search(r"\d", cell):
        kind = "value" if _ALONE.fullmatch(cell) else "text"
        yield Sketch(0, 0, kind, value=cell)


def _is_share(pair: re.Match[str]) -> bool:
    """Tell whether a bare pair can be n (%): a whole number, and at most 100."""
    return pair["count"].isdecimal() and float(plain(pair["percent"])) <= 100

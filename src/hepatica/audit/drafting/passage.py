"""The text of a paper as passages with their places: sentences, rows of tables, captions.

Left out, and counted: the authors' block, the list of references, addresses, abbreviations under
tables. What a section is called is known by its heading; before the introduction a paragraph
labelled Background, Methods, Results or Conclusions is the abstract.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SENTENCE = 1_500
_AUTHOR_LINES = 60
_INDENT = 6
_SECTIONS = {
    "abstract": "Abstract",
    "summary": "Abstract",
    "introduction": "Introduction",
    "background": "Introduction",
    "methods": "Methods",
    "method": "Methods",
    "materials and methods": "Methods",
    "patients and methods": "Methods",
    "material and methods": "Methods",
    "results": "Results",
    "discussion": "Discussion",
    "conclusion": "Conclusions",
    "conclusions": "Conclusions",
    "acknowledgments": "Acknowledgments",
    "acknowledgements": "Acknowledgments",
    "footnote": "Footnote",
    "footnotes": "Footnote",
    "declarations": "Footnote",
    "references": "References",
    "bibliography": "References",
}
_LABEL = re.compile(
    r"(?:background|objectives?|aims?|purpose|methods|materials and methods|patients and methods"
    r"|results|findings|conclusions?|interpretation|trial registration)\s*[:.]\s",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"(?:submitted|received|accepted|published|revised)\b|\bdoi\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"\W*(Table|Figure|Fig\.)\s*(\d{1,2}|[IVX]{1,4})\b[.:]?(?!\s*[),;])", re.IGNORECASE
)
_CITE = re.compile(r"cite this article|how to cite", re.IGNORECASE)
_MARKUP = (
    (r"\\geqs?l?a?n?t?\b|\\ge\b", "≥"),
    (r"\\leqs?l?a?n?t?\b|\\le\b", "≤"),
    (r"\\times\b", "×"),
    (r"\\pm\b", "±"),
    (r"[$*_]{1,3}(?=\S)|(?<=\S)[$*]{1,3}", ""),
)
_SPLIT = re.compile(r"(?<=[.!?])[\"”)\]]?\s+(?=[A-Z(“\[])")
_ABBREVIATED = re.compile(r"\b(?:et al|e\.g|i\.e|vs|No|Fig|Figs|Dr|approx|ca|[A-Z])\.$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or (with more than one cell) a row, its section, and the line it begins on."""

    section: str
    line: int
    text: str
    cells: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The place as a claim names it."""
        return f"{self.section}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Every passage in order, the title, and how many lines were left out of each kind."""

    title: str
    passages: tuple[Passage, ...]
    left_out: dict[str, int]


def read_passages(text: str) -> Reading:
    """Passages of a plain text, one paragraph a line or wrapped; form feeds are blank lines."""
    lines = [_unmarked(line) for line in text.replace("\f", "\n\n").splitlines()]
    numbered = [(number, line) for number, line in enumerate(lines, start=1)]
    title = next((line.strip() for _, line in numbered if line.strip()), "")
    left_out: dict[str, int] = {}
    passages: list[Passage] = []
    for section, block in _sections(numbered):
        if section in {"Authors", "References"}:
            left_out[section] = left_out.get(section, 0) + len(block)
            continue
        passages.extend(_passages(section, block))
    return Reading(title[:300], tuple(passages), left_out)


Line = tuple[int, str]


def _unmarked(line: str) -> str:
    for pattern, plain in _MARKUP:
        line = re.sub(pattern, plain, line)
    return line.rstrip(" \r")


def _sections(lines: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Blocks of lines with their section; a blank line, a heading or a caption begins another."""
    section, block = _first_section(lines), list[Line]()
    table = ""
    for number, line in lines:
        heading = _heading(line)
        caption = _CAPTION.match(line)
        starts = bool(heading or caption or _CITE.search(line[:60]))
        if (starts or not line.strip()) and block:
            yield table or section, block
            block = []
        if heading:
            section, table = heading, ""
            continue
        if caption:
            table = f"{'Table' if caption[1][0] in 'Tt' else 'Figure'} {caption[2]}"
            yield table, [(number, line)]
            table = table if table.startswith("Table") else ""
        elif not line.strip():
            continue
        elif table and not _is_row(line):
            table = "" if not _is_abbreviations(line) else table
            if not table:
                block = [(number, line)]
        elif section in {"Authors", "References"} and (_LABEL.match(line) or _CITE.search(line)):
            section = "Abstract" if _LABEL.match(line) else "Article history"
            block = [(number, line)]
        elif section in {"Authors", "Abstract"} and _HISTORY.search(line[:40]) and len(line) < 300:
            yield "Article history", [(number, line)]
        else:
            block.append((number, line))
    if block:
        yield table or section, block


def _first_section(lines: list[Line]) -> str:
    """Authors, where a heading or label ends their block soon; else the text has no such block."""
    filled = [line for _, line in lines if line.strip()]
    ends = any(_heading(line) or _LABEL.match(line) for line in filled[:_AUTHOR_LINES])
    return "Authors" if ends else "Text"


def _heading(line: str) -> str | None:
    word = re.sub(r"^[\d.\s]+|[\s:]+$", "", line).lower()
    return _SECTIONS.get(word)


def _is_row(line: str) -> bool:
    """Cells side by side, or a short line that is no sentence: the name of a group of rows."""
    if "\t" in line or len(re.split(r"\s{2,}", line.strip())) > 1:
        return True
    return len(line.strip()) <= 60 and not line.rstrip().endswith((".", ";"))


def _is_abbreviations(line: str) -> bool:
    return bool(re.match(r"\W*[A-Z][\w/-]*, [^.;]*(?:;|\.$)", line)) and not re.search(r"\d", line)


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a row; a small indent marks a level of the row above, a large one a blank."""
    if "\t" in line:
        return tuple(part.strip() for part in line.split("\t"))
    indent = len(line) - len(line.lstrip())
    return tuple(re.split(r"\s{2,}", line.strip() if indent <= _INDENT else line.rstrip()))


def _passages(section: str, block: list[Line]) -> Iterator[Passage]:
    if section.startswith("Table") and not _CAPTION.match(block[0][1]):
        for number, line in block:
            yield Passage(section, number, line.strip(), _cells(line))
        return
    text, starts = _joined(block)
    offsets = [offset for offset, _ in starts]
    for begin, end in _sentences(text):
        first = starts[bisect_right(offsets, begin) - 1][1]
        yield Passage(section, first, text[begin:end].strip())


def _joined(block: list[Line]) -> tuple[str, list[tuple[int, int]]]:
    """Lines as one text, words broken at the end of a line whole again; offset of each line."""
    parts: list[str] = []
    starts, length = [], 0
    for number, line in block:
        word = line.strip()
        if parts and re.search(r"[a-z]-$", parts[-1]) and word[:1].islower():
            parts[-1] = parts[-1][:-1]
            length -= 1
        elif parts:
            parts.append(" ")
            length += 1
        starts.append((length, number))
        parts.append(word)
        length += len(word)
    return "".join(parts), starts


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends; a long one in pieces of `MAX_SENTENCE` signs."""
    begin = 0
    ends = [(match.start(), match.end()) for match in _SPLIT.finditer(text)]
    for end, following in (*ends, (len(text), len(text))):
        if end < len(text) and _ABBREVIATED.search(text, max(begin, end - 12), end):
            continue
        for at in range(begin, end, MAX_SENTENCE):
            yield at, min(at + MAX_SENTENCE, end)
        begin = following

"""A draft of `claims.toml` from the text of a paper: every number with place, quote and guesses.

Nothing of a draft is taken for true: each field that a word of the paper does not say is named in
the claim's note (``guessed: variable, statistic``), and a person corrects it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.claim_source import MAX_CLAIMS
from hepatica.audit.drafting.passage import Passage, read_passages
from hepatica.audit.drafting.pdf import paper_text
from hepatica.audit.drafting.sentence import read_sentence
from hepatica.audit.drafting.sketch import Sketch
from hepatica.audit.drafting.table import read_table

QUOTE = 180


@dataclass(frozen=True, slots=True)
class Draft:
    """Drafted claims, the lines left out by section, and whether numbers beyond them follow."""

    paper: Paper
    left_out: dict[str, int]
    surplus: bool = False


def draft_claims(path: Path) -> Draft:
    """The claims that a paper's text or PDF seems to make, for a person to correct.

    Raises      Unreadable where the file is no text or PDF; MissingExtra without `pdftotext`.
    """
    return draft_of(paper_text(path))


def draft_of(text: str) -> Draft:
    """The claims that a text seems to make, in its order, with ids C001 and so on."""
    reading = read_passages(_visible(text))
    found = list(islice(_found(reading.passages), MAX_CLAIMS + 1))
    claims = tuple(
        _claim(f"C{number:03}", passage, sketch)
        for number, (passage, sketch) in enumerate(found[:MAX_CLAIMS], start=1)
    )
    paper = Paper(claims, title=reading.title)
    return Draft(paper, reading.left_out, len(found) > MAX_CLAIMS)


def _visible(text: str) -> str:
    """The text without signs that cannot be seen, which a PDF often leaves between letters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if all(s.isprintable() or s in "\n\t\f" for s in text):
        return text
    return "".join(s for s in text if s in "\n\t\f" or unicodedata.category(s)[0] != "C")


def _found(passages: tuple[Passage, ...]) -> Iterator[tuple[Passage, Sketch]]:
    caption = ""
    for (section, rows), block in groupby(passages, key=lambda p: (p.section, bool(p.cells))):
        group = list(block)
        if rows:
            yield from read_table(group, caption)
            continue
        caption = " ".join(p.text for p in group) if section.startswith("Table") else ""
        for passage in group:
            for sketch in read_sentence(passage.text):
                yield passage, sketch


def _claim(identifier: str, passage: Passage, sketch: Sketch) -> Claim:
    quote = " ".join(passage.text.split())
    if len(quote) > QUOTE:
        quote = _around(passage.text, sketch)
    return sketch.claim(identifier, passage.place, quote, passage.line)


def _around(text: str, sketch: Sketch) -> str:
    """At most `QUOTE` signs around the number, from a word to a word."""
    low = max(0, min(sketch.start - QUOTE // 2, len(text) - QUOTE))
    part = text[low : low + QUOTE]
    if low:
        part = part.partition(" ")[2] or part
    if low + QUOTE < len(text):
        part = part.rpartition(" ")[0] or part
    return " ".join(part.split())

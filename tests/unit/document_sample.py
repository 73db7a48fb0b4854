"""A small document with awkward texts, for the tests of Word, PDF and RTF."""

from datetime import date

from hepatica.report.document import Document
from hepatica.report.figure.drawing import Drawing
from hepatica.report.figure.pen import Pen
from hepatica.report.numbering import numbering_of
from hepatica.report.passage import Paragraph, Section
from hepatica.report.section.protocol import Chapter, Entry
from hepatica.report.table import Cell, Line, Table

HOSTILE = '</w:t> & <b> \x07 \x1b ]]> #eval("1") $x$ *b* {\\rtf \\par} "q" \u202eabc \ufffe'
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def table(key: str, lines: int = 3, columns: int = 2, text: str = "1 (5.0)") -> Table:
    heads = tuple(f"Column {i}" for i in range(columns))
    rows = [Line("Group")]
    rows += [Line(f"Row {i}", tuple(Cell(text) for _ in heads), depth=1) for i in range(lines)]
    return Table(key, f"Table {key}", "Stub", heads, tuple(rows), ("A footnote.",))


def drawing(name: str, text: str = "drawn") -> Drawing:
    pen = Pen(200, 100)
    pen.text((10, 50), text)
    return Drawing(name, "A figure", "Its caption", "Its alt text", pen.svg(name, "t", "d"),
                   PIXEL, {"a": [1]})  # fmt: skip


def document(*sections: Section, title: str = "A study", label: str = "") -> Document:
    return Document(
        study="T",
        title=title,
        label=label,
        kicker="Study report",
        facts="n = 3",
        cutoff=date(2020, 1, 1),
        sections=sections,
        numbering=numbering_of(sections),
    )


def sample(text: str = "plain") -> Document:
    """Every kind of block once, with `text` wherever there is text."""
    return document(
        Section("summary", f"Main {text}", "", tables=(table("summary", text=text),)),
        Section(
            "words",
            "In words",
            "",
            texts=(text,),
            paragraphs=(
                Paragraph((Cell(f"See {text} in "), Cell("Table 1", target="t-1")), "Head"),
                Paragraph((Cell("And "), Cell("a section", target="words"), Cell("."))),
            ),
            chapters=(Chapter(f"Chapter {text}", (Entry("Term", text, text, text, text),), text),),
        ),
        Section("one", "One", "", tables=(table("one", text=text),)),
        Section("wide", "Wide", "", tables=(table("wide", 60, 14, "17/20; 85.0 (62.1)"),)),
        Section("figure", "Drawn", "", drawings=(drawing("f", text),)),
        Section("none", "Nothing", "There is nothing."),
        title=f"Title {text}",
        label=f"Label {text}",
    )

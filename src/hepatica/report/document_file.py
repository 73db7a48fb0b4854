"""The documents of a report: Word, PDF and the tables as RTF, as the protocol asks for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, count

from hepatica.report.document import Document
from hepatica.report.rtf.table import render_rtf, table_file

# What a file of this kind is called where it is not under another folder.
DOCUMENTS = {"docx": "report.docx", "pdf": "report.pdf"}


def document_files(
    document: Document, wanted: Collection[str], notes: dict[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each document wanted ("docx", "pdf", "rtf").

    Parameters
    ----------
    notes : is filled with what the manifest says of a document, by its name
    """
    if "docx" in wanted:
        from hepatica.report.word.written import render_docx  # noqa: PLC0415 - only who wants it

        yield DOCUMENTS["docx"], render_docx(document)
    if "pdf" in wanted:
        from hepatica.report.pdf.compiled import render_pdf  # noqa: PLC0415 - only who wants it

        pdf = render_pdf(document)
        if pdf.note:
            notes[DOCUMENTS["pdf"]] = pdf.note
        yield DOCUMENTS["pdf"], pdf.data
    if "rtf" in wanted:
        yield from _tables(document)


def _tables(document: Document) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    for table in (t for s in document.sections for t in s.tables):
        own = table_file(table)
        others = (f"{own.removesuffix('.rtf')}-{i}.rtf" for i in count(2))
        name = next(n for n in chain((own,), others) if n not in taken)
        taken.add(name)
        number = document.numbering.table(table.key)
        yield f"tables/{name}", render_rtf(table, number, document).encode("ascii")

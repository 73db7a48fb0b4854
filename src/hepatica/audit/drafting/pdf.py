"""The text of a paper from a file: plain text, or PDF by way of poppler's `pdftotext`.

A PDF is hostile input: the program runs without a shell, apart from the file's name, with limits of
time and of output, and nothing of the PDF is interpreted here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hepatica.core.errors import MissingExtra, Unreadable
from hepatica.records.safety import check_file

MAX_PDF_BYTES = 50_000_000
MAX_TEXT_BYTES = 1_000_000
SECONDS = 30


def paper_text(path: Path) -> str:
    """The text of a .pdf, or of a text file in UTF-8 or Windows-1252.

    Raises      Unreadable where the file is too large or no text; MissingExtra where a PDF is
                given and `pdftotext` is not installed.
    """
    if path.suffix.lower() == ".pdf":
        check_file(path, limit=MAX_PDF_BYTES)
        content = _pdf_text(path)
    else:
        check_file(path, limit=MAX_PDF_BYTES)
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise Unreadable(f"{path.name}: more than {MAX_TEXT_BYTES} bytes of text")
        content = path.read_bytes()
    if content.startswith(b"%PDF") or b"\0" in content:
        raise Unreadable(f"{path.name}: is not text; a PDF is named .pdf")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _pdf_text(path: Path) -> bytes:
    program = shutil.which("pdftotext")
    if program is None:
        raise MissingExtra(
            f"{path.name}: reading a PDF needs the program pdftotext (poppler-utils); "
            "or save the paper as text"
        )
    with path.open("rb") as file:
        if not file.read(1024).lstrip().startswith(b"%PDF"):
            raise Unreadable(f"{path.name}: is not a PDF")
    as_laid_out = _run(program, path, "-layout")
    return _run(program, path) if _has_columns(as_laid_out) else as_laid_out


def _run(program: str, path: Path, *options: str) -> bytes:
    with TemporaryDirectory() as folder:
        made = Path(folder) / "paper.txt"
        words = [program, *options, "-enc", "UTF-8", str(path.resolve()), str(made)]
        try:
            done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Unreadable(f"{path.name}: took more than {SECONDS} s to read") from None
        if done.returncode != 0 or not made.is_file():
            raise Unreadable(f"{path.name}: pdftotext cannot read it")
        if made.stat().st_size > MAX_TEXT_BYTES:
            raise Unreadable(f"{path.name}: more than {MAX_TEXT_BYTES} bytes of text")
        return made.read_bytes()


def _has_columns(text: bytes) -> bool:
    """Tell whether prose stands in columns side by side, which must be read one by one.

    Tables of such pages come out cell by cell; a page of one column keeps its tables.
    """
    lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    sides = (re.split(r"\s{2,}", line.strip()) for line in lines)
    doubled = sum(sum(len(part.split()) >= 4 for part in parts) >= 2 for parts in sides)
    return doubled * 4 > len(lines)

"""Faults of image files as findings: the base name of the file, never a name of a patient."""

from __future__ import annotations

from pathlib import Path

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of


def fault(code: str, path: Path | str, *, found: str, expected: str, hint: str = "") -> Finding:
    """Finding at a file or folder, named by its base name alone."""
    place = Place(plain(Path(path).name))
    return finding_of(code, place, found=plain(found), expected=expected, hint=hint)


def plain(text: str, most: int = 200) -> str:
    """Text of a file as it may be printed: one line, no control characters, not too long."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= most else shown[:most] + "..."

"""Findings that a study accepts: `accepted.toml`, each with its reason, printed in the report."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Level, Place
from hepatica.core.finding_code import finding_codes, finding_of
from hepatica.core.toml_line import key_lines
from hepatica.records.header import nearest

FILE_NAME = "accepted.toml"
_LIMIT = 1_000_000
_KEYS = {"code", "reason", "sheet", "row", "column", "subject", "by", "date"}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One entry: the findings it covers and why they stand. Blank fields match anything."""

    code: str
    reason: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    subject: str = ""
    by: str = ""
    date: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """What the entry is limited to, in words; '' for every finding of its code."""
        parts = (
            f"sheet {self.sheet}" if self.sheet else "",
            f"row {self.row}" if self.row is not None else "",
            f"column {self.column}" if self.column else "",
            f"subject {self.subject}" if self.subject else "",
        )
        return ", ".join(part for part in parts if part)

    @property
    def signature(self) -> str:
        """Who accepted it and when, as written."""
        return ", ".join(part for part in (self.by, self.date) if part)

    def covers(self, finding: Finding) -> bool:
        """Tell whether the entry accepts that finding."""
        place = finding.place
        return (
            finding.code == self.code
            and self.sheet in ("", place.sheet)
            and self.row in (None, place.row)
            and self.column in ("", place.column)
            and self.subject in ("", finding.subject)
        )


def read_acceptances(folder: Path) -> tuple[Acceptance, ...]:
    """Entries of ``accepted.toml`` in the study folder; none where there is no such file.

    Raises      UsageError where the file is not what the manual describes.
    """
    path = folder / FILE_NAME
    if not path.exists() and not path.is_symlink():
        return ()
    if not path.is_file():
        raise UsageError(f"{FILE_NAME}: is not a regular file")
    if path.stat().st_size > _LIMIT:
        raise UsageError(f"{FILE_NAME}: larger than {_LIMIT} bytes")
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(f"{FILE_NAME}: is not UTF-8 text; save it as UTF-8") from error
    except RecursionError as error:
        raise UsageError(f"{FILE_NAME}: brackets nest too deep") from error
    except ValueError as error:
        raise UsageError(f"{FILE_NAME}: {error}") from error
    entries = content.get("accept", [])
    if set(content) - {"accept"} or not isinstance(entries, list):
        raise UsageError(f"{FILE_NAME}: expected [[accept]] entries and nothing else")
    lines = key_lines(text)
    return tuple(
        replace(_entry(number, entry), line=lines.get(("accept", number - 1)))
        for number, entry in enumerate(entries, start=1)
    )


def _entry(number: int, entry: object) -> Acceptance:
    if not isinstance(entry, dict) or set(entry) - _KEYS:
        raise UsageError(f"{FILE_NAME}: entry {number}: expected only {', '.join(sorted(_KEYS))}")
    for key in ("code", "reason"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise UsageError(f"{FILE_NAME}: entry {number}: {key} is missing")
    code, row = entry["code"], entry.get("row")
    if code not in finding_codes():
        hint = nearest(code, list(finding_codes()))
        told = f"{FILE_NAME}: entry {number}: there is no finding code {code[:40]!r}"
        raise UsageError(f"{told}; {hint}" if hint else told)
    if row is not None and (isinstance(row, bool) or not isinstance(row, int)):
        raise UsageError(f"{FILE_NAME}: entry {number}: row is not a whole number")
    wrong = [k for k, v in entry.items() if k != "row" and not isinstance(v, str | date)]
    if wrong:
        raise UsageError(f"{FILE_NAME}: entry {number}: {wrong[0]} is not text in quotes")
    text: dict[str, Any] = {k: str(v) for k, v in entry.items() if k != "row"}
    return Acceptance(row=row, **text)


def standing(
    findings: Sequence[Finding], acceptances: Sequence[Acceptance]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, Acceptance], ...]]:
    """Findings that stand, and those accepted with the entry that accepts each.

    A finding at note level needs no acceptance and always stands.
    """
    stand: list[Finding] = []
    accepted: list[tuple[Finding, Acceptance]] = []
    for finding in findings:
        entry = next((a for a in acceptances if a.covers(finding)), None)
        if entry is None or finding.level is Level.NOTE:
            stand.append(finding)
        else:
            accepted.append((finding, entry))
    return tuple(stand), tuple(accepted)


def unused(findings: Sequence[Finding], acceptances: Sequence[Acceptance]) -> tuple[Finding, ...]:
    """A finding for each entry that covers no error or warning (S042)."""
    weighty = [f for f in findings if f.level is not Level.NOTE]
    return tuple(
        finding_of(
            "S042",
            Place(FILE_NAME, row=entry.line),
            found=f"an acceptance of {entry.code}" + (f" ({entry.place})" if entry.place else ""),
            expected="an error or warning that it covers",
        )
        for entry in acceptances
        if not any(entry.covers(finding) for finding in weighty)
    )

"""A finding: one fault, at one place, in words that say what to mend.

Grammar of a printed finding: ``PLACE LEVEL CODE: found X; expected Y (hint)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs: an error stops the report, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user finds the fault, in the words of the program they have open.

    `row` is the row as the spreadsheet shows it (the header is row 1), or the line of a text
    file; `column` is the header's text, `cell` the spreadsheet address such as ``D14``.
    """

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet:
            where = self.cell or (str(self.row) if self.row else "")
            text = f"{self.file}:{self.sheet}" + (f"!{where}" if where else "")
        else:
            text = self.file + (f":{self.row}" if self.row else "")
        return text + (f" [{self.column}]" if self.column else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `code` is stable and has a page in the manual; `subject` is '' where none."""

    place: Place
    level: Level
    code: str
    found: str
    expected: str
    hint: str = ""
    subject: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return (
            f"{self.place} {self.level} {self.code}: "
            f"found {self.found}; expected {self.expected}{hint}"
        )


def has_error(findings: list[Finding] | tuple[Finding, ...]) -> bool:
    """Tell whether any finding stops the report."""
    return any(f.level is Level.ERROR for f in findings)

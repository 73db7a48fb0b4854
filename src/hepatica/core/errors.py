"""What Hepatica raises, as a tree. Mistakes in data are not here: they are findings.

HepaticaError
├── UsageError       a wrong call or a bad study.toml                       exit 2
├── NotReady         findings at error level stand; carries them            exit 1
├── Unreadable       an input file cannot or must not be read               exit 3
├── MissingExtra     an optional part of Hepatica is not installed          exit 2
├── ShapeError       an array has the wrong shape or length
└── NotDefined       a quantity does not exist for these data
"""

from __future__ import annotations

from collections.abc import Sequence

from hepatica.core.finding import Finding


class HepaticaError(Exception):
    """Root of everything that Hepatica raises on purpose; shown without a traceback."""

    exit_code = 2


class UsageError(HepaticaError):
    """A wrong call: an unknown option value, a missing study folder, a bad protocol."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class NotReady(HepaticaError):
    """Findings at error level stand in the way; `findings` holds all of them."""

    exit_code = 1

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class Unreadable(HepaticaError):
    """An input cannot be read, or is hostile and is refused."""

    exit_code = 3


class MissingExtra(HepaticaError):
    """An optional part is not installed; the message names the extra."""


class ShapeError(HepaticaError, ValueError):
    """Arrays do not fit together; the message gives the shapes found."""


class NotDefined(HepaticaError, ValueError):
    """The quantity asked for does not exist for these data."""

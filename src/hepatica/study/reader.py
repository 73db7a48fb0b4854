"""From a study folder to a `Study`: every fault of study.toml at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Level, Place, has_error
from hepatica.core.toml_line import key_lines
from hepatica.study.check import check_study
from hepatica.study.model import FILE_NAME, Study
from hepatica.study.schema_finding import schema_findings

MAX_BYTES = 1_000_000


def read_study(folder: Path) -> Study:
    """The protocol of a study folder, checked; its warnings and notes are in ``study.findings``.

    Raises      UsageError carrying every finding, in the order of the file, where study.toml is
                missing, is not UTF-8 TOML, is larger than `MAX_BYTES`, or holds an error.
    """
    text = _text(folder / FILE_NAME)
    study, findings = _study(text)
    if study is None or has_error(findings):
        raise _refusal(findings)
    study._folder, study._findings = folder.resolve(), tuple(findings)
    return study


def check_text(text: str) -> list[Finding]:
    """Every finding of the text of a study.toml, in the order of the file."""
    return _study(text)[1]


def _study(text: str) -> tuple[Study | None, list[Finding]]:
    document, findings = _document(text)
    if document is None:
        return None, findings
    try:
        lines = key_lines(text)
        study = Study.model_validate(document)
    except ValidationError as error:
        return None, _in_order(schema_findings(error, lines))
    except UsageError as error:
        return None, [_file_finding("S005", str(error), "a protocol of ordinary size")]
    study._lines = lines
    return study, _in_order(check_study(study))


def _text(path: Path) -> str:
    if not path.is_file():
        raise _refusal(
            [_file_finding("S006", f"no {FILE_NAME} in {path.parent}", "a study folder")]
        )
    if path.stat().st_size > MAX_BYTES:
        found = f"{path.stat().st_size} bytes"
        raise _refusal([_file_finding("S006", found, f"at most {MAX_BYTES} bytes")])
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02X}"
        place = Place(file=FILE_NAME, row=line)
        finding = Finding(place, Level.ERROR, "S006", found, "UTF-8 text", "save it as UTF-8")
        raise _refusal([finding]) from None


def _document(text: str) -> tuple[dict[str, Any] | None, list[Finding]]:
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        place, message = _syntax_place(str(error), text)
        return None, [Finding(place, Level.ERROR, "S005", message, "TOML")]
    except RecursionError:
        return None, [_file_finding("S005", "brackets nested too deep", "TOML")]
    except ValueError:
        return None, [_file_finding("S005", "a number of thousands of digits", "TOML")]


def _syntax_place(message: str, text: str) -> tuple[Place, str]:
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if not match:
        return Place(file=FILE_NAME), message
    line = int(match[1]) if match[1] else text.count("\n") + 1
    return Place(file=FILE_NAME, row=line), message[: match.start()]


def _refusal(findings: list[Finding]) -> UsageError:
    errors = sum(f.level is Level.ERROR for f in findings)
    noun = "error" if errors == 1 else "errors"
    return UsageError(f"{FILE_NAME}: {errors} {noun}", findings)


def _file_finding(code: str, found: str, expected: str) -> Finding:
    return Finding(Place(file=FILE_NAME), Level.ERROR, code, found, expected)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.place.row or 0, f.code, f.place.column))

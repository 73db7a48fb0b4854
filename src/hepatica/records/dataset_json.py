"""Dataset-JSON 1.1 (.json, and .ndjson with one row a line): one SDTM domain, as columns.

The file says how many records it has, which columns and of which type; all of it is checked
against the rows. JSON that can be read two ways (a key given twice, NaN) is refused. Version 1.0
has another shape and is not read. [datasetjson]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.cell import shown
from hepatica.records.package import CELLS
from hepatica.records.safety import TEXT_BYTES, check_file
from hepatica.records.transport import Columns

SUFFIXES = (".json", ".ndjson")
VARIABLES = 5000
NUMBERS = ("integer", "float", "double")
TEXTS = ("string", "decimal", "date", "datetime", "time", "URI")

_VERSION = re.compile(r"1\.1(?:\.\d+)?$")
_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}$")
_SURROGATE = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    type: str
    index: int


def read_dataset_json(
    path: Path, *, wanted: Collection[str] = ()
) -> tuple[Columns, list[int], list[Finding]]:
    """Columns of a Dataset-JSON file: name -> values (text, float or None), with record numbers.

    A record's number counts the rows from 1, or is its line in an .ndjson file.

    Parameters
    ----------
    path : Path
    wanted : names     Columns to read, where the file has them; all of them where empty.

    Raises      Unreadable for what is no Dataset-JSON 1.1, is hostile, or is another dataset than
                the file's name says.
    """
    head, rows, first = _parsed(path)
    variables = _variables(path, head)
    width = len(variables)
    if len(rows) * width > CELLS:
        raise Unreadable(f"{path.name}: holds more than {CELLS} values and is refused")
    numbers = list(range(first, first + len(rows)))
    whole = [i for i, row in enumerate(rows) if isinstance(row, list) and len(row) == width]
    findings = _check_rows(path.name, head.get("records"), rows, numbers, whole, width)
    columns: Columns = {}
    for variable in variables:
        if wanted and variable.name not in wanted:
            continue
        cells = [rows[i][variable.index] for i in whole]
        columns[variable.name], faults = _typed(variable, cells)
        findings += [
            _type_fault(path.name, variable, numbers[whole[at[0]]], cells[at[0]], len(at))
            for at in faults
        ]
    return columns, [numbers[i] for i in whole], findings


def _parsed(path: Path) -> tuple[dict[str, Any], list[Any], int]:
    """Metadata, rows and the number of the first row."""
    check_file(path, limit=TEXT_BYTES)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name}: is not UTF-8 text, as JSON must be") from error
    if path.suffix.lower() == ".ndjson":
        lines = text.split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        head = _json(lines[0] if lines else "", path, 1)
        return head, [_json(line, path, n, list) for n, line in enumerate(lines[1:], 2)], 2
    head = _json(text, path, 0)
    rows = head.pop("rows", [])
    if not isinstance(rows, list):
        raise Unreadable(f"{path.name}: its rows are no list")
    return head, rows, 1


def _json(text: str, path: Path, line: int, kind: type = dict) -> Any:
    where = f"{path.name}:{line}" if line else path.name
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError as error:
        raise Unreadable(f"{where}: nests too deep and is refused") from error
    except json.JSONDecodeError as error:
        at = line or error.lineno
        raise Unreadable(f"{path.name}:{at}: is not JSON ({error.msg})") from error
    except ValueError as error:
        told = str(error) if isinstance(error, _Ambiguous) else "a number of thousands of digits"
        raise Unreadable(f"{where}: {told}; it is refused") from error
    if not isinstance(value, kind):
        what = "an object of metadata" if kind is dict else "a list of values"
        raise Unreadable(f"{where}: is not {what}, as Dataset-JSON has it")
    return value


class _Ambiguous(ValueError):
    """JSON that two programs would read differently."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Ambiguous("an object has a key twice")
    return made


def _no_constant(word: str) -> Any:
    raise _Ambiguous(f"{word} is no JSON")


def _variables(path: Path, head: Mapping[str, Any]) -> list[_Variable]:
    version = head.get("datasetJSONVersion")
    if not isinstance(version, str) or not _VERSION.match(version):
        found = shown(version) if isinstance(version, str) else "no version"
        raise Unreadable(f"{path.name}: is no Dataset-JSON 1.1 (datasetJSONVersion: {found})")
    name = head.get("name")
    if not isinstance(name, str) or name.upper() != path.stem.upper() or not _NAME.match(name):
        found = shown(name) if isinstance(name, str) else "nothing"
        raise Unreadable(
            f"{path.name}: names its dataset {found}; expected '{path.stem.upper()}', as the file"
        )
    columns = head.get("columns")
    if not isinstance(columns, list) or not 1 <= len(columns) <= VARIABLES:
        raise Unreadable(f"{path.name}: has no list of 1 to {VARIABLES} columns")
    made = [_variable(path, column, index) for index, column in enumerate(columns)]
    if len({variable.name for variable in made}) < len(made):
        raise Unreadable(f"{path.name}: has a column twice")
    return made


def _variable(path: Path, column: Any, index: int) -> _Variable:
    block = column if isinstance(column, dict) else {}
    name, kind = block.get("name"), block.get("dataType")
    if not isinstance(name, str) or not _NAME.match(name.upper()):
        found = shown(name) if isinstance(name, str) else "nothing"
        raise Unreadable(f"{path.name}: column {index + 1} is named {found}; no SDTM variable is")
    if kind not in (*NUMBERS, *TEXTS, "boolean"):
        found = shown(kind) if isinstance(kind, str) else "no type"
        raise Unreadable(f"{path.name}: column {name} has the data type {found}; there is none")
    return _Variable(name.upper(), str(kind), index)


def _check_rows(
    file: str, said: Any, rows: Sequence[Any], numbers: list[int], whole: list[int], width: int
) -> list[Finding]:
    findings = []
    if said != len(rows) or isinstance(said, bool):
        found = f"{len(rows)} rows"
        expected = f"{shown(said)} rows, as `records` says" if said is not None else "`records`"
        findings.append(finding_of("R065", Place(file), found=found, expected=expected))
    wrong = sorted(set(range(len(rows))) - set(whole))
    if wrong:
        row = rows[wrong[0]]
        found = f"{len(row)} values" if isinstance(row, list) else "no list"
        more = f", and {len(wrong) - 1} more such rows" if len(wrong) > 1 else ""
        place = Place(file, "", numbers[wrong[0]])
        expected = f"a list of {width} values, one a column; the row was not read"
        findings.append(finding_of("R066", place, found=found + more, expected=expected))
    return findings


def _typed(variable: _Variable, cells: list[Any]) -> tuple[list[Any], list[list[int]]]:
    """Values of a column, None where missing or of another type; indices of such by value."""
    read: Callable[[Any], Any] = _figure if variable.type in NUMBERS else _words
    if variable.type == "boolean":
        read = _truth
    values: list[Any] = []
    faults: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        value = None if cell is None else read(cell)
        if cell is not None and value is None:
            faults.setdefault(_shown(cell), []).append(index)
        values.append(value)
    return values, list(faults.values())


def _figure(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    try:
        number = float(cell)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _words(cell: Any) -> str | None:
    return cell if isinstance(cell, str) and not _SURROGATE.search(cell) else None


def _truth(cell: Any) -> str | None:
    return ("Y" if cell else "N") if isinstance(cell, bool) else None


def _shown(cell: Any) -> str:
    if isinstance(cell, list | dict):
        return "a list" if isinstance(cell, list) else "an object"
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) > 10**30:
        return "a number beyond all numbers"
    text = json.dumps(cell)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _type_fault(file: str, variable: _Variable, number: int, cell: Any, count: int) -> Finding:
    more = f" and {count - 1} more such values" if count > 1 else ""
    place = Place(file, "", number, variable.name)
    expected = f"a value of type {variable.type}, as the column says"
    return finding_of("R064", place, found=_shown(cell) + more, expected=expected)

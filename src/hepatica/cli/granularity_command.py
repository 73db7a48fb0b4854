"""`hepatica grim`, `grimmer`, `debit`: can printed numbers belong to whole-number data at all?"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Place, has_error

if TYPE_CHECKING:
    from hepatica.audit.granularity.case import Answer, Case

Command = Callable[..., int]
_LISTED = 100
_NEGATIVE = {"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}


def _shared(command: Command) -> Command:
    """The options that the three commands share."""
    for option in reversed(
        (
            click.option(
                "--rounding",
                default="",
                help="up_or_down | up | down | even | ceiling | floor | trunc | up_from | ...  "
                "[default: up_or_down]",
            ),
            click.option("--threshold", default="", help="Digit of up_from and down_from."),
            click.option(
                "--file",
                type=click.Path(path_type=Path),
                help="Test every row of this CSV: x, sd, n, items, percent, rounding.",
            ),
            click.option("--csv", "as_csv", is_flag=True, help="Print the rows with `consistent`."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON for machines."),
        )
    ):
        command = option(command)
    return command


@click.command(name="grim", context_settings=_NEGATIVE)
@click.argument("x", required=False)
@click.argument("n", required=False)
@click.option("--items", default="", help="Items that each answer is the mean of.  [default: 1]")
@click.option("--percent", is_flag=True, help="X is a percentage of N.")
@_shared
def grim(percent: bool, **typed: Any) -> int:
    """Tell whether the mean X of N whole numbers can be printed so, such as 5.19 of 28."""
    return run_test("grim", typed | {"percent": "1" if percent else ""})


@click.command(name="grimmer", context_settings=_NEGATIVE)
@click.argument("x", required=False)
@click.argument("sd", required=False)
@click.argument("n", required=False)
@click.option("--items", default="", help="Items that each answer is the mean of.  [default: 1]")
@_shared
def grimmer(**typed: Any) -> int:
    """Tell whether N whole numbers can have the printed mean X and standard deviation SD."""
    return run_test("grimmer", typed)


@click.command(name="debit", context_settings=_NEGATIVE)
@click.argument("x", required=False)
@click.argument("sd", required=False)
@click.argument("n", required=False)
@click.option("--percent", is_flag=True, help="X and SD are in percent.")
@_shared
def debit(percent: bool, **typed: Any) -> int:
    """Tell whether N yes-or-no answers can have the printed share X and deviation SD."""
    return run_test("debit", typed | {"percent": "1" if percent else ""})


def run_test(test: str, typed: dict[str, Any]) -> int:
    """Print what the test says of one case or of every row of a file.

    Returns     1 where the one case is impossible, or a row of the file cannot be read; else 0.
    """
    path, as_csv, as_json = typed.pop("file"), typed.pop("as_csv"), typed.pop("as_json")
    cells = {name: text or "" for name, text in typed.items()}
    if as_csv and as_json:
        raise UsageError("--csv and --json: choose one")
    if path is None:
        return _run_one(test, cells, as_csv=as_csv, as_json=as_json)
    if any(cells.get(name) for name in ("x", "sd", "n")):
        raise UsageError("--file: leave out the numbers, the file has them")
    return _run_file(test, cells, path, as_csv=as_csv, as_json=as_json)


def _run_one(test: str, cells: dict[str, str], *, as_csv: bool, as_json: bool) -> int:
    from hepatica.audit.granularity.case import COLUMNS, read_case

    missing = [name.upper() for name in COLUMNS[test] if not cells.get(name)]
    if missing:
        raise UsageError(f"{test}: expected {' '.join(missing)}, or --file")
    case = read_case(cells, test, Place())
    if isinstance(case, Finding):
        name = case.place.column
        raise UsageError(f"{name}: found {case.found}; expected {case.expected}")
    answer = case.answer(test)
    if as_csv:
        resolved = {
            "items": case.items,
            "percent": int(case.percent),
            "rounding": case.rounding.name,
        }
        row = {name: cells[name] for name in COLUMNS[test]} | resolved
        print(_csv_text([*row], [([*map(str, row.values())], _mark(answer))]), end="")
    elif as_json:
        print(json.dumps(answer_document(test, cells, case, answer), allow_nan=False))
    else:
        print(answer.sentence)
    return int(answer.consistent is False)


def _run_file(test: str, given: dict[str, str], path: Path, *, as_csv: bool, as_json: bool) -> int:
    header, tried, faults = _tested(test, given, path)
    if as_csv:
        print(_csv_text(header, [(t.row, _mark(t.answer)) for t in tried]), end="")
    elif as_json:
        cases = [
            {"row": t.number, **answer_document(test, t.cells, t.case, t.answer)}
            for t in tried
            if t.case is not None and t.answer is not None
        ]
        document = {"cases": cases, "findings": [*map(str, faults)]}
        print(json.dumps(document, allow_nan=False))
    else:
        print(_file_text(tried))
    for fault in faults:
        print(fault, file=sys.stderr)
    return int(has_error(faults))


@dataclass(frozen=True, slots=True)
class _Tried:
    """A row of the file; without case and answer where it cannot be tested."""

    number: int
    row: list[str]
    cells: dict[str, str]
    case: Case | None = None
    answer: Answer | None = None


def _tested(
    test: str, given: dict[str, str], path: Path
) -> tuple[list[str], list[_Tried], list[Finding]]:
    """Header and rows of the file with their answers, and what is wrong with the rows."""
    from hepatica.audit.granularity.case import COLUMNS, OPTIONAL, read_case
    from hepatica.records.delimited import read_delimited

    known = (*COLUMNS[test], *OPTIONAL)
    table = read_delimited(path, known=known)
    at = {h.lower(): i for i, h in reversed(list(enumerate(table.header))) if h.lower() in known}
    missing = [name for name in COLUMNS[test] if name not in at]
    if missing:
        raise UsageError(f"{path.name}: has no column {', '.join(missing)}")
    tried, faults = [], list(table.findings)
    for number, row in table.rows:
        cells = given | {name: row[i] for name, i in at.items() if row[i].strip()}
        case = read_case(cells, test, Place(path.name, row=number))
        if isinstance(case, Finding):
            faults.append(case)
            tried.append(_Tried(number, row, cells))
        else:
            tried.append(_Tried(number, row, cells, case, case.answer(test)))
    return table.header, tried, faults


def _mark(answer: Answer | None) -> str:
    """``1``, ``0``, or nothing where the test cannot say."""
    return "" if answer is None or answer.consistent is None else str(int(answer.consistent))


def _csv_text(header: list[str], rows: list[tuple[list[str], str]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*header, "consistent"])
    writer.writerows([*row, mark] for row, mark in rows)
    return stream.getvalue()


def _file_text(tried: list[_Tried]) -> str:
    answered = [(t.number, t.answer) for t in tried if t.answer is not None]
    lines = [f"row {number}: {answer.sentence}" for number, answer in answered]
    impossible = sum(answer.consistent is False for _, answer in answered)
    unread = len(tried) - len(answered)
    told = f"{impossible} of {len(answered)} impossible"
    return "\n".join([*lines, told + (f"; {unread} rows cannot be tested" if unread else "")])


def answer_document(test: str, cells: dict[str, str], case: Case, answer: Answer) -> dict[str, Any]:
    """One answer for machines; of a long run of sums or counts only its ends."""
    from hepatica.audit.granularity.debit import Debit
    from hepatica.audit.granularity.grimmer import Grimmer

    typed = {name: cells[name] for name in ("x", "sd") if cells.get(name)}
    document: dict[str, Any] = {"test": test, **typed, "n": case.size}
    document |= {"items": case.items, "percent": case.percent, "rounding": case.rounding.name}
    document |= {"consistent": answer.consistent, "message": answer.sentence}
    if isinstance(answer, Debit):
        return document | {"counts": [_run(run) for run in answer.counts]}
    mean = answer.grim if isinstance(answer, Grimmer) else answer
    document |= {"sums": _run(mean.sums), "neighbours": list(mean.neighbours)}
    if isinstance(answer, Grimmer):
        total, squares = answer.witness or (None, None)
        return document | {"reason": answer.reason, "sum": total, "sum_of_squares": squares}
    return document | {
        "total_inconsistent": mean.total_inconsistent,
        "probability": float(mean.probability),
        "ratio": float(mean.ratio),
    }


def _run(numbers: range) -> list[int] | dict[str, int]:
    if numbers.stop - numbers.start <= _LISTED:
        return list(numbers)
    return {"first": numbers.start, "last": numbers.stop - 1}

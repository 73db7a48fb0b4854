"""Curves of a CSV file: one a row, its numbers separated by spaces in a cell.

Columns (any case): `label`, `t` in s, `C` or `C_t` in mM, `ca` or `cp_aif` in mM of plasma; other
columns are left alone, except `ta`, the input's own times. A row that cannot be fitted is a finding
with its row as a spreadsheet shows it, and the other rows are still read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import Unreadable, UsageError
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.records.delimited import Delimited, read_delimited

Floats = npt.NDArray[np.float64]
CELL_CHARACTERS = 4 << 20
POINTS = 20_000
LARGEST = 1e9  # whatever the unit; squares of larger ones would overflow
_COLUMNS = {"label": ("label",), "t": ("t",), "C": ("c", "c_t"), "ca": ("ca", "cp_aif")}


@dataclass(frozen=True, eq=False)
class Curve:
    """A row of the file: concentration (n,) in mM at times (n,) in s, and its arterial input."""

    label: str
    row: int
    times_s: Floats
    tissue_mm: Floats
    arterial: ArterialInput


@dataclass(frozen=True, eq=False)
class CurveFile:
    """The curves that can be fitted, and what is wrong or doubtful about the file's rows.

    `refused` are label and row of those that cannot.
    """

    name: str
    curves: tuple[Curve, ...]
    refused: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]


def read_curves(path: Path, *, parameters: int) -> CurveFile:
    """Curves of a file with more points than the `parameters` of the model to be fitted.

    Raises      UsageError where a column is missing or there twice; Unreadable where it is no CSV.
    """
    known = [name for names in _COLUMNS.values() for name in names]
    if not path.is_file():
        raise Unreadable(f"{path.name}: there is no such file; expected a CSV of curves")
    with _long_cells():
        table = read_delimited(path, known=known)
    at = _positions(table, path.name)
    own = [name.lower() for name in table.header]
    ta = own.index("ta") if own.count("ta") == 1 else None
    findings = list(table.findings)
    curves: list[Curve] = []
    refused: list[tuple[str, int]] = []
    for number, row in table.rows:
        cells = {name: row[i] for name, i in at.items()}
        reader = _Row(Place(path.name, row=number), cells, "" if ta is None else row[ta])
        curve = reader.curve(parameters)
        findings += reader.findings
        if curve is not None:
            curves.append(curve)
        else:
            refused.append((cells["label"].strip(), number))
    return CurveFile(path.name, tuple(curves), tuple(refused), tuple(findings))


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells up to CELL_CHARACTERS while a file is read; 1321 numbers take 30,000 characters."""
    before = csv.field_size_limit(CELL_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _positions(table: Delimited, name: str) -> dict[str, int]:
    lowered = [head.lower() for head in table.header]
    at = {}
    for column, spellings in _COLUMNS.items():
        there = [i for i, head in enumerate(lowered) if head in spellings]
        if len(there) > 1:
            raise UsageError(f"{name}: column {' or '.join(spellings)} is there {len(there)} times")
        if not there:
            has = ", ".join(head[:40] for head in table.header[:30] if head) or "no named column"
            raise UsageError(f"{name}: no column {' or '.join(spellings)}; it has {has}")
        at[column] = there[0]
    return at


class _Row:
    """One row on its way to a curve, gathering what is wrong with it."""

    def __init__(self, place: Place, cells: dict[str, str], own_times: str) -> None:
        self.place, self.cells, self.own_times = place, cells, own_times
        self.findings: list[Finding] = []

    def curve(self, parameters: int) -> Curve | None:
        times, tissue, plasma = (self._numbers(name, self.cells[name]) for name in ("t", "C", "ca"))
        if times is None or tissue is None or plasma is None:
            return None
        if not self._increasing("t", times):
            return None
        own = times
        if self.own_times.strip():
            given = self._numbers("ta", self.own_times)
            if given is None or not self._increasing("ta", given):
                return None
            own = given
        sizes = {"C": (tissue.size, times.size), "ca": (plasma.size, own.size)}
        for column, (size, wanted) in sizes.items():
            if size != wanted:
                self._tell("I111", column, f"{size} numbers", f"{wanted}, as many as times")
        if self.findings:
            return None
        if times.size <= parameters:
            expected = f"more than the {parameters} parameters of the model"
            self._tell("I113", "t", f"{times.size} points", expected)
        if own.size < 2 or not (plasma > 0).any():
            self._tell("I114", "ca", "no value above 0", "a bolus in the arterial input")
        if self.findings:
            return None
        self._check_plausible(times, plasma)
        label = self.cells["label"].strip()
        return Curve(label, self.place.row or 0, times, tissue, ArterialInput(own, plasma))

    def _numbers(self, column: str, text: str) -> Floats | None:
        words = text.split()
        if not words:
            self._tell("I110", column, "an empty cell", "numbers separated by spaces")
        elif len(words) > POINTS:
            self._tell("I110", column, f"{len(words)} numbers", f"at most {POINTS}")
        else:
            try:
                values = np.array([np.nan if "_" in word else float(word) for word in words])
            except ValueError:
                values = np.array([_number(word) for word in words])
            wrong = np.flatnonzero(~(np.abs(values) < LARGEST))
            if not wrong.size:
                return values
            word = words[int(wrong[0])]
            comma = np.isfinite(_number(word.replace(",", ".")))
            hint = "write decimals with a point" if comma and "," in word else ""
            more = f" and {wrong.size - 1} more" if wrong.size > 1 else ""
            found = f"'{word[:40]}' as number {int(wrong[0]) + 1}{more}"
            self._tell("I110", column, found, "finite numbers separated by spaces", hint)
        return None

    def _increasing(self, column: str, times: Floats) -> bool:
        wrong = np.flatnonzero(np.diff(times) <= 0)
        if wrong.size:
            i = int(wrong[0])
            found = f"{times[i + 1]:g} after {times[i]:g}"
            self._tell("I112", column, found, "times that increase")
        return not wrong.size

    def _check_plausible(self, times: Floats, plasma: Floats) -> None:
        for finding in (plausible_input(self.place, plasma), plausible_times(self.place, times)):
            if finding is not None:
                self.findings.append(finding)

    def _tell(self, code: str, column: str, found: str, expected: str, hint: str = "") -> None:
        place = Place(self.place.file, row=self.place.row, column=column)
        self.findings.append(finding_of(code, place, found=found, expected=expected, hint=hint))


def plausible_input(place: Place, plasma: Floats) -> Finding | None:
    """Finding on an arterial peak outside 0.5 to 50 mM, as of M, uM or arbitrary units."""
    peak = float(plasma.max())
    if 0.5 <= peak <= 50.0:
        return None
    hint = "looks like mol/L: times 1000" if peak < 0.05 else "arbitrary units, or not a plasma?"
    where = Place(place.file, row=place.row, column=place.column or "ca")
    return finding_of(
        "I115", where, found=f"a peak of {peak:g} mM", expected="0.5 to 50 mM of plasma", hint=hint
    )


def plausible_times(place: Place, times: Floats) -> Finding | None:
    """Finding on a series of less than 30 s or more than 4 h, as of minutes or milliseconds."""
    length = float(times[-1] - times[0])
    if 30.0 <= length <= 14_400.0:
        return None
    where = Place(place.file, row=place.row, column=place.column or "t")
    other = "minutes: times 60" if length < 30.0 else "milliseconds: divided by 1000"
    return finding_of(
        "I116", where, found=f"{length:g} s in all", expected="30 s to 4 h",
        hint=f"looks like {other}",
    )  # fmt: skip


def _number(word: str) -> float:
    try:
        return float("nan" if "_" in word else word)
    except ValueError:
        return float("nan")

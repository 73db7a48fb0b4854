"""One case for GRIM, GRIMMER or DEBIT, as a row of text; what cannot be read is a finding.

Columns: `x` (mean, percentage or share) and `sd` as printed, `n`; optional `items` (1), `percent`
(0), `rounding` (up_or_down) and `threshold` (5, the digit where up_from and down_from turn).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.granularity.debit import Debit, debit
from hepatica.audit.granularity.grim import Grim, grim
from hepatica.audit.granularity.grimmer import Grimmer, grimmer
from hepatica.audit.granularity.rounding import ROUNDINGS, Rounding
from hepatica.audit.printed import Printed, parse_printed
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of

COLUMNS = {"grim": ("x", "n"), "grimmer": ("x", "sd", "n"), "debit": ("x", "sd", "n")}
OPTIONAL = ("items", "percent", "rounding", "threshold")
MOST = 10**12
_WHOLE = re.compile(r"\d{1,13}(?:\.0*)?", re.ASCII)
_FLAGS = {"": False, "0": False, "no": False, "false": False} | {
    word: True for word in ("1", "yes", "true")
}
Answer = Grim | Grimmer | Debit


@dataclass(frozen=True, slots=True)
class Case:
    """A case that can be tested."""

    mean: Printed
    sd: Printed | None
    size: int
    items: int
    percent: bool
    rounding: Rounding

    def answer(self, test: str) -> Answer:
        """What the test of this name says of the case."""
        if test == "grim":
            return grim(
                self.mean,
                self.size,
                items=self.items,
                percent=self.percent,
                rounding=self.rounding,
            )
        assert self.sd is not None
        if test == "grimmer":
            return grimmer(self.mean, self.sd, self.size, items=self.items, rounding=self.rounding)
        return debit(self.mean, self.sd, self.size, percent=self.percent, rounding=self.rounding)


class _Fault(Exception):
    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(column, found, expected)
        self.column, self.found, self.expected = column, found, expected


def read_case(cells: Mapping[str, str], test: str, place: Place) -> Case | Finding:
    """The case that a row says, or what is wrong with the row."""
    try:
        percent = _percent(cells)
        sd = _printed(cells, "sd") if "sd" in COLUMNS[test] else None
        mean = _printed(cells, "x")
        size = _whole(cells, "n", "")
        rounding = Rounding(_rounding(cells), _threshold(cells))
        return Case(mean, sd, size, _whole(cells, "items", "1"), percent, rounding)
    except _Fault as fault:
        where = Place(place.file, row=place.row, column=fault.column)
        return finding_of("P229", where, found=fault.found, expected=fault.expected)


def _printed(cells: Mapping[str, str], column: str) -> Printed:
    text = cells.get(column, "").strip()
    printed = parse_printed(text)
    if printed is None or printed.comparator:
        raise _Fault(column, _quoted(text), "one number as printed, such as 5.20")
    return printed


def _whole(cells: Mapping[str, str], column: str, default: str) -> int:
    text = cells.get(column, "").strip() or default
    number = int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else 0
    if not 1 <= number <= MOST:
        raise _Fault(column, _quoted(text), f"a whole number from 1 to {MOST}")
    return number


def _percent(cells: Mapping[str, str]) -> bool:
    text = cells.get("percent", "").strip().lower()
    if text not in _FLAGS:
        raise _Fault("percent", _quoted(text), "0 or 1")
    return _FLAGS[text] or cells.get("x", "").strip().endswith("%")


def _rounding(cells: Mapping[str, str]) -> str:
    text = cells.get("rounding", "").strip() or "up_or_down"
    if text not in ROUNDINGS:
        raise _Fault("rounding", _quoted(text), ", ".join(ROUNDINGS))
    return text


def _threshold(cells: Mapping[str, str]) -> Fraction:
    printed = parse_printed(cells.get("threshold", "").strip() or "5")
    if printed is None or printed.comparator or not 0 < printed.value < 10:
        raise _Fault("threshold", _quoted(cells["threshold"]), "a number between 0 and 10")
    return printed.value


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...") if text else "nothing"

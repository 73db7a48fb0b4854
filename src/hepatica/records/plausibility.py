"""Plausible values: ranges, slips of the unit, and cells of a row that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np

from hepatica.core.finding import Finding
from hepatica.core.unit import Factor, factor_of, known_units
from hepatica.records.catalogue import CatalogueTest, catalogue
from hepatica.records.draft import Draft, Fault
from hepatica.records.table import Column, Table, tables

CM_MEDIAN = 8.0
CM_COUNT = 5


def check_ranges(draft: Draft) -> list[Finding]:
    """Numbers outside the range that their column declares (R005)."""
    findings = []
    for table, column in _numbers(draft):
        if column.low is None and column.high is None:
            continue
        value = draft.tables[table.name][column.name].to_numpy(zero_copy_only=False).astype(float)
        low = -np.inf if column.low is None else column.low
        high = np.inf if column.high is None else column.high
        outside = np.flatnonzero((value < low) | (value > high))
        expected = f"{column.expected}, {range_text(column.low, column.high)}"
        faults = (Fault(int(i), f"'{value[i]:g}'", expected, column=column.name) for i in outside)
        findings += draft.findings("R005", table.name, faults)
    return findings


def check_tests(draft: Draft) -> list[Finding]:
    """Labs and vitals outside their test's range: another unit's (R007) or nobody's (R005)."""
    findings = []
    for name, table in tables().items():
        column = next((c for c in table.columns if c.catalogue), None)
        if column is None or not draft.size(name):
            continue
        slips: list[Fault] = []
        strays: list[Fault] = []
        for index, fault, slip in _implausible(draft, name, catalogue(column.catalogue)):
            (slips if slip else strays).append(fault)
            assert fault.index == index
        findings += draft.findings("R007", name, slips) + draft.findings("R005", name, strays)
    return findings


def _implausible(
    draft: Draft, name: str, known: dict[str, CatalogueTest]
) -> Iterable[tuple[int, Fault, bool]]:
    signs: Sequence[str | None] = [None] * draft.size(name)
    if name == "labs":
        signs = draft.values(name, "operator")
    rows = draft.columns(name, "test", "value", "unit", "standard_value")
    for index, (test, value, unit, standard) in enumerate(rows):
        if standard is None or value is None or test not in known:
            continue
        range_ = known[test]
        below = standard < range_.low and signs[index] != "<"
        if not below and standard <= range_.high:
            continue
        factor = factor_of(test, unit or "")
        assert factor is not None
        hint = _slip(test, value, factor, range_)
        expected = f"{range_.name} {_range_in(factor, range_)} {unit or factor.unit}".rstrip()
        fault = Fault(index, f"'{value:g}' {unit or ''}".rstrip(), expected, hint, "value")
        yield index, fault, bool(hint)


def _range_in(factor: Factor, test: CatalogueTest) -> str:
    return range_text(
        test.low / factor.scale - factor.shift, test.high / factor.scale - factor.shift
    )


def _slip(test: str, value: float, factor: Factor, range_: CatalogueTest) -> str:
    for other in known_units()[test].factors.values():
        same = abs(other.scale - factor.scale) < 1e-9 * factor.scale and not other.shift
        if not same and range_.low <= (value + other.shift) * other.scale <= range_.high:
            times = "" if other.shift or factor.shift else f": x{other.scale / factor.scale:.4g}"
            return f"looks like {other.unit}{times}"
    return ""


def check_centimetres(draft: Draft) -> list[Finding]:
    """Columns of diameters in mm whose usual value is that of centimetres (R007)."""
    findings = []
    for table, column in _numbers(draft):
        if column.unit != "mm" or not column.name.endswith("_mm") or column.name == "slice_mm":
            continue
        values = draft.values(table.name, column.name)
        sizes = [(value, index) for index, value in enumerate(values) if value]
        if len(sizes) < CM_COUNT or median(value for value, _ in sizes) >= CM_MEDIAN:
            continue
        middle = median(value for value, _ in sizes)
        found = f"a median of {middle:g} over {len(sizes)} values"
        fault = Fault(sizes[0][1], found, column.expected, "looks like cm: x10", column.name)
        findings += draft.findings("R007", table.name, [fault])
    return findings


def check_contradictions(draft: Draft) -> list[Finding]:
    """Cells of one row that cannot both be true (R037)."""
    staging, labs, measured = [], [], []
    rows = draft.columns("staging", "lesion_number", "largest_mm")
    for index, (number, largest) in enumerate(rows):
        if number is not None and largest is not None and (number == 0) != (largest == 0):
            found = f"{number} lesions with a largest diameter of {largest:g} mm"
            expected = "no lesion and no diameter, or both"
            staging.append(Fault(index, found, expected, column="largest_mm"))
    for index, (low, high) in enumerate(draft.columns("labs", "lower_limit", "upper_limit")):
        if low is not None and high is not None and low > high:
            found = f"a lower limit of {low:g} and an upper limit of {high:g}"
            labs.append(Fault(index, found, "lower below upper", column="lower_limit"))
    for index, (whole, viable) in enumerate(
        draft.columns("measurements", "diameter_mm", "viable_mm")
    ):
        if whole is not None and viable is not None and viable > whole:
            found = f"viable {viable:g} mm of a lesion of {whole:g} mm"
            expected = "a viable part no longer than the lesion"
            measured.append(Fault(index, found, expected, column="viable_mm"))
    return [
        *draft.findings("R037", "staging", staging),
        *draft.findings("R037", "labs", labs),
        *draft.findings("R037", "measurements", measured),
    ]


def range_text(low: float | None, high: float | None) -> str:
    """A plausible range in words: '0 to 110', 'at least 0', 'at most 20'."""
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"{low:.4g} to {high:.4g}"


def _numbers(draft: Draft) -> Iterable[tuple[Table, Column]]:
    for name, table in tables().items():
        if draft.size(name):
            for column in table.columns:
                if column.kind in ("number", "integer"):
                    yield table, column

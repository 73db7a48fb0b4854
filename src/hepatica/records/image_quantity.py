"""Quantities measured on scans: what a row says must not contradict itself or another series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hepatica.core.finding import Finding
from hepatica.records.draft import Draft, Fault

TABLE = "image_quantities"
_OF_A_SCAN = ("subject", "date", "test", "region", "reader", "phase")


def check_image_quantities(draft: Draft) -> list[Finding]:
    """Results with a reason for having none or outside their limits (R037); two series (R045)."""
    return [
        *draft.findings("R037", TABLE, _torn(draft)),
        *draft.findings("R045", TABLE, _twice(draft), gather=True),
    ]


def _torn(draft: Draft) -> Iterator[Fault]:
    for index, (value, lower, upper, reason) in enumerate(
        draft.columns(TABLE, "value", "lower", "upper", "reason")
    ):
        if value is not None and reason:
            expected = "a result, or why there is none"
            yield Fault(index, f"{value:g} and the reason '{reason}'", expected, column="value")
        known = [one for one in (lower, value, upper) if one is not None]
        if known != sorted(known):
            found = " then ".join(f"{one:g}" for one in known)
            expected = "lower limit, result and upper limit that ascend"
            yield Fault(index, found, expected, column="value")


def _twice(draft: Draft) -> Iterator[Fault]:
    """Results of one quantity, day and phase that differ from those of an earlier row's series."""
    first: dict[tuple[Any, ...], tuple[int, Any, Any, Any]] = {}
    names = (*_OF_A_SCAN, "series", "value", "unit")
    for index, (*key, series, value, unit) in enumerate(draft.columns(TABLE, *names)):
        if value is None:
            continue
        known = first.setdefault(tuple(key), (index, series, value, unit))
        if known[1] != series and known[2:] != (value, unit):
            found = f"{value:g} beside {known[2]:g} of another series of that day and phase"
            yield Fault(index, found, "one series of a scan", column="series")

"""The one number of an endpoint with its limits: a median time, or a rate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepatica.analysis.result import Result
from hepatica.analysis.survival import Times, interval_note, month_scale
from hepatica.stats.kaplan_meier import kaplan_meier, median_survival
from hepatica.stats.proportion import clopper_pearson, wilson
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint


def median_rows(study: Study, row: partial[Result], times: Times) -> Iterator[Result]:
    """Median of at least one time, with its limits; None and "not reached" where there is none."""
    chosen = study.conventions
    scale, unit = month_scale(study)
    curve = kaplan_meier(
        times.days,
        times.event,
        entry=times.entry,
        conf_type=chosen.conf_type,
        conf_level=chosen.conf_level,
    )
    found = median_survival(curve, chosen.median_rule)
    method = f"Kaplan-Meier, {chosen.conf_type} interval, plateau rule {chosen.median_rule}"
    named = partial(row, level="median", unit=unit, method=method)
    for statistic, value in (
        ("estimate", found.estimate),
        ("ci_low", found.lower),
        ("ci_high", found.upper),
    ):
        note = "" if statistic == "estimate" else interval_note(study)
        scaled = None if value is None else value / scale
        yield named(statistic, scaled, note="not reached" if value is None else note)


def rate_rows(
    study: Study,
    row: partial[Result],
    endpoint: Endpoint,
    counted: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[Result]:
    """Counts and rate, in percent, of those who count among everybody (`counted`), with limits."""
    who, everybody = counted
    yield row("n", float(len(who)), unit="patients", subjects=who)
    yield row("N", float(len(everybody)), unit="patients", subjects=everybody)
    named = partial(row, unit="percent", level="rate", method=endpoint.interval, subjects=who)
    if not everybody:
        yield named("estimate", None, note="no patients")
        return
    interval = clopper_pearson if endpoint.interval == "Clopper-Pearson" else wilson
    low, high = interval(len(who), len(everybody), study.conventions.conf_level)
    yield named("estimate", 100 * len(who) / len(everybody))
    yield named("ci_low", 100 * low, note=interval_note(study))
    yield named("ci_high", 100 * high, note=interval_note(study))

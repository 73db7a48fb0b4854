"""Time-to-event endpoints: Kaplan-Meier curves, medians, landmark rates, follow-up, comparisons.

Times are days in ADTTE and stay days in the estimators; months appear only as the unit of a
result (days / the protocol's month length).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from hepatica.analysis.population import Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.stats.kaplan_meier import (
    Curve,
    kaplan_meier,
    median_follow_up,
    quantile,
    restricted_mean,
    survival_at,
)
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Times:
    """Times of one endpoint in days: `event` 1 or 0, `entry` > 0 where entry at risk is delayed."""

    subjects: tuple[str, ...]
    days: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None

    def of(self, chosen: set[str]) -> Times:
        """The times of the chosen subjects."""
        keep = np.array([s in chosen for s in self.subjects], bool)
        return Times(
            tuple(s for s in self.subjects if s in chosen),
            self.days[keep],
            self.event[keep],
            None if self.entry is None else self.entry[keep],
        )


def endpoint_times(adam: Adam, endpoint: Endpoint, day_count: str = "") -> Times:
    """Times of an endpoint from ADTTE.

    A subject who leaves on or before the day of a delayed entry is never seen at risk and is left
    out, as in any left-truncated estimate. Entry is counted as AVAL counts: where the first day is
    day 1, so is it for the entry.
    """
    rows = [r for r in adam["ADTTE"].to_pylist() if r["PARAMCD"] == endpoint.parameter]
    first = int(day_count == "date - start + 1")
    entry = [(r["ENTRYDT"] - r["STARTDT"]).days + first for r in rows]
    if endpoint.delayed_entry:
        rows, entry = _at_risk(rows, entry)
    return Times(
        tuple(r["SUBJID"] for r in rows),
        np.array([r["AVAL"] for r in rows], float),
        np.array([r["CNSR"] == 0 for r in rows], np.int64),
        np.array(entry, float) if endpoint.delayed_entry else None,
    )


def _at_risk(
    rows: list[dict[str, Any]], entry: list[int]
) -> tuple[list[dict[str, Any]], list[int]]:
    kept = [(r, e) for r, e in zip(rows, entry, strict=True) if r["AVAL"] > e]
    return [r for r, _ in kept], [e for _, e in kept]


def survival_results(
    study: Study, adam: Adam, people: Population
) -> tuple[list[Result], dict[Key, Curve]]:
    """Results and curves of every time-to-event endpoint, for everybody and for each arm."""
    results: list[Result] = []
    curves: dict[Key, Curve] = {}
    criteria = endpoint_criteria(adam)
    for endpoint in study.endpoints:
        if endpoint.kind != "time-to-event":
            continue
        times = endpoint_times(adam, endpoint, study.conventions.day_count)
        criterion = criteria.get(endpoint.parameter, "")
        for group in people.parts:
            own = times.of(set(group.subjects))
            without = without_time(endpoint, len(group.rows), len(own.subjects))
            row = partial(
                Result,
                "survival",
                people.id,
                endpoint.id,
                criterion=criterion,
                group=group.name,
                dataset=f"ADTTE {endpoint.parameter}",
                clause=endpoint.source,
                subjects=own.subjects,
            )
            curve, rows = curve_results(study, row, own, without)
            results += rows
            if curve is not None:
                curves[(endpoint.id, criterion, group.name)] = curve
    return results, curves


def endpoint_criteria(adam: Adam) -> Mapping[str, str]:
    """Criterion of each ADTTE parameter."""
    table = adam["ADTTE"]
    pairs = zip(table["PARAMCD"].to_pylist(), table["PARCAT1"].to_pylist(), strict=True)
    return {code: criterion or "" for code, criterion in pairs}


def without_time(endpoint: Endpoint, members: int, timed: int) -> str:
    """Sentence on the members of a group who are not in the estimate; '' where all are."""
    if timed == members:
        return ""
    if endpoint.origin == "first response" or "response" in endpoint.events:
        why = "no response"
    else:
        why = f"no {endpoint.origin}, or death before it"
    if endpoint.delayed_entry:
        why += ", or never at risk after the entry"
    return f"{members - timed} of {members} patients without a time: {why}"


def curve_results(
    study: Study, row: partial[Result], times: Times, without: str = ""
) -> tuple[Curve | None, Iterator[Result]]:
    """The curve of some times, and its results; no curve and one note where nobody has a time."""
    if not len(times.days):
        note = without or "no patient has a time"
        return None, iter([row(statistic="n", value=0.0, unit="patients", note=note)])
    chosen = study.conventions
    curve = kaplan_meier(
        times.days,
        times.event,
        entry=times.entry,
        conf_type=chosen.conf_type,
        conf_level=chosen.conf_level,
    )
    counts = row(statistic="n", value=float(curve.n), unit="patients", note=without)
    return curve, chain((counts,), _rows(study, row, times, curve))


def interval_note(study: Study) -> str:
    """Level of the confidence limits in words."""
    return f"{100 * study.conventions.conf_level:g} % interval"


def _rows(study: Study, row: partial[Result], times: Times, curve: Curve) -> Iterator[Result]:
    chosen = study.conventions
    scale, unit = month_scale(study)
    seen = [s for s, e in zip(times.subjects, times.event, strict=True) if e]
    spared = [s for s, e in zip(times.subjects, times.event, strict=True) if not e]
    yield row(statistic="events", value=float(len(seen)), unit="patients", subjects=tuple(seen))
    yield row(
        statistic="censored", value=float(len(spared)), unit="patients", subjects=tuple(spared)
    )
    yield row(statistic="min", value=float(times.days.min()) / scale, unit=unit, method="observed")
    yield row(statistic="max", value=float(times.days.max()) / scale, unit=unit, method="observed")
    method = f"Kaplan-Meier, {chosen.conf_type} interval, plateau rule {chosen.median_rule}"
    for level, p in (("median", 0.5), ("q1", 0.25), ("q3", 0.75)):
        found = quantile(curve, p, chosen.median_rule)
        named = partial(row, level=level, unit=unit, method=method)
        for statistic, value in (
            ("estimate", found.estimate),
            ("ci_low", found.lower),
            ("ci_high", found.upper),
        ):
            level_note = "" if statistic == "estimate" else interval_note(study)
            note = level_note if value is not None else "not reached"
            yield named(statistic=statistic, value=_over(value, scale), note=note)
    yield from _landmarks(study, row, curve)
    tau = float(times.days.max())
    if times.entry is None and tau > 0:
        mean, se = restricted_mean(curve, tau)
        named = partial(row, level="restricted mean", unit=unit, method="area under the curve")
        note = f"up to {tau:g} days, the longest time"
        yield named(statistic="estimate", value=mean / scale, note=note)
        yield named(statistic="se", value=se / scale, note=note)


def _landmarks(study: Study, row: partial[Result], curve: Curve) -> Iterator[Result]:
    chosen = study.conventions
    method = f"Kaplan-Meier, {chosen.conf_type} interval"
    months = study.analysis.landmarks_months
    for month, at in zip(
        months, survival_at(curve, [m * chosen.month_days for m in months]), strict=True
    ):
        named = partial(row, level=f"{month:g} months", unit="probability", method=method)
        note = "" if at.survival is not None else "beyond the longest time"
        bound = note or "no limits where the curve is 0 or nobody had the event"
        yield named(statistic="at_risk", value=float(at.at_risk), unit="patients", method="")
        yield named(statistic="estimate", value=at.survival, note=note)
        for statistic, value in (("ci_low", at.lower), ("ci_high", at.upper)):
            yield named(
                statistic=statistic,
                value=value,
                note=bound if value is None else interval_note(study),
            )


def follow_up_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Median follow-up of each survival endpoint by reverse Kaplan-Meier [schemper1996]."""
    scale, unit = month_scale(study)
    for endpoint in study.endpoints:
        if endpoint.kind != "time-to-event" or endpoint.events != ("death",):
            continue
        if endpoint.delayed_entry:
            continue
        times = endpoint_times(adam, endpoint)
        for group in people.parts:
            own = times.of(set(group.subjects))
            if not len(own.days):
                continue
            found = median_follow_up(
                own.days,
                own.event,
                conf_type=study.conventions.conf_type,
                conf_level=study.conventions.conf_level,
                plateau=study.conventions.median_rule,
            )
            row = partial(
                Result,
                "followup",
                people.id,
                endpoint.id,
                group=group.name,
                level="median",
                unit=unit,
                method="reverse Kaplan-Meier",
                subjects=own.subjects,
                dataset=f"ADTTE {endpoint.parameter}",
            )
            for statistic, value in (
                ("estimate", found.estimate),
                ("ci_low", found.lower),
                ("ci_high", found.upper),
            ):
                level_note = "" if statistic == "estimate" else interval_note(study)
                note = level_note if value is not None else "not reached"
                yield row(statistic, _over(value, scale), note=note)


def month_scale(study: Study) -> tuple[float, str]:
    """Days in one unit of printed time, and the unit's name."""
    if study.conventions.time_unit == "months":
        return study.conventions.month_days, "months"
    return 1.0, "days"


def _over(value: float | None, scale: float) -> float | None:
    return None if value is None else value / scale

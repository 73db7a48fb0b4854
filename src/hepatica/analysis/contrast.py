"""Two groups compared within a subgroup, and whether the contrast differs between subgroups.

Times: hazard ratio by Cox, interaction by the likelihood ratio of the model with and without the
products of group and subgroup. Proportions: odds ratio with Woolf's limits, interaction by Woolf's
test of one common odds ratio; with an empty cell neither exists, and no half is added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hepatica.analysis.result import Result
from hepatica.analysis.survival import Times, interval_note
from hepatica.core.errors import HepaticaError
from hepatica.stats.band import check_level
from hepatica.stats.cox import cox
from hepatica.stats.tail import chi_square_upper
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

WOOLF = "odds ratio, Woolf's limits"


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a subgroup analysis compares: `levels` of the column `by`, the reference first.

    `times` is None for a proportion, whose `responders` count. A hazard ratio needs at least
    `min_events` events within the two groups.
    """

    endpoint: Endpoint
    by: str
    levels: tuple[str, ...]
    group: Mapping[str, str]
    times: Times | None
    responders: frozenset[str]
    min_events: int
    dataset: str

    @property
    def compared(self) -> bool:
        """Whether there are two groups to compare."""
        return len(self.levels) > 1

    def name(self, level: str) -> str:
        """Name of a comparison in the results."""
        return f"{self.by}: {level} against {self.levels[0]}"


def contrast_rows(
    study: Study, row: partial[Result], contrast: Contrast, subjects: Sequence[str]
) -> Iterator[Result]:
    """Counts of each group and the ratio of each level against the reference, in one subgroup."""
    members = {
        level: tuple(s for s in subjects if contrast.group.get(s) == level)
        for level in contrast.levels
    }
    for level, who in members.items():
        yield from _counts(partial(row, level=f"{contrast.by}: {level}"), contrast, who)
    for level in contrast.levels[1:]:
        pair = (members[contrast.levels[0]], members[level])
        named = partial(row, level=contrast.name(level), subjects=pair[0] + pair[1])
        if contrast.times is None:
            yield from _odds_ratio(study, named, contrast, pair)
        else:
            yield from _hazard_ratio(study, named, contrast, pair)


def interaction_rows(
    study: Study, row: partial[Result], contrast: Contrast, parts: Sequence[Sequence[str]]
) -> Iterator[Result]:
    """The test that the contrast is the same in all subgroups of one column."""
    named = partial(row, level=f"interaction with {contrast.by}")
    if contrast.times is None:
        yield from _woolf(named, contrast, parts)
    else:
        yield from _likelihood_ratio(study, named, contrast, parts)


def _counts(row: partial[Result], contrast: Contrast, who: tuple[str, ...]) -> Iterator[Result]:
    if contrast.times is None:
        seen = tuple(s for s in who if s in contrast.responders)
        yield row("n", float(len(seen)), unit="patients", subjects=seen)
        yield row("N", float(len(who)), unit="patients", subjects=who)
        return
    own = contrast.times.of(set(who))
    seen = tuple(s for s, e in zip(own.subjects, own.event, strict=True) if e)
    yield row("n", float(len(own.subjects)), unit="patients", subjects=own.subjects)
    yield row("events", float(len(seen)), unit="patients", subjects=seen)


def _hazard_ratio(
    study: Study,
    row: partial[Result],
    contrast: Contrast,
    pair: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[Result]:
    assert contrast.times is not None
    times = contrast.times.of({*pair[0], *pair[1]})
    method = f"Cox, {study.conventions.ties} ties"
    named = partial(row, method=method, subjects=times.subjects)
    x = np.array([float(s in set(pair[1])) for s in times.subjects])
    events = int(times.event.sum()) if len(times.days) else 0
    if events < contrast.min_events:
        yield named("hazard_ratio", None, note=f"fewer than {contrast.min_events} events")
        return
    if not x.any() or x.all():
        yield named("hazard_ratio", None, note="nobody in one of the groups")
        return
    try:
        fit = cox(times.days, times.event, x, ties=study.conventions.ties, entry=times.entry)
    except HepaticaError as error:
        yield named("hazard_ratio", None, note=f"no model: {error}")
        return
    if not fit.converged or not np.isfinite(fit.se[0]):
        yield named("hazard_ratio", None, note="no finite hazard ratio: one group has no event")
        return
    half = check_level(study.conventions.conf_level) * fit.se[0]
    yield named("hazard_ratio", float(fit.hazard_ratio[0]))
    bound = partial(named, unit="hazard ratio", note=interval_note(study))
    yield bound("ci_low", float(np.exp(fit.coef[0] - half)))
    yield bound("ci_high", float(np.exp(fit.coef[0] + half)))


def _odds_ratio(
    study: Study,
    row: partial[Result],
    contrast: Contrast,
    pair: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[Result]:
    named = partial(row, method=WOOLF, unit="odds ratio")
    log, variance = _log_odds(contrast, pair)
    if variance is None:
        yield named("estimate", None, note="not estimable: a cell of the table is 0")
        return
    half = check_level(study.conventions.conf_level) * math.sqrt(variance)
    yield named("estimate", math.exp(log))
    yield named("ci_low", math.exp(log - half), note=interval_note(study))
    yield named("ci_high", math.exp(log + half), note=interval_note(study))


def _log_odds(
    contrast: Contrast, pair: tuple[tuple[str, ...], tuple[str, ...]]
) -> tuple[float, float | None]:
    """Log odds ratio of the second group against the first, and its variance; None without it."""
    cells = [
        float(sum((s in contrast.responders) is state for s in who))
        for who in pair
        for state in (True, False)
    ]
    if not all(cells):
        return 0.0, None
    a, b, c, d = cells
    return math.log(c * b / (a * d)), sum(1 / x for x in cells)


def _woolf(
    row: partial[Result], contrast: Contrast, parts: Sequence[Sequence[str]]
) -> Iterator[Result]:
    named = partial(row, method="Woolf's test of one common odds ratio")
    if len(contrast.levels) > 2:
        yield named("p_value", None, note="not tested for more than two groups")
        return
    found = []
    for part in parts:
        first, second = (
            tuple(s for s in part if contrast.group.get(s) == level) for level in contrast.levels
        )
        found.append(_log_odds(contrast, (first, second)))
    known = [(log, 1 / v) for log, v in found if v is not None]
    if len(known) < len(parts) or len(known) < 2:
        note = "not estimable: a cell of a subgroup's table is 0" if parts[1:] else "one subgroup"
        yield named("p_value", None, note=note)
        return
    mean = sum(log * w for log, w in known) / sum(w for _, w in known)
    statistic = sum(w * (log - mean) ** 2 for log, w in known)
    yield named("statistic", statistic)
    yield named("df", float(len(known) - 1))
    yield named("p_value", chi_square_upper(statistic, len(known) - 1))


def _likelihood_ratio(
    study: Study, row: partial[Result], contrast: Contrast, parts: Sequence[Sequence[str]]
) -> Iterator[Result]:
    assert contrast.times is not None
    named = partial(row, method="likelihood ratio of Cox models with and without interaction")
    place = {s: i for i, part in enumerate(parts) for s in part}
    times = contrast.times.of({s for s in place if s in contrast.group})
    used = [i for i in range(len(parts)) if any(place[s] == i for s in times.subjects)]
    level = [contrast.levels.index(contrast.group[s]) for s in times.subjects]
    group = np.array([[float(v == k) for k in range(1, len(contrast.levels))] for v in level])
    part = np.array([[float(place[s] == k) for k in used[1:]] for s in times.subjects])
    if len(used) < 2:
        yield named("p_value", None, note="one subgroup")
        return
    product = (group[:, :, None] * part[:, None, :]).reshape(len(level), -1)
    plain = np.column_stack([group, part])
    try:
        fits = [
            cox(times.days, times.event, x, ties=study.conventions.ties, entry=times.entry)
            for x in (plain, np.column_stack([plain, product]))
        ]
    except HepaticaError as error:
        yield named("p_value", None, note=f"no model: {error}")
        return
    if not all(f.converged for f in fits):
        yield named("p_value", None, note="no finite model: a group within a subgroup has no event")
        return
    statistic = 2 * (fits[1].loglik[1] - fits[0].loglik[1])
    df = fits[1].wald.df - fits[0].wald.df
    if not df:
        yield named("p_value", None, note="not estimable: fewer than two subgroups hold two groups")
        return
    yield named("statistic", statistic)
    yield named("df", float(df))
    yield named("p_value", chi_square_upper(statistic, df))

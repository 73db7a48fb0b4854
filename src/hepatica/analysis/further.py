"""The analyses beyond curves, models and tests, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterable

from hepatica.analysis.competing import competing_results
from hepatica.analysis.landmark import landmark_results
from hepatica.analysis.population import Population
from hepatica.analysis.reader import reader_results
from hepatica.analysis.result import Analysis, Result
from hepatica.analysis.sensitivity import sensitivity_results
from hepatica.analysis.subgroup import subgroup_results
from hepatica.analysis.time_dependent import time_dependent_results
from hepatica.clinic.dataset import Adam
from hepatica.study import Study


def further_analysis(study: Study, adam: Adam, people: Population) -> Analysis:
    """Competing risks, survival by response, subgroups, sensitivity and readers, with curves."""
    competing, incidences = competing_results(study, adam, people)
    landmark, curves = landmark_results(study, adam, people)
    results = (
        *competing,
        *landmark,
        *time_dependent_results(study, adam, people),
        *subgroup_results(study, adam, people),
        *sensitivity_results(study, adam, people),
        *reader_results(study, adam, people),
    )
    return Analysis(_once(results), landmarks=curves, incidences=incidences)


def _once(results: Iterable[Result]) -> tuple[Result, ...]:
    """Each number once: two analyses of one endpoint share what they say of everybody."""
    found: dict[tuple[str, ...], Result] = {}
    for r in results:
        key = (r.analysis, r.population, r.criterion, r.group, r.variable, r.level, r.statistic)
        found.setdefault(key, r)
    return tuple(found.values())

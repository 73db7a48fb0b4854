"""Every analysis of a study, in the order of the report."""

from __future__ import annotations

from dataclasses import replace

from hepatica.analysis.adverse_event import adverse_event_results
from hepatica.analysis.baseline import baseline_results
from hepatica.analysis.comparison import cox_results, curve_comparisons
from hepatica.analysis.death import death_results
from hepatica.analysis.disposition import disposition_results, exposure_results
from hepatica.analysis.event_window import event_window_results
from hepatica.analysis.further import further_analysis
from hepatica.analysis.group_test import group_test_results
from hepatica.analysis.laboratory import laboratory_results
from hepatica.analysis.liver import liver_results
from hepatica.analysis.normalization import normalization_results
from hepatica.analysis.population import population
from hepatica.analysis.response import change_results, response_results
from hepatica.analysis.result import Analysis, Result
from hepatica.analysis.schedule import schedule_results
from hepatica.analysis.score import score_results
from hepatica.analysis.screening import refractory_results, screening_results
from hepatica.analysis.survival import follow_up_results, survival_results
from hepatica.analysis.treatment import treatment_results
from hepatica.clinic.dataset import Adam
from hepatica.study import Study


def run_analysis(study: Study, adam: Adam) -> Analysis:
    """Compute the results table and the survival curves of a study."""
    people = population(study, adam, study.analysis.population)
    safety = population(study, adam, study.analysis.safety_population, by="TRT01A")
    curve_rows, curves = survival_results(study, adam, people)
    split_rows, split_curves = curve_comparisons(study, adam, people)
    further = further_analysis(study, adam, people)
    results: list[Result] = [
        *baseline_results(study, people),
        *disposition_results(adam),
        *screening_results(adam),
        *refractory_results(adam),
        *score_results(study, adam, people),
        *exposure_results(people),
        *treatment_results(study, adam, people),
        *schedule_results(adam, people),
        *response_results(study, adam, people),
        *change_results(study, adam, people),
        *curve_rows,
        *follow_up_results(study, adam, people),
        *adverse_event_results(adam, safety),
        *event_window_results(study, adam, safety),
        *death_results(study, adam, safety),
        *laboratory_results(study, adam, safety),
        *liver_results(adam, safety),
        *normalization_results(study, adam, people),
        *split_rows,
        *cox_results(study, adam, people),
        *group_test_results(study, adam, people),
        *further.results,
    ]
    return replace(further, results=tuple(results), curves=curves | split_curves)

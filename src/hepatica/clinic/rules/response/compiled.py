"""The same walk, compiled: every function's text is handed to Numba as it stands.

Interpreted, the walk needs some 50 microseconds a visit; compiled, it needs one or two seconds
once and then less than a tenth of a microsecond a row. Numba is the extra `hepatica[scale]`.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from hepatica.clinic.rules.response import best, overall, scan, target, walk

# Callees before callers.
_TEXTS = (
    target.has_grown,
    target.has_shrunk,
    target.target_clause,
    overall.row_of_gone_targets,
    overall.row_without_targets,
    overall.matrix_row,
    overall.overall_clause,
    scan.slot_of,
    scan.list_targets,
    scan.measure_targets,
    scan.sum_targets,
    scan.read_non_targets,
    scan.non_target_response,
    scan.judge_non_targets,
    scan.read_new_lesion,
    scan.keep_confirmed,
    scan.read_new_lesions,
    scan.mark_new_at_baseline,
    scan.scan_patient,
    walk.new_lesion_clause,
    walk.mark_no_baseline,
    walk.assess_visit,
    walk.walk_patient,
    walk.run_course,
    best.span_end,
    best.counted_as,
    best.best_response,
    best.cr_confirmed_by,
    best.pr_confirmed_by,
    best.best_confirmed_response,
    best.run_best,
)


class Engine(NamedTuple):
    """The two runs, interpreted or compiled; `run_course` and `run_best` of the rule text."""

    run_course: Callable[..., None]
    run_best: Callable[..., None]
    compiled: bool


INTERPRETED = Engine(walk.run_course, best.run_best, compiled=False)


def numba_is_installed() -> bool:
    """Tell whether the extra `hepatica[scale]` is there, without importing it."""
    return importlib.util.find_spec("numba") is not None


@functools.cache
def compiled_engine() -> Engine:
    """Engine whose functions Numba compiles at their first call."""
    numba = importlib.import_module("numba")
    compiled: dict[str, Any] = {}
    for text in _TEXTS:
        assert isinstance(text, FunctionType)
        names = {**text.__globals__, **compiled}
        compiled[text.__name__] = numba.njit(FunctionType(text.__code__, names, text.__name__))
    return Engine(compiled["run_course"], compiled["run_best"], compiled=True)

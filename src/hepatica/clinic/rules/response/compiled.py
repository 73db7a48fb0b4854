"""The same walk, compiled: every function's text is handed to Numba as it stands.

Compiling takes some seconds once; the machine code is kept on disk and then loads in about one.
Numba is the extra `hepatica[scale]`. Measured figures stand in ADR 0001.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from hepatica.clinic.rules.response import best, overall, scan, target, walk, word

# Callees before callers.
_TEXTS: tuple[Any, ...] = (
    target.has_grown,
    target.has_shrunk,
    target.target_clause,
    overall.row_of_gone_targets,
    overall.row_without_targets,
    overall.matrix_row,
    overall.overall_clause,
    scan.slot_of,
    scan.list_targets,
    scan.add_size,
    scan.measure_targets,
    scan.sum_targets,
    scan.add_state,
    scan.read_non_targets,
    scan.non_target_response,
    scan.judge_non_targets,
    scan.read_new_lesion,
    scan.keep_confirmed,
    scan.clear_gone,
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


def cache_folder(numba_version: str) -> Path:
    """Folder for compiled code, named after the text it was compiled from.

    Numba alone notices a change in the function that it was asked for, not in those it calls;
    a folder per text cannot go stale.
    """
    files = sorted({text.__code__.co_filename for text in _TEXTS})
    files.append(word.__file__)
    digest = hashlib.sha256(numba_version.encode())
    for file in files:
        digest.update(Path(file).read_bytes())
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "hepatica" / digest.hexdigest()[:16]


def is_writable(folder: Path) -> bool:
    """Tell whether compiled code can be kept in a folder, which is made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@functools.cache
def compiled_engine() -> Engine:
    """Engine whose functions Numba compiles at their first call and keeps on disk."""
    numba = importlib.import_module("numba")
    compiled: dict[str, Any] = {}
    folder = cache_folder(numba.__version__)
    kept = (walk.run_course, best.run_best) if is_writable(folder) else ()
    usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        for text in _TEXTS:
            names = {**text.__globals__, **compiled}
            copy = FunctionType(text.__code__, names, text.__name__)
            compiled[text.__name__] = numba.njit(copy, cache=text in kept, nogil=True)
    finally:
        numba.config.CACHE_DIR = usual
    return Engine(compiled["run_course"], compiled["run_best"], compiled=True)

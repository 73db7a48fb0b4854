"""Hepatica: a workbench for clinical studies of locoregional liver-cancer therapy.

>>> import hepatica
>>> study = hepatica.open("my-study")           # doctest: +SKIP
>>> study.check()                               # every finding  # doctest: +SKIP
>>> study.results().to_pandas()                 # one row a number  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hepatica.core.version import VERSION

if TYPE_CHECKING:
    from hepatica.clinic.response import Response, ResponseOptions, derive_response
    from hepatica.clinic.score import ScoreResult, derive_score
    from hepatica.core.errors import HepaticaError, NotReady, Unreadable, UsageError
    from hepatica.core.finding import Finding, Level, Place
    from hepatica.stats.cox import CoxFit, cox
    from hepatica.stats.kaplan_meier import Curve, kaplan_meier, quantile, survival_at
    from hepatica.stats.log_rank import LogRank, log_rank
    from hepatica.workflow.workspace import Workspace

__version__ = VERSION

# Where each public name lives; imported when first asked for, so that importing is instant.
_HOME = {
    "CoxFit": "stats.cox",
    "Curve": "stats.kaplan_meier",
    "Finding": "core.finding",
    "HepaticaError": "core.errors",
    "Level": "core.finding",
    "LogRank": "stats.log_rank",
    "NotReady": "core.errors",
    "Place": "core.finding",
    "Response": "clinic.response",
    "ResponseOptions": "clinic.response",
    "ScoreResult": "clinic.score",
    "Unreadable": "core.errors",
    "UsageError": "core.errors",
    "Workspace": "workflow.workspace",
    "cox": "stats.cox",
    "derive_response": "clinic.response",
    "derive_score": "clinic.score",
    "kaplan_meier": "stats.kaplan_meier",
    "log_rank": "stats.log_rank",
    "quantile": "stats.kaplan_meier",
    "survival_at": "stats.kaplan_meier",
}

__all__ = [
    "CoxFit",
    "Curve",
    "Finding",
    "HepaticaError",
    "Level",
    "LogRank",
    "NotReady",
    "Place",
    "Response",
    "ResponseOptions",
    "ScoreResult",
    "Unreadable",
    "UsageError",
    "Workspace",
    "cox",
    "derive_response",
    "derive_score",
    "kaplan_meier",
    "log_rank",
    "open",
    "quantile",
    "survival_at",
]


def open(folder: str) -> Workspace:
    """Open a study folder.

    Raises      UsageError where there is no such folder.
    """
    from hepatica.workflow.workspace import Workspace  # noqa: PLC0415 - keeps the import instant

    return Workspace(folder)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"hepatica.{_HOME[name]}"), name)
    raise AttributeError(f"module 'hepatica' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

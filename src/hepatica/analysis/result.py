"""The results table: one row a number, unrounded, with its method and the subjects behind it.

`COLUMNS` is the contract of `results.csv` and `results.parquet`. Beside it stands the trace:
for each row the subjects that the number counts, the dataset it was taken from and the
protocol clause that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from hepatica.stats.cumulative_incidence import Incidence
from hepatica.stats.kaplan_meier import Curve

ANALYSES = (
    "baseline",
    "disposition",
    "exposure",
    "response",
    "change",
    "survival",
    "followup",
    "ae",
    "test",
    "screening",
    "score",
    "treatment",
    "schedule",
    "lab",
    "safety",
    "subgroup",
    "competing",
    "landmark",
    "reader",
    "sensitivity",
    "normalization",
)

STATISTICS = (
    "n",
    "N",
    "missing",
    "percent",
    "mean",
    "sd",
    "median",
    "q1",
    "q3",
    "min",
    "max",
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "events",
    "censored",
    "at_risk",
    "statistic",
    "df",
    "p_value",
    "hazard_ratio",
)

COLUMNS = (
    "analysis",
    "population",
    "criterion",
    "group",
    "variable",
    "level",
    "statistic",
    "value",
    "unit",
    "method",
    "note",
)

SCHEMA = pa.schema(
    [pa.field(name, pa.float64() if name == "value" else pa.string()) for name in COLUMNS]
)


@dataclass(frozen=True, slots=True)
class Result:
    """One number; a value of None is "does not exist for these data" and `note` says why."""

    analysis: str
    population: str
    variable: str
    statistic: str
    value: float | None
    criterion: str = ""
    group: str = ""
    level: str = ""
    unit: str = ""
    method: str = ""
    note: str = ""
    subjects: tuple[str, ...] = ()
    dataset: str = ""
    clause: str = ""

    def __post_init__(self) -> None:
        assert self.analysis in ANALYSES, self.analysis
        assert self.statistic in STATISTICS, self.statistic


@dataclass(frozen=True, slots=True)
class Analysis:
    """Every result of a study, and the survival curves by (endpoint, criterion, group).

    `landmarks` are the curves counted from a landmark, by the same names; `incidences` the
    cumulative incidences by (endpoint, event, group).
    """

    results: tuple[Result, ...]
    curves: Mapping[tuple[str, str, str], Curve] = field(default_factory=dict)
    landmarks: Mapping[tuple[str, str, str], Curve] = field(default_factory=dict)
    incidences: Mapping[tuple[str, str, str], Incidence] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """The results table, in the order the analyses stand in the protocol."""
        columns = {name: [getattr(r, name) for r in self.results] for name in COLUMNS}
        return pa.table(columns, schema=SCHEMA)

    def select(self, **where: str) -> Iterable[Result]:
        """Results whose fields equal those named, in order."""
        return (r for r in self.results if all(getattr(r, k) == v for k, v in where.items()))

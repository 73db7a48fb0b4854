"""`hepatica survival`: Kaplan-Meier, log-rank and Cox of one file, no study needed."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from hepatica.cli.flat_file import column, read_flat_file
from hepatica.core.errors import MissingExtra, NotDefined, UsageError
from hepatica.stats.cox import cox
from hepatica.stats.kaplan_meier import (
    ConfType,
    Curve,
    Plateau,
    kaplan_meier,
    median_survival,
    survival_at,
)
from hepatica.stats.log_rank import log_rank


@dataclass(frozen=True, slots=True)
class SurvivalChoice:
    """What the user chose, as typed."""

    time: str
    event: str
    group: str
    conf_type: str
    plateau: str
    at: str
    ties: str

    def __post_init__(self) -> None:
        for name, value, known in (
            ("--conf-type", self.conf_type, get_args(ConfType)),
            ("--plateau", self.plateau, get_args(Plateau)),
            ("--ties", self.ties, ("efron", "breslow")),
        ):
            if value not in known:
                raise UsageError(f"{name} {value}: expected {', '.join(known)}")

    @property
    def at_times(self) -> list[float]:
        """Times of ``--at``.

        Raises      UsageError where one is not a number >= 0.
        """
        try:
            times = [float(part) for part in self.at.split(",") if part.strip()]
        except ValueError:
            times = [math.nan]
        if not all(math.isfinite(t) and t >= 0 for t in times):
            raise UsageError(f"--at {self.at}: expected times such as 6,12")
        return times


def run_survival(path: Path, choice: SurvivalChoice, figure: Path | None, *, as_json: bool) -> None:
    """Print the analysis of one file, and draw it where asked."""
    choice.at_times  # noqa: B018 - a wrong --at is told before the file is read
    table = read_flat_file(path)
    time, event, groups = _columns(table, choice, path)
    curves = {
        label: kaplan_meier(time[own], event[own], conf_type=choice.conf_type)  # type: ignore[arg-type]
        for label, own in groups
    }
    document: dict[str, Any] = {
        "groups": [_group(label, curve, choice) for label, curve in curves.items()]
    }
    if choice.group:
        document |= _comparison(time, event, groups, choice)
    if figure is not None:
        _draw(curves, figure)
    print(json.dumps(document, indent=None if as_json else 2, allow_nan=False))


def _columns(
    table: pa.Table, choice: SurvivalChoice, path: Path
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, np.ndarray]]]:
    time = _numbers(column(table, choice.time, path), choice.time, path)
    event = _numbers(column(table, choice.event, path), choice.event, path)
    wrong = np.flatnonzero(~np.isin(event, (0, 1)))
    if len(wrong):
        raise UsageError(
            f"{path}:{wrong[0] + 2} [{choice.event}]: expected 1 (event) or 0 (censored); "
            f"{len(wrong)} rows have something else"
        )
    if not len(time):
        raise UsageError(f"{path}: no rows")
    if not choice.group:
        return time, event, [("", np.ones(len(time), bool))]
    labels = column(table, choice.group, path)
    if labels.null_count:
        raise UsageError(f"{path} [{choice.group}]: {labels.null_count} rows have no group")
    codes, names = _sorted_codes(labels)
    return time, event, [(name, codes == i) for i, name in enumerate(names)]


def _sorted_codes(labels: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    encoded = labels.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda i: values[i])
    rank = np.empty(len(values), np.int64)
    rank[order] = np.arange(len(values))
    return rank[encoded.indices.to_numpy()], [_label(values[i]) for i in order]


def _label(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _numbers(values: pa.ChunkedArray, name: str, path: Path) -> np.ndarray:
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)) and not (
        pa.types.is_decimal(values.type)
    ):
        raise UsageError(f"{path} [{name}]: expected numbers, found {values.type}")
    if values.null_count:
        raise UsageError(f"{path} [{name}]: {values.null_count} rows have no value")
    numbers: np.ndarray = values.cast(pa.float64()).to_numpy()
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        bad = int(np.flatnonzero(~np.isfinite(numbers) | (numbers < 0))[0])
        raise UsageError(f"{path}:{bad + 2} [{name}]: expected a finite number >= 0")
    return numbers


def _group(label: str, curve: Curve, choice: SurvivalChoice) -> dict[str, Any]:
    median = median_survival(curve, choice.plateau)  # type: ignore[arg-type]
    return {
        "group": label,
        "n": curve.n,
        "events": curve.n_events,
        "median": median.estimate,
        "median_ci": [median.lower, median.upper],
        "at": [
            {"time": p.time, "survival": p.survival, "ci": [p.lower, p.upper]}
            for p in survival_at(curve, choice.at_times)
        ],
    }


def _comparison(
    time: np.ndarray,
    event: np.ndarray,
    groups: list[tuple[str, np.ndarray]],
    choice: SurvivalChoice,
) -> dict[str, Any]:
    if len(groups) < 2:
        return {"log_rank": None, "cox": None}
    code = np.zeros(len(time), np.int64)
    for i, (_, own) in enumerate(groups):
        code[own] = i
    test = log_rank(time, event, code)
    others = groups[1:]
    try:
        fit = cox(
            time,
            event,
            np.column_stack([own.astype(float) for _, own in others]),
            ties=choice.ties,  # type: ignore[arg-type]
            names=[label for label, _ in others],
        )
    except NotDefined as error:
        model: dict[str, Any] = {"reference": groups[0][0], "terms": [], "notes": [str(error)]}
    else:
        terms = [
            {
                "group": label,
                "coef": _finite(fit.coef[i]),
                "se": _finite(fit.se[i]),
                "hr": _finite(fit.hazard_ratio[i]),
                "ci": [_finite(fit.lower[i]), _finite(fit.upper[i])],
                "p": _finite(fit.p_value[i]),
            }
            for i, label in enumerate(fit.names)
        ]
        model = {"reference": groups[0][0], "terms": terms, "converged": fit.converged}
        model["notes"] = list(fit.notes)
    rank = {"statistic": test.statistic, "df": test.df, "p": test.p_value}
    return {"log_rank": rank, "cox": model}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _draw(curves: dict[str, Curve], figure: Path) -> None:
    try:
        from hepatica.report.survival_figure import render_survival_figure
    except ImportError as error:
        raise MissingExtra("--figure needs hepatica[report]") from error
    render_survival_figure(curves, figure)
    print(f"wrote {figure}", file=sys.stderr)

"""`hepatica survival`: Kaplan-Meier, log-rank and Cox of one file, no study needed."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hepatica.cli.flat_file import FlatFile, as_number, read_flat_file
from hepatica.core.errors import MissingExtra, NotDefined, UsageError
from hepatica.stats.band import CONF_TYPES
from hepatica.stats.cox import cox
from hepatica.stats.kaplan_meier import (
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
            ("--conf-type", self.conf_type, CONF_TYPES),
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
    time, event, groups = _columns(read_flat_file(path), choice)
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
        _draw(curves, choice.plateau, figure)  # type: ignore[arg-type]
    print(json.dumps(document, allow_nan=False) if as_json else _text(document, choice))


def _columns(
    file: FlatFile, choice: SurvivalChoice
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, np.ndarray]]]:
    time, event = file.numbers(choice.time), file.numbers(choice.event)
    wrong = np.flatnonzero((event != 0) & (event != 1))
    if len(wrong):
        raise UsageError(
            f"{file.path}:{wrong[0] + 2} [{choice.event}]: expected 1 (event) or 0 (censored); "
            f"{len(wrong)} rows have something else"
        )
    if not len(time):
        raise UsageError(f"{file.path}: no rows")
    if not choice.group:
        return time, event, [("", np.ones(len(time), bool))]
    return time, event, _groups(file, choice.group)


def _groups(file: FlatFile, name: str) -> list[tuple[str, np.ndarray]]:
    """Sorted labels (numbers by value, the rest as text) with the rows of each."""
    values = file.column(name)
    given = values if isinstance(values, np.ndarray) else None
    if given is None:
        missing = [i for i, v in enumerate(values) if v is None]
        if missing:
            raise UsageError(
                f"{file.path}:{missing[0] + 2} [{name}]: {len(missing)} rows have no group"
            )
        given = np.asarray(values, object).astype(str)
    elif given.dtype.kind == "f" and np.isnan(given).any():
        raise UsageError(f"{file.path} [{name}]: rows without a group")
    labels, codes = np.unique(given, return_inverse=True)
    order = sorted(range(len(labels)), key=lambda i: _sort_key(labels[i]))
    return [(_label(labels[i]), codes == i) for i in order]


def _sort_key(label: Any) -> tuple[bool, float, str]:
    number = as_number(label)
    text = math.isnan(number)
    return (text, 0.0 if text else number, str(label))


def _label(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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
    rank = _log_rank_document(time, event, code)
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
    return {"log_rank": rank, "cox": model}


def _log_rank_document(time: np.ndarray, event: np.ndarray, code: np.ndarray) -> dict[str, Any]:
    try:
        test = log_rank(time, event, code)
    except NotDefined as error:
        return {"statistic": None, "df": None, "p": None, "note": str(error)}
    return {"statistic": test.statistic, "df": test.df, "p": test.p_value}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _text(document: dict[str, Any], choice: SurvivalChoice) -> str:
    from hepatica.cli.columned import columned
    from hepatica.report.number import median_time, p_value, plain, ratio, ratio_interval

    times = [plain(t) for t in choice.at_times]
    rows = [["group", "n", "events", "median (95% CI)", *(f"S({t}) (95% CI)" for t in times)]]
    for group in document["groups"]:
        shown = [group["group"] or "all", str(group["n"]), str(group["events"])]
        shown.append(median_time(group["median"], *group["median_ci"]))
        rows.append(shown + [ratio_interval(p["survival"], *p["ci"]) for p in group["at"]])
    parts = [columned(rows)]
    if document.get("log_rank"):
        test = document["log_rank"]
        statistic = test.get("note") or f"chi-square {ratio(test['statistic'])} on {test['df']} df"
        parts.append(f"log-rank: {statistic}, P = {p_value(test['p'])}")
    if document.get("cox"):
        model = document["cox"]
        for term in model["terms"]:
            hazard = ratio_interval(term["hr"], *term["ci"])
            parts.append(
                f"hazard ratio {term['group']} to {model['reference']}: {hazard}, "
                f"P = {p_value(term['p'])}"
            )
        parts += [f"note: {note}" for note in model["notes"]]
    parts.append(
        f"Kaplan-Meier, {choice.conf_type} intervals, plateau rule {choice.plateau}"
        + (f"; Cox with {choice.ties} ties" if choice.group else "")
    )
    return "\n".join(parts)


def _draw(curves: dict[str, Curve], plateau: Plateau, figure: Path) -> None:
    try:
        from hepatica.report.survival_figure import render_survival_figure
    except ImportError as error:
        raise MissingExtra("--figure needs hepatica[report]") from error
    render_survival_figure(curves, figure, plateau=plateau)
    print(f"wrote {figure}", file=sys.stderr)

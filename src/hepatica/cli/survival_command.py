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

EVENT = "1 (event) or 0 (censored)"
MOST_GROUPS = 100


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
    time, event, groups = _columns(path, choice)
    curves = {
        label: kaplan_meier(time[own], event[own], conf_type=choice.conf_type)  # type: ignore[arg-type]
        for label, own in groups
    }
    groups_shown = [_group(label, curve, choice) for label, curve in curves.items()]
    document: dict[str, Any] = {"groups": groups_shown, "log_rank": None, "cox": None}
    notes: list[str] = []
    if len(groups) > 1:
        document["log_rank"] = _log_rank_document(time, event, groups, notes)
        document["cox"] = _cox_document(time, event, groups, choice.ties, notes)
    if figure is not None:
        _draw(curves, choice.plateau, figure)  # type: ignore[arg-type]
    print(json.dumps(document, allow_nan=False) if as_json else _text(document, choice))
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _columns(
    path: Path, choice: SurvivalChoice
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, np.ndarray]]]:
    named = (choice.time, choice.event, choice.group)
    file = read_flat_file(path, [name for name in named if name])
    if not len(file.rows):
        raise UsageError(f"{path}: no rows")
    time, event = file.numbers(choice.time), file.numbers(choice.event, EVENT)
    file.demand(choice.event, (event == 0) | (event == 1), EVENT)
    if not choice.group:
        return time, event, [("", np.ones(len(time), bool))]
    return time, event, file_groups(file, choice.group)


def file_groups(file: FlatFile, name: str) -> list[tuple[str, np.ndarray]]:
    """Sorted labels (numbers by value, the rest as text) with the rows of each."""
    values = file.columns[name]
    if isinstance(values, np.ndarray) and values.dtype.kind in "iufb":
        given, good = values, np.isfinite(values)
    else:
        good = np.array([v is not None for v in values], bool)
        given = np.array(file.texts(name), object)
    file.demand(name, good, "a group")
    labels = sorted(set(given.tolist()), key=_sort_key)
    if len(labels) > MOST_GROUPS:
        raise UsageError(
            f"{file.path}: column {name!r} has {len(labels)} different values; "
            f"at most {MOST_GROUPS} groups are compared"
        )
    return [(_label(label), given == label) for label in labels]


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


def _log_rank_document(
    time: np.ndarray, event: np.ndarray, groups: list[tuple[str, np.ndarray]], notes: list[str]
) -> dict[str, Any]:
    code = np.zeros(len(time), np.int64)
    for i, (_, own) in enumerate(groups):
        code[own] = i
    try:
        test = log_rank(time, event, code)
    except NotDefined as error:
        notes.append(f"log-rank: {error}")
        return {"statistic": None, "df": None, "p": None}
    if not test.df:
        notes.append("log-rank: no event while two groups are at risk; there is no test")
        return {"statistic": None, "df": None, "p": None}
    return {"statistic": test.statistic, "df": test.df, "p": test.p_value}


def _cox_document(
    time: np.ndarray,
    event: np.ndarray,
    groups: list[tuple[str, np.ndarray]],
    ties: str,
    notes: list[str],
) -> dict[str, Any]:
    names = [label for label, _ in groups[1:]]
    model: dict[str, Any] = {"reference": groups[0][0], "terms": []}
    try:
        columns = np.column_stack([own.astype(float) for _, own in groups[1:]])
        fit = cox(time, event, columns, ties=ties, names=names)  # type: ignore[arg-type]
    except NotDefined as error:
        notes.append(f"Cox: {error}")
        return model
    notes += [f"Cox: {note}" for note in fit.notes]
    for i, label in enumerate(fit.names):
        model["terms"].append(
            {
                "group": label,
                "coef": _finite(fit.coef[i]),
                "se": _finite(fit.se[i]),
                "hr": _finite(fit.hazard_ratio[i]),
                "ci": [_finite(fit.lower[i]), _finite(fit.upper[i])],
                "p": _finite(fit.p_value[i]),
            }
        )
    return model


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
        statistic = f"chi-square {ratio(test['statistic'])} on {test['df']} df"
        told = f"{statistic}, P = {p_value(test['p'])}" if test["df"] else "not defined"
        parts.append(f"log-rank: {told}")
    if document.get("cox"):
        model = document["cox"]
        for term in model["terms"]:
            hazard = ratio_interval(term["hr"], *term["ci"])
            parts.append(
                f"hazard ratio {term['group']} to {model['reference']}: {hazard}, "
                f"P = {p_value(term['p'])}"
            )
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
    try:
        render_survival_figure(curves, figure, plateau=plateau)
    except OSError as error:
        raise UsageError(f"--figure {figure}: cannot be written ({error.strerror})") from error
    print(f"wrote {figure}", file=sys.stderr)

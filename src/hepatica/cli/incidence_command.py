"""`hepatica incidence`: cumulative incidence with competing events of one file, and Gray's test."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hepatica.cli.flat_file import read_flat_file
from hepatica.cli.survival_command import file_groups
from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.cumulative_incidence import (
    Incidence,
    IncidenceConfType,
    cumulative_incidence,
    incidence_at,
)
from hepatica.stats.gray import gray

CAUSE = "0 (censored), 1 (event) or another whole number (competing event)"


@dataclass(frozen=True, slots=True)
class IncidenceChoice:
    """What the user chose, as typed."""

    time: str
    cause: str
    group: str
    conf_type: str
    at: str

    def __post_init__(self) -> None:
        known = get_args(IncidenceConfType)
        if self.conf_type not in known:
            raise UsageError(f"--conf-type {self.conf_type}: expected {', '.join(known)}")

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


def run_incidence(path: Path, choice: IncidenceChoice, *, as_json: bool) -> None:
    """Print the incidence of cause 1 of one file by group, and Gray's test between the groups."""
    times = choice.at_times  # A wrong --at is told before the file is read.
    time, cause, groups = _columns(path, choice)
    shown = []
    for label, own in groups:
        curve = cumulative_incidence(time[own], cause[own], conf_type=choice.conf_type)  # type: ignore[arg-type]
        shown.append(_group(label, curve, times))
    document: dict[str, Any] = {"groups": shown, "gray": None}
    if len(groups) > 1:
        document["gray"] = _gray(time, cause, groups)
    print(json.dumps(document, allow_nan=False) if as_json else _text(document, choice))


def _columns(
    path: Path, choice: IncidenceChoice
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, np.ndarray]]]:
    named = (choice.time, choice.cause, choice.group)
    file = read_flat_file(path, [name for name in named if name])
    if not len(file.rows):
        raise UsageError(f"{path}: no rows")
    time, cause = file.numbers(choice.time), file.numbers(choice.cause, CAUSE)
    file.demand(choice.cause, (cause >= 0) & (cause == np.floor(cause)), CAUSE)
    if not choice.group:
        return time, cause, [("", np.ones(len(time), bool))]
    return time, cause, file_groups(file, choice.group)


def _group(label: str, curve: Incidence, times: list[float]) -> dict[str, Any]:
    return {
        "group": label,
        "n": curve.n,
        "events": curve.n_events,
        "competing": curve.n_competing,
        "at": [
            {"time": p.time, "incidence": p.incidence, "se": p.std_err, "ci": [p.lower, p.upper]}
            for p in incidence_at(curve, times)
        ],
    }


def _gray(
    time: np.ndarray, cause: np.ndarray, groups: list[tuple[str, np.ndarray]]
) -> dict[str, Any]:
    code = np.zeros(len(time), np.int64)
    for i, (_, own) in enumerate(groups):
        code[own] = i
    try:
        test = gray(time, cause, code)
    except NotDefined as error:
        print(f"note: Gray's test: {error}", file=sys.stderr)
        return {"statistic": None, "df": None, "p": None}
    return {"statistic": test.statistic, "df": test.df, "p": test.p_value}


def _text(document: dict[str, Any], choice: IncidenceChoice) -> str:
    from hepatica.cli.columned import columned
    from hepatica.report.number import p_value, plain, ratio, ratio_interval

    heads = [f"F({plain(t)}) (95% CI)" for t in choice.at_times]
    rows = [["group", "n", "events", "competing", *heads]]
    for group in document["groups"]:
        counts = [str(group[k]) for k in ("n", "events", "competing")]
        shown = [ratio_interval(p["incidence"], *p["ci"]) for p in group["at"]]
        rows.append([group["group"] or "all", *counts, *shown])
    parts = [columned(rows)]
    if document["gray"]:
        test = document["gray"]
        told = "not defined"
        if test["df"]:
            told = f"chi-square {ratio(test['statistic'])} on {test['df']} df"
            told += f", P = {p_value(test['p'])}"
        parts.append(f"Gray's test: {told}")
    parts.append(f"Aalen-Johansen, {choice.conf_type} intervals; cause 1, other causes competing")
    return "\n".join(parts)

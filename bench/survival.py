"""Time the survival statistics against their peers, in the same run, with peak memory.

    python bench/survival.py            10^6 rows
    python bench/survival.py --rows 100000
    python bench/survival.py --no-slow  leaves out peers that take more than a few seconds

Every measurement runs in a process of its own, so that memory and caches do not mix. A peer that
is not installed (lifelines, statsmodels, R with survival) is skipped aloud.
"""

# ruff: noqa: PLC0415 - a process imports only the tool that it measures; peers are optional.
from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20161
Data = dict[str, np.ndarray]
Work = Callable[[Data], Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: what is done, on which times, and the seconds aimed at."""

    title: str
    task: str
    times: str
    target_s: float


ROWS = (
    Row("Kaplan-Meier, limits and median, whole days", "km", "days", 0.02),
    Row("Kaplan-Meier, limits and median, all distinct", "km", "distinct", 0.15),
    Row("log-rank, two groups, whole days", "log_rank", "days", 0.02),
    Row("Cox, Efron, 5 covariates, whole days", "cox", "days", 1.0),
    Row("Cox, Efron, 5 covariates, all distinct", "cox", "distinct", 1.0),
    Row("bootstrap of the median, n = 20, 10,000 resamples", "bootstrap", "small", 0.05),
)


def drawn(rows: int, times: str) -> Data:
    """Exponential follow-up of `rows` subjects with 5 covariates, about a third censored."""
    rng = np.random.default_rng(SEED)
    size = 20 if times == "small" else rows
    x = rng.normal(size=(size, 5))
    x[:, 0] = rng.integers(0, 2, size)
    hazard = np.exp(x @ [0.3, 0.2, -0.1, 0.05, 0.0])
    death, lost = rng.exponential(300 / hazard), rng.exponential(600, size)
    seen = np.minimum(death, lost)
    whole = np.ceil(seen).astype(np.int64)
    return {
        "time": seen if times == "distinct" else whole,
        "event": death <= lost,
        "group": x[:, 0].astype(np.int64),
        "x": x,
    }


def _ours(task: str) -> Work:
    from hepatica.stats.bootstrap import bootstrap_median
    from hepatica.stats.cox import cox
    from hepatica.stats.kaplan_meier import kaplan_meier, median_survival
    from hepatica.stats.log_rank import log_rank

    return {
        "km": lambda d: median_survival(kaplan_meier(d["time"], d["event"])).estimate,
        "log_rank": lambda d: log_rank(d["time"], d["event"], d["group"]).statistic,
        "cox": lambda d: cox(d["time"], d["event"], d["x"]).coef.tolist(),
        "bootstrap": lambda d: bootstrap_median(d["time"], d["event"], seed=SEED),
    }[task]


def _statsmodels(task: str) -> Work:
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    return {
        # No band, and its median has limits of its own only.
        "km": lambda d: SurvfuncRight(d["time"], d["event"]).quantile(0.5),
        "log_rank": lambda d: survdiff(d["time"], d["event"], d["group"])[0],
        "cox": lambda d: (
            PHReg(d["time"], d["x"], d["event"].astype(int), ties="efron").fit().params.tolist()
        ),
    }[task]


def _lifelines(task: str) -> Work:
    import pandas as pd
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test

    def _log_rank(d: Data) -> float:
        a, b = d["group"] == 0, d["group"] == 1
        t, e = d["time"], d["event"]
        return float(logrank_test(t[a], t[b], e[a], e[b]).test_statistic)

    def _cox(d: Data) -> list[float]:
        frame = pd.DataFrame(d["x"], columns=list("abcde")).assign(t=d["time"], e=d["event"])
        return list(CoxPHFitter().fit(frame, "t", "e").params_)

    def _bootstrap(d: Data) -> None:
        rng = np.random.default_rng(SEED)
        for _ in range(RESAMPLES_OF_PEERS):
            pick = rng.integers(0, 20, 20)
            KaplanMeierFitter().fit(d["time"][pick], d["event"][pick])

    return {
        "km": lambda d: KaplanMeierFitter().fit(d["time"], d["event"]).median_survival_time_,
        "log_rank": _log_rank,
        "cox": _cox,
        "bootstrap": _bootstrap,
    }[task]


_R = """
a <- commandArgs(TRUE); suppressMessages(library(survival)); n <- as.integer(a[3])
con <- file(a[2], "rb"); rd <- function(k) readBin(con, "double", k)
time <- rd(n); event <- rd(n); group <- rd(n); x <- matrix(rd(5 * n), n)
y <- Surv(time, event)
work <- switch(a[1],
  km = function() quantile(survfit(y ~ 1), .5)$quantile,
  log_rank = function() survdiff(y ~ group)$chisq,
  cox = function() coxph.fit(x, y, NULL, NULL, NULL, coxph.control(), NULL, "efron", NULL,
                             resid = FALSE)$coefficients,
  bootstrap = function() for (i in 1:300) {
    k <- sample.int(20, 20, TRUE); quantile(survfit(Surv(time[k], event[k]) ~ 1), .5) })
best <- Inf
for (i in 1:as.integer(a[4])) best <- min(best, system.time(work())[["elapsed"]])
cat(best)
"""


def _in_r(task: str, data: Data, repeats: int) -> dict[str, Any]:
    if shutil.which("Rscript") is None:
        return {"skipped": "Rscript is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        script, values = Path(folder, "work.R"), Path(folder, "data.bin")
        script.write_text(_R)
        parts = [data["time"], data["event"], data["group"], data["x"].T.ravel()]
        np.concatenate([np.asarray(p, dtype=np.float64) for p in parts]).tofile(values)
        command = ["Rscript", str(script), task, str(values), str(len(data["time"])), str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"skipped": (done.stderr.strip().splitlines() or ["R failed"])[-1]}
    return {"seconds": float(done.stdout)}


PEERS = {"hepatica": _ours, "statsmodels": _statsmodels, "lifelines": _lifelines}
SLOW = {("cox", "statsmodels"), ("cox", "lifelines")}
# Peers resample in a loop: 300 rounds are timed and counted up to 10,000.
RESAMPLES_OF_PEERS = 300
COUNTED_UP = {("bootstrap", "lifelines"), ("bootstrap", "R")}


def measured(tool: str, row: Row, rows: int) -> dict[str, Any]:
    """Best wall time of a few runs and the peak memory above the data; or why it was skipped."""
    data = drawn(rows, row.times)
    repeats = 1 if (row.task, tool) in SLOW else 3
    if tool == "R":
        return _in_r(row.task, data, repeats)
    try:
        work = PEERS[tool](row.task)
    except ImportError as missing:
        return {"skipped": f"{missing.name} is not installed"}
    except KeyError:
        return {"skipped": "does not offer it"}
    before = _reset_peak()
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        work(data)
        best = min(best, time.perf_counter() - start)
    return {"seconds": best, "peak_mb": _memory_mb("VmHWM") - before}


def _memory_mb(field: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def _reset_peak() -> float:
    # Memory that drawing the data has left with the allocator would hide what the work takes.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return float("nan")
    return _memory_mb("VmRSS")


def _apart(tool: str, row: Row, rows: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", tool, str(ROWS.index(row)), "--rows", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"skipped": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _line(name: str, found: dict[str, Any], ours: float | None) -> str:
    if "skipped" in found:
        return f"  {name:<12} skipped: {found['skipped']}"
    seconds = found["seconds"]
    memory = f"{found['peak_mb']:8.0f} MB" if "peak_mb" in found else "       - MB"
    ratio = "" if ours is None else f"   {seconds / ours:8.1f} x ours"
    return f"  {name:<12} {seconds:10.4f} s {memory}{ratio}"


def run_row(row: Row, rows: int, slow: bool) -> None:
    """Print one line for us and one for each peer."""
    print(f"\n{row.title}" + ("" if row.times == "small" else f", {rows:,} rows"))
    found = _apart("hepatica", row, rows)
    ours = found.get("seconds")
    print(_line("hepatica", found, None), end="")
    # The aim is stated for a million rows.
    judged = ours is not None and (row.times == "small" or rows == 1_000_000)
    print(
        f"   aim {row.target_s} s: {'met' if ours <= row.target_s else 'MISSED'}" if judged else ""
    )
    for tool in ("statsmodels", "lifelines", "R"):
        if (row.task, tool) in SLOW and row.times == "distinct":
            print(f"  {tool:<12} skipped: takes minutes")
        elif (row.task, tool) in SLOW and not slow:
            print(f"  {tool:<12} skipped: slow (--no-slow)")
        else:
            found = _apart(tool, row, rows)
            if (row.task, tool) in COUNTED_UP and "seconds" in found:
                found["seconds"] *= 10_000 / RESAMPLES_OF_PEERS
            print(_line(tool, found, ours))


_LIFELINES_PLOT = """
import sys, pandas as pd, matplotlib; matplotlib.use("Agg")
from lifelines import KaplanMeierFitter
d = pd.read_csv(sys.argv[1])
KaplanMeierFitter().fit(d["months"], d["died"]).plot().figure.savefig(sys.argv[2])
"""
_R_PLOT = """
a <- commandArgs(TRUE); suppressMessages(library(survival)); d <- read.csv(a[1])
png(a[2]); plot(survfit(Surv(months, died) ~ 1, d)); invisible(dev.off())
"""


def run_end_to_end() -> None:
    """Print the wall time of a whole process that fits and plots 20 patients."""
    print("\n20 patients, fit and plot, whole process")
    with tempfile.TemporaryDirectory() as folder:
        table, figure = Path(folder, "times.csv"), Path(folder, "curve.png")
        data = drawn(20, "small")
        rows = zip(data["time"], data["event"].astype(int), strict=True)
        table.write_text("months,died\n" + "".join(f"{t},{e}\n" for t, e in rows))
        drawing = Path(folder, "plot.R")
        drawing.write_text(_R_PLOT)
        plain = ["--time", "months", "--event", "died"]
        ours = [sys.executable, "-m", "hepatica", "survival", str(table), *plain]
        commands = {
            "hepatica": [*ours, "--figure", str(figure.with_suffix(".svg"))],
            "lifelines": [sys.executable, "-c", _LIFELINES_PLOT, str(table), str(figure)],
            "R": ["Rscript", str(drawing), str(table), str(figure)],
        }
        base = None
        for tool, command in commands.items():
            found = _process(command)
            print(_line(tool, found, base))
            base = found.get("seconds") if tool == "hepatica" else base


def _process(command: list[str]) -> dict[str, Any]:
    if shutil.which(command[0]) is None:
        return {"skipped": f"{command[0]} is not installed"}
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        best = min(best, time.perf_counter() - start)
        if done.returncode:
            return {"skipped": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
    return {"seconds": best}


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description="Time the survival statistics against peers.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-slow", action="store_true", help="leave out slow peers")
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "ROW"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        tool, index = options.one
        print(json.dumps(measured(tool, ROWS[int(index)], options.rows)))
        return
    for row in ROWS:
        run_row(row, options.rows, not options.no_slow)
    run_end_to_end()


if __name__ == "__main__":
    main()

"""Soundness and power of the audit, measured on simulated papers: `make bench-audit`.

Soundness: true papers (hepatica.audit.simulation: every number follows from patients that exist)
on which no error may be told and no conflict claimed. Every offender is listed with its seed.
Power: the same papers with one slip each; the share found, by kind of slip and by layer. A slip
is found where an error is told; `+warning` counts those told as a warning or an error that the
true paper did not have. Some slips leave a paper that could be true: nothing can find those.

    python bench/audit.py                        500 true papers, and every kind of slip in 200
    python bench/audit.py --papers 40 --slips 10 --budget 0.5
    python bench/audit.py --seed 1234 --papers 1 --slips 0 --show    one paper, its errors in full
    python bench/audit.py --seed 1234 --papers 1 --slips 0 --write claims.toml
    python bench/audit.py --only "rows swapped" --json audit.json
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from hepatica.audit.claim import Paper
from hepatica.audit.claim_text import write_claims
from hepatica.audit.conflict import Audit
from hepatica.audit.evaluation import broken_claims
from hepatica.audit.outcome import Discrepancy, Passed
from hepatica.audit.run import CHECKS, run_checks
from hepatica.audit.simulation.paper import true_paper
from hepatica.audit.simulation.slip import KINDS, slipped_paper
from hepatica.core.finding import Level

PROCESSES = 2
Told = tuple[str, tuple[str, ...], str]
LAYERS = ("arithmetic", "statistics", "solver")


@dataclass
class Heard:
    """What the audit said of one paper; `errors` and `warnings` as (code, claims, message)."""

    seconds: float
    errors: list[Told]
    warnings: list[Told]
    verdict: str
    decided: bool

    @property
    def layers(self) -> set[str]:
        return {layer_of(code) for code, _, _ in self.errors}


@dataclass
class Trialled:
    """One true paper and its slips by kind."""

    seed: int
    patients: int
    arms: int
    claims: int
    broken: tuple[str, ...]
    true: Heard
    slips: dict[str, Heard] = field(default_factory=dict)


def layer_of(code: str) -> str:
    if code == "solver" or code.startswith("P3"):
        return "solver"
    return "arithmetic" if code.startswith(("P0", "P1")) else "statistics"


def audit_paper(paper: Paper, budget: float) -> Heard:
    """Every check and the solver on one paper, with the seconds they took; a crash is an error."""
    start = time.perf_counter()
    try:
        audit = run_checks(paper, budget_seconds=budget) if budget else without_solver(paper)
    except Exception as error:
        crash = ("crash", (), repr(error))
        return Heard(time.perf_counter() - start, [crash], [], "crash", False)
    seconds = time.perf_counter() - start
    told: dict[Level, list[Told]] = {level: [] for level in Level}
    for d in audit.discrepancies:
        told[d.level].append((d.code, d.claims, d.message))
    told[Level.ERROR] += unlisted_conflicts(audit)
    decided = audit.search is not None and audit.search.decided
    return Heard(seconds, told[Level.ERROR], told[Level.WARNING], audit.verdict, decided)


def without_solver(paper: Paper) -> Audit:
    outcomes = [outcome for check in CHECKS for outcome in check(paper)]
    found = tuple(o for o in outcomes if isinstance(o, Discrepancy))
    return Audit(paper, (), found, tuple(o for o in outcomes if isinstance(o, Passed)), None)


def unlisted_conflicts(audit: Audit) -> Iterator[Told]:
    """Conflicts of the solver that no discrepancy tells."""
    told = {frozenset(d.claims) for d in audit.discrepancies}
    for conflict in audit.search.conflicts if audit.search else ():
        if frozenset(conflict.claims) not in told:
            yield "solver", conflict.claims, conflict.message


def tried(seed: int, kinds: tuple[str, ...], budget: float) -> Trialled:
    """The paper of a seed audited true, then with each kind of slip."""
    paper, trial = true_paper(seed)
    broken = broken_claims(paper, trial.data_set)
    size, arms = len(trial.data_set), max(1, len(trial.arms))
    result = Trialled(seed, size, arms, len(paper.claims), broken, audit_paper(paper, budget))
    for kind in kinds:
        slip = slipped_paper(paper, kind, seed)
        if slip is not None:
            result.slips[kind] = audit_paper(slip.paper, budget)
    return result


def run(options: argparse.Namespace) -> list[Trialled]:
    """Every seed, in processes beside one another, with progress."""
    seeds = range(options.seed, options.seed + options.papers)
    kinds = tuple(options.only or KINDS)
    results = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("papers", total=len(seeds))
        with ProcessPoolExecutor(options.processes) as pool:
            jobs = {
                pool.submit(tried, seed, kinds if i < options.slips else (), options.budget): seed
                for i, seed in enumerate(seeds)
            }
            for job in as_completed(jobs):
                results.append(job.result())
                for code, ids, message in results[-1].true.errors:
                    told = f"seed {jobs[job]}: {code} {' '.join(ids)}: {message}"
                    progress.console.print(told, markup=False)
                progress.advance(task)
    return sorted(results, key=lambda r: r.seed)


def print_soundness(results: list[Trialled], console: Console) -> int:
    """The offenders among the true papers, and how many there are."""
    wrong = [r for r in results if r.true.errors or r.true.verdict == "contradictory"]
    untrue = [r for r in results if r.broken]
    sizes = sorted(r.patients for r in results)
    two = sum(r.arms == 2 for r in results)
    claims = sum(r.claims for r in results)
    console.print(
        f"True papers: {len(results)} ({two} of two arms, n = {sizes[0]}-{sizes[-1]}, "
        f"{claims} claims); with an error or a conflict: {len(wrong)}; "
        f"with a warning: {sum(bool(r.true.warnings) for r in results)}; "
        f"with claims that their own patients break: {len(untrue)}"
    )
    undecided = sum(not r.true.decided for r in results)
    console.print(f"Solver undecided or not run: {undecided}")
    for r in wrong:
        for code, ids, message in r.true.errors or [("verdict", (), r.true.verdict)]:
            console.print(f"  seed {r.seed}: {code} {' '.join(ids)}: {message}", markup=False)
    warned = Counter(code for r in results for code in {w[0] for w in r.true.warnings})
    console.print(f"Warnings on true papers, papers by code: {dict(sorted(warned.items()))}")
    return len(wrong) + len(untrue)


def print_power(results: list[Trialled], console: Console) -> dict[str, Any]:
    """The share of slips found, by kind and by layer."""
    columns = ("kind of slip", "papers", "found", "+warning", *LAYERS)
    table = Table(*columns, title="Slips found, per cent (by layer: found by it at all)")
    figures: dict[str, Any] = {}
    for kind in [*KINDS, "all"]:
        pairs = [
            (r.true, heard)
            for r in results
            for name, heard in r.slips.items()
            if kind in {name, "all"}
        ]
        if not pairs:
            continue
        found = [heard for _, heard in pairs if heard.errors]
        shares = {
            "papers": len(pairs),
            "found": len(found) / len(pairs),
            "+warning": sum(is_told(true, heard) for true, heard in pairs) / len(pairs),
        } | {layer: sum(layer in h.layers for h in found) / len(pairs) for layer in LAYERS}
        figures[kind] = shares
        cells = (f"{100 * shares[c]:.0f}" for c in columns[2:])
        table.add_row(kind, str(len(pairs)), *cells)
    console.print(table)
    return figures


def is_told(true: Heard, heard: Heard) -> bool:
    """An error, or a warning that the true paper did not have."""
    before = Counter(code for code, _, _ in true.warnings)
    after = Counter(code for code, _, _ in heard.warnings)
    return bool(heard.errors) or any(after[code] > before[code] for code in after)


def print_setting(options: argparse.Namespace, seconds: float, console: Console) -> None:
    names = ("hepatica", "ortools", "numpy", "scipy")
    console.print(
        f"Seeds {options.seed}-{options.seed + options.papers - 1}, slips in the first "
        f"{min(options.slips, options.papers)}, solver budget {options.budget} s a paper, "
        f"{options.processes} processes, {seconds:.0f} s; Python {platform.python_version()}, "
        + ", ".join(f"{n} {installed(n)}" for n in names)
    )


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Soundness and power of the audit.")
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--slips", type=int, default=200, help="papers that get every slip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=2.0, help="solver seconds; 0: no solver")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--only", action="append", choices=list(KINDS), help="kind of slip")
    parser.add_argument("--show", action="store_true", help="every error and warning in full")
    parser.add_argument("--write", type=Path, help="write the paper of the first seed as TOML")
    parser.add_argument("--json", type=Path, help="write every result")
    return parser.parse_args(sys.argv[1:] if Path(sys.argv[0]).name == "audit.py" else [])


def main() -> int:
    options = parsed()
    console = Console(width=max(100, Console().width), soft_wrap=True)
    if options.write:
        write_claims(true_paper(options.seed)[0], options.write)
        console.print(f"Seed {options.seed}: {options.write}")
    start = time.perf_counter()
    results = run(options)
    offenders = print_soundness(results, console)
    figures = print_power(results, console) if options.slips else {}
    print_setting(options, time.perf_counter() - start, console)
    slowest = max(results, key=lambda r: r.true.seconds)
    console.print(f"Slowest true paper: seed {slowest.seed}, {slowest.true.seconds:.1f} s")
    if options.show:
        for r in results:
            for name, heard in {"true": r.true, **r.slips}.items():
                for code, ids, message in [*heard.errors, *heard.warnings]:
                    console.print(
                        f"{r.seed} {name}: {code} {' '.join(ids)}: {message}", markup=False
                    )
    if options.json:
        whole = {"power": figures, "papers": [asdict(r) for r in results]}
        options.json.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return 1 if offenders else 0


if __name__ == "__main__" and main():
    raise SystemExit(1)

"""`hepatica reconstruct`: claims turned back into patients, as a study folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.core.errors import NotReady, UsageError

if TYPE_CHECKING:
    from hepatica.workflow.reconstructing import Ensemble, Rebuilt

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("claims", type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, metavar="STUDY", help="Study folder.")
@click.option("--seed", type=click.IntRange(0, 2**62), help="Other patients.  [default: 0]")
@click.option("--drop", multiple=True, metavar="ID", help="Leave a claim out; repeatable.")
@click.option(
    "--count", type=click.IntRange(1, 10_000), help="Also this many data sets: spread.csv."
)
@click.option("--data-set", type=_FILE, metavar="FILE", help="data_set.json in place of a search.")
@click.option("--budget", default=60.0, show_default=True, metavar="SECONDS", help="Of a search.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def reconstruct(claims: Path, output: Path, drop: tuple[str, ...], **how: Any) -> int:
    """Write a study folder of patients of whom CLAIMS (TOML or CSV) hold."""
    if how["data_set"] and (how["count"] or drop):
        raise UsageError("--data-set: expected without --count and --drop, which need a search")
    return run_reconstruct(claims, output, drop, **how)


def run_reconstruct(claims: Path, output: Path, drop: tuple[str, ...], **how: Any) -> int:
    """Write the folder, then the ensemble where one is asked for; print what was left out."""
    from hepatica.workflow.reconstructing import run_ensemble, run_reconstruction

    common = {"seed": how["seed"], "drop": drop, "budget_seconds": how["budget"]}
    try:
        made = run_reconstruction(claims, output, data_set=how["data_set"], **common)
        count = how["count"]
        ensemble = run_ensemble(claims, output, count=count, **common) if count else None
    except NotReady as stop:
        for finding in stop.findings:
            print(finding)
        print(f"No reconstruction: {stop}.", file=sys.stderr)
        return 1
    if how["as_json"]:
        print(json.dumps(_document(made, ensemble), ensure_ascii=False))
    else:
        _print(made, ensemble)
    return 0


def _print(made: Rebuilt, ensemble: Ensemble | None) -> None:
    account = made.account
    patients, claims = len(made.data_set), len(made.paper.claims)
    print(f"{patients} patients, seed {account.seed}: not patient data.")
    held = len(made.reconstruction.held)
    print(
        f"{len(account.kept)} of {claims} claims kept; {held} computed as true of these patients."
    )
    for name in account.dropped:
        print(f"left out: {name}")
    for sentence in made.reconstruction.told:
        print(f"not carried: {sentence}")
    for path in made.reconstruction.paths:
        print(path)
    if ensemble is None:
        return
    from hepatica.cli.columned import columned
    from hepatica.report.number import number

    print(f"\nNot printed by the paper, in {len(ensemble.seeds)} data sets that fit it:")
    rows: list[tuple[str, ...]] = [("", "of", "smallest", "median", "largest")]
    for s in ensemble.spreads:
        rows.append((s.name, s.group, *(number(x, 2) for x in (s.low, s.middle, s.high))))
    print(columned(rows))
    for path in ensemble.paths:
        print(path)


def _document(made: Rebuilt, ensemble: Ensemble | None) -> dict[str, object]:
    told: dict[str, object] = {
        "patients": len(made.data_set),
        "seed": made.account.seed,
        "kept": list(made.account.kept),
        "held": list(made.reconstruction.held),
        "dropped": list(made.account.dropped),
        "not_carried": list(made.reconstruction.told),
        "files": [str(path) for path in made.reconstruction.paths],
    }
    if ensemble is not None:
        told["spread"] = [
            {"number": s.name, "group": s.group, "smallest": s.low, "median": s.middle}
            | {"largest": s.high, "data_sets": s.count}
            for s in ensemble.spreads
        ]
    return told

"""`hepatica compare`: a study's own results against what its manuscript says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from hepatica.core.errors import NotReady

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("study", type=_FILE)
@click.argument("claims", type=_FILE)
@click.option("-o", "--output", type=_FILE, metavar="FILE.csv", help="Every number, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def compare(study: Path, claims: Path, output: Path | None, *, as_json: bool) -> int:
    """Tell where CLAIMS of a manuscript (TOML or CSV) differ from the results of STUDY."""
    return run_compare(study, claims, output, as_json=as_json)


def run_compare(study: Path, claims: Path, output: Path | None, *, as_json: bool) -> int:
    """Print the comparison; exit code 1 where a number differs or a claim is faulty."""
    from hepatica.audit.claim_file import read_claims
    from hepatica.core.finding import has_error
    from hepatica.workflow.comparing import (
        compare_claims,
        comparison_document,
        comparison_findings,
        write_comparison,
    )
    from hepatica.workflow.workspace import Workspace

    paper, faults = read_claims(claims)
    try:
        comparison = compare_claims(Workspace(study), paper)
    except NotReady as stop:
        for finding in stop.findings:
            print(finding)
        print(f"No comparison: {stop}.", file=sys.stderr)
        return 1
    if as_json:
        told = comparison_document(comparison) | {"faults": [str(fault) for fault in faults]}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for finding in (*faults, *comparison_findings(comparison)):
            print(finding)
    print(
        f"{len(comparison.equal)} equal, {len(comparison.different)} different, "
        f"{len(comparison.not_compared)} not compared.",
        file=sys.stderr,
    )
    if output is not None:
        print(write_comparison(comparison, output), file=sys.stderr)
    return int(bool(comparison.different) or has_error(faults))

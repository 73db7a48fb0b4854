"""`hepatica claims`: draft a claims file from a paper, and check one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from hepatica.core.errors import UsageError

_FILE = click.Path(path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.group(name="claims")
def claims() -> None:
    """The claims of a published paper: draft them from its text, check the file."""


@claims.command(name="init")
@click.argument("paper", type=_FILE)
@click.option(
    "-o",
    "--output",
    type=_FILE,
    default="claims.toml",
    show_default=True,
    help="File to write; one that is there is never replaced.",
)
@_as_json
def init(paper: Path, output: Path, as_json: bool) -> None:
    """Draft a claims file from PAPER (.txt or .pdf); every guess is named in the claim's note."""
    from hepatica.audit.claim import GUESSED
    from hepatica.audit.claim_text import write_claims
    from hepatica.audit.drafting.draft import draft_claims

    if output.exists():
        raise UsageError(f"{output}: is there already; name another file with -o")
    draft = draft_claims(paper)
    write_claims(draft.paper, output)
    number = len(draft.paper.claims)
    guessed = sum(claim.note.startswith(GUESSED) for claim in draft.paper.claims)
    if as_json:
        counts = {"claims": number, "guessed": guessed, "surplus": draft.surplus}
        print(json.dumps({"file": str(output), **counts, "lines_left_out": draft.left_out}))
        return
    print(output)
    print(f"{number} claims drafted, {guessed} with guesses: compare each with the paper.")
    for section, lines in draft.left_out.items():
        print(f"Left out: {lines} lines of {section}.")
    if draft.surplus:
        print(f"Left out: every number after the first {number}.")


@claims.command(name="check")
@click.argument("file", type=_FILE)
@_as_json
def check(file: Path, as_json: bool) -> int:
    """Tell every fault of a claims FILE (.toml or .csv) by line; exit code 1 where an error is."""
    from hepatica.audit.claim_file import read_claims
    from hepatica.cli.study_command import print_findings
    from hepatica.core.finding import has_error

    paper, findings = read_claims(file)
    print_findings(findings, as_json=as_json)
    print(f"{len(paper.claims)} claims.", file=sys.stderr)
    return int(has_error(findings))

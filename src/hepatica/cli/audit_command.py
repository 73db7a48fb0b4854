"""`hepatica audit`: can all claims of a paper be true together; findings, conflicts, a page."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from hepatica.cli.columned import columned
from hepatica.core.errors import UsageError

_FILE = click.Path(path_type=Path)
_INTERRUPTED = 130


@click.command()
@click.argument("claims", type=_FILE, required=False)
@click.option("-o", "--output", type=_FILE, help="Folder for audit.html, .json, .csv, manifest.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 86_400),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="For the search for patients; at its end UNKNOWN is told.",
)
@click.option("--without", multiple=True, metavar="RULE", help="Leave a rule out; repeatable.")
@click.option("--list", "listed", is_flag=True, help="List the codes of findings.")
@click.option("--rules", is_flag=True, help="List the rules, each with its strength and source.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def audit(
    claims: Path | None, output: Path | None, budget: float, without: tuple[str, ...], **flags: bool
) -> int:
    """Tell whether the claims of a paper (TOML or CSV) can all be true of any patients."""
    if flags["listed"]:
        return run_list(as_json=flags["as_json"])
    if flags["rules"]:
        return run_rules(as_json=flags["as_json"])
    if claims is None:
        raise UsageError("name a claims file, such as claims.toml")
    return run_claims(claims, output, budget, without, as_json=flags["as_json"])


def run_claims(
    claims: Path, output: Path | None, budget: float, without: tuple[str, ...], *, as_json: bool
) -> int:
    """Print the audit; exit code 1 where an error stands, 130 where it was interrupted."""
    from hepatica.core.finding import Level
    from hepatica.report.audit.document import audit_document
    from hepatica.report.audit.order import in_order
    from hepatica.report.audit.text import audit_text
    from hepatica.workflow.auditing import run_watched_audit, write_audit_files

    given, interrupted = run_watched_audit(claims, budget_seconds=budget, without=without)
    if as_json:
        print(json.dumps(audit_document(given), ensure_ascii=False))
    else:
        for line in audit_text(given):
            print(line)
    if interrupted:
        print("Interrupted: what was found so far, not complete.", file=sys.stderr)
    if output is not None:
        for path in write_audit_files(given, output):
            print(path, file=sys.stderr)
    if interrupted:
        return _INTERRUPTED
    stands = any(one.level is Level.ERROR for one in in_order(given.audit))
    return int(stands or given.audit.verdict == "contradictory")


def run_list(*, as_json: bool) -> int:
    """Print every code of an audit with its weight and title."""
    from hepatica.core.finding_code import finding_codes

    codes = [code for code in finding_codes().values() if code.code.startswith("P")]
    if as_json:
        told = [{"code": c.code, "severity": str(c.level), "title": c.title} for c in codes]
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for code in codes:
        print(f"{code.code}  {code.level:<7}  {code.title}")
    return 0


def run_rules(*, as_json: bool) -> int:
    """Print every rule that claims are held against."""
    from hepatica.audit.rule import rules

    if as_json:
        print(json.dumps([asdict(rule) for rule in rules().values()], ensure_ascii=False))
        return 0
    rows = [(rule.id, rule.strength, rule.source, rule.text) for rule in rules().values()]
    print(columned([("rule", "strength", "source", "text"), *rows]))
    return 0

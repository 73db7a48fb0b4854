"""Small papers for the tests of the audit, and what a check says of them."""

from hepatica.audit.claim import EVERYONE, Claim, Paper
from hepatica.audit.claim_file import check_claims
from hepatica.audit.claim_source import ClaimSource
from hepatica.audit.outcome import Discrepancy, Passed


def paper_of(*rows, sizes=None, within=None):
    """A paper of claims given as dicts; ids C1, C2, ... and the place Results unless given."""
    claims = []
    for number, row in enumerate(rows, start=1):
        whole = {
            "id": f"C{number}",
            "place": "Results",
            "quote": "",
            "population": EVERYONE,
            "statistic": "percent",
            "line": number,
        }
        claims.append(Claim(**{**whole, **row}))
    source = ClaimSource("claims.toml")
    given = Paper(tuple(claims), sizes=sizes or {}, within=within or {})
    paper = check_claims(given, source)
    assert len(paper.claims) == len(rows), source.findings
    return paper


def share(variable, level="", count="", value="", of="", **more):
    """A claim of a share: `count` of `of`, printed as `value` percent."""
    statistic = "percent" if value else "count"
    numbers = {"count": count, "value": value, "denominator": of, "statistic": statistic}
    return {"variable": variable, "level": level, **numbers, **more}


def codes(check, paper):
    """Codes of the discrepancies, in order."""
    return [o.code for o in check(paper) if isinstance(o, Discrepancy)]


def discrepancies(check, paper):
    """The discrepancies themselves."""
    return [o for o in check(paper) if isinstance(o, Discrepancy)]


def passed(check, paper):
    """Ids of the claims of every check that was made and agrees."""
    return [o.claims for o in check(paper) if isinstance(o, Passed)]

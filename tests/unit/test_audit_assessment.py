"""Confirmed beside best response, RECIST beside mRECIST: true papers, no contradiction."""

from __future__ import annotations

from hepatica.audit.assessment import assessed_apart
from hepatica.audit.claim import Claim, Paper


def _claim(name: str, variable: str, **more: str) -> Claim:
    return Claim(id=name, place="Table 2", quote="", variable=variable, statistic="percent", **more)


def test_a_confirmed_rate_and_a_rate_at_a_time_are_other_variables() -> None:
    claims = (
        _claim("a", "ORR", value="30"),
        _claim("b", "ORR", level="confirmed", value="20"),
        _claim("c", "DCR", level="at 12 weeks", value="50"),
    )
    apart = assessed_apart(Paper(claims)).claims
    assert [c.variable for c in apart] == ["ORR", "ORR confirmed", "DCR at 12 weeks"]


def test_the_first_way_of_assessing_stays_and_a_statistical_method_is_none() -> None:
    claims = (
        _claim("a", "best response", level="PR", value="30", method="mRECIST"),
        _claim("b", "best response", level="PR", value="20", method="RECIST 1.1"),
        _claim("c", "ORR", value="30"),
        _claim("d", "ORR", value="30", method="Clopper-Pearson"),
        _claim("e", "sex", level="F", value="30", method="local"),
    )
    apart = assessed_apart(Paper(claims)).claims
    variables = ["best response", "best response (recist 1.1)", "ORR", "ORR", "sex"]
    assert [c.variable for c in apart] == variables


def test_the_same_way_in_every_claim_changes_nothing() -> None:
    claims = (
        _claim("a", "ORR", value="30", method="BICR"),
        _claim("b", "ORR", value="30", method="BICR"),
    )
    assert assessed_apart(Paper(claims)).claims == claims

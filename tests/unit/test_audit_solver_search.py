"""The solver's answer as a whole: findings, budget, a stop, no OR-tools, the same bytes."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from audit_paper import paper_of, share

from hepatica.audit.claim import EVERYONE, Claim, Paper
from hepatica.audit.run import run_checks
from hepatica.audit.solver.search import run_search
from hepatica.audit.watch import Watch
from hepatica.core.finding import Level

SIZES = {EVERYONE: 20}
CONTRADICTORY = paper_of(
    share("best response", "CR", "1", "5.0", "20"),
    share("best response", "PR", "6", "30.0", "20"),
    share("ORR", count="6", value="30.0", of="20"),
    sizes=SIZES,
)
UNUSUAL = paper_of(
    share("ECOG-PS", "1", "15", "75.0", "20"), share("BCLC", "A", "10", "50.0", "20"), sizes=SIZES
)
CONSISTENT = paper_of(share("ORR", count="6", value="30.0", of="20"), sizes=SIZES)


def solver_codes(audit):
    told = [d for d in audit.discrepancies if d.code >= "P300"]
    return [(d.code, d.level) for d in told if d.code < "P400"]


def test_claims_that_cannot_stand_together_are_an_error() -> None:
    audit = run_checks(CONTRADICTORY, budget_seconds=20)
    assert solver_codes(audit) == [("P301", Level.ERROR)]
    assert audit.verdict == "contradictory"


def test_what_only_a_plausible_rule_forbids_is_a_warning() -> None:
    audit = run_checks(UNUSUAL, budget_seconds=20)
    assert solver_codes(audit) == [("P302", Level.WARNING)]


@pytest.mark.parametrize("paper", [CONTRADICTORY, CONSISTENT])
def test_without_a_budget_nothing_is_consistent(paper) -> None:
    search = run_search(paper, budget_seconds=0)
    assert not search.complete and search.conflicts == () and search.agreed == ()
    audit = run_checks(paper, budget_seconds=0)
    assert ("P303", Level.NOTE) in solver_codes(audit)
    assert audit.verdict != "consistent"


def test_a_stop_leaves_the_question_open() -> None:
    watch = Watch(tell=lambda _: None, is_stopped=lambda: True)
    search = run_search(CONSISTENT, budget_seconds=20, watch=watch)
    assert (search.complete, search.agreed) == (False, ())
    assert run_checks(CONSISTENT, budget_seconds=20, watch=watch).verdict == "unknown"


def test_without_or_tools_the_question_stays_open(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "hepatica.audit.solver.search")
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    for name in [m for m in sys.modules if m.startswith("hepatica.audit.solver.")]:
        monkeypatch.delitem(sys.modules, name)
    audit = run_checks(CONSISTENT, budget_seconds=20)
    assert solver_codes(audit) == [("P303", Level.NOTE)]
    assert audit.verdict == "unknown"
    assert audit.search is not None and "OR-tools is not installed" in audit.search.note


def test_repairs_are_the_least_that_lets_the_rest_stand() -> None:
    search = run_search(CONTRADICTORY, budget_seconds=20)
    assert {r.claims for r in search.repairs} == {("C1",), ("C2",), ("C3",)}
    assert {(r.weight, r.rules) for r in search.repairs} == {(10, ())}
    for repair in search.repairs:
        kept = tuple(c for c in CONTRADICTORY.claims if c.id not in repair.claims)
        rest = run_search(replace(CONTRADICTORY, claims=kept), budget_seconds=20)
        assert (rest.conflicts, rest.decided) == ((), True)


PROGRAM = """
from hepatica.audit.claim import Claim, Paper, EVERYONE
from hepatica.audit.solver.search import run_search
names = [("best response", "CR", 1), ("best response", "PR", 6), ("ORR", "", 6), ("sex", "F", 9)]
names += [("AE nausea", "any", 7), ("cause", "HBV", 12), ("hypertension", "", 4)]
claims = [
    Claim(f"C{i}", "T", "", v, "count", level=lv, count=str(k), denominator="20")
    for i, (v, lv, k) in enumerate(names)
]
claims += [Claim("M", "T", "", "OS", "median", value="9.0", unit="months")]
claims += [Claim("A", "T", "", "age", "median", value="61")]
search = run_search(Paper(tuple(claims), sizes={EVERYONE: 20}), budget_seconds=60)
print(search.conflicts, search.repairs)
print([(p.population, list(p.values.items())) for p in search.data_set])
"""


def test_two_processes_give_the_same_patients() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert told[0].count(b"hypertension") == 20


def test_claims_that_nothing_was_computed_from_are_unknown_not_consistent() -> None:
    words = Claim("C1", "Methods", "retrospective", "study design", "text", value="retrospective")
    alone = Claim("C2", "Results", "median 9.2", "OS", "median", value="9.2", unit="months")
    for paper in (Paper((words,)), Paper((alone,)), Paper((words, alone))):
        search = run_search(paper)
        assert not search.decided
        assert search.agreed == ()
        assert search.note

"""The worked example's manuscript against its records: equal but where the paper contradicts."""

from pathlib import Path

import pytest

from hepatica.audit.claim_file import read_claims
from hepatica.workflow.comparing import compare_claims
from hepatica.workflow.manuscript.comparison import Comparison
from hepatica.workflow.workspace import Workspace

STUDY = Path(__file__).parents[2] / "examples" / "beva-tace"
# No records can bear these out beside the other claims of the paper: ORR 30 % with CR 5 % and PR
# 30 %, the intervals of PFS, and hyperbilirubinemia of 10 % beside 45 % in Table 2.
IMPOSSIBLE = {"C010", "C014", "C017", "C078", "C084", "C169"}
# The intervals of OS, and the postembolic syndrome of which Table 2 says nothing.
DOUBTFUL = {"C009", "C016", "C077", "C168"}
PAIRS = 53


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    paper, faults = read_claims(STUDY / "claims.toml")
    assert not [f for f in faults if str(f.level) == "error"]
    return compare_claims(Workspace(STUDY), paper)


def test_what_differs_is_what_the_paper_contradicts_itself_in(comparison: Comparison) -> None:
    different = {entry.claim.id for entry in comparison.different}
    assert different >= IMPOSSIBLE
    assert different <= IMPOSSIBLE | DOUBTFUL


def test_the_intervals_are_told_as_ranges(comparison: Comparison) -> None:
    of_pfs = [e for e in comparison.different if e.claim.variable == "PFS"]
    assert {e.code for e in of_pfs} == {"P403"}
    assert {e.hint for e in of_pfs} == {"the bracket is equal to the observed range"}


def test_orr_is_told_with_the_number_of_the_records(comparison: Comparison) -> None:
    orr = [e for e in comparison.different if e.claim.variable == "ORR"]
    assert [(e.printed, e.computed, e.code) for e in orr] == [("30.0", "35.0", "P401")] * 2


def test_every_count_with_its_percentage_is_equal(comparison: Comparison) -> None:
    pairs = [
        e
        for e in comparison.entries
        if e.claim.patients is not None and e.claim.value
        if e.claim.statistic == "percent"
    ]
    assert len(pairs) == PAIRS
    # The paper calls severe mucositis and hypertension one event; the records have no such term.
    assert {e.claim.id for e in pairs if e not in comparison.equal} <= {"C020"}
    assert not [e for e in pairs if e in comparison.different]


def test_the_described_patient_is_found(comparison: Comparison) -> None:
    described = [e for e in comparison.entries if e.claim.population == "index patient"]
    equal = {e.claim.variable for e in described if str(e.verdict) == "equal"}
    assert {"age", "sex", "Child-Pugh", "PFS", "OS"} <= equal
    (who,) = {e.subjects for e in described if str(e.verdict) == "equal"}
    assert len(who) == 1


def test_every_number_compared_is_traced(comparison: Comparison) -> None:
    for entry in comparison.equal + comparison.different:
        if entry.claim.statistic in {"date", "identifier"}:
            continue
        assert entry.rows or entry.subjects, entry.claim.id

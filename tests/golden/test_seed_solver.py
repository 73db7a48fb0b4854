"""The example's claims before the solver: its conflicts, their rules, and patients for the rest."""

import os
import time
from pathlib import Path

import pytest

from hepatica.audit.claim_file import read_claims
from hepatica.audit.evaluation import broken_claims
from hepatica.audit.solver.reading import read_as_ranges
from hepatica.audit.solver.search import run_search

ROOT = Path(__file__).parents[2]
CONFLICTS = {
    ("C030 C174", "eligibility.met"),
    ("C007 C071", "stage.bclc-d"),
    ("C030 C071", "eligibility.met"),
    ("C011 C012 C014", "response.orr"),
    ("C010 C012 C013 C053", "time.second-scan time.follow-up"),
    ("C010 C015 C053", "response.dcr time.second-scan time.follow-up"),
    ("C013 C014 C015", "response.orr response.dcr"),
    ("C017 C090", ""),
    ("C017 C126", ""),
    ("C146", "toxicity.grade-domain"),
    ("C032 C034 C035 C038 C175", "liver.child-pugh eligibility.met"),
    ("C032 C034 C035 C038 C102", "liver.child-pugh eligibility.met"),
    ("C032 C035 C103", "liver.child-pugh eligibility.met"),
    ("C032 C038 C103", "liver.child-pugh eligibility.met"),
}


def claims_file(name):
    if name == "example":
        return ROOT / "examples" / "beva-tace" / "claims.toml"
    data = os.environ.get("HEPATICA_DATA")
    shared = Path(data).parent if data else ROOT.parent / "shared"
    path = shared / "seed" / "seed_claims.csv"
    if not path.is_file():
        pytest.skip(f"the seed's claims are not here: {path}")
    return path


@pytest.mark.parametrize("name", ["example", "seed"])
def test_every_conflict_is_found_and_the_rest_can_be_true(name) -> None:
    paper, _ = read_claims(claims_file(name))
    start = time.process_time()
    search = run_search(paper, budget_seconds=120)
    assert time.process_time() - start < 30
    told = [(" ".join(c.claims), " ".join(c.rules)) for c in search.conflicts]
    assert set(told) == CONFLICTS
    assert len(told) == len(CONFLICTS)
    assert (search.decided, search.complete, search.optimal) == (True, True, True)
    assert search.data_set is not None and len(search.data_set) == 20
    wanted = {c.id for c in paper.claims if c.about_patients} & set(search.used)
    # The data set takes the intervals of medians as ranges, and the note says so.
    assert "read as ranges" in search.note
    assert broken_claims(read_as_ranges(paper), search.data_set, wanted) == ()

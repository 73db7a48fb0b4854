"""Counts in the solver: levels, rates, populations, criteria, adverse events."""

import pytest
from audit_paper import paper_of, share

from hepatica.audit.claim import EVERYONE
from hepatica.audit.evaluation import broken_claims
from hepatica.audit.solver.search import run_search


def search_of(*rows, sizes=None, within=None, **options):
    paper = paper_of(*rows, sizes=sizes or {EVERYONE: 20}, within=within or {})
    search = run_search(paper, budget_seconds=20, **options)
    if search.data_set is not None:
        # A criterion is given up as a rule.
        wanted = {c.id for c in paper.claims if c.about_patients} & set(search.used)
        assert broken_claims(paper, search.data_set, wanted) == ()
    return search


def conflicts(*rows, **more):
    return [(c.claims, c.rules) for c in search_of(*rows, **more).conflicts]


def test_exclusive_levels_are_at_most_everybody() -> None:
    rows = [share("ECOG-PS", level, "7", of="20") for level in "012"]
    assert conflicts(*rows) == [(("C1", "C2", "C3"), ())]
    assert conflicts(*rows[:2]) == []


def test_overlapping_levels_are_not_exclusive() -> None:
    assert (
        conflicts(share("AFP", "<400", "15", of="20"), share("AFP", ">=200", "15", of="20")) == []
    )
    apart = share("AFP", "<200", "15", of="20"), share("AFP", ">=200", "15", of="20")
    assert conflicts(*apart) == [(("C1", "C2"), ())]


def test_levels_that_differ_in_capitals_are_one() -> None:
    rows = share("cause", "HBV", "8", of="20"), share("cause", "hbv", "9", of="20")
    assert conflicts(*rows) == [(("C1", "C2"), ())]


def test_rate_of_no_is_not_a_rate_of_yes() -> None:
    rows = [share("tumour reduction", "yes", "8", of="20"), share("ORR", "no", "15", of="20")]
    search = search_of(*rows, share("tumour reduction", "no", "12", of="20"))
    assert (search.conflicts, search.decided) == ((), True)
    more = share("tumour reduction", "no", "13", of="20")
    assert conflicts(*rows, more) == [(("C1", "C3"), ())]


RESPONSES = (
    share("best response", "CR", "1", of="20"),
    share("best response", "PR", "6", of="20"),
    share("ORR", value="30.0"),
)


def test_rate_that_responses_contradict() -> None:
    assert conflicts(*RESPONSES) == [(("C1", "C2", "C3"), ("response.orr",))]


@pytest.mark.parametrize("first", [0, 2])
def test_without_the_rule_the_rate_is_a_feature_of_its_own(first: int) -> None:
    rows = [*RESPONSES[first:], *RESPONSES[:first]]
    search = search_of(*rows, share("DCR", value="40.0"), without=["response.orr", "response.dcr"])
    assert (search.conflicts, search.decided, len(search.used)) == ((), True, 4)
    assert search.data_set is not None
    rates = [(p.values["ORR"], p.values["DCR"]) for p in search.data_set]
    # A response is control still.
    assert sorted(rates) == [("no", "no")] * 12 + [("no", "yes")] * 2 + [("yes", "yes")] * 6


def test_without_the_rule_an_event_of_any_kind_is_counted_apart() -> None:
    rows = share("AE nausea", "any", "8", of="20"), share("AE of any kind", "any", "6", of="20")
    assert conflicts(*rows) == [(("C1", "C2"), ("toxicity.any",))]
    search = search_of(*rows, without=["toxicity.any"])
    assert (search.conflicts, search.decided) == ((), True)


def test_grades_that_overlap_in_a_table() -> None:
    rows = [share("AE nausea", grade, "3", of="20") for grade in ("3-4", ">=3", "3")]
    assert search_of(*rows).decided
    rows.append(share("AE nausea", ">=4", "1", of="20"))
    assert conflicts(*rows) == [(("C2", "C3", "C4"), ())]


def test_grade_that_an_event_does_not_have() -> None:
    rule = ("toxicity.grade-domain",)
    assert conflicts(share("AE anaphylaxis", "1", "2", of="20")) == [(("C1",), rule)]
    assert conflicts(share("AE anaphylaxis", "3", "2", of="20")) == []


ARMS = {"A": EVERYONE, "B": EVERYONE}
COMPARED = {"variable": "age", "statistic": "p", "value": "0.2", "between": ("A", "B")}


def test_arms_that_are_compared_add_to_the_whole() -> None:
    rows = [share("ORR", count=c, of="10", population=p) for c, p in (("6", "A"), ("7", "B"))]
    rows += [share("ORR", count="9", of="20"), COMPARED]
    sizes = {EVERYONE: 20, "A": 10, "B": 10}
    assert conflicts(*rows, sizes=sizes, within=ARMS) == [(("C1", "C2", "C3"), ())]
    right = [*rows[:2], share("ORR", count="13", of="20"), COMPARED]
    assert search_of(*right, sizes=sizes, within=ARMS).decided


def test_groups_that_may_overlap_do_not_add() -> None:
    rows = [share("ORR", count=c, of="10", population=p) for c, p in (("6", "A"), ("7", "B"))]
    rows.append(share("ORR", count="9", of="20"))
    assert conflicts(*rows, sizes={EVERYONE: 20, "A": 10, "B": 10}, within=ARMS) == []


def test_one_group_is_part_of_the_whole() -> None:
    rows = share("ORR", count="6", of="8", population="A"), share("ORR", count="5", of="20")
    told = conflicts(*rows, sizes={EVERYONE: 20, "A": 8}, within={"A": EVERYONE})
    assert told == [(("C1", "C2"), ())]


def test_arms_larger_than_the_whole_are_answered_without_a_data_set() -> None:
    rows = share("ORR", count="9", of="10", population="A"), share("ORR", count="3", of="5")
    search = search_of(*rows, sizes={EVERYONE: 5, "A": 10}, within={"A": EVERYONE})
    assert (search.conflicts, search.decided, search.data_set) == ((), False, None)


@pytest.mark.parametrize("size", [0, 1])
def test_population_of_nobody_or_one(size: int) -> None:
    row = share("ORR", count=str(size), of=str(size))
    assert conflicts(row, sizes={EVERYONE: size}) == []


def liver(bound: str, unit: str) -> list[dict[str, str]]:
    told = {"bilirubin": bound, "albumin": ">35", "INR": "<1.7"}
    told |= {"encephalopathy": "none", "ascites": "none"}
    rows = [{"variable": v, "statistic": "criterion", "value": text} for v, text in told.items()]
    rows[0]["unit"] = unit
    return [*rows, share("Child-Pugh", "B", "3", of="20")]


@pytest.mark.parametrize(("bound", "unit"), [("<2", "mg/dL"), ("<34.2", "umol/L")])
def test_laboratory_limits_leave_no_room_for_a_class(bound: str, unit: str) -> None:
    rules = ("liver.child-pugh", "eligibility.met")
    assert conflicts(*liver(bound, unit)) == [(("C1", "C2", "C3", "C4", "C5", "C6"), rules)]


@pytest.mark.parametrize(("bound", "unit"), [("<3.1", "mg/dL"), ("<53", "umol/L"), ("<2", "?")])
def test_wider_limits_leave_room(bound: str, unit: str) -> None:
    assert conflicts(*liver(bound, unit)) == []


HOSTILE = (
    "'; DROP TABLE x --",
    "{0.__class__}",
    "%s%n",
    "\x00",
    "(" * 30,
    "9" * 39,
    ">=",
    "-",
    "\u202e0",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words(text: str) -> None:
    rows = [
        share("ECOG-PS", text, "3", of="20"),
        share(text, text, "4", of="20"),
        share(f"AE {text}", text, "4", of="20"),
        {"variable": "ECOG-PS", "statistic": "criterion", "value": text},
        {"variable": "bilirubin", "statistic": "criterion", "value": text, "unit": text},
        share("ECOG-PS", "1", "4", of="20"),
    ]
    assert all(c.rules == ("eligibility.met",) for c in search_of(*rows).conflicts)

"""The solver against every data set of tiny papers.

Counts with their denominators are exact: conflicts and repairs are those of the enumeration, no
more and no fewer. Elsewhere the solver claims a conflict only where there is one; it may miss one

- where no denominator is printed, for any up to the size of the population is tried,
- of means without a number of patients, for values may be missing,
- of numbers, which it takes as real, not as whole,
- of a median between two moments that other claims pin (either convention for a plateau),
- of survival within the error of scaled logarithms, or of more than 60 patients, whose survival
  between two moments is bounded and not followed event by event,
- of confidence limits, of which only the fewest patients and events are held.
"""

from collections.abc import Iterable
from fractions import Fraction
from random import Random

import pytest
from audit_brute import UNKNOWN, Truth, truth

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.conflict import Search
from hepatica.audit.data_set import Duration
from hepatica.audit.evaluation import broken_claims
from hepatica.audit.solver.search import run_search

LEVELS = {
    "best response": ("CR", "PR", "SD", "PD", UNKNOWN),
    "ECOG-PS": ("0", "1", "3", "4", UNKNOWN),
    "BCLC": ("A", "C", "D", UNKNOWN),
    "AE anaphylaxis": ("0", "1", "2", "3", "4", "5"),
    "AE of any kind": ("0", "1", "2", "3", "4", "5"),
}
GRADES = ("any", "1", "3", "3-4", ">=3")
EVENT = ("yes", "no")
THEMES = (
    ("best response", "ORR"),
    ("best response", "DCR"),
    ("best response", "ORR", "DCR"),
    ("best response", "tumour reduction"),
    ("ORR", "DCR"),
    ("ECOG-PS", "BCLC"),
    ("AE anaphylaxis", "AE of any kind"),
)


def paper_of(claims: Iterable[Claim], n: int) -> Paper:
    """A paper of claims that all differ in what they say."""
    said = {(c.variable, c.statistic, c.level, c.count, c.value, c.bracket): c for c in claims}
    return Paper(tuple(said.values()), sizes={EVERYONE: n})


def claim(number: int, variable: str, statistic: str, **more: object) -> Claim:
    return Claim(f"C{number}", "Results", "", variable, statistic, **more)  # type: ignore[arg-type]


def counted_paper(seed: int) -> tuple[Paper, Truth]:
    rng = Random(f"counts {seed}")
    theme = THEMES[seed % len(THEMES)]
    few = len(theme) > 2 or "AE anaphylaxis" in theme
    n = rng.randint(1, 2 if few else 3)
    claims = []
    for i in range(rng.randint(3, 6)):
        variable = rng.choice(theme)
        grades = GRADES if variable.startswith("AE ") else LEVELS.get(variable, ("",))
        level = rng.choice([v for v in grades if v != UNKNOWN])
        count = str(rng.randint(0, n))
        claims.append(claim(i, variable, "count", level=level, count=count, denominator=str(n)))
    paper = paper_of(claims, n)
    told = {c.variable for c in paper.claims}
    return paper, truth(paper, n, {v: LEVELS.get(v, EVENT) for v in theme if v in told})


def members(search: Search) -> set[frozenset[str]]:
    return {frozenset((*c.claims, *c.rules)) for c in search.conflicts}


def has_sound_data(paper: Paper, search: Search) -> bool:
    found = search.data_set
    return found is not None and not broken_claims(paper, found, search.used)


@pytest.mark.parametrize("seed", range(70))
def test_conflicts_and_repairs_of_counts_are_those_of_the_enumeration(seed: int) -> None:
    paper, all_there_is = counted_paper(seed)
    search = run_search(paper, budget_seconds=60)
    assert (search.decided, search.complete, search.optimal) == (True, True, True)
    assert members(search) == all_there_is.conflicts()
    least, repairs = all_there_is.repairs()
    told = {frozenset((*r.claims, *r.rules)) for r in search.repairs}
    assert told == repairs - {frozenset()}
    assert {r.weight for r in search.repairs} <= {least}
    assert has_sound_data(paper, search)


def sound(paper: Paper, all_there_is: Truth) -> tuple[bool, bool]:
    """Whether a conflict is told and whether there is one; each that is told is one."""
    search = run_search(paper, budget_seconds=60)
    for conflict in members(search):
        assert not all_there_is.stands(conflict)
    # Each end of a bracket weighs as a claim of its own.
    for repair in search.repairs if not any(c.bracket for c in paper.claims) else ():
        gone = {*repair.claims, *repair.rules}
        for member in gone:
            assert not all_there_is.stands({*all_there_is.members} - (gone - {member}))
    if search.data_set is not None:
        assert has_sound_data(paper, search)
    if all_there_is.stands(all_there_is.members):
        assert search.conflicts == ()
    return bool(search.conflicts), bool(all_there_is.conflicts())


def share_paper(seed: int) -> tuple[Paper, Truth]:
    """Percentages with and without counts and denominators, of patients some of whom lack it."""
    rng = Random(f"shares {seed}")
    theme = THEMES[seed % 2]
    n = rng.randint(2, 4)
    claims = []
    for i in range(rng.randint(2, 4)):
        variable = rng.choice(theme)
        level = rng.choice([v for v in LEVELS.get(variable, ("",)) if v != UNKNOWN])
        of = rng.randint(1, n)
        count = rng.randint(0, of)
        value = rng.choice([f"{100 * count / of:.0f}", f"{100 * count / of:.1f}"])
        more = rng.choice([{}, {"count": str(count)}, {"denominator": str(of)}])
        claims.append(claim(i, variable, "percent", level=level, value=value, **more))
    paper = paper_of(claims, n)
    told = {c.variable for c in paper.claims}
    levels = {v: LEVELS.get(v, EVENT) for v in theme if v in told}
    if "best response" in levels:
        levels["best response"] = (*levels["best response"][:-1], None)  # type: ignore[assignment]
    return paper, truth(paper, n, levels)


@pytest.mark.parametrize("seed", range(24))
def test_no_conflict_of_shares_is_told_where_some_patients_satisfy_all(seed: int) -> None:
    sound(*share_paper(seed))


def number_paper(seed: int) -> tuple[Paper, Truth]:
    rng = Random(f"numbers {seed}")
    n = rng.randint(2, 3)
    claims = []
    for i in range(rng.randint(2, 4)):
        statistic = rng.choice(("mean", "median", "min", "max", "q1", "q3", "centre"))
        value = rng.choice((f"{rng.randint(0, 5)}", f"{rng.randint(0, 10) / 2:.1f}"))
        of = rng.choice(("", str(n)))
        ends = sorted(rng.sample(range(6), 2))
        bracket = Bracket(*map(str, ends), rng.choice(("range", "iqr")))
        held = bracket if statistic in {"mean", "median"} and rng.random() < 0.3 else None
        more = {"value": value, "denominator": of, "bracket": held}
        claims.append(claim(i, "sessions", statistic, **more))
    paper = paper_of(claims, n)
    return paper, truth(paper, n, {"sessions": [Fraction(k, 2) for k in range(11)]})


@pytest.mark.parametrize("seed", range(20))
def test_no_conflict_of_numbers_is_told_where_some_patients_satisfy_all(seed: int) -> None:
    sound(*number_paper(seed))


def timed_claims(rng: Random, variables: tuple[str, ...], n: int) -> Iterable[Claim]:
    for i in range(rng.randint(2, 4)):
        variable = rng.choice(variables)
        what = rng.choice(("median", "min", "max", "survival", "at_risk", "events", "reached"))
        value, more = str(rng.randint(1, 3)), {"unit": "months"}
        if what == "survival":
            value = f"{100 * rng.randint(0, n) / n:.0f}"
        elif what in {"at_risk", "events"}:
            value = str(rng.randint(0, n))
        elif what == "reached":
            what, value = "median", "not reached"
        if what in {"survival", "at_risk"}:
            more = {"unit": "%", "level": f"{rng.randint(1, 3)} months"}
        yield claim(i, variable, what, value=value, **more)


def durations(times: Iterable[Fraction]) -> list[Duration]:
    return [Duration(time, event) for time in times for event in (True, False)]


def one_time_paper(seed: int) -> tuple[Paper, Truth]:
    rng = Random(f"one time {seed}")
    n = rng.randint(1, 2)
    paper = paper_of(timed_claims(rng, ("OS",), n), n)
    # The ends of what a claim can mean, and two moments between them: two can be in any order.
    grid = [Fraction(k, 8) for whole in range(0, 28, 4) for k in (whole + 2, whole + 3, whole + 4)]
    return paper, truth(paper, n, {"OS": durations(grid)})


@pytest.mark.parametrize("seed", range(16))
def test_conflicts_of_one_time_are_those_of_the_enumeration(seed: int) -> None:
    paper, all_there_is = one_time_paper(seed)
    told, there = sound(paper, all_there_is)
    medians = [c for c in paper.claims if c.statistic == "median"]
    if not medians:
        assert told == there


def two_time_paper(seed: int) -> tuple[Paper, Truth]:
    rng = Random(f"two times {seed}")
    n = rng.randint(1, 2)
    paper = paper_of(timed_claims(rng, ("PFS", "OS"), n), n)
    grid = durations(Fraction(k, 2) for k in range(2, 7))
    told = {c.variable for c in paper.claims}
    return paper, truth(paper, n, {v: grid for v in ("PFS", "OS") if v in told})


@pytest.mark.parametrize("seed", range(12))
def test_no_conflict_of_two_times_is_told_where_some_patients_satisfy_all(seed: int) -> None:
    sound(*two_time_paper(seed))

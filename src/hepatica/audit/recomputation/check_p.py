"""P-values of a paper against its own counts, means and test statistics.

An error needs a test that the paper names and every number that the test uses: then no admissible
rounding or denominator gives the printed p. Where the test is not named, that no usual test gives
p is a warning only: it may come from another test, or be stratified or adjusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.reading import ids, named
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.recomputation.arm_table import ArmTables, Table, arm_tables
from hepatica.audit.recomputation.named_test import NamedTest, named_test
from hepatica.audit.recomputation.p_value import (
    PRange,
    Summary,
    least_p_values,
    mean_p_ranges,
    p_admits,
    table_p_values,
)
from hepatica.audit.recomputation.test_statistic import (
    Recomputation,
    Rule,
    TestStatistic,
    recomputation,
    test_statistics,
)

_TABLE_SOURCE = "chi-square with and without Yates, N - 1, G, Fisher, mid-P, trend, unpooled z"
_MEAN_SOURCE = "Student's and Welch's t test, ANOVA, of n, mean and SD within their rounding"


def check_test(paper: Paper) -> Iterator[Outcome]:
    """Every claim of a test statistic: its p against the p of the statistic [nuijten2016]."""
    for claim in paper.select(statistic="test"):
        for stated in test_statistics(claim.value[:10_000]):
            found = recomputation(stated)
            if found.error is None:
                continue
            text = f"{stated.text}: {_told(stated, found)}"
            if not found.error:
                yield Passed("P230", text, (claim.id,))
                continue
            yield Discrepancy(
                "P230",
                text + (", on the other side of 0.05" if found.decision_error else ""),
                (claim.id,),
                "p of the statistic within its rounding [nuijten2016]",
                tried=("rounding of the statistic and of p",),
                rescued_by=tuple(_one_sided(stated)),
            )


def _told(stated: TestStatistic, found: Recomputation) -> str:
    low, high = _short(found.low), _short(found.high)
    return f"p = {low}" if low == high else f"p from {low} to {high}"


def _one_sided(stated: TestStatistic) -> Iterator[str]:
    if (
        stated.kind in {"t", "r", "Z"}
        and recomputation(stated, Rule(one_tailed=True)).error is False
    ):
        yield "a one-sided test"


def check_table_p(paper: Paper) -> Iterator[Outcome]:
    """Every p of a comparison of counts."""
    for claim, printed in _comparisons(paper):
        test = named_test(claim.method, of_table=True)
        found = arm_tables(paper, claim) if test else None
        if test and found and found.tables:
            yield from _of_tables(claim, printed, test, found)


def check_mean_p(paper: Paper) -> Iterator[Outcome]:
    """Every p of a comparison of means."""
    for claim, printed in _comparisons(paper):
        test = named_test(claim.method, of_table=False)
        if test is None:
            continue
        means = [_mean(paper, claim, arm) for arm in claim.between]
        claims = [c for c in means if c is not None]
        if len(claims) == len(means) >= 2:
            yield from _of_means(paper, claim, printed, test, claims)


def _comparisons(paper: Paper) -> Iterator[tuple[Claim, Printed]]:
    for claim in paper.select(statistic="p"):
        if claim.number is not None and len(set(claim.between)) >= 2:
            yield claim, claim.number


def _of_tables(
    claim: Claim, printed: Printed, test: NamedTest, found: ArmTables
) -> Iterator[Outcome]:
    claims = (claim.id, *dict.fromkeys(found.claims))
    by_table = [(table, table_p_values(table)) for table in found.tables]
    fits = [
        (name, table, p)
        for table, values in by_table
        for name, p in _sided(values, test).items()
        if p_admits(printed, p, p)
    ]
    if fits:
        name, table, p = next((f for f in fits if test.gives(f[0])), fits[0])
        text = f"{named(claim)}: p {claim.value}; {_shown(table)}, {name}: p = {_short(p)}"
        yield Passed("P231", text, claims)
        return
    values = by_table[0][1]
    if not values:
        return
    complete = found.complete and all("Fisher" in own for _, own in by_table if own)
    told = ", ".join(f"{name} {_short(p)}" for name, p in values.items())
    text = f"{named(claim)}: p {claim.value}; of {_shown(found.tables[0])}: {told}"
    # A p that the paper does not name a test for may come from any, or be stratified.
    code = "P231" if test.families and complete else "P232"
    tried = [f"{len(values)} tests"]
    if len(found.tables) > 1:
        tried.append(f"{len(found.tables)} tables: other denominators, levels left out or joined")
    yield Discrepancy(code, text, claims, _TABLE_SOURCE, tried=tuple(tried))


def _sided(values: dict[str, float], test: NamedTest) -> dict[str, float]:
    if not test.one_sided:
        return values
    lower = {f"{name}, one-sided": p / 2 for name, p in values.items()}
    return lower | {f"{name}, other side": 1 - p / 2 for name, p in values.items()}


def _shown(table: Table) -> str:
    if all(len(row) == 2 for row in table):
        return " and ".join(f"{k}/{k + rest}" for k, rest in table)
    return " and ".join("(" + ", ".join(map(str, row)) + ")" for row in table)


def _mean(paper: Paper, claim: Claim, arm: str) -> Claim | None:
    """The arm's only mean with a standard deviation; None where there is none, or two differ."""
    found = [
        c
        for c in paper.select(variable=claim.variable, population=arm, statistic="mean")
        if c.level == claim.level and c.bracket and c.bracket.declared_as == "sd" and c.number
    ]
    texts = {(c.value, c.bracket.low if c.bracket else "") for c in found}
    return found[0] if len(texts) == 1 else None


def _of_means(
    paper: Paper, claim: Claim, printed: Printed, test: NamedTest, means: Sequence[Claim]
) -> Iterator[Outcome]:
    sizes = [c.of if c.of is not None else paper.sizes.get(c.population) for c in means]
    known = [n for n in sizes if n is not None and n >= 2]
    told = all(c.of is not None for c in means) or _is_complete(paper, claim, known)
    if len(known) < len(means):
        return
    ranges = _ranges(means, known, told=told)
    if not ranges:
        return
    shown = " and ".join(f"{c.value} ({c.bracket.low if c.bracket else ''})" for c in means)
    text = (
        f"{named(claim)}: p {claim.value}; {shown}, n {', '.join(map(str, known))}: "
        + ", ".join(f"{r.test} p from {_short(r.low)} to {_short(r.high)}" for r in ranges)
    )
    sides = (1, 2) if test.one_sided else (1,)
    if any(p_admits(printed, r.low / s, r.high / s) for r in ranges for s in sides):
        yield Passed("P231", text, ids([claim, *means]))
        return
    as_error = _ranges(means, known, told=told, error=True)
    rescue = any(p_admits(printed, r.low, r.high) for r in as_error)
    yield Discrepancy(
        "P231" if test.families else "P232",
        text,
        ids([claim, *means]),
        _MEAN_SOURCE,
        tried=("rounding of means and SDs", *(() if told else ("fewer patients, values missing",))),
        rescued_by=("standard errors printed as standard deviations",) if rescue else (),
    )


def _is_complete(paper: Paper, claim: Claim, sizes: Sequence[int]) -> bool:
    """Whether a t of the same comparison has the degrees of freedom of every patient."""
    for other in paper.select(statistic="test", variable=claim.variable, level=claim.level):
        for stated in test_statistics(other.value[:1000]):
            same = set(other.between) == set(claim.between) and stated.kind == "t"
            if same and len(sizes) == 2 and stated.df2 == sum(sizes) - 2:
                return True
    return False


def _ranges(
    means: Sequence[Claim], sizes: Sequence[int], *, told: bool, error: bool = False
) -> tuple[PRange, ...]:
    """Ranges of p; where n is not printed, of fewer patients too, so that p has no upper end."""
    groups = _summaries(means, sizes, error=error)
    full = mean_p_ranges(groups)
    if told or not full:
        return full
    fewer = least_p_values(groups) if len(groups) == 2 else {}
    return tuple(PRange(r.test, min(r.low, fewer.get(r.test, 0.0)), 1.0) for r in full)


def _summaries(means: Sequence[Claim], sizes: Sequence[int], *, error: bool) -> list[Summary]:
    found = []
    for claim, n in zip(means, sizes, strict=True):
        sd = parse_printed(claim.bracket.low) if claim.bracket else None
        if claim.number is None or sd is None:
            return []
        scale = n**0.5 if error else 1.0
        ends = float(sd.low) * scale, float(sd.high) * scale
        found.append(Summary(n, (float(claim.number.low), float(claim.number.high)), ends))
    return found


def _short(p: float) -> str:
    return f"{p:.2g}" if p < 0.001 else f"{p:.4f}".rstrip("0").rstrip(".") or "0"

"""Tables of counts by arm that a paper's claims allow, the most likely first.

A printed count of a printed denominator is one possibility. Without a denominator, values may be
missing: then it is any denominator of which the count prints as the percentage, up to the size of
the arm. A percentage alone is every count that prints so, of the arm's size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hepatica.audit.arithmetic.reading import count_range, denominators
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.word import is_exhaustive

Table = tuple[tuple[int, ...], ...]
_MOST_TABLES = 400
_MOST_LEVELS = 6
_ALL_GROUPINGS = 4
_MOST_PATIENTS = 20_000


@dataclass(frozen=True, slots=True)
class ArmTables:
    """The tables, one row an arm; `complete` where no other table is possible."""

    tables: tuple[Table, ...]
    complete: bool
    claims: tuple[str, ...]


def arm_tables(paper: Paper, claim: Claim) -> ArmTables | None:
    """Tables that a p-value may compare: of its level against the rest, or of all levels.

    Returns     None where the counts of an arm are not printed, or the levels do not tell who
                has none of them.
    """
    if len(claim.between) < 2 or any(
        paper.sizes.get(arm, 0) > _MOST_PATIENTS for arm in claim.between
    ):
        return None
    if claim.level:
        return _against_rest(paper, claim, claim.level)
    if any(
        c.population in claim.between and c.statistic in {"mean", "median", "centre"}
        for c in paper.select(variable=claim.variable)
    ):
        return None  # A p of the numbers, not of the levels printed beside them.
    levels = _levels(paper, claim)
    if len(levels) == 1:
        return _against_rest(paper, claim, levels[0])
    if "any" in levels:
        return _against_rest(paper, claim, "any")
    return _all_levels(paper, claim, levels)


def _levels(paper: Paper, claim: Claim) -> tuple[str, ...]:
    found = (
        c.level
        for c in paper.select(variable=claim.variable)
        if c.population in claim.between and c.statistic in {"count", "percent"}
    )
    return tuple(dict.fromkeys(found))


def _shares(paper: Paper, claim: Claim, arm: str, level: str) -> list[Claim]:
    found = paper.select(variable=claim.variable, population=arm, level=level)
    return [c for c in found if c.statistic in {"count", "percent"}]


def _against_rest(paper: Paper, claim: Claim, level: str) -> ArmTables | None:
    columns, used, complete = [], [], True
    for arm in claim.between:
        shares = _shares(paper, claim, arm, level)
        rows, all_rows = _rows(shares, paper.sizes.get(arm))
        if not rows:
            return None
        columns.append(rows)
        complete = complete and all_rows
        used += [c.id for c in shares]
    ways = 1
    for rows in columns:
        ways *= len(rows)
    tables = tuple(itertools.islice(_products(columns), _MOST_TABLES))
    return ArmTables(tables, complete and ways <= _MOST_TABLES, tuple(used))


def _products(columns: Sequence[Sequence[tuple[int, ...]]]) -> Iterator[Table]:
    """Every choice of one row an arm; presumed rows stand first."""
    return iter(itertools.product(*columns))


def _rows(shares: Sequence[Claim], size: int | None) -> tuple[list[tuple[int, ...]], bool]:
    """Rows (with, without) that any claim of the level allows, and whether these are all."""
    rows: dict[tuple[int, int], None] = {}
    complete = True
    for claim in shares:
        of = claim.of if claim.of is not None else size
        count = claim.patients
        if max(of or 0, count or 0) > _MOST_PATIENTS:
            return [], False
        if count is None:
            ends = count_range(claim, of)
            complete = complete and claim.of is not None
            for k in range(ends[0], min(ends[1], ends[0] + _MOST_TABLES) + 1) if ends else ():
                rows[k, (of or 0) - k] = None
            continue
        if of is not None and count <= of:
            rows[count, of - count] = None
        if claim.of is None:
            printed = claim.number if claim.statistic == "percent" else None
            others = denominators(claim, count, of) if printed else range(max(count, 1), of or 0)
            complete = complete and of is not None and len(others) <= _MOST_TABLES
            for n in others[-_MOST_TABLES:]:
                rows[count, n - count] = None
    return list(rows), complete


def _all_levels(paper: Paper, claim: Claim, levels: Sequence[str]) -> ArmTables | None:
    if not 2 <= len(levels) <= _MOST_LEVELS:
        return None
    rows, used, full = [], [], True
    for arm in claim.between:
        own = [_shares(paper, claim, arm, level) for level in levels]
        counts = [
            next((c.patients for c in shares if c.patients is not None), None) for shares in own
        ]
        if any(len(_counts(shares)) > 1 for shares in own):
            return None  # Places of the paper differ; that is told elsewhere.
        known = tuple(k for k in counts if k is not None)
        if len(known) < len(levels):
            return None
        rows.append(known)
        full = full and sum(known) == paper.sizes.get(arm)
        used += [c.id for shares in own for c in shares]
    if not full and not is_exhaustive(claim.variable):
        return None
    tables = list(_collapsed(rows))
    sizes = [paper.sizes.get(arm, 0) for arm in claim.between]
    missing = [n - sum(row) for n, row in zip(sizes, rows, strict=True)]
    if any(missing) and min(missing) >= 0:
        tables.append(tuple((*row, gone) for row, gone in zip(rows, missing, strict=True)))
    return ArmTables(tuple(dict.fromkeys(tables)), len(levels) <= _ALL_GROUPINGS, tuple(used))


def _counts(shares: Sequence[Claim]) -> list[int]:
    return list(dict.fromkeys(c.patients for c in shares if c.patients is not None))


def _collapsed(rows: Sequence[tuple[int, ...]]) -> Iterator[Table]:
    """The table, then without some levels, then with its levels joined into fewer groups."""
    k = len(rows[0])
    for keep in range(k, 1, -1):
        for chosen in itertools.combinations(range(k), keep):
            yield tuple(tuple(row[i] for i in chosen) for row in rows)
    for groups in _groupings(k):
        yield tuple(tuple(sum(row[i] for i in group) for group in groups) for row in rows)


def _groupings(k: int) -> Iterator[list[list[int]]]:
    """Ways to put k levels into groups: all where k is at most 4, else into two."""
    for labels in itertools.product(range(k if k <= _ALL_GROUPINGS else 2), repeat=k - 1):
        full = (0, *labels)
        if 1 < len(set(full)) < k:
            yield [[i for i in range(k) if full[i] == g] for g in sorted(set(full))]

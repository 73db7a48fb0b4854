"""Patients dealt out from the solver's counts and columns.

Features that no rule ties together are dealt at random. Tied ones are dealt in an order in which
the rules hold: performance status and stage from worst to best, response along the column of
progression, tumour reduction to responders first, progression and survival rank by rank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from hepatica.audit.claim import Paper
from hepatica.audit.condition import parse_span
from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.audit.solver.count_block import RESPONSE
from hepatica.audit.solver.curve_block import Column, columns
from hepatica.audit.solver.curve_rank import RankColumn
from hepatica.audit.solver.deviation import PARTS, held_ranks, printed_deviation, spread_to
from hepatica.audit.solver.event_deal import deal_events
from hepatica.audit.solver.model import Literal, Member, Model
from hepatica.audit.solver.moment import moments, partners
from hepatica.audit.solver.person import deal_persons
from hepatica.audit.solver.population import Populations
from hepatica.audit.solver.rank_block import WHOLE
from hepatica.audit.solver.statement import NO, PROGRESSION, YES
from hepatica.audit.time_unit import data_unit, months_of
from hepatica.audit.word import is_adverse_event, is_exclusive

_WORST_FIRST = {
    "ECOG-PS": ("4", "3", "2", "1", "0"),
    "BCLC": ("D", "C", "B", "A", "0"),
    RESPONSE: ("PD", "NE", "SD", "PR", "CR"),
    "ORR": ("yes", "no"),
    "DCR": ("yes", "no"),
    "tumour reduction": ("yes", "no"),
}
_RATES = {"ORR": ("CR", "PR"), "DCR": ("CR", "PR", "SD")}


@dataclass(frozen=True, slots=True)
class Part:
    """The solution of one group's model."""

    model: Model
    value: Callable[[Literal], int]


@dataclass
class Hand:
    """Patients of one leaf population while they are dealt."""

    population: str
    random: np.random.Generator
    rows: list[dict[str, Value]] = field(default_factory=list)

    def order(self) -> list[dict[str, Value]]:
        """The patients in random order."""
        return [self.rows[i] for i in self.random.permutation(len(self.rows))]


def deal(paper: Paper, populations: Populations, parts: Sequence[Part], seed: int) -> DataSet:
    """A data set with the counts and columns of the parts.

    Raises      nothing; whether every claim holds is for `evaluation` to say.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    leaves = dict.fromkeys(leaf for part in populations.leaves.values() for leaf in part)
    hands = {
        leaf: Hand(leaf, random, [{} for _ in range(populations.size(leaf))]) for leaf in leaves
    }
    for part in parts:
        _deal_times(paper, hands, populations, part)
        for key, column in part.model.columns.items():
            if isinstance(column, tuple):
                _deal_numbers(paper, hands, populations, key, part)
    for leaf, hand in hands.items():
        _deal_counts(hand, leaf, parts)
    for part in parts:
        deal_persons(hands, part, populations)
    return tuple(Patient(leaf, row) for leaf, hand in hands.items() for row in hand.rows)


def _deal_times(paper: Paper, hands: dict[str, Hand], populations: Populations, part: Part) -> None:
    """Rank i of a time goes to the i-th patient; of progression to one who did not die before."""
    rule = part.model.literals.get(Member(-1, "time.pfs-os"))
    drawn: dict[tuple[str, str], list[Fraction]] = {}
    curves = columns(part.model).items()
    for key, column in sorted(curves, key=lambda item: item[0][1] in PROGRESSION):
        population, variable = key
        hand = [hands[leaf] for leaf in populations.leaves[population]]
        filled, events = column.ranks(part.value)
        times = moments(filled, column.n, hand[0].random)
        survival = drawn.get((population, "OS"))
        rows = [row for h in hand for row in h.rows]
        if variable in PROGRESSION and survival and rule is not None and part.value(rule):
            times = [min(pair) for pair in zip(times, survival, strict=True)]
            fixed = frozenset(i for i, lit in enumerate(_person(column)) if part.value(lit))
            order = partners(times, survival, fixed, hand[0].random)
            rows = [rows[k] for k in order]
        drawn[key] = times
        unit = _unit_months(paper, variable)
        for row, time, event in zip(rows, times, events, strict=False):
            row.setdefault(variable, Duration(time / unit, event))


def _person(column: Column) -> list[Literal]:
    return column.person if isinstance(column, RankColumn) else []


def _unit_months(paper: Paper, variable: str) -> Fraction:
    """How many months the unit has in which the paper prints the time first."""
    return months_of(data_unit(paper.claims, variable)) or Fraction(1)


def _deal_numbers(
    paper: Paper,
    hands: dict[str, Hand],
    populations: Populations,
    key: tuple[str, str],
    part: Part,
) -> None:
    """A number of the whole goes to the patients of its leaves that have no value yet."""
    population, variable = key
    hand = [hands[leaf] for leaf in populations.leaves[population]]
    rows = [row for h in hand for row in h.rows if variable not in row]
    random = hand[0].random
    column = part.model.columns[key]
    assert isinstance(column, tuple)
    tick, cells = column
    values = [Fraction(part.value(cell)) * tick for cell in cells]
    deviation = printed_deviation(paper, population, variable)
    if deviation:
        held = held_ranks(paper, population, variable, len(values))
        fine = tick if variable in WHOLE else tick / PARTS
        values = spread_to(
            values, deviation, fine, held, random, _edges(paper, population, variable)
        )
    rows = [rows[i] for i in random.permutation(len(rows))]
    for row, value in zip(rows, values, strict=False):
        row[variable] = value


def _edges(paper: Paper, population: str, variable: str) -> tuple[Fraction, ...]:
    """Where the bands meet in which the paper prints a number too."""
    claims = paper.select(population=population, variable=variable)
    spans = (parse_span(claim.level) for claim in claims)
    return tuple({e for span in spans if span for e in (span.low, span.high) if e is not None})


def _deal_counts(hand: Hand, leaf: str, parts: Sequence[Part]) -> None:
    levels: dict[str, dict[str, int]] = {}
    for part in parts:
        for (where, variable, level), cell in part.model.counts.items():
            if where == leaf:
                levels.setdefault(variable, {})[level] = part.value(cell)
    tied = [row for _, row in sorted(enumerate(hand.order()), key=_progression)]
    events = {v: c for v, c in levels.items() if is_adverse_event(v)}
    deal_events(hand.rows, events, hand.random)
    staged = hand.order()
    for variable, counts in levels.items():
        if variable not in events and variable not in {"tumour reduction", "ORR", "DCR"}:
            _deal_variable(hand, (tied, staged), variable, counts)
    for variable in ("ORR", "DCR", "tumour reduction"):
        if variable in levels:
            _deal_rate(hand, variable, levels[variable])


def _deal_variable(
    hand: Hand,
    orders: tuple[Sequence[dict[str, Value]], Sequence[dict[str, Value]]],
    variable: str,
    counts: dict[str, int],
) -> None:
    """Levels along one of the orders (of progression, of stage) or at random."""
    tied, staged = orders
    rows = [row for row in hand.rows if isinstance(row.get(variable), Fraction)]
    if rows:
        # A number that is also printed in bands: the bands follow from the number.
        return
    if variable == RESPONSE:
        _deal_levels(tied, variable, counts)
    elif variable in _WORST_FIRST:
        _deal_levels(staged, variable, counts)
    elif is_exclusive(variable) or (YES not in counts and sum(counts.values()) <= len(hand.rows)):
        _deal_levels(hand.order(), variable, counts)
    elif set(counts) <= {YES, *NO} and sum(counts.values()) <= len(hand.rows):
        _deal_levels(hand.order(), variable, _completed(counts, len(hand.rows)))
    else:
        _deal_flags(hand, variable, counts)


def _progression(numbered: tuple[int, dict[str, Value]]) -> tuple[bool, Fraction, int]:
    """Patients with an early progression first, those without an event last."""
    number, row = numbered
    value = next((row[v] for v in PROGRESSION if v in row), None)
    if not isinstance(value, Duration):
        return True, Fraction(0), number
    return not value.event, value.time, number


def _deal_levels(rows: Sequence[dict[str, Value]], variable: str, counts: dict[str, int]) -> None:
    order = _WORST_FIRST.get(variable, ())
    ranked = sorted(counts, key=lambda lv: order.index(lv) if lv in order else len(order))
    dealt = [level for level in ranked for _ in range(counts[level])]
    for row, level in zip(rows, dealt, strict=False):
        row[variable] = level


def _deal_flags(hand: Hand, variable: str, counts: dict[str, int]) -> None:
    """Levels that may overlap are features of their own, yes or no."""
    for level, count in counts.items():
        name = variable if level == YES else f"{variable}: {level}"
        for i, row in enumerate(hand.order()):
            row[name] = YES if i < count else "no"
            if level != YES and i < count:
                row.setdefault(variable, level)


def _completed(counts: dict[str, int], n: int) -> dict[str, int]:
    """Counts of yes and no; where the paper counts only one of them the others are the rest."""
    if len(counts) > 1:
        return counts
    rest = n - sum(counts.values())
    return counts | ({NO[0]: rest} if YES in counts else {YES: rest})


def _deal_rate(hand: Hand, variable: str, counts: dict[str, int]) -> None:
    """Yes to those with the best responses, in an order that nests response in control.

    Where the rate already follows from best response it is left to follow.
    """
    order = ("CR", "PR", "SD", "NE", "PD")
    rank = {level: i for i, level in enumerate(order)}
    rows = sorted(hand.order(), key=lambda row: rank.get(str(row.get(RESPONSE)), len(order)))
    follows = [row.get(RESPONSE) in _RATES.get(variable, ()) for row in rows]
    given = any(RESPONSE in row for row in rows) and variable in _RATES
    if given and counts == {YES: sum(follows)}:
        return
    _deal_levels(rows, variable, _completed(counts, len(rows)))

"""One CP-SAT model of the claims about features that rules tie together; each claim a switch.

Variables are counts of patients by level and columns of ranks (the i-th smallest value); see ADR
0007 for why that is enough. A model knows nothing of the wording of claims.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ortools.sat.python import cp_model

from hepatica.audit.arithmetic.level import disjoint_levels
from hepatica.audit.solver.population import Populations
from hepatica.audit.solver.statement import Atom, Statement
from hepatica.audit.word import is_adverse_event, is_exclusive, variables

Literal: TypeAlias = Any
Linear: TypeAlias = Any


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A switch: a statement (`index` into the component's statements) or a rule by its id."""

    index: int
    rule: str = ""


@dataclass
class Model:
    """The model under construction; blocks add their parts to `cp`.

    `banded` also holds printed limits of curves against the band on the log scale.
    `strict` asks for sufficient conditions where the exact ones are beyond the model, as wanted for
    a data set; a proof of conflict is only ever made with `strict` False.
    """

    populations: Populations
    statements: Sequence[Statement]
    rules: frozenset[str]
    strict: bool = False
    banded: bool = False
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    literals: dict[Member, Literal] = field(default_factory=dict)
    counts: dict[tuple[str, str, str], Literal] = field(default_factory=dict)
    columns: dict[tuple[str, str], object] = field(default_factory=dict)

    def switch(self, member: Member) -> Literal:
        """The literal of a statement or rule."""
        if member not in self.literals:
            name = member.rule or f"s{member.index}"
            self.literals[member] = self.cp.new_bool_var(name)
        return self.literals[member]

    def rule(self, name: str) -> Literal | None:
        """The literal of a rule, None where the rule is switched off."""
        return self.switch(Member(-1, name)) if name in self.rules else None

    def each(self, kind: type) -> list[tuple[Atom, Literal]]:
        """The atoms of one kind with their switches."""
        found = enumerate(self.statements)
        return [(s.atom, self.switch(Member(i))) for i, s in found if isinstance(s.atom, kind)]

    def count(self, leaf: str, variable: str, levels: Sequence[str]) -> Linear:
        """How many patients of a leaf population have one of the levels."""
        return sum(self._cell(leaf, variable, level) for level in dict.fromkeys(levels))

    def count_in(self, population: str, variable: str, levels: Sequence[str]) -> Linear:
        """How many patients of a population, over its leaves, have one of the levels."""
        return sum(
            self.count(leaf, variable, levels) for leaf in self.populations.leaves[population]
        )

    def _cell(self, leaf: str, variable: str, level: str) -> Literal:
        key = (leaf, variable, level)
        if key not in self.counts:
            size = self.populations.size(leaf)
            self.counts[key] = self.cp.new_int_var(0, size, f"{leaf}|{variable}|{level}")
        return self.counts[key]

    def levels_of(self, variable: str) -> tuple[str, ...]:
        """The levels of a variable that any statement counts so far."""
        return tuple(dict.fromkeys(level for _, v, level in self.counts if v == variable))

    def close_counts(self) -> None:
        """Exclusive levels of a leaf are at most its patients; call after every count is made.

        Only levels of which nobody can have two are held against each other (a patient may have
        two causes, `<400` and `>=200` overlap); a data set gives each patient one level.
        """
        groups: dict[tuple[str, str], list[str]] = {}
        for leaf, variable, level in self.counts:
            known = variables().get(variable)
            if is_exclusive(variable) or (known and known.type == "event"):
                groups.setdefault((leaf, variable), []).append(level)
        for (leaf, variable), levels in groups.items():
            grades = self.strict or is_adverse_event(variable)
            apart = levels if grades else disjoint_levels(variable, levels)
            cells = [self.counts[leaf, variable, level] for level in apart]
            self.cp.add(sum(cells) <= self.populations.size(leaf))


@dataclass(frozen=True, slots=True)
class Answer:
    """What one solve said: True satisfiable, False not, None not within the budget."""

    satisfiable: bool | None
    value: Callable[[Literal], int] | None = None


def run_model(
    model: Model, on: frozenset[Member], seconds: float, seed: int = 0, *, off_free: bool = False
) -> Answer:
    """Solve with the switches `on` fixed to true and the others to false (or free)."""
    cp = model.cp.clone()
    for member, literal in model.literals.items():
        if member in on:
            cp.add(cp.get_bool_var_from_proto_index(literal.index) == 1)
        elif not off_free:
            cp.add(cp.get_bool_var_from_proto_index(literal.index) == 0)
    solver = solver_of(seconds)
    solver.parameters.random_seed = seed
    solver.parameters.randomize_search = bool(seed)
    status = solver.solve(cp)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(True, solver.value)
    return Answer(False if status == cp_model.INFEASIBLE else None)


def solver_of(seconds: float) -> cp_model.CpSolver:
    """A solver of one thread, so that answers do not depend on the machine."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    solver.parameters.num_workers = 1
    # The watch is told of an interrupt; the solver's own handler would end the process.
    solver.parameters.catch_sigint_signal = False
    return solver


def most_members(model: Model, on: frozenset[Member], seconds: float) -> frozenset[Member] | None:
    """A largest satisfiable set of switches with all of `on`; None where that was not proven."""
    cp = model.cp.clone()
    switches = {m: cp.get_bool_var_from_proto_index(s.index) for m, s in model.literals.items()}
    for member in on:
        cp.add(switches[member] == 1)
    cp.maximize(sum(s for m, s in switches.items() if m not in on))
    solver = solver_of(seconds)
    if solver.solve(cp) != cp_model.OPTIMAL:
        return None
    return frozenset(m for m, s in switches.items() if solver.value(s))


def core_of(model: Model, on: frozenset[Member], seconds: float) -> frozenset[Member] | None:
    """Switches among `on` that the solver gives as the reason why they cannot all be on."""
    cp = model.cp.clone()
    switches = {m: cp.get_bool_var_from_proto_index(s.index) for m, s in model.literals.items()}
    for member, switch in switches.items():
        if member not in on:
            cp.add(switch == 0)
    cp.add_assumptions([switches[m] for m in sorted(on)])
    solver = solver_of(seconds)
    if solver.solve(cp) != cp_model.INFEASIBLE:
        return None
    named = set(solver.sufficient_assumptions_for_infeasibility())
    core = frozenset(m for m in on if switches[m].index in named)
    return core or None

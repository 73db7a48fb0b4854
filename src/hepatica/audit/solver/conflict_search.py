"""All minimal sets of switches that cannot be on together, one by one, until none is left.

The way of MARCO (Liffiton and others 2016): a map of what is still unexplored offers a largest set
of switches. If it can be satisfied it is grown as far as it goes, and every later set must have
something outside it; if not, it is shrunk to a minimal conflict, and no later set contains that.
Switches are fixed when a set is tried;
assumptions only offer a smaller set to begin with. A conflict is tried again when it is found:
itself unsatisfiable, and satisfiable without each one of its members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from hepatica.audit.solver.budget import Budget
from hepatica.audit.solver.model import Answer, Member, Model, core_of, most_members, run_model

_TRY_SECONDS = 10.0
_CORE_SECONDS = 2.0
Members = frozenset[Member]


@dataclass
class Exploration:
    """What has been found of one model. `complete` once no unexplored set is left."""

    conflicts: list[Members] = field(default_factory=list)
    complete: bool = False
    decided: bool = True


def run_conflict_search(
    model: Model, budget: Budget, found: Callable[[Members], None] = lambda _: None
) -> Exploration:
    """Every minimal conflict of the model's switches, until the budget runs out."""
    everything = frozenset(model.literals)
    result = Exploration()
    answer = _tried(model, everything, budget)
    if answer.satisfiable is not False:
        result.complete = result.decided = bool(answer.satisfiable)
        return result
    chart = _Map(tuple(sorted(everything)))
    for seed in chart.unexplored(budget):
        verdict = _tried(model, seed, budget).satisfiable
        if verdict is None:
            return result
        if verdict:
            grown = _grown(model, seed, everything, budget)
            chart.block_down(grown)
            continue
        conflict = _shrunk(model, seed, budget)
        if conflict is None or not _is_minimal(model, conflict, budget):
            return result
        result.conflicts.append(conflict)
        found(conflict)
        chart.block_up(conflict)
    result.complete = chart.exhausted
    return result


def _tried(model: Model, on: Members, budget: Budget) -> Answer:
    if budget.over:
        return Answer(None)
    return run_model(model, on, min(_TRY_SECONDS, budget.left_seconds))


def _grown(model: Model, seed: Members, everything: Members, budget: Budget) -> Members:
    """A satisfiable set to which no further switch can be added (or the budget ended)."""
    most = most_members(model, seed, min(_TRY_SECONDS, budget.left_seconds))
    if most is not None:
        return most
    grown = set(seed)
    for member in sorted(everything - seed):
        if _tried(model, frozenset(grown | {member}), budget).satisfiable:
            grown.add(member)
    return frozenset(grown)


def _shrunk(model: Model, seed: Members, budget: Budget) -> Members | None:
    """A minimal conflict within an unsatisfiable set; None where the budget ended first."""
    core = core_of(model, seed, min(_CORE_SECONDS, budget.left_seconds))
    # A core is only believed when it is solved again with its switches fixed.
    if core is None or _tried(model, core, budget).satisfiable is not False:
        core = seed
    kept = _halved(model, sorted(core), budget)
    for member in list(kept):
        rest = frozenset(kept) - {member}
        verdict = _tried(model, rest, budget).satisfiable
        if verdict is None:
            return None
        if verdict is False:
            kept.remove(member)
    return frozenset(kept)


def _halved(model: Model, kept: list[Member], budget: Budget) -> list[Member]:
    """Leave out blocks of switches while the rest stays unsatisfiable: few solves, smaller set."""
    size = len(kept) // 2
    while size >= 1:
        start = 0
        while start < len(kept):
            rest = kept[:start] + kept[start + size :]
            if rest and _tried(model, frozenset(rest), budget).satisfiable is False:
                kept = rest
            else:
                start += size
        size //= 2
    return kept


def _is_minimal(model: Model, conflict: Members, budget: Budget) -> bool:
    """Solve the conflict again, and again without each of its members."""
    if _tried(model, conflict, budget).satisfiable is not False:
        return False
    return all(_tried(model, conflict - {m}, budget).satisfiable for m in conflict)


class _Map:
    """The sets of switches that no conflict and no satisfiable set explains yet."""

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.cp = cp_model.CpModel()
        self.switches = {m: self.cp.new_bool_var(f"{m.index} {m.rule}") for m in members}
        self.cp.maximize(sum(self.switches.values()))
        self.exhausted = False

    def unexplored(self, budget: Budget) -> Iterator[Members]:
        """Sets of most switches that are not explained, until there are none."""
        while not budget.over:
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            # The watch is told of an interrupt; the solver's own handler would end the process.
            solver.parameters.catch_sigint_signal = False
            solver.parameters.max_time_in_seconds = max(budget.left_seconds, 0.01)
            status = solver.solve(self.cp)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                self.exhausted = status == cp_model.INFEASIBLE
                return
            yield frozenset(m for m, s in self.switches.items() if solver.value(s))

    def block_down(self, satisfiable: Members) -> None:
        """Only sets with something outside a satisfiable one are left."""
        self.cp.add_bool_or([s for m, s in self.switches.items() if m not in satisfiable])

    def block_up(self, conflict: Members) -> None:
        """Only sets without some member of a conflict are left."""
        self.cp.add_bool_or([~self.switches[m] for m in conflict])

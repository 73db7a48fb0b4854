"""The cheapest sets of claims and rules without which the rest can be true: all of least weight.

A statement weighs ten for every place of the paper that makes it, a rule by its strength; the
weights order repairs, they measure no truth.
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from hepatica.audit.rule import rules
from hepatica.audit.solver.budget import Budget
from hepatica.audit.solver.model import Member, Model

_RULE_WEIGHT = {
    "identity": 100_000,
    "definition": 1_000,
    "guideline": 8,
    "protocol": 8,
    "plausible": 2,
}
_PLACE_WEIGHT = 10
MOST = 24


def weight_of(model: Model, member: Member) -> int:
    """What it costs to give up a statement or a rule."""
    if member.rule:
        return _RULE_WEIGHT[rules()[member.rule].strength]
    return _PLACE_WEIGHT * len(model.statements[member.index].claims)


def run_repair(
    model: Model, budget: Budget, *, most: int = MOST
) -> tuple[list[frozenset[Member]], bool]:
    """Every set of least weight to give up, at most `most`, and whether these are all.

    An empty list where the budget ended before one was proven to be of least weight.
    """
    members = sorted(model.literals)
    cp = model.cp.clone()
    on = {m: cp.get_bool_var_from_proto_index(model.literals[m].index) for m in members}
    cost = sum(weight_of(model, m) * (1 - on[m]) for m in members)
    cp.minimize(cost)
    found: list[frozenset[Member]] = []
    least: int | None = None
    while len(found) < most:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # The watch is told of an interrupt; the solver's own handler would end the process.
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_time_in_seconds = max(budget.left_seconds, 0.01)
        status = cp_model.UNKNOWN if budget.over else solver.solve(cp)
        if status == cp_model.INFEASIBLE:
            return found, True
        if status != cp_model.OPTIMAL:
            return found, False
        here = round(solver.objective_value)
        if least is not None and here > least:
            return found, True
        least = here
        gone = frozenset(m for m in members if not solver.value(on[m]))
        found.append(gone)
        if not gone:
            return found, True
        cp.add_bool_or([on[m] for m in gone])
    return found, False

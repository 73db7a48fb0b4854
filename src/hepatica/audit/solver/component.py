"""Claims that no rule ties together are solved apart: one small model for each group."""

from __future__ import annotations

from hepatica.audit.solver.count_block import RESPONSE, write_counts
from hepatica.audit.solver.curve_block import write_curves
from hepatica.audit.solver.model import Model
from hepatica.audit.solver.population import Populations
from hepatica.audit.solver.rank_block import write_ranks
from hepatica.audit.solver.statement import (
    Counted,
    Interval,
    Limited,
    Ordered,
    Seen,
    Statement,
    Timed,
    is_time,
)
from hepatica.audit.solver.time_rule import write_time_rules
from hepatica.audit.word import is_adverse_event

_GROUPS = {
    RESPONSE: "response",
    "ORR": "response",
    "DCR": "response",
    "tumour reduction": "response",
    "ECOG-PS": "stage",
    "BCLC": "stage",
    "Child-Pugh": "liver",
}


def components(made: tuple[Statement, ...]) -> tuple[tuple[Statement, ...], ...]:
    """The statements in groups that share no feature and no rule, in the order of the paper."""
    counted = {s.atom.variable for s in made if isinstance(s.atom, Counted | Ordered | Timed)}
    groups: dict[str, list[Statement]] = {}
    for statement in made:
        name = _group(statement, counted)
        if name:
            groups.setdefault(name, []).append(statement)
    return tuple(tuple(group) for group in groups.values())


def _group(statement: Statement, counted: set[str]) -> str:
    """The name of the group; '' where nothing in the paper can contradict the statement."""
    atom = statement.atom
    if isinstance(atom, Interval):
        return "response"
    variable = atom.variable
    if isinstance(atom, Limited) and variable not in counted:
        return "liver" if "Child-Pugh" in counted else ""
    if isinstance(atom, Seen) and variable not in counted:
        return ""
    if is_time(variable):
        return "response"
    if is_adverse_event(variable):
        return "toxicity"
    return _GROUPS.get(variable, f"variable {variable}")


def model_of(
    group: tuple[Statement, ...],
    populations: Populations,
    rules: frozenset[str],
    *,
    strict: bool = False,
    banded: bool = False,
) -> Model:
    """The model of one group of statements under the rules that are switched on."""
    model = Model(populations, group, rules, strict=strict, banded=banded)
    write_counts(model)
    if any(isinstance(s.atom, Timed) for s in group):
        write_curves(model)
        write_time_rules(model)
    write_ranks(model)
    return model

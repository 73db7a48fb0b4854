"""Counts of patients by level, and the rules that hold one count against another.

A rule such as "ECOG 3-4 means stage D" says that one set of patients lies within another; patients
with such counts exist exactly when the first count is at most the second, because the sets of one
rule chain are nested and can be dealt in order.
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from hepatica.audit.grade_domain import possible_grades
from hepatica.audit.solver.criterion import (
    CHILD_PUGH_CLASSES,
    CHILD_PUGH_ITEMS,
    admits_level,
    may_pass,
)
from hepatica.audit.solver.model import Linear, Literal, Model
from hepatica.audit.solver.statement import GRADES, YES, Counted, Limited, Seen
from hepatica.audit.word import is_adverse_event, variables

RESPONSE = "best response"
ANY_EVENT = "AE of any kind"


def write_counts(model: Model) -> None:
    """Add every count that a statement claims, and the rules between counts, to the model."""
    for atom, literal in model.each(Counted):
        assert isinstance(atom, Counted)
        total = model.count_in(atom.population, atom.variable, atom.levels)
        _admit(model, total, atom.presumed if model.strict else atom.allowed, literal)
    for atom, literal in model.each(Seen):
        assert isinstance(atom, Seen)
        if atom.level and atom.level in _levels_to_see(model, atom):
            here = model.count_in(atom.population, atom.variable, (atom.level,))
            model.cp.add(here >= 1).only_enforce_if(literal)
    for leaf in sorted({leaf for leaf, _, _ in model.counts}):
        _write_response(model, leaf)
        _write_stage(model, leaf)
        _write_toxicity(model, leaf)
    _write_eligibility(model)
    model.close_counts()


def _levels_to_see(model: Model, atom: Seen) -> tuple[str, ...]:
    """Levels that a single patient can be counted in: printed ones, and those the rules know."""
    known = variables()[atom.variable].levels.values()
    plain = (atom.level,) if atom.level.isdecimal() else ()
    return (*model.levels_of(atom.variable), *known, *plain)


def _admit(model: Model, total: Linear, allowed: tuple[int, ...], literal: Literal) -> None:
    if allowed:
        domain = cp_model.Domain.from_values(list(allowed))
        model.cp.add_linear_expression_in_domain(total, domain).only_enforce_if(literal)
    else:
        model.cp.add(literal == 0)


def _has(model: Model, leaf: str, *names: str) -> bool:
    known = {v for where, v, _ in model.counts if where == leaf}
    return all(name in known for name in names)


def _write_response(model: Model, leaf: str) -> None:
    whole = model.populations.size(leaf)
    rest = 0
    if _has(model, leaf, RESPONSE):
        rest = whole - model.count(leaf, RESPONSE, model.levels_of(RESPONSE))
    for name, variable, levels in (
        ("response.orr", "ORR", ("CR", "PR")),
        ("response.dcr", "DCR", ("CR", "PR", "SD")),
    ):
        rule = model.rule(name) if _has(model, leaf, RESPONSE, variable) else None
        if rule is not None:
            part = model.count(leaf, RESPONSE, levels)
            rate = model.count(leaf, variable, (YES,))
            # A level that is not printed may be among the patients without a printed one.
            unseen = 0 if set(levels) <= set(model.levels_of(RESPONSE)) else rest
            model.cp.add(rate >= part).only_enforce_if(rule)
            model.cp.add(rate <= part + unseen).only_enforce_if(rule)
    rule = model.rule("response.nested") if _has(model, leaf, "ORR", "DCR") else None
    if rule is not None:
        fewer, more = (model.count(leaf, v, (YES,)) for v in ("ORR", "DCR"))
        model.cp.add(fewer <= more).only_enforce_if(rule)
    both = _has(model, leaf, RESPONSE, "tumour reduction")
    rule = model.rule("response.reduction") if both else None
    if rule is not None:
        part = model.count(leaf, RESPONSE, ("CR", "PR"))
        model.cp.add(part <= model.count(leaf, "tumour reduction", (YES,))).only_enforce_if(rule)


def _write_stage(model: Model, leaf: str) -> None:
    if not _has(model, leaf, "ECOG-PS", "BCLC"):
        return
    whole = model.populations.size(leaf)
    # Levels that the rules speak of but the paper does not print are counted apart from the rest.
    end = model.count(leaf, "BCLC", ("D",))
    early = model.count(leaf, "BCLC", ("0", "A", "B"))
    well = model.count(leaf, "ECOG-PS", ("0",))
    poor = model.count(leaf, "ECOG-PS", ("3", "4"))
    unstaged = whole - model.count(leaf, "BCLC", model.levels_of("BCLC"))
    unscored = whole - model.count(leaf, "ECOG-PS", model.levels_of("ECOG-PS"))
    rule = model.rule("stage.bclc-d")
    if rule is not None:
        model.cp.add(poor <= end + unstaged).only_enforce_if(rule)
    rule = model.rule("stage.bclc-early")
    if rule is not None:
        model.cp.add(early <= well + unscored).only_enforce_if(rule)


def _write_toxicity(model: Model, leaf: str) -> None:
    names = dict.fromkeys(v for where, v, _ in model.counts if where == leaf)
    events = [v for v in names if is_adverse_event(v) and v != ANY_EVENT]
    rule = model.rule("toxicity.any") if ANY_EVENT in names else None
    if rule is not None:
        for i in range(len(GRADES)):
            ever = model.count(leaf, ANY_EVENT, GRADES[i:])
            for name in events:
                model.cp.add(model.count(leaf, name, GRADES[i:]) <= ever).only_enforce_if(rule)
    for name in events:
        impossible = sorted(set(GRADES) - set(possible_grades(name)))
        rule = model.rule("toxicity.grade-domain") if impossible else None
        if rule is None:
            continue
        for grade in impossible:
            model.cp.add(model.count(leaf, name, (grade,)) == 0).only_enforce_if(rule)


def _write_eligibility(model: Model) -> None:
    """No enrolled patient has a level that a criterion of the paper does not admit."""
    rule = model.rule("eligibility.met") if model.each(Limited) else None
    if rule is None:
        return
    for atom, literal in model.each(Limited):
        assert isinstance(atom, Limited)
        known = variables().get(atom.variable)
        if known is None or known.type != "category":
            continue
        for (_, variable, level), cell in list(model.counts.items()):
            if variable == atom.variable and admits_level(atom, level) is False:
                model.cp.add(cell == 0).only_enforce_if([rule, literal])
    _write_child_pugh(model, rule)


def _write_child_pugh(model: Model, met: Literal) -> None:
    """A class above A needs points that the criteria must leave room for."""
    cells = [(level, c) for (_, v, level), c in model.counts.items() if v == "Child-Pugh"]
    rule = model.rule("liver.child-pugh") if cells else None
    if rule is None:
        return
    most = {item: model.cp.new_int_var(1, 3, f"most {item}") for item in CHILD_PUGH_ITEMS}
    for atom, literal in model.each(Limited):
        assert isinstance(atom, Limited)
        for item, points in may_pass(atom).items():
            model.cp.add(most[item] <= points).only_enforce_if([met, literal])
    for level, cell in cells:
        least = CHILD_PUGH_CLASSES.get(level, (0, 0))[0]
        some = model.cp.new_bool_var(f"some {level}")
        model.cp.add(cell == 0).only_enforce_if(~some)
        model.cp.add(sum(most.values()) >= least).only_enforce_if([rule, some])

"""The solver's whole answer about a paper: conflicts, repairs, and a set of patients."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product

from hepatica.audit.assessment import assessed_apart
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.conflict import Conflict, Repair, Search
from hepatica.audit.data_set import DataSet
from hepatica.audit.evaluation import broken_claims, holds
from hepatica.audit.rule import rules
from hepatica.audit.solver.budget import Budget
from hepatica.audit.solver.component import components, model_of
from hepatica.audit.solver.conflict_search import Members, run_conflict_search
from hepatica.audit.solver.conflict_text import message_of
from hepatica.audit.solver.deal import Part, deal
from hepatica.audit.solver.model import Member, Model, run_model
from hepatica.audit.solver.population import Populations, populations_of
from hepatica.audit.solver.reading import read_as_ranges, readings_of, reread
from hepatica.audit.solver.repair import MOST, run_repair, weight_of
from hepatica.audit.solver.spread import write_spread
from hepatica.audit.solver.statement import Statement, Timed, statements
from hepatica.audit.watch import UNWATCHED, Watch

_TRIES = 4
_NAMED = 8
_SPREAD_SECONDS = 5.0


@dataclass
class _Findings:
    """What has been gathered so far of all groups of statements."""

    conflicts: list[Conflict] = field(default_factory=list)
    options: list[list[tuple[Members, Model]]] = field(default_factory=list)
    agreed: list[tuple[str, ...]] = field(default_factory=list)
    decided: bool = True
    complete: bool = True
    optimal: bool = True


def run_search(
    paper: Paper,
    *,
    seed: int = 0,
    without: Collection[str] = (),
    budget_seconds: float = 60.0,
    watch: Watch = UNWATCHED,
    explain: bool = True,
) -> Search:
    """Ask whether any set of patients makes every claim of a paper true.

    Parameters
    ----------
    seed : of the data set; different seeds give different patients
    without : ids of rules to leave out
    budget_seconds : after which the answer is what was found, or unknown
    explain : look for the conflicts too, not only for repairs and patients

    Returns     a `Search`; its data set satisfies `used`, computed again outside the solver.
    """
    paper = assessed_apart(paper)
    budget = Budget(budget_seconds, watch)
    active = frozenset(rules()) - frozenset(without)
    populations = populations_of(paper)
    found = _Findings()
    if explain:
        for group in components(statements(paper, populations)):
            watch.tell(f"Solving: {group[0].claims[0]} and what it is tied to")
            _explore(paper, group, populations, active, budget, found)
    watch.tell("Solving: repairs and patients")
    paper, ranged = _repair(paper, active, budget, found)
    data_set, used, broken = _data_set(paper, found, seed, budget)
    shown, open_claims = _shown(paper, data_set, used)
    return Search(
        conflicts=tuple(found.conflicts),
        repairs=tuple(_repairs(found)),
        data_set=data_set,
        used=used,
        decided=found.decided and (bool(found.conflicts) or (shown and not open_claims)),
        complete=found.complete and explain,
        optimal=found.optimal,
        agreed=tuple(g for g in found.agreed if not (broken | open_claims) & set(g)),
        note=_note(data_set, broken or open_claims, budget, ranged=ranged),
    )


def _with(paper: Paper, claims: tuple[Claim, ...]) -> Paper:
    return replace(paper, claims=claims)


def _explore(
    paper: Paper,
    group: tuple[Statement, ...],
    populations: Populations,
    active: frozenset[str],
    budget: Budget,
    found: _Findings,
) -> None:
    model = model_of(group, populations, active)
    explored = run_conflict_search(model, budget)
    found.decided &= explored.decided or bool(explored.conflicts)
    found.complete &= explored.complete
    if explored.complete and not explored.conflicts:
        found.agreed.append(tuple(dict.fromkeys(c for s in group for c in s.claims)))
    for members in explored.conflicts:
        found.conflicts.append(_conflict(paper, model, members, active, budget))


def _claims_of(model: Model, members: Members) -> tuple[str, ...]:
    """One claim for each statement of the set, in the order of the paper."""
    speakers = [model.statements[m.index].claims[0] for m in sorted(members) if not m.rule]
    return tuple(dict.fromkeys(speakers))


def _rules_of(members: Members) -> tuple[str, ...]:
    return tuple(name for name in rules() if Member(-1, name) in members)


def _conflict(
    paper: Paper, model: Model, members: Members, active: frozenset[str], budget: Budget
) -> Conflict:
    claims, names = _claims_of(model, members), _rules_of(members)
    rescued: list[str] = []
    vain: list[str] = []
    for identifier in claims:
        for reading in readings_of(paper.claim(identifier)):
            other = _with(
                reread(paper, reading),
                tuple(reading.claim if c == identifier else paper.claim(c) for c in claims),
            )
            answer = _stands(other, paper, frozenset(names), budget)
            (rescued if answer else vain).append(f"{identifier}: {reading.text}")
    rescued += [f"rule {n} given up: {rules()[n].text}" for n in names if _is_soft(n)]
    message = message_of(paper, claims, names)
    return Conflict(claims, names, message, tuple(rescued), tuple(vain))


def _is_soft(name: str) -> bool:
    return rules()[name].strength in {"guideline", "protocol", "plausible"}


def _stands(other: Paper, paper: Paper, names: frozenset[str], budget: Budget) -> bool:
    """Tell whether the claims can stand together under these rules."""
    populations = populations_of(paper)
    for group in components(statements(other, populations)):
        model = model_of(group, populations, names)
        if not run_model(model, frozenset(model.literals), budget.left_seconds).satisfiable:
            return False
    return True


def _repair(
    paper: Paper, active: frozenset[str], budget: Budget, found: _Findings
) -> tuple[Paper, bool]:
    """The cheapest repairs of every group; of a group without a conflict that is nothing.

    Where it costs less to read the brackets of medians as ranges than to give something up, they
    are read so; the paper as read, and whether it was, are returned.
    """
    options, optimal = _options(paper, active, budget)
    other = read_as_ranges(paper)
    ranged = False
    if any(gone for option in options for gone, _ in option) and other != paper:
        reread_options, reread_optimal = _options(other, active, budget)
        if _cost(reread_options) < _cost(options):
            paper, ranged = other, True
            options, optimal = reread_options, reread_optimal
    found.options, found.optimal = options, optimal
    return paper, ranged


def _cost(options: list[list[tuple[Members, Model]]]) -> float:
    """What the first repair of every group costs; without a repair it is beyond any price."""
    if any(not option for option in options):
        return float("inf")
    first = (option[0] for option in options)
    return sum(weight_of(model, member) for gone, model in first for member in gone)


def _options(
    paper: Paper, active: frozenset[str], budget: Budget
) -> tuple[list[list[tuple[Members, Model]]], bool]:
    """The repairs of every group with its model, and whether these are all of least weight."""
    populations, options, proven = populations_of(paper), [], True
    for group in components(statements(paper, populations)):
        model = model_of(group, populations, active)
        best, optimal = [frozenset[Member]()], True
        if not run_model(model, frozenset(model.literals), budget.left_seconds).satisfiable:
            best, optimal = run_repair(model, budget)
        proven &= optimal
        options.append([(members, model) for members in best])
    return options, proven


def _repairs(found: _Findings) -> Iterator[Repair]:
    """Every way to choose one repair from each group, but the empty one."""
    groups = [o for o in found.options if o and o[0][0]]
    if not groups:
        return
    ways = list(islice(product(*groups), MOST + 1))
    found.optimal &= len(ways) <= MOST
    for way in ways[:MOST]:
        claims = [c for gone, model in way for c in _all_claims(model, gone)]
        names = [n for gone, _ in way for n in _rules_of(gone)]
        weight = sum(weight_of(model, m) for gone, model in way for m in gone)
        yield Repair(tuple(dict.fromkeys(claims)), tuple(dict.fromkeys(names)), weight)


def _all_claims(model: Model, gone: Members) -> list[str]:
    """Every claim, restatements too, of the statements that are given up."""
    return [c for m in sorted(gone) if not m.rule for c in model.statements[m.index].claims]


def _data_set(
    paper: Paper, found: _Findings, seed: int, budget: Budget
) -> tuple[DataSet | None, tuple[str, ...], frozenset[str]]:
    """Patients for the first repair of every group, checked outside the solver.

    Returns the patients (None where the check failed), the claims used, and those that failed.
    """
    if any(not options for options in found.options):
        return None, (), frozenset(c.id for c in paper.claims)
    dropped = {c for o in found.options for c in _all_claims(o[0][1], o[0][0])}
    used = tuple(c.id for c in paper.claims if c.id not in dropped)
    populations = populations_of(paper, presumed=True)
    chosen = [(_stricter(o[0][1], populations), *o[0]) for o in found.options]
    told = _with(paper, tuple(c for c in paper.claims if c.id not in dropped))
    broken: tuple[str, ...] = used
    for attempt in range(_TRIES):
        parts = []
        for models, gone, _ in chosen:
            part = _solved(models, gone, seed + 1000 * attempt, budget)
            if part is None:
                return None, (), frozenset(used)
            parts.append(part)
        data_set = deal(told, populations, parts, seed + 1000 * attempt)
        again, broken = broken, _broken(paper, data_set, used)
        if not broken:
            return data_set, used, frozenset()
        if broken == again or budget.over:
            break
    return None, (), frozenset(broken)


def _shown(
    paper: Paper, data_set: DataSet | None, used: tuple[str, ...]
) -> tuple[bool, frozenset[str]]:
    """Whether the patients show any claim to be true, and the claims that they leave open.

    A claim about patients that cannot be computed (its population has no size, say) is open: it
    has not passed, and a paper without a computed claim is not consistent but unknown.
    """
    about = [c for c in paper.claims if c.about_patients and c.id in set(used)]
    if data_set is None:
        return False, frozenset()
    answers = {c.id: holds(c, data_set, paper) for c in about}
    # A level that nobody has leaves no value to compute from; the solver counted it as none.
    solved = {c for s in statements(paper, populations_of(paper)) for c in s.claims}
    left_open = frozenset(c for c, answer in answers.items() if answer is None and c not in solved)
    return bool(data_set) and bool(answers.keys() - left_open), left_open


def _broken(paper: Paper, data_set: DataSet, used: tuple[str, ...]) -> tuple[str, ...]:
    """Claims about patients that fail; criteria are given up as a rule, not as claims."""
    wanted = {c.id for c in paper.claims if c.about_patients} & set(used)
    return broken_claims(paper, data_set, wanted)


def _stricter(model: Model, populations: Populations) -> tuple[Model, ...]:
    """Models of the same claims for a data set, the safest first, the model itself last."""
    group = tuple(model.statements)
    banded = any(isinstance(s.atom, Timed) and "_" in s.atom.what for s in group)
    strict = [
        model_of(group, populations, model.rules, strict=True, banded=bands)
        for bands in ((True, False) if banded else (False,))
    ]
    return (*strict, model)


def _solved(models: tuple[Model, ...], gone: Members, seed: int, budget: Budget) -> Part | None:
    """A solution of the first model that has one; the strict one is safe, the other a try."""
    for model in models:
        on = frozenset(model.literals) - gone
        spread = write_spread(model, seed)
        answer = run_model(spread, on, min(_SPREAD_SECONDS, budget.left_seconds), seed)
        if answer.satisfiable and answer.value is not None:
            return Part(model, answer.value)
    return None


def _note(data_set: DataSet | None, broken: frozenset[str], budget: Budget, *, ranged: bool) -> str:
    notes = []
    if budget.over:
        notes.append(f"the budget of {budget.seconds:g} s ended before every answer was reached")
    if data_set is None:
        failed = sorted(broken)
        named = f" ({', '.join(failed)} fail)" if 0 < len(failed) <= _NAMED else ""
        notes.append(
            f"no set of patients was found that satisfies the claims when computed again{named}"
        )
    elif broken:
        named = ", ".join(sorted(broken)[:_NAMED])
        notes.append(f"claims that could not be computed from patients: {named}")
    elif not data_set:
        notes.append("no claim could be computed from patients: is the number of patients there?")
    if ranged:
        notes.append("for the data set, brackets of medians are read as ranges")
    return "; ".join(notes)

"""A criterion evaluated: its comparisons joined in three values, and which of them decided."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.clinic.rules.eligibility.atom import Atom
from hepatica.clinic.rules.eligibility.comparison import compare
from hepatica.clinic.rules.eligibility.evidence import Evidence
from hepatica.clinic.rules.eligibility.truth import Truth, conjunction, disjunction, negation
from hepatica.study.criterion import Expression

Grounds = tuple[tuple[Atom, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Truth of an expression with the outcomes of its parts; `atom` where it is a comparison."""

    expression: Expression
    truth: Truth
    parts: tuple[Outcome, ...] = ()
    atom: Atom | None = None

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Every comparison, in the order of the protocol."""
        if self.atom is not None:
            return (self.atom,)
        return tuple(atom for part in self.parts for atom in part.atoms)


def evaluate(expression: Expression, evidence: Evidence) -> Outcome:
    """Evaluate an expression (of a criterion with readings: give the reading) for a subject."""
    if expression.variable:
        atom = compare(expression, evidence)
        return Outcome(expression, atom.truth, atom=atom)
    parts = tuple(evaluate(part, evidence) for part in expression.parts)
    truths = [part.truth for part in parts]
    if expression.negated is not None:
        truth = negation(truths[0])
    else:
        truth = conjunction(truths) if expression.all_of else disjunction(truths)
    return Outcome(expression, truth, parts)


def grounds(outcome: Outcome) -> Grounds:
    """What made the outcome so, one group of comparisons each sufficient by itself.

    ``all`` that is FALSE: each false part alone; ``all`` that is TRUE: its parts together; ``any``
    the other way round; UNKNOWN: each unknown part.
    """
    if outcome.atom is not None:
        return ((outcome.atom,),)
    if outcome.expression.negated is not None:
        return grounds(outcome.parts[0])
    alike = [grounds(part) for part in outcome.parts if part.truth is outcome.truth]
    alone = Truth.FALSE if outcome.expression.all_of else Truth.TRUE
    if outcome.truth in (alone, Truth.UNKNOWN):
        return tuple(group for found in alike for group in found)
    return (tuple(atom for found in alike for group in found for atom in group),)

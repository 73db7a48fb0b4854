"""A described patient: the one patient of the records whom all comparable claims fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.printed import Printed
from hepatica.audit.word import known_level
from hepatica.workflow.manuscript.baseline import unit_scale
from hepatica.workflow.manuscript.comparison import Compared, Fact, Number, Verdict
from hepatica.workflow.manuscript.desk import Desk, plain, word_of, words
from hepatica.workflow.manuscript.endpoint import endpoint_of, unit_days
from hepatica.workflow.manuscript.judgement import admits, as_printed

MOST_NAMED = 8
_OPERATOR = {"AFPBL": "AFPOP"}
_UNITS = {"AGE": "years", "LARGMM": "mm", "WEIGHTBL": "kg"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the records say of one patient where a claim asks: an exact number or a word."""

    exact: Fraction | None
    text: str
    method: str


@dataclass(frozen=True, slots=True)
class _Question:
    """A claim with where its answer stands, one answer a patient, and the printed number."""

    claim: Claim
    answers: Mapping[str, _Known]
    printed: Printed | None

    def fits(self, subject: str) -> bool | None:
        """Whether the claim fits a patient; None where the records do not tell."""
        known = self.answers.get(subject)
        if known is None:
            return None
        if known.exact is None:
            word = word_of(self.claim.variable)
            return plain(known_level(word, self.claim.value)) == plain(known.text)
        return admits(self.printed, known.exact) if self.printed else None


def is_patient(claim: Claim, paper: Paper) -> bool:
    """Tell whether a claim is about one patient: a population of one, and a value."""
    one = claim.of == 1 or paper.sizes.get(claim.population) == 1
    return one and claim.statistic == "value"


def compared_patient(claims: Sequence[Claim], desk: Desk) -> tuple[Compared, ...]:
    """The claims about one described patient, all against the same patient of the records.

    Equal where exactly one patient fits every claim that can be compared; where nobody does, the
    patient whom the most claims fit is taken: the claims that do not fit are different, and the
    others are not compared.
    """
    questions = [_Question(c, _answers(c, desk), c.number) for c in claims]
    asked = [q for q in questions if any(q.fits(s) is not None for s in q.answers)]
    if not asked:
        return tuple(_open(c, "the records tell nothing of one patient by it") for c in claims)
    scores = {s: sum(bool(q.fits(s)) for q in asked) for s in desk.people.everyone.subjects}
    best = max(scores.values(), default=0)
    nearest = [s for s, score in scores.items() if score == best]
    if best == len(asked) and len(nearest) == 1:
        who = f"patient {nearest[0]}, the only one whom all of it fits"
        return tuple(_verdict(q, nearest[0], who) for q in questions)
    if best == len(asked):
        named = ", ".join(nearest[:MOST_NAMED])
        said = f"{len(nearest)} patients fit the description: {named}"
        return tuple(_open(c, said) for c in claims)
    if not nearest:
        return tuple(_open(c, "the study has no patient") for c in claims)
    who = f"no patient fits the description; nearest is {nearest[0]}"
    told = (_verdict(q, nearest[0], who) for q in questions)
    return tuple(_open(e.claim, who) if e.verdict is Verdict.EQUAL else e for e in told)


def _verdict(question: _Question, subject: str, who: str) -> Compared:
    claim, equal = question.claim, question.fits(subject)
    if equal is None:
        return _open(claim, "the records do not tell it of one patient")
    known = question.answers[subject]
    fact = Fact(known.exact, claim.unit, known.method, subjects=(subject,))
    number = Number("value", claim.value, _shown(question, known, equal=equal), equal, fact)
    if equal:
        return Compared(claim, Verdict.EQUAL, (number,), reason=who)
    return Compared(claim, Verdict.DIFFERENT, (number,), hint=who, code="P404")


def _shown(question: _Question, known: _Known, *, equal: bool) -> str:
    if known.exact is None or question.printed is None:
        return question.claim.value if equal else known.text
    return known.text + as_printed(known.exact, question.printed)


def _open(claim: Claim, reason: str) -> Compared:
    return Compared(claim, Verdict.NOT_COMPARED, reason=reason, code="P402")


def _answers(claim: Claim, desk: Desk) -> dict[str, _Known]:
    """What the records say of each patient where a claim asks."""
    column = words()["patient"].get(word_of(claim.variable))
    if column is None:
        return _doses(claim, desk)
    if column == "time":
        return _times(claim, desk)
    if column == "best response":
        return _responses(desk)
    rows = desk.people.everyone.rows
    told = ((row["SUBJID"], _of_row(claim, row, column)) for row in rows)
    return {subject: known for subject, known in told if known is not None}


def _of_row(claim: Claim, row: Any, column: str) -> _Known | None:
    value = row.get(column)
    if value is None:
        return None
    method = f"ADSL {column}"
    if isinstance(value, str):
        number = claim.number is not None and value.isdecimal()
        return _Known(Fraction(value), "", method) if number else _Known(None, value, method)
    operator = row.get(_OPERATOR.get(column, "")) or ""
    scale = unit_scale(claim, _UNITS.get(column, ""))
    return _Known(Fraction(value) / scale, operator, method) if scale else None


def _times(claim: Claim, desk: Desk) -> dict[str, _Known]:
    endpoint = endpoint_of(word_of(claim.variable), desk, "time-to-event")
    days = unit_days(claim.unit or "months", desk)
    if endpoint is None or days is None:
        return {}
    return {
        row["SUBJID"]: _Known(
            Fraction(row["AVAL"]) / days,
            "",
            f"ADTTE {endpoint.parameter}, {'event' if row['CNSR'] == 0 else 'censored'}",
        )
        for row in desk.adam["ADTTE"].to_pylist()
        if row["PARAMCD"] == endpoint.parameter and row["AVAL"] is not None
    }


def _responses(desk: Desk) -> dict[str, _Known]:
    own = desk.study.response.criterion
    return {
        row["SUBJID"]: _Known(None, str(row["AVALC"]), f"best response by {own}")
        for row in desk.adam["ADRS"].to_pylist()
        if (row["PARAMCD"], row["PARCAT1"]) == ("BOR", own)
    }


def _doses(claim: Claim, desk: Desk) -> dict[str, _Known]:
    """The dose by weight at each patient's first session."""
    drugs = {f"{plain(t.drug)} dose" for t in desk.study.treatment if t.drug}
    if plain(claim.variable) not in drugs or plain(claim.unit) != "mg/kg":
        return {}
    found: dict[str, _Known] = {}
    for row in desk.adam["ADEX"].to_pylist():
        if row["EXDOSE"] and row["DOSEWT"]:
            dose = Fraction(row["EXDOSE"]) / Fraction(row["DOSEWT"])
            found.setdefault(row["SUBJID"], _Known(dose, "", "first session, given dose / weight"))
    return found

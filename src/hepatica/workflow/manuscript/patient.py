"""A described patient: the one patient of the records that all comparable claims fit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import known_level
from hepatica.core.unit import factor_of
from hepatica.workflow.manuscript.comparison import Compared, Fact, Number, Verdict
from hepatica.workflow.manuscript.desk import Desk, plain, word_of, words
from hepatica.workflow.manuscript.endpoint import endpoint_of, unit_days
from hepatica.workflow.manuscript.judgement import admits, as_printed


def is_patient(claim: Claim, paper: Paper) -> bool:
    """Tell whether a claim is about one patient: a population of one, and a value."""
    one = claim.of == 1 or paper.sizes.get(claim.population) == 1
    return one and claim.statistic == "value"


def compared_patient(claims: Sequence[Claim], desk: Desk) -> tuple[Compared, ...]:
    """The claims about one described patient, all against the same patient of the records.

    Equal where exactly one patient fits every claim that can be compared; where nobody does, the
    patient whom the most claims fit is taken, and the claims that do not fit are different.
    """
    rows = desk.people.everyone.rows
    fits = {row["SUBJID"]: [_number(c, row, desk) for c in claims] for row in rows}
    if not any(n for numbers in fits.values() for n in numbers):
        return tuple(_open(c, "nothing of one patient is named so in the records") for c in claims)
    scores = {s: sum(bool(n and n.equal) for n in numbers) for s, numbers in fits.items()}
    best = max(scores.values())
    nearest = [s for s, score in scores.items() if score == best]
    whole = [s for s in nearest if all(n is None or n.equal for n in fits[s])]
    whole = [s for s in whole if _most_known(fits, s)]
    if len(whole) == 1:
        who = f"patient {whole[0]}, the only one whom all of it fits"
        return tuple(_verdict(c, n, who) for c, n in zip(claims, fits[whole[0]], strict=True))
    if whole:
        said = f"{len(whole)} patients fit the description: {', '.join(whole[:8])}"
        return tuple(_open(c, said) for c in claims)
    who = f"no patient fits the description; nearest is {nearest[0]}"
    return tuple(_verdict(c, n, who) for c, n in zip(claims, fits[nearest[0]], strict=True))


def _most_known(fits: dict[str, list[Number | None]], subject: str) -> bool:
    """Tell whether every claim that any patient can be asked is known of this one."""
    columns = zip(*fits.values(), strict=True)
    askable = [any(n is not None for n in column) for column in columns]
    return all(n is not None for n, a in zip(fits[subject], askable, strict=True) if a)


def _verdict(claim: Claim, number: Number | None, who: str) -> Compared:
    if number is None:
        return _open(claim, "of one patient the records do not tell it")
    if number.equal:
        return Compared(claim, Verdict.EQUAL, (number,), reason=who)
    return Compared(claim, Verdict.DIFFERENT, (number,), hint=who, code="P404")


def _open(claim: Claim, reason: str) -> Compared:
    return Compared(claim, Verdict.NOT_COMPARED, reason=reason, code="P402")


def _number(claim: Claim, row: Any, desk: Desk) -> Number | None:
    """One claim beside the value of one patient; None where the records have none."""
    word = word_of(claim.variable)
    column = words()["patient"].get(word)
    if column is None:
        return _dose(claim, row, desk)
    if column == "time":
        return _time(claim, row, desk)
    if column == "best response":
        return _response(claim, row, desk)
    if row.get(column) is None:
        return None
    fact = Fact(None, "", f"ADSL {column}", subjects=(row["SUBJID"],))
    if not isinstance(row[column], float | int):
        same = plain(known_level(word, claim.value)) == plain(str(row[column]))
        shown = claim.value if same else str(row[column])
        return Number("value", claim.value, shown, same, fact)
    return _held(claim, _standard(claim, word, Fraction(row[column])), row, fact.method)


def _standard(claim: Claim, word: str, value: Fraction) -> Fraction:
    """The value in the claim's unit."""
    test = words()["unit"].get(word)
    factor = factor_of(test, claim.unit) if test and claim.unit else None
    return value / Fraction(str(factor.scale)) if factor and factor.scale != 1 else value


def _held(claim: Claim, value: Fraction, row: Any, method: str) -> Number | None:
    printed = parse_printed(claim.value)
    if printed is None:
        return None
    fact = Fact(value, claim.unit, method, subjects=(row["SUBJID"],))
    equal = admits(printed, value)
    return Number("value", claim.value, as_printed(value, printed), equal, fact)


def _time(claim: Claim, row: Any, desk: Desk) -> Number | None:
    endpoint = endpoint_of(word_of(claim.variable), desk, "time-to-event")
    days = unit_days(claim.unit or desk.study.conventions.time_unit, desk)
    if endpoint is None or days is None:
        return None
    for time in desk.adam["ADTTE"].to_pylist():
        if time["PARAMCD"] == endpoint.parameter and time["SUBJID"] == row["SUBJID"]:
            ending = "event" if time["CNSR"] == 0 else "censored"
            method = f"ADTTE {endpoint.parameter}, {ending}"
            return _held(claim, Fraction(time["AVAL"]) / days, row, method)
    return None


def _response(claim: Claim, row: Any, desk: Desk) -> Number | None:
    own = desk.study.response.criterion
    for found in desk.adam["ADRS"].to_pylist():
        key = (found["SUBJID"], found["PARAMCD"], found["PARCAT1"])
        if key == (row["SUBJID"], "BOR", own):
            same = known_level("best response", claim.value) == found["AVALC"]
            fact = Fact(None, "", f"best response by {own}", subjects=(row["SUBJID"],))
            return Number("value", claim.value, str(found["AVALC"]), same, fact)
    return None


def _dose(claim: Claim, row: Any, desk: Desk) -> Number | None:
    """The dose by weight at the patient's first session."""
    drugs = {f"{plain(t.drug)} dose" for t in desk.study.treatment if t.drug}
    if plain(claim.variable) not in drugs or plain(claim.unit) != "mg/kg":
        return None
    for given in desk.adam["ADEX"].to_pylist():
        if given["SUBJID"] == row["SUBJID"] and given["EXDOSE"] and given["DOSEWT"]:
            value = Fraction(given["EXDOSE"]) / Fraction(given["DOSEWT"])
            return _held(claim, value, row, "first session, given dose / weight")
    return None

"""Claims about records rather than results: doses, dates of enrolment, identifiers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hepatica.audit.claim import Claim
from hepatica.stats.describe import description
from hepatica.workflow.manuscript.comparison import Absent, Compared, Fact, Found, Number, Verdict
from hepatica.workflow.manuscript.desk import Desk, plain

_DOSE = " dose"
_FIRST = {"enrolment start", "enrollment start", "start of enrolment", "start of enrollment"}
_LAST = {"enrolment end", "enrollment end", "end of enrolment", "end of enrollment"}
_IDENTITIES = (
    ("registration", {"registry id", "registration", "registration number", "trial registration"}),
    ("ethics", {"ethics approval number", "ethics approval", "ethics"}),
)


def find_dose(claim: Claim, desk: Desk) -> Found | Absent | None:
    """The dose of a drug by weight, over every session with a given dose and a weight."""
    name = plain(claim.variable)
    drugs = {plain(t.drug) for t in desk.study.treatment if t.drug}
    if not name.endswith(_DOSE) or name.removesuffix(_DOSE) not in drugs:
        return None
    if plain(claim.unit) != "mg/kg":
        return Absent(f"doses are compared in mg/kg, not in {claim.unit[:20]!r}")
    group = desk.group(claim.population)
    assert group is not None
    members = set(group.subjects)
    drug = name.removesuffix(_DOSE)
    rows = [
        r
        for r in desk.adam["ADEX"].to_pylist()
        if r["SUBJID"] in members and r["EXDOSE"] and r["DOSEWT"] and plain(r["EXTRT"]) == drug
    ]
    if not rows:
        return Absent("no session has both a given dose and a weight")
    doses = description([r["EXDOSE"] / r["DOSEWT"] for r in rows])
    who = tuple(dict.fromkeys(r["SUBJID"] for r in rows))
    facts = {
        key: Fact(
            Fraction(value), "mg/kg", f"{key} over {len(rows)} sessions, given dose / weight",
            subjects=who,
        )
        for key in ("mean", "sd", "median", "min", "max")
        if (value := getattr(doses, key)) is not None
    }  # fmt: skip
    return Found(facts | {"value": facts["median"]})


def compared_date(claim: Claim, desk: Desk) -> Compared:
    """A date of enrolment: equal where the first or last consent falls into the printed period.

    A period that begins before the first consent, or ends after the last, says nothing false:
    it is not compared, and told.
    """
    name = plain(claim.variable)
    if name not in _FIRST | _LAST:
        return _open(claim, "the study has no such date")
    if len(claim.value) not in {4, 7, 10}:
        return _open(claim, f"{claim.value[:20]!r} is no date as YYYY, YYYY-MM or YYYY-MM-DD")
    group = desk.group(claim.population)
    column = next((c for c in ("RFICDT", "TRTSDT") if group and any(r[c] for r in group.rows)), "")
    if group is None or not column:
        return _open(claim, "no date of enrolment is on record")
    dates = [r[column] for r in group.rows if r[column]]
    first = name in _FIRST
    day: date = min(dates) if first else max(dates)
    shown = day.isoformat()[: len(claim.value)]
    word = "consent" if column == "RFICDT" else "treatment"
    fact = Fact(None, "", f"{'first' if first else 'last'} {word}, {day.isoformat()}")
    equal = shown == claim.value
    number = Number("value", claim.value, shown, equal, fact)
    if equal:
        return Compared(claim, Verdict.EQUAL, (number,), reason=fact.method)
    if (shown > claim.value) if first else (shown < claim.value):
        return _open(claim, f"the {fact.method}, lies within the printed period")
    return Compared(claim, Verdict.DIFFERENT, (number,), hint=fact.method, code="P401")


def compared_identifier(claim: Claim, desk: Desk) -> Compared:
    """A number of registration or of ethics approval, beside the one in study.toml."""
    identity = desk.study.study
    name = plain(claim.variable)
    own = next((getattr(identity, key) for key, words in _IDENTITIES if name in words), "")
    if not own or not claim.value:
        return _open(claim, "study.toml has no such identifier")
    equal = plain(own) == plain(claim.value)
    number = Number("value", claim.value, own, equal, Fact(None, "", "study.toml"))
    if equal:
        return Compared(claim, Verdict.EQUAL, (number,))
    return Compared(claim, Verdict.DIFFERENT, (number,), code="P401")


def _open(claim: Claim, reason: str) -> Compared:
    return Compared(claim, Verdict.NOT_COMPARED, reason=reason, code="P402")

"""Definitions against the names they define, and against each other.

PFS     progression or death; progression only, with deaths censored, is time to progression
        ([fda2007], [ema2012])
SD      neither PR nor PD; a definition as either of them holds no patient
PR, PD  mRECIST compares sums of diameters, not areas [lencioni2010]; of lesions of one shape the
        area shrinks by 30 % where the diameter shrinks by 1 - sqrt(0.70) = 16.3 %
OS      from enrolment or first treatment; before that nobody who is enrolled can have died

Definitions are sentences. Only words that leave no doubt are read; a sentence that is not
understood is neither held against the paper nor counted as agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.reading import by_key, ids, in_table, section, told
from hepatica.audit.claim import ABOUT_PATIENTS, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

_DEATH = re.compile(r"\b(death|died|dies|dying|mortality)", re.IGNORECASE)
_PROGRESSION = re.compile(r"progress|\bPD\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(neither|nor|not|no|without|insufficient|less|between|other than|cannot|fail|below)",
    re.IGNORECASE,
)
_SHRINKS = re.compile(r"shrink|reduc|decreas|\bPR\b|partial response", re.IGNORECASE)
_GROWS = re.compile(r"grow|increas|\bPD\b|progressive disease", re.IGNORECASE)
_EITHER = re.compile(r"\beither\b|\bqualified as PR\b.*\bor\b", re.IGNORECASE)
_AREA = re.compile(r"\barea\b", re.IGNORECASE)
_DIAMETER = re.compile(r"\bdiameter", re.IGNORECASE)
_RECIST = re.compile(
    r"\b(mRECIST|modified RECIST|RECIST(?:[ ,]*(?:version|v\.?)?\s*\d\.\d)?)", re.IGNORECASE
)
_START = re.compile(r"start\s*=\s*([^;]+)|\bfrom\b(.+?)\b(?:to|until)\b", re.IGNORECASE)
_ORIGIN = re.compile(
    r"enrol|random|regist|inclusion|treatment|therapy|dose|infusion|session|embolization|TACE\b"
    r"|procedure|surgery|consent|start of|initiat",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"refractor|diagnos|failure|recurrence|admission|symptom", re.IGNORECASE)
_MEAN_SD = re.compile(r"\bmean\b.*\b(SD|standard\b)", re.IGNORECASE)
_SIGNIFICANT = re.compile(r"\bsignifican", re.IGNORECASE)


def check_definition(paper: Paper) -> Iterator[Outcome]:
    """Definitions of times and of responses."""
    definitions = list(paper.select(statistic="definition"))
    yield from _progression_free(definitions)
    for claim in (c for c in definitions if c.variable in {"SD", "best response"}):
        if claim.variable == "SD" or claim.level == "SD":
            yield from _stable(claim, paper)
    yield from _measured(definitions, paper)
    yield from _versions(paper)
    yield from _origins(definitions)


def _words(claim: Claim) -> str:
    return " ".join((claim.value, claim.note, claim.quote))


def _cited(claim: Claim) -> str:
    """The sentence of the paper, in quotation marks, with its place."""
    return f'"{(claim.quote or claim.value)[:120]}" ({claim.place})'


def _progression_free(definitions: Sequence[Claim]) -> Iterator[Outcome]:
    claims = [c for c in definitions if re.match(r"PFS\b|progression.free", c.variable, re.I)]
    censoring = [c for c in claims if "censor" in f"{c.variable} {_words(c)}".lower()]
    events = [c for c in claims if c not in censoring and _PROGRESSION.search(_words(c))]
    if not events:
        return
    fatal = [c for c in events if _DEATH.search(_words(c))]
    censored = [c for c in censoring if _DEATH.search(_words(c))]
    if fatal and not censored:
        yield Passed("P135", "PFS: death is an event", ids(fatal))
        return
    text = f"PFS: {_cited(events[0])}"
    if censored:
        text += f"; {_cited(censored[0])}"
    text += ": that is time to progression; in PFS death is an event"
    rescue = ("the time is named TTP",) if censored else ("the sentence leaves out death",)
    everyone = ids([*events, *censored])
    yield Discrepancy("P135", text, everyone, "[fda2007], [ema2012]", rescued_by=rescue)


def _stable(claim: Claim, paper: Paper) -> Iterator[Outcome]:
    """SD as PR or PD would leave no patient in it who is not in one of the others."""
    words = _words(claim)
    both = _SHRINKS.search(words) and _GROWS.search(words)
    if not both:
        return
    if _NEGATION.search(words) or not _EITHER.search(words):
        if _NEGATION.search(words):
            yield Passed("P134", "SD: neither PR nor PD", (claim.id,))
        return
    counted = [
        c
        for c in paper.select(variable="best response", level="SD")
        if c.patients or (c.number and c.number.low > 0)
    ]
    text = f"SD: {_cited(claim)}"
    if counted:
        text += f"; SD {told(counted[0])} beside PR and PD"
    rescue = ("'neither ... nor' instead of 'either ... or'",)
    everyone = ids([claim, *counted[:1]])
    yield Discrepancy("P134", text, everyone, "[lencioni2010]", rescued_by=rescue)


def _measured(definitions: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    partial = [c for c in definitions if "PR" in (c.variable, c.level)]
    progressive = [c for c in definitions if "PD" in (c.variable, c.level)]
    by_area = [c for c in partial if _AREA.search(_words(c)) and not _DIAMETER.search(_words(c))]
    by_diameter = [c for c in progressive if _DIAMETER.search(_words(c))]
    modified = [c for c in paper.claims if re.search(r"\bmRECIST|modified RECIST", _words(c), re.I)]
    if by_area and (by_diameter or modified):
        others = by_diameter[:1] or modified[:1]
        text = (
            f"PR by area: {_cited(by_area[0])}; PD and "
            f"mRECIST by the sum of diameters ({others[0].place}); an area smaller by 30 % is a "
            "diameter smaller by 1 - sqrt(0.70) = 16.3 %"
        )
        rescue = ("'area' written for diameter",)
        everyone = ids([by_area[0], *others])
        yield Discrepancy("P136", text, everyone, "[lencioni2010]", rescued_by=rescue)
    elif partial and progressive:
        named = [c for c in (*partial, *progressive) if _DIAMETER.search(_words(c))]
        if len(named) == len(partial) + len(progressive):
            yield Passed("P136", "PR and PD by diameters", ids(named))


def _versions(paper: Paper) -> Iterator[Outcome]:
    """The criterion of measurable disease against the criterion of response."""
    measurable = [c for c in paper.claims if "measurable" in c.variable.lower()]
    asked = [(c, _version(c)) for c in measurable]
    response = [
        (c, _version(c))
        for c in paper.claims
        if c not in measurable and c.statistic in {"definition", "text"} and _version(c)
    ]
    for claim, name in asked:
        other = next(((c, v) for c, v in response if v != name), None)
        if name and other:
            text = (
                f"measurable disease by {name} ({claim.place}), response by {other[1]} "
                f"({other[0].place})"
            )
            source = "[therasse2000], [lencioni2010]"
            yield Discrepancy("P137", text, ids([claim, other[0]]), source)


def _version(claim: Claim) -> str:
    found = _RECIST.search(f"{claim.note} {claim.value} {claim.quote}")
    word = " ".join(found[1].replace(",", " ").split()) if found else ""
    return "mRECIST" if word.lower().startswith(("mrecist", "modified")) else word


def _origins(definitions: Sequence[Claim]) -> Iterator[Outcome]:
    """A time that begins before enrolment: nobody who is enrolled can have died before."""
    for claim in definitions:
        match = _START.search(claim.value) or _START.search(claim.quote)
        origin = (match[1] or match[2] or "").strip() if match else ""
        if claim.variable not in {"OS", "PFS", "TTP"} or not origin:
            continue
        if _EARLIER.search(origin):
            text = (
                f"{claim.variable} begins with {origin} ({claim.place}), before enrolment: "
                "who dies in between is never enrolled (immortal time)"
            )
            rescue = ("enrolment on the same day",)
            yield Discrepancy("P138", text, (claim.id,), "[ema2012]", rescued_by=rescue)
        elif _ORIGIN.search(origin):
            yield Passed("P138", f"{claim.variable} begins with {origin}", (claim.id,))


def check_convention(paper: Paper) -> Iterator[Outcome]:
    """What the methods promise against what the results print."""
    promised = [c for c in paper.claims if c.statistic == "text" and _MEAN_SD.search(_words(c))]
    tables = [c for c in paper.claims if in_table(c) and c.statistic in ABOUT_PATIENTS]
    medians = [c for c in tables if c.statistic in {"median", "centre"}]
    spread = [c for c in tables if c.statistic == "mean"]
    if promised and medians and not spread:
        text = f"mean and SD are promised ({section(promised[0])}), but: " + "; ".join(
            f"{c.variable} {told(c)}, {c.statistic}" for c in medians[:3]
        )
        yield Discrepancy("P141", text, ids([promised[0], *medians]), "comparison of places")
    tested = {c.variable for c in paper.claims if c.statistic in {"p", "test"}}
    for group in by_key(paper.select(statistic="text"), "variable").values():
        claimed = [c for c in group if _SIGNIFICANT.search(c.quote) and _is_result(c)]
        if claimed and not tested:
            text = f"{claimed[0].quote[:100]} ({claimed[0].place}); no test and no p is printed"
            rescue = ("'significantly' meant as 'considerably'",)
            source = "comparison of places"
            yield Discrepancy("P142", text, ids(claimed), source, rescued_by=rescue)


def _is_result(claim: Claim) -> bool:
    return not claim.place.lower().startswith("method")

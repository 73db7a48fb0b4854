"""The study.toml of a reconstruction: the paper's shipped protocol, or one made from its claims."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hepatica.audit.claim import EVERYONE, Paper
from hepatica.audit.condition import parse_span
from hepatica.audit.data_set import DataSet, Duration
from hepatica.audit.reconstruction.carried import BASELINE, has, levels
from hepatica.study.protocol import protocol_text

LABEL = "Reconstructed from published claims; not patient data"
MONTH_DAYS = Fraction("30.4375")
MIN_SD_DAYS = 28
_ENROLMENT = (date(2015, 1, 1), date(2017, 12, 31))
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


def study_text(paper: Paper, data_set: DataSet, seed: int) -> str:
    """Text of study.toml, labelled as a reconstruction."""
    if paper.protocol:
        shipped = protocol_text(paper.protocol)
        return re.sub(r'(?m)^label = ".*"$', f"label = {_quoted(LABEL)}", shipped, count=1)
    return "\n".join(_blocks(paper, data_set, seed)) + "\n"


def arms_of(paper: Paper, data_set: DataSet) -> tuple[str, ...]:
    """The populations that patients belong to, where these are arms and not the whole study."""
    own = dict.fromkeys(p.population for p in data_set)
    found = tuple(name for name in own if name != EVERYONE and name in paper.within)
    return found if len(found) > 1 else ()


def _blocks(paper: Paper, data_set: DataSet, seed: int) -> Iterator[str]:
    arms = arms_of(paper, data_set)
    yield "# Made from the claims of a paper, to hold a reconstruction. What no claim says is ours."
    yield from _identity(paper, data_set, seed, arms)
    yield _FIXED
    yield from _treatments(arms)
    yield _response(paper)
    yield from _endpoints(data_set)
    yield _PLAN
    yield from _baseline(data_set)
    if arms:
        for endpoint in ("OS", "PFS"):
            yield f'[[analysis.survival]]\nendpoint = "{endpoint}"\ngroup = "ARM"\n'
            yield f'[[analysis.cox]]\nendpoint = "{endpoint}"\ncovariates = ["ARM"]\n'


_FIXED = """[conventions]
month_days = 30.4375

[records]
reader = "workbook"
path = "records.xlsx"

[[population]]
id = "enrolled"
label = "All enrolled patients"
definition = "enrolled"

[[population]]
id = "treated"
label = "All treated patients"
definition = "treated"

[[population]]
id = "evaluable"
label = "Patients evaluable for response"
definition = "evaluable"

[schedule]
interval_weeks = [4, 8]
anchor = "first treatment"
window_days = 7
assessments = ["labs", "contrast CT or MRI"]
until = "progression"
note = "Our choice."
"""
_PLAN = """[safety]
lab_ctcae = "5.0"

[analysis]
population = "treated"
safety_population = "treated"
landmarks_months = [6, 12, 24]
"""


def _identity(paper: Paper, data_set: DataSet, seed: int, arms: tuple[str, ...]) -> Iterator[str]:
    begin, end = _enrolment(paper)
    randomised = any("randomi" in c.quote.lower() for c in paper.claims)
    design = "single-arm" if not arms else "randomised" if randomised else "cohort"
    title = paper.title or "A study reconstructed from published claims"
    yield "[study]"
    yield 'id = "RECONSTRUCTED"'
    yield f"title = {_quoted(title)}"
    yield f"label = {_quoted(LABEL)}"
    yield f'design = "{design}"'
    yield f"enrolment_start = {begin}"
    yield f"enrolment_end = {end}"
    yield f"cutoff = {end + timedelta(days=_longest(data_set) + 60)}"
    yield f"seed = {seed}"
    yield 'note = "Made from claims; dates that no claim tells are ours."\n'


def _enrolment(paper: Paper) -> tuple[date, date]:
    found: dict[str, date] = {}
    for claim in paper.claims:
        which = re.search(r"enrol\w*\s+(start|end)", claim.variable.lower())
        match = _DATE.fullmatch(claim.value or claim.level)
        if which and match:
            found.setdefault(which[1], date(int(match[1]), int(match[2]), int(match[3] or 1)))
    begin = found.get("start", _ENROLMENT[0])
    end = found.get("end", max(_ENROLMENT[1], begin + timedelta(days=730)))
    return begin, max(end, begin + timedelta(days=90))


def _longest(data_set: DataSet) -> int:
    times = [v.time for p in data_set for v in p.values.values() if isinstance(v, Duration)]
    return round(max(times, default=Fraction(24)) * MONTH_DAYS)


def _treatments(arms: tuple[str, ...]) -> Iterator[str]:
    for number, arm in enumerate(arms or ("",), 1):
        embolises = not arm or re.search(r"tace|chemoembol|hepatic arter", arm.lower())
        yield "[[treatment]]"
        yield f'id = "treatment-{number}"'
        if arm:
            yield f"arm = {_quoted(arm)}"
        yield (
            'procedure = "TACE"\ntechnique = "cTACE"\n'
            if embolises
            else f"drug = {_quoted(arm.lower())}\n"
        )


def _response(paper: Paper) -> str:
    words = " ".join(f"{c.quote} {c.value} {c.level}" for c in paper.claims).lower()
    recist = "recist 1.1" in words and "mrecist" not in words and "modified recist" not in words
    criterion = "RECIST1.1" if recist else "mRECIST"
    return (
        f'[response]\ncriterion = "{criterion}"\nmin_sd_days = {MIN_SD_DAYS}\n'
        'note = "The minimum duration of stable disease is ours: one scan interval."\n'
    )


def _endpoints(data_set: DataSet) -> Iterator[str]:
    timed = {"OS": ("Overall survival", ["death"])}
    # Where somebody died whose progression-free time is censored, death is not counted in it.
    events = ["progression"] if _dies_censored(data_set) else ["progression", "death"]
    timed["PFS"] = ("Progression-free survival", events)
    if has(data_set, "TTP"):
        timed["TTP"] = ("Time to progression", ["progression"])
    for number, (name, (label, ends)) in enumerate(timed.items()):
        role = "secondary" if number else "primary"
        yield f'[[endpoint]]\nid = "{name}"\nlabel = "{label}"\nkind = "time-to-event"'
        yield f'role = "{role}"\norigin = "first treatment"\nevents = {json.dumps(ends)}'
        yield 'rule_set = "EMA"\nnote = "Origin and censoring rules are ours."\n'
    rates = {"ORR": ("Objective response rate", ["CR", "PR"])}
    rates["DCR"] = ("Disease control rate", ["CR", "PR", "SD"])
    for name, (label, responses) in rates.items():
        yield f'[[endpoint]]\nid = "{name}"\nlabel = "{label}"\nkind = "proportion"'
        yield f'role = "secondary"\nresponses = {json.dumps(responses)}\n'


def _dies_censored(data_set: DataSet) -> bool:
    pairs = ((p.values.get("PFS"), p.values.get("OS")) for p in data_set)
    return any(
        isinstance(free, Duration) and isinstance(end, Duration) and end.event and not free.event
        for free, end in pairs
    )


def _baseline(data_set: DataSet) -> Iterator[str]:
    for name, (label, column, kind) in BASELINE.items():
        if not has(data_set, name):
            continue
        body = _row(kind, column, levels(data_set, name))
        if body:
            yield f"[[analysis.baseline]]\nname = {_quoted(label)}"
            yield f'label = {_quoted(label)}\nvariable = "{column}"\n{body}\n'


_UNITS = {"AGE": "years", "ALBBL": "g/L", "BILIBL": "umol/L", "AFPBL": "ng/mL"}
_CODES = {
    "SEX": (["F", "M"], ["Female", "Male"]),
    "CPCLASS": (["A", "B", "C"], []),
    "BCLC": (["0", "A", "B", "C", "D"], []),
    "PRSURGFL": (["N", "Y"], ["No", "Yes"]),
    "PRABLFL": (["N", "Y"], ["No", "Yes"]),
    "VASCINV": (["N", "Y"], ["No", "Yes"]),
}


def _row(kind: str, column: str, found: set[str]) -> str:
    """The lines of a row of Table 1 after its variable; '' where its levels make no row."""
    unit = f'\nunit = "{_UNITS[column]}"' if column in _UNITS else ""
    if kind == "continuous":
        statistics = '["median", "range", "quartiles", "mean", "sd"]'
        return f'kind = "continuous"\nstatistics = {statistics}{unit}\n'
    if kind == "flag":
        return 'kind = "flag"\nlevels = ["Y"]\nlabels = ["Yes"]\n'
    if kind == "banded":
        return _bands(found, unit)
    codes, labels = _CODES.get(column, (sorted(found), []))
    used = [c for c in codes if column not in {"CPCLASS", "BCLC"} or c in found]
    if column == "ECOGBL":
        used = [c for c in ("0", "1", "2", "3", "4") if _holds(found, int(c))]
    text = f'kind = "categorical"\nlevels = {_listed(used)}\n'
    return text + (f"labels = {_listed(labels)}\n" if labels else "") if used else ""


def _holds(found: set[str], score: int) -> bool:
    spans = (parse_span(level) for level in found)
    return any(span.holds(Fraction(score)) for span in spans if span)


def _bands(found: set[str], unit: str) -> str:
    """Bands between the bounds that the levels name, where these leave no gap."""
    spans = [span for span in map(parse_span, found) if span]
    cuts = sorted({s.low for s in spans if s.low} | {s.high for s in spans if s.high is not None})
    if len(spans) != len(found) or len(cuts) != len(found) - 1 or not cuts:
        return f'kind = "continuous"\nstatistics = ["median", "range"]{unit}\n'
    numbers = [_plain(cut) for cut in cuts]
    names = [
        f"<{numbers[0]}",
        *(f"{a} to <{b}" for a, b in pairwise(numbers)),
    ]
    names.append(f">={numbers[-1]}")
    labels = [f"{name} ng/mL" for name in names]
    return f'kind = "banded"\ncuts = [{", ".join(numbers)}]\nlevels = {_listed(labels)}{unit}\n'


def _plain(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(float(number))


def _listed(words: list[str]) -> str:
    return "[" + ", ".join(map(_quoted, words)) + "]"


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON's escapes are among TOML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "")

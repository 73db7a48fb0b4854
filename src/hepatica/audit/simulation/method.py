"""What the methods of a true paper say: criteria, dates, definitions; and one described case.

Everything here is true of the trial and in the order in which honest studies are run; sentences
are worded in several ways, as papers word them.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from hepatica.audit.claim import Bracket
from hepatica.audit.data_set import Duration, Patient
from hepatica.audit.simulation.press import Press
from hepatica.audit.simulation.trial import Trial

METHODS = "Methods"
DEFINITIONS = {
    "PFS": (
        "time from randomization to progression or death from any cause",
        "from the first treatment until progression or death, whichever came first",
    ),
    "OS": ("time from the first treatment to death from any cause",),
    "DCR": ("CR+PR+SD", "complete response, partial response or stable disease"),
    "ORR": ("CR+PR",),
}
_INDEX = "index patient"


def print_methods(press: Press, trial: Trial, rng: Random) -> None:
    """Some of the criteria, dates and definitions, drawn anew for each paper."""
    _print_criteria(press, trial, rng)
    if rng.random() < 0.5:
        _print_dates(press, trial, rng)
    for variable in rng.sample(sorted(DEFINITIONS), rng.randint(0, len(DEFINITIONS))):
        words = rng.choice(DEFINITIONS[variable])
        press.claim(METHODS, variable, "definition", value=words)
    if rng.random() < 0.3:
        design = rng.choice(("retrospective cohort", "prospective single-arm trial"))
        press.claim(METHODS, "study design", "text", value=design)


def print_index_patient(press: Press, trial: Trial, rng: Random) -> None:
    """One patient of the trial, described value by value."""
    patient = rng.choice(trial.data_set)
    for variable in ("age", "sex", "ECOG-PS", "Child-Pugh", "AFP", "OS", "PFS"):
        value = _told(press, patient, variable)
        if value and rng.random() < 0.7:
            fields = {"population": _INDEX, "value": value, "denominator": "1"}
            press.claim("Figure 3", variable, "value", **fields)


def _told(press: Press, patient: Patient, variable: str) -> str:
    value = patient.values.get(variable)
    if isinstance(value, Duration):
        return press.number(value.time, press.style.time_decimals)
    if isinstance(value, Fraction):
        return press.number(value, 0)
    if variable == "sex":
        return {"F": "female", "M": "male"}.get(str(value), "")
    return value or ""


def _print_criteria(press: Press, trial: Trial, rng: Random) -> None:
    """Criteria that every patient meets, and the schedule of scans."""
    rows = trial.data_set
    worst_ecog = max(str(p.values.get("ECOG-PS", "0")) for p in rows)
    classes = sorted({str(p.values["Child-Pugh"]) for p in rows} | {"A", "B"})
    criteria = {
        "age": rng.choice((">=18", "18-90", ">=18 years")),
        "ECOG-PS": rng.choice((f"0-{max('2', worst_ecog)}", f"<={max('2', worst_ecog)}")),
        "Child-Pugh": rng.choice(("/".join(classes), " or ".join(classes))),
        "albumin": ">=20",
        "bilirubin": "<=3",
        "INR": "<2.3",
        "platelets": ">=50",
        "encephalopathy": "none",
        "life expectancy": ">12 weeks",
    }
    units = {"albumin": "g/L", "bilirubin": "mg/dL", "platelets": "10^9/L"}
    for variable in rng.sample(sorted(criteria), rng.randint(0, 5)):
        fields = {"population": "eligibility", "value": criteria[variable]}
        fields["unit"] = units.get(variable, "")
        press.claim(METHODS, variable, "criterion", **fields)
    if rng.random() < 0.5:
        weeks, late = str(trial.scan_weeks), str(trial.scan_weeks + 1)
        planned: dict[str, Any] = {"value": weeks, "unit": "weeks"}
        if rng.random() < 0.6:
            planned |= {"value": f"{weeks}-{late}", "bracket": Bracket(weeks, late)}
        press.claim(METHODS, "imaging interval", "value", **planned)


def _print_dates(press: Press, trial: Trial, rng: Random) -> None:
    """Approval, registration, enrolment, cutoff and publication; follow-up has its time."""
    approval = date(2012, 1, 1) + timedelta(days=rng.randint(0, 1500))
    registration = approval + timedelta(days=rng.randint(0, 90))
    start = registration + timedelta(days=rng.randint(0, 90))
    end = start + timedelta(days=rng.randint(200, 1500))
    times = [v.time for p in trial.data_set if isinstance(v := p.values["OS"], Duration)]
    cutoff = end + timedelta(days=1 + math.ceil(max(times) * 31))
    submitted = cutoff + timedelta(days=rng.randint(30, 400))
    accepted = submitted + timedelta(days=rng.randint(0, 200))
    told = {
        "ethics approval": approval,
        "registration": registration,
        "enrolment start": start,
        "enrolment end": end,
        "data cutoff": cutoff,
        "submission date": submitted,
        "acceptance date": accepted,
        "publication date": accepted + timedelta(days=rng.randint(0, 60)),
    }
    length = rng.choice((4, 7, 7, 10))
    for variable, day in told.items():
        if rng.random() < 0.7:
            shown = day.isoformat()[: rng.choice((length, 10))]
            press.claim(METHODS, variable, "date", value=shown)

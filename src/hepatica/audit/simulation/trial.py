"""A made trial of locoregional therapy: patients who obey every clinical definition.

Whatever the rules tie together is made in the order of nature: points before the Child-Pugh class,
performance status and class before the BCLC stage, scans before the response, the response and the
times from one course of events. So the trial is true under every rule, and everything else is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from hepatica.audit.claim import EVERYONE
from hepatica.audit.data_set import DataSet, Duration, Patient, Value

DAYS_PER_MONTH = Fraction(487, 16)
# Adverse events and the highest grade short of death that CTCAE 5 defines for them.
EVENTS = {
    "nausea": 3,
    "fatigue": 3,
    "fever": 4,
    "hypertension": 4,
    "diarrhea": 4,
    "anorexia": 4,
    "alopecia": 2,
    "thrombocytopenia": 4,
    "neutropenia": 4,
    "anemia": 4,
    "abdominal pain": 3,
    "elevated transaminase": 4,
    "weight loss": 3,
    "hand-foot syndrome": 3,
}
CAUSES = ("hepatitis B", "hepatitis C", "alcohol", "other")
MISSABLE = ("age", "cause", "AFP", "platelets", "tumour size", "ECOG-PS", "prior TACE")


@dataclass(frozen=True, slots=True)
class Trial:
    """Patients of one or two arms, with a scan every `scan_weeks` for at most so many months."""

    seed: int
    arms: tuple[str, ...]
    data_set: DataSet
    scan_weeks: int
    followed_months: int

    def rows(self, population: str) -> DataSet:
        """The patients of an arm, or all."""
        if population == EVERYONE:
            return self.data_set
        return tuple(p for p in self.data_set if p.population == population)


@dataclass(frozen=True, slots=True)
class _Course:
    """What the arm of a patient does to the course: hazards a month, shape, dropout, grid."""

    death: float
    progression: float
    shape: float
    dropout: float
    end_days: tuple[int, int]
    scan_days: int
    grid: Fraction
    response: float


def made_trial(seed: int) -> Trial:
    """The trial of a seed, always the same: 10 to 400 patients in one arm or two."""
    rng = Random(seed)
    n = round(10 * 40 ** rng.random())
    arms = () if n < 16 or rng.random() < 0.5 else ("TACE plus bevacizumab", "TACE")
    scan_weeks = rng.choice((6, 8, 12))
    followed = rng.choice((12, 24, 36, 60))
    courses = {arm: _made_course(rng, scan_weeks, followed) for arm in arms or (EVERYONE,)}
    events = rng.sample(sorted(EVENTS), rng.randint(3, 9))
    missing = {v: rng.choice((0.0, 0.0, 0.05, 0.15)) for v in MISSABLE}
    grades = {e: _made_grades(rng, EVENTS[e]) for e in events}
    first = max(4, min(n - 4, round(n * rng.choice((0.5, 0.5, 2 / 3)))))
    patients = []
    for i in range(n):
        arm = (arms[0] if i < first else arms[1]) if arms else EVERYONE
        values = _baseline(rng) | _outcome(rng, courses[arm])
        worst = {f"AE {e}": rng.choices("01234", grades[e])[0] for e in events}
        # Tables list common events only; another may be a patient's worst.
        other = rng.choices("0123", (0.7, 0.2, 0.08, 0.02))[0]
        worst["AE of any kind"] = max(other, *worst.values())
        known = {k: v for k, v in values.items() if rng.random() >= missing.get(k, 0.0)}
        patients.append(Patient(arm, known | worst))
    return Trial(seed, arms, tuple(patients), scan_weeks, followed)


def _made_course(rng: Random, scan_weeks: int, followed: int) -> _Course:
    end = followed * 30
    return _Course(
        death=rng.choice((0.01, 0.03, 0.06, 0.1)) * rng.uniform(0.7, 1.4),
        progression=rng.choice((0.03, 0.08, 0.15)) * rng.uniform(0.7, 1.4),
        shape=rng.choice((1.0, 1.0, 0.8, 1.5, 2.5)),
        dropout=rng.choice((0.0, 0.005, 0.02)),
        end_days=(end // 2, end) if rng.random() < 0.7 else (end * 10, end * 10),
        scan_days=scan_weeks * 7,
        grid=rng.choice((Fraction(0), Fraction(0), Fraction(1, 10), Fraction(1))),
        response=rng.uniform(0.2, 0.7),
    )


def _made_grades(rng: Random, most: int) -> list[float]:
    often = rng.choice((0.03, 0.15, 0.4, 0.7))
    shares = (0.5, 0.3, 0.15, 0.05)
    return [1 - often, *(often * share * (g <= most) for g, share in enumerate(shares, 1))]


def _baseline(rng: Random) -> dict[str, Value]:
    tenths = {
        "albumin": max(200, min(520, round(rng.gauss(385, 45)))),
        "bilirubin": max(3, min(29, round(rng.lognormvariate(2.3, 0.45)))),
        "INR": max(9, min(22, round(rng.gauss(11.5, 1.5)))),
        "tumour size": max(8, round(rng.lognormvariate(4.0, 0.5))),
    }
    ascites = rng.choices(("none", "mild"), (0.9, 0.1))[0]
    points = _points(tenths, ascites)
    child_pugh = "A" if points <= 6 else "B" if points <= 9 else "C"
    ecog = rng.choices("0123", (0.5, 0.35, 0.13, 0.02))[0]
    values: dict[str, Value] = {name: Fraction(n, 10) for name, n in tenths.items()}
    return values | {
        "age": Fraction(max(18, min(90, round(rng.gauss(61, 11))))),
        "sex": rng.choices(("M", "F"), (0.82, 0.18))[0],
        "ECOG-PS": ecog,
        "Child-Pugh": child_pugh,
        "ascites": ascites,
        "encephalopathy": "none",
        "BCLC": _stage(rng, ecog, child_pugh),
        "cause": rng.choices(CAUSES, (0.6, 0.2, 0.12, 0.08))[0],
        "AFP": rng.choices(("<200 ng/mL", ">=200 ng/mL"), (0.55, 0.45))[0],
        "platelets": Fraction(max(50, round(rng.gauss(150, 60)))),
        "prior TACE": Fraction(rng.choices(range(2, 8), (30, 25, 20, 12, 8, 5))[0]),
        "prior surgery": rng.choices(("yes", "no"), (0.3, 0.7))[0],
        "sessions": Fraction(rng.choices(range(1, 6), (40, 30, 15, 10, 5))[0]),
    }


def _points(tenths: dict[str, int], ascites: str) -> int:
    """Child-Pugh points (Pugh 1973) of tenths of g/L, mg/dL and INR; no encephalopathy."""
    albumin = 1 if tenths["albumin"] > 350 else 2 if tenths["albumin"] >= 280 else 3
    bilirubin = 1 if tenths["bilirubin"] < 20 else 2 if tenths["bilirubin"] <= 30 else 3
    clotting = 1 if tenths["INR"] < 17 else 2 if tenths["INR"] <= 23 else 3
    return albumin + bilirubin + clotting + (1 if ascites == "none" else 2) + 1


def _stage(rng: Random, ecog: str, child_pugh: str) -> str:
    if ecog == "3" or child_pugh == "C":
        return "D"
    if ecog != "0":
        return "C"
    return rng.choices("ABC", (0.3, 0.4, 0.3))[0]


def _outcome(rng: Random, course: _Course) -> dict[str, Value]:
    """Death, scans until progression or the end of follow-up, and the response they show."""
    death = _days(rng, course.death, course.shape)
    growth = _days(rng, course.progression, course.shape)
    lost = _days(rng, course.dropout, 1.0) if course.dropout else 10**6
    end = min(rng.randint(*course.end_days), lost)
    alive = min(death, end)
    scans: list[int] = []
    day = course.scan_days
    while day <= alive and not (scans and scans[-1] >= growth):
        scans.append(day)
        day += course.scan_days + rng.randint(-3, 7)
    progressed = bool(scans) and scans[-1] >= growth
    if progressed:
        pfs, failed = scans[-1], True
    elif death <= end:
        pfs, failed = death, True
    else:
        pfs, failed = (scans[-1] if scans else alive), False
    response = _response(rng, course, len(scans), progressed)
    shrunk = response in {"CR", "PR"} or (response == "SD" and rng.random() < 0.4)
    return {
        "OS": Duration(_time(alive, course.grid), death <= end),
        "PFS": Duration(_time(pfs, course.grid), failed),
        "best response": response,
        "tumour reduction": "yes" if shrunk else "no",
    }


def _response(rng: Random, course: _Course, scans: int, progressed: bool) -> str:
    if not scans:
        return "NE"
    if scans == 1 and progressed:
        return "PD"
    if rng.random() >= course.response:
        return "SD"
    return "CR" if rng.random() < 0.2 else "PR"


def _days(rng: Random, hazard: float, shape: float) -> int:
    return max(1, round(rng.weibullvariate(30.4375 / hazard, shape)))


def _time(days: int, grid: Fraction) -> Fraction:
    """Months, exact or as a data sheet keeps them: to a tenth, or whole."""
    months = Fraction(days) / DAYS_PER_MONTH
    return months if not grid else max(round(months / grid), 1) * grid

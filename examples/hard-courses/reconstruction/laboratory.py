"""Blood samples, vital signs and the status of patient and liver on the days of examination.

Transaminases and bilirubin stay inside the CTCAE 4.03 grade that the adverse events state; a
sample without an event stays inside the grade of the baseline.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import NamedTuple

from .imaging import viable_share
from .patient import Patient, Row, between
from .treatment import adverse_event_rows, session_weights

SAMPLE_DAYS_AFTER_SESSION = 4
MG_DL_BILIRUBIN = 17.104  # umol/L in 1 mg/dL


class Test(NamedTuple):
    """How a test is reported, with the limits of normal of men and of women."""

    unit: str
    decimals: int
    men: tuple[float, float]
    women: tuple[float, float]


TESTS = {
    "BILI": Test("umol/L", 1, (3.4, 20.5), (3.4, 20.5)),
    "ALB": Test("g/L", 1, (40, 55), (40, 55)),
    "ALT": Test("U/L", 0, (9, 50), (7, 40)),
    "AST": Test("U/L", 0, (15, 40), (13, 35)),
    "ALP": Test("U/L", 0, (45, 125), (50, 135)),
    "INR": Test("ratio", 2, (0.85, 1.15), (0.85, 1.15)),
    "PLAT": Test("10^9/L", 0, (125, 350), (125, 350)),
    "CREAT": Test("umol/L", 0, (57, 97), (41, 73)),
    "UREA": Test("mmol/L", 1, (3.1, 8.0), (2.6, 7.5)),
    "AFP": Test("ng/mL", 1, (0, 20), (0, 20)),
    "HGB": Test("g/L", 0, (130, 175), (115, 150)),
    "SODIUM": Test("mmol/L", 0, (137, 147), (137, 147)),
}
# Share of the upper limit at which transaminases peak, by grade: 4.03 parts at 1, 3 and 5.
TRANSAMINASE = {0: (0.45, 0.92), 1: (1.25, 2.80), 2: (3.15, 4.70)}
# Bilirubin, umol/L, by grade: 4.03 parts at 1, 1.5 and 3 times the upper limit of 20.5.
BILIRUBIN = {1: (22.0, 30.2), 2: (33.0, 52.0)}
ASCITES = ("none", "mild", "moderate", "severe")


@dataclass(frozen=True)
class Sample:
    """Results of one day by test code, in the units of `TESTS`."""

    day: int
    values: dict[str, float]
    outside: bool = False


def samples(patient: Patient) -> list[Sample]:
    """Baseline, the fourth day after each session, and every follow-up scan."""
    stream = patient.draw("laboratory")
    constant = _constant(patient, stream)
    taken = [Sample(patient.admission, _baseline(patient, stream) | constant)]
    peaks = [(day + SAMPLE_DAYS_AFTER_SESSION, n) for n, day in enumerate(patient.sessions, 1)]
    visits = [(scan["day"], 0) for scan in patient.follow_up_scans]
    outside = {scan["day"] for scan in patient.scans if scan.get("outside_laboratory")}
    for day, session in sorted(peaks + visits):
        values = _liver_values(patient, stream, session, len(taken))
        values |= {code: constant[code] * between(stream, 0.93, 1.06) for code in constant}
        values["SODIUM"] = between(stream, 133, 142)
        if session == 0:
            values["AFP"] = _afp(patient, day) * between(stream, 0.88, 1.12)
        taken.append(Sample(day, values, day in outside))
    return taken


def _baseline(patient: Patient, stream: random.Random) -> dict[str, float]:
    upper = _upper(patient)
    return {
        "BILI": patient.liver["bilirubin"],
        "ALB": patient.liver["albumin"],
        "INR": patient.liver["inr"],
        "AFP": patient.afp,
        "ALT": upper["ALT"] * between(stream, 0.40, 0.88),
        "AST": upper["AST"] * between(stream, 0.50, 0.92),
        "SODIUM": between(stream, 134, 142),
    }


def _constant(patient: Patient, stream: random.Random) -> dict[str, float]:
    return {
        "ALP": between(stream, 85, 210),
        "PLAT": between(stream, 64, 175),
        "CREAT": _upper(patient)["CREAT"] * between(stream, 0.6, 0.9),
        "UREA": between(stream, 3.6, 7.0),
        "HGB": between(stream, 102, 138),
    }


def _liver_values(
    patient: Patient, stream: random.Random, session: int, number: int
) -> dict[str, float]:
    """Liver tests of one sample; `number` samples were taken before it."""
    enzyme = TRANSAMINASE[_grade(patient, "Elevated transaminase", session)]
    upper = _upper(patient)
    drift = -0.3 * number + between(stream, -0.6, 0.4)
    return {
        "BILI": _bilirubin(patient, stream, session),
        "ALB": max(22.0, patient.liver["albumin"] + max(drift, -3.0)),
        "INR": patient.liver["inr"] + between(stream, -0.03, 0.07),
        "ALT": upper["ALT"] * between(stream, *enzyme),
        "AST": upper["AST"] * between(stream, *enzyme),
    }


def _bilirubin(patient: Patient, stream: random.Random, session: int) -> float:
    grade = _grade(patient, "Hyperbilirubinemia", session)
    if grade:
        return between(stream, *BILIRUBIN[grade])
    base = float(patient.liver["bilirubin"])
    ceiling = 20.3 if base <= _upper(patient)["BILI"] else 60.0
    return min(ceiling, base * between(stream, 0.88, 1.15))


def _grade(patient: Patient, term: str, session: int) -> int:
    found = [grade for t, grade, s, *_ in patient.events if t == term and s == session]
    return max(found, default=0)


def _upper(patient: Patient) -> dict[str, float]:
    return {code: _limits(patient, test)[1] for code, test in TESTS.items()}


def _limits(patient: Patient, test: Test) -> tuple[float, float]:
    return test.men if patient.sex == "M" else test.women


def _afp(patient: Patient, day: int) -> float:
    # The true value behind a result reported as above the limit is not known; 3.4 times is drawn.
    base = patient.afp * (3.4 if patient.afp_operator else 1.0)
    return max(3.0, base * float(viable_share(patient, day) ** 1.6))


def lab_rows(patient: Patient) -> list[Row]:
    rows: list[Row] = []
    for sample in samples(patient):
        for code, test in TESTS.items():
            if code not in sample.values:
                continue
            low, high = _limits(patient, test)
            row: Row = {
                "subject": patient.id,
                "date": patient.day(sample.day),
                "test": code,
                "value": _rounded(sample.values[code], test.decimals),
                "unit": test.unit,
                "lower_limit": low,
                "upper_limit": high,
            }
            rows.append(_reported(patient, row, outside=sample.outside))
    return rows


def _rounded(value: float, decimals: int) -> float:
    return round(value, decimals) if value < 1000 else round(value)


def _reported(patient: Patient, row: Row, *, outside: bool) -> Row:
    if row["test"] == "AFP" and patient.afp_operator and row["value"] >= patient.afp:
        return row | {"operator": patient.afp_operator, "value": patient.afp}
    if outside and row["test"] == "BILI":
        value = round(row["value"] / MG_DL_BILIRUBIN, 2)
        return row | {"value": value, "unit": "mg/dL", "lower_limit": 0.2, "upper_limit": 1.2}
    if outside and row["test"] == "ALB":
        value = round(row["value"] / 10, 2)
        return row | {"value": value, "unit": "g/dL", "lower_limit": 3.5, "upper_limit": 5.2}
    return row


def status_rows(patient: Patient) -> list[Row]:
    """Status at baseline and at every follow-up scan; Child-Pugh from the samples of that day."""
    days = {patient.admission} | {scan["day"] for scan in patient.follow_up_scans}
    rows = []
    for sample in samples(patient):
        if sample.day not in days:
            continue
        ascites, encephalopathy = _liver_signs(patient, sample.day)
        points = child_pugh_points(sample.values, ascites, encephalopathy)
        rows.append(
            {
                "subject": patient.id,
                "date": patient.day(sample.day),
                "ecog": _ecog(patient, sample.day),
                "ascites": ascites,
                "encephalopathy": encephalopathy,
                "child_pugh_points": points,
                "child_pugh_class": "A" if points <= 6 else "B" if points <= 9 else "C",
            }
        )
    return rows


def _liver_signs(patient: Patient, day: int) -> tuple[str, int]:
    ascites = ASCITES.index(patient.liver["ascites"])
    near_death = patient.end["status"] == "dead" and patient.end["day"] - day <= 60
    if day > patient.admission and near_death:
        ascites = min(ascites + 1, 3)
    return ASCITES[ascites], patient.liver["encephalopathy"]


def _ecog(patient: Patient, day: int) -> int:
    if day == patient.admission:
        return patient.ecog
    after = patient.ecog if patient.ecog_after is None else patient.ecog_after
    progressed = patient.progression is not None and day >= patient.progression
    return min(after + progressed, 4)


def child_pugh_points(values: dict[str, float], ascites: str, encephalopathy: int) -> int:
    """Child-Pugh points of one day; bilirubin parts at 2 and 3 mg/dL, as printed for adults."""
    bilirubin = round(values["BILI"], 1)
    albumin = round(values["ALB"], 1)
    inr = round(values["INR"], 2)
    return (
        1
        + (bilirubin >= 34.2)
        + (bilirubin > 51.3)
        + 1
        + (albumin <= 35)
        + (albumin < 28)
        + 1
        + (inr >= 1.7)
        + (inr > 2.3)
        + 1
        + (ascites != "none")
        + (ascites in ("moderate", "severe"))
        + 1
        + (encephalopathy >= 1)
        + (encephalopathy >= 3)
    )


def vital_rows(patient: Patient) -> list[Row]:
    stream = patient.draw("vitals")
    admission: list[tuple[int, str, float, str]] = [
        (patient.admission, "HEIGHT", round(between(stream, *_height(patient))), "cm"),
        (patient.admission, "SYSBP", round(between(stream, 104, 128)), "mmHg"),
        (patient.admission, "DIABP", round(between(stream, 62, 79)), "mmHg"),
        (patient.admission, "PULSE", round(between(stream, 64, 88)), "beats/min"),
        (patient.admission, "TEMP", round(between(stream, 36.2, 36.9), 1), "C"),
    ]
    weights = list(zip(patient.sessions, session_weights(patient), strict=True))
    measured = admission + [(day, "WEIGHT", kg, "kg") for day, kg in weights]
    for scan in patient.follow_up_scans:
        kg = [w for day, w in weights if day < scan["day"]][-1] * between(stream, 0.97, 1.01)
        measured.append((scan["day"], "WEIGHT", round(2 * kg) / 2, "kg"))
    rows = [
        {
            "subject": patient.id,
            "date": patient.day(day),
            "test": test,
            "value": value,
            "unit": unit,
        }
        for day, test, value, unit in sorted(measured)
    ]
    return rows + _event_vitals(patient, stream)


def _event_vitals(patient: Patient, stream: random.Random) -> list[Row]:
    """The temperature of a fever and the pressures of a hypertension, inside their grade."""
    rows = []
    for event in adverse_event_rows(patient):
        found: list[tuple[str, float, str]] = []
        if event["term"] == "Fever":
            low, high = (38.1, 38.9) if event["grade"] == 1 else (39.1, 39.8)
            found = [("TEMP", round(between(stream, low, high), 1), "C")]
        if event["term"] == "Hypertension":
            found = [
                ("SYSBP", round(between(stream, 144, 156)), "mmHg"),
                ("DIABP", round(between(stream, 91, 97)), "mmHg"),
            ]
        rows += [
            {
                "subject": patient.id,
                "date": event["start_date"],
                "test": test,
                "value": value,
                "unit": unit,
            }
            for test, value, unit in found
        ]
    return rows


def _height(patient: Patient) -> tuple[float, float]:
    return (164, 178) if patient.sex == "M" else (154, 163)

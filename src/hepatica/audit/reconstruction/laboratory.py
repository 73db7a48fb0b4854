"""Rows of blood samples, vital signs, and the status of patient and liver on days of examination.

Transaminases and bilirubin stay inside the CTCAE 4.03 grade that the adverse events state; a
sample without an event stays inside the grade of the baseline. Baseline values have the points of
the Child-Pugh class that the data set tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hepatica.audit.reconstruction.adverse_event import (
    adverse_event_rows,
    event_session,
    is_bilirubin,
    is_transaminase,
)
from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.liver import ASCITES, child_pugh_points, class_of
from hepatica.audit.reconstruction.stream import Stream, between
from hepatica.audit.reconstruction.treatment import session_weights

PEAK_DAYS = 4  # after a session, when transaminases and bilirubin are sampled


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
# Share of the upper limit at which transaminases peak, by grade: 4.03 parts at 1, 3, 5 and 20.
TRANSAMINASE = ((0.45, 0.92), (1.25, 2.80), (3.15, 4.70), (5.5, 14.0), (21.0, 30.0))
# Bilirubin, umol/L, by grade: 4.03 parts at 1, 1.5, 3 and 10 times the upper limit of 20.5.
BILIRUBIN = ((8.0, 20.3), (22.0, 30.2), (33.0, 58.0), (64.0, 180.0), (210.0, 320.0))


@dataclass(frozen=True, slots=True)
class Sample:
    """Results of one day by test code, in the units of `TESTS`."""

    day: int
    values: dict[str, float]


def samples(course: Course) -> list[Sample]:
    """Baseline, the fourth day after each session, and every follow-up scan."""
    draw = course.draw("laboratory")
    constant = _constant(course, draw)
    taken = [Sample(course.timing.admission, _baseline(course, draw) | constant)]
    due = {look.day: -1 for look in course.tumour.looks[1:]}
    due |= {day + PEAK_DAYS: i for i, day in enumerate(course.timing.sessions)}
    last = course.timing.end - (1 if course.timing.dead else 0)
    for day, session in sorted(due.items()):
        if day > last and session < 0:
            continue
        values = _liver_values(course, draw, session, len(taken))
        values |= {code: constant[code] * between(draw, 0.93, 1.06) for code in constant}
        values["SODIUM"] = between(draw, 133, 142)
        if session < 0:
            values["AFP"] = _afp(course, day) * between(draw, 0.9, 1.1)
        taken.append(Sample(min(day, max(last, course.timing.admission + 1)), values))
    return list({sample.day: sample for sample in taken}.values())


def _baseline(course: Course, draw: Stream) -> dict[str, float]:
    upper = _upper(course)
    return {
        "BILI": course.liver.bilirubin_umol_l,
        "ALB": course.liver.albumin_g_l,
        "INR": course.liver.inr,
        "AFP": course.afp,
        "ALT": upper["ALT"] * between(draw, 0.40, 0.88),
        "AST": upper["AST"] * between(draw, 0.50, 0.92),
        "SODIUM": between(draw, 134, 142),
    }


def _constant(course: Course, draw: Stream) -> dict[str, float]:
    return {
        "ALP": between(draw, 85, 210),
        "PLAT": course.whole_number("platelets") or between(draw, 64, 175),
        "CREAT": _upper(course)["CREAT"] * between(draw, 0.6, 0.9),
        "UREA": between(draw, 3.6, 7.0),
        "HGB": between(draw, 102, 138),
    }


def _liver_values(course: Course, draw: Stream, session: int, number: int) -> dict[str, float]:
    """Liver tests of one sample; `number` samples were taken before it."""
    enzyme = TRANSAMINASE[min(_grade(course, is_transaminase, session), 4)]
    upper, liver = _upper(course), course.liver
    drift = max(-0.3 * number + between(draw, -0.6, 0.4), -3.0)
    return {
        "BILI": _bilirubin(course, draw, session),
        "ALB": max(22.0, liver.albumin_g_l + drift),
        "INR": liver.inr + between(draw, -0.03, 0.07),
        "ALT": upper["ALT"] * between(draw, *enzyme),
        "AST": upper["AST"] * between(draw, *enzyme),
    }


def _bilirubin(course: Course, draw: Stream, session: int) -> float:
    grade = min(_grade(course, is_bilirubin, session), 4)
    base = course.liver.bilirubin_umol_l
    if grade:
        return max(between(draw, *BILIRUBIN[grade]), min(base, BILIRUBIN[grade][1]))
    ceiling = 20.3 if base <= 20.5 else 60.0
    return min(ceiling, base * between(draw, 0.88, 1.15))


def _grade(course: Course, is_it: object, session: int) -> int:
    assert callable(is_it)
    grades = course.grades()
    found = [g for t, g in grades.items() if is_it(t) and event_session(course, t) == session]
    return max(found, default=0)


def _upper(course: Course) -> dict[str, float]:
    return {code: _limits(course, test)[1] for code, test in TESTS.items()}


def _limits(course: Course, test: Test) -> tuple[float, float]:
    return test.men if course.sex == "M" else test.women


def _afp(course: Course, day: int) -> float:
    return max(3.0, course.afp * float(course.tumour.share(day) ** 1.6))


def lab_rows(course: Course) -> list[Row]:
    """Every result in the laboratory's unit."""
    rows: list[Row] = []
    for sample in samples(course):
        for code, test in TESTS.items():
            if code not in sample.values:
                continue
            low, high = _limits(course, test)
            value = sample.values[code]
            rows.append(
                {
                    "subject": course.id,
                    "date": course.day(sample.day),
                    "test": code,
                    "value": round(value, test.decimals) if value < 1000 else round(value),
                    "unit": test.unit,
                    "lower_limit": low,
                    "upper_limit": high,
                }
            )
    return rows


def status_rows(course: Course) -> list[Row]:
    """Performance and liver on the days of a sample with all that Child-Pugh needs."""
    peaks = {day + PEAK_DAYS for day in course.timing.sessions}
    rows: list[Row] = []
    for sample in samples(course):
        if sample.day in peaks:
            continue
        ascites, encephalopathy = _liver_signs(course, sample.day)
        bilirubin, albumin = round(sample.values["BILI"], 1), round(sample.values["ALB"], 1)
        inr = round(sample.values["INR"], 2)
        points = child_pugh_points(bilirubin, albumin, inr, ascites, encephalopathy)
        rows.append(
            {
                "subject": course.id,
                "date": course.day(sample.day),
                "ecog": _ecog(course, sample.day),
                "ascites": ascites,
                "encephalopathy": encephalopathy,
                "child_pugh_points": points,
                "child_pugh_class": class_of(points),
            }
        )
    return rows


def _liver_signs(course: Course, day: int) -> tuple[str, int]:
    ascites = ASCITES.index(course.liver.ascites)
    near_death = course.timing.dead and course.timing.end - day <= 60
    if day > course.timing.admission and near_death:
        ascites = min(ascites + 1, 3)
    return ASCITES[ascites], course.liver.encephalopathy


def _ecog(course: Course, day: int) -> int:
    if day == course.timing.admission:
        return course.ecog
    progressed = course.timing.progression is not None and day >= course.timing.progression
    after = course.told.get("ECOG-PS after", "")
    return min((int(after) if after.isdecimal() else course.ecog) + progressed, 4)


def vital_rows(course: Course) -> list[Row]:
    """Vital signs at admission, weight at every session and scan, and those of an event."""
    draw = course.draw("vitals")
    start = course.timing.admission
    height = (164, 178) if course.sex == "M" else (154, 163)
    measured: list[tuple[int, str, float, str]] = [
        (start, "HEIGHT", round(between(draw, *height)), "cm"),
        (start, "SYSBP", round(between(draw, 104, 128)), "mmHg"),
        (start, "DIABP", round(between(draw, 62, 79)), "mmHg"),
        (start, "PULSE", round(between(draw, 64, 88)), "beats/min"),
        (start, "TEMP", round(between(draw, 36.2, 36.9), 1), "C"),
    ]
    weights = list(zip(course.timing.sessions, session_weights(course), strict=True))
    measured += [(day, "WEIGHT", kg, "kg") for day, kg in weights]
    for look in course.tumour.looks[1:]:
        if look.day in course.timing.sessions:
            continue
        kg = [w for day, w in weights if day < look.day][-1] * between(draw, 0.97, 1.01)
        measured.append((look.day, "WEIGHT", round(2 * kg) / 2, "kg"))
    rows: list[Row] = [
        {"subject": course.id, "date": course.day(d), "test": test, "value": value, "unit": unit}
        for d, test, value, unit in sorted(measured)
    ]
    return rows + _event_vitals(course)


def _event_vitals(course: Course) -> list[Row]:
    """The temperature of a fever and the pressures of a hypertension, inside their grade."""
    rows: list[Row] = []
    for event in adverse_event_rows(course):
        draw = course.draw(f"vitals of {event['term']}")
        for test, value, unit in _signs_of(event["term"].lower(), event["grade"], draw):
            rows.append(
                {
                    "subject": course.id,
                    "date": event["start_date"],
                    "test": test,
                    "value": value,
                    "unit": unit,
                }
            )
    return rows


def _signs_of(term: str, grade: int, draw: Stream) -> list[tuple[str, float, str]]:
    if term in {"fever", "pyrexia"}:
        low, high = {1: (38.1, 38.9), 2: (39.1, 39.8)}.get(grade, (40.1, 40.6))
        return [("TEMP", round(between(draw, low, high), 1), "C")]
    if term == "hypertension":
        systolic = {1: (124, 136), 2: (144, 156)}.get(grade, (164, 178))
        diastolic = {1: (81, 87), 2: (91, 97)}.get(grade, (102, 110))
        return [
            ("SYSBP", round(between(draw, *systolic)), "mmHg"),
            ("DIABP", round(between(draw, *diastolic)), "mmHg"),
        ]
    return []

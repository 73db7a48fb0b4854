"""Rows of what was done: sessions, doses, other medication, contacts and the end of follow-up."""

from __future__ import annotations

from datetime import date, timedelta

from hepatica.audit.reconstruction.adverse_event import adverse_event_rows
from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.stream import between, one_of, whole
from hepatica.study.model import Treatment

CAUSES = (
    "Progression of hepatocellular carcinoma",
    "Progression of hepatocellular carcinoma",
    "Progression of hepatocellular carcinoma",
    "Liver failure",
    "Liver failure",
    "Variceal haemorrhage",
)


def session_weights(course: Course) -> list[float]:
    """Weight on the day of each session, kg, to the half kilogram."""
    draw = course.draw("weight")
    weights = [course.weight]
    for _ in course.timing.sessions[1:]:
        weights.append(round(2 * weights[-1] * between(draw, 0.985, 1.01)) / 2)
    return weights


def _steps(course: Course) -> list[Treatment]:
    """The protocol's steps of the patient's arm."""
    return [t for t in course.study.treatment if t.arm in {"", course.arm}]


def procedure_rows(course: Course) -> list[Row]:
    """One row a session of the procedure that the protocol names."""
    steps = _steps(course)
    procedure = next((t.procedure for t in steps if t.procedure), None)
    if procedure is None:
        return []
    technique = next((t.technique for t in steps if t.technique), None)
    draw = course.draw("procedure")
    sizes = sum(course.tumour.looks[0].viable_mm)
    rows: list[Row] = []
    for number, day in enumerate(course.timing.sessions, 1):
        burden_mm = sizes * course.tumour.share(day) * between(draw, 0.9, 1.1)
        rows.append(
            {
                "subject": course.id,
                "date": course.day(day),
                "procedure": procedure,
                "session": number,
                "technique": technique,
                "lipiodol_ml": min(15.0, max(3.0, round(2 * burden_mm / 10) / 2)),
                "embolic": one_of(draw, ("gelatin sponge", "embolic microspheres")),
                "drug": f"Epirubicin {whole(draw, 3, 5) * 10} mg",
                "complete": "Y",
                "study_treatment": "Y",
            }
        )
        if technique != "cTACE":
            rows[-1]["lipiodol_ml"] = None
    return rows


def dosing_rows(course: Course) -> list[Row]:
    """One row a session and drug; 10 mg steps where the dose goes by weight."""
    rows: list[Row] = []
    for step in (t for t in _steps(course) if t.drug):
        pairs = zip(course.timing.sessions, session_weights(course), strict=True)
        for number, (day, weight) in enumerate(pairs, 1):
            row: Row = {
                "subject": course.id,
                "date": course.day(day),
                "end_date": course.day(day),
                "drug": step.drug.capitalize(),
                "route": step.route,
                "duration_min": step.duration_min,
                "session": number,
            }
            if step.dose is not None and step.unit == "mg/kg":
                planned = step.dose * weight
                row |= {"dose": 10 * round(planned / 10), "unit": "mg", "planned_dose": planned}
            elif step.dose is not None:
                row |= {"dose": step.dose, "unit": step.unit, "planned_dose": step.dose}
            rows.append(row)
    return rows


def medication_rows(course: Course) -> list[Row]:
    """Antivirals, diuretics, what an event was treated with, and therapy after the last scan."""
    rows: list[Row] = []
    if "hepatitis b" in course.word("cause").lower():
        began = course.origin - timedelta(days=whole(course.draw("antiviral"), 300, 1400))
        rows.append(_medication("Entecavir", "antiviral", began, "Chronic hepatitis B"))
    if course.liver.ascites != "none":
        started = course.day(course.timing.admission - 18)
        rows.append(_medication("Spironolactone", "other", started, "Ascites"))
    for event in adverse_event_rows(course):
        if event["term"] == "Hypertension" and event["grade"] >= 2:
            start = event["start_date"]
            rows.append(_medication("Amlodipine", "antihypertensive", start, "Hypertension"))
    if course.timing.therapy is not None:
        day = course.timing.therapy
        until = min(day + whole(course.draw("therapy"), 40, 200), course.timing.end)
        drug = one_of(course.draw("drug"), ("Sorafenib", "FOLFOX4"))
        row = _medication(drug, "anticancer", course.day(day), "Hepatocellular carcinoma")
        rows.append({**row, "end_date": course.day(until)})
    return [{"subject": course.id, **row} for row in rows]


def _medication(drug: str, group: str, start: date, indication: str) -> Row:
    return {"drug": drug, "class": group, "start_date": start, "indication": indication}


def follow_up_rows(course: Course) -> list[Row]:
    """Contacts every two months, then death, or the last contact."""
    draw = course.draw("contact")
    timing = course.timing
    day = timing.scans[-1] if timing.scans else timing.sessions[-1]
    rows: list[Row] = []
    while day <= timing.end - (1 if timing.dead else 0):
        rows.append({"date": course.day(day), "status": "alive"})
        day += whole(draw, 50, 70)
        if day > timing.end - 15:
            break
    near_cutoff = (course.study.study.cutoff - course.day(timing.end)).days <= 90
    if timing.dead:
        cause = one_of(course.draw("cause"), CAUSES)
        if course.says_yes("treatment-related deaths"):
            cause = "Related to the treatment"
        rows.append({"date": course.day(timing.end), "status": "dead", "cause": cause})
    else:
        rows.append({"date": course.day(timing.end), "status": "alive"})
        if not near_cutoff:
            row = {"status": "lost to follow-up", "cause": "later calls not answered"}
            rows.append({"date": course.day(timing.end), **row})
    return [{"subject": course.id, **row} for row in rows]

"""What was done and what followed: sessions, doses, other medication, adverse events, contacts."""

from __future__ import annotations

from datetime import date, timedelta

from .imaging import viable_share
from .patient import Patient, Row, between

DOSE_MG_PER_KG = 5

# Usual days from the session to the onset, and the days it lasted.
COURSE_DAYS = {
    "Elevated transaminase": (4, 12),
    "Hyperbilirubinemia": (4, 14),
    "Nausea": (1, 3),
    "Abdominal pain": (1, 4),
    "Fever": (1, 2),
    "Anaphylaxis": (0, 0),
    "Melena": (10, 4),
    "Hypertension": (12, 20),
}
ORGAN_CLASS = {
    "Elevated transaminase": "Investigations",
    "Hyperbilirubinemia": "Hepatobiliary disorders",
    "Nausea": "Gastrointestinal disorders",
    "Abdominal pain": "Gastrointestinal disorders",
    "Fever": "General disorders and administration site conditions",
    "Anaphylaxis": "Immune system disorders",
    "Melena": "Gastrointestinal disorders",
    "Hypertension": "Vascular disorders",
}
ASSOCIATED = ("Anaphylaxis", "Melena")  # with bevacizumab, in the paper's words


def session_weights(patient: Patient) -> list[float]:
    """Weight on the day of each session, kg, to the half kilogram."""
    stream = patient.draw("weight")
    weights = [patient.weight]
    for _ in patient.sessions[1:]:
        weights.append(round(2 * weights[-1] * between(stream, 0.965, 1.005)) / 2)
    return weights


def procedure_rows(patient: Patient) -> list[Row]:
    stream = patient.draw("procedure")
    sizes = patient.baseline_scan["mm"]
    rows: list[Row] = []
    for number, day in enumerate(patient.sessions, 1):
        burden = sum(sizes) * viable_share(patient, day)
        rows.append(
            {
                "subject": patient.id,
                "date": patient.day(day),
                "procedure": "BEVA-TACE",
                "session": number,
                "technique": "cTACE",
                "lipiodol_ml": _lipiodol_ml(burden * between(stream, 0.9, 1.1)),
                "embolic": "gelatin sponge" if stream.random() < 0.6 else "embolic microspheres",
                "drug": f"Epirubicin {30 + 10 * int(3 * stream.random())} mg",
                "complete": "Y",
                "study_treatment": "Y",
            }
        )
    if patient.later_tace is not None:
        rows.append(
            {
                "subject": patient.id,
                "date": patient.day(patient.later_tace),
                "procedure": "TACE",
                "technique": "cTACE",
                "lipiodol_ml": 6,
                "embolic": "gelatin sponge",
                "drug": "Epirubicin 40 mg",
                "complete": "Y",
                "study_treatment": "N",
            }
        )
    return rows


def _lipiodol_ml(burden_mm: float) -> float:
    return min(15.0, max(3.0, round(2 * burden_mm / 10) / 2))


def dosing_rows(patient: Patient) -> list[Row]:
    rows = []
    for number, (day, weight) in enumerate(
        zip(patient.sessions, session_weights(patient), strict=True), 1
    ):
        planned = DOSE_MG_PER_KG * weight
        rows.append(
            {
                "subject": patient.id,
                "date": patient.day(day),
                "end_date": patient.day(day),
                "drug": "Bevacizumab",
                "dose": 10 * round(planned / 10),
                "unit": "mg",
                "planned_dose": planned,
                "route": "transarterial",
                "duration_min": 30,
                "session": number,
            }
        )
    return rows


def medication_rows(patient: Patient) -> list[Row]:
    rows: list[Row] = []
    if "epatitis B" in patient.cause:
        began = patient.refractory_date - timedelta(
            days=round(between(patient.draw("antiviral"), 300, 1400))
        )
        rows.append(_medication("Entecavir", "antiviral", began, "Chronic hepatitis B"))
    if patient.liver["ascites"] != "none":
        start = patient.day(-20)
        rows.append(_medication("Spironolactone", "other", start, "Ascites"))
    for row in adverse_event_rows(patient):
        if row["term"] == "Hypertension":
            start = row["start_date"]
            rows.append(_medication("Amlodipine", "antihypertensive", start, "Hypertension"))
    if patient.therapy is not None:
        rows.append(
            {
                **_medication(
                    patient.therapy["drug"],
                    patient.therapy["class"],
                    patient.day(patient.therapy["day"]),
                    "Hepatocellular carcinoma",
                ),
                "end_date": patient.day(patient.therapy["until"]),
            }
        )
    return [{"subject": patient.id, **row} for row in rows]


def _medication(drug: str, group: str, start: date, indication: str) -> Row:
    return {"drug": drug, "class": group, "start_date": start, "indication": indication}


def adverse_event_rows(patient: Patient) -> list[Row]:
    rows: list[Row] = []
    for term, grade, session, *after in patient.events:
        usual, lasted = COURSE_DAYS[term]
        start = patient.day(patient.sessions[session - 1] + (after[0] if after else usual))
        rows.append(
            {
                "subject": patient.id,
                "term": term,
                "system_organ_class": ORGAN_CLASS[term],
                "grade": grade,
                "start_date": start,
                "end_date": start + timedelta(days=lasted),
                "serious": "N",
                "related": "probable" if term in ASSOCIATED else "possible",
                "outcome": "recovered",
            }
        )
    return sorted(rows, key=lambda row: (row["start_date"], row["term"]))


def follow_up_rows(patient: Patient) -> list[Row]:
    stream = patient.draw("contact")
    rows: list[Row] = []
    day = patient.scans[-1]["day"]
    last = patient.end["day"]
    while True:
        rows.append({"date": patient.day(day), "status": "alive"})
        day += round(between(stream, 50, 70))
        if day > last - 15:
            break
    if patient.end["status"] != "dead":
        rows.append({"date": patient.day(last), "status": "alive"})
    rows.append(
        {
            "date": patient.day(last),
            "status": patient.end["status"],
            "cause": patient.end["cause"],
        }
    )
    return [{"subject": patient.id, **row} for row in rows]

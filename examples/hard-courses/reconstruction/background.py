"""What was known before treatment: subjects, history, staging and the recorded deviations."""

from __future__ import annotations

from datetime import date, timedelta

from .patient import Patient, Row, between

BILIRUBIN_LIMIT_UMOL_L = 34.2  # 2 mg/dL


def subject_rows(patient: Patient) -> list[Row]:
    return [
        {
            "subject": patient.id,
            "site": "01",
            "sex": patient.sex,
            "age_years": patient.age,
            "arm": "BEVA-TACE",
            "consent_date": patient.day(patient.admission),
            "enrolled": "Y",
            "refractory_date": patient.refractory_date,
            "aetiology": patient.cause,
        }
    ]


def history_rows(patient: Patient) -> list[Row]:
    sessions = _prior_sessions(patient)
    treated = _earlier_treatment(patient, sessions)
    first = min([sessions[0], *(row["start_date"] for row in treated)])
    rows = _medical_history(patient, first) + treated + _prior_tace(patient, sessions)
    return [{"subject": patient.id, **row} for row in rows]


def _prior_sessions(patient: Patient) -> list[date]:
    stream = patient.draw("prior TACE")
    day = -round(between(stream, 32, 50))
    days = [day]
    while len(days) < patient.prior["tace"]:
        day -= round(between(stream, 42, 75))
        days.append(day)
    return [patient.day(d) for d in reversed(days)]


def _medical_history(patient: Patient, first: date) -> list[Row]:
    stream = patient.draw("history")
    diagnosed = first - timedelta(days=round(between(stream, 12, 40)))
    rows: list[Row] = []
    if "epatitis B" in patient.cause:
        found = diagnosed - timedelta(days=round(between(stream, 700, 6000)))
        # Years old, such a date is often known to the month or year only.
        known = (f"{found:%Y}", f"{found:%Y-%m}", found, found)[int(4 * stream.random())]
        rows.append(_item("Chronic hepatitis B", known))
    if patient.cause.startswith("Alcohol"):
        rows.append(_item("Alcoholic liver disease", f"{diagnosed.year - 6}"))
    cirrhosis = diagnosed - timedelta(days=round(between(stream, 0, 900)))
    rows.append(_item("Cirrhosis", cirrhosis))
    rows.append(_item("Hepatocellular carcinoma", diagnosed))
    began = patient.first_session - timedelta(days=60)
    rows += [_item(symptom, f"{began:%Y-%m}") for symptom in patient.symptoms]
    if "bleeding" in patient.prior:
        bled = patient.refractory_date - timedelta(days=round(between(stream, 200, 320)))
        rows.append(
            {
                "category": "bleeding",
                "term": patient.prior["bleeding"],
                "start_date": bled,
                "end_date": bled + timedelta(days=4),
                "outcome": "recovered after ligation",
            }
        )
    return rows


def _item(term: str, start: date | str) -> Row:
    return {"category": "medical history", "term": term, "start_date": start}


def _earlier_treatment(patient: Patient, sessions: list[date]) -> list[Row]:
    stream = patient.draw("earlier treatment")
    rows: list[Row] = []
    if "surgery" in patient.prior:
        day = sessions[0] - timedelta(days=round(between(stream, 250, 400)))
        rows.append(
            {
                "category": "prior surgery",
                "term": patient.prior["surgery"],
                "start_date": day,
                "count": 1,
                "outcome": "recurrence",
            }
        )
    if patient.prior.get("ablation"):
        day = sessions[0] - timedelta(days=round(between(stream, 60, 200)))
        rows.append(
            {
                "category": "prior ablation",
                "term": "Radiofrequency ablation",
                "start_date": day,
                "count": 1,
                "outcome": "recurrence",
            }
        )
    if patient.prior.get("chemotherapy"):
        before = 320 if patient.prior.get("sorafenib") else 150
        rows.append(_systemic("FOLFOX4", sessions[-2] - timedelta(days=before), 84))
    if patient.prior.get("sorafenib"):
        rows.append(_systemic("Sorafenib", sessions[-2] - timedelta(days=190), 150))
    return rows


def _systemic(drug: str, start: date, days: int) -> Row:
    return {
        "category": "prior systemic therapy",
        "term": drug,
        "start_date": start,
        "end_date": start + timedelta(days=days),
        "outcome": "progression",
    }


def _prior_tace(patient: Patient, sessions: list[date]) -> list[Row]:
    """The last two sessions each in a row; the earlier ones, where there are any, in one."""
    rows: list[Row] = []
    earlier = sessions[:-2]
    if earlier:
        rows.append(
            _tace(earlier[0], earlier[-1], len(earlier), "partial response, then new activity")
        )
    rows.append(_tace(sessions[-2], sessions[-2], 1, "stable disease, viable tumour left"))
    rows.append(_tace(sessions[-1], sessions[-1], 1, patient.refractory))
    return rows


def _tace(start: date, end: date, count: int, outcome: str) -> Row:
    return {
        "category": "prior TACE",
        "term": "cTACE",
        "start_date": start,
        "end_date": end,
        "count": count,
        "outcome": outcome,
    }


def staging_rows(patient: Patient) -> list[Row]:
    viable = patient.baseline_scan["mm"]
    liver = [
        mm + target["necrosis"]
        for mm, target in zip(viable, patient.targets, strict=True)
        if target.get("site", "liver") == "liver"
    ]
    return [
        {
            "subject": patient.id,
            "date": patient.day(patient.admission),
            "bclc": patient.bclc,
            "lesion_number": patient.lesion_number,
            "largest_mm": max(liver),
            "vascular_invasion": "Y" if patient.vascular_invasion else "N",
            "nodal_metastasis": "Y" if patient.nodal_metastasis else "N",
            "distant_metastasis": "N",
        }
    ]


def deviation_rows(patient: Patient) -> list[Row]:
    """Departures from inclusion criteria IV, VI (read strictly), VIII and XI, and missed visits."""
    liver = patient.liver
    found = [
        ("IV", f"ECOG-PS {patient.ecog} at baseline", patient.ecog > 2),
        ("VI", f"Ascites {liver['ascites']} at baseline", liver["ascites"] != "none"),
        (
            "VI",
            f"Encephalopathy grade {liver['encephalopathy']} at baseline",
            liver["encephalopathy"] > 0,
        ),
        ("VIII", f"Albumin {liver['albumin']} g/L at baseline", liver["albumin"] < 28),
        (
            "VIII",
            f"Total bilirubin {liver['bilirubin']} umol/L at baseline",
            liver["bilirubin"] >= BILIRUBIN_LIMIT_UMOL_L,
        ),
        ("XI", f"INR {liver['inr']:.2f} at baseline", liver["inr"] >= 1.7),
    ]
    rows = [
        {
            "subject": patient.id,
            "date": patient.day(patient.admission),
            "clause": clause,
            "term": term,
        }
        for clause, term, departs in found
        if departs
    ]
    rows += [
        {
            "subject": patient.id,
            "date": patient.day(day),
            "clause": "schedule",
            "term": "Planned visit missed: no scan, no laboratory sample",
        }
        for day in patient.missed_visits
    ]
    return rows

"""What was asked at screening and stands in no other record. All of it is invented.

The answers are those of patients who were enrolled. Three are left out on purpose, as they are in
real files: nobody wrote them down.
"""

from __future__ import annotations

from .patient import Patient, Row, between

DENIED = (
    "curable",
    "encephalopathy_treatment",
    "effusion_treatment",
    "biliary_obstruction_tumour",
    "arterioportal_fistula",
    "extensive_pvtt",
    "cns_metastasis",
    "carcinomatous_meningitis",
    "uncontrolled_hypertension",
    "gi_bleed",
    "major_operation",
    "antiangiogenic_therapy",
    "other_malignancy",
)
# Patient and item that were not recorded.
LEFT_OUT = {("011", "effusion_treatment"), ("016", "life_expectancy"), ("018", "other_malignancy")}


def screening_rows(patient: Patient) -> list[Row]:
    # Ascites is under a diuretic (Medications), so it needs treatment; some of the mild is a trace
    # on imaging that nobody felt.
    stream = patient.draw("screening")
    weeks = round(between(stream, 14, 40))
    ascites = "N" if patient.liver["ascites"] == "none" else "Y"
    trace = patient.liver["ascites"] == "mild" and stream.random() < 0.4
    answers: list[tuple[str, str, str | None]] = [
        ("hcc_confirmed", "Y", None),
        ("life_expectancy", str(weeks), "weeks"),
        ("ascites_clinical", "N" if trace else ascites, None),
        ("ascites_treatment", ascites, None),
        *((item, "N", None) for item in DENIED),
    ]
    return [
        {
            "subject": patient.id,
            "date": patient.day(patient.admission),
            "item": item,
            "value": value,
            "unit": unit,
        }
        for item, value, unit in sorted(answers)
        if (patient.id, item) not in LEFT_OUT
    ]

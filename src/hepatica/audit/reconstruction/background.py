"""Rows of what was known before treatment: subjects, history, staging."""

from __future__ import annotations

from datetime import date, timedelta

from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.stream import Stream, between, one_of, whole

OPERATIONS = (
    "Right hepatectomy",
    "Left lateral sectionectomy",
    "Segmentectomy VI",
    "Segmentectomy V",
)
REASONS = (
    "target progression after TACE",
    "target progression after TACE",
    "new lesion after TACE",
)


def subject_rows(course: Course) -> list[Row]:
    """The subject's row; the cause of disease in the protocol's spelling."""
    origins = {e.origin for e in course.study.endpoints}
    row: Row = {
        "subject": course.id,
        "site": "01",
        "sex": course.sex,
        "age_years": course.age,
        "arm": course.arm,
        "consent_date": course.day(course.timing.admission),
        "enrolled": "Y",
        "aetiology": _in_study_spelling(course, "ETIOLOGY", course.word("cause")),
    }
    if "refractory date" in origins:
        row["refractory_date"] = course.origin
    if not course.study.study_procedures and not course.study.study_drugs:
        row["treatment_start_date"] = course.day(course.timing.sessions[0])
    return [row]


def _in_study_spelling(course: Course, column: str, word: str) -> str:
    levels = [
        x for row in course.study.analysis.baseline if row.variable == column for x in row.levels
    ]
    return next((level for level in levels if level.casefold() == word.casefold()), word)


def history_rows(course: Course) -> list[Row]:
    """Chronic disease, earlier treatment of the cancer and earlier TACE sessions."""
    sessions = _prior_sessions(course)
    treated = _earlier_treatment(course, sessions)
    anchor = sessions[0] if sessions else course.day(course.timing.admission - 60)
    first = min([anchor, *(row["start_date"] for row in treated)])
    rows = _medical_history(course, first) + treated + _prior_tace(course, sessions)
    return [{"subject": course.id, **row} for row in rows]


def _prior_sessions(course: Course) -> list[date]:
    draw = course.draw("prior TACE")
    usual = whole(draw, 2, 4) if course.study.refractory else 0
    told = course.whole_number("prior TACE")
    number = usual if told is None else told
    day = min(0, course.timing.sessions[0]) - whole(draw, 32, 50)
    days = []
    for _ in range(number):
        days.append(course.day(day))
        day -= whole(draw, 42, 75)
    return days[::-1]


def _medical_history(course: Course, first: date) -> list[Row]:
    draw = course.draw("history")
    cause = course.word("cause").lower()
    diagnosed = first - timedelta(days=whole(draw, 12, 40))
    rows: list[Row] = []
    for virus in ("hepatitis B", "hepatitis C"):
        if virus.lower() in cause:
            found = diagnosed - timedelta(days=whole(draw, 700, 6000))
            # Years old, such a date is often known to the month or year only.
            rows.append(
                _item(
                    f"Chronic {virus}", (f"{found:%Y}", f"{found:%Y-%m}", found)[whole(draw, 0, 2)]
                )
            )
    if "alcohol" in cause:
        rows.append(_item("Alcoholic liver disease", f"{diagnosed.year - 6}"))
    rows.append(_item("Cirrhosis", diagnosed - timedelta(days=whole(draw, 0, 900))))
    rows.append(_item("Hepatocellular carcinoma", diagnosed))
    return rows


def _item(term: str, start: date | str) -> Row:
    return {"category": "medical history", "term": term, "start_date": start}


def _earlier_treatment(course: Course, sessions: list[date]) -> list[Row]:
    draw = course.draw("earlier treatment")
    anchor = sessions[0] if sessions else course.day(course.timing.admission - 60)
    rows: list[Row] = []
    if course.says_yes("prior surgery"):
        rows.append(_once("prior surgery", one_of(draw, OPERATIONS), anchor, draw))
    if course.says_yes("prior RFA"):
        rows.append(_once("prior ablation", "Radiofrequency ablation", anchor, draw))
    before = anchor if len(sessions) < 2 else sessions[-2]
    if course.says_yes("prior other systemic chemotherapy"):
        rows.append(_systemic("FOLFOX4", before - timedelta(days=320), 84))
    if course.says_yes("prior sorafenib"):
        rows.append(_systemic("Sorafenib", before - timedelta(days=190), 120))
    return rows


def _once(category: str, term: str, anchor: date, draw: Stream) -> Row:
    day = anchor - timedelta(days=round(between(draw, 60, 380)))
    return {
        "category": category,
        "term": term,
        "start_date": day,
        "count": 1,
        "outcome": "recurrence",
    }


def _systemic(drug: str, start: date, days: int) -> Row:
    return {
        "category": "prior systemic therapy",
        "term": drug,
        "start_date": start,
        "end_date": start + timedelta(days=days),
        "outcome": "progression",
    }


def _prior_tace(course: Course, sessions: list[date]) -> list[Row]:
    """The last two sessions each in a row; the earlier ones, where there are any, in one."""
    rows: list[Row] = []
    earlier, last = sessions[:-2], sessions[-2:]
    if earlier:
        rows.append(
            _tace(earlier[0], earlier[-1], len(earlier), "partial response, then new activity")
        )
    if len(last) == 2:
        rows.append(_tace(last[0], last[0], 1, "stable disease, viable tumour left"))
    if last:
        invaded = course.tumour.vascular_invasion
        draw = course.draw("refractory")
        reason = "vascular invasion after TACE" if invaded else one_of(draw, REASONS)
        rows.append(_tace(last[-1], last[-1], 1, reason))
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


def staging_rows(course: Course) -> list[Row]:
    """The stage that the data set tells, with an extent of the tumour that agrees where it can."""
    return [
        {
            "subject": course.id,
            "date": course.day(course.timing.admission),
            "bclc": course.word("BCLC"),
            "lesion_number": course.tumour.number,
            "largest_mm": course.tumour.largest_mm,
            "vascular_invasion": "Y" if course.tumour.vascular_invasion else "N",
            "nodal_metastasis": "N",
            "distant_metastasis": "N",
        }
    ]

"""Rows of adverse events: each at its worst grade, once, after one of the sessions."""

from __future__ import annotations

from datetime import date, timedelta

from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.stream import one_of, whole
from hepatica.audit.reconstruction.syndrome import has_syndrome

# Usual days from a session to the onset, and how long it lasts, by what the term is about.
_COURSE_DAYS = (
    ("anaphyl", (0, 0)),
    ("transaminase", (4, 12)),
    ("alt increased", (4, 12)),
    ("ast increased", (4, 12)),
    ("bilirubin", (4, 14)),
    ("hypertension", (12, 20)),
    ("melena", (10, 4)),
    ("bleed", (10, 4)),
    ("haemorrhage", (10, 4)),
    ("fever", (1, 2)),
    ("nausea", (1, 3)),
    ("vomiting", (1, 2)),
    ("pain", (1, 4)),
    ("syndrome", (1, 5)),
    ("", (3, 8)),
)
_ORGAN_CLASS = (
    ("transaminase", "Investigations"),
    ("increased", "Investigations"),
    ("decreased", "Investigations"),
    ("bilirubin", "Hepatobiliary disorders"),
    ("liver", "Hepatobiliary disorders"),
    ("nausea", "Gastrointestinal disorders"),
    ("vomit", "Gastrointestinal disorders"),
    ("abdominal", "Gastrointestinal disorders"),
    ("diarrh", "Gastrointestinal disorders"),
    ("melena", "Gastrointestinal disorders"),
    ("mucositis", "Gastrointestinal disorders"),
    ("fever", "General disorders and administration site conditions"),
    ("fatigue", "General disorders and administration site conditions"),
    ("anaphyl", "Immune system disorders"),
    ("hypertension", "Vascular disorders"),
    ("rash", "Skin and subcutaneous tissue disorders"),
    ("hand-foot", "Skin and subcutaneous tissue disorders"),
    ("proteinuria", "Renal and urinary disorders"),
)


def is_transaminase(term: str) -> bool:
    """Tell whether the event is a raised transaminase."""
    words = term.lower()
    return any(w in words for w in ("transaminase", "alt ", "ast ", "aminotransferase"))


def is_bilirubin(term: str) -> bool:
    """Tell whether the event is a raised bilirubin."""
    return "bilirubin" in term.lower()


def event_session(course: Course, term: str) -> int:
    """Position of the session after which the event began: one before the end of follow-up."""
    days = course.timing.sessions
    if _is_part(course, term) and has_syndrome(course.values):
        return 0
    lasts = _usual_days(term)
    fitting = [i for i, day in enumerate(days) if day + sum(lasts) <= _last_day(course)] or [0]
    return one_of(course.draw(f"session of {term}"), tuple(fitting))


def adverse_event_rows(course: Course) -> list[Row]:
    """One row an event, none after the end of follow-up; a fatal one ends with the death."""
    rows = [_row(course, term, grade) for term, grade in sorted(course.grades().items())]
    return sorted(rows, key=lambda row: (row["start_date"], row["term"]))


def _row(course: Course, term: str, grade: int) -> Row:
    onset, lasted = _usual_days(term)
    draw = course.draw(f"event {term}")
    last = course.day(_last_day(course))
    session = course.day(course.timing.sessions[event_session(course, term)])
    onset += _delay(course, term) if onset <= 2 else whole(draw, 0, 1)
    start = min(session + timedelta(days=onset), last)
    end = min(start + timedelta(days=lasted), last)
    outcome = "recovered"
    if grade == 5 and course.timing.dead:
        start, end, outcome = last - timedelta(days=3), last, "fatal"
    return {
        "subject": course.id,
        "term": _sentence_case(term),
        "system_organ_class": _organ_class(term),
        "grade": grade,
        "start_date": _not_before(start, course),
        "end_date": max(end, _not_before(start, course)),
        "serious": "Y" if grade >= 4 else "N",
        "related": "possible",
        "outcome": outcome,
    }


def _is_part(course: Course, term: str) -> bool:
    components = course.study.safety.post_embolization.components
    return any(term.casefold() == name.casefold() for c in components for name in c)


def _delay(course: Course, term: str) -> int:
    """Days that a part of the syndrome comes later where the patient is said not to have it."""
    if has_syndrome(course.values) is not False or not _is_part(course, term):
        return 0
    parts = sorted(t for t in course.grades() if _is_part(course, t))
    return 5 * parts.index(term)


def _not_before(day: date, course: Course) -> date:
    return max(day, course.day(course.timing.sessions[0]))


def _last_day(course: Course) -> int:
    return course.timing.end


def _sentence_case(term: str) -> str:
    return term[:1].upper() + term[1:]


def _usual_days(term: str) -> tuple[int, int]:
    return next(days for key, days in _COURSE_DAYS if key in term.lower())


def _organ_class(term: str) -> str:
    return next((name for key, name in _ORGAN_CLASS if key in term.lower()), "")

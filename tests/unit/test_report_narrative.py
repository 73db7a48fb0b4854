"""Methods and Results in words: only what is known, each number with its row, right grammar."""

from datetime import date
from typing import Any

import pytest

from hepatica.analysis.result import Result
from hepatica.report.ledger import Ledger
from hepatica.report.narrative.section import narrative_section
from hepatica.report.narrative.sentence import (
    counted,
    of_noun,
    paragraph,
    pieces,
    plural,
    series,
    words,
)
from hepatica.report.passage import Section
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

PROTOCOL: dict[str, Any] = {
    "study": {"id": "T", "title": "A", "design": "single-arm", "cutoff": date(2020, 1, 1),
              "seed": 1},
    "records": {"reader": "workbook", "path": "records.xlsx"},
    "population": [{"id": "treated", "label": "All treated", "definition": "treated"}],
    "response": {"criterion": "mRECIST", "min_sd_days": 42},
    "endpoint": [
        {"id": "OS", "label": "Overall survival", "kind": "time-to-event", "role": "primary",
         "origin": "first treatment", "events": ["death"], "rule_set": "seed"},
        {"id": "ORR", "label": "Response rate", "kind": "proportion", "role": "secondary",
         "responses": ["CR", "PR"]},
    ],
    "analysis": {"population": "treated", "safety_population": "treated",
                 "landmarks_months": [6, 12],
                 "baseline": [{"variable": "AGE", "label": "Age, years", "kind": "continuous",
                               "unit": "years"}]},
}  # fmt: skip
STUDY = Study.model_validate(PROTOCOL)


def result(
    analysis: str, variable: str, statistic: str, value: float | None, **more: str
) -> Result:
    return Result(analysis, "treated", variable, statistic, value, **more)


def text(*results: Result, sections: tuple[Section, ...] = (), study: Study = STUDY) -> str:
    section = narrative_section(Ledger(results), study, sections)
    return "\n".join(p.text for p in section.paragraphs)


def flow(screened: int, failed: int, treated: int) -> list[Result]:
    counts = (("Screened", screened), ("Not enrolled", failed), ("Enrolled", screened - failed),
              ("Treated", treated), ("Died", 1), ("Alive at last contact", 0))  # fmt: skip
    return [result("disposition", name, "n", float(n)) for name, n in counts]


def survival(median: float | None) -> list[Result]:
    rows = [result("survival", "OS", s, v) for s, v in (("n", 20.0), ("events", 1.0))]
    limits = (("estimate", median), ("ci_low", 2.0), ("ci_high", None))
    rows += [result("survival", "OS", s, v, level="median", unit="months") for s, v in limits]
    known = (("estimate", 0.5), ("ci_low", 0.25), ("ci_high", 0.75))
    rows += [result("survival", "OS", s, v, level="6 months") for s, v in known]
    beyond = (("estimate", 0.0), ("ci_low", None), ("ci_high", None))
    return rows + [result("survival", "OS", s, v, level="12 months") for s, v in beyond]


@pytest.mark.parametrize(("n", "shown"), [(0, "patients"), (1, "patient"), (2, "patients")])
def test_plurals(n: int, shown: str) -> None:
    assert plural(n, "patient") == shown


@pytest.mark.parametrize(
    ("texts", "shown"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_series(texts: tuple[str, ...], shown: str) -> None:
    assert words(texts) == shown


@pytest.mark.parametrize(
    ("n", "noun", "alone"),
    [(0, "no patient", "none"), (1, "1 patient", "1"), (1234, "1,234 patients", "1,234")],
)
def test_counts(n: int, noun: str, alone: str) -> None:
    item = Ledger([result("disposition", "Treated", "n", float(n))]).items("disposition")[0]
    assert "".join(p.text for p in of_noun(item, "patient")) == noun
    assert counted(item) == Cell(alone, (2,))


def test_words_join_and_numbers_keep_their_rows() -> None:
    made = paragraph("H", pieces("a ", Cell("1", (2,)), "."), (), pieces("b"))
    assert made is not None
    assert made.pieces == (Cell("a "), Cell("1", (2,)), Cell(". b"))
    assert paragraph("", (), ()) is None
    assert series([(), ()]) == ()


def test_nothing_is_claimed_where_nothing_is_known() -> None:
    told = text()
    assert "No patient is on record." in told
    assert "No tumour assessment is on record." in told
    assert "No adverse event is on record: nobody had one, or none was collected." in told
    assert "No treatment session is on record." in told
    lacking = "registration, ethics approval, consent, planned sample size and period of enrolment"
    assert f"Not recorded in the protocol: {lacking}." in told
    assert "The protocol states no eligibility criteria." in told
    assert "The protocol states no schedule of assessments." in told
    assert "median" not in told.split("No patient is on record.")[1]


def test_every_number_of_the_results_stands_on_a_row() -> None:
    found = [*flow(5, 2, 1), *survival(9.24)]
    section = narrative_section(Ledger(found), STUDY, ())
    results = section.paragraphs[[p.heading for p in section.paragraphs].index("Results") :]
    bare = [c for p in results for c in p.pieces if any(s.isdigit() for s in c.text) and not c.rows]
    # Landmarks are times that the protocol names.
    assert [c.text for c in bare] == [" at 6 months."]


def test_screening_is_told_where_somebody_failed_it() -> None:
    told = text(*flow(5, 2, 1))
    assert "5 patients were screened, 2 of whom were not enrolled." in told
    assert "3 were enrolled and 1 was treated." in told
    assert "1 died and none was alive at last contact." in told


def test_screening_is_said_to_be_unknown_where_nobody_failed_it() -> None:
    assert "How many patients were screened is not recorded." in text(*flow(3, 0, 3))


def test_survival_with_a_median() -> None:
    told = text(*survival(9.24))
    assert "1 of 20 patients had an event (death); the median was 9.2 (2.0\u2013NE) months" in told
    assert "free of the event, in percent, were 50.0 (25.0\u201375.0) at 6 months." in told
    assert "12 months" not in told.split("Overall survival (OS)")[1]


def test_a_median_that_is_not_reached() -> None:
    assert "the median was not reached (2.0\u2013NE); free" in text(*survival(None))


def test_response_names_every_category_and_its_interval() -> None:
    shared = {"criterion": "mRECIST"}
    rows = [result("response", "BOR", "N", 4.0, **shared)]
    for level, n in (("CR", 0.0), ("PR", 1.0), ("SD", 3.0), ("NE", 0.0)):
        rows += [
            result("response", "BOR", "n", n, level=level, **shared),
            result("response", "BOR", "percent", 25 * n, level=level, **shared),
        ]
    values = (("n", 1.0), ("N", 4.0), ("estimate", 25.0), ("ci_low", 0.6), ("ci_high", 80.6))
    rows += [result("response", "ORR", s, v, **shared) for s, v in values]
    told = text(*rows)
    assert (
        "of 4 patients was complete response in none, partial response in 1 (25.0%) and stable "
        "disease in 3 (75.0%)." in told
    )
    assert "The response rate by mRECIST was 25.0% (95% CI 0.6\u201380.6; 1 of 4 patients)." in told


def test_events_without_any_of_grade_3() -> None:
    rows = []
    for name, level, n in (
        ("Any adverse event", "any grade", 2.0), ("Any adverse event", "grade >= 3", 0.0),
        ("Fever", "any grade", 1.0), ("Rash", "any grade", 2.0),
    ):  # fmt: skip
        rows += [
            result("ae", name, "n", n, level=level),
            result("ae", name, "percent", 10 * n, level=level),
        ]
    told = text(*rows)
    sentence = "at least one occurred in 2 (20.0%) and one of grade 3 or higher in none."
    assert f"Adverse events: {sentence}" in told
    sized = narrative_section(Ledger(rows), STUDY, (), {"": 12}, {"": 10})
    assert any(p.text.startswith(f"Adverse events (10 patients): {sentence}")
               for p in sized.paragraphs)  # fmt: skip
    assert "Most frequent: rash in 2 (20.0%) and fever in 1 (10.0%)." in told


def test_references_name_what_the_report_holds_and_nothing_else() -> None:
    table = Table("baseline", "B", "", ("A",), (Line("x", (Cell("1"),)),))
    rows = [
        result("baseline", "AGE", s, v) for s, v in (("median", 50.0), ("min", 40.0), ("max", 60.0))
    ]
    section = Section("baseline", "Baseline", "", tables=(table,))
    assert "age 50 [40\u201360] years (Table 1)." in text(*rows, sections=(section,))
    assert "Table" not in text(*rows)


def test_alternative_treatments_are_not_told_as_one_after_the_other() -> None:
    steps = [{"id": "a", "drug": "A"}, {"id": "b", "procedure": "TACE"}]
    one = Study.model_validate({**PROTOCOL, "treatment": steps})
    assert "The study treatment was A, repeated; then TACE, repeated." in text(study=one)
    arms = [{**step, "arm": name} for step, name in zip(steps, ("X", "Y"), strict=True)]
    both = Study.model_validate({**PROTOCOL, "treatment": [*arms, {"id": "c", "drug": "C"}]})
    sentence = ("The study treatment was for arm X, A, repeated; for arm Y, TACE, repeated; "
                "for every arm, C, repeated.")  # fmt: skip
    assert sentence in text(study=both)


def test_methods_that_nothing_was_judged_by_are_not_claimed() -> None:
    only = [e for e in PROTOCOL["endpoint"] if e["id"] == "OS"]
    quiet = text(study=Study.model_validate({**PROTOCOL, "endpoint": only}))
    assert "Tumour response was assessed" not in quiet
    assert "Adverse events were" not in quiet
    assert "Tumour response was assessed" in text()
    assert "Adverse events were" in text(result("ae", "Any", "n", 1.0, level="any grade"))


def test_who_of_the_enrolled_was_eligible_is_told() -> None:
    levels = ("Enrolled: all criteria pass", "Enrolled: a criterion fails", "Enrolled: not known")
    rows = [result("screening", "Flow", "n", n, level=v)
            for v, n in zip(levels, (0.0, 17.0, 3.0), strict=True)]  # fmt: skip
    told = text(*flow(20, 0, 20), *rows)
    assert ("By the records, none of those enrolled met every eligibility criterion, 17 failed at "
            "least one, and for 3 it is not known.") in told  # fmt: skip
    assert "By the records" not in text(*flow(20, 0, 20))


def test_a_hazard_ratio_between_levels_names_both() -> None:
    model = {"group": "Cox model", "level": "VASCINV = Y"}
    rows = [result("test", "OS", "hazard_ratio", 1.76, note="against N; said", **model)]
    rows += [result("test", "OS", s, v, **model) for s, v in (("ci_low", 1.1), ("ci_high", 2.81))]
    assert "hazard ratio of vascular invasion (Y against N): 1.76 (1.10\u20132.81)" in text(*rows)


def test_an_empty_population_has_no_results() -> None:
    none = result("baseline", "AGE", "n", 0.0)
    section = narrative_section(Ledger([none]), STUDY, (), {"": 0}, {"": 0})
    after = [p.heading for p in section.paragraphs].index("Results")
    told = [p.text for p in section.paragraphs[after:]]
    assert told == ["No patient is on record.", "Nobody is in the analysis population."]


def test_events_that_nobody_counted_are_not_methods() -> None:
    told = text(result("ae", "Any adverse event", "n", None, level="any grade", note="none"))
    assert "No adverse event is on record: nobody had one, or none was collected." in told
    assert "Adverse events were" not in told


def test_sessions_of_some_are_told_with_those_without() -> None:
    lacking = "251 without sessions: none on record, or given over periods"
    values = {"N": 3.0, "n": 3.0, "median": 1.0, "min": 1.0, "max": 1.0}
    rows = [result("exposure", "Sessions", s, v, note=lacking) for s, v in values.items()]
    some = narrative_section(Ledger(rows), STUDY, (), {"": 254})
    told = "\n".join(p.text for p in some.paragraphs)
    assert "In all, 3 sessions of treatment were given to 3 of 254 patients" in told
    assert f"{lacking}." in told
    assert "were given to 3 patients" in text(*rows)

"""Tables from the results: which numbers a cell prints and which rows stand behind it."""

from datetime import date

import pyarrow as pa
import pytest

from hepatica.analysis.result import Result
from hepatica.clinic.dataset import datasets
from hepatica.clinic.deviation import Deviation
from hepatica.clinic.deviation import deviation_table as addv
from hepatica.core.finding import Finding, Level, Place
from hepatica.records.table import tables
from hepatica.report import phrase
from hepatica.report.ledger import Ledger
from hepatica.report.section.adverse_event import adverse_event_tables
from hepatica.report.section.agreement import agreement_table, response_agreement
from hepatica.report.section.baseline import baseline_table
from hepatica.report.section.comparison import cox_tables, group_test_table
from hepatica.report.section.disposition import exposure_table, patient_flow
from hepatica.report.section.listing import (
    Acceptance,
    acceptance_table,
    deviation_table,
    finding_tables,
)
from hepatica.report.section.protocol import convention_entries, protocol_chapters
from hepatica.report.section.response import arm_response_table, response_table
from hepatica.report.section.summary import summary_table
from hepatica.report.section.survival import survival_tables
from hepatica.report.table import Table
from hepatica.report.trace import trace_island
from hepatica.study import Study

PROTOCOL = {
    "study": {
        "id": "T",
        "title": "A study",
        "design": "single-arm",
        "cutoff": date(2020, 1, 1),
        "seed": 1,
    },
    "records": {"reader": "workbook", "path": "records.xlsx"},
    "population": [{"id": "treated", "label": "All treated", "definition": "treated"}],
    "response": {"criterion": "mRECIST", "min_sd_days": 42},
    "inclusion": [
        {
            "id": "I",
            "text": "Adults",
            "variable": "age",
            "comparator": ">=",
            "value": 18,
            "unit": "years",
        }
    ],
    "treatment": [{"id": "bev", "drug": "bevacizumab", "dose": 5.0, "unit": "mg/kg"}],
    "schedule": {"interval_weeks": [6, 6], "anchor": "each session", "window_days": 7},
    "endpoint": [
        {
            "id": "OS",
            "label": "Overall survival",
            "kind": "time-to-event",
            "role": "primary",
            "origin": "first treatment",
            "events": ["death"],
            "rule_set": "seed",
        },
        {
            "id": "ORR",
            "label": "Response rate",
            "kind": "proportion",
            "role": "secondary",
            "responses": ["CR", "PR"],
        },
    ],
    "analysis": {
        "population": "treated",
        "safety_population": "treated",
        "landmarks_months": [6],
        "baseline": [
            {
                "variable": "AGE",
                "label": "Age",
                "kind": "continuous",
                "unit": "years",
                "statistics": ["median", "range"],
            },
            {"variable": "BCLC", "label": "BCLC", "kind": "categorical", "levels": ["C", "D"]},
        ],
    },
}


@pytest.fixture
def study() -> Study:
    return Study.model_validate(PROTOCOL)


def result(analysis: str, variable: str, statistic: str, value: float | None, **rest) -> Result:
    return Result(analysis, "treated", variable, statistic, value, **rest)


def texts(table: Table) -> dict[str, list[str]]:
    return {line.stub: [cell.text for cell in line.cells] for line in table.lines}


def test_baseline_prints_median_range_counts_and_the_missing(study: Study) -> None:
    ledger = Ledger(
        [
            result("baseline", "AGE", "n", 20.0),
            result("baseline", "AGE", "missing", 0.0),
            result("baseline", "AGE", "median", 54.5),
            result("baseline", "AGE", "min", 35.0),
            result("baseline", "AGE", "max", 78.0),
            result("baseline", "BCLC", "n", 16.0, level="C", subjects=("001",)),
            result("baseline", "BCLC", "percent", 80.0, level="C", subjects=("001",)),
            result("baseline", "BCLC", "n", 3.0, level="D"),
            result("baseline", "BCLC", "percent", 15.0, level="D"),
            result("baseline", "BCLC", "missing", 1.0),
        ]
    )
    table = baseline_table(ledger, study, {"": 20})
    assert table.columns == ("All patients (n\u00a0=\u00a020)",)
    assert texts(table) == {
        "Age, years: median [range]": ["54.5 [35–78]"],
        "BCLC": [],
        "C": ["16 (80.0)"],
        "D": ["3 (15.0)"],
        "Missing": ["1"],
    }
    # The header of results.csv is row 1, so the first result is row 2.
    assert table.lines[0].cells[0].rows == (4, 5, 6)
    assert table.lines[2].cells[0].rows == (7, 8)


def response_results() -> list[Result]:
    where = {"criterion": "mRECIST", "dataset": "ADRS BOR"}
    rows = []
    for level, n in (("PD", 3.0), ("CR", 1.0), ("PR", 6.0), ("SD", 10.0), ("NE", 0.0)):
        rows.append(result("response", "BOR", "n", n, level=level, **where))
        rows.append(result("response", "BOR", "percent", 5 * n, level=level, **where))
    for statistic, value in (
        ("n", 7.0),
        ("N", 20.0),
        ("estimate", 35.0),
        ("ci_low", 15.3909),
        ("ci_high", 59.2189),
    ):
        rows.append(result("response", "ORR", statistic, value, method="Clopper-Pearson", **where))
    return rows


def test_response_prints_every_category_in_clinical_order(study: Study) -> None:
    table = response_table(Ledger(response_results()), study)
    assert table.columns == ("mRECIST",)
    assert list(texts(table).items()) == [
        ("Best overall response, unconfirmed, n (%)", []),
        ("Complete response (CR)", ["1 (5.0)"]),
        ("Partial response (PR)", ["6 (30.0)"]),
        ("Stable disease (SD)", ["10 (50.0)"]),
        ("Progressive disease (PD)", ["3 (15.0)"]),
        ("Not evaluable (NE)", ["0 (0.0)"]),
        ("Rates: n/N; % (95% CI)", []),
        ("Response rate (ORR)", ["7/20; 35.0 (15.4–59.2)"]),
    ]
    assert "Intervals: Clopper-Pearson." in table.footnotes
    assert arm_response_table(Ledger(response_results()), study, {"": 20}) is None


def survival_results(group: str = "") -> list[Result]:
    rows = [
        result("survival", "OS", "n", 20.0, group=group),
        result("survival", "OS", "events", 9.0, group=group),
        result("survival", "OS", "censored", 11.0, group=group),
    ]
    for statistic, value in (("estimate", None), ("ci_low", 9.25), ("ci_high", None)):
        rows.append(
            result("survival", "OS", statistic, value, level="median", group=group, unit="months")
        )
    for statistic, value in (("estimate", 0.85), ("ci_low", 0.7), ("ci_high", 1.0)):
        rows.append(result("survival", "OS", statistic, value, level="6 months", group=group))
    return rows


def test_survival_says_not_reached_and_not_estimable(study: Study) -> None:
    (table,) = survival_tables(Ledger(survival_results()), study)
    found = texts(table)
    assert table.columns == ("OS",)
    assert found["Events"] == ["9"]
    assert found["Median"] == ["not reached (9.3–NE)"]
    assert found["at 6 months"] == ["85.0 (70.0–100.0)"]
    assert any("log intervals" in note for note in table.footnotes)


def test_survival_by_group_has_a_table_of_its_own(study: Study) -> None:
    rows = survival_results() + survival_results("VASCINV = N") + survival_results("VASCINV = Y")
    _, table = survival_tables(Ledger(rows), study)
    assert table.title == "Overall survival by vascular invasion"
    assert table.columns == ("No vascular invasion", "Vascular invasion")


def test_summary_holds_primary_and_secondary_endpoints(study: Study) -> None:
    table = summary_table(Ledger(response_results() + survival_results()), study)
    assert texts(table) == {
        "Overall survival (OS)": ["primary", "20", "9", "not reached (9.3–NE)"],
        "Response rate (ORR), mRECIST": ["secondary", "20", "7", "7/20; 35.0 (15.4–59.2)"],
    }


def test_adverse_events_print_zero_and_name_what_was_not_recorded(study: Study) -> None:
    rows = []
    for level, n in (("any grade", 2.0), ("grade 1", 2.0), ("grade 2", 0.0), ("serious", 0.0)):
        rows.append(result("ae", "Fever", "n", n, level=level))
        rows.append(result("ae", "Fever", "percent", 5 * n, level=level))
    (table,) = adverse_event_tables(Ledger(rows), study, ["serious"], {"": 20})
    assert table.title == "Adverse events by term and grade (n = 20)"
    assert table.columns == ("Any grade, n (%)", "Grade 1", "Grade 2")
    assert texts(table) == {"Fever": ["2 (10.0)", "2", "0"]}
    assert any("Not recorded, so not shown: serious." in note for note in table.footnotes)
    assert any("no version stated" in note for note in table.footnotes)


def test_rare_terms_of_a_long_list_are_counted_in_a_footnote(study: Study) -> None:
    rows = []
    for i in range(45):
        share = 10.0 if i < 3 else 1.0
        rows.append(result("ae", f"Term {i}", "n", share, level="any grade"))
        rows.append(result("ae", f"Term {i}", "percent", share, level="any grade"))
    (table,) = adverse_event_tables(Ledger(rows), study, (), {"": 100})
    assert len(table.lines) == 3
    assert any(note.startswith("42 further terms") for note in table.footnotes)


def test_flow_names_those_who_left_and_omits_what_was_not_counted() -> None:
    rows = [
        result("disposition", name, "n", n)
        for name, n in (("Screened", 5.0), ("Not enrolled", 2.0), ("Enrolled", 3.0), ("Died", 1.0))
    ]
    flow = patient_flow(Ledger(rows))
    assert [(b.text, b.count.text) for b in flow.stream] == [("Screened", "5"), ("Enrolled", "3")]
    assert [(text, cell.text) for text, cell in flow.stream[1].left] == [("Not enrolled", "2")]
    assert [b.text for b in flow.ends] == ["Died"]
    assert not flow.note


def test_nobody_is_called_screened_where_no_screening_failure_is_on_record() -> None:
    rows = [
        result("disposition", name, "n", n)
        for name, n in (("Screened", 20.0), ("Not enrolled", 0.0), ("Enrolled", 20.0))
    ]
    assert not patient_flow(Ledger([result("disposition", "Enrolled", "n", 0.0)])).stream
    flow = patient_flow(Ledger(rows))
    assert [b.text for b in flow.stream] == ["Enrolled"]
    assert "how many were screened is not known" in flow.note


def test_exposure_prints_total_and_counts_by_sessions() -> None:
    rows = [
        result("exposure", "Sessions", "N", 32.0, unit="sessions"),
        result("exposure", "Sessions", "n", 20.0, unit="patients"),
        result("exposure", "Sessions", "mean", 1.6, unit="sessions"),
        result("exposure", "Sessions", "sd", 0.68, unit="sessions"),
        result("exposure", "Sessions", "n", 10.0, level="1"),
    ]
    found = texts(exposure_table(Ledger(rows), {"": 20}))
    assert found["In all"] == ["32"]
    assert found["Mean (SD)"] == ["1.6 (0.7)"]
    assert found["Patients with 1 session"] == ["10"]


def test_a_dose_that_nobody_has_on_record_has_no_rows() -> None:
    rows = [
        result("exposure", "Sessions", "n", 1.0, unit="patients"),
        result("exposure", "Cumulative dose", "n", 0.0, unit="patients"),
    ]
    found = texts(exposure_table(Ledger(rows), {"": 1}))
    assert "Sessions" in found and "Cumulative dose" not in found
    assert exposure_table(Ledger(rows[1:]), {"": 0}).empty


def test_a_comparison_asked_for_twice_is_printed_once(study: Study) -> None:
    rows = [
        result("test", "OS", statistic, value, group=group, level="log-rank", method="log-rank")
        for group in ("Arm", "ARM")
        for statistic, value in (("statistic", 1.5), ("df", 2.0), ("p_value", 0.473))
    ]
    (line,) = group_test_table(Ledger(rows), study).lines
    assert line.stub == "OS by arm"


def test_severity_is_not_called_grade(study: Study) -> None:
    rows = [result("ae", "Rash", "n", 2.0, level="mild")]
    (table,) = adverse_event_tables(Ledger(rows), study, (), {})
    assert table.title == "Adverse events by term and severity"


def test_cox_and_log_rank_tables(study: Study) -> None:
    cox = {"group": "Cox model", "method": "Cox, efron ties"}
    rows = [
        result("test", "OS", "n", 20.0, **cox),
        result("test", "OS", "events", 18.0, **cox),
        result("test", "OS", "hazard_ratio", 1.515, level="VASCINV = Y", **cox),
        result("test", "OS", "ci_low", 1.2, level="VASCINV = Y", **cox),
        result("test", "OS", "ci_high", 1.93, level="VASCINV = Y", **cox),
        result("test", "OS", "p_value", 0.0004, level="VASCINV = Y", **cox),
        result("test", "OS", "statistic", 7.1, level="Wald test", **cox),
        result("test", "OS", "df", 1.0, level="Wald test", **cox),
        result("test", "OS", "p_value", 0.008, level="Wald test", **cox),
        result("test", "OS", "statistic", 7.0, group="VASCINV", level="log-rank"),
        result("test", "OS", "df", 1.0, group="VASCINV", level="log-rank"),
        result("test", "OS", "p_value", 0.0081, group="VASCINV", level="log-rank"),
    ]
    ledger = Ledger(rows)
    (table,) = cox_tables(ledger, study)
    assert texts(table) == {"Vascular invasion: Y": ["1.52 (1.20–1.93)", "<0.001", ""]}
    assert table.footnotes == (
        "Cox, efron ties; 20 patients, 18 events. A hazard ratio of a number is per 1 more of it.",
        "Wald test 7.10 on 1 df, P = 0.008.",
    )
    tests = group_test_table(ledger, study)
    assert texts(tests) == {"OS by vascular invasion": ["", "7.00 on 1 df", "0.008", ""]}


def test_empty_results_give_empty_tables(study: Study) -> None:
    ledger = Ledger([])
    assert baseline_table(ledger, study, {}).empty
    assert response_table(ledger, study).empty
    assert survival_tables(ledger, study) == ()
    assert adverse_event_tables(ledger, study, (), {}) == ()
    assert cox_tables(ledger, study) == ()
    assert group_test_table(ledger, study).empty
    assert summary_table(ledger, study).empty
    assert not patient_flow(ledger).stream


def collected(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), tables()["collected_responses"].schema())


def adrs(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"PARAMCD": "OVR", "PARCAT1": "mRECIST", **row} for row in rows],
        datasets()["ADRS"].schema(),
    )


def test_agreement_compares_the_same_day_criterion_and_reader() -> None:
    day, other = date(2016, 1, 1), date(2016, 2, 1)
    given = collected(
        {"subject": "1", "date": day, "overall": "PR", "reader": "A"},
        {"subject": "1", "date": day, "overall": "SD", "reader": "B"},
        {"subject": "1", "date": other, "overall": "PD", "reader": "A", "criterion": "mRECIST"},
        {"subject": "2", "date": day, "overall": "CR", "reader": "C"},
        {"subject": "2", "date": day, "overall": "ND", "reader": "A"},
    )
    derived = adrs(
        {"SUBJID": "1", "ADT": day, "PARCAT2": "A", "AVALC": "PR", "REASON": "a"},
        {"SUBJID": "1", "ADT": day, "PARCAT2": "B", "AVALC": "PR", "REASON": "30 % smaller"},
    )
    agreement = response_agreement(given, derived, criterion="mRECIST", reader="A")
    assert agreement.summary == (
        "3 collected overall responses; 2 have a derived one on the same day, 1 of them the same; "
        "2 differ or have none, and every one is listed. "
        "1 more are by readers without measurements and cannot be derived."
    )
    table = agreement_table(agreement)
    assert [[c.text for c in line.cells] for line in table.lines] == [
        ["2016-01-01", "mRECIST", "B", "SD", "PR", "30 % smaller"],
        ["2016-02-01", "mRECIST", "A", "PD", "none", "No derived assessment on that day"],
    ]


def test_agreement_lists_every_disagreement_however_many() -> None:
    day = date(2016, 1, 1)
    names = [f"{i:03}" for i in range(500)]
    given = collected(*({"subject": s, "date": day, "overall": "PR", "reader": "A"} for s in names))
    derived = adrs(
        *({"SUBJID": s, "ADT": day, "PARCAT2": "A", "AVALC": "SD", "REASON": "r"} for s in names)
    )
    agreement = response_agreement(given, derived, criterion="mRECIST", reader="A")
    assert [line.stub for line in agreement_table(agreement).lines] == names


def test_deviations_findings_and_acceptances_are_listed() -> None:
    given = Deviation(
        subject="1",
        category="ELIGIBILITY",
        term="ECOG 3",
        clause="IV",
        on=date(2016, 1, 1),
        value="3",
        expected="ECOG 0 to 2",
        place=Place("r.xlsx", "Status", 4),
    )
    listed_rows = texts(deviation_table(addv("S", [given])))
    assert listed_rows == {
        "1": ["ELIGIBILITY", "2016-01-01", "IV", "ECOG 3", "3", "ECOG 0 to 2", "r.xlsx:Status!4"]
    }
    findings = [
        Finding(Place("r.xlsx", "Labs", 4), Level.NOTE, "R004", "2016", "a whole date"),
        Finding(Place("r.xlsx", "Labs", 5), Level.ERROR, "R001", "x", "a number", "typed text"),
    ]
    by_code, listed = finding_tables(findings)
    assert [line.stub for line in by_code.lines] == ["R001", "R004"]
    assert listed.lines[0].stub == "r.xlsx:Labs!5"
    assert listed.lines[0].cells[3].text == "a number (typed text)"
    table = acceptance_table([Acceptance("R005", "true values", findings=3)])
    assert texts(table) == {"R005": ["anywhere", "3", "true values", ""]}


def test_protocol_is_printed_with_rules_and_conventions(study: Study) -> None:
    chapters = {c.heading: c for c in protocol_chapters(study)}
    (criterion,) = chapters["Inclusion criteria"].entries
    assert (criterion.term, criterion.text, criterion.rule) == ("I", "Adults", "age ≥ 18 years")
    assert chapters["Treatment"].entries[0].text == "bevacizumab 5 mg/kg, repeated"
    assert chapters["Schedule"].entries[0].text.startswith("Every 6 weeks from each session")
    assert {e.term: e.text for e in convention_entries(study)}["Month"] == "30.4375 days"


def test_trace_stores_each_set_of_subjects_once_and_shortens_large_ones() -> None:
    many = tuple(f"{i:04}" for i in range(120))
    rows = [
        result("baseline", "BCLC", "n", 120.0, level="C", subjects=many, dataset="ADSL"),
        result("baseline", "BCLC", "percent", 80.0, level="C", subjects=many, dataset="ADSL"),
        result("baseline", "BCLC", "n", 1.0, level="D", subjects=("x",), clause="Table 1"),
        result("baseline", "BCLC", "percent", 1.0, level="D", subjects=("x",)),
        result("baseline", "BCLC", "missing", 0.0),
    ]
    table = baseline_table(Ledger(rows), Study.model_validate(PROTOCOL), {})
    island = trace_island(Ledger(rows), [table])
    assert sorted(island["rows"]) == ["2", "3", "4", "5"]
    assert [len(s) for s in island["sets"]] == [51, 2]
    assert island["sets"][0][0] == 120
    assert island["texts"][island["rows"]["4"][0]] == "n · Table 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vascular invasion", "vascular invasion"),
        ("Child-Pugh class", "Child-Pugh class"),
        ("AFP", "AFP"),
        ("", ""),
    ],
)
def test_names_keep_their_capitals_within_a_sentence(text: str, expected: str) -> None:
    assert phrase.mid_sentence(text) == expected


def test_terms_and_groups_are_called_by_their_labels() -> None:
    assert phrase.term_text("log10(AFPBL + 1)") == "log10(AFP + 1)"
    assert phrase.term_text("LARGMM > 50") == "Largest lesion > 50"
    assert phrase.group_text("CPCLASS = B") == "Child-Pugh class B"
    assert phrase.group_text("Arm name") == "Arm name"
    assert phrase.splits(["", "Placebo", "ARM = Placebo", "SEX = F"]) == ("ARM", "SEX")

"""Screening from records: which fact counts, deviations, findings, the flag, the numbers."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hepatica.analysis.screening import (
    flow_steps,
    reading_changes,
    refractory_results,
    screening_results,
)
from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.refractory import derive_refractory
from hepatica.clinic.screening import derive_screening
from hepatica.core.finding_code import finding_codes
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2020, 3, 31)
TREATED = [{"date": DAY, "procedure": "TACE", "study_treatment": "Y"}]


def before(days: int) -> date:
    return DAY - timedelta(days=days)


Screen = Callable[..., Adam]


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    def run(criteria: str, **rows: list[dict[str, Any]]) -> Adam:
        text = protocol_text("blank")
        head, *_ = text.split("[[inclusion]]")
        tail = "[[treatment]]" + text.split("[[treatment]]", 1)[1]
        (tmp_path / "study.toml").write_text(head + criteria + "\n" + tail, encoding="utf-8")
        given = {"subjects": [{}], "procedures": TREATED, **rows}
        built = {name: _table(name, values) for name, values in given.items()}
        return derive_adam(
            read_study(tmp_path), Records.of(built), steps=[derive_refractory, derive_screening]
        )

    return run


def _table(name: str, values: list[dict[str, Any]]) -> pa.Table:
    schema = tables()[name].schema()
    base = dict.fromkeys(schema.names) | {"subject": "1", "src_file": "r.xlsx", "src_sheet": name}
    rows = [base | {"src_row": n, "seq": n} | v for n, v in enumerate(values, start=2)]
    return pa.Table.from_pylist(rows, schema)


def criterion(kind: str, name: str, body: str) -> str:
    return f'[[{kind}]]\nid = "{name}"\ntext = "{name}"\n{body}\n'


def inclusion(body: str, name: str = "I") -> str:
    return criterion("inclusion", name, body)


def exclusion(body: str, name: str = "E") -> str:
    return criterion("exclusion", name, body)


ECOG = inclusion(
    'variable = "ecog"\ncomparator = "<="\nvalue = 2\nunit = "score"\nwindow_days = 7', "IV"
)
INR = inclusion(
    'variable = "inr"\ncomparator = "<"\nvalue = 1.7\nunit = "ratio"\nwindow_days = 7', "XI"
)
ALBUMIN = inclusion(
    'variable = "albumin"\ncomparator = ">="\nvalue = 28\nunit = "g/L"\nwindow_days = 7', "VIII"
)
BLEED = exclusion(
    'variable = "gi_bleed"\ncomparator = "within-days"\nvalue = 28\nunit = "days"', "E6"
)


def verdict(adam: Adam, name: str | None = None, subject: str = "1") -> dict[str, Any]:
    (row,) = [
        r
        for r in adam["ADIE"].to_pylist()
        if r["PARTNO"] == 0 and r["SUBJID"] == subject and name in (None, r["IETESTCD"])
    ]
    return dict(row)


def flag(adam: Adam) -> str | None:
    (row,) = adam["ADSL"].to_pylist()
    value: str | None = row["ELIGRES"]
    return value


def codes(adam: Adam) -> list[str]:
    return [f.code for f in adam.findings]


def test_a_criterion_keeps_value_date_window_and_record(screen: Screen) -> None:
    status = [{"date": before(9), "ecog": 0}, {"date": before(2), "ecog": 3}]
    row = verdict(screen(ECOG, status=status))
    assert (row["AVALC"], row["AVAL"], row["ALIMIT"]) == ("FAIL", 3, 2)
    assert (row["ADT"], row["AGEDAYS"], row["WINDOW"]) == (before(2), 2, 7)
    assert (row["SRCDOM"], row["SRCSHEET"], row["SRCROW"]) == ("status", "status", 3)
    assert (row["REFDT"], row["REFDESC"]) == (DAY, "first study treatment")


def test_a_blank_value_does_not_hide_the_last_known_one(screen: Screen) -> None:
    status = [{"date": before(3), "ecog": 1}, {"date": before(1), "ecog": None, "ascites": "none"}]
    assert verdict(screen(ECOG, status=status))["AVALC"] == "PASS"


@pytest.mark.parametrize(
    ("labs", "expected", "elig"),
    [
        ([], "UNKNOWN", "U"),
        ([{"date": before(8), "value": 1.1}], "UNKNOWN", "U"),
        ([{"date": before(-1), "value": 1.1}], "UNKNOWN", "U"),
        ([{"date": before(7), "value": 1.69}], "PASS", "Y"),
        ([{"date": before(7), "value": 1.7}], "FAIL", "N"),
        ([{"date": before(1), "value": 1.7, "operator": "<"}], "PASS", "Y"),
        ([{"date": before(1), "value": 2.0, "operator": "<"}], "UNKNOWN", "U"),
    ],
)
def test_inr(screen: Screen, labs: list[dict[str, Any]], expected: str, elig: str) -> None:
    rows = [{"test": "INR", "unit": "ratio"} | row for row in labs]
    adam = screen(INR, labs=rows)
    assert (verdict(adam)["AVALC"], flag(adam)) == (expected, elig)


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        ({"drug": "Warfarin", "class": "anticoagulant", "start_date": before(90)}, "UNKNOWN"),
        ({"drug": "Warfarin", "class": "other", "start_date": before(90)}, "UNKNOWN"),
        (
            {
                "drug": "Warfarin",
                "class": "anticoagulant",
                "start_date": before(90),
                "end_date": before(30),
            },
            "PASS",
        ),
        ({"drug": "Warfarin", "class": "anticoagulant", "start_date": before(0)}, "PASS"),
        ({"drug": "Entecavir", "class": "antiviral", "start_date": before(90)}, "PASS"),
    ],
)
def test_an_inr_under_an_anticoagulant_is_not_known(
    screen: Screen, drug: dict[str, Any], expected: str
) -> None:
    labs = [{"date": before(1), "test": "INR", "value": 1.2, "unit": "ratio"}]
    assert verdict(screen(INR, labs=labs, medications=[drug]))["AVALC"] == expected


@pytest.mark.parametrize(("days", "expected"), [(7, "UNKNOWN"), (8, "PASS")])
def test_albumin_after_an_infusion_is_not_known(screen: Screen, days: int, expected: str) -> None:
    labs = [{"date": before(1), "test": "ALB", "value": 3.0, "unit": "g/dL"}]
    given = {"drug": "Human albumin 20 %", "class": "other", "start_date": before(1 + days)}
    drugs = [given | {"end_date": before(1 + days)}]
    assert verdict(screen(ALBUMIN, labs=labs, medications=drugs))["AVALC"] == expected


@pytest.mark.parametrize(
    ("history", "stated", "expected"),
    [
        ([], [], "UNKNOWN"),
        ([], [("N", 1)], "PASS"),
        ([], [("Y", 20)], "FAIL"),
        ([{"category": "bleeding", "term": "Melaena", "start_date": before(28)}], [], "FAIL"),
        ([{"category": "bleeding", "term": "Melaena", "start_date": before(29)}], [], "UNKNOWN"),
        (
            [{"category": "bleeding", "term": "Melaena", "start_date": before(29)}],
            [("N", 1)],
            "PASS",
        ),
        ([{"category": "bleeding", "term": "Melaena"}], [("N", 1)], "UNKNOWN"),
    ],
)
def test_bleeding_within_four_weeks(
    screen: Screen, history: list[dict[str, Any]], stated: list[tuple[str, int]], expected: str
) -> None:
    screening = [{"date": before(d), "item": "gi_bleed", "value": v} for v, d in stated]
    assert verdict(screen(BLEED, history=history, screening=screening))["AVALC"] == expected


@pytest.mark.parametrize(
    ("table", "row", "expected"),
    [
        (
            "history",
            {"term": "Sorafenib", "start_date": before(300), "end_date": before(29)},
            "PASS",
        ),
        (
            "history",
            {"term": "Sorafenib", "start_date": before(300), "end_date": before(28)},
            "FAIL",
        ),
        ("history", {"term": "Sorafenib", "start_date": before(300)}, "UNKNOWN"),
        ("history", {"term": "FOLFOX4", "start_date": before(300)}, "PASS"),
        (
            "medications",
            {"drug": "Lenvatinib", "class": "anticancer", "start_date": before(9)},
            "FAIL",
        ),
        ("medications", {"drug": "X", "class": "antiangiogenic", "start_date": before(9)}, "FAIL"),
        ("medications", {"drug": "Y", "class": "anticancer", "start_date": before(9)}, "PASS"),
    ],
)
def test_antiangiogenic_therapy(
    screen: Screen, table: str, row: dict[str, Any], expected: str
) -> None:
    asked = exclusion(
        'variable = "antiangiogenic_therapy"\ncomparator = "within-days"\nvalue = 28\nunit = "days"'
    )
    if table == "history":
        row = {"category": "prior systemic therapy"} | row
    stated = [{"date": before(1), "item": "antiangiogenic_therapy", "value": "N"}]
    assert verdict(screen(asked, **{table: [row], "screening": stated}))["AVALC"] == expected


def test_an_operation_is_a_surgery_of_history_or_a_procedure(screen: Screen) -> None:
    asked = exclusion(
        'variable = "major_operation"\ncomparator = "within-days"\nvalue = 28\nunit = "days"'
    )
    stated = [{"date": before(1), "item": "major_operation", "value": "N"}]
    done = [*TREATED, {"date": before(10), "procedure": "resection"}]
    found = [
        verdict(screen(asked, procedures=done, screening=stated))["AVALC"],
        verdict(screen(asked, procedures=TREATED, screening=stated))["AVALC"],
        verdict(
            screen(
                asked,
                screening=stated,
                history=[{"category": "prior surgery", "term": "x", "start_date": before(28)}],
            )
        )["AVALC"],
    ]
    assert found == ["FAIL", "PASS", "FAIL"]


MEASURABLE = 'variable = "{}"\ncomparator = "is-true"\nwindow_days = 28'


@pytest.mark.parametrize(
    ("variable", "size", "slice_mm", "lesion", "expected"),
    [
        # RECIST 1.0: 20 mm, or 10 mm with slices of 5 mm, in general twice the slice
        ("recist10_measurable", 20, None, {}, "PASS"),
        ("recist10_measurable", 19.9, None, {}, "UNKNOWN"),
        ("recist10_measurable", 10, 5, {}, "PASS"),
        ("recist10_measurable", 9.9, 5, {}, "FAIL"),
        ("recist10_measurable", 15, 8, {}, "FAIL"),
        ("recist10_measurable", 16, 8, {}, "PASS"),
        ("recist10_measurable", 9.9, None, {}, "FAIL"),
        # RECIST 1.1: a node by its short axis of 15 mm, a treated lesion only where it has grown
        ("recist11_measurable", 14.9, 5, {"site": "lymph node"}, "FAIL"),
        ("recist11_measurable", 15, 5, {"site": "lymph node"}, "PASS"),
        ("recist11_measurable", 30, 5, {"prior_treatment": "Y"}, "FAIL"),
        (
            "recist11_measurable",
            30,
            5,
            {"prior_treatment": "Y", "progressed_after_treatment": "Y"},
            "PASS",
        ),
        ("mrecist_measurable", 10, None, {}, "PASS"),
        ("mrecist_measurable", 9.9, 1, {}, "FAIL"),
    ],
)
def test_measurable(
    screen: Screen, variable: str, size: float, slice_mm: Any, lesion: Any, expected: str
) -> None:
    adam = screen(
        inclusion(MEASURABLE.format(variable)),
        scans=[{"date": before(3), "modality": "CT", "slice_mm": slice_mm}],
        lesions=[{"lesion": "T1", "role": "target", "site": "liver"} | lesion],
        measurements=[
            {
                "date": before(3),
                "lesion": "T1",
                "diameter_mm": size,
                "viable_mm": size,
                "short_axis_mm": size,
            }
        ],
    )
    assert verdict(adam)["AVALC"] == expected


def test_the_day_of_a_subject_never_treated(screen: Screen) -> None:
    subjects = [
        {"subject": "1", "consent_date": before(30), "enrolled": "N"},
        {"subject": "2", "consent_date": before(30), "enrolled": "N"},
        {"subject": "3", "enrolled": "N"},
        {"subject": "4", "enrolled": "N"},
    ]
    status = [
        {"subject": "1", "date": before(20), "ecog": 3},
        {"subject": "1", "date": before(1), "ecog": 0},
        {"subject": "3", "date": before(5), "ecog": 1},
    ]
    adam = screen(ECOG, subjects=subjects, status=status, procedures=[])
    found = [verdict(adam, subject=s) for s in "1234"]
    assert [(r["REFDT"], r["AVALC"]) for r in found] == [
        (before(20), "FAIL"),
        (before(30), "UNKNOWN"),
        (before(5), "PASS"),
        (None, "UNKNOWN"),
    ]
    assert found[3]["REASON"].endswith("no date on record")


def test_a_failing_criterion_of_an_enrolled_subject_is_a_deviation(screen: Screen) -> None:
    subjects = [{"subject": "1"}, {"subject": "2", "enrolled": "N"}]
    status = [{"subject": s, "date": before(1), "ecog": 3} for s in "12"]
    procedures = [{"subject": s} | TREATED[0] for s in "12"]
    adam = screen(ECOG, subjects=subjects, status=status, procedures=procedures)
    (row,) = [r for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "ELIGIBILITY"]
    assert (row["SUBJID"], row["DVSCAT"], row["AVALC"]) == ("1", "IV", "3")
    assert row["EXPECTED"] == "ECOG performance status ≤ 2 (within 7 days)"
    assert (row["SRCSHEET"], row["SRCROW"]) == ("status", 2)
    assert "C031" not in codes(adam)


def test_each_record_that_fails_a_compound_is_a_deviation_of_its_own(screen: Screen) -> None:
    both = inclusion(
        'all = [{ variable = "ecog", comparator = "==", value = 0, unit = "score",'
        " window_days = 7 },"
        ' { variable = "ascites", comparator = "==", value = "none", window_days = 7 }]'
    )
    adam = screen(both, status=[{"date": before(1), "ecog": 1, "ascites": "mild"}])
    found = [r["AVALC"] for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "ELIGIBILITY"]
    assert found == ["1", "mild"]
    rows = adam["ADIE"].to_pylist()
    assert [(r["PARTNO"], r["AVALC"]) for r in rows] == [(0, "FAIL"), (1, "FALSE"), (2, "FALSE")]


def test_exclusion_by_two_together_is_one_deviation(screen: Screen) -> None:
    both = exclusion(
        'all = [{ variable = "extensive_pvtt", comparator = "is-true", window_days = 28 },'
        ' { variable = "child_pugh_class", comparator = "==", value = "C", window_days = 7 }]'
    )
    adam = screen(
        both,
        status=[{"date": before(1), "child_pugh_class": "C"}],
        screening=[{"date": before(1), "item": "extensive_pvtt", "value": "Y"}],
    )
    (row,) = [r for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "ELIGIBILITY"]
    assert row["AVALC"] == "Y; C" and row["EXPECTED"].startswith("not: ")


def test_c030_a_value_not_understood_counts_as_not_recorded(screen: Screen) -> None:
    asked = inclusion('variable = "curable"\ncomparator = "is-false"')
    item = {"date": before(1), "item": "curable"}
    adam = screen(asked, screening=[item | {"value": "maybe"}])
    assert verdict(adam)["AVALC"] == "UNKNOWN" and codes(adam).count("C030") == 1
    adam = screen(asked, screening=[item | {"value": " n "}])
    assert verdict(adam)["AVALC"] == "PASS" and "C030" not in codes(adam)
    asked = inclusion(
        'variable = "life_expectancy"\ncomparator = ">"\nvalue = 12\nunit = "weeks"\n'
        "window_days = 28"
    )
    life = {"date": before(1), "item": "life_expectancy", "unit": "weeks"}
    for value in ("long", "nan", "inf", "12,5"):
        adam = screen(asked, screening=[life | {"value": value}])
        assert (verdict(adam)["AVALC"], codes(adam).count("C030")) == ("UNKNOWN", 1), value
    assert verdict(screen(asked, screening=[life | {"value": "12.5"}]))["AVALC"] == "PASS"


@pytest.mark.parametrize(
    ("ecog", "reason", "found"),
    [
        (1, "declined", ["C031"]),
        (None, None, ["C031"]),
        (3, "criterion IV", []),
        (3, "too frail", []),
        (3, "INR too high (XI)", ["C032"]),
        (3, "IV and XI", ["C032"]),
    ],
)
def test_c031_c032_why_a_subject_was_not_enrolled(
    screen: Screen, ecog: Any, reason: Any, found: list[str]
) -> None:
    subject = {"enrolled": "N", "screen_failure_reason": reason, "consent_date": before(3)}
    status = [{"date": before(1), "ecog": ecog}]
    labs = [{"date": before(1), "test": "INR", "value": 1.0, "unit": "ratio"}]
    adam = screen(ECOG + INR, subjects=[subject], status=status, labs=labs, procedures=[])
    assert [c for c in codes(adam) if c in ("C031", "C032")] == found


def test_c031_many_are_told_together(screen: Screen) -> None:
    def found(number: int) -> list[str]:
        names = [str(n) for n in range(number)]
        out = {"enrolled": "N", "consent_date": before(3)}
        subjects = [out | {"subject": n} for n in names]
        status = [{"subject": n, "date": before(1), "ecog": 1} for n in names]
        adam = screen(ECOG, subjects=subjects, status=status, procedures=[])
        return [f.found for f in adam.findings if f.code == "C031"]

    assert len(found(10)) == 10
    assert found(11) == ["11 subjects not enrolled, no criterion fails"]


LIVER = inclusion(
    """all = [
  { variable = "bilirubin_total", comparator = "<", value = 2, unit = "mg/dL", window_days = 7 },
  { variable = "albumin", comparator = ">=", value = 28, unit = "g/L", window_days = 7 },
  { variable = "inr", comparator = "<", value = 1.7, unit = "ratio", window_days = 7 },
  { variable = "ascites", comparator = "==", value = "none", window_days = 7 },
]""",
    "L",
) + inclusion(
    'variable = "encephalopathy"\ncomparator = "=="\nvalue = 0\nunit = "West Haven grade"\n'
    "window_days = 7",
    "M",
)
CLASS = inclusion(
    'variable = "child_pugh_class"\ncomparator = "in"\nvalue = ["A"]\nwindow_days = 7'
)


@pytest.mark.parametrize(("letter", "count"), [("A", 0), ("B", 1), ("C", 1)])
def test_c034_a_class_that_the_limits_exclude_together(
    screen: Screen, letter: str, count: int
) -> None:
    adam = screen(LIVER + CLASS, status=[{"date": before(1), "child_pugh_class": letter}])
    assert codes(adam).count("C034") == count


REFRACTORY = (
    '[refractory]\ndefinition = "seed"\nmin_consecutive_tace = 2\nany_of = ["new lesion"]\n'
)
ASKED = inclusion('variable = "tace_refractory"\ncomparator = "is-true"\nwindow_days = 42')


def _sessions(outcome: str = "") -> list[dict[str, Any]]:
    return [
        {"category": "prior TACE", "start_date": before(120)},
        {"category": "prior TACE", "start_date": before(60), "outcome": outcome},
    ]


@pytest.mark.parametrize(
    ("history", "declared", "expected", "found"),
    [
        (_sessions("new lesion after TACE"), before(20), "PASS", 0),
        (_sessions("new lesion after TACE"), None, "UNKNOWN", 1),
        # not evaluable: the declared date stands as the study's statement
        (_sessions(), before(20), "PASS", 0),
        (_sessions(), before(43), "UNKNOWN", 0),
        (_sessions(), None, "UNKNOWN", 0),
        # one session only: not refractory, whatever was declared
        (_sessions()[:1], before(20), "FAIL", 1),
    ],
)
def test_c033_refractory_by_the_protocols_definition(
    screen: Screen, history: list[dict[str, Any]], declared: Any, expected: str, found: int
) -> None:
    adam = screen(ASKED + REFRACTORY, history=history, subjects=[{"refractory_date": declared}])
    assert verdict(adam)["AVALC"] == expected
    assert codes(adam).count("C033") == found


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([{"start_date": before(120), "end_date": before(60), "count": 2}], "Y"),
        # without an end the second session has no day: the scan is not known to be after it
        ([{"start_date": before(120), "count": 2}], "NE"),
        # the first known to its year only: whether the two are consecutive is not known
        ([{"start_date": before(90), "start_date_flag": "M"}, {"start_date": before(60)}], "NE"),
        # the second known to the month of the scan: it may have come after it
        ([{"start_date": before(120)}, {"start_date": before(30), "start_date_flag": "D"}], "NE"),
    ],
)
def test_a_session_without_a_day_is_not_dated(
    screen: Screen, history: list[dict[str, Any]], expected: str
) -> None:
    scans = [before(130), before(20)]
    adam = screen(
        ASKED + REFRACTORY,
        history=[{"category": "prior TACE"} | row for row in history],
        lesions=[{"lesion": "T1", "role": "target"}],
        measurements=[{"date": d, "lesion": "T1", "viable_mm": 40.0} for d in scans],
        new_lesions=[{"date": scans[-1], "lesion": "N1", "status": "confirmed"}],
    )
    (row,) = [r for r in adam["ADREF"].to_pylist() if r["DEFVER"] == "seed"]
    assert row["REFRRES"] == expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ({"drug": "Warfarin", "start_date": None}, "UNKNOWN"),
        ({"drug": "Apixaban", "class": "anticoagulant", "start_date": None}, "UNKNOWN"),
        # begun in March, the sample is of 30 March
        (
            {"drug": "Warfarin", "start_date": before(0), "start_date_flag": "D"},
            "UNKNOWN",
        ),
        (
            {"drug": "Warfarin", "end_date": before(30), "end_date_flag": "D"},
            "UNKNOWN",
        ),
        ({"drug": "Warfarin", "end_date": before(2)}, "PASS"),
        ({"drug": "Entecavir", "class": ""}, "PASS"),
    ],
)
def test_medication_without_a_whole_date_leaves_the_value_open(
    screen: Screen, taken: dict[str, Any], expected: str
) -> None:
    labs = [{"test": "INR", "date": before(1), "value": 1.1, "unit": "1"}]
    row = verdict(screen(INR, labs=labs, medications=[taken]))
    assert row["AVALC"] == expected
    if expected == "PASS":
        assert row["REASON"] == "INR: 1.1 is < 1.7"


def test_a_denial_known_to_the_month_reaches_to_its_first_day(screen: Screen) -> None:
    stated = {"item": "gi_bleed", "value": "N", "date": DAY, "date_flag": "D"}
    row = verdict(screen(BLEED, screening=[stated]))
    assert row["AVALC"] == "UNKNOWN"
    assert "the denial is 30 days old, 7 days allowed" in row["REASON"]


def test_a_trade_name_is_the_drug(screen: Screen) -> None:
    body = 'variable = "antiangiogenic_therapy"\ncomparator = "within-days"\nvalue = 28'
    row = verdict(
        screen(
            exclusion(f'{body}\nunit = "days"'),
            medications=[{"drug": "Nexavar", "start_date": before(9), "end_date": before(5)}],
            screening=[{"item": "antiangiogenic_therapy", "value": "N", "date": before(3)}],
        )
    )
    assert row["AVALC"] == "FAIL"


def test_refractory_by_scans_has_their_date(screen: Screen) -> None:
    scans = [before(130), before(70), before(20)]
    adam = screen(
        ASKED + REFRACTORY,
        history=_sessions(),
        subjects=[{"refractory_date": before(25)}],
        lesions=[{"lesion": "T1", "role": "target"}],
        measurements=[{"date": d, "lesion": "T1", "viable_mm": 40.0} for d in scans],
        new_lesions=[{"date": scans[-1], "lesion": "N1", "status": "confirmed"}],
    )
    rows = {r["DEFVER"]: r for r in adam["ADREF"].to_pylist()}
    assert (rows["seed"]["REFRRES"], rows["seed"]["REFRDT"], rows["seed"]["REFRCRIT"]) == (
        "Y",
        before(20),
        "NEWLES",
    )
    assert rows["JSH-LCSGJ-2014"]["REFRRES"] == "NE"
    # declared 5 days before the scan that shows it
    assert codes(adam).count("C033") == 1
    (result,) = [r for r in refractory_results(adam) if r.criterion == "seed" and r.level == "Y"]
    assert (result.value, result.subjects) == (1, ("1",))


def test_a_study_without_criteria_has_no_screening(screen: Screen) -> None:
    adam = screen("")
    assert not adam["ADIE"].num_rows and flag(adam) is None
    assert not list(screening_results(adam))


READINGS = """[[inclusion]]
id = "VI"
text = "VI"
reading = "strict"
[inclusion.readings.strict]
variable = "ascites"
comparator = "=="
value = "none"
window_days = 7
[inclusion.readings.mild]
variable = "ascites"
comparator = "in"
value = ["none", "mild"]
window_days = 7
"""


def test_readings_are_all_judged_and_one_is_chosen(screen: Screen) -> None:
    subjects = [{"subject": s} for s in "123"]
    words = {"1": "none", "2": "mild", "3": "severe"}
    status = [{"subject": s, "date": before(1), "ascites": w} for s, w in words.items()]
    procedures = [{"subject": s} | TREATED[0] for s in "123"]
    adam = screen(READINGS, subjects=subjects, status=status, procedures=procedures)
    assert reading_changes(adam["ADIE"].to_pylist()) == (
        ("VI", "strict", True, ()),
        ("VI", "mild", False, ("2",)),
    )
    assert [r["ELIGRES"] for r in adam["ADSL"].to_pylist()] == ["Y", "N", "N"]
    deviations = [r["SUBJID"] for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "ELIGIBILITY"]
    assert deviations == ["2", "3"]
    numbers = {(r.variable, r.criterion, r.level): r.value for r in screening_results(adam)}
    assert numbers["Criterion VI", "strict", "FAIL"] == 2
    assert numbers["Criterion VI", "mild", "FAIL"] == 1
    assert numbers["Changed by reading", "mild", "Criterion VI"] == 1
    assert numbers["All criteria", "", "PASS"] == 1


def test_the_flow_counts_each_subject_once(screen: Screen) -> None:
    subjects = [
        {"subject": "1"},
        {"subject": "2", "enrolled": "N", "consent_date": before(3)},
        {"subject": "3", "enrolled": "N", "consent_date": before(3)},
    ]
    status = [{"subject": s, "date": before(1), "ecog": 3 if s == "2" else 1} for s in "123"]
    labs = [
        {"subject": s, "date": before(1), "test": "INR", "value": 2.0, "unit": "ratio"}
        for s in "12"
    ]
    adam = screen(ECOG + INR, subjects=subjects, status=status, labs=labs)
    steps = dict(flow_steps(adam["ADSL"].to_pylist(), adam["ADIE"].to_pylist()))
    assert steps == {
        "Assessed for eligibility": ("1", "2", "3"),
        "Not enrolled": ("2", "3"),
        "Not enrolled: criterion IV fails": ("2",),
        "Not enrolled: no criterion fails": ("3",),
        "Enrolled": ("1",),
        "Enrolled: all criteria pass": (),
        "Enrolled: not known": (),
        "Enrolled: a criterion fails": ("1",),
        "Treated": ("1",),
    }


def test_every_code_of_screening_is_in_the_catalogue() -> None:
    assert {"C030", "C031", "C032", "C033", "C034"} <= set(finding_codes())

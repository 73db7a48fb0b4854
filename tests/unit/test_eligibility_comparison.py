"""One comparison: windows, units, limits of normal, reported limits, events and statements."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hepatica.clinic.rules.eligibility.atom import Atom, plain
from hepatica.clinic.rules.eligibility.comparison import compare, holds
from hepatica.clinic.rules.eligibility.evaluation import evaluate, grounds
from hepatica.clinic.rules.eligibility.evidence import Event, Evidence, Fact
from hepatica.clinic.rules.eligibility.truth import Truth
from hepatica.study.criterion import Expression

DAY = date(2020, 3, 31)
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def ask(variable: str, comparator: str, value: Any = None, **more: Any) -> Expression:
    given = {"variable": variable, "comparator": comparator} | more
    return Expression.model_validate(given if value is None else given | {"value": value})


def fact(variable: str, before: int = 1, **more: Any) -> Fact:
    day = DAY - timedelta(days=before)
    known: dict[str, Any] = {"on": day, "earliest": day, "latest": day} | more
    return Fact(variable=variable, **known)


def decide(expression: Expression, *facts: Fact, **more: Any) -> Atom:
    evidence = Evidence(subject="1", day=DAY, facts={f.variable: f for f in facts}, **more)
    return compare(expression, evidence)


def lab(variable: str, test: str, value: str, unit: str, **more: Any) -> Fact:
    return fact(variable, number=Decimal(value), unit=unit, test=test, **more)


BILIRUBIN = ask("bilirubin_total", "<", 2.0, unit="mg/dL", window_days=7)


@pytest.mark.parametrize(
    ("value", "unit", "truth"),
    [
        # eligibility reference, section 5: 2 mg/dL x 17.104 = 34.208 umol/L
        ("34.2", "umol/L", T),
        ("34.207", "umol/L", T),
        ("34.208", "umol/L", F),
        ("34.21", "umol/L", F),
        ("1.99", "mg/dL", T),
        ("2", "mg/dL", F),
        ("19.9", "mg/L", T),
        ("20", "mg/L", F),
    ],
)
def test_the_threshold_is_converted_once_and_compared_exactly(
    value: str, unit: str, truth: Truth
) -> None:
    assert decide(BILIRUBIN, lab("bilirubin_total", "BILI", value, unit)).truth is truth


def test_both_the_value_and_the_limit_in_its_unit_are_told() -> None:
    atom = decide(BILIRUBIN, lab("bilirubin_total", "BILI", "34.21", "umol/L"))
    assert (atom.number, atom.limit, atom.unit) == (Decimal("34.21"), Decimal("34.208"), "umol/L")
    assert atom.reason == "34.21 umol/L is not < 34.208 umol/L (2.0 mg/dL)"


@pytest.mark.parametrize("test", ["BUN", "UREA"])
def test_urea_answers_for_urea_nitrogen(test: str) -> None:
    # eligibility reference, section 5: BUN 20 mg/dL = 7.14 mmol/L = urea 42.88 mg/dL
    asked = ask("bun", "<", 20, unit="mg/dL", window_days=7)
    below, above = ("19.99", "20") if test == "BUN" else ("42.87", "42.9")
    assert decide(asked, lab("bun", test, below, "mg/dL")).truth is T
    assert decide(asked, lab("bun", test, above, "mg/dL")).truth is F
    assert decide(asked, lab("bun", test, "7.1", "mmol/L")).truth is T
    assert decide(asked, lab("bun", test, "7.2", "mmol/L")).truth is F


ALT = ask("alt", "<", 5, unit="x ULN", window_days=7)


@pytest.mark.parametrize(
    ("value", "upper", "truth"),
    [("199", "40", T), ("200", "40", F), ("249.9", "50", T), ("100", None, U), ("100", "0", U)],
)
def test_times_the_upper_limit_of_the_same_row(value: str, upper: Any, truth: Truth) -> None:
    limit = None if upper is None else Decimal(upper)
    assert decide(ALT, lab("alt", "ALT", value, "U/L", upper_limit=limit)).truth is truth


@pytest.mark.parametrize("unit", ["", "furlongs"])
def test_an_unknown_unit_decides_nothing(unit: str) -> None:
    assert decide(BILIRUBIN, lab("bilirubin_total", "BILI", "1", unit)).truth is U


SIGNS = ("<", "<=", ">", ">=", "==", "!=")


@pytest.mark.parametrize(
    ("number", "truths"),
    [(49, (T, T, F, F, F, T)), (50, (F, T, F, T, T, F)), (51, (F, F, T, T, F, T))],
)
def test_every_sign_against_50(number: int, truths: tuple[Truth, ...]) -> None:
    found = tuple(holds(Decimal(number), "", sign, Decimal(50)) for sign in SIGNS)
    assert found == truths


@pytest.mark.parametrize(
    ("operator", "number", "truths"),
    [
        # everything below 49, below 50, below 51; above 49, above 50, above 51, against 50
        ("<", 49, (T, T, F, F, F, T)),
        ("<", 50, (T, T, F, F, F, T)),
        ("<", 51, (U, U, U, U, U, U)),
        (">", 49, (U, U, U, U, U, U)),
        (">", 50, (F, F, T, T, F, T)),
        (">", 51, (F, F, T, T, F, T)),
    ],
)
def test_a_reported_limit_decides_only_where_all_it_means_agrees(
    operator: str, number: int, truths: tuple[Truth, ...]
) -> None:
    found = tuple(holds(Decimal(number), operator, sign, Decimal(50)) for sign in SIGNS)
    assert found == truths


ECOG = ask("ecog", "in", [0, 1, 2], unit="score", window_days=7)


@pytest.mark.parametrize(
    ("before", "truth", "reason"),
    [
        (0, T, "1 is 0 or 1 or 2"),
        (7, T, "1 is 0 or 1 or 2"),
        (8, U, "last value is 8 days old, 7 days allowed"),
    ],
)
def test_the_window_holds_both_its_ends(before: int, truth: Truth, reason: str) -> None:
    atom = decide(ECOG, fact("ecog", before, number=Decimal(1), unit="score"))
    assert (atom.truth, atom.reason) == (truth, reason)


def test_a_value_after_the_day_is_told_and_decides_nothing() -> None:
    later = fact("ecog", -3, number=Decimal(1), unit="score")
    atom = compare(ECOG, Evidence(subject="1", day=DAY, later={"ecog": later}))
    assert (atom.truth, atom.reason) == (U, "first recorded 3 days after the reference day")


def test_a_month_decides_only_where_all_its_days_lie_in_the_window() -> None:
    # March, asked on the 31st: its first day is 30 days before.
    month = fact("ecog", earliest=date(2020, 3, 1), latest=DAY, number=Decimal(1), unit="score")
    asked = [ask("ecog", "in", [0, 1], unit="score", window_days=n) for n in (30, 29)]
    assert [decide(one, month).truth for one in asked] == [T, U]


def test_a_value_without_a_date_decides_nothing_where_a_window_is_asked() -> None:
    undated = Fact(variable="sex", code="F")
    assert decide(ask("sex", "==", "F"), undated).truth is T
    assert decide(ask("sex", "==", "F", window_days=7), undated).truth is U


def test_a_vacuous_criterion_is_not_known_without_a_value() -> None:
    asked = ask("child_pugh_class", "in", ["A", "B", "C"], window_days=7)
    assert decide(asked).truth is U
    assert decide(asked, fact("child_pugh_class", code="C")).truth is T


@pytest.mark.parametrize(("weeks", "truth"), [("12", F), ("12.5", T)])
def test_strictly_more_than_12_weeks(weeks: str, truth: Truth) -> None:
    asked = ask("life_expectancy", ">", 12, unit="weeks", window_days=28)
    known = fact("life_expectancy", number=Decimal(weeks), unit="weeks")
    assert decide(asked, known).truth is truth


def test_months_of_life_expectancy_are_understood_and_no_unit_is_not() -> None:
    # 12 weeks are 84 days; a month of 30.4375 days: 2.76 months.
    asked = ask("life_expectancy", ">", 12, unit="weeks", window_days=28)
    found = [
        decide(asked, fact("life_expectancy", number=Decimal(n), unit=unit)).truth
        for n, unit in (("2.75", "months"), ("2.77", "months"), ("20", ""))
    ]
    assert found == [F, T, U]


def test_what_confounds_a_value_makes_it_unknown() -> None:
    asked = ask("inr", "<", 1.7, unit="ratio", window_days=7)
    normal = lab("inr", "INR", "1.1", "ratio")
    assert decide(asked, normal).truth is T
    atom = decide(asked, normal, confounded={"inr": "Warfarin was taken: not the liver's"})
    assert (atom.truth, atom.reason) == (U, "Warfarin was taken: not the liver's")


def test_platelets_say_what_cannot_be_seen() -> None:
    asked = ask("platelets", ">=", 50, unit="10^9/L", window_days=7)
    assert "transfusion" in decide(asked, lab("platelets", "PLAT", "60", "10^9/L")).reason


BLEED = ask("gi_bleed", "within-days", 28, unit="days")


def bled(before: int, until: int | None = None, **more: Any) -> Event:
    day = DAY - timedelta(days=before)
    end = day if until is None else DAY - timedelta(days=until)
    known: dict[str, Any] = {"begin_from": day, "begin_to": day, "end_from": end, "end_to": end}
    return Event(variable="gi_bleed", what="Melaena", **(known | more))


def none_said(before: int, variable: str = "gi_bleed") -> Event:
    day = DAY - timedelta(days=before)
    return Event(variable=variable, none=True, what="none", begin_from=day, begin_to=day)


def look_back(expression: Expression, *events: Event) -> Truth:
    evidence = Evidence(subject="1", day=DAY, events={expression.variable: events})
    return compare(expression, evidence).truth


FEBRUARY_OR_MARCH = {
    "begin_from": date(2020, 2, 1),
    "begin_to": date(2020, 3, 31),
    "end_from": date(2020, 2, 1),
    "end_to": date(2020, 3, 31),
}


@pytest.mark.parametrize(
    ("events", "truth"),
    [
        ((), U),
        ((bled(0),), T),
        ((bled(28),), T),
        ((bled(29),), U),
        ((none_said(0),), F),
        ((none_said(7),), F),
        ((none_said(8),), U),
        ((bled(29), none_said(1)), F),
        ((bled(40, until=28), none_said(1)), T),
        ((bled(3), none_said(1)), T),
        # an end that is not known may lie in the period; so may a day known to the month
        ((bled(60, end_from=None, end_to=None), none_said(1)), U),
        ((bled(29, **FEBRUARY_OR_MARCH), none_said(1)), U),
        ((Event(variable="gi_bleed", what="Melaena"), none_said(1)), U),
    ],
)
def test_an_event_within_28_days(events: tuple[Event, ...], truth: Truth) -> None:
    assert look_back(BLEED, *events) is truth


def test_a_malignancy_looks_back_as_far_as_its_window() -> None:
    asked = ask("other_malignancy", "is-true", window_days=1826)
    old = Event(
        variable="other_malignancy",
        what="Breast cancer",
        begin_from=date(2010, 1, 1),
        begin_to=date(2010, 1, 1),
        end_from=date(2015, 4, 1),
        end_to=date(2015, 4, 1),
    )
    none = none_said(20, "other_malignancy")
    # 2015-04-01 lies 1826 days before 2020-03-31
    assert look_back(asked, old, none) is T
    shorter = ask("other_malignancy", "is-true", window_days=1825)
    assert look_back(shorter, old, none) is F
    assert look_back(shorter, none_said(29, "other_malignancy")) is U


def test_without_any_date_on_record_nothing_is_known() -> None:
    assert compare(ECOG, Evidence(subject="1", day=None)).truth is U


def test_grounds_are_what_is_sufficient_by_itself() -> None:
    both = Expression.model_validate(
        {
            "all": [
                {"variable": "ecog", "comparator": "==", "value": 0, "unit": "score"},
                {"variable": "sex", "comparator": "==", "value": "F"},
            ]
        }
    )
    facts = {"ecog": fact("ecog", number=Decimal(1), unit="score"), "sex": fact("sex", code="M")}
    outcome = evaluate(both, Evidence(subject="1", day=DAY, facts=facts))
    assert [[a.expression.variable for a in group] for group in grounds(outcome)] == [
        ["ecog"],
        ["sex"],
    ]
    facts = {"ecog": fact("ecog", number=Decimal(0), unit="score"), "sex": fact("sex", code="F")}
    outcome = evaluate(both, Evidence(subject="1", day=DAY, facts=facts))
    assert [[a.expression.variable for a in group] for group in grounds(outcome)] == [
        ["ecog", "sex"]
    ]


def test_a_decimal_is_shown_without_needless_zeros() -> None:
    assert [plain(Decimal(t)) for t in ("34.20", "50", "100", "0.123456789")] == [
        "34.2",
        "50",
        "100",
        "0.123457",
    ]

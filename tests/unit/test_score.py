"""The door of the scores: boundaries, units, missing and implausible values, component scores."""

from typing import Any

import pyarrow as pa
import pytest

from hepatica.clinic.query import Query
from hepatica.clinic.rules.score.catalogue import leaves, score_variables, scores
from hepatica.clinic.score import derive_score, score_of
from hepatica.core.errors import UsageError

RULES = Query()
LIVER: dict[str, Any] = {
    "bilirubin_mg_dl": 1.0,
    "albumin_g_dl": 4.0,
    "inr": 1.0,
    "ascites": "none",
    "encephalopathy": 0,
}


def _one(name: str, **given: Any) -> tuple[dict[str, Any], str | None]:
    result = derive_score(name, pa.Table.from_pylist([given]), RULES)
    (row,) = result.outputs.to_pylist()
    return row, result.reasons.to_pylist()[0]


@pytest.mark.parametrize(
    ("column", "value", "points"),
    # Pugh 1973: a value on the boundary is in the middle band.
    [
        ("bilirubin_mg_dl", 1.99, 5),
        ("bilirubin_mg_dl", 2.0, 6),
        ("bilirubin_mg_dl", 3.0, 6),
        ("bilirubin_mg_dl", 3.01, 7),
        ("bilirubin_mg_dl", 34.2 / 17.104, 5),
        ("bilirubin_mg_dl", 34.208 / 17.104, 6),
        ("bilirubin_mg_dl", 51.312 / 17.104, 6),
        ("bilirubin_mg_dl", 51.32 / 17.104, 7),
        ("albumin_g_dl", 3.51, 5),
        ("albumin_g_dl", 3.5, 6),
        ("albumin_g_dl", 35 / 10, 6),
        ("albumin_g_dl", 2.8, 6),
        ("albumin_g_dl", 2.79, 7),
        ("inr", 1.69, 5),
        ("inr", 1.7, 6),
        ("inr", 2.3, 6),
        ("inr", 2.31, 7),
        ("ascites", "mild", 6),
        ("ascites", "severe", 7),
        ("encephalopathy", 1, 6),
        ("encephalopathy", 3, 7),
    ],
)
def test_child_pugh_boundary(column: str, value: Any, points: int) -> None:
    assert _one("child-pugh", **LIVER | {column: value})[0]["points"] == points


def test_cholestatic_disease_has_its_own_line_of_bilirubin() -> None:
    for bilirubin, points in ((3.9, 5), (4.0, 6), (10.0, 6), (10.1, 7)):
        given = LIVER | {"bilirubin_mg_dl": bilirubin, "cholestatic": True}
        assert _one("child-pugh", **given)[0]["points"] == points


@pytest.mark.parametrize(
    ("score", "grade", "modified"),
    [
        (-2.61, 1, "1"),
        (-2.60, 1, "1"),
        (-2.59, 2, "2a"),
        (-2.271, 2, "2a"),
        (-2.27, 2, "2b"),
        (-1.39, 2, "2b"),
        (-1.389, 3, "3"),
    ],
)
def test_albi_boundary(score: float, grade: int, modified: str) -> None:
    # bilirubin of 10 umol/L has logarithm 1, so that albumin alone makes the score
    given = {"bilirubin_umol_l": 10.0, "albumin_g_l": (0.66 - score) / 0.085}
    assert _one("albi", **given)[0]["grade"] == grade
    assert _one("malbi", albi_score=score)[0]["grade"] == modified


@pytest.mark.parametrize("name", scores())
def test_nothing_gives_no_result_and_every_reason(name: str) -> None:
    row, reason = _one(name, anything=1)
    assert row[scores()[name].main.column] is None
    needed = [one.variable.label for one in scores()[name].inputs if one.required]
    assert needed and all(f"{label} is missing" in str(reason) for label in needed)


def _whole(name: str) -> dict[str, Any]:
    """A plausible patient with every input of a score, those of its component scores included."""
    words: dict[str, Any] = {
        "sex": "F",
        "ascites": "none",
        "encephalopathy": 0,
        "ecog": 0,
        "bclc_before": "B",
        "lesion_number": 2,
        "child_pugh_change": 0,
        "morphology": "multinodular",
    }
    middle = {"inr": 1.2, "ast_uln": 40, "age": 50, "liver_share": 20, "ast_rise": 10}
    laboratory = {"bilirubin": 20, "albumin": 38, "creatinine": 80, "sodium": 138, "afp": 100}
    others = {"ast": 50, "alt": 40, "platelets": 150, "largest": 40, "afp_before": 100}
    numbers = middle | laboratory | others
    found = {}
    for one in leaves(scores()[name]):
        if one.required:
            known = one.variable.name
            found[one.column] = words.get(known, False)
            if known in numbers:
                found[one.column] = numbers[known] / one.scale
    return found


@pytest.mark.parametrize("name", scores())
def test_one_missing_input_is_never_a_pass(name: str) -> None:
    whole = _whole(name)
    main = scores()[name].main.column
    assert _one(name, **whole)[0][main] is not None
    for column in whole:
        row, reason = _one(name, **{k: v for k, v in whole.items() if k != column})
        assert row[main] is None, column
        assert reason, column


@pytest.mark.parametrize("name", scores())
def test_nothing_outside_the_plausible_range_is_scored(name: str) -> None:
    whole = _whole(name)
    main = scores()[name].main.column
    for one in leaves(scores()[name]):
        if one.required and one.variable.kind == "number":
            for value in (float("inf"), -1e6):
                row, reason = _one(name, **whole | {one.column: value})
                assert row[main] is None
                assert "is refused: expected" in str(reason)


def test_units_mixed_up_are_refused() -> None:
    # 60 mg/dL is the most bilirubin that is scored, 10 g/L the least albumin
    assert _one("child-pugh", **LIVER | {"bilirubin_mg_dl": 60.0})[1] is None
    _, reason = _one("child-pugh", **LIVER | {"bilirubin_mg_dl": 60.1})
    assert reason == "total bilirubin is refused: expected 0.09939 to 60 mg/dL"
    _, reason = _one("albi", bilirubin_umol_l=17.0, albumin_g_l=3.6)
    assert reason == "albumin is refused: expected 10 to 70 g/L"


def test_a_nan_is_missing() -> None:
    _, reason = _one("albi", bilirubin_umol_l=float("nan"), albumin_g_l=36.0)
    assert reason == "total bilirubin is missing"


def test_a_score_that_is_given_is_taken_before_one_that_is_derived() -> None:
    tumour = {
        "lesion_number": 4,
        "largest_cm": 3.0,
        "vascular_invasion": False,
        "extrahepatic_spread": False,
        "ecog": 0,
    }
    patients: list[dict[str, Any]] = [
        {**LIVER, "child_pugh_class": "C"},
        {**LIVER, "child_pugh_class_reported": "C"},
        {"child_pugh_class_reported": "C"},
        {},
    ]
    names = ("child_pugh_class", "child_pugh_class_reported", *LIVER)
    blank = dict.fromkeys(names)
    given = pa.Table.from_pylist([{**blank, **tumour, **patient} for patient in patients])
    result = derive_score("bclc-2018", given)
    assert result.outputs["stage"].to_pylist() == ["D", "B", "D", None]
    origins = result.origins["child_pugh_class"].to_pylist()
    assert origins == ["given", "derived", "reported", None]
    assert "Child-Pugh class is missing (total bilirubin" in result.reasons.to_pylist()[3]


def test_a_missing_laboratory_value_is_not_its_floor() -> None:
    # the floors of MELD must not turn what is missing into 1.0
    row, _ = _one("meld", bilirubin_mg_dl=1.0, inr=None, creatinine_mg_dl=1.0)
    assert row == {"score": None, "unrounded": None}


def test_dialysis_sets_creatinine() -> None:
    row, _ = _one("meld", bilirubin_mg_dl=1.0, inr=1.0, creatinine_mg_dl=1.0, dialysis=True)
    assert row["score"] == 20  # 9.57 ln 4 + 6.43 = 19.70


def test_ecog_5_and_no_lesion_are_not_staged() -> None:
    whole = _whole("bclc-2018")
    for change in ({"ecog": 5}, {"lesion_number": 0}):
        row, reason = _one("bclc-2018", **whole | change)
        assert row["stage"] is None
        assert reason == "not defined for these values"


def test_names_are_found_however_they_are_spelled() -> None:
    assert score_of("Child_Pugh").id == "child-pugh"
    with pytest.raises(UsageError, match="expected one of child-pugh, albi"):
        score_of("gcs")


def test_every_column_of_a_rule_is_in_the_catalogue() -> None:
    for score in scores().values():
        rule = score.rule()
        for one in score.inputs:
            assert one.column in rule, (score.id, one.column)
        assert "FROM score_input" in rule
        assert rule.startswith("-- "), score.id
        assert all(f"[{key}]" in rule for key in score.keys), score.id
        assert one.scale > 0


def test_every_parameter_is_an_adam_name() -> None:
    codes = [p.code for score in scores().values() for p in score.parameters]
    assert len(codes) == len(set(codes))
    assert all(len(code) <= 8 and code.isupper() for code in codes)
    labels = [p.label for score in scores().values() for p in score.parameters]
    assert all(len(label) <= 40 and label.isascii() for label in labels)
    assert {v.score for v in score_variables().values()} - {""} <= set(scores())

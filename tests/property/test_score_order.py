"""Scores as rules: worse values never score better, units and table size never matter."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.clinic.query import Query
from hepatica.clinic.score import derive_score

RULES = Query()
NUMBERS = {
    "bilirubin_mg_dl": (0.2, 30.0, 1),
    "albumin_g_dl": (1.2, 6.0, -1),
    "inr": (0.8, 8.0, 1),
    "creatinine_mg_dl": (0.3, 10.0, 1),
    "afp_ng_ml": (0.0, 1e5, 1),
    "largest_cm": (0.5, 20.0, 1),
}
WORDS: dict[str, list[Any]] = {
    "ascites": ["none", "mild", "moderate", "severe"],
    "encephalopathy": [0, 1, 2, 3, 4],
    "ecog": [0, 1, 2, 3, 4],
    "lesion_number": [1, 2, 3, 4, 9],
    "vascular_invasion": [False, True],
    "extrahepatic_spread": [False, True],
    "nodal_metastasis": [False, True],
    "distant_metastasis": [False, True],
}
SCORES = {
    "child-pugh": "points",
    "albi": "score",
    "meld": "score",
    "hap": "points",
    "mhap-ii": "points",
    "albi-tae": "points",
    "six-and-twelve": "score",
    "seven-eleven": "score",
    "jis": "points",
}
STAGES = {
    "bclc-2018": ["0", "A", "B", "C", "D"],
    "bclc-2022": ["0", "A", "B", "C", "D"],
    "lcsgj": ["I", "II", "III", "IVA", "IVB"],
}


@st.composite
def _patient(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: draw(st.floats(low, high, allow_nan=False))
        for name, (low, high, _) in NUMBERS.items()
    }
    found |= {name: draw(st.sampled_from(words)) for name, words in WORDS.items()}
    return found


def _table(patients: list[dict[str, Any]]) -> pa.Table:
    rows = [
        p
        | {
            "bilirubin_umol_l": p["bilirubin_mg_dl"] * 17.104,
            "albumin_g_l": p["albumin_g_dl"] * 10,
        }
        for p in patients
    ]
    return pa.Table.from_pylist(rows)


@st.composite
def _worsened(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    patient = draw(_patient())
    name = draw(st.sampled_from([*NUMBERS, *WORDS]))
    if name in NUMBERS:
        low, high, sign = NUMBERS[name]
        other = draw(st.floats(low, high, allow_nan=False))
        pair = sorted((patient[name], other), reverse=sign < 0)
    else:
        other = draw(st.sampled_from(WORDS[name]))
        pair = sorted((patient[name], other), key=WORDS[name].index)
    return patient | {name: pair[0]}, patient | {name: pair[1]}


@settings(max_examples=15, deadline=None)
@given(_worsened())
def test_a_worse_value_never_scores_better(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    table = _table(list(pair))
    for name, column in SCORES.items():
        better, worse = derive_score(name, table, RULES).outputs[column].to_pylist()
        assert better <= worse, name
    for name, stages in STAGES.items():
        better, worse = derive_score(name, table, RULES).outputs["stage"].to_pylist()
        assert stages.index(better) <= stages.index(worse), name


@settings(max_examples=3, deadline=None)
@given(st.lists(_patient(), min_size=2, max_size=6))
def test_one_row_is_as_many(patients: list[dict[str, Any]]) -> None:
    for name in (*SCORES, *STAGES, "hklc", "milan", "bolondi"):
        together = derive_score(name, _table(patients), RULES).outputs.to_pylist()
        alone = [derive_score(name, _table([p]), RULES).outputs.to_pylist()[0] for p in patients]
        assert together == alone, name


@pytest.mark.parametrize("bilirubin", [1.0, 1.2, 1.9, 2.0, 2.5, 3.0, 3.1])
@pytest.mark.parametrize("albumin", [2.5, 2.8, 3.1, 3.5, 3.6])
def test_a_change_of_units_changes_no_points(bilirubin: float, albumin: float) -> None:
    # what a laboratory prints in mg/dL and g/dL, to mmol-based units and back
    rest = {"inr": 1.7, "ascites": "none", "encephalopathy": 0}
    there = {"bilirubin_mg_dl": bilirubin, "albumin_g_dl": albumin, **rest}
    back = {
        "bilirubin_mg_dl": bilirubin * 17.104 / 17.104,
        "albumin_g_dl": albumin * 10 / 10,
        **rest,
    }
    noisy = {
        "bilirubin_mg_dl": bilirubin * (1 + 3e-16),
        "albumin_g_dl": albumin * (1 - 3e-16),
        **rest,
    }
    found = derive_score("child-pugh", pa.Table.from_pylist([there, back, noisy]))
    assert len(set(found.outputs["points"].to_pylist())) == 1

"""ADSC: what carries over, what is missing and why, baseline, and reported scores that differ."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.score_dataset import derive_scores
from hepatica.core.unit import convert
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2020, 3, 1)
TREATED = {"procedures": [{"date": DAY, "procedure": "TACE"}]}
STATUS = {"ascites": "none", "encephalopathy": 0, "ecog": 0}
STAGING = {
    "lesion_number": 4,
    "largest_mm": 30.0,
    "vascular_invasion": "N",
    "nodal_metastasis": "N",
    "distant_metastasis": "N",
}


def _adam(folder: Path, **rows: list[dict[str, Any]]) -> Adam:
    built = {}
    for name, values in {"subjects": [{"age_years": 60.0, "sex": "F"}], **rows}.items():
        names = tables()[name].schema().names
        base = {n: None for n in names} | {"subject": "1", "src_file": "f", "src_sheet": name}
        built[name] = pa.Table.from_pylist(
            [base | {"src_row": i + 1, "seq": i} | v for i, v in enumerate(values, start=1)],
            tables()[name].schema(),
        )
    (folder / "study.toml").write_text(protocol_text("blank"), encoding="utf-8")
    return derive_adam(read_study(folder), Records.of(built), steps=[derive_scores])


def _lab(day: date, test: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    converted = convert(value, test, unit)
    assert converted is not None
    upper = more.get("upper_limit")
    return {
        "date": day,
        "test": test,
        "value": value,
        "unit": unit,
        "standard_value": converted[0],
        "standard_unit": converted[1],
        "standard_upper_limit": upper,
        **more,
    }


def _liver(day: date = DAY, bilirubin: float = 1.0) -> list[dict[str, Any]]:
    return [
        _lab(day, "BILI", bilirubin, "mg/dL"),
        _lab(day, "ALB", 40, "g/L"),
        _lab(day, "INR", 1.0, "ratio"),
    ]


def _rows(adam: Adam, code: str) -> list[dict[str, Any]]:
    return [r for r in adam["ADSC"].to_pylist() if r["PARAMCD"] == code]


def _codes(adam: Adam) -> list[str]:
    return [f.code for f in adam.findings if f.code in ("C020", "C021", "C022", "C023")]


def test_a_score_names_its_inputs_with_their_records(tmp_path: Path) -> None:
    adam = _adam(tmp_path, labs=_liver(), status=[{"date": DAY, **STATUS}], **TREATED)
    (row,) = _rows(adam, "CPUGH")
    assert (row["AVAL"], row["AVALCAT1"], row["ABLFL"], row["ADY"]) == (5, "A", "Y", 1)
    assert row["INPUTS"].startswith(
        "total bilirubin 1 mg/dL (labs row 2); albumin 40 g/L (labs row 3)"
    )
    assert "ascites none (status row 2)" in row["INPUTS"]
    assert row["REASON"] is None
    (subject,) = adam["ADSL"].to_pylist()
    assert (subject["CPSCORED"], subject["CPCLASSD"]) == (5, "A")
    (albi,) = _rows(adam, "ALBI")
    # 0.66 log10(17.104) - 0.085 x 40 = -2.5862
    assert albi["AVAL"] == pytest.approx(-2.5862, abs=5e-5)
    assert (subject["ALBIBL"], subject["ALBIGR"], subject["MALBIGR"]) == (albi["AVAL"], "2", "2a")


def test_a_value_stands_for_14_days_and_no_longer(tmp_path: Path) -> None:
    for days, points in ((14, 5.0), (15, None)):
        status = [{"date": DAY - timedelta(days=days), **STATUS}]
        adam = _adam(tmp_path, labs=_liver(), status=status, **TREATED)
        row = _rows(adam, "CPUGH")[-1]
        assert (row["ADT"], row["AVAL"]) == (DAY, points)
    assert "ascites was last recorded on 2020-02-15, more than 14 days before" in row["REASON"]


def test_nothing_is_taken_from_a_later_day(tmp_path: Path) -> None:
    status = [{"date": DAY + timedelta(days=1), **STATUS}]
    first, second = _rows(_adam(tmp_path, labs=_liver(), status=status, **TREATED), "CPUGH")
    assert first["AVAL"] is None
    assert first["REASON"] == (
        "ascites is not on record; encephalopathy (West Haven grade) is not on record"
    )
    assert second["AVAL"] == 5


def test_a_score_nobody_can_have_has_no_rows(tmp_path: Path) -> None:
    adam = _adam(tmp_path, labs=_liver(), **TREATED)
    codes = {row["PARAMCD"] for row in adam["ADSC"].to_pylist()}
    assert codes == {"ALBI", "ALBIGR", "MALBIGR"}


def test_baseline_is_the_last_result_up_to_treatment(tmp_path: Path) -> None:
    days = [DAY - timedelta(days=30), DAY - timedelta(days=3), DAY + timedelta(days=5)]
    labs = [lab for day in days for lab in _liver(day)]
    labs.append({"date": DAY, "test": "BILI", "value": 1.0, "unit": "furlongs"})
    adam = _adam(tmp_path, labs=labs, **TREATED)
    flagged = [row["ADT"] for row in _rows(adam, "ALBI") if row["ABLFL"] == "Y"]
    assert flagged == [days[1]]


def test_a_missing_baseline_is_flagged_with_its_reason(tmp_path: Path) -> None:
    labs = [_lab(DAY, "BILI", 1.0, "mg/dL"), *_liver(DAY + timedelta(days=20))]
    (row,) = [r for r in _rows(_adam(tmp_path, labs=labs, **TREATED), "ALBI") if r["ABLFL"] == "Y"]
    assert (row["ADT"], row["AVAL"], row["REASON"]) == (DAY, None, "albumin is not on record")


@pytest.mark.parametrize(
    ("operator", "value", "points"),
    # a limit counts only where every value beyond it has the same points
    [("<", 0.3, 5), ("<", 2.0, 5), ("<", 2.1, None), (">", 3.0, 7), (">", 2.9, None)],
)
def test_a_reported_limit_counts_where_it_settles_the_points(
    operator: str, value: float, points: int | None, tmp_path: Path
) -> None:
    labs = [_lab(DAY, "BILI", value, "mg/dL", operator=operator), *_liver()[1:]]
    (row,) = _rows(_adam(tmp_path, labs=labs, status=[{"date": DAY, **STATUS}], **TREATED), "CPUGH")
    assert row["AVAL"] == points
    if points is None:
        assert "that does not settle the score" in row["REASON"]


def test_an_implausible_value_is_refused_and_told(tmp_path: Path) -> None:
    adam = _adam(tmp_path, labs=_liver(bilirubin=61.0), **TREATED)
    (row,) = _rows(adam, "ALBI")
    assert row["AVAL"] is None
    assert row["REASON"] == "total bilirubin 61 mg/dL is refused as implausible"
    assert _codes(adam) == ["C023"]
    (found,) = [f for f in adam.findings if f.code == "C023"]
    assert (found.place.sheet, found.place.row) == ("labs", 2)
    assert _codes(_adam(tmp_path, labs=_liver(bilirubin=60.0), **TREATED)) == []


def test_the_upper_limit_of_ast_makes_apri(tmp_path: Path) -> None:
    labs = [_lab(DAY, "AST", 45, "U/L", upper_limit=40.0), _lab(DAY, "PLAT", 150, "10^9/L")]
    (row,) = _rows(_adam(tmp_path, labs=labs, **TREATED), "APRI")
    assert row["AVAL"] == pytest.approx(0.75)  # the reference page's vector
    later = [lab | {"date": DAY + timedelta(days=20)} for lab in labs]
    assert _rows(_adam(tmp_path, labs=later, **TREATED), "APRI") == []


def _staged(tmp_path: Path, reported: dict[str, Any], staged: dict[str, Any]) -> Adam:
    return _adam(
        tmp_path,
        labs=_liver(),
        status=[{"date": DAY, **STATUS, **reported}],
        staging=[{"date": DAY, **STAGING, **staged}],
        **TREATED,
    )


def test_a_reported_score_that_differs_is_a_finding_and_a_deviation(tmp_path: Path) -> None:
    adam = _staged(tmp_path, {"child_pugh_points": 6, "child_pugh_class": "A"}, {"bclc": "B"})
    (found,) = [f for f in adam.findings if f.code == "C020"]
    assert str(found.place) == "f:status!2 [Child-Pugh points]"
    assert found.found == "Child-Pugh 6 points, class A"
    assert found.expected == "Child-Pugh 5 points, class A"
    (row,) = [r for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "STAGING"]
    assert (row["SRCSHEET"], row["SRCROW"]) == ("status", 2)
    (score,) = _rows(adam, "CPUGH")
    assert score["RPTVAL"] == "6 A"


def test_a_reported_stage_that_differs(tmp_path: Path) -> None:
    adam = _staged(tmp_path, {"ecog": 3}, {"bclc": "C"})
    assert _codes(adam) == ["C021"]
    (row,) = [r for r in adam["ADDV"].to_pylist() if r["DVCAT"] == "STAGING"]
    assert row["AVALC"] == "BCLC stage C"
    assert row["EXPECTED"].startswith("BCLC stage D by the rules of 2018, from ")
    assert (row["SRCSHEET"], row["SRCROW"]) == ("staging", 2)


def test_points_and_class_that_contradict_each_other(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        status=[{"date": DAY, "child_pugh_points": 7, "child_pugh_class": "A"}],
        **TREATED,
    )
    assert _codes(adam) == ["C022"]
    for points, grade in ((6, "A"), (7, "B"), (9, "B"), (10, "C")):
        status = [{"date": DAY, "child_pugh_points": points, "child_pugh_class": grade}]
        assert _codes(_adam(tmp_path, status=status, **TREATED)) == []


def test_what_cannot_be_derived_disagrees_with_nothing(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        labs=_liver()[:2],
        status=[{"date": DAY, **STATUS, "child_pugh_points": 9, "child_pugh_class": "B"}],
        **TREATED,
    )
    assert _codes(adam) == []


def test_a_reported_class_stands_in_where_none_can_be_derived(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        status=[{"date": DAY, "ecog": 0, "child_pugh_class": "C"}],
        staging=[{"date": DAY, **STAGING}],
        **TREATED,
    )
    (row,) = _rows(adam, "BCLC18")
    assert (row["AVALC"], row["AVAL"]) == ("D", None)
    assert row["INPUTS"].endswith("Child-Pugh class C (reported)")


def test_an_output_that_alone_is_missing_says_so(tmp_path: Path) -> None:
    status = {"date": DAY, "ecog": 0, "child_pugh_class": "A"}
    adam = _adam(tmp_path, status=[status], staging=[{"date": DAY, **STAGING}], **TREATED)
    assert [row["AVALC"] for row in _rows(adam, "BCLC18")] == ["B"]
    (row,) = _rows(adam, "BCLC18PF")
    assert (row["AVALC"], row["REASON"]) == (
        None,
        "an input that the score itself can do without is missing",
    )


def test_a_score_that_is_not_defined_says_so(tmp_path: Path) -> None:
    status = {"date": DAY, "ecog": 5, "child_pugh_class": "A"}
    adam = _adam(tmp_path, status=[status], staging=[{"date": DAY, **STAGING}], **TREATED)
    (row,) = _rows(adam, "BCLC18")
    assert (row["AVALC"], row["REASON"]) == (None, "not defined for these values")


def test_an_unknown_metastasis_is_no_absence(tmp_path: Path) -> None:
    early = {"date": DAY - timedelta(days=5), **STAGING, "distant_metastasis": "Y"}
    late = {"date": DAY, **STAGING, "nodal_metastasis": None, "bclc": "A"}
    adam = _adam(
        tmp_path,
        labs=_liver(),
        status=[{"date": DAY, **STATUS}],
        staging=[early, late],
        **TREATED,
    )
    # what is unknown on the day takes the last known value, which is not "no"
    row = _rows(adam, "BCLC18")[-1]
    assert (row["ADT"], row["AVALC"]) == (DAY, "C")
    assert _codes(adam) == ["C021"]
    alone = _adam(
        tmp_path,
        labs=_liver(),
        status=[{"date": DAY, **STATUS}],
        staging=[late],
        **TREATED,
    )
    assert _rows(alone, "BCLC18") == []


SECOND = DAY + timedelta(days=60)


def _twice(tmp_path: Path, days: int, *, sampled: int = 0, **more: Any) -> Adam:
    """TACE on DAY and so many days later; AST `sampled` days before the second."""
    second = DAY + timedelta(days=days)
    labs = [
        *_liver(),
        *_liver(second, bilirubin=2.5),
        _lab(DAY, "AST", 40, "U/L"),
        _lab(second - timedelta(days=sampled), "AST", 52, "U/L"),
        _lab(DAY, "AFP", 500, "ng/mL"),
    ]
    scans = [DAY, second - timedelta(days=5)]
    sizes = [50.0, 50.0]
    return _adam(
        tmp_path,
        labs=labs,
        status=[{"date": day, **STATUS} for day in (DAY, second)],
        staging=[{"date": DAY, **STAGING}],
        procedures=[{"date": day, "procedure": "TACE"} for day in (DAY, second)],
        lesions=[{"lesion": "T1", "role": "target", "site": "liver"}],
        measurements=[
            {"date": day, "lesion": "T1", "viable_mm": size, "diameter_mm": size}
            for day, size in zip(scans, sizes, strict=True)
        ],
        **more,
    )


def test_art_and_abcr_before_the_second_session(tmp_path: Path) -> None:
    adam = _twice(tmp_path, 60)
    (art,) = _rows(adam, "ART")
    # AST +30 % (4), Child-Pugh +1 (1.5), no response (1)
    assert (art["ADT"], art["AVAL"], art["AVALCAT1"]) == (SECOND, 6.5, "stop")
    assert art["INPUTS"].startswith("AST 40 U/L (labs row 8) to 52 U/L (labs row 9)")
    (abcr,) = _rows(adam, "ABCR")
    # BCLC B (2), AFP 500 (1), Child-Pugh +1 (0), no response (0)
    assert (abcr["AVAL"], abcr["AVALCAT1"]) == (3, "middle")


@pytest.mark.parametrize(("sampled", "points"), [(14, 6.5), (15, None), (58, None)])
def test_the_rise_after_the_first_session_is_not_the_ast_before_the_second(
    tmp_path: Path, sampled: int, points: float | None
) -> None:
    (art,) = _rows(_twice(tmp_path, 60, sampled=sampled), "ART")
    assert art["AVAL"] == points


def test_art_is_not_defined_beyond_90_days_or_after_earlier_tace(tmp_path: Path) -> None:
    (art,) = _rows(_twice(tmp_path, 90), "ART")
    assert art["AVAL"] == 6.5
    adam = _twice(tmp_path, 91)
    (art,) = _rows(adam, "ART")
    assert art["AVAL"] is None
    assert art["REASON"] == (
        "not defined: the second session is 91 days after the first, more than 90"
    )
    (abcr,) = _rows(adam, "ABCR")
    assert abcr["AVAL"] == 3
    (abcr,) = _rows(_twice(tmp_path, 60, history=[{"category": "prior TACE", "count": 3}]), "ABCR")
    assert abcr["REASON"] == "not defined: 3 TACE on record before the first session"

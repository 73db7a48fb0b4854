"""SYSUCC, 2,360 real patients through the mapping reader: the results are R's.

R 4.2.2, survival 3.5-3, on the first record of each patient (reference_R.json beside the data).
"""

import json
from typing import Any

import pytest
from data_folder import data_folder

import hepatica
from hepatica.analysis.result import Result
from hepatica.workflow.workspace import Workspace

EXAMPLE = "examples/sysucc"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    text = (data_folder("sysucc_hcc") / "reference_R.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def study(truth: dict[str, Any], pytestconfig: pytest.Config) -> Workspace:
    folder = data_folder("sysucc_hcc").parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATICA_DATA", str(folder))
        workspace = hepatica.open(str(pytestconfig.rootpath / EXAMPLE))
        workspace.results()
    return workspace


def _value(study: Workspace, **where: str) -> float | None:
    found: list[Result] = list(study.analysis.select(**where))
    assert len(found) == 1, where
    return found[0].value


def test_everybody_is_there(study: Workspace, truth: dict[str, Any]) -> None:
    where = {"analysis": "survival", "variable": "OS", "group": "", "level": ""}
    assert _value(study, statistic="n", **where) == int(truth["n"])
    assert _value(study, statistic="events", **where) == int(truth["deaths"])


@pytest.mark.parametrize(("level", "position"), [("q1", 1), ("median", 2), ("q3", 3)])
def test_quantiles_are_those_of_r(
    study: Workspace, truth: dict[str, Any], level: str, position: int
) -> None:
    expected = truth["OS"]["log"]
    for statistic, column in (("estimate", "quantile"), ("ci_low", "lower"), ("ci_high", "upper")):
        value = _value(
            study,
            analysis="survival",
            variable="OS",
            group="",
            level=level,
            statistic=statistic,
        )
        wanted = expected[column][position]
        # R printed the reference's part days to seven decimals
        assert value == (None if wanted is None else pytest.approx(wanted, abs=1e-6))


@pytest.mark.parametrize(("group", "label"), [("VI=0", "VASCINV = N"), ("VI=1", "VASCINV = Y")])
def test_medians_by_vascular_invasion(
    study: Workspace, truth: dict[str, Any], group: str, label: str
) -> None:
    value = _value(
        study,
        analysis="survival",
        variable="OS",
        group=label,
        level="median",
        statistic="estimate",
    )
    wanted = truth["OS_VI"]["log"]["quantile"][group]["50"]
    assert value == pytest.approx(wanted, abs=1e-6)


def test_log_rank_by_vascular_invasion(study: Workspace, truth: dict[str, Any]) -> None:
    where = {"analysis": "test", "group": "VASCINV", "level": "log-rank", "variable": "OS"}
    expected = truth["logrank"][0]
    assert _value(study, statistic="statistic", **where) == pytest.approx(
        expected["chisq"], rel=1e-9
    )
    assert _value(study, statistic="p_value", **where) == pytest.approx(expected["p"], rel=1e-8)


def test_cox_is_that_of_r(study: Workspace, truth: dict[str, Any]) -> None:
    expected = truth["cox"][0]
    terms = ["VASCINV = Y", "LARGMM > 50", "CPSCORE", "log10(AFPBL + 1)", "AGE"]
    for term, coef, se, ratio in zip(
        terms, expected["coef"], expected["se"], expected["HR"], strict=True
    ):
        where = {"analysis": "test", "group": "Cox model", "level": term}
        assert _value(study, statistic="estimate", **where) == pytest.approx(coef, rel=1e-6)
        assert _value(study, statistic="se", **where) == pytest.approx(se, rel=1e-6)
        assert _value(study, statistic="hazard_ratio", **where) == pytest.approx(ratio, rel=1e-6)


def test_its_dirt_is_told_and_accepted(study: Workspace) -> None:
    stand, accepted = study.findings()
    assert [f for f in stand if f.level == "error"] == []
    codes = {finding.code for finding, _ in accepted}
    assert {"R005", "R020", "R029", "R037", "R038"} <= codes
    ages = [f for f, _ in accepted if f.code == "R005" and f.place.column == "Age"]
    assert len(ages) == 40
    assert all(f.place.file == "dtsdhcc.csv" and f.place.row for f in ages)

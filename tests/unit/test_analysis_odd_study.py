"""Studies at the edge: every analysis gives a number or says why there is none."""

import math
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest

from hepatica.analysis.result import Analysis
from hepatica.analysis.run import run_analysis
from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY_0 = date(2020, 1, 1)
PLAN = """
[[analysis.survival]]
endpoint = "OS"
group = "SEX"
[[analysis.survival]]
endpoint = "OSDE"
group = "SEX"
[[analysis.survival]]
endpoint = "OS"
group = "SEX"
strata = ["SITEID"]
[[analysis.survival]]
endpoint = "OS"
group = "SEX"
population = "enrolled"
[[analysis.cox]]
endpoint = "OS"
covariates = ["AGE", "SEX"]
[[analysis.cox]]
endpoint = "OS"
covariates = ["AGE"]
strata = ["SITEID"]
[[analysis.cox]]
endpoint = "OSDE"
covariates = ["AGE"]
[[analysis.test]]
variable = "AGE"
group = "SEX"
rule = "t-test or Mann-Whitney by distribution"
[[analysis.test]]
variable = "RACE"
group = "SEX"
rule = "pooled t-test"
[[analysis.test]]
variable = "AGE"
group = "SEX"
rule = "t-test or Mann-Whitney by distribution"
population = "enrolled"
[[analysis.test]]
variable = "ECOGBL"
group = "SEX"
rule = "chi-square or Fisher by expected counts"
[refractory]
definition = "seed"
min_consecutive_tace = 2
any_of = ["target progression"]
[[endpoint]]
id = "OSDE"
label = "Overall survival, delayed entry"
kind = "time-to-event"
role = "exploratory"
origin = "refractory date"
events = ["death"]
rule_set = "seed"
delayed_entry = true
"""


def _day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = tables()[name].schema()
    base = {n: None for n in schema.names} | {"src_file": "f", "src_sheet": name}
    filled = [base | {"src_row": i, "seq": i} | row for i, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist(filled, schema)


def _analysis(folder: Path, people: list[dict[str, Any]], **convention: str) -> Analysis:
    """Analyses of subjects: `entry` days from refractory date to treatment, `dead` or `alive`."""
    study = _study(folder, **convention)
    return run_analysis(study, derive_adam(study, _records(people)))


def _study(folder: Path, **convention: str) -> Study:
    text = protocol_text("blank")
    for name, value in convention.items():
        lines = text.splitlines()
        text = "\n".join(f"{name} = {value}" if x.startswith(f"{name} = ") else x for x in lines)
    (folder / "study.toml").write_text(text + PLAN, encoding="utf-8")
    return read_study(folder)


def _records(people: list[dict[str, Any]]) -> Records:
    subjects, procedures, follow_up = [], [], []
    for number, person in enumerate(people, start=1):
        given = dict(person)
        subject = {"subject": str(number)}
        entry = given.pop("entry", 10)
        for status in ("dead", "alive"):
            if (when := given.pop(status, None)) is not None:
                follow_up.append({**subject, "date": _day(when), "status": status})
        if given.pop("scheduled", True):
            procedures.append({**subject, "date": _day(entry), "procedure": "TACE"})
        subjects.append({**subject, "refractory_date": DAY_0, **given})
    rows = {"subjects": subjects, "procedures": procedures, "follow_up": follow_up}
    return Records.of({name: _table(name, given) for name, given in rows.items()})


def _one(found: Analysis, /, **where: str) -> Any:
    (result,) = found.select(**where)
    return result


PEOPLE = [
    {"sex": "MF"[i % 2], "age_years": 50.0 + 7 * i % 23, "site": "AB"[i % 3 // 2], "dead": 60 * i}
    for i in range(1, 10)
]
CASES: dict[str, list[dict[str, Any]]] = {
    "nobody": [],
    "one subject": PEOPLE[:1],
    "nobody treated": [p | {"scheduled": False} for p in PEOPLE],
    "nobody enrolled": [p | {"enrolled": "N"} for p in PEOPLE],
    "everybody censored": [{k: v for k, v in p.items() if k != "dead"} for p in PEOPLE],
    "one time of death": [p | {"dead": 99} for p in PEOPLE],
    "death on the day of treatment": [p | {"dead": 10} for p in PEOPLE],
    "death before treatment": [p | {"entry": 600} for p in PEOPLE],
    "a group of one": [p | {"sex": "F" if i else "M"} for i, p in enumerate(PEOPLE)],
    "one group": [p | {"sex": "M"} for p in PEOPLE],
    "constant covariate": [p | {"age_years": 60.0} for p in PEOPLE],
    "nothing known": [{"dead": p["dead"]} for p in PEOPLE],
    "text where numbers are tested": [p | {"race": "Uygur"} for p in PEOPLE],
    "two arms, one of them without events": [
        p | ({"arm": "A"} if i % 2 else {"arm": "B", "dead": None, "alive": 50})
        for i, p in enumerate(PEOPLE)
    ],
}


# How intervals are made is a choice of the analysis: the datasets of a case are the same.
@cache
def _adam(name: str) -> Adam:
    with TemporaryDirectory() as folder:
        return derive_adam(_study(Path(folder)), _records(CASES[name]))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("conf_type", ["log", "log-log", "logit"])
def test_every_result_is_a_number_or_says_why_not(
    name: str, conf_type: str, tmp_path: Path
) -> None:
    analysis = run_analysis(_study(tmp_path, conf_type=f'"{conf_type}"'), _adam(name))
    assert analysis.results
    for result in analysis.results:
        assert result.note if result.value is None else result.value == result.value, result


def test_adverse_events_never_collected_are_no_zero(tmp_path: Path) -> None:
    result = _one(_analysis(tmp_path, PEOPLE), analysis="ae")
    assert result.value is None
    assert "none was collected" in result.note


def test_who_has_no_time_is_said(tmp_path: Path) -> None:
    people: list[dict[str, Any]] = [*PEOPLE, {"entry": 10, "dead": 5}]
    analysis = _analysis(tmp_path, people)
    found = _one(analysis, analysis="survival", variable="OS", statistic="n", group="", level="")
    assert (found.value, found.note) == (
        9,
        "1 of 10 patients without a time: no first treatment, or death before it",
    )


def test_missing_strata_and_groups_are_left_out_aloud(tmp_path: Path) -> None:
    people = [PEOPLE[0] | {"site": None}, PEOPLE[1] | {"sex": None}, *PEOPLE[2:]]
    analysis = _analysis(tmp_path, people)
    test = {"analysis": "test", "variable": "OS", "group": "SEX", "statistic": "p_value"}
    plain, stratified = (
        _one(analysis, **test, level=level) for level in ("log-rank", "stratified log-rank")
    )
    assert plain.note == "1 left out, SEX missing"
    assert len(plain.subjects) == 8
    assert stratified.note == "1 left out, SEX missing; 1 left out, a stratum missing"
    assert len(stratified.subjects) == 7
    models = [
        _one(analysis, analysis="test", group=f"Cox model {i}", statistic="n") for i in (1, 2)
    ]
    assert [(m.value, m.note) for m in models] == [
        (8, "1 left out, a covariate missing"),
        (8, "1 left out, a covariate or stratum missing"),
    ]
    age = _one(analysis, analysis="test", variable="AGE", group="SEX", statistic="p_value")
    assert age.note.endswith("1 left out, AGE or SEX missing")


def test_no_log_rank_without_its_delayed_entry(tmp_path: Path) -> None:
    analysis = _analysis(tmp_path, PEOPLE)
    (found,) = analysis.select(analysis="test", variable="OSDE", group="SEX")
    assert found.value is None
    assert "delayed entry" in found.note


def test_subjects_without_an_arm_are_a_group_but_not_tested(tmp_path: Path) -> None:
    people = [p | {"arm": ("A", "B", None)[i % 3]} for i, p in enumerate(PEOPLE)]
    analysis = _analysis(tmp_path, people)
    groups = {r.group for r in analysis.results if r.analysis == "exposure"}
    assert groups == {"", "A", "B", "arm missing"}
    found = _one(
        analysis, analysis="test", variable="OS", group="Arm", statistic="df", level="log-rank"
    )
    assert (found.value, found.note) == (1, "3 left out, Arm missing")


def test_delayed_entry_is_the_same_however_days_are_counted(tmp_path: Path) -> None:
    people = [p | {"entry": 10 * i} for i, p in enumerate(PEOPLE)]
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    counts = ('"date - start"', '"date - start + 1"')
    found = [
        [
            r.value
            for r in _analysis(folder, people, day_count=count).results
            if (r.analysis, r.variable, r.statistic, r.level)
            == ("test", "OSDE", "hazard_ratio", "AGE")
        ]
        for folder, count in zip(folders, counts, strict=True)
    ]
    assert found[0]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_limits_of_a_hazard_ratio_have_the_protocols_level(tmp_path: Path) -> None:
    # R 4.2.2, survival 3.5-3: exp(coef -+ qnorm(0.95) se), arithmetic on the model's own numbers.
    analysis = _analysis(tmp_path, PEOPLE, conf_level="0.9")
    named = {"analysis": "test", "group": "Cox model 2", "level": "AGE"}
    value = {
        s: _one(analysis, **named, statistic=s) for s in ("hazard_ratio", "se", "ci_low", "ci_high")
    }
    ratio = value["ci_high"].value / value["ci_low"].value
    expected = pytest.approx(2 * 1.6448536269514722 * value["se"].value, rel=1e-9)
    assert math.log(ratio) == expected
    assert value["ci_low"].note.endswith("90 % interval")


def test_a_rate_promised_without_any_lesion_is_said(tmp_path: Path) -> None:
    result = _one(_analysis(tmp_path, PEOPLE), analysis="response", variable="ORR")
    assert (result.value, result.note) == (None, "no lesion is on record")


def test_who_has_no_sessions_is_said(tmp_path: Path) -> None:
    people = [*PEOPLE, {"treatment_start_date": _day(10), "scheduled": False}]
    analysis = _analysis(tmp_path, people)
    found = _one(analysis, analysis="exposure", variable="Sessions", level="", statistic="n")
    assert (found.value, found.note[:18]) == (9, "1 without sessions")


def test_numbers_of_two_populations_never_bear_one_name(tmp_path: Path) -> None:
    people = [
        {"sex": "MF"[n % 2], "age_years": 40.0 + n, "dead": 50 + n, "scheduled": n != 0}
        for n in range(8)
    ]
    found = _analysis(tmp_path, people)
    names = [
        (r.analysis, r.criterion, r.group, r.variable, r.level, r.statistic) for r in found.results
    ]
    assert len(names) == len(set(names))
    for group, n in (("SEX", 7), ("SEX in enrolled", 8)):
        rows = [r for r in found.results if (r.variable, r.group) == ("AGE", group)]
        assert {len(r.subjects) for r in rows} == {n}
    assert {k[2] for k in found.curves} >= {"SEX = M", "SEX in enrolled = M"}

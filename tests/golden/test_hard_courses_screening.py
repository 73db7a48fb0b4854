"""BEVA-TACE screened: counted again from the designed courses, not from what Hepatica derives."""

import json
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hepatica.cli.main import app
from hepatica.workflow.workspace import Workspace

STUDY = Path(__file__).parents[2] / "examples" / "hard-courses"
COURSES = tomllib.loads((STUDY / "reconstruction" / "courses.toml").read_text("utf-8"))["patient"]
# eligibility reference, section 5: 2 mg/dL x 17.104
BILIRUBIN_UMOL_L = Decimal("34.208")
CLAUSE = {
    "target progression after TACE": "PD",
    "new lesion after TACE": "NEWLES",
    "vascular invasion after TACE": "VASC",
    "extrahepatic metastasis after TACE": "EHS",
}


def broken(course: dict[str, Any]) -> set[str]:
    """Inclusion criteria that a designed course breaks, by hand from the paper's criteria."""
    liver = course["liver"]
    rules = {
        "IV": course["ecog"] > 2,
        "VI": liver["ascites"] != "none" or liver["encephalopathy"] > 0,
        "VIII": liver["albumin"] < 28 or Decimal(str(liver["bilirubin"])) >= BILIRUBIN_UMOL_L,
        "XI": Decimal(str(liver["inr"])) >= Decimal("1.7"),
    }
    return {name for name, breaks in rules.items() if breaks}


BROKEN = {course["id"]: broken(course) for course in COURSES}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(STUDY)


@pytest.fixture(scope="module")
def verdicts(workspace: Workspace) -> list[dict[str, Any]]:
    rows = workspace.adam()["ADIE"].to_pylist()
    return [r for r in rows if r["PARTNO"] == 0 and r["READFL"] == "Y"]


def test_the_courses_break_what_the_paper_s_table_1_says() -> None:
    # Table 1: ECOG 3 in 5; Child-Pugh B 16 and C 1, none of whom can meet VI, VIII and XI together
    assert sum("IV" in found for found in BROKEN.values()) == 5
    assert sum(bool(found & {"VI", "VIII", "XI"}) for found in BROKEN.values()) == 17


def test_exactly_the_broken_criteria_fail(verdicts: list[dict[str, Any]]) -> None:
    failed: dict[str, set[str]] = {subject: set() for subject in BROKEN}
    for row in verdicts:
        if row["AVALC"] == "FAIL":
            failed[row["SUBJID"]].add(row["IETESTCD"])
    assert failed == BROKEN


def test_what_nobody_wrote_down_is_not_known_and_nothing_else(
    verdicts: list[dict[str, Any]],
) -> None:
    # README of the example: three items left out of the Screening sheet
    unknown = {(r["SUBJID"], r["IETESTCD"]) for r in verdicts if r["AVALC"] == "UNKNOWN"}
    assert unknown == {("011", "VI"), ("016", "VII"), ("018", "E8")}


def test_nobody_is_eligible_by_every_criterion(workspace: Workspace) -> None:
    flags = Counter(r["ELIGRES"] for r in workspace.adam()["ADSL"].to_pylist())
    assert flags == {"N": 17, "U": 3}


def test_each_broken_criterion_is_a_deviation_at_its_record(workspace: Workspace) -> None:
    rows = [r for r in workspace.adam()["ADDV"].to_pylist() if r["DVCAT"] == "ELIGIBILITY"]
    found: dict[str, set[str]] = {subject: set() for subject in BROKEN}
    for row in rows:
        found[row["SUBJID"]].add(row["DVSCAT"])
        assert row["SRCFILE"] == "records.xlsx" and row["SRCROW"] >= 2
        assert row["AVALC"] and row["EXPECTED"] and row["ADT"]
        sheet = {"IV": "Status", "VI": "Status", "VIII": "Labs", "XI": "Labs"}[row["DVSCAT"]]
        assert row["SRCSHEET"] == sheet
    assert found == BROKEN


def test_the_seventeen_of_class_b_and_c_are_told_as_beyond_the_criteria_together(
    workspace: Workspace,
) -> None:
    workspace.adam()
    found = [f for f in workspace.datasets.findings if f.code == "C034"]
    classes = Counter(f.found.split()[2] for f in found)
    assert classes == {"B": 16, "C": 1}
    assert all("VI, VIII, XI" in f.expected and "6 points" in f.expected for f in found)
    assert {f.subject for f in found} == {
        s for s, clauses in BROKEN.items() if clauses & {"VI", "VIII", "XI"}
    }


def test_the_deviations_on_record_stand_beside_the_derived_ones(workspace: Workspace) -> None:
    rows = workspace.adam()["ADDV"].to_pylist()
    recorded = {
        (r["SUBJID"], r["DVSCAT"])
        for r in rows
        if r["DVCAT"] == "RECORDED" and r["DVSCAT"] != "schedule"
    }
    assert recorded == {(s, clause) for s, clauses in BROKEN.items() for clause in clauses}


def test_refractory_by_the_seed_in_all_by_jsh_only_where_invasion_or_spread_is_told(
    workspace: Workspace,
) -> None:
    rows = workspace.adam()["ADREF"].to_pylist()
    seed = {r["SUBJID"]: r["REFRCRIT"] for r in rows if r["DEFVER"] == "seed"}
    assert seed == {course["id"]: CLAUSE[course["refractory"]] for course in COURSES}
    jsh = {r["SUBJID"] for r in rows if r["DEFVER"] == "JSH-LCSGJ-2014" and r["REFRRES"] == "Y"}
    assert jsh == {s for s, clause in seed.items() if clause in ("VASC", "EHS")}
    assert not [f for f in workspace.datasets.findings if f.code == "C033"]


def test_the_command_tells_the_same_for_people_and_for_machines(tmp_path: Path) -> None:
    run = CliRunner().invoke
    told = run(app, ["screen", str(STUDY), "--json"], standalone_mode=False)
    document = json.loads(told.stdout)
    assert {s["subject"]: s["verdict"] for s in document["subjects"]} == {
        s: "FAIL" if found else "UNKNOWN" for s, found in BROKEN.items()
    }
    assert document["criteria"]["IV"] == {"PASS": 15, "FAIL": 5}
    assert document["flow"]["Treated"] == 20
    assert len(document["enrolled_ineligible"]) == 17
    text = run(app, ["screen", str(STUDY), "-o", str(tmp_path)], standalone_mode=False).stdout
    assert "total bilirubin: 38.5 umol/L is not < 34.208 umol/L (2.0 mg/dL)" in text
    assert (
        "records.xlsx:Labs!" in text and "pleural effusion needing treatment: not recorded" in text
    )
    assert (tmp_path / "screening.csv").is_file() and (tmp_path / "refractory.csv").is_file()


def test_one_subject_is_told_criterion_by_criterion() -> None:
    told = CliRunner().invoke(
        app, ["screen", str(STUDY), "--subject", "013"], standalone_mode=False
    )
    lines = told.stdout.splitlines()
    assert lines[0] == "Subject 013: FAIL on 2016-05-25 (first study treatment)"
    words = [line.split()[:2] for line in lines[3:24]]
    assert len(words) == 21
    failing = {name for name, verdict in words if verdict == "FAIL"}
    assert failing == BROKEN["013"]

"""The CDISC pilot: events by arm and laboratory grades of the 254 treated subjects.

Data: pharmaversesdtm (Apache-2.0). Counts were read off ae.xpt and lb.xpt apart from our code.
"""

from collections import Counter

import pyarrow.compute as pc
import pytest
from data_folder import data_folder

import hepatica
from hepatica.report.ledger import Ledger
from hepatica.workflow.workspace import Workspace

ARMS = {"": 254, "Placebo": 86, "Xanomeline High Dose": 72, "Xanomeline Low Dose": 96}


@pytest.fixture(scope="module")
def study(pytestconfig: pytest.Config) -> Workspace:
    folder = data_folder("cdisc_pilot_oncology").parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATICA_DATA", str(folder))
        example = pytestconfig.rootpath / "examples" / "cdisc-pilot-oncology"
        workspace = hepatica.open(str(example))
        workspace.results()
    return workspace


@pytest.fixture(scope="module")
def ledger(study: Workspace) -> Ledger:
    return Ledger(study.analysis.results)


def test_events_are_counted_by_arm_and_class(study: Workspace, ledger: Ledger) -> None:
    sizes = Counter(r["TRT01A"] for r in study.adam()["ADSL"].to_pylist() if r["SAFFL"] == "Y")
    assert {"": sizes.total(), **sizes} == ARMS
    classes = ledger.words("safety", "variable", criterion="by system organ class", group="")
    assert len(classes) == len(
        {r["system_organ_class"] for r in study.records["adverse_events"].to_pylist()}
    )
    for name in classes:
        items = ledger.items(
            "safety", criterion="by system organ class", variable=name, level="any grade"
        )
        by_arm = {i.group: i.value("n") for i in items}
        assert by_arm[""] == sum(by_arm[arm] or 0 for arm in ARMS if arm)


def test_an_arm_without_a_planned_dose_stands_in_the_treatment_table(ledger: Ledger) -> None:
    """The placebo has no dose in the protocol; its sessions count in the column of everybody."""
    where = {"variable": "Sessions", "level": "with a given dose"}
    given = {i.group: i.value("n") for i in ledger.items("treatment", **where)}
    assert set(given) == set(ARMS)
    assert given[""] == sum(n or 0 for arm, n in given.items() if arm)


def test_every_result_of_a_graded_test_has_a_grade_or_a_reason(study: Workspace) -> None:
    adlb = study.adam()["ADLB"]
    for side in "LH":
        graded = adlb.filter(pc.is_valid(adlb[f"ATOXDSC{side}"]))
        assert graded.num_rows > 10_000
        has_grade = pc.is_valid(graded[f"ATOXGR{side}"])
        has_reason = pc.is_valid(graded[f"REASON{side}"])
        assert pc.all(pc.xor(has_grade, has_reason)).as_py()


def test_what_cannot_be_graded_is_told_with_its_number(study: Workspace) -> None:
    told = [f.found for f in study.datasets.findings if f.code == "C056"]
    assert "1009 results of GLUC of 254 subjects without a grade for Hyperglycemia" in " ".join(
        told
    )
    glucose = [r for r in study.records["labs"].to_pylist() if r["test"] == "GLUC"]
    assert len(glucose) == 1810, "all of them: version 5.0 has no glucose threshold"
    adlb = study.adam()["ADLB"]
    own = adlb.filter(pc.equal(adlb["PARAMCD"], "GLUC"))
    assert own["ATOXGRH"].null_count == 1810


def test_a_fatal_event_a_day_before_the_death_is_told(study: Workspace) -> None:
    (finding,) = [f for f in study.datasets.findings if f.code == "C057"]
    assert "COMPLETED SUICIDE" in finding.found


def test_deaths_take_their_relation_from_the_fatal_events(ledger: Ledger) -> None:
    levels = {i.level: i.value("n") for i in ledger.items("safety", criterion="deaths", group="")}
    assert (levels["all"], levels["within 30 days"]) == (3, 3)
    # ae.xpt: three fatal events, one possibly related, two not related
    assert (levels["related to treatment"], levels["not related to treatment"]) == (1, 2)


def test_every_subject_is_graded_or_counted_as_not(ledger: Ledger) -> None:
    for arm, size in ARMS.items():
        for term in ledger.words("lab", "variable", criterion="worst grade", group=arm):
            found = {
                i.level: i.value("n")
                for i in ledger.items("lab", criterion="worst grade", group=arm, variable=term)
            }
            if found.get("tested") is None:
                continue
            graded = sum(found[f"grade {g}"] or 0 for g in range(5))
            assert graded + (found["not graded"] or 0) + (found["not tested"] or 0) == size, term

"""The CDISC pilot with tumour domains, SDTM XPT straight in: RECIST 1.1, OS and PFS out.

Data: pharmaversesdtm (Apache-2.0), the eight carefully made subjects and the 254 treated ones.
Expected counts were read off the files themselves (RS, DM, DS) apart from our code.
"""

from collections import Counter

import pytest
from data_folder import data_folder

import hepatica
from hepatica.workflow.workspace import Workspace


def _opened(name: str, pytestconfig: pytest.Config) -> Workspace:
    folder = data_folder(name).parent
    example = {"cdisc_pilot_recist": "cdisc-pilot-recist"}.get(name, "cdisc-pilot-oncology")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATICA_DATA", str(folder))
        workspace = hepatica.open(str(pytestconfig.rootpath / "examples" / example))
        workspace.results()
    return workspace


@pytest.fixture(scope="module")
def few(pytestconfig: pytest.Config) -> Workspace:
    return _opened("cdisc_pilot_recist", pytestconfig)


@pytest.fixture(scope="module")
def many(pytestconfig: pytest.Config) -> Workspace:
    return _opened("cdisc_pilot_oncology", pytestconfig)


def _compared(study: Workspace) -> list[tuple[str, str, str, str, str]]:
    derived = {
        (r["SUBJID"], r["PARCAT2"], r["ADT"]): (r["AVALC"], r["REASON"])
        for r in study.adam()["ADRS"].to_pylist()
        if r["PARAMCD"] == "OVR" and r["PARCAT1"] == "RECIST1.1"
    }
    found = []
    for row in study.records["collected_responses"].to_pylist():
        key = (row["subject"], row["reader"] or "", row["date"])
        response, reason = derived.get(key, ("", ""))
        found.append((row["subject"], row["reader"], row["overall"], response, reason))
    return found


def test_eight_subjects_have_lesions(few: Workspace) -> None:
    assert len(set(few.records["lesions"]["subject"].to_pylist())) == 8


def test_collected_responses_are_the_derived_ones(few: Workspace) -> None:
    compared = _compared(few)
    assert len(compared) == 66
    different = [c for c in compared if c[2] != c[3]]
    # 4.95 mm of disease after a CR: the collected PR reads the 5 mm rule from a nadir of 0;
    # RECIST 1.1 (Table 3, footnote): any disease after a CR is PD, the reader's colleagues agree.
    assert [(d[0], d[1], d[2], d[3]) for d in different] == [
        ("01-701-1133", "INDEPENDENT ASSESSOR:RADIOLOGIST 2", "PR", "PD")
    ]
    assert "after a CR" in different[0][4]


def test_confirmation_needs_its_days(few: Workspace) -> None:
    # admiralonco's published ADRS (28 days to confirm): PR then CR after 21 days is CBOR SD
    best = {
        (r["SUBJID"], r["PARAMCD"]): r["AVALC"]
        for r in few.adam()["ADRS"].to_pylist()
        if r["PARCAT2"] == "INVESTIGATOR"
    }
    assert best[("01-701-1115", "BOR")] == "CR"
    assert best[("01-701-1115", "CBOR")] == "SD"


def test_every_disagreement_has_its_reason(many: Workspace) -> None:
    compared = _compared(many)
    assert len(compared) == 1899
    different = [c for c in compared if c[2] != c[3]]
    assert 0 < len(different) < 150
    assert all(d[4] for d in different if d[3])


def test_treated_and_deaths(many: Workspace) -> None:
    subjects = many.adam()["ADSL"].to_pylist()
    counts = Counter((s["ENRLFL"], s["SAFFL"]) for s in subjects)
    assert sum(counts.values()) == 306
    assert counts[("Y", "Y")] == 254
    # DM: DTHFL = Y in 3 subjects
    assert [s["SUBJID"] for s in subjects if s["DTHFL"] == "Y"] == [
        "01-701-1211",
        "01-704-1445",
        "01-710-1083",
    ]


def test_survival_and_progression_come_out(many: Workspace) -> None:
    for endpoint in ("OS", "PFS"):
        (events,) = many.analysis.select(
            analysis="survival", variable=endpoint, group="", level="", statistic="events"
        )
        (n,) = many.analysis.select(
            analysis="survival", variable=endpoint, group="", level="", statistic="n"
        )
        assert n.value == 254
        assert events.value and events.value == len(events.subjects)


def test_adverse_events_by_arm(many: Workspace) -> None:
    groups = {r.group for r in many.analysis.results if r.analysis == "ae"}
    assert {"", "Placebo"} <= groups
    assert len(groups) == 4

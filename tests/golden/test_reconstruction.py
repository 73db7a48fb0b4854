"""Studies written from data sets: every patient derives to what the data set says of them.

What a patient must derive to stands in the data set; no number is taken from a derivation.
"""

import json
import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hepatica.audit.claim_file import read_claims
from hepatica.audit.data_set import Duration
from hepatica.audit.data_set_file import read_data_set
from hepatica.clinic.derivation import derive_adam
from hepatica.core.finding import has_error
from hepatica.records.reader import read_records
from hepatica.study.reader import read_study
from hepatica.workflow.comparing import compare_claims
from hepatica.workflow.reconstructing import Rebuilt, run_reconstruction
from hepatica.workflow.workspace import Workspace

BEVA = Path(__file__).parents[2] / "examples" / "beva-tace"
HERE = Path(__file__).parent
TWO_ARMS = (HERE / "two_arm_claims.toml", HERE / "two_arm_data_set.json")
ONE_ARM = (BEVA / "claims.toml", BEVA / "data_set.json")
MONTH = Fraction("30.4375")
WRITTEN = ("study.toml", "records.xlsx", "data_set.json", "README.md")


def rebuilt(source: tuple[Path, Path], folder: Path, seed: int | None = None) -> Rebuilt:
    claims, data_set = source
    return run_reconstruction(claims, folder, seed=seed, data_set=data_set)


def derived(folder: Path) -> dict[str, list[dict[str, Any]]]:
    study = read_study(folder)
    records = read_records(folder, study.records.source(), cutoff=study.study.cutoff)
    assert not has_error(records.findings), [str(f) for f in records.findings]
    adam = derive_adam(study, records, steps=())
    assert not has_error(adam.findings), [str(f) for f in adam.findings]
    return {name: table.to_pylist() for name, table in adam.tables.items()}


CASES = [(ONE_ARM, 15006859), (ONE_ARM, 1), (ONE_ARM, 2), (TWO_ARMS, 4), (TWO_ARMS, 5)]


@pytest.mark.parametrize(("source", "seed"), CASES)
def test_every_patient_derives_to_the_data_set(
    source: tuple[Path, Path], seed: int, tmp_path: Path
) -> None:
    made = rebuilt(source, tmp_path, seed)
    assert made.reconstruction.told == ()
    tables = derived(tmp_path)
    best = {
        r["SUBJID"]: r["AVALC"]
        for r in tables["ADRS"]
        if r["PARAMCD"] == "BOR" and r["PARCAT1"] == read_study(tmp_path).response.criterion
    }
    times = {(r["PARAMCD"], r["SUBJID"]): r for r in tables["ADTTE"]}
    people = {r["SUBJID"]: r for r in tables["ADSL"]}
    assert len(people) == len(made.data_set)
    for number, patient in enumerate(made.data_set, 1):
        who, values = f"{number:03d}", patient.values
        assert best[who] == values["best response"], who
        for name in ("OS", "PFS"):
            told, row = values[name], times[name, who]
            assert isinstance(told, Duration)
            # Times are months of whole days: the nearest day, moved by one at most.
            assert abs(Fraction(row["AVAL"]) - told.time * MONTH) <= Fraction(3, 2), (who, name)
            assert (row["CNSR"] == 0) is told.event, (who, name)
        assert people[who]["CPCLASSD"] is None  # scores are a later step
        for name, column in (("sex", "SEX"), ("BCLC", "BCLC"), ("Child-Pugh", "CPCLASS")):
            if name in values:
                assert people[who][column] == values[name], (who, name)
        assert people[who]["AGE"] == values["age"]
        assert str(people[who]["ECOGBL"]) == values["ECOG-PS"]


def test_grades_are_recorded_once_at_their_worst(tmp_path: Path) -> None:
    rebuilt(ONE_ARM, tmp_path)
    study = read_study(tmp_path)
    rows = read_records(tmp_path, study.records.source())["adverse_events"].to_pylist()
    found = Counter((r["term"].lower(), r["grade"]) for r in rows)
    wanted: Counter[tuple[str, int]] = Counter()
    for patient in read_data_set(tmp_path / "data_set.json")[0]:
        for name, grade in patient.values.items():
            syndrome = name == "AE postembolic syndrome"  # recorded as its parts
            if name.startswith("AE ") and grade != "0" and not syndrome:
                wanted[name.removeprefix("AE "), int(str(grade))] += 1
    assert found == wanted


def test_the_same_data_set_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    rebuilt(ONE_ARM, tmp_path / "a")
    rebuilt(ONE_ARM, tmp_path / "b")
    for name in WRITTEN:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_example_is_what_its_data_set_gives(tmp_path: Path) -> None:
    rebuilt(ONE_ARM, tmp_path)
    for name in ("study.toml", "data_set.json", "README.md"):
        assert (tmp_path / name).read_bytes() == (BEVA / name).read_bytes(), name
    study = read_study(BEVA)
    ours, fresh = (read_records(f, study.records.source()) for f in (BEVA, tmp_path))
    assert ours.tables.keys() == fresh.tables.keys()
    assert [n for n in ours.tables if not ours[n].equals(fresh[n])] == []


def test_another_seed_gives_other_patients(tmp_path: Path) -> None:
    rows = []
    for seed in (1, 2):
        rebuilt(ONE_ARM, tmp_path / str(seed), seed)
        study = read_study(tmp_path / str(seed))
        records = read_records(tmp_path / str(seed), study.records.source())
        rows.append(records["measurements"].to_pylist())
    assert rows[0] != rows[1]


def test_every_claim_of_the_two_arms_is_equal(tmp_path: Path) -> None:
    rebuilt(TWO_ARMS, tmp_path)
    paper, faults = read_claims(tmp_path / "claims.toml")
    assert faults == ()
    comparison = compare_claims(Workspace(tmp_path), paper)
    assert [e.claim.id for e in comparison.different] == []
    assert len(comparison.equal) == len(paper.claims) == 30


def test_what_was_left_out_stands_in_the_readme() -> None:
    given = json.loads((BEVA / "data_set.json").read_text(encoding="utf-8"))
    text = (BEVA / "README.md").read_text(encoding="utf-8")
    assert given["dropped"]
    for name in given["dropped"]:
        assert f"`{name}`" in text
    assert "not patient data" in text and str(given["seed"]) in text


def test_an_unknown_variable_is_told_and_not_lost(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    shutil.copy(TWO_ARMS[0], source / "claims.toml")
    given = json.loads(TWO_ARMS[1].read_text(encoding="utf-8"))
    given["patients"][0]["values"]["shoe size"] = {"number": "43"}
    (source / "data_set.json").write_text(json.dumps(given), encoding="utf-8")
    made = rebuilt((source / "claims.toml", source / "data_set.json"), tmp_path / "out")
    assert made.reconstruction.told == ("shoe size: no column of the records holds it",)
    assert "shoe size" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")

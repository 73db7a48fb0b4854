"""`hepatica reconstruct`: a folder from claims, an ensemble, and what is refused."""

import csv
import json
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica

BEVA = EXAMPLES / "beva-tace"
CLAIMS = """
[paper]
title = "A small study"

[[population]]
name = "all enrolled"
size = 6

[[claim]]
id = "C1"
place = "Table 1"
quote = "Female 2 (33.3)"
variable = "sex"
statistic = "percent"
level = "F"
value = "33.3"
count = "2"
denominator = "6"

[[claim]]
id = "C2"
place = "Table 1"
quote = "Male 5 (66.7)"
variable = "sex"
statistic = "percent"
level = "M"
value = "{percent}"
count = "{count}"
denominator = "6"

[[claim]]
id = "C3"
place = "Results"
quote = "median OS 10.0 months"
variable = "OS"
statistic = "median"
value = "10.0"
unit = "months"
"""


def written(folder: Path, count: int = 4, percent: str = "66.7") -> Path:
    path = folder / "claims.toml"
    path.write_text(CLAIMS.format(count=count, percent=percent), encoding="utf-8")
    return path


def test_a_folder_is_written_that_bears_the_claims_out(tmp_path: Path) -> None:
    pytest.importorskip("ortools")
    claims, study = written(tmp_path), tmp_path / "study"
    done = hepatica("reconstruct", claims, "-o", study, "--seed", 3, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["patients"], told["kept"], told["dropped"]) == (6, ["C1", "C2", "C3"], [])
    assert (study / "claims.toml").read_bytes() == claims.read_bytes()
    compared = hepatica("compare", study, study / "claims.toml")
    assert compared.returncode == 0, compared.stdout
    assert "3 equal, 0 different" in compared.stderr


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    pytest.importorskip("ortools")
    claims = written(tmp_path, count=5, percent="83.3")
    done = hepatica("reconstruct", claims, "-o", tmp_path / "study")
    assert done.returncode == 0, done.stderr
    left = [line for line in done.stdout.splitlines() if line.startswith("left out: ")]
    assert left in (["left out: C1"], ["left out: C2"])
    assert left[0].removeprefix("left out: ") in (tmp_path / "study" / "README.md").read_text()


def test_the_spread_of_several_data_sets(tmp_path: Path) -> None:
    pytest.importorskip("ortools")
    study = tmp_path / "study"
    done = hepatica("reconstruct", written(tmp_path), "-o", study, "--seed", 5, "--count", 2)
    assert done.returncode == 0, done.stderr
    with (study / "ensemble.csv").open(encoding="utf-8", newline="") as file:
        assert {row["seed"] for row in csv.DictReader(file)} == {"5", "6"}
    with (study / "spread.csv").open(encoding="utf-8", newline="") as file:
        names = {row["number"] for row in csv.DictReader(file)}
    assert "censored, OS" in names and "censored, OS" in done.stdout


def test_the_example_is_written_again_from_its_data_set(tmp_path: Path) -> None:
    data_set = BEVA / "data_set.json"
    done = hepatica("reconstruct", BEVA / "claims.toml", "-o", tmp_path, "--data-set", data_set)
    assert done.returncode == 0, done.stderr
    assert "left out: C014" in done.stdout
    assert (tmp_path / "README.md").read_bytes() == (BEVA / "README.md").read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--drop", "C9"), 2, "no claim C9"),
        (("--data-set", "nowhere.json"), 3, "nowhere.json"),
        (("--data-set", "x", "--count", 2), 2, "which need a search"),
        (("--count", 0), 2, "--count"),
        (("--seed", -1), 2, "--seed"),
    ],
)
def test_what_is_refused(words: tuple[object, ...], code: int, told: str, tmp_path: Path) -> None:
    done = hepatica("reconstruct", written(tmp_path), "-o", tmp_path / "study", *words)
    assert done.returncode == code, done.stderr
    assert told in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "study").exists()


def test_a_claims_file_with_an_error_is_exit_1(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(CLAIMS.format(count="many", percent="66.7"), encoding="utf-8")
    done = hepatica("reconstruct", path, "-o", tmp_path / "study")
    assert done.returncode == 1
    assert "P005" in done.stdout and "Traceback" not in done.stderr


def test_records_of_a_study_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "records.xlsx").write_bytes(b"of real patients")
    done = hepatica("reconstruct", written(tmp_path), "-o", tmp_path)
    assert done.returncode == 2
    assert "records.xlsx" in done.stderr
    assert (tmp_path / "records.xlsx").read_bytes() == b"of real patients"

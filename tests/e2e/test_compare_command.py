"""`hepatica compare`, and the comparison that a report makes of the claims in its folder."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica

BEVA = EXAMPLES / "beva-tace"
CLAIMS = """
[paper]
title = "A manuscript"

[[claim]]
id = "C1"
place = "Results"
quote = "20 patients <script>alert(1)</script>"
variable = "patients"
statistic = "size"
value = "{size}"
"""


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.toml"
    path.write_text(CLAIMS.format(size=20), encoding="utf-8")
    return path


def test_a_manuscript_that_is_right_is_exit_0(claims: Path) -> None:
    done = hepatica("compare", BEVA, claims)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("1 equal, 0 different, 0 not compared.\n")


def test_a_number_that_differs_is_exit_1_at_its_line(claims: Path, tmp_path: Path) -> None:
    claims.write_text(CLAIMS.format(size=21), encoding="utf-8")
    out = tmp_path / "numbers.csv"
    done = hepatica("compare", BEVA, claims, "-o", out)
    assert done.returncode == 1
    assert done.stdout.startswith("claims.toml:5 error P401: found C1 size of patients 21")
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["printed"], row["computed"], row["verdict"]) == ("21", "20", "different")


def test_json_holds_the_claims_by_verdict(claims: Path) -> None:
    told = json.loads(hepatica("compare", BEVA, claims, "--json").stdout)
    assert [e["claim"] for e in told["equal"]] == ["C1"]
    assert (told["different"], told["not_compared"], told["faults"]) == ([], [], [])
    assert told["equal"][0].keys() >= {"place", "quote", "printed", "computed", "method"}


def test_claims_that_are_no_toml_are_a_finding_at_their_line(tmp_path: Path) -> None:
    (tmp_path / "claims.toml").write_text("[[claim]\n", encoding="utf-8")
    done = hepatica("compare", BEVA, tmp_path / "claims.toml")
    assert done.returncode == 1
    assert "claims.toml:1 error P001: found text that is not TOML" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_exit_3(tmp_path: Path) -> None:
    done = hepatica("compare", BEVA, tmp_path / "nowhere.toml")
    assert done.returncode in {2, 3}
    assert "Traceback" not in done.stderr


def _study(folder: Path, claims: str) -> Path:
    folder.mkdir()
    for name in ("study.toml", "records.xlsx"):
        shutil.copy(BEVA / name, folder / name)
    (folder / "claims.toml").write_text(claims, encoding="utf-8")
    return folder


def test_a_report_compares_the_claims_of_its_folder(tmp_path: Path) -> None:
    study = _study(tmp_path / "study", CLAIMS.format(size=21))
    done = hepatica("report", study, "--only", "html")
    assert done.returncode == 0, done.stderr
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert "The manuscript and the records" in page
    assert "Claims of claims.toml: 0 equal, 1 different, 0 not compared." in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert (study / "report" / "comparison.csv").is_file()
    manifest = json.loads((study / "report" / "manifest.json").read_text(encoding="utf-8"))
    assert "claims.toml" in json.dumps(manifest["inputs"])
    (study / "claims.toml").unlink()
    assert hepatica("report", study, "--only", "html").returncode == 0
    assert not (study / "report" / "comparison.csv").exists()
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert "The manuscript and the records" not in page


def test_broken_claims_never_stop_a_report(tmp_path: Path) -> None:
    study = _study(tmp_path / "study", "")
    (study / "claims.toml").write_bytes(b"[[claim]]\nid = '\xe9'\n")
    done = hepatica("report", study, "--only", "html")
    assert done.returncode == 0, done.stderr
    assert "claims.toml" in done.stderr
    assert "P406" in done.stderr
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert "Fault in the claims: claims.toml" in page

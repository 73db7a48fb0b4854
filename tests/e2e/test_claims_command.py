"""`hepatica claims`: a draft is written once and reads back; faults are told with an exit code."""

import json
from pathlib import Path

from command import EXAMPLES, hepatica


def test_a_draft_is_written_once(tmp_path: Path) -> None:
    paper, claims = tmp_path / "paper.txt", tmp_path / "claims.toml"
    paper.write_text("A title\n\nResults\n\nThe ORR was 30.0%.\n", encoding="utf-8")
    done = hepatica("claims", "init", paper, "-o", claims, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["claims"] == 1
    before = claims.read_bytes()
    again = hepatica("claims", "init", paper, "-o", claims)
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert claims.read_bytes() == before
    checked = hepatica("claims", "check", claims)
    assert checked.returncode == 0
    assert "1 claims with guesses of a draft" in checked.stdout
    claims.write_text(claims.read_text().replace("guessed: ", ""), encoding="utf-8")
    assert hepatica("claims", "check", claims).stdout == ""


def test_the_worked_example_has_no_fault() -> None:
    done = hepatica("claims", "check", EXAMPLES / "beva-tace" / "claims.toml")
    assert done.returncode == 0
    assert "187 claims" in done.stderr


def test_faults_are_told_with_their_line(tmp_path: Path) -> None:
    claims = tmp_path / "claims.toml"
    claims.write_text('[[claim]]\nid = "C1"\nstatistic = "guess"\n', encoding="utf-8")
    done = hepatica("claims", "check", claims, "--json")
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["row"], finding["column"]) == ("P003", 3, "statistic")
    claims.write_bytes(b"\xff\xfe")
    refused = hepatica("claims", "check", claims)
    assert refused.returncode == 3
    assert "Traceback" not in refused.stderr

"""Exit codes, help and words of the command line."""

import json
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica

BEVA = EXAMPLES / "hard-courses"


def test_help_names_every_command() -> None:
    done = hepatica("--help")
    assert done.returncode == 0
    for name in ("init", "check", "screen", "report", "explain", "survival", "response"):
        assert f"  {name} " in done.stdout


def test_a_wrong_option_is_exit_2() -> None:
    assert hepatica("report", "--no-such-option").returncode == 2
    assert hepatica("nonsense").returncode == 2


def test_a_missing_folder_is_exit_2(tmp_path: Path) -> None:
    done = hepatica("check", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_init_makes_a_study_that_checks(tmp_path: Path) -> None:
    folder = tmp_path / "my-study"
    assert hepatica("init", folder, "--protocol", "beva-tace").returncode == 0
    assert sorted(p.name for p in folder.iterdir()) == ["records.xlsx", "study.toml"]
    done = hepatica("check", folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("mine")
    done = hepatica("init", tmp_path, "--protocol", "beva-tace")
    assert done.returncode == 2
    assert (tmp_path / "study.toml").read_text() == "mine"


def test_an_unknown_protocol_is_exit_2(tmp_path: Path) -> None:
    assert hepatica("init", tmp_path / "s", "--protocol", "no-such").returncode == 2


def test_a_bad_protocol_is_exit_2_with_its_lines(tmp_path: Path) -> None:
    text = (BEVA / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        text.replace('criterion = "mRECIST"', 'criterion = "mRESIST"'), encoding="utf-8"
    )
    done = hepatica("check", tmp_path)
    assert done.returncode == 2
    assert "study.toml:" in done.stderr and "mRESIST" in done.stderr
    assert "Traceback" not in done.stderr


def test_unreadable_records_are_exit_3(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_bytes((BEVA / "study.toml").read_bytes())
    (tmp_path / "records.xlsx").write_bytes(b"this is no workbook")
    done = hepatica("check", tmp_path)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_check_speaks_json() -> None:
    done = hepatica("check", BEVA, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)["findings"]
    assert found and {"file", "sheet", "row", "column", "level", "code"} <= set(found[0])


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("OS", ["396", "Death on 2016-05-02", "records.xlsx:Follow-up!", "study.toml:"]),
        ("PFS", ["274", "Progression on 2016-01-01", "nadir", "records.xlsx:Measurements!"]),
        ("BOR", ["mRECIST BOR", "PR on 2015-07-03"]),
    ],
)
def test_explain_leads_to_the_record(endpoint: str, words: list[str]) -> None:
    done = hepatica("explain", BEVA, endpoint, "007")
    assert done.returncode == 0
    for word in words:
        assert word in done.stdout


def test_explain_of_nobody_is_exit_2() -> None:
    assert hepatica("explain", BEVA, "OS", "999").returncode == 2
    assert hepatica("explain", BEVA, "NOPE", "007").returncode == 2

"""`hepatica export`: parts, exit codes and what is told."""

import json
import shutil
from pathlib import Path

import pytest
from command import EXAMPLES, hepatica

from hepatica.records.template import write_template


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "out"
    done = hepatica("export", EXAMPLES / "hard-courses", "-o", out)
    assert (done.returncode, done.stderr.count("failed")) == (0, 1), done.stdout + done.stderr
    assert " 0 failed" in done.stderr
    return out


def test_everything_is_written_where_nothing_is_named(exported: Path) -> None:
    names = {path.relative_to(exported).as_posix() for path in exported.rglob("*.*")}
    assert {"adam/adsl.xpt", "adam/adsl.json", "adam/define.xml", "ars.json"} <= names
    assert {"sdtm/dm.xpt", "sdtm/suppdm.json", "sdtm/tr.xpt"} <= names
    assert not [name for name in names if name.startswith("core-rules")]


def test_a_second_export_has_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    done = hepatica("export", EXAMPLES / "hard-courses", "-o", tmp_path, "--json")
    files = [Path(name) for name in json.loads(done.stdout)["files"]]
    assert len(files) > 50
    for path in files:
        assert path.read_bytes() == (exported / path.relative_to(tmp_path)).read_bytes(), path


def test_one_part_is_written_alone(tmp_path: Path) -> None:
    done = hepatica("export", EXAMPLES / "hard-courses", "--core-rules", "-o", tmp_path)
    assert done.returncode == 0
    assert {path.parent.name for path in tmp_path.rglob("*.*")} == {"core-rules"}
    assert "HEP-ADAM-001.yml" in done.stdout


def test_what_does_not_fit_is_told_and_the_rest_written(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(
        EXAMPLES / "hard-courses", study, ignore=shutil.ignore_patterns("report*", "recon*")
    )
    (study / "records.xlsx").unlink()
    events = {"subject": "S1", "term": "Übelkeit " + "x" * 200, "start_date": None}
    write_template(
        study / "records.xlsx",
        {"subjects": [{"subject": "S1", "enrolled": "Y"}], "adverse_events": [events]},
    )
    out = tmp_path / "out"
    done = hepatica("export", study, "--adam", "--sdtm", "-o", out)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "AE:1 [AETERM] error A010: found 209 characters" in done.stdout
    assert "ADAE:1 [AEDECOD] error A011: found 'Ü' (U+00DC)" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (out / "adam" / "adae.xpt").exists()
    assert "Übelkeit" in (out / "adam" / "adae.json").read_text(encoding="utf-8")
    assert (out / "adam" / "adsl.xpt").is_file()


def test_a_redacted_copy_needs_a_key_and_a_folder(tmp_path: Path) -> None:
    study = EXAMPLES / "hard-courses"
    for words in (("--redact",), ("--redact", "-o", tmp_path), ("--key-file", "k")):
        done = hepatica("export", study, *words)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert not (study / "export").exists()
    key = tmp_path / "key"
    key.write_text("sixteen bytes or more of secret", encoding="utf-8")
    done = hepatica("export", study, "--redact", "--key-file", key, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "redaction.json").is_file()
    assert b"sixteen" not in b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.*"))


def test_an_output_that_is_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("", encoding="utf-8")
    done = hepatica("export", EXAMPLES / "hard-courses", "--ars", "-o", path)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


def test_a_transport_file_that_no_longer_fits_does_not_stay(tmp_path: Path) -> None:
    study = small_study(tmp_path, "Uebelkeit")
    out = tmp_path / "out"
    assert hepatica("export", study, "--adam", "-o", out).returncode == 0
    assert (out / "adam" / "adae.xpt").is_file()
    small_study(tmp_path, "Übelkeit")
    assert hepatica("export", study, "--adam", "-o", out).returncode == 1
    assert not (out / "adam" / "adae.xpt").exists()


def test_no_record_is_written_over(tmp_path: Path) -> None:
    study = small_study(tmp_path, "Nausea")
    hepatica("export", study, "--sdtm", "-o", study)
    settings = (study / "study.toml").read_text(encoding="utf-8")
    settings = settings.replace('reader = "workbook"', 'reader = "sdtm"')
    settings = settings.replace('path = "records.xlsx"', 'path = "sdtm"')
    (study / "study.toml").write_text(settings, encoding="utf-8")
    (study / "records.xlsx").unlink()
    before = {path: path.read_bytes() for path in (study / "sdtm").iterdir()}
    done = hepatica("export", study, "--sdtm", "-o", study)
    assert (done.returncode, "is an input of the study" in done.stderr) == (2, True)
    assert {path: path.read_bytes() for path in (study / "sdtm").iterdir()} == before


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("sixteen bytes or more of secret", encoding="utf-8")
    for mode, told in ((0o644, True), (0o600, False)):
        key.chmod(mode)
        out = tmp_path / str(mode)
        words = ("--redact", "--key-file", key, "-o", out)
        done = hepatica("export", EXAMPLES / "hard-courses", *words)
        assert (done.returncode, "others on this machine" in done.stderr) == (0, told)


def small_study(folder: Path, term: str) -> Path:
    """A study of one subject with one event."""
    study = folder / "study"
    study.mkdir(exist_ok=True)
    shutil.copy(EXAMPLES / "hard-courses" / "study.toml", study)
    (study / "records.xlsx").unlink(missing_ok=True)
    event = {"subject": "S1", "term": term, "start_date": None}
    write_template(
        study / "records.xlsx",
        {"subjects": [{"subject": "S1", "enrolled": "Y"}], "adverse_events": [event]},
    )
    return study

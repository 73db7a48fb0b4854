"""`hepatica image phantom` and `process`: wrong calls are refused before anything is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hepatica.cli.image_phantom_command import phantom
from hepatica.cli.image_process_command import process
from hepatica.core.errors import UsageError

pytest.importorskip("pydicom", reason="needs hepatica[imaging]")
STUDY = Path(__file__).parents[2] / "examples" / "beva-tace"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--change", "thin"], "expected a factor"),
        (["--change", "9"], "expected a factor"),
        (["--change", "nan"], "expected a factor"),
        (["--subject", "A", "--change", "B=0.8"], "SUBJECT=FACTOR"),
        ([str(STUDY)], "expected --subject"),
        ([str(STUDY), "--subject", "007", "--date", "2020-01-01"], "no --date"),
        ([str(STUDY), "--subject", "999"], "subject 999: no treatment on record"),
        (["--subject", "../../elsewhere"], "letters, digits"),
    ],
)
def test_a_wrong_call_is_refused(tmp_path: Path, words: list[str], told: str) -> None:
    done = CliRunner().invoke(phantom, ["-o", str(tmp_path / "out"), "--seed", "1", *words])
    assert isinstance(done.exception, UsageError)
    assert told in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_has_no_examination(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    done = CliRunner().invoke(process, [str(tmp_path / "scans"), "-o", str(tmp_path / "out")])
    assert "Examinations: 0, measured now: 0." in done.output
    assert (tmp_path / "out" / "image_quantities.csv").read_text().count("\n") == 1

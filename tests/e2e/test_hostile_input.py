"""Files of other programs that were made to break something end in a finding, or in exit 3.

Run in one process through the command line's own door, so that a hundred files take seconds.
"""

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hostile_input import CASES, PATIENT, Case, write_study

from hepatica.cli.main import main

SECONDS = 10
MEGABYTES = 600
KINDS = ("redcap", "odm", "xpt", "json")


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Exit code, output and errors of `hepatica check FOLDER --json`."""
    monkeypatch.setattr(sys, "argv", ["hepatica", "check", str(folder), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err


def test_there_are_at_least_twelve_of_each_kind() -> None:
    counted = Counter(case.kind for case in CASES)
    assert set(counted) == set(KINDS)
    assert all(counted[kind] >= 12 for kind in KINDS)
    assert len({(case.kind, case.name) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}")
def test_a_hostile_file_ends_in_a_sentence(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_study(tmp_path, case)
    start, before = time.perf_counter(), peak_megabytes()
    code, out, err = checked(tmp_path, monkeypatch, capsys)
    elapsed, grown = time.perf_counter() - start, peak_megabytes() - before
    assert elapsed < SECONDS
    assert grown < MEGABYTES
    assert "Traceback" not in out + err
    if case.refused:
        assert (code, out) == (3, "")
        assert case.told in err
        assert PATIENT not in err
        assert len(err) < 1000
    else:
        assert code in (0, 1)
        findings = json.loads(out)["findings"]
        assert case.told in [finding["code"] for finding in findings]
        assert all(len(finding["found"]) < 2000 for finding in findings)
        errors = [finding for finding in findings if finding["level"] == "error"]
        assert bool(errors) == (code == 1)

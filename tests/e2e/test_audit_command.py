"""`hepatica audit`, run as a user runs it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import hepatica

CLAIM = """
[[claim]]
id = "{id}"
place = "{place}"
quote = "{quote}"
variable = "{variable}"
statistic = "percent"
level = "{level}"
value = "{value}"
count = "{count}"
denominator = "20"
"""
SIZE = """
[paper]
title = "Twenty patients"

[[claim]]
id = "N"
place = "Abstract"
quote = "20 patients"
variable = "patients"
statistic = "size"
value = "20"
"""


def claim(name: str, level: str, value: str, count: str, quote: str = "as printed") -> str:
    variable = "ORR" if name == "ORR" else "best response"
    return CLAIM.format(
        id=name, place="Results (L9)", quote=quote, variable=variable, level=level, value=value,
        count=count,
    )  # fmt: skip


def claims(folder: Path, orr: tuple[str, str], more: str = "") -> Path:
    """A paper of one complete and six partial responses among 20, with this response rate."""
    path = folder / "claims.toml"
    text = SIZE + claim("CR", "CR", "5.0", "1") + claim("PR", "PR", "30.0", "6")
    path.write_text(text + claim("ORR", "", *orr) + more, encoding="utf-8")
    return path


WRONG, RIGHT = ("30.0", "6"), ("35.0", "7")


def test_what_contradicts_is_exit_1_and_has_the_grammar_of_findings(tmp_path):
    done = hepatica("audit", claims(tmp_path, WRONG))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    first = next(line for line in lines if "P114" in line)
    assert first.startswith("claims.toml:") and " error P114: " in first
    assert any(line.startswith("    ORR Results (L9): “as printed”") for line in lines)
    assert lines[-1].startswith("CONTRADICTORY: ")
    assert any(line.startswith("Minimal conflict 1 of ") for line in lines)
    assert any(line.startswith("Repair 1 of ") for line in lines)


def test_what_agrees_is_exit_0(tmp_path):
    done = hepatica("audit", claims(tmp_path, RIGHT))
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("CONSISTENT: 0 errors, 0 warnings, ")
    assert done.stderr == ""


def test_json_is_the_contract(tmp_path):
    done = hepatica("audit", claims(tmp_path, WRONG), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and done.stdout.count("\n") == 1
    assert set(told) == {"verdict", "findings", "conflicts", "repairs", "complete", "passed"}
    assert told["verdict"] == "contradictory" and told["complete"] is True
    finding = next(f for f in told["findings"] if f["code"] == "P114")
    assert finding["severity"] == "error"
    assert {"id": "ORR", "place": "Results (L9)", "quote": "as printed"} in finding["claims"]
    (conflict,) = told["conflicts"]
    assert {c["id"] for c in conflict["claims"]} == {"CR", "PR", "ORR"}
    assert isinstance(conflict["rescued_by"], list)
    assert all(isinstance(name, str) for p in told["passed"] for name in p["claims"])
    agree = json.loads(hepatica("audit", claims(tmp_path, RIGHT), "--json").stdout)
    assert agree["verdict"] == "consistent" and agree["findings"] == []
    assert any(p["code"] == "P114" and "ORR" in p["claims"] for p in agree["passed"])


def test_faults_of_the_file_are_findings_with_their_line(tmp_path):
    more = '\n[[claim]]\nid = "X"\nstatistic = "nonsense"\n'
    path = claims(tmp_path, RIGHT, more)
    line = path.read_text(encoding="utf-8").splitlines().index('statistic = "nonsense"') + 1
    done = hepatica("audit", path, "--json")
    told = json.loads(done.stdout)
    (fault,) = (f for f in told["findings"] if f["code"] == "P003")
    assert fault["severity"] == "error" and fault["claims"] == []
    assert fault["line"] == line
    assert told["verdict"] == "unknown" and done.returncode == 1


def test_a_spent_budget_is_unknown_and_never_consistent(tmp_path):
    path = claims(tmp_path, RIGHT)
    done = hepatica("audit", path, "--budget", "0", "--json")
    told = json.loads(done.stdout)
    assert told["verdict"] == "unknown" and told["complete"] is False
    assert done.returncode == 0
    assert [(f["code"], f["severity"]) for f in told["findings"]] == [("P303", "note")]
    words = hepatica("audit", path, "--budget", "0").stdout
    assert words.splitlines()[-1].startswith("UNKNOWN: ")
    assert "The search did not end" in words


def test_a_rule_can_be_left_out(tmp_path):
    path = claims(tmp_path, WRONG)
    told = json.loads(hepatica("audit", path, "--without", "response.orr", "--json").stdout)
    assert told["conflicts"] == []
    wrong = hepatica("audit", path, "--without", "response.nothing")
    assert wrong.returncode == 2 and "no rule response.nothing" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "name a claims file"),
        (("absent.toml",), 3, "cannot be opened"),
        (("--budget", "-1", "x.toml"), 2, "Invalid value"),
    ],
)
def test_wrong_usage(words, code, told, tmp_path):
    done = hepatica("audit", *words)
    assert done.returncode == code and told in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "text", ["", "[[claim]]\n", "claim = 3\n", "[[claim", "\x00", "a = 1\n" * 9]
)
def test_malformed_files_never_crash(text, tmp_path):
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8")
    done = hepatica("audit", path, "-o", tmp_path / "out")
    assert done.returncode in {1, 3} and "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).startswith(("claims.toml:", "hepatica: claims.toml"))


def test_lists(tmp_path):
    codes = hepatica("audit", "--list").stdout.splitlines()
    assert any(line.startswith("P114  error") for line in codes)
    told = json.loads(hepatica("audit", "--list", "--json").stdout)
    assert {"code", "severity", "title"} == set(told[0])
    assert "response.orr" in hepatica("audit", "--rules").stdout
    known = json.loads(hepatica("audit", "--rules", "--json").stdout)
    assert {"id", "pack", "strength", "text", "source"} == set(known[0])


def test_files_are_the_same_bytes_twice(tmp_path):
    path = claims(tmp_path, WRONG, claim("SD", "SD", "50.0", "10", "10 <b>patients</b> \\u202e"))
    first, second = tmp_path / "a", tmp_path / "b"
    done = hepatica("audit", path, "-o", first, PYTHONHASHSEED="1")
    assert done.returncode == 1
    hepatica("audit", path, "-o", second, PYTHONHASHSEED="2")
    names = ["audit.csv", "audit.html", "audit.json", "manifest.json"]
    assert sorted(p.name for p in first.iterdir()) == names
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    page = (first / "audit.html").read_text(encoding="utf-8")
    assert "<b>patients" not in page and "&lt;b&gt;patients" in page
    assert str(tmp_path) not in page


SLOW_CHECK = """
import sys, time
from hepatica.audit import run

def check_slow(paper):
    print("started", flush=True)
    while not sys.stdin.read(1):
        time.sleep(0.01)
    return ()

run.CHECKS = (*run.CHECKS, check_slow)
from hepatica.cli.main import main
main()
"""
# The solver has answered once, and would answer again.
SLOW_SOLVER = """
import sys, time
from ortools.sat.python import cp_model
solve, asked = cp_model.CpSolver.solve, []

def solve_slowly(self, model):
    answer = solve(self, model)
    if not asked:
        asked.append(True)
        print("started", flush=True)
        while not sys.stdin.read(1):
            time.sleep(0.01)
    return answer

cp_model.CpSolver.solve = solve_slowly
from hepatica.cli.main import main
main()
"""


# A job in the background of a shell is started deaf to interrupts, and so are its children.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("script", [SLOW_CHECK, SLOW_SOLVER], ids=["check", "solver"])
def test_an_interrupt_gives_what_was_found_so_far(script, tmp_path):
    if script is SLOW_SOLVER:
        pytest.importorskip("ortools", reason="OR-tools is not installed")
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING + script, "audit", str(claims(tmp_path, WRONG)), "--json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout and process.stdin
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    # Only now may it go on; what holds it up is told by an end, not by a clock.
    out, err = process.communicate("x", timeout=60)
    assert process.returncode == 130, err
    told = json.loads(out)
    assert told["complete"] is False and told["verdict"] == "contradictory"
    assert any(f["code"] == "P114" for f in told["findings"])
    assert "Interrupted" in err and "Traceback" not in err

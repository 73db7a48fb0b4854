"""`hepatica incidence` as a person types it: R's numbers, and wrong input told in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

from command import hepatica

REFERENCE = Path(__file__).parents[1] / "reference" / "stats" / "competing.json"


def test_the_incidence_of_a_file_is_rs(tmp_path):
    case = json.loads(REFERENCE.read_text())["cases"][4]
    rows = zip(case["time"], case["cause"], case["group"], strict=True)
    text = "T,C,G\n" + "\n".join(f"{t},{c},g{g}" for t, c, g in rows)
    (tmp_path / "times.csv").write_text(text, encoding="utf-8")
    given = ["incidence", tmp_path / "times.csv", "--time", "T", "--cause", "C"]
    at = ",".join(str(t) for t in case["incidence"]["at"])
    shown = json.loads(hepatica(*given, "--at", at, "--json").stdout)
    found = [p["incidence"] for p in shown["groups"][0]["at"]]
    expected = case["incidence"]["cause1"]["est"]
    assert all(abs(a - b) < 1e-10 for a, b in zip(found, expected, strict=True))
    test = json.loads(hepatica(*given, "--group", "G", "--json").stdout)["gray"]
    assert abs(test["statistic"] - case["gray"]["rho0"]["stat"][0]) < 1e-9
    printed = hepatica(*given, "--group", "G", "--at", "3").stdout
    assert "Gray's test: chi-square" in printed


def test_a_wrong_cause_is_told_with_its_line(tmp_path):
    (tmp_path / "times.csv").write_text("T,C\n1,0\n2,1.5\n", encoding="utf-8")
    done = hepatica("incidence", tmp_path / "times.csv", "--time", "T", "--cause", "C")
    assert done.returncode == 2
    assert "times.csv:3" in done.stderr and "competing event" in done.stderr

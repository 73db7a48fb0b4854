"""The audit of examples/beva-tace/claims.toml, whole: page, JSON, table, manifest."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hepatica.audit.claim_file import read_claims

CLAIMS = Path(__file__).parents[2] / "examples" / "beva-tace" / "claims.toml"


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[Path, Path]:
    """The same audit twice, in two processes that hash texts differently."""
    pytest.importorskip("ortools", reason="OR-tools is not installed")
    root = tmp_path_factory.mktemp("audit")
    running = []
    for seed in ("1", "2"):
        words = ["audit", str(CLAIMS), "-o", str(root / seed), "--budget", "600"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "hepatica", *words]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
    assert [process.wait() for process in running] == [1, 1]
    return root / "1", root / "2"


@pytest.fixture(scope="module")
def told(folders):
    return json.loads((folders[0] / "audit.json").read_text(encoding="utf-8"))


def test_the_same_claims_give_the_same_bytes(folders):
    first, second = folders
    names = sorted(path.name for path in first.iterdir())
    assert names == ["audit.csv", "audit.html", "audit.json", "manifest.json"]
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_every_claim_stands_on_the_page_once_as_read_and_none_is_skipped(folders, told):
    paper, _ = read_claims(CLAIMS)
    page = (folders[0] / "audit.html").read_text(encoding="utf-8")
    every = page[page.index('id="claims"') :]
    rows = re.findall(r'<tr class="(\w+)"><th scope="row">([^<]+)</th>', every)
    assert [name for _, name in rows] == [claim.id for claim in paper.claims]
    assert [state for state, _ in rows] == [claim["standing"] for claim in told["claims"]]
    unchecked = [c for c in told["claims"] if c["standing"] == "unchecked"]
    assert unchecked and all(c["reason"] for c in unchecked)
    words = page[page.index('class="words"') : page.index('class="tie')]
    assert words.count("<title>") == len(paper.claims)


def test_what_contradicts_is_drawn_and_listed(folders, told):
    page = (folders[0] / "audit.html").read_text(encoding="utf-8")
    errors = [f for f in told["findings"] if f["severity"] == "error"]
    assert told["verdict"] == "contradictory" and {"P114", "P143", "P145"} <= {
        f["code"] for f in errors
    }
    assert page.count('class="entry bad"') == len(errors)
    assert 0 < page.count('class="tie bad"') <= len(errors)
    for claim in (c for f in errors for c in f["claims"]):
        assert next(c for c in told["claims"] if c["id"] == claim["id"])["standing"] == (
            "contradicts"
        )


def test_a_conflict_that_needs_what_is_only_plausible_is_a_warning(told):
    weak = [f for f in told["findings"] if f["code"] == "P302"]
    assert weak and all(f["severity"] == "warning" for f in weak)
    for finding in weak:
        assert finding["rules"] in [conflict["rules"] for conflict in told["conflicts"]]


def test_conflicts_are_of_known_claims_and_have_no_conflict_within(told):
    known = {claim["id"] for claim in told["claims"]}
    sets = [frozenset(c["id"] for c in conflict["claims"]) for conflict in told["conflicts"]]
    assert sets and all(one and one <= known for one in sets)
    pairs = [(one, set(c["rules"])) for one, c in zip(sets, told["conflicts"], strict=True)]
    for claims, rules in pairs:
        assert not any(a <= claims and r <= rules and (a, r) != (claims, rules) for a, r in pairs)


def test_the_table_and_the_manifest_agree_with_the_rest(folders, told):
    with (folders[0] / "audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == [f["code"] for f in told["findings"]]
    manifest = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["verdict"] == told["verdict"]
    assert manifest["inputs"][0]["path"] == "claims.toml"
    for output in manifest["outputs"]:
        assert (folders[0] / output["path"]).stat().st_size == output["bytes"]

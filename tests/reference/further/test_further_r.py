"""The further analyses of the example studies against R on the same datasets (make_further.R)."""

from __future__ import annotations

import json
import math
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepatica.workflow.workspace import Workspace

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("HEPATICA_DATA", ROOT.parent / "shared" / "data"))
PILOT = DATA / "cdisc_pilot_oncology"


@cache
def truth() -> Any:
    return json.loads((Path(__file__).parent / "further.json").read_text())


@cache
def results(example: str) -> Any:
    return Workspace(ROOT / "examples" / example).analysis.results


def value(example: str, statistic: str, **where: str) -> float:
    found = [r.value for r in results(example) if r.statistic == statistic
             and all(getattr(r, k) == v for k, v in where.items())]  # fmt: skip
    assert len(found) == 1 and found[0] is not None, (where, found)
    return found[0]


def close(ours: float, theirs: float, rel: float = 1e-8) -> None:
    assert ours == pytest.approx(theirs, rel=rel)


def test_the_makers() -> None:
    assert truth()["R"].startswith("R version 4.2.2")
    names = ("survival", "cmprsk", "psych", "vcd")
    assert [truth()[n] for n in names] == ["3.5.3", "2.2.11", "2.2.9", "1.4.11"]


def test_incidence_of_progression_in_beva_tace() -> None:
    where = dict(analysis="competing", variable="PFS-FT", level="progression by 6 months")
    for statistic, theirs in zip(("estimate", "se"), truth()["incidence"], strict=True):
        close(value("hard-courses", statistic, **where), theirs)


def test_changing_response_in_beva_tace() -> None:
    where = dict(analysis="landmark", variable="OS-FT", level="response")
    close(value("hard-courses", "estimate", **where), truth()["changing"]["coef"])
    close(value("hard-courses", "se", **where), truth()["changing"]["se"])


def test_landmark_in_beva_tace() -> None:
    by, theirs = "response by 3 months", truth()["landmark"]
    where = dict(analysis="landmark", variable="OS-FT")
    counts = [value("hard-courses", "n", level="", group=f"{by} = {v}", **where) for v in "NY"]
    assert counts == theirs["n"]
    close(value("hard-courses", "statistic", group=by, level="log-rank", **where), theirs["chisq"])
    ratio = value("hard-courses", "hazard_ratio", group=by, **where)
    close(ratio, math.exp(theirs["coef"]))
    high = value("hard-courses", "ci_high", group=by, **where)
    close(high, math.exp(theirs["coef"] + 1.959963984540054 * theirs["se"]))


def test_the_protocols_own_combination_is_the_endpoint_itself() -> None:
    """Of 20 patients: OS 9.2 months, and 35.0 % of responders as the example says."""
    rows = [r for r in results("hard-courses") if r.analysis == "sensitivity"]
    own = {r.variable: (r.criterion, r.group) for r in rows if r.note.startswith("the protocol's")}
    assert set(own) == {"OS", "PFS", "ORR", "DCR"}
    for name in ("OS", "PFS"):
        where = dict(variable=name, level="median", criterion=own[name][0])
        for statistic in ("estimate", "ci_low", "ci_high"):
            main = value("hard-courses", statistic, analysis="survival", group="", **where)
            again = value(
                "hard-courses", statistic, analysis="sensitivity", group=own[name][1], **where
            )
            assert main == again
    rate = dict(analysis="sensitivity", level="rate", criterion="mRECIST", group="unconfirmed")
    assert value("hard-courses", "estimate", variable="ORR", **rate) == 35.0


@pytest.mark.skipif(not PILOT.exists(), reason="the pilot's data are not here (HEPATICA_DATA)")
def test_readers_of_the_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEPATICA_DATA", str(DATA))
    study, names = "cdisc-pilot-oncology", truth()["readers"]
    pairs = [(0, 1), (0, 2), (1, 2)]
    for (a, b), theirs in zip(pairs, truth()["pairs"], strict=True):
        where = dict(analysis="reader", variable="BOR", group=f"{names[a]} against {names[b]}")
        assert value(study, "n", level="", **where) == theirs["n"]
        for level, key in (("", "kappa"), (", linear weights", "weighted")):
            named = where | {"level": f"Cohen's kappa{level}"}
            found = [value(study, s, **named) for s in ("estimate", "se")]
            np.testing.assert_allclose(found, theirs[key], rtol=1e-9)
    icc = truth()["icc"]
    where = dict(analysis="reader", variable="Target sum at baseline", group="all readers")
    for i, level in enumerate(("ICC(1,1)", "ICC(2,1)", "ICC(3,1)")):
        close(value(study, "estimate", level=level, **where), icc["value"][i])
        close(value(study, "ci_low", level=level, **where), icc["lower"][i])
        close(value(study, "ci_high", level=level, **where), icc["upper"][i])

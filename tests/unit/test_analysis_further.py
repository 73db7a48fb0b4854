"""Further analyses of drawn courses; the expected numbers are worked out by hand beside them."""

from __future__ import annotations

import sys
from datetime import timedelta
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepatica.analysis.run import run_analysis
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.study import Study

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "endpoint"))
from course import DAY_0, _table, records_of, study_of

# Sum 50 at baseline. 1 responds on day 42 and dies on 200; 2 stays and dies on 150; 3 dies on 30;
# 4 is lost on day 50 without response; 5 responds on day 100 only and lives.
COURSES = {
    "1": "d0 TACE; d-7 scan 50; d42 scan 30; d84 scan 30; d200 dead",
    "2": "d0 TACE; d-7 scan 50; d42 scan 50; d84 scan 50; d150 dead",
    "3": "d0 TACE; d-7 scan 50; d30 dead",
    "4": "d0 TACE; d-7 scan 50; d42 scan 50; d50 alive",
    "5": "d0 TACE; d-7 scan 50; d42 scan 50; d100 scan 30; d300 alive",
}
PFS: dict[str, Any] = {"id": "PD", "events": ("progression", "death")}


def results(folder: Path, plan: str, courses: dict[str, str] = COURSES) -> Any:
    study, adam = derived(folder, plan, courses)
    return run_analysis(study, adam)


def derived(folder: Path, plan: str, courses: dict[str, str]) -> tuple[Study, Any]:
    study_of(folder, [PFS])
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + plan, encoding="utf-8")
    from hepatica.study.reader import read_study

    study = read_study(folder)
    return study, derive_adam(study, records_of(courses))


def value(given: Any, statistic: str, **where: str) -> float | None:
    found = [r for r in given.results if r.statistic == statistic
             and all(getattr(r, k) == v for k, v in where.items())]  # fmt: skip
    assert len(found) == 1, (statistic, where, found)
    return found[0].value


def who(given: Any, statistic: str, **where: str) -> tuple[str, ...]:
    return next(r.subjects for r in given.results if r.statistic == statistic
                and all(getattr(r, k) == v for k, v in where.items()))  # fmt: skip


LANDMARK = '[[analysis.landmark]]\nendpoint = "OS"\nmonths = [2]\n'


def test_landmark_compares_who_is_left_by_what_is_known_then(tmp_path: Path) -> None:
    """2 months = 60.875 days: 3 has died, 4 is lost; 1 had responded, 2 and 5 had not (yet)."""
    found = results(tmp_path, LANDMARK)
    mark = dict(analysis="landmark", variable="OS")
    by = "response by 2 months"
    assert who(found, "n", group=f"{by} = Y", level="", **mark) == ("1",)
    assert who(found, "n", group=f"{by} = N", level="", **mark) == ("2", "5")
    assert who(found, "n", group=by, level="event up to the landmark", **mark) == ("3",)
    assert who(found, "n", group=by, level="censored up to the landmark", **mark) == ("4",)
    # 1 dies 200 - 60.875 days after the landmark; its median is that time.
    median = value(found, "estimate", group=f"{by} = Y", level="median", **mark)
    assert median == pytest.approx((200 - 60.875) / 30.4375)
    # Deaths on days 150 (2; at risk 1, 2, 5) and 200 (1; at risk 1, 5): O = 1, E = 1/3 + 1/2,
    # V = 2/9 + 1/4.
    statistic = value(found, "statistic", group=by, level="log-rank", **mark)
    assert statistic == pytest.approx((1 - 5 / 6) ** 2 / (2 / 9 + 1 / 4))
    assert ("OS", "mRECIST", f"{by} = Y") in found.landmarks


def test_a_landmark_without_responders_says_so(tmp_path: Path) -> None:
    plan = '[[analysis.landmark]]\nendpoint = "OS"\nmonths = [1]\n'
    found = results(tmp_path, plan)
    test = next(r for r in found.results if r.analysis == "landmark" and r.level == "log-rank")
    assert test.value is None and "nobody" in test.note


def test_response_changes_on_its_day(tmp_path: Path) -> None:
    """Deaths on 30 (all 5, nobody changed), 150 (1, 2, 5: two changed), 200 (1, 5: both changed).

    With b the log hazard ratio: log L = -log 5 - log(1 + 2 e^b) + b - log(2 e^b), whose derivative
    -2 e^b / (1 + 2 e^b) has no root: the likelihood rises as b falls without end.
    """
    plan = '[[analysis.time_dependent]]\nendpoint = "OS"\n'
    found = results(tmp_path, plan)
    model = dict(analysis="landmark", group="Cox model, response changing with time")
    assert who(found, "n", level="changed", **model) == ("1", "5")
    assert value(found, "events", level="", **model) == 3
    note = next(
        r.note for r in found.results if r.statistic == "events" and r.group == model["group"]
    )
    assert "rises without end" in note
    assert value(found, "hazard_ratio", level="response", **model) is None
    assert value(found, "p_value", level="Wald test", **model) is None


def test_without_a_change_nothing_is_tested(tmp_path: Path) -> None:
    """1 responds on the day of its death, which belongs to the time before; nobody has changed."""
    courses = {
        "1": "d0 TACE; d-7 scan 50; d42 scan 30; d42 dead",
        "2": "d0 TACE; d-7 scan 50; d42 scan 50; d100 dead",
        "3": "d0 TACE; d-7 scan 50; d42 scan 50; d120 alive",
    }
    found = results(tmp_path, '[[analysis.time_dependent]]\nendpoint = "OS"\n', courses)
    model = dict(analysis="landmark", group="Cox model, response changing with time")
    assert who(found, "n", level="changed", **model) == ()
    for statistic in ("statistic", "p_value"):
        for test in ("Wald test", "score test", "likelihood ratio test"):
            assert value(found, statistic, level=test, **model) is None
    assert value(found, "df", level="Wald test", **model) == 0


def test_changing_response_by_hand(tmp_path: Path) -> None:
    """Deaths on 30 of 3, on 150 of 2 (at risk 1, 2, 5), on 120 of 6, a responder since day 42.

    On day 30 nobody has changed. Day 120: at risk 1, 2, 5, 6, of whom 1, 5, 6 have changed and 6
    dies; day 150: 1, 5 changed, 2 dies; day 200: all changed. log L(b) = b - log(1 + 3 e^b)
    - log(1 + 2 e^b) + constants; with x = e^b, 1 = 3x/(1 + 3x) + 2x/(1 + 2x) at x = 1/sqrt 6.
    """
    courses = COURSES | {"6": "d0 TACE; d-7 scan 50; d42 scan 30; d120 dead"}
    plan = '[[analysis.time_dependent]]\nendpoint = "OS"\n'
    found = results(tmp_path, plan, courses)
    where = dict(analysis="landmark", level="response")
    assert value(found, "hazard_ratio", **where) == pytest.approx(1 / sqrt(6))


COMPETING = '[[analysis.competing]]\nendpoint = "PD"\nevent = "progression"\n'


def test_incidence_of_progression(tmp_path: Path) -> None:
    """Four patients: progression on 42, death on 84, progression on 126, alive with a scan on 168.

    F(42) = 1/4; S = 1/2 after day 84; F(126) = 1/4 + 1/2 x 1/2 = 1/2.
    """
    courses = {
        "1": "d0 TACE; d-7 scan 50; d42 scan 80",
        "2": "d0 TACE; d-7 scan 50; d42 scan 50; d84 dead",
        "3": "d0 TACE; d-7 scan 50; d84 scan 50; d126 scan 80",
        "4": "d0 TACE; d-7 scan 50; d84 scan 50; d168 scan 50",
    }
    text = COMPETING
    study, adam = derived(tmp_path, text, courses)
    plan = study.analysis.model_copy(update={"landmarks_months": (2.0, 5.0)})
    found = run_analysis(study.model_copy(update={"analysis": plan}), adam)
    where = dict(analysis="competing", variable="PD", group="")
    assert value(found, "estimate", level="progression by 2 months", **where) == pytest.approx(0.25)
    assert value(found, "estimate", level="progression by 5 months", **where) == pytest.approx(0.5)
    assert value(found, "events", level="progression", **where) == 2
    assert value(found, "events", level="death", **where) == 1
    assert list(found.incidences) == [("PD", "progression", "")]


SENSITIVITY = """
[analysis.sensitivity]
endpoints = ["PFS", "ORR"]
criteria = ["mRECIST"]
"""


def test_every_combination_has_a_row_and_one_is_the_protocols(tmp_path: Path) -> None:
    found = results(tmp_path, SENSITIVITY)
    rows = [r for r in found.results if r.analysis == "sensitivity"]
    counts = [r for r in rows if r.variable == "PFS" and r.statistic == "n" and r.level == ""]
    # Rules EMA and FDA; from first treatment only: nobody has a date of consent or refractoriness.
    assert [r.group for r in counts] == [
        "FDA, progression or death, from first treatment",
        "EMA, progression or death, from first treatment",
    ]
    assert [r.note for r in counts] == ["the protocol's own", ""]
    rates = [r for r in rows if r.variable == "ORR" and r.statistic == "estimate"]
    assert [(r.group, r.value) for r in rates] == [("unconfirmed", 40.0), ("confirmed", 20.0)]
    ends = {r.statistic: r.value for r in rows if r.variable == "ORR" and "all" in r.level}
    assert ends == {"n": 2.0, "min": 20.0, "max": 40.0}


def test_a_variant_differs_from_the_protocol_where_its_rule_does(tmp_path: Path) -> None:
    """Death on day 200, last scan on 42: EMA counts it, FDA censors it after missed visits."""
    courses = {"1": "d0 TACE; d-7 scan 50; d42 scan 50; d200 dead"}
    _, adam = derived(tmp_path, SENSITIVITY, courses)
    table = adam["ADTTESEN"].to_pylist()
    assert [(r["PARCAT2"], r["AVAL"], r["CNSR"]) for r in table] == [
        ("FDA", 42.0, 4),
        ("EMA", 200.0, 0),
    ]
    own = next(r for r in adam["ADTTE"].to_pylist() if r["PARAMCD"] == "PFS")
    assert {k: own[k] for k in ("AVAL", "CNSR", "REASON")} == {
        k: table[0][k] for k in ("AVAL", "CNSR", "REASON")
    }


def test_subgroups_of_one_arm_are_estimated_and_not_compared(tmp_path: Path) -> None:
    plan = '[[analysis.subgroup]]\nendpoint = "ORR"\nby = ["AGE"]\ncuts = { AGE = [50] }\n'
    study, adam = derived(tmp_path, plan, COURSES)
    found = run_analysis(study, adam)
    rows = [r for r in found.results if r.analysis == "subgroup"]
    # Nobody's age is on record: everybody, two empty bands, and all five without the value.
    sizes = [(r.group, r.value) for r in rows if r.statistic == "N"]
    assert sizes == [("", 5.0), ("AGE = <50", 0.0), ("AGE = >=50", 0.0), ("AGE = missing", 5.0)]
    assert not [r for r in rows if "interaction" in r.level]


def test_odds_ratio_and_its_interaction_by_hand() -> None:
    """Young: 3/5 against 1/5, log OR = log 6; old: 2/4 against 3/5, log OR = log(2/3)."""
    from functools import partial

    from hepatica.analysis.contrast import Contrast, contrast_rows, interaction_rows
    from hepatica.analysis.result import Result
    from hepatica.study.protocol import protocol_text
    from hepatica.study.reader import check_text

    assert not [f for f in check_text(protocol_text("blank")) if f.level == "error"]
    young = {f"y{i}": ("B" if i < 5 else "A") for i in range(10)}
    old = {f"o{i}": ("B" if i < 4 else "A") for i in range(9)}
    responders = frozenset({"y0", "y1", "y2", "y5", "o0", "o1", "o4", "o5", "o6"})
    study: Any = _Study()
    contrast = Contrast(
        study.endpoint, "ARM", ("A", "B"), young | old, None, responders, 5, "ADRS BOR"
    )
    row = partial(Result, "subgroup", "treated", "ORR")
    part = {r.statistic: r.value for r in contrast_rows(study, row, contrast, tuple(young))
            if "against" in r.level}  # fmt: skip
    se = sqrt(1 / 3 + 1 / 2 + 1 / 1 + 1 / 4)
    assert part["estimate"] == pytest.approx(6)
    assert part["ci_high"] == pytest.approx(exp(log(6) + 1.959964 * se), rel=1e-6)
    test = {r.statistic: r.value for r in interaction_rows(
        study, row, contrast, [tuple(young), tuple(old)])}  # fmt: skip
    weights = 1 / se**2, 1 / (1 / 2 + 1 / 2 + 1 / 3 + 1 / 2)
    logs = log(6), log(2 / 3)
    mean = sum(w * x for w, x in zip(weights, logs, strict=True)) / sum(weights)
    expected = sum(w * (x - mean) ** 2 for w, x in zip(weights, logs, strict=True))
    assert test["statistic"] == pytest.approx(expected)
    assert test["df"] == 1


def test_no_interaction_where_one_subgroup_alone_holds_both_groups() -> None:
    """The young are A and B, the old are all A: nothing can differ between young and old."""
    from functools import partial

    from hepatica.analysis.contrast import Contrast, interaction_rows
    from hepatica.analysis.result import Result
    from hepatica.analysis.survival import Times

    group = {"1": "A", "2": "B", "3": "A", "4": "B", "5": "A", "6": "A"}
    days = np.array([10.0, 20, 30, 40, 15, 25])
    times = Times(tuple(group), days, np.array([1, 1, 0, 1, 1, 1]), None)
    study: Any = _Study()
    contrast = Contrast(study.endpoint, "ARM", ("A", "B"), group, times, frozenset(), 1, "ADTTE OS")
    row = partial(Result, "subgroup", "treated", "OS")
    (found,) = interaction_rows(study, row, contrast, [("1", "2", "3", "4"), ("5", "6")])
    assert (found.statistic, found.value) == ("p_value", None)
    assert found.note.startswith("not estimable")


class _Study:
    """Only what a contrast asks of a study."""

    class conventions:
        conf_level = 0.95
        ties = "efron"

    endpoint = None


def readings(folder: Path, seen: dict[str, str]) -> Any:
    """Results of patients read by A, B and C: responses, "-" where a reader has none."""
    end = {"PR": 30, "SD": 50, "PD": 80}
    rows: dict[str, list[dict[str, Any]]] = {
        "subjects": [], "procedures": [], "lesions": [], "scans": [], "measurements": []
    }  # fmt: skip
    for subject, words in seen.items():
        rows["subjects"].append({"subject": subject})
        rows["procedures"].append({"subject": subject, "date": DAY_0, "procedure": "TACE"})
        for day in (-7, 42):
            when = DAY_0 + timedelta(days=day)
            rows["scans"].append({"subject": subject, "date": when, "modality": "CT"})
        for reader, word in zip("ABC", words.split(), strict=False):
            if word == "-":
                continue
            lesion = {"subject": subject, "lesion": "T1", "reader": reader}
            rows["lesions"].append({**lesion, "role": "target", "site": "liver"})
            for day, size in ((-7, 50), (42, end[word])):
                when = DAY_0 + timedelta(days=day)
                rows["measurements"].append({**lesion, "date": when, "viable_mm": float(size)})
    study_of(folder, [])
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + "[analysis.readers]\n", encoding="utf-8")
    from hepatica.study.reader import read_study

    study = read_study(folder)
    adam = derive_adam(study, Records.of({k: _table(k, v) for k, v in rows.items()}))
    return run_analysis(study, adam)


def test_a_reader_who_did_not_read_a_patient_says_so_beside_the_rate(tmp_path: Path) -> None:
    found = readings(tmp_path, {"1": "PR PD", "2": "PR -", "3": "PD -"})
    rate = dict(analysis="reader", variable="ORR", level="")
    notes = {r.group: r.note for r in found.results if r.statistic == "N"
             and all(getattr(r, k) == v for k, v in rate.items())}  # fmt: skip
    assert notes["A"] == "" and notes["B"] == "2 of them without a response, counted as none"
    # One patient read by both: a coefficient has no error, and says why.
    kappa = [r for r in found.results if r.level == "Cohen's kappa" and r.statistic != "estimate"]
    assert {(r.value, r.note) for r in kappa} == {(None, "not estimable from one subject")}


def test_readers_in_opposite_order_have_a_reason_for_no_correlation(tmp_path: Path) -> None:
    """Best changes -40 and 0 %, and 0 and -40 %: ICC(2,1) is a number over nothing."""
    found = readings(tmp_path, {"1": "PR SD", "2": "SD PR"})
    best = dict(analysis="reader", variable="Best change", group="all readers")
    assert value(found, "estimate", level="ICC(3,1)", **best) == -1
    assert value(found, "estimate", level="ICC(2,1)", **best) is None
    icc = next(r for r in found.results if r.level == "ICC(2,1)" and r.variable == "Best change")
    assert icc.note.startswith("not estimable")


def test_readers_agree_and_are_adjudicated(tmp_path: Path) -> None:
    """Three readers, four patients: PR PR PD; SD SD SD; PD PD PD; PR SD PD without a majority."""
    seen = {"1": "PR PR PD", "2": "SD SD SD", "3": "PD PD PD", "4": "PR SD PD"}
    found = readings(tmp_path, seen)
    rate = dict(analysis="reader", variable="ORR", level="rate")
    rates = {n: value(found, "estimate", group=n, **rate) for n in ("A", "B", "C", "adjudicated")}
    assert rates == {"A": 50.0, "B": 25.0, "C": 0.0, "adjudicated": 25.0}
    assert who(found, "n", analysis="reader", group="adjudicated", level="NE") == ("4",)
    # A against B: equal in 3 of 4. Margins A: PR 2, SD 1, PD 1; B: PR 1, SD 2, PD 1.
    pair = dict(analysis="reader", variable="BOR", group="A against B")
    assert value(found, "estimate", level="observed agreement", **pair) == 0.75
    chance = (2 * 1 + 1 * 2 + 1 * 1) / 16
    kappa = value(found, "estimate", level="Cohen's kappa", **pair)
    assert kappa == pytest.approx((0.75 - chance) / (1 - chance))
    # Pairs that agree: 1/3, 1, 1, 0; shares of PR, SD, PD: 3, 4, 5 of 12.
    every = dict(analysis="reader", variable="BOR", group="all readers")
    seen_by_chance = (9 + 16 + 25) / 144
    fleiss = value(found, "estimate", level="Fleiss' kappa", **every)
    assert fleiss == pytest.approx((7 / 12 - seen_by_chance) / (1 - seen_by_chance))
    # All measure 50 mm at baseline: no spread, so no correlation, and limits without width.
    sums = dict(analysis="reader", variable="Target sum at baseline")
    assert value(found, "estimate", group="all readers", level="ICC(2,1)", **sums) is None
    assert value(found, "estimate", group="A against B", level="bias", **sums) == 0

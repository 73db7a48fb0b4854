"""Patients rebuilt from curves are those of kmdata 1.0.1, and give the curve back."""

import csv
import gzip
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from reference_folder import reference_file

from hepatica.audit.recomputation.guyot import falling, rebuilt_patients
from hepatica.stats.kaplan_meier import kaplan_meier, median_survival


def columns(name: str) -> list[list[float]]:
    with reference_file(name).open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))[1:]
    return [[float(row[i]) for row in rows] for i in range(2)]


def test_the_patients_of_the_lung_curve_are_those_of_kmdata() -> None:
    curve = columns("guyot_lung_input_curve.csv")
    risk = columns("guyot_lung_input_atrisk.csv")
    expected = columns("guyot_lung_expected_ipd_kmdata.csv")
    found = rebuilt_patients(*curve, *risk)
    assert Counter(zip(found.time.tolist(), found.event.tolist(), strict=True)) == Counter(
        zip(*expected, strict=True)
    )


def arms() -> dict[tuple[str, str], list[tuple[float, int]]]:
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    path = Path(os.environ.get("HEPATICA_DATA") or beside) / "kmdata" / "kmdata_ipd_dev.csv.gz"
    if not path.is_file():
        pytest.skip("kmdata is not here: set HEPATICA_DATA to the folder that holds it")
    found = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[row["dataset"], row["arm"]].append((float(row["time"]), int(row["event"])))
    return found


def test_arms_of_oncology_trials_come_back_from_their_curves() -> None:
    """Curves read to three decimals at their steps, ten numbers at risk: 60 arms of kmdata."""
    off, medians = [], []
    for rows in list(arms().values())[:60]:
        time, event = (np.array(column) for column in zip(*rows, strict=True))
        curve = kaplan_meier(time, event)
        marks = np.linspace(0, curve.max_time, 11)[:10]
        at_risk = [(time >= m).sum() for m in marks]
        found = rebuilt_patients(
            curve.time, curve.survival.round(3), marks, at_risk, tail=True, events=int(event.sum())
        )
        assert found.n == len(rows)
        off.append(abs(found.events - event.sum()) / event.sum())
        then, now = (median_survival(c).estimate for c in (curve, _curve(found)))
        if then and now:
            medians.append(abs(now / then - 1))
    assert np.median(off) < 0.01
    assert max(off) < 0.12
    assert np.quantile(medians, 0.9) < 0.02


def _curve(found):
    return kaplan_meier(found.time, found.event)


def test_the_nearest_falling_curve() -> None:
    # By hand: 0.7 and 0.8 rise and become 0.75; the rest falls already.
    assert falling(np.array([1, 0.9, 0.7, 0.8, 0.6])).tolist() == [1, 0.9, 0.75, 0.75, 0.6]
    assert falling(np.array([0.1, 0.2, 0.6])) == pytest.approx(np.full(3, 0.3))


def test_an_exact_curve_without_censoring_returns_every_patient() -> None:
    n = 25
    steps = np.arange(1, n + 1)
    found = rebuilt_patients(steps, 100 * (1 - steps / n), [0], [n])
    assert found.time.tolist() == steps.tolist()
    assert found.events == n


def test_the_total_of_events_settles_the_last_interval() -> None:
    steps = np.arange(1, 11)
    survival = 1 - steps / 20
    free = rebuilt_patients(steps, survival, [0], [20])
    assert free.events == 10
    fewer = rebuilt_patients(steps, survival, [0], [20], events=8)
    assert fewer.n == 20
    assert fewer.events <= 9


def test_an_interval_without_a_point_is_not_lost() -> None:
    found = rebuilt_patients([1, 9], [0.9, 0.5], [0, 3, 6, 8], [20, 18, 15, 12], tail=True)
    assert found.n == 20
    assert found.events >= 2 + 5

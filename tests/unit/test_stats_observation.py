from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.observation import (
    check_group,
    check_observation,
    merged_times,
    time_rank,
)


@pytest.mark.parametrize(
    ("time", "event", "error"),
    [
        ([], [], NotDefined),
        ([1, 2], [1], ShapeError),
        ([[1, 2]], [1, 0], ShapeError),
        ([1, 2], [[1, 0]], ShapeError),
        (["a", "b"], [1, 0], ShapeError),
        ([1, -1], [1, 0], NotDefined),
        ([1, math.nan], [1, 0], NotDefined),
        ([1, math.inf], [1, 0], NotDefined),
        ([1, None], [1, 0], NotDefined),
        ([1, 2], [1, 2], NotDefined),
        ([1, 2], [1, math.nan], NotDefined),
        ([1, 2], [1, None], NotDefined),
        ([1, 2], ["1", "0"], NotDefined),
        (3.0, 1, ShapeError),
    ],
)
def test_follow_up_that_cannot_be_used_is_refused(
    time: Any, event: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_observation(time, event)


@pytest.mark.parametrize("entry", [[0, 2], [0, 3], [0, -1], [0, math.nan], [0]])
def test_an_entry_must_come_before_its_time(entry: list[float]) -> None:
    with pytest.raises((NotDefined, ShapeError)):
        check_observation([1, 2], [1, 0], entry)


def test_integers_floats_booleans_and_objects_are_read_alike() -> None:
    for time in ([0, 1, 2], [0.0, 1.0, 2.0], np.array([0, 1, 2], dtype="int8"), [-0.0, 1, 2]):
        for event in ([1, 0, 1], [True, False, True], [1.0, 0.0, 1.0], np.array([1, 0, 1], object)):
            seen = check_observation(time, event)
            assert seen.time.tolist() == [0, 1, 2]
            assert seen.event.tolist() == [True, False, True]


def test_messages_hold_no_patient_value() -> None:
    with pytest.raises(NotDefined) as raised:
        check_observation([12.5, -77.25], [1, 0])
    assert "77" not in str(raised.value)


def test_groups_come_out_sorted() -> None:
    for labels, found in (
        (["b", "a", "b"], ("a", "b")),
        ([7, 3, 7], (3, 7)),
        ([True, False, True], (False, True)),
        ([10**12, 0, 10**12], (0, 10**12)),
        ([-3, 5, 5], (-3, 5)),
        (np.array([2, 0, 2], dtype="uint8"), (0, 2)),
    ):
        codes, groups = check_group(labels, 3)
        assert groups == found
        assert codes.tolist() == [groups.index(v) for v in np.asarray(labels).tolist()]


@pytest.mark.parametrize("labels", [["a", None, "b"], [1.0, math.nan, 2.0], [1, "a", None]])
def test_a_missing_group_is_refused(labels: list[object]) -> None:
    with pytest.raises(NotDefined):
        check_group(np.array(labels, dtype=object if None in labels else float), 3)
    with pytest.raises(ShapeError):
        check_group(["a"], 3)
    with pytest.raises(NotDefined):
        check_group(np.array([1, "a", 2], dtype=object), 3)


def test_near_times_take_the_first_of_their_run() -> None:
    times = np.array([1.0, 1.0 + 1e-9, 1.0 + 2e-9, 2.0])
    assert merged_times(times).tolist() == [1.0, 1.0, 1.0, 2.0]
    # Relative to the mean of the distinct times: 1 day is noise among times near 1e9 days.
    assert merged_times(np.array([1e9, 1e9 + 1, 2e9])).tolist() == [1e9, 1e9, 2e9]
    assert merged_times(np.array([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_an_interval_that_merging_empties_is_refused() -> None:
    with pytest.raises(NotDefined):
        time_rank(check_observation([1 + 1e-12, 2.0], [1, 1], [1.0, 0.0]))


def test_only_whole_numbers_are_counted_by() -> None:
    for time in ([0, 3], [0.0, 3.0], np.array([0, 3], dtype="uint8")):
        whole = check_observation(time, [1, 0]).whole
        assert whole is not None
        assert whole.tolist() == [0, 3]
    assert check_observation([0.0, 2.5], [1, 0]).whole is None
    assert check_observation([0.0, 1e12], [1, 0]).whole is None
    assert check_observation(np.array([0, 10**12]), [1, 0]).whole is None


def test_a_curve_needs_neither_scipy_nor_pandas() -> None:
    code = (
        "import sys, hepatica.stats.kaplan_meier, hepatica.stats.log_rank, hepatica.stats.cox;"
        "sys.exit(any(m in sys.modules for m in ('scipy', 'pandas', 'numba')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

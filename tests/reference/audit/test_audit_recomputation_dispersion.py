"""The spread of median intervals, against arms of published oncology trials."""

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest

from hepatica.audit.printed import parse_printed
from hepatica.audit.recomputation.dispersion import LARGEST, REFERENCE, dispersion, told_reference


def widths() -> np.ndarray:
    """W of the arms whose limits R gives (log type), survival 3.5-3."""
    beside = Path(__file__).parents[3].parent / "shared" / "data"
    data = Path(os.environ.get("HEPATICA_DATA") or beside)
    path = data / "kmdata" / "reference_R_arms_dev.csv"
    if not path.is_file():
        pytest.skip("kmdata is not here: set HEPATICA_DATA to the folder that holds it")
    found = []
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["median_lo_log"] and row["median_hi_log"]:
                ratio = float(row["median_hi_log"]) / float(row["median_lo_log"])
                found.append(math.sqrt(int(row["events"])) * math.log(ratio))
    return np.array(found)


def test_the_arms_at_hand_are_spread_as_the_reference() -> None:
    """Part of the 368 arms, so quantiles are near, not equal, and none is beyond the largest."""
    found = widths()
    assert len(found) > 100
    (_, median), (_, most_of_95), *_ = REFERENCE
    assert np.quantile(found, 0.5) == pytest.approx(median, rel=0.05)
    assert np.quantile(found, 0.95) == pytest.approx(most_of_95, rel=0.15)
    assert found.max() <= LARGEST + 0.05


def of(low: str, high: str, events: int, level: float = 0.95) -> float | None:
    ends = parse_printed(low), parse_printed(high)
    assert ends[0] and ends[1]
    found = dispersion(ends[0], ends[1], events, level=level)
    return found and found.w


def test_the_widths_of_the_seed() -> None:
    # sqrt(20) ln(22.6 / 2.1) = 10.63, sqrt(20) ln(10.5 / 1.0) = 10.52, with 12 events 8.2
    assert of("2.1", "22.6", 20) == pytest.approx(10.63, abs=0.005)
    assert of("1.0", "10.5", 20) == pytest.approx(10.52, abs=0.005)
    assert of("2.1", "22.6", 12) == pytest.approx(8.23, abs=0.005)


def test_another_level_is_brought_to_95_percent() -> None:
    # qnorm(.975) / qnorm(.95) = 1.1916
    assert of("2.1", "22.6", 20, 0.9) == pytest.approx(10.626 * 1.1916, rel=1e-3)


def test_limits_without_a_width() -> None:
    assert of("0", "22.6", 20) is None
    assert of("5", "5", 20) is None
    assert of("2.1", "22.6", 0) is None


@pytest.mark.parametrize(
    ("w", "words"),
    [(3.0, "50 %"), (5.0, "50 %"), (9.5, "99 %"), (10.63, "99.9 %"), (13.0, "largest")],
)
def test_what_is_told_of_a_width(w: float, words: str) -> None:
    assert words in told_reference(w)

"""Items of the results table as cells: which statistics stand together, and how."""

from __future__ import annotations

from hepatica.report import number
from hepatica.report.ledger import Item
from hepatica.report.table import EMPTY, Cell


def count_cell(item: Item | None, statistic: str = "n") -> Cell:
    """A count; empty where the item does not exist."""
    if item is None or not item.has(statistic):
        return EMPTY
    return Cell(number.count(item.value(statistic)), item.rows_of(statistic))


def share_cell(item: Item | None) -> Cell:
    """Count and percentage, n (%)."""
    if item is None or not item.has("n"):
        return EMPTY
    text = number.count_percent(item.value("n"), item.value("percent"))
    return Cell(text, item.rows_of("n", "percent"))


def range_cell(item: Item | None) -> Cell:
    """Median with range."""
    return _spread(item, "median", "min", "max")


def quartile_cell(item: Item | None) -> Cell:
    """Median with quartiles."""
    return _spread(item, "median", "q1", "q3")


def mean_cell(item: Item | None) -> Cell:
    """Mean with standard deviation."""
    if item is None or not item.has("mean"):
        return EMPTY
    return Cell(number.mean_sd(item.value("mean"), item.value("sd")), item.rows_of("mean", "sd"))


def rate_cell(item: Item | None) -> Cell:
    """A rate in percent with its interval; the share of the count stands in front."""
    if item is None or not item.has("estimate"):
        return EMPTY
    text = number.estimate(*_limits(item, 1))
    if item.has("n", "N"):
        text = f"{number.count(item.value('n'))}/{number.count(item.value('N'))}; {text}"
    return Cell(text, item.rows_of("n", "N", "estimate", "ci_low", "ci_high"))


def probability_cell(item: Item | None) -> Cell:
    """A probability as a percentage with its interval."""
    if item is None or not item.has("estimate"):
        return EMPTY
    rows = item.rows_of("estimate", "ci_low", "ci_high", "at_risk")
    return Cell(number.estimate(*_limits(item, 100)), rows)


def time_cell(item: Item | None) -> Cell:
    """A time with its interval, or "not reached"."""
    if item is None or not item.has("estimate"):
        return EMPTY
    return Cell(
        number.median_time(*_limits(item, 1), item.results["estimate"].unit),
        item.rows_of("estimate", "ci_low", "ci_high"),
    )


def ratio_cell(item: Item | None) -> Cell:
    """A hazard ratio with its interval."""
    if item is None or not item.has("hazard_ratio"):
        return EMPTY
    values = (item.value(s) for s in ("hazard_ratio", "ci_low", "ci_high"))
    return Cell(number.ratio_interval(*values), item.rows_of("hazard_ratio", "ci_low", "ci_high"))


def p_cell(item: Item | None) -> Cell:
    """A P value."""
    if item is None or not item.has("p_value"):
        return EMPTY
    return Cell(number.p_value(item.value("p_value")), item.rows_of("p_value"))


def _limits(item: Item, factor: float) -> tuple[float | None, float | None, float | None]:
    value, low, high = (item.value(s) for s in ("estimate", "ci_low", "ci_high"))
    return _times(value, factor), _times(low, factor), _times(high, factor)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _spread(item: Item | None, middle: str, low: str, high: str) -> Cell:
    if item is None or not item.has(middle):
        return EMPTY
    text = number.median_range(item.value(middle), item.value(low), item.value(high))
    return Cell(text, item.rows_of(middle, low, high))

"""Numbers as text for people: the only place where a number is rounded.

Rounding is half away from zero on the shortest decimal that names the number, after float noise
beyond twelve significant digits is dropped: 2.675 is 2.68 and 0.5 is 1. A missing number is never
0: it is `NOT_ESTIMABLE`, or `NOT_REACHED` where a curve stays above one half.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

NOT_REACHED = "not reached"
NOT_ESTIMABLE = "NE"
EN_DASH = "\u2013"
MINUS = "\u2212"

_SIGNIFICANT = 12


def rounded(value: float, digits: int) -> Decimal:
    """`value` rounded half away from zero to `digits` decimals; never minus zero."""
    exact = Decimal(f"{value:.{_SIGNIFICANT}g}")
    result = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float | None, digits: int = 1) -> str:
    """A number with a true minus sign, such as −12.3; `NOT_ESTIMABLE` where None."""
    if value is None:
        return NOT_ESTIMABLE
    return f"{rounded(value, digits):,f}".replace("-", MINUS)


def count(value: float | None) -> str:
    """A whole number with a comma between thousands, such as 2,360."""
    return number(value, 0)


def percent(value: float | None, digits: int = 1) -> str:
    """A percentage with its sign, such as 35.0%."""
    return NOT_ESTIMABLE if value is None else f"{number(value, digits)}%"


def count_percent(part: float | None, of_whole: float | None) -> str:
    """Count and percentage, n (%), such as 16 (80.0); 0 (0.0) for nobody."""
    return f"{count(part)} ({number(of_whole)})"


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Two limits, such as 15.4–59.2; joined by "to" where one of them is negative."""
    negative = any(x is not None and rounded(x, digits) < 0 for x in (low, high))
    return (" to " if negative else EN_DASH).join((number(low, digits), number(high, digits)))


def estimate(
    value: float | None, low: float | None, high: float | None, digits: int = 1, sign: str = ""
) -> str:
    """An estimate and its limits, such as 9.2 (2.1–22.6); the level stands in the footnote."""
    shown = NOT_ESTIMABLE if value is None else f"{number(value, digits)}{sign}"
    return f"{shown} ({interval(low, high, digits)})"


def median_time(
    value: float | None, low: float | None, high: float | None, unit: str = "months"
) -> str:
    """A median time and its limits; "not reached (3.1–NE)" where the curve stays above 0.5."""
    shown = NOT_REACHED if value is None else number(value, _time_digits((value,), unit))
    return f"{shown} ({time_interval(low, high, unit)})"


def time_interval(low: float | None, high: float | None, unit: str = "months") -> str:
    """Two times; one decimal, but whole days stay whole."""
    return interval(low, high, _time_digits((low, high), unit))


def median_range(
    value: float | None, low: float | None, high: float | None, digits: int = 1
) -> str:
    """A median with range or quartiles in square brackets, such as 54.5 [35–78]."""
    ends = 0 if _whole((low, high)) else digits
    middle = 0 if _whole((value, low, high)) else digits
    return f"{number(value, middle)} [{interval(low, high, ends)}]"


def mean_sd(mean: float | None, sd: float | None, digits: int = 1) -> str:
    """A mean and its standard deviation, such as 54.9 (11.3)."""
    return f"{number(mean, digits)} ({number(sd, digits)})"


def p_value(value: float | None) -> str:
    """A P value to three decimals; <0.001 and >0.999 at the ends."""
    if value is None:
        return NOT_ESTIMABLE
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.999 else number(value, 3)


def ratio(value: float | None) -> str:
    """A ratio such as a hazard ratio to two decimals; three below 0.1, none from 1,000."""
    if value is None:
        return NOT_ESTIMABLE
    if abs(value) >= 1000:
        return number(value, 0)
    return number(value, 3 if 0 < abs(value) < 0.1 else 2)


def ratio_interval(value: float | None, low: float | None, high: float | None) -> str:
    """A ratio and its limits, such as 1.52 (1.20–1.93)."""
    return f"{ratio(value)} ({ratio(low)}{EN_DASH}{ratio(high)})"


def level(value: float) -> str:
    """A confidence level as a percentage without needless zeros: 0.95 is 95%, 0.975 is 97.5%."""
    return f"{Decimal(f'{100 * value:.6g}').normalize():f}%"


def plain(value: float | None) -> str:
    """A number as it was given, with no rounding but float noise dropped: 5, 4.03, 30.4375."""
    if value is None:
        return ""
    return f"{Decimal(f'{value:.{_SIGNIFICANT}g}').normalize():f}".replace("-", MINUS)


def _time_digits(values: Iterable[float | None], unit: str) -> int:
    return 0 if unit == "days" and _whole(values) else 1


def _whole(values: Iterable[float | None]) -> bool:
    return all(x is None or float(x).is_integer() for x in values)

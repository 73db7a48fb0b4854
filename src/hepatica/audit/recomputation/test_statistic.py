"""Test statistics in a text, such as ``t(28) = 2.20, p = .036``, and p computed again from them.

What the p must be, as statcheck does it [nuijten2016]: the statistic stands for every value within
half a unit of its last place, so p for a range; a printed ``p =`` must lie in that range, both
rounded to the decimals of the print. ``p <`` must not be below the range, ``p >`` not above it,
``ns`` means p > alpha, and p = 0 cannot be. A decision error is a result on the other side of
alpha than the statistic, rounded or not.

Where we differ from statcheck 1.6.0: ``t < 1`` is a bound, so p must only not be below that of
1.5 (statcheck takes 0.5, and calls t(28) < 1, p = .40 an error). Extraction follows its strict
APA style: round brackets, a comma before p, one sign. Read beyond it: ``P``, decimal commas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scipy.special import chdtrc, fdtrc, stdtr

from hepatica.stats.tail import normal_two_sided

# Every repetition is bounded, so that no text can make the search slow.
_SPACE = r"\s{0,3}"
_NUMBER = r"(?:\d{0,12}\.\d{1,12}|\d{1,12})"
_ONE_DF = rf"\({_SPACE}(?P<df>{_NUMBER}){_SPACE}\)"
_NAMES = (
    rf"(?<![A-Za-z0-9])(?P<t_r>[tr]){_SPACE}{_ONE_DF}",
    rf"(?<![A-Za-z0-9])F{_SPACE}\({_SPACE}(?P<df1>{_NUMBER}|[Il]){_SPACE},{_SPACE}"
    rf"(?P<df2>{_NUMBER}){_SPACE}\)",
    rf"(?<![A-Za-z0-9])Q(?P<q>\s?-?\s?(?:[wW](?:ithin)?|[bB](?:etween)?))?{_SPACE}"
    rf"{_ONE_DF.replace('<df>', '<q_df>')}",
    rf"(?:(?<![A-Za-z])(?:[χΧXx]|[Cc]hi)[\s_^-]?(?:2|²|[Ss]quared?)?|[^\sA-Za-z0-9](?:\^2|2|²)"
    rf"|(?<![A-Za-z])G(?:\^2|2|²)){_SPACE}\({_SPACE}(?P<chi_df>{_NUMBER}){_SPACE}"
    rf"(?:,{_SPACE}[Nn]{_SPACE}={_SPACE}\d[\d,]{{0,15}}{_SPACE})?\)",
    r"(?<![A-Za-z0-9])(?P<z>[zZ])",
)
_VALUE = (
    rf"{_SPACE}(?P<sign>[<>=])\s?(?P<minus>[^\sa-zA-Z\d.<>=]{{0,3}})"
    r"(?P<value>(?:\d{1,3}(?:,\d{3}){1,4}|\d{0,12})(?:[.,]\d{1,12})?)(?<=\d)"
)
_P = (
    rf"{_SPACE},{_SPACE}(?:(?P<ns>[nN]\.?[sS])(?![A-Za-z])"
    rf"|[pP]{_SPACE}(?P<p_sign>[<>=]){_SPACE}(?P<p>\d?[.,]\d{{1,30}}(?:[eE]-?\d{{1,3}})?))"
)
_RESULT = re.compile(rf"(?:{'|'.join(_NAMES)}){_VALUE}{_P}")
_DECIMAL_COMMA = re.compile(r"\d{0,12},(?:\d{1,2}|\d{4,})")


@dataclass(frozen=True, slots=True)
class TestStatistic:
    """One printed result. `kind` is t, F, Z, r, Chi2, Q, Qw or Qb; `p` is None for ``ns``.

    `comparator` and `p_comparator` are ``<``, ``=`` or ``>`` (``ns`` for the latter); `half_unit`
    belongs to the value, `p_half_unit` to p.
    """

    __test__ = False  # Not a test of ours, whatever its name.

    text: str
    kind: str
    df1: float | None
    df2: float | None
    comparator: str
    value: Fraction
    half_unit: Fraction
    p_comparator: str
    p: Fraction | None
    p_half_unit: Fraction


@dataclass(frozen=True, slots=True)
class Rule:
    """How p is judged: the side of the test, alpha, and what p = alpha and p = 0 mean."""

    one_tailed: bool = False
    alpha: Fraction = Fraction(1, 20)
    p_equal_alpha_sig: bool = True
    p_zero_error: bool = True


@dataclass(frozen=True, slots=True)
class Recomputation:
    """p of the printed statistic, its range over the rounding, and how the printed p compares.

    `error` and `decision_error` are None where the statistic has no p (such as 0 df).
    """

    p: float
    low: float
    high: float
    error: bool | None
    decision_error: bool | None


def test_statistics(text: str) -> Iterator[TestStatistic]:
    """Every complete result in a text, in its order; correlations beyond 1 and p > 1 are none."""
    for match in _RESULT.finditer(text):
        found = _result(match)
        if found is not None:
            yield found


test_statistics.__test__ = False  # type: ignore[attr-defined]


def _result(match: re.Match[str]) -> TestStatistic | None:
    kind, df1, df2 = _kind(match)
    value, half = _number(match["value"])
    value = -value if match["minus"] else value
    p, p_half = _number(match["p"]) if match["p"] else (None, Fraction(0))
    if (kind == "r" and abs(value) > 1) or (p is not None and p > 1):
        return None
    p_sign = match["p_sign"] or "ns"
    text = match[0]
    return TestStatistic(text, kind, df1, df2, match["sign"], value, half, p_sign, p, p_half)


def _kind(match: re.Match[str]) -> tuple[str, float | None, float | None]:
    if match["t_r"]:
        return match["t_r"], None, float(match["df"])
    if match["df2"]:
        return "F", 1.0 if match["df1"] in "Il" else float(match["df1"]), float(match["df2"])
    if match["q_df"]:
        sub = (match["q"] or "").strip(" -\t\n")[:1].lower()
        return f"Q{sub}", float(match["q_df"]), None
    if match["chi_df"]:
        return "Chi2", float(match["chi_df"]), None
    return "Z", None, None


def _number(digits: str) -> tuple[Fraction, Fraction]:
    """The number and half a unit of its last place; a comma before not three digits is a point."""
    decimal = digits.lower()
    if _DECIMAL_COMMA.fullmatch(decimal.partition("e")[0]) or decimal.startswith(("0,", ",")):
        decimal = decimal.replace(",", ".")
    decimal = decimal.replace(",", "")
    mantissa, _, power = decimal.partition("e")
    unit = Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return Fraction(mantissa) * Fraction(10) ** int(power or 0), unit / 2


def p_of_statistic(
    kind: str, value: float, df1: float | None, df2: float | None, *, one_tailed: bool = False
) -> float:
    """The p of a test statistic; two-sided for t, r and Z unless `one_tailed`, else upper tail.

    Returns     nan where degrees of freedom are missing or not positive, or |r| > 1.
    """
    needed = {"t": (df2,), "r": (df2,), "Z": (), "F": (df1, df2)}.get(kind, (df1,))
    if any(df is None or df <= 0 for df in needed) or (kind == "r" and abs(value) > 1):
        return math.nan
    size, sides = abs(value), 1 if one_tailed else 2
    if kind == "Z":
        return normal_two_sided(size) * sides / 2
    if kind == "r" and df2 is not None:
        size = math.inf if size == 1 else size * math.sqrt(df2 / (1 - size**2))
    if kind in {"t", "r"}:
        return sides * float(stdtr(df2, -size))
    if kind == "F":
        return float(fdtrc(df1, df2, max(value, 0.0)))
    return float(chdtrc(df1, max(value, 0.0)))


def recomputation(stated: TestStatistic, rule: Rule | None = None) -> Recomputation:
    """The p of the statistic, and whether the printed p can come from it.

    References  [nuijten2016]; statcheck 1.6.0
    """
    rule = rule or Rule()
    p = _p(stated, stated.value, rule)
    low, high = _p_range(stated, rule)
    if math.isnan(p) or math.isnan(low) or math.isnan(high):
        return Recomputation(p, low, high, None, None)
    return Recomputation(
        p, low, high, _is_error(stated, rule, low, high), _is_decision_error(stated, rule, p)
    )


def _p(stated: TestStatistic, value: Fraction, rule: Rule) -> float:
    return p_of_statistic(
        stated.kind, float(value), stated.df1, stated.df2, one_tailed=rule.one_tailed
    )


def _p_range(stated: TestStatistic, rule: Rule) -> tuple[float, float]:
    """Least and greatest p over the rounding of the statistic."""
    near, far = stated.value - stated.half_unit, stated.value + stated.half_unit
    if stated.kind in {"t", "r", "Z"}:
        size = abs(stated.value)
        near, far = max(size - stated.half_unit, Fraction(0)), size + stated.half_unit
    if stated.kind == "r":
        near, far = min(near, Fraction(1)), min(far, Fraction(1))
    return _p(stated, far, rule), _p(stated, near, rule)


def _claimed(stated: TestStatistic, rule: Rule) -> tuple[str, Fraction]:
    if stated.p is None:
        return ">", rule.alpha
    return stated.p_comparator, stated.p


def _is_error(stated: TestStatistic, rule: Rule, low: float, high: float) -> bool:
    sign, p = _claimed(stated, rule)
    if rule.p_zero_error and p <= 0:
        return True
    # A bound on the statistic leaves p open on the other side.
    least = 0.0 if stated.comparator == ">" else low
    most = 1.0 if stated.comparator == "<" else high
    if sign == "<":
        return float(p) < least
    if sign == ">":
        return float(p) > most
    # Closed half-unit intervals: a p exactly between two prints may be printed as either.
    return p + stated.p_half_unit < Fraction(least) or p - stated.p_half_unit > Fraction(most)


def _is_decision_error(stated: TestStatistic, rule: Rule, computed: float) -> bool:
    sign, p = _claimed(stated, rule)
    at_alpha = rule.p_equal_alpha_sig
    alpha = float(rule.alpha)
    says_significant = sign != ">" and (
        p <= rule.alpha if at_alpha or sign == "<" else p < rule.alpha
    )
    says_not = (sign == ">" and p >= rule.alpha) or (sign == "=" and not says_significant)
    if stated.comparator == "<":
        return says_significant and computed >= alpha
    if stated.comparator == ">":
        return says_not and computed <= alpha
    is_significant = computed <= alpha if at_alpha else computed < alpha
    return (says_significant and not is_significant) or (says_not and is_significant)

"""Agreement of raters on a measurement: intraclass correlation, and the limits of agreement.

With MSR, MSC, MSE, MSW the mean squares of subjects, raters, residual and within subjects:

    ICC(1,1) = (MSR - MSW) / (MSR + (k - 1) MSW)                        other raters each subject
    ICC(2,1) = (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n)    raters drawn at random
    ICC(3,1) = (MSR - MSE) / (MSR + (k - 1) MSE)                        these raters only

and ICC(.,k) the same of the mean of k raters. Limits by F, for ICC(2,.) with Satterthwaite's
degrees of freedom, as McGraw and Wong give them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, fdtri, stdtrit

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.band import check_level
from hepatica.stats.observation import Floats


@dataclass(frozen=True, slots=True)
class Icc:
    """One intraclass correlation with its F test and limits.

    nan where it is undefined, as where raters differ by the same amount on subjects all alike.
    """

    name: str
    coefficient: float
    lower: float
    upper: float
    f: float
    df: tuple[float, float]
    p_value: float


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Bias (first minus second) and limits of agreement, each with its own limits.

    `low` and `high` are bias -+ z standard deviations of the differences; pairs are (lower, upper).
    """

    n: int
    bias: float
    sd: float
    low: float
    high: float
    bias_limits: tuple[float, float]
    low_limits: tuple[float, float]
    high_limits: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of subjects, raters, residual and within subjects; numbers of both."""

    rows: float
    columns: float
    residual: float
    within: float
    n: int
    k: int


def intraclass_correlation(values: ArrayLike, *, level: float = 0.95) -> dict[str, Icc]:
    """The six intraclass correlations of Shrout and Fleiss: ICC(1,1) to ICC(3,k).

    Parameters
    ----------
    values : numbers, (subjects, raters)     No missing values: leave subjects out first.

    Raises      ShapeError unless two-dimensional; NotDefined for fewer than two subjects or raters,
                missing values, or no difference between any two values.
    References  Shrout & Fleiss 1979; McGraw & Wong 1996; R psych 2.2.9 ICC
    """
    check_level(level)
    ms = _squares(_table(values))
    found = [_one_way(ms, level), _two_way_random(ms, level), _two_way_fixed(ms, level)]
    return {icc.name: icc for pair in found for icc in pair}


def bland_altman(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> BlandAltman:
    """Limits of agreement between two raters' measurements of the same subjects.

    Parameters
    ----------
    first, second : numbers, (n,)       No missing values: leave pairs out first.
    level : of the limits of agreement, and of the limits around bias and limits

    Raises      ShapeError for different lengths; NotDefined for fewer than two pairs or missing
                values.
    Notes       Limits of a limit: -+ t s sqrt(1/n + z^2 / (2 (n - 1))), t with n - 1 df.
    References  Bland & Altman 1986; Bland & Altman 1999
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ShapeError(f"raters with shapes {a.shape} and {b.shape}")
    gap = a - b
    n = len(gap)
    if n < 2 or not np.isfinite(gap).all():
        raise NotDefined("fewer than two pairs, or a missing value")
    z = check_level(level)
    bias, sd = float(gap.mean()), float(gap.std(ddof=1))
    t = float(stdtrit(n - 1, (1 + level) / 2))
    near, far = t * sd / np.sqrt(n), t * sd * np.sqrt(1 / n + z * z / (2 * (n - 1)))
    low, high = bias - z * sd, bias + z * sd
    around = [(m - h, m + h) for m, h in ((bias, near), (low, far), (high, far))]
    return BlandAltman(n, bias, sd, low, high, *around)


def _table(values: ArrayLike) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ShapeError(f"values have {table.ndim} dimensions; expected 2")
    if min(table.shape) < 2:
        raise NotDefined("fewer than two subjects or two raters")
    if not np.isfinite(table).all():
        raise NotDefined("values hold missing or infinite numbers")
    if np.ptp(table) == 0:
        raise NotDefined("all values are the same")
    return table


def _squares(table: Floats) -> _Squares:
    n, k = table.shape
    centred = table - table.mean()
    row, column = centred.mean(axis=1), centred.mean(axis=0)
    inside = centred - row[:, None]
    residual = inside - column[None, :]
    # What is left of a sum of squares by rounding is no variance.
    least = 1e-24 * float((table**2).sum())
    sums = (k * (row**2).sum(), n * (column**2).sum(), (residual**2).sum(), (inside**2).sum())
    df = (n - 1, k - 1, (n - 1) * (k - 1), n * (k - 1))
    rows, columns, rest, within = (
        float(x) / d if x > least else 0.0 for x, d in zip(sums, df, strict=True)
    )
    return _Squares(rows, columns, rest, within, n, k)


def _one_way(ms: _Squares, level: float) -> tuple[Icc, Icc]:
    df = (ms.n - 1.0, float(ms.n * (ms.k - 1)))
    return _by_ratio(("ICC(1,1)", "ICC(1,k)"), _over(ms.rows, ms.within), df, ms.k, level)


def _two_way_fixed(ms: _Squares, level: float) -> tuple[Icc, Icc]:
    df = (ms.n - 1.0, float((ms.n - 1) * (ms.k - 1)))
    return _by_ratio(("ICC(3,1)", "ICC(3,k)"), _over(ms.rows, ms.residual), df, ms.k, level)


def _by_ratio(
    names: tuple[str, str], f: float, df: tuple[float, float], k: int, level: float
) -> tuple[Icc, Icc]:
    """ICC of one rater and of the mean of k, both functions of F, which is monotone in each."""
    tail = (1 + level) / 2
    ends = (f, f / float(fdtri(*df, tail)), f * float(fdtri(df[1], df[0], tail)))
    one, low, high = (1.0 if x == np.inf else (x - 1) / (x + k - 1) for x in ends)
    mean, low_k, high_k = (-np.inf if x <= 0 else 1 - 1 / x for x in ends)
    p = float(fdtrc(*df, f))
    return Icc(names[0], one, low, high, f, df, p), Icc(names[1], mean, low_k, high_k, f, df, p)


def _two_way_random(ms: _Squares, level: float) -> tuple[Icc, Icc]:
    n, k = ms.n, ms.k
    df = (n - 1.0, float((n - 1) * (k - 1)))
    shift = (ms.columns - ms.residual) / n
    one = _ratio(ms.rows - ms.residual, ms.rows + (k - 1) * ms.residual + k * shift)
    mean = _ratio(ms.rows - ms.residual, ms.rows + shift)
    f = _over(ms.rows, ms.residual)
    p = float(fdtrc(*df, f))
    low, high = (np.nan, np.nan) if np.isnan(f) else _random_limits(ms, one, level)
    names = ("ICC(2,1)", "ICC(2,k)")
    whole = tuple(_ratio(x * k, 1 + x * (k - 1)) for x in (low, high))
    return (
        Icc(names[0], one, low, high, f, df, p),
        Icc(names[1], mean, whole[0], whole[1], f, df, p),
    )


def _random_limits(ms: _Squares, icc: float, level: float) -> tuple[float, float]:
    n, k = ms.n, ms.k
    fj = _over(ms.columns, ms.residual)
    a = k * icc * fj + n * (1 + (k - 1) * icc) - k * icc
    b = (n - 1) * k**2 * icc**2 * fj**2 + (n * (1 + (k - 1) * icc) - k * icc) ** 2
    v = (k - 1) * (n - 1) * a**2 / b if np.isfinite(fj) else float(k - 1)
    tail = (1 + level) / 2
    up, down = float(fdtri(n - 1, v, tail)), float(fdtri(v, n - 1, tail))
    noise = k * ms.columns + (k * n - k - n) * ms.residual
    low = _ratio(n * (ms.rows - up * ms.residual), up * noise + n * ms.rows)
    high = _ratio(n * (down * ms.rows - ms.residual), noise + n * down * ms.rows)
    return low, high


def _over(signal: float, noise: float) -> float:
    """Ratio of mean squares; nan where there is neither."""
    if noise > 0:
        return signal / noise
    return np.inf if signal > 0 else np.nan


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan

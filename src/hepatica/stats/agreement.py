"""Agreement of raters on categories: percent, Cohen's kappa, Fleiss' kappa, Gwet's AC1 and AC2.

Weights say how much a disagreement is still an agreement: 'unweighted' none, 'linear'
1 - |i - j| / (k - 1), 'quadratic' 1 - (i - j)^2 / (k - 1)^2, the categories in the order given.
AC1 is unweighted; AC2 is the same with weights. Standard errors are those of other subjects seen
by the same raters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hepatica.core.errors import NotDefined, ShapeError, UsageError
from hepatica.stats.band import check_level
from hepatica.stats.observation import Floats

Weights = Literal["unweighted", "linear", "quadratic"]
Rating = object


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement with its standard error and limits, and what it is made of.

    `observed` is the weighted agreement seen, `expected` that by chance; `n` counts the subjects.
    A standard error is nan where one subject leaves none. Limits are cut to at most 1.
    """

    coefficient: float
    se: float
    lower: float
    upper: float
    observed: float
    expected: float
    n: int


def cohen_kappa(
    first: Sequence[Rating],
    second: Sequence[Rating],
    categories: Sequence[Rating],
    *,
    weights: Weights = "unweighted",
    level: float = 0.95,
) -> Agreement:
    """Cohen's kappa of two raters over the same subjects, weighted if asked.

    Parameters
    ----------
    first, second : category of each subject, (n,)     None where a rater gave none; left out.
    categories : every category, in order

    Raises      ShapeError for raters of different length; NotDefined where no subject has both
                ratings, a rating is no category, or chance agreement is complete;
                UsageError for another weighting.
    References  Cohen 1960; Cohen 1968; Fleiss, Cohen & Everitt 1969 (standard error)
    """
    if len(first) != len(second):
        raise ShapeError(f"raters with {len(first)} and {len(second)} ratings")
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    if not pairs:
        raise NotDefined("no subject has both ratings")
    code = _codes(categories)
    table = np.zeros((len(code), len(code)))
    for a, b in pairs:
        table[_code(a, code), _code(b, code)] += 1
    n = len(pairs)
    p, w = table / n, _weight(len(code), weights)
    row, column = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(row @ w @ column)
    if expected >= 1 - 1e-12:
        raise NotDefined("both raters used one category only: agreement by chance is complete")
    kappa = (observed - expected) / (1 - expected)
    mean = (w @ column)[:, None] + (row @ w)[None, :]
    spread = float((p * (w - mean * (1 - kappa)) ** 2).sum())
    centre = (kappa - expected * (1 - kappa)) ** 2
    se = float(np.sqrt(max(spread - centre, 0.0) / n) / (1 - expected)) if n > 1 else np.nan
    return _agreement(kappa, se, (observed, expected), n, level)


def fleiss_kappa(
    ratings: Sequence[Sequence[Rating]],
    categories: Sequence[Rating],
    *,
    weights: Weights = "unweighted",
    level: float = 0.95,
) -> Agreement:
    """Fleiss' kappa of several raters; subjects may have different numbers of ratings.

    Parameters
    ----------
    ratings : a row of ratings a subject, (n, raters)    None where a rater gave none.

    Raises      as `gwet_ac`
    Notes       With the same number of ratings for each subject this is Fleiss' own coefficient;
                otherwise Gwet's generalisation. The standard error is Gwet's, which does not
                suppose that there is no agreement.
    References  Fleiss 1971; Gwet 2014, chapters 3 and 6
    """
    counts, w = _counted(ratings, categories, weights)
    share, pi, twice = _shares(counts)
    each = _each(counts, w, twice)
    observed = float(each[twice].mean())
    expected = float(pi @ w @ pi)
    if expected >= 1 - 1e-12:
        raise NotDefined("all raters used one category only: agreement by chance is complete")
    kappa = (observed - expected) / (1 - expected)
    chance = (share @ (w + w.T) @ pi) / 2
    return _linearised(kappa, (each, twice, chance), (observed, expected), level)


def gwet_ac(
    ratings: Sequence[Sequence[Rating]],
    categories: Sequence[Rating],
    *,
    weights: Weights = "unweighted",
    level: float = 0.95,
) -> Agreement:
    """Gwet's AC1 (unweighted) or AC2 (weighted) of two or more raters.

    Parameters
    ----------
    ratings : a row of ratings a subject, (n, raters)    None where a rater gave none.
    categories : every category that could have been used, in order; two or more

    Raises      ShapeError for rows of different length; NotDefined for fewer than two categories,
                a rating that is no category, or no subject with two ratings; UsageError for
                another weighting.
    References  Gwet 2008; Gwet 2014, chapters 3 and 4
    """
    counts, w = _counted(ratings, categories, weights)
    share, pi, twice = _shares(counts)
    each = _each(counts, w, twice)
    observed = float(each[twice].mean())
    k = len(pi)
    spread = float(w.sum()) / (k * (k - 1))
    expected = spread * float((pi * (1 - pi)).sum())
    ac = (observed - expected) / (1 - expected)
    chance = spread * (share @ (1 - pi))
    return _linearised(ac, (each, twice, chance), (observed, expected), level)


def percent_agreement(
    ratings: Sequence[Sequence[Rating]], categories: Sequence[Rating], *, level: float = 0.95
) -> Agreement:
    """Share of the pairs of ratings of one subject that agree, averaged over the subjects.

    Parameters, Raises  as `gwet_ac`. `expected` is 0: nothing is taken off for chance.
    """
    counts, w = _counted(ratings, categories, "unweighted")
    _, _, twice = _shares(counts)
    each = _each(counts, w, twice)
    observed = float(each[twice].mean())
    return _linearised(observed, (each, twice, np.zeros(len(each))), (observed, 0.0), level)


def _agreement(
    value: float, se: float, parts: tuple[float, float], n: int, level: float
) -> Agreement:
    z = check_level(level)
    return Agreement(value, se, value - z * se, float(np.minimum(value + z * se, 1.0)), *parts, n)


def _linearised(
    value: float,
    terms: tuple[Floats, NDArray[np.bool_], Floats],
    parts: tuple[float, float],
    level: float,
) -> Agreement:
    """The coefficient with Gwet's variance: each subject's own share of it, linearised.

    A subject with one rating counts in the chance term only, so that the shares of those with two
    ratings or more are raised by n / n2.
    """
    each, twice, chance = terms
    expected = parts[1]
    n, pairs = len(each), int(twice.sum())
    own = np.where(twice, n / pairs * (each - expected) / (1 - expected), 0.0)
    star = own - 2 * (1 - value) * (chance - expected) / (1 - expected)
    variance = float(((star - value) ** 2).sum()) / (n * (n - 1)) if n > 1 else np.nan
    return _agreement(value, float(np.sqrt(variance)), parts, n, level)


def _counted(
    ratings: Sequence[Sequence[Rating]], categories: Sequence[Rating], weights: str
) -> tuple[Floats, Floats]:
    """Ratings of each subject by category (subjects with one or more), and the weights."""
    code = _codes(categories)
    if len({len(row) for row in ratings}) > 1:
        raise ShapeError("subjects with different numbers of raters; None stands for no rating")
    counts = np.zeros((len(ratings), len(code)))
    for i, row in enumerate(ratings):
        for rating in row:
            if rating is not None:
                counts[i, _code(rating, code)] += 1
    counts = counts[counts.sum(axis=1) > 0]
    if not (counts.sum(axis=1) > 1).any():
        raise NotDefined("no subject has two ratings")
    return counts, _weight(len(code), weights)


def _shares(counts: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Share of each category within each subject, their mean, and who has two ratings or more."""
    total = counts.sum(axis=1)
    share = counts / total[:, None]
    return share, share.mean(axis=0), total > 1


def _each(counts: Floats, w: Floats, twice: NDArray[np.bool_]) -> Floats:
    """Weighted agreement within each subject; 0 where there is one rating."""
    total = counts.sum(axis=1)
    agreeing = (counts * (counts @ w.T - 1)).sum(axis=1)
    pairs = np.where(twice, total * (total - 1), 1.0)
    result: Floats = np.where(twice, agreeing / pairs, 0.0)
    return result


def _codes(categories: Sequence[Rating]) -> dict[Rating, int]:
    code = {category: i for i, category in enumerate(dict.fromkeys(categories))}
    if len(code) < 2:
        raise NotDefined("fewer than two categories")
    return code


def _code(rating: Rating, code: dict[Rating, int]) -> int:
    if rating not in code:
        raise NotDefined("a rating that is none of the categories")
    return code[rating]


def _weight(k: int, weights: str) -> Floats:
    if weights not in get_args(Weights):
        expected = ", ".join(get_args(Weights))
        raise UsageError(f"weights {weights!r}: expected one of {expected}")
    if weights == "unweighted":
        return np.eye(k)
    gap = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    result: Floats = 1 - gap ** (1 if weights == "linear" else 2)
    return result

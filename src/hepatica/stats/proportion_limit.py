"""Further limits of a proportion x / n, as papers and other programs compute them.

wald, wald_corrected      p +- z sqrt(p (1 - p) / n), with 1 / 2n added
agresti_coull, plus_four  Wald of (x + z^2/2) / (n + z^2), of (x + 2) / (n + 4)
jeffreys, uniform         quantiles of Beta(x + a, n - x + a), a = 1/2 and 1
mid_p                     exact, half the probability of x itself
likelihood_ratio          where twice the log likelihood falls by the chi-square quantile
logit, log_log, log       Wald on the scale of log odds, of log(-log p), of log p
arcsine, anscombe         Wald on arcsin sqrt p; of (x + 3/8) / (n + 3/4)
blaker                    exact, acceptability 5 % or more

Limits are cut to [0, 1] (Wald too, as SAS does). At x = 0 or n the transformed scales are not
defined. `stats/proportion.py` has Clopper-Pearson and Wilson.

References: [brown2001], [agresti1998]
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import bdtr, bdtrc, betaincinv

from hepatica.core.errors import NotDefined
from hepatica.stats.band import check_level
from hepatica.stats.proportion import clopper_pearson, wilson

Limits = tuple[float, float]
Method = Callable[[int, int, float], Limits]


def wald(x: int, n: int, level: float = 0.95) -> Limits:
    """Normal approximation around x / n."""
    return _around(x / n, n, level)


def wald_corrected(x: int, n: int, level: float = 0.95) -> Limits:
    """Normal approximation around x / n, widened by 1 / 2n."""
    p, half = x / n, check_level(level) * math.sqrt(x * (n - x) / n**3) + 0.5 / n
    return max(p - half, 0.0), min(p + half, 1.0)


def agresti_coull(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald after adding z^2/2 successes and failures."""
    z2 = check_level(level) ** 2
    return _around((x + z2 / 2) / (n + z2), n + z2, level)


def plus_four(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald after adding two successes and two failures."""
    return _around((x + 2) / (n + 4), n + 4, level)


def jeffreys(x: int, n: int, level: float = 0.95) -> Limits:
    """Equal tails of Beta(x + 1/2, n - x + 1/2); the end at x = 0 or n is 0 or 1."""
    low, high = _beta(x, n, level, 0.5)
    return (0.0 if x == 0 else low), (1.0 if x == n else high)


def uniform(x: int, n: int, level: float = 0.95) -> Limits:
    """Equal tails of Beta(x + 1, n - x + 1), the posterior of a flat prior."""
    return _beta(x, n, level, 1.0)


def mid_p(x: int, n: int, level: float = 0.95) -> Limits:
    """Exact limits that count half the probability of x itself."""
    check_level(level)
    tail = (1 - level) / 2

    def above(p: float) -> float:  # P(X > x) + P(X = x) / 2, rising in p
        return (float(bdtrc(x, n, p)) + _at_least(x, n, p)) / 2

    low = 0.0 if x == 0 else _root(lambda p: above(p) - tail, 0.0, x / n)
    high = 1.0 if x == n else _root(lambda p: above(p) - (1 - tail), x / n, 1.0)
    return low, high


def likelihood_ratio(x: int, n: int, level: float = 0.95) -> Limits:
    """Where the log likelihood lies z^2 / 2 below its greatest value."""
    drop = check_level(level) ** 2 / 2
    most = _log_likelihood(x, n, x / n)

    def fall(p: float) -> float:
        return most - _log_likelihood(x, n, p) - drop

    low = 0.0 if x == 0 else _root(lambda p: -fall(p), 0.0, x / n)
    high = 1.0 if x == n else _root(fall, x / n, 1.0)
    return low, high


def logit(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald on the log odds."""
    _inside(x, n)
    half = check_level(level) / math.sqrt(x * (n - x) / n)
    centre = math.log(x / (n - x))
    return 1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-half - centre))


def log_log(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald on log(-log p), as for a survival curve without censoring."""
    _inside(x, n)
    p = x / n
    factor = math.exp(check_level(level) * math.sqrt((1 - p) / x) / -math.log(p))
    return p**factor, p ** (1 / factor)


def log(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald on log p."""
    _inside(x, n)
    factor = math.exp(check_level(level) * math.sqrt((1 - x / n) / x))
    return x / n / factor, min(x / n * factor, 1.0)


def arcsine(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald on arcsin sqrt p, the variance stabilised."""
    return _angled(x / n, n, level)


def anscombe(x: int, n: int, level: float = 0.95) -> Limits:
    """Wald on the arcsine of (x + 3/8) / (n + 3/4)."""
    return _angled((x + 0.375) / (n + 0.75), n, level)


def blaker(x: int, n: int, level: float = 0.95) -> Limits:
    """Exact limits of all p whose acceptability of x is 1 - level or more.

    Raises      NotDefined for n above 2,000.
    """
    if n > _MOST_FOR_BLAKER:
        raise NotDefined(f"Blaker's limits of more than {_MOST_FOR_BLAKER} take too long")
    alpha = 1 - level
    exact = clopper_pearson(x, n, level)
    low = 0.0 if x == 0 else _edge(x, n, alpha, (exact[0], x / n))
    high = 1.0 if x == n else _edge(x, n, alpha, (exact[1], x / n))
    return low, high


_MOST_FOR_BLAKER = 2000

METHODS: dict[str, Method] = {
    "Clopper-Pearson (exact)": clopper_pearson,
    "Wilson (score)": wilson,
    "Wilson, continuity corrected": lambda x, n, level: wilson(x, n, level, correct=True),
    "Wald (normal)": wald,
    "Wald, continuity corrected": wald_corrected,
    "Agresti-Coull": agresti_coull,
    "plus four (Agresti-Coull, z = 2)": plus_four,
    "Jeffreys": jeffreys,
    "Bayes, flat prior": uniform,
    "mid-P": mid_p,
    "Blaker (exact)": blaker,
    "likelihood ratio": likelihood_ratio,
    "logit": logit,
    "log-log": log_log,
    "log": log,
    "arcsine": arcsine,
    "Anscombe (arcsine)": anscombe,
}


def _around(p: float, n: float, level: float) -> Limits:
    half = check_level(level) * math.sqrt(p * (1 - p) / n)
    return max(p - half, 0.0), min(p + half, 1.0)


def _angled(p: float, n: int, level: float) -> Limits:
    half = check_level(level) / (2 * math.sqrt(n))
    angle = math.asin(math.sqrt(p))
    low, high = max(angle - half, 0.0), min(angle + half, math.pi / 2)
    return math.sin(low) ** 2, math.sin(high) ** 2


def _beta(x: int, n: int, level: float, prior: float) -> Limits:
    check_level(level)
    tail = (1 - level) / 2
    a, b = x + prior, n - x + prior
    return float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail))


def _at_least(x: int, n: int, p: float) -> float:
    return 1.0 if x == 0 else float(bdtrc(x - 1, n, p))


def _log_likelihood(x: int, n: int, p: float) -> float:
    first = x * math.log(p) if x and p > 0 else (-math.inf if x else 0.0)
    rest = n - x
    return first + (rest * math.log1p(-p) if rest and p < 1 else (-math.inf if rest else 0.0))


def _inside(x: int, n: int) -> None:
    if not 0 < x < n:
        raise NotDefined("this scale has no limits where none or all have it")


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _acceptability(x: int, n: int, p: float) -> float:
    """Blaker's: the smaller tail, and the greatest other tail that is no larger."""
    lower, upper = float(bdtr(x, n, p)), _at_least(x, n, p)
    counts = np.arange(n + 1)
    if upper < lower:
        tails = bdtr(counts, n, p)
        return upper + float(tails[tails <= upper * (1 + 1e-10)].max(initial=0.0))
    tails = np.concatenate(([1.0], bdtrc(counts[:-1], n, p)))
    return min(lower + float(tails[tails <= lower * (1 + 1e-10)].max(initial=0.0)), 1.0)


def _edge(x: int, n: int, alpha: float, between: Limits) -> float:
    """First p from the exact limit inwards that is acceptable; in steps, for it is not monotone."""
    outside, inside = between
    steps = np.linspace(outside, inside, 501)
    accepted = [k for k, p in enumerate(steps) if _acceptability(x, n, float(p)) >= alpha]
    first = accepted[0]
    if first == 0:
        return outside
    low, high = float(steps[first - 1]), float(steps[first])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _acceptability(x, n, middle) >= alpha else (middle, high)
    return (low + high) / 2

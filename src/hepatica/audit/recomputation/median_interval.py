"""Whether a printed bracket can be the 95 % confidence interval of a Kaplan-Meier median.

The limits of the median are the times at which the confidence band of the curve first stands at
0.5 or below (Brookmeyer & Crowley 1982; R survfit, SAS LIFETEST), so they are order statistics:
the lower limit cannot be earlier than the k-th patient's time, whatever the values are.

Least patients. Of all orders of k events and censorings at the start, k events take the curve and
its lower band furthest down: every event lowers S and raises Greenwood's variance, and the lower
band falls with both. So k is least without censoring. Patients with equal times reach the same
states, only fewer of them.

Least events. Events count for more when few are left at risk, so events after early censorings
need be fewer; but the upper band must still reach 0.5 before the last patient. `_LEAST_EVENTS`
holds for any n: all orders of up to 18 patients were enumerated, and a test searches every place
of fewer events among larger n.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.band import CONF_TYPES, check_level, confidence_band
from hepatica.stats.observation import TOLERANCE, Floats

CONF_LEVEL = 0.95
_LARGE = 2000
# Least events at or before the lower limit, where both limits exist; any number of patients.
_LEAST_EVENTS = {"log": 5, "log-log": 1, "plain": 2, "logit": 2, "arcsin": 2}


@lru_cache(maxsize=4096)
def early_patients_needed(n: int, conf_type: str) -> tuple[int, int]:
    """Least patients, and least events among them, at or before a 95 % lower limit of a median.

    Parameters
    ----------
    n : at least 1         Patients of the curve.
    conf_type : 'log', 'log-log', 'plain', 'logit' or 'arcsin'

    Returns     (patients, events), whatever the order of events and censorings; each is the least
                on its own. (n + 1, n + 1) where no order of n patients has both limits.
    Raises      NotDefined for n < 1; UsageError for another type.
    References  [brookmeyer1982]; R survival 3.5-3 gives the same order statistics
    """
    if n < 1:
        raise NotDefined("the median of no patients")
    if conf_type not in CONF_TYPES:
        raise UsageError(f"confidence type {conf_type!r}: expected one of {', '.join(CONF_TYPES)}")
    if n > _LARGE:
        return _first_below(n, conf_type), _LEAST_EVENTS[conf_type]
    lower, upper = _uncensored_band(n, conf_type)
    half = 0.5 + TOLERANCE
    with np.errstate(invalid="ignore"):
        has_lower, has_upper = lower <= half, upper <= half
    if not has_lower.any() or not has_upper.any():
        return n + 1, n + 1
    return int(np.argmax(has_lower)) + 1, _LEAST_EVENTS[conf_type]


def _first_below(n: int, conf_type: str) -> int:
    """Least k after which the lower band is at 0.5 or below; it falls, so k is halved out."""
    low, high = 1, n // 2
    while low < high:
        middle = (low + high) // 2
        lower, _ = _uncensored_band(n, conf_type, np.array([float(middle)]))
        low, high = (low, middle) if lower[0] <= 0.5 + TOLERANCE else (middle + 1, high)
    return low


def _uncensored_band(n: int, conf_type: str, after: Floats | None = None) -> tuple[Floats, Floats]:
    """Limits after each of n events (or after so many); Greenwood's sum is k / (n (n - k))."""
    gone = np.arange(1, n + 1, dtype=np.float64) if after is None else after
    left = n - gone
    log_var = np.full(len(gone), np.inf)
    np.divide(gone, n * left, out=log_var, where=left > 0)
    z = check_level(CONF_LEVEL)
    return confidence_band(left / n, np.sqrt(log_var), conf_type=conf_type, z=z)

"""Numbers that a paper does not print, computed of each of many data sets that fit its claims.

Where they differ much from data set to data set, the paper leaves them open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hepatica.audit.claim import EVERYONE
from hepatica.audit.data_set import DataSet, Duration, Patient
from hepatica.audit.evaluation import patient_value
from hepatica.core.errors import NotDefined
from hepatica.stats.cox import cox

GROUPS = ("sex", "ECOG-PS", "Child-Pugh", "BCLC")
TIMES = ("OS", "PFS", "TTP")
ORR = "objective response, %"


@dataclass(frozen=True, slots=True)
class Unreported:
    """One number: what it is, of whom, and its value; None where it does not exist."""

    name: str
    group: str
    value: float | None


def unreported(data_set: DataSet) -> tuple[Unreported, ...]:
    """Response by group, means, censored times, correlation of the times, hazard ratios."""
    return tuple(_numbers(data_set))


def _numbers(rows: DataSet) -> Iterator[Unreported]:
    yield Unreported(ORR, "", _responding(rows))
    for variable in GROUPS:
        for group, part in _parts(rows, _level_of(variable)):
            yield Unreported(ORR, f"{variable} {group}", _responding(part))
    arms = _parts(rows, lambda p: p.population)
    if len(arms) > 1:
        for arm, part in arms:
            yield Unreported(ORR, arm, _responding(part))
    for name in ("age", "prior TACE", "sessions"):
        yield from _moments(rows, name)
    for name in TIMES:
        known = [v for p in rows if isinstance(v := p.values.get(name), Duration)]
        if known:
            yield Unreported(f"censored, {name}", "", float(sum(not d.event for d in known)))
    yield Unreported("correlation of OS and PFS", "", _correlation(rows))
    if len(arms) == 2 and EVERYONE not in dict(arms):
        for name in TIMES:
            if any(name in p.values for p in rows):
                yield Unreported(
                    f"hazard ratio, {name}", f"{arms[1][0]} : {arms[0][0]}", _ratio(rows, name)
                )


def _level_of(variable: str) -> Callable[[Patient], object]:
    return lambda patient: patient.values.get(variable)


def _parts(
    rows: DataSet, key: Callable[[Patient], object]
) -> list[tuple[str, tuple[Patient, ...]]]:
    """Patients by the levels of a category, in the order of the levels' names."""
    names = sorted({level for p in rows if isinstance(level := key(p), str)})
    return [(name, tuple(p for p in rows if key(p) == name)) for name in names]


def _responding(rows: Sequence[Patient]) -> float | None:
    answers = [a for a in (patient_value(p, "ORR") for p in rows) if isinstance(a, str)]
    return 100 * answers.count("yes") / len(answers) if answers else None


def _moments(rows: DataSet, name: str) -> Iterator[Unreported]:
    numbers = [float(v) for p in rows if isinstance(v := p.values.get(name), Fraction)]
    if numbers:
        yield Unreported(f"mean, {name}", "", float(np.mean(numbers)))
    if len(numbers) > 1:
        yield Unreported(f"standard deviation, {name}", "", float(np.std(numbers, ddof=1)))


def _correlation(rows: DataSet) -> float | None:
    """Pearson's, of the observed times, whether censored or not."""
    pairs = [
        (float(a.time), float(b.time))
        for p in rows
        if isinstance(a := p.values.get("OS"), Duration)
        and isinstance(b := p.values.get("PFS"), Duration)
    ]
    columns = np.array(pairs).T
    if len(pairs) < 3 or min(np.ptp(columns, axis=1)) == 0:
        return None
    return float(np.corrcoef(columns)[0, 1])


def _ratio(rows: DataSet, name: str) -> float | None:
    """Hazard ratio of the second arm to the first, by names; Cox model, Efron's ties."""
    known = [(p.population, v) for p in rows if isinstance(v := p.values.get(name), Duration)]
    first = min(arm for arm, _ in known)
    try:
        fit = cox(
            [float(v.time) for _, v in known],
            [v.event for _, v in known],
            [float(arm != first) for arm, _ in known],
        )
    except NotDefined:
        return None
    ratio = float(np.exp(fit.coef[0]))
    return ratio if np.isfinite(ratio) else None


@dataclass(frozen=True, slots=True)
class Spread:
    """One number over the data sets of an ensemble: how many have it, and its quantiles."""

    name: str
    group: str
    count: int
    low: float | None
    middle: float | None
    high: float | None


def spreads(ensemble: Sequence[DataSet]) -> tuple[Spread, ...]:
    """Smallest, median and largest value of every number over the data sets."""
    found: dict[tuple[str, str], list[float]] = {}
    for data_set in ensemble:
        for number in unreported(data_set):
            values = found.setdefault((number.name, number.group), [])
            if number.value is not None:
                values.append(number.value)
    return tuple(Spread(name, group, len(v), *_range(v)) for (name, group), v in found.items())


def _range(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    if not values:
        return None, None, None
    return min(values), float(np.median(values)), max(values)

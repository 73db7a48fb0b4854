"""Adverse events dealt to patients so that the worst grades of all events together come out.

Patients with an event of any kind are settled first, each with a worst grade. An event of a grade
goes to a patient whose worst grade is at least that, to those first who still lack their worst
grade. Who lacks it in the end has an event that the paper does not list.
"""

from __future__ import annotations

import numpy as np

from hepatica.audit.data_set import Value
from hepatica.audit.solver.count_block import ANY_EVENT

UNLISTED = "AE of another kind"
Row = dict[str, Value]
Counts = dict[str, dict[str, int]]


def deal_events(rows: list[Row], counts: Counts, random: np.random.Generator) -> None:
    """Give every row a grade (0 for none) of each event.

    Parameters
    ----------
    rows : one for each patient
    counts : patients by grade, by event; with `ANY_EVENT` where the paper counts that
    """
    order = [rows[i] for i in random.permutation(len(rows))]
    if ANY_EVENT in counts and not _fits(counts):
        # The rule that ties them was given up: each is what the paper counts.
        for row, most in zip(order, _worst(counts[ANY_EVENT], len(rows)), strict=True):
            row[ANY_EVENT] = str(most)
        counts = {name: grades for name, grades in counts.items() if name != ANY_EVENT}
    worst = _worst(counts.get(ANY_EVENT), len(rows))
    reached = [0] * len(rows)
    for name, grades in counts.items():
        if name == ANY_EVENT:
            continue
        for row in order:
            row[name] = "0"
        for grade in sorted(grades, key=int, reverse=True):
            for place in _chosen(order, worst, reached, name, (int(grade), grades[grade]), random):
                order[place][name] = grade
                reached[place] = max(reached[place], int(grade))
    if ANY_EVENT in counts:
        for row, most, so_far in zip(order, worst, reached, strict=True):
            row[UNLISTED] = str(most) if most > so_far else "0"


def _fits(counts: Counts) -> bool:
    """Tell whether at every grade no event has more patients than there are with any."""
    return all(
        _at_least(grade, grades) <= _at_least(grade, counts[ANY_EVENT])
        for grades in counts.values()
        for grade in range(1, 6)
    )


def _at_least(grade: int, grades: dict[str, int]) -> int:
    return sum(count for name, count in grades.items() if int(name) >= grade)


def _worst(grades: dict[str, int] | None, n: int) -> list[int]:
    """The worst grade of each patient, 5 where the paper does not limit it."""
    if grades is None:
        return [5] * n
    dealt = [int(g) for g in sorted(grades, key=int, reverse=True) for _ in range(grades[g])]
    return (dealt + [0] * n)[:n]


def _chosen(
    order: list[Row],
    worst: list[int],
    reached: list[int],
    name: str,
    wanted: tuple[int, int],
    random: np.random.Generator,
) -> list[int]:
    """Places of the patients who get the grade: those who lack their worst grade first."""
    grade, count = wanted
    able = [i for i in range(len(order)) if worst[i] >= grade and order[i][name] == "0"]
    shuffled = [able[k] for k in random.permutation(len(able))]
    shuffled.sort(key=lambda i: (reached[i] >= worst[i], reached[i] > 0, worst[i] != grade))
    return shuffled[:count]

"""A count of subjects and its share of a group: two results of one thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from hepatica.analysis.result import Result


def share(
    row: partial[Result], who: Collection[str], of: Sequence[str], *, method: str, whole: str
) -> Iterator[Result]:
    """Number and percent of the subjects `of` that are among `who`.

    `whole` says what the percent is of; without a subject there is a count of 0 and no percent.
    """
    subjects = tuple(s for s in of if s in who)
    found = partial(row, subjects=subjects)
    yield found(statistic="n", value=float(len(subjects)), unit="patients", method=method)
    yield found(
        statistic="percent",
        value=100 * len(subjects) / len(of) if of else None,
        unit="percent",
        method=f"percent of {whole}",
        note="" if of else "no patients",
    )

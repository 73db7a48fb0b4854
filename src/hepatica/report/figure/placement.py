"""Placing labels beside points so that none touches a line, a marker or another label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_LETTER_IN = 0.058
_LINE_IN = 0.10
_CLEAR_IN = 0.05
_STEP_IN = 0.04


def label_places(
    anchors: Sequence[tuple[float, float]],
    texts: Sequence[str],
    paths: Sequence[Points],
    room: tuple[float, float],
) -> list[tuple[float, float] | None]:
    """Left-middle corner of each label in inches, or None where no free place is near.

    Parameters
    ----------
    anchors : (x, y) in inches of the point that each label belongs to
    paths : arrays (k, 2) in inches; lines to keep clear of
    room : width and height in inches; labels stay inside
    """
    taken = np.vstack([_sampled(p) for p in paths]) if paths else np.empty((0, 2))
    places: list[tuple[float, float] | None] = []
    for (x, y), text in zip(anchors, texts, strict=True):
        size = (_LETTER_IN * len(text), _LINE_IN)
        place = next((p for p in _candidates(x, y, size[0]) if _free(p, size, taken, room)), None)
        if place is not None:
            taken = np.vstack([taken, _filled(place, size)])
        places.append(place)
    return places


def _candidates(x: float, y: float, width: float) -> list[tuple[float, float]]:
    right, left = x + 0.09, x - 0.07 - width
    middle = x - width / 2
    return [
        (right, y),
        (right, y + 0.08),
        (right, y - 0.08),
        (middle, y + 0.13),
        (middle, y - 0.13),
        (left, y + 0.08),
        (left, y - 0.08),
        (right + 0.05, y + 0.16),
        (right + 0.05, y - 0.16),
    ]


def _free(
    place: tuple[float, float], size: tuple[float, float], taken: Points, room: tuple[float, float]
) -> bool:
    x, y = place
    width, height = size
    if x < 0 or x + width > room[0] or y - height / 2 < 0 or y + height / 2 > room[1]:
        return False
    inside = (
        (taken[:, 0] > x - _CLEAR_IN / 2)
        & (taken[:, 0] < x + width + _CLEAR_IN / 2)
        & (np.abs(taken[:, 1] - y) < (height + _CLEAR_IN) / 2)
    )
    return not inside.any()


def _sampled(path: Points) -> Points:
    parts = [path[:1]]
    for start, end in pairwise(path):
        steps = max(int(np.hypot(*(end - start)) / _STEP_IN), 1)
        share = np.arange(1, steps + 1)[:, None] / steps
        parts.append(start + share * (end - start))
    return np.vstack(parts)


def _filled(place: tuple[float, float], size: tuple[float, float]) -> Points:
    x = place[0] + np.linspace(0, size[0], max(int(size[0] / _STEP_IN), 2))
    y = place[1] + np.linspace(-size[1] / 2, size[1] / 2, 4)
    return np.array([(a, b) for a in x for b in y])

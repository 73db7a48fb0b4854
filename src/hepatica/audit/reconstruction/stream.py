"""Random draws: one stream a patient and purpose, so that one change does not move the others."""

from __future__ import annotations

from typing import TypeVar
from zlib import crc32

import numpy as np

Stream = np.random.Generator
T = TypeVar("T")


def stream(seed: int, patient: int, purpose: str) -> Stream:
    """The draws of one patient (0: the study) for one purpose; the same on any machine."""
    return np.random.Generator(np.random.PCG64([seed, patient, crc32(purpose.encode())]))


def between(draw: Stream, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    return low + (high - low) * float(draw.random())


def whole(draw: Stream, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included; `low` where `high` is below it."""
    return low + int(draw.random() * (max(high, low) - low + 1))


def one_of(draw: Stream, choices: tuple[T, ...]) -> T:
    """One of the choices, each as likely."""
    return choices[int(draw.random() * len(choices))]

"""Everything random in a phantom, from its seed: numbers, noise and UIDs."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

_PARTS = 4  # uniform numbers added up for one number of noise
_LEVELS = 65536
# Standard deviation of the sum, before and after smoothing by (1, 2, 1) along rows and columns.
_PLAIN_SD = float(np.sqrt(_PARTS * (_LEVELS**2 - 1) / 12.0))
_SMOOTH_SD = _PLAIN_SD * 6.0


def generator(seed: int, *words: str) -> np.random.Generator:
    """Random numbers that belong to the seed and these words, and to nothing else."""
    return np.random.default_rng(int.from_bytes(_digest(seed, *words), "big"))


def uid(seed: int, *words: str) -> str:
    """A DICOM UID of the seed and these words, under the root 2.25 of PS3.5, annex B.2."""
    return f"2.25.{int.from_bytes(_digest(seed, *words)[:16], 'big')}"


def noise(rng: np.random.Generator, shape: tuple[int, ...], sd: float) -> npt.NDArray[np.float64]:
    """Noise of mean 0 and that standard deviation, correlated between neighbours in a slice.

    Sums of whole numbers throughout, so that no library's idea of a logarithm enters.
    """
    drawn = rng.integers(0, _LEVELS, (_PARTS, *shape), dtype=np.uint16)
    total = drawn.sum(axis=0, dtype=np.int64) * 2 - _PARTS * (_LEVELS - 1)
    for axis in (-1, -2):
        total = np.roll(total, 1, axis) + 2 * total + np.roll(total, -1, axis)
    scaled: npt.NDArray[np.float64] = total * (sd / (2.0 * _SMOOTH_SD))
    return scaled


def _digest(seed: int, *words: str) -> bytes:
    text = "\x1f".join(("hepatica phantom", str(seed), *words))
    return hashlib.sha256(text.encode()).digest()

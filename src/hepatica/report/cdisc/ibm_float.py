"""IBM hexadecimal floating point, the form in which a SAS transport file keeps every number.

A double of 53 bits always fits the 56 bits of the IBM fraction, so the conversion is exact or not
possible: from 16^63 on upwards, and below 16^-65 other than 0, there is no such number
[sasts140].
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MISSING = np.frombuffer(b".\0\0\0\0\0\0\0", np.uint8)

_LARGEST = 16.0**63
_SMALLEST = 16.0**-65
_FRACTION_BITS = 56


def unwritable(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which numbers have no IBM form: infinite, 16^63 or more, nearer to 0 than 16^-65.

    NaN is missing, which has one.
    """
    size = np.abs(values)
    return (size >= _LARGEST) | ((size > 0) & (size < _SMALLEST))


def ibm_bytes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Eight bytes a number, (n, 8); NaN becomes SAS missing (``.``), minus zero becomes zero.

    Raises      AssertionError where `unwritable` is true of any.
    """
    assert not unwritable(values).any()
    mantissa, exponent = np.frexp(np.where(np.isnan(values), 0.0, values))
    hexadecimal = -(-exponent.astype(np.int64) // 4)
    fraction = np.ldexp(np.abs(mantissa), exponent - 4 * hexadecimal + _FRACTION_BITS)
    sign = (mantissa < 0).astype(np.uint64) << np.uint64(63)
    power = (hexadecimal + 64).astype(np.uint64) << np.uint64(_FRACTION_BITS)
    words = np.where(mantissa == 0, np.uint64(0), sign | power | fraction.astype(np.uint64))
    coded = words.astype(">u8").view(np.uint8).reshape(-1, 8).copy()
    coded[np.isnan(values)] = MISSING
    return coded

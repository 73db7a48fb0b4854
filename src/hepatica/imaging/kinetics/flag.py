"""What is doubtful about a fitted curve, as bits; words for people, numbers for a map."""

from __future__ import annotations

from enum import IntFlag

import numpy as np
import numpy.typing as npt


class Flag(IntFlag):
    """One bit a doubt. A flagged value is the fit's own, never moved to a bound."""

    NOT_FITTED = 1
    RATE_LOW = 2
    RATE_HIGH = 4
    NEGATIVE_TRANSFER = 8
    VE_ABOVE_ONE = 16
    NEGATIVE_VE = 32
    VP_ABOVE_ONE = 64
    NEGATIVE_VP = 128
    NO_EXCHANGE = 256
    DELAY_AT_BOUND = 512
    OUT_OF_RANGE = 1024


WORDS = {
    Flag.NOT_FITTED: "not fitted",
    Flag.RATE_LOW: "at bound: kep lowest",
    Flag.RATE_HIGH: "at bound: kep highest",
    Flag.NEGATIVE_TRANSFER: "negative transfer",
    Flag.VE_ABOVE_ONE: "ve > 1",
    Flag.NEGATIVE_VE: "ve < 0",
    Flag.VP_ABOVE_ONE: "vp > 1",
    Flag.NEGATIVE_VP: "vp < 0",
    Flag.NO_EXCHANGE: "one compartment explains the curve",
    Flag.DELAY_AT_BOUND: "at bound: delay",
    Flag.OUT_OF_RANGE: "not plausible: units?",
}


def words(flags: int) -> tuple[str, ...]:
    """Words of the bits that are set, in the order of the bits."""
    return tuple(text for flag, text in WORDS.items() if flags & flag)


def marked(where: npt.NDArray[np.bool_], flag: Flag) -> npt.NDArray[np.uint16]:
    """`flag` where True, 0 elsewhere."""
    return np.where(where, np.uint16(flag.value), np.uint16(0)).astype(np.uint16)

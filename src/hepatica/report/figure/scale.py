"""Axis scales: ticks at round numbers."""

from __future__ import annotations

import numpy as np

_MONTH_STEPS = (0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
_STEPS = (1, 2, 5, 10)


def time_ticks(last: float, unit: str, at_most: int = 10) -> list[float]:
    """Ticks from 0 that cover `last`; months step by 1, 2, 3, 6, 12 and multiples."""
    if not last > 0:
        return [0.0, 1.0]
    step = next((s for s in _steps(last, unit) if last / s <= at_most), last)
    return [float(step * i) for i in range(int(np.ceil(last / step - 1e-9)) + 1)]


def tick_text(value: float) -> str:
    """A tick's text without needless decimals."""
    return f"{value:.10g}".replace("-", "\u2212")


def _steps(last: float, unit: str) -> list[float]:
    if unit == "months":
        return [float(s) for s in _MONTH_STEPS]
    power = 10.0 ** np.floor(np.log10(last / 10))
    return [float(power * s) for s in (*_STEPS, 20, 50, 100)]

"""Tissue curves by brute force: the models' differential equations, stepped by Runge-Kutta."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
STEP_S = 0.05


def runge_kutta(
    slope: Callable[[Array, tuple[float, ...]], Array],
    inputs: list[Callable[[Array], Array]],
    compartments: int,
    end_s: float,
) -> tuple[Array, Array]:
    """Times (n,) in s and amounts (n, compartments) of dx/dt = slope(x, inputs), per min."""
    count = int(end_s / STEP_S) + 1
    halves = np.arange(2 * count + 1) * STEP_S / 2
    given = [source(halves) for source in inputs]
    h = STEP_S / 60.0
    state = np.zeros(compartments)
    out = [state]
    for i in range(count - 1):
        start, middle, end = (tuple(float(g[2 * i + k]) for g in given) for k in range(3))
        k1 = slope(state, start)
        k2 = slope(state + h / 2 * k1, middle)
        k3 = slope(state + h / 2 * k2, middle)
        k4 = slope(state + h * k3, end)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        out.append(state)
    return np.arange(count) * STEP_S, np.array(out)


def exchange_curve(at_s: Array, plasma: Callable[[Array], Array], truth: dict[str, float]) -> Array:
    """Two-compartment exchange: plasma and interstitium of `truth` fp, ps (/min), ve, vp."""
    fp, ps, ve, vp = (truth[name] for name in ("fp", "ps", "ve", "vp"))

    def slope(x: Array, given: tuple[float, ...]) -> Array:
        flow = ps * (x[0] - x[1])
        return np.array([(fp * (given[0] - x[0]) - flow) / vp, flow / ve])

    times, x = runge_kutta(slope, [plasma], 2, float(at_s[-1]) + 1.0)
    return np.interp(at_s, times, vp * x[:, 0] + ve * x[:, 1])


def tofts_curve(at_s: Array, plasma: Callable[[Array], Array], truth: dict[str, float]) -> Array:
    """Extended Tofts: interstitium of `truth` Ktrans (/min), ve, and vp of plasma."""
    ktrans, ve, vp = (truth[name] for name in ("Ktrans", "ve", "vp"))

    def slope(x: Array, given: tuple[float, ...]) -> Array:
        return np.array([ktrans * (given[0] - x[0]) / ve])

    times, x = runge_kutta(slope, [plasma], 1, float(at_s[-1]) + 1.0)
    return np.interp(at_s, times, ve * x[:, 0]) + vp * plasma(at_s)


def liver_curve(
    at_s: Array,
    arterial: Callable[[Array], Array],
    portal: Callable[[Array], Array],
    truth: dict[str, float],
) -> Array:
    """Dual-input liver of `truth` k1a, k1p, k2 (/min)."""
    k1a, k1p, k2 = (truth[name] for name in ("k1a", "k1p", "k2"))

    def slope(x: Array, given: tuple[float, ...]) -> Array:
        return np.array([k1a * given[0] + k1p * given[1] - k2 * x[0]])

    times, x = runge_kutta(slope, [arterial, portal], 1, float(at_s[-1]) + 1.0)
    return np.interp(at_s, times, x[:, 0])


def bolus(times_s: Array, arrival_s: float = 10.0) -> Array:
    """Plasma concentration of a population input, written from its published table (mM)."""
    t = (np.asarray(times_s, float) - arrival_s) / 60.0
    total = np.zeros_like(t)
    for a, centre, sd in ((0.809, 0.17046, 0.0563), (0.330, 0.365, 0.132)):
        total += a / (sd * np.sqrt(2 * np.pi)) * np.exp(-((t - centre) ** 2) / (2 * sd**2))
    late = np.clip(t, 0.0, None)
    total += 1.050 * np.exp(-0.1685 * late) / (1 + np.exp(-38.078 * (late - 0.483)))
    return np.where(t > 0, total, 0.0) / (1 - 0.42)

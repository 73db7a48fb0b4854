"""Speed and accuracy of the kinetics fits: `python bench/imaging_kinetics.py [--voxels N]`.

Prints voxels a second of linear and non-linear fits for 60 time points, and the errors of
simulated curves; with --exchange how often two-compartment fits of curves stepped by Runge-Kutta
lie within the tolerances of the OSIPI collection, and the least spread that their noise allows.
The figures are reported in docs/reference/imaging-accuracy.md.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path

import numpy as np

from hepatica.imaging.kinetics.arterial_input import ArterialInput, parker_blood_mm, plasma_mm
from hepatica.imaging.kinetics.fit import fit
from hepatica.imaging.kinetics.linear import fit_linear
from hepatica.imaging.kinetics.liver import DualInput, fit_liver

TIMES = 5.0 * np.arange(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voxels", type=int, default=100_000)
    parser.add_argument("--noise", type=float, default=0.01)
    parser.add_argument("--exchange", action="store_true")
    given = parser.parse_args()
    if given.exchange:
        exchange()
        return
    rng = np.random.default_rng(20240501)
    arterial = ArterialInput(TIMES, plasma_mm(parker_blood_mm(TIMES, 15.0), 0.42))
    truth = {
        "Ktrans": rng.uniform(0.02, 0.6, given.voxels),
        "ve": rng.uniform(0.1, 0.6, given.voxels),
        "vp": rng.uniform(0.01, 0.1, given.voxels),
    }
    curves = fine(truth) + given.noise * rng.standard_normal((given.voxels, TIMES.size))
    for word, solve in (("linear", fit_linear), ("nonlinear", fit)):
        begun = time.perf_counter()
        found = solve(curves, TIMES, arterial, "etofts")
        tell(f"etofts {word}", given.voxels, time.perf_counter() - begun)
        for name, value in truth.items():
            share = found.values[name] / value - 1.0
            print(f"  {name}: median {100 * np.nanmedian(share):+.2f} %, "
                  f"median absolute {100 * np.nanmedian(np.abs(share)):.2f} %")  # fmt: skip
    few = curves[: given.voxels // 20]
    begun = time.perf_counter()
    fit(few, TIMES, arterial, "2cxm")
    tell("2cxm nonlinear", len(few), time.perf_counter() - begun)
    liver(given.voxels, given.noise, rng, arterial)


def fine(truth: dict[str, np.ndarray]) -> np.ndarray:
    """Curves of the extended Tofts model from an input sampled every 0.1 s."""
    times = np.arange(0.0, TIMES[-1] + 0.05, 0.1)
    plasma = plasma_mm(parker_blood_mm(times, 15.0), 0.42)
    step, kep = 0.1 / 60.0, truth["Ktrans"] / truth["ve"]
    decay, state, out = np.exp(-kep * step), np.zeros(kep.size), []
    for i, value in enumerate(plasma):
        if i:
            state = decay * (state + 0.5 * step * plasma[i - 1]) + 0.5 * step * value
        if i % 50 == 0:
            out.append(truth["Ktrans"] * state + truth["vp"] * value)
    return np.stack(out, axis=1)


def liver(voxels: int, noise: float, rng: np.random.Generator, arterial: ArterialInput) -> None:
    portal = ArterialInput(TIMES, arterial.convolved(np.array([4.0]), TIMES, 4.0)[0] * 4.0)
    inputs = DualInput(arterial, portal, 3.0, 1.0)
    k1a, k1p = rng.uniform(0.1, 0.6, voxels), rng.uniform(0.4, 1.2, voxels)
    k2 = rng.uniform(2.0, 5.0, voxels)
    a, p = arterial.convolved(k2, TIMES, 3.0), portal.convolved(k2, TIMES, 1.0)
    curves = k1a[:, None] * a + k1p[:, None] * p + noise * rng.standard_normal(a.shape)
    for word, linear in (("linear", True), ("nonlinear", False)):
        begun = time.perf_counter()
        found = fit_liver(curves, TIMES, inputs, linear=linear)
        tell(f"liver {word}", voxels, time.perf_counter() - begun)
        for name, value in (("k1a", k1a), ("k1p", k1p), ("k2", k2)):
            share = found.values[name] / value - 1.0
            print(f"  {name}: median {100 * np.nanmedian(share):+.2f} %, "
                  f"median absolute {100 * np.nanmedian(np.abs(share)):.2f} %")  # fmt: skip


def exchange(repeats: int = 200) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference" / "imaging"))
    from kinetics_curve import bolus, exchange_curve  # noqa: PLC0415 - the tests own it

    at_s = 0.25 + 0.5 * np.arange(600)
    arterial = ArterialInput(at_s, bolus(at_s))
    rng = np.random.default_rng(77)
    names, allowed = ("fp", "ps", "ve", "vp"), ((5.0, 0.1), (0.005, 0.1), (0.05, 0), (0.025, 0))
    for noise in (0.0, 0.001, 0.01):
        shares = []
        for truth in itertools.product((0.05, 0.25, 0.4), (0.05, 0.15), (0.1, 0.2), (0.02, 0.1)):
            curve = exchange_curve(at_s, bolus, dict(zip(names, truth, strict=True)))
            noisy = curve + noise * rng.standard_normal((repeats, at_s.size))
            found = fit(noisy, at_s, arterial, "2cxm").values
            scaled = (100 * truth[0], *truth[1:])
            within = [
                np.mean(np.abs(found[n] - t) <= a + r * t)
                for n, t, (a, r) in zip(names, scaled, allowed, strict=True)
            ]
            shares.append(within)
            if noise == 0.001 and min(within) < 1:
                spread = np.nanstd(found["ps"])
                print(f"  {truth}: PS within {within[1]:.3f}, SD {spread:.4f}, least SD possible "
                      f"{least_sd(truth, noise, at_s, names):.4f}")  # fmt: skip
        means = dict(zip(names, np.round(np.mean(shares, axis=0), 4).tolist(), strict=True))
        print(f"2cxm, noise {noise} mM, within tolerance: {means}")


def least_sd(
    truth: tuple[float, ...], noise: float, at_s: np.ndarray, names: tuple[str, ...]
) -> float:
    """Cramer-Rao bound of PS."""
    from kinetics_curve import bolus, exchange_curve  # noqa: PLC0415 - the tests own it

    slopes = []
    for i in range(4):
        ends = []
        for sign in (-1, 1):
            moved = list(truth)
            moved[i] *= 1 + sign * 1e-3
            ends.append(exchange_curve(at_s, bolus, dict(zip(names, moved, strict=True))))
        slopes.append((ends[1] - ends[0]) / (2e-3 * truth[i]))
    jacobian = np.stack(slopes)
    return float(noise * np.sqrt(np.linalg.inv(jacobian @ jacobian.T)[1, 1]))


def tell(name: str, voxels: int, seconds: float) -> None:
    print(f"{name}: {voxels} voxels x {TIMES.size} times in {seconds:.2f} s, "
          f"{voxels / seconds:,.0f} voxels/s")  # fmt: skip


if __name__ == "__main__":
    main()

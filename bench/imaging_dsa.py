"""Accuracy and speed of angiography and maximum slope: `python bench/imaging_dsa.py`.

Simulated fillings, a gamma-variate and one that has passed through a mixing chamber (which no
gamma-variate fits exactly), at 2 to 15 frames a second with noise of 2 and 5 % of the peak; then
maps of 30 frames of 1024 x 1024. Figures: docs/reference/imaging-accuracy.md.
"""

from __future__ import annotations

import time

import numpy as np

from hepatica.imaging.perfusion.density import density, density_maps
from hepatica.imaging.perfusion.gamma import fit_gamma
from hepatica.imaging.perfusion.slope import smooth

FINE_S = 0.02
FINE = np.arange(0.0, 40.0, FINE_S)


def gammas(rng: np.random.Generator, count: int) -> np.ndarray:
    arrival, shape = rng.uniform(1.0, 2.5, (count, 1)), rng.uniform(1.5, 6.0, (count, 1))
    x = np.maximum((FINE - arrival) / rng.uniform(1.5, 5.0, (count, 1)), 1e-300)
    return rng.uniform(0.2, 1.0, (count, 1)) * np.exp(shape * (1.0 - x + np.log(x)))


def mixed(curves: np.ndarray, chamber_s: float = 1.5) -> np.ndarray:
    out, held, keep = np.empty_like(curves), np.zeros(len(curves)), np.exp(-FINE_S / chamber_s)
    for i in range(FINE.size):
        held = held * keep + curves[:, i] * (1.0 - keep)
        out[:, i] = held
    return out


def accuracy(name: str, fine: np.ndarray, rng: np.random.Generator) -> None:
    top = FINE[fine.argmax(axis=1)]
    peak, area = fine.max(axis=1), np.trapezoid(fine, FINE, axis=1)
    moment = np.trapezoid(fine * FINE, FINE, axis=1) / area
    rise = np.gradient(fine, FINE, axis=1).max(axis=1)
    print(f"{name}: frames/s noise% | TTP MAE s: frame, parabola, fit | AUC % | moment s | "
          "slope %: frames, fit")  # fmt: skip
    for rate in (2.0, 4.0, 7.5, 15.0):
        times = np.arange(0.0, 20.0, 1.0 / rate)
        for noise in (0.02, 0.05):
            clean = np.stack([np.interp(times, FINE, one) for one in fine])
            curves = clean + noise * peak[:, None] * rng.standard_normal(clean.shape)
            fit = fit_gamma(curves, times)
            maps = density_maps(curves.T[:, None].astype(np.float32), times)
            errors = (
                np.abs(times[curves.argmax(axis=1)] - top).mean(),
                np.abs(maps.peak_s[0] - top).mean(),
                np.abs(fit.peak_s - top).mean(),
            )
            steps = (np.diff(curves, axis=1) * rate).max(axis=1)
            print(f"  {rate:4g} {100 * noise:.0f} | " + " ".join(f"{e:.3f}" for e in errors)
                  + f" | {100 * np.mean(fit.area / area - 1):+.2f}"
                  + f" | {np.mean(fit.moment_s - moment):+.3f}"
                  + f" | {100 * np.median(steps / rise - 1):+.0f}"
                  + f" {100 * np.nanmedian(fit.slope_per_s / rise - 1):+.1f}")  # fmt: skip


def speed(rng: np.random.Generator) -> None:
    times = np.arange(30) / 2.0
    x = np.maximum((times - 1.0) / 4.0, 1e-9)
    filling = 0.6 * np.exp(3.0 * (1.0 - x + np.log(x)))
    noise = rng.normal(0.0, 8.0, (1, 1024, 1024))
    frames = np.clip(2000.0 * np.exp(-filling)[:, None, None] + noise, 1, 4095).astype(np.uint16)
    begun = time.perf_counter()
    values = density(frames)
    middle = time.perf_counter()
    density_maps(values, times, least=0.05)
    ended = time.perf_counter()
    print(f"30 x 1024 x 1024: density {middle - begun:.2f} s, maps {ended - middle:.2f} s, "
          f"together {ended - begun:.2f} s")  # fmt: skip


def liver(rng: np.random.Generator) -> None:
    """Maximum slope of a dual-input liver: how much of the true inflow it reads."""
    aorta = _bolus(FINE, 8.0, 6.0, 3.0)
    portal = 0.55 * mixed(mixed(_bolus(FINE, 14.0, 10.0, 3.0)[None], 4.0), 4.0)[0]
    for share in (0.2, 0.5):
        inflow, out = 1.2 / 60.0, 1.2 / 60.0 / 0.25
        tissue = np.zeros(FINE.size)
        for i in range(1, FINE.size):
            into = inflow * (share * aorta[i - 1] + (1.0 - share) * portal[i - 1])
            tissue[i] = tissue[i - 1] + FINE_S * (into - out * tissue[i - 1])
        times = np.arange(0.0, 40.0, 1.0)
        curve = smooth(np.interp(times, FINE, tissue) + rng.normal(0, 0.3, times.size), times)
        feeders = [smooth(np.interp(times, FINE, one), times) for one in (aorta, portal)]
        spleen_s = FINE[mixed(aorta[None], 3.0)[0].argmax()]
        early = curve.steepest(0.0, spleen_s) / feeders[0].value.max()
        late = curve.steepest(spleen_s, 40.0) / feeders[1].value.max()
        print(f"max slope, arterial fraction {share}: arterial x {early / (inflow * share):.2f}, "
              f"portal x {late / (inflow * (1.0 - share)):.2f} of the true inflow")  # fmt: skip


def _bolus(times: np.ndarray, arrival_s: float, rise_s: float, shape: float) -> np.ndarray:
    x = np.maximum((times - arrival_s) / rise_s, 1e-300)
    return 250.0 * np.exp(shape * (1.0 - x + np.log(x)))


def main() -> None:
    rng = np.random.default_rng(20240601)
    curves = gammas(rng, 500)
    accuracy("gamma-variate", curves, rng)
    accuracy("mixed", mixed(curves), rng)
    speed(rng)
    liver(rng)


if __name__ == "__main__":
    main()

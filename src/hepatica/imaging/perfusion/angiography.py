"""Angiography (DSA): when, how much and how long regions fill, relative to a reference artery.

The curve of a region is the mean density of its pixels; a gamma-variate is fitted to it, and time
to peak, peak, area, first moment and slope are of the fitted curve (`gamma.py`): the steepest step
between frames is noise times the frame rate. Numbers of a run depend on its injection, therefore
each is relative to an outlined reference artery, best the proper hepatic artery: differences of
times in s, ratios of peak and area [qdsa2018]. Without one there is no number.

A projection has no mm. Sizes are pixels unless the run was calibrated; nothing here is a length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.core.errors import NotDefined
from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.assessment import (
    NOT_A_DAY,
    Assessment,
    Floats,
    absent,
    finding_at,
    plane_mask,
    step_of,
)
from hepatica.imaging.perfusion.density import Singles, density, density_maps
from hepatica.imaging.perfusion.gamma import GammaFit, fit_gamma
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

TESTS = ("DSATTP", "DSAPEAK", "DSAAUC", "DSAMTT")
METHOD = "gamma-variate of the region's mean density, relative to the reference artery"
LEAST_FRAMES = 8
# Of the peak: residuals that are no bolus, or a doubtful one; contrast in the mask; what fills.
NO_BOLUS, DOUBTFUL = 0.25, 0.1
IN_MASK = 0.05
# Of the area: how much of it the run may leave to the fitted curve, and be told.
BEYOND, BEYOND_TOLD = 0.5, 0.1
DARK_SHARE = 0.05  # of pixels without signal, whose density is not known


@dataclass(frozen=True)
class Signal:
    """How a run's pixels mean contrast.

    `mask_frames` are without contrast; `is_log` where pixels are logarithms or subtracted already;
    `is_bright` where contrast is brighter; `timed` is False where the file does not say when its
    frames were taken.
    """

    mask_frames: tuple[int, ...] = (0,)
    is_log: bool = False
    is_bright: bool = False
    timed: bool = True


@dataclass(frozen=True, eq=False)
class Filling:
    """The curve of a region, its fit, and why it cannot be used ('' where it can)."""

    values: Floats
    fit: GammaFit | None
    reason: str = ""
    beyond: float = 0.0
    flags: tuple[str, ...] = ()


def assess_dsa(
    run: Volume,
    regions: Sequence[Segment],
    reference: Segment | None,
    *,
    signal: Signal = Signal(),
) -> Assessment:
    """DSATTP, DSAPEAK, DSAAUC and DSAMTT of each region, with curves and a map of time to peak.

    `run` is (times, 1, rows, columns) with seconds of its frames, `reference` the reference artery
    on the same frames.

    Raises      UsageError where a mask frame is not in the run.
    """
    names = [one.label for one in regions]
    if told := _refusal(run, signal, reference):
        code, why, expected = told
        finding = finding_at(code, run, found=why, expected=expected)
        return Assessment(absent(TESTS, names, why), findings=(finding,))
    assert reference is not None
    times_s = np.asarray(run.times_s)
    densities = density(
        run.array[:, 0], signal.mask_frames, is_log=signal.is_log, is_bright=signal.is_bright
    )
    fillings = {
        one.label: filling(_curve(densities, one), times_s, signal.mask_frames)
        for one in (*regions, reference)
    }
    artery = fillings[reference.label]
    if artery.reason:
        why = f"reference artery: {artery.reason}"
        finding = finding_at("I135", run, found=why, expected="an artery that fills and empties")
        return Assessment(absent(TESTS, names, why), findings=(finding,))
    out = [q for name in names for q in _relative(name, fillings[name], artery)]
    short = [name for name, one in fillings.items() if one.beyond > BEYOND_TOLD]
    findings = [
        finding_at(
            "I136", run, found=f"{name} still filled at the end", expected="a run to the end"
        )
        for name in short
    ]
    pictures = [_curves(run, fillings), _map(run, densities, artery)]
    return Assessment(tuple(out), tuple(pictures), tuple(findings))


def filling(values: Floats, times_s: Floats, mask_frames: Sequence[int] = (0,)) -> Filling:
    """Fit of a region's curve, with the reason where it cannot be used.

    Raises      ShapeError for fewer than five frames.
    """
    if not np.isfinite(values).all():
        return Filling(values, None, "pixels without signal, whose density is not known")
    fit = fit_gamma(values[None], times_s)
    peak, rmse = float(fit.peak[0]), float(fit.rmse[0])
    if rmse > NO_BOLUS * peak:
        return Filling(
            values, fit, "its curve is no bolus: no contrast, movement, several fillings"
        )
    if float(fit.curve(times_s)[0][list(mask_frames)].max()) > IN_MASK * peak:
        return Filling(values, fit, "contrast is in the mask frame")
    beyond = _beyond(fit, times_s)
    if fit.peak_s[0] >= times_s[-1] or beyond > BEYOND:
        return Filling(values, fit, "the run ends before half of the contrast has passed", beyond)
    flags = ("doubtful fit",) if rmse > DOUBTFUL * peak else ()
    if beyond > BEYOND_TOLD:
        flags = (*flags, "extrapolated beyond the run")
    return Filling(values, fit, "", beyond, flags)


def projected_mm(pixels: float, run: Volume) -> float:
    """Length in mm of as many pixels of a calibrated run.

    Raises      NotDefined where the run is not calibrated: a projection has no mm of its own.
    """
    if not run.grid.calibrated:
        raise NotDefined("the run is not calibrated: lengths are pixels, not mm")
    _, row_mm, column_mm = run.grid.spacing_mm
    if not np.isclose(row_mm, column_mm, rtol=1e-3):
        raise NotDefined("pixels that are not square have no one length")
    return pixels * row_mm


def _refusal(run: Volume, signal: Signal, reference: Segment | None) -> tuple[str, str, str] | None:
    """Code, what was found and what was expected, of a run of which nothing can be told."""
    if run.array.ndim != 4 or run.array.shape[1] != 1:
        return "I133", "no run of frames through time", "a multi-frame projection"
    if not signal.timed or min(np.diff(run.times_s), default=0.0) <= 0.0:
        return "I133", "times of the frames are not known", "FrameTime, FrameTimeVector or CineRate"
    if len(run.times_s) < LEAST_FRAMES:
        return "I133", f"a run of {len(run.times_s)} frames", f"{LEAST_FRAMES} or more"
    if reference is None or not reference.voxels:
        why = "no reference artery outlined: the numbers would be those of the injection"
        return "I134", why, "an outline of the proper hepatic artery"
    return None


def _curve(densities: Singles, one: Segment) -> Floats:
    """Mean density of a region's pixels; nan where too many have no signal."""
    shape = (densities.shape[1], densities.shape[2])
    inside = plane_mask(one, one.start[0], shape)
    values = densities[:, inside].astype(float)
    known = np.isfinite(values).all(axis=0)
    if known.size == 0 or known.mean() < 1.0 - DARK_SHARE:
        return np.full(len(densities), np.nan)
    mean: Floats = values[:, known].mean(axis=1)
    return mean


def _beyond(fit: GammaFit, times_s: Floats) -> float:
    """Share of the fitted curve's area after the last frame."""
    fine = np.linspace(times_s[0], times_s[-1], 20 * times_s.size)
    within = float(np.trapezoid(fit.curve(fine)[0], fine))
    return max(0.0, 1.0 - within / float(fit.area[0]))


def _relative(region: str, own: Filling, artery: Filling) -> tuple[Quantity, ...]:
    if own.reason or own.fit is None or artery.fit is None:
        return absent(TESTS, [region], own.reason)
    mine, base = own.fit, artery.fit
    values: Mapping[str, tuple[Floats, str]] = {
        "DSATTP": (mine.peak_s - base.peak_s, "s"),
        "DSAPEAK": (mine.peak / base.peak, "1"),
        "DSAAUC": (mine.area / base.area, "1"),
        "DSAMTT": (mine.moment_s - base.moment_s, "s"),
    }
    flags = (*own.flags, *(f"reference: {word}" for word in artery.flags))
    return tuple(
        Quantity(test, float(value[0]), unit, region, METHOD, flags=flags)
        for test, (value, unit) in values.items()
    )


def _curves(run: Volume, fillings: Mapping[str, Filling]) -> Picture:
    """Curves of every region, as measured and as fitted."""
    times_s = np.asarray(run.times_s)
    fine = np.linspace(times_s[0], times_s[-1], 200)
    curves = {}
    for name, one in fillings.items():
        if np.isfinite(one.values).all():
            curves[name] = np.stack([times_s, one.values], axis=1)
        if one.fit is not None and not one.reason:
            curves[f"{name}, fitted"] = np.stack([fine, one.fit.curve(fine)[0]], axis=1)
    origin = run.origin
    return Picture(
        subject=origin.subject,
        day=origin.day or NOT_A_DAY,
        kind="curve",
        region="angiography",
        series=origin.series,
        curves=curves,
        unit="density",
    )


def _map(run: Volume, densities: Singles, artery: Filling) -> Picture:
    """Time to peak of every pixel that fills to a fifth of the reference, after the reference."""
    assert artery.fit is not None
    least = 0.2 * float(artery.fit.peak[0])
    maps = density_maps(densities, np.asarray(run.times_s), least=least)
    step = step_of(run.grid.shape[1:])
    highest = np.nan_to_num(densities).max(axis=0)[::step, ::step]
    top = max(float(highest.max()), 1e-6)
    origin, spacing = run.origin, run.grid.spacing_mm
    return Picture(
        subject=origin.subject,
        day=origin.day or NOT_A_DAY,
        kind="map",
        region="angiography",
        series=origin.series,
        spacing_mm=(spacing[1] * step, spacing[2] * step),
        pixels=np.round(255.0 * (1.0 - np.clip(highest / top, 0.0, 1.0))).astype(np.uint8),
        overlay=maps.peak_s[::step, ::step] - np.float32(artery.fit.peak_s[0]),
        overlay_test="DSATTP",
        overlay_unit="s",
    )

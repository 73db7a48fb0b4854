"""Angiography and maximum slope: fitted curves against closed forms, and every refusal."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hepatica.core.errors import NotDefined, ShapeError, UsageError
from hepatica.imaging.mask import Segment
from hepatica.imaging.origin import Origin
from hepatica.imaging.perfusion.angiography import (
    Signal,
    assess_dsa,
    filling,
    projected_mm,
)
from hepatica.imaging.perfusion.density import density, density_maps
from hepatica.imaging.perfusion.gamma import fit_gamma
from hepatica.imaging.perfusion.slope import assess_slope, smooth
from hepatica.imaging.picture import picture_text
from hepatica.imaging.volume import Grid, Volume

TESTS = ["DSATTP", "DSAPEAK", "DSAAUC", "DSAMTT"]


def gamma(times: np.ndarray, peak: float, arrival: float, rise: float, shape: float) -> np.ndarray:
    """Peak and time to peak by construction."""
    x = np.maximum((times - arrival) / rise, 0.0)
    return peak * x**shape * np.exp(shape * (1.0 - x))


def test_a_fit_finds_its_own_kind_of_curve_again() -> None:
    times = np.arange(0, 18, 0.5)
    truth = [(0.6, 1.2, 3.0, 2.5), (1.5, 2.0, 4.0, 1.5), (0.1, 1.0, 2.0, 6.0)]
    fit = fit_gamma(np.stack([gamma(times, *one) for one in truth]), times)
    assert fit.peak == pytest.approx([0.6, 1.5, 0.1], rel=1e-4)
    assert fit.peak_s == pytest.approx([4.2, 6.0, 3.0], abs=1e-3)
    assert fit.shape == pytest.approx([2.5, 1.5, 6.0], rel=1e-2)
    for i, (peak, arrival, rise, shape) in enumerate(truth):
        scale = rise / shape  # closed forms of a gamma density
        area = peak * scale * math.exp(shape) * shape**-shape * math.gamma(shape + 1)
        assert fit.area[i] == pytest.approx(area, rel=1e-3)
        assert fit.moment_s[i] == pytest.approx(arrival + scale * (shape + 1), abs=5e-3)
        fine = np.arange(0, 18, 1e-3)
        steepest = np.gradient(gamma(fine, peak, arrival, rise, shape), fine).max()
        assert fit.slope_per_s[i] == pytest.approx(steepest, rel=1e-2)


def test_frames_that_do_not_count_do_not_pull_a_fit() -> None:
    times = np.arange(0, 18, 0.5)
    curve = gamma(times, 1.0, 1.0, 3.0, 3.0)
    curve[30:] = 0.8
    used = np.ones((1, times.size), bool)
    used[0, 30:] = False
    assert fit_gamma(curve[None], times, used).peak_s == pytest.approx([4.0], abs=1e-3)


def test_trap_15_the_slope_is_of_the_fitted_curve_and_not_of_the_frames() -> None:
    """The steepest step between noisy frames grows with their rate; the fitted slope does not."""
    rng = np.random.default_rng(15)
    fine = np.arange(0, 20, 1e-3)
    truth = float(np.gradient(gamma(fine, 1.0, 1.5, 3.5, 3.0), fine).max())
    raw, fitted = [], []
    for rate in (2.0, 4.0, 7.5, 15.0):
        times = np.arange(0, 20, 1 / rate)
        curves = gamma(times, 1.0, 1.5, 3.5, 3.0) + 0.03 * rng.standard_normal((60, times.size))
        raw.append(float(np.median((np.diff(curves, axis=1) * rate).max(axis=1))) / truth)
        fitted.append(float(np.median(fit_gamma(curves, times).slope_per_s)) / truth)
    assert raw[-1] > 1.43
    assert fitted == pytest.approx([1.0] * 4, abs=0.03)


@pytest.mark.parametrize("chamber_s", [0.0, 1.5])
def test_times_area_and_moment_within_the_targets(chamber_s: float) -> None:
    """Targets: time to peak .08-.19 s, area 0.4 %, first moment -.01 s, at 2 to 15 frames/s."""
    rng = np.random.default_rng(7)
    step = 0.02
    fine = np.arange(0, 30, step)
    made = [(1.0, rng.uniform(1, 2.5), rng.uniform(1.5, 5), rng.uniform(1.5, 6)) for _ in range(80)]
    curves = np.stack([gamma(fine, *one) for one in made])
    if chamber_s:
        keep, held = math.exp(-step / chamber_s), np.zeros(80)
        for i in range(fine.size):
            held = held * keep + curves[:, i] * (1 - keep)
            curves[:, i] = held
    top, area = fine[curves.argmax(axis=1)], curves.sum(axis=1) * step
    moment = (curves * fine).sum(axis=1) * step / area
    for rate in (2.0, 7.5):
        times = np.arange(0, 20, 1 / rate)
        seen = np.stack([np.interp(times, fine, one) for one in curves])
        seen += 0.03 * seen.max(axis=1, keepdims=True) * rng.standard_normal(seen.shape)
        fit = fit_gamma(seen, times)
        assert np.abs(fit.peak_s - top).mean() < 0.08
        assert abs(np.mean(fit.area / area - 1)) < 0.008
        assert abs(np.mean(fit.moment_s - moment)) < 0.03


# --- densities and maps ------------------------------------------------------------------------


def test_density_is_the_logarithm_of_the_mask_over_the_frame() -> None:
    frames = np.array([[[1000, 1000]], [[500, 0]]], np.uint16)
    found = density(frames)
    assert found[1, 0, 0] == pytest.approx(math.log(2)) and np.isnan(found[1, 0, 1])
    logs = np.array([[[100, 100]], [[70, 130]]], np.int16)
    assert density(logs, is_log=True)[1, 0].tolist() == [30.0, -30.0]
    assert density(logs, is_log=True, is_bright=True)[1, 0].tolist() == [-30.0, 30.0]


def test_the_mask_is_the_mean_of_the_mask_frames() -> None:
    frames = np.array([90.0, 110.0, 50.0])[:, None, None]
    assert density(frames, (0, 1))[2, 0, 0] == pytest.approx(math.log(2))
    with pytest.raises(UsageError, match="0 to 2"):
        density(frames, (3,))
    with pytest.raises(ShapeError):
        density(np.zeros((2, 2)))


def test_maps_are_those_of_single_pixels_by_hand() -> None:
    times = np.array([0.0, 1.0, 2.0, 4.0])
    parabola = 3.0 - (times - 1.5) ** 2 / 2.0  # vertex at 1.5 s, also for uneven frames
    run = np.stack([parabola, np.full(4, 0.01)], axis=1)[:, None].astype(np.float32)
    maps = density_maps(run, times, least=0.1)
    assert maps.peak_s[0, 0] == pytest.approx(1.5) and maps.peak[0, 0] == pytest.approx(3.0)
    kept = np.maximum(parabola, 0.0)
    area = float(np.trapezoid(kept, times))
    assert maps.area[0, 0] == pytest.approx(area, rel=1e-6)
    assert maps.moment_s[0, 0] == pytest.approx(np.trapezoid(kept * times, times) / area, rel=1e-6)
    assert np.isnan([m[0, 1] for m in (maps.peak, maps.peak_s, maps.area, maps.moment_s)]).all()
    with pytest.raises(ShapeError):
        density_maps(run, times[:2])


# --- a run -------------------------------------------------------------------------------------

SIZE = 24
TIMES = np.arange(0, 20, 0.5)


def segment(label: str, low: int, high: int, number: int = 1) -> Segment:
    mask = np.zeros((1, SIZE, SIZE), bool)
    mask[0, 4:20, low:high] = True
    return Segment.of(label, number, mask)


ARTERY, TUMOUR, EMPTY = segment("artery", 2, 4), segment("T1", 8, 14), segment("T2", 16, 20)


def run(times: np.ndarray = TIMES, *, calibrated: bool = False, late: float = 0.0) -> Volume:
    """The artery peaks at 3 s with 1.2, the tumour 2.5 s later with half of it and wider."""
    rng = np.random.default_rng(3)
    filled = np.zeros((times.size, SIZE, SIZE))
    filled[:, 4:20, 2:4] = gamma(times, 1.2, 1.0 + late, 2.0, 4.0)[:, None, None]
    filled[:, 4:20, 8:14] = gamma(times, 0.6, 1.5 + late, 4.0, 3.0)[:, None, None]
    frames = 3000.0 * np.exp(-filled) * (1 + 0.01 * rng.standard_normal(filled.shape))
    grid = Grid((1, SIZE, SIZE), np.diag([1.0, 0.3, 0.3, 1.0]), calibrated)
    seconds = tuple(float(t) for t in times)
    return Volume(frames[:, None].astype(np.uint16), grid, Origin(modality="XA"), seconds)


def test_regions_are_told_relative_to_the_reference_artery() -> None:
    found = assess_dsa(run(), [TUMOUR, EMPTY], ARTERY)
    values = {one.test: one.value for one in found.quantities if one.region == "T1"}
    assert list(values) == TESTS
    assert values["DSATTP"] == pytest.approx(2.5, abs=0.03)
    assert values["DSAPEAK"] == pytest.approx(0.5, rel=0.01)
    scale = (2.0 / 4.0, 4.0 / 3.0)
    area = [s * math.exp(k) * k**-k * math.gamma(k + 1) for s, k in zip(scale, (4, 3), strict=True)]
    assert values["DSAAUC"] == pytest.approx(0.5 * area[1] / area[0], rel=0.01)
    moments = 1.0 + scale[0] * 5, 1.5 + scale[1] * 4
    assert values["DSAMTT"] == pytest.approx(moments[1] - moments[0], abs=0.05)
    empty = [one for one in found.quantities if one.region == "T2"]
    assert all(one.value is None and "no bolus" in one.reason for one in empty)
    curves, times_map = found.pictures
    assert set(curves.curves or {}) == {"T1", "T1, fitted", "T2", "artery", "artery, fitted"}
    assert times_map.overlay is not None
    assert np.nanmedian(times_map.overlay[4:20, 8:14]) == pytest.approx(2.5, abs=0.3)
    assert picture_text(curves) and picture_text(times_map)


def test_the_injection_cancels_and_a_delay_of_it_too() -> None:
    first = assess_dsa(run(), [TUMOUR], ARTERY).quantities
    later = assess_dsa(run(late=2.0), [TUMOUR], ARTERY).quantities
    for one, other in zip(first, later, strict=True):
        assert one.value == pytest.approx(other.value, rel=0.02, abs=0.02)


def refused(volume: Volume, **how: object) -> tuple[str, str]:
    signal = how.pop("signal", Signal())
    found = assess_dsa(volume, [TUMOUR], how.pop("reference", ARTERY), signal=signal)  # type: ignore[arg-type]
    (finding,) = found.findings
    assert {one.value for one in found.quantities} == {None}
    return finding.code, found.quantities[0].reason


def test_runs_of_which_nothing_can_be_told() -> None:
    whole = run()
    assert refused(whole, reference=None)[0] == "I134"
    assert refused(whole, signal=Signal(timed=False))[0] == "I133"
    assert refused(run(TIMES[:6])) == ("I133", "a run of 6 frames")
    still = Volume(whole.array[0], whole.grid, whole.origin)
    assert refused(still)[0] == "I133"
    assert refused(whole, reference=EMPTY)[0] == "I135"
    code, why = refused(whole, signal=Signal(mask_frames=(6,)))
    assert code == "I135"
    dark = np.array(whole.array)
    dark[5:, :, :, 2:4] = 0
    code, why = refused(replace(whole, array=dark))
    assert (code, why) == (
        "I135",
        "reference artery: pixels without signal, whose density is not known",
    )


def test_contrast_in_the_mask_frame_is_told() -> None:
    curve = gamma(TIMES + 2.5, 1.0, 1.0, 3.0, 3.0)
    assert filling(curve, TIMES).reason == "contrast is in the mask frame"


def test_a_run_that_ends_early_is_told_or_refused() -> None:
    short = assess_dsa(run(TIMES[TIMES <= 8.0]), [TUMOUR], ARTERY)
    assert [one.code for one in short.findings] == ["I136"]
    assert short.quantities[0].flags == ("extrapolated beyond the run",)
    assert short.quantities[0].value == pytest.approx(2.5, abs=0.1)
    shorter = assess_dsa(run(TIMES[TIMES <= 4.5]), [TUMOUR], ARTERY)
    assert "ends before half" in shorter.quantities[0].reason


def test_trap_17_a_projection_has_no_mm() -> None:
    with pytest.raises(NotDefined, match="pixels, not mm"):
        projected_mm(10.0, run())
    assert projected_mm(10.0, run(calibrated=True)) == pytest.approx(3.0)
    oblong = Volume(
        np.zeros((1, 4, 4)), Grid((1, 4, 4), np.diag([1.0, 0.3, 0.5, 1.0])), Origin(modality="XA")
    )
    with pytest.raises(NotDefined, match="square"):
        projected_mm(10.0, oblong)


# --- maximum slope -----------------------------------------------------------------------------


def test_a_smoothed_line_and_parabola_are_themselves() -> None:
    times = np.arange(0, 20, 1.0)
    line, bent = smooth(2.0 * times + 1.0, times), smooth(times**2, times)
    assert line.rise == pytest.approx(np.full(line.rise.shape, 2.0), abs=1e-5)
    assert bent.rise == pytest.approx(2.0 * bent.times_s, abs=1e-4)
    with pytest.raises(ShapeError):
        smooth(times, times[:-1])


def dynamic(flow: float, times: np.ndarray) -> tuple[Volume, dict[str, Segment]]:
    """Tissue that only fills: rise = flow x aorta, then flow x portal vein, nothing flows out."""
    fine = np.arange(0, 60, 0.01)
    aorta, portal = gamma(fine, 250, 5, 7, 3), gamma(fine, 120, 18, 14, 4)
    tissue = np.cumsum(flow / 60.0 * (0.25 * aorta + 0.75 * portal)) * 0.01
    curves = {"T1": tissue, "aorta": aorta, "portal": portal, "spleen": gamma(fine, 90, 7, 12, 3)}
    array = np.zeros((times.size, 1, 4, 4))
    segments = {}
    for i, (name, curve) in enumerate(curves.items()):
        array[:, 0, i] = (40.0 + np.interp(times, fine, curve))[:, None]
        mask = np.zeros((1, 4, 4), bool)
        mask[0, i] = True
        segments[name] = Segment.of(name, i + 1, mask)
    grid = Grid((1, 4, 4), np.eye(4))
    return Volume(array, grid, Origin(modality="CT"), tuple(map(float, times))), segments


@pytest.mark.parametrize("step_s", [1.0, 2.0])
def test_slope_of_a_tissue_that_only_fills_is_its_inflow(step_s: float) -> None:
    """Without outflow the method's assumption holds: 0.5 /min x 0.25 = 12.5 mL/100 mL/min."""
    volume, segments = dynamic(0.5, np.arange(0, 58, step_s))
    region = segments.pop("T1")
    found = assess_slope(volume, [region], segments)
    art, port = found.quantities
    assert art.unit == "mL/100 mL/min" and "relative use only" in art.method
    assert art.flags == port.flags == ("relative use only",)
    assert art.value == pytest.approx(12.5, rel=0.12)  # the portal vein has begun by then
    assert port.value == pytest.approx(37.5, rel=0.12)
    double, segments = dynamic(1.0, np.arange(0, 58, step_s))
    region = segments.pop("T1")
    for one, two in zip(
        found.quantities, assess_slope(double, [region], segments).quantities, strict=True
    ):
        assert two.value == pytest.approx(2.0 * (one.value or 0.0), rel=1e-9)
    assert picture_text(found.pictures[0])


def test_what_a_slope_needs_is_a_reason_where_it_is_missing() -> None:
    volume, segments = dynamic(0.5, np.arange(0, 58, 1.0))
    region = segments.pop("T1")

    def reasons(**without: object) -> list[str]:
        kept = {name: one for name, one in segments.items() if name not in without}
        return [one.reason for one in assess_slope(volume, [region], kept).quantities]

    assert reasons(aorta=0) == ["no aorta outlined"] * 2
    assert reasons(portal=0)[1] == "no portal vein outlined"
    assert "cannot be told apart" in reasons(portal=0, spleen=0)[0]
    assert reasons(spleen=0) == ["", ""]
    still = replace(volume, array=np.zeros_like(volume.array))
    assert "never comes" in assess_slope(still, [region], segments).quantities[0].reason
    for other in (
        replace(volume, origin=Origin(modality="MR")),
        Volume(volume.array[:5], volume.grid, volume.origin, volume.times_s[:5]),
        Volume(volume.array, volume.grid, volume.origin, tuple(9.0 * t for t in volume.times_s)),
        Volume(volume.array[0], volume.grid, volume.origin),
    ):
        found = assess_slope(other, [region], segments)
        assert [one.code for one in found.findings] == ["I138"]
        assert found.quantities[0].value is None

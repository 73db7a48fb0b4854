"""Lesions: what is viable, what lipiodol hides, what cannot be measured and why."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.imaging.lesion.assessment import LesionOutlines, assess_lesions
from hepatica.imaging.lesion.phase import LesionImages
from hepatica.imaging.lesion.rule import LesionRule
from hepatica.imaging.mask import Segment
from hepatica.imaging.origin import Origin
from hepatica.imaging.picture import picture_text
from hepatica.imaging.quantity import quantity_row, table_text
from hepatica.imaging.volume import Grid, Volume

SHAPE = (9, 60, 80)
BEFORE = {"LDIAM", "SAXIS", "TVOL"}
VIABLE = ("VLDIAM", "VPERP", "EASLPROD", "QEASL", "NECROSIS")


def grid_of(shape=SHAPE, slice_mm=3.0, pixel_mm=1.0, shift=(0.0, 0.0, 0.0)):
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = slice_mm, pixel_mm, pixel_mm, 1
    affine[:3, 3] = shift
    return Grid(shape, affine)


def far_from(slice_, row, column):
    s, r, c = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    return np.sqrt(((s - slice_) * 3.0) ** 2 + (r - row) ** 2 + (c - column) ** 2)


TUMOUR = far_from(4, 30, 30) <= 12
CORE = far_from(4, 30, 30) <= 6
OIL = TUMOUR & (np.arange(SHAPE[2]) < 26)
LIVER = np.zeros(SHAPE, bool)
LIVER[:, 8:52, 10:72] = True
REFERENCE = far_from(4, 30, 60) <= 8


def phases(*, core=True, oil=False, dead=False, modality="CT", noise=0.0, **origin):
    """Native liver 55, tumour 45; arterial liver +10, tumour +50, core +0; oil 400 on both."""
    rng = np.random.default_rng(7)
    native = np.where(LIVER, 55.0, -80.0)
    native[TUMOUR] = 45.0
    gain = np.where(LIVER, 10.0, 0.0)
    gain[TUMOUR] = 0.0 if dead else 50.0
    if core:
        gain[CORE] = 0.0
    if oil:
        native[OIL], gain[OIL] = 400.0, 60.0
    given = {
        "subject": "P1", "day": date(2020, 5, 1), "modality": modality,
        "frame_of_reference": "1.2.3", **origin,
    }  # fmt: skip
    near = native + noise * rng.normal(size=SHAPE)
    far = native + gain + noise * rng.normal(size=SHAPE)
    return LesionImages(
        Volume(far, grid_of(), Origin(phase="arterial", series="1.9", **given)),
        Volume(near, grid_of(), Origin(phase="unenhanced", series="1.8", **given)),
    )


def outlines(**given):
    parts = {
        "tumours": (Segment.of("tumour T1", 1, TUMOUR, tracking="T1"),),
        "liver": Segment.of("liver", 2, LIVER),
        "reference": Segment.of("reference", 3, REFERENCE),
        **given,
    }
    return LesionOutlines(grid_of(), **parts)


def by_test(found):
    return {one.test: one for one in found.quantities}


def codes(found):
    return {finding.code for finding in found.findings}


def test_a_lesion_with_a_dead_core():
    found = assess_lesions(phases(), outlines())
    got = by_test(found)
    assert got["LDIAM"].value == pytest.approx(24.38)
    assert got["TVOL"].value == pytest.approx(TUMOUR.sum() * 3 / 1000)
    # The chord of a circle of 12 that touches one of 6, but for the pixels.
    assert got["VLDIAM"].value == pytest.approx(2 * np.sqrt(144 - 36), abs=1.5)
    assert got["EASLPROD"].value == pytest.approx(got["VLDIAM"].value * got["VPERP"].value)
    share = 100 * (TUMOUR & ~CORE).sum() / TUMOUR.sum()
    assert got["QEASL"].value == pytest.approx(share)
    assert got["NECROSIS"].value == pytest.approx(100 - share)
    assert (got["QEASL"].lower, got["LIPIODOL"].value) == (None, 0)
    assert got["LVOL"].value == pytest.approx(LIVER.sum() * 3 / 1000)
    assert got["BURDEN"].value == pytest.approx(100 * TUMOUR.sum() / LIVER.sum())
    assert got["LDIAM"].slice == "4"
    assert not found.findings


def test_the_row_of_the_records():
    found = assess_lesions(phases(), outlines())
    (row,) = found.measurements
    got = by_test(found)
    assert (row["subject"], row["date"], row["lesion"]) == ("P1", "2020-05-01", "T1")
    assert row["diameter_mm"] == got["LDIAM"].value
    assert row["viable_mm"] == got["VLDIAM"].value
    assert row["lipiodol_obscured"] == "N"
    assert (row["series"], row["slice"]) == ("1.9", "4")
    first, second = ([float(v) for v in e.split()] for e in row["endpoints"].split(";"))
    assert np.linalg.norm(np.subtract(first, second)) == pytest.approx(24.38, abs=0.02)
    assert "0.38 pixel" in row["convention"]
    assert table_text("measurements", found.measurements).count("\n") == 2
    rows = [quantity_row(one, phases().arterial.origin) for one in found.quantities]
    assert table_text("image_quantities", rows).count("\n") == 1 + len(found.quantities)


def test_trap_12_lipiodol_is_not_viable_tumour():
    found = assess_lesions(phases(oil=True), outlines())
    got = by_test(found)
    oil, live = (OIL & TUMOUR).sum(), (TUMOUR & ~CORE & ~OIL).sum()
    assert got["LIPIODOL"].value == pytest.approx(100 * oil / TUMOUR.sum())
    assert got["QEASL"].value == got["QEASL"].lower == pytest.approx(100 * live / TUMOUR.sum())
    assert got["QEASL"].upper == pytest.approx(100 * (live + oil) / TUMOUR.sum())
    assert got["NECROSIS"].lower == pytest.approx(100 - got["QEASL"].upper)
    assert "lipiodol hides part of the tumour" in got["QEASL"].flags
    assert "lipiodol hides part of the tumour" in got["VLDIAM"].flags
    (lesion,) = found.lesions
    assert not (lesion.viability.viable & OIL[lesion.segment.slices]).any()
    assert found.measurements[0]["lipiodol_obscured"] == "Y"


def test_a_dead_lesion_is_a_measured_zero_and_a_hidden_one_is_not():
    dead = by_test(assess_lesions(phases(dead=True), outlines()))
    assert [dead[t].value for t in VIABLE] == [0, 0, 0, 0, 100]
    hidden = assess_lesions(phases(dead=True, oil=True), outlines())
    got = by_test(hidden)
    assert [got[t].value for t in VIABLE] == [None] * 5
    assert all("lipiodol hides" in got[t].reason for t in VIABLE)
    assert got["LIPIODOL"].value > 5
    assert hidden.measurements[0]["viable_mm"] is None
    assert hidden.measurements[0]["lipiodol_obscured"] == "Y"


def test_noise_alone_is_no_viable_tissue_and_does_not_tear_what_is_viable():
    """Two standard deviations leave 2.3 % of dead voxels above the threshold."""
    dead = by_test(assess_lesions(phases(dead=True, core=False, noise=10.0), outlines()))
    assert dead["VLDIAM"].value == 0
    live = by_test(assess_lesions(phases(core=False, noise=8.0), outlines()))
    assert live["VLDIAM"].value == pytest.approx(live["LDIAM"].value, abs=2.0)
    raw = assess_lesions(phases(core=False, noise=8.0), outlines(), LesionRule(speck_mm2=0.0))
    assert by_test(raw)["VLDIAM"].value < live["VLDIAM"].value
    assert by_test(raw)["QEASL"].value == live["QEASL"].value


def test_smoothing_before_the_threshold_finds_what_noise_hides_and_never_spreads_lipiodol():
    loud = phases(core=False, oil=True, noise=20.0)
    raw, smooth = (
        assess_lesions(loud, outlines(), LesionRule(smooth_mm=width)) for width in (0.0, 3.0)
    )
    live = 100 * (TUMOUR & ~OIL).sum() / TUMOUR.sum()
    assert by_test(raw)["QEASL"].value < 0.8 * live
    assert by_test(smooth)["QEASL"].value == pytest.approx(live, rel=0.05)
    assert "smoothed by 3 mm" in by_test(smooth)["QEASL"].method
    assert not (smooth.lesions[0].viability.enhancing & smooth.lesions[0].viability.lipiodol).any()
    dead = assess_lesions(
        phases(dead=True, core=False, oil=True), outlines(), LesionRule(smooth_mm=3)
    )
    assert not dead.lesions[0].viability.enhancing.any()


@pytest.mark.parametrize(
    ("images", "reason", "code"),
    [
        (LesionImages(phases().arterial), "no native phase", "I073"),
        (LesionImages(native=phases().native), "no arterial phase", "I073"),
        (
            LesionImages(phases().arterial, phases(frame_of_reference="9").native),
            "the phases have different frames of reference, and nothing is registered here",
            "I073",
        ),
        (
            LesionImages(phases().arterial, phases(subject="P2").native),
            "the phases are of different patients",
            "I073",
        ),
        (
            LesionImages(phases().arterial, phases(day=date(2020, 6, 1)).native),
            "the phases are of different days",
            "I073",
        ),
        (phases(modality="XA"), "neither CT nor MR", "I073"),
    ],
)
def test_without_both_phases_the_viable_part_is_unknown_and_the_whole_is_measured(
    images, reason, code
):
    found = assess_lesions(images, outlines())
    got = by_test(found)
    assert {got[t].reason for t in (*VIABLE, "LIPIODOL")} == {reason}
    assert all(got[t].value is not None for t in BEFORE)
    assert found.measurements[0]["viable_mm"] is None
    assert found.measurements[0]["lipiodol_obscured"] is None
    assert codes(found) == {code}


def test_without_a_reference_there_is_no_threshold():
    for missing in (None, Segment.of("reference", 3, far_from(4, 30, 60) <= 1)):
        found = assess_lesions(phases(), outlines(reference=missing))
        assert "reference" in by_test(found)["VLDIAM"].reason
        assert codes(found) == {"I074"}


def test_mr_is_subtracted_and_says_nothing_of_lipiodol():
    got = by_test(assess_lesions(phases(modality="MR", oil=True), outlines()))
    assert got["LIPIODOL"].reason == "lipiodol is not told on MR"
    assert got["QEASL"].value == pytest.approx(100 * (TUMOUR & (~CORE | OIL)).sum() / TUMOUR.sum())


def test_of_an_unknown_modality_nothing_viable_is_no_zero():
    got = by_test(assess_lesions(phases(modality="", dead=True), outlines()))
    assert got["VLDIAM"].value is None
    assert "modality" in got["VLDIAM"].reason


def test_trap_11_grey_is_resampled_first_and_thresholded_after():
    """A native phase on a grid of its own, half a pixel aside, gives the same lesion."""
    images = phases()
    fine = grid_of((17, 119, 159), 1.5, 0.5)
    rows = np.meshgrid(*(np.arange(n) / 2 for n in fine.shape), indexing="ij", sparse=True)
    near = [np.minimum(np.floor(axis + 0.5).astype(int), n - 1)
            for axis, n in zip(rows, SHAPE, strict=True)]  # fmt: skip
    native = Volume(images.native.array[tuple(near)], fine, images.native.origin)
    found = by_test(assess_lesions(LesionImages(images.arterial, native), outlines()))
    same = by_test(assess_lesions(images, outlines()))
    assert found["VLDIAM"].value == pytest.approx(same["VLDIAM"].value)
    assert found["QEASL"].value == pytest.approx(same["QEASL"].value)
    unstated = phases(frame_of_reference="")
    apart = LesionImages(unstated.arterial, Volume(native.array, fine, unstated.native.origin))
    reason = by_test(assess_lesions(apart, outlines()))["VLDIAM"].reason
    assert reason == "the phases lie on different grids without a common frame of reference"


def test_a_tumour_beyond_the_native_phase_is_not_measured_there():
    images = phases()
    short = Volume(images.native.array[:4], grid_of((4, 60, 80)), images.native.origin)
    got = by_test(assess_lesions(LesionImages(images.arterial, short), outlines()))
    assert "outside" in got["VLDIAM"].reason or "reference" in got["VLDIAM"].reason


def test_padding_is_no_grey_value():
    images = phases()
    array = images.native.array.copy()
    array[4, 30, 20:24] = -2000.0
    native = Volume(array, grid_of(), images.native.origin, padding=-2000.0)
    got = by_test(assess_lesions(LesionImages(images.arterial, native), outlines()))
    assert got["QEASL"].reason == "part of the tumour lies outside the arterial or native phase"


def test_phases_out_of_register_are_told_and_measured_all_the_same():
    images = phases(noise=5.0)
    moved = Volume(np.roll(images.native.array, 3, axis=1), grid_of(), images.native.origin)
    told = assess_lesions(LesionImages(images.arterial, moved), outlines())
    (finding,) = told.findings
    assert finding.code == "I070"
    assert "about 3 mm" in finding.found
    assert by_test(told)["VLDIAM"].value is not None
    assert not assess_lesions(images, outlines()).findings


def test_an_outline_without_voxels_is_told_and_is_no_zero():
    empty = Segment.of("tumour T2", 4, np.zeros(SHAPE, bool), tracking="T2")
    found = assess_lesions(phases(), outlines(tumours=(*outlines().tumours, empty)))
    assert codes(found) == {"I071"}
    assert len(found.measurements) == 1
    assert "tumour T2" not in {one.region for one in found.quantities}


def test_tilted_and_thick_slices_are_told():
    grid = grid_of(slice_mm=7.0)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]
    grid = Grid(SHAPE, turn @ grid.affine)
    images = phases()
    images = LesionImages(
        *(Volume(v.array, grid, v.origin) for v in (images.arterial, images.native))
    )
    given = outlines()
    found = assess_lesions(
        images, LesionOutlines(grid, given.tumours, given.liver, given.reference)
    )
    assert codes(found) == {"I072", "I075"}
    assert by_test(found)["LDIAM"].flags


def test_liver_and_burden_have_a_reason_without_a_liver():
    got = by_test(assess_lesions(phases(), outlines(liver=None)))
    assert got["LVOL"].reason == got["BURDEN"].reason == "the liver is not outlined"


def test_pictures_show_the_slice_measured_with_outlines_and_lines():
    pytest.importorskip("skimage")
    found = assess_lesions(phases(oil=True), outlines())
    picture = found.pictures[0]
    assert (picture.kind, picture.region, picture.window) == ("outline", "tumour T1", (60, 350))
    roles = [shape.role for shape in picture.shapes]
    assert roles.count("outline") == 1
    assert roles.count("viable") >= 1
    long = next(shape for shape in picture.shapes if shape.label == "longest")
    assert np.linalg.norm(np.diff(long.points, axis=0)) == pytest.approx(long.value)
    outline = next(shape for shape in picture.shapes if shape.role == "outline").points
    # Rows and columns 18 to 42 are marked; 20 mm around them are shown, to the edge of the image.
    assert outline.min(axis=0) == pytest.approx([17.5, 17.5])
    assert outline.max(axis=0) == pytest.approx([42.5, 42.5])
    assert picture.pixels.shape == (60, 63)
    assert picture_text(picture) == picture_text(
        assess_lesions(phases(oil=True), outlines()).pictures[0]
    )


def test_no_picture_without_a_day():
    assert not assess_lesions(phases(day=None), outlines()).pictures


@settings(max_examples=6, deadline=None)
@given(st.lists(st.booleans(), min_size=3, max_size=3), st.floats(-300, 300), st.floats(0.2, 5))
def test_place_and_scale_change_nothing_but_place_and_scale(flips, shift, scale):
    images, given = phases(), outlines()
    signs = np.diag([-1.0 if flip else 1.0 for flip in flips] + [1.0])
    move = np.eye(4)
    move[:3, 3] = shift
    affine = move @ signs @ grid_of().affine
    affine[:3, :3] *= scale
    grid = Grid(SHAPE, affine)
    pair = (Volume(v.array, grid, v.origin) for v in (images.arterial, images.native))
    moved = by_test(
        assess_lesions(
            LesionImages(*pair),
            LesionOutlines(grid, given.tumours, None, given.reference),
            LesionRule(speck_mm2=10.0 * scale**2),
        )
    )
    still = by_test(assess_lesions(images, outlines()))
    for test in ("LDIAM", "SAXIS", "VLDIAM", "VPERP"):
        assert moved[test].value == pytest.approx(still[test].value * scale, rel=1e-6)
    assert moved["QEASL"].value == pytest.approx(still["QEASL"].value)

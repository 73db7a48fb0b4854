"""DICOM series as volumes: place, order, values, time, and what is refused."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pydicom")

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scan_folder import AXIAL, CLASSES, data_set, relabel, series, with_pixels, write

from hepatica.core.errors import MissingExtra, NotReady, Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.header import Header, read_header
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import read_index


def _codes(findings: tuple[Finding, ...]) -> list[str]:
    return sorted({one.code for one in findings})


def _refused(path: Path, **asked: Any) -> tuple[Finding, ...]:
    with pytest.raises(NotReady) as caught:
        read_image(path, **asked)
    return tuple(caught.value.findings)


def test_slices_ascend_whatever_the_names_say(tmp_path: Path) -> None:
    for i, z in enumerate((4.0, 0.0, 6.0, 2.0)):
        data = _slice(z, f"1.2.3.4.{i}")
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.full((3, 5), int(z), np.int16)))
    volume, findings = read_image(tmp_path)
    assert findings == ()
    assert volume.array[:, 0, 0].tolist() == [0, 2, 4, 6]
    assert [Path(f).name for f in volume.origin.files] == ["1.dcm", "3.dcm", "0.dcm", "2.dcm"]
    assert volume.grid.shape == (4, 3, 5)
    assert volume.grid.spacing_mm == (2.0, 0.7, 0.9)
    # voxel (1, 2, 3): 2 mm up, 2 rows of 0.7 mm to the back, 3 columns of 0.9 mm to the left
    assert volume.grid.points_mm([[1, 2, 3]])[0] == pytest.approx([-10 + 2.7, -20 + 1.4, 2.0])


def _slice(z: float, uid: str, **given: Any) -> Dataset:
    own: dict[str, Any] = {
        "SOPInstanceUID": uid,
        "ImagePositionPatient": [-10.0, -20.0, z],
        "ImageOrientationPatient": list(AXIAL),
        "PixelSpacing": [0.7, 0.9],
    }
    return data_set(**(own | given))


def test_origin_says_where_a_series_is_from(tmp_path: Path) -> None:
    series(tmp_path, ContrastBolusStartTime="235950", AcquisitionTime="000020.5")
    origin = read_image(tmp_path)[0].origin
    assert (origin.subject, origin.day, origin.modality) == ("P01", date(2024, 1, 2), "CT")
    assert (origin.scanner, origin.kernel) == ("Maker Model 1", "B30f")
    assert (origin.series, origin.study, origin.frame_of_reference) == (
        "1.2.3.4",
        "1.2.3",
        "1.2.3.9",
    )
    assert origin.phase == "arterial"
    assert origin.delay_s == 30.5  # over midnight
    assert origin.slice_mm == 2.0
    assert "Secret" not in repr(origin)


def test_trap_01_slice_thickness_is_not_the_distance(tmp_path: Path) -> None:
    series(tmp_path, step_mm=1.0, SliceThickness=1.25)
    volume, findings = read_image(tmp_path)
    assert volume.grid.spacing_mm[0] == 1.0 == volume.origin.slice_mm
    assert _codes(findings) == ["I013"]


def test_trap_13_order_is_that_of_positions_not_of_numbers(tmp_path: Path) -> None:
    """Instance numbers and names run from the head downwards; the volume runs upwards."""
    for i in range(5):
        data = _slice(10.0 - 2 * i, f"1.2.3.4.{i}", InstanceNumber=i + 1)
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.full((4, 4), i, np.int16)))
    volume, _ = read_image(tmp_path)
    assert volume.array[:, 0, 0].tolist() == [4, 3, 2, 1, 0]
    assert volume.grid.affine[:3, 0].tolist() == [0, 0, 2]
    assert volume.grid.affine[2, 3] == 2.0


def test_trap_14_tilt_is_refused(tmp_path: Path) -> None:
    for i in range(4):
        at = [-10.0, -20.0 + 0.35 * i, 2.0 * i]  # ten degrees
        data = _slice(0, f"1.2.3.4.{i}", ImagePositionPatient=at)
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.zeros((4, 4), np.int16)))
    assert _codes(_refused(tmp_path)) == ["I012"]


def test_trap_14_oblique_slices_and_oblong_pixels(tmp_path: Path) -> None:
    """Turned by 30 degrees about the rows: known points of the patient come back exactly."""
    turn = np.deg2rad(30)
    along, down = np.array([1.0, 0, 0]), np.array([0, np.cos(turn), np.sin(turn)])
    normal = np.array([0, -np.sin(turn), np.cos(turn)])
    for i in range(3):
        place = np.array([5.0, 6.0, 7.0]) + 3.0 * i * normal
        data = _slice(
            0,
            f"1.2.3.4.{i}",
            ImagePositionPatient=[f"{x:.10f}" for x in place],
            ImageOrientationPatient=[f"{x:.10f}" for x in (*along, *down)],
            PixelSpacing=[0.5, 0.8],
        )
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.full((4, 6), i, np.int16)))
    volume, findings = read_image(tmp_path)
    assert findings == ()
    assert volume.grid.spacing_mm == pytest.approx((3.0, 0.5, 0.8), abs=1e-6)
    expected = np.array([5.0, 6, 7]) + 2 * 3.0 * normal + 3 * 0.5 * down + 4 * 0.8 * along
    assert volume.grid.points_mm([[2, 3, 4]])[0] == pytest.approx(expected, abs=1e-6)
    assert volume.array[:, 0, 0].tolist() == [0, 1, 2]


def test_places_are_those_of_highdicom(tmp_path: Path) -> None:
    """Random poses: every voxel at the same point of the patient as another reader has it."""
    highdicom = pytest.importorskip("highdicom")
    chance = np.random.default_rng(3)
    for pose in range(6):
        turn = np.linalg.qr(chance.normal(size=(3, 3)))[0]
        along, down = turn[:, 0], turn[:, 1]
        start, step = chance.uniform(-300, 300, 3), np.cross(along, down) * 1.7
        for i, name in enumerate(chance.permutation(4)):
            data = _slice(
                0,
                f"1.2.3.4.{i}",
                ImagePositionPatient=[f"{x:.9f}"[:16] for x in start + i * step],
                ImageOrientationPatient=[f"{x:.12f}"[:16] for x in (*along, *down)],
                PixelSpacing=[0.6, 1.1],
                RescaleSlope=1,
                RescaleIntercept=0,
            )
            pixels = chance.integers(0, 999, (3, 5)).astype(np.int16)
            write(tmp_path / str(pose) / f"{name}.dcm", with_pixels(data, pixels))
        volume, _ = read_image(tmp_path / str(pose))
        files = sorted((tmp_path / str(pose)).iterdir())
        theirs = highdicom.get_volume_from_series([pydicom.dcmread(p) for p in files])
        ours = np.array(list(np.ndindex(volume.grid.shape)))
        points = np.c_[volume.grid.points_mm(ours), np.ones(len(ours))]
        at = (points @ np.linalg.inv(theirs.affine).T)[:, :3]
        assert np.abs(at - at.round()).max() < 1e-4
        assert np.array_equal(theirs.array[tuple(at.round().astype(int).T)], volume.array.ravel())


def test_sagittal_slices_ascend_along_their_normal(tmp_path: Path) -> None:
    """Rows run to the back, columns to the feet: the normal points to the right (minus x)."""
    for i, x in enumerate((0.0, 2.0, 4.0)):
        data = _slice(
            0, f"1.2.3.4.{i}", ImagePositionPatient=[x, 0.0, 0.0],
            ImageOrientationPatient=[0, 1, 0, 0, 0, -1],
        )  # fmt: skip
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.full((4, 4), i, np.int16)))
    volume, _ = read_image(tmp_path)
    assert volume.array[:, 0, 0].tolist() == [2, 1, 0]
    assert volume.grid.affine[:3, 0].tolist() == [-2, 0, 0]


def test_missing_slice_names_the_file_above_the_gap(tmp_path: Path) -> None:
    series(tmp_path, 6)[3].unlink()
    (told,) = _refused(tmp_path)
    assert (told.code, told.place.file) == ("I005", "im004.dcm")
    assert told.expected == "1 slice between them"


def test_unequal_distances_are_refused(tmp_path: Path) -> None:
    for i, z in enumerate((0.0, 1.0, 2.0, 3.4, 4.8)):
        data = _slice(z, f"1.2.3.4.{i}")
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.zeros((4, 4), np.int16)))
    assert _codes(_refused(tmp_path)) == ["I014"]


def test_rounded_positions_are_a_ladder(tmp_path: Path) -> None:
    for i, z in enumerate((0.0, 0.6, 1.3, 1.9, 2.5)):  # 0.625 mm, to one decimal
        data = _slice(z, f"1.2.3.4.{i}")
        write(tmp_path / f"{i}.dcm", with_pixels(data, np.zeros((4, 4), np.int16)))
    assert read_image(tmp_path)[0].grid.spacing_mm[0] == 0.625


def test_copies_are_told_and_passed_by(tmp_path: Path) -> None:
    first = series(tmp_path)[1]
    (tmp_path / "im001-copy.dcm").write_bytes(first.read_bytes())
    volume, findings = read_image(tmp_path)
    assert volume.grid.shape[0] == 4
    assert [(f.code, f.place.file) for f in findings] == [("I011", "im001.dcm")]


def test_a_whole_copy_counts_before_a_damaged_one(tmp_path: Path) -> None:
    first = series(tmp_path)[1]
    (tmp_path / "whole.dcm").write_bytes(first.read_bytes())
    first.write_bytes(first.read_bytes()[:-20])
    volume, findings = read_image(tmp_path)
    assert volume.grid.shape[0] == 4
    assert [(f.code, f.place.file) for f in findings] == [("I011", "im001.dcm")]


def test_slices_of_one_uid_are_no_copies(tmp_path: Path) -> None:
    series(tmp_path, SOPInstanceUID="1.2.3.4.5")
    volume, findings = read_image(tmp_path)
    assert (volume.grid.shape[0], findings) == (4, ())


def test_two_images_at_one_position_are_refused(tmp_path: Path) -> None:
    series(tmp_path)
    data = _slice(2.0, "1.2.3.4.77", PixelSpacing=[0.7, 0.7])
    write(tmp_path / "extra.dcm", with_pixels(data, np.zeros((16, 16), np.int16)))
    assert "I010" in _codes(_refused(tmp_path))


def test_localiser_in_the_series_is_refused_by_name(tmp_path: Path) -> None:
    series(tmp_path)
    data = _slice(0.0, "1.2.3.4.77", ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    write(tmp_path / "scout.dcm", with_pixels(data, np.zeros((16, 16), np.int16)))
    told = _refused(tmp_path)
    assert [(f.code, f.place.file) for f in told] == [("I007", "scout.dcm")]


def test_several_series_need_a_choice(tmp_path: Path) -> None:
    series(tmp_path / "a")
    series(tmp_path / "b", SeriesInstanceUID="1.2.3.5", SeriesDescription="Liver portal venous")
    assert _codes(_refused(tmp_path)) == ["I006"]
    assert read_image(tmp_path, series="1.2.3.5")[0].origin.phase == "portal venous"


def test_several_patients_need_a_choice(tmp_path: Path) -> None:
    series(tmp_path)
    series(tmp_path, SeriesInstanceUID="1.2.3.5", PatientID="P02", stem="other")
    assert "I008" in _codes(_refused(tmp_path))


def test_cut_short_file_forbids_its_series(tmp_path: Path) -> None:
    last = series(tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:-100])
    told = _refused(tmp_path)
    assert [(f.code, f.place.file) for f in told] == [("I002", "im003.dcm")]


def test_undecodable_pixels_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    relabel(series(tmp_path)[0], "1.2.840.10008.1.2.4.70")  # JPEG lossless: no decoder here
    relabel(series(tmp_path / "b")[0], "1.2.840.10008.1.2.4.50")  # a decoder, but no JPEG inside
    told = _refused(tmp_path)
    assert {f.place.file for f in told if f.code == "I003"} >= {"im000.dcm"}
    assert _codes(_refused(tmp_path / "b")) == ["I003", "I015"]
    assert caplog.text == ""


def test_lossy_pixels_and_inverted_display_are_told(tmp_path: Path) -> None:
    series(tmp_path, LossyImageCompression="01", PhotometricInterpretation="MONOCHROME1")
    volume, findings = read_image(tmp_path)
    assert _codes(findings) == ["I015", "I017"]
    assert volume.array[1, 0, 0] == 100


def test_colours_are_refused(tmp_path: Path) -> None:
    data = _slice(0.0, "1.2.3.4.1", PhotometricInterpretation="RGB", SamplesPerPixel=3)
    data.PlanarConfiguration = 0
    pixels = np.zeros((4, 12), np.uint8)
    data = with_pixels(data, pixels)
    data.Columns = 4
    path = write(tmp_path / "rgb.dcm", data)
    assert _codes(_refused(path)) == ["I016"]


def test_screenshots_are_listed_and_no_images(tmp_path: Path) -> None:
    series(tmp_path)
    data = data_set("screen OT", SamplesPerPixel=3, PhotometricInterpretation="RGB")
    data.SeriesInstanceUID = "1.2.3.8"
    data = with_pixels(data, np.zeros((4, 12), np.uint8))
    write(tmp_path / "dose.dcm", data)
    assert read_image(tmp_path)[1] == ()
    index = read_index(tmp_path)
    assert ([e.role for e in index.entries], index.findings) == (["image", "other"], ())


def test_file_named_dicom_that_is_none_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "im.dcm").write_bytes(b"oops")
    assert [f.code for f in read_index(tmp_path).findings] == ["I002"]
    with pytest.raises(Unreadable, match=r"im\.dcm"):
        read_image(tmp_path)


def test_no_place_and_wrong_place_are_refused(tmp_path: Path) -> None:
    series(tmp_path / "a", ImagePositionPatient=None)
    series(tmp_path / "b", ImageOrientationPatient=[1, 0, 0, 1, 0, 0])
    series(tmp_path / "c", PixelSpacing=[0, 0.7])
    series(tmp_path / "d", ImagePositionPatient=["1e300", "0", "0"])
    assert _codes(_refused(tmp_path / "a")) == ["I009"]
    assert _codes(_refused(tmp_path / "b")) == ["I022"]
    assert _codes(_refused(tmp_path / "c")) == ["I022"]
    assert _codes(_refused(tmp_path / "d")) == ["I009"]


def test_nobody_and_no_day_are_told(tmp_path: Path) -> None:
    series(tmp_path, PatientID="", StudyDate="", AcquisitionDate="20240230")
    volume, findings = read_image(tmp_path)
    assert _codes(findings) == ["I019"]
    assert volume.origin.day is None


def test_single_slice_says_that_its_depth_is_nominal(tmp_path: Path) -> None:
    path = series(tmp_path, 1, SliceThickness=5)[0]
    volume, findings = read_image(path)
    assert (volume.grid.spacing_mm[0], volume.origin.slice_mm) == (5.0, None)
    assert _codes(findings) == ["I028"]


def test_values_are_rescaled_and_padding_is_named(tmp_path: Path) -> None:
    pixels = [np.array([[-2000, 1000], [0, 3000]], np.int16)] * 2
    series(tmp_path / "whole", 2, pixels=pixels, PixelPaddingValue=-2000)
    volume, _ = read_image(tmp_path / "whole")
    assert volume.array.dtype == np.int16
    assert volume.array[0].tolist() == [[-3024, -24], [-1024, 1976]]
    assert volume.padding == -3024
    series(tmp_path / "slope", 2, pixels=pixels, RescaleSlope="0.5", RescaleIntercept=10)
    volume, _ = read_image(tmp_path / "slope")
    assert volume.array.dtype == np.float32
    assert volume.array[0].tolist() == [[-990.0, 510.0], [10.0, 1510.0]]
    wide = [np.full((2, 2), 60000, np.uint16)] * 2
    series(tmp_path / "wide", 2, pixels=wide, RescaleIntercept=0)
    assert read_image(tmp_path / "wide")[0].array.max() == 60000


# --- time ------------------------------------------------------------------------------------


def _dynamic(folder: Path, name: str, times: list[list[Any]]) -> None:
    """Two slices at each time; `times[k][i]` is the tag's value at time k and slice i."""
    for k, row in enumerate(times):
        for i, value in enumerate(row):
            uid = f"1.2.3.4.{k}.{i}"
            data = _slice(2.0 * i, uid, Modality="MR", **{name: value})
            path = folder / f"{9 - k}{i}.dcm"  # the names run backwards
            write(path, with_pixels(data, np.full((2, 2), 10 * k + i, np.int16)))


def test_dynamic_series_by_acquisition_time(tmp_path: Path) -> None:
    _dynamic(tmp_path, "AcquisitionTime", [["100000"] * 2, ["100005.5"] * 2, ["100012"] * 2])
    volume, findings = read_image(tmp_path)
    assert findings == ()
    assert volume.array.shape == (3, 2, 2, 2)
    assert volume.array[:, :, 0, 0].tolist() == [[0, 1], [10, 11], [20, 21]]
    assert volume.times_s == (0.0, 5.5, 12.0)


def test_dynamic_series_by_trigger_time_and_by_number(tmp_path: Path) -> None:
    _dynamic(tmp_path / "a", "TriggerTime", [[0, 0], [2500, 2500]])
    volume, findings = read_image(tmp_path / "a")
    assert (volume.times_s, findings) == ((0.0, 2.5), ())
    _dynamic(tmp_path / "b", "TemporalPositionIdentifier", [[1, 1], [2, 2]])
    volume, findings = read_image(tmp_path / "b")
    assert volume.array[:, :, 0, 0].tolist() == [[0, 1], [10, 11]]
    assert (volume.times_s, _codes(findings)) == ((0.0, 1.0), ["I026"])


def test_a_time_that_lacks_a_slice_is_refused(tmp_path: Path) -> None:
    _dynamic(tmp_path, "AcquisitionTime", [["100000"] * 2, ["100005"] * 2, ["100010"] * 2])
    (tmp_path / "80.dcm").unlink()
    assert _codes(_refused(tmp_path)) == ["I005"]


# --- many planes in one object ----------------------------------------------------------------


def _group(**tags: Any) -> Dataset:
    data = Dataset()
    for name, value in tags.items():
        setattr(data, name, value)
    return data


def _enhanced(places: list[float], times: list[str] | None = None) -> Dataset:
    data = data_set("enhanced MR", ImageType=["ORIGINAL", "PRIMARY"])
    shared = Dataset()
    shared.PlaneOrientationSequence = Sequence([_group(ImageOrientationPatient=list(AXIAL))])
    shared.PixelMeasuresSequence = Sequence([_group(PixelSpacing=[0.7, 0.9], SliceThickness=2)])
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    groups = []
    for i, z in enumerate(places):
        own = Dataset()
        own.PlanePositionSequence = Sequence([_group(ImagePositionPatient=[0.0, 0.0, z])])
        own.PixelValueTransformationSequence = Sequence(
            [_group(RescaleSlope=i + 1, RescaleIntercept=0)]
        )
        if times:
            content = _group(FrameAcquisitionDateTime=times[i], TemporalPositionIndex=1)
            own.FrameContentSequence = Sequence([content])
        groups.append(own)
    data.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return with_pixels(data, np.full((len(places), 2, 3), 10, np.int16))


def test_enhanced_object_is_put_in_order_with_the_slope_of_each_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "e.dcm", _enhanced([4.0, 0.0, 2.0]))
    volume, findings = read_image(path)
    assert findings == ()
    assert volume.array[:, 0, 0].tolist() == [20.0, 30.0, 10.0]
    assert volume.grid.spacing_mm == (2.0, 0.7, 0.9)


def test_enhanced_dynamic_object(tmp_path: Path) -> None:
    times = ["20240102100008", "20240102100008", "20240102100000", "20240102100000"]
    path = write(tmp_path / "e.dcm", _enhanced([0.0, 2.0, 0.0, 2.0], times))
    volume, _ = read_image(path)
    assert volume.array[:, :, 0, 0].tolist() == [[30.0, 40.0], [10.0, 20.0]]
    assert volume.times_s == (0.0, 8.0)


def test_angiogram_has_pixels_and_no_mm(tmp_path: Path) -> None:
    data = data_set("XA", FrameTime=250, ImagerPixelSpacing=[0.2, 0.2], PixelSpacing=[0.2, 0.2])
    pixels = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5)
    path = write(tmp_path / "run.dcm", with_pixels(data, pixels))
    volume, findings = read_image(path)
    assert volume.array.shape == (3, 1, 4, 5)
    assert volume.array[:, 0, 0, 0].tolist() == [0, 20, 40]
    assert volume.times_s == (0.0, 0.25, 0.5)
    assert (volume.grid.calibrated, volume.grid.spacing_mm) == (False, (1.0, 1.0, 1.0))
    assert not volume.grid.cut((0, 1, 1), (1, 2, 2)).calibrated
    assert _codes(findings) == ["I018"]


def test_calibrated_angiogram_keeps_its_mm(tmp_path: Path) -> None:
    data = data_set("XA", PixelSpacing=[0.3, 0.3], PixelSpacingCalibrationType="FIDUCIAL")
    path = write(tmp_path / "run.dcm", with_pixels(data, np.zeros((2, 4, 5), np.int16)))
    volume, findings = read_image(path)
    assert volume.grid.calibrated and volume.grid.spacing_mm == (1.0, 0.3, 0.3)
    assert _codes(findings) == ["I026"]


def test_cone_beam_ct_is_a_volume_though_its_modality_is_xa(tmp_path: Path) -> None:
    data = _enhanced([0.0, 0.5, 1.0])
    data.Modality = "XA"
    volume, findings = read_image(write(tmp_path / "cbct.dcm", data))
    assert volume.grid.calibrated and volume.grid.spacing_mm == (0.5, 0.7, 0.9)
    assert [f.code for f in findings] == ["I013"]


def test_parametric_map_is_read_in_its_own_unit(tmp_path: Path) -> None:
    data = _enhanced([0.0, 2.0])
    data.SOPClassUID = CLASSES["PM"]
    for group in data.PerFrameFunctionalGroupsSequence:
        del group.PixelValueTransformationSequence
        group.RealWorldValueMappingSequence = Sequence(
            [_group(RealWorldValueSlope=0.25, RealWorldValueIntercept=1.0)]
        )
    volume, _ = read_image(write(tmp_path / "map.dcm", data))
    assert volume.array.ravel().tolist() == [3.5] * 12


# --- storage -----------------------------------------------------------------------------------


def test_run_length_encoding_gives_the_same_voxels(tmp_path: Path) -> None:
    path = series(tmp_path, 2)[0]
    plain = read_image(tmp_path)[0]
    data = pydicom.dcmread(path)
    data.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    data.save_as(path)
    assert np.array_equal(read_image(tmp_path)[0].array, plain.array)


def test_compressed_file_that_is_cut_short(tmp_path: Path) -> None:
    for path in series(tmp_path, 3):
        data = pydicom.dcmread(path)
        data.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
        data.save_as(path)
    path.write_bytes(path.read_bytes()[:-10])
    told = _refused(tmp_path)
    assert [(f.code, f.place.file) for f in told] == [("I002", "im002.dcm")]


def test_lossy_by_its_transfer_syntax_and_kernel_of_an_enhanced_ct(tmp_path: Path) -> None:
    data = _enhanced([0.0, 2.0])
    kernel = Sequence([_group(ConvolutionKernel=["I30f", "3"])])
    data.SharedFunctionalGroupsSequence[0].CTReconstructionSequence = kernel
    path = write(tmp_path / "e.dcm", data)
    assert read_image(path)[0].origin.kernel == "I30f\\3"
    relabel(series(tmp_path / "s", 1)[0], "1.2.840.10008.1.2.4.50")
    header = read_header(tmp_path / "s" / "im000.dcm")
    assert isinstance(header, Header) and header.lossy


def test_deflated_file_is_refused_unopened(tmp_path: Path) -> None:
    """Its inflation cannot be bounded, so that a small file could fill the memory."""
    path = series(tmp_path, 1)[0]
    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    data.save_as(path)
    with pytest.raises(Unreadable, match="Deflated"):
        read_image(path)
    assert [f.code for f in read_index(tmp_path).findings] == ["I003"]


@pytest.mark.parametrize("compressed", [True, False])
def test_more_pixels_than_the_file_can_hold(tmp_path: Path, compressed: bool) -> None:
    path = series(tmp_path, 2)[0]
    data = pydicom.dcmread(path)
    if compressed:
        data.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    data.Rows = data.Columns = 65535
    data.save_as(path)
    told = _refused(tmp_path)[0]
    assert (told.code, told.place.file) == ("I004", "im000.dcm")


def test_millions_of_frames_are_refused_before_they_are_counted(tmp_path: Path) -> None:
    data = data_set("XA", NumberOfFrames=5_000_000)
    data = with_pixels(data, np.zeros((1, 1), np.uint8))
    data.PixelData = bytes(5_000_000)
    assert _codes(_refused(write(tmp_path / "many.dcm", data))) == ["I004"]


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series(tmp_path, 2)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(MissingExtra, match=r"hepatica\[imaging\]"):
        read_image(tmp_path)


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    for path in (tmp_path, tmp_path / "notes.txt", tmp_path / "absent"):
        with pytest.raises(Unreadable):
            read_image(path)

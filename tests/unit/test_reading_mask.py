"""Masks of every kind on the grid of their image; what cannot be placed is refused or told."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

pytest.importorskip("pydicom")

from click.testing import CliRunner
from outline_sample import (
    COLUMNS,
    ROWS,
    SLICE_MM,
    contour,
    place,
    segment,
    write_seg,
    write_series,
    write_structure_set,
)

from hepatica.cli.main import app
from hepatica.core.errors import NotReady, Unreadable, UsageError
from hepatica.imaging.mask import Segmentation
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.mask import read_outlined_image, read_segmentation
from hepatica.imaging.region import measure_regions
from hepatica.imaging.volume import Grid, Volume

SHAPE = (4, ROWS, COLUMNS)


def grey() -> np.ndarray:
    return np.arange(np.prod(SHAPE)).reshape(SHAPE) % 97


@pytest.fixture
def image(tmp_path: Path) -> Volume:
    return read_image(write_series(tmp_path / "ct", grey()))[0]


def box(rows: slice, columns: slice) -> np.ndarray:
    marked = np.zeros((ROWS, COLUMNS), bool)
    marked[rows, columns] = True
    return marked


FIRST, SECOND = box(slice(2, 5), slice(1, 7)), box(slice(4, 9), slice(5, 9))


def codes(findings: tuple) -> list[str]:
    return [one.code for one in findings]


def refused(error: pytest.ExceptionInfo) -> list[str]:
    return codes(error.value.findings)


# --- DICOM SEG ----------------------------------------------------------------------------------


def test_trap_13_frames_are_placed_by_position_not_by_order(tmp_path: Path, image: Volume) -> None:
    frames = [(1, place(2), SECOND), (1, place(0), FIRST), (1, place(1), FIRST)]
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], frames)
    found, findings = read_segmentation(path, image)
    whole = found.segment("T1").whole(SHAPE)
    assert findings == ()
    for k, expected in enumerate((FIRST, FIRST, SECOND, np.zeros_like(FIRST))):
        assert (whole[k] == expected).all()


def test_trap_16_segments_may_overlap(tmp_path: Path, image: Volume) -> None:
    frames = [(1, place(1), FIRST), (2, place(1), SECOND)]
    path = write_seg(tmp_path / "seg.dcm", [segment(2, "B"), segment(1, "A", "lesion 7")], frames)
    found, _ = read_segmentation(path, image)
    assert [(s.number, s.label, s.voxels) for s in found] == [(1, "A", 18), (2, "B", 20)]
    both = found.segment("A").whole(SHAPE) & found.segment("B").whole(SHAPE)
    assert both.sum() == 2  # row 4, columns 5 and 6
    assert (found.segment("A").tracking, found.segment("A").code) == ("lesion 7", "Neoplasm")


def test_sparse_frames_leave_empty_slices_on_the_grid_of_the_file(tmp_path: Path) -> None:
    frames = [(1, place(3), FIRST), (1, place(0), SECOND)]
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], frames)
    found, _ = read_segmentation(path, None)
    assert found.grid.shape == SHAPE
    assert found.grid.spacing_mm == pytest.approx((2.0, 0.5, 0.8))
    assert found.segment("T1").whole(SHAPE).sum(axis=(1, 2)).tolist() == [20, 0, 0, 18]


def test_fractional_counts_from_half_of_the_maximum_and_says_so(
    tmp_path: Path, image: Volume
) -> None:
    shares = np.zeros((ROWS, COLUMNS), np.uint8)
    shares[3, :4] = (99, 100, 101, 200)
    path = write_seg(
        tmp_path / "seg.dcm", [segment(1, "T1")], [(1, place(1), shares)],
        kind="FRACTIONAL", MaximumFractionalValue=200, SegmentationFractionalType="PROBABILITY",
    )  # fmt: skip
    found, findings = read_segmentation(path, image)
    assert found.segment("T1").whole(SHAPE)[1, 3, :4].tolist() == [False, True, True, True]
    assert codes(findings) == ["I043"]


def test_label_map_without_its_background(tmp_path: Path, image: Volume) -> None:
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[FIRST], labels[SECOND] = 1, 3
    described = [segment(0, "Background"), segment(1, "A"), segment(3, "C")]
    path = write_seg(tmp_path / "seg.dcm", described, [(0, place(2), labels)], kind="LABELMAP")
    found, _ = read_segmentation(path, image)
    assert [(s.number, s.label, s.voxels) for s in found] == [(1, "A", 16), (3, "C", 20)]


def test_frames_of_other_directions_have_no_grid(tmp_path: Path, image: Volume) -> None:
    frames = [(1, place(0), FIRST), (1, [place(1)[0] + 0.3, *place(1)[1:]], FIRST)]
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], frames)
    for given in (image, None):
        with pytest.raises(NotReady) as error:
            read_segmentation(path, given)
        assert refused(error) == ["I041"]
    uneven = [(1, place(k), FIRST) for k in (0, 1, 1.4)]
    path = write_seg(tmp_path / "uneven.dcm", [segment(1, "T1")], uneven)
    with pytest.raises(NotReady) as error:
        read_segmentation(path, None)
    assert refused(error) == ["I041"]


def test_another_frame_of_reference_is_refused_another_series_told(
    tmp_path: Path, image: Volume
) -> None:
    frames = [(1, place(0), FIRST)]
    path = write_seg(tmp_path / "a.dcm", [segment(1, "T1")], frames, FrameOfReferenceUID="1.2.3.99")
    with pytest.raises(NotReady) as error:
        read_segmentation(path, image)
    assert refused(error) == ["I040"]
    path = write_seg(
        tmp_path / "b.dcm", [segment(1, "T1")], frames, ReferencedSeriesSequence=_series("1.2.3.5")
    )
    assert codes(read_segmentation(path, image)[1]) == ["I046"]


def _series(uid: str) -> list:
    from pydicom.dataset import Dataset

    data = Dataset()
    data.SeriesInstanceUID = uid
    return [data]


def test_what_lies_outside_the_image_and_what_is_empty_is_told(
    tmp_path: Path, image: Volume
) -> None:
    frames = [(1, place(3), FIRST), (1, place(4), FIRST)]
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1"), segment(2, "T2")], frames)
    found, findings = read_segmentation(path, image)
    assert found.segment("T1").voxels == 18
    assert codes(findings) == ["I044", "I045"]


def test_trap_11_a_mask_on_another_grid_takes_the_nearest_voxel_only(
    tmp_path: Path, image: Volume
) -> None:
    marked = np.zeros((3, 2), bool)
    marked[1, 0] = True  # a voxel four times as long and wide as those of the image
    path = write_seg(
        tmp_path / "seg.dcm", [segment(1, "T1")], [(1, place(1), marked), (1, place(2), marked)],
        spacing=[2.0, 3.2],
    )  # fmt: skip
    found, findings = read_segmentation(path, image)
    assert codes(findings) == ["I042"]
    expected = np.zeros(SHAPE, bool)
    # Its centre is 2 mm down: row 4; half of it reaches 1 mm, or rows 2 to 5 (6 is a tie).
    rows = [r for r in range(ROWS) if -1.0 <= r * 0.5 - 2.0 < 1.0]
    columns = [c for c in range(COLUMNS) if -1.6 <= c * 0.8 < 1.6]
    expected[1:3, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    assert (found.segment("T1").whole(SHAPE) == expected).all()


def test_a_file_shorter_than_its_header_says_is_refused(tmp_path: Path) -> None:
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], [(1, place(0), FIRST)], Rows=60000)
    with pytest.raises(Unreadable, match="shorter than its header"):
        read_segmentation(path, None)


def test_deflated_files_are_read_within_a_bound(
    tmp_path: Path, image: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pydicom
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], [(1, place(0), FIRST)])
    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=True)
    assert read_segmentation(path, image)[0].segment("T1").voxels == 18
    monkeypatch.setattr("hepatica.imaging.reading.mask.LARGEST_BYTES", 100)
    with pytest.raises(Unreadable, match="unpacks to more"):
        read_segmentation(path, image)


# --- structure sets -----------------------------------------------------------------------------

SQUARE = [(1.5, 1.5), (1.5, 6.5), (7.5, 6.5), (7.5, 1.5)]
HOLE = [(3.5, 2.5), (3.5, 4.5), (5.5, 4.5), (5.5, 2.5)]


def test_contours_fill_the_voxels_whose_centres_are_inside(tmp_path: Path, image: Volume) -> None:
    path = write_structure_set(tmp_path / "rt.dcm", {"T1": [contour(SQUARE, 1)]})
    found, findings = read_segmentation(path, image)
    assert findings == ()
    expected = np.zeros(SHAPE, bool)
    expected[1, 2:8, 2:7] = True
    assert (found.segment("T1").whole(SHAPE) == expected).all()


@pytest.mark.parametrize("kind", ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"])
def test_a_contour_within_another_is_a_hole(tmp_path: Path, image: Volume, kind: str) -> None:
    contours = [contour(SQUARE, 1, kind), contour(HOLE, 1, kind)]
    path = write_structure_set(tmp_path / "rt.dcm", {"T1": contours})
    whole = read_segmentation(path, image)[0].segment("T1").whole(SHAPE)
    assert whole[1].sum() == 6 * 5 - 2 * 2
    assert not whole[1, 4:6, 3:5].any()


def test_a_keyhole_is_a_hole(tmp_path: Path, image: Volume) -> None:
    keyhole = [*SQUARE, SQUARE[0], HOLE[0], *HOLE[::-1], SQUARE[0]]
    path = write_structure_set(tmp_path / "rt.dcm", {"T1": [contour(keyhole, 1)]})
    assert read_segmentation(path, image)[0].segment("T1").voxels == 6 * 5 - 2 * 2


def test_contours_off_every_slice_or_not_closed_or_empty_are_told(
    tmp_path: Path, image: Volume
) -> None:
    regions = {
        "between": [contour(SQUARE, 1.5), contour(SQUARE, 2.04)],
        "points": [contour([(2, 2)], 1, "POINT")],
        "empty": [],
    }
    found, findings = read_segmentation(write_structure_set(tmp_path / "rt.dcm", regions), image)
    assert [s.voxels for s in found] == [30, 0, 0]
    assert codes(findings) == ["I048", "I048", "I045", "I045"]
    assert "on no slice" in findings[0].found


def test_a_structure_set_needs_its_image(tmp_path: Path, image: Volume) -> None:
    path = write_structure_set(tmp_path / "rt.dcm", {"T1": [contour(SQUARE, 1)]})
    with pytest.raises(UsageError, match="need the image"):
        read_segmentation(path, None)
    other = write_structure_set(tmp_path / "b.dcm", {"T1": [contour(SQUARE, 1)]}, frame="1.2.3.99")
    with pytest.raises(NotReady) as error:
        read_segmentation(other, image)
    assert refused(error) == ["I040"]


def test_fill_equals_a_ray_by_hand(tmp_path: Path, image: Volume) -> None:
    angles = np.linspace(0, 2 * np.pi, 23, endpoint=False)
    radius = np.where(np.arange(23) % 2, 4.7, 2.2)  # a star: concave all around
    star = [
        (5.3 + r * np.sin(a), 4.6 + 0.9 * r * np.cos(a))
        for r, a in zip(radius, angles, strict=True)
    ]
    path = write_structure_set(tmp_path / "rt.dcm", {"T1": [contour(star, 0)]})
    found = read_segmentation(path, image)[0].segment("T1").whole(SHAPE)[0]
    for row in range(ROWS):
        for column in range(COLUMNS):
            crossings = 0
            for (r1, c1), (r2, c2) in zip(star, star[1:] + star[:1], strict=True):
                if (r1 <= row) != (r2 <= row):
                    crossings += c1 + (row - r1) * (c2 - c1) / (r2 - r1) < column
            assert found[row, column] == bool(crossings % 2)


# --- label maps ---------------------------------------------------------------------------------


def write_nifti(path: Path, labels: np.ndarray, grid: Grid) -> Path:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.affine[:, [2, 1, 0, 3]]
    nibabel.save(nibabel.Nifti1Image(labels.transpose(2, 1, 0), affine), path)
    return path


def test_label_map_gives_one_segment_a_number(tmp_path: Path, image: Volume) -> None:
    labels = np.zeros(SHAPE, np.int16)
    labels[1][FIRST], labels[2][SECOND] = 7, 2
    path = write_nifti(tmp_path / "mask.nii.gz", labels, image.grid)
    found, findings = read_segmentation(path, image)
    assert [(s.number, s.label, s.voxels) for s in found] == [(2, "2", 20), (7, "7", 18)]
    assert not found.named
    assert findings == ()
    assert (found.segment("7").whole(SHAPE) == (labels == 7)).all()


def test_whole_numbers_as_floats_are_labels_and_shares_are_not(
    tmp_path: Path, image: Volume
) -> None:
    labels = np.zeros(SHAPE, np.float32)
    labels[1][FIRST] = 1
    path = write_nifti(tmp_path / "a.nii", labels, image.grid)
    assert [s.voxels for s in read_segmentation(path, image)[0]] == [18]
    for wrong in (0.5, -1.0, np.nan):
        labels[0, 0, 0] = wrong
        with pytest.raises(NotReady) as error:
            read_segmentation(write_nifti(tmp_path / "b.nii", labels, image.grid), image)
        assert refused(error) == ["I047"]


def test_label_map_on_another_grid_is_moved_and_told(tmp_path: Path, image: Volume) -> None:
    labels = np.zeros((2, ROWS, COLUMNS), np.int16)
    labels[0][FIRST] = 1
    part = image.grid.cut((2, 0, 0), (2, ROWS, COLUMNS))
    found, findings = read_segmentation(write_nifti(tmp_path / "a.nii", labels, part), image)
    assert codes(findings) == ["I042"]
    whole = found.segment("1").whole(SHAPE)
    assert (whole[2] == FIRST).all()
    assert whole.sum() == 18


def test_slicer_segmentation_has_names_and_layers(tmp_path: Path, image: Volume) -> None:
    layers = np.zeros((2, *SHAPE), np.uint8)
    layers[0, 1][FIRST], layers[1, 1][SECOND] = 1, 1
    x, y, z = place(0)
    header = (
        "NRRD0004\ntype: unsigned char\ndimension: 4\nspace: left-posterior-superior\n"
        f"sizes: 2 {COLUMNS} {ROWS} 4\nkinds: list domain domain domain\nencoding: raw\n"
        "space directions: none (0.8,0,0) (0,0.5,0) (0,0,2)\n"
        f"space origin: ({x},{y},{z})\n"
        "Segment0_Name:=viable\nSegment0_LabelValue:=1\nSegment0_Layer:=0\n"
        "Segment1_Name:=necrosis\nSegment1_LabelValue:=1\nSegment1_Layer:=1\n\n"
    )
    path = tmp_path / "a.seg.nrrd"
    path.write_bytes(header.encode() + np.moveaxis(layers, 0, -1).tobytes())
    found, findings = read_segmentation(path, image)
    assert findings == ()
    assert [(s.label, s.voxels) for s in found] == [("viable", 18), ("necrosis", 20)]
    assert found.named
    assert (found.segment("necrosis").whole(SHAPE)[1] == SECOND).all()


def test_files_that_are_no_mask_are_refused(tmp_path: Path, image: Volume) -> None:
    with pytest.raises(Unreadable, match="no segmentation"):
        read_segmentation(next((tmp_path / "ct").iterdir()), image)
    (tmp_path / "a.txt").write_text("nothing")
    with pytest.raises(Unreadable, match="no DICOM file"):
        read_segmentation(tmp_path / "a.txt", image)
    with pytest.raises(Unreadable, match="no segmentation"):
        read_segmentation(tmp_path / "ct", image)


def test_a_folder_with_one_mask_is_read_and_with_two_is_not(tmp_path: Path, image: Volume) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    write_seg(folder / "a.dcm", [segment(1, "T1")], [(1, place(0), FIRST)])
    assert read_segmentation(folder, image)[0].segment("T1").voxels == 18
    write_seg(folder / "b.dcm", [segment(1, "T1")], [(1, place(0), FIRST)])
    with pytest.raises(UsageError, match=r"several masks \(a.dcm, b.dcm\)"):
        read_segmentation(folder, image)


def test_of_several_series_the_outlined_one_is_read(tmp_path: Path, image: Volume) -> None:
    other = write_series(tmp_path / "ct" / "second", grey() + 5)
    for path in other.iterdir():
        import pydicom

        data = pydicom.dcmread(path)
        data.SeriesInstanceUID = "1.2.3.192"
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = (
            f"1.2.3.7.{int(path.stem)}"
        )
        data.save_as(path)
    mask = write_seg(tmp_path / "seg.dcm", [segment(1, "T1")], [(1, place(0), FIRST)])
    volume, _ = read_outlined_image(tmp_path / "ct", mask)
    assert (volume.array == grey()).all()


# --- what is measured ---------------------------------------------------------------------------


def test_regions_by_hand(tmp_path: Path, image: Volume) -> None:
    frames = [
        (1, place(1), FIRST),
        (1, place(2), FIRST),
        (2, place(3), box(slice(0, 1), slice(0, 1))),
    ]
    path = write_seg(tmp_path / "seg.dcm", [segment(1, "T1"), segment(2, "one")], frames)
    found, _ = read_segmentation(path, image)
    (region, single), findings = measure_regions(image, found, "seg.dcm")
    values = np.concatenate([grey()[1][FIRST], grey()[2][FIRST]]).tolist()
    mean = sum(values) / len(values)
    sd = (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5
    assert findings == ()
    assert region.voxels == 36
    assert region.volume_mm3 == pytest.approx(36 * 0.5 * 0.8 * SLICE_MM)
    assert (region.mean, region.sd) == (pytest.approx(mean), pytest.approx(sd))
    assert (region.minimum, region.maximum) == (min(values), max(values))
    assert region.diameters is not None
    assert region.diameters.slice == 1
    assert (single.voxels, single.sd, single.mean) == (1, None, grey()[3, 0, 0])


def test_voxels_without_a_number_are_left_out_and_told() -> None:
    from hepatica.imaging.mask import Segment

    grid = Grid((1, 2, 2), np.diag([1.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]])
    image = Volume(np.array([[[1.0, 3.0], [np.nan, 9.0]]]), grid)
    mask = np.array([[[True, True], [True, False]]])
    found = Segmentation(grid, (Segment.of("a", 1, mask), Segment.of("none", 2, mask & False)))
    (region, empty), findings = measure_regions(image, found, "m.nii")
    assert (region.voxels, region.mean, region.maximum) == (3, 2.0, 3.0)
    assert codes(findings) == ["I058"]
    assert (empty.voxels, empty.mean, empty.diameters) == (0, None, None)


def test_command_prints_what_other_programs_rely_on(tmp_path: Path, image: Volume) -> None:
    labels = np.zeros(SHAPE, np.int16)
    labels[1][FIRST], labels[2, 4, 4] = 7, 2
    mask = write_nifti(tmp_path / "mask.nii.gz", labels, image.grid)
    words = ["image", "measure", "--image", str(tmp_path / "ct"), "--mask", str(mask)]
    done = CliRunner().invoke(app, [*words, "--json"])
    first, second = json.loads(done.stdout)["regions"]
    assert list(first) == [
        "label", "voxels", "volume_mm3", "mean", "sd", "min", "max", "longest_axial_mm",
        "short_axis_mm", "slice",
    ]  # fmt: skip
    assert (first["label"], first["voxels"], first["sd"], first["slice"]) == (2, 1, None, 2)
    assert (second["label"], second["voxels"], second["slice"]) == (7, 18, 1)
    table = CliRunner().invoke(app, words).stdout.splitlines()
    assert [line.split()[0] for line in table] == ["label", "2", "7"]


def test_command_tells_a_refused_mask_and_prints_no_number(tmp_path: Path, image: Volume) -> None:
    path = write_seg(
        tmp_path / "a.dcm", [segment(1, "T1")], [(1, place(0), FIRST)],
        FrameOfReferenceUID="1.2.3.99",
    )  # fmt: skip
    words = ["image", "measure", "--image", str(tmp_path / "ct"), "--mask", str(path), "--json"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, NotReady)
    assert done.stdout == ""

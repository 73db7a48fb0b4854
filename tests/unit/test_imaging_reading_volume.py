"""NIfTI and NRRD as volumes: place, order, values, and files that lie."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepatica.core.errors import Unreadable
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import read_index

nibabel = pytest.importorskip("nibabel")

NUMBERS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)


def _nifti(path: Path, array: np.ndarray[Any, Any], affine: Any, *, qform: Any = None) -> Path:
    image = nibabel.Nifti1Image(array, affine)
    image.set_sform(affine, 1)
    image.set_qform(affine if qform is None else qform, 1)
    nibabel.save(image, path)
    return path


def _turned(degrees: float) -> np.ndarray[Any, Any]:
    a = np.deg2rad(degrees)
    turn = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-0.7, 0.8, 2.5])
    affine[:3, 3] = [30, -40, 50]
    return affine


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize(
    "affine",
    [
        np.diag([0.7, 0.8, 2.5, 1]),
        np.diag([-0.7, -0.8, 2.5, 1]),
        np.diag([0.7, 0.8, -2.5, 1]),
        _turned(20),
        np.array([[0, 0, 2.5, 1], [0.7, 0, 0, 2], [0, 0.8, 0, 3], [0, 0, 0, 1]]),  # k to the right
    ],
)
def test_every_voxel_lies_where_nibabel_puts_it(
    tmp_path: Path, affine: np.ndarray[Any, Any], suffix: str
) -> None:
    path = _nifti(tmp_path / f"v{suffix}", NUMBERS, affine)
    volume, findings = read_image(path)
    assert findings == ()
    found = {}
    for index in np.ndindex(*volume.grid.shape):
        found[int(volume.array[index])] = volume.grid.points_mm([index])[0]
    image = nibabel.load(path)
    for index in np.ndindex(*NUMBERS.shape):
        ras = image.affine @ [*index, 1]
        assert found[int(NUMBERS[index])] == pytest.approx([-ras[0], -ras[1], ras[2]], abs=1e-4)
    slices, rows, columns = (volume.grid.affine[:3, i] for i in range(3))
    assert np.cross(columns, rows) @ slices > 0
    assert abs(slices[2]) == max(abs(volume.grid.affine[2, :3]))


def test_nifti_2_with_scale_and_time(tmp_path: Path) -> None:
    array = np.stack([NUMBERS, NUMBERS + 1], axis=-1)
    image = nibabel.Nifti2Image(array, np.diag([-1.0, -1, 2, 1]))
    image.header.set_xyzt_units("mm", "msec")
    image.header["pixdim"][4] = 1500
    image.header.set_slope_inter(2, -10)
    nibabel.save(image, tmp_path / "v.nii")
    volume, findings = read_image(tmp_path / "v.nii")
    # nibabel stores array / 2 + 5 rounded; what it reads back is the reference
    expected = nibabel.load(tmp_path / "v.nii").get_fdata()
    assert (volume.times_s, findings) == ((0.0, 1.5), ())
    assert volume.array.shape == (2, 6, 5, 4)
    assert volume.array[1, 3, 2, 1] == expected[1, 2, 3, 1]
    assert volume.grid.points_mm([[0, 1, 1]])[0].tolist() == [1, 1, 0]


def test_times_without_a_unit_and_two_places_are_told(tmp_path: Path) -> None:
    array = np.stack([NUMBERS, NUMBERS], axis=-1)
    path = _nifti(tmp_path / "v.nii", array, np.eye(4), qform=np.diag([-1, -1, 1, 1]))
    raw = bytearray(path.read_bytes())
    raw[123] = 2  # mm, and no unit of time
    path.write_bytes(raw)
    _, findings = read_image(path)
    assert sorted(f.code for f in findings) == ["I023", "I026"]


def test_qform_alone_is_enough(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(NUMBERS, _turned(20))
    image.set_sform(None, 0)
    image.set_qform(_turned(20), 1)
    nibabel.save(image, tmp_path / "v.nii")
    volume, _ = read_image(tmp_path / "v.nii")
    ras = _turned(20) @ [1, 2, 3, 1]
    at = np.argwhere(volume.array == NUMBERS[1, 2, 3])
    assert volume.grid.points_mm(at)[0] == pytest.approx([-ras[0], -ras[1], ras[2]], abs=1e-3)


def _patched(tmp_path: Path, at: int, form: str, *values: float) -> Path:
    path = _nifti(tmp_path / "v.nii", NUMBERS, np.eye(4))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<" + form, raw, at, *values)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("at", "form", "values"),
    [
        (40, "8h", (3, 32000, 32000, 32000, 1, 1, 1, 1)),  # 65 TB
        (40, "8h", (3, -4, 5, 6, 1, 1, 1, 1)),
        (40, "8h", (7, 2, 2, 2, 2, 2, 2, 2)),
        (280, "4f", (float("nan"), 0, 0, 0)),
        (280, "4f", (0, 0, 0, 0)),  # no x at all
        (280, "4f", (float("inf"), 0, 0, 0)),
        (280, "4f", (1e38, 0, 0, 0)),
        (112, "2f", (1e30, 0)),  # scaled beyond all measure
        (280, "4f", (1, 0.5, 0, 0)),  # sheared
        (252, "2h", (0, 0)),  # no place
        (70, "h", (1792,)),  # complex numbers
        (108, "f", (1e9,)),  # voxels begin behind the end
        (108, "f", (float("nan"),)),
        (344, "4s", (b"oops",)),
    ],
)
def test_nifti_that_lies_is_refused(tmp_path: Path, at: int, form: str, values: Any) -> None:
    with pytest.raises(Unreadable):
        read_image(_patched(tmp_path, at, form, *values))
    index = read_index(tmp_path)
    assert [(f.code, f.place.file) for f in index.findings] == [("I029", "v.nii")]


def test_gzip_that_is_cut_short_or_no_gzip_is_refused(tmp_path: Path) -> None:
    path = _nifti(tmp_path / "v.nii.gz", NUMBERS, np.eye(4))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Unreadable):
        read_image(path)
    path.write_bytes(b"\x1f\x8b" + b"nonsense" * 20)
    with pytest.raises(Unreadable):
        read_image(path)


def test_gzip_bomb_is_unpacked_no_further_than_the_header_says(tmp_path: Path) -> None:
    plain = _nifti(tmp_path / "v.nii", NUMBERS, np.eye(4)).read_bytes()
    bomb = tmp_path / "bomb.nii.gz"
    bomb.write_bytes(gzip.compress(plain + bytes(40_000_000)))
    assert read_image(bomb)[0].array.shape == (6, 5, 4)
    raw = bytearray(plain)
    struct.pack_into("<8h", raw, 40, 3, 30000, 30000, 30000, 1, 1, 1, 1)
    bomb.write_bytes(gzip.compress(bytes(raw)))
    with pytest.raises(Unreadable, match="promises"):
        read_image(bomb)


# --- NRRD --------------------------------------------------------------------------------------

FIELDS = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": "4 5 6",
    "space directions": "(0.7,0,0) (0,0.8,0) (0,0,2.5)",
    "space origin": "(1,2,3)",
    "endian": "little",
    "encoding": "raw",
}


def _nrrd(path: Path, data: bytes = NUMBERS.tobytes(order="F"), **given: str) -> Path:
    fields = FIELDS | {name.replace("_", " "): value for name, value in given.items()}
    lines = ["NRRD0004", "# a comment", *(f"{n}: {v}" for n, v in fields.items() if v), "", ""]
    path.write_bytes("\n".join(lines).encode() + data)
    return path


@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
def test_nrrd_encodings_give_the_same_volume(tmp_path: Path, encoding: str) -> None:
    flat = NUMBERS.tobytes(order="F")
    text = " ".join(map(str, NUMBERS.ravel(order="F"))).encode()
    data = {"raw": flat, "gzip": gzip.compress(flat), "ascii": text}[encoding]
    volume, findings = read_image(_nrrd(tmp_path / "v.nrrd", data, encoding=encoding))
    assert findings == ()
    assert np.array_equal(volume.array, NUMBERS.transpose(2, 1, 0))
    assert volume.grid.spacing_mm == (2.5, 0.8, 0.7)
    assert volume.grid.points_mm([[1, 1, 1]])[0] == pytest.approx([1.7, 2.8, 5.5])


def test_nrrd_in_ras_with_big_endian_data_beside_it(tmp_path: Path) -> None:
    (tmp_path / "v.raw").write_bytes(NUMBERS.astype(">i2").tobytes(order="F"))
    given = {"space": "RAS", "endian": "big", "data_file": "v.raw"}
    volume, _ = read_image(_nrrd(tmp_path / "v.nhdr", b"", **given))
    assert volume.array[0, 0, 1] == NUMBERS[1, 0, 0]
    assert volume.grid.points_mm([[1, 1, 1]])[0] == pytest.approx([-1.7, -2.8, 5.5])


def test_nrrd_with_an_axis_that_is_not_space(tmp_path: Path) -> None:
    layers = np.stack([NUMBERS, NUMBERS + 1])
    given = {
        "dimension": "4",
        "sizes": "2 4 5 6",
        "space_directions": f"none {FIELDS['space directions']}",
    }
    volume, findings = read_image(_nrrd(tmp_path / "v.nrrd", layers.tobytes(order="F"), **given))
    assert np.array_equal(volume.array, layers.transpose(0, 3, 2, 1))
    assert [f.code for f in findings] == ["I026"]


@pytest.mark.parametrize(
    "given",
    [
        {"data_file": "/etc/hostname"},
        {"data_file": "../secret.raw"},
        {"data_file": "LIST"},
        {"data_file": "slice%03d.raw 1 6 1"},
        {"data_file": "absent.raw"},
        {"sizes": "40000 50000 60000"},
        {"sizes": "4 5 -6"},
        {"sizes": "4 5"},
        {"type": "block"},
        {"encoding": "bzip2"},
        {"encoding": "hex"},
        {"space": ""},
        {"space": "scanner-xyz"},
        {"space_directions": "(nan,0,0) (0,1,0) (0,0,1)"},
        {"space_directions": "(1e300,0,0) (0,1,0) (0,0,1)"},
        {"space_directions": "(0,0,0) (0,1,0) (0,0,1)"},
        {"space_directions": "(1,0,0) (1,0,0) (0,0,1)"},
        {"space_directions": "none none none"},
        {"space_origin": "(1,2)"},
        {"byte_skip": "1000"},
        {"line_skip": "2"},
        {"encoding": "ascii"},
    ],
)
def test_nrrd_that_lies_is_refused(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        read_image(_nrrd(tmp_path / "v.nrrd", **given))


def test_nrrd_with_two_values_of_one_field_is_refused(tmp_path: Path) -> None:
    path = _nrrd(tmp_path / "v.nrrd")
    head, _, voxels = path.read_bytes().partition(b"\n\n")
    path.write_bytes(head + b"\nencoding: " + FIELDS["encoding"].encode() + b"\n\n" + voxels)
    read_image(path)  # the same value twice says one thing
    path.write_bytes(head + b"\ntype: uchar\n\n" + voxels)
    with pytest.raises(Unreadable, match="two values of `type`"):
        read_image(path)


def test_data_file_that_is_a_link_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "out" / "v.raw").write_bytes(NUMBERS.tobytes())
    (tmp_path / "in" / "v.raw").symlink_to(tmp_path / "out" / "v.raw")
    with pytest.raises(Unreadable):
        read_image(_nrrd(tmp_path / "in" / "v.nhdr", b"", data_file="v.raw"))


def test_volumes_stand_in_the_index(tmp_path: Path) -> None:
    _nifti(tmp_path / "a.nii.gz", NUMBERS, np.diag([-1.0, -1, 2, 1]))
    _nrrd(tmp_path / "b.nrrd")
    (tmp_path / "c.nii").write_bytes(b"")
    index = read_index(tmp_path)
    assert [(e.path.name, e.size) for e in index.entries] == [
        ("a.nii.gz", (6, 5, 4)),
        ("b.nrrd", (6, 5, 4)),
    ]
    assert [(f.code, f.place.file) for f in index.findings] == [("I029", "c.nii")]

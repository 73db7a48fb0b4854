"""One real HCC (HCC-TACE-Seg, CC BY 4.0): measured and drawn, shapes only."""

import json
from datetime import date

import numpy as np
import pytest
from imaging_folder import imaging_folder

from hepatica.imaging.lesion.assessment import LesionOutlines, assess_lesions
from hepatica.imaging.lesion.phase import LesionImages
from hepatica.imaging.mask import Segment
from hepatica.imaging.origin import Origin
from hepatica.imaging.picture import picture_text, read_picture
from hepatica.imaging.volume import Grid, Volume

io = pytest.importorskip("skimage.io")


def test_the_outline_and_the_lines_of_a_real_tumour_lie_on_its_picture(tmp_path):
    folder = imaging_folder("hcc_tile")
    about = json.loads((folder / "hcc034_meta.json").read_text())
    grey = io.imread(folder / "hcc034_baseline.png")
    mass = io.imread(folder / "hcc034_baseline_mass.png") > 0
    pixel = about["pixel_spacing_mm"][0]
    centre, width = about["window"]["centre"], about["window"]["width"]
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = 2.5, pixel, pixel, 1
    grid = Grid((1, *grey.shape), affine)
    hu = centre - width / 2 + grey[None] * (width / 255)
    origin = Origin("HCC_034", date(2000, 2, 14), "CT", "arterial")
    tumour = Segment.of("tumour T1", 1, mass[None], tracking="T1")
    found = assess_lesions(LesionImages(Volume(hu, grid, origin)), LesionOutlines(grid, (tumour,)))
    values = {one.test: one for one in found.quantities}
    assert 40 < values["SAXIS"].value <= values["LDIAM"].value < 50
    assert values["VLDIAM"].reason == "no native phase"
    (picture,) = found.pictures
    rows, columns = picture.pixels.shape
    assert max(rows, columns) < 210
    for shape in picture.shapes:
        assert (shape.points >= -0.5).all()
        assert (shape.points <= [rows, columns]).all()
    assert [s.role for s in picture.shapes] == ["outline", "axis", "axis"]
    path = tmp_path / picture.name
    path.write_text(picture_text(picture))
    assert (read_picture(path).pixels == picture.pixels).all()
    # The window of the tile is ours, so its grey values come back.
    corner = np.round(picture.shapes[0].points.min(axis=0) + 0.5).astype(int)
    top, left = np.argwhere(mass).min(axis=0) - corner
    shown = grey[top : top + rows, left : left + columns].astype(int)
    assert np.abs(picture.pixels.astype(int) - shown).max() <= 1

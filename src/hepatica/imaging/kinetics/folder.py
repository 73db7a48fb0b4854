"""The folder of a map: NIfTI for each parameter, DICOM parametric maps, rows, pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from hepatica.imaging.kinetics.assessment import UNITS, KineticMeasures
from hepatica.imaging.kinetics.flag import WORDS
from hepatica.imaging.picture import picture_text
from hepatica.imaging.quantity import TABLE, quantity_row, table_text
from hepatica.imaging.volume import Volume
from hepatica.imaging.writing.nifti import write_nifti
from hepatica.imaging.writing.parametric_map import write_parametric_map
from hepatica.records.catalogue import catalogue


def write_measures(folder: Path, dynamic: Volume, found: KineticMeasures) -> list[Path]:
    """Write maps, quantities and pictures of an assessment; returns what was written, in order.

    DICOM maps are written where the series is DICOM; the same series gives the same bytes.
    """
    assert found.maps is not None
    folder.mkdir(parents=True, exist_ok=True)
    maps = found.maps
    written = [_nifti(folder / f"{code}.nii", dynamic, maps.values[code]) for code in maps.values]
    written.append(_nifti(folder / "rmse.nii", dynamic, maps.rmse))
    written.append(_nifti(folder / "flags.nii", dynamic, maps.flags))
    words = "".join(f"{flag.value},{word}\n" for flag, word in WORDS.items())
    written.append(_text(folder / "flags.csv", "bit,meaning\n" + words))
    if dynamic.origin.files and dynamic.origin.frame_of_reference:
        for code, values in maps.values.items():
            path = folder / f"{code}.dcm"
            write_parametric_map(
                path, values, dynamic, name=catalogue("image_tests")[code].name, unit=UNITS[code]
            )
            written.append(path)
    rows = [quantity_row(one, dynamic.origin) for one in found.quantities]
    written.append(_text(folder / f"{TABLE}.csv", table_text(TABLE, rows)))
    for picture in found.pictures:
        written.append(_text(folder / "pictures" / picture.name, picture_text(picture)))
    return written


def _nifti(path: Path, dynamic: Volume, values: npt.NDArray[Any]) -> Path:
    return write_nifti(path, replace(dynamic, array=values, times_s=(), padding=None))


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

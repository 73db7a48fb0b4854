"""A parameter map as a DICOM Parametric Map, by highdicom, with the unit of its values."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.sr.coding import Code

from hepatica.core.errors import UsageError
from hepatica.core.version import VERSION
from hepatica.imaging.volume import Volume
from hepatica.imaging.writing.derived import content_uid, quiet, read_sources, write_derived
from hepatica.imaging.writing.segmentation import MANUFACTURER

_SERIES_NUMBER = 910

# UCUM codes of the units of the maps.
UCUM = {
    "/min": Code("/min", "UCUM", "per minute"),
    "1": Code("1", "UCUM", "no units"),
    "mL/100 mL/min": Code("mL/(100.mL.min)", "UCUM", "mL per 100 mL per minute"),
    "%": Code("%", "UCUM", "percent"),
    "s": Code("s", "UCUM", "second"),
    "mM": Code("mmol/L", "UCUM", "mmol/L"),
    "HU": Code("[hnsf'U]", "UCUM", "Hounsfield unit"),
}


def write_parametric_map(
    path: Path, values: npt.NDArray[np.float32], image: Volume, *, name: str, unit: str
) -> Path:
    """Write a map (slices, rows, columns) of the series that `image` was read from.

    Values are stored as 32-bit floats and are the real-world values themselves (slope 1); what is
    not known is nan. The same content gives the same bytes.

    Raises      UsageError where the image was not read from DICOM, or the map is on another grid.
    """
    if not image.origin.files or not image.origin.frame_of_reference:
        raise UsageError("a DICOM parametric map needs an image that was read from DICOM")
    if values.shape != image.grid.shape:
        raise UsageError(f"a map {values.shape} for an image {image.grid.shape}")
    sources = read_sources(image.origin.files[: image.grid.shape[0]])
    digest = hashlib.sha256(f"{name}\0{unit}\0{values.shape}".encode())
    digest.update(np.ascontiguousarray(values, "<f4").tobytes())
    for source in sources:
        digest.update(str(source.SOPInstanceUID).encode())
    instance = content_uid("PM", digest.hexdigest())
    with quiet():
        data = hd.pm.ParametricMap(
            source_images=sources,
            pixel_array=_volume(values, image),
            series_instance_uid=content_uid("series of", instance),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=instance,
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MANUFACTURER,
            software_versions=VERSION,
            device_serial_number="1",
            contains_recognizable_visual_features=False,
            real_world_value_mappings=[_mapping(values, name, unit)],
            content_label="".join(c if c.isalnum() else "_" for c in name.upper())[:16].strip("_"),
            series_description=name[:64],
            voi_lut_transformations=[_window(values)],
        )
    return write_derived(data, sources[0], path)


def _volume(values: npt.NDArray[np.float32], image: Volume) -> Any:
    return hd.Volume(
        np.ascontiguousarray(values, np.float32),
        image.grid.affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=image.origin.frame_of_reference,
    )


def _window(values: npt.NDArray[np.float32]) -> Any:
    known = values[np.isfinite(values)]
    low, high = (float(v) for v in np.percentile(known, [1, 99])) if known.size else (0.0, 1.0)
    width = max(high - low, 1e-6)
    return hd.VOILUTTransformation(window_center=0.5 * (low + high), window_width=width)


def _mapping(values: npt.NDArray[np.float32], name: str, unit: str) -> Any:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    return hd.pm.RealWorldValueMapping(
        lut_label=name[:16], lut_explanation=name[:64], unit=UCUM[unit],
        value_range=(low, high), slope=1.0, intercept=0.0,
    )  # fmt: skip

"""Reading an image, whatever its format: the door of this room."""

from __future__ import annotations

from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.dicom import read_dicom_file, read_dicom_folder
from hepatica.imaging.reading.nifti import read_nifti
from hepatica.imaging.reading.nrrd import read_nrrd
from hepatica.imaging.volume import Volume


def read_image(path: Path | str, *, series: str = "") -> tuple[Volume, tuple[Finding, ...]]:
    """An image: a DICOM folder or file, NIfTI (.nii, .nii.gz) or NRRD (.nrrd, .nhdr).

    Of a DICOM folder the one image series below it is read, or the one of the UID `series`.
    Values are HU for CT, the scanner's numbers for everything else. The findings do not forbid
    the use of the volume, but errors among them are about other files of the folder.

    Raises      Unreadable where there is nothing that can be read; NotReady, with findings, where
                the series must be refused; MissingExtra without hepatica[imaging].
    """
    path = Path(path)
    if path.is_dir():
        return read_dicom_folder(path, series)
    if not path.is_file():
        raise Unreadable(f"{path.name}: there is no such file or folder")
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        return read_nifti(path)
    if name.endswith((".nrrd", ".nhdr")):
        return read_nrrd(path)
    return read_dicom_file(path)

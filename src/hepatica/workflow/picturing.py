"""Pictures of a study, read from the folder `pictures` beside the tables measured on scans."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.picture import Picture, read_picture
from hepatica.records.safety import folder_files, source_path

FOLDER = "pictures"
MOST_FILES = 2000
_FARTHEST = 10_000.0  # mm
_FINEST, _COARSEST = 0.001, 100.0  # mm
_LARGEST = 1e9


def read_pictures(
    folder: Path, imaging: str
) -> tuple[tuple[Picture, ...], tuple[Finding, ...], tuple[Path, ...]]:
    """Pictures, what could not be read, and the files read; nothing where there is no folder.

    Raises      Unreadable for a path that leaves the study folder.
    """
    found = source_path(folder, imaging, absent=True) / FOLDER
    if not found.is_dir():
        return (), (), ()
    pictures: list[Picture] = []
    findings: list[Finding] = []
    used: list[Path] = []
    paths = [path for path in folder_files(found) if path.suffix == ".json"]
    for path in paths[:MOST_FILES]:
        try:
            picture = read_picture(path)
            _check_size(picture)
            pictures.append(picture)
            used.append(path)
        except (Unreadable, RecursionError, MemoryError) as error:
            findings.append(_broken(path.name, str(error).rsplit(": ", 1)[-1]))
    if len(paths) > MOST_FILES:
        findings.append(_broken(FOLDER, f"{len(paths)} files; the first {MOST_FILES} were read"))
    return tuple(pictures), tuple(findings), tuple(used)


def _check_size(picture: Picture) -> None:
    """Refuse what no body holds: points, spacings and values out of all bounds."""
    points = [*(v.points for v in picture.vessels), *(s.points for s in picture.shapes)]
    if any((abs(one) > _FARTHEST).any() for one in points):
        raise Unreadable("a point farther than 10 m away")
    if not all(_FINEST <= one <= _COARSEST for one in picture.spacing_mm):
        raise Unreadable("pixels of a spacing that no scan has")
    values = [s.value for s in picture.shapes if s.value is not None]
    if not all(abs(one) < _LARGEST for one in values):
        raise Unreadable("a value that is no number")
    overlay = picture.overlay
    if overlay is not None and (abs(overlay[~np.isnan(overlay)]) >= _LARGEST).any():
        raise Unreadable("a value of the map that is no number")


def _broken(name: str, why: str) -> Finding:
    expected = "a picture as `hepatica image process` writes it"
    return finding_of("I170", Place(name), found=why, expected=expected)

"""What is told of a mask that is read: on another grid or series, outside the image, empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydicom.dataset import Dataset

from hepatica.core.errors import NotReady
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Segment
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.plane import voxels_outside
from hepatica.imaging.reading.value import text
from hepatica.imaging.volume import Grid, Volume


def reference_findings(
    dataset: Dataset, frame: str, series: str, file: str, image: Volume | None
) -> list[Finding]:
    """Whether a mask belongs to the image, by the UIDs of its frame of reference and its series.

    Another patient ID is none of its marks where the frame of reference is the same: one of the
    two may have been given a pseudonym.

    Raises      NotReady for another frame of reference, in which positions mean another place, or
                another patient where no frame of reference says that the scan is the same.
    """
    if image is None:
        return []
    patient, own = text(dataset, "PatientID"), image.origin.subject
    if patient and own and patient != own and frame != image.origin.frame_of_reference:
        told = fault(
            "I040",
            file,
            found="another patient ID than that of the image",
            expected="a mask of this image",
        )
        raise NotReady(f"{file}: does not belong to this image", (told,))
    if frame and image.origin.frame_of_reference not in ("", frame):
        told = fault(
            "I040",
            file,
            found="another frame of reference than that of the image",
            expected="the frame of reference of the image, so that positions mean the same",
        )
        raise NotReady(f"{file}: does not belong to this image", (told,))
    if not series or image.origin.series in ("", series):
        return []
    expected = "outlined on the series that is measured"
    return [fault("I046", file, found=f"outlined on series {series}", expected=expected)]


def resampled(file: str, own: Grid, grid: Grid) -> Finding:
    """That a mask lies on another grid than the image and was taken voxel by nearest voxel."""
    return fault(
        "I042",
        file,
        found=f"voxels of {_sized(own)} on an image of {_sized(grid)}, or other places",
        expected="the grid of the image; each voxel took the nearest one of the mask",
    )


def outside_image(file: str, label: str, count: int, what: str = "voxels") -> Finding:
    """That part of a region lies outside the image."""
    return fault(
        "I044",
        file,
        found=f"{count} {what} of '{label}' outside the image",
        expected="a region inside the image; what lies outside was left out",
    )


def cut_findings(
    file: str, segments: Iterable[Segment], own: Grid, grid: Grid
) -> Iterator[Finding]:
    """One finding for each segment that the grid of the image cuts."""
    for one in segments:
        if count := voxels_outside(one, own, grid):
            yield outside_image(file, one.label, count)


def empty_findings(file: str, segments: Iterable[Segment]) -> list[Finding]:
    """One finding for each segment without a voxel on the grid, or for a mask without any."""
    expected, every = "an outlined region", tuple(segments)
    if not every:
        return [fault("I045", file, found="a mask without a region", expected=expected)]
    return [
        fault("I045", file, found=f"no voxel of '{one.label}'", expected=expected)
        for one in every
        if not one.voxels
    ]


def _sized(grid: Grid) -> str:
    return " x ".join(f"{mm:.4g}" for mm in grid.spacing_mm) + " mm"

"""What is chosen before lesions are measured: thresholds, and from what size on something counts.

Enhancing    a voxel whose arterial less native value is above mean + `deviations` standard
             deviations (n - 1) of the reference liver on the same subtraction. That a region of the
             liver is the reference is from the literature on qEASL (DOI 10.1007/s00330-015-3812-2);
             that it is two standard deviations is from memory and not confirmed.
Smoothing    0 unless asked for. On thin noisy slices single voxels say little: `smooth_mm` smooths
             the subtraction in each slice by a Gaussian of that full width at half maximum before
             anything is thresholded, tumour and reference alike and without lipiodol voxels.
Lipiodol     a voxel of the native CT above `lipiodol_hu`. No validated threshold was found: 100 HU
             lies above unenhanced liver and tumour (30 to 70 HU) and fresh blood (up to 90 HU), and
             below iodised oil, which has hundreds; calcification is taken for lipiodol.
Hidden       from `hidden_percent` of the tumour on, lipiodol is said to hide enhancement. The
             limit is ours; below it some voxels are noise or calcification.
Speck        in a slice, a viable piece smaller than `speck_mm2` does not count for diameters, and a
             hole smaller than that does not stop a line unless it is lipiodol. With a threshold of
             two standard deviations 2 % of dead voxels lie above it by noise alone: without this
             rule no lesion would ever be without viable tissue. Volumes and qEASL count voxels as
             they are. The size is ours: a square of about 3 mm.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LesionRule:
    """Thresholds of viability; the text above says where each is from."""

    deviations: float = 2.0
    lipiodol_hu: float = 100.0
    hidden_percent: float = 5.0
    speck_mm2: float = 10.0
    smooth_mm: float = 0.0
    least_reference_voxels: int = 30

    def __post_init__(self) -> None:
        assert min(self.deviations, self.speck_mm2, self.smooth_mm) >= 0
        assert 0 <= self.hidden_percent <= 100
        assert self.least_reference_voxels > 1

    @property
    def method(self) -> str:
        """The rule in one line, for the method of a quantity."""
        smooth = f"smoothed by {self.smooth_mm:g} mm, " if self.smooth_mm else ""
        return (
            f"arterial less native {smooth}> mean + {self.deviations:g} SD of reference liver; "
            f"native > {self.lipiodol_hu:g} HU is lipiodol"
        )

"""Choices made where publications on vessel tortuosity and calibre are silent.

Sources: distance metric, inflection count metric and sum of angles metric [bullitt2003]; that a
step of one voxel distorts tortuosity and the step belongs to the vessel's radius, the authors of
vessel-tortuosity studies cited there. Guards of curvature, the smoothing and the limits below were
set on digital phantoms (docs/reference/imaging-accuracy.md).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VesselRule:
    """How vessels are traced and measured; the defaults are those of the manual.

    A piece of a vessel is measured where it is `shortest_mm` long or `shortest_diameters` of its
    own diameters. Angles are taken on points `step_mm` or one radius apart, whichever is more.
    """

    phases: tuple[str, ...] = ("arterial",)
    rim_mm: float = 10.0
    shortest_mm: float = 10.0
    shortest_diameters: float = 5.0
    step_mm: float = 2.0
    inflection_per_mm: float = 0.02  # least curvature on both sides of an inflection
    torsion_per_mm: float = 0.03  # least curvature on both sides of an angle of torsion
    smoothing_mm: float = 2.5  # SD of the Gaussian along the centreline, corrected for shrinkage
    smoothing_edges: float = 1.4  # and not less than this many times the longest edge of a voxel
    rounds: int = 3  # of recentring
    spur_radii: float = 1.25  # a side branch not longer than this, in radii of its parent, is none
    largest_radius_mm: float = 5.0  # of the vessels looked for where no mask is given
    wide_share: float = 0.25  # a branch with more sections wider than these is tissue, and dropped
    open_share: float = 0.25  # a section with more rays that never leave the vessel is not counted
    fewest_sections: int = 3
    fewest_segments: int = 5  # for an interval
    resamples: int = 2000
    seed: int = 20150507

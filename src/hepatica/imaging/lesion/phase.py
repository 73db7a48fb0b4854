"""Arterial and native phase of one examination, and whether they can be subtracted."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.imaging.lesion.viability import Phases
from hepatica.imaging.origin import Origin
from hepatica.imaging.volume import Grid, Volume


@dataclass(frozen=True, eq=False)
class LesionImages:
    """The phases that there are. CT has lipiodol and HU; MR is subtracted as it is."""

    arterial: Volume | None = None
    native: Volume | None = None

    @property
    def shown(self) -> Volume | None:
        """The phase that is shown and named: the arterial one where there is one."""
        return self.arterial or self.native

    @property
    def origin(self) -> Origin:
        """Where the shown phase is from; an empty origin where there is none."""
        return self.shown.origin if self.shown else Origin()

    @property
    def place(self) -> str:
        """What a finding names: the first file of the shown phase, or its series."""
        return self.origin.files[0] if self.origin.files else self.origin.series or "outlines"


def phases_of(images: LesionImages, grid: Grid) -> Phases:
    """Both phases for the grid of the outlines, or the reason why they cannot be subtracted.

    A phase on another grid than the outlines is taken where both phases state the same frame of
    reference and the outlines lie on the grid of one of them.
    """
    arterial, native = images.arterial, images.native
    reason = _reason(arterial, native, grid)
    return Phases(arterial, native, grid, reason, images.origin.modality == "CT")


def _reason(arterial: Volume | None, native: Volume | None, grid: Grid) -> str:
    if arterial is None or native is None:
        return "no arterial phase" if arterial is None else "no native phase"
    first, second = arterial.origin, native.origin
    reasons = (
        (first.phase not in ("", "arterial"), f"the arterial phase is called {first.phase}"),
        (second.phase not in ("", "unenhanced"), f"the native phase is called {second.phase}"),
        (arterial.array.ndim != 3 or native.array.ndim != 3, "a dynamic series is no single phase"),
        (_differ(first.subject, second.subject), "the phases are of different patients"),
        (
            first.day is not None and second.day is not None and first.day != second.day,
            "the phases are of different days",
        ),
        (first.modality != second.modality, "the phases are of different modalities"),
        (first.modality not in ("CT", "MR", ""), "neither CT nor MR"),
        (
            _differ(first.frame_of_reference, second.frame_of_reference),
            "the phases have different frames of reference, and nothing is registered here",
        ),
    )
    for fails, reason in reasons:
        if fails:
            return reason
    return _grid_reason(arterial, native, grid)


def _grid_reason(arterial: Volume, native: Volume, grid: Grid) -> str:
    on = [volume.grid.same_as(grid) for volume in (arterial, native)]
    if all(on):
        return ""
    if not any(on):
        return "the outlines lie on the grid of neither phase"
    frames = {arterial.origin.frame_of_reference, native.origin.frame_of_reference}
    if len(frames) == 1 and "" not in frames:
        return ""
    return "the phases lie on different grids without a common frame of reference"


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)

"""The four criteria as data: what is measured, and from which size on a response is another one.

Sources stand in the package's heading; a threshold of the form (7, 10) reads 7/10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from hepatica.core.errors import UsageError

Measure = Literal["diameter", "viable", "viable product"]

UM_PER_MM = 1000


class Rule(NamedTuple):
    """The thresholds as integers, in micrometres or their squares, for the target rule."""

    pr_part: int
    pr_whole: int
    pd_part: int
    pd_whole: int
    pd_strict: bool
    pd_abs: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One published criterion; lengths in mm.

    PR where now <= pr x baseline; PD where now >= pd x nadir (`pd_strict`: >) and the increase is
    at least `pd_abs_mm`. A node is disease from `node_mm` (at the hilum `hilar_node_mm`) of its
    short axis on; 0 = the criterion has no such limit. `confirmation` is what the publication
    asks for CR and PR. The last four describe what may be a target.
    """

    name: str
    measure: Measure
    pr: tuple[int, int]
    pd: tuple[int, int]
    pd_strict: bool
    pd_abs_mm: float
    node_short_axis: bool
    node_mm: float
    hilar_node_mm: float
    new_in_liver_mm: float
    confirmation: Literal["always", "where response is the primary endpoint", "as protocol"]
    max_targets: int | None
    max_per_organ: int | None
    target_mm: float
    node_target_mm: float

    @property
    def unit(self) -> str:
        """Unit of a sum: mm, or mm2 where products are summed."""
        return "mm2" if self.measure == "viable product" else "mm"

    @property
    def scale(self) -> int:
        """How many of the integers that the rule computes with make one unit of a sum."""
        return UM_PER_MM**2 if self.measure == "viable product" else UM_PER_MM

    @property
    def too_small(self) -> int:
        """Size of a target that is seen but too small to measure: 5 mm (EASL 5 x 5 mm2)."""
        return (5 * UM_PER_MM) ** 2 if self.measure == "viable product" else 5 * UM_PER_MM

    def rule(self, pd_abs_mm: float | None = None) -> Rule:
        """Thresholds for the walk; `pd_abs_mm` replaces the criterion's own absolute increase.

        Raises      UsageError for a negative increase, or any increase in mm for EASL.
        """
        increase = self.pd_abs_mm if pd_abs_mm is None else pd_abs_mm
        if increase < 0 or (increase > 0 and self.measure == "viable product"):
            raise UsageError(
                f"pd_abs_mm = {increase} does not fit {self.name}: a length >= 0, and 0 for EASL"
            )
        return Rule(*self.pr, *self.pd, self.pd_strict, round(increase * UM_PER_MM))


RECIST_10 = Criterion(
    name="RECIST1.0",
    measure="diameter",
    pr=(7, 10),
    pd=(6, 5),
    pd_strict=False,
    pd_abs_mm=0,
    node_short_axis=True,
    node_mm=0,
    hilar_node_mm=0,
    new_in_liver_mm=0,
    confirmation="always",
    max_targets=10,
    max_per_organ=5,
    target_mm=10,
    node_target_mm=10,
)
RECIST_11 = Criterion(
    name="RECIST1.1",
    measure="diameter",
    pr=(7, 10),
    pd=(6, 5),
    pd_strict=False,
    pd_abs_mm=5,
    node_short_axis=True,
    node_mm=10,
    hilar_node_mm=10,
    new_in_liver_mm=0,
    confirmation="where response is the primary endpoint",
    max_targets=5,
    max_per_organ=2,
    target_mm=10,
    node_target_mm=15,
)
MRECIST = Criterion(
    name="mRECIST",
    measure="viable",
    pr=(7, 10),
    pd=(6, 5),
    pd_strict=False,
    pd_abs_mm=0,
    node_short_axis=True,
    node_mm=10,
    hilar_node_mm=20,
    new_in_liver_mm=10,
    confirmation="as protocol",
    max_targets=5,
    max_per_organ=2,
    target_mm=10,
    node_target_mm=15,
)
EASL = Criterion(
    name="EASL",
    measure="viable product",
    pr=(1, 2),
    pd=(5, 4),
    pd_strict=True,
    pd_abs_mm=0,
    node_short_axis=False,
    node_mm=0,
    hilar_node_mm=0,
    new_in_liver_mm=0,
    confirmation="as protocol",
    max_targets=None,
    max_per_organ=None,
    target_mm=0,
    node_target_mm=0,
)
CRITERIA = {c.name: c for c in (MRECIST, RECIST_11, RECIST_10, EASL)}


def named_criterion(name: str) -> Criterion:
    """Criterion of that name, upper or lower case, with or without a space.

    Raises      UsageError for an unknown name; the message lists the known ones.
    """
    wanted = name.replace(" ", "").lower()
    for known, criterion in CRITERIA.items():
        if known.lower() == wanted:
            return criterion
    raise UsageError(f"criterion '{name}' is not known; known: {', '.join(CRITERIA)}")

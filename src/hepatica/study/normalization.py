"""Vessel normalization as the protocol promises it: components, directions, repeatability, windows.

Nothing here has a default that says how well a quantity repeats: a component states it with its
source, or there is no component.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hepatica.study.part import Part
from hepatica.study.vocabulary import Word

Text = Annotated[str, Field(min_length=1)]
Percent = Annotated[float, Field(gt=0, le=500)]
Size = Annotated[float, Field(gt=0)]


class Component(Part):
    """One quantity of one region, compared between baseline and the day of the protocol.

    `region` is a region of the records, or its first word: "tumour" takes tumour T1 and tumour T2
    as regions of one component. `direction` is what normalization would be. Repeatability is one
    of: `wcv_percent` (within-subject coefficient of variation) or `rc_percent` (repeatability
    coefficient, 2.77 times that) for a ratio; `sd` (within-subject standard deviation) or `rc` in
    the unit of the quantity for a difference.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    label: str = ""
    test: Annotated[str, Word("image_test")]
    region: Text
    direction: Literal["decrease", "increase"] | None = None
    scale: Literal["ratio", "difference"] = "ratio"
    wcv_percent: Percent | None = None
    rc_percent: Percent | None = None
    sd: Size | None = None
    rc: Size | None = None
    repeatability_source: Text
    in_score: bool = False

    @property
    def repeatability(self) -> tuple[str, float]:
        """Name and value of the one repeatability that is stated."""
        given = self.repeatabilities
        assert len(given) == 1, "checked when the protocol was read"
        return given[0]

    @property
    def repeatabilities(self) -> tuple[tuple[str, float], ...]:
        """Every repeatability that is stated, by name."""
        names = ("wcv_percent", "rc_percent", "sd", "rc")
        found = ((name, getattr(self, name)) for name in names)
        return tuple((name, value) for name, value in found if value is not None)


class Normalization(Part):
    """How baseline is compared with a later scan, and what a score is made of.

    Day 0 is the `anchor`. The baseline is the last scan on or before day 0, at most
    `baseline_days` old; the later one is nearest to `target_day` inside `window_days`, of two
    equally near ones the earlier. `timing_s` and `bolus_percent` are by how much the delay and the
    attenuation of the aorta may differ. A score needs `min_components` of its components. `context`
    are quantities shown beside the components without limit and verdict.
    """

    anchor: Literal["first treatment", "enrolment"] = "first treatment"
    target_day: Annotated[int, Field(ge=1, le=3650)]
    window_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3650)], ...],
        Field(min_length=2, max_length=2, strict=False),
    ]
    baseline_days: Annotated[int, Field(ge=0, le=3650)]
    timing_s: Annotated[float, Field(ge=0, le=600)] = 5.0
    bolus_percent: Annotated[float, Field(ge=0, le=100)] = 10.0
    min_components: Annotated[int, Field(ge=2, le=50)] = 3
    context: tuple[Annotated[str, Word("image_test")], ...] = Field(default=("LVOL",), strict=False)
    components: Annotated[
        tuple[Component, ...], Field(alias="component", min_length=1, strict=False)
    ]

    @property
    def scored(self) -> tuple[Component, ...]:
        """The components that the score is made of."""
        return tuple(one for one in self.components if one.in_score)

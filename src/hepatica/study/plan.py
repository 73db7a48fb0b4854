"""The analyses that a protocol promises: Table 1, curves, comparisons and models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hepatica.study.covariate import Covariate, read_covariate
from hepatica.study.part import Part
from hepatica.study.vocabulary import Word, check_adsl_column, check_baseline_column

AdslColumn = Annotated[str, AfterValidator(check_adsl_column)]
BaselineColumn = Annotated[str, AfterValidator(check_baseline_column)]
Months = Annotated[float, Field(gt=0, le=1200)]


def _readable(text: str) -> str:
    check_baseline_column(read_covariate(text).name)
    return text


CovariateText = Annotated[str, AfterValidator(_readable)]


class BaselineRow(Part):
    """A row of Table 1.

    `name` is the variable in the results table (default: the ADSL column). `levels` are the
    values counted, in print order, and `labels` their printed names; a banded row makes its
    levels from `cuts`, each cut the lowest value of its upper band. A flag row counts 'Y' only.
    """

    variable: AdslColumn
    name: str = ""
    label: str = ""
    kind: Annotated[str, Word("baseline_kind")]
    statistics: tuple[Annotated[str, Word("baseline_statistic")], ...] = Field(
        default=(), strict=False
    )
    levels: tuple[str, ...] = Field(default=(), strict=False)
    labels: tuple[str, ...] = Field(default=(), strict=False)
    cuts: tuple[float, ...] = Field(default=(), strict=False)
    unit: str = ""

    @property
    def result_variable(self) -> str:
        """What the results table calls this row."""
        return self.name or self.variable

    def level_label(self, level: str) -> str:
        """Printed name of a level; the level itself where none is given."""
        return dict(zip(self.levels, self.labels, strict=False)).get(level, level)


class SurvivalPlan(Part):
    """A further curve of one endpoint by the levels of an ADSL column, with its log-rank test."""

    endpoint: str
    group: BaselineColumn
    strata: tuple[BaselineColumn, ...] = Field(default=(), strict=False)
    rho: Annotated[float, Field(ge=0, le=1)] = 0.0
    population: str = ""


class CoxPlan(Part):
    """A proportional-hazards model; a covariate is a column or a small expression of one."""

    endpoint: str
    covariates: Annotated[tuple[CovariateText, ...], Field(min_length=1, strict=False)]
    strata: tuple[BaselineColumn, ...] = Field(default=(), strict=False)
    population: str = ""

    @property
    def terms(self) -> tuple[Covariate, ...]:
        """The covariates, read."""
        return tuple(map(read_covariate, self.covariates))


class TestPlan(Part):
    """A comparison of one baseline variable between groups, by a stated rule."""

    __test__ = False  # pytest: not a test class

    variable: AdslColumn
    group: AdslColumn
    rule: Annotated[str, Word("test_rule")]
    population: str = ""


class SubgroupPlan(Part):
    """An endpoint in the levels of ADSL columns: a forest plot.

    `compare` is the column whose levels are compared within each subgroup; '' compares the planned
    arms where there are several, and otherwise nothing: each subgroup's own estimate is given.
    `reference` is the level that the others are compared with; '' the first. `cuts` makes bands of
    a number, each cut the lowest value of its upper band.
    """

    endpoint: str
    by: Annotated[tuple[BaselineColumn, ...], Field(min_length=1, strict=False)]
    cuts: dict[str, Annotated[tuple[float, ...], Field(min_length=1, strict=False)]] = Field(
        default_factory=dict
    )
    compare: BaselineColumn | Literal[""] = ""
    reference: str = ""
    min_events: Annotated[int, Field(ge=1, le=1000)] = 5
    population: str = ""


class CompetingPlan(Part):
    """One event of an endpoint, its other events competing: incidence, Gray's test, Fine-Gray."""

    endpoint: str
    event: Annotated[str, Word("event")]
    group: BaselineColumn | Literal[""] = ""
    covariates: tuple[CovariateText, ...] = Field(default=(), strict=False)
    population: str = ""

    @property
    def terms(self) -> tuple[Covariate, ...]:
        """The covariates, read."""
        return tuple(map(read_covariate, self.covariates))


class LandmarkPlan(Part):
    """Survival from a landmark on, by the response reached until then."""

    endpoint: str
    months: Annotated[tuple[Months, ...], Field(min_length=1, strict=False)]
    by: Annotated[str, Word("dynamic_group")] = "response"
    population: str = ""


class TimeDependentPlan(Part):
    """A Cox model in which response is a covariate that changes on the day of the response."""

    endpoint: str
    by: Annotated[str, Word("dynamic_group")] = "response"
    covariates: tuple[CovariateText, ...] = Field(default=(), strict=False)
    population: str = ""

    @property
    def terms(self) -> tuple[Covariate, ...]:
        """The covariates that do not change, read."""
        return tuple(map(read_covariate, self.covariates))


class ReaderPlan(Part):
    """Agreement of the readers of the same scans; `adjudicator` decides where there is no majority.

    `weights` is how near two categories of response count as agreeing.
    """

    weights: Literal["linear", "quadratic"] = "linear"
    adjudicator: str = ""
    population: str = ""


class SensitivityPlan(Part):
    """Endpoints again under every combination of conventions; an empty list is every one there is.

    `origins` and `rule_sets` are for times to an event, `confirmed` for proportions.
    """

    endpoints: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    criteria: tuple[Annotated[str, Word("criterion")], ...] = Field(default=(), strict=False)
    rule_sets: tuple[Annotated[str, Word("rule_set")], ...] = Field(default=(), strict=False)
    origins: tuple[Annotated[str, Word("origin")], ...] = Field(default=(), strict=False)
    confirmed: tuple[bool, ...] = Field(default=(False, True), strict=False)


class Plan(Part):
    """Everything under [analysis]."""

    population: str
    safety_population: str
    landmarks_months: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(), strict=False)
    baseline: tuple[BaselineRow, ...] = Field(default=(), strict=False)
    survival: tuple[SurvivalPlan, ...] = Field(default=(), strict=False)
    cox: tuple[CoxPlan, ...] = Field(default=(), strict=False)
    test: tuple[TestPlan, ...] = Field(default=(), strict=False)
    subgroup: tuple[SubgroupPlan, ...] = Field(default=(), strict=False)
    competing: tuple[CompetingPlan, ...] = Field(default=(), strict=False)
    landmark: tuple[LandmarkPlan, ...] = Field(default=(), strict=False)
    time_dependent: tuple[TimeDependentPlan, ...] = Field(default=(), strict=False)
    readers: ReaderPlan | None = None
    sensitivity: SensitivityPlan | None = None

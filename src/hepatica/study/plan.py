"""The analyses that a protocol promises: Table 1, curves, comparisons and models."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from hepatica.study.covariate import Covariate, read_covariate
from hepatica.study.part import Part
from hepatica.study.vocabulary import Word, check_adsl_column

AdslColumn = Annotated[str, AfterValidator(check_adsl_column)]


def _readable(text: str) -> str:
    check_adsl_column(read_covariate(text).name)
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
    group: AdslColumn
    strata: tuple[AdslColumn, ...] = Field(default=(), strict=False)
    rho: Annotated[float, Field(ge=0, le=1)] = 0.0
    population: str = ""


class CoxPlan(Part):
    """A proportional-hazards model; a covariate is a column or a small expression of one."""

    endpoint: str
    covariates: Annotated[tuple[CovariateText, ...], Field(min_length=1, strict=False)]
    strata: tuple[AdslColumn, ...] = Field(default=(), strict=False)
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


class Plan(Part):
    """Everything under [analysis]."""

    population: str
    safety_population: str
    landmarks_months: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(), strict=False)
    baseline: tuple[BaselineRow, ...] = Field(default=(), strict=False)
    survival: tuple[SurvivalPlan, ...] = Field(default=(), strict=False)
    cox: tuple[CoxPlan, ...] = Field(default=(), strict=False)
    test: tuple[TestPlan, ...] = Field(default=(), strict=False)

"""A whole protocol as one frozen value: what study.toml promises, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Place
from hepatica.study.criterion import Criterion
from hepatica.study.document import ReportPlan
from hepatica.study.endpoint import Endpoint
from hepatica.study.normalization import Normalization
from hepatica.study.part import Block, Part, check_toml_name
from hepatica.study.plan import Plan
from hepatica.study.vocabulary import Word

FILE_NAME = "study.toml"
Text = Annotated[str, Field(min_length=1)]


class Identity(Part):
    """Which study this is: names, registration, dates, data cutoff and random seed."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    title: Text
    label: str = ""
    design: Annotated[str, Word("design")]
    registration: str = ""
    ethics: str = ""
    ethics_date: date | None = None
    consent: str = ""
    sponsor: str = ""
    sites: tuple[str, ...] = Field(default=(), strict=False)
    reference: str = ""
    protocol: str = ""
    enrolment_start: date | None = None
    enrolment_end: date | None = None
    planned_subjects: Annotated[int, Field(ge=1)] | None = None
    cutoff: date
    seed: Annotated[int, Field(ge=0, lt=2**63)]


class Conventions(Part):
    """The conventions that every number follows; the report prints them under its tables."""

    month_days: Annotated[float, Field(ge=28, le=31)] = 30.4375
    day_count: Literal["date - start", "date - start + 1"] = "date - start"
    conf_level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    conf_type: Literal["log", "log-log", "plain", "logit", "arcsin"] = "log"
    median_rule: Literal["midpoint", "first"] = "midpoint"
    ties: Literal["efron", "breslow"] = "efron"
    quantile_type: Literal[2, 7] = 7
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    time_unit: Literal["months", "days"] = "months"


class Records(Block):
    """Where the records are and who reads them.

    `path` is relative to the study folder and stays in it, or begins with ``${HEPATICA_DATA}``,
    the environment variable that names a folder of data. `mapping` goes to the mapping reader as
    it stands.
    """

    reader: Annotated[str, Word("reader")]
    path: Text
    mapping: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)

    def source(self) -> dict[str, Any]:
        """The table as a plain dict for `records.reader`: reader, path, mapping, options."""
        return self.model_dump(include={"reader", "path", "mapping", "options"})


class Imaging(Part):
    """Where the tables and pictures measured on scans are, in the study folder.

    `path` is a folder of CSV files named after declared tables (``measurements.csv``,
    ``image_quantities.csv``), read beside the records, with a folder ``pictures``; ``hepatica image
    process`` writes it.
    """

    path: Text = "imaging"


class Population(Part):
    """An analysis population, defined by one word."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    label: Text
    definition: Annotated[str, Word("population")]


class Refractory(Part):
    """When a patient counts as refractory to TACE."""

    definition: Annotated[str, Word("refractory_definition")]
    min_consecutive_tace: Annotated[int, Field(ge=1, le=20)]
    any_of: Annotated[
        tuple[Annotated[str, Word("refractory_clause")], ...], Field(min_length=1, strict=False)
    ]


class Treatment(Part):
    """One step of the study treatment, in order: a drug, a procedure or both."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    arm: str = ""
    drug: str = ""
    dose: Annotated[float, Field(gt=0)] | None = None
    unit: Annotated[str, Word("dose_unit")] | None = None
    route: Annotated[str, Word("route")] | None = None
    duration_min: Annotated[float, Field(gt=0, le=1440)] | None = None
    procedure: Annotated[str, Word("procedure")] | None = None
    technique: Annotated[str, Word("technique")] | None = None
    materials: tuple[str, ...] = Field(default=(), strict=False)
    sessions: Annotated[str, Word("sessions")] = "repeated"


class Dosing(Part):
    """How a dose per kg is made at each session, and when a given dose departs from it.

    `bands` is a file of dose bands in the study folder, in place of a `rounding` by name. A new
    dose is asked for where the weight differs from the dosing weight by `redose_percent` (0: each
    dose by its own weight), at exactly that change too where `redose_inclusive`. `weight_days` is
    how old a weight may be, `interval_days` the planned interval, where there is a fixed one.
    """

    rounding: Annotated[str, Word("rounding")] = "exact"
    bands: Annotated[str, AfterValidator(check_toml_name)] = ""
    redose_percent: Annotated[float, Field(ge=0, le=100)] = 10.0
    redose_inclusive: bool = True
    max_dose_mg: Annotated[float, Field(gt=0)] | None = None
    total_volume_ml: Annotated[float, Field(gt=0, le=1000)] = 100.0
    tolerance_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
    tolerance_min: Annotated[float, Field(ge=0, le=600)] = 5.0
    weight_days: Annotated[int, Field(ge=0, le=3650)] = 28
    interval_days: Annotated[int, Field(ge=1, le=365)] | None = None


class Schedule(Part):
    """When patients are assessed: the shortest and longest planned interval, in weeks.

    `until` says when planned visits end: with follow-up, or with the first progression (or new
    anticancer therapy) before that.
    """

    interval_weeks: Annotated[
        tuple[Annotated[float, Field(gt=0, le=104)], ...],
        Field(min_length=2, max_length=2, strict=False),
    ]
    anchor: Annotated[str, Word("anchor")]
    window_days: Annotated[int, Field(ge=0, le=90)]
    assessments: tuple[Annotated[str, Word("assessment")], ...] = Field(default=(), strict=False)
    until: Annotated[str, Word("until")] = "end of follow-up"


class Response(Part):
    """How tumour response is assessed; every number that RECIST leaves to the protocol is here.

    `reader` names whose measurements count; '' means the only reader there is. `pd_abs_mm` is
    None where the criterion's own absolute growth rule holds. Scans up to `merge_days` after the
    first of a visit belong to that visit, which bears the first date.
    """

    criterion: Annotated[str, Word("criterion")]
    sensitivity: tuple[Annotated[str, Word("criterion")], ...] = Field(default=(), strict=False)
    baseline: Annotated[str, Word("baseline")] = "last scan on or before first treatment"
    confirm_days: Annotated[int, Field(ge=0, le=365)] = 28
    min_sd_days: Annotated[int, Field(ge=0, le=365)]
    max_ne_between: Annotated[int, Field(ge=0, le=20)] = 1
    accept_sd_between: bool = False
    merge_days: Annotated[int, Field(ge=0, le=28)] = 0
    confirmed_primary: bool = False
    pd_abs_mm: Annotated[float, Field(ge=0, le=50)] | None = None
    reader: str = ""
    require_marker: bool = False


class PostEmbolization(Part):
    """What counts as post-embolization syndrome: a grouping of events, not a term of CTCAE.

    At least `at_least` of the `components` (each a list of terms of which one is enough) begin
    within `window_hours` of one embolization. The default is a convention of ours.
    """

    window_hours: Annotated[int, Field(ge=24, le=720)] = 72
    at_least: Annotated[int, Field(ge=1, le=10)] = 2
    components: Annotated[
        tuple[Annotated[tuple[Text, ...], Field(min_length=1, strict=False)], ...],
        Field(min_length=1, strict=False),
    ] = (("Fever",), ("Abdominal pain",), ("Nausea", "Vomiting"))


class Safety(Part):
    """How adverse events and measurements are graded and until when events count.

    `ctcae` is the version that the protocol states; `lab_ctcae` the one that laboratory results
    and vital signs are graded by, where it is another or none is stated. `symptoms` is what to
    take of symptoms that a grade asks for and nobody collected. `session_days` are the periods
    after a session over which events and deaths are counted.
    """

    ctcae: Annotated[str, Word("ctcae")] = ""
    lab_ctcae: Annotated[str, Word("lab_ctcae")] = ""
    symptoms: Annotated[str, Word("symptoms")] = "unknown"
    window_days: Annotated[int, Field(ge=0, le=365)] = 30
    session_days: tuple[Annotated[int, Field(ge=1, le=730)], ...] = Field(
        default=(30, 90), strict=False
    )
    post_embolization: PostEmbolization = PostEmbolization()

    @property
    def grading_version(self) -> str:
        """Version that measurements are graded by: 4.03 or 5.0; 5.0 where none is stated."""
        return self.lab_ctcae or ("4.03" if self.ctcae in ("4.0", "4.03") else "5.0")


class Study(Block):
    """A protocol: everything that was promised, checked and frozen.

    `findings` holds the warnings and notes that `read_study` made; `place` gives the line of an
    entry, so that later findings can point at the protocol.
    """

    study: Identity
    conventions: Conventions = Conventions()
    records: Records
    imaging: Imaging | None = None
    populations: Annotated[
        tuple[Population, ...], Field(alias="population", min_length=1, strict=False)
    ]
    inclusion: tuple[Criterion, ...] = Field(default=(), strict=False)
    exclusion: tuple[Criterion, ...] = Field(default=(), strict=False)
    refractory: Refractory | None = None
    treatment: tuple[Treatment, ...] = Field(default=(), strict=False)
    dosing: Dosing = Dosing()
    schedule: Schedule | None = None
    response: Response
    endpoints: Annotated[tuple[Endpoint, ...], Field(alias="endpoint", min_length=1, strict=False)]
    safety: Safety = Safety()
    normalization: Normalization | None = None
    analysis: Plan
    report: ReportPlan = ReportPlan()

    _folder: Path = PrivateAttr(default=Path())
    _findings: tuple[Finding, ...] = PrivateAttr(default=())
    _lines: dict[tuple[str | int, ...], int] = PrivateAttr(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that study.toml was read from."""
        return self._folder

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Warnings and notes about the protocol, in the order of the file."""
        return self._findings

    @property
    def study_procedures(self) -> tuple[str, ...]:
        """The procedures that count as study treatment, in the order of the treatment steps."""
        return tuple(dict.fromkeys(t.procedure for t in self.treatment if t.procedure))

    @property
    def study_drugs(self) -> tuple[str, ...]:
        """The drugs that count as study treatment, in the order of the treatment steps."""
        return tuple(dict.fromkeys(t.drug for t in self.treatment if t.drug))

    def endpoint(self, endpoint_id: str) -> Endpoint:
        """The endpoint of that id.

        Raises      UsageError naming the endpoints there are.
        """
        for endpoint in self.endpoints:
            if endpoint.id == endpoint_id:
                return endpoint
        known = ", ".join(e.id for e in self.endpoints)
        raise UsageError(f"endpoint {endpoint_id!r}: expected one of {known}")

    def population(self, population_id: str) -> Population:
        """The population of that id.

        Raises      UsageError naming the populations there are.
        """
        for population in self.populations:
            if population.id == population_id:
                return population
        known = ", ".join(p.id for p in self.populations)
        raise UsageError(f"population {population_id!r}: expected one of {known}")

    def place(self, *path: str | int) -> Place:
        """Line of an entry of study.toml, such as ``place("endpoint", 0, "origin")``."""
        return place_of(self._lines, path)


def as_of(study: Study, cutoff: date) -> Study:
    """The same protocol with another data cutoff."""
    identity = study.study.model_copy(update={"cutoff": cutoff})
    return study.model_copy(update={"study": identity})


def place_of(lines: Mapping[tuple[str | int, ...], int], path: tuple[str | int, ...]) -> Place:
    """Place of a key path, or of the nearest table around it that has a line."""
    words = [part for part in path if isinstance(part, str)]
    column = words[-1] if words else ""
    for end in range(len(path), 0, -1):
        if line := lines.get(tuple(path[:end])):
            return Place(file=FILE_NAME, row=line, column=column)
    return Place(file=FILE_NAME, column=column)

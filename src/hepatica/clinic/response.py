"""Tumour response from lesion rows: per visit, best, per lesion, each with its reason.

The rule text is `hepatica.clinic.rules.response`; this is its door for tables.
"""

from __future__ import annotations

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.response_check import check_keys, check_stretch
from hepatica.clinic.response_column import (
    SIZES,
    TEXTS,
    Array,
    LesionColumns,
    read_lesion_columns,
)
from hepatica.clinic.response_course import PatientDays, Plan, run_stretch
from hepatica.clinic.response_table import best_table, lesion_table, visit_table
from hepatica.clinic.rules.response.best import NO_DAY, Terms
from hepatica.clinic.rules.response.compiled import (
    INTERPRETED,
    Engine,
    compiled_engine,
    numba_is_installed,
)
from hepatica.clinic.rules.response.criterion import Criterion, named_criterion
from hepatica.clinic.rules.response.sentence import because, because_best
from hepatica.clinic.rules.response.word import MISSING, NE, RESPONSES
from hepatica.core.errors import MissingExtra, UsageError
from hepatica.core.finding import Finding

# From here on compiled code pays: it loads in about a second, as long as the walk takes for
# 5000 patients; its first compilation takes several.
COMPILE_FROM_PATIENTS = 10_000
PATIENTS_A_STRETCH = 1 << 13

VISIT_FIELDS = (
    "date",
    "target",
    "non_target",
    "new_lesion",
    "overall",
    "sum_mm",
    "baseline_mm",
    "nadir_mm",
    "change_from_baseline_pct",
    "change_from_nadir_pct",
    "because",
)


@dataclass(frozen=True, slots=True)
class ResponseOptions:
    """What the protocol says about response; days and counts.

    `pd_abs_mm` None takes the criterion's own absolute increase (RECIST1.1: 5, others: 0).
    Scans up to `merge_days` after the first of a visit (chest CT, then liver MRI) belong to it; it
    bears the first date. `missing_as_ne` calls a subject without a visit that counts NE instead of
    MISSING. `engine` is 'auto', 'interpreted' or 'compiled'; the result is the same.
    """

    criterion: str = "mRECIST"
    pd_abs_mm: float | None = None
    confirm_days: int = 28
    min_sd_days: int = 42
    max_ne_between: int = 1
    accept_sd_between: bool = False
    merge_days: int = 0
    missing_as_ne: bool = False
    engine: str = "auto"

    def __post_init__(self) -> None:
        named_criterion(self.criterion).rule(self.pd_abs_mm)
        for name in ("confirm_days", "min_sd_days", "max_ne_between", "merge_days"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} = {getattr(self, name)}; expected 0 or more")
        if self.engine not in ("auto", "interpreted", "compiled"):
            raise UsageError(f"engine = '{self.engine}'; expected auto, interpreted or compiled")


@dataclass(frozen=True)
class Response:
    """Responses of all subjects under one criterion, ordered by subject and date.

    visit_facts : one row a visit after baseline, without sentences
    best_facts : one row a subject, without sentences
    findings : faults of the lesion rows; none stops the derivation

    `visits`, `best` and `lesion_rows` are made when first asked for. For EASL every column that
    ends in `_mm` holds mm2 (sentences say so).
    """

    options: ResponseOptions
    visit_facts: pa.Table
    best_facts: pa.Table
    findings: tuple[Finding, ...]
    _columns: LesionColumns = field(repr=False)
    criterion: Criterion

    @functools.cached_property
    def visits(self) -> pa.Table:
        """`visit_facts` with the deciding clause as a sentence in `because`."""
        return self.visit_facts.append_column("because", self.sentences())

    @functools.cached_property
    def best(self) -> pa.Table:
        """`best_facts` with the sentences `because_bor` and `because_cbor`."""
        facts = self.best_facts.to_pylist()
        table = self.best_facts
        for name, confirmed in (("because_bor", False), ("because_cbor", True)):
            texts = [because_best(fact, confirmed=confirmed) for fact in facts]
            table = table.append_column(name, pa.array(texts, pa.string()))
        return table

    @functools.cached_property
    def lesion_rows(self) -> pa.Table:
        """One row a lesion row: subject, date, criterion, lesion, role, value_mm, state, row."""
        parts = stretch_parts(self._columns.subject)
        return pa.concat_tables(
            [lesion_table(self._columns, self.criterion, part) for part in parts]
        )

    def sentences(self) -> pa.Array:
        """Deciding clause of every visit as a sentence, in the order of `visit_facts`."""
        texts: list[str] = []
        for batch in self.visit_facts.to_batches(max_chunksize=100_000):
            texts += [because(fact, self.criterion) for fact in batch.to_pylist()]
        return pa.array(texts, pa.string())


def derive_response(
    lesions: pa.Table, options: ResponseOptions, subjects: pa.Table | None = None
) -> Response:
    """Response at every visit after baseline, and best responses, from lesion rows.

    Parameters
    ----------
    lesions : table
        One row a lesion and date: subject, date, lesion, role, site, diameter_mm, viable_mm,
        short_axis_mm, viable_perpendicular_mm, status, optionally row; in any order.
    options : ResponseOptions
    subjects : table, optional
        subject, and any of baseline_date (the last scan on or before it is the baseline; without
        it the first scan), reference_date (start of the SD window; without it the baseline),
        new_therapy_date (visits from it on do not count for the best responses).

    Returns     Response; subjects that stand only in `subjects` have a best response MISSING.
    Raises      UsageError for an unknown criterion or a missing column; MissingExtra where the
                compiled engine is asked for and Numba is not installed.
    References  the heading of hepatica.clinic.rules.response
    """
    columns = read_lesion_columns(with_columns(lesions), options.merge_days)
    criterion = named_criterion(options.criterion)
    accepted_sd = 1 if options.accept_sd_between else 0
    terms = Terms(options.confirm_days, options.max_ne_between, accepted_sd)
    engine = chosen_engine(options.engine, len(columns.subjects))
    rule = criterion.rule(options.pd_abs_mm)
    missing = NE if options.missing_as_ne else MISSING
    plan = Plan(criterion, rule, terms, options.min_sd_days, missing, engine)
    days = patient_days(columns, subjects)
    run = functools.partial(derive_stretch, columns, plan, days)
    parts = stretch_parts(columns.subject)
    if engine.compiled and len(parts) > 1:
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
            derived = list(pool.map(run, parts))
    else:
        derived = [run(part) for part in parts]
    visits = pa.concat_tables([visit for visit, _, _ in derived])
    best = pa.concat_tables([best for _, best, _ in derived])
    if subjects is not None:
        best = with_unseen(best, subjects, criterion.name, RESPONSES[missing])
    findings = check_keys(columns) + [f for _, _, found in derived for f in found]
    return Response(options, visits, best, tuple(findings), columns, criterion)


def derive_stretch(
    columns: LesionColumns, plan: Plan, days: PatientDays, part: slice
) -> tuple[pa.Table, pa.Table, list[Finding]]:
    """Visits, best responses and findings of the patients whose rows lie in `part`."""
    stretch = run_stretch(columns, part, plan, days)
    return (
        visit_table(stretch, columns, plan.criterion),
        best_table(stretch, columns, plan),
        check_stretch(stretch, columns, plan.criterion, part),
    )


def chosen_engine(name: str, patients: int) -> Engine:
    """Engine to run; compiled only where it pays and Numba is there."""
    installed = numba_is_installed()
    if name == "compiled" and not installed:
        raise MissingExtra("the compiled engine needs Numba: install hepatica[scale]")
    if name == "compiled" or (name == "auto" and installed and patients >= COMPILE_FROM_PATIENTS):
        return compiled_engine()
    return INTERPRETED


def stretch_parts(subject: Array) -> list[slice]:
    """Slices of the ordered rows that hold whole patients each, at least one slice."""
    changes = np.flatnonzero(subject[1:] != subject[:-1]) + 1
    starts = np.r_[0, changes][::PATIENTS_A_STRETCH]
    cuts = [*starts, len(subject)]
    return [slice(int(a), int(b)) for a, b in pairwise(cuts)] or [slice(0, 0)]


def with_columns(lesions: pa.Table) -> pa.Table:
    """Lesion table with all size columns as doubles; a missing size column is all missing.

    Raises      UsageError where another column is missing.
    """
    lacking = [name for name in ("date", *TEXTS) if name not in lesions.column_names]
    if lacking:
        raise UsageError(f"the lesion table lacks {', '.join(lacking)}")
    for name in SIZES:
        if name not in lesions.column_names:
            empty = pa.nulls(lesions.num_rows, pa.float64())
            lesions = lesions.append_column(name, empty)
        elif lesions[name].type != pa.float64():
            at = lesions.column_names.index(name)
            lesions = lesions.set_column(at, name, lesions[name].cast(pa.float64()))
    return lesions


def patient_days(columns: LesionColumns, subjects: pa.Table | None) -> PatientDays:
    """Days of every subject label, from the subjects table; NO_DAY where it has none."""
    days = {}
    for name in ("baseline_date", "reference_date", "new_therapy_date"):
        days[name] = np.full(len(columns.subjects), NO_DAY, np.int64)
        if subjects is None or name not in subjects.column_names:
            continue
        at = pc.index_in(columns.subjects, value_set=subjects["subject"].cast(pa.string()))
        given = subjects[name].cast(pa.date32()).cast(pa.int32()).take(at)
        days[name] = pc.fill_null(given.cast(pa.int64()), NO_DAY).to_numpy()
    return PatientDays(days["baseline_date"], days["reference_date"], days["new_therapy_date"])


def with_unseen(best: pa.Table, subjects: pa.Table, criterion: str, response: str) -> pa.Table:
    """Best responses with a row for each subject that has no lesion row, in order."""
    labels = pc.unique(subjects["subject"].cast(pa.string()).drop_null())
    unseen = labels.filter(pc.invert(pc.is_in(labels, value_set=best["subject"])))
    if not len(unseen):
        return best
    said = {"criterion": criterion, "bor": response, "cbor": response}
    rows = [{"subject": label} | said for label in unseen.to_pylist()]
    more = pa.Table.from_pylist(rows, schema=best.schema)
    return pa.concat_tables([best, more]).sort_by("subject")


def response_document(response: Response) -> dict[str, Any]:
    """Response as the document that `hepatica response --json` prints; dates as ISO text.

    `target` and `non_target` are null where there were none at baseline, sums and changes where
    there are none. The document's words for a response have no MISSING: a best response without
    any visit after baseline is NE (not evaluable for response).
    """
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for visit in response.visits.select(["subject", *VISIT_FIELDS]).to_pylist():
        subject = visit.pop("subject")
        by_subject.setdefault(subject, []).append(visit | {"date": visit["date"].isoformat()})
    best = response.best_facts.select(["subject", "criterion", "bor", "cbor"]).to_pylist()
    return {
        "subjects": [
            {
                "subject": row["subject"],
                "criterion": row["criterion"],
                "visits": by_subject.get(row["subject"], []),
                "bor": row["bor"].replace(RESPONSES[MISSING], RESPONSES[NE]),
                "cbor": row["cbor"].replace(RESPONSES[MISSING], RESPONSES[NE]),
            }
            for row in best
        ]
    }

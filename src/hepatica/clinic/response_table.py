"""Arrow tables of a response run: visits, best responses, lesions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hepatica.clinic.response_column import Array, LesionColumns, row_values
from hepatica.clinic.response_course import Plan, Stretch
from hepatica.clinic.rules.response import word
from hepatica.clinic.rules.response.criterion import Criterion

# Fields of a visit that its table shows.
USED = (
    "targets",
    "total",
    "missing",
    "non_target",
    "new",
    "target",
    "overall",
    "matrix_row",
    "clause",
    "baseline",
    "nadir",
    "nadir_visit",
    "after_pd",
)


def words(codes: Array, spelled: tuple[str, ...]) -> pa.DictionaryArray:
    """Codes as a dictionary column of their words; null where the word is empty."""
    codes = codes.astype(np.int8)
    mask = None
    if spelled[0] == "":
        mask = codes == 0
    indices = pa.array(codes, pa.int8(), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(spelled, pa.string()))


def constant(text: str, length: int) -> pa.DictionaryArray:
    """One word, repeated."""
    return words(np.ones(length), ("", text))


def date_column(days: Array, missing: Array | None = None) -> pa.Array:
    """Days since 1970 as dates; null where `missing`."""
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).view(pa.date32())


def sizes(values: Array, scale: int, missing: Array) -> pa.Array:
    """Integer sums in the criterion's unit; null where `missing`."""
    return pa.array(values / scale, pa.float64(), mask=missing)


def percent_change(now: Array, before: Array, missing: Array) -> pa.Array:
    """Change in percent; null where `missing` or where it is undefined."""
    undefined = missing | (before <= 0)
    safe = np.where(undefined, 1, before)
    return pa.array(100 * (now - before) / safe, pa.float64(), mask=undefined)


def labels_at(labels: pa.Array, codes: Array) -> pa.DictionaryArray:
    """Lesion labels by code; null where the code is negative."""
    indices = pa.array(codes.astype(np.int32), pa.int32(), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, labels)


def deciding_lesion(stretch: Stretch, visit: Array, clause: Array) -> Array:
    """Code of the lesion that a clause names, NO_SIZE where it names none."""
    patient = stretch.visit_patient[visit]
    lesion = np.full(len(visit), word.NO_SIZE, np.int32)
    new = np.flatnonzero((clause >= word.NEW_LESION) & (clause <= word.NEW_LESION_STANDS))
    lesion[new] = stretch.patients["new_lesion"][patient[new]]
    of_others = (clause >= word.NON_TARGET_PROGRESSED) & (clause <= word.NON_TARGETS_NE)
    other = np.flatnonzero(of_others)
    lesion[other] = stretch.visits["non_target_lesion"][visit[other]]
    incomplete = (clause == word.TARGET_MISSING) | (clause == word.TARGETS_GROWN_IN_PART)
    missing = np.flatnonzero(incomplete)
    lesion[missing] = stretch.visits["missing_lesion"][visit[missing]]
    unmeasured = np.flatnonzero(clause == word.BASELINE_UNMEASURED)
    base = stretch.patients["baseline"][patient[unmeasured]]
    lesion[unmeasured] = stretch.visits["missing_lesion"][base]
    return lesion


def visit_table(stretch: Stretch, columns: LesionColumns, criterion: Criterion) -> pa.Table:
    """One row a visit after baseline: responses, sums, clause. Sentences are made elsewhere."""
    visit = stretch.after_baseline
    found = {name: stretch.visits[name][visit] for name in USED}
    patient = stretch.visit_patient[visit]
    day = stretch.visits["day"]
    new = (found["clause"] >= word.NEW_LESION) & (found["clause"] <= word.NEW_LESION_STANDS)
    seen = stretch.patients["new_seen"][patient]
    confirmed = stretch.patients["new_confirmed"][patient]
    lesion = deciding_lesion(stretch, visit, found["clause"])
    return pa.table(
        {
            "subject": columns.subjects.take(pa.array(stretch.subject[patient])),
            "date": date_column(day[visit]),
            "criterion": constant(criterion.name, len(visit)),
            "target": words(found["target"], word.RESPONSES),
            "non_target": words(found["non_target"], word.RESPONSES),
            "new_lesion": words(found["new"], word.NEW_LESIONS),
            "overall": words(found["overall"], word.RESPONSES),
            **sum_columns(found, day, criterion.scale),
            "clause": words(found["clause"], word.CLAUSES),
            "matrix_row": pa.array(found["matrix_row"], pa.int8()),
            "targets": pa.array(found["targets"], pa.int16()),
            "targets_missing": pa.array(found["missing"], pa.int16()),
            "lesion": labels_at(columns.lesions, lesion),
            "first_seen_date": date_column(day[seen], ~new),
            "confirmed_date": date_column(day[confirmed], ~new),
            "complete": pa.array((found["missing"] == 0) & (found["targets"] > 0)),
            "after_pd": pa.array(found["after_pd"] > 0),
        }
    )


def sum_columns(found: dict[str, Array], day: Array, scale: int) -> dict[str, pa.Array]:
    """Sum, baseline, nadir and changes of visits; the sum of a part only where it proves PD."""
    total, baseline, nadir = found["total"], found["baseline"], found["nadir"]
    measured = baseline >= 0
    proves_pd = (found["target"] == word.PD) & measured
    shown = (found["targets"] > 0) & ((found["missing"] == 0) | proves_pd)
    unknown = ~(shown & measured)
    return {
        "sum_mm": sizes(total, scale, ~shown),
        "baseline_mm": sizes(baseline, scale, ~measured),
        "nadir_mm": sizes(nadir, scale, ~measured),
        "nadir_date": date_column(day[found["nadir_visit"]], ~measured),
        "change_from_baseline_pct": percent_change(total, baseline, unknown),
        "change_from_nadir_pct": percent_change(total, nadir, unknown),
    }


def best_table(stretch: Stretch, columns: LesionColumns, plan: Plan) -> pa.Table:
    """One row a patient: best responses, the dates and the visits' own responses behind them."""
    best, day, overall = stretch.patients, stretch.visits["day"], stretch.visits["overall"]
    base = stretch.patients["baseline"]
    measurable = (base >= 0) & (stretch.visits["targets"][base] > 0)

    def dated(visit: Array) -> pa.Array:
        return date_column(day[visit], visit < 0)

    def source(visit: Array) -> pa.DictionaryArray:
        return words(np.where(visit < 0, 0, overall[visit]), word.RESPONSES)

    def response(codes: Array) -> pa.DictionaryArray:
        return words(np.where(codes == word.MISSING, plan.missing, codes), word.RESPONSES)

    return pa.table(
        {
            "subject": columns.subjects.take(pa.array(stretch.subject)),
            "criterion": constant(plan.criterion.name, len(base)),
            "bor": response(best["bor"]),
            "bor_date": dated(best["bor_visit"]),
            "cbor": response(best["cbor"]),
            "cbor_date": dated(best["cbor_visit"]),
            "bor_source": source(best["bor_visit"]),
            "cbor_source": source(best["cbor_visit"]),
            "confirmed_by_date": dated(best["confirmed_by"]),
            "baseline_date": dated(base),
            "measurable": words(np.where(measurable, 1, 2), ("", "Y", "N")),
        }
    )


def lesion_table(columns: LesionColumns, criterion: Criterion, part: slice) -> pa.Table:
    """One row a lesion row: the size that the criterion used and the state read."""
    values = row_values(columns, criterion, part, columns.sizes_mm(part))
    return pa.table(
        {
            "subject": columns.subjects.take(pa.array(columns.subject[part])),
            "date": date_column(columns.day[part]),
            "criterion": constant(criterion.name, len(values.size)),
            "lesion": columns.lesions.take(pa.array(columns.lesion[part])),
            "role": words(columns.role[part], word.ROLES),
            "value_mm": sizes(values.size, criterion.scale, values.size < 0),
            "state": words(values.state, word.STATES),
            "row": pa.array(columns.row(part), pa.int64()),
        }
    )

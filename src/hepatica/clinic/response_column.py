"""Lesion rows as integer columns, ordered by subject and date, ready for the response walk.

Here a row's words and sizes become a state and a size in micrometres (EASL: their square), once,
by the criterion; nothing further on looks at a float or a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.rules.response import word
from hepatica.clinic.rules.response.criterion import UM_PER_MM, Criterion

Array: TypeAlias = npt.NDArray[Any]
Sizes: TypeAlias = dict[str, Array]

SIZES = ("diameter_mm", "viable_mm", "short_axis_mm", "viable_perpendicular_mm")
TEXTS = ("subject", "lesion", "role", "site", "status")
MAX_MM = 1000.0

# Codes of a status, before it is read together with role and size.
BLANK, LIPIODOL, UNKNOWN = 20, 21, 22
STATUS_CODES = {
    "": BLANK,
    "absent": word.ABSENT,
    "too small": word.TOO_SMALL,
    "not evaluable": word.NOT_EVALUABLE,
    "present": word.PRESENT,
    "progressed": word.PROGRESSED,
    "confirmed": word.CONFIRMED,
    "equivocal": word.EQUIVOCAL,
    "lipiodol obscured": LIPIODOL,
}
# Codes of a site.
NO_SITE, OTHER, NODE, HILAR_NODE, LIVER = range(5)


@dataclass(frozen=True, slots=True)
class LesionColumns:
    """Codes of all rows in the order subject, date, lesion; labels are sorted, codes their rank.

    `order` gives the position in the given table of each row, None where it was in order; rows
    without subject, lesion or date are left out. `row` is the row's number at its source.
    """

    subjects: pa.Array
    lesions: pa.Array
    subject: Array
    day: Array
    lesion: Array
    role: Array
    status: Array
    site: Array
    order: Array | None
    table: pa.Table

    def sizes_mm(self, part: slice) -> Sizes:
        """Sizes of some rows in mm by column; NaN where missing."""
        return {name: self._given(name, part, np.nan) for name in SIZES}

    def row(self, part: slice) -> Array:
        """Row numbers of some rows at their source; the header is row 1 where none are given."""
        if "row" in self.table.column_names:
            return self._given("row", part, 0).astype(np.int64, copy=False)
        here = np.arange(part.start, part.stop) if self.order is None else self.order[part]
        return here + 2

    def _given(self, name: str, part: slice, missing: float) -> Array:
        column = self.table.column(name)
        if self.order is None:
            column = column.slice(part.start, part.stop - part.start)
        else:
            column = column.take(pa.array(self.order[part]))
        if column.null_count == len(column):
            return np.full(len(column), missing)
        if column.null_count:
            column = pc.fill_null(column, pa.scalar(missing, column.type))
        return np.asarray(column.to_numpy())


def read_lesion_columns(lesions: pa.Table, merge_days: int = 0) -> LesionColumns:
    """Encode and order the rows of a lesion table; `day` is that of the visit.

    A visit has the scans from its first day up to `merge_days` later.

    Raises      KeyError where a column is missing.
    """
    usable = pc.and_kleene(
        pc.and_kleene(is_given(lesions["subject"]), is_given(lesions["lesion"])),
        pc.is_valid(lesions["date"]),
    )
    kept: Array | None = None
    if not pc.all(usable).as_py() and lesions.num_rows:
        kept = np.flatnonzero(usable.to_numpy())
        full, lesions_kept = lesions, lesions.take(pa.array(kept))
    else:
        full = lesions_kept = lesions
    subject, subjects = ranked_codes(lesions_kept["subject"])
    lesion, labels = ranked_codes(lesions_kept["lesion"])
    date = lesions_kept["date"].cast(pa.date32()).cast(pa.int32())
    day = np.asarray(date.to_numpy())
    columns = [subject, day, lesion]
    for name, coded in (("role", role_code), ("status", status_code), ("site", site_code)):
        columns.append(coded_words(lesions_kept[name], coded))
    order = order_of(subject, day, lesion)
    if order is not None:
        columns = [column[order] for column in columns]
    if kept is not None:
        order = kept if order is None else kept[order]
    columns[5] = filled_site(columns[0], columns[2], columns[5])
    subject, day, lesion, role, status, site = columns
    if merge_days > 0:
        day = visit_day(subject, day, merge_days)
    return LesionColumns(subjects, labels, subject, day, lesion, role, status, site, order, full)


def is_given(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell for each text whether it is there; blanks are not."""
    if pa.types.is_dictionary(column.type):
        if not any(pc.any(pc.equal(c.dictionary, "")).as_py() for c in column.chunks):
            return pc.is_valid(column)
        column = column.cast(pa.string())
    return pc.fill_null(pc.not_equal(column, ""), False)


def ranked_codes(column: pa.ChunkedArray) -> tuple[Array, pa.Array]:
    """Codes of a text column and its labels, sorted; the code is the label's rank."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    column = column.unify_dictionaries()
    if column.num_chunks == 0:
        return np.zeros(0, np.int32), pa.array([], pa.string())
    labels = column.chunk(0).dictionary.cast(pa.string())
    indices = [np.asarray(chunk.indices.to_numpy(zero_copy_only=False)) for chunk in column.chunks]
    codes = indices[0] if len(indices) == 1 else np.concatenate(indices)
    if len(labels) > 1 and not pc.all(pc.less(labels[:-1], labels[1:])).as_py():
        ordered = pc.sort_indices(labels)
        rank = np.empty(len(labels), np.int32)
        rank[ordered.to_numpy()] = np.arange(len(labels), dtype=np.int32)
        labels = labels.take(ordered)
        codes = rank[codes]
    return codes.astype(np.int32, copy=False), labels


def coded_words(column: pa.ChunkedArray, coded: Any) -> Array:
    """Small code of each word of a text column; `coded` gives the code of one word."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    parts = []
    for chunk in column.chunks:
        table = [coded(text or "") for text in chunk.dictionary.to_pylist()]
        indices = pc.fill_null(chunk.indices, pa.scalar(len(table), chunk.indices.type))
        if len(table) == np.iinfo(np.int8).max + 1 and chunk.indices.null_count:
            indices = pc.fill_null(chunk.indices.cast(pa.int32()), len(table))
        parts.append(np.array([*table, coded("")], np.int8)[indices.to_numpy()])
    return np.concatenate(parts) if parts else np.zeros(0, np.int8)


def plain(text: str) -> str:
    """Word in lower case with single spaces, dashes and underscores read as spaces."""
    return " ".join(text.replace("_", " ").replace("-", " ").lower().split())


def role_code(text: str) -> int:
    """Code of a role; NO_ROLE for an unknown word."""
    roles = {"target": word.TARGET, "non target": word.NON_TARGET, "new": word.NEW}
    return roles.get(plain(text), word.NO_ROLE)


def status_code(text: str) -> int:
    """Code of a status; UNKNOWN for an unknown word."""
    return STATUS_CODES.get(plain(text), UNKNOWN)


def site_code(text: str) -> int:
    """Kind of a site: a node, a node at the liver hilum, the liver, another, or not given."""
    site = plain(text)
    if not site:
        return NO_SITE
    if re.search(r"\bnodes?\b", site):
        return HILAR_NODE if "porta hepatis" in site or "hepatic hilum" in site else NODE
    return LIVER if site.startswith(("liver", "segment", "intrahepatic")) else OTHER


def order_of(subject: Array, day: Array, lesion: Array) -> Array | None:
    """Positions that order the rows by subject, date and lesion; None where they are in order."""
    same = subject[1:] == subject[:-1]
    later = day[1:] > day[:-1]
    in_visit = (day[1:] == day[:-1]) & (lesion[1:] >= lesion[:-1])
    if bool(np.all((subject[1:] > subject[:-1]) | (same & (later | in_visit)))):
        return None
    return np.lexsort((lesion, day, subject))


def visit_day(subject: Array, day: Array, merge_days: int) -> Array:
    """First day of the visit of each row; rows in order of subject and day."""
    days: list[int] = []
    patient = first = -1
    for who, today in zip(subject.tolist(), day.tolist(), strict=True):
        if who != patient or today - first > merge_days:
            patient, first = who, today
        days.append(first)
    return np.array(days, day.dtype)


def filled_site(subject: Array, lesion: Array, site: Array) -> Array:
    """Site of each row; a row without one takes the first that its lesion was given."""
    blank = site == NO_SITE
    if not blank.any() or not (site > OTHER).any():
        return site
    key = subject.astype(np.int64) * (int(lesion.max()) + 1) + lesion
    known, first = np.unique(key[~blank], return_index=True)
    at = np.searchsorted(known, key[blank])
    found = (at < len(known)) & (known[np.minimum(at, len(known) - 1)] == key[blank])
    filled = site.copy()
    filled[np.flatnonzero(blank)[found]] = site[~blank][first[at[found]]]
    return filled


@dataclass(frozen=True, slots=True)
class RowValues:
    """State, size and limit of some rows under one criterion; `size` < 0 = not evaluable."""

    state: Array
    size: Array
    disease_from: Array


def row_values(
    columns: LesionColumns, criterion: Criterion, part: slice, sizes: Sizes
) -> RowValues:
    """Read role, status, site and sizes (in mm, of the same rows) of some rows together."""
    role, status, site = columns.role[part], columns.status[part], columns.site[part]
    given = measured_size(sizes, site, criterion)
    limit = disease_limit(site, criterion)
    state, size = target_state(status, given, limit, criterion)
    for kind, state_of in (
        (word.NON_TARGET, non_target_state),
        (word.NEW, new_lesion_state),
    ):
        at = np.flatnonzero(role == kind)
        if len(at):
            these = {name: column[at] for name, column in sizes.items()}
            state[at] = state_of(status[at], site[at], these, criterion)
            size[at] = given[at]
    return RowValues(state, size, limit)


def micrometres(size_mm: Array) -> Array:
    """Sizes in whole micrometres; NO_SIZE where missing, negative or over one metre."""
    good = (size_mm >= 0) & (size_mm <= MAX_MM)
    scaled: Array = np.rint(size_mm * UM_PER_MM)
    scaled[~good] = word.NO_SIZE
    return scaled.astype(np.int64)


def measured_size(sizes: Sizes, site: Array, criterion: Criterion) -> Array:
    """Size that the criterion measures; 0 as well where the whole diameter is 0."""
    along = micrometres(sizes["diameter_mm"])
    size = along if criterion.measure == "diameter" else micrometres(sizes["viable_mm"])
    if criterion.measure == "viable product":
        across = micrometres(sizes["viable_perpendicular_mm"])
        product = np.where((size > 0) & (across > 0), size * across, word.NO_SIZE)
        size = np.where(size == 0, 0, product)
        along = np.where(np.isnan(sizes["viable_mm"]), along, word.NO_SIZE)
    if criterion.node_short_axis:
        node = (site == NODE) | (site == HILAR_NODE)
        size = np.where(node, micrometres(sizes["short_axis_mm"]), size)
    return np.where((size < 0) & (along == 0), 0, size)


def disease_limit(site: Array, criterion: Criterion) -> Array:
    """Size from which a lesion is disease: any size, for nodes the criterion's short axis."""
    limits = np.ones(5, np.int64)
    limits[NODE] = max(1, round(criterion.node_mm * UM_PER_MM))
    limits[HILAR_NODE] = max(1, round(criterion.hilar_node_mm * UM_PER_MM))
    return limits[site]


def target_state(
    status: Array, given: Array, limit: Array, criterion: Criterion
) -> tuple[Array, Array]:
    """State and size of targets; a status the target cannot have makes it not evaluable.

    So does 'absent' beside a size that is disease; behind lipiodol no viable part is not 0.
    """
    by_size = (status == BLANK) | (status == LIPIODOL) | (status == word.PRESENT)
    by_size &= given >= 0
    if criterion.measure != "diameter":
        by_size &= (status != LIPIODOL) | (given > 0)
    size = np.where(by_size, given, word.NO_SIZE)
    state = np.where(by_size, word.MEASURED, word.NOT_EVALUABLE).astype(np.int8)
    absent = np.flatnonzero((status == word.ABSENT) & (given < limit))
    size[absent] = 0
    state[absent] = word.ABSENT
    small = np.flatnonzero(status == word.TOO_SMALL)
    size[small] = np.where(given[small] > 0, given[small], criterion.too_small)
    state[small] = word.TOO_SMALL
    return state, size


def non_target_state(status: Array, site: Array, sizes: Sizes, criterion: Criterion) -> Array:
    """State of non-targets; without a status a recorded size tells, without both none."""
    across = micrometres(sizes["short_axis_mm"])
    size = micrometres(sizes["diameter_mm"])
    if criterion.measure != "diameter":
        viable = micrometres(sizes["viable_mm"])
        size = np.where(viable >= 0, viable, size)
    node = (site == NODE) | (site == HILAR_NODE)
    size = np.where(node & (across >= 0), across, size)
    state = np.full(len(status), word.NOT_EVALUABLE, np.int8)
    state[(status == BLANK) & (size > 0)] = word.PRESENT
    state[(status == BLANK) & (size == 0)] = word.ABSENT
    state[(status == word.PRESENT) | (status == word.TOO_SMALL)] = word.PRESENT
    normal = node & (across >= 0) & (across < disease_limit(site, criterion))
    if criterion.measure != "diameter":
        normal |= viable == 0
    state[normal & (state == word.PRESENT)] = word.ABSENT
    for code in (word.ABSENT, word.PROGRESSED):
        state[status == code] = code
    return state


def new_lesion_state(status: Array, site: Array, sizes: Sizes, criterion: Criterion) -> Array:
    """State of new lesions; one without a known status is equivocal (and a finding)."""
    state = np.full(len(status), word.EQUIVOCAL, np.int8)
    for code in (word.CONFIRMED, word.ABSENT, word.NOT_EVALUABLE):
        state[status == code] = code
    if criterion.new_in_liver_mm > 0:
        size = micrometres(sizes["diameter_mm"])
        small = (site == LIVER) & (size >= 0) & (size < criterion.new_in_liver_mm * UM_PER_MM)
        state[small & (state == word.CONFIRMED)] = word.EQUIVOCAL
    return state

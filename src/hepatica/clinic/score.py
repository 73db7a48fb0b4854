"""The door of the clinical scores: any score over a table of patient-visits, one or a million.

The rules are SQL (`rules/score`), what they need is the catalogue. Here inputs are checked against
their plausible range, defaults are filled in, and scores that a score is made of are derived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.query import Query
from hepatica.clinic.rules.score.catalogue import Score, ScoreInput, scores
from hepatica.core.errors import UsageError

REPORTED = "_reported"
NOT_DEFINED = "not defined for these values"

_ARROW = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "code": pa.string(),
    "text": pa.string(),
    "flag": pa.bool_(),
}


# A required input: its values in use, which were refused, and why a component has none.
_Lacking = tuple[ScoreInput, pa.Array, pa.Array, pa.Array | None]


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score of every row: its outputs, the inputs that were used, and why there is no result.

    `reasons` is null where there is a result. `origins` says of each input that is a score itself
    whether it was given, derived or reported, by column.
    """

    outputs: pa.Table
    used: pa.Table
    reasons: pa.Array
    origins: dict[str, pa.Array]


def score_of(name: str) -> Score:
    """The score of that name, however it is spelled (child-pugh, Child_Pugh).

    Raises      UsageError naming the scores there are.
    """
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    if wanted not in scores():
        raise UsageError(f"score {name!r}: expected one of {', '.join(scores())}")
    return scores()[wanted]


def derive_score(name: str, given: pa.Table, query: Query | None = None) -> ScoreResult:
    """Derive a score for every row of a table, in its order.

    Parameters
    ----------
    name : str          A score of the catalogue, such as child-pugh.
    given : pa.Table    A column an input, named as the catalogue names the columns of the rule and
                        in its unit. A column that is not there, a null and a nan are missing. An
                        input that is a score itself is derived from that score's own columns where
                        it is not given, and taken from ``<column>_reported`` where it cannot be.

    query : Query       Where the rules run; one is opened and closed where none is given.

    Returns     ScoreResult. A value outside its plausible range, or a word that is no code, is
                refused: it counts as missing and the reason says so.
    Raises      UsageError for a score that is not known.
    """
    if query is None:
        with Query() as own:
            return derive_score(name, given, own)
    score = score_of(name)
    used: dict[str, pa.Array] = {}
    origins: dict[str, pa.Array] = {}
    lacking: list[_Lacking] = []
    for one in score.inputs:
        values = _column(one, given)
        kept = _plausible(one, values)
        refused = pc.and_(pc.is_valid(values), pc.is_null(kept))
        detail: pa.Array | None = None
        if one.variable.score:
            kept, origins[one.column], detail = _component(one, kept, given, query)
        if one.default is not None:
            kept = pc.coalesce(kept, pa.scalar(one.default, _ARROW[one.variable.kind]))
        used[one.column] = kept
        if one.required:
            lacking.append((one, kept, refused, detail))
    table = pa.table(used)
    outputs = _run(score, table, query)
    reasons = _reasons(outputs[score.main.column].combine_chunks(), lacking)
    return ScoreResult(outputs, table, reasons, origins)


def _run(score: Score, used: pa.Table, query: Query) -> pa.Table:
    numbers = pa.array(np.arange(used.num_rows), pa.int64())
    query.write("score_input", used.append_column("row_id", numbers))
    found = query.run("score_output", score.rule())
    if not found["row_id"].combine_chunks().equals(numbers):
        found = found.sort_by("row_id")
    assert found.num_rows == used.num_rows, score.id
    schema = pa.schema([pa.field(o.column, _ARROW[o.kind]) for o in score.outputs])
    return found.select(schema.names).cast(schema)


def _column(one: ScoreInput, given: pa.Table) -> pa.Array:
    kind = _ARROW[one.variable.kind]
    if one.column not in given.column_names:
        return pa.nulls(given.num_rows, kind)
    values = given[one.column].combine_chunks()
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    return values.cast(kind)


def _plausible(one: ScoreInput, values: pa.Array) -> pa.Array:
    nothing = pa.scalar(None, values.type)
    if one.variable.codes:
        good = pc.is_in(values, value_set=pa.array(one.variable.codes, values.type))
        return pc.if_else(good, values, nothing)
    low, high = limits(one)
    if low is not None:
        values = pc.if_else(pc.greater_equal(values, low), values, nothing)
    if high is not None:
        values = pc.if_else(pc.less_equal(values, high), values, nothing)
    return values


def limits(one: ScoreInput) -> tuple[float | None, float | None]:
    """Plausible range of an input in the unit of its column."""
    low, high = one.variable.low, one.variable.high
    slack = 1 + 1e-12  # a limit converted twice is still itself
    return (
        None if low is None else low / one.scale - abs(low / one.scale) * (slack - 1),
        None if high is None else high / one.scale + abs(high / one.scale) * (slack - 1),
    )


def range_text(one: ScoreInput) -> str:
    """Plausible values of an input in words, with the unit of its column."""
    if one.variable.codes:
        return "one of " + ", ".join(one.variable.codes)
    low, high = limits(one)
    if low is None or high is None:
        return "Y or N" if one.variable.kind == "flag" else "a number"
    return f"{low:.4g} to {high:.6g} {'' if one.unit == '1' else one.unit}".rstrip()


def _component(
    one: ScoreInput, values: pa.Array, given: pa.Table, query: Query
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Values of an input that is a score itself, where each is from, and why it is missing."""
    if not values.null_count:
        given_all = pc.if_else(pc.is_valid(values), pa.scalar("given"), pa.scalar(""))
        return values, given_all, pa.nulls(len(values), pa.string())
    inner = derive_score(one.variable.score, given, query)
    derived = inner.outputs[one.variable.output].combine_chunks().cast(values.type)
    reported = _plausible(one, _column(replace(one, column=one.column + REPORTED), given))
    origin = pc.case_when(
        pc.make_struct(pc.is_valid(values), pc.is_valid(derived), pc.is_valid(reported)),
        pa.scalar("given"),
        pa.scalar("derived"),
        pa.scalar("reported"),
    )
    return pc.coalesce(values, derived, reported), origin, inner.reasons


def _reasons(main: pa.Array, lacking: list[_Lacking]) -> pa.Array:
    """Why rows have no result, as text; null where they have one."""
    nothing = pa.nulls(len(main), pa.string())
    without = pc.is_null(main)
    if not main.null_count:
        return nothing
    said = pa.nulls(main.null_count, pa.string())
    for one, *columns in lacking:
        kept, refused, detail = (None if c is None else c.filter(without) for c in columns)
        why = _why(one, kept, refused, detail)
        said = pc.coalesce(pc.binary_join_element_wise(said, why, "; "), said, why)
    return pc.replace_with_mask(nothing, without, pc.coalesce(said, pa.scalar(NOT_DEFINED)))


def _why(one: ScoreInput, kept: pa.Array, refused: pa.Array, detail: pa.Array | None) -> pa.Array:
    """Why a required input keeps a row from its result, as text; null where it does not."""
    label, nothing = one.variable.label, pa.scalar(None, pa.string())
    missing = pc.if_else(pc.is_null(kept), pa.scalar(f"{label} is missing"), nothing)
    if detail is not None:
        inner = pc.binary_join_element_wise(missing, " (", detail, ")", "")
        missing = pc.coalesce(inner, missing)
    outside = pa.scalar(f"{label} is refused: expected {range_text(one)}")
    return pc.if_else(pc.and_(refused, pc.is_null(kept)), outside, missing)

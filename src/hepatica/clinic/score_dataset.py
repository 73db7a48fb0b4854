"""ADSC: every score of every subject and day, and where it differs from what the study reported."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.dataset import datasets
from hepatica.clinic.query import Query
from hepatica.clinic.rules.score.catalogue import Score, ScoreInput, leaves, scores
from hepatica.clinic.score import NOT_DEFINED, ScoreResult, derive_score
from hepatica.clinic.score_check import check_scores
from hepatica.clinic.step import Step
from hepatica.study import Study

SECOND_SESSION = "before second session"
NOT_TOLD = "an input that the score itself can do without is missing"

_NEED = pa.schema(
    [
        ("score", pa.string()),
        ("position", pa.int64()),
        ("variable", pa.string()),
        ("instead", pa.string()),
        ("label", pa.string()),
        ("column", pa.string()),
        ("required", pa.bool_()),
        ("direct", pa.bool_()),
        ("unit", pa.string()),
        ("scale", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("settles_low", pa.float64()),
        ("settles_high", pa.float64()),
        ("carry_days", pa.int64()),
        ("occasion", pa.string()),
    ]
)

_ROW = pa.schema(
    [
        ("subject", pa.string()),
        ("date", pa.date32()),
        ("position", pa.int64()),
        ("paramcd", pa.string()),
        ("param", pa.string()),
        ("aval", pa.float64()),
        ("avalc", pa.string()),
        ("category", pa.string()),
        ("inputs", pa.string()),
        ("reason", pa.string()),
        ("src_file", pa.string()),
        ("src_sheet", pa.string()),
        ("src_row", pa.int64()),
    ]
)


def derive_scores(study: Study, query: Query) -> Step:
    """Derive every score of the catalogue that the records allow, on every day with an input.

    Returns     Step with ADSC, ADSL with the baseline scores, and the findings and deviations of
                reported scores that differ from the derived ones.
    """
    query.write("score_need", score_need_table())
    for name in ("score_value", "score_day", "score_cell"):
        query.store(name)
    rows = _rows(query.derive("score_wide"), query)
    query.write("score_row", rows)
    query.write("score_second_need", score_second_need_table())
    rows = pa.concat_tables([rows, _rows(query.derive("score_second"), query)])
    query.write("score_row", rows)
    adsc = query.derive("adsc", datasets()["ADSC"].schema())
    adsl = query.derive("adsl_score", datasets()["ADSL"].schema())
    findings, deviations = check_scores(query)
    return Step({"ADSC": adsc, "ADSL": adsl}, findings, deviations)


def _rows(wide: pa.Table, query: Query) -> pa.Table:
    found = [_score_rows(s, wide, i, query) for i, s in enumerate(scores().values())]
    return pa.concat_tables([_ROW.empty_table(), *found])


def score_second_need_table() -> pa.Table:
    """The scores that judge a second session, and at most how many days after the first."""
    chosen = [s for s in scores().values() if s.when == SECOND_SESSION]
    names, days = [s.id for s in chosen], [s.within_days for s in chosen]
    return pa.table({"score": names, "within_days": pa.array(days, pa.int64())})


def score_need_table() -> pa.Table:
    """What each score needs of the records: its own inputs, and those of the scores it is made of.

    `instead` is the reported score that may stand in for them.
    """
    rows = []
    for score in scores().values():
        if not score.study and score.when != SECOND_SESSION:
            rows += [_need(score, i, *one) for i, one in enumerate(_needs(score))]
    return pa.Table.from_pylist(rows, _NEED)


def _needs(score: Score) -> list[tuple[ScoreInput, bool, str]]:
    """Inputs of a score with whether they are its own and the reported score that may stand in."""
    found: dict[str, tuple[ScoreInput, bool, str]] = {}
    for one in score.inputs:
        own = replace(one, optional=True) if one.variable.score else one
        found[one.column] = (own, True, "")
    for one in score.inputs:
        if not one.variable.score:
            continue
        for leaf in leaves(scores()[one.variable.score]):
            known, direct, _ = found.get(leaf.column, (leaf, False, one.variable.name))
            kept = leaf if leaf.required else known
            found[leaf.column] = (
                kept,
                direct,
                "" if known.required and direct else one.variable.name,
            )
    return list(found.values())


def _need(
    score: Score, position: int, one: ScoreInput, direct: bool, instead: str
) -> dict[str, object]:
    variable = one.variable
    settles = one.settles or (None, None)
    return {
        "score": score.id,
        "position": position,
        "variable": variable.name,
        "instead": instead,
        "label": variable.label,
        "column": one.column,
        "required": one.required,
        "direct": direct and not variable.score,
        "unit": "" if variable.unit == "1" else variable.unit,
        "scale": one.scale,
        "low": variable.low,
        "high": variable.high,
        "settles_low": settles[0],
        "settles_high": settles[1],
        "carry_days": variable.carry_days,
        "occasion": score.when,
    }


def _score_rows(score: Score, wide: pa.Table, position: int, query: Query) -> pa.Table:
    own = wide.filter(pc.equal(wide["score"], score.id))
    if not own.num_rows:
        return _ROW.empty_table()
    result = derive_score(score.id, own, query)
    shared = {name: own[name] for name in ("subject", "date", "src_file", "src_sheet", "src_row")}
    shared["inputs"] = _inputs(score, own["inputs"].combine_chunks(), result)
    reason = _reason(own["lacking"].combine_chunks(), result)
    parts = []
    for number, parameter in enumerate(score.parameters):
        category = _word(_output(result, parameter.category))
        graded = parameter.value in ("", parameter.category)
        columns = shared | {
            "position": pa.array([10 * position + number] * own.num_rows, pa.int64()),
            "paramcd": pa.array([parameter.code] * own.num_rows),
            "param": pa.array([parameter.label] * own.num_rows),
            "aval": _output(result, parameter.value).cast(pa.float64()),
            "avalc": category if graded else pa.nulls(own.num_rows, pa.string()),
            "category": category,
            "reason": _unsaid(reason, category, _output(result, parameter.value)),
        }
        parts.append(pa.table([columns[name] for name in _ROW.names], _ROW.names).cast(_ROW))
    return pa.concat_tables(parts)


def _reason(lacking: pa.Array, result: ScoreResult) -> pa.Array:
    """Why there is no result: what the records lack, where something is missing."""
    there = pc.is_null(result.reasons)
    undefined = pc.fill_null(pc.equal(result.reasons, NOT_DEFINED), False)
    said = pc.if_else(undefined, result.reasons, pc.coalesce(lacking, result.reasons))
    return pc.if_else(there, pa.scalar(None, pa.string()), said)


def _unsaid(reason: pa.Array, category: pa.Array, value: pa.Array) -> pa.Array:
    """The reason; also where only this output of a score that has a result is missing."""
    alone = pc.and_(pc.is_null(reason), pc.and_(pc.is_null(category), pc.is_null(value)))
    return pc.if_else(alone, pa.scalar(NOT_TOLD), reason)


def _output(result: ScoreResult, column: str) -> pa.Array:
    if not column:
        return pa.nulls(result.outputs.num_rows)
    return result.outputs[column].combine_chunks()


def _word(values: pa.Array) -> pa.Array:
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, pa.scalar("Y"), pa.scalar("N"))
    return values.cast(pa.string())


def _inputs(score: Score, recorded: pa.Array, result: ScoreResult) -> pa.Array:
    """Text of the inputs used: those on record, then the scores among them with their origin."""
    said = recorded
    for one in score.inputs:
        if not one.variable.score:
            continue
        used = result.used[one.column].combine_chunks()
        if pa.types.is_floating(used.type):
            used = pc.round(used, 4)
        text = pc.binary_join_element_wise(
            pa.scalar(one.variable.label), used.cast(pa.string()), " "
        )
        origin = pc.binary_join_element_wise(text, " (", result.origins[one.column], ")", "")
        said = pc.coalesce(pc.binary_join_element_wise(said, origin, "; "), said, origin)
    return said

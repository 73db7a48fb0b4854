"""`hepatica score`: one clinical score of one patient, or of every row of a file."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.cli.columned import columned
from hepatica.cli.flat_file import FlatFile, read_flat_file
from hepatica.cli.score_input import (
    Typed,
    accepted_inputs,
    example,
    expected_text,
    input_columns,
    typed_inputs,
    typed_value,
    units_of,
)
from hepatica.clinic.rules.score.catalogue import Score, ScoreInput, ScoreVariable, scores
from hepatica.clinic.score import ScoreResult, derive_score, score_of
from hepatica.core.errors import UsageError
from hepatica.report import number

_KEPT = ("subject", "date")


def run_score(name: str, texts: Sequence[str], file: Path | None, *, as_json: bool) -> int:
    """Print a score of the inputs typed, or of every row of a file; exit code 1 where missing."""
    score = score_of(name)
    if file is not None:
        if texts:
            raise UsageError("--file and --input: give one of them")
        return _run_file(score, file, as_json=as_json)
    if not texts:
        print(json.dumps(_about(score), ensure_ascii=False) if as_json else _told_about(score))
        return 0
    typed = typed_inputs(score, texts)
    result = derive_score(score.id, pa.Table.from_pylist([input_columns(score, typed)]))
    document = _document(score, typed, result)
    print(json.dumps(document, ensure_ascii=False) if as_json else _text(score, document))
    return int(document["missing"] is not None)


def run_list(*, as_json: bool) -> None:
    """Print every score with what it needs."""
    if as_json:
        print(json.dumps({"scores": [_about(s) for s in scores().values()]}, ensure_ascii=False))
        return
    rows = [(s.id, s.title, ", ".join(_needs(s))) for s in scores().values()]
    print(columned([("score", "title", "needs"), *rows]))


def _needs(score: Score) -> list[str]:
    return [one.variable.name for one in score.inputs if one.required]


def _about(score: Score) -> dict[str, Any]:
    return {
        "score": score.id,
        "title": score.title,
        "inputs": [
            {
                "name": one.variable.name,
                "label": one.variable.label,
                "units": list(units_of(one.variable)),
                "codes": list(one.variable.codes),
                "required": one.required,
                "default": one.default,
                "derived_from": one.variable.score or None,
            }
            for one in score.inputs
        ],
        "defined": score.defined or None,
        "citations": list(score.citations),
        "rule": list(score.remarks()),
    }


def _told_about(score: Score) -> str:
    rows = [(one.variable.name, _how(one), _when(one)) for one in score.inputs]
    parts = [score.title, "", *score.remarks(), "", columned([("input", "as", ""), *rows]), ""]
    parts += [f"hepatica score {score.id} {example(score)}", ""]
    return "\n".join([*parts, *score.citations])


def _how(one: ScoreInput) -> str:
    if one.variable.kind == "flag":
        return "Y or N"
    return expected_text(one.variable).removeprefix("one of ")


def _when(one: ScoreInput) -> str:
    if one.variable.score:
        return f"derived from the inputs of {one.variable.score} where not given"
    if one.default is not None:
        return f"{_word(one.default)} where not given"
    return "may be left out" if one.optional else ""


def _document(score: Score, typed: Sequence[Typed], result: ScoreResult) -> dict[str, Any]:
    (outputs,) = result.outputs.to_pylist()
    (used,) = result.used.to_pylist()
    given = {one.variable.name for one in typed}
    inputs = [
        {
            "name": one.variable.name,
            "label": one.variable.label,
            "value": used[one.column],
            "unit": "" if one.unit == "1" else one.unit,
            "from": _origin(one, given, result),
        }
        for one in score.inputs
        if used[one.column] is not None
    ]
    return {
        "score": score.id,
        "title": score.title,
        "outputs": outputs,
        "missing": result.reasons.to_pylist()[0],
        "inputs": inputs,
        "typed": [_typed(one) for one in typed],
        "defined": score.defined or None,
        "choices": _choices(score),
        "citations": list(score.citations),
    }


def _typed(one: Typed) -> str:
    value = one.value if isinstance(one.value, (str, bool)) else _plain(one.value)
    return f"{one.variable.name} {_word(value)} {'' if one.unit == '1' else one.unit}".rstrip()


def _origin(one: ScoreInput, given: set[str], result: ScoreResult) -> str:
    if one.column in result.origins:
        return str(result.origins[one.column].to_pylist()[0])
    return "given" if one.variable.name in given else "default"


def _choices(score: Score) -> list[str]:
    """The choices of the rule's heading, and what was not confirmed, line by line."""
    lines = list(score.remarks())
    starts = [i for i, line in enumerate(lines) if line.startswith(("Choices", "Not confirmed"))]
    return [line.strip() for line in lines[starts[0] :]] if starts else []


def _text(score: Score, document: dict[str, Any]) -> str:
    lines = [score.title]
    if document["missing"] is None:
        rows = [
            (f"  {o.label}", _shown(document["outputs"][o.column], o.decimals))
            for o in score.outputs
            if document["outputs"][o.column] is not None
        ]
        lines.append(columned(rows))
    else:
        lines.append(f"  no result: {document['missing']}")
    used = [
        (f"  {one['label']}", f"{_shown(one['value'])} {one['unit']}".rstrip(), str(one["from"]))
        for one in document["inputs"]
    ]
    lines += ["", "Inputs", columned(used)] if used else []
    lines += ["", f"Defined: {score.defined}"] if score.defined else []
    return "\n".join([*lines, "", *document["choices"], "", *document["citations"]])


def _shown(value: Any, decimals: int | None = None) -> str:
    if isinstance(value, float):
        return _plain(value) if decimals is None else f"{number.rounded(value, decimals):f}"
    return str(_word(value))


def _word(value: Any) -> Any:
    return {True: "Y", False: "N"}[value] if isinstance(value, bool) else value


def _plain(value: float) -> str:
    return f"{value:.10g}"


# --- a file of patients ------------------------------------------------------------------------


def _run_file(score: Score, path: Path, *, as_json: bool) -> int:
    """Print the score of every row; a row that cannot be read stops with its place."""
    names = _file_columns(score)
    file = read_flat_file(path, (), (*_KEPT, *names))
    there = [name for name in names if name in file.columns]
    if not there:
        raise UsageError(
            f"{path}: no column of {score.id}; expected such as "
            f"{', '.join(_preferred(one) for one in score.inputs if one.required)}"
        )
    rows = [_file_row(score, file, there, i) for i in range(len(file.rows))]
    columns = list(dict.fromkeys(c for row in rows for c in row))
    table = pa.table({c: [row.get(c) for row in rows] for c in columns})
    if not columns:
        table = pa.table({"": pa.nulls(len(rows))})
    result = derive_score(score.id, table)
    _print_rows(file, score, result, as_json=as_json)
    return 0


def _file_columns(score: Score) -> dict[str, tuple[ScoreVariable, str]]:
    """Headings that are understood: the variable, with its unit behind it where it has units."""
    found = {}
    for name, columns in accepted_inputs(score).items():
        variable = columns[0].variable
        units = units_of(variable)
        for unit in units:
            found[f"{name}_{_slug(unit)}"] = (variable, unit)
        if not variable.test or not units:
            found[name] = (variable, variable.unit)
    return found


def _preferred(one: ScoreInput) -> str:
    return (
        f"{one.variable.name}_{_slug(one.unit)}" if one.unit not in ("", "1") else one.variable.name
    )


def _slug(unit: str) -> str:
    return unit.lower().replace("^", "").replace("/", "_").replace("%", "percent").strip("_")


def _file_row(score: Score, file: FlatFile, there: Sequence[str], index: int) -> dict[str, Any]:
    names = _file_columns(score)
    typed: list[Typed] = []
    for name in there:
        value = file.columns[name][index]
        if value is None or value != value or str(value).strip() == "":  # noqa: PLR0124 - nan
            continue
        variable, unit = names[name]
        place = f"{file.path}:{file.rows[index]} [{name}]"
        if any(one.variable is variable for one in typed):
            raise UsageError(f"{place}: {variable.name} is given twice")
        try:
            typed.append(typed_value(variable, str(value).strip(), unit))
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from error
    return input_columns(score, typed)


def _print_rows(file: FlatFile, score: Score, result: ScoreResult, *, as_json: bool) -> None:
    kept = {name: file.texts(name) for name in _KEPT if name in file.columns}
    rows = []
    for i, outputs in enumerate(result.outputs.to_pylist()):
        row = {"row": file.rows[i]} | {name: texts[i] for name, texts in kept.items()}
        rows.append(row | outputs | {"missing": result.reasons[i].as_py()})
    if as_json:
        print(json.dumps({"score": score.id, "rows": rows}, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, rows[0] if rows else ["row"], lineterminator="\n")
    writer.writeheader()
    decimals = {o.column: o.decimals for o in score.outputs}
    for row in rows:
        writer.writerow(
            {k: "" if v is None else _shown(v, decimals.get(k, 0)) for k, v in row.items()}
        )

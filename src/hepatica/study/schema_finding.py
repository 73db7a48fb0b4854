"""Findings from what pydantic says of study.toml, in the words of somebody who writes TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.model import Study, place_of
from hepatica.study.vocabulary import suggestion

LONGEST = 60

_INSTEAD = "use [[analysis.landmark]] or [[analysis.time_dependent]], by = 'response'"

_EXPECTED = {
    "string_type": "text in quotes",
    "string_too_short": "text that is not empty",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "a capital letter, then at most 7 capital letters or digits",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2019-12-31, without quotes",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
}
_MISSING = {
    "min_sd_days": "the shortest time that counts as stable disease, such as 42",
    "cutoff": "the date of the data cutoff, such as 2019-12-31",
    "seed": "the random seed, a whole number",
}


def schema_findings(
    error: ValidationError, lines: Mapping[tuple[str | int, ...], int]
) -> list[Finding]:
    """One finding for each thing that does not fit the model, at its line."""
    details = error.errors(include_url=False)
    return [_finding(d, lines) for d in details if not _follows_from_another(d, details)]


def _follows_from_another(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    # pydantic counts only the sound items of a list, so one bad item also makes it too short.
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc and other is not detail for other in details
    )


def _finding(detail: ErrorDetails, lines: Mapping[tuple[str | int, ...], int]) -> Finding:
    code, found, expected, hint = _words(detail)
    place = place_of(lines, detail["loc"])
    return finding_of(code, place, found=found, expected=expected, hint=hint)


def _words(detail: ErrorDetails) -> tuple[str, str, str, str]:
    """Code, found, expected and hint of one schema error."""
    kind, context, loc = detail["type"], detail.get("ctx", {}), detail["loc"]
    found, key = _shown(detail["input"]), str(loc[-1]) if loc else ""
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        return "S001", found, context["expected"], suggestion(str(detail["input"]), known)
    if kind == "extra_forbidden":
        known = _sibling_keys(loc)
        expected = f"one of {', '.join(known)}"
        return "S002", f"the key {_shown(key)}", expected, suggestion(key, known)
    if kind == "missing":
        code = "S027" if key == "min_sd_days" else "S003"
        return code, "nothing", _MISSING.get(key, f"the key {key!r}"), ""
    if kind == "immortal_time":
        return "S050", found, "a column known when follow-up starts", _INSTEAD
    if kind == "shape":
        return "S015", "another shape", context["expected"], ""
    code = "S001" if kind == "unknown_word" else "S004"
    expected = context.get("expected") or _EXPECTED.get(kind, detail["msg"]).format(**context)
    return code, found, expected, context.get("hint", "") or _bracket_hint(detail)


def _bracket_hint(detail: ErrorDetails) -> str:
    if detail["type"] == "model_type" and isinstance(detail["input"], list):
        return f"write [{detail['loc'][-1]}] once, in single brackets"
    if detail["type"] == "tuple_type" and isinstance(detail["input"], dict):
        return f"write [[{detail['loc'][-1]}]], in double brackets"
    return ""


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list() | tuple():
            return f"a list of {len(value)}"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= LONGEST else value[:LONGEST] + "...")
    return str(value)[:LONGEST]


def _sibling_keys(loc: tuple[int | str, ...]) -> list[str]:
    model: Any = Study
    for part in loc[:-1]:
        if isinstance(part, str) and (inner := _inner_model(model, part)) is not None:
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner_model(model: Any, key: str) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return _model_in(field.annotation)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _model_in(inner)) is not None:
            return found
    return None

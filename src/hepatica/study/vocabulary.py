"""The closed vocabularies of study.toml (`vocabulary.toml`) and the nearest word to a slip."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

VariableKind = Literal["number", "integer", "code", "flag", "date"]


@dataclass(frozen=True, slots=True)
class Variable:
    """What an eligibility criterion may ask about; `codes` holds every value there is."""

    name: str
    label: str
    kind: VariableKind
    units: tuple[str, ...] = ()
    codes: tuple[str | int, ...] = ()
    timed: bool = False
    low: float | None = None
    high: float | None = None
    criterion: str = ""
    negation: str = "no"


@dataclass(frozen=True, slots=True)
class AnalysisVariable:
    """A column of ADSL that an analysis may name."""

    name: str
    label: str
    kind: Literal["number", "code"]
    unit: str = ""


def words(vocabulary: str) -> tuple[str, ...]:
    """The words of one vocabulary, such as 'origin'; KeyError where there is no such vocabulary."""
    return tuple(_document()["words"][vocabulary])


def vocabularies() -> tuple[str, ...]:
    """Names of the vocabularies, in the order of the file."""
    return tuple(_document()["words"])


def meaning(name: str) -> frozenset[str]:
    """The words that share a meaning, such as 'origin_before_enrolment'."""
    return frozenset(_document()["meaning"][name])


@cache
def variables() -> dict[str, Variable]:
    """Every variable of the eligibility language, by name."""
    return {name: _variable(name, entry) for name, entry in _document()["variable"].items()}


@cache
def analysis_variables() -> dict[str, AnalysisVariable]:
    """Every ADSL column an analysis may name, by name."""
    return {name: AnalysisVariable(name, **entry) for name, entry in _document()["adsl"].items()}


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint such as "did you mean 'death'?", or '' where nothing known is near."""
    by_fold = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f"did you mean {by_fold[near[0]]!r}?" if near else ""


def unknown_word(word: str, known: Iterable[str]) -> PydanticCustomError:
    """The validation error of a word outside its vocabulary, with the nearest word."""
    known = tuple(known)
    return PydanticCustomError(
        "unknown_word",
        "unknown word",
        {"expected": _one_of(known), "hint": suggestion(word, known)},
    )


def Word(vocabulary: str) -> AfterValidator:
    """Annotation of a text that must be a word of the vocabulary."""

    def check_word(word: str) -> str:
        known = words(vocabulary)
        if word not in known:
            raise unknown_word(word, known)
        return word

    return AfterValidator(check_word)


def check_adsl_column(name: str) -> str:
    """Pass the name of an ADSL column; a validation error with a suggestion otherwise."""
    if name not in analysis_variables():
        raise unknown_word(name, analysis_variables())
    return name


def check_baseline_column(name: str) -> str:
    """Pass an ADSL column known when follow-up starts; refuse groups that the follow-up makes.

    Best response and the like are known only later: who responds lived long enough to respond, so
    survival grouped by them holds time in which nobody of the group could die.
    """
    if name.upper() in meaning("known_only_later"):
        raise PydanticCustomError("immortal_time", "grouped by the future", {"name": name})
    return check_adsl_column(name)


def _one_of(known: tuple[str, ...]) -> str:
    quoted = [repr(word) for word in known]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


def _variable(name: str, entry: dict[str, Any]) -> Variable:
    fields: dict[str, Any] = dict(entry)
    fields.update({key: tuple(entry.get(key, ())) for key in ("units", "codes")})
    return Variable(name=name, **fields)


@cache
def _document() -> dict[str, Any]:
    text = files("hepatica.study").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

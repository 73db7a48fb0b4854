"""The catalogue of the clinical scores (`scores.toml`): variables, inputs, outputs, citations.

A rule is the SQL file of the score's name. It reads one table, `score_input`, with `row_id` and a
column an input in the unit the catalogue states, and gives `row_id` with its output columns.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from hepatica.core.citation import citation
from hepatica.core.unit import factor_of

VariableKind = Literal["number", "integer", "code", "flag"]
OutputKind = Literal["number", "integer", "text", "flag"]
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class ScoreVariable:
    """One thing a score may ask for, with its plausible range in `unit`.

    `score` and `output` name the score whose output it is, '' for a value on record.
    `carry_days` is for how many days a value stands for a later day; None where it never changes.
    """

    name: str
    label: str
    kind: VariableKind
    unit: str = ""
    test: str = ""
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    carry_days: int | None = 0
    score: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """A variable as one rule reads it: its column and unit, and what holds where it is not given.

    `settles` are the limits up to which, and from which on, a reported "<" or ">" is enough.
    """

    variable: ScoreVariable
    column: str
    unit: str = ""
    default: Value | None = None
    optional: bool = False
    settles: tuple[float, ...] = ()

    @property
    def required(self) -> bool:
        """Whether there is no result without it."""
        return self.default is None and not self.optional

    @property
    def scale(self) -> float:
        """Units of the variable in one unit of the column: 17.104 for bilirubin in mg/dL."""
        if not self.variable.test:
            return 1.0
        factor = factor_of(self.variable.test, self.unit)
        assert factor is not None and not factor.shift, (self.variable.name, self.unit)
        return factor.scale


@dataclass(frozen=True, slots=True)
class ScoreOutput:
    """One column that a rule gives; `optional` where it may be missing beside a result.

    `codes` are the words it may be, from best to worst or in their natural order.
    """

    column: str
    label: str
    kind: OutputKind
    decimals: int = 0
    codes: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ScoreParameter:
    """One parameter of ADSC: the output that is AVAL and the one that is AVALCAT1, '' for none."""

    code: str
    label: str
    value: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One score of the catalogue."""

    id: str
    title: str
    keys: tuple[str, ...]
    inputs: tuple[ScoreInput, ...]
    outputs: tuple[ScoreOutput, ...]
    parameters: tuple[ScoreParameter, ...]
    defined: str = ""
    when: str = ""
    within_days: int | None = None
    study: str = ""

    @property
    def main(self) -> ScoreOutput:
        """The output without which there is no result."""
        return self.outputs[0]

    @property
    def citations(self) -> tuple[str, ...]:
        """The works behind the rule, as text."""
        return tuple(str(citation(key)) for key in self.keys)

    def output(self, column: str) -> ScoreOutput:
        """The output of that column; StopIteration where there is none."""
        return next(one for one in self.outputs if one.column == column)

    def rule(self) -> str:
        """SQL of the rule."""
        name = f"{self.id.replace('-', '_')}.sql"
        return files("hepatica.clinic.rules.score").joinpath(name).read_text("utf-8")

    def remarks(self) -> tuple[str, ...]:
        """Paragraphs of the rule's heading: the table, the choices, what was not confirmed."""
        lines = []
        for line in self.rule().splitlines():
            if not line.startswith("--"):
                break
            lines.append(line[3:] if line.startswith("-- ") else "")
        return tuple(lines)


@cache
def score_variables() -> dict[str, ScoreVariable]:
    """Every variable by name, in the order of the file."""
    found = {}
    for name, block in _document()["variable"].items():
        entry = {**block, "codes": tuple(block.get("codes", ()))}
        if entry.get("carry_days") == "always":
            entry["carry_days"] = None
        found[name] = ScoreVariable(name=name, **entry)
    return found


@cache
def scores() -> dict[str, Score]:
    """Every score by id, in the order of the file: a score stands after those it is made of."""
    return {name: _score(name, block) for name, block in _document()["score"].items()}


def leaves(score: Score) -> tuple[ScoreInput, ...]:
    """The inputs of a score and of the scores it is made of, those scores' outputs left out."""
    found: list[ScoreInput] = []
    for given in score.inputs:
        if given.variable.score:
            found += leaves(scores()[given.variable.score])
        else:
            found.append(given)
    return tuple(dict.fromkeys(found))


def _score(name: str, block: dict[str, Any]) -> Score:
    variables = score_variables()
    return Score(
        id=name,
        title=block["title"],
        keys=tuple(block["citation"]),
        inputs=tuple(
            ScoreInput(
                **{**one, "variable": variables[one["variable"]]},
            )
            for one in map(_tuples, block["inputs"])
        ),
        outputs=tuple(
            ScoreOutput(**{**one, "codes": tuple(one.get("codes", ()))}) for one in block["outputs"]
        ),
        parameters=tuple(
            ScoreParameter(p["code"], p["label"], p.get("value", ""), p.get("class", ""))
            for p in block["parameters"]
        ),
        defined=block.get("defined", ""),
        when=block.get("when", ""),
        within_days=block.get("within_days"),
        study=block.get("study", ""),
    )


def _tuples(block: dict[str, Any]) -> dict[str, Any]:
    return {**block, "settles": tuple(block.get("settles", ()))}


@cache
def _document() -> dict[str, Any]:
    text = files("hepatica.clinic.rules.score").joinpath("scores.toml").read_text("utf-8")
    return tomllib.loads(text)

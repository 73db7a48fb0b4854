"""The analysis datasets: their declared variables (`adam.toml`) and the set of them all."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa

from hepatica.core.finding import Finding

_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of an analysis dataset; `derivation` says in a phrase where it comes from."""

    name: str
    type: str
    label: str
    derivation: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A declared analysis dataset; `keys` are the variables that make a row unique."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    keys: tuple[str, ...] = ()

    @property
    def structure(self) -> str:
        """Class of ADaM that the dataset has by its name and variables."""
        names = {variable.name for variable in self.variables}
        if self.name == "ADSL":
            return "SUBJECT LEVEL ANALYSIS DATASET"
        if {"PARAMCD", "AVAL"} <= names or {"PARAMCD", "AVALC"} <= names:
            return "BASIC DATA STRUCTURE"
        if any(name.endswith(("TERM", "DECOD")) for name in names):
            return "OCCURRENCE DATA STRUCTURE"
        return "ADAM OTHER"

    def schema(self) -> pa.Schema:
        """Arrow schema in the declared order."""
        return pa.schema([pa.field(v.name, _ARROW[v.type]) for v in self.variables])


@cache
def datasets() -> dict[str, Dataset]:
    """Every declared analysis dataset by name, in the order of the file."""
    text = files("hepatica.clinic").joinpath("adam.toml").read_text(encoding="utf-8")
    return {
        name: Dataset(
            name,
            block["label"],
            tuple(
                Variable(v["name"], v["type"], v["label"], v["from"]) for v in block["variables"]
            ),
            tuple(block.get("keys", ())),
        )
        for name, block in tomllib.loads(text).items()
    }


@dataclass(frozen=True, slots=True)
class Adam:
    """The derived analysis datasets of one study, by name, with what was found on the way."""

    tables: Mapping[str, pa.Table]
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]

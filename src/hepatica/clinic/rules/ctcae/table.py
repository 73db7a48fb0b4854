"""The data of CTCAE as tables in the form in which `grade.sql` reads them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import StringIO

import pyarrow as pa

VERSIONS = ("4.03", "5.0")
NUMBER = pa.decimal128(10, 3)


@dataclass(frozen=True, slots=True)
class Term:
    """A CTCAE term: `kind` is lab, vital or clinical; `grades` are those it can have.

    `test` is the laboratory or vital test it grades, '' for a clinical term; `source` says how
    the row was confirmed.
    """

    version: str
    term: str
    meddra_code: str
    test: str
    kind: str
    unit: str
    direction: str
    grades: tuple[int, ...]
    source: str


def grade_text() -> str:
    """The SELECT that grades values, `grade.sql`."""
    return _read("grade.sql")


@cache
def terms() -> tuple[Term, ...]:
    """Every term of both versions, in the order of the file."""
    return tuple(
        Term(**{**row, "grades": tuple(int(g) for g in row["grades"])})  # type: ignore[arg-type]
        for row in _rows("terms.csv")
    )


@cache
def term_of(version: str) -> dict[str, Term]:
    """Terms of a version by name in lower case."""
    return {t.term.lower(): t for t in terms() if t.version == version}


@cache
def other_names(*, no_term: bool = False) -> dict[str, tuple[str, ...]]:
    """Other names, in lower case, with the terms of CTCAE that they stand for.

    Several terms where the name joins them; none where CTCAE has nothing for it. With `no_term`
    only names under which CTCAE knows no event (melena), not mere spellings.
    """
    return {
        row["name"].lower(): tuple(t for t in row["terms"].split("; ") if t)
        for row in _rows("names.csv")
        if row["kind"] == "no term" or not no_term
    }


def name_table(version: str) -> pa.Table:
    """Every known name of an event in lower case with its term; '' where CTCAE has none."""
    pairs = [(name, term.term) for name, term in term_of(version).items()]
    pairs += [(name, term) for name, found in other_names().items() for term in found or ("",)]
    return pa.table({"name": [name for name, _ in pairs], "term": [term for _, term in pairs]})


def rule_text(version: str, term: str, grade: int) -> str:
    """The clauses of a grade as a sentence, from the comparisons that decide it; '' where none."""
    clauses: dict[str, list[dict[str, str]]] = {}
    for row in _rows("atoms.csv"):
        if (row["version"], row["term"], row["grade"]) == (version, term, str(grade)):
            clauses.setdefault(row["clause"], []).append(row)
    return "; or ".join(_clause_text(rows) for rows in clauses.values())


def _clause_text(rows: Sequence[dict[str, str]]) -> str:
    own = [row for row in rows if row["role"] != "implied"]
    units = list(dict.fromkeys(row["unit"] for row in own if row["unit"])) or [""]
    texts = [
        " and ".join(_atom_text(row) for row in own if row["unit"] in ("", unit)) for unit in units
    ]
    return " / ".join(texts) + (" (where on record)" if own[0]["role"] == "clinical" else "")


def _atom_text(row: dict[str, str]) -> str:
    names = {"AVAL": "", "BASE": "baseline "}
    left = names.get(row["left_side"], f"{row['left_side']} ")
    times = {"": "", "BL": " x baseline"}.get(row["multiplied_by"], f" x {row['multiplied_by']}")
    unit = f" {row['unit']}" if row["unit"] not in ("", "1") else ""
    return f"{left}{row['comparator']} {row['number'] or row['word']}{times}{unit}"


def atom_sources(version: str, term: str) -> tuple[str, ...]:
    """How the rules of a term were confirmed, each word once."""
    rows = _rows("atoms.csv")
    own = [r["source"] for r in rows if (r["version"], r["term"]) == (version, term)]
    return tuple(dict.fromkeys(own))


def atom_table() -> pa.Table:
    """Every comparison of every grade, one row each; numbers are decimal."""
    rows = _rows("atoms.csv")
    columns = {
        name: pa.array([row[name] for row in rows], pa.string())
        for name in ("version", "term", "left_side", "comparator", "multiplied_by", "word", "unit")
    }
    columns |= {name: pa.array([row[name] for row in rows]) for name in ("role", "source")}
    columns |= {
        name: pa.array([int(row[name]) for row in rows], pa.int32()) for name in ("grade", "clause")
    }
    numbers = [Decimal(row["number"]) if row["number"] else None for row in rows]
    return pa.table(columns | {"number": pa.array(numbers, NUMBER)})


def term_table() -> pa.Table:
    """Terms that grade a laboratory result or a vital sign."""
    graded = [t for t in terms() if t.test]
    names = ("version", "term", "test", "kind", "direction")
    return pa.table({n: pa.array([getattr(t, n) for t in graded], pa.string()) for n in names})


def fact_table() -> pa.Table:
    """What a rule may ask besides the value, with the words for a reason."""
    rows = _rows("facts.csv")
    return pa.table({n: [row[n] for row in rows] for n in ("name", "label")})


@cache
def printed_units() -> dict[str, tuple[str, ...]]:
    """Units in which CTCAE prints the thresholds of each test."""
    of_test = {(t.version, t.term): t.test for t in terms()}
    found: dict[str, dict[str, None]] = {}
    for row in _rows("atoms.csv"):
        if row["unit"]:
            found.setdefault(of_test[row["version"], row["term"]], {})[row["unit"]] = None
    return {test: tuple(units) for test, units in found.items()}


def choice_table(versions: Sequence[str]) -> pa.Table:
    """The version to grade by, as `grade.sql` reads it."""
    return pa.table({"version": pa.array(versions, pa.string())})


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(StringIO(_read(name))))


def _read(name: str) -> str:
    return files("hepatica.clinic").joinpath("rules", "ctcae", name).read_text("utf-8")

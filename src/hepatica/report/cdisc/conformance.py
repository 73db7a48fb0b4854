"""Conformance of analysis datasets with our own rules for their structure, run on DuckDB.

A rule that found nothing to be run on is not applicable, and said to be; where no rule ran at
all that is a finding of its own, never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from hepatica.clinic.dataset import Dataset, datasets
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.cdisc.rule import STUDY, Rule, rules
from hepatica.report.cdisc.submission import Submission

# Violations of one rule in one dataset told one by one; the others are counted.
MOST_EACH = 100

_SERIES = ("USUBJID", "PARAMCD", "PARCAT1", "PARCAT2", "LESID", "REGION")


@dataclass(frozen=True, slots=True)
class Violation:
    """A row of a dataset that breaks a rule; `row` is None where the dataset itself does."""

    rule: Rule
    dataset: str
    row: int | None
    subject: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    """What ran and what came of it: rules by id, and every violation."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def run(self) -> int:
        """Number of rules that ran on a dataset at least."""
        return len(self.passed) + len(self.failed)

    @property
    def sound(self) -> bool:
        """Whether rules ran and none of level error failed."""
        return self.run > 0 and not any(v.rule.level == "error" for v in self.violations)

    @property
    def summary(self) -> str:
        """The counts as a sentence."""
        if not self.run:
            return "Conformance: no rule ran."
        return (
            f"Conformance: {self.run} rules run, {len(self.passed)} passed, "
            f"{len(self.failed)} failed, {len(self.not_applicable)} not applicable."
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Each violation as a finding; one of its own where no rule ran."""
        if not self.run:
            expected = "rules to run; a check of nothing proves nothing"
            return (finding_of("A022", Place("adam"), found="no rule ran", expected=expected),)
        return tuple(_findings(self.violations))


def check_conformance(submitted: Submission, chosen: Sequence[Rule] | None = None) -> Conformance:
    """Run the rules, all of them or those chosen, on the datasets of a submission."""
    given, tables = submitted.declared, submitted.tables
    wanted = rules() if chosen is None else chosen
    found: list[Violation] = []
    ran: set[str] = set()
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET enable_external_access = false")
        _register_study(connection, given, tables)
        for rule in (rule for rule in wanted if rule.scope == STUDY and given):
            found += _run(connection, rule)
            ran.add(rule.id)
        for name, dataset in given.items():
            applying = [rule for rule in wanted if rule.scope != STUDY and rule.applies_to(dataset)]
            if not tables[name].num_rows or not applying:
                continue
            _register(connection, dataset, tables[name])
            for rule in applying:
                found += _run(connection, rule, dataset, tables[name])
                ran.add(rule.id)
    return _counted(wanted, ran, found)


def _counted(wanted: Sequence[Rule], ran: set[str], found: list[Violation]) -> Conformance:
    broken = {violation.rule.id for violation in found}
    return Conformance(
        passed=tuple(rule.id for rule in wanted if rule.id in ran - broken),
        failed=tuple(rule.id for rule in wanted if rule.id in broken),
        not_applicable=tuple(rule.id for rule in wanted if rule.id not in ran),
        violations=tuple(found),
    )


def _register_study(
    connection: duckdb.DuckDBPyConnection,
    given: Mapping[str, Dataset],
    tables: Mapping[str, pa.Table],
) -> None:
    """Tables that every rule can read: the variables declared, ADSL and ADRS."""
    rows = [
        {
            "dataset": dataset.name,
            "dataset_label": dataset.label,
            "name": variable.name,
            "type": variable.type,
            "label": variable.label,
        }
        for dataset in given.values()
        for variable in dataset.variables
    ]
    names = ("dataset", "dataset_label", "name", "type", "label")
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    connection.register("variable", pa.Table.from_pylist(rows, schema))
    for name in ("ADSL", "ADRS"):
        declared = given[name] if name in given else datasets()[name]
        table = tables[name] if name in given else declared.schema().empty_table()
        connection.register(name.lower(), table)


def _register(connection: duckdb.DuckDBPyConnection, dataset: Dataset, table: pa.Table) -> None:
    """Make the dataset known as `d`, with its row numbers, keys and parameters."""
    numbered = table.append_column("row", pa.array(range(1, table.num_rows + 1), pa.int64()))
    keys = dataset.keys if set(dataset.keys) <= set(table.column_names) else ()
    numbered = numbered.append_column("row_key", _joined(table, keys))
    series = [name for name in _SERIES if name in table.column_names]
    numbered = numbered.append_column("same_parameter", _joined(table, series))
    connection.register("_d", numbered)
    connection.execute("CREATE OR REPLACE TEMP TABLE d AS SELECT * FROM _d")
    texts = [v.name for v in dataset.variables if v.type == "text"]
    values = [
        pa.table(
            {"row": numbered["row"], "variable": [name] * table.num_rows, "value": table[name]}
        )
        for name in texts
    ]
    connection.register("_text", pa.concat_tables(values) if values else _NO_TEXT)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE text_value AS SELECT * FROM _text WHERE value IS NOT NULL"
    )
    connection.register("dataset", pa.table({"name": [dataset.name]}))


_NO_TEXT = pa.table(
    {
        "row": pa.array([], pa.int64()),
        "variable": pa.array([], pa.string()),
        "value": pa.array([], pa.string()),
    }
)


def _joined(table: pa.Table, names: Iterable[str]) -> pa.Array:
    """The values of some variables as one text a row; null where there are no variables."""
    columns = [table[name].to_pylist() for name in names]
    if not columns:
        return pa.nulls(table.num_rows, pa.string())
    return pa.array([repr(row) for row in zip(*columns, strict=True)], pa.string())


def _run(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    dataset: Dataset | None = None,
    table: pa.Table | None = None,
) -> list[Violation]:
    found = [
        Violation(
            rule,
            row["dataset"] if dataset is None else dataset.name,
            row.get("row"),
            _subject(table, row.get("row")),
            (row["variable"],) if row.get("variable") else rule.needs,
        )
        for row in _rows(connection, rule.check)
    ]
    return sorted(found, key=lambda v: (v.dataset, v.row or 0, v.variables))


def _rows(connection: duckdb.DuckDBPyConnection, text: str) -> list[dict[str, Any]]:
    # `execute`, as `connection.sql(text)` would parse and bind the SELECT twice.
    found = connection.execute(text)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _subject(table: pa.Table | None, row: int | None) -> str:
    """Subject of a row, by its number from 1; '' where there is none."""
    if table is None or row is None:
        return ""
    name = next((n for n in ("SUBJID", "USUBJID") if n in table.column_names), None)
    return (table[name][row - 1].as_py() or "") if name else ""


def _findings(violations: Sequence[Violation]) -> Iterable[Finding]:
    grouped: dict[tuple[str, str], list[Violation]] = {}
    for violation in violations:
        grouped.setdefault((violation.rule.id, violation.dataset), []).append(violation)
    for listed in grouped.values():
        rest = len(listed) - MOST_EACH
        for index, one in enumerate(listed[:MOST_EACH], 1):
            more = f", and {rest} more such rows" if rest > 0 and index == MOST_EACH else ""
            yield finding_of(
                "A020" if one.rule.level == "error" else "A021",
                Place(one.dataset, row=one.row, column=", ".join(one.variables)),
                found=f"a breach of {one.rule.id}{more}",
                expected=one.rule.sentence.rstrip("."),
                subject=one.subject,
            )

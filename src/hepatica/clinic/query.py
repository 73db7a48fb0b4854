"""Derivations run as plain SELECTs: one file a derived table, on DuckDB, embedded.

The files under `derive/` read top to bottom. What the protocol chooses reaches them as tables of
its own (`protocol`, `study_procedure`, `endpoint`), never as text pasted into SQL.
"""

from __future__ import annotations

import re
from importlib.resources import files

import duckdb
import pyarrow as pa


class Query:
    """A DuckDB connection that holds the records, the protocol and what was derived so far."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET enable_external_access = false")
        self._waiting: dict[str, pa.Table] = {}

    def __enter__(self) -> Query:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, name: str, table: pa.Table) -> None:
        """Make `table` known as `name` (one of our own table names)."""
        assert name.isidentifier(), name
        # Handed to DuckDB when a SELECT first names it: many are never asked for.
        self._waiting[name] = table

    def store(self, name: str) -> None:
        """Run ``derive/<name>.sql`` and keep its rows as a table of that name, returning none."""
        self._create(name, _text(name))

    def derive(self, name: str, schema: pa.Schema | None = None) -> pa.Table:
        """Run ``derive/<name>.sql``, keep its rows as a table of that name and return them.

        With `schema` the rows are cast to it, column by column in its order.
        """
        return self.run(name, _text(name), schema)

    def run(self, name: str, text: str, schema: pa.Schema | None = None) -> pa.Table:
        """Run a SELECT of ours, such as a rule, keep its rows as the table `name`, return them."""
        # Created, then read: `connection.sql(text)` would parse and bind the SELECT twice.
        self._create(name, text)
        result = self._connection.table(name).to_arrow_table()
        if schema is not None:
            result = result.select(schema.names).cast(schema)
            self.write(name, result)
        return result

    def _create(self, name: str, text: str) -> None:
        assert name.isidentifier(), name
        for word in dict.fromkeys(re.findall(r"\w+", text)):
            if word in self._waiting:
                self._hand_over(word, self._waiting.pop(word))
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {text}')
        self._waiting.pop(name, None)

    def _hand_over(self, name: str, table: pa.Table) -> None:
        self._connection.register(f"_{name}", table)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM "_{name}"')
        self._connection.unregister(f"_{name}")


def _text(name: str) -> str:
    assert name.isidentifier(), name
    return files("hepatica.clinic").joinpath("derive", f"{name}.sql").read_text("utf-8")

"""Derivations run as plain SELECTs: one file a derived table, on DuckDB, embedded.

The files under `derive/` read top to bottom. What the protocol chooses reaches them as tables of
its own (`protocol`, `study_procedure`, `endpoint`), never as text pasted into SQL.
"""

from __future__ import annotations

from importlib.resources import files

import duckdb
import pyarrow as pa


class Query:
    """A DuckDB connection that holds the records, the protocol and what was derived so far."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET enable_external_access = false")

    def __enter__(self) -> Query:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, name: str, table: pa.Table) -> None:
        """Make `table` known as `name` (one of our own table names)."""
        assert name.isidentifier(), name
        self._connection.register(f"_{name}", table)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM "_{name}"')
        self._connection.unregister(f"_{name}")

    def store(self, name: str) -> None:
        """Run ``derive/<name>.sql`` and keep its rows as a table of that name, returning none."""
        assert name.isidentifier(), name
        text = files("hepatica.clinic").joinpath("derive", f"{name}.sql").read_text("utf-8")
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {text}')

    def derive(self, name: str, schema: pa.Schema | None = None) -> pa.Table:
        """Run ``derive/<name>.sql``, keep its rows as a table of that name and return them.

        With `schema` the rows are cast to it, column by column in its order.
        """
        text = files("hepatica.clinic").joinpath("derive", f"{name}.sql").read_text("utf-8")
        return self.run(name, text, schema)

    def run(self, name: str, text: str, schema: pa.Schema | None = None) -> pa.Table:
        """Run a SELECT of ours, such as a rule, keep its rows as the table `name`, return them."""
        result = self._connection.sql(text).to_arrow_table()
        if schema is not None:
            result = result.select(schema.names).cast(schema)
        self.write(name, result)
        return result

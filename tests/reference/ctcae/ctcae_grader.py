"""Values through the product's grading rule: `grade.sql` with its own data."""

from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from hepatica.clinic.query import Query
from hepatica.clinic.rules.ctcae import table as ctcae

NUMBER = pa.decimal128(24, 10)
ITEM = pa.schema(
    [
        ("item", pa.int64()),
        ("test", pa.string()),
        ("value", NUMBER),
        ("operator", pa.string()),
        ("printed", NUMBER),
        ("printed_unit", pa.string()),
        ("lower", NUMBER),
        ("upper", NUMBER),
        ("base", NUMBER),
        ("base_operator", pa.string()),
        ("base_upper", NUMBER),
        ("before", pa.bool_()),
    ]
)
CONDITION = pa.schema(
    [("item", pa.int64()), ("name", pa.string()), ("word", pa.string()), ("number", NUMBER)]
)


def grades(
    version: str, items: list[dict[str, object]], facts: list[dict[str, object]]
) -> dict[tuple[int, str], tuple[int | None, str | None]]:
    with Query() as query:
        query.write("ctcae_atom", ctcae.atom_table())
        query.write("ctcae_term", ctcae.term_table())
        query.write("ctcae_fact", ctcae.fact_table())
        query.write("ctcae_choice", ctcae.choice_table([version]))
        query.write("ctcae_item", pa.Table.from_pylist(items, ITEM))
        query.write("ctcae_condition", pa.Table.from_pylist(facts, CONDITION))
        rows = query.run("ctcae_grade", ctcae.grade_text()).to_pylist()
    return {(r["item"], r["term"]): (r["grade"], r["reason"]) for r in rows}


def decimal(number: Fraction | None) -> Decimal | None:
    if number is None:
        return None
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal("1e-10"))

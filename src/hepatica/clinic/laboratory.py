"""Laboratory results and vital signs with their CTCAE grades: ADLB and ADVS."""

from __future__ import annotations

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.query import Query
from hepatica.clinic.rules.ctcae.table import (
    atom_table,
    choice_table,
    fact_table,
    grade_text,
    printed_units,
    term_table,
)
from hepatica.clinic.step import Step
from hepatica.core.unit import factor_of, known_units
from hepatica.records.catalogue import catalogue
from hepatica.study import Study

# Test whose unit a derived one takes, in CTCAE's print too.
_UNIT_OF = {"CA": "CACORR"}
_DERIVED = {"CACORR": "Calcium corrected for albumin"}
_SYMPTOMS = {"absent": "N", "present": "Y"}


def derive_laboratory(study: Study, query: Query) -> Step:
    """Derive ADLB and ADVS: every result with baseline, change, indicator and CTCAE grades."""
    query.write("ctcae_atom", atom_table())
    query.write("ctcae_term", term_table())
    query.write("ctcae_fact", fact_table())
    query.write("ctcae_choice", choice_table([study.safety.grading_version]))
    symptoms = _SYMPTOMS.get(study.safety.symptoms)
    query.write("ctcae_protocol", pa.table({"symptoms": pa.array([symptoms], pa.string())}))
    query.write("printed_unit", _printed_unit_table(query))
    for name in ("lab_test", "vital_test"):
        names = {t.code: t.name for t in catalogue(f"{name}s").values()} | _DERIVED
        query.write(name, pa.table({"code": list(names), "name": list(names.values())}))
    for name in ("measurement", "pressure_pair", "ctcae_item", "ctcae_condition"):
        query.store(name)
    query.run("ctcae_grade", grade_text())
    query.store("measurement_graded")
    tables = {
        name: query.derive(name.lower(), datasets()[name].schema()) for name in ("ADLB", "ADVS")
    }
    return Step(tables)


def _printed_unit_table(query: Query) -> pa.Table:
    """Unit in which CTCAE prints the thresholds of each test, for every unit on record.

    It is the record's own where CTCAE prints that (`as_reported`), else the standard unit.
    """
    rows = []
    for pair in query.run("reported_unit", _REPORTED).to_pylist():
        test, unit = pair["test"], pair["unit"]
        printed = printed_units().get(_UNIT_OF.get(test, test), ())
        factor = factor_of(test, unit)
        if not printed or factor is None:
            continue
        standard = known_units()[test].unit
        own = factor.unit in printed and factor.unit != standard
        rows.append((test, unit, factor.unit if own else standard, own))
    names = ("test", "unit", "printed_unit", "as_reported")
    schema = pa.schema([(n, pa.bool_() if n == "as_reported" else pa.string()) for n in names])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)


_REPORTED = """
SELECT DISTINCT test, coalesce(unit, '') AS unit FROM labs WHERE test IS NOT NULL
UNION SELECT DISTINCT test, coalesce(unit, '') FROM vitals WHERE test IS NOT NULL
ORDER BY test, unit
"""

"""Time clinical scores over a registry: the door, and the rule alone, with peak memory.

    python bench/score.py [rows ...]

Made data; each measurement is a process of its own. `door` checks ranges, fills in defaults, runs
the rule and says why a row has no result; `rule` is the SQL of the same score on DuckDB over the
same table, its input already there, its result to Arrow.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import duckdb
import numpy as np
import pyarrow as pa

from hepatica.clinic.score import derive_score, score_of

SCORES = ("child-pugh", "albi", "bclc-2018", "meld-3")


def registry(rows: int) -> pa.Table:
    rng = np.random.default_rng(20150507)
    words = pa.array(["none", "mild", "moderate"])
    bilirubin, albumin = rng.lognormal(3, 0.6, rows), rng.normal(35, 5, rows)
    return pa.table(
        {
            "row_id": np.arange(rows),
            "bilirubin_umol_l": bilirubin,
            "bilirubin_mg_dl": bilirubin / 17.104,
            "albumin_g_l": albumin,
            "albumin_g_dl": albumin / 10,
            "inr": rng.uniform(0.9, 2.5, rows),
            "creatinine_mg_dl": rng.uniform(0.5, 3, rows),
            "sodium_mmol_l": rng.uniform(120, 145, rows),
            "sex": pa.array(["F", "M"]).take(pa.array(rng.integers(0, 2, rows))),
            "ascites": words.take(pa.array(rng.integers(0, 3, rows))),
            "encephalopathy": rng.integers(0, 3, rows),
            "cholestatic": np.zeros(rows, bool),
            "dialysis": np.zeros(rows, bool),
            "ecog": rng.integers(0, 4, rows),
            "lesion_number": rng.integers(1, 8, rows),
            "largest_cm": rng.uniform(0.8, 12, rows),
            "vascular_invasion": rng.random(rows) < 0.2,
            "extrahepatic_spread": rng.random(rows) < 0.1,
            "child_pugh_class": pa.array(["A", "B", "C"]).take(pa.array(rng.integers(0, 3, rows))),
            "preserved_function": pa.nulls(rows, pa.bool_()),
            "ps_is_cancer_related": np.ones(rows, bool),
            "transplant_candidate": np.zeros(rows, bool),
        }
    )


def measure(how: str, name: str, rows: int) -> None:
    table = registry(rows)
    if how == "door":
        start = time.perf_counter()
        result = derive_score(name, table)
        seconds, found = time.perf_counter() - start, result.outputs
    else:
        connection = duckdb.connect()
        connection.register("given", table)
        connection.execute("CREATE TABLE score_input AS SELECT * FROM given")
        start = time.perf_counter()
        found = connection.sql(score_of(name).rule()).to_arrow_table()
        seconds = time.perf_counter() - start
    assert found.num_rows == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<10}  {how}  {rows:>9,} rows  {seconds:6.2f} s  peak {peak:,.0f} MB", flush=True)


def run(counts: list[int]) -> None:
    for rows in counts:
        for name in SCORES:
            for how in ("door", "rule"):
                subprocess.run([sys.executable, __file__, how, name, str(rows)], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in ("door", "rule"):
        measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        run([int(text) for text in sys.argv[1:]] or [1_000_000])

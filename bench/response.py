"""Speed and memory of the response derivation beside pandas, Polars and DuckDB SQL.

Made data: patients x 8 scans x (3 targets + 1 non-target), a new lesion in one patient of ten,
a target left out in one scan of fifty. Columns are dictionary-encoded, as Parquet gives them.
Every measurement is a process of its own; wall time is the derivation only, memory the peak of
the whole process, input included.

`hepatica` derives everything the door promises (target, non-target, new lesions with back-dating,
overall, clause, lesion named, findings, BOR and CBOR); `text` starts from plain string columns;
`sql` is the whole rule as SQL windows (tests/property/response_oracle.sql), coding not counted.
pandas and Polars derive less: sums, nadir, target and overall response, unconfirmed BOR.

    python bench/response.py [patients ...]
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hepatica.clinic.response import ResponseOptions, derive_response
from hepatica.clinic.response_column import read_lesion_columns, row_values
from hepatica.clinic.rules.response.criterion import MRECIST

SCANS, TARGETS = 8, 3
ORACLE = Path(__file__).parents[1] / "tests" / "property" / "response_oracle.sql"
PEERS = ("hepatica", "text", "interpreted", "sql", "pandas", "polars")


def made_lesions(patients: int, *, text: bool = False) -> pa.Table:
    rng = np.random.default_rng(20201)
    lesions = TARGETS + 1
    kinds = np.tile(np.arange(lesions), patients * SCANS)
    subject = np.repeat(np.arange(patients, dtype=np.int32), SCANS * lesions)
    scan = np.tile(np.repeat(np.arange(SCANS), lesions), patients)
    size = np.round(rng.uniform(10, 60, patients * TARGETS), 0)
    factor = rng.choice([0.6, 0.8, 0.9, 1.0, 1.1, 1.3], size=(SCANS, patients * TARGETS))
    factor[0] = 1
    sizes = np.round(np.cumprod(factor, axis=0) * size).T.reshape(patients, TARGETS, SCANS)
    mm = np.full((patients, SCANS, lesions), np.nan)
    mm[:, :, :TARGETS] = sizes.transpose(0, 2, 1)
    status = np.zeros((patients, SCANS, lesions), np.int8)
    status[:, :, TARGETS] = rng.choice([1, 2, 3], p=[0.9, 0.08, 0.02], size=(patients, SCANS))
    status[:, 0, TARGETS] = 1
    keep = np.ones(len(subject), bool)
    keep[(kinds < TARGETS) & (scan > 0)] = (
        rng.random(patients * SCANS * TARGETS)[: ((kinds < TARGETS) & (scan > 0)).sum()]
        > 0.02 / TARGETS
    )
    new = np.flatnonzero(rng.random(patients) < 0.1).astype(np.int32)
    new_scan = rng.integers(1, SCANS, len(new))
    code = np.r_[kinds[keep], np.full(len(new), lesions)].astype(np.int8)
    subject = np.r_[subject[keep], new]
    scan = np.r_[scan[keep], new_scan]
    order = np.lexsort((code, scan, subject))
    code, subject, scan = code[order], subject[order], scan[order]
    mm = np.r_[mm.ravel()[keep], np.full(len(new), np.nan)][order]
    new_status = rng.choice([4, 5], size=len(new))
    status = np.r_[status.ravel()[keep], new_status][order].astype(np.int8)

    def words(indices: Any, spelled: list[str]) -> pa.Array:
        column = pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(spelled))
        return column.cast(pa.string()) if text else column

    # target sites: lesions 0 to 2 targets, 3 non-target, 4 new
    role = np.array([0, 0, 0, 1, 2], np.int8)[code]
    none = pa.nulls(len(code), pa.float64())
    sized = pa.array(mm, from_pandas=True)
    labels = [f"S{n:07d}" for n in range(patients)]
    statuses = ["", "present", "absent", "progressed", "confirmed", "equivocal"]
    return pa.table(
        {
            "subject": words(subject, labels),
            "date": pa.array((18262 + 56 * scan).astype(np.int32)).view(pa.date32()),
            "lesion": words(code, ["T1", "T2", "T3", "X1", "Y1"]),
            "role": words(role, ["target", "non-target", "new"]),
            "site": words(np.array([0, 0, 1, 0, 1], np.int8)[code], ["liver", "lung"]),
            "diameter_mm": sized,
            "viable_mm": sized,
            "short_axis_mm": none,
            "viable_perpendicular_mm": none,
            "status": words(status, statuses),
        }
    )


def run_hepatica(engine: str) -> Callable[[pa.Table], Any]:
    options = ResponseOptions("mRECIST", engine=engine)

    def run(lesions: pa.Table) -> Any:
        response = derive_response(lesions, options)
        return response.visit_facts["overall"].combine_chunks().value_counts().to_pylist()

    return run


def run_sql() -> Callable[[Any], Any]:
    duckdb = importlib.import_module("duckdb")

    terms = {
        "pr_part": 7,
        "pr_whole": 10,
        "pd_part": 6,
        "pd_whole": 5,
        "pd_strict": False,
        "pd_abs": 0,
        "min_sd_days": 42,
        "confirm_days": 28,
        "max_ne_between": 1,
        "max_sd_between": 0,
    }

    def run(rows_in: Any) -> Any:
        connection = duckdb.connect()
        connection.register("rows_in", rows_in)
        for statement in duckdb.extract_statements(ORACLE.read_text(encoding="utf-8")):
            used = {k: v for k, v in terms.items() if f"${k}" in statement.query}
            connection.execute(statement, used)
        return connection.sql("select overall, count(*) from visit_out group by 1").fetchall()

    return run


def coded(lesions: pa.Table) -> pa.Table:
    columns = read_lesion_columns(lesions)
    part = slice(0, len(columns.subject))
    values = row_values(columns, MRECIST, part, columns.sizes_mm(part))
    return pa.table(
        {
            "subject": columns.subject,
            "day": columns.day,
            "lesion": columns.lesion,
            "role": columns.role,
            "state": values.state,
            "size": values.size,
            "disease_from": values.disease_from,
        }
    )


def run_pandas() -> Callable[[Any], Any]:
    def run(rows: Any) -> Any:
        target = rows[rows["role"] == 1].assign(seen=lambda d: d["size"] >= 0)
        target["size"] = target["size"].clip(lower=0)
        keys = ["subject", "day"]
        visit = target.groupby(keys, sort=True).agg(total=("size", "sum"), seen=("seen", "sum"))
        visit = visit.reset_index()
        by = visit.groupby("subject", sort=False)
        visit["targets"] = by["seen"].transform("first")
        visit["baseline"] = by["total"].transform("first")
        full = visit["total"].where(visit["seen"] == visit["targets"])
        visit["nadir"] = full.groupby(visit["subject"], sort=False).cummin()
        visit["nadir"] = visit.groupby("subject", sort=False)["nadir"].ffill()
        visit["nadir"] = visit.groupby("subject", sort=False)["nadir"].shift()
        other = rows[rows["role"] == 2].groupby(keys)["state"].agg(["max", "min"]).reset_index()
        new = rows[(rows["role"] == 3) & (rows["state"] == 6)].groupby("subject")["day"].min()
        visit = visit.merge(other, on=keys, how="left")
        visit["new"] = visit["day"] >= visit["subject"].map(new)
        visit = visit[visit["nadir"].notna()]
        grown = 5 * visit["total"] >= 6 * visit["nadir"]
        missing = visit["seen"] < visit["targets"]
        gone = (visit["total"] == 0) & ~missing
        overall = np.select(
            [
                visit["new"] | grown | (visit["max"] == 5),
                missing,
                gone & (visit["max"] == 2),
                gone | (10 * visit["total"] <= 7 * visit["baseline"]),
            ],
            [5, 6, 1, 2],
            3,
        )
        visit["overall"] = overall
        visit["pd"] = visit["overall"] == 5
        before = visit.groupby("subject", sort=False)["pd"].cumsum() - visit["pd"] == 0
        return visit[before].groupby("subject", sort=False)["overall"].min().value_counts()

    return run


def run_polars() -> Callable[[Any], Any]:
    pl = importlib.import_module("polars")

    def run(rows: Any) -> Any:
        keys = ["subject", "day"]
        is_target, known = pl.col("role") == 1, pl.col("size") >= 0
        visit = (
            rows.lazy()
            .group_by(keys)
            .agg(
                total=pl.col("size").filter(is_target & known).sum(),
                seen=(is_target & known).sum(),
                other=pl.col("state").filter(pl.col("role") == 2).max(),
                new=((pl.col("role") == 3) & (pl.col("state") == 6)).any(),
            )
            .sort(keys)
            .with_columns(
                targets=pl.col("seen").first().over("subject"),
                baseline=pl.col("total").first().over("subject"),
                new=pl.col("new").cast(pl.Int8).cum_max().over("subject"),
            )
            .with_columns(
                nadir=pl.when(pl.col("seen") == pl.col("targets"))
                .then(pl.col("total"))
                .cum_min()
                .forward_fill()
                .shift()
                .over("subject"),
                missing=pl.col("seen") < pl.col("targets"),
            )
            .filter(pl.col("nadir").is_not_null())
            .with_columns(
                overall=pl.when(
                    (pl.col("new") == 1)
                    | (5 * pl.col("total") >= 6 * pl.col("nadir"))
                    | (pl.col("other") == 5)
                )
                .then(5)
                .when(pl.col("missing"))
                .then(6)
                .when((pl.col("total") == 0) & (pl.col("other") == 2))
                .then(1)
                .when(10 * pl.col("total") <= 7 * pl.col("baseline"))
                .then(2)
                .otherwise(3)
            )
            .with_columns(
                late=(pl.col("overall") == 5)
                .cast(pl.Int32)
                .cum_sum()
                .shift(fill_value=0)
                .over("subject")
            )
            .filter(pl.col("late") == 0)
            .group_by("subject")
            .agg(pl.col("overall").min())
            .collect()
        )
        return visit["overall"].value_counts()

    return run


def measured(engine: str, patients: int) -> dict[str, float]:
    """Wall seconds and peak MB of one derivation in this process."""
    lesions: Any = made_lesions(patients, text=engine == "text")
    if engine in ("hepatica", "text", "interpreted"):
        run = run_hepatica("interpreted" if engine == "interpreted" else "auto")
    else:
        lesions = coded(lesions)
        if engine == "pandas":
            lesions = lesions.to_pandas()
        elif engine == "polars":
            pl = importlib.import_module("polars")

            lesions = pl.from_arrow(lesions)
        run = {"sql": run_sql, "pandas": run_pandas, "polars": run_polars}[engine]()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.perf_counter()
    run(lesions)
    wall = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {"wall": wall, "peak": int(peak.split()[1]) / 1024}


def installed(engine: str) -> bool:
    return engine not in ("pandas", "polars") or importlib.util.find_spec(engine) is not None


def main(sizes: list[int]) -> None:
    print(f"{'engine':12} {'patients':>9} {'wall s':>8} {'peak MB':>8} {'ratio':>6}")
    walls: dict[tuple[str, int], float] = {}
    for patients in sizes:
        for engine in PEERS:
            if not installed(engine):
                print(f"{engine:12} {patients:9} skipped: {engine} is not installed")
                continue
            if engine == "interpreted" and patients > 10_000:
                continue
            call = [sys.executable, __file__, "--one", engine, str(patients)]
            done = subprocess.run(call, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{engine:12} {patients:9} failed: {done.stderr.strip()[-200:]}", flush=True)
                continue
            found = json.loads(done.stdout)
            walls[engine, patients] = found["wall"]
            ratio = found["wall"] / walls["hepatica", patients]
            print(
                f"{engine:12} {patients:9} {found['wall']:8.3f} {found['peak']:8.0f} {ratio:6.2f}",
                flush=True,
            )
    low, high = min(sizes), max(sizes)
    if high > low:
        growth = np.log(walls["hepatica", high] / walls["hepatica", low]) / np.log(high / low)
        print(f"exponent of hepatica from {low} to {high} patients: {growth:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2], int(sys.argv[3]))))
    else:
        main([int(text) for text in sys.argv[1:]] or [10_000, 100_000, 1_000_000])

"""What must hold for any patients: one result from three engines, no look into the future."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.clinic.response import ResponseOptions, derive_response
from hepatica.clinic.response_column import read_lesion_columns, row_values
from hepatica.clinic.rules.response import word
from hepatica.clinic.rules.response.compiled import numba_is_installed
from hepatica.clinic.rules.response.criterion import CRITERIA

sys.path.insert(0, str(Path(__file__).parent))
from response_data import random_lesions

ORACLE = (Path(__file__).parent / "response_oracle.sql").read_text(encoding="utf-8")
CRITERION = st.sampled_from(sorted(CRITERIA))
SEED = st.integers(0, 2**32 - 1)


def oracle(lesions: pa.Table, options: ResponseOptions) -> tuple[pa.Table, pa.Table]:
    """Visits and best responses by SQL windows, in the order of the engine's tables."""
    columns = read_lesion_columns(lesions)
    criterion = CRITERIA[options.criterion]
    part = slice(0, len(columns.subject))
    values = row_values(columns, criterion, part, columns.sizes_mm(part))
    rows_in = pa.table(
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
    terms = {
        **criterion.rule(options.pd_abs_mm)._asdict(),
        "min_sd_days": options.min_sd_days,
        "confirm_days": options.confirm_days,
        "max_ne_between": options.max_ne_between,
        "max_sd_between": int(options.accept_sd_between),
    }
    with duckdb.connect() as connection:
        connection.register("rows_in", rows_in)
        for statement in duckdb.extract_statements(ORACLE):
            used = {k: v for k, v in terms.items() if f"${k}" in statement.query}
            connection.execute(statement, used)
        visits = connection.sql("from visit_out order by subject, day").to_arrow_table()
        best = connection.sql("from best_out order by subject").to_arrow_table()
    return visits, best


def codes(column: pa.ChunkedArray, spelled: tuple[str, ...]) -> list[int]:
    return [spelled.index(text or spelled[0]) for text in column.to_pylist()]


def days(column: pa.ChunkedArray) -> list[int | None]:
    return column.cast(pa.int32()).to_pylist()


@settings(max_examples=25, deadline=None)
@given(seed=SEED, criterion=CRITERION, accept_sd=st.booleans())
def test_walk_is_the_sql_oracle(seed: int, criterion: str, accept_sd: bool) -> None:
    lesions = random_lesions(60, seed)
    options = ResponseOptions(criterion, accept_sd_between=accept_sd)
    response = derive_response(lesions, options)
    visits, best = oracle(lesions, options)
    facts = response.visit_facts
    assert days(facts["date"]) == visits["day"].to_pylist()
    for ours, theirs, spelled in (
        ("target", "target", word.RESPONSES),
        ("non_target", "non_target", word.RESPONSES),
        ("new_lesion", "new_lesion", word.NEW_LESIONS),
        ("overall", "overall", word.RESPONSES),
    ):
        assert codes(facts[ours], spelled) == visits[theirs].to_pylist(), ours
    assert facts["matrix_row"].to_pylist() == visits["matrix_row"].to_pylist()
    for ours, theirs in (("bor", "bor"), ("cbor", "cbor")):
        assert codes(response.best_facts[ours], word.RESPONSES) == best[theirs].to_pylist()
        dates = days(response.best_facts[f"{ours}_date"])
        assert dates == best[f"{theirs}_day"].to_pylist()


@pytest.mark.skipif(not numba_is_installed(), reason="the extra hepatica[scale] is not installed")
@settings(max_examples=15, deadline=None)
@given(seed=SEED, criterion=CRITERION)
def test_interpreted_is_compiled(seed: int, criterion: str) -> None:
    lesions = random_lesions(60, seed)
    plain = derive_response(lesions, ResponseOptions(criterion, engine="interpreted"))
    fast = derive_response(lesions, ResponseOptions(criterion, engine="compiled"))
    assert plain.visits.equals(fast.visits)
    assert plain.best.equals(fast.best)
    assert plain.findings == fast.findings


@settings(max_examples=15, deadline=None)
@given(seed=SEED, criterion=CRITERION)
def test_row_order_does_not_matter(seed: int, criterion: str) -> None:
    lesions = random_lesions(40, seed)
    shuffled = lesions.take(np.random.default_rng(seed).permutation(lesions.num_rows))
    ours = derive_response(lesions, ResponseOptions(criterion))
    theirs = derive_response(shuffled, ResponseOptions(criterion))
    assert ours.visits.equals(theirs.visits)
    assert ours.best.equals(theirs.best)


@settings(max_examples=15, deadline=None)
@given(seed=SEED, criterion=CRITERION, cut=st.integers(20, 300))
def test_later_scans_never_change_earlier_responses(seed: int, criterion: str, cut: int) -> None:
    """Back-dated new lesions apart: without them a visit depends on itself and earlier ones."""
    lesions = random_lesions(40, seed)
    equivocal = pc.equal(lesions["status"], "equivocal")
    lesions = lesions.filter(pc.invert(equivocal))
    early = lesions.filter(pc.less_equal(lesions["date"].cast(pa.int32()), cut))
    whole = derive_response(lesions, ResponseOptions(criterion)).visits
    part = derive_response(early, ResponseOptions(criterion)).visits
    whole = whole.filter(pc.less_equal(whole["date"].cast(pa.int32()), cut))
    columns = ["subject", "date", "target", "non_target", "new_lesion", "overall", "because"]
    assert whole.select(columns).to_pylist() == part.select(columns).to_pylist()


@settings(max_examples=15, deadline=None)
@given(seed=SEED, factor=st.sampled_from([0.5, 2.0]))
def test_scaling_all_sizes_changes_no_response(seed: int, factor: float) -> None:
    """RECIST 1.0 without its 5 mm for 'too small': only ratios count."""
    lesions = random_lesions(40, seed)
    small = pc.equal(lesions["status"], "too small")
    lesions = lesions.filter(pc.invert(small))
    larger = lesions
    for name in ("diameter_mm", "short_axis_mm"):
        at = lesions.column_names.index(name)
        larger = larger.set_column(at, name, pc.multiply(lesions[name], factor))
    ours = derive_response(lesions, ResponseOptions("RECIST1.0")).visit_facts
    theirs = derive_response(larger, ResponseOptions("RECIST1.0")).visit_facts
    for name in ("target", "overall", "matrix_row", "clause"):
        assert ours[name].equals(theirs[name])


@settings(max_examples=10, deadline=None)
@given(seed=SEED)
def test_subjects_do_not_influence_each_other(seed: int) -> None:
    lesions = random_lesions(30, seed)
    chosen = lesions.filter(pc.equal(lesions["subject"], "S000007"))
    alone = derive_response(chosen, ResponseOptions()).visits
    among = derive_response(lesions, ResponseOptions()).visits
    assert among.filter(pc.equal(among["subject"], "S000007")).to_pylist() == alone.to_pylist()

"""The door of the response engine: options, columns, documents, findings."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hepatica.clinic import response as door
from hepatica.clinic.response import (
    VISIT_FIELDS,
    ResponseOptions,
    derive_response,
    response_document,
)
from hepatica.clinic.response_check import FAULTS, SHOWN
from hepatica.clinic.rules.response.compiled import numba_is_installed
from hepatica.clinic.rules.response.criterion import CRITERIA, named_criterion
from hepatica.clinic.rules.response.overall import ROW_CLAUSE, ROW_RESPONSE
from hepatica.clinic.rules.response.word import CLAUSES
from hepatica.core.errors import UsageError

DAY = {0: date(2016, 1, 1), 1: date(2016, 3, 2), 2: date(2016, 4, 30)}


def lesion(visit: int, **given: Any) -> dict[str, Any]:
    row = {
        "subject": "007",
        "date": DAY[visit],
        "lesion": "T1",
        "role": "target",
        "site": "liver",
        "diameter_mm": None,
        "viable_mm": None,
        "short_axis_mm": None,
        "viable_perpendicular_mm": None,
        "status": "",
    }
    return row | given


def table(*rows: dict[str, Any]) -> pa.Table:
    sizes = [name for name in lesion(0) if name.endswith("_mm")]
    made = pa.Table.from_pylist(list(rows) or [lesion(0)])
    for name in sizes:
        at = made.column_names.index(name)
        made = made.set_column(at, name, made[name].cast(pa.float64()))
    return made if rows else made.slice(0, 0)


def course(*sizes: float | None) -> pa.Table:
    return table(*(lesion(v, viable_mm=s, diameter_mm=s) for v, s in enumerate(sizes)))


def codes_of(lesions: pa.Table, criterion: str = "mRECIST") -> set[str]:
    return {f.code for f in derive_response(lesions, ResponseOptions(criterion)).findings}


def test_document_is_that_of_the_command() -> None:
    document = response_document(derive_response(course(100, 50, 61), ResponseOptions()))
    assert json.loads(json.dumps(document)) == document
    (subject,) = document["subjects"]
    assert list(subject) == ["subject", "criterion", "visits", "bor", "cbor"]
    assert (subject["subject"], subject["criterion"]) == ("007", "mRECIST")
    assert (subject["bor"], subject["cbor"]) == ("PR", "SD")
    assert [list(visit) for visit in subject["visits"]] == [list(VISIT_FIELDS)] * 2
    assert subject["visits"][1] == {
        "date": "2016-04-30",
        "target": "PD",
        "non_target": None,
        "new_lesion": "N",
        "overall": "PD",
        "sum_mm": 61.0,
        "baseline_mm": 100.0,
        "nadir_mm": 50.0,
        "change_from_baseline_pct": -39.0,
        "change_from_nadir_pct": 22.0,
        "because": "PD: 61 mm is +22 % and +11 mm over the nadir of 50 mm on 2016-03-02",
    }


def test_document_calls_no_visit_not_evaluable() -> None:
    subject = response_document(derive_response(course(60.0), ResponseOptions()))["subjects"][0]
    assert (subject["visits"], subject["bor"], subject["cbor"]) == ([], "NE", "NE")


def test_document_has_null_where_there_are_no_targets() -> None:
    rows = [lesion(v, role="non-target", status="present") for v in (0, 1)]
    document = response_document(derive_response(table(*rows), ResponseOptions()))
    (visit,) = document["subjects"][0]["visits"]
    assert (visit["target"], visit["sum_mm"]) == (None, None)
    assert (visit["non_target"], visit["overall"]) == ("NON-CR/NON-PD", "NON-CR/NON-PD")


def test_change_from_a_nadir_of_zero_is_undefined() -> None:
    visits = derive_response(course(40, 0, 12), ResponseOptions()).visits.to_pylist()
    assert visits[1]["overall"] == "PD"
    assert visits[1]["change_from_nadir_pct"] is None
    assert visits[1]["change_from_baseline_pct"] == -70.0


def test_subjects_without_lesions_are_missing() -> None:
    subjects = pa.table({"subject": ["001", "007", "900"]})
    response = derive_response(course(100, 50), ResponseOptions(), subjects)
    rows = response.best.select(["subject", "bor", "cbor", "bor_date"]).to_pylist()
    assert [row["subject"] for row in rows] == ["001", "007", "900"]
    assert [row["bor"] for row in rows] == ["MISSING", "PR", "MISSING"]
    assert rows[0]["bor_date"] is None
    as_ne = derive_response(course(100), ResponseOptions(missing_as_ne=True), subjects)
    assert as_ne.best["bor"].to_pylist() == ["NE"] * 3
    assert as_ne.best["because_cbor"].to_pylist() == ["NE: no visit after baseline counts"] * 3


def test_an_empty_table_gives_empty_tables() -> None:
    response = derive_response(table(), ResponseOptions())
    assert response.visits.num_rows == response.best.num_rows == 0
    assert response.lesion_rows.num_rows == 0
    assert response_document(response) == {"subjects": []}


def test_lesion_rows_say_what_was_used() -> None:
    lesions = table(
        lesion(0, diameter_mm=60.0, viable_mm=50.0),
        lesion(1, diameter_mm=60.0, status="too small"),
        lesion(2, status="absent"),
        lesion(0, lesion="L1", site="lymph node", short_axis_mm=18.0),
    ).append_column("row", pa.array([11, 12, 13, 14]))
    rows = derive_response(lesions, ResponseOptions()).lesion_rows.to_pylist()
    assert [(r["lesion"], r["value_mm"], r["state"], r["row"]) for r in rows] == [
        ("L1", 18.0, "measured", 14),
        ("T1", 50.0, "measured", 11),
        ("T1", 5.0, "too small", 12),
        ("T1", 0.0, "absent", 13),
    ]


ENGINES = ["interpreted"] + (["compiled"] if numba_is_installed() else [])


@pytest.mark.parametrize("engine", ENGINES)
def test_stretches_do_not_show(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    rows = [
        lesion(v, subject=f"S{n}", viable_mm=50.0 - 3 * n + 4 * v) for n in range(9) for v in DAY
    ]
    whole = derive_response(table(*rows), ResponseOptions())
    monkeypatch.setattr(door, "PATIENTS_A_STRETCH", 2)
    parts = derive_response(table(*rows), ResponseOptions(engine=engine))
    assert whole.visits.equals(parts.visits)
    assert whole.best.equals(parts.best)
    assert whole.lesion_rows.equals(parts.lesion_rows)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_other_text_columns_are_read_as_text(kind: pa.DataType) -> None:
    plain = course(100, 50, 61)
    other = plain
    for name in ("subject", "lesion", "role", "site", "status"):
        at = plain.column_names.index(name)
        other = other.set_column(at, name, plain[name].cast(kind))
    subjects = pa.table({"subject": ["007", "900"]})
    ours = derive_response(plain, ResponseOptions(), subjects)
    theirs = derive_response(other, ResponseOptions(), subjects)
    assert ours.visits.equals(theirs.visits)
    assert ours.best.equals(theirs.best)


@pytest.mark.parametrize("site", ["LYMPH NODE, MEDIASTINUM", "Lymph nodes", "lymph-node"])
def test_nodes_are_known_by_the_word(site: str) -> None:
    rows = [lesion(v, site=site, diameter_mm=30.0, short_axis_mm=18.0) for v in (0, 1)]
    visits = derive_response(table(*rows), ResponseOptions("RECIST1.1")).visits
    assert visits["sum_mm"].to_pylist() == [18.0]


def test_options_are_checked() -> None:
    for wrong in (
        {"criterion": "RECIST2"},
        {"confirm_days": -1},
        {"pd_abs_mm": -5},
        {"criterion": "EASL", "pd_abs_mm": 5},
        {"engine": "fast"},
    ):
        with pytest.raises(UsageError):
            ResponseOptions(**wrong)
    with pytest.raises(UsageError, match="lacks lesion"):
        derive_response(course(1).drop_columns(["lesion"]), ResponseOptions())


def test_criteria_are_found_by_name() -> None:
    assert named_criterion("recist 1.1") is CRITERIA["RECIST1.1"]
    assert set(CRITERIA) == {"mRECIST", "RECIST1.1", "RECIST1.0", "EASL"}


def test_matrix_and_clauses_fit_together() -> None:
    assert len(ROW_RESPONSE) == len(ROW_CLAUSE) == 18
    assert len(set(CLAUSES)) == len(CLAUSES)


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("L001", [lesion(0, viable_mm=50.0), lesion(1, lesion=None, viable_mm=50.0)]),
        ("L001", [lesion(0, viable_mm=50.0), lesion(1, subject="", viable_mm=50.0)]),
        ("L002", [lesion(0, viable_mm=50.0), lesion(1, role="other", viable_mm=50.0)]),
        ("L003", [lesion(0, viable_mm=50.0), lesion(1, status="progressed")]),
        ("L003", [lesion(0, viable_mm=50.0), lesion(1, role="new", status="")]),
        ("L004", [lesion(0, viable_mm=50.0), lesion(1, viable_mm=-3.0)]),
        ("L004", [lesion(0, viable_mm=50.0), lesion(1, viable_mm=np.inf)]),
        ("L005", [lesion(0, viable_mm=50.0), lesion(1, viable_mm=9.0, status="absent")]),
        ("L008", [lesion(0, viable_mm=50.0, diameter_mm=40.0)]),
        ("L010", [lesion(0, viable_mm=50.0), lesion(0, viable_mm=50.0)]),
        ("L011", [lesion(0, viable_mm=50.0), lesion(1, lesion="T2", viable_mm=50.0)]),
        ("L012", [lesion(0, viable_mm=50.0), lesion(1, role="non-target", status="present")]),
        ("L013", [lesion(0, viable_mm=50.0), lesion(0, role="new", status="confirmed")]),
        ("L020", [lesion(0), lesion(1, viable_mm=50.0)]),
        ("L021", [lesion(0, viable_mm=9.9)]),
        ("L022", [lesion(0, lesion=f"T{n}", site=f"s{n}", viable_mm=20.0) for n in range(6)]),
        ("L023", [lesion(0, lesion=f"T{n}", viable_mm=20.0) for n in range(3)]),
    ],
)
def test_faults_are_found(code: str, rows: list[dict[str, Any]]) -> None:
    assert code in codes_of(table(*rows))


def test_two_targets_an_organ_are_not_too_many() -> None:
    rows = [lesion(0, lesion=f"T{n}", viable_mm=20.0) for n in range(2)]
    rows += [lesion(0, lesion="T3", site="lung", viable_mm=20.0)]
    assert codes_of(table(*rows)) == set()


def test_a_finding_names_row_and_subject() -> None:
    rows = [lesion(0, viable_mm=50.0), lesion(1, viable_mm=-3.0)]
    (finding,) = derive_response(table(*rows), ResponseOptions()).findings
    assert (finding.place.row, finding.subject, finding.code) == (3, "007", "L004")


def test_many_findings_are_counted() -> None:
    rows = [lesion(0, subject=f"{n:04d}", viable_mm=-1.0) for n in range(SHOWN + 7)]
    found = [f for f in derive_response(table(*rows), ResponseOptions()).findings]
    listed = [f for f in found if f.code == "L004"]
    assert len(listed) == SHOWN + 1
    assert listed[-1].found.startswith("7 more")


def test_every_fault_has_its_words() -> None:
    for code, fault in FAULTS.items():
        assert code == fault.code
        assert fault.found
        assert fault.expected

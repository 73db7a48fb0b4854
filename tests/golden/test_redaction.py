"""A redacted copy: nothing of a person's identifiers, dates or free text is in any byte of it."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import hepatica
from hepatica.analysis.result import Result
from hepatica.analysis.run import run_analysis
from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.core.disguise import OFFSETS_DAYS, disguise
from hepatica.core.errors import UsageError
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.redaction.key import read_key
from hepatica.report.redaction.policy import common_values
from hepatica.report.redaction.redacted_copy import redacted_files
from hepatica.study import Study
from hepatica.workflow.redacting import run_study_redaction
from hepatica.workflow.workspace import Workspace

KEY = b"a key of more than sixteen bytes"
EXAMPLE = Path(__file__).parents[2] / "examples" / "hard-courses"


def told_of(subject: str) -> str:
    return f"MUELLER-{subject}"


def marked(records: Records) -> Records:
    """The example's records with names, free text, readers and an old man that could be found."""
    made = {}
    for name, table in tables().items():
        rows = records[name].to_pylist()
        for row in rows:
            row["subject"] = told_of(row["subject"])
            for column in table.columns:
                if column.kind == "text" and not column.required and column.name != "unit":
                    row[column.name] = f"Free text of {row['subject']} on {column.name}"
        made[name] = pa.Table.from_pylist(rows, records[name].schema)
    subjects = made["subjects"].to_pylist()
    subjects[0]["age_years"] = 93.0
    made["subjects"] = pa.Table.from_pylist(subjects, made["subjects"].schema)
    return Records.of(made)


@pytest.fixture(scope="module")
def study() -> Study:
    return hepatica.open(str(EXAMPLE)).protocol


@pytest.fixture(scope="module")
def records() -> Records:
    return marked(hepatica.open(str(EXAMPLE)).records)


@pytest.fixture(scope="module")
def copy(study: Study, records: Records) -> dict[str, bytes]:
    adam = derive_adam(study, records)
    return dict(redacted_files(KEY, records, adam, run_analysis(study, adam).results))


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def days(records: Records) -> Iterable[tuple[str, date]]:
    for name, table in tables().items():
        for column in table.columns:
            if column.kind == "date":
                for row in records[name].to_pylist():
                    if row[column.name]:
                        yield row["subject"], row[column.name]


def test_no_identifier_and_no_free_text_is_in_any_byte(
    copy: dict[str, bytes], records: Records
) -> None:
    assert len(copy) > 20
    everything = b"\0".join(copy.values())
    names = records["subjects"]["subject"].to_pylist()
    assert len(names) == 20
    for name in names:
        assert name.encode() not in everything
    for told in (b"MUELLER", b"Free text", b"MUELL", KEY, b"records.xlsx", b"BEVA-TACE-0"):
        assert told not in everything
    for file in copy:
        assert "MUELLER" not in file


def test_no_date_of_a_subject_stands_on_a_line_of_that_subject(
    copy: dict[str, bytes], records: Records, study: Study
) -> None:
    names = records["subjects"]["subject"].to_pylist()
    hidden = disguise(KEY, names, ())
    derived = (
        (row["SUBJID"], value)
        for table in derive_adam(study, records).tables.values()
        for row in table.to_pylist()
        for value in row.values()
        if isinstance(value, date)
    )
    shifted = {(s, hidden.day(s, day)) for s, day in (*days(records), *derived)}
    original: dict[str, set[bytes]] = {}
    for subject, day in days(records):
        # A day that is also the shifted one of another date of the subject cannot be told apart.
        if (subject, day) not in shifted:
            key = hidden.subjects[subject]
            original.setdefault(key, set()).add(day.isoformat().encode())
    assert sum(len(found) for found in original.values()) > 300
    for name, data in copy.items():
        for line in data.splitlines():
            key = line.split(b",", 1)[0].decode()
            assert not any(day in line for day in original.get(key, ())), name


def test_dates_move_together_and_keep_no_weekday(copy: dict[str, bytes], records: Records) -> None:
    hidden = disguise(KEY, records["subjects"]["subject"].to_pylist(), ())
    offsets = set(hidden.offsets_days.values())
    assert offsets <= set(OFFSETS_DAYS)
    assert len(offsets) > 10
    assert all(-365 <= d <= 365 and d % 7 for d in OFFSETS_DAYS)
    moved = {row["subject"]: row for row in read(copy["records/subjects.csv"])}
    for row in records["subjects"].to_pylist():
        other = moved[hidden.subjects[row["subject"]]]
        by = timedelta(hidden.offsets_days[row["subject"]])
        assert other["consent_date"] == (row["consent_date"] + by).isoformat()
    times = {row["SUBJID"]: row for row in read(copy["adam/adsl.csv"])}
    for row in moved.values():
        assert times[row["subject"]]["RFICDT"] == row["consent_date"]


def test_partial_dates_stay_partial(copy: dict[str, bytes], records: Records) -> None:
    flags = records["history"]["start_date_flag"].to_pylist()
    told_partial = sum(flag == "D" for flag in flags), sum(flag == "M" for flag in flags)
    assert sum(told_partial)
    told = [len(row["start_date"]) for row in read(copy["records/history.csv"])]
    assert (told.count(7), told.count(4)) == told_partial


def test_the_oldest_are_capped_and_marked(copy: dict[str, bytes], records: Records) -> None:
    hidden = disguise(KEY, records["subjects"]["subject"].to_pylist(), ())
    old = hidden.subjects[records["subjects"]["subject"][0].as_py()]
    for file, key, age, flag in (
        ("records/subjects.csv", "subject", "age_years", "age_capped"),
        ("adam/adsl.csv", "SUBJID", "AGE", "AGECAPFL"),
    ):
        rows = {row[key]: row for row in read(copy[file])}
        assert (rows[old][age], rows[old][flag]) == ("90.0", "Y")
        assert sum(row[flag] == "Y" for row in rows.values()) == 1
    ages = [r for r in read(copy["results.csv"]) if r["unit"] == "years"]
    assert max(float(r["value"]) for r in ages if r["value"]) == 90


def test_rare_values_are_withheld_and_small_cells_marked(copy: dict[str, bytes]) -> None:
    terms = {}
    for row in read(copy["records/adverse_events.csv"]):
        terms.setdefault(row["term"], set()).add(row["subject"])
    assert "withheld" in terms
    assert all(len(who) >= 5 for term, who in terms.items() if term != "withheld")
    results = read(copy["results.csv"])
    counts = [r for r in results if r["statistic"] == "n" and r["unit"] == "patients"]
    assert all((0 < float(r["value"] or 0) < 5) <= (r["small_cell"] == "Y") for r in counts)
    assert 0 < sum(r["small_cell"] == "Y" for r in results) < len(results)
    assert "note" not in results[0]


def test_the_report_says_what_was_done(copy: dict[str, bytes]) -> None:
    said = json.loads(copy["redaction.json"])
    assert said["subjects"] == 20
    assert {"subjects.site", "follow_up.cause", "ADSL.SITEID", "ADRS.REASON"} <= set(
        said["dropped"]
    )
    assert said["withheld"]["cells"]["adverse_events.term"] > 0


def test_another_key_is_another_copy_and_the_same_key_the_same(
    study: Study, records: Records
) -> None:
    adam = derive_adam(study, records)
    first, again = (redacted_files(KEY, records, adam, ()) for _ in range(2))
    assert first == again
    other = dict(redacted_files(KEY[::-1], records, adam, ()))
    assert other["records/subjects.csv"] != dict(first)["records/subjects.csv"]


def test_common_values_are_counted_by_subject() -> None:
    who = ["1", "1", "1", "2", "3", None]
    assert common_values(who, ["a", "a", "a", "a", "b", None], 2) == frozenset({"a"})


def test_readers_and_lesions_get_other_names(study: Study, records: Records) -> None:
    lesions = records["lesions"]
    named = pa.array(["Dr Huber"] * lesions.num_rows, pa.string())
    at = lesions.schema.get_field_index("reader")
    given = Records.of(
        {
            **records.tables,
            "lesions": lesions.set_column(at, "reader", named),
        }
    )
    copy = dict(redacted_files(KEY, given, derive_adam(study, records), ()))
    rows = read(copy["records/lesions.csv"])
    assert len({row["reader"] for row in rows}) == 1
    assert rows[0]["reader"].startswith("R")
    assert b"Huber" not in b"".join(copy.values())
    assert {row["lesion"][0] for row in rows} == {"L"}
    assert pc.count_distinct(lesions["lesion"]).as_py() > 1


@pytest.mark.parametrize(("secret", "told"), [(b"short", "16 bytes"), (None, "cannot be read")])
def test_a_key_must_be_there_and_long(tmp_path: Path, secret: bytes | None, told: str) -> None:
    path = tmp_path / "key"
    if secret is not None:
        path.write_bytes(secret)
    with pytest.raises(UsageError, match=told):
        read_key(path)


def test_a_copy_stands_apart_from_study_and_key(tmp_path: Path) -> None:
    key = tmp_path / "out" / "key"
    key.parent.mkdir()
    key.write_bytes(KEY)
    workspace = Workspace(EXAMPLE)
    for out in (EXAMPLE / "copy", key.parent):
        with pytest.raises(UsageError, match="stands apart"):
            run_study_redaction(workspace, out, key)
    assert not (EXAMPLE / "copy").exists()


def changed(records: Records, table: str, edit: Callable[[list[dict[str, Any]]], None]) -> Records:
    rows = records[table].to_pylist()
    edit(rows)
    made = pa.Table.from_pylist(rows, records[table].schema)
    return Records.of({**records.tables, table: made})


def redacted(study: Study, given: Records, *results: Result) -> dict[str, list[dict[str, str]]]:
    copy = dict(redacted_files(KEY, given, derive_adam(study, given), results))
    return {name: read(data) for name, data in copy.items() if name.endswith(".csv")}


def only(rows: list[dict[str, str]], key: str) -> list[dict[str, str]]:
    return [row for row in rows if row["SUBJID"] == key]


def test_an_imputed_day_does_not_tell_the_shift(study: Study, records: Records) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        first = next(row for row in rows if row["start_date"])
        first |= {"start_date": date(first["start_date"].year, 1, 1), "start_date_flag": "M"}
        first |= {"subject": told_of("003"), "end_date": date(2019, 12, 30)}

    given = changed(records, "adverse_events", edit)
    key = disguise(KEY, [told_of("003")], ()).subjects[told_of("003")]
    rows = only(redacted(study, given)["adam/adae.csv"], key)
    cut = [row for row in rows if row["ASTDTF"] == "M"]
    assert [len(row["ASTDT"]) for row in cut] == [4]
    assert cut[0]["SESSDAY"] == ""
    assert len(cut[0]["AENDT"]) == 10
    assert {len(row["ASTDT"]) for row in rows if row["ASTDTF"] == ""} <= {10}


def test_nothing_is_reckoned_from_an_imputed_day_of_death(study: Study, records: Records) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        dead = next(row for row in rows if row["status"] == "dead")
        dead["date_flag"] = "D"
        found.append(dead["subject"])

    found: list[str] = []
    given = changed(records, "follow_up", edit)
    key = disguise(KEY, found, ()).subjects[found[0]]
    copy = redacted(study, given)
    assert len(only(copy["adam/adsl.csv"], key)[0]["DTHDT"]) == 7
    times = only(copy["adam/adtte.csv"], key)
    assert {(row["PARAMCD"], row["AVAL"]) for row in times if row["PARAMCD"] == "OS"} == {
        ("OS", "")
    }
    for name, variable in (("adsess", "DTHDAYS"), ("adlb", "ADY"), ("adrs", "ADY")):
        assert {row[variable] for row in only(copy[f"adam/{name}.csv"], key)} == {""}
        others = [row[variable] for row in copy[f"adam/{name}.csv"] if row["SUBJID"] != key]
        assert any(others)


def test_an_age_above_the_limit_is_nowhere(study: Study, records: Records) -> None:
    # The first subject is 93, as `marked` says.
    first = records["subjects"]["subject"][0].as_py()
    key = disguise(KEY, [first], ()).subjects[first]
    copy = redacted(study, records)
    asked = [row for row in only(copy["adam/adie.csv"], key) if row["VARIABLE"] == "age"]
    assert {row["AVAL"] for row in asked} == {""}
    for variable, rows in (("AVAL", copy["adam/adie.csv"]), ("PARAMCD", copy["adam/adsc.csv"])):
        assert any(row[variable] for row in rows)
    scores = [row for row in only(copy["adam/adsc.csv"], key) if row["PARAMCD"] == "FIB4"]
    assert scores
    assert {row["AVAL"] for row in scores} == {""}


def test_readers_of_two_letters_have_pseudonyms_in_results(study: Study, records: Records) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        for index, row in enumerate(rows):
            row["reader"] = ("JS", "J")[index % 2]

    given = changed(records, "measurements", edit)
    common = partial(Result, population="treated", criterion="", statistic="n", value=20.0)
    rows = redacted(
        study,
        given,
        common("reader", variable="BOR", group="J against JS", level="kappa"),
        common("baseline", variable="Grade", level="J"),
    )["results.csv"]
    pseudonyms = disguise(KEY, (), ["JS", "J"]).readers
    assert rows[0]["group"] == f"{pseudonyms['J']} against {pseudonyms['JS']}"
    assert (rows[0]["level"], rows[1]["level"]) == ("kappa", "withheld")


def test_the_rule_set_of_a_time_is_no_reader(copy: dict[str, bytes]) -> None:
    assert {row["PARCAT2"] for row in read(copy["adam/adtte.csv"])} >= {"seed", "FDA", "EMA"}


def test_numbers_of_the_results_are_plain(study: Study, records: Records) -> None:
    given = Result(
        "baseline",
        population="treated",
        criterion="",
        variable="x",
        statistic="mean",
        value=np.float64(-0.5),
    )
    assert redacted(study, records, given)["results.csv"][0]["value"] == "-0.5"


def test_subjects_with_a_date_on_the_cutoff_are_counted(study: Study, records: Records) -> None:
    adam = derive_adam(study, records)
    last = max(day for _, day in days(records))
    who = {subject for subject, day in days(records) if day == last}
    files = dict(redacted_files(KEY, records, Adam(adam.tables), (), cutoff=last))
    said = json.loads(files["redaction.json"])["dates_on_the_cutoff"]
    assert said["subjects"] == len(who) > 0


@pytest.mark.parametrize("kind", ["folder", "pipe", "endless", "repeated"])
def test_what_is_no_key_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "key"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.write_bytes(os.urandom(1 << 17))
    else:
        path.write_bytes(b"12" * 20)
    with pytest.raises(UsageError):
        read_key(path)


def test_a_copy_is_alone_in_its_folder(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    workspace = Workspace(EXAMPLE)
    out = tmp_path / "copy"
    first = run_study_redaction(workspace, out, key)
    before = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in run_study_redaction(workspace, out, key)] == before
    (out / "adam" / "adsl.parquet").write_bytes(b"MUELLER")
    with pytest.raises(UsageError, match=r"adsl\.parquet: is there already"):
        run_study_redaction(workspace, out, key)
    (out / "adam" / "adsl.parquet").unlink()
    elsewhere = tmp_path / "elsewhere"
    (out / "records").rename(elsewhere)
    (out / "records").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is there already"):
        run_study_redaction(workspace, out, key)
    with pytest.raises(UsageError, match="stands apart"):
        run_study_redaction(workspace, EXAMPLE.parent, key)

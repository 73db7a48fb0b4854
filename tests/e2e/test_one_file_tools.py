"""`hepatica survival` and `hepatica response` on single files."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import hepatica

# R 4.2.2, survival 3.5-3: aml, survfit(Surv(time, status) ~ x), survdiff, coxph (Efron)
AML = """time,status,x
9,1,Maintained
13,1,Maintained
13,0,Maintained
18,1,Maintained
23,1,Maintained
28,0,Maintained
31,1,Maintained
34,1,Maintained
45,0,Maintained
48,1,Maintained
161,0,Maintained
5,1,Nonmaintained
5,1,Nonmaintained
8,1,Nonmaintained
8,1,Nonmaintained
12,1,Nonmaintained
16,0,Nonmaintained
23,1,Nonmaintained
27,1,Nonmaintained
30,1,Nonmaintained
33,1,Nonmaintained
43,1,Nonmaintained
45,1,Nonmaintained
"""
OPTIONS = ("--time", "time", "--event", "status", "--group", "x", "--at", "24", "--json")


def _written(tmp_path: Path, form: str) -> Path:
    path = tmp_path / f"aml.{form}"
    if form == "csv":
        path.write_text(AML)
    elif form == "csv.gz":
        path.write_bytes(gzip.compress(AML.encode()))
    else:
        rows = [line.split(",") for line in AML.splitlines()[1:]]
        table = pa.table(
            {
                "time": [int(r[0]) for r in rows],
                "status": [int(r[1]) for r in rows],
                "x": [r[2] for r in rows],
            }
        )
        pq.write_table(table, path)
    return path


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
def test_survival_is_that_of_r(tmp_path: Path, form: str) -> None:
    done = hepatica("survival", _written(tmp_path, form), *OPTIONS)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    first, second = document["groups"]
    assert (first["group"], first["n"], first["events"]) == ("Maintained", 11, 7)
    assert (first["median"], first["median_ci"]) == (31, [18, None])
    assert (second["median"], second["median_ci"]) == (23, [8, None])
    assert first["at"][0]["survival"] == pytest.approx(0.6136363636363635, rel=1e-12)
    assert document["log_rank"]["statistic"] == pytest.approx(3.39638869, rel=1e-8)
    assert document["log_rank"]["df"] == 1
    term = document["cox"]["terms"][0]
    assert document["cox"]["reference"] == "Maintained"
    assert term["group"] == "Nonmaintained"
    assert term["coef"] == pytest.approx(0.915532575, rel=1e-8)
    assert term["se"] == pytest.approx(0.5119342752, rel=1e-8)


def test_groups_of_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("t,e,g\n1,1,10\n2,1,9\n3,1,10\n4,0,9\n")
    done = hepatica("survival", path, "--time", "t", "--event", "e", "--group", "g", "--json")
    assert [g["group"] for g in json.loads(done.stdout)["groups"]] == ["9", "10"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("t,e\n1,1\n-2,1\n", ":3 [t]"),
        ("t,e\n1,1\nx,1\n", ":3 [t]"),
        ("t,e\n1,1\n2,2\n", ":3 [e]"),
        ("t,e\n1,1\n,1\n", ":3 [t]"),
        ("t,e\n", "no rows"),
        ("t,f\n1,1\n", "no column 'e'"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    done = hepatica("survival", path, "--time", "t", "--event", "e", "--json")
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


HEAD = (
    "subject,date,lesion,role,site,diameter_mm,viable_mm,short_axis_mm,"
    "viable_perpendicular_mm,status\n"
)
LESIONS = (
    HEAD
    + """A,2020-01-01,T1,target,liver,100,100,,50,
A,2020-02-15,T1,target,liver,100,50,,30,
A,2020-04-01,T1,target,liver,100,61,,40,
"""
)


def test_response_measures_progression_from_the_nadir(tmp_path: Path) -> None:
    path = tmp_path / "lesions.csv"
    path.write_text(LESIONS)
    done = hepatica("response", path, "--criterion", "mRECIST", "--json")
    assert done.returncode == 0, done.stderr
    subject = json.loads(done.stdout)["subjects"][0]
    assert [v["overall"] for v in subject["visits"]] == ["PR", "PD"]
    assert subject["visits"][1]["nadir_mm"] == 50
    assert subject["visits"][1]["change_from_nadir_pct"] == pytest.approx(22)
    assert (subject["bor"], subject["cbor"]) == ("PR", "SD")
    assert set(subject["visits"][0]) == {
        "date",
        "target",
        "non_target",
        "new_lesion",
        "overall",
        "sum_mm",
        "baseline_mm",
        "nadir_mm",
        "change_from_baseline_pct",
        "change_from_nadir_pct",
        "because",
    }


def test_the_criterion_decides(tmp_path: Path) -> None:
    path = tmp_path / "lesions.csv"
    path.write_text(LESIONS)
    for criterion, overall in (
        ("RECIST1.1", ["SD", "SD"]),
        ("RECIST1.0", ["SD", "SD"]),
        ("EASL", ["PR", "PD"]),
    ):
        done = hepatica("response", path, "--criterion", criterion, "--json")
        visits = json.loads(done.stdout)["subjects"][0]["visits"]
        assert [v["overall"] for v in visits] == overall, criterion


def test_a_wrong_lesion_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lesions.csv"
    path.write_text(LESIONS.replace("2020-02-15", "15/02/2020"))
    done = hepatica("response", path, "--criterion", "mRECIST", "--json")
    assert done.returncode == 1
    assert "lesions.csv:3 [date] error R001" in done.stderr
    assert hepatica("response", path, "--criterion", "WHO", "--json").returncode == 2


def test_what_does_not_exist_is_null_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("t,e,g\n1,1,a\n1,1,b\n")
    done = hepatica("survival", path, "--time", "t", "--event", "e", "--group", "g", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["log_rank"]["p"] is None
    assert "variance" in document["log_rank"]["note"]
    assert document["groups"][0]["median"] == 1


def test_a_figure_is_drawn(tmp_path: Path) -> None:
    path = _written(tmp_path, "csv")
    for ending in ("svg", "png"):
        figure = tmp_path / f"km.{ending}"
        done = hepatica("survival", path, *OPTIONS, "--figure", figure)
        assert done.returncode == 0, done.stderr
        assert figure.stat().st_size > 2000
    assert hepatica("survival", path, *OPTIONS, "--figure", tmp_path / "km.gif").returncode == 2

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
    assert set(document) == {"groups", "log_rank", "cox"}
    assert set(document["log_rank"]) == {"statistic", "df", "p"}
    assert set(document["cox"]) == {"reference", "terms"}
    assert "note: log-rank" in done.stderr and "variance" in done.stderr
    assert document["groups"][0]["median"] == 1


def test_a_figure_is_drawn(tmp_path: Path) -> None:
    path = _written(tmp_path, "csv")
    for ending in ("svg", "png"):
        figure = tmp_path / f"km.{ending}"
        done = hepatica("survival", path, *OPTIONS, "--figure", figure)
        assert done.returncode == 0, done.stderr
        assert figure.stat().st_size > 2000
    assert hepatica("survival", path, *OPTIONS, "--figure", tmp_path / "km.gif").returncode == 2


SURVIVAL = ("--time", "t", "--event", "e", "--group", "g", "--json")


def _survival(path: Path, content: str | bytes) -> tuple[int, str, str]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    done = hepatica("survival", path, *SURVIVAL)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ('t,e,g\n1,1,"a\n2,1,b\n3,1,c\n', 3, ":2: a quotation mark is never closed"),
        ('t,e,g\n1,1,a\n2,1,"b"c\n', 3, ":3: "),
        ("t,t,e,g\n1,9,1,a\n", 2, "column 't' is there 2 times"),
        ("t,e,g\n1,1,a\n2,1\n", 3, ":3: a row of 2 fields; expected 3"),
        ("t,e,g\n\n\nx,1,a\n", 2, ":4 [t]: found 'x'"),
        ("t;e;g\n1,5;1;a\n", 2, "write decimals with a point"),
        ("t,e,g\n1_000,1,a\n", 2, "found '1_000'"),
        ("t,e,g\n1,True,a\n", 2, "found 'True'; expected 1 (event) or 0 (censored)"),
        (b"t,e,g\n1,1,\x00\n", 3, "not a text file"),
        ("t,e,g\n1,1," + "z" * 2_000_000 + "\n", 3, "a line of more than"),
        (
            gzip.compress(b"t,e,g\n" + b"1,1,a\n" * 90000, mtime=0)[:200],
            3,
            "compression is damaged",
        ),
        (b"PAR1" + bytes(60) + b"PAR1", 3, "not a readable Parquet file"),
        ("t,e,g\n" + "".join(f"{i},1,{i}\n" for i in range(5000)), 2, "5000 different values"),
        ("", 2, "is empty"),
    ],
)
def test_a_hostile_file_is_told(
    tmp_path: Path, content: str | bytes, code: int, words: str
) -> None:
    done = _survival(tmp_path / "bad.csv", content)
    assert done[0] == code
    assert words in done[2]
    assert done[1] == ""


@pytest.mark.parametrize(
    "content",
    [
        "t,e,g\r\n1,1,M\u00fc\r\n2,1,b\r\n".encode("cp1252"),
        "t,e,g\n1,1,M\u00fc\n2,1,b\n".encode("utf-16"),
        "\ufefft;e;g;\n1;1;M\u00fc;\n2;1;b;\n".encode(),
        "sep=|\nt|e|g\n1|1|M\u00fc\n2|1|b\n".encode(),
        gzip.compress("t,e,g\n1,1,M\u00fc\n2,1,b\n".encode(), mtime=0),
    ],
    ids=["cp1252", "utf-16", "bom", "sep line", "gzip"],
)
def test_text_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    code, out, _ = _survival(tmp_path / "some.csv", content)
    assert code == 0
    assert [g["group"] for g in json.loads(out)["groups"]] == ["M\u00fc", "b"]


def test_a_name_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "l1.csv").write_text(LESIONS.replace("A,", "WRONG,"))
    path = tmp_path / "l[1].csv"
    path.write_text(LESIONS)
    done = hepatica("response", path, "--criterion", "mRECIST", "--json")
    assert json.loads(done.stdout)["subjects"][0]["subject"] == "A"


def test_line_ends_inside_quotes_are_kept(tmp_path: Path) -> None:
    code, out, _ = _survival(tmp_path / "q.csv", 't,e,g\n1,1,"a\nb"\n2,1,ab\n')
    assert code == 0
    assert [g["group"] for g in json.loads(out)["groups"]] == ["a\nb", "ab"]


def test_labels_are_text_in_a_large_file_too(tmp_path: Path) -> None:
    rows = "".join(f"{i % 50 + 1},1,{('01', '1')[i % 2]}\n" for i in range(200_000))
    code, out, _ = _survival(tmp_path / "large.csv", "t,e,g\n" + rows)
    assert code == 0
    assert [g["group"] for g in json.loads(out)["groups"]] == ["01", "1"]


def test_a_nested_parquet_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    pq.write_table(pa.table({"t": [[1], [2]], "e": [True, False], "g": ["a", "b"]}), path)
    done = hepatica("survival", path, *SURVIVAL)
    assert done.returncode == 2
    assert "column 't' holds list" in done.stderr


def test_a_figure_that_cannot_be_written_is_exit_2(tmp_path: Path) -> None:
    path = _written(tmp_path, "csv")
    done = hepatica("survival", path, *OPTIONS, "--figure", tmp_path / "no" / "km.svg")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_without_groups_there_is_no_comparison(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("t,e\n1,1\n2,0\n")
    done = hepatica("survival", path, "--time", "t", "--event", "e", "--json")
    document = json.loads(done.stdout)
    assert (document["log_rank"], document["cox"]) == (None, None)


def test_response_names_the_word_and_the_column_it_did_not_read(tmp_path: Path) -> None:
    path = tmp_path / "lesions.csv"
    path.write_text(LESIONS.replace("short_axis_mm", "short_axes_mm").replace(",30,", ",30,gone"))
    done = hepatica("response", path, "--criterion", "mRECIST", "--json")
    assert done.returncode == 1
    assert "did you mean 'short_axis_mm'?" in done.stderr
    assert "[status] error L003: found 'gone'" in done.stderr
    path.write_text(LESIONS.replace("100,50", "100,50.5mm"))
    done = hepatica("response", path, "--criterion", "mRECIST", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (1, {"subjects": []})

"""`hepatica grim`, `grimmer`, `debit`, run in one process through the command line's own door."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from hepatica.cli.main import main

Told = tuple[int, str, str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def told(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["hepatica", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(ended.value.code or 0), out, err

    return told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("grim 5.19 28", 1, "5.19 of 28 is impossible: 145/28 = 5.18, 146/28 = 5.21"),
        ("grim 5.21 28", 0, "5.21 of 28 is possible: 146/28 = 5.21"),
        ("grim 0.80 28 --items 2", 0, "0.80 of 28 x 2 = 56 is possible"),
        ("grim 54.2 150 --percent", 1, "81/150 = 54.0 %, 82/150 = 54.7 %"),
        ("grim 54.2% 150", 1, "54.2 % of 150 is impossible"),
        ("grim 2.57 40", 0, "103/40 = 2.575"),
        ("grim 2.57 40 --rounding even", 1, "2.57 of 40 is impossible"),
        ("grim 7.38 26 --rounding up_from --threshold 9", 0, "192/26 = 7.38"),
        ("grim -3.5 20", 0, "-71/20 = -3.55"),
        ("grim 3.4 1000000000000", 0, "is possible"),
        ("grimmer 1.2 0.3 57", 1, "the smallest SD is 0.37"),
        ("grimmer 5.00 2.18 31", 0, "sum 155 and sum of squares 917"),
        ("grimmer 3.44 2.47 18 --items 2", 0, "is possible"),
        ("grimmer 5 0 1", 0, "no standard deviation"),
        ("debit 0.53 0.50 1683", 0, "count 884 to 900"),
        ("debit 0.11 0.31 40", 1, "4/40 = 0.10, 5/40 = 0.125"),
        ("debit 45 50.4 40 --percent", 0, "count 18"),
    ],
)
def test_one_case(run, words: str, code: int, said: str) -> None:
    found = run(*words.split())
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("grim", "expected X N"),
        ("grim 5.19", "expected N"),
        ("grimmer 5.19 28", "expected N"),
        ("grim 5,19 28", "x: found '5,19'"),
        ("grim abc 28", "x: found 'abc'"),
        ("grim 5.19 0", "n: found '0'"),
        ("grim 5.19 2.5", "n: found '2.5'"),
        ("grim 5.19 28 --items 0", "items: found '0'"),
        ("grim 5.19 28 --rounding odd", "rounding: found 'odd'"),
        ("grim 5.19 28 --itms 2", "unexpected extra argument"),
        ("grim 5.19 28 --csv --json", "choose one"),
        ("grim 5.19 28 --file cases.csv", "leave out the numbers"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(run, words: str, said: str) -> None:
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert said in err


def test_one_case_for_machines(run) -> None:
    document = json.loads(run("grim", "5.19", "28", "--json")[1])
    assert document["consistent"] is False
    assert (document["sums"], document["neighbours"]) == ([], [145, 146])
    assert document["probability"] == 0.72
    document = json.loads(run("grimmer", "5.00", "2.18", "31", "--json")[1])
    assert (document["reason"], document["sum"], document["sum_of_squares"]) == ("ok", 155, 917)
    document = json.loads(run("debit", "0.12", "0.33", "1683", "--json")[1])
    assert document["counts"] == [list(range(202, 211))]
    assert run("grim", "5.19", "28", "--csv")[1] == (
        "x,n,items,percent,rounding,consistent\n5.19,28,1,0,up_or_down,0\n"
    )


CASES = '''case,x,n,items,percent,rounding,note
A,5.19,28,1,0,up_or_down,"kept, ""as it is"""
B,5.21,28,,,,=1+1
C,,28,,,,
D,5.20,0,,,,
E,5.20,-4,,,,
F,1e9,10,,,,
G,5.2,99999999999999999999999,,,,
H,519,28,1,1,,
'''


def test_a_file_comes_back_with_one_more_column(run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    code, out, err = run("grim", "--file", path, "--csv")
    given = list(csv.reader(io.StringIO(CASES)))
    back = list(csv.reader(io.StringIO(out)))
    assert [row[:-1] for row in back] == given
    assert [row[-1] for row in back] == ["consistent", "0", "1", "", "", "", "", "", "0"]
    assert code == 1
    assert [line.split(":")[1].split()[0] for line in err.splitlines()] == [*"45678"]
    assert err.count("P229") == 5


def test_a_file_without_faults_ends_well(run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("X;SD;N\n1.2;0.3;57\n5.00;2.18;31\n5;0;1\n", encoding="utf-8")
    code, out, err = run("grimmer", "--file", path, "--csv")
    assert (code, err) == (0, "")
    assert out == "X,SD,N,consistent\n1.2,0.3,57,0\n5.00,2.18,31,1\n5,0,1,\n"
    code, out, _ = run("grimmer", "--file", path)
    assert out.startswith("row 2: SD 0.3 with mean 1.2 of 57 is impossible")
    assert out.endswith("1 of 3 impossible\n")
    cases = json.loads(run("grimmer", "--file", path, "--json")[1])["cases"]
    assert [(c["row"], c["consistent"]) for c in cases] == [(2, False), (3, True), (4, None)]


def test_an_option_counts_where_the_row_says_nothing(run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("x,n,items\n5.90,40,\n4.61,40,\n4.61,40,1\n", encoding="utf-8")
    out = run("grim", "--file", path, "--csv", "--items", "3")[1]
    assert [line[-1] for line in out.splitlines()[1:]] == ["1", "1", "0"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2),
        (b"a,b\n1,2\n", 2),
        (b"x,n\n", 0),
        (b'x,n\n"5.19,28\n', 3),
        (b"x,n\n5.19\x00,28\n", 3),
        (b"x,n\n5.19,28,7,8\n", 1),
        (b"x,n\n5.19\n", 1),
        (b"x,n\n\xff\xfe5.19,28\n", 1),
        (b"x,n\n" + b"9" * 200_000 + b",28\n", 3),
        (b"x,n,consistent,x\n5.19,28,1,5.21\n", 0),
    ],
)
def test_a_hostile_file_ends_in_a_sentence(run, tmp_path: Path, content: bytes, code: int) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(content)
    found, out, err = run("grim", "--file", path, "--csv")
    assert found == code
    assert out or err


def test_no_such_file(run, tmp_path: Path) -> None:
    code, _, err = run("debit", "--file", tmp_path / "none.csv")
    assert code == 3
    assert "none.csv" in err

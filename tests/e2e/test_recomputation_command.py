"""`hepatica statcheck`, `interval`, `km-rebuild`, run through the command line's own door."""

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
        (("t(28)=2.20, p=.036",), 0, "consistent; p = 0.03623"),
        (("t(28)=2.20, p=.36",), 1, "inconsistent, on the other side of alpha"),
        (("t(28)=2.20, p=.018", "--one-tailed"), 0, "consistent"),
        (("t(28)=22.20, p=.000",), 1, "inconsistent"),
        (("t(28)=22.20, p=.000", "--no-p-zero-error"), 0, "consistent"),
        (("no test here",), 0, "No test statistic"),
        (("t(0)=2.20, p=.03",), 0, "no p can be computed"),
    ],
)
def test_statcheck_of_one_text(run, words, code, said):
    ended, out, _ = run("statcheck", *words)
    assert ended == code
    assert said in out


def test_statcheck_of_a_file_keeps_its_columns(run, tmp_path: Path):
    rows = [
        ("a", "t(28)=2.20, p=.036", "", ""),
        ("b", "t(28)=2.20, p=.018", "1", ""),
        ("c", "t(28) = 2.20, p = .05", "", "0"),
        ("d", "nothing", "", ""),
        ("e", "t(28)=2.20, p=.036", "perhaps", ""),
    ]
    stream = io.StringIO()
    csv.writer(stream).writerows([("id", "text", "one_tailed", "p_equal_alpha_sig"), *rows])
    path = tmp_path / "cases.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    ended, out, err = run("statcheck", "--file", path, "--csv")
    told = list(csv.DictReader(io.StringIO(out)))
    assert [r["id"] for r in told] == ["a", "b", "c", "d", "e"]
    assert [(r["error"], r["decision_error"]) for r in told] == [
        ("0", "0"), ("0", "0"), ("1", "1"), ("", ""), ("", ""),
    ]  # fmt: skip
    assert told[0]["recomputed_p"] == "0.03622548478"  # R 4.2.2: 2 * pt(-2.2, 28)
    assert ended == 1
    assert "P241" in err
    document = json.loads(run("statcheck", "--file", path, "--json")[1])
    assert [len(case["results"]) for case in document["cases"]] == [1, 1, 1, 0, 0]
    assert "row 6: not judged" in run("statcheck", "--file", path)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("statcheck",),
        ("statcheck", "t(28)=2.20, p=.036", "--alpha", "five"),
        ("statcheck", "t(28)=2.20, p=.036", "--csv", "--json"),
        ("interval", "7"),
        ("interval", "8/7"),
        ("interval", "7/20", "--printed", "wide"),
        ("interval", "7/20", "--printed", "59.2-15.4"),
        ("interval", "7/20", "--conf-level", "high"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(run, words):
    ended, out, err = run(*words)
    assert (ended, out) == (2, "")
    assert err.startswith("hepatica: ")


def test_a_file_without_texts(run, tmp_path: Path):
    path = tmp_path / "cases.csv"
    path.write_text("words\nt(28)=2.20, p=.036\n", encoding="utf-8")
    assert run("statcheck", "--file", path)[0] == 2
    assert run("statcheck", "--file", tmp_path / "absent.csv")[0] == 3


def test_interval_names_the_method_of_the_printed_limits(run):
    ended, out, _ = run("interval", "7/20", "--printed", "15.4-59.2")
    assert ended == 0
    assert "15.4-59.2 is given by: Clopper-Pearson (exact)" in out
    ended, out, _ = run("interval", "7/20", "--printed", "25.4-49.2")
    assert ended == 1
    assert "no usual method" in out
    document = json.loads(run("interval", "7 of 20", "--printed", "0.18 to 0.57", "--json")[1])
    assert "Wilson (score)" in document["agreeing"]
    assert "Clopper-Pearson (exact)" not in document["agreeing"]
    wider = json.loads(run("interval", "7/20", "--conf-level", "90", "--json")[1])
    exact = wider["methods"][0]
    # R 4.2.2: binom.test(7, 20, conf.level = .9)$conf.int
    assert (exact["lower"], exact["upper"]) == pytest.approx((0.1773109, 0.5580345), abs=1e-7)


def files(folder: Path, curve: str, risk: str) -> tuple[Path, Path]:
    paths = folder / "curve.csv", folder / "risk.csv"
    for path, text in zip(paths, (curve, risk), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_km_rebuild_writes_patients(run, tmp_path: Path):
    # Ten patients, events at 1, 2, 3, 4 and 5, the rest followed to 6: S falls by a tenth each.
    curve = "time,survival\n1,90%\n2,80%\n3,70%\n4,60%\n5,50%\n6,50%\n"
    paths = files(tmp_path, curve, "0,10\n6,5\n")
    output = tmp_path / "ipd.csv"
    ended, out, _ = run("km-rebuild", *paths, "-o", output)
    assert ended == 0
    assert out.startswith("10 patients, 5 events, 5 censored; median 5.5 (95 % CI 3 to not reached")
    rows = list(csv.DictReader(output.read_text(encoding="utf-8").splitlines()))
    assert [r["time"] for r in rows] == ["1", "2", "3", "4", "5", *["6"] * 5]
    assert json.loads(run("km-rebuild", *paths, "--json")[1])["events"] == 5


@pytest.mark.parametrize(
    ("curve", "risk"),
    [
        ("time,survival\n1,x\n", "0,10\n"),
        ("time,survival\n", "0,10\n"),
        ("time\n1\n", "0,10\n"),
        ("1,0.9\n", "3,10\n"),
        ("1,0.9\n", "0,10\n5,12\n"),
        ("1,0.9\n", "0,0\n"),
        ("1,0.9\n", "0,9.5\n"),
    ],
)
def test_km_rebuild_refuses_what_it_cannot_read(run, tmp_path: Path, curve: str, risk: str):
    ended, _, err = run("km-rebuild", *files(tmp_path, curve, risk))
    assert ended == 2
    assert err.startswith("hepatica: ")

"""claims.toml: every fault is told with its line, nothing crashes, nothing is lost in silence."""

import os
import re
import time
from pathlib import Path

import pytest

from hepatica.audit.claim import Bracket
from hepatica.audit.claim_file import MAX_BYTES, read_claims
from hepatica.audit.claim_text import claims_text, write_claims
from hepatica.audit.printed import parse_printed
from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding

GOOD = """\
[paper]
title = "A trial"
reference = "zhang2021"

[[population]]
name = "arm A"
size = 10
within = "all enrolled"

[[population]]
name = "arm B"
size = 11
within = "all enrolled"

[[claim]]
id = "C1"
place = "Table 1"
quote = "Female 2 (20.0)"
population = "arm A"
variable = "sex"
statistic = "percent"
level = "F"
value = "20.0"
count = "2"
denominator = "10"
unit = "%"

[[claim]]
id = "C2"
variable = "OS"
statistic = "hazard_ratio"
value = "0.71"
bracket = ["0.50", "1.01"]
bracket_is = "ci"
conf_level = "90"
between = ["arm A", "arm B"]
"""


def _read(tmp_path: Path, text: str | bytes) -> tuple[object, tuple[Finding, ...]]:
    path = tmp_path / "claims.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_claims(path)


def _told(tmp_path: Path, text: str) -> list[tuple[str, int | None]]:
    return [(f.code, f.place.row) for f in _read(tmp_path, text)[1]]


def _claim(lines: str) -> str:
    return '[[claim]]\nid = "C1"\nvariable = "age"\nstatistic = "mean"\nvalue = "5"\n' + lines


def test_a_good_file_has_no_finding(tmp_path: Path) -> None:
    paper, findings = _read(tmp_path, GOOD)
    assert findings == ()
    first, second = paper.claims
    assert (first.value, first.patients, first.of, first.line) == ("20.0", 2, 10, 15)
    assert second.bracket == Bracket("0.50", "1.01", "ci", "90")
    assert second.between == ("arm A", "arm B")
    assert paper.sizes == {"arm A": 10, "arm B": 11}
    assert paper.arms() == ("arm A", "arm B")


def test_line_ends_and_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = _read(tmp_path, GOOD)
    assert _read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == plain


@pytest.mark.parametrize(
    ("lines", "code", "row"),
    [
        ('colour = "red"', "P006", 6),
        ("count = 5", "P007", 6),
        ("denominator = 1e3", "P007", 6),
        ("note = 2014-01-01", "P007", 6),
        ("level = nan", "P007", 6),
        ('bracket = "two"', "P008", 6),
        ('bracket = ["2", "3", "4"]\nbracket_is = "ci"', "P008", 6),
        ('bracket = ["2", "3"]\nbracket_is = "guess"', "P008", 7),
        ('bracket = ["2"]\nbracket_is = "ci"', "P008", 6),
        ('bracket = ["2", "3"]\nbracket_is = "sd"', "P008", 6),
        ('bracket_is = "ci"', "P008", 6),
        ("bracket = [[1], 2]", "P008", 6),
        ('bracket = ["two", "3"]', "P005", 6),
        ("bracket = [2, 3]", "P007", 6),
        ('bracket = ["2", "3"]\nconf_level = "high"', "P005", 7),
        ("quote = {a = 1}", "P011", 6),
        ("place = [1, 2]", "P011", 6),
        ("unit = true", "P011", 6),
        ("between = 5", "P011", 6),
        ('between = ["x", 5]', "P011", 6),
        ('between = ["x", "y"]', "P016", 6),
        ('between = ["all enrolled"]', "P016", 6),
        ('between = ["all enrolled", "all enrolled"]', "P016", 6),
        ('denominator = "0"', "P013", 6),
        ('count = "9"\ndenominator = "8"', "P013", 6),
        ('quote = "a\u202eb"', "P018", 6),
        ('place = "a\u200bb"', "P018", 6),
        ('unit = "a\\u0007b"', "P018", 6),
        (f'quote = "{"x" * 3000}"', "P018", 6),
        (f"count = {'9' * 90}", "P007", 6),
        (f"count = 0x{'f' * 9000}", "P007", 6),
        ('level.a.b = "x"', "P011", 6),
    ],
)
def test_fault_of_a_claim_is_told_on_its_line(
    tmp_path: Path, lines: str, code: str, row: int
) -> None:
    _, findings = _read(tmp_path, _claim(lines))
    assert (code, row) in [(f.code, f.place.row) for f in findings]
    assert all(len(f.found) < 200 for f in findings)


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("", "P001", 1),
        ('[paper]\ntitle = "x"\n', "P001", 1),
        ("claim = 3\n", "P011", 1),
        ('population = "x"\n', "P011", 1),
        ("paper = 1\n", "P011", 1),
        ("[paper]\ntitle = 1\n", "P007", 2),
        ("\n[paper]\nauthor = 'x'\n", "P006", 3),
        ("\n[other]\n", "P006", 2),
        ("claim = [1, 2]\n", "P011", 1),
        ("[claim]\nid = 'C1'\nstatistic = 'text'\nvariable = 'x'\n", "P011", 1),
        ("[[population]]\nsize = 2\n", "P011", 1),
        ("[[population]]\nname = 'a'\nsize = -2\n", "P011", 3),
        ("[[population]]\nname = 'a'\nsize = 2.5\n", "P011", 3),
        ("[[population]]\nname = 'a'\nsize = true\n", "P011", 3),
        ("[[population]]\nname = 'a'\n[[population]]\nname = 'a'\n", "P014", 4),
        ("[[population]]\nname = 'a'\nwithin = 'a'\n", "P017", 3),
    ],
)
def test_fault_of_the_file_is_told_on_its_line(
    tmp_path: Path, text: str, code: str, row: int
) -> None:
    assert (code, row) in _told(tmp_path, text)


def test_one_claim_table_is_read_all_the_same(tmp_path: Path) -> None:
    text = "[claim]\nid = 'C1'\nstatistic = 'text'\nvariable = 'x'\nvalue = 'y'\n"
    paper, _ = _read(tmp_path, text)
    assert [c.value for c in paper.claims] == ["y"]


def test_claims_with_nothing_to_check_are_left_out_and_told(tmp_path: Path) -> None:
    text = """\
[[claim]]
variable = "age"
statistic = "mean"
value = "5"
[[claim]]
id = "C2"
statistic = "guess"
[[claim]]
id = "C3"
statistic = "percent"
[[claim]]
id = "C4"
statistic = "count"
[[claim]]
id = "C5"
statistic = "median"
[[claim]]
id = "C6"
statistic = "median"
value = "9,2"
[[claim]]
id = "C7"
statistic = "median"
value = "not reached"
[[claim]]
id = "C7"
statistic = "text"
"""
    paper, findings = _read(tmp_path, text)
    assert [(f.code, f.place.row) for f in findings] == [
        ("P002", 1),
        ("P003", 7),
        ("P005", 8),
        ("P005", 11),
        ("P005", 14),
        ("P005", 20),
        ("P004", 26),
    ]
    assert "point" in findings[5].hint
    assert [(c.id, c.statistic, c.number) for c in paper.claims] == [("C7", "median", None)]


def test_numbers_that_contradict_each_other_are_told_and_kept(tmp_path: Path) -> None:
    text = """\
[[population]]
name = "all enrolled"
size = 20
[[claim]]
id = "C1"
statistic = "size"
value = "21"
[[claim]]
id = "C2"
statistic = "percent"
value = "120"
count = "5"
denominator = "25"
[[claim]]
id = "C3"
statistic = "count"
count = "2.5"
[[claim]]
id = "C4"
statistic = "date"
value = "Spring 2014"
[[claim]]
id = "C5"
statistic = "hazard_ratio"
value = "0.5"
"""
    paper, findings = _read(tmp_path, text)
    assert [(f.code, f.place.row) for f in findings] == [
        ("P014", 7),
        ("P013", 11),
        ("P015", 13),
        ("P013", 17),
        ("P019", 21),
        ("P016", 22),
    ]
    assert len(paper.claims) == 5
    assert paper.sizes == {"all enrolled": 20}


def test_populations_in_a_circle_are_told_and_cut(tmp_path: Path) -> None:
    text = """\
[[population]]
name = "a"
within = "b"
[[population]]
name = "b"
within = "a"
[[population]]
name = "c"
within = "a"
"""
    paper, findings = _read(tmp_path, text)
    assert [(f.code, f.place.row) for f in findings if f.code == "P017"] == [
        ("P017", 3),
        ("P017", 6),
    ]
    assert paper.within == {"c": "a"}


def test_words_that_are_not_the_manuals_are_told(tmp_path: Path) -> None:
    text = '[[claim]]\nid = "C1"\nvariable = "Gender"\nstatistic = "n (%)"\n'
    text += 'level = "women"\ncount = "2"'
    paper, findings = _read(tmp_path, text)
    assert [f.code for f in findings] == ["P009"]
    assert "percent of sex, F" in findings[0].hint
    assert paper.claims[0].variable == "sex"


@pytest.mark.parametrize(
    "text",
    [
        b"a = \xe9\n",
        b"\xff\xfeA\0",
        b"a = " + b"[" * 5000,
        b"x" + b".a" * 100_000 + b" = 1\n",
        b"[[claim]]\nx" + b' ."a"' * 100_000 + b" = 1\n",
        b"a = " + b"9" * 9000,
    ],
)
def test_what_must_not_be_read_is_refused_in_a_sentence(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^claims\.toml") as told:
        _read(tmp_path, text)
    assert len(str(told.value)) < 300
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[paper]\n[[claim]\n", 2),
        (b"id = 'x'\nid = 'y'\n", 2),
        (b"a = \x00\n", 1),
        (b"\na = '''" + b"x" * 1000, 2),
    ],
)
def test_what_is_not_toml_is_one_finding_at_its_line(
    tmp_path: Path, text: bytes, line: int
) -> None:
    paper, findings = _read(tmp_path, text)
    assert [(f.code, f.place.row) for f in findings] == [("P001", line)]
    assert paper.claims == () and "not TOML" in findings[0].found
    assert str(findings[0]).isprintable() and len(str(findings[0])) < 300


def test_latin_1_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"claims\.toml:2: byte 0xE9 is not UTF-8"):
        _read(tmp_path, b"[paper]\ntitle = '\xe9'\n")


def test_a_file_too_large_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="at most"):
        _read(tmp_path, b"#" * (MAX_BYTES + 1))
    with pytest.raises(Unreadable):
        read_claims(tmp_path / "absent.toml")
    with pytest.raises(Unreadable):
        read_claims(tmp_path)
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(Unreadable):
        read_claims(tmp_path / "pipe.toml")


def test_too_many_claims_are_told_and_cost_little(tmp_path: Path) -> None:
    began = time.monotonic()
    paper, findings = _read(tmp_path, "[[claim]]\nid='a'\n" * 100_000)
    assert time.monotonic() - began < 30
    assert ("P012", 10_001) in [(f.code, f.place.row) for f in findings]
    assert paper.claims == ()


def test_long_text_is_cut_and_kept(tmp_path: Path) -> None:
    paper, _ = _read(tmp_path, _claim(f'quote = "{"é" * 3000}"'))
    assert paper.claims[0].quote == "é" * 2000


def test_written_claims_read_back_the_same(tmp_path: Path) -> None:
    paper, _ = _read(tmp_path, GOOD)
    path = tmp_path / "written.toml"
    write_claims(paper, path)
    again, findings = read_claims(path)
    assert findings == ()
    assert claims_text(again) == path.read_text(encoding="utf-8") == claims_text(paper)
    assert [c.bracket for c in again.claims] == [c.bracket for c in paper.claims]
    assert (again.sizes, again.within) == (paper.sizes, paper.within)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("54.5", "54.5"),
        (".036", "0.036"),
        ("1,000", "1000"),
        ("12\u00a0345", "12345"),
        ("−3", "-3"),
        ("5·2", "5.2"),
        ("45 %", "45"),
        ("≥ 28", "28"),
        ("0,123", None),
        ("16 80", None),
        ("12,34,567", None),
        ("9,2", None),
        ("", None),
        ("1e5", None),
        ("35–78", None),
        ("1" * 41, None),
    ],
)
def test_a_printed_number_is_read_or_not_at_all(text: str, value: str | None) -> None:
    printed = parse_printed(text)
    if value is None:
        assert printed is None
    else:
        assert printed is not None
        assert float(printed.value) == float(value)


def test_the_examples_of_the_manual_read_without_a_finding(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "write-claims.md"
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    one, two = (_read(tmp_path, block) for block in blocks)
    assert (one[1], two[1]) == ((), ())
    assert two[0].arms() == ("arm A", "arm B")

"""Claims from CSV: our columns, other people's, and lists whose statistic says everything."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.claim_file import read_claims
from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding

ROOT = Path(__file__).parents[2]
OWN = (
    "id,place,quote,population,variable,level,statistic,value,count,denominator,unit,"
    "low,high,declared_as,conf_level,between,method,note\n"
)


def _read(tmp_path: Path, text: str | bytes) -> tuple[Paper, tuple[Finding, ...]]:
    path = tmp_path / "claims.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_claims(path)


def _codes(findings: tuple[Finding, ...]) -> list[tuple[str, int | None]]:
    return [(f.code, f.place.row) for f in findings]


def test_own_columns(tmp_path: Path) -> None:
    row = "C1,Table 1,OS,arm A,OS,,median,9.2,,20,months,2.1,22.6,95% CI,90%,arm A | arm B,KM,x\n"
    size = "C2,,,arm B,patients,,size,11,,,,,,,,,,\n"
    paper, findings = _read(tmp_path, OWN + row + size)
    assert findings == ()
    first = paper.claims[0]
    assert first.bracket == Bracket("2.1", "22.6", "ci", "90")
    assert first.between == ("arm A", "arm B")
    assert (first.value, first.of, first.method, first.note) == ("9.2", 20, "KM", "x")
    assert paper.sizes == {"arm B": 11}


def test_other_peoples_columns_and_two_arms(tmp_path: Path) -> None:
    text = (
        "Claim ID;Section;Arm;Within;Characteristic;Category;Measure;Result;n;N;CI lower;CI upper;"
        "Bracket type;Comment;Colour\n"
        "1;Table 1;A (n=10);all enrolled;Sex;women;n (%);20,0;2;10;;;;;red\n"
        "2;Table 1;B (n = 1,011);all enrolled;age;;median;61.5;;;50;70;IQR;;\n"
    )
    paper, findings = _read(tmp_path, text)
    assert paper.sizes == {"A": 10, "B": 1011}
    assert paper.arms() == ("A", "B")
    assert [c.id for c in paper.claims] == ["2"]
    assert paper.claims[0].bracket == Bracket("50", "70", "iqr")
    assert _codes(findings) == [("P006", 1), ("P005", 2), ("P009", 2)]
    assert "point" in findings[1].hint


def test_a_column_of_two_names_is_told_and_ours_is_read(tmp_path: Path) -> None:
    paper, findings = _read(
        tmp_path, "id,section,place,variable,statistic,count,n\nC1,x,Table 1,sex,count,5,6\n"
    )
    assert (paper.claims[0].place, paper.claims[0].count) == ("Table 1", "5")
    assert [f.place.column for f in findings] == ["n", "section"]
    assert {f.code for f in findings} == {"P006"}


def test_a_header_twice_is_told_and_the_first_is_read(tmp_path: Path) -> None:
    paper, findings = _read(tmp_path, "id,variable,statistic,count,count\nC1,sex,count,5,6\n")
    assert paper.claims[0].count == "5"
    assert _codes(findings) == [("P006", 1)]


def test_without_ids_claims_are_named_by_their_row(tmp_path: Path) -> None:
    paper, findings = _read(tmp_path, "variable,statistic,count\nsex,count,5\n\nage,count,6\n")
    assert [c.id for c in paper.claims] == ["R2", "R4"]
    assert _codes(findings) == [("P009", 1)]


def test_rows_of_another_length(tmp_path: Path) -> None:
    text = "id,variable,statistic,count\nC1,sex,count\nC2,sex,count,5,surplus\n"
    paper, findings = _read(tmp_path, text)
    assert ("P010", 2) in _codes(findings)
    assert ("R019", 3) in _codes(findings)
    assert [c.id for c in paper.claims] == ["C2"]


def test_excel_semicolons_windows_text_and_formulas(tmp_path: Path) -> None:
    text = 'id;place;quote;variable;statistic;value\r\nC1;Résumé;"=cmd|a";x;text;=1+1\r\n'
    paper, findings = _read(tmp_path, text.encode("cp1252"))
    assert _codes(findings) == [("R018", 1 + 1)]
    claim = paper.claims[0]
    assert (claim.place, claim.quote, claim.value) == ("Résumé", "=cmd|a", "=1+1")


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"id,value\nC1,5\n", b'id,statistic\n"C1,5\n', b"\0id,statistic\n"]
)
def test_what_is_no_list_of_claims_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^claims\.csv"):
        _read(tmp_path, text)


def test_a_header_alone_has_no_claim(tmp_path: Path) -> None:
    assert _codes(_read(tmp_path, OWN)[1]) == [("P001", 1)]


def test_too_many_rows_are_told(tmp_path: Path) -> None:
    paper, findings = _read(tmp_path, "id,statistic\n" + "x,text\n" * 6000)
    assert ("P012", 5002) in _codes(findings)
    assert len(paper.claims) == 1


def test_populations_that_differ_between_rows_are_told(tmp_path: Path) -> None:
    text = (
        "id,population,within,variable,statistic,value\n"
        "C1,A (n=10),all enrolled,x,text,y\n"
        "C2,A (n=12),B,x,text,y\n"
    )
    paper, findings = _read(tmp_path, text)
    assert _codes(findings) == [("P014", 3), ("P017", 3)]
    assert (paper.sizes, paper.within) == ({"A": 10}, {"A": "all enrolled"})


def test_signs_that_hide_are_told_by_row_and_column(tmp_path: Path) -> None:
    paper, findings = _read(tmp_path, "id,variable,statistic,count\nC1,s\u200bex,count,\u202e5\n")
    assert [(f.code, f.place.row, f.place.column) for f in findings] == [
        ("P018", 2, "count"),
        ("P018", 2, "variable"),
    ]
    assert (paper.claims[0].variable, paper.claims[0].count) == ("sex", "5")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("median 9.2 (95% CI: 2.1–22.6)", "ci"),
        ("median 9.2 [2.1–22.6]", "unknown"),
        ("median [range] 9.2 [2.1–22.6]", "range"),
        ("IQR 2.1-22.6", "iqr"),
        ("9.2 (IQR 5–12, range 2.1–22.6)", "range"),
        ("9.2 (range 1-30; 95% CI 2.1 to 22.6)", "ci"),
        ("the wide range of confidence intervals", "unknown"),
    ],
)
def test_what_a_bracket_is_is_read_from_words_and_told(
    tmp_path: Path, words: str, kind: str
) -> None:
    text = f'id,quote,variable,statistic,value,low,high\nC1,"{words}",OS,median,9.2,2.1,22.6\n'
    paper, findings = _read(tmp_path, text)
    assert paper.claims[0].bracket == Bracket("2.1", "22.6", kind)
    assert [f.code for f in findings] == ([] if kind == "unknown" else ["P009"])


def test_a_bracket_with_one_end_is_told(tmp_path: Path) -> None:
    head = "id,variable,statistic,value,low,high\n"
    paper, findings = _read(tmp_path, head + "C1,OS,median,9.2,,22.6\n")
    assert _codes(findings) == [("P008", 2)]
    paper, findings = _read(tmp_path, head + "C1,AFP,value,>1000,1000,\n")
    assert (findings, paper.claims[0].bracket) == ((), None)


# --- a list without a column `variable` --------------------------------------------------------

LIST = "id,section,statistic,population,subgroup,value,unit,n,denominator,ci_low,ci_high,quote\n"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "median OS,all enrolled (n=20),,9.2,months,20,,2.1,22.6,95% CI",
            Claim(
                *("", "", "95% CI", "OS", "median"),
                value="9.2",
                denominator="20",
                unit="months",
                bracket=Bracket("2.1", "22.6", "ci"),
            ),
        ),
        (
            "BCLC stage,all enrolled (n=20),C,80.0,%,16,20,,,x",
            Claim(
                *("", "", "x", "BCLC", "percent"),
                level="C",
                value="80.0",
                count="16",
                denominator="20",
                unit="%",
            ),
        ),
        (
            "AE grade II,all enrolled (n=20),Nausea,4,patients,4,20,,,x",
            Claim(
                *("", "", "x", "AE Nausea", "count"),
                level="2",
                count="4",
                denominator="20",
                unit="patients",
            ),
        ),
        (
            "eligibility: albumin,eligibility,minimum,28,g/L,,,28,,x",
            Claim(
                *("", "", "x", "albumin", "criterion"),
                population="eligibility",
                value=">=28",
                unit="g/L",
                note="minimum",
            ),
        ),
        (
            'prior TACE procedures ("on average"),,mean?,3.4,procedures,20,,,,x',
            Claim(
                *("", "", "x", "prior TACE", "mean"),
                value="3.4",
                denominator="20",
                unit="procedures",
                note="mean?",
            ),
        ),
    ],
)
def test_words_of_a_list(tmp_path: Path, row: str, expected: Claim) -> None:
    cells = next(csv.reader([row])) if '("' not in row else row.split(",")
    with (tmp_path / "claims.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([LIST.strip().split(","), ["C1", "", *cells]])
    paper, findings = read_claims(tmp_path / "claims.csv")
    assert replace(paper.claims[0], line=0) == replace(expected, id="C1")
    assert {f.code for f in findings} == {"P009"}


def _seed() -> Path:
    root = os.environ.get("HEPATICA_DATA")
    folder = Path(root).parent if root else ROOT.parent / "shared"
    path = folder / "seed" / "seed_claims.csv"
    if not path.is_file():
        pytest.skip("seed_claims.csv is not here: the list of 187 claims is not part of the code")
    return path


def test_the_worked_example_says_what_the_list_says() -> None:
    listed, findings = read_claims(_seed())
    shipped, faults = read_claims(ROOT / "examples" / "beva-tace" / "claims.toml")
    assert faults == ()
    assert {f.code for f in findings} == {"P009"}
    assert len(listed.claims) == 187
    bare = [
        [replace(claim, place="", quote="", line=0) for claim in paper.claims]
        for paper in (listed, shipped)
    ]
    assert bare[0] == bare[1]


def test_the_worked_example_is_whole() -> None:
    paper, findings = read_claims(ROOT / "examples" / "beva-tace" / "claims.toml")
    assert findings == ()
    assert [c.id for c in paper.claims] == [f"C{i:03}" for i in range(1, 188)]
    assert (paper.reference, paper.protocol) == ("zhang2021", "beva-tace")
    assert paper.sizes == {"all enrolled": 20, "index patient": 1}
    assert all(len(claim.quote.split()) <= 25 for claim in paper.claims)
    # Numbers read by eye from the paper, one of each kind.
    age = paper.claim("C096")
    assert (age.variable, age.statistic, age.value) == ("age", "median", "54.5")
    assert age.bracket == Bracket("35", "78", "range")
    grade = paper.claim("C155")
    assert (grade.variable, grade.level, grade.patients) == ("AE hypertension", "any", 1)
    assert paper.claim("C053").value == "4-6"
    assert paper.claim("C162").bracket is None
    assert paper.claim("C176").value == ">1000"

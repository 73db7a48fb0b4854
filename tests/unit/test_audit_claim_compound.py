"""Values that say several things, and other people's keys, are read as told, never in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.claim_file import read_claims
from hepatica.core.finding import Finding

READ = [
    ('"n (%)"', '"16 (80.0%)"', ("percent", "80.0", "16", ""), None),
    ('"n (%)"', '"16/20 (80 %)"', ("percent", "80", "16", "20"), None),
    ('"percent"', '"80.0% (16/20)"', ("percent", "80.0", "16", "20"), None),
    ('"n"', '"16/20"', ("count", "", "16", "20"), None),
    ('"median (range)"', '"61 (45-77)"', ("median", "61", "", ""), ("45", "77", "range")),
    ('"median"', '"61 (45-77)"', ("median", "61", "", ""), ("45", "77", "unknown")),
    ('"median"', '"9.2 [95% CI: 2.1 to NR]"', ("median", "9.2", "", ""), ("2.1", "NR", "ci")),
    ('"mean ± SD"', '"61.2 ± 8.1"', ("mean", "61.2", "", ""), ("8.1", "", "sd")),
    ('"mean (SD)"', '"61.2 (8.1)"', ("mean", "61.2", "", ""), ("8.1", "", "sd")),
    ('"mean"', '"61.2 (8.1)"', ("mean", "61.2", "", ""), ("8.1", "", "unknown")),
    ('"p-value"', '"P = .03"', ("p", ".03", "", ""), None),
    ('"p-value"', '"p<0.001"', ("p", "<0.001", "", ""), None),
]


def _read(tmp_path: Path, text: str) -> tuple[Paper, tuple[Finding, ...]]:
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8")
    return read_claims(path)


def _claim(tmp_path: Path, lines: str) -> tuple[Claim, list[str]]:
    paper, findings = _read(tmp_path, f'[[claim]]\nid = "C1"\n{lines}\n')
    return paper.claims[0], [f.code for f in findings]


@pytest.mark.parametrize(("statistic", "value", "numbers", "bracket"), READ)
def test_a_value_of_several_numbers_is_read_and_told(
    tmp_path: Path,
    statistic: str,
    value: str,
    numbers: tuple[str, str, str, str],
    bracket: tuple[str, str, str] | None,
) -> None:
    claim, codes = _claim(tmp_path, f'variable = "x"\nstatistic = {statistic}\nvalue = {value}')
    assert (claim.statistic, claim.value, claim.count, claim.denominator) == numbers
    assert claim.bracket == (Bracket(*bracket) if bracket else None)
    assert "P009" in codes


def test_a_count_that_stands_twice_and_differs_is_not_read(tmp_path: Path) -> None:
    text = '[[claim]]\nid = "C1"\nvariable = "x"\nstatistic = "n (%)"\ncount = "15"\n'
    paper, findings = _read(tmp_path, text + 'value = "16 (80.0%)"\n')
    assert not paper.claims
    assert "P005" in {f.code for f in findings}


@pytest.mark.parametrize(
    "lines",
    [
        'bracket = "2.1-22.6 (95% CI)"',
        'bracket = ["2.1", "22.6"]\nbracket_is = "ci"',
        'bracket = {lo = "2.1", hi = "22.6", declared_as = "ci"}',
        'ci_low = "2.1"\nci_high = "22.6"\nbracket = "ci"',
    ],
)
def test_a_bracket_in_other_people_s_keys(tmp_path: Path, lines: str) -> None:
    claim, _ = _claim(tmp_path, f'variable = "OS"\nstatistic = "median"\nvalue = "9.2"\n{lines}')
    assert claim.bracket == Bracket("2.1", "22.6", "ci")


def test_a_kind_of_bracket_without_ends_is_told(tmp_path: Path) -> None:
    lines = 'variable = "OS"\nstatistic = "median"\nvalue = "9.2"\nbracket = "ci"'
    claim, codes = _claim(tmp_path, lines)
    assert claim.bracket is None
    assert "P008" in codes


def test_arms_claims_and_keys_of_other_names(tmp_path: Path) -> None:
    paper, _ = _read(
        tmp_path,
        """\
title = "A trial"
[[arms]]
id = "A"
n = 50
part_of = "all"
[claims.C1]
arm = "A vs B"
variable = "OS"
statistic = "HR (95% CI)"
value = "0.71 (0.50-1.01)"
[claims.C2]
arm = "A"
variable = "Sex: male"
statistic = "n (%)"
n = "30"
percent = "60.0"
""",
    )
    assert paper.title == "A trial"
    assert paper.sizes == {"A": 50}
    assert paper.within == {"A": "all"}
    ratio, share = paper.claims
    assert (ratio.id, ratio.between) == ("C1", ("A", "B"))
    assert ratio.bracket == Bracket("0.50", "1.01", "ci")
    assert (share.variable, share.level, share.count, share.value) == ("sex", "M", "30", "60.0")


def test_an_event_with_any_grade_is_an_adverse_event(tmp_path: Path) -> None:
    text = "".join(
        f'[[claim]]\nid = "C{i}"\nvariable = "Nausea"\nlevel = "{level}"\nstatistic = "n"\n'
        'count = "3"\n'
        for i, level in enumerate(("any grade", "grade 3"))
    )
    paper, findings = _read(tmp_path, text)
    assert [(c.variable, c.level) for c in paper.claims] == [
        ("AE Nausea", "any"),
        ("AE Nausea", "3"),
    ]
    assert any("any grade of it" in f.hint for f in findings)


def test_survival_at_a_time_and_a_month_in_words(tmp_path: Path) -> None:
    claim, _ = _claim(tmp_path, 'variable = "OS"\nstatistic = "12-month rate"\nvalue = "45%"')
    assert (claim.statistic, claim.level) == ("survival", "12 months")
    claim, codes = _claim(tmp_path, 'variable = "x"\nstatistic = "date"\nvalue = "January 2014"')
    assert claim.value == "2014-01"
    assert "P009" in codes

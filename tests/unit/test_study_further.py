"""Findings about subgroups, competing risks, landmarks, changing response and sensitivity."""

import pytest

from hepatica.study.protocol import protocol_text
from hepatica.study.reader import check_text

BLANK = protocol_text("blank")
SOUND = """
[refractory]
definition = "seed"
min_consecutive_tace = 2
any_of = ["target progression"]

[[analysis.subgroup]]
endpoint = "OS"
by = ["SEX", "AGE"]
cuts = { AGE = [50, 70] }

[[analysis.competing]]
endpoint = "PFS"
event = "progression"
group = "SEX"
covariates = ["AGE", "SEX"]

[[analysis.landmark]]
endpoint = "OS"
months = [2, 3]

[[analysis.time_dependent]]
endpoint = "OS"
by = "confirmed response"
covariates = ["log10(AFPBL + 1)"]

[analysis.readers]
weights = "quadratic"

[analysis.sensitivity]
endpoints = ["OS", "PFS", "ORR"]
origins = ["first treatment", "consent"]
"""


def found(change: tuple[str, str]) -> list[tuple[str, int | None]]:
    text = BLANK + SOUND
    assert change[0] in text
    return [(f.code, f.place.row) for f in check_text(text.replace(*change, 1))]


def line_of(fragment: str) -> int:
    text = BLANK + SOUND
    return text[: text.index(fragment)].count("\n") + 1


def test_a_sound_plan_has_no_finding() -> None:
    assert check_text(BLANK + SOUND) == check_text(BLANK)


NAIVE = '\n[[analysis.survival]]\nendpoint = "OS"\ngroup = "{}"\n'


@pytest.mark.parametrize("column", ["BOR", "CBOR", "response"])
def test_survival_by_best_response_is_refused(column: str) -> None:
    faults = check_text(BLANK + NAIVE.format(column))
    assert [f.code for f in faults] == ["S050"]
    assert faults[0].found == repr(column)
    assert "[[analysis.landmark]]" in faults[0].hint


def test_a_model_of_best_response_is_refused() -> None:
    model = '\n[[analysis.cox]]\nendpoint = "OS"\ncovariates = ["AGE", "BOR"]\n'
    assert [f.code for f in check_text(BLANK + model)] == ["S050"]


def test_any_other_unknown_column_is_an_unknown_word() -> None:
    assert [f.code for f in check_text(BLANK + NAIVE.format("BORE"))] == ["S001"]


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        (('endpoint = "OS"\nby = ["SEX"', 'endpoint = "OX"\nby = ["SEX"'), "S024", "by = "),
        (('endpoint = "PFS"\nevent', 'endpoint = "ORR"\nevent'), "S024", "event = "),
        (('endpoint = "OS"\nmonths', 'endpoint = "ORR"\nmonths'), "S024", "months = [2"),
        (('endpoints = ["OS", "PFS"', 'endpoints = ["OS", "PF"'), "S024", None),
        (("months = [2, 3]", "months = [3, 2]"), "S025", "months = [2"),
        (('event = "progression"', 'event = "response"'), "S051", "event = "),
        (('endpoint = "PFS"\nevent', 'endpoint = "OS"\nevent'), "S051", "event = "),
        (("cuts = { AGE = [50, 70] }", ""), "S052", "by = "),
        (("AGE = [50, 70]", "AGE = [70, 50]"), "S052", "cuts = "),
        (("AGE = [50, 70]", "AGE = [50], SEX = [1]"), "S052", "cuts = "),
        (("AGE = [50, 70]", "AGE = [50], AFPBL = [400]"), "S052", "cuts = "),
        (('by = ["SEX", "AGE"]', 'by = ["SEX", "AGE", "SEX"]'), "S052", "by = "),
        (('by = ["SEX", "AGE"]\n', 'by = ["SEX", "AGE"]\ncompare = "SEX"\n'), "S052", "by = "),
        (('origins = ["first', 'criteria = ["EASL"]\norigins = ["first'), "S053", None),
        (('"consent"]', '"first response"]'), "S053", None),
    ],
)
def test_a_fault_of_the_plan_is_found(change: tuple[str, str], code: str, at: str | None) -> None:
    faults = found(change)
    assert [c for c, _ in faults] == [code]
    if at is not None:
        assert abs((faults[0][1] or 0) - line_of(at)) <= 1


def test_sensitivity_needs_what_its_words_need() -> None:
    text = BLANK + SOUND.replace('origins = ["first treatment", "consent"]',
                                 'rule_sets = ["FDA"]\norigins = ["refractory date"]')  # fmt: skip
    schedule = text[text.index("[schedule]") : text.index("[response]")]
    refractory = SOUND[: SOUND.index("[[analysis.subgroup]]")]
    bare = text.replace(schedule, "").replace(refractory, "")
    assert [f.code for f in check_text(bare) if f.code == "S053"] == ["S053", "S053"]


def test_response_cannot_explain_what_it_ends() -> None:
    duration = BLANK.replace('origin = "first treatment"', 'origin = "first response"', 1)
    codes = [f.code for f in check_text(duration + SOUND)]
    assert codes.count("S054") == 2

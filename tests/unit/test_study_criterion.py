import tomllib

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from hepatica.study import Criterion, criterion_sentence
from hepatica.study.covariate import Covariate, read_covariate
from hepatica.study.demand import Span, demands
from hepatica.study.liver_reach import child_pugh_cap
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import check_text


def criterion(text: str) -> Criterion:
    return Criterion.model_validate({"id": "I", "text": "as printed", **tomllib.loads(text)})


SENTENCES = [
    (
        'variable = "platelets"\ncomparator = ">="\nvalue = 50\nunit = "10^9/L"',
        "platelet count ≥ 50 × 10^9/L",
    ),
    ('variable = "alt"\ncomparator = "<"\nvalue = 5\nunit = "x ULN"', "ALT < 5 × ULN"),
    (
        'variable = "encephalopathy"\ncomparator = "<="\nvalue = 2\nunit = "West Haven grade"',
        "encephalopathy ≤ West Haven grade 2",
    ),
    ('variable = "bclc"\ncomparator = "not-in"\nvalue = ["D"]', "BCLC stage other than D"),
    ('variable = "inr"\ncomparator = "<"\nvalue = 1.7\nunit = "ratio"', "INR < 1.7"),
    (
        'variable = "effusion_treatment"\ncomparator = "is-false"',
        "no pleural effusion needing treatment",
    ),
    (
        'variable = "albumin"\ncomparator = ">="\nvalue = 28\nunit = "g/L"\nwindow_days = 7',
        "serum albumin ≥ 28 g/L (within 7 days)",
    ),
    ('variable = "consent"\ncomparator = "is-true"', "written informed consent"),
    ('variable = "pregnant"\ncomparator = "is-false"', "not pregnant"),
    (
        'variable = "gi_bleed"\ncomparator = "within-days"\nvalue = 28\nunit = "days"',
        "gastrointestinal haemorrhage within 28 days before the first treatment",
    ),
    (
        'variable = "ecog"\ncomparator = "in"\nvalue = [0, 1]\nunit = "score"\nwindow_days = 7',
        "ECOG performance status 0 or 1 (within 7 days)",
    ),
    (
        'all = [{variable="age", comparator=">=", value=18, unit="years"}, {any = ['
        '{variable="sex", comparator="==", value="F"}, '
        '{variable="consent", comparator="is-true"}]}]',
        "age ≥ 18 years and (sex = F or written informed consent)",
    ),
    (
        'not = {variable="age", comparator=">", value=80, unit="years"}',
        "not (age > 80 years)",
    ),
    (
        'reading = "a"\n[readings.a]\nvariable="consent"\ncomparator="is-true"\n'
        '[readings.b]\nvariable="consent"\ncomparator="is-false"',
        "written informed consent [reading: a]",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES)
def test_a_criterion_reads_as_a_sentence(text, sentence):
    assert criterion_sentence(criterion(text)) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        'variable = "age"',
        'variable = "age"\ncomparator = ">"\nall = [{variable="consent",comparator="is-true"}]',
        'reading = "a"\nvariable="consent"\ncomparator="is-true"',
        'reading = "c"\n[readings.a]\nvariable="consent"\ncomparator="is-true"',
        "all = []",
        "not = {}",
    ],
)
def test_a_criterion_of_no_single_shape_is_refused(text):
    with pytest.raises(ValidationError):
        criterion(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AGE", Covariate("AGE", "AGE")),
        ("log10(AFPBL + 1)", Covariate("log10(AFPBL + 1)", "AFPBL", "log10", 1.0)),
        ("LARGMM > 50", Covariate("LARGMM > 50", "LARGMM", ">", 50.0)),
    ],
)
def test_the_three_forms_of_a_covariate(text, expected):
    assert read_covariate(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "age", "AGE + 1", "__import__('os')", "log(AGE + 1)", "AGE > x", "AGE; AGE", "A" * 9],
)
def test_anything_else_is_no_covariate(text):
    with pytest.raises(PydanticCustomError):
        read_covariate(text)


def cap(*texts: str) -> int:
    return child_pugh_cap([d for t in texts for d in demands(criterion(t), (), wanted=True)])


BILIRUBIN = 'variable="bilirubin_total"\ncomparator="<"\nvalue=2.0\nunit="mg/dL"'
ALBUMIN = 'variable="albumin"\ncomparator=">="\nvalue=28\nunit="g/L"'
INR = 'variable="inr"\ncomparator="<"\nvalue=1.7\nunit="ratio"'


# Arithmetic by hand from the table of Child-Pugh points.
@pytest.mark.parametrize(
    ("texts", "points"),
    [
        ((), 15),
        ((BILIRUBIN,), 13),
        ((BILIRUBIN.replace('"<"', '"<="'),), 14),
        ((BILIRUBIN.replace("2.0", "3.0"),), 14),
        ((ALBUMIN,), 14),
        ((ALBUMIN.replace("28", "35").replace(">=", ">"),), 13),
        ((BILIRUBIN, ALBUMIN, INR), 1 + 2 + 1 + 3 + 3),
        (
            (
                BILIRUBIN,
                ALBUMIN,
                INR,
                'variable="ascites"\ncomparator="in"\nvalue=["none", "mild"]',
                'variable="encephalopathy"\ncomparator="<="\nvalue=2\nunit="West Haven grade"',
            ),
            8,
        ),
        (
            (
                BILIRUBIN,
                ALBUMIN,
                INR,
                'variable="ascites"\ncomparator="=="\nvalue="none"',
                'variable="encephalopathy"\ncomparator="=="\nvalue=0\nunit="West Haven grade"',
            ),
            6,
        ),
    ],
)
def test_child_pugh_cap(texts, points):
    assert cap(*texts) == points


def codes(*criteria: str, section: str = "inclusion") -> list[str]:
    text = protocol_text("blank")
    for number, body in enumerate(criteria):
        text += f'\n[[{section}]]\nid = "X{number}"\ntext = "as printed"\n{body}\n'
    return [f.code for f in check_text(text)]


def test_an_upper_below_a_lower_limit_is_impossible():
    assert codes('variable="age"\ncomparator="<"\nvalue=18\nunit="years"') == ["S016"]
    assert codes('variable="age"\ncomparator="<="\nvalue=18\nunit="years"') == []


def test_an_exclusion_can_make_an_inclusion_impossible():
    body = 'variable="age"\ncomparator=">="\nvalue=18\nunit="years"'
    assert codes(body, section="exclusion") == ["S016"]


def test_codes_without_a_common_one_are_impossible():
    assert codes(
        'variable="sex"\ncomparator="=="\nvalue="F"', 'variable="sex"\ncomparator="=="\nvalue="M"'
    ) == ["S016"]


def test_a_flag_wanted_and_excluded_is_impossible():
    both = '{variable="consent",comparator="is-true"},{variable="consent",comparator="is-false"}'
    assert codes(f"all = [{both}]") == ["S016"]
    assert codes(f"any = [{both}]") == []


def test_a_criterion_that_all_values_meet_excludes_nobody():
    assert codes('variable="sex"\ncomparator="in"\nvalue=["M","F","U"]') == ["S017"]
    assert codes('variable="age"\ncomparator=">="\nvalue=0\nunit="years"') == ["S017"]


def test_measurability_by_another_criterion_is_noted():
    body = 'variable="recist10_measurable"\ncomparator="is-true"\nwindow_days=28'
    assert codes(body) == ["S023"]


def test_spans_meet_at_the_stricter_end():
    closed, open_ = Span(high=2.0, high_open=False), Span(high=2.0)
    assert closed.meets(open_) == open_
    assert Span(1.0, 1.0, False, False).empty is False
    assert Span(1.0, 1.0, False, True).empty is True

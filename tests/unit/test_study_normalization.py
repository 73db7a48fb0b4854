"""Findings about [normalization]: windows, repeatability, and what no score may hold."""

import tomllib
from importlib.resources import files

import pytest

from hepatica.clinic.rules.normalization.fact import FACTS, required_facts
from hepatica.records.catalogue import catalogue_codes
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import check_text
from hepatica.study.vocabulary import meaning, words

BLANK = protocol_text("blank")
PLAN = """
[normalization]
target_day = 30
window_days = [21, 45]
baseline_days = 42
min_components = 2

[[normalization.component]]
id = "diameter"
test = "VSDIAM"
region = "tumour"
direction = "decrease"
wcv_percent = 4.0
repeatability_source = "a phantom"
in_score = true

[[normalization.component]]
id = "tortuosity"
test = "VSTORT"
region = "tumour"
direction = "decrease"
scale = "difference"
rc = 0.05
repeatability_source = "a phantom"
in_score = true
"""


def codes(*change: str) -> list[str]:
    text = BLANK + PLAN
    old, new = change
    assert old in text
    return [f.code for f in check_text(text.replace(old, new, 1)) if f not in check_text(BLANK)]


def test_a_sound_plan_has_no_finding() -> None:
    assert check_text(BLANK + PLAN) == check_text(BLANK)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wcv_percent = 4.0", "", "S060"),
        ("wcv_percent = 4.0", "wcv_percent = 4.0\nrc_percent = 11.0", "S060"),
        ("wcv_percent = 4.0", "sd = 0.1", "S060"),
        ("rc = 0.05", "wcv_percent = 4.0", "S060"),
        ('direction = "decrease"\nwcv', "wcv", "S061"),
        ("min_components = 2", "min_components = 3", "S061"),
        ('test = "VSDIAM"', 'test = "LVOL"', "S061"),
        ('test = "VSDIAM"', 'test = "VSSOAMT"', "S061"),
        ('test = "VSDIAM"', 'test = "ARTPERF"', "S062"),
        ('test = "VSDIAM"', 'test = "TVOL"', "S062"),
        ("target_day = 30", "target_day = 20", "S063"),
        ("target_day = 30", "target_day = 46", "S063"),
        ("[21, 45]", "[45, 21]", "S025"),
        ('id = "tortuosity"', 'id = "diameter"', "S012"),
        ('test = "VSTORT"\nregion = "tumour"', 'test = "VSDIAM"\nregion = " Tumour"', "S012"),
        ("baseline_days = 42", 'baseline_days = 42\ncontext = ["VSDIAM"]', "S012"),
        ("baseline_days = 42", 'baseline_days = 42\ncontext = ["LVOL", "LVOL"]', "S012"),
        ('test = "VSDIAM"', 'test = "VSDIAMETER"', "S001"),
        ('repeatability_source = "a phantom"\n', "", "S003"),
        ("baseline_days = 42", "", "S003"),
    ],
)
def test_a_fault_is_found(old: str, new: str, code: str) -> None:
    assert codes(old, new) == [code]


@pytest.mark.parametrize("target_day", [21, 45])
def test_the_target_day_may_be_the_edge_of_its_window(target_day: int) -> None:
    assert codes("target_day = 30", f"target_day = {target_day}") == []


def test_a_plan_without_a_score_is_sound() -> None:
    text = (BLANK + PLAN).replace("in_score = true", "in_score = false")
    assert check_text(text) == check_text(BLANK)


def test_every_quantity_has_its_facts_and_is_a_word() -> None:
    assert set(words("image_test")) == set(catalogue_codes("image_tests")) == set(required_facts())
    assert {fact for facts in required_facts().values() for fact in facts} == set(FACTS)
    named = {"context_test", "exploratory_test", "relative_test", "lesion_test"}
    for name in named:
        assert meaning(name) <= set(words("image_test"))


def test_no_quantity_stands_in_two_groups_of_facts() -> None:
    text = files("hepatica.clinic.rules.normalization").joinpath("facts.toml").read_text("utf-8")
    tests = [test for group in tomllib.loads(text)["group"] for test in group["tests"]]
    assert len(tests) == len(set(tests))

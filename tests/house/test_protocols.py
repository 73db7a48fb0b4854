"""What ships with the protocol language says the same as the language itself."""

import re
from pathlib import Path

import pytest

from hepatica.core.finding import Level
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import check_text, read_study
from hepatica.study.word_page import render_words

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PAGE = ROOT / "docs" / "how-to" / "write-a-protocol.md"


def test_the_beva_tace_template_is_the_example_without_its_label():
    example = (EXAMPLES / "beva-tace" / "study.toml").read_text(encoding="utf-8")
    label = 'label = "Reconstructed from published claims; not patient data"'
    assert example.count(label) == 1
    assert example.replace(label, 'label = ""') == protocol_text("beva-tace")


@pytest.mark.parametrize("folder", sorted(p.parent.name for p in EXAMPLES.glob("*/study.toml")))
def test_every_example_protocol_holds_no_error(folder):
    study = read_study(EXAMPLES / folder)
    assert not [f for f in study.findings if f.level is Level.ERROR]
    assert study.study.label


def test_the_page_lists_every_word_of_the_vocabulary():
    assert render_words() in PAGE.read_text(encoding="utf-8")


BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_of_the_page_is_understood(number):
    findings = check_text(BLOCKS[number])
    absent = {"S003", "S027"}
    assert [str(f) for f in findings if f.code not in absent] == []

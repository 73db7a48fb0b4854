"""The protocol that `hepatica init` writes is the example's, but for its label."""

from pathlib import Path

import pytest

from hepatica.core.finding import Level
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_beva_tace_template_is_the_example_without_its_label():
    example = (EXAMPLES / "beva-tace" / "study.toml").read_text(encoding="utf-8")
    label = 'label = "Reconstructed from published summaries; not patient data"'
    assert example.count(label) == 1
    assert example.replace(label, 'label = ""') == protocol_text("beva-tace")


@pytest.mark.parametrize("folder", sorted(p.parent.name for p in EXAMPLES.glob("*/study.toml")))
def test_every_example_protocol_holds_no_error(folder):
    study = read_study(EXAMPLES / folder)
    assert not [f for f in study.findings if f.level is Level.ERROR]
    assert study.study.label

"""Signs that no document can hold are printed as their code point and never dropped."""

import pytest

from hepatica.report.legible import code_point, legible, replaced


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb\r\nc", "a b c"),
        ("bell \x07", "bell [U+0007]"),
        ("\u202eabc", "[U+202E]abc"),
        ("\ufffe", "[U+FFFE]"),
        ("\ud800", "[U+D800]"),
        ("\ue000", "[U+E000]"),
        ("5\u00a0mg, \u2265 1, \u4e2d", "5\u00a0mg, \u2265 1, \u4e2d"),
        ("zero\u200dwidth", "zero\u200dwidth"),
    ],
)
def test_shown(text: str, shown: str) -> None:
    assert legible(text) == shown


def test_code_points_have_four_digits_at_least() -> None:
    assert code_point("\x01") == "[U+0001]"
    assert code_point("\U0001f600") == "[U+1F600]"


def test_only_the_signs_named_are_replaced() -> None:
    assert replaced("a\u4e2db\u6587", {"\u4e2d"}) == "a[U+4E2D]b\u6587"

"""Signs beyond the built-in font: in pictures they are drawn or printed as their code point."""

import warnings

import matplotlib
import pytest
from matplotlib import font_manager

from hepatica.report.figure import glyph
from hepatica.report.figure.drawing import STYLE, Legend, render_drawing, sheet
from hepatica.report.figure.glyph import FURTHER_FAMILIES, known_signs, show_signs

HAN = "\u4e2d\u6587 label"


def test_usual_signs_are_known() -> None:
    assert set("\u2265\u2212\u00b5\u03b1\u00e9\u2013") <= known_signs()
    assert "\u4e2d" not in known_signs()


def test_without_a_font_the_code_point_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyph, "FURTHER_FAMILIES", ())
    with matplotlib.rc_context(STYLE):
        figure = sheet(1)
        text = figure.text(0, 0, HAN)
        show_signs(figure)
    assert text.get_text() == "[U+4E2D][U+6587] label"


def test_with_a_font_the_sign_is_drawn() -> None:
    installed = {f.name for f in font_manager.fontManager.ttflist}
    if not installed & set(FURTHER_FAMILIES[:6]) and "Noto Sans CJK JP" not in installed:
        pytest.skip("no font with Chinese signs is here: apt-get install fonts-noto-cjk")
    with matplotlib.rc_context(STYLE):
        figure = sheet(1)
        text = figure.text(0, 0, HAN)
        show_signs(figure)
    assert text.get_text() == HAN
    assert len(text.get_fontfamily()) == 2


def test_the_svg_keeps_the_text_and_nothing_warns() -> None:
    legend = Legend("f", "t", "c", "a", HAN)
    with warnings.catch_warnings(), matplotlib.rc_context(STYLE):
        warnings.simplefilter("error")
        drawing = render_drawing(sheet(1), legend, {"a": [1]})
    assert HAN in drawing.svg
    assert drawing.png.startswith(b"\x89PNG")

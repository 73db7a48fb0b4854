"""Which fonts a PDF takes, and which signs none of them has.

The text is set in fonts that come with typst and matplotlib, whatever the machine has installed.
Only for signs beyond these are the machine's fonts asked, by name and in a fixed order; a sign
that still has no glyph is reported, never left out. typst itself is the judge: under PDF/A a sign
without a glyph is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typst

from hepatica.report.figure.glyph import FURTHER_FAMILIES, font_folder, known_signs

PDF_STANDARD: Literal["a-2b"] = "a-2b"

# Shown by nothing, and no font need have them.
_IGNORED = frozenset("\u00ad\u200b\u200c\u200d\u2060")
_PROBE = (
    b'#set text(font: sys.inputs.family, fallback: false)\n#sys.inputs.signs.split(" ").join(" ")'
)


@dataclass(frozen=True, slots=True)
class Fonts:
    """Folders and families for the compiler beyond its own, and the signs that none has."""

    folders: tuple[str, ...]
    families: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()


def fonts_for(texts: Iterable[str]) -> Fonts:
    """The fonts that show these texts."""
    signs = {s for s in set().union(*texts) if not s.isascii()}
    foreign = frozenset(signs - known_signs() - _IGNORED)
    own = (str(font_folder()),)
    if not foreign:
        return Fonts(own)
    fonts = typst.Fonts(include_system_fonts=True)
    compiler = typst.Compiler(font_paths=fonts)
    places = {f.family: f.path for f in sorted(fonts.fonts(), key=lambda f: str(f.path))}
    families, folders, left = [], list(own), foreign
    for family in ("Libertinus Serif", *FURTHER_FAMILIES):
        if left and family in places and (shown := _shown(compiler, family, sorted(left))):
            left -= shown
            families.append(family)
            path = places[family]
            folders += [str(Path(path).parent)] if path else []
    return Fonts(tuple(dict.fromkeys(folders)), tuple(families), left)


def _shown(compiler: typst.Compiler, family: str, signs: list[str]) -> frozenset[str]:
    """Those of `signs` that the family has, by halves."""
    given = {"family": family, "signs": " ".join(signs)}
    try:
        compiler.compile(_PROBE, sys_inputs=given, format="pdf", pdf_standards=[PDF_STANDARD])
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        if len(signs) == 1:
            return frozenset()
        middle = len(signs) // 2
        return _shown(compiler, family, signs[:middle]) | _shown(compiler, family, signs[middle:])
    return frozenset(signs)

"""Where claims come from: the lines of their file, and the faults that were found in it.

Both doors (TOML, CSV) and the checks behind them write their findings here, each at the line of the
key (TOML) or at the row and column (CSV) that it is about.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of

MAX_CLAIMS = 5_000
MAX_TEXT = 2_000
_SHOWN = 60
# Format signs that spelling needs; they stay in words that are only shown.
_SPELLING = frozenset("\u00ad\u200c\u200d\u2060")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\t\n\r")


@dataclass(slots=True)
class ClaimSource:
    """A claims file while it is read.

    `lines` gives the line of a key of the claim that begins at a line, `words` what a row of a
    list said before it was read as variable and statistic, `parts` the claim or table that
    declares a population part of another.
    """

    file: str
    findings: list[Finding] = field(default_factory=list)
    lines: dict[tuple[int, str], int] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)

    def tell(
        self, code: str, at: tuple[int, str], found: str, expected: str, hint: str = ""
    ) -> None:
        """Add a finding at the line of a claim and the key (or column) of it, '' for none."""
        line, key = at
        place = Place(file=self.file, row=self.lines.get(at, line), column=key)
        self.findings.append(finding_of(code, place, found=found, expected=expected, hint=hint))

    def legible(self, text: str, at: tuple[int, str], *, spelling: bool = False) -> str:
        """The text without signs that cannot be seen, cut to `MAX_TEXT`; each change is told."""
        if len(text) > MAX_TEXT:
            found = f"{len(text)} characters"
            self.tell("P018", at, found, f"at most {MAX_TEXT}", "the rest is left out")
            text = text[:MAX_TEXT]
        if text.isprintable():
            return text
        kept = "".join(sign for sign in text if not _hidden(sign, spelling=spelling))
        if kept != text:
            names = dict.fromkeys(f"U+{ord(s):04X}" for s in text if _hidden(s, spelling=spelling))
            hint = "they are left out"
            self.tell("P018", at, f"signs {', '.join([*names][:5])}", "signs that show", hint)
        return kept


def shown(value: Any) -> str:
    """A value of any kind in at most 60 characters that can be printed."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    try:
        text = str(value)
    except ValueError:
        return "a number of thousands of digits"
    text = "".join(s if s.isprintable() else " " for s in text[: _SHOWN + 1])
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def _hidden(sign: str, *, spelling: bool) -> bool:
    if sign in _BLANK or (spelling and sign in _SPELLING):
        return False
    return unicodedata.category(sign) in _UNSEEN

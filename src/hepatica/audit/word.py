"""The words of papers: which variable, level or statistic they mean (`claim_words.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from hepatica.audit.claim import BRACKETS, STATISTICS

ADVERSE_EVENT = "AE "
_JOINED = re.compile(r"([0-9A-Za-z])\s*[-–]\s*([0-9A-Za-z])")
_BOUNDED = re.compile(r"(<=|>=|<|>|≤|≥)\s*([0-9A-Za-z])")
_AND = re.compile(r"\s*(?:/|,|\+|&|\bor\b|\band\b)\s*")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that the rules know. `type` is category, number, time or event."""

    name: str
    type: str
    exclusive: bool = False
    exhaustive: bool = False
    levels: dict[str, str] = field(default_factory=dict)


@cache
def _words() -> dict[str, dict[str, object]]:
    text = files("hepatica.audit").joinpath("claim_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def variables() -> dict[str, Variable]:
    """Every variable of the file by its name."""
    found = {}
    for name, block in _words()["variable"].items():
        assert isinstance(block, dict)
        levels = {w: level for level, words in block.get("levels", {}).items() for w in words}
        exclusive, exhaustive = block.get("exclusive", False), block.get("exhaustive", False)
        found[name] = Variable(name, block["type"], exclusive, exhaustive, levels)
    return found


@cache
def _variable_by_word() -> dict[str, str]:
    blocks = _words()["variable"].items()
    pairs = ((w, name) for name, b in blocks if isinstance(b, dict) for w in b["words"])
    return dict(pairs) | {name.lower(): name for name in variables()}


@cache
def _statistic_by_word() -> dict[str, str]:
    blocks = _words()["statistic"].items()
    pairs = {w: name for name, words in blocks if isinstance(words, list) for w in words}
    return (
        pairs
        | {name: name for name in STATISTICS}
        | {name.replace("_", " "): name for name in STATISTICS}
    )


@cache
def _bracket_by_word() -> dict[str, str]:
    blocks = _words()["bracket"].items()
    pairs = {w: name for name, words in blocks if isinstance(words, list) for w in words}
    return pairs | {name: name for name in BRACKETS}


@cache
def variable_words() -> dict[str, tuple[str, str]]:
    """The words that name a variable, or a level of it, in running text: variable and level.

    Words of one letter are left out, and words that several variables share, such as ``yes``.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for word, name in _variable_by_word().items():
        found.setdefault(word, set()).add((name, ""))
    for variable in variables().values():
        for word, level in variable.levels.items():
            found.setdefault(word, set()).add((variable.name, level))
    return {
        word: next(iter(pairs)) for word, pairs in found.items() if len(pairs) == 1 and word[1:]
    }


def known_variable(word: str) -> str:
    """The name of the variable that `word` means; the word itself where no rule knows it."""
    return _variable_by_word().get(" ".join(word.lower().split()), word.strip())


def known_statistic(word: str) -> str | None:
    """The statistic that `word` means, or None."""
    return _statistic_by_word().get(" ".join(word.lower().split()))


def known_level(variable: str, word: str) -> str:
    """The level of `variable` that `word` means; grades of adverse events become 1 to 5, any."""
    plain = " ".join(word.lower().split())
    if is_adverse_event(variable):
        return known_grade(plain)
    known = variables().get(variable)
    return known.levels.get(plain, word.strip()) if known else word.strip()


def known_bracket(word: str) -> str | None:
    """The kind of bracket that `word` declares, such as ``95% CI``; None for other words."""
    plain = " ".join(word.lower().split())
    plain = re.sub(r"^\d+(\.\d+)?\s*%\s*", "", plain.strip("[]() "))
    return _bracket_by_word().get(plain)


def variable_names(name: str) -> list[str]:
    """The words of papers that mean the variable of this name."""
    return [word for word, known in _variable_by_word().items() if known == name]


def statistic_words(name: str) -> list[str]:
    """The words of papers that mean the statistic of this name."""
    return [word for word, known in _statistic_by_word().items() if known == name]


def bracket_words(kind: str) -> list[str]:
    """The words of papers that declare a bracket to be of this kind."""
    return [word for word, known in _bracket_by_word().items() if known == kind]


@lru_cache(maxsize=65536)
def joined_levels(variable: str, word: str) -> tuple[str, ...]:
    """The levels of the variable that `word` puts together, such as 0 and 1 of ``0-1``.

    Reads ``A-B``, ``A/B``, ``A or B``, ``>=2``; a word that means one level, or that no rule knows,
    stands for itself.
    """
    known = variables().get(variable)
    closed = tuple(dict.fromkeys(known.levels.values())) if known else ()
    single = known_level(variable, word)
    if single in closed:
        return (single,)
    if (match := _JOINED.fullmatch(word.strip())) and {match[1], match[2]} <= set(closed):
        return closed[closed.index(match[1]) : closed.index(match[2]) + 1]
    if (match := _BOUNDED.fullmatch(word.strip())) and match[2] in closed:
        at, sign = closed.index(match[2]), match[1].replace("≤", "<=").replace("≥", ">=")
        return closed[: at + (sign == "<=")] if sign[0] == "<" else closed[at + (sign == ">") :]
    parts = tuple(known_level(variable, part) for part in _AND.split(word.strip()))
    return parts if parts and set(parts) <= set(closed) else (single,)


def is_adverse_event(variable: str) -> bool:
    """Tell whether the variable is the worst grade of an adverse event (``AE nausea``)."""
    return variable.startswith(ADVERSE_EVENT)


def known_grade(word: str) -> str:
    """``any``, ``3`` or ``3-4`` of the words ``any grade``, ``grade III``, ``III-IV``."""
    plain = word.lower().replace("grade", "").replace("–", "-").replace("≥", ">=").strip()
    if plain in {"", "any", "all"}:
        return "any"
    return "-".join(_ROMAN.get(part.strip(), part.strip()) for part in plain.split("-"))


def is_exclusive(variable: str) -> bool:
    """Tell whether every patient has at most one level of the variable."""
    known = variables().get(variable)
    return is_adverse_event(variable) or bool(known and known.exclusive)


def is_exhaustive(variable: str) -> bool:
    """Tell whether every patient has one of the printed levels, unless some are missing."""
    known = variables().get(variable)
    return bool(known and known.exhaustive)

"""Guesses what a number in a sentence is about, from the words of `claim_words.toml` around it.

A guess is marked as one in the draft. Words in the same piece of the sentence, between commas, go
before those of the clause, those before the ones of the whole sentence; short words count only in
capitals, so that `or` and `sd` are not taken for odds ratio and stable disease.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hepatica.audit.word import known_level, variable_words

_ORDINARY = frozenset({"age", "sex"})
_LEVEL = re.compile(
    r"\b(?:class|stage|staging|scores?|was|grade|or|and)\s+(?:scores?\s+)?([A-D]|[0-5])\b"
    r"(?!\s*[.,]\d|\s+\w|\s*[\[(]\d+[\])])"
)
# Variables whose levels are single letters or digits, told only by a word such as class before.
_CLASSES = frozenset({"BCLC", "Child-Pugh", "ECOG-PS"})
_VERB = re.compile(r"\b(?:were|was|had|included|are|experienced|in)\b")
_DEVIATION = re.compile(r"SD\s*[=:]?\s*\d")  # not stable disease
_EMPTY = frozenset(
    (
        *("a", "all", "an", "and", "as", "at", "by", "every", "for", "further", "had", "have"),
        *("in", "is", "of", "on", "only", "or", "other", "patients", "patient", "received"),
        *("remaining", "showed", "that", "the", "to", "underwent", "was", "were", "with"),
        *("experienced", "accepted", "while", "another", "observed", "occurred", "which"),
    )
)
_LAST_WORDS = re.compile(r"[A-Za-z][\w/-]*(?:\s+[A-Za-z][\w/-]*){0,4}\W*$")
_FIRST_WORDS = re.compile(r"^\W*([A-Za-z][\w/-]*(?:\s+[A-Za-z][\w/-]*){0,4})")
_AE_CONTEXT = re.compile(r"adverse events?|\bAEs?\b|toxicit|complication", re.IGNORECASE)
_AE_TERM = re.compile(
    r"(?:^|[,;:(]|\b(?:and|or|were|was|had|included|in|of|experienced)\b)\s*"
    r"([A-Za-z][a-z-]+(?:\s[a-z-]+){0,3})\W*$"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a number is about; `level` is '' where no word says it."""

    variable: str
    level: str = ""


def guessed_subject(
    sentence: str, start: int, end: int, *, after: bool = False, wide: bool = False
) -> Subject:
    """The variable, and its level where a word names it, of the number at ``start:end``.

    Where no word is known, the words beside it: those before, or those `after` for patients. The
    whole sentence is searched for a number that compares (`wide`).
    """
    for signs in (",;", ";", *([""] if wide else [])):
        low, high = _piece(sentence, start, end, signs)
        found = _nearest(sentence[low:high], start - low, end - low)
        if found:
            return found
    return Subject(_words_beside(sentence, start, end, after=after))


def guessed_event(sentence: str, start: int) -> str | None:
    """The adverse event named before a number, where the sentence is about adverse events."""
    if not _AE_CONTEXT.search(sentence):
        return None
    match = _AE_TERM.search(sentence[:start].rstrip(" ([,"))
    words = _trimmed(_VERB.split(match[1])[-1]) if match else ""
    return words.lower() or None


def named_subject(label: str) -> Subject | None:
    """The known variable that a label of a table names, None where it names none."""
    matches = list(_pattern().finditer(label))
    for match in sorted(matches, key=lambda m: -len(m[0])):
        if _counts(match[0]):
            return _subject(match[0])
    return None


def _piece(sentence: str, start: int, end: int, signs: str) -> tuple[int, int]:
    """The part of a sentence between signs, where no digit follows (1,000) and no bracket opens."""
    cuts = [m.end() for m in re.finditer(rf"[{signs}](?!\d)", sentence)] if signs else []
    low = max((cut for cut in cuts if cut <= start), default=0)
    high = min((cut for cut in cuts if cut >= end), default=len(sentence))
    return low, high


def _nearest(part: str, start: int, end: int) -> Subject | None:
    def distance(match: re.Match[str]) -> int:
        return max(start - match.end(), match.start() - end, 0)

    matches = (m for m in _pattern().finditer(part) if _counts(m[0]))
    found = [m for m in matches if not _DEVIATION.match(part, m.start())]
    if not found:
        return None
    subject = _subject(min(found, key=distance)[0])
    if subject.level or subject.variable not in _CLASSES:
        return subject
    levels = sorted(_LEVEL.finditer(part), key=distance)
    return Subject(subject.variable, levels[0][1] if levels else "")


def _subject(word: str) -> Subject:
    variable, level = variable_words()[" ".join(word.lower().split())]
    return Subject(variable, known_level(variable, level) if level else "")


def _counts(word: str) -> bool:
    return len(word) > 4 or word.isupper() or word.lower() in _ORDINARY


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(variable_words(), key=len, reverse=True)
    spaced = (re.escape(word).replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(spaced)})(?![\w])", re.IGNORECASE)


def _words_beside(sentence: str, start: int, end: int, *, after: bool) -> str:
    before = _LAST_WORDS.search(sentence[max(0, start - 80) : start])
    behind = _FIRST_WORDS.match(sentence[end : end + 80])
    texts = [before[0] if before else "", behind[1] if behind else ""]
    words = [_trimmed(text) for text in (reversed(texts) if after else texts)]
    return next(filter(None, words), "not known")[:60]


def _trimmed(text: str) -> str:
    """The words without those at both ends that name nothing."""
    words = re.findall(r"[\w/-]+", text)
    while words and words[0].lower() in _EMPTY:
        words.pop(0)
    while words and words[-1].lower() in _EMPTY:
        words.pop()
    return " ".join(words)

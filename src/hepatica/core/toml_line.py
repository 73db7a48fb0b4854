"""Line number of every key and table of a TOML text, which tomllib does not give.

The scanner reads structure only: keys, table headers, strings, brackets, braces and comments.
Values are tomllib's business, so the text must already have been accepted by tomllib; on text
that it would refuse, the lines found so far are returned without complaint.

A path is a tuple of keys, with the position (0, 1, 2) where an array holds tables or values:
``("endpoint", 0, "origin")``.
"""

from __future__ import annotations

import re

from hepatica.core.errors import UsageError

Path = tuple[str | int, ...]

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 40

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_ATOM = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[Path, int]:
    """Line (the first is 1) on which each key path of a TOML text is written.

    A table opened only by its children has the line of the first child.

    Raises      UsageError where the text has more than `MAX_CHARACTERS` characters or brackets
                nest deeper than `MAX_DEPTH`.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"TOML text of {len(text)} characters: at most {MAX_CHARACTERS} are read")
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}
        self.prefix: Path = ()

    def run(self) -> dict[Path, int]:
        self._skip(_BLANK)
        while self.at < len(self.text):
            start = self.at
            if self.text.startswith("[", self.at):
                self._header()
            else:
                self._pair(self.prefix, depth=0)
            self._skip(_BLANK)
            if self.at == start:
                break
        return self.lines

    def _header(self) -> None:
        line = self._line()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self._dotted()
        *parents, last = keys or [""]
        prefix: Path = ()
        for key in parents:
            prefix = self._inside((*prefix, key))
        prefix = (*prefix, last)
        if array:
            self.arrays[prefix] = self.arrays.get(prefix, -1) + 1
        self.prefix = self._inside(prefix)
        self._note(self.prefix, line)
        self._skip(re.compile(r"[ \t]*\]{1,2}"))

    def _inside(self, path: Path) -> Path:
        return (*path, self.arrays[path]) if path in self.arrays else path

    def _pair(self, prefix: Path, *, depth: int) -> None:
        line = self._line()
        keys = self._dotted()
        if not keys or not self.text.startswith("=", self.at):
            return
        self.at += 1
        path = (*prefix, *keys)
        self._note(path, line)
        self._skip(_SPACE)
        self._value(path, depth)

    def _value(self, path: Path, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise UsageError(f"TOML brackets nest deeper than {MAX_DEPTH} at line {self._line()}")
        match self.text[self.at : self.at + 1]:
            case "[":
                self._array(path, depth)
            case "{":
                self._inline_table(path, depth)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_ATOM)

    def _array(self, path: Path, depth: int) -> None:
        self.at += 1
        position = 0
        while self._more("]"):
            start = self.at
            self._note((*path, position), self._line())
            self._value((*path, position), depth + 1)
            position += 1
            if self.at == start:
                return

    def _inline_table(self, path: Path, depth: int) -> None:
        self.at += 1
        while self._more("}"):
            start = self.at
            self._pair(path, depth=depth + 1)
            if self.at == start:
                return

    def _more(self, closing: str) -> bool:
        self._skip(_BLANK)
        while self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        if self.text.startswith(closing, self.at):
            self.at += 1
            return False
        return self.at < len(self.text)

    def _dotted(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start : start + 1] in {'"', "'"}:
                self._skip(_STRING)
                keys.append(_unquoted(self.text[start : self.at]))
            else:
                self._skip(_BARE)
                keys.append(self.text[start : self.at])
            if self.at == start:
                return []
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _note(self, path: Path, line: int) -> None:
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()


_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))')


def _unquoted(token: str) -> str:
    if token.startswith("'"):
        return token[1:-1]
    return _ESCAPE.sub(
        lambda m: _ESCAPES[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), token[1:-1]
    )

"""Every work named in a docstring as [author2020] is in the list of references."""

import re
import tomllib
from pathlib import Path

import pytest

from hepatica.core.citation import citation, citations

SOURCE = Path(__file__).parents[2] / "src"
KEY = re.compile(r"\[([a-z]+(?:1[89]|20)\d{2}[a-z]?)\b[^\]\n]*\]")


def cited() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".sql"}:
            for key in KEY.findall(path.read_text(encoding="utf-8")):
                found.setdefault(key, set()).add(path.name)
    return found


def test_every_citation_resolves():
    unknown = {key: files for key, files in cited().items() if key not in citations()}
    assert not unknown


def test_the_pattern_finds_citations():
    assert KEY.findall("as [kaplan1958] and [author2020, eq. 4] but not [0] or [a, b]") == [
        "kaplan1958",
        "author2020",
    ]


def test_an_unknown_key_is_a_key_error():
    with pytest.raises(KeyError):
        citation("nobody1900")


def test_each_work_has_a_text_and_a_key_of_its_year():
    text = (SOURCE / "hepatica" / "core" / "references.toml").read_text(encoding="utf-8")
    for key, entry in tomllib.loads(text).items():
        year = re.search(r"\d{4}$", key)
        assert not year or year[0] in entry["text"], key
        assert entry["text"].endswith(".") and len(entry["text"]) > 30, key
    assert str(citation("zhang2021")).endswith("doi:10.21037/apm-21-2123")

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.core.errors import UsageError
from hepatica.core.toml_line import MAX_CHARACTERS, MAX_DEPTH, key_lines

TEXT = '''\
# a comment with [brackets] and = signs
title = "one # not a comment"
"quoted key" = 1

[server]            # a table
host.name = "x"
ports = [
  8001,  # first
  8002,
]
text = """
[not.a.table]
not_a_key = 1
"""
literal = \'\'\'
[[neither]]
\'\'\'
after = 1

[server.deep."dotted.name"]
leaf = { a = 1, b = { c = [1, 2], "d e" = 2 } }

[[fruit]]
name = "apple"
[[fruit.variety]]
name = "red"
[[fruit.variety]]
name = "green"

[[fruit]]
name = "pear"
[fruit.physical]
colour = 'green'
[[fruit.variety]]
name = "williams"

[mixed]
list = [
  { variable = "a" },
  { variable = "b", all = [
    { x = 1 },
    { x = 2 }
  ] },
]
'''

LINES = {
    ("title",): 2,
    ("quoted key",): 3,
    ("server",): 5,
    ("server", "host"): 6,
    ("server", "host", "name"): 6,
    ("server", "ports"): 7,
    ("server", "ports", 0): 8,
    ("server", "ports", 1): 9,
    ("server", "text"): 11,
    ("server", "literal"): 15,
    ("server", "after"): 18,
    ("server", "deep"): 20,
    ("server", "deep", "dotted.name"): 20,
    ("server", "deep", "dotted.name", "leaf"): 21,
    ("server", "deep", "dotted.name", "leaf", "b", "c", 1): 21,
    ("server", "deep", "dotted.name", "leaf", "b", "d e"): 21,
    ("fruit",): 23,
    ("fruit", 0): 23,
    ("fruit", 0, "name"): 24,
    ("fruit", 0, "variety", 0): 25,
    ("fruit", 0, "variety", 0, "name"): 26,
    ("fruit", 0, "variety", 1): 27,
    ("fruit", 0, "variety", 1, "name"): 28,
    ("fruit", 1): 30,
    ("fruit", 1, "name"): 31,
    ("fruit", 1, "physical"): 32,
    ("fruit", 1, "physical", "colour"): 33,
    ("fruit", 1, "variety", 0): 34,
    ("fruit", 1, "variety", 0, "name"): 35,
    ("mixed", "list"): 38,
    ("mixed", "list", 0, "variable"): 39,
    ("mixed", "list", 1): 40,
    ("mixed", "list", 1, "all"): 40,
    ("mixed", "list", 1, "all", 0, "x"): 41,
    ("mixed", "list", 1, "all", 1, "x"): 42,
}


def _paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _paths(inner, (*path, position))


def test_every_kind_of_key_has_the_line_it_is_written_on():
    lines = key_lines(TEXT)
    assert {path: lines.get(path) for path in LINES} == LINES


def test_every_path_that_tomllib_reads_has_a_line_and_no_other():
    assert set(key_lines(TEXT)) == set(_paths(tomllib.loads(TEXT))) - {()}


def test_windows_line_ends_count_once():
    lines = key_lines("a = 1\r\n\r\n[b]\r\nc = 2\r\n")
    assert lines == {("a",): 1, ("b",): 3, ("b", "c"): 4}


def test_escapes_in_quoted_keys_are_understood():
    assert key_lines('"tab\\t\\u00e9" = 1') == {("tab\té",): 1}


@pytest.mark.parametrize(
    "text",
    [
        "a = [[[",
        'a = "',
        "[",
        "[[",
        "a = {b = ",
        "= 1",
        "a",
        '"',
        "a = [}",
        "a = {]",
        'a = ["',
        "]",
    ],
)
def test_broken_text_ends_without_complaint(text):
    assert isinstance(key_lines(text), dict)


def test_deep_nesting_is_refused():
    depth = MAX_DEPTH + 2
    with pytest.raises(UsageError, match="deeper than"):
        key_lines("a = " + "[" * depth + "]" * depth)
    with pytest.raises(UsageError, match="deeper than"):
        key_lines("a = " + "{b = " * depth + "1" + "}" * depth)


def test_huge_text_is_refused():
    with pytest.raises(UsageError, match="characters"):
        key_lines("#" * (MAX_CHARACTERS + 1))


_KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
_LEAVES = st.one_of(
    st.integers(-99, 99), st.booleans(), st.text(alphabet="ab]}#=,\n\"'\\", max_size=6)
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def _written(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_written(v)},\n" for v in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value).lower()


@given(st.dictionaries(_KEYS, _TREES, max_size=4))
def test_any_document_has_a_line_for_each_path(document):
    text = "".join(f"{key} = {_written(value)}\n" for key, value in document.items())
    assert tomllib.loads(text) == document
    assert set(key_lines(text)) == set(_paths(document)) - {()}


@given(st.text(alphabet="a=[]{}\"'#,.\n \\", max_size=40))
def test_no_text_hangs_the_scanner(text):
    assert isinstance(key_lines(text), dict)

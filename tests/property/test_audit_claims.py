"""Any claims file gives a paper with findings or one sentence; written, it reads back the same."""

import csv
import io
import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.audit.claim import BRACKETS, STATISTICS, Bracket, Claim, Paper
from hepatica.audit.claim_check import NUMERIC
from hepatica.audit.claim_file import read_claims
from hepatica.audit.claim_row import COLUMNS
from hepatica.audit.claim_text import claims_text
from hepatica.audit.claim_toml import CLAIM_KEYS
from hepatica.core.errors import HepaticaError
from hepatica.core.finding import Finding

SETTINGS = settings(deadline=None, max_examples=200)

anything = st.text(max_size=40)
value = st.one_of(
    anything.map(lambda text: '"' + "".join(f"\\U{ord(c):08X}" for c in text) + '"'),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["true", "2014-01-01", "07:32:00", "[]", "[1, 'a']", "{a = 1}", "nan", "'NR'", "'12'"]
    ),
    st.sampled_from(sorted(STATISTICS)).map(repr),
)
pair = st.tuples(st.sampled_from([*CLAIM_KEYS, "name", "size", "within", "x.y"]), value)
table = st.tuples(
    st.sampled_from(
        ["[paper]", "[[population]]", "[[claim]]", "[[claim]]", "[claim]", "[x.claim]"]
    ),
    st.dictionaries(pair.map(lambda p: p[0]), value, max_size=8),
).map(lambda t: "\n".join([t[0], *(f"{key} = {text}" for key, text in t[1].items())]))
toml_text = st.one_of(
    st.lists(table, max_size=6).map("\n".join), st.text(max_size=200), st.binary(max_size=80)
)


def _read(content: str | bytes, name: str) -> tuple[Paper, tuple[Finding, ...]] | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogatepass")
        path.write_bytes(content)
        try:
            return read_claims(path)
        except HepaticaError as told:
            assert str(told).startswith(name)
            return None


def _is_well_told(findings: tuple[Finding, ...], last: int) -> bool:
    return all(
        f.place.row is not None and 1 <= f.place.row <= last and len(f.found) < 200
        for f in findings
        if f.code != "R018"
    )


def _plain(paper: Paper) -> Paper:
    claims = (replace(c, line=0, value=c.value.strip()) for c in paper.claims)
    return replace(paper, claims=tuple(claims), file="")


def _round_trip_holds(paper: Paper) -> None:
    text = claims_text(paper)
    tomllib.loads(text)
    again = _read(text, "claims.toml")
    assert again is not None
    once = _read(claims_text(again[0]), "claims.toml")
    assert once is not None
    # What the first reading settled (values of several numbers, spaces) is settled.
    assert _plain(once[0]) == _plain(again[0])
    assert {c.id for c in again[0].claims} <= {c.id for c in paper.claims}
    codes = {"P006", "P007", "P008", "P009", "P011", "P018"}
    # A note that says that a claim was guessed is told, as it must be.
    assert not [f for f in again[1] if f.code in codes and f.place.column != "note"]
    assert claims_text(again[0]) == text


@SETTINGS
@given(toml_text)
def test_any_toml_gives_claims_or_a_sentence(content: str | bytes) -> None:
    read = _read(content, "claims.toml")
    if read is None:
        return
    paper, findings = read
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    assert _is_well_told(findings, raw.count(b"\n") + 1)
    assert paper.claims or findings
    _round_trip_holds(paper)


cell = st.one_of(
    anything,
    st.sampled_from([*STATISTICS, "median OS", "AE grade III", "eligibility: age", "definition:"]),
    st.sampled_from(["12", "5.0", "%", "n=3", "A (n=10)", "=1+1", "95% CI", "[range]", "mean?"]),
)
header = st.lists(
    st.one_of(
        st.sampled_from([*COLUMNS, "n", "N", "section", "ci_low", "ci_high", "arm"]), anything
    ),
    max_size=8,
)


@st.composite
def csv_text(draw: st.DrawFn) -> str:
    head = ["statistic", *draw(header)]
    rows = draw(st.lists(st.lists(cell, max_size=len(head) + 1), max_size=6))
    file = io.StringIO()
    csv.writer(file, delimiter=draw(st.sampled_from(",;\t"))).writerows([head, *rows])
    return file.getvalue()


@SETTINGS
@given(st.one_of(csv_text(), st.text(max_size=200), st.binary(max_size=80)))
def test_any_csv_gives_claims_or_a_sentence(content: str | bytes) -> None:
    read = _read(content, "claims.csv")
    if read is not None:
        assert _is_well_told(read[1], 1000)
        assert read[0].claims or read[1]
        _round_trip_holds(read[0])


legible = st.text(st.characters(exclude_categories=["C"]), max_size=20)
number = st.from_regex(r"(<|>=)?[0-9]{1,4}(\.[0-9]{1,2})?", fullmatch=True)
bracket = st.builds(
    Bracket, number, number, st.sampled_from([b for b in BRACKETS if b != "sd"]), number
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    statistic = draw(st.sampled_from(sorted(STATISTICS)))
    return Claim(
        draw(st.from_regex(r"[A-Z][0-9]{1,6}", fullmatch=True)),
        draw(legible),
        draw(st.text(st.characters(exclude_categories=["C"], include_characters='\n\t"\\'))),
        draw(st.sampled_from(["OS", "sex", "AE nausea", "anything", ""])),
        statistic,
        draw(st.sampled_from(["all enrolled", "arm A", "arm B"])),
        draw(st.sampled_from(["", "3", "6 months", "F"])) if statistic != "rank" else "",
        value=draw(number if statistic in NUMERIC else legible),
        count=draw(number),
        denominator=draw(st.one_of(st.just(""), number)),
        unit=draw(legible),
        bracket=draw(st.none() | bracket),
        between=draw(st.sampled_from([(), ("arm A", "arm B")])),
        method=draw(legible),
        note=draw(legible),
    )


@SETTINGS
@given(st.lists(claims(), max_size=5, unique_by=lambda c: c.id))
def test_a_paper_is_written_and_read_without_loss(listed: list[Claim]) -> None:
    # A value is read without the spaces around it.
    listed = [replace(c, value=c.value.strip()) for c in listed]
    text = claims_text(Paper(tuple(listed)))
    read = _read(text, "claims.toml")
    assert read is not None
    paper, _ = read
    told = {"AE nausea": "any"}
    expected = [
        replace(c, level=told[c.variable]) if c.variable in told and not c.level else c
        for c in listed
    ]
    assert [replace(c, line=0) for c in paper.claims] == [
        replace(c, level=c.level if c.variable != "AE nausea" else c.level.lower())
        for c in expected
    ]
    _round_trip_holds(paper)

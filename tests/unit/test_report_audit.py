"""The page and the texts of an audit, from audits made by hand."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from audit_sample import (
    CLAIMS,
    CONFLICTS,
    DISCREPANCIES,
    ERROR,
    PAPER,
    SEARCH,
    WARNING,
    clean,
    faults,
    sample,
)

from hepatica.audit.claim import Claim
from hepatica.audit.conflict import Conflict
from hepatica.audit.outcome import Discrepancy
from hepatica.report.audit.document import audit_document, whole_document
from hepatica.report.audit.entry import conflict_entries, drawn_entries
from hepatica.report.audit.file import write_audit
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.html import render_audit_page
from hepatica.report.audit.locus import MOST_SECTIONS, OTHER, paper_sections, section_name
from hepatica.report.audit.mark import Mark
from hepatica.report.audit.order import in_order
from hepatica.report.audit.origin import origin_of
from hepatica.report.audit.page_layout import LINE_MOST, page_layout
from hepatica.report.audit.paper_map import MOST_DRAWN, map_words, render_paper_map
from hepatica.report.audit.sentence import completeness_sentence, summary, verdict_sentence
from hepatica.report.audit.standing import AGREES, CONTRADICTS, READING, STANDINGS, UNCHECKED
from hepatica.report.audit.text import audit_text

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
    "</style></title>{{ 7 * 7 }}{% raw %}&amp;"
)


@pytest.fixture
def given(tmp_path: Path) -> AuditInput:
    return sample(tmp_path / "claims.toml")


def page_of(given: AuditInput) -> str:
    return render_audit_page(given, origin_of(given))


def states(given: AuditInput) -> dict[str, str]:
    return {s.claim.id: s.state for s in given.standings}


class Tags(HTMLParser):
    """Every element opened, its attributes, and whether the elements nest."""

    VOID = frozenset({"meta", "link", "br", "img", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def names(self) -> set[str]:
        return {tag for tag, _ in self.opened}


# --- how a claim stands -----------------------------------------------------------------------


def test_standings(given):
    assert states(given) == {
        "N": AGREES,  # a note does not make a reading, and the data set has 20 patients
        "CR": CONTRADICTS,
        "PR": CONTRADICTS,
        "ORR": CONTRADICTS,
        "PFS": CONTRADICTS,  # of the second minimal conflict
        "AGE": AGREES,  # true of the data set
        "DOI": UNCHECKED,
        "LIT": UNCHECKED,
    }


def test_a_conflict_weighs_as_the_discrepancy_of_the_same_claims(tmp_path):
    only = replace(SEARCH, conflicts=(Conflict(("PFS",), (), "x"),))
    given = sample(tmp_path / "c.toml", search=only, discrepancies=DISCREPANCIES[:1])
    assert states(given)["PFS"] == READING
    alone = sample(tmp_path / "c.toml", search=only, discrepancies=())
    assert states(alone)["PFS"] == CONTRADICTS


def test_a_claim_false_of_the_data_set_is_not_said_to_agree(tmp_path):
    claims = tuple(replace(c, value="99.9") if c.id == "AGE" else c for c in CLAIMS)
    given = clean(tmp_path / "c.toml", paper=replace(PAPER, claims=claims))
    assert states(given)["AGE"] == UNCHECKED


def test_every_unchecked_claim_has_a_reason(given):
    reasons = {s.claim.id: s.reason for s in given.standings}
    assert "another study" in reasons["LIT"]
    assert "identifier" in reasons["DOI"]
    assert all(bool(s.reason) == (s.state == UNCHECKED) for s in given.standings)


# --- the verdict ------------------------------------------------------------------------------


def test_the_verdict_is_told_without_blame(given, tmp_path):
    text = verdict_sentence(given)
    assert "8 claims" in text and "cannot all be true as printed: there is 1 contradic" in text
    assert "No reading that was tried makes any of them disappear" in text
    rescued = replace(DISCREPANCIES[1], rescued_by=("ORR of PR alone",))
    other = sample(tmp_path / "c.toml", discrepancies=(rescued,))
    assert "1 of them disappears under another reading" in verdict_sentence(other)
    fine = verdict_sentence(clean(tmp_path / "c.toml"))
    assert "can be true together, not that they are" in fine
    page = re.sub(r"<style>.*?</style>", "", page_of(given), flags=re.DOTALL).lower()
    for word in ("misconduct", "fraud", "fabricat", "dishonest", "suspicious", "manipulat"):
        assert word not in page


def test_unknown_says_why(tmp_path):
    path = tmp_path / "c.toml"
    nothing = clean(path, search=None)
    assert nothing.audit.verdict == "unknown"
    assert "no set of patients was searched for" in verdict_sentence(nothing)
    ended = clean(path, search=replace(SEARCH, conflicts=(), decided=False, note="budget of 30 s"))
    assert "did not end (budget of 30 s)" in verdict_sentence(ended)
    assert "may be conflicts" in completeness_sentence(ended)
    assert "no claim" in verdict_sentence(clean(path, paper=replace(PAPER, claims=())))
    assert "has faults" in verdict_sentence(clean(path, faults=faults("P002", 1)))


def test_complete_needs_an_answer_all_conflicts_and_all_repairs(given, tmp_path):
    assert given.complete
    for field in ("decided", "complete", "optimal"):
        less = sample(tmp_path / "c.toml", search=replace(SEARCH, **{field: False}))
        assert not less.complete
        assert "All minimal conflicts and all" not in completeness_sentence(less)
    assert not sample(tmp_path / "c.toml", search=None).complete


def test_summary_counts_everything(given):
    assert summary(given) == (
        "CONTRADICTORY: 1 error, 2 warnings, 1 note; 2 minimal conflicts; 2 checks passed; "
        "2 of 8 claims not checked."
    )


# --- terminal and JSON ------------------------------------------------------------------------


def test_findings_are_ordered_by_severity_then_place(given):
    assert [(f.code, str(f.level)) for f in in_order(given.audit)] == [
        (ERROR, "error"),
        (WARNING, "warning"),
        ("P006", "warning"),
        ("P402", "note"),
    ]


def test_text_has_the_grammar_of_findings(given):
    lines = list(audit_text(given))
    assert lines[0] == f"claims.toml:9 error {ERROR}: 1 + 6 = 7 of 20 = 35.0%, printed 30.0%"
    assert lines[1] == "    CR Abstract (L2): “1 (5.0%) had CR”"
    assert "    source: CR + PR [eisenhauer2009]" in lines
    assert "    tried in vain: ORR of PR alone" in lines
    assert "    rescued by: 1.0–10.5 read as the range" in lines
    assert "claims.toml:33 warning P006: found key 'x'; expected a key" in lines
    assert "Minimal conflict 2 of 2: six progress late" in lines
    assert "    rules: time.second-scan" in lines
    assert "Repair 1 of 2 (weight 2): everything else can be true without" in lines
    assert lines[-1] == summary(given)


def test_text_tells_many_notes_of_one_code_once(tmp_path):
    given = sample(tmp_path / "c.toml", faults=(*faults("P009", 190), *faults("P005", 9)))
    lines = list(audit_text(given))
    assert sum("note P009" in line for line in lines) == 3
    assert "187 findings more of P009; all stand in --json" in lines
    assert sum("error P005" in line for line in lines) == 9


def test_text_of_a_hostile_quote_stays_on_its_line(tmp_path):
    claims = (replace(CLAIMS[1], quote="a\nb\x1b[31m\u202ec" + "x" * 5000), *CLAIMS[2:])
    given = sample(tmp_path / "c.toml", paper=replace(PAPER, claims=claims))
    lines = list(audit_text(given))
    quote = next(line for line in lines if line.startswith("    CR"))
    assert "a b[U+001B][31m[U+202E]c" in quote and len(quote) < 300
    assert not any(sign in "".join(lines) for sign in "\n\x1b\u202e")


def test_json_is_the_contract(given):
    told = json.loads(json.dumps(audit_document(given)))
    assert list(told) == ["verdict", "findings", "conflicts", "repairs", "complete", "passed"]
    assert told["verdict"] == "contradictory" and told["complete"] is True
    first = told["findings"][0]
    assert (first["code"], first["severity"], first["line"]) == (ERROR, "error", 9)
    assert first["claims"][0] == {"id": "CR", "place": "Abstract (L2)", "quote": "1 (5.0%) had CR"}
    assert first["tried"] == ["ORR of PR alone"] and first["rescued_by"] == []
    fault = next(f for f in told["findings"] if f["code"] == "P006")
    assert fault["line"] == 33 and [c["id"] for c in fault["claims"]] == ["AGE"]
    assert told["conflicts"][1]["rescued_by"] == ["read as the range"]
    assert told["conflicts"][0]["rules"] == ["response.orr"]
    assert [r["claims"][0]["id"] for r in told["repairs"]] == ["ORR", "CR"]
    assert told["passed"][0] == {"code": "P001", "claims": ["CR"], "message": "1 of 20 = 5.0%"}


def test_whole_document_says_how_each_claim_stands(given):
    whole = whole_document(given)
    assert set(audit_document(given)) < set(whole)
    assert [c["id"] for c in whole["claims"]] == [c.id for c in CLAIMS]
    assert {c["standing"] for c in whole["claims"]} <= set(STANDINGS)


# --- the map ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("Abstract (L21)", "Abstract"),
        ("Table 2, row melena", "Table 2"),
        ("Results: efficacy", "Results"),
        ("Figure 1", "Figure 1"),
        ("(L21)", "(L21)"),
        ("", "No place given"),
        ("  ", "No place given"),
        ("x" * 99, "x" * 43 + "…"),
    ],
)
def test_section_of_a_place(place, name):
    assert section_name(place) == name


def test_sections_stand_in_order_of_appearance_and_hold_every_claim(given):
    sections = paper_sections(given.standings)
    names = [s.name for s in sections]
    assert names == ["Abstract", "Results", "Table 1", "Footnote", "Discussion"]
    assert sum(len(s.standings) for s in sections) == len(CLAIMS)


def test_many_sections_become_other_places(tmp_path):
    claims = tuple(replace(CLAIMS[0], id=str(n), place=f"Place {n}") for n in range(100))
    given = clean(tmp_path / "c.toml", paper=replace(PAPER, claims=claims))
    sections = paper_sections(given.standings)
    assert len(sections) == MOST_SECTIONS + 1 and sections[-1].name == OTHER
    assert len(sections[-1].standings) == 100 - MOST_SECTIONS


def test_map_draws_every_claim_and_a_line_from_each_claim_of_an_entry(given):
    root = ElementTree.fromstring(render_paper_map(given))
    words = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "words")
    assert len(words.findall(f"{SVG}g")) == len(CLAIMS)
    ties = list(root.iter(f"{SVG}a"))
    assert [t.get("href") for t in ties] == ["#e-1", "#e-5", "#e-2"]
    spokes = [sum(p.get("class") == "spoke" for p in t.iter(f"{SVG}path")) for t in ties]
    assert spokes == [3, 2, 1]
    assert [t.get("class") for t in ties] == ["tie bad", "tie bad", "tie odd"]
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc").text == map_words(given)


def test_a_conflict_that_repeats_a_discrepancy_is_drawn_once(given):
    assert CONFLICTS[0].claims == DISCREPANCIES[1].claims
    assert 'href="#e-4"' not in render_paper_map(given)
    assert 'id="e-4"' in page_of(given)


def test_a_conflict_among_the_findings_keeps_its_number(tmp_path):
    twin = replace(DISCREPANCIES[1], code="P301", rules=("response.orr",))
    given = sample(tmp_path / "c.toml", discrepancies=(*DISCREPANCIES, twin))
    told, further = conflict_entries(given.audit)
    assert (told.code, told.number) == ("P301", 1) and (further.code, further.number) == ("", 5)
    assert told.title.endswith(": best response and ORR")
    # What a check says of the same claims is drawn, and the solver's entry only listed.
    assert [e.number for e in drawn_entries(given.audit)] == [2, 5, 3]
    lines = list(audit_text(given))
    assert "Minimal conflict 1 of 2 (among the findings): CR, PR and ORR by response.orr" in lines
    alone = sample(tmp_path / "c.toml", discrepancies=(twin,))
    assert [e.number for e in drawn_entries(alone.audit)] == [1, 2]


def test_standings_differ_in_shape_not_in_colour_alone():
    outlines = {Mark(0, 30, 10, s).svg().split('d="')[1].split('"')[0] for s in STANDINGS}
    assert len(outlines) == len(STANDINGS)


def test_marks_stay_on_the_page_and_do_not_overlap(given):
    placed = page_layout(paper_sections(given.standings)).placed
    lines: dict[float, list[Mark]] = {}
    for one in placed:
        lines.setdefault(one.mark.middle, []).append(one.mark)
    for marks in lines.values():
        assert all(a.right < b.left for a, b in pairwise(marks))
        assert marks[0].left > 8 and marks[-1].right < 348


def test_lines_stand_wider_where_the_entries_need_room(given):
    sections = paper_sections(given.standings)
    tight, loose = page_layout(sections), page_layout(sections, wanted=10_000)
    assert tight.bottom < loose.bottom <= tight.bottom + 12 * LINE_MOST


def test_only_so_many_entries_are_drawn_and_the_rest_is_told(tmp_path):
    many = tuple(Discrepancy(ERROR, f"discrepancy {n}", ("CR",)) for n in range(MOST_DRAWN + 5))
    given = sample(tmp_path / "c.toml", discrepancies=many, search=None)
    assert render_paper_map(given).count("<a ") == MOST_DRAWN
    page = page_of(given)
    assert "5 more stand in the list only" in page
    assert f"discrepancy {MOST_DRAWN + 4}" in page


# --- the page ---------------------------------------------------------------------------------


def test_page_holds_everything_and_loads_nothing(given):
    page = page_of(given)
    for text in (
        "Cannot all be true",
        "1 + 6 = 7 of 20 = 35.0%, printed 30.0%",
        "6.3 months (95% CI 1.0–10.5)",
        "Tried in vain",
        "Would be resolved by",
        "Objective response is complete or partial response",
        "none of them is &ldquo;the&rdquo; error",
        "1 of 20 = 5.0%",
        "A number of another study",
        "New response evaluation criteria in solid tumours",
        "30 seconds for the solver",
    ):
        assert text in page, text
    tags = Tags(page)
    assert not tags.open
    assert not {"script", "link", "img", "iframe", "object"} & tags.names()
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "default-src 'none'" in page


def test_every_link_has_its_target_and_identifiers_are_unique(given):
    tags = Tags(page_of(given))
    identifiers = [a["id"] for _, a in tags.opened if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    links = {a["href"].removeprefix("#") for t, a in tags.opened if t == "a" and a.get("href")}
    assert links <= set(identifiers)
    named = {i for _, a in tags.opened for i in (a.get("aria-labelledby") or "").split()}
    assert named <= set(identifiers)


def test_page_of_a_consistent_paper(tmp_path):
    page = page_of(clean(tmp_path / "c.toml"))
    assert "No contradiction found" in page and "No check found a discrepancy." in page
    assert not Tags(page).open


def test_page_of_no_claims_at_all(tmp_path):
    empty = replace(PAPER, claims=(), title="")
    given = sample(
        tmp_path / "c.toml", paper=empty, discrepancies=(), passed=(), search=None, faults=()
    )
    page = page_of(given)
    assert "0 claims" in page and not Tags(page).open


def hostile(text: str) -> Iterator[Claim]:
    for claim in CLAIMS:
        yield replace(
            claim, place=text, quote=text, note=text, variable=text, level=text, population=text
        )


def test_hostile_texts_are_texts(tmp_path):
    paper = replace(
        PAPER, claims=tuple(hostile(HOSTILE)), title=HOSTILE, reference=HOSTILE, file=HOSTILE
    )
    bad = Discrepancy(ERROR, HOSTILE, ("CR",), HOSTILE, (HOSTILE,), (HOSTILE,), (HOSTILE,))
    conflict = Conflict(("CR", "PR"), (HOSTILE,), HOSTILE, (HOSTILE,), (HOSTILE,))
    search = replace(SEARCH, conflicts=(conflict,), note=HOSTILE)
    given = sample(tmp_path / "c.toml", paper=paper, discrepancies=(bad,), search=search)
    page = page_of(given)
    tags = Tags(page)
    assert not tags.open
    assert "script" not in tags.names() and "img" not in tags.names()
    assert not any(name.startswith("on") for _, a in tags.opened for name in a)
    assert "{{ 7 * 7 }}" in page
    ElementTree.fromstring(render_paper_map(given))


def test_signs_that_hide_or_turn_text_are_printed_as_code_points(tmp_path):
    paper = replace(PAPER, claims=tuple(hostile("5\u202e0.0\x00\x07\u200f\ud800%")))
    page = page_of(sample(tmp_path / "c.toml", paper=paper))
    assert "5[U+202E]0.0[U+0000][U+0007][U+200F][U+D800]%" in page
    assert not set("\u202e\x00\x07\u200f\ud800") & set(page)
    page.encode()


def test_a_long_quote_is_cut_and_the_cut_told(tmp_path):
    paper = replace(PAPER, claims=tuple(hostile("x" * 5000)))
    page = page_of(sample(tmp_path / "c.toml", paper=paper))
    assert "x" * 401 not in page and "… (5,000 characters)" in page


def test_ten_thousand_claims_make_a_page(tmp_path):
    claims = tuple(
        replace(CLAIMS[n % 8], id=f"C{n}", place=f"Table {n % 500}") for n in range(10_000)
    )
    bad = tuple(Discrepancy(ERROR, "x", tuple(c.id for c in claims[:2000])) for _ in range(12))
    given = sample(
        tmp_path / "c.toml",
        paper=replace(PAPER, claims=claims), discrepancies=bad, passed=(), search=None,
    )  # fmt: skip
    svg = render_paper_map(given)
    root = ElementTree.fromstring(svg)
    height = float(root.get("viewBox").split()[3])
    assert height < 20_000 and len(svg) < 8_000_000
    assert len(whole_document(given)["claims"]) == 10_000


# --- files ------------------------------------------------------------------------------------


def test_files_and_manifest(given, tmp_path):
    written = write_audit(tmp_path / "out", given)
    assert [p.name for p in written] == ["audit.html", "audit.json", "audit.csv", "manifest.json"]
    manifest = json.loads(written[-1].read_text(encoding="utf-8"))
    assert [o["path"] for o in manifest["outputs"]] == ["audit.csv", "audit.html", "audit.json"]
    assert manifest["inputs"][0]["path"] == "claims.toml"
    assert str(tmp_path) not in "".join(p.read_text(encoding="utf-8") for p in written)
    with written[2].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["level"] for r in rows] == ["error", "warning", "warning", "note"]
    assert rows[0]["claims"] == "CR | PR | ORR" and rows[0]["row"] == "9"


def test_same_audit_same_bytes(given, tmp_path):
    first = [p.read_bytes() for p in write_audit(tmp_path / "a", given)]
    again = sample(tmp_path / "claims.toml")
    assert [p.read_bytes() for p in write_audit(tmp_path / "b", again)] == first


def test_a_formula_in_a_quote_does_not_run_in_a_spreadsheet(tmp_path):
    claims = tuple(replace(c, quote="=HYPERLINK(1)", place="@x") for c in CLAIMS)
    bad = Discrepancy(ERROR, "+1 is not 2", ("CR",), "-x", ("=tried",), ("\t=x",))
    given = sample(tmp_path / "c.toml", paper=replace(PAPER, claims=claims), discrepancies=(bad,))
    (path,) = (p for p in write_audit(tmp_path / "o", given) if p.suffix == ".csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert "'=HYPERLINK(1)" in cells


def test_a_lone_surrogate_does_not_stop_the_files(tmp_path):
    paper = replace(PAPER, claims=tuple(hostile("a\ud800b")))
    bad = Discrepancy(ERROR, "a\ud800b", ("CR",))
    written = write_audit(
        tmp_path / "o", sample(tmp_path / "c.toml", paper=paper, discrepancies=(bad,))
    )
    assert len(written) == 4


def test_rules_are_told_once(tmp_path):
    text = "No patients satisfy all of this at once: a; b. Rules: ORR = CR + PR"
    one = Discrepancy("P301", text, ("CR", "PR"), rules=("response.orr",))
    given = sample(tmp_path / "c.toml", discrepancies=(one,), search=None)
    assert one.message in "\n".join(audit_text(given))
    page = page_of(given)
    assert "No patients satisfy all of this at once: a; b</p>" in page
    assert "Rules: ORR" not in re.sub(r'aria-label="[^"]*"', "", page)
    assert page.count("(response.orr, lencioni2010)") == 1

"""A small study with hostile names, from records to the written report."""

import csv
import json
import re
import unicodedata
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hepatica.analysis.run import run_analysis
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.file import write_report
from hepatica.report.input import ReportInput
from hepatica.report.legible import legible
from hepatica.study import Study

EVIL = "<script>alert('x')</script>\u202e\x07"
LABEL = 'Made up; </style><script>alert("l")</script>'
PROTOCOL = {
    "study": {
        "id": "T&T",
        "title": f"Title {EVIL}",
        "label": LABEL,
        "design": "single-arm",
        "cutoff": date(2020, 1, 1),
        "seed": 1,
    },
    "records": {"reader": "workbook", "path": "records.xlsx"},
    "population": [{"id": "treated", "label": "All treated", "definition": "treated"}],
    "treatment": [{"id": "tace", "procedure": "TACE"}],
    "response": {"criterion": "mRECIST", "min_sd_days": 42},
    "endpoint": [
        {
            "id": "OS",
            "label": "Overall survival",
            "kind": "time-to-event",
            "role": "primary",
            "origin": "first treatment",
            "events": ["death"],
            "rule_set": "seed",
        },
        {
            "id": "ORR",
            "label": "Response rate",
            "kind": "proportion",
            "role": "secondary",
            "responses": ["CR", "PR"],
        },
    ],
    "analysis": {
        "population": "treated",
        "safety_population": "treated",
        "landmarks_months": [6],
        "baseline": [{"variable": "SEX", "label": f"Sex {EVIL}", "kind": "categorical"}],
    },
}
SUBJECTS = ("001", "002", EVIL)
SECTIONS = (
    "summary", "narrative", "protocol", "flow", "screening", "baseline", "scores", "exposure",
    "schedule",
    "response", "agreement", "waterfall", "swimmer", "spider", "normalization", "profiles",
    "survival", "tests",
    "ae", "laboratory", "liver",
    "deviations", "findings", "conventions", "checklist", "provenance",
)  # fmt: skip


def table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    full = [
        {"src_file": "r.xlsx", "src_sheet": name, "src_row": i, **r} for i, r in enumerate(rows, 2)
    ]
    return pa.Table.from_pylist(full, tables()[name].schema())


def course(subject: str, sizes: list[float]) -> dict[str, list[dict[str, object]]]:
    days = [date(2018, 1, 1), date(2018, 3, 1), date(2018, 5, 1)][: len(sizes)]
    own = {"subject": subject, "seq": 1}
    target = {**own, "lesion": "T1"}
    return {
        "scans": [{**own, "date": d, "modality": "CT", "seq": i} for i, d in enumerate(days, 1)],
        "lesions": [{**target, "role": "target", "site": "liver"}],
        "measurements": [
            {**target, "date": d, "diameter_mm": s, "viable_mm": s, "seq": i}
            for i, (d, s) in enumerate(zip(days, sizes, strict=True), 1)
        ],
        "procedures": [{**own, "date": date(2018, 1, 5), "procedure": "TACE", "session": 1}],
    }


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> ReportInput:
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.toml").write_text("# protocol\n", encoding="utf-8")
    rows: dict[str, list[dict[str, object]]] = {
        "subjects": [{"subject": s, "sex": "M", "seq": 1} for s in SUBJECTS],
        "adverse_events": [
            {"subject": EVIL, "term": EVIL, "grade": 2, "start_date": date(2018, 1, 6), "seq": 1}
        ],
        "follow_up": [
            {"subject": "001", "date": date(2018, 12, 1), "status": "dead", "seq": 1},
            {"subject": EVIL, "date": date(2019, 1, 1), "status": "alive", "seq": 1},
        ],
        "deviations": [
            {"subject": EVIL, "date": date(2018, 1, 5), "clause": "=1+1", "term": EVIL, "seq": 1}
        ],
    }
    for subject, sizes in zip(SUBJECTS, ([50, 30, 20], [50, 55], [40, 60, 70]), strict=True):
        for name, found in course(subject, [float(s) for s in sizes]).items():
            rows.setdefault(name, []).extend(found)
    records = Records.of({name: table(name, found) for name, found in rows.items()})
    study = Study.model_validate(PROTOCOL)
    adam = derive_adam(study, records)
    return ReportInput(study, records, adam, run_analysis(study, adam), folder)


@pytest.fixture(scope="module")
def out(given: ReportInput, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    write_report(folder, given)
    return folder


@pytest.fixture(scope="module")
def page(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Every element with its attributes, and every address the page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_promised_files_are_there_and_in_the_manifest(out: Path) -> None:
    names = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert {"report.html", "results.csv", "results.parquet", "findings.csv"} <= names
    assert {f"adam/{d}.{e}" for d in ("adsl", "adtr", "adrs", "adtte", "adae")
            for e in ("csv", "parquet")} <= names  # fmt: skip
    figures = ("waterfall", "swimmer", "spider", "km_os")
    assert {f"figures/{f}.{e}" for f in figures for e in ("svg", "png", "csv")} <= names
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["path"] for entry in manifest["outputs"]} == names - {"manifest.json"}
    assert [entry["path"] for entry in manifest["inputs"]] == ["study.toml"]
    assert manifest["cutoff"] == "2020-01-01" and manifest["seed"] == 1
    assert manifest["label"] == LABEL
    assert all(f["alt"] and f["caption"] for f in manifest["figures"])


def test_the_same_input_gives_the_same_bytes(given: ReportInput, out: Path, tmp_path: Path) -> None:
    write_report(tmp_path, given)
    for path in (p for p in out.rglob("*") if p.is_file()):
        assert path.read_bytes() == (tmp_path / path.relative_to(out)).read_bytes(), path.name


def test_what_an_earlier_report_left_is_removed_and_nothing_else(
    given: ReportInput, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "old.svg").write_text("x", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("x", encoding="utf-8")
    listed = [{"path": "figures/old.svg"}, {"path": "../outside.txt"}]
    (tmp_path / "manifest.json").write_text(json.dumps({"outputs": listed}), encoding="utf-8")
    write_report(tmp_path, given)
    assert not (tmp_path / "figures" / "old.svg").exists()
    assert (tmp_path / "mine.txt").exists()
    assert outside.exists()


def test_results_csv_and_parquet_hold_the_same_rows_unrounded(
    given: ReportInput, out: Path
) -> None:
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [
        "analysis", "population", "criterion", "group", "variable", "level", "statistic", "value",
        "unit", "method", "note",
    ]  # fmt: skip
    assert list(rows[0]) == columns
    stored = pq.read_table(out / "results.parquet").to_pylist()
    assert len(rows) == len(stored) == len(given.analysis.results)
    # One responder of three: 33.3..., all digits.
    wanted = {"variable": "ORR", "statistic": "estimate", "level": "", "criterion": "mRECIST"}
    (rate,) = [r for r in stored if wanted.items() <= r.items()]
    assert rate["value"] == pytest.approx(100 / 3, abs=1e-12)


def test_nothing_from_the_data_becomes_markup(page: str, out: Path) -> None:
    assert "<script>alert" not in page
    assert "</style><script" not in page
    scripts = [a for tag, a in Elements(page).found if tag == "script"]
    assert len(scripts) == 2
    assert "&lt;script&gt;alert" in page
    for path in (out / "figures").glob("*.svg"):
        assert "<script" not in path.read_text(encoding="utf-8")
    handlers = [k for _, a in Elements(page).found for k in a if k.startswith("on")]
    assert not handlers


def test_no_sign_hides_or_turns_the_text_of_the_page(page: str) -> None:
    unseen = {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")}
    assert unseen <= {"\n"}
    assert "[U+202E]" in page and "[U+0007]" in page


def test_the_page_loads_nothing(page: str) -> None:
    elements = Elements(page).found
    (policy,) = [a["content"] for tag, a in elements if a.get("http-equiv")]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )
    assert not [t for t, _ in elements if t in ("link", "img", "iframe", "object", "embed")]
    addresses = [a[k] for _, a in elements for k in ("src", "href", "xlink:href") if k in a]
    # A link to the file beside the page loads nothing until it is chosen.
    assert all(address.startswith(("#", "profiles.pdf#")) for address in addresses if address)
    assert "@import" not in page and "url(http" not in page


def test_every_section_stands_in_order_and_in_the_contents(page: str) -> None:
    keys = [a["id"] for tag, a in Elements(page).found if tag == "section"]
    assert tuple(keys) == SECTIONS
    assert re.findall(r'<li><a href="#([a-z]+)"', page) == list(SECTIONS)


def test_a_section_without_data_says_so(page: str) -> None:
    assert "No collected response is on record" in page
    assert "The protocol asks for no comparison, test or model." in page


def test_the_label_is_printed_on_the_page_and_on_every_figure(page: str, out: Path) -> None:
    assert page.count("Made up; ") > 4
    for path in (out / "figures").glob("*.svg"):
        assert "Made up; " in path.read_text(encoding="utf-8")


def test_identifiers_of_the_page_are_unique_and_references_meet(page: str) -> None:
    elements = Elements(page).found
    ids = [a["id"] for _, a in elements if a.get("id")]
    assert len(ids) == len(set(ids))
    named = [a[k] for _, a in elements for k in ("aria-labelledby",) if k in a]
    assert all(part in ids for value in named if value for part in value.split())


def test_every_number_that_can_be_chosen_has_its_row_in_the_trace(page: str) -> None:
    island = json.loads(re.search(r'id="trace">(.*?)</script>', page, re.DOTALL).group(1))
    buttons = [a["data-r"] for t, a in Elements(page).found if t == "button" and "data-r" in a]
    assert buttons
    for rows in buttons:
        for row in rows.split(","):
            text, members = island["rows"][row]
            assert island["texts"][text]
            assert island["sets"][members][0] == len(island["sets"][members]) - 1
    assert [3, *map(legible, SUBJECTS)] in island["sets"]


def test_formulas_in_listings_are_disarmed_in_csv(out: Path) -> None:
    for path in out.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert not [c for c in row if c.startswith(("=", "@", "+"))]


def test_captions_tell_who_and_the_conventions_tell_the_rule_sets(page: str) -> None:
    caption = re.search(r"<figcaption>.*?Overall survival.*?</figcaption>", page, re.S)
    assert caption is not None
    assert re.search(r"\d+ patients \(all treated\); from first treatment to death", caption[0])
    assert "Data cutoff 2020-01-01" in caption[0]
    assert re.search(
        r"Falling step curve of Overall survival\. .* patients, median in months ", page
    )
    assert "<dt>Censoring rules seed</dt>" in page
    assert "days from the first treatment" in page


def test_the_style_sheet_knows_captions_of_figures_and_of_tables(page: str) -> None:
    assert re.search(r"^figcaption \{", page, re.M)
    assert re.search(r"^caption \{ text-align", page, re.M)


def test_an_empty_study_says_so_in_sentences_and_prints_no_zeros(tmp_path: Path) -> None:
    records = Records.of({name: table(name, []) for name in tables()})
    study = Study.model_validate(PROTOCOL)
    adam = derive_adam(study, records)
    given = ReportInput(study, records, adam, run_analysis(study, adam), tmp_path)
    (tmp_path / "study.toml").write_text("# protocol\n", encoding="utf-8")
    write_report(tmp_path / "out", given)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "No subject is on record." in page
    assert page.count("Nobody is in the population (all treated).") == 8
    assert "No adverse event is on record." in page
    assert not re.search(r'<button type="button" class="n"', page)


def test_a_manifest_of_somebody_else_removes_nothing_of_theirs(tmp_path: Path) -> None:
    from hepatica.report.file import _remove_stale

    kept = [tmp_path / "mine.txt", tmp_path / "figures" / "My Own.svg", tmp_path / "notes.csv"]
    made = tmp_path / "figures" / "km_old.svg"
    made.parent.mkdir()
    for path in (*kept, made):
        path.write_text("x")
    _remove_stale(
        tmp_path,
        {"mine.txt", "figures/My Own.svg", "notes.csv", "figures/km_old.svg", "../mine.txt"},
    )
    assert all(path.exists() for path in kept)
    assert not made.exists()

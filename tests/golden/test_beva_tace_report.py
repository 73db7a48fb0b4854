"""The BEVA-TACE study from folder to report: the numbers of the paper that the records support."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

STUDY = Path(__file__).parents[2] / "examples" / "beva-tace"
Key = tuple[str, str, str, str, str, str, str]


def _report(out: Path, **environment: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hepatica", "report", str(STUDY), "-o", str(out)],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return out


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _report(tmp_path_factory.mktemp("beva") / "report")


@pytest.fixture(scope="module")
def results(report: Path) -> dict[Key, list[dict[str, str]]]:
    found: dict[Key, list[dict[str, str]]] = {}
    with (report / "results.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = (
                "analysis",
                "population",
                "criterion",
                "group",
                "variable",
                "level",
                "statistic",
            )
            found.setdefault(tuple(row[n] for n in names), []).append(row)  # type: ignore[arg-type]
    return found


TABLE_1 = [
    ("Sex", "Female", 2),
    ("Sex", "Male", 18),
    ("ECOG-PS", "2", 15),
    ("ECOG-PS", "3", 5),
    ("Child-Pugh class", "A", 3),
    ("Child-Pugh class", "B", 16),
    ("Child-Pugh class", "C", 1),
    ("BCLC", "C", 16),
    ("BCLC", "D", 4),
    ("Cause of HCC", "Hepatitis B", 16),
    ("Cause of HCC", "Alcohol", 1),
    ("Cause of HCC", "Alcohol and hepatitis B", 1),
    ("Cause of HCC", "Unknown", 2),
    ("AFP", "<200 ng/mL", 5),
    ("AFP", ">=200 ng/mL", 15),
    ("Prior surgery", "No", 14),
    ("Prior surgery", "Yes", 6),
    ("Prior RFA", "No", 14),
    ("Prior RFA", "Yes", 6),
    ("Prior chemotherapy", "Sorafenib", 3),
    ("Prior chemotherapy", "Other systemic chemotherapy", 8),
]


@pytest.mark.parametrize(("variable", "level", "n"), TABLE_1)
def test_table_1(
    results: dict[Key, list[dict[str, str]]], variable: str, level: str, n: int
) -> None:
    (count,) = results[("baseline", "treated", "", "", variable, level, "n")]
    (percent,) = results[("baseline", "treated", "", "", variable, level, "percent")]
    assert float(count["value"]) == n
    assert float(percent["value"]) == pytest.approx(100 * n / 20)


@pytest.mark.parametrize(
    ("variable", "statistic", "value"),
    [
        ("Age", "median", 54.5),
        ("Age", "min", 35),
        ("Age", "max", 78),
        ("Times of TACE", "median", 3.5),
        ("Times of TACE", "min", 2),
        ("Times of TACE", "max", 9),
        ("Times of TACE", "mean", 3.4),
    ],
)
def test_table_1_described(
    results: dict[Key, list[dict[str, str]]], variable: str, statistic: str, value: float
) -> None:
    (row,) = results[("baseline", "treated", "", "", variable, "", statistic)]
    assert float(row["value"]) == pytest.approx(value)


TABLE_2 = {
    "Elevated transaminase": (12, 4, 0, 0),
    "Hyperbilirubinemia": (7, 2, 0, 0),
    "Nausea": (7, 0, 0, 0),
    "Abdominal pain": (1, 2, 0, 0),
    "Fever": (2, 1, 0, 0),
    "Anaphylaxis": (2, 0, 0, 0),
    "Melena": (2, 0, 0, 0),
    "Hypertension": (0, 1, 0, 0),
}


@pytest.mark.parametrize("term", TABLE_2)
def test_table_2(results: dict[Key, list[dict[str, str]]], term: str) -> None:
    for grade, n in enumerate(TABLE_2[term], start=1):
        (row,) = results[("ae", "safety", "", "", term, f"grade {grade}", "n")]
        assert float(row["value"]) == n
    (row,) = results[("ae", "safety", "", "", term, "any grade", "n")]
    assert float(row["value"]) == sum(TABLE_2[term])


@pytest.mark.parametrize(
    ("variable", "level", "statistic", "value"),
    [
        ("BOR", "CR", "n", 1),
        ("BOR", "PR", "n", 6),
        ("BOR", "SD", "n", 10),
        ("BOR", "PD", "n", 3),
        ("ORR", "", "estimate", 35.0),
        ("DCR", "", "estimate", 85.0),
    ],
)
def test_response_is_what_the_records_say(
    results: dict[Key, list[dict[str, str]]],
    variable: str,
    level: str,
    statistic: str,
    value: float,
) -> None:
    (row,) = results[("response", "treated", "mRECIST", "", variable, level, statistic)]
    assert float(row["value"]) == pytest.approx(value)


def test_exact_intervals(results: dict[Key, list[dict[str, str]]]) -> None:
    # reference page "reporting", section 4: Clopper-Pearson, computed there
    for variable, low, high in (("ORR", 15.4, 59.2), ("DCR", 62.1, 96.8)):
        for statistic, value in (("ci_low", low), ("ci_high", high)):
            (row,) = results[("response", "treated", "mRECIST", "", variable, "", statistic)]
            assert round(float(row["value"]), 1) == value
            assert row["method"] == "Clopper-Pearson"


def test_shrinkage_and_sessions(results: dict[Key, list[dict[str, str]]]) -> None:
    (row,) = results[("change", "treated", "mRECIST", "", "Any shrinkage", "", "n")]
    assert float(row["value"]) == 12
    (row,) = results[("exposure", "treated", "", "", "Sessions", "", "N")]
    assert float(row["value"]) == 32


@pytest.mark.parametrize(
    ("variable", "criterion", "median", "least", "most"),
    [("OS", "", 9.2, 2.1, 22.6), ("PFS", "mRECIST", 6.3, 1.0, 10.5)],
)
def test_survival(
    results: dict[Key, list[dict[str, str]]],
    variable: str,
    criterion: str,
    median: float,
    least: float,
    most: float,
) -> None:
    key = ("survival", "treated", criterion, "", variable)
    for level, statistic, value in (
        ("median", "estimate", median),
        ("", "min", least),
        ("", "max", most),
    ):
        (row,) = results[(*key, level, statistic)]
        assert round(float(row["value"]), 1) == value
        assert row["unit"] == "months"


def test_one_row_a_number(results: dict[Key, list[dict[str, str]]]) -> None:
    twice = [key for key, rows in results.items() if len(rows) > 1 and key[0] != "baseline"]
    assert twice == []


def test_every_number_has_its_subjects(report: Path) -> None:
    table = pq.read_table(report / "results.parquet")
    trace = pq.read_table(report / "results_trace.parquet")
    assert trace.num_rows == table.num_rows
    counts = [
        (value, subjects)
        for value, statistic, analysis, subjects in zip(
            table["value"].to_pylist(),
            table["statistic"].to_pylist(),
            table["analysis"].to_pylist(),
            trace["subjects"].to_pylist(),
            strict=True,
        )
        if statistic == "n" and analysis in {"baseline", "response", "ae", "change"}
    ]
    assert counts
    assert all(value == len(subjects) for value, subjects in counts)


def test_the_same_folder_gives_the_same_bytes(report: Path, tmp_path: Path) -> None:
    again = _report(tmp_path / "again", PYTHONHASHSEED="77", TZ="Asia/Shanghai")
    files = {p.relative_to(report) for p in report.rglob("*") if p.is_file()}
    assert files == {p.relative_to(again) for p in again.rglob("*") if p.is_file()}
    different = [str(f) for f in files if (report / f).read_bytes() != (again / f).read_bytes()]
    assert different == []


def test_the_manifest_is_true(report: Path) -> None:
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["outputs"]:
        data = (report / entry["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert {"study.toml", "records.xlsx"} <= {entry["path"] for entry in manifest["inputs"]}


def test_the_page_is_alone_and_labelled(report: Path) -> None:
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "not patient data" in page
    assert "default-src 'none'" in page
    for loaded in ('src="http', "src='http", 'href="http', "@import", "url(http"):
        assert loaded not in page


def test_the_promised_files_are_there(report: Path) -> None:
    for name in ("adsl", "adtr", "adrs", "adtte", "adae"):
        for ending in ("csv", "parquet"):
            assert (report / "adam" / f"{name}.{ending}").is_file()
    for name in ("findings.csv", "manifest.json", "results.csv", "results.parquet"):
        assert (report / name).is_file()
    figures = {p.stem for p in (report / "figures").iterdir()}
    assert {"waterfall", "swimmer", "spider", "km_os", "km_pfs"} <= figures


def test_the_label_stands_on_every_figure(report: Path) -> None:
    for path in (report / "figures").glob("*.svg"):
        assert "not patient data" in path.read_text(encoding="utf-8"), path.name

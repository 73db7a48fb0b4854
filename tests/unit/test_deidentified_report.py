"""A structured report after de-identification: read as before, and naming nobody."""

from pathlib import Path

from pydicom.dataset import Dataset
from report_sample import (
    FREE_TEXT,
    LONG,
    SHORT,
    TARGET,
    code,
    evidence,
    finding,
    group,
    line,
    number,
    text,
    write_report,
)

from hepatica.core.disguise import disguise
from hepatica.imaging.deidentification.copy import Copied, People, copied_file
from hepatica.imaging.deidentification.uid import remapped_uid
from hepatica.imaging.reading.structured_report import read_reports

KEY = b"a key of more than sixteen bytes"
PEOPLE = People(KEY)
NAME = "HEPATIKOS^HILDEGARD"


def report_groups(words: str) -> list[Dataset]:
    return [
        group(
            "Cornerstone3DTools@^0.1.0:Bidirectional", "1.2.7.1",
            code(("363698007", "SCT", "Finding Site"), (*FREE_TEXT, words)),
            number(LONG, 40.0, "mm", line([100.5, 20.5, 150.5, 20.5], "1.9.1")),
            number(SHORT, 25.0, "mm", line([120.5, 10.5, 120.5, 40.5], "1.9.1")),
        ),
        group("Lesion 2", "1.2.7.2", finding(TARGET), number(LONG, 33.0)),
        group("1.3.4", "1.2.7.3", text(("121106", "DCM", "Comment"), f"of {NAME}"),
              number(LONG, 9.0)),
    ]  # fmt: skip


def test_a_report_is_read_as_before_and_names_nobody(tmp_path: Path) -> None:
    seen = evidence("1.2.3.20240105", "1.8.1", ["1.9.1"])
    path = write_report(
        tmp_path / "a.dcm", report_groups("T1"), seen=seen, VerificationFlag="VERIFIED"
    )
    made = copied_file(path.read_bytes(), PEOPLE)
    assert isinstance(made, Copied), made
    assert b"HEPATIK" not in made.data and b"Nobody" not in made.data
    (tmp_path / "b.dcm").write_bytes(made.data)
    before = read_reports([path]).tables["measurements"]
    after = read_reports([tmp_path / "b.dcm"]).tables["measurements"]
    same = ("lesion", "diameter_mm", "short_axis_mm", "endpoints", "convention")
    for lesion in ("T1", "Lesion 2"):
        first, second = (
            [[row.get(name) for name in same] for row in rows if row["lesion"] == lesion]
            for rows in (before, after)
        )
        assert first == second and len(first) == 1
    assert {row["subject"] for row in after} == {disguise(KEY, ["P01"], ()).subjects["P01"]}
    assert {row["series"] for row in after if row["lesion"] == "T1"} == {remapped_uid(KEY, "1.8.1")}
    assert len(after) == len(before)
    secret = write_report(tmp_path / "c.dcm", report_groups(NAME), seen=seen)
    made = copied_file(secret.read_bytes(), PEOPLE)
    assert isinstance(made, Copied) and b"HEPATIK" not in made.data

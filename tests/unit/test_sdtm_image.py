"""What was measured on images goes out as SDTM and comes back: TR's qualifiers, domain XI."""

from datetime import date
from pathlib import Path
from typing import Any

from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.records.template import write_template
from hepatica.report.cdisc.sdtm import sdtm_package, sdtm_tables
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2024, 1, 5)
LESION = {"subject": "S1", "lesion": "T1", "role": "target", "site": "liver"}
PLACE = {
    "series": "1.2.3.92",
    "slice": "1.2.3.93.2",
    "endpoints": "1.00 2.00 3.00; 4.00 6.00 3.00",
    "convention": "structured report of OHIF: Long Axis",
}
MEASURED = {"subject": "S1", "date": DAY, "lesion": "T1", "diameter_mm": 41.2, "viable_mm": 5.0}
QUANTITY = {
    "subject": "S1", "date": DAY, "test": "TVOL", "region": "T1", "value": 70361.9, "unit": "mm3",
    "lower": 70000.5, "upper": 71000.25, "modality": "CT", "phase": "arterial",
    "scanner": "Maker Model", "kernel": "B30f", "slice_mm": 1.0, "delay_s": 35.5,
    "bolus_hu": 251.0, "series": "1.2.3.92", "slice": "3", "endpoints": "1 2 3; 4 5 6",
    "method": "voxels counted whole", "flags": "cut at the edge", "reader": "program",
}  # fmt: skip
UNMEASURED = {
    "subject": "S1", "date": DAY, "test": "VSDIAM", "region": "T1", "series": "1.2.3.92",
    "reason": "thinner than the largest voxel edge",
}  # fmt: skip


def round_trip(folder: Path, given: dict[str, list[dict[str, Any]]]) -> tuple[Records, Records]:
    (folder / "study.toml").write_text(protocol_text("beva-tace"), encoding="utf-8")
    write_template(folder / "records.xlsx", {"subjects": [{"subject": "S1", "sex": "F"}], **given})
    records = read_records(folder, {"reader": "workbook", "path": "records.xlsx"})
    package = sdtm_package(read_study(folder), records)
    assert package.findings == ()
    (folder / "sdtm").mkdir()
    for file, content in package.files:
        if file.endswith(".xpt"):
            (folder / file).write_bytes(content)
    return records, read_records(folder, {"reader": "sdtm", "path": "sdtm"})


def test_a_measurement_keeps_series_slice_ends_and_convention(tmp_path: Path) -> None:
    given = {"lesions": [LESION], "measurements": [{**MEASURED, **PLACE}]}
    _, back = round_trip(tmp_path, given)
    (row,) = back["measurements"].to_pylist()
    assert {name: row[name] for name in PLACE} == PLACE
    assert (row["diameter_mm"], row["viable_mm"]) == (41.2, 5.0)


def test_image_quantities_come_back_with_values_and_reasons(tmp_path: Path) -> None:
    _, back = round_trip(tmp_path, {"image_quantities": [QUANTITY, UNMEASURED]})
    rows = {row["test"]: row for row in back["image_quantities"].to_pylist()}
    assert {name: rows["TVOL"][name] for name in QUANTITY if name != "subject"} == {
        name: value for name, value in QUANTITY.items() if name != "subject"
    }
    assert rows["VSDIAM"]["value"] is None
    assert rows["VSDIAM"]["reason"] == UNMEASURED["reason"]


def test_xi_has_the_standard_unit_and_says_what_was_not_done(tmp_path: Path) -> None:
    records, _ = round_trip(tmp_path, {"image_quantities": [QUANTITY, UNMEASURED]})
    _, table = sdtm_tables(read_study(tmp_path), records)["XI"]
    done, missing = sorted(table.to_pylist(), key=lambda row: row["XITESTCD"])
    assert (done["XIORRES"], done["XIORRESU"]) == ("70361.9", "mm3")
    assert (round(done["XISTRESN"], 4), done["XISTRESU"]) == (70.3619, "mL")
    assert done["XITEST"] == "Tumour volume"
    assert (missing["XISTAT"], missing["XIORRES"]) == ("NOT DONE", None)

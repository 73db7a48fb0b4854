"""Measurements of structured reports as rows, whoever wrote the report."""

from pathlib import Path

import pytest

pytest.importorskip("pydicom")

from report_sample import (
    FREE_TEXT,
    LONG,
    NON_TARGET,
    SEG,
    SHORT,
    TARGET,
    code,
    evidence,
    finding,
    group,
    image,
    line,
    number,
    site,
    text,
    write_report,
)

from hepatica.core.errors import Unreadable
from hepatica.imaging.reading.structured_report import Choices, read_reports

OHIF = "Cornerstone3DTools@^0.1.0:Bidirectional"
COMMENT = ("121106", "DCM", "Comment")
STUDY = "1.2.3.20240105"


def codes(found: object) -> list[str]:
    return sorted(one.code for one in found.findings)  # type: ignore[attr-defined]


def test_ohif_names_the_lesion_in_a_free_text_site_and_draws_each_length(tmp_path: Path) -> None:
    groups = [
        group(
            OHIF, "1.2.7.1",
            code(("363698007", "SCT", "Finding Site"), (*FREE_TEXT, "T1")),
            number(LONG, 40.0, "mm", line([100.5, 20.5, 150.5, 20.5], "1.9.1")),
            number(SHORT, 25.0, "mm", line([120.5, 10.5, 120.5, 40.5], "1.9.1")),
        )
    ]  # fmt: skip
    path = write_report(tmp_path / "a.dcm", groups, seen=evidence(STUDY, "1.8.1", ["1.9.1"]))
    found = read_reports([path])
    (row,) = found.tables["measurements"]
    assert (row["subject"], row["lesion"]) == ("P01", "T1")
    assert (row["date"], row["diameter_mm"], row["short_axis_mm"]) == ("2024-01-05", 40.0, 25.0)
    assert (row["series"], row["slice"]) == ("1.8.1", "1.9.1")
    assert row["endpoints"] == "100.50 20.50; 150.50 20.50 (column row of the image)"
    assert row["convention"] == "structured report of OHIF: Long Axis"
    assert found.tables["lesions"] == [
        {"subject": "P01", "lesion": "T1", "role": "target", "site": "", "reader": "",
         "identified_date": "2024-01-05"}
    ]  # fmt: skip
    assert found.tables["scans"] == [{"subject": "P01", "date": "2024-01-05", "modality": "CT"}]
    assert codes(found) == ["I057"]


def test_newer_ohif_writes_the_label_as_a_comment(tmp_path: Path) -> None:
    groups = [group(OHIF, "1.2.7.1", number(LONG, 12.5), text(COMMENT, " T2 "))]
    (row,) = read_reports([write_report(tmp_path / "a.dcm", groups)]).tables["measurements"]
    assert (row["lesion"], row["diameter_mm"]) == ("T2", 12.5)


def test_slicer_names_the_segment_and_gives_volumes_once(tmp_path: Path) -> None:
    volume, attenuation = ("G-D705", "SRT", "Volume"), ("112031", "DCM", "Attenuation Coefficient")

    def derived(value: float, how: tuple[str, str, str]) -> object:
        return number(attenuation, value, "[hnsf'U]", code(("121401", "DCM", "Derivation"), how))

    groups = [
        group(
            "Liver", "1.2.7.2",
            image("1.9.5", SEG),
            finding(("T-D0060", "SRT", "Organ")),
            derived(37.3289, ("R-00317", "SRT", "Mean")),
            derived(-778, ("R-404FB", "SRT", "Minimum")),
            number(volume, 70361.9, "mm3"),
            number(volume, 70.3619, "cm3"),
        ),
        group("tumour 1", "1.2.7.3", image("1.9.5", SEG), number(volume, 12.5, "cm3")),
    ]  # fmt: skip
    seen = evidence(STUDY, "1.8.5", ["1.9.5"], SEG)
    found = read_reports([write_report(tmp_path / "a.dcm", groups, seen=seen)])
    assert found.tables["measurements"] == found.tables["lesions"] == []
    rows = [
        (r["test"], r["region"], r["value"], r["unit"]) for r in found.tables["image_quantities"]
    ]
    assert rows == [
        ("REGHU", "Liver", 37.3289, "HU"),
        ("LVOL", "Liver", 70361.9, "mm3"),
        ("TVOL", "tumour 1", 12.5, "cm3"),
    ]
    assert codes(found) == ["I055"]  # the minimum


def test_any_writer_region_beside_the_lengths_roles_and_time_point(tmp_path: Path) -> None:
    head = [text(("C2348792", "UMLS", "Time Point"), "Week 8", "HAS OBS CONTEXT")]
    groups = [
        group(
            "T1", "1.2.7.1",
            line([0.0, 0.0, 0.0, 30.0, 40.0, 0.0]),
            finding(TARGET), site("Liver"),
            number(("103339001", "SCT", "Long axis"), 5.0, "cm"),
        ),
        group("N1", "1.2.7.4", finding(NON_TARGET), code(
            ("121071", "DCM", "Finding"), ("121054", "DCM", "Absent"))),
    ]  # fmt: skip
    seen = evidence(STUDY, "1.8.1", ["1.9.1"])
    found = read_reports([write_report(tmp_path / "a.dcm", groups, seen=seen, head=head)])
    target = next(r for r in found.tables["measurements"] if r["lesion"] == "T1")
    other = next(r for r in found.tables["measurements"] if r["lesion"] == "N1")
    assert target["diameter_mm"] == 50.0
    assert target["endpoints"] == "0.00 0.00 0.00; 30.00 40.00 0.00"
    assert other["status"] == "absent"
    assert "diameter_mm" not in other
    roles = {r["lesion"]: (r["role"], r["site"]) for r in found.tables["lesions"]}
    assert roles == {"T1": ("target", "liver"), "N1": ("non-target", "")}
    assert codes(found) == []


def test_viable_diameters_by_method_by_code_or_by_choice(tmp_path: Path) -> None:
    method = code(("370129005", "SCT", "Measurement Method"), ("x", "99X", "mRECIST"))
    groups = [
        group("T1", "1.1", number(LONG, 44.0), finding(TARGET)),
        group("T1", "1.1", method, number(LONG, 21.0), number(SHORT, 9.0)),
        group("T2", "1.2", finding(TARGET),
              number(("VLDIAM", "99HEPATICA", "Longest viable axial diameter"), 17.0)),
    ]  # fmt: skip
    path = write_report(tmp_path / "a.dcm", groups)
    first, second = read_reports([path]).tables["measurements"]
    assert (first["diameter_mm"], first["viable_mm"], first["viable_perpendicular_mm"]) == (
        44,
        21,
        9,
    )
    assert (second["viable_mm"], "diameter_mm" in second) == (17, False)
    plain = write_report(tmp_path / "b.dcm", [group("T3", "1.3", number(LONG, 44.0))])
    (row,) = read_reports([plain], Choices(viable=True)).tables["measurements"]
    assert (row["viable_mm"], "diameter_mm" in row) == (44, False)


def test_pixels_are_no_length(tmp_path: Path) -> None:
    groups = [group("T1", "1.1", number(LONG, 80.0, "1", words="px"))]
    found = read_reports([write_report(tmp_path / "a.dcm", groups)])
    assert found.tables["measurements"] == []
    assert codes(found) == ["I051"]


def test_a_length_unlike_its_line_is_told(tmp_path: Path) -> None:
    drawn = line([0.0, 0.0, 0.0, 30.0, 0.0, 0.0])
    groups = [group("T1", "1.1", finding(TARGET), number(LONG, 34.0, "mm", drawn)),
              group("T2", "1.2", finding(TARGET), number(LONG, 30.9, "mm", drawn))]  # fmt: skip
    found = read_reports([write_report(tmp_path / "a.dcm", groups)])
    assert codes(found) == ["I049"]
    assert len(found.tables["measurements"]) == 2


def test_one_name_for_two_lesions_on_one_scan(tmp_path: Path) -> None:
    groups = [group("T1", "1.1", number(LONG, 30.0)), group("T1", "1.2", number(LONG, 12.0))]
    found = read_reports([write_report(tmp_path / "a.dcm", groups)])
    assert found.tables["measurements"] == []
    assert "I053" in codes(found)


def test_one_lesion_under_two_tracking_uids_through_time(tmp_path: Path) -> None:
    for day, unique in (("20240105", "1.1"), ("20240301", "1.2")):
        write_report(
            tmp_path / f"{day}.dcm", [group("T1", unique, finding(TARGET), number(LONG, 30.0))],
            day=day,
        )  # fmt: skip
    found = read_reports([tmp_path])
    assert codes(found) == ["I052"]
    assert len(found.tables["measurements"]) == 2
    assert len(found.tables["lesions"]) == 1


def test_without_name_or_patient_or_day_it_is_left_out(tmp_path: Path) -> None:
    tool = [group(OHIF, "1.1", number(LONG, 30.0))]
    named = [group("T1", "1.1", number(LONG, 30.0))]
    for file, groups, more in (
        ("a.dcm", tool, {}),
        ("b.dcm", named, {"subject": ""}),
        ("c.dcm", named, {"day": ""}),
    ):
        found = read_reports([write_report(tmp_path / file, groups, **more)])
        assert found.tables["measurements"] == []
        assert codes(found) == ["I054"]


def test_an_image_of_another_study_has_no_day(tmp_path: Path) -> None:
    groups = [group("T1", "1.1", number(LONG, 30.0, "mm", line([1, 1, 9, 9], "1.9.1")))]
    seen = evidence("1.2.3.77", "1.8.1", ["1.9.1"])
    found = read_reports([write_report(tmp_path / "a.dcm", groups, seen=seen)])
    assert codes(found) == ["I054"]


def test_two_values_of_one_lesion_on_one_scan(tmp_path: Path) -> None:
    for file, mm in (("a.dcm", 30.0), ("b.dcm", 33.0)):
        write_report(tmp_path / file, [group("T1", "1.1", finding(TARGET), number(LONG, mm))])
    found = read_reports([tmp_path])
    assert codes(found) == ["I056"]
    assert [r["diameter_mm"] for r in found.tables["measurements"]] == [30.0]


def test_a_replaced_report_is_left_out(tmp_path: Path) -> None:
    first = [group("T1", "1.1", finding(TARGET), number(LONG, 30.0))]
    write_report(tmp_path / "a.dcm", first, instance="1.5.1")
    later = [group("T1", "1.1", finding(TARGET), number(LONG, 33.0))]
    replaced = [evidence(STUDY, "1.2.3.20240105.9", ["1.5.1"])]
    write_report(tmp_path / "b.dcm", later, instance="1.5.2", PredecessorDocumentsSequence=replaced)
    found = read_reports([tmp_path])
    assert codes(found) == ["I059"]
    assert [r["diameter_mm"] for r in found.tables["measurements"]] == [33.0]


def test_two_readers_are_kept_apart_and_one_is_not_named(tmp_path: Path) -> None:
    def observer(name: str) -> list[object]:
        from report_sample import content

        named = ("121008", "DCM", "Person Observer Name")
        return [content("PNAME", "HAS OBS CONTEXT", named, PersonName=name)]

    groups = [group("T1", "1.1", finding(TARGET), number(LONG, 30.0))]
    write_report(tmp_path / "a.dcm", groups, head=observer("Reader^One"))
    found = read_reports([tmp_path])
    assert [r["reader"] for r in found.tables["measurements"]] == [""]
    groups = [group("T1", "1.1", finding(TARGET), number(LONG, 34.0))]
    write_report(tmp_path / "b.dcm", groups, head=observer("Reader^Two"))
    found = read_reports([tmp_path])
    assert [r["reader"] for r in found.tables["measurements"]] == ["Reader One", "Reader Two"]


def test_a_report_without_groups_is_told_and_none_at_all_refused(tmp_path: Path) -> None:
    write_report(tmp_path / "dose.dcm", [])
    with pytest.raises(Unreadable, match="no report of measurements"):
        read_reports([tmp_path])
    write_report(tmp_path / "a.dcm", [group("T1", "1.1", finding(TARGET), number(LONG, 30.0))])
    assert codes(read_reports([tmp_path])) == ["I050"]


def test_a_scan_of_unknown_modality_stands_only_where_nothing_better_is_known(
    tmp_path: Path,
) -> None:
    groups = [group("T1", "1.1", finding(TARGET), number(LONG, 30.0))]
    write_report(tmp_path / "a.dcm", groups)
    assert read_reports([tmp_path]).tables["scans"] == [
        {"subject": "P01", "date": "2024-01-05", "modality": ""}
    ]
    drawn = number(LONG, 12.0, "mm", line([1, 1, 13, 1], "1.9.1"))
    groups = [group("T2", "1.2", finding(TARGET), drawn)]
    write_report(tmp_path / "b.dcm", groups, seen=evidence(STUDY, "1.8.1", ["1.9.1"]))
    assert [s["modality"] for s in read_reports([tmp_path]).tables["scans"]] == ["CT"]

"""Why a patient's vessels count as changed or not: values, records, series and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hepatica.core.errors import UsageError

if TYPE_CHECKING:
    from hepatica.workflow.workspace import Workspace

Line = tuple[str, str]
NORMALIZATION = frozenset({"normalization", "vn"})


def normalization_lines(workspace: Workspace, subject: str) -> list[Line]:
    """Lines of (what, text) for every component, the score and the context of one subject.

    Raises      UsageError where the protocol asks for no vessel normalization.
    """
    plan = workspace.protocol.normalization
    if plan is None:
        raise UsageError("normalization: study.toml has no table [normalization]")
    lines: list[Line] = [("day 0", plan.anchor)]
    for row in workspace.adam()["ADVN"].to_pylist():
        if row["SUBJID"] == subject:
            lines += _row_lines(workspace, row)
    return [line for line in lines if line[1]]


def _row_lines(workspace: Workspace, row: dict[str, Any]) -> list[Line]:
    name = " ".join(x for x in (row["COMPID"] or row["TESTCD"] or "score", row["REGION"]) if x)
    lines: list[Line] = [(name, f"{row['VERDICT'].lower()}: {row['REASON']}")]
    if row["PARCAT1"] == "SCORE" and row["AVAL"] is not None:
        lines.append(("  score", f"{row['AVAL']:.4g} ({row['ZLOW']:.4g} to {row['ZHIGH']:.4g})"))
    for when, value, day, date, series, cut, place in (
        ("baseline", "BASE", "BASEDY", "BASEDT", "BSERIES", "BSLICE", "BSRC"),
        ("later", "AVAL", "VNDY", "ADT", "SERIES", "SLICE", "SRC"),
    ):
        if row[date] is None:
            continue
        unit = "" if row["AVALU"] in (None, "1") else f" {row['AVALU']}"
        shown = "not measured" if row[value] is None else f"{row[value]:.6g}{unit}"
        where = ", ".join(
            x for x in (f"series {row[series]}" if row[series] else "",
                        f"slice {row[cut]}" if row[cut] else "") if x
        )  # fmt: skip
        lines.append((f"  {when}", f"{shown} on {row[date]}, day {row[day]}"))
        lines.append((f"  {when} scan", where))
        lines.append((f"  {when} record", _record(row, place)))
    lines.append(("  z", "" if row["ZVALUE"] is None else f"{row['ZVALUE']:.4g}"))
    lines.append(("  limits from", row["RPTSRC"] or ""))
    lines.append(("  flags", row["FLAGS"] or ""))
    lines.append(("  caveat", row["CAVEAT"] or ""))
    lines.append(("  clause", _clause(workspace, row)))
    return lines


def _record(row: dict[str, Any], place: str) -> str:
    sheet = row[f"{place}SHT"] if place == "BSRC" else row[f"{place}SHEET"]
    file, number = row[f"{place}FILE"], row[f"{place}ROW"]
    return f"{file}:{sheet}!{number}" if sheet else f"{file}:{number}"


def _clause(workspace: Workspace, row: dict[str, Any]) -> str:
    plan = workspace.protocol.normalization
    assert plan is not None
    for position, component in enumerate(plan.components):
        if component.id == row["COMPID"]:
            place = workspace.protocol.place("normalization", "component", position)
            return f"{place.file}:{place.row}"
    return ""

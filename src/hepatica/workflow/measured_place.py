"""Where a lesion was measured: series, slice, ends and convention of records that say so."""

from __future__ import annotations

from datetime import date
from typing import Any

from hepatica.report.number import number
from hepatica.workflow.workspace import Workspace

_SIZES = {
    "diameter_mm": "",
    "viable_mm": "viable ",
    "short_axis_mm": "short axis ",
    "viable_perpendicular_mm": "viable perpendicular ",
}


def measured_places(
    workspace: Workspace, subject: str, day: date | None = None
) -> list[tuple[str, str]]:
    """Lines ("measured", text) of a subject's measurements that have a place on an image.

    Only those of `day`, where one is given. A measurement typed by hand has none and no line.
    """
    rows = [
        row
        for row in workspace.records["measurements"].to_pylist()
        if row["subject"] == subject
        and (day is None or row["date"] == day)
        and (row["series"] or row["endpoints"])
    ]
    rows.sort(key=lambda row: (str(row["date"]), row["lesion"], row["reader"] or ""))
    return [("measured", _line(row)) for row in rows]


def _line(row: dict[str, Any]) -> str:
    sizes = [
        f"{words}{number(row[name])} mm" for name, words in _SIZES.items() if row[name] is not None
    ]
    ends = " to ".join(part.strip() for part in (row["endpoints"] or "").split(";"))
    parts = [
        f"{row['lesion']} on {row['date']}: {', '.join(sizes) or row['status'] or 'no size'}",
        f"series {row['series']}" if row["series"] else "",
        f"slice {row['slice']}" if row["slice"] else "",
        f"from {ends}" if ends else "",
        row["convention"] or "",
        f"read by {row['reader']}" if row["reader"] else "",
    ]
    return "; ".join(part for part in parts if part)

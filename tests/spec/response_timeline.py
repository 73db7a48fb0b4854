"""Patient timelines drawn as text: the reader, and the chapter of the manual made from them.

A file holds a title (`# ...`) and timelines (`## name`, `> remark`, `key: value` headers, then a
drawing). The columns of a drawing are scans, its rows lesions:

    day                0         42
    target T1 liver  100     60/30x20
    => overall                   PR

A cell is `.` (no row), `?` (a row without a size), a size in mm (all sizes), `60/30x20` (diameter,
viable part, its perpendicular), `58/lip` (lipiodol hides the viable part), `d30s20` (diameter,
short axis), `v12` (viable part alone), `absent/55` (absent, diameter 55 mm), or a status, with
`:8` for all sizes of 8 mm. Rows that begin with `=>` say what is
expected, from the first scan after baseline on, of one criterion where one is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.clinic.response import Response, ResponseOptions, derive_response

FOLDER = Path(__file__).parent / "response"
DAY_0 = date(2020, 1, 1)
STATUS = {
    "absent": "absent",
    "small": "too small",
    "NE": "not evaluable",
    "present": "present",
    "progressed": "progressed",
    "confirmed": "confirmed",
    "equivocal": "equivocal",
}
SITE = {"node": "lymph node", "hilar-node": "porta hepatis node"}
CRITERIA = ("RECIST1.1", "mRECIST", "RECIST1.0", "EASL")
NUMBER = r"(\d+(?:\.\d+)?)"
SCHEMA = pa.schema(
    [
        ("subject", pa.string()),
        ("date", pa.date32()),
        ("lesion", pa.string()),
        ("role", pa.string()),
        ("site", pa.string()),
        ("diameter_mm", pa.float64()),
        ("viable_mm", pa.float64()),
        ("short_axis_mm", pa.float64()),
        ("viable_perpendicular_mm", pa.float64()),
        ("status", pa.string()),
    ]
)


@dataclass
class Timeline:
    title: str
    name: str
    remark: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drawing: list[str] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    expected: list[tuple[str, str, list[str]]] = field(default_factory=list)

    @property
    def criteria(self) -> list[str]:
        return self.headers["criteria"].split()

    def options(self, criterion: str) -> ResponseOptions:
        given: dict[str, Any] = {}
        for item in self.headers.get("options", "").split():
            key, value = item.split("=")
            given[key] = {"true": True}.get(value) or float(value)
        return ResponseOptions(criterion, **given)

    def subjects(self) -> pa.Table:
        columns: dict[str, list[Any]] = {"subject": ["S"]}
        names = {
            "baseline": "baseline_date",
            "reference": "reference_date",
            "therapy": "new_therapy_date",
        }
        for item in self.headers.get("subject", "").split():
            key, value = item.split("=")
            columns[names[key]] = [DAY_0 + timedelta(int(value))]
        return pa.table(columns)

    def lesions(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows, schema=SCHEMA)

    def response(self, criterion: str, engine: str = "interpreted") -> Response:
        options = self.options(criterion)
        options = ResponseOptions(**{**options_of(options), "engine": engine})
        return derive_response(self.lesions(), options, self.subjects())


def options_of(options: ResponseOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in options.__dataclass_fields__}


def cell_values(cell: str) -> dict[str, Any]:
    sizes: dict[str, Any]
    if cell == "?":
        return {"status": ""}
    if cell.partition(":")[0] in STATUS:
        word, _, size = cell.partition(":")
        sizes = dict.fromkeys(
            ("diameter_mm", "viable_mm", "short_axis_mm"), float(size) if size else None
        )
        return {"status": STATUS[word], **sizes}
    if match := re.fullmatch(NUMBER, cell):
        size = float(match[1])
        return {name: size for name in SCHEMA.names[5:9]} | {"status": ""}
    if match := re.fullmatch(rf"(absent/|v){NUMBER}", cell):
        name, status = ("viable_mm", "") if match[1] == "v" else ("diameter_mm", "absent")
        return {name: float(match[2]), "status": status}
    if match := re.fullmatch(rf"d{NUMBER}(?:s{NUMBER})?", cell):
        short = float(match[2]) if match[2] else None
        return {"diameter_mm": float(match[1]), "short_axis_mm": short, "status": ""}
    match = re.fullmatch(rf"{NUMBER}/(lip)?{NUMBER}?(?:x{NUMBER})?", cell)
    assert match, f"cell '{cell}' is not understood"
    along, lipiodol, viable, across = match.groups()
    return {
        "diameter_mm": float(along),
        "viable_mm": float(viable) if viable else None,
        "viable_perpendicular_mm": float(across) if across else None,
        "status": "lipiodol obscured" if lipiodol else "",
    }


def read_line(timeline: Timeline, line: str) -> None:
    timeline.drawing.append(line)
    if line.startswith("=>"):
        words = line[2:].split()
        criterion = words.pop(0) if words[0] in CRITERIA else ""
        timeline.expected.append((criterion, words[0], words[1:]))
        return
    words = line.split()
    if words[0] == "day":
        timeline.days = [int(word) for word in words[1:]]
        return
    role, name, site, *cells = words
    assert len(cells) == len(timeline.days), f"{timeline.name}: {line}"
    for day, cell in zip(timeline.days, cells, strict=True):
        if cell != ".":
            row = {"subject": "S", "date": DAY_0 + timedelta(day), "lesion": name, "role": role}
            timeline.rows.append(row | {"site": SITE.get(site, site)} | cell_values(cell))


def read_timelines() -> list[Timeline]:
    found: list[Timeline] = []
    for path in sorted(FOLDER.glob("*.txt")):
        title = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("# "):
                title = line[2:]
            elif line.startswith("## "):
                found.append(Timeline(title, line[3:]))
            elif line.startswith("> "):
                found[-1].remark = f"{found[-1].remark} {line[2:]}".strip()
            elif match := re.match(r"(criteria|options|subject): (.*)", line):
                found[-1].headers[match[1]] = match[2]
            elif line.strip():
                read_line(found[-1], line)
    return found


def render_chapter(timelines: list[Timeline]) -> str:
    """Chapter of the manual: every timeline as drawn, with the sentences of the engine."""
    lines = [
        "# Response timelines",
        "",
        "Every timeline on this page is a test: the drawing is read by the test suite, and the",
        "sentences under it are the engine's own. Columns are scans, the day counted from",
        f"{DAY_0}; rows that begin with `=>` say what is expected. The notation is explained in",
        "`tests/spec/response_timeline.py`, the rules in `hepatica.clinic.rules.response`. Made by",
        "`python tests/spec/test_response_timelines.py`; do not edit.",
        "",
    ]
    title = ""
    for timeline in timelines:
        if timeline.title != title:
            title = timeline.title
            lines += [f"## {title}", ""]
        lines += [f"### {timeline.name}", ""]
        if timeline.remark:
            lines += [timeline.remark, ""]
        extra = [
            f"{key}: {timeline.headers[key]}"
            for key in ("options", "subject")
            if key in timeline.headers
        ]
        lines += ["```", *extra, *timeline.drawing, "```", ""]
        lines += [*render_sentences(timeline), ""]
    return "\n".join(lines).rstrip() + "\n"


def render_sentences(timeline: Timeline) -> list[str]:
    """One table row a scan and distinct sentence, with the criteria that it holds for."""
    said: dict[tuple[str, str], list[str]] = {}
    best: dict[str, list[str]] = {}
    for criterion in timeline.criteria:
        response = timeline.response(criterion)
        for visit in response.visits.to_pylist():
            day = f"day {(visit['date'] - DAY_0).days}"
            said.setdefault((day, visit["because"]), []).append(criterion)
        row = response.best_facts.to_pylist()[0]
        best.setdefault(f"best {row['bor']}, confirmed {row['cbor']}", []).append(criterion)
    order = {day: n for n, day in enumerate(f"day {d}" for d in timeline.days)}
    rows = sorted(said.items(), key=lambda item: order[item[0][0]])
    lines = [f"- {day}, {', '.join(names)}: {text}" for (day, text), names in rows]
    return lines + [f"- {', '.join(names)}: {text}" for text, names in best.items()]

"""The report as one self-contained HTML page: no network, readable on screen and on paper.

Every text from the data is escaped by the template engine, a sign that cannot be shown is printed
as its code point, and the page's policy forbids it to load anything.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hepatica.report.figure.drawing import Drawing
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.legible import legible
from hepatica.report.numbering import numbering_of
from hepatica.report.passage import Section
from hepatica.report.provenance import Provenance
from hepatica.report.section.disposition import Flow
from hepatica.report.table import Line, Table
from hepatica.report.trace import trace_island

SHORT_DIGEST = 12


def render_html(
    given: ReportInput, ledger: Ledger, sections: tuple[Section, ...], provenance: Provenance
) -> str:
    """Render the page; the same input gives the same text."""
    tables = [t for s in sections for t in s.tables]
    cells = tables + [_flow_table(s.flow) for s in sections if s.flow]
    cells += [_paragraph_table(s) for s in sections if s.paragraphs]
    numbering = numbering_of(sections)
    identity = given.study.study
    return _environment().get_template("report.html.j2").render(
        identity=identity,
        population=given.population_label,
        population_size=len(given.subjects),
        sections=sections,
        numbering=numbering,
        provenance=provenance,
        short=SHORT_DIGEST,
        svg=_inline,
        css=Markup(_resource("report.css")),
        running=Markup(css_string(identity.label)),
        script=Markup(_resource("report.js")),
        island=Markup(json_island(trace_island(ledger, cells))),
    )  # fmt: skip


def json_island(value: Any) -> str:
    """JSON that cannot end its script element or open another: <, > and & are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def css_string(text: str) -> str:
    """A CSS string literal in which every sign but letters, digits and blanks is escaped."""
    safe = re.sub(r"[^A-Za-z0-9 ]", lambda m: f"\\{ord(m.group()):x} ", text)
    return f'"{safe}"'


def _flow_table(flow: Flow) -> Table:
    boxes = (*flow.stream, *flow.ends, *flow.others)
    cells = [b.count for b in boxes] + [cell for b in boxes for _, cell in b.left]
    return Table("flow", "", "", (), (Line("", tuple(cells)),))


def _paragraph_table(section: Section) -> Table:
    lines = tuple(Line("", p.pieces) for p in section.paragraphs)
    return Table(section.key, "", "", (), lines)


def _inline(drawing: Drawing) -> Markup:
    # The SVG is our own: its texts were escaped when it was rendered.
    return Markup(drawing.svg)


def _shown(value: Any) -> Any:
    """A text as it can be shown; what is markup already stays as it is."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else legible(value)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hepatica.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _resource(name: str) -> str:
    return files("hepatica.report").joinpath("template", name).read_text(encoding="utf-8")

"""Patient profiles of a study: which are made, as what, and what the report says of them."""

from __future__ import annotations

from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.report import number
from hepatica.report.figure.profile_page import page_text, render_page
from hepatica.report.figure.profile_source import ProfileSource
from hepatica.report.input import ReportInput
from hepatica.report.passage import Paragraph, Section
from hepatica.report.table import Cell

FILE_NAME = "profiles.pdf"
# Without a word of the protocol, profiles are made of so many patients at most.
MOST_UNASKED = 60

_TITLE = "Patient profiles"
_ENDINGS = (".svg", ".png", ".pdf")


def profiles_wanted(given: ReportInput) -> bool:
    """Whether profiles are written: as the protocol says, else for studies of few patients."""
    asked = given.study.report.profiles
    if "pdf" not in given.wanted or asked is False:
        return False
    return bool(given.subjects) and (asked is True or len(given.subjects) <= MOST_UNASKED)


def profile_section(given: ReportInput) -> Section:
    """Where the profiles stand, a link for each patient, or why there are none."""
    if not profiles_wanted(given):
        return Section("profiles", _TITLE, _absent(given))
    labels = ProfileSource(given).labels
    if not labels:
        return Section("profiles", _TITLE, "No patient has a date of first treatment.")
    head = Cell(
        f"{FILE_NAME} holds one page for each of {number.count(len(labels))} "
        f"{'patient' if len(labels) == 1 else 'patients'}, in days from the first treatment and "
        "without names or calendar dates: "
    )
    pieces = [head]
    for page, label in enumerate(labels.values(), 1):
        pieces += [Cell(", ")] if page > 1 else []
        pieces.append(Cell(label, target=f"{FILE_NAME}#page={page}"))
    return Section("profiles", _TITLE, "", paragraphs=(Paragraph((*pieces, Cell("."))),))


def render_profiles(given: ReportInput) -> tuple[bytes, str]:
    """profiles.pdf, and what is to be said of signs that it cannot show."""
    from hepatica.report.pdf.pages import Sheet, render_pages  # noqa: PLC0415 - only who wants it

    source, identity = ProfileSource(given), given.study.study
    sheets = []
    for i, subject in enumerate(source.subjects, 1):
        profile = source.profile(subject)
        svg = render_page(profile, f"profile-{i}", identity.label)
        sheets.append(Sheet(profile.label, page_text(profile), svg))
    running = " \u00b7 ".join(p for p in (identity.id, _TITLE, identity.label) if p)
    pdf = render_pages(sheets, f"{identity.id}: {_TITLE.lower()}", running, identity.cutoff)
    return pdf.data, pdf.note


def write_profile(given: ReportInput, subject: str, path: Path) -> None:
    """Write the profile of one subject to an SVG, PNG or PDF file, by the ending of `path`.

    Raises      UsageError for a subject without a first treatment, or another ending.
    """
    from hepatica.report.pdf.pages import (  # noqa: PLC0415 - only who wants it
        Sheet,
        render_pages,
        render_picture,
    )

    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(f"profile {path.name!r}: expected a name ending in {', '.join(_ENDINGS)}")
    source, identity = ProfileSource(given), given.study.study
    if subject not in source.subjects:
        raise UsageError(f"subject {subject!r}: not a treated subject of the analysis population")
    profile = source.profile(subject)
    svg = render_page(profile, "profile", identity.label)
    match ending:
        case ".svg":
            data = svg.encode()
        case ".png":
            data = render_picture(svg)
        case _:
            sheet = Sheet(profile.label, page_text(profile), svg)
            data = render_pages([sheet], profile.label, identity.id, identity.cutoff).data
    path.write_bytes(data)


def _absent(given: ReportInput) -> str:
    if "pdf" not in given.wanted:
        return "No PDF was asked for, so there are no profiles."
    if given.study.report.profiles is False:
        return "The protocol asks for no profiles."
    if not given.subjects:
        return "Nobody is in the population, so there are no profiles."
    return (
        f"{number.count(len(given.subjects))} patients: profiles of more than {MOST_UNASKED} are "
        "only written where study.toml asks for them ([report] profiles = true); "
        "`hepatica profile` draws one."
    )

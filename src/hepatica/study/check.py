"""Contradictions inside one protocol, each with its line: identity, records, names, schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from hepatica.core.citation import citations
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.study.criterion_check import check_criteria
from hepatica.study.endpoint_check import check_endpoints
from hepatica.study.further_check import check_further
from hepatica.study.model import Study
from hepatica.study.normalization_check import check_normalization
from hepatica.study.plan_check import check_plan
from hepatica.study.vocabulary import suggestion


def check_study(study: Study) -> list[Finding]:
    """Every contradiction inside the protocol: errors, warnings and notes."""
    checks: tuple[Callable[[Study], Iterator[Finding]], ...] = (
        _identity,
        _consent,
        _records,
        _ids,
        check_criteria,
        _treatment,
        _response,
        _schedule,
        _safety,
        check_endpoints,
        check_plan,
        check_further,
        check_normalization,
    )
    return [finding for check in checks for finding in check(study)]


def _identity(study: Study) -> Iterator[Finding]:
    identity = study.study
    start, end = identity.enrolment_start, identity.enrolment_end
    if start and end and end < start:
        place = study.place("study", "enrolment_end")
        yield finding_of("S026", place, found=str(end), expected=f"a day from {start} on")
    last = max((day for day in (start, end) if day), default=None)
    if last and identity.cutoff < last:
        place = study.place("study", "cutoff")
        expected = f"a day from the end of enrolment, {last}, on"
        yield finding_of("S026", place, found=str(identity.cutoff), expected=expected)
    if start and identity.ethics_date and identity.ethics_date > start:
        yield finding_of(
            "S034",
            study.place("study", "ethics_date"),
            found=f"approval {identity.ethics_date}, enrolment from {start}",
            expected="approval before the first enrolment",
        )
    if identity.reference and identity.reference not in citations():
        yield finding_of(
            "S039",
            study.place("study", "reference"),
            found=repr(identity.reference),
            expected="a key of the list of references",
            hint=suggestion(identity.reference, citations()),
        )


_OBTAINED = ("written", "obtained", "provided", "signed", "gave")


def _consent(study: Study) -> Iterator[Finding]:
    """Consent that the same sentence gives and waives."""
    text = study.study.consent.casefold()
    obtained = next((word for word in _OBTAINED if word in text), "")
    if obtained and "waive" in text and "not waived" not in text:
        yield finding_of(
            "S043",
            study.place("study", "consent"),
            found=f"consent {obtained!r} and 'waived'",
            expected="one of the two for the whole study",
            hint="the report prints the sentence as it stands",
        )


def _records(study: Study) -> Iterator[Finding]:
    yield from _inside(study.records.path, study.place("records", "path"))
    if study.imaging:
        yield from _inside(study.imaging.path, study.place("imaging", "path"))
    mapped = study.records.reader in ("mapping", "redcap", "odm")
    if mapped != bool(study.records.mapping):
        found = "a mapping" if study.records.mapping else "no mapping"
        place = study.place("records", "reader")
        reader = f"{found} with reader {study.records.reader!r}"
        yield finding_of("S040", place, found=reader, expected="both or neither")


def _inside(path: str, place: Place) -> Iterator[Finding]:
    inside = path.startswith("${HEPATICA_DATA}") or not (
        PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive or path.startswith("\\")
    )
    if not inside or ".." in path.replace("\\", "/").split("/"):
        yield finding_of(
            "S031",
            place,
            found=repr(path),
            expected="a path inside the study folder, or one that begins with ${HEPATICA_DATA}",
        )


def _ids(study: Study) -> Iterator[Finding]:
    criteria = [("inclusion", i, c.id) for i, c in enumerate(study.inclusion)]
    criteria += [("exclusion", i, c.id) for i, c in enumerate(study.exclusion)]
    endpoints = list(enumerate(study.endpoints))
    by_id = {e.id: (i, e) for i, e in reversed(endpoints)}
    groups: list[tuple[str, list[tuple[str, int, str]]]] = [
        ("id", [("population", i, p.id) for i, p in enumerate(study.populations)]),
        ("id", criteria),
        ("id", [("treatment", i, t.id) for i, t in enumerate(study.treatment)]),
        ("id", [("endpoint", i, e.id) for i, e in endpoints]),
        (
            "paramcd",
            [("endpoint", i, e.parameter) for i, e in sorted(by_id.values(), key=lambda x: x[0])],
        ),
    ]
    for key, entries in groups:
        yield from _duplicates(study, key, entries)


def _duplicates(
    study: Study, key: str, entries: Sequence[tuple[str, int, str]]
) -> Iterator[Finding]:
    first: dict[str, int | None] = {}
    for table, position, name in entries:
        place = study.place(table, position, key)
        if name in first:
            expected = f"a name of its own; line {first[name]} has it already"
            yield finding_of("S012", place, found=repr(name), expected=expected)
        first.setdefault(name, place.row)


def _treatment(study: Study) -> Iterator[Finding]:
    for position, step in enumerate(study.treatment):
        if (step.dose is None) != (step.unit is None):
            yield finding_of(
                "S010",
                study.place("treatment", position, "dose" if step.dose is not None else "unit"),
                found="a dose without unit" if step.unit is None else "a unit without dose",
                expected="dose and unit together",
            )
        if not step.drug and not step.procedure:
            yield finding_of(
                "S003",
                study.place("treatment", position),
                found="neither drug nor procedure",
                expected="a drug, a procedure or both",
            )


def _response(study: Study) -> Iterator[Finding]:
    named = [study.response.criterion]
    for position, criterion in enumerate(study.response.sensitivity):
        if criterion in named:
            place = study.place("response", "sensitivity", position)
            expected = "each criterion once, the primary one not again"
            yield finding_of("S012", place, found=repr(criterion), expected=expected)
        named.append(criterion)


def _schedule(study: Study) -> Iterator[Finding]:
    if study.schedule and study.schedule.interval_weeks[0] > study.schedule.interval_weeks[1]:
        place = study.place("schedule", "interval_weeks")
        found = f"{study.schedule.interval_weeks[0]:g} before {study.schedule.interval_weeks[1]:g}"
        yield finding_of("S025", place, found=found, expected="the shorter interval first")


def _safety(study: Study) -> Iterator[Finding]:
    if not study.safety.ctcae:
        place = study.place("safety", "ctcae")
        yield finding_of("S033", place, found="no version", expected="the version of CTCAE")

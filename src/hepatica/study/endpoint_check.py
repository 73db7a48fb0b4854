"""Faults of the endpoints: what they lack, where they start, what they leave out."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.endpoint import Endpoint
from hepatica.study.model import Study
from hepatica.study.vocabulary import meaning


def check_endpoints(study: Study) -> Iterator[Finding]:
    """Every fault of the endpoints, in their order."""
    for position, endpoint in enumerate(study.endpoints):
        yield from _endpoint_shape(study, position, endpoint)
        yield from _endpoint_origin(study, position, endpoint)
        yield from _endpoint_rules(study, position, endpoint)
    if not any(e.role == "primary" for e in study.endpoints):
        place = study.place("endpoint")
        yield finding_of("S041", place, found="no primary endpoint", expected="at least one")


def _endpoint_shape(study: Study, position: int, endpoint: Endpoint) -> Iterator[Finding]:
    timed = {"origin": endpoint.origin, "events": endpoint.events, "rule_set": endpoint.rule_set}
    counted = {"responses": endpoint.responses}
    is_timed = endpoint.kind == "time-to-event"
    needed, foreign = (timed, counted) if is_timed else (counted, timed)
    for key, value in needed.items():
        if not value:
            place = study.place("endpoint", position, key)
            yield finding_of("S022", place, found=f"no {key}", expected=f"{key} of {endpoint.id}")
    for key, value in foreign.items():
        if value:
            place = study.place("endpoint", position, key)
            expected = f"none for a {endpoint.kind} endpoint"
            yield finding_of("S022", place, found=key, expected=expected)


def _endpoint_origin(study: Study, position: int, endpoint: Endpoint) -> Iterator[Finding]:
    early = endpoint.origin in meaning("origin_before_enrolment")
    if early and not endpoint.delayed_entry:
        yield finding_of(
            "S020",
            study.place("endpoint", position, "origin"),
            found=f"{endpoint.id} from the {endpoint.origin}, before enrolment",
            expected="an origin at or after enrolment",
            hint="immortal time: delayed_entry = true enters patients at the first treatment",
        )
    if endpoint.delayed_entry and not early:
        yield finding_of(
            "S032",
            study.place("endpoint", position, "delayed_entry"),
            found=f"delayed entry with origin {endpoint.origin!r}",
            expected="an origin before enrolment",
        )
    if endpoint.origin == "refractory date" and study.refractory is None:
        place = study.place("endpoint", position, "origin")
        yield finding_of("S029", place, found="no [refractory]", expected="its definition")


def _endpoint_rules(study: Study, position: int, endpoint: Endpoint) -> Iterator[Finding]:
    progression_free = endpoint.id.upper().startswith("PFS") or (
        "progression-free" in endpoint.label.casefold()
    )
    if progression_free and endpoint.events and "death" not in endpoint.events:
        yield finding_of(
            "S021",
            study.place("endpoint", position, "events"),
            found=f"{endpoint.id} without death",
            expected="progression and death",
            hint="without death it is time to progression (TTP)",
        )
    counts_visits = endpoint.rule_set == "FDA" and "progression" in endpoint.events
    if counts_visits and study.schedule is None:
        place = study.place("endpoint", position, "rule_set")
        yield finding_of("S028", place, found="rule set FDA", expected="[schedule] to count visits")

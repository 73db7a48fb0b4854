"""Best overall responses are those of admiralonco (pharmaverse, Apache 2.0), case by case.

Inputs and expected values as in its tests/testthat/test-derive_param_confirmed_bor.R (tests 1 and
2; blob read from commit 14bfe08) and test-derive_param_bor.R (tests 1 and 2; commit 0b2e13a).
SD window 28 days. Subject 8 has no assessment, subject 9's source asks for MISSING as NE in the
second case, which is a choice of the caller here.
"""

from __future__ import annotations

from datetime import date

import pytest

from hepatica.clinic.rules.response.best import (
    NO_DAY,
    Span,
    Terms,
    best_confirmed_response,
    best_response,
    span_end,
)
from hepatica.clinic.rules.response.record import Visit
from hepatica.clinic.rules.response.word import NO_VISIT, RESPONSES

START = {
    "1": "2020-01-01",
    "2": "2019-12-12",
    "3": "2019-11-11",
    "4": "2019-12-30",
    "5": "2020-01-01",
    "6": "2020-02-02",
    "7": "2020-02-02",
    "8": "2020-04-01",
    "9": "2020-02-01",
}
COURSE = {
    "1": "2020-01-01 PR 2020-02-01 CR 2020-02-16 NE 2020-03-01 CR 2020-04-01 SD",
    "2": "2020-01-01 SD 2020-02-01 PR 2020-03-01 SD 2020-03-13 CR",
    "3": "2019-11-12 CR 2019-12-02 CR 2020-01-01 SD",
    "4": "2020-01-01 PR 2020-03-01 SD 2020-04-01 SD 2020-05-01 PR 2020-05-15 NON-CR/NON-PD",
    "5": "2020-01-01 PR 2020-01-10 SD 2020-01-20 PR 2020-05-15 NON-CR/NON-PD",
    "6": "2020-02-06 PR 2020-02-16 CR 2020-03-30 PR",
    "7": "2020-02-06 PR 2020-02-16 CR 2020-04-01 NE",
    "8": "",
    "9": "2020-02-16 PD 2020-03-06 SD",
}
DEFAULT = Terms(confirm_days=28, max_ne_between=1, max_sd_between=0)
LOOSE = Terms(confirm_days=14, max_ne_between=0, max_sd_between=1)
CONFIRMED = {
    "1": "CR 2020-02-01",
    "2": "SD 2020-02-01",
    "3": "SD 2020-01-01",
    "4": "SD 2020-03-01",
    "5": "NON-CR/NON-PD 2020-05-15",
    "6": "SD 2020-03-30",
    "7": "NE 2020-02-06",
    "8": "MISSING",
    "9": "PD 2020-02-16",
}
CONFIRMED_LOOSE = {
    "1": "PR 2020-01-01",
    "2": "PR 2020-02-01",
    "3": "CR 2019-11-12",
    "4": "SD 2020-03-01",
    "5": "PR 2020-01-01",
    "6": "SD 2020-03-30",
    "7": "ND 2020-04-02",
    "8": "MISSING",
    "9": "PD 2020-02-16",
}
UNCONFIRMED = {
    "1": "CR 2020-02-01",
    "2": "CR 2020-03-13",
    "3": "CR 2019-11-12",
    "4": "PR 2020-01-01",
    "5": "PR 2020-01-01",
    "6": "CR 2020-02-16",
    "7": "CR 2020-02-16",
    "8": "MISSING",
}


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def responses_of(course: str) -> list[Visit]:
    words = course.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return [Visit(day=day(at), overall=RESPONSES.index(word)) for at, word in pairs]


def best_of(subject: str, course: str, terms: Terms | None) -> str:
    responses = responses_of(course)
    end = span_end(responses, 0, len(responses), NO_DAY)
    span = Span(0, end, day(START[subject]) + 28)
    best = (
        best_confirmed_response(responses, span, terms) if terms else best_response(responses, span)
    )
    if best.visit == NO_VISIT:
        return RESPONSES[best.response]
    return f"{RESPONSES[best.response]} {date.fromordinal(responses[best.visit].day)}"


@pytest.mark.parametrize("subject", CONFIRMED)
def test_confirmed_default(subject: str) -> None:
    assert best_of(subject, COURSE[subject], DEFAULT) == CONFIRMED[subject]


@pytest.mark.parametrize("subject", CONFIRMED_LOOSE)
def test_confirmed_short_interval_no_gap_one_sd(subject: str) -> None:
    course = {**COURSE, "7": "2020-04-02 ND"}[subject]
    assert best_of(subject, course, LOOSE) == CONFIRMED_LOOSE[subject]


@pytest.mark.parametrize("subject", UNCONFIRMED)
def test_unconfirmed(subject: str) -> None:
    assert best_of(subject, COURSE[subject], None) == UNCONFIRMED[subject]


def test_unconfirmed_sd_before_the_window_is_ne() -> None:
    course = "2020-01-01 SD 2020-01-02 SD 2020-01-03 SD"
    assert best_of("7", course, None) == "NE 2020-01-01"


def test_unconfirmed_stops_at_the_first_pd() -> None:
    course = "2020-01-01 SD 2020-02-01 PR 2020-03-01 PD 2020-03-13 CR"
    assert best_of("2", course, None) == "PR 2020-02-01"


def test_visits_from_a_new_therapy_on_do_not_count() -> None:
    responses = responses_of(COURSE["1"])
    assert span_end(responses, 0, 5, day("2020-02-16")) == 2

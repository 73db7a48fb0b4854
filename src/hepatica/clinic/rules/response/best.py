"""Best overall response of a patient, unconfirmed and confirmed.

What counts: the visits up to and including the first PD, and before a new anticancer therapy (a
visit on its first day no longer counts). Preference: CR, PR, SD, NON-CR/NON-PD, PD, NE, ND,
MISSING; the earliest visit of the best.

- Unconfirmed: CR, PR and PD count at any time; SD and NON-CR/NON-PD from `min_sd_days` after the
  reference date on, before that as NE.
- Confirmed CR: a CR with a later CR at least `confirm_days` after it, nothing but CR and NE in
  between, NE at most `max_ne_between` times.
- Confirmed PR: a PR with a later PR or CR at least `confirm_days` after it; between them nothing
  but CR, PR and NE (NE at most `max_ne_between` times; SD at most `max_sd_between` times), and
  no PR after a CR. The first visit that is late enough decides; no later one is tried.
- A CR or PR that is not confirmed counts as SD where it meets the SD window, else as NE.

The publications leave the days to the protocol (RECIST 1.0 and 1.1: at least 4 weeks for
confirmation; SD usually 6 to 8 weeks). The wording above is that of admiralonco 1.4
(derive_param_bor, derive_param_confirmed_bor), whose cases are in tests/reference/response.
Every function here runs interpreted and compiled.
"""

from __future__ import annotations

from typing import NamedTuple

from hepatica.clinic.rules.response.record import Patients, Visits
from hepatica.clinic.rules.response.word import (
    CR,
    MISSING,
    NE,
    NO_VISIT,
    NON_CR_NON_PD,
    PD,
    PR,
    SD,
)

NO_DAY = -(2**31)


class Terms(NamedTuple):
    """What the protocol asks of a best response; days and counts."""

    confirm_days: int
    max_ne_between: int
    max_sd_between: int


class Best(NamedTuple):
    """A best response: its code, the visit it rests on, the visit that confirmed it."""

    response: int
    visit: int
    confirmed_by: int


class Span(NamedTuple):
    """Visits of a patient that count, `first` up to not including `last`; the SD window's day."""

    first: int
    last: int
    sd_from_day: int


def span_end(visits: Visits, first: int, last: int, new_therapy_day: int) -> int:
    """Visit after the last one that counts; `new_therapy_day` is NO_DAY where there is none."""
    for v in range(first, last):
        if new_therapy_day != NO_DAY and visits[v].day >= new_therapy_day:
            return v
        if visits[v].overall == PD:
            return v + 1
    return last


def counted_as(response: int, day: int, sd_from_day: int) -> int:
    """What a response counts as, confirmation apart: too early an SD is NE."""
    if response in (SD, NON_CR_NON_PD) and day < sd_from_day:
        return NE
    return response


def best_response(visits: Visits, span: Span) -> Best:
    """Best overall response without confirmation."""
    best = MISSING
    best_visit = NO_VISIT
    for v in range(span.first, span.last):
        response = counted_as(visits[v].overall, visits[v].day, span.sd_from_day)
        if response < best:
            best = response
            best_visit = v
    return Best(best, best_visit, NO_VISIT)


def cr_confirmed_by(v: int, visits: Visits, span: Span, terms: Terms) -> int:
    """Visit that confirms a CR, or NO_VISIT."""
    not_evaluable = 0
    for later in range(v + 1, span.last):
        response = visits[later].overall
        if response == NE:
            not_evaluable += 1
        elif response != CR:
            return NO_VISIT
        elif visits[later].day - visits[v].day >= terms.confirm_days:
            return later if not_evaluable <= terms.max_ne_between else NO_VISIT
    return NO_VISIT


def pr_confirmed_by(v: int, visits: Visits, span: Span, terms: Terms) -> int:
    """Visit that confirms a PR, or NO_VISIT."""
    not_evaluable = 0
    stable = 0
    had_cr = False
    for later in range(v + 1, span.last):
        response = visits[later].overall
        if response == NE:
            not_evaluable += 1
        elif response == SD:
            stable += 1
        elif response == CR or (response == PR and not had_cr):
            had_cr = had_cr or response == CR
            if visits[later].day - visits[v].day >= terms.confirm_days:
                few = not_evaluable <= terms.max_ne_between and stable <= terms.max_sd_between
                return later if few else NO_VISIT
        else:
            return NO_VISIT
    return NO_VISIT


def best_confirmed_response(visits: Visits, span: Span, terms: Terms) -> Best:
    """Best overall response with confirmation of CR and PR."""
    best = MISSING
    best_visit = NO_VISIT
    best_confirmed_by = NO_VISIT
    for v in range(span.first, span.last):
        response = visits[v].overall
        confirmed_by = NO_VISIT
        if response == CR:
            confirmed_by = cr_confirmed_by(v, visits, span, terms)
        elif response == PR:
            confirmed_by = pr_confirmed_by(v, visits, span, terms)
        if response in (CR, PR) and confirmed_by == NO_VISIT:
            response = SD
        response = counted_as(response, visits[v].day, span.sd_from_day)
        if response < best:
            best = response
            best_visit = v
            best_confirmed_by = confirmed_by
    return Best(best, best_visit, best_confirmed_by)


def run_best(visits: Visits, patients: Patients, terms: Terms) -> None:
    """Write the best responses of every patient."""
    for p in range(len(patients) - 1):
        patient = patients[p]
        first = patient.first if patient.baseline == NO_VISIT else patient.baseline + 1
        last = span_end(visits, first, patients[p + 1].first, patient.new_therapy_day)
        span = Span(first, last, patient.sd_from_day)
        best = best_response(visits, span)
        confirmed = best_confirmed_response(visits, span, terms)
        patient.bor = best.response
        patient.bor_visit = best.visit
        patient.cbor = confirmed.response
        patient.cbor_visit = confirmed.visit
        patient.confirmed_by = confirmed.confirmed_by

"""The definitions of TACE-refractory, each a function of one course; heading of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from hepatica.clinic.rules.eligibility.truth import Truth, conjunction
from hepatica.clinic.rules.refractory.course import Course, Look
from hepatica.core.finding import Place

# Clause codes of the output and the protocol's words for them.
CLAUSES = {
    "target progression": "PD",
    "new lesion": "NEWLES",
    "vascular invasion": "VASC",
    "extrahepatic metastasis": "EHS",
    "marker elevation": "MARKER",
}
WORDS = {code: words for words, code in CLAUSES.items()} | {
    "VIABLE": "viable part over 50 % after 2 consecutive sessions",
    "NUMBER": "more lesions after 2 consecutive sessions",
    "RETREAT": "target progression under retreatment",
}
_SIGN: dict[str, Callable[[Look], Truth]] = {
    "PD": lambda look: look.progression,
    "NEWLES": lambda look: look.new,
    "VASC": lambda look: look.invasion,
    "EHS": lambda look: look.spread,
    "MARKER": lambda look: look.marker,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Refractory or not by one definition: Y, N or NE, and when, why and after how many sessions.

    `on` is None where the deciding record has no date of its own.
    """

    definition: str
    answer: str
    reason: str
    clause: str = ""
    on: date | None = None
    sessions: int = 0
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class _Sign:
    """Whether one clause holds after a session, and the look that says so.

    `final`: no later session could make it hold, so that FALSE denies the clause.
    """

    clause: str
    truth: Truth
    final: bool = True
    look: Look | None = None


def seed(course: Course, minimum: int, clauses: Sequence[str], *, gated: bool = True) -> Status:
    """The seed's definition: any clause (codes) after at least `minimum` consecutive sessions.

    With `gated` False the sessions are asked for target progression only.
    """
    name = "seed" if gated else f"seed, {minimum} sessions for progression only"
    gates = {code: minimum if gated or code == "PD" else 1 for code in clauses}
    return _status(name, course, clauses, list(_gated(course, gates)))


def jsh(course: Course) -> Status:
    """JSH-LCSGJ 2014."""
    signs = [
        *_twice(course, "VIABLE", _insufficient),
        *_twice(course, "NUMBER", _risen),
        *_gated(course, {"MARKER": 1, "VASC": 1, "EHS": 1}),
    ]
    clauses = ("VIABLE", "NUMBER", "MARKER", "VASC", "EHS")
    return _status("JSH-LCSGJ-2014", course, clauses, signs)


def easl(course: Course) -> Status:
    """The stop rule of EASL 2018."""
    responded = any(look.responded for look in course.looks)
    progressed = [
        _Sign("RETREAT", sign.truth, sign.final, sign.look)
        for sign in _gated(course, {"PD": 2 if responded else 3}, consecutive=False)
    ]
    signs = [
        *_twice(course, "VIABLE", _insufficient),
        *progressed,
        *_gated(course, {"VASC": 1, "EHS": 1}),
    ]
    return _status("EASL-2018", course, ("VIABLE", "RETREAT", "VASC", "EHS"), signs)


def cci(course: Course) -> Status:
    """CCI 2021: target progression after at least 3 consecutive sessions."""
    return _status("CCI-2021", course, ("PD",), list(_gated(course, {"PD": 3})))


def _gated(course: Course, gates: dict[str, int], *, consecutive: bool = True) -> Iterator[_Sign]:
    """Signs after enough sessions; FALSE where so many sessions were never reached."""
    for code, gate in gates.items():
        sessions = course.sessions
        able = [
            course.reached(s.number, gate) if consecutive else Truth.of(s.number >= gate)
            for s in sessions
        ]
        last = max((s.number for s in sessions if able[s.number - 1] is not Truth.FALSE), default=0)
        if not last:
            yield _Sign(code, Truth.FALSE)
        for look in course.looks:
            if look.after and able[look.after - 1] is not Truth.FALSE:
                truth = conjunction((able[look.after - 1], _SIGN[code](look)))
                yield _Sign(code, truth, look.after == last, look)


def _twice(course: Course, code: str, after: Callable[[Course, int], Truth]) -> Iterator[_Sign]:
    """Whether something held after each of two consecutive sessions."""
    pairs = [s.number for s in course.sessions if s.longest >= 2]
    for number in pairs:
        held = (course.reached(number, 2), after(course, number - 1), after(course, number))
        yield _Sign(code, conjunction(held), number == pairs[-1], course.last_look(number))
    if not pairs:
        yield _Sign(code, Truth.FALSE)


def _insufficient(course: Course, number: int) -> Truth:
    look = course.last_look(number)
    return Truth.of(None if look is None or look.viable is None else look.viable > 0.5)


def _risen(course: Course, number: int) -> Truth:
    now, before = course.last_look(number), course.last_look(number - 1)
    if now is None or before is None or now.lesions is None or before.lesions is None:
        return Truth.UNKNOWN
    return Truth.of(now.lesions > before.lesions)


def _status(name: str, course: Course, clauses: Sequence[str], signs: Sequence[_Sign]) -> Status:
    """Y by the earliest sign that holds; N where every clause is denied; else NE."""
    total = len(course.sessions)
    if not total:
        return Status(definition=name, answer="NE", reason="no TACE session on record")
    held = [s for s in signs if s.truth is Truth.TRUE and s.look is not None]
    if held:
        first = min(held, key=lambda s: _when(s.look))
        return _refractory(name, first)
    known = _denied(signs)
    lacking = [clause for clause in clauses if clause not in known]
    if lacking:
        reason = f"not on record after {_count(total)}: {'; '.join(WORDS[c] for c in lacking)}"
        return Status(definition=name, answer="NE", reason=reason, sessions=total)
    reason = f"none of its clauses holds after {_count(total)}"
    return Status(definition=name, answer="N", reason=reason, sessions=total)


def _denied(signs: Sequence[_Sign]) -> set[str]:
    """Clauses looked for after the last session that did not hold; the last scan has to tell."""
    found: set[str] = set()
    for sign in signs:
        if sign.truth is Truth.FALSE and sign.final:
            found.add(sign.clause)
        elif sign.final and sign.look is not None and sign.look.unmeasured:
            found.discard(sign.clause)
    return found


def _refractory(name: str, sign: _Sign) -> Status:
    assert sign.look is not None
    told = "" if sign.look.on else ", by the recorded outcome"
    return Status(
        definition=name,
        answer="Y",
        reason=f"{WORDS[sign.clause]} after {_count(sign.look.after)}{told}",
        clause=sign.clause,
        on=sign.look.on,
        sessions=sign.look.after,
        place=sign.look.place,
    )


def _when(look: Look | None) -> tuple[int, date]:
    assert look is not None
    return look.after, look.on or date.max


def _count(sessions: int) -> str:
    return f"{sessions} session" if sessions == 1 else f"{sessions} sessions"

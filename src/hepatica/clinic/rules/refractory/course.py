"""A patient's TACE sessions and what was seen after each: the input of every definition."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from hepatica.clinic.rules.eligibility.truth import Truth
from hepatica.clinic.rules.response.criterion import CRITERIA
from hepatica.clinic.rules.response.target import has_grown, has_shrunk
from hepatica.core.finding import Place

Row = Mapping[str, Any]
Day = tuple[date | None, str, Place]
CONSECUTIVE_DAYS = 183


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One TACE, the last of at least `run` and at most `longest` consecutive sessions."""

    number: int
    on: date | None
    run: int
    longest: int
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a scan, a staging or a recorded outcome said after session `after`, 0 before any.

    `viable` is the largest viable share of a treated lesion, `lesions` their number in the liver.
    `unmeasured`: a scan on which a target could not be measured.
    """

    after: int
    on: date | None
    progression: Truth = Truth.UNKNOWN
    responded: bool = False
    new: Truth = Truth.UNKNOWN
    invasion: Truth = Truth.UNKNOWN
    spread: Truth = Truth.UNKNOWN
    marker: Truth = Truth.UNKNOWN
    viable: float | None = None
    lesions: int | None = None
    unmeasured: bool = False
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Course:
    """The sessions in order and the looks in order of session and day."""

    sessions: tuple[Session, ...]
    looks: tuple[Look, ...]

    def reached(self, number: int, gate: int) -> Truth:
        """Whether session `number` ends a run of at least `gate` consecutive sessions."""
        session = self.sessions[number - 1]
        if session.run >= gate:
            return Truth.TRUE
        return Truth.UNKNOWN if session.longest >= gate else Truth.FALSE

    def last_look(self, number: int) -> Look | None:
        """The last look after a session that says what share is viable, or how many lesions."""
        found = [
            look
            for look in self.looks
            if look.after == number and (look.viable is not None or look.lesions is not None)
        ]
        return found[-1] if found else None


def course_of(
    sessions: Sequence[Row], looks: Sequence[Row], markers: Sequence[Row], between: Sequence[Row]
) -> Course:
    """The course of one patient from the rows of ``tace_*.sql``."""
    days = _in_order([day for row in sessions for day in _session_days(row)])
    found = tuple(_sessions(days, between))
    told = [_outcome(number, words, place) for number, (_, words, place) in enumerate(days, 1)]
    seen = [*_seen(looks, found), *_marked(markers, found)]
    order = [*seen, *(look for look in told if look is not None)]
    order.sort(key=lambda look: (look.after, look.on or date.max))
    return Course(found, tuple(order))


def _in_order(days: Sequence[Day]) -> list[Day]:
    """Dated sessions by day, each day once, in the places of the dated; the others stay."""
    dated: dict[date, Day] = {}
    for day, words, place in sorted((d for d in days if d[0]), key=lambda d: d[0] or date.max):
        assert day is not None
        _, told, first = dated.get(day, (day, "", place))
        dated[day] = (day, "; ".join(filter(None, dict.fromkeys((told, words)))), first)
    ordered = iter(dated.values())
    placed = [day if day[0] is None else next(ordered, None) for day in days]
    return [day for day in placed if day is not None]


def _session_days(row: Row) -> list[Day]:
    """Days of the sessions of one row; of several the first and the last are known."""
    place = Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"])
    if row["count"] == 1:
        return [(row["first_date"], row["outcome"], place)]
    middle: list[Day] = [(None, "", place)] * (row["count"] - 2)
    return [(row["first_date"], "", place), *middle, (row["last_date"], row["outcome"], place)]


def _sessions(days: Sequence[Day], between: Sequence[Row]) -> Iterable[Session]:
    run = longest = 0
    for number, (day, _, place) in enumerate(days, 1):
        joined = False if number == 1 else _consecutive(days[number - 2][0], day, between)
        run = run + 1 if joined else 1
        longest = 1 if joined is False else longest + 1
        yield Session(number=number, on=day, run=run, longest=longest, place=place)


def _consecutive(before: date | None, day: date | None, between: Sequence[Row]) -> bool | None:
    if before is None or day is None:
        return None
    if (day - before).days > CONSECUTIVE_DAYS:
        return False
    treated = [_treated(other, before, day) for other in between]
    if True in treated:
        return False
    return None if None in treated else True


def _treated(other: Row, before: date, day: date) -> bool | None:
    """Whether another treatment lies between two days; None where its dates do not tell."""
    start, end = other["start_date"], other["end_date"]
    if (start is not None and start >= day) or (end is not None and end <= before):
        return False
    if not other.get("whole", True) or (end is None and start <= before):
        return None
    return True


@cache
def outcome_signs() -> tuple[tuple[str, str], ...]:
    """Words of a recorded outcome and the sign that each stands for (`outcome.csv`)."""
    text = files("hepatica.clinic.rules.refractory").joinpath("outcome.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple((row["words"], row["sign"]) for row in csv.DictReader(lines))


def _outcome(number: int, words: str, place: Place) -> Look | None:
    sign = next((sign for part, sign in outcome_signs() if part in words), None)
    if sign is None:
        return None
    return Look(
        after=number,
        on=None,
        progression=Truth.of({"PD": True, "SD": False, "PR": False, "CR": False}.get(sign)),
        responded=sign in {"PR", "CR"},
        new=Truth.of(True if sign == "NEWLES" else None),
        invasion=Truth.of(True if sign == "VASC" else None),
        spread=Truth.of(True if sign == "EHS" else None),
        place=place,
    )


def _after(day: date, sessions: Sequence[Session]) -> int:
    """Number of the last session before that day; a scan of the day itself came first."""
    return max((s.number for s in sessions if s.on is not None and s.on < day), default=0)


def _seen(rows: Sequence[Row], sessions: Sequence[Session]) -> Iterable[Look]:
    """Looks of scans and stagings; the first sum is the baseline of the sums after it."""
    rule = CRITERIA["mRECIST"].rule()
    sums: list[int] = []
    scanned = False
    past: dict[str, list[bool]] = {"invasion": [], "spread": []}
    for row in rows:
        whole = row["targets"] > 0 and row["measured"] == row["targets"]
        total = row["viable_um"] if whole else None
        grown = shrunk = None
        if total is not None and sums:
            grown = has_grown(total, min(sums), rule)
            shrunk = has_shrunk(total, sums[0], rule)
        signs = {name: _appeared(row[name], past[name]) for name in past}
        yield Look(
            after=_after(row["date"], sessions),
            on=row["date"],
            progression=Truth.of(grown),
            responded=bool(shrunk),
            new=Truth.of(_new(row, scanned)),
            invasion=Truth.of(signs["invasion"]),
            spread=Truth.of(signs["spread"]),
            viable=row["viable_share"],
            lesions=row["lesions"],
            unmeasured=row["measured"] < row["targets"],
            place=Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"]),
        )
        if total is not None:
            sums.append(total)
        scanned = scanned or row["scanned"]
        for name, earlier in past.items():
            if row[name] is not None:
                earlier.append(row[name])


def _appeared(now: bool | None, earlier: Sequence[bool]) -> bool | None:
    """Whether invasion or spread is new; seen without an earlier record it cannot be told."""
    if now is None or not now:
        return now
    if not earlier:
        return None
    return not earlier[0]


def _new(row: Row, scanned: bool) -> bool | None:
    if row["confirmed"] is not None:
        return bool(row["confirmed"])
    return False if row["scanned"] and scanned else None


def _marked(rows: Sequence[Row], sessions: Sequence[Session]) -> Iterable[Look]:
    """Looks at markers: from the second sample after a session on, against the last before it."""
    for test in sorted({row["test"] for row in rows}):
        samples = [row for row in rows if row["test"] == test]
        for session in sessions:
            if session.on is None:
                continue
            before = [r["value"] for r in samples if r["date"] <= session.on]
            after = [r for r in samples if _after(r["date"], sessions) == session.number]
            for first, second in pairwise(after):
                rising = before and before[-1] < first["value"] <= second["value"]
                yield Look(
                    after=session.number,
                    on=second["date"],
                    marker=Truth.of(bool(rising) if before else None),
                    place=Place(
                        second["src_file"] or "", second["src_sheet"] or "", second["src_row"]
                    ),
                )

"""When things happened to one patient: sessions, scans, progression and the end, in days.

Days count from the origin of the times (the date declared refractory, or the first treatment). A
scan lies on the last day of progression-free survival, whether the tumour had grown then or not;
the others lie at the protocol's intervals before it. Stable disease needs a scan at or after the
protocol's minimum duration, any other response than progression a scan before the progression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.data_set import Duration, Value
from hepatica.audit.reconstruction.stream import Stream, between, whole
from hepatica.study import Study

NEAR_DAYS = 14  # a scan this soon after treatment shows little
WINDOW_DAYS = (21, 49)  # where the protocol has no schedule: four to six weeks, a week either way


@dataclass(frozen=True, slots=True)
class Timing:
    """Days from the origin; `progression` is one of `scans`, None where no scan shows any;
    stable disease counts from `sd_from` on.
    """

    sessions: tuple[int, ...]
    scans: tuple[int, ...]
    baseline_scan: int
    admission: int
    progression: int | None
    end: int
    dead: bool
    sd_from: int
    missed: tuple[int, ...] = ()
    therapy: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the data set says about times and response of one patient, and the protocol's bounds."""

    response: str
    free: int | None
    progressed: bool
    end: int
    dead: bool
    sessions: int
    lead: bool
    min_sd_days: int
    window_days: tuple[int, int]


def timing(terms: Terms, draw: Stream, told: Callable[[str], None]) -> Timing:
    """The calendar of one patient; `told` hears what cannot be as the data set says."""
    first = _first_session(terms, draw, told)
    scans = _scans(terms, first, draw)
    if terms.free and not scans:
        told(f"no scan can lie on day {terms.free}, before the first treatment")
    progression = terms.free if terms.progressed and scans else None
    admission = first - (1 + int(float(draw.random()) < 0.5))
    baseline = -whole(draw, 1, 5) if terms.lead else first - whole(draw, 3, 16)
    return Timing(
        sessions=_sessions(terms, first, scans, draw),
        scans=scans,
        baseline_scan=min(baseline, first),
        admission=admission,
        progression=progression,
        end=terms.end,
        dead=terms.dead,
        sd_from=first + terms.min_sd_days,
        missed=_missed(first, scans, terms.window_days[1]),
        therapy=_therapy(terms, scans, draw),
    )


def patient_terms(
    values: Mapping[str, Value], days: Mapping[str, int], study: Study, draw: Stream
) -> Terms:
    """What is known of a patient's times; what the claims do not tell is drawn.

    `days` are those of OS and PFS (or TTP) where the data set has them.
    """
    known = values.get("best response")
    response = known if isinstance(known, str) else "SD"
    overall, free = values.get("OS"), values.get("PFS", values.get("TTP"))
    min_sd = study.response.min_sd_days
    until = days.get("PFS", days.get("TTP"))
    end = days.get("OS")
    if end is None:
        end = (until or 0) + whole(draw, 60, 300)
    if until is None:
        shortest = {"PD": 28, "SD": min_sd + 20, "NE": 0}.get(response, 70)
        until = min(max(shortest, round(between(draw, 0.3, 0.7) * end)), max(end - 7, 0))
    dies = isinstance(overall, Duration) and overall.event
    seen = (
        free.event if isinstance(free, Duration) else response == "PD" or bool(draw.random() < 0.7)
    )
    # Where death is an event of PFS, an event on the day of death may be the death.
    death_counts = any("death" in e.events for e in study.endpoints if e.id == "PFS")
    progressed = seen and not (death_counts and dies and until == end and response != "PD")
    if seen and not progressed:
        until = max(end - whole(draw, 5, 25), 0)
    if response == "NE":
        until, progressed = 0, False
    return Terms(
        response=response,
        free=until,
        progressed=progressed,
        end=end,
        dead=dies or (overall is None and not (isinstance(free, Duration) and not free.event)),
        sessions=_number(values.get("sessions")) or whole(draw, 1, 2),
        lead=_leads(study),
        min_sd_days=min_sd,
        window_days=_window(study),
    )


def _window(study: Study) -> tuple[int, int]:
    """Fewest and most days from one planned scan to the next."""
    if study.schedule is None:
        return WINDOW_DAYS
    low, high = study.schedule.interval_weeks
    around = study.schedule.window_days
    return max(round(7 * low) - around, 7), round(7 * high) + around


def misfit(times: Timing, values: Mapping[str, Value], days: Mapping[str, int]) -> str:
    """What the calendar does not bear out of response and progression-free time; '' for nothing."""
    response, free = values.get("best response"), values.get("PFS", values.get("TTP"))
    if response == "PD" and times.progression is None:
        return "a best response of PD without a progression on a scan"
    if not isinstance(free, Duration):
        return ""
    day = days.get("PFS", days.get("TTP"))
    if free.event:
        # Without progression on a scan the event is the death of that day, where death counts.
        borne = day == (times.progression or (times.end if times.dead else None))
    else:
        borne = day == max(times.scans, default=0)
    return "" if borne else f"a best response of {response} beside this progression-free time"


def _leads(study: Study) -> bool:
    """Whether times count from a day before the first treatment."""
    origins = {e.origin for e in study.endpoints if e.id in {"OS", "PFS"}}
    return bool(origins & {"refractory date", "consent"})


def _number(value: Value | None) -> int:
    return int(value) if isinstance(value, Fraction) else 0


def _first_session(terms: Terms, draw: Stream, told: Callable[[str], None]) -> int:
    """Day of the first treatment: some days after the origin, early enough for the response."""
    wish = whole(draw, 6, 22)
    if not terms.lead:
        return 0
    free = terms.free or 0
    if not free:
        return max(0, min(wish, terms.end - 7))
    before = {
        "SD": terms.min_sd_days + int(terms.progressed),
        "PR": 22 if terms.progressed else NEAR_DAYS,
        "CR": 22 if terms.progressed else NEAR_DAYS,
    }.get(terms.response, NEAR_DAYS)
    comfortable = {"SD": before + 24, "PR": 70, "CR": 84}.get(terms.response, 26)
    if free - before < 0:
        told(f"a best response of {terms.response} leaves no time before day {free}")
        return 0
    latest = free - comfortable
    return min(wish, latest) if latest >= 2 else min(wish, 2, free - before)


def _scans(terms: Terms, first: int, draw: Stream) -> tuple[int, ...]:
    free = terms.free or 0
    length = free - first
    if length <= 0:
        return ()
    if terms.response == "PD" and terms.progressed:
        return _until_early_progression(terms, first, length, draw)
    needed = 2 if terms.progressed else 1
    number = _number_of_scans(length, needed, terms.window_days)
    days = [first + round(length * i / number) for i in range(1, number + 1)]
    for i in range(len(days) - 1):
        days[i] += whole(draw, -2, 2)
    last_free = -2 if terms.progressed else -1
    if terms.response == "SD" and number >= needed:
        days[last_free] = min(max(days[last_free], first + terms.min_sd_days), free)
    days[-1] = free
    return tuple(sorted({d for d in days if first < d <= free}))


def _until_early_progression(
    terms: Terms, first: int, length: int, draw: Stream
) -> tuple[int, ...]:
    """Progression at the first scan, or after one too early to be stable disease."""
    low, high = terms.window_days
    if length <= high:
        return (first + length,)
    latest = min(terms.min_sd_days - 1, length - low)
    early = whole(draw, min(28, latest), latest)
    return (first + early, first + length)


def _number_of_scans(length: int, needed: int, window_days: tuple[int, int]) -> int:
    low, high = window_days
    usual = (low + high) / 2 + 2
    fewest, most = max(needed, -(-length // high)), max(needed, length // low)
    return min(range(fewest, max(fewest, most) + 1), key=lambda k: abs(length / k - usual))


def _sessions(terms: Terms, first: int, scans: tuple[int, ...], draw: Stream) -> tuple[int, ...]:
    """The first session, then one some days after each scan that leaves time before the next."""
    days = [first]
    ends = [*scans[1:], terms.end]
    for scan, following in zip(scans, ends, strict=False):
        if len(days) == terms.sessions:
            break
        day = scan + min(whole(draw, 3, 9), max(1, (following - scan) // 4))
        still_free = not terms.progressed or scan != terms.free
        if still_free and day - days[-1] >= 14 and day < terms.end - 6:
            days.append(day)
    return tuple(sorted({*days, *_squeezed(terms, days, scans, draw)}))


def _squeezed(terms: Terms, days: list[int], scans: tuple[int, ...], draw: Stream) -> list[int]:
    """Sessions that found no place after a scan: beyond the last scan, else between the others."""
    lacking = terms.sessions - len(days)
    last = max([*days, *scans])
    beyond = [last + 5 + 28 * i + whole(draw, 0, 4) for i in range(lacking)]
    if not beyond or beyond[-1] < terms.end - 6:
        return beyond
    room = range(days[0] + 1, max(terms.end, days[0] + 2))
    taken = set(days) | set(scans)
    free = [d for d in room if d not in taken] or [d for d in room if d not in days]
    step = max(1, len(free) // (lacking + 1))
    return free[step - 1 :: step][:lacking]


def _missed(first: int, scans: tuple[int, ...], longest: int) -> tuple[int, ...]:
    """Days on which a planned visit was missed: in gaps of more than the longest interval."""
    days: list[int] = []
    for earlier, later in zip((first, *scans), scans, strict=False):
        day = earlier + 40
        while later - day > 21 and later - earlier > longest:
            days.append(day)
            day += 38
    return tuple(days)


def _therapy(terms: Terms, scans: tuple[int, ...], draw: Stream) -> int | None:
    """Day on which another anticancer therapy began, after the last scan; it ends the scans."""
    if not scans or terms.end - scans[-1] <= 60:
        return None
    if terms.progressed and float(draw.random()) < 0.4:
        return None
    return scans[-1] + whole(draw, 8, 18)

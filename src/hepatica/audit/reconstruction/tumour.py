"""The tumour of one patient: lesions, and their viable diameters on every scan.

Diameters are drawn and read back by mRECIST's sums [lencioni2010] until they give the response,
the progression and the shrinkage that the data set tells; progression is growth of the targets, a
new lesion, or a thrombus in the portal vein that advances.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hepatica.audit.data_set import Value
from hepatica.audit.reconstruction.stream import Stream, between, one_of, whole
from hepatica.audit.reconstruction.timing import Timing

SEGMENTS = ("II", "III", "IV", "V", "VI", "VII", "VIII")
GROWTH, NEW_LIVER, NEW_LUNG, THROMBUS = "growth", "new in the liver", "new in the lung", "thrombus"
_TRIES = 400


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion of the baseline scan; `necrosis_mm` is its part that does not enhance."""

    segment: str
    site: str = "liver"
    necrosis_mm: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one scan showed: viable diameters of the targets, and how progression showed itself."""

    day: int
    viable_mm: tuple[int, ...]
    non_targets_absent: bool = False
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Tumour:
    """Targets, non-targets, the baseline look first and then one look a scan."""

    targets: tuple[Lesion, ...]
    non_targets: tuple[Lesion, ...]
    number: int
    vascular_invasion: bool
    looks: tuple[Look, ...]

    def share(self, day: int) -> float:
        """Viable burden on a day over that at baseline, from the last scan up to it."""
        seen = [look for look in self.looks if look.day <= day] or list(self.looks[:1])
        return sum(seen[-1].viable_mm) / sum(self.looks[0].viable_mm)

    @property
    def largest_mm(self) -> int:
        """Longest diameter of the largest lesion at baseline."""
        sizes = zip(self.looks[0].viable_mm, self.targets, strict=True)
        return max(mm + lesion.necrosis_mm for mm, lesion in sizes)


def tumour(
    values: Mapping[str, Value], timing: Timing, draw: Stream, told: Callable[[str], None]
) -> Tumour:
    """A tumour whose scans give the response of `values`; `told` hears where none was found."""
    invaded = _invasion(values, draw)
    sizes, number = _baseline(values, draw)
    segments = [str(s) for s in draw.permutation(SEGMENTS)]
    treated = [i == 0 or float(draw.random()) < 0.6 for i in range(len(sizes))]
    targets = tuple(
        Lesion(segments[i], "liver", whole(draw, 3, 12) if treated[i] and sizes[i] > 20 else 0)
        for i in range(len(sizes))
    )
    others = [Lesion(f"{one_of(draw, ('left', 'right'))} branch", "portal vein")] if invaded else []
    if number > len(targets):
        others.append(Lesion(segments[len(sizes)]))
    first = Look(timing.baseline_scan, sizes)
    looks = _looks(values, timing, sizes, draw, bool(invaded))
    if looks is None:
        told("no tumour sizes were found that give this response")
        looks = ()
    return Tumour(targets, tuple(others), number, invaded, (first, *looks))


def _invasion(values: Mapping[str, Value], draw: Stream) -> bool:
    known = values.get("vascular invasion", values.get("macrovascular invasion"))
    if isinstance(known, str):
        return known.strip().lower() in {"yes", "y", "present"}
    advanced = values.get("BCLC") == "C" and values.get("ECOG-PS") == "0"
    return advanced or (values.get("BCLC", "C") in {"C", "D"} and float(draw.random()) < 0.25)


def _baseline(values: Mapping[str, Value], draw: Stream) -> tuple[tuple[int, ...], int]:
    """Viable diameters of the targets at baseline and the number of lesions, by BCLC stage."""
    stage = values.get("BCLC", "C")
    if stage == "0":
        return (whole(draw, 13, 19),), 1
    if stage == "A":
        return (whole(draw, 24, 60),), 1
    sizes = (whole(draw, 34, 78), whole(draw, 20, 40))
    return sizes, whole(draw, 4, 6) if stage == "B" else whole(draw, 3, 6)


def _looks(
    values: Mapping[str, Value],
    timing: Timing,
    sizes: tuple[int, ...],
    draw: Stream,
    invaded: bool,
) -> tuple[Look, ...] | None:
    if not timing.scans:
        return ()
    response = values.get("best response")
    wanted = response if isinstance(response, str) else ""
    shrinks = {"yes": True, "no": False}.get(str(values.get("tumour reduction", "")).lower())
    signs = (GROWTH, GROWTH, GROWTH, NEW_LIVER, NEW_LUNG, *((THROMBUS,) * 3 if invaded else ()))
    for _ in range(_TRIES):
        sign = one_of(draw, signs)
        shares = _shares(wanted, shrinks, timing, sign, draw)
        looks = _measured(shares, sizes, timing, sign, draw)
        if _gives(looks, sizes, wanted, shrinks, timing):
            return looks
    return None


def _shares(
    response: str, shrinks: bool | None, timing: Timing, sign: str, draw: Stream
) -> list[float]:
    """Viable burden on every scan over the baseline; what growth adds comes later."""
    count = len(timing.scans)
    calm = count - 1 if timing.progression is not None else count
    down = response in {"CR", "PR"} or (shrinks if shrinks is not None else draw.random() < 0.5)
    lowest = {"CR": (0.0, 0.0), "PR": (0.28, 0.64)}.get(response, (0.76, 0.95))
    low = between(draw, *lowest) if down else 1.0
    if response == "PD" or calm == 0:
        end = between(draw, 0.84, 0.96) if shrinks else between(draw, 1.0, 1.1)
        return [1.0 + (end - 1.0) * (i + 1) / count for i in range(count)]
    at = whole(draw, 1, min(calm, 4))
    fall = [1.0 + (low - 1.0) * (i + 1) / at for i in range(at)]
    rise = between(draw, 0.0, 0.11)
    after = [low * (1 + rise * (i + 1) / max(1, calm - at)) for i in range(calm - at)]
    shares = fall + after
    return [*shares, shares[-1]][:count]


def _measured(
    shares: list[float], sizes: tuple[int, ...], timing: Timing, sign: str, draw: Stream
) -> tuple[Look, ...]:
    looks: list[Look] = []
    nadir = sum(sizes)
    for day, share in zip(timing.scans, shares, strict=True):
        viable = tuple(round(mm * share) for mm in sizes)
        shown = sign if day == timing.progression else ""
        if shown == GROWTH:
            viable = _grown(viable, sizes, nadir, draw)
        nadir = min(nadir, sum(viable))
        looks.append(Look(day, viable, share == 0, shown))
    return tuple(looks)


def _grown(
    viable: tuple[int, ...], sizes: tuple[int, ...], nadir: int, draw: Stream
) -> tuple[int, ...]:
    """Sizes whose sum lies a fifth and 5 mm or more above the nadir."""
    aim = max(round(nadir * between(draw, 1.23, 1.40)), nadir + whole(draw, 7, 14))
    more = max(aim - sum(viable), 0)
    first = round(more * sizes[0] / sum(sizes)) if sum(viable) else more
    return tuple(
        mm + (first if i == 0 else more - first if i == 1 else 0) for i, mm in enumerate(viable)
    )


def _gives(
    looks: tuple[Look, ...],
    sizes: tuple[int, ...],
    response: str,
    shrinks: bool | None,
    timing: Timing,
) -> bool:
    """Whether the looks, read by mRECIST, give the response, the progression and the shrinkage."""
    base = nadir = sum(sizes)
    read: list[str] = []
    for look in looks:
        total = sum(look.viable_mm)
        grown = 5 * total >= 6 * nadir and total - nadir >= 5
        if grown or look.sign:
            read.append("PD")
        elif total == 0:
            read.append("CR" if look.non_targets_absent else "PR")
        elif 10 * total <= 7 * base:
            read.append("PR")
        else:
            read.append("SD" if look.day >= timing.sd_from else "too early")
        nadir = min(nadir, total)
    shown = [look.day for look, word in zip(looks, read, strict=True) if word == "PD"]
    if shown != ([timing.progression] if timing.progression is not None else []):
        return False
    best = next(
        (word for word in ("CR", "PR", "SD") if word in read[: _before(looks, timing)]), "PD"
    )
    measured = all(mm == 0 or mm >= 4 for look in looks for mm in look.viable_mm)
    return response in {"", best} and measured and (shrinks is None or (nadir < base) is shrinks)


def _before(looks: tuple[Look, ...], timing: Timing) -> int:
    return len(looks) - (timing.progression is not None)

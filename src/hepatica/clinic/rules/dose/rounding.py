"""Rounding policies: a dose rounded to whole vials, to a site's bands, or left exact."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from hepatica.core.errors import UsageError

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Band:
    """Doses from `from_mg` to under `below_mg` are given as `give_mg`."""

    from_mg: Decimal
    below_mg: Decimal
    give_mg: Decimal


@dataclass(frozen=True, slots=True)
class RoundingPolicy:
    """A named way to round: to multiples of `step_mg` within `tolerance_pct`, or by `bands`."""

    name: str
    step_mg: Decimal | None = None
    tolerance_pct: Decimal = Decimal(0)
    bands: tuple[Band, ...] = ()
    source: str = ""

    def rounded(self, dose_mg: Decimal, max_dose_mg: Decimal | None = None) -> Decimal | None:
        """The dose this policy allows; None where it allows none, and the exact dose is given.

        A rounded dose above `max_dose_mg` is not allowed. Of two multiples equally near the
        lower one is taken.
        """
        found = [d for d in self._allowed(dose_mg) if max_dose_mg is None or d <= max_dose_mg]
        return min(found, key=lambda d: (abs(d - dose_mg), d), default=None)

    def _allowed(self, dose_mg: Decimal) -> Iterator[Decimal]:
        for band in self.bands:
            if band.from_mg <= dose_mg < band.below_mg:
                yield band.give_mg
        if self.step_mg is not None:
            lower = (dose_mg / self.step_mg).to_integral_value(ROUND_FLOOR) * self.step_mg
            for multiple in (lower, lower + self.step_mg):
                near = 100 * abs(multiple - dose_mg) <= self.tolerance_pct * dose_mg
                if multiple > 0 and near:
                    yield multiple


_NEAR = "limit from memory, not confirmed; the nearest multiple is our rule"
POLICIES = {
    one.name: one
    for one in (
        RoundingPolicy("exact", source="no rounding"),
        RoundingPolicy(
            "nearest-100-5", Decimal(100), Decimal(5), source=f"as UK dose banding, 5 %: {_NEAR}"
        ),
        RoundingPolicy(
            "nearest-100-10",
            Decimal(100),
            Decimal(10),
            source=f"as HOPA for biologicals, 10 %: {_NEAR}",
        ),
    )
}


def policy(name: str) -> RoundingPolicy:
    """The rounding policy of that name.

    Raises      UsageError naming the policies there are.
    """
    if name not in POLICIES:
        raise UsageError(f"rounding {name!r}: expected {', '.join(POLICIES)} or a file of bands")
    return POLICIES[name]


def read_bands(path: Path) -> RoundingPolicy:
    """A site's dose bands from a TOML file: `name`, `source` and ``[[band]]`` tables.

    Each band has `from_mg`, `below_mg` and `give_mg`.

    Raises      UsageError where the file is missing, larger than `MAX_BYTES`, not such TOML, or
                bands overlap; the message names the band.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: a file of dose bands is smaller")
        found = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise UsageError(f"{path}: expected a file of dose bands ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not a TOML file of dose bands") from error
    tables = found.get("band")
    if not isinstance(tables, list) or not tables:
        raise UsageError(f"{path}: expected at least one [[band]] with from_mg, below_mg, give_mg")
    bands = [_band(path, number, table) for number, table in enumerate(tables, 1)]
    _demand_apart(path, bands)
    name = found.get("name")
    if name in POLICIES:
        raise UsageError(
            f"{path}: name {name!r} is one of the policies that there are; take another"
        )
    source = found.get("source")
    return RoundingPolicy(
        name=name if isinstance(name, str) and name else path.stem,
        bands=tuple(bands),
        source=source if isinstance(source, str) else "",
    )


def _band(path: Path, number: int, table: Any) -> Band:
    names = ("from_mg", "below_mg", "give_mg")
    values = [_finite(table.get(name)) if isinstance(table, dict) else None for name in names]
    low, high, give = values
    if low is None or high is None or give is None:
        raise UsageError(f"{path}: band {number}: expected numbers {', '.join(names)}")
    if not (0 <= low < high and give > 0):
        raise UsageError(f"{path}: band {number}: expected 0 <= from_mg < below_mg and give_mg > 0")
    if not low / 2 <= give <= 2 * high:
        raise UsageError(
            f"{path}: band {number}: give_mg {give} is far from the doses {low} to {high} mg"
        )
    return Band(low, high, give)


def _finite(value: object) -> Decimal | None:
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return None
    return Decimal(value) if Decimal(value).is_finite() else None


def _demand_apart(path: Path, bands: Sequence[Band]) -> None:
    ordered = sorted(bands, key=lambda b: b.from_mg)
    for one, following in pairwise(ordered):
        if following.from_mg < one.below_mg:
            raise UsageError(
                f"{path}: bands overlap: {one.from_mg} to {one.below_mg} mg and "
                f"{following.from_mg} to {following.below_mg} mg"
            )

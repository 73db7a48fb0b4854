"""Which vials to open: every combination tried, the least waste, then the fewest vials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import product as combinations


@dataclass(frozen=True, slots=True)
class Vials:
    """How many vials of each size, from large to small, and what they leave over."""

    counts: tuple[tuple[Decimal, int], ...]
    waste_mg: Decimal

    @property
    def total(self) -> int:
        """All vials."""
        return sum(count for _, count in self.counts)


def vials_for(dose_mg: Decimal, sizes_mg: Sequence[Decimal]) -> Vials:
    """The vials that cover a dose with the least waste, and of those the fewest.

    Parameters
    ----------
    dose_mg : Decimal >= 0
    sizes_mg : Decimal > 0      Contents of the vials there are.

    Notes       At equal waste and number the larger vials are taken.
    Examples    >>> vials_for(Decimal(415), [Decimal(400), Decimal(100)]).waste_mg
                Decimal('85')
    """
    sizes = sorted(sizes_mg, reverse=True)
    most = [int((dose_mg / size).to_integral_value(ROUND_CEILING)) for size in sizes]
    best: tuple[tuple[Decimal, int, tuple[int, ...]], tuple[int, ...]] | None = None
    for counts in combinations(*(range(n + 1) for n in most)):
        content = sum((n * size for n, size in zip(counts, sizes, strict=True)), Decimal(0))
        if content < dose_mg:
            continue
        rank = (content - dose_mg, sum(counts), tuple(-n for n in counts))
        if best is None or rank < best[0]:
            best = (rank, counts)
    assert best is not None, "the largest vial alone covers any dose"
    return Vials(tuple(zip(sizes, best[1], strict=True)), best[0][0])

"""Quantities of a network: values with interval, method, flags, or the reason why there is none.

Intervals are percentiles of a bootstrap over pieces of vessels, seeded; they say how much the
vessels of the region differ, not how well a second scan would agree. Fewer than five pieces have
none. Pieces of one vessel are not independent; the interval takes them as if they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from hepatica.imaging.quantity import Quantity
from hepatica.imaging.vessel.network import Network, Piece
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.volume import Floats

UNITS = {
    "VSDIAM": "mm",
    "VSP95": "mm",
    "VSDM": "1",
    "VSTORT": "1",
    "VSICM": "1",
    "VSSOAM": "rad/mm",
    "VSSOAMT": "rad/mm",
    "VSBRANCH": "1",
    "VSLENGTH": "mm",
    "VSLDENS": "mm/mL",
    "VSVDENS": "%",
}
TRACED = "centreline recentred on perpendicular sections"
HALF = "2 sqrt(A/pi) of perpendicular sections at local half maximum"


def refused(regions: Iterable[str], reason: str) -> tuple[Quantity, ...]:
    """Every quantity of every region, without a value, for one reason."""
    return tuple(
        Quantity(test=test, value=None, unit=unit, region=region, reason=reason)
        for region in regions
        for test, unit in UNITS.items()
    )


def network_quantities(
    found: Network, region: str, rule: VesselRule, flags: tuple[str, ...]
) -> tuple[Quantity, ...]:
    """The eleven quantities of one network."""
    if found.volume_ml == 0:
        return refused([region], "the region has no voxels")
    thin = [p.thin_mm for p in found.pieces if p.thin_mm is not None]
    if thin and not found.seen:
        return refused([region], _too_thin(float(np.median(thin)), found.edge_mm))
    if thin:
        flags = (
            *flags,
            f"thinner than a voxel: {len(thin)} of {len(found.pieces)} pieces left out",
        )
    asked = _Asked(found, region, rule, flags)
    return (*asked.calibre(), *asked.tortuosity(), *asked.density())


def _too_thin(width_mm: float, edge_mm: float) -> str:
    return (
        f"vessels {width_mm:.1f} mm wide as seen, longest voxel edge {edge_mm:.1f} mm: "
        "a vessel thinner than a voxel cannot be measured"
    )


class _Asked:
    """One network and what is asked of it."""

    def __init__(
        self, found: Network, region: str, rule: VesselRule, flags: tuple[str, ...]
    ) -> None:
        self.found, self.region, self.rule, self.flags = found, region, rule, flags

    def calibre(self) -> list[Quantity]:
        sections = self.found.diameters_mm
        pieces = [p for p in self.found.seen if len(p.diameters_mm)]
        n = f"{HALF}; {len(sections)} sections of {len(pieces)} pieces"
        if not len(sections):
            reason = "no vessel found" if not self.found.seen else "no section that counts"
            return [self._none("VSDIAM", reason), self._none("VSP95", reason)]
        means = np.array([p.diameters_mm.mean() for p in pieces])
        counts = np.array([len(p.diameters_mm) for p in pieces], float)
        return [
            self._value("VSDIAM", float(sections.mean()), f"mean of {n}", (means, counts)),
            self._value("VSP95", float(np.quantile(sections, 0.95)), f"95th percentile of {n}"),
        ]

    def tortuosity(self) -> list[Quantity]:
        step = f"angles at steps of {self.rule.step_mm:g} mm or one radius"
        torsion = f"exploratory; torsion where curvature exceeds {self.rule.torsion_per_mm:g}/mm"
        bends = f"inflections where curvature exceeds {self.rule.inflection_per_mm:g}/mm"
        return [
            self._weighted("VSDM", _metric, "length over distance of the ends"),
            self._weighted("VSTORT", lambda p: _less(_metric(p)), "distance metric less 1"),
            self._weighted("VSICM", _icm, f"(inflections + 1) x distance metric; {bends}"),
            self._weighted("VSSOAM", _soam, f"in-plane angles; {step}"),
            self._weighted("VSSOAMT", _soam_torsion, f"{torsion}; {step}"),
        ]

    def density(self) -> list[Quantity]:
        found = self.found
        size = f"region of {found.volume_ml:.1f} mL; vessels not thinner than {found.edge_mm:g} mm"
        values = {
            "VSBRANCH": (float(found.branches), "stretches between junctions and ends"),
            "VSLENGTH": (found.length_mm, TRACED),
            "VSLDENS": (found.length_mm / found.volume_ml, f"length over volume; {TRACED}"),
            "VSVDENS": (
                found.vessel_mm3 / found.volume_ml / 10.0,
                "sections at local half maximum times length, over volume",
            ),
        }
        return [self._value(t, v, f"{method}; {size}") for t, (v, method) in values.items()]

    def _weighted(
        self, test: str, quantity: Callable[[Piece], float | None], method: str
    ) -> Quantity:
        values, weights = self.found.weighted(quantity)
        if len(values):
            mean = float(np.average(values, weights=weights))
            told = f"{method}; weighted by length over {len(values)} pieces"
            return self._value(test, mean, told, (values, weights))
        if not self.found.seen:
            return self._none(test, "no vessel found")
        if any(p.tortuosity for p in self.found.seen):
            return self._none(test, "closed loops only: the ends meet, there is no distance metric")
        shortest = f"{self.rule.shortest_mm:g} mm or {self.rule.shortest_diameters:g} diameters"
        return self._none(test, f"no piece of {shortest} clear of junctions and ends")

    def _value(
        self, test: str, value: float, method: str, of: tuple[Floats, Floats] | None = None
    ) -> Quantity:
        lower, upper = _interval(*of, self.rule) if of else (None, None)
        told = f"{method}; 95% interval by bootstrap over pieces" if lower is not None else method
        return Quantity(
            test=test,
            value=value,
            unit=UNITS[test],
            region=self.region,
            method=told,
            lower=lower,
            upper=upper,
            flags=self.flags,
        )

    def _none(self, test: str, reason: str) -> Quantity:
        unit = UNITS[test]
        return Quantity(test, None, unit, region=self.region, reason=reason, flags=self.flags)


def _interval(
    values: Floats, weights: Floats, rule: VesselRule
) -> tuple[float | None, float | None]:
    n = len(values)
    if n < rule.fewest_segments:
        return None, None
    rng = np.random.Generator(np.random.SFC64(rule.seed))
    drawn = rng.integers(0, n, size=(rule.resamples, n))
    means = (values[drawn] * weights[drawn]).sum(axis=1) / weights[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _metric(piece: Piece) -> float | None:
    return piece.tortuosity.distance_metric if piece.tortuosity else None


def _less(metric: float | None) -> float | None:
    return None if metric is None else metric - 1.0


def _icm(piece: Piece) -> float | None:
    return piece.tortuosity.icm if piece.tortuosity else None


def _soam(piece: Piece) -> float | None:
    return piece.tortuosity.soam if piece.tortuosity else None


def _soam_torsion(piece: Piece) -> float | None:
    return piece.tortuosity.soam_torsion if piece.tortuosity else None

"""What measuring one examination gives: quantities with their origin, pictures, lesions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hepatica.core.finding import Finding
from hepatica.imaging.origin import Origin
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity


@dataclass(eq=False)
class Part:
    """Quantities, each with the series it was measured on; pictures; lesion rows; findings."""

    quantities: list[tuple[Quantity, Origin]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    lesions: list[dict[str, Any]] = field(default_factory=list)
    measurements: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, quantities: Sequence[Quantity], origin: Origin) -> None:
        """Add quantities measured on one series."""
        self.quantities.extend((one, origin) for one in quantities)

    def extend(self, other: Part) -> None:
        """Add everything of another part."""
        self.quantities.extend(other.quantities)
        self.pictures.extend(other.pictures)
        self.lesions.extend(other.lesions)
        self.measurements.extend(other.measurements)
        self.findings.extend(other.findings)


def absent(tests: Sequence[str], region: str, reason: str) -> list[Quantity]:
    """Rows of quantities that cannot be measured, with the reason."""
    return [Quantity(test, None, "", region, reason=reason) for test in tests]

"""What a step of the derivations adds to the core datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from hepatica.clinic.deviation import Deviation
from hepatica.core.finding import Finding


@dataclass(frozen=True, slots=True)
class Step:
    """Datasets by name (declared in adam.toml), findings and deviations of one step."""

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    deviations: tuple[Deviation, ...] = ()

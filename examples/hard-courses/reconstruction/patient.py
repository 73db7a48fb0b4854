"""One reconstructed patient: the course as designed, its calendar and its own random draws."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SEED = 15006859

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A course of `courses.toml`; days are counted from the refractory date."""

    id: str
    sex: str
    age: int
    cause: str
    bclc: str
    ecog: int
    liver: dict[str, Any]
    afp: float
    weight: float
    prior: dict[str, Any]
    refractory: str
    first_session: date
    sessions: list[int]
    lesion_number: int
    targets: list[dict[str, Any]]
    non_targets: list[dict[str, Any]]
    scans: list[dict[str, Any]]
    end: dict[str, Any]
    events: list[list[Any]]
    afp_operator: str = ""
    ecog_after: int | None = None
    modality: str = "CT"
    progression: int | None = None
    vascular_invasion: bool = False
    nodal_metastasis: bool = False
    symptoms: list[str] = field(default_factory=list)
    missed_visits: list[int] = field(default_factory=list)
    therapy: dict[str, Any] | None = None
    later_tace: int | None = None

    @property
    def refractory_date(self) -> date:
        return self.first_session - timedelta(days=self.sessions[0])

    def day(self, number: int) -> date:
        return self.refractory_date + timedelta(days=number)

    @property
    def admission(self) -> int:
        """Day of the baseline examination and blood samples, one or two before treatment."""
        return self.sessions[0] - (1 if self.draw("admission").random() < 0.5 else 2)

    @property
    def follow_up_scans(self) -> list[dict[str, Any]]:
        return [scan for scan in self.scans if scan["day"] > self.sessions[0]]

    @property
    def baseline_scan(self) -> dict[str, Any]:
        return [scan for scan in self.scans if scan["day"] <= self.sessions[0]][-1]

    def draw(self, purpose: str) -> random.Random:
        """Its own stream a patient and purpose, so that one change does not move the others."""
        return random.Random(f"{SEED}-{self.id}-{purpose}")


def between(stream: random.Random, low: float, high: float) -> float:
    return low + (high - low) * stream.random()


def read_patients(path: Path) -> list[Patient]:
    """The courses in file order."""
    blocks = tomllib.loads(path.read_text(encoding="utf-8"))["patient"]
    return [Patient(**block) for block in blocks]

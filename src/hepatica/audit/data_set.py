"""A data set that a paper's claims describe: patients, each with one value a variable.

The solver makes such data sets, `evaluation.py` computes every claim from one in exact arithmetic,
and the reconstruction turns one into records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Duration:
    """A time to event in the unit that the paper prints, and whether the event was seen."""

    time: Fraction
    event: bool


Value = str | Fraction | Duration


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of `population` (the narrowest: an arm where there are arms).

    `values` by variable: the level of a category (``ECOG-PS`` is ``2``, ``best response`` ``PR``;
    ``tumour reduction`` -> ``yes``/``no``), the worst grade of an adverse event (``AE nausea`` ->
    ``0`` to ``5``, 0 is none), a number (``age`` -> Fraction), a `Duration` (``OS``). A variable of
    which the claims say nothing for this patient is absent.
    """

    population: str
    values: Mapping[str, Value]


DataSet = tuple[Patient, ...]

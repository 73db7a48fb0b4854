"""A dose from typed numbers; a session of a study is `session_dosing`."""

from __future__ import annotations

from pathlib import Path

from hepatica.clinic.rules.dose import (
    DoseOrder,
    DoseRequest,
    RoundingPolicy,
    dose_order,
    policy,
    product,
    read_bands,
)

DRUG = "bevacizumab"


def chosen_policy(word: str) -> RoundingPolicy:
    """The rounding policy of that name, or of a site's file of bands (a name ending in .toml).

    Raises      UsageError for an unknown name or a bad file.
    """
    return read_bands(Path(word)) if word.endswith(".toml") else policy(word)


def dose(request: DoseRequest) -> DoseOrder:
    """The dose of a request for the study drug.

    Raises      UsageError for values outside what is plausible.
    """
    return dose_order(product(DRUG), request)

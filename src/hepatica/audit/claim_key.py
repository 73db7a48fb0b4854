"""What other people call the columns and keys of a claim; both doors, CSV and TOML, read them."""

from __future__ import annotations

from typing import Any

ALIASES = {
    "id": "claim claim_id claim_no no. #",
    "place": "section location locus where",
    "quote": "sentence verbatim quotation",
    "population": "arm group cohort",
    "variable": "characteristic outcome endpoint name item",
    "level": "subgroup category grade timepoint",
    "statistic": "stat measure",
    "value": "estimate result printed percent percentage",
    "count": "n numerator",
    "denominator": "total out_of n_total",
    "unit": "units",
    "low": "bracket_low ci_low lower lcl lower_ci ci_lower lower_limit ci_lo lo",
    "high": "bracket_high ci_high upper ucl upper_ci ci_upper upper_limit ci_hi hi",
    "declared_as": "bracket bracket_is bracket_type interval_type interval",
    "conf_level": "confidence confidence_level",
    "between": "comparison versus vs",
    "method": "test",
    "note": "notes comment comments remark remarks",
    "within": "part_of",
}
KEY_OF = {word: key for key, words in ALIASES.items() for word in words.split()}
_POPULATION = {"id": "name", "label": "name", "n": "size", "part_of": "within", "of": "within"}
_TABLES = {
    "claim": ("claims",),
    "population": ("populations", "arm", "arms", "group", "groups", "cohort", "cohorts"),
}


def own_keys(block: dict[str, Any], known: tuple[str, ...]) -> dict[str, str]:
    """The key of a claim's table that stands for each of ours; ours goes before another's."""
    found = {key: key for key in block if key in known}
    for key in block:
        name = KEY_OF.get(_plain(key))
        if name and key not in known:
            found.setdefault(name, key)
    return found


def population_keys(block: dict[str, Any], known: tuple[str, ...]) -> dict[str, str]:
    """The same of a population's table."""
    found = {key: key for key in block if key in known}
    for key in block:
        name = _POPULATION.get(_plain(key))
        if name and key not in known:
            found.setdefault(name, key)
    return found


def table_name(data: dict[str, Any], name: str) -> str:
    """The key under which the tables `claim` or `population` stand: ``claims``, ``arm``."""
    return next((key for key in (name, *_TABLES[name]) if key in data), name)


def _plain(key: str) -> str:
    return "_".join(key.strip().lower().replace("-", " ").split())

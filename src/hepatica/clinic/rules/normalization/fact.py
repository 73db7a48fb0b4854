"""What two scans must share before a quantity of both is compared (`facts.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

# Facts in the order in which they are told, with the words for them.
FACTS = {
    "modality": "modality",
    "scanner": "scanner",
    "kernel": "kernel",
    "slice": "slice distance",
    "phase": "phase",
    "delay": "delay",
    "bolus": "aorta",
}


@cache
def required_facts() -> dict[str, tuple[str, ...]]:
    """Facts that must agree, by quantity."""
    text = files("hepatica.clinic.rules.normalization").joinpath("facts.toml").read_text("utf-8")
    return {
        test: tuple(group["facts"])
        for group in tomllib.loads(text)["group"]
        for test in group["tests"]
    }

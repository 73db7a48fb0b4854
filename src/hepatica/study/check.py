"""Contradictions inside one protocol, each with its line."""

from __future__ import annotations

from hepatica.core.finding import Finding
from hepatica.study.model import Study


def check_study(study: Study) -> list[Finding]:
    """Every contradiction inside the protocol, errors, warnings and notes."""
    return []

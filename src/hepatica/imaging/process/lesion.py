"""Lesions and liver of one examination."""

from __future__ import annotations

from hepatica.imaging.process.material import Material
from hepatica.imaging.process.part import Part


def measure_lesions(material: Material, seed: int) -> Part:
    """Not there yet."""
    return Part()

"""Phases of contrast from what technicians write."""

from __future__ import annotations

import pytest

from hepatica.imaging.reading.phase import phase_of


@pytest.mark.parametrize(
    ("description", "phase"),
    [
        ("Abdomen nativ 5.0 B30f", "unenhanced"),
        ("LIVER W/O CONTRAST", "unenhanced"),
        ("Non-contrast 1.25mm", "unenhanced"),
        ("平扫", "unenhanced"),
        ("Liver_arterial_1.0", "arterial"),
        ("Late Arterial Phase 0.625", "arterial"),
        ("Spätarteriell", "arterial"),
        ("Temps artériel", "arterial"),
        ("肝脏动脉期1.25", "arterial"),
        ("動脈相", "arterial"),
        ("Portal-Venous", "portal venous"),
        ("Fase Portal", "portal venous"),
        ("门静脉期", "portal venous"),
        ("portovenös 70s", "portal venous"),
        ("DELAYED 5 MIN", "delayed"),
        ("Spätphase", "delayed"),
        ("延迟期", "delayed"),
        ("Liver DCE", "multiphasic"),
        ("t1_vibe_dynamic_arterial", "arterial"),
        ("arterial + portal venous", ""),  # contradicts itself
        ("arterial late delayed", ""),
        ("post contrast", ""),  # which?
        ("late", ""),
        ("Partial body", ""),  # no `art` inside a word
        ("hepatobiliary 20 min", ""),
        ("", ""),
    ],
)
def test_phase(description: str, phase: str) -> None:
    assert phase_of(description) == phase

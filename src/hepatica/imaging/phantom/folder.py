"""A folder of synthetic examinations: DICOM, outlines and truth.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hepatica.imaging.phantom.dicom import write_outlines, write_series
from hepatica.imaging.phantom.examination import Plan, render_examination
from hepatica.imaging.phantom.truth import truth

TRUTH = "truth.json"


def write_examination(plan: Plan, folder: Path) -> dict[str, Any]:
    """Draw and write one examination into `folder`; returns what is true of it."""
    made = render_examination(plan)
    for phase, volume in made.phases.items():
        paths = write_series(plan, volume, folder / phase.replace(" ", "_"))
        if phase == "arterial":
            write_outlines(made, paths, folder / "outlines" / "outlines.dcm")
    told = truth(made)
    (folder / TRUTH).write_text(json.dumps(told, indent=1) + "\n")
    return told


def write_examinations(plans: Iterable[Plan], folder: Path) -> list[Path]:
    """Write every examination into a folder of its own, SUBJECT/DATE; the folders, in order."""
    made = []
    for plan in plans:
        inside = folder / plan.subject / plan.day.isoformat()
        write_examination(plan, inside)
        made.append(inside)
    return made

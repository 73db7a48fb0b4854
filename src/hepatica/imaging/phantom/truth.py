"""What is true of a synthetic examination, computed from the shapes and never from the voxels."""

from __future__ import annotations

from typing import Any

from hepatica.imaging.phantom import body as anatomy
from hepatica.imaging.phantom.body import LARGEST_MM
from hepatica.imaging.phantom.examination import Examination, attenuation
from hepatica.imaging.phantom.shape import Artery, Ellipsoid


def truth(examination: Examination) -> dict[str, Any]:
    """Sizes, vessels and attenuation of the examination, as a JSON document."""
    plan, body = examination.plan, examination.body
    return {
        "synthetic": True,
        "seed": plan.seed,
        "subject": plan.subject,
        "date": plan.day.isoformat(),
        "change": plan.change,
        "tumour": _tumour(examination),
        "liver_ml": anatomy.LIVER.volume_ml,
        "vessels": [
            {
                "label": one.label,
                "diameter_mm": one.diameter_mm,
                "length_mm": one.length_mm,
                "distance_metric": one.distance_metric,
                "inside_tumour": _inside(one, body.tumour.whole),
            }
            for one in body.vessels
        ],
        "attenuation_hu": {"liver": attenuation("liver", 1.0, 0),
                           "spleen": attenuation("spleen", 1.0, 0)},
        "aef_percent": {
            "tumour": _aef("viable tumour", plan.change),
            "liver": _aef("liver", plan.change),
        },
    }  # fmt: skip


def _tumour(examination: Examination) -> dict[str, Any]:
    tumour = examination.body.tumour
    longest, across = tumour.whole.axial_mm(examination.pose.turn)
    oil = examination.body.lipiodol
    return {
        "label": tumour.label,
        "asked_mm": examination.plan.size.diameter_mm,
        "drawn_no_larger_than_mm": LARGEST_MM,
        "longest_axial_mm": longest,
        "short_axis_mm": across,
        "viable_mm": longest * (1.0 - tumour.core**2) ** 0.5,
        "volume_ml": tumour.whole.volume_ml,
        "enhancing_percent": 100.0 * tumour.enhancing_share,
        "lipiodol_ml": oil.volume_ml if oil else 0.0,
    }


def _inside(artery: Artery, tumour: Ellipsoid) -> dict[str, float] | None:
    """Length and distance metric of the part within the tumour; None where there is none."""
    points = artery.points[tumour.outside_mm(artery.points) <= 0]
    if len(points) < 2:
        return None
    part = Artery(artery.label, points, artery.diameter_mm)
    return {"length_mm": part.length_mm, "distance_metric": part.distance_metric}


def _aef(tissue: str, change: float) -> float:
    """Arterial enhancement fraction, %: arterial less native over portal venous less native."""
    native, arterial, portal = (attenuation(tissue, change, phase) for phase in range(3))
    return 100.0 * (arterial - native) / (portal - native)

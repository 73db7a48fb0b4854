"""A series that is called another phase than it is given as is not measured as that phase."""

import numpy as np
import pytest

from hepatica.core.errors import UsageError
from hepatica.imaging.lesion.assessment import LesionOutlines, assess_lesions
from hepatica.imaging.lesion.phase import LesionImages
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.origin import Origin
from hepatica.imaging.perfusion.enhancement import assess_enhancement_fraction
from hepatica.imaging.volume import Grid, Volume

SHAPE = (4, 20, 20)
GRID = Grid(SHAPE, np.eye(4))
TUMOUR, REFERENCE = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
TUMOUR[:, 2:8, 2:8] = True
REFERENCE[:, 12:18, 12:18] = True


def volume(phase, gain):
    """Tissue of 50 HU that gains so much where the tumour lies, and 5 elsewhere."""
    checks = np.indices(SHAPE).sum(axis=0) % 2
    grey = 50.0 + checks + np.where(TUMOUR, gain, 5.0 if gain else 0.0)
    return Volume(grey, GRID, Origin(subject="P1", modality="CT", phase=phase))


NATIVE, ARTERIAL, PORTAL = (
    volume(*one) for one in (("unenhanced", 0.0), ("arterial", 60.0), ("portal venous", 80.0))
)


def lesion(arterial, native):
    outlines = LesionOutlines(
        GRID,
        (Segment.of("T1", 1, TUMOUR),),
        reference=Segment.of("R", 2, REFERENCE),
    )
    found = assess_lesions(LesionImages(arterial, native), outlines)
    return {one.test: one for one in found.quantities}, found.findings


@pytest.mark.parametrize(
    ("arterial", "native", "why"),
    [
        (NATIVE, ARTERIAL, "the arterial phase is called unenhanced"),
        (PORTAL, NATIVE, "the arterial phase is called portal venous"),
        (ARTERIAL, ARTERIAL, "the native phase is called arterial"),
    ],
)
def test_viable_parts_are_not_taken_from_another_phase(arterial, native, why):
    quantities, findings = lesion(arterial, native)
    for test in ("VLDIAM", "QEASL", "NECROSIS", "LIPIODOL"):
        assert quantities[test].value is None
        assert quantities[test].reason == why
    assert quantities["LDIAM"].value is not None
    assert "I073" in [one.code for one in findings]


def test_right_and_unnamed_phases_are_measured():
    right, _ = lesion(ARTERIAL, NATIVE)
    unnamed, _ = lesion(volume("", 60.0), volume("", 0.0))
    assert right["QEASL"].value == unnamed["QEASL"].value == 100


def test_no_enhancement_fraction_of_mistaken_phases():
    regions = [Segment.of("T1", 1, TUMOUR)]
    found = assess_enhancement_fraction(ARTERIAL, NATIVE, PORTAL, regions)
    assert [one.reason for one in found.quantities] == ["the unenhanced phase is called arterial"]
    assert [one.code for one in found.findings] == ["I130"]
    right = assess_enhancement_fraction(NATIVE, ARTERIAL, PORTAL, regions)
    assert right.quantities[0].value == pytest.approx(75.0)


def test_of_two_segments_of_one_name_none_is_chosen():
    twice = [Segment.of("T1", number, TUMOUR) for number in (3, 7)]
    whole = Segmentation(GRID, (*twice, Segment.of("2", 9, REFERENCE)))
    with pytest.raises(UsageError, match=r"several segments 'T1' \(numbers 3, 7\)"):
        whole.segment("T1")
    assert whole.segment("7") is twice[1]
    assert whole.segment("2").number == 9

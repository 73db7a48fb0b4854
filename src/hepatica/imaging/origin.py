"""What is known of how a series came to be: patient, day, machine, phase.

Two measurements can be compared only where these agree (`comparable` in the clinic); a word that
is not known stays '' or None and is never taken for agreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# Words of the records' scans.phase, and where a phase lies between native and late.
PHASES = ("unenhanced", "arterial", "portal venous", "delayed", "multiphasic")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a volume is from.

    `modality` is DICOM's (CT, MR, XA); `phase` a word of PHASES; `delay_s` seconds from the start
    of the injection to the scan; `kernel` the reconstruction kernel (CT) or sequence name (MR);
    `slice_mm` the distance between slices, from their positions; `files` the paths it was read
    from, in slice order.
    """

    subject: str = ""
    day: date | None = None
    modality: str = ""
    phase: str = ""
    series: str = ""
    description: str = ""
    scanner: str = ""
    kernel: str = ""
    slice_mm: float | None = None
    delay_s: float | None = None
    frame_of_reference: str = ""
    study: str = ""
    files: tuple[str, ...] = ()

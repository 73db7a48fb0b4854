"""One examination, read: a volume for each phase, and the outlined regions on its grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hepatica.core.errors import HepaticaError, NotReady
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.process.examination import Examination
from hepatica.imaging.process.region import Name, Rules
from hepatica.imaging.reading.dicom import header_phase, origin_of
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header, read_header
from hepatica.imaging.reading.label_map import moved
from hepatica.imaging.reading.mask import read_segmentation
from hepatica.imaging.reading.pixel import read_pixels
from hepatica.imaging.reading.stack import Stack, stack_of
from hepatica.imaging.volume import Volume

_PROJECTIONS = ("XA", "RF")
BASE = ("arterial", "portal venous", "unenhanced", "delayed", "multiphasic", "")


Roles = Mapping[str, Sequence[Segment]]


@dataclass(frozen=True, eq=False)
class Region:
    """A named outline on the grid of the series of that UID."""

    name: Name
    segment: Segment
    series: str


@dataclass(eq=False)
class Material:
    """What an examination has to measure, and what had to be told while reading it.

    `phases` holds one volume for each phase that is not dynamic, `dynamic` series with times,
    `runs` projections (XA). All regions lie on the grid of `base`, or of the series they name.
    """

    examination: Examination
    rules: Rules
    phases: dict[str, Volume] = field(default_factory=dict)
    dynamic: list[Volume] = field(default_factory=list)
    runs: list[Volume] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def base(self) -> Volume | None:
        """The volume that regions are measured on: the arterial phase, or the next there is."""
        return next((self.phases[phase] for phase in BASE if phase in self.phases), None)

    def volumes(self) -> Iterator[Volume]:
        """All volumes."""
        yield from (*self.phases.values(), *self.dynamic, *self.runs)

    def on(self, volume: Volume) -> Roles:
        """Regions by role on the grid of a volume, each labelled as the tables name it.

        Outlines of another series of the same frame of reference are taken by nearest voxel;
        those of another frame of reference are not there.
        """
        grids = {v.origin.series: v for v in self.volumes()}
        found: dict[str, list[Segment]] = defaultdict(list)
        for one in self.regions:
            own = grids[one.series]
            frame = own.origin.frame_of_reference
            if own.grid.same_as(volume.grid):
                segment = one.segment
            elif frame and frame == volume.origin.frame_of_reference:
                segment = moved(one.segment, own.grid, volume.grid)
            else:
                continue
            label = f"{one.name.role} {one.name.lesion}".strip()
            found[one.name.role].append(replace(segment, label=label, tracking=one.name.lesion))
        return found


def read_material(examination: Examination, rules: Rules) -> Material:
    """Read an examination; a series or outline that cannot be read is told, and the rest read."""
    found = Material(examination, rules)
    static: dict[str, list[Stack]] = defaultdict(list)
    for paths in examination.series:
        headers = [h for h in map(read_header, paths) if isinstance(h, Header)]
        stack, findings = stack_of(headers) if headers else (None, ())
        found.findings.extend(findings)
        if stack is None:
            continue
        if examination.modality in _PROJECTIONS:
            found.runs.extend(_volume(found, stack))
        elif stack.times_s:
            found.dynamic.extend(_volume(found, stack))
        else:
            static[header_phase(stack.headers[0])].append(stack)
    drawn_on = _drawn_on(examination)
    for phase, stacks in sorted(static.items()):
        _read_phase(found, phase, sorted(stacks, key=lambda s: _rank(s, drawn_on)))
    if not examination.outlines:
        found.findings.append(_unoutlined(examination))
    for path in examination.outlines:
        _read_outlines(found, path, rules)
    _check_regions(found)
    return found


def _drawn_on(examination: Examination) -> set[str]:
    headers = map(read_header, examination.outlines)
    return {uid for h in headers if isinstance(h, Header) for uid in h.refers}


def _rank(stack: Stack, drawn_on: set[str]) -> tuple[bool, float, str]:
    """Of several series of a phase: the outlined one, then that of the thinnest slices."""
    series = stack.headers[0].series
    return series not in drawn_on, stack.slice_mm or float("inf"), series


def _read_phase(found: Material, phase: str, stacks: Sequence[Stack]) -> None:
    """The first series of a phase whose pixels can be read; the others are told."""
    for stack in stacks:
        if phase in found.phases:
            found.findings.append(_spare(stack, found.phases[phase]))
            continue
        for volume in _volume(found, stack):
            found.phases[phase] = volume


def _volume(found: Material, stack: Stack) -> list[Volume]:
    """The volume of a stack, or none with the reasons among the findings."""
    array, faults = read_pixels(stack)
    found.findings.extend(faults)
    if array is None:
        return []
    stored, frame = stack.headers[0].padding, stack.frames[0]
    padding = None if stored is None else stored * frame.slope + frame.intercept
    origin = origin_of(stack)
    return [Volume(array, stack.grid, origin, stack.times_s, padding, stack.timed)]


def _read_outlines(found: Material, path: Path, rules: Rules) -> None:
    header = read_header(path)
    refers = header.refers if isinstance(header, Header) else ()
    images = [v for v in found.volumes() if v.origin.series in refers]
    base = found.base
    if not images:
        found.findings.append(
            fault("I152", path, found="outlines of a series that could not be read",
                  expected="the images they were drawn on")
        )  # fmt: skip
        return
    image = images[0]
    frame = image.origin.frame_of_reference
    if base is not None and not image.times_s and base.origin.frame_of_reference == frame:
        image = base
    try:
        outlines, findings = read_segmentation(path, image)
    except NotReady as stop:
        found.findings.extend(stop.findings)
        return
    except HepaticaError as error:
        found.findings.append(
            fault(
                "I153",
                path,
                found=str(error).removeprefix(f"{path.name}: "),
                expected="outlines that can be read",
            )
        )
        return
    found.findings.extend(findings)
    _name_regions(found, path, outlines, rules, image)


def _name_regions(
    found: Material, path: Path, outlines: Segmentation, rules: Rules, image: Volume
) -> None:
    for one in outlines:
        name = rules.name_of(one.label, tracking=one.tracking, code=one.code)
        if name is None:
            found.findings.append(
                fault(
                    "I154", path, found=f"a region named '{one.label}'",
                    expected="a name of the list of regions", hint="it was not measured",
                )
            )  # fmt: skip
        elif one.voxels:
            found.regions.append(Region(name, one, image.origin.series))


def _check_regions(found: Material) -> None:
    """Give the only tumour an identifier; keep the first outline where two claim one name."""
    kept: dict[tuple[Name, str], Region] = {}
    for one in found.regions:
        name = one.name
        if name.role in ("tumour", "vessels") and not name.lesion:
            name = Name(name.role, "T1")
        first = kept.setdefault((name, one.series), Region(name, one.segment, one.series))
        if first.segment is not one.segment:
            file = found.examination.outlines[0]
            found.findings.append(
                fault(
                    "I155", file, found=f"two regions that mean {name.role} {name.lesion}".strip(),
                    expected="one", hint=f"'{one.segment.label}' was not measured",
                )
            )  # fmt: skip
    found.regions = sorted(
        kept.values(), key=lambda r: (r.name.role, r.name.lesion, r.series, r.segment.number)
    )


def _unoutlined(examination: Examination) -> Finding:
    return fault(
        "I157", examination.file, found="no outlined region",
        expected="outlines of liver, tumour and aorta",
    )  # fmt: skip


def _spare(stack: Stack, taken: Volume) -> Finding:
    origin = taken.origin
    return fault(
        "I156", stack.headers[0].path,
        found=f"another series of the phase '{origin.phase or 'not named'}'",
        expected=f"one; series {origin.series} was measured",
    )  # fmt: skip

"""Frames: the single planes of DICOM objects, of one plane each or of many (enhanced objects)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hepatica.imaging.reading.value import (
    clock_s,
    item,
    items,
    moment_s,
    number,
    numbers,
    raw,
    text,
    whole,
    words,
)

Six = tuple[float, float, float, float, float, float]
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One plane: where it lies, how its stored numbers become values, when it was taken.

    `place` is the centre of its first pixel and `axes` the direction along a row and along a
    column (mm, LPS); `pixel_mm` the distances between rows and between columns. `kind` tells
    apart planes that do not belong into one volume (echo, flip angle, b value, type of image).
    """

    file: str
    number: int
    place: Three | None
    axes: Six | None
    pixel_mm: tuple[float, float] | None
    slope: float = 1.0
    intercept: float = 0.0
    kind: tuple[str, ...] = ()
    temporal: int | None = None
    time_s: float | None = None
    trigger_s: float | None = None
    scaled: bool = True  # whether the file says how stored numbers become values


def frames_of(data: Any, file: str, count: int) -> tuple[Frame, ...]:
    """The frames of a data set, in the order in which its pixels are stored."""
    shared = item(data, "SharedFunctionalGroupsSequence")
    own = list(items(data, "PerFrameFunctionalGroupsSequence"))[:count]
    if own:
        return tuple(_grouped(data, file, i, (group, shared)) for i, group in enumerate(own))
    if count == 1:
        return (_single(data, file),)
    return tuple(_cine(data, file, count))


def _single(data: Any, file: str) -> Frame:
    trigger_ms = number(data, "TriggerTime")
    return Frame(
        file=file,
        number=0,
        place=_three(numbers(data, "ImagePositionPatient", 3)),
        axes=_six(numbers(data, "ImageOrientationPatient", 6)),
        pixel_mm=_two(numbers(data, "PixelSpacing", 2)),
        slope=_scale(data, "RescaleSlope", 1.0),
        intercept=_scale(data, "RescaleIntercept", 0.0),
        scaled=raw(data, "RescaleSlope") is not None,
        kind=_kind(data),
        temporal=whole(data, "TemporalPositionIdentifier"),
        time_s=acquired_s(data),
        trigger_s=None if trigger_ms is None else trigger_ms / 1000,
    )


def _kind(data: Any) -> tuple[str, ...]:
    """What a series may vary that is not place or time."""
    named = ("EchoTime", "FlipAngle", "DiffusionBValue", "InversionTime", "EnergyWindowNumber")
    told = [(name, text(data, name)) for name in named]
    return (*words(data, "ImageType")[2:], *(f"{name} {value}" for name, value in told if value))


def acquired_s(data: Any) -> float | None:
    """When a data set was acquired, in seconds from a fixed day."""
    whole_moment = moment_s(text(data, "AcquisitionDateTime"))
    if whole_moment is not None:
        return whole_moment
    for on in ("AcquisitionDate", "SeriesDate", "StudyDate", "ContentDate"):
        if text(data, on):
            return moment_s(text(data, on)[:8].ljust(8) + text(data, "AcquisitionTime"))
    return clock_s(text(data, "AcquisitionTime"))


# --- enhanced objects: functional groups, of the frame or shared by all ------------------------


def _grouped(data: Any, file: str, index: int, groups: tuple[Any, Any]) -> Frame:
    def within(sequence: str) -> Any:
        first, second = (item(group, sequence) for group in groups)
        return second if first is None else first

    content = within("FrameContentSequence")
    slope, intercept = _transformation(within)
    trigger_ms = _number(within("CardiacSynchronizationSequence"), "NominalCardiacTriggerDelayTime")
    time_s = moment_s(_text(content, "FrameAcquisitionDateTime"))
    return Frame(
        file=file,
        number=index,
        place=_three(_numbers(within("PlanePositionSequence"), "ImagePositionPatient", 3)),
        axes=_six(_numbers(within("PlaneOrientationSequence"), "ImageOrientationPatient", 6)),
        pixel_mm=_two(_numbers(within("PixelMeasuresSequence"), "PixelSpacing", 2)),
        slope=slope,
        intercept=intercept,
        scaled=within("PixelValueTransformationSequence") is not None,
        kind=_group_kind(within),
        temporal=None if content is None else whole(content, "TemporalPositionIndex"),
        time_s=acquired_s(data) if time_s is None else time_s,
        trigger_s=None if trigger_ms is None else trigger_ms / 1000,
    )


def _transformation(within: Any) -> tuple[float, float]:
    """Slope and intercept of the modality, or of the real world in a parametric map."""
    values = within("PixelValueTransformationSequence")
    if values is not None:
        return _scale(values, "RescaleSlope", 1.0), _scale(values, "RescaleIntercept", 0.0)
    real = within("RealWorldValueMappingSequence")
    names = (("RealWorldValueSlope", 1.0), ("RealWorldValueIntercept", 0.0))
    slope, intercept = (_scale(real, name, usual) for name, usual in names)
    return slope, intercept


def _group_kind(within: Any) -> tuple[str, ...]:
    types = ("CTImageFrameTypeSequence", "MRImageFrameTypeSequence", "XAXRFFrameTypeSequence")
    found = [one for name in types if (one := within(name)) is not None]
    varied = (
        ("MREchoSequence", "EffectiveEchoTime"),
        ("MRTimingAndRelatedParametersSequence", "FlipAngle"),
        ("MRDiffusionSequence", "DiffusionBValue"),
    )
    told = [(name, _text(within(sequence), name)) for sequence, name in varied]
    kinds = [word for one in found for word in words(one, "FrameType")[2:]]
    return (*kinds, *(f"{name} {value}" for name, value in told if value))


# --- plain objects of many frames, such as an angiography --------------------------------------


def _cine(data: Any, file: str, count: int) -> Iterator[Frame]:
    steps_ms = numbers(data, "FrameTimeVector", count)
    step_ms, rate = number(data, "FrameTime"), number(data, "CineRate")
    if step_ms is None and rate:
        step_ms = 1000 / rate
    axes = _six(numbers(data, "ImageOrientationPatient", 6))
    total_ms = 0.0
    for index in range(count):
        total_ms += (steps_ms[index] if steps_ms else step_ms or 0.0) if index else 0.0
        yield Frame(
            file=file,
            number=index,
            place=None,
            axes=axes,
            pixel_mm=_two(numbers(data, "PixelSpacing", 2)),
            slope=_scale(data, "RescaleSlope", 1.0),
            intercept=_scale(data, "RescaleIntercept", 0.0),
            time_s=total_ms / 1000 if steps_ms or step_ms else None,
        )


# --- values of a given number -----------------------------------------------------------------


def _numbers(group: Any, name: str, count: int) -> tuple[float, ...] | None:
    return None if group is None else numbers(group, name, count)


def _number(group: Any, name: str) -> float | None:
    return None if group is None else number(group, name)


def _text(group: Any, name: str) -> str:
    return "" if group is None else text(group, name)


def _scale(group: Any, name: str, usual: float) -> float:
    """Slope or intercept: the usual one where the file has none, nan where it is no number."""
    if group is None or raw(group, name) in (None, ""):
        return usual
    found = number(group, name)
    return math.nan if found is None else found


def _two(found: tuple[float, ...] | None) -> tuple[float, float] | None:
    return (found[0], found[1]) if found else None


def _three(found: tuple[float, ...] | None) -> Three | None:
    return (found[0], found[1], found[2]) if found else None


def _six(found: tuple[float, ...] | None) -> Six | None:
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if found else None

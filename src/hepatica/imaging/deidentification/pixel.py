"""Pixel data of a copy: no byte more than the pixels, no comments in compressed streams.

Also what stands in the way of copying: writing burned into pixels, pixels cut off, codings whose
streams cannot be looked through.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.encaps import encapsulate, generate_frames

from hepatica.imaging.deidentification.profile import profile

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_BITS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}
_OTHER = {"FloatPixelData": "OF", "DoubleFloatPixelData": "OD"}
# Markers of JPEG streams: comment, and application segments but those that name the colour space.
_JPEG_DROPPED = {0xFE, *range(0xE1, 0xEE), 0xEF}
# What may follow 0xFF within a scan: a stuffed byte of JPEG-LS or 0, or a restart marker.
_IN_SCAN = {*range(0x80), *range(0xD0, 0xD8)}
_J2K_COMMENT = 0x64
_SOI, _SOS, _EOI = 0xD8, 0xDA, 0xD9
_J2K_SOC, _J2K_SOT, _J2K_SOD, _J2K_EOC = 0x4F, 0x90, 0x93, 0xD9
_TILE = 12  # bytes of a tile-part's own header


def writing_in_pixels(source: Any) -> str:
    """'none', 'may' or 'likely': whether writing must be expected in the pixels.

    BurnedInAnnotation decides where it is there; ImageType's words for screens and reports next;
    then the kind of object, by the profile.
    """
    if not any(keyword in source for keyword in PIXELS):
        return "none"
    said = str(source.get("BurnedInAnnotation", "") or "").strip().upper()
    if said == "YES":
        return "likely"
    image_type = str(source.get("ImageType", "") or "").upper()
    if any(word in image_type for word in profile().screens) or "ConversionType" in source:
        return "none" if said == "NO" else "likely"
    if said == "NO":
        return "none"
    return profile().objects.get(str(source.get("SOPClassUID", "")), "likely")


def take_pixels(new: Any, source: Any, kind: str) -> None:
    """Put the pixels of `source` into `new`; `kind` is the profile's word for the coding.

    Raises      ValueError where they are fewer than the header says, or the stream is none.
    """
    held = [keyword for keyword in PIXELS if keyword in source]
    if not held:
        return
    keyword = held[0]
    element = source[keyword]
    data = element.value
    if not isinstance(data, bytes):
        raise ValueError("pixels that are no bytes")
    if kind == "plain":
        kept, is_wide = _native(source, data, keyword), int(source.BitsAllocated) > 8
        representation = _OTHER.get(keyword) or ("OW" if is_wide else "OB")
    else:
        kept, representation = _compressed(source, data, kind), "OB"
    new[keyword] = DataElement(element.tag, representation, kept)
    if kind != "plain":
        new[keyword].is_undefined_length = True


def _native(source: Any, data: bytes, keyword: str) -> bytes:
    bits = _BITS.get(keyword) or int(source.BitsAllocated)
    samples = int(source.get("SamplesPerPixel", 1) or 1)
    photometric = str(source.get("PhotometricInterpretation", ""))
    count = int(source.Rows) * int(source.Columns) * int(source.get("NumberOfFrames", 1) or 1)
    total = count * samples * bits
    if photometric == "YBR_FULL_422":
        total = count * 2 * bits
    size = (total + 7) // 8
    if size <= 0 or len(data) < size:
        raise ValueError("fewer pixels than the header says")
    kept = data[:size] if bits == 1 else _without_high_bits(source, data[:size], bits)
    return kept + b"\0" * (size % 2)


def _without_high_bits(source: Any, data: bytes, bits: int) -> bytes:
    """Pixels with the bits above HighBit made sign or zero where overlays may lie in them."""
    stored = int(source.get("BitsStored", bits) or bits)
    embedded = any(
        tag.group & 0xFF00 == 0x6000 and tag.element == 0x0102 and source[tag].value
        for tag in source.keys()  # noqa: SIM118 - iterating a Dataset itself decodes every element
    )
    if not embedded or bits not in (8, 16) or stored >= bits:
        return data
    if int(source.get("HighBit", stored - 1)) != stored - 1:
        raise ValueError("overlays lie below the pixels' bits")
    signed = bool(source.get("PixelRepresentation", 0))
    values = np.frombuffer(data, np.dtype(f"<{'i' if signed else 'u'}{bits // 8}"))
    shift = bits - stored
    return ((values << shift) >> shift).astype(values.dtype).tobytes()


def _compressed(source: Any, data: bytes, kind: str) -> bytes:

    count = int(source.get("NumberOfFrames", 1) or 1)
    frames = list(generate_frames(data, number_of_frames=count))
    if len(frames) != count:
        raise ValueError("another number of frames than the header says")
    clean = cleaned_jpeg if kind == "jpeg" else cleaned_jpeg2000
    encapsulated: bytes = encapsulate([clean(frame) for frame in frames])
    return encapsulated


def cleaned_jpeg(frame: bytes) -> bytes:
    """A JPEG or JPEG-LS stream without comments and application data, and nothing after its end.

    Raises      ValueError where it is no such stream.
    """
    if frame[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no JPEG stream")
    kept, at = [frame[:2]], 2
    while True:
        marker, end = _segment(frame, at)
        if marker == _EOI:
            return b"".join((*kept, frame[at:end]))
        if marker == _SOS:
            end = _end_of_scan(frame, end)
        if marker not in _JPEG_DROPPED:
            kept.append(frame[at:end])
        at = end


def _segment(frame: bytes, at: int) -> tuple[int, int]:
    """Marker of the segment at `at`, and where it ends."""
    if at + 2 > len(frame) or frame[at] != 0xFF:
        raise ValueError("a broken stream")
    marker = frame[at + 1]
    if marker == _EOI:
        return marker, at + 2
    size = int.from_bytes(frame[at + 2 : at + 4], "big")
    if size < 2 or at + 2 + size > len(frame):
        raise ValueError("a broken stream")
    return marker, at + 2 + size


def _end_of_scan(frame: bytes, at: int) -> int:
    while True:
        at = frame.find(b"\xff", at)
        if at < 0 or at + 1 >= len(frame):
            raise ValueError("a stream without an end")
        if frame[at + 1] not in _IN_SCAN:
            return at + (frame[at + 1] == 0xFF)
        at += 2


def cleaned_jpeg2000(frame: bytes) -> bytes:
    """A JPEG 2000 codestream without comments in its main header, and nothing after its end.

    Raises      ValueError where it is none, or has comments in the headers of its tiles.
    """
    if frame[:2] != bytes((0xFF, _J2K_SOC)):
        raise ValueError("no JPEG 2000 codestream")
    kept, at = [frame[:2]], 2
    while True:
        marker, end = _segment(frame, at)
        if marker == _J2K_SOT:
            break
        if marker != _J2K_COMMENT:
            kept.append(frame[at:end])
        at = end
    return b"".join((*kept, frame[at : _end_of_tiles(frame, at)]))


def _end_of_tiles(frame: bytes, at: int) -> int:
    """Where the codestream ends, which its tile-parts say by their lengths."""
    while frame[at : at + 2] == bytes((0xFF, _J2K_SOT)):
        length = int.from_bytes(frame[at + 6 : at + 10], "big")
        inner = at + _TILE
        while frame[inner : inner + 2] != bytes((0xFF, _J2K_SOD)):
            marker, end = _segment(frame, inner)
            if marker == _J2K_COMMENT:
                raise ValueError("comments within a codestream")
            inner = end
        at = at + length if length else frame.find(bytes((0xFF, _J2K_EOC)), inner)
    if frame[at : at + 2] != bytes((0xFF, _J2K_EOC)):
        raise ValueError("a codestream without an end")
    return at + 2

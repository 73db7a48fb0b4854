"""How the pixels of a DICOM file are stored: are they all there, and can they be decoded here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.value import MOST_ITEMS, text, whole

LARGEST_BYTES = 4 << 30  # of the pixels of one volume, unpacked
LARGEST_RATIO = 1000  # of unpacked to compressed pixels

_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_PIXELS = {0x7FE00010, 0x7FE00008, 0x7FE00009}


def damaged(path: Path, found: str) -> Finding:
    """The finding of a file that is not whole."""
    return fault(
        "I002", path, found=found, expected="a whole DICOM file", hint="copy it again from the PACS"
    )


def pixel_bytes(file: BinaryIO, syntax: str) -> tuple[int | None, int]:
    """Bytes that the pixel element promises (None: no element, -1: undefined), and those left.

    Of fragments without their end none are left.
    """
    order = "big" if syntax == "1.2.840.10008.1.2.2" else "little"
    head = file.read(12)
    if len(head) < 12:
        return None, 0
    group, element = (int.from_bytes(head[i : i + 2], order) for i in (0, 2))  # type: ignore[arg-type]
    if (group << 16 | element) not in _PIXELS:
        return None, 0
    at, used = (4, 8) if syntax == "1.2.840.10008.1.2" else (8, 12)
    length = int.from_bytes(head[at : at + 4], order)  # type: ignore[arg-type]
    start = file.tell() - 12 + used
    if length == 0xFFFFFFFF:
        file.seek(start)
        return -1, file.tell() - start if _is_closed(file) else 0
    return length, file.seek(0, 2) - start


def _is_closed(file: BinaryIO) -> bool:
    """Whether fragment follows on fragment up to the delimiter; leaves the file behind it."""
    for _ in range(2 * MOST_ITEMS):
        head = file.read(8)
        if head[:4] == _END:
            return True
        if len(head) < 8 or head[:4] != _ITEM:
            return False
        file.seek(int.from_bytes(head[4:], "little"), 1)
    return False


def pixel_fault(
    path: Path, data: Any, stored: tuple[str, int], pixels: tuple[int | None, int]
) -> Finding | None:
    """Why the pixels cannot be used, if so, before anything is allocated for them.

    `stored` are the transfer syntax and the bytes of the file; `pixels` what `pixel_bytes` gave.
    """
    syntax, size = stored
    rows, columns, bits = (whole(data, n) for n in ("Rows", "Columns", "BitsAllocated"))
    samples = whole(data, "SamplesPerPixel") or 1
    promised, left = pixels
    if not rows or not columns or not bits or promised is None:
        return damaged(path, "a file without pixels (cut short?)")
    count = max(whole(data, "NumberOfFrames") or 1, 1)
    needed = rows * columns * samples * bits * count // 8
    plain = syntax in _PLAIN or not syntax
    room = min(LARGEST_BYTES, left if plain else size * LARGEST_RATIO)
    is_false = needed > room and not (plain and promised >= needed)
    if needed > LARGEST_BYTES or count > MOST_ITEMS or is_false:
        return fault(
            "I004",
            path,
            found=f"a header that promises {needed} bytes of pixels in a file of {size}",
            expected="no more than the file can hold, and than is read",
        )
    if not plain and promised == -1 and not left:
        return damaged(path, "compressed pixels without their end (cut short)")
    if plain and needed > left:
        return damaged(path, f"{left} of {needed} bytes of pixels (cut short)")
    photometric = text(data, "PhotometricInterpretation")
    if samples != 1 or bits not in (8, 16, 32, 64) or not photometric.startswith("MONOCHROME"):
        return fault(
            "I016",
            path,
            found=f"{photometric or 'pixels'} of {samples} x {bits} bits",
            expected="grey values of 8, 16 or 32 bits",
        )
    return None if plain or _is_decodable(syntax) else undecodable(path, syntax)


def _is_decodable(syntax: str) -> bool:
    from pydicom.pixels import get_decoder  # noqa: PLC0415

    try:
        return bool(get_decoder(syntax).is_available)
    except (NotImplementedError, ValueError, KeyError):
        return False


def undecodable(path: Path, syntax: str) -> Finding:
    """The finding of a transfer syntax that no decoder here knows."""
    from pydicom.uid import UID  # noqa: PLC0415

    return fault(
        "I003",
        path,
        found=f"pixels in {UID(syntax).name}",
        expected="a transfer syntax that can be decoded here",
        hint="export it uncompressed (Explicit VR Little Endian)",
    )

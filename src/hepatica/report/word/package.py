"""A Word file's zip, written again so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile

# The earliest day a zip can name; the parts have no date of their own.
_DAY = (1980, 1, 1, 0, 0, 0)
_FIRST = "[Content_Types].xml"
_MODE = 0o644 << 16


def fixed_zip(data: bytes) -> bytes:
    """The same parts in a fixed order, each with a fixed date and mode."""
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name in sorted(parts, key=lambda n: (n != _FIRST, n)):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.external_attr = _MODE
            entry.create_system = 3
            # Pictures are packed already.
            packed = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(entry, parts[name], packed)
    return made.getvalue()

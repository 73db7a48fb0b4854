"""The key file of a redaction: read within bounds, refused where it is no key."""

from __future__ import annotations

import os
from pathlib import Path

from hepatica.core.errors import UsageError

KEY_BYTES = 16
# A key of fewer different bytes is a word typed over and over; a file of more bytes is no key.
KEY_DIFFERENT = 8
MOST_KEY_BYTES = 1 << 16


def read_key(path: Path) -> bytes:
    """The secret of a key file, without line ends around it.

    Raises      UsageError where it is no regular file, cannot be read, is too large for a key, or
                holds fewer than 16 bytes or hardly any different ones.
    """
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: the key is no regular file")
        with path.open("rb") as file:
            secret = file.read(MOST_KEY_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: the key cannot be read ({error.strerror})") from error
    if len(secret) > MOST_KEY_BYTES:
        raise UsageError(f"{path}: is larger than {MOST_KEY_BYTES >> 10} kB; that is no key")
    secret = secret.strip()
    if len(secret) < KEY_BYTES:
        raise UsageError(f"{path}: holds fewer than {KEY_BYTES} bytes; a key needs at least that")
    if len(set(secret)) < KEY_DIFFERENT:
        raise UsageError(f"{path}: holds fewer than {KEY_DIFFERENT} different bytes; draw a key")
    return secret


def is_open_to_others(path: Path) -> bool:
    """Whether other users of this machine may read the file, as far as modes tell."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o044)

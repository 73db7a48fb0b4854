"""Names in figures, no longer than there is room for."""

from __future__ import annotations

LONGEST_NAME = 24


def name_end(name: str, most: int = LONGEST_NAME) -> str:
    """The end of a long name, which is what tells subjects and readers apart."""
    return name if len(name) <= most else f"\u2026{name[-most + 1 :]}"


def name_ends(name: str, most: int) -> str:
    """Beginning and end of a long name."""
    tail = (most - 1) // 2
    return name if len(name) <= most else f"{name[: most - 1 - tail]}\u2026{name[-tail:]}"

"""Who watches an audit: is told in sentences what is done next, and may ask it to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watch:
    """`tell` is called with a sentence at the start of each part; `is_stopped` is asked often.

    Both may be called from another thread than the one that made them. An audit that is stopped
    gives what it found so far and is never complete.
    """

    tell: Callable[[str], None] = lambda sentence: None
    is_stopped: Callable[[], bool] = lambda: False


UNWATCHED = Watch()

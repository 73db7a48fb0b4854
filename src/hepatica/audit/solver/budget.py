"""How long the solver may take, and whether somebody asked it to stop.

The clock decides only whether an answer is reached, never which: without an answer it is UNKNOWN.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from hepatica.audit.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True)
class Budget:
    """`seconds` from the moment it is made."""

    seconds: float
    watch: Watch = UNWATCHED
    start: float = field(default_factory=time.monotonic)

    @property
    def left_seconds(self) -> float:
        """Seconds that are left, 0 at least."""
        return max(0.0, self.start + self.seconds - time.monotonic())

    @property
    def over(self) -> bool:
        """Tell whether the time is up or the user asked to stop."""
        return self.left_seconds <= 0 or self.watch.is_stopped()

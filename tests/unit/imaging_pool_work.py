"""Work for the pool's tests: importable by a process that was started afresh."""

from __future__ import annotations

import os
import signal


def squared(job: int) -> int:
    """The square; -1 kills its own process as the system's memory killer would."""
    if job == -1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job * job

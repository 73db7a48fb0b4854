"""Progress of long work, on stderr, and quiet where stderr is no terminal."""

from __future__ import annotations

import sys
from types import TracebackType


class Progress:
    """A bar of `steps` steps, each with a sentence; nothing at all without a terminal."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._bar = None
        self._task = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
            from rich.progress import Progress as Bar  # noqa: PLC0415

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._steps)
        return self

    def step(self, sentence: str) -> None:
        """Say what is done now; the step before is done."""
        if self._bar is not None and self._task is not None:
            first = not self._bar.tasks[0].description
            self._bar.update(self._task, description=sentence, advance=0 if first else 1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

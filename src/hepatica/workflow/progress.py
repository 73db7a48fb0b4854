"""Progress of long work, on stderr, and quiet where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Step = Callable[[str], None]


@contextmanager
def progress(steps: int) -> Iterator[Step]:
    """A bar of `steps` steps; call what it gives with a sentence at the start of each.

    Nothing at all is shown where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda sentence: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)

        def step(sentence: str) -> None:
            first = not bar.tasks[0].description
            bar.update(task, description=sentence, advance=0 if first else 1)

        yield step

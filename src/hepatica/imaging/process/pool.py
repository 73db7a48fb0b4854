"""Work spread over processes; a process that dies is a result, not the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import FrameType
from typing import Any

Work = Callable[[Any], Any]


class Died:
    """In place of a result: the process that worked on it ended."""


def worked(work: Work, jobs: Sequence[Any], workers: int) -> Iterator[tuple[int, Any]]:
    """Number and result of every job, as they come; `Died` for a job whose process ended.

    Processes are started afresh (spawn), so that nothing of this one's state enters. When one dies,
    nobody knows whose job it had: those not done are then tried one by one, each in a process of
    its own. `workers` 0 works in this process.
    """
    if workers < 1:
        yield from ((i, work(job)) for i, job in enumerate(jobs))
        return
    left = set(range(len(jobs)))
    for i, result in _together(work, jobs, min(workers, len(jobs))):
        left.discard(i)
        yield i, result
    for i in sorted(left):
        yield i, _alone(work, jobs[i])


def _together(work: Work, jobs: Sequence[Any], workers: int) -> Iterator[tuple[int, Any]]:
    """Results until all are there or a process died."""
    if not jobs:
        return
    pool = _pool(workers)
    try:
        waiting: dict[Future[Any], int] = {}
        coming = iter(enumerate(jobs))
        for i, job in coming:
            waiting[pool.submit(work, job)] = i
            if len(waiting) < 2 * workers:
                continue
            yield from _done(waiting)
        while waiting:
            yield from _done(waiting)
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _done(waiting: dict[Future[Any], int]) -> Iterator[tuple[int, Any]]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in sorted(finished, key=waiting.__getitem__):
        yield waiting.pop(future), future.result()


def _alone(work: Work, job: Any) -> Any:
    with _pool(1) as pool:
        try:
            return pool.submit(work, job).result()
        except BrokenProcessPool:
            return Died()


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet)


def _quiet() -> None:
    """Let a worker end at Ctrl-C without a word: what it had not written is measured again."""
    signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(130)

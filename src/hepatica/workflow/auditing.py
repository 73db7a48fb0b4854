"""Audit a claims file, watched: progress on a terminal, and what was found when it is stopped."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread

from hepatica.audit.conflict import Audit
from hepatica.audit.rule import rules
from hepatica.audit.run import BUDGET_SECONDS, CHECKS, run_audit
from hepatica.audit.watch import Watch
from hepatica.core.errors import MissingExtra, UsageError
from hepatica.report.audit.given import AuditInput
from hepatica.workflow.progress import progress

# Parts of an audit that are no check: reading, first answer, conflicts, repairs.
_OTHER_PARTS = 4


def run_watched_audit(
    path: Path, *, budget_seconds: float = BUDGET_SECONDS, without: Collection[str] = ()
) -> tuple[AuditInput, bool]:
    """Audit a file; an interrupt ends the search early, a second one ends everything.

    Returns     The audit and how it was run; True where it was interrupted.
    Raises      Unreadable where the file cannot be read, UsageError for an unknown rule.
    """
    unknown = sorted(set(without) - set(rules()))
    if unknown:
        raise UsageError(f"no rule {', '.join(unknown)}; `hepatica audit --rules` lists them")
    stop = Event()
    done: Future[Audit] = Future()
    with progress(len(CHECKS) + _OTHER_PARTS) as step:
        watch = Watch(step, stop.is_set)

        def work() -> None:
            try:
                done.set_result(
                    run_audit(path, budget_seconds=budget_seconds, without=without, watch=watch)
                )
            except BaseException as error:  # raised again where it is waited for
                done.set_exception(error)

        # A daemon: a second interrupt does not wait for a solver that is deep in its work.
        Thread(target=work, daemon=True).start()
        try:
            audit = done.result()
        except KeyboardInterrupt:
            stop.set()
            audit = done.result()
    return AuditInput(audit, path, budget_seconds, tuple(without)), stop.is_set()


def write_audit_files(given: AuditInput, output: Path) -> list[Path]:
    """Write audit.html, audit.json, audit.csv and manifest.json into a folder.

    Raises      MissingExtra where the page's template engine is not installed.
    """
    try:
        from hepatica.report.audit.file import write_audit  # noqa: PLC0415 - Jinja is an extra
    except ModuleNotFoundError as missing:
        raise MissingExtra("the page needs hepatica[report]") from missing
    return write_audit(output, given)

"""A study folder, opened: its protocol, records, findings, datasets and results, each made once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.core.errors import NotReady, UsageError
from hepatica.core.finding import Finding, Level, has_error
from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.study import Study
from hepatica.study.model import as_of
from hepatica.study.reader import read_study
from hepatica.workflow.acceptance import Acceptance, read_acceptances, standing, unused

if TYPE_CHECKING:
    from hepatica.analysis.result import Analysis
    from hepatica.imaging.picture import Picture


class Workspace:
    """An opened study folder.

    `cutoff` stands in place of the protocol's own data cutoff: the study as of another day.

    Examples
    --------
    >>> study = hepatica.open("my-study")                      # doctest: +SKIP
    >>> study.check()                                          # doctest: +SKIP
    >>> study.results().to_pandas()                            # doctest: +SKIP
    """

    def __init__(self, folder: str | Path, *, cutoff: date | None = None) -> None:
        self.folder = Path(folder)
        self._cutoff = cutoff
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder}: expected a study folder")

    @cached_property
    def protocol(self) -> Study:
        """The protocol, ``study.toml``.

        Raises      UsageError with every finding where it is not valid.
        """
        return self._own if self._cutoff is None else as_of(self._own, self._cutoff)

    @cached_property
    def _own(self) -> Study:
        return read_study(self.folder)

    @cached_property
    def records(self) -> Records:
        """The records as declared tables with their findings.

        Raises      Unreadable where a file cannot, or must not, be read.
        """
        protocol = self.protocol
        last = max(protocol.study.cutoff, self._own.study.cutoff)
        scans = protocol.imaging.path if protocol.imaging else ""
        return read_records(self.folder, protocol.records.source(), cutoff=last, imaging=scans)

    @cached_property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """Entries of ``accepted.toml``."""
        return read_acceptances(self.folder)

    def check(self) -> tuple[Finding, ...]:
        """Every finding that stands: errors, warnings and notes.

        The derivations' own findings are among them once no error stands in protocol or records.
        """
        stand = standing(self._first_findings, self.acceptances)[0]
        return stand if has_error(stand) else self.findings()[0]

    @cached_property
    def _first_findings(self) -> tuple[Finding, ...]:
        return (*self.protocol.findings, *self.records.findings)

    @cached_property
    def _adam(self) -> Adam:
        self._demand_no_error(self._first_findings)
        return derive_adam(self.protocol, self.records)

    def _demand_no_error(self, found: Sequence[Finding]) -> None:
        stand = standing(found, self.acceptances)[0]
        errors = [f for f in stand if f.level is Level.ERROR]
        if errors:
            raise NotReady(f"{len(errors)} errors stand; correct or accept them", stand)

    def adam(self) -> dict[str, pa.Table]:
        """Analysis datasets by name: ADSL, ADTR, ADRS, ADTTE, ADAE.

        Raises      NotReady, with the findings, while an error stands.
        """
        self._demand_no_error((*self._first_findings, *self._adam.findings))
        return dict(self._adam.tables)

    @property
    def datasets(self) -> Adam:
        """The analysis datasets with the derivations' findings."""
        return self._adam

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file the study was read from."""
        own = (self.folder / "study.toml", self.folder / "accepted.toml")
        kept = [*own, *self.records.inputs, *self._pictures[2]]
        return tuple(path for path in kept if path.is_file())

    @cached_property
    def analysis(self) -> Analysis:
        """Results with the subjects behind each, and the survival curves.

        Raises      NotReady, with the findings, while an error stands.
        """
        self._demand_no_error((*self._first_findings, *self._adam.findings))
        from hepatica.analysis.run import run_analysis  # noqa: PLC0415 - only who analyses

        return run_analysis(self.protocol, self._adam)

    def results(self) -> pa.Table:
        """The results table, one row a number, as Arrow (``.to_pandas()``, ``polars.from_arrow``).

        Raises      NotReady, with the findings, while an error stands.
        """
        return self.analysis.table()

    def findings(self) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, Acceptance], ...]]:
        """All findings, those of the derivations included: the standing, and the accepted ones."""
        found = (*self._first_findings, *self._adam.findings, *self._pictures[1])
        return standing((*found, *unused(found, self.acceptances)), self.acceptances)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Pictures measured on scans, for the report; those that cannot be read are findings."""
        return self._pictures[0]

    @cached_property
    def _pictures(self) -> tuple[tuple[Picture, ...], tuple[Finding, ...], tuple[Path, ...]]:
        if self.protocol.imaging is None:
            return (), (), ()
        from hepatica.workflow.picturing import read_pictures  # noqa: PLC0415 - only with scans

        return read_pictures(self.folder, self.protocol.imaging.path)

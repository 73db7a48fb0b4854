"""A paper's claims turned back into patients: the search, the study folder, the ensemble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hepatica.audit.claim import Paper
from hepatica.audit.claim_file import read_claims
from hepatica.audit.claim_text import claims_text
from hepatica.audit.conflict import Search
from hepatica.audit.data_set import DataSet
from hepatica.audit.data_set_file import FILE_NAME, Account, read_data_set
from hepatica.audit.ensemble import Spread, spreads, unreported
from hepatica.audit.reconstruction.folder import RECORDS_FILE, Reconstruction, write_study
from hepatica.audit.reconstruction.stream import stream
from hepatica.core.errors import MissingExtra, NotReady, UsageError
from hepatica.core.finding import Finding, has_error
from hepatica.report.export import csv_rows
from hepatica.report.whole_file import write_file

CLAIMS_FILE = "claims.toml"
ENSEMBLE_FILE = "ensemble.csv"
SPREAD_FILE = "spread.csv"
MOST_DATA_SETS = 10_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A study folder made from claims, with what was kept and left out and why."""

    paper: Paper
    faults: tuple[Finding, ...]
    data_set: DataSet
    account: Account
    reconstruction: Reconstruction


def run_reconstruction(
    claims: Path,
    folder: Path,
    *,
    seed: int | None = None,
    drop: Sequence[str] = (),
    data_set: Path | None = None,
    budget_seconds: float = 60.0,
) -> Rebuilt:
    """Write a study folder of patients of whom the claims of a file hold.

    `data_set` is a file of patients made earlier, in place of a search, with the seed it has unless
    another is given; `drop` are ids of claims to leave out of the search.

    Raises      NotReady where the file of claims has an error, or no patients were found.
    """
    _check_own(folder)
    paper, faults = _claims(claims, drop)
    if data_set is None:
        patients, account = _searched(paper, seed or 0, tuple(drop), budget_seconds)
    else:
        patients, account = read_data_set(data_set)
        account = account if seed is None else replace(account, seed=seed)
    made = write_study(folder, paper, patients, account)
    _copy_claims(claims, paper, folder)
    return Rebuilt(paper, faults, patients, account, made)


def _check_own(folder: Path) -> None:
    """Records of real patients are never overwritten: a study's folder must be of our making."""
    held = next((n for n in ("study.toml", RECORDS_FILE) if (folder / n).exists()), None)
    if held and not (folder / FILE_NAME).exists():
        raise UsageError(f"{folder} holds {held} and no {FILE_NAME}: name another folder")


def _claims(path: Path, drop: Sequence[str]) -> tuple[Paper, tuple[Finding, ...]]:
    paper, faults = read_claims(path)
    if has_error(faults):
        raise NotReady("the claims file has errors", faults)
    unknown = sorted(set(drop) - {c.id for c in paper.claims})
    if unknown:
        raise UsageError(f"--drop: no claim {', '.join(unknown)}")
    return paper, faults


def run_paper_search(paper: Paper, seed: int, drop: tuple[str, ...], budget: float) -> Search:
    """The solver's answer; OR-tools is an extra.

    Raises      MissingExtra where the solver is not installed.
    """
    try:
        from hepatica.audit.solver.search import run_search  # noqa: PLC0415 - OR-tools is an extra
    except ModuleNotFoundError as missing:
        raise MissingExtra("reconstruction needs hepatica[audit]") from missing
    kept = replace(paper, claims=tuple(c for c in paper.claims if c.id not in drop))
    return run_search(kept, seed=seed, budget_seconds=budget, explain=False)


def _searched(
    paper: Paper, seed: int, drop: tuple[str, ...], budget: float
) -> tuple[DataSet, Account]:
    search = run_paper_search(paper, seed, drop, budget)
    return _in_random_order(_found(search), seed), account_of(search, seed, drop)


def _in_random_order(data_set: DataSet, seed: int) -> DataSet:
    """Patients in an order of enrolment that tells nothing; a search gives them by their times."""
    order = stream(seed, 0, "order").permutation(len(data_set))
    return tuple(data_set[int(i)] for i in order)


def _found(search: Search) -> DataSet:
    if search.data_set is None:
        reason = search.note or "no set of patients was found within the budget"
        raise NotReady(reason, ())
    return search.data_set


def account_of(search: Search, seed: int, drop: tuple[str, ...]) -> Account:
    """What a search kept and left out, in the words of the folder's README."""
    repair = search.repairs[0] if search.repairs else None
    left = (*drop, *(repair.claims if repair else ()), *(repair.rules if repair else ()))
    return Account(
        seed=seed,
        kept=search.used,
        dropped=tuple(dict.fromkeys(left)),
        asked=drop,
        conflicts=tuple(c.message for c in search.conflicts),
        note=search.note,
    )


def _copy_claims(source: Path, paper: Paper, folder: Path) -> None:
    """The claims as claims.toml: byte for byte where they are TOML, else written anew."""
    target = folder / CLAIMS_FILE
    if source.resolve() == target.resolve():
        return
    toml = source.suffix.lower() != ".csv"
    write_file(target, source.read_bytes() if toml else claims_text(paper).encode())


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Data sets of several seeds that fit the same claims, and how far they differ."""

    seeds: tuple[int, ...]
    spreads: tuple[Spread, ...]
    paths: tuple[Path, ...]


def run_ensemble(
    claims: Path,
    folder: Path,
    *,
    seed: int | None = None,
    drop: Sequence[str] = (),
    count: int = 10,
    budget_seconds: float = 60.0,
) -> Ensemble:
    """Make `count` data sets with seeds from `seed` on and write what they leave open.

    Writes ensemble.csv, every number of every data set, and spread.csv, their spread.

    Raises      NotReady where no patients were found for some seed.
    """
    if not 1 <= count <= MOST_DATA_SETS:
        raise UsageError(f"--count {count}: expected 1 to {MOST_DATA_SETS}")
    paper, _ = _claims(claims, drop)
    seeds = tuple(range(seed or 0, (seed or 0) + count))
    searches = (run_paper_search(paper, s, tuple(drop), budget_seconds) for s in seeds)
    ensemble = tuple(_found(search) for search in searches)
    spread = spreads(ensemble)
    header = ("seed", "number", "group", "value")
    long = csv_rows(header, _long(seeds, ensemble))
    names = ("number", "group", "data_sets", "smallest", "median", "largest")
    wide = csv_rows(names, ((s.name, s.group, s.count, s.low, s.middle, s.high) for s in spread))
    paths = (
        write_file(folder / ENSEMBLE_FILE, long.encode()),
        write_file(folder / SPREAD_FILE, wide.encode()),
    )
    return Ensemble(seeds, spread, paths)


def _long(
    seeds: Sequence[int], ensemble: Sequence[DataSet]
) -> Iterator[tuple[int, str, str, float | None]]:
    for seed, data_set in zip(seeds, ensemble, strict=True):
        for number in unreported(data_set):
            yield seed, number.name, number.group, number.value

"""A tree of DICOM files into a new tree of copies: resumable, the same in any order.

The source is only read. Names of the copies are made of the pseudonym and new UIDs; names of the
source may hold a patient's and are told only where they are a plain number, otherwise the file is
"file N", the N-th of the tree's files sorted by path.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from hepatica.core.disguise import keyed_number
from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.deidentification.copy import Copied, People, Refused, copied_file
from hepatica.imaging.deidentification.profile import profile

LARGEST_FILE = 1 << 31
STATE, PART = "import.csv", "import.csv.part"
_HEADER = ("file", "sha256", "source", "codes")
_PLAIN = re.compile(r"(?:im|img|image|slice|i)?[-_ ]?[0-9]{1,6}(?:\.dcm|\.ima)?", re.I)
_NAME = re.compile(r"P[0-9]{12}(?:/[0-9.]{1,64}){2}/[0-9.]{1,64}\.dcm")
_EXPECTED = {
    "I060": "a whole DICOM file",
    "I061": "a DICOM file",
    "I062": "a file or folder of the tree itself",
    "I063": "pixels without writing, or BurnedInAnnotation NO",
    "I064": "BurnedInAnnotation NO for a projection image",
    "I065": "images, segmentations, structure sets and reports in a coding that is looked through",
    "I066": "a PatientID, and a row for it where --subjects is given",
    "I067": "one content for one SOPInstanceUID",
    "I068": "a description of known words",
    "I069": "nothing that is the patient's",
}
_FOUND = {
    "I064": "a kind of image that may have writing in its pixels",
    "I068": "a series description that is withheld",
}


@dataclass
class Imported:
    """What came of a tree: how many files were copied, were there already, and were not copied."""

    copied: int = 0
    already: int = 0
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass
class _Row:
    digest: str
    source: str
    codes: str


def run_import(
    source: Path,
    output: Path,
    people: People,
    *,
    told: Callable[[int, int], None] = lambda done, all_of_them: None,
) -> Imported:
    """Copy the tree `source` de-identified into `output`, going on where an earlier run stopped.

    `told` hears after each file how many of how many are done.

    Raises      UsageError where the folders are not apart, `source` is none, or `output` holds
                anything but an earlier copy under the same key and profile.
    """
    _demand_apart(source, output)
    listing = _listed(source)
    paths = listing.files
    output.mkdir(parents=True, exist_ok=True)
    run = _Run(source, output, people, _state(output, people))
    if listing.links:
        run.tell(Place("symbolic link"), Refused("I062", f"{listing.links} symbolic links"))
    if listing.closed:
        run.tell(Place("folder"), Refused("I060", f"{listing.closed} folders that are closed"))
    with (output / PART).open("a", encoding="utf-8", newline="") as part:
        for number, path in enumerate(paths, 1):
            row = run.take(path, number)
            if row is not None:
                csv.writer(part, lineterminator="\n").writerow(row)
                part.flush()
            told(number, len(paths))
    _write_state(output, people, run.rows)
    return run.done


class _Run:
    """One run over a tree, with what it and earlier ones copied."""

    def __init__(self, source: Path, output: Path, people: People, rows: dict[str, _Row]) -> None:
        self.source, self.output, self.people = source, output, people
        self.earlier = {row.source: name for name, row in rows.items()}
        self.rows, self.conflicts, self.withheld = rows, set[str](), set[str]()
        self.seen: set[str] = set()
        self.done = Imported()

    def take(self, path: Path, number: int) -> tuple[str, str, str, str] | None:
        """Copy one file; its row of the state where it was written."""
        place = _place(path, number)
        data = _bytes(path)
        if isinstance(data, Refused):
            self.refuse(place, data)
            return None
        mark = _mark(self.people, data)
        name = self.earlier.get(mark, "")
        if name and self._is_there(name):
            self.done.already += name not in self.seen
            self.seen.add(name)
            self._warned(place, name, self.rows[name].codes.split())
            return None
        made = copied_file(data, self.people)
        if isinstance(made, Refused):
            self.refuse(place, made)
            return None
        return self._written(place, made, mark)

    def refuse(self, place: Place, why: Refused) -> None:
        """Count a file that is not copied, and tell why."""
        self.done.refused += 1
        self.tell(place, why)

    def tell(self, place: Place, why: Refused) -> None:
        """Put a finding down."""
        expected = _EXPECTED[why.code]
        self.done.findings.append(finding_of(why.code, place, found=why.found, expected=expected))

    def _written(self, place: Place, made: Copied, mark: str) -> tuple[str, str, str, str] | None:
        digest = sha256(made.data).hexdigest()
        known = self.rows.get(made.name)
        if made.name in self.conflicts or (known and known.digest != digest):
            self.conflicts.add(made.name)
            if self.rows.pop(made.name, None):
                self.done.copied -= made.name in self.seen
                self.done.refused += 1
            (self.output / made.name).unlink(missing_ok=True)
            self.refuse(place, Refused("I067", "another file with the same SOPInstanceUID"))
            return None
        codes = " ".join(made.codes)
        self.done.copied += made.name not in self.seen
        self.seen.add(made.name)
        _write(self.output, made)
        if known:
            mark = min(mark, known.source)  # of several sources of one copy, whatever their order
        self.rows[made.name] = _Row(digest, mark, codes)
        self._warned(place, made.name, list(made.codes))
        return made.name, digest, mark, codes

    def _warned(self, place: Place, name: str, codes: list[str]) -> None:
        """Findings that do not stop a copy, each once a series."""
        series = name.rpartition("/")[0]
        for code in codes:
            if f"{code} {series}" in self.withheld:
                continue
            self.withheld.add(f"{code} {series}")
            found = finding_of(code, place, found=_FOUND[code], expected=_EXPECTED[code])
            self.done.findings.append(found)

    def _is_there(self, name: str) -> bool:
        path = self.output / name
        if name not in self.rows or not path.is_file() or path.is_symlink():
            return False
        return sha256(path.read_bytes()).hexdigest() == self.rows[name].digest


@dataclass(frozen=True)
class _Listing:
    """Files sorted by path; how many links there are, and folders that cannot be read."""

    files: list[Path]
    links: int
    closed: int


def _listed(source: Path) -> _Listing:
    files: list[tuple[str, Path]] = []
    closed: list[OSError] = []
    links = 0
    for folder, below, names in os.walk(source, onerror=closed.append, followlinks=False):
        for name in [*names, *below]:
            path = Path(folder) / name
            if path.is_symlink():
                links += 1
            elif path.is_file():
                files.append((path.relative_to(source).as_posix(), path))
    return _Listing([path for _, path in sorted(files)], links, len(closed))


def _bytes(path: Path) -> bytes | Refused:
    try:
        if path.stat().st_size > LARGEST_FILE:
            return Refused("I060", f"a file larger than {LARGEST_FILE >> 30} GB")
        return path.read_bytes()
    except (OSError, MemoryError) as error:
        return Refused("I060", f"a file that cannot be read ({type(error).__name__})")


def _place(path: Path, number: int) -> Place:
    return Place(path.name if _PLAIN.fullmatch(path.name) else f"file {number}")


def _mark(people: People, data: bytes) -> str:
    """What tells the same source again, and only to who has the key."""
    return f"{keyed_number(people.key, 'source', sha256(data).hexdigest()) >> 128:032x}"


def _write(output: Path, made: Copied) -> None:
    """Write whole or not at all, and nowhere else."""
    path = output / made.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.parent.resolve().is_relative_to(output.resolve()):
        raise UsageError(f"{output}: holds a symbolic link that leads out of it")
    part = path.with_suffix(".part")
    part.write_bytes(made.data)
    os.replace(part, path)


def _demand_apart(source: Path, output: Path) -> None:
    if not source.is_dir():
        raise UsageError("no folder of scans to import: the first argument names none")
    here, there = source.resolve(), output.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise UsageError("the copy stands apart from its source: neither folder in the other")
    if output.is_symlink():
        raise UsageError("the folder of the copy is a symbolic link")


def _made_by(people: People) -> str:
    """Under what a copy was made: profile, key and subjects, so that no two are mixed."""
    named = "" if people.subjects is None else repr(sorted(people.subjects.items()))
    return f"{keyed_number(people.key, 'import', profile().digest + named) >> 192:016x}"


def _state(output: Path, people: People) -> dict[str, _Row]:
    """Rows of an earlier run by name; later rows stand over earlier ones."""
    rows: dict[str, _Row] = {}
    files = [output / STATE, output / PART]
    for path in files:
        if not path.is_file():
            continue
        try:
            lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        except (UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{output}: {path.name} is no list of an earlier copy") from error
        if path.name == STATE and (not lines or lines[0] != ["made by", _made_by(people)]):
            raise UsageError(f"{output}: holds a copy under another key, subjects or profile")
        rows |= {one[0]: _Row(one[1], one[2], one[3]) for one in lines if len(one) == len(_HEADER)}
    rows.pop(_HEADER[0], None)
    if not any(path.is_file() for path in files) and any(output.iterdir()):
        raise UsageError(f"{output}: is not empty; name a new or empty folder with -o")
    if not (output / STATE).is_file():
        _write_state(output, people, rows, is_whole=False)
    return {name: row for name, row in rows.items() if _NAME.fullmatch(name)}


def _write_state(
    output: Path, people: People, rows: dict[str, _Row], *, is_whole: bool = True
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("made by", _made_by(people)), _HEADER])
    writer.writerows(
        sorted((name, row.digest, row.source, row.codes) for name, row in rows.items())
    )
    path = output / STATE
    part = path.with_suffix(".new")
    part.write_text(out.getvalue(), encoding="utf-8")
    os.replace(part, path)
    if is_whole:
        (output / PART).unlink(missing_ok=True)


def read_subjects(path: Path) -> dict[str, str]:
    """Subject of each PatientID, from a CSV file with the columns patient_id and subject.

    Raises      UsageError where it cannot be read, lacks a column, or names a PatientID twice.
    """
    try:
        rows = list(_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV ({type(error).__name__})") from error
    subjects: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        patient, subject = (str(row.get(name) or "").strip() for name in ("patient_id", "subject"))
        if not patient or not subject:
            raise UsageError(f"{path}:{number}: expected a patient_id and a subject")
        if subjects.setdefault(patient, subject) != subject:
            raise UsageError(f"{path}:{number}: a patient_id with two subjects")
    return subjects


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)

"""Files of a folder by patient and series, walked in a fixed order within its bounds.

A link that leads out of the folder is told and not followed; a folder is entered once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header, read_header

DEEPEST = 40
VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr")  # files that are a volume of their own
_BESIDE = (".raw", ".raw.gz")  # the data of a detached header


@dataclass(frozen=True, slots=True)
class Files:
    """What one folder holds: files of each series, volumes of other formats, and findings."""

    folder: Path
    series: dict[tuple[str, str], list[Header]] = field(default_factory=dict)
    volumes: list[Path] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def headers(self) -> Iterator[Header]:
        """All headers, series by series."""
        for one in self.series.values():
            yield from one


def folders(root: Path) -> Iterator[tuple[Path, list[Path], list[Finding]]]:
    """Every folder below `root` with its files, depth first, by name; findings of links."""
    yield from _folders(root, root.resolve(), 0)


def _folders(
    folder: Path, root: Path, depth: int
) -> Iterator[tuple[Path, list[Path], list[Finding]]]:
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        told = f"a folder that cannot be opened ({error.strerror})"
        yield folder, [], [fault("I002", folder, found=told, expected="a readable folder")]
        return
    paths, inner, findings = [], [], []
    for entry in found:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_symlink() and not _is_inside(path, root):
            findings.append(_outside(path))
        elif entry.is_dir(follow_symlinks=False):
            inner.append(path)
        elif entry.is_file():
            paths.append(path)
    yield folder, paths, findings
    for path in inner:
        if depth < DEEPEST:
            yield from _folders(path, root, depth + 1)
        else:
            told = f"folders nested deeper than {DEEPEST}"
            yield path, [], [fault("I021", path, found=told, expected="fewer")]


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a link leads to a plain file inside the folder that is read."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return target.is_file() and target.is_relative_to(root)


def _outside(path: Path) -> Finding:
    return fault(
        "I021",
        path,
        found="a link that leads out of the folder, or nowhere",
        expected="files inside the folder",
        hint="not followed",
    )


def read_files(folder: Path, paths: Sequence[Path]) -> Files:
    """Headers of the files of one folder, by patient and series."""
    found = Files(folder)
    for path in paths:
        name = path.name.lower()
        if name.endswith(VOLUMES):
            found.volumes.append(path)
            continue
        if name.endswith(_BESIDE):
            continue
        try:
            one = read_header(path)
        except OSError as error:
            told = f"a file that cannot be opened ({error.strerror or type(error).__name__})"
            found.findings.append(fault("I002", path, found=told, expected="a readable file"))
            continue
        if isinstance(one, Header):
            found.series.setdefault(one.key, []).append(one)
        else:
            found.findings.append(one)
    return found


def read_tree(root: Path, series: str = "") -> Files:
    """Headers of all files below a folder; of the series of that UID alone, where one is named.

    Raises      Unreadable where there is no such folder.
    """
    if not root.is_dir():
        raise Unreadable(f"{root.name}: is no folder")
    whole = Files(root)
    for folder, paths, findings in folders(root):
        part = read_files(folder, paths)
        whole.findings.extend([*findings, *part.findings])
        whole.volumes.extend(part.volumes)
        for key, headers in part.series.items():
            if series in ("", key[1]):
                whole.series.setdefault(key, []).extend(headers)
    return whole

"""What a run wrote into its folder, so that the next one replaces its own files and no others.

`log/written.csv` (of another command: `log/written-COMMAND.csv`) names every table and picture with
the hash of its content. A run that is killed while it writes leaves both hashes of a file there,
the old and the new.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.imaging.process.store import write_whole


def check_own(folder: Path, tables: Iterable[str], command: str = "") -> None:
    """Refuse a folder with one of these tables that no run of the command wrote.

    Raises      UsageError naming the first of them.
    """
    known = _known(_list(folder, command))
    for table in tables:
        path = folder / f"{table}.csv"
        if path.is_file() and _hash(path.read_bytes()) not in known.get(path.name, ()):
            raise UsageError(
                f"{folder.name}: holds {path.name}, which this command did not write or which was "
                "changed since; move it away or name another folder with -o"
            )


def write_own(folder: Path, texts: Mapping[str, str], command: str = "") -> None:
    """Write files by their path in the folder; remove those of the run before that are no more."""
    for parent in {folder / "log", *((folder / name).parent for name in texts)}:
        parent.mkdir(parents=True, exist_ok=True)
    listed = _list(folder, command)
    old = _known(listed)
    new = {name: {_hash(text.encode())} for name, text in texts.items()}
    _note(listed, {name: old.get(name, set()) | new.get(name, set()) for name in {*old, *new}})
    for name, text in sorted(texts.items()):
        write_whole(folder / name, text)
    for name in sorted(set(old) - set(new)):
        path = folder / name
        if path.is_file() and _hash(path.read_bytes()) in old[name]:
            path.unlink()
    _note(listed, new)


def _list(folder: Path, command: str) -> Path:
    return folder / "log" / (f"written-{command}.csv" if command else "written.csv")


def _known(listed: Path) -> dict[str, set[str]]:
    """Hashes by path; none where there is no list, or it is damaged."""
    found: dict[str, set[str]] = defaultdict(set)
    try:
        text = listed.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return found
    for row in csv.reader(io.StringIO(text)):
        if len(row) == 2 and not Path(row[0]).is_absolute() and ".." not in Path(row[0]).parts:
            found[row[0]].add(row[1])
    return found


def _note(listed: Path, hashes: Mapping[str, Iterable[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "sha256"])
    writer.writerows([name, one] for name in sorted(hashes) for one in sorted(hashes[name]))
    write_whole(listed, out.getvalue())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

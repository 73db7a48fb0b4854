"""Refusal of hostile input, in bounded memory: paths, kinds and sizes of files.

Everything a study folder names is looked at here before any reader opens it. What is refused
raises `Unreadable` with a sentence; nothing is read past the limits below.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hepatica.core.errors import Unreadable

FILE_BYTES = 1 << 30
TEXT_BYTES = 1 << 27
WORKBOOK_BYTES = 100 << 20
DATA_VARIABLE = "${HEPATICA_DATA}"


def source_path(folder: Path, text: str, *, absent: bool = False) -> Path:
    """Path that study.toml names, inside the study folder or the folder HEPATICA_DATA names.

    Parameters
    ----------
    folder : Path     The study folder.
    text : str        Relative to `folder`, or beginning with ``${HEPATICA_DATA}``.
    absent : bool     Whether there may be nothing at that path yet.

    Raises      Unreadable for an absolute path, a path (or link) that leaves its folder, a
                missing file, or HEPATICA_DATA not set.
    """
    root, relative = folder, text
    if text.startswith(DATA_VARIABLE):
        named = os.environ.get("HEPATICA_DATA", "")
        if not named:
            raise Unreadable(f"{text}: set the environment variable HEPATICA_DATA to its folder")
        root, relative = Path(named), text[len(DATA_VARIABLE) :].lstrip("/\\")
    if not text or "\0" in text:
        raise Unreadable("the path of the records is blank")
    if Path(relative).is_absolute() or relative.startswith("\\") or relative[1:2] == ":":
        raise Unreadable(f"{text}: an absolute path is refused; name it from the study folder")
    path = root / relative
    check_inside(root, path, name=text)
    if not (absent or path.exists()):
        raise Unreadable(f"{text}: there is no such file or folder")
    return path


def check_inside(root: Path, path: Path, *, name: str) -> None:
    """Refuse a path that leads out of `root`, by ``..`` or by a symbolic link."""
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        raise Unreadable(f"{name}: the path cannot be followed") from error
    if not inside:
        raise Unreadable(f"{name}: leads out of its folder and is refused")


def check_file(path: Path, *, limit: int = FILE_BYTES) -> int:
    """Size in bytes of a regular file no larger than `limit`; anything else is refused."""
    try:
        status = path.stat()
    except OSError as error:
        raise Unreadable(f"{path.name}: cannot be opened") from error
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"{path.name}: is not a regular file and is refused")
    if status.st_size > limit:
        raise Unreadable(f"{path.name}: is larger than {limit >> 20} MB and is refused")
    return status.st_size


def folder_files(folder: Path) -> list[Path]:
    """Files directly in a folder, sorted by name, each checked to be regular and inside it."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise Unreadable(f"{folder.name}: cannot be opened as a folder") from error
    files = [path for path in entries if not path.name.startswith(".") and not path.is_dir()]
    for path in files:
        check_inside(folder, path, name=path.name)
        check_file(path)
    return files

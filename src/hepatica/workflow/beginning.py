"""A new study folder: the protocol's text and an empty workbook to fill."""

from __future__ import annotations

from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.records.template import write_template
from hepatica.study.protocol import protocol_text


def write_study_folder(folder: Path, protocol: str) -> list[Path]:
    """Write ``study.toml`` and ``records.xlsx`` into a new or empty folder.

    Raises      UsageError where the folder already holds one of them, or the protocol is unknown.
    """
    text = protocol_text(protocol)
    paths = [folder / "study.toml", folder / "records.xlsx"]
    for path in paths:
        if path.exists():
            raise UsageError(f"{path}: exists already; nothing was written")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(text, encoding="utf-8")
        write_template(paths[1])
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from error
    return paths

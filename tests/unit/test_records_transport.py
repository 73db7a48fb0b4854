"""Transport files: whole ones are read, one cut anywhere is refused."""

from pathlib import Path

import pyreadstat
import pytest

from hepatica.core.errors import Unreadable
from hepatica.records.transport import read_transport

pandas = pytest.importorskip("pandas", reason="pandas writes the transport files")


def _written(path: Path, rows: int) -> bytes:
    subjects = [f"S{number:03d}" for number in range(rows)]
    frame = pandas.DataFrame({"USUBJID": subjects, "AGE": [60.5] * rows})
    pyreadstat.write_xport(frame, str(path), file_format_version=5)
    return path.read_bytes()


@pytest.mark.parametrize("rows", [1, 2, 7, 20, 31, 160])
def test_a_whole_file_of_any_length_is_read(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "dm.xpt"
    _written(path, rows)
    columns, records, findings = read_transport(path)
    assert len(columns["USUBJID"]) == len(records) == rows
    assert not findings


@pytest.mark.parametrize("cut", [1, 37, 80, 400])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "dm.xpt"
    path.write_bytes(_written(path, 160)[:-cut])
    with pytest.raises(Unreadable, match="cut short"):
        read_transport(path)

"""A run replaces and removes its own files only."""

from pathlib import Path

import pytest

from hepatica.core.errors import UsageError
from hepatica.imaging.process.written import check_own, write_own

TABLES = ("image_quantities", "measurements")


def test_own_files_are_replaced_and_removed(tmp_path: Path) -> None:
    write_own(tmp_path, {"image_quantities.csv": "1", "measurements.csv": "2", "pictures/a": "3"})
    (tmp_path / "pictures" / "mine").write_text("4")
    check_own(tmp_path, TABLES)
    write_own(tmp_path, {"image_quantities.csv": "5"})
    check_own(tmp_path, TABLES)
    kept = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {"image_quantities.csv", "log/written.csv", "pictures/mine"}
    assert (tmp_path / "image_quantities.csv").read_text() == "5"


@pytest.mark.parametrize("table", TABLES)
def test_tables_of_a_reader_are_refused_and_stay(tmp_path: Path, table: str) -> None:
    path = tmp_path / f"{table}.csv"
    path.write_text("subject\na\n")
    with pytest.raises(UsageError, match=f"holds {table}.csv, which this command did not write"):
        check_own(tmp_path, TABLES)
    write_own(tmp_path, {"pictures/a": "3"})
    assert path.read_text() == "subject\na\n"
    with pytest.raises(UsageError):
        check_own(tmp_path, TABLES)


def test_a_table_that_was_edited_is_refused(tmp_path: Path) -> None:
    write_own(tmp_path, {"measurements.csv": "2"})
    (tmp_path / "measurements.csv").write_text("corrected by hand")
    with pytest.raises(UsageError, match="changed since"):
        check_own(tmp_path, TABLES)
    write_own(tmp_path, {})
    assert (tmp_path / "measurements.csv").read_text() == "corrected by hand"


def test_a_run_killed_while_writing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hepatica.imaging.process import written

    write_own(tmp_path, {"image_quantities.csv": "old"})
    whole, calls = written.write_whole, []

    def killed(path: Path, text: str) -> None:
        calls.append(path)
        if len(calls) == stop:
            raise KeyboardInterrupt
        whole(path, text)

    for stop in (1, 2, 3):
        calls.clear()
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(written, "write_whole", killed)
            write_own(tmp_path, {"image_quantities.csv": f"new {stop}"})
        check_own(tmp_path, TABLES)


def test_two_commands_share_a_folder(tmp_path: Path) -> None:
    write_own(tmp_path, {"measurements.csv": "1"}, "sr")
    write_own(tmp_path, {"image_quantities.csv": "2"})
    check_own(tmp_path, ["measurements"], "sr")
    check_own(tmp_path, ["image_quantities"])
    with pytest.raises(UsageError):
        check_own(tmp_path, ["measurements"])
    write_own(tmp_path, {"measurements.csv": "3"}, "sr")
    assert (tmp_path / "image_quantities.csv").read_text() == "2"

"""Acceptances: what an entry covers, and the entry that covers nothing."""

from pathlib import Path

from hepatica.core.finding import Finding, Level, Place
from hepatica.workflow.acceptance import read_acceptances, standing, unused

FAULT = Finding(Place("r.xlsx", "Labs", 4, "Result"), Level.WARNING, "R005", "900", "0 to 60")
NOTE = Finding(Place("r.xlsx", "Labs", 5, "Date"), Level.NOTE, "R004", "2016", "a whole date")


def _read(folder: Path, text: str):
    (folder / "accepted.toml").write_text(text, encoding="utf-8")
    return read_acceptances(folder)


def test_an_entry_that_covers_a_fault_is_used(tmp_path: Path) -> None:
    entries = _read(tmp_path, '[[accept]]\ncode = "R005"\nreason = "true"\n')
    assert unused([FAULT], entries) == ()
    assert standing([FAULT], entries) == ((), ((FAULT, entries[0]),))


def test_an_entry_that_covers_nothing_is_told_at_its_line(tmp_path: Path) -> None:
    text = (
        '[[accept]]\ncode = "R005"\nreason = "true"\n\n'
        '[[accept]]\ncode = "R005"\nrow = 5\nreason = "moved"\n'
    )
    (told,) = unused([FAULT], _read(tmp_path, text))
    assert (told.code, told.place.row, told.found) == ("S042", 5, "an acceptance of R005 (row 5)")


def test_an_acceptance_of_a_note_covers_nothing(tmp_path: Path) -> None:
    entries = _read(tmp_path, '[[accept]]\ncode = "R004"\nreason = "partial dates"\n')
    assert [f.code for f in unused([NOTE], entries)] == ["S042"]

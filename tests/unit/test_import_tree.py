"""Import of a tree: nothing of the source's names, in any order, resumed, never out of place."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset, FileMetaDataset

from hepatica.cli.image_command import image as image_group
from hepatica.core.errors import UsageError
from hepatica.imaging.deidentification import tree as tree_module
from hepatica.imaging.deidentification.copy import People
from hepatica.imaging.deidentification.tree import read_subjects, run_import

KEY = b"a key of more than sixteen bytes"
PEOPLE = People(KEY)


def write_image(path: Path, **attributes: object) -> None:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.5"
    ds.PatientID, ds.PatientName, ds.Modality = "S-1", "HEPATIKOS^H", "CT"
    ds.Rows = ds.Columns = 2
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.PixelData = bytes(8)
    ds["PixelData"].VR = "OW"
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, ds, enforce_file_format=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "HEPATIKOS"
    for number in range(3):
        write_image(folder / "a" / f"HEPATIKOS_{number}.dcm", SOPInstanceUID=f"1.2.3.4.{number}")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def codes(found: tree_module.Imported) -> list[tuple[str, str]]:
    return [(str(one.place), one.code) for one in found.findings]


def test_the_copy_names_nobody_and_the_source_is_as_it_was(source: Path, tmp_path: Path) -> None:
    before = contents(source)
    done = run_import(source, tmp_path / "out", PEOPLE)
    assert (done.copied, done.already, done.refused, done.findings) == (3, 0, 0, [])
    assert contents(source) == before
    made = contents(tmp_path / "out")
    assert len(made) == 4 and "import.csv" in made
    assert not any(b"HEPATIK" in name.encode() + data for name, data in made.items())
    assert not any(b"S-1" in name.encode() + data for name, data in made.items())


def test_names_and_order_of_the_source_do_not_matter(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for number, path in enumerate(sorted(source.rglob("*.dcm"), reverse=True)):
        (other / str(number)).mkdir(parents=True)
        shutil.copy(path, other / str(number) / "x")
    run_import(source, tmp_path / "one", PEOPLE)
    run_import(other, tmp_path / "two", PEOPLE)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_run_that_was_stopped_goes_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(source, tmp_path / "whole", PEOPLE)

    class Stop(Exception):
        pass

    def stop(done: int, whole: int) -> None:
        if done == 2:
            raise Stop

    out = tmp_path / "out"
    with pytest.raises(Stop):
        run_import(source, out, PEOPLE, told=stop)
    calls: list[int] = []
    real = tree_module.copied_file
    monkeypatch.setattr(tree_module, "copied_file", lambda *a: calls.append(1) or real(*a))
    done = run_import(source, out, PEOPLE)
    assert (done.copied, done.already, len(calls)) == (1, 2, 1)
    assert contents(out) == contents(tmp_path / "whole")
    spoilt = next(out.rglob("*.dcm"))
    spoilt.write_bytes(b"")
    assert run_import(source, out, PEOPLE).copied == 1
    assert contents(out) == contents(tmp_path / "whole")


def test_links_broken_files_and_others_are_findings(source: Path, tmp_path: Path) -> None:
    (source / "secret").symlink_to("/etc")
    (source / "hosts.dcm").symlink_to("/etc/hosts")
    (source / "b_HEPATIKOS.dcm").write_bytes((source / "a" / "HEPATIKOS_0.dcm").read_bytes()[:400])
    (source / "IM0007.dcm").write_text("no scan")
    done = run_import(source, tmp_path / "out", PEOPLE)
    assert sorted(codes(done)) == [
        ("IM0007.dcm", "I061"),
        ("file 5", "I060"),
        ("symbolic link", "I062"),
    ]
    assert (done.copied, done.refused) == (3, 2)
    assert not any("HEPATIK" in str(finding) for finding in done.findings)


def test_a_folder_that_is_closed_is_a_finding(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tree_module.os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "closed", path)
        return real(path)

    monkeypatch.setattr("os.scandir", closed)
    done = run_import(source, tmp_path / "out", PEOPLE)
    assert (codes(done), done.copied) == ([("folder", "I060")], 0)


def test_warnings_are_told_once_a_series_and_again_when_resumed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(2):
        write_image(
            source / f"{number}.dcm", SOPInstanceUID=f"1.2.{number}", SeriesDescription="Smith",
            SOPClassUID="1.2.840.10008.5.1.4.1.1.12.1",
        )  # fmt: skip
    for _ in range(2):
        assert codes(run_import(source, tmp_path / "out", PEOPLE)) == [
            ("0.dcm", "I064"),
            ("0.dcm", "I068"),
        ]


def test_two_contents_under_one_uid_are_not_copied(source: Path, tmp_path: Path) -> None:
    write_image(source / "z1.dcm", SOPInstanceUID="1.2.3.4.0", PixelData=b"\x01" * 8)
    same = source / "z2.dcm"
    shutil.copy(source / "a" / "HEPATIKOS_1.dcm", same)
    for _ in range(2):
        done = run_import(source, tmp_path / "out", PEOPLE)
        assert [one.code for one in done.findings] == ["I067"]
        assert len(list((tmp_path / "out").rglob("*.dcm"))) == 2
        assert done.refused == 2
    assert done.already == 2


def test_folders_stand_apart_and_the_copy_holds_nothing_else(source: Path, tmp_path: Path) -> None:
    for out in (source, source / "out", tmp_path):
        with pytest.raises(UsageError, match="apart"):
            run_import(source, out, PEOPLE)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        run_import(source, tmp_path / "full", PEOPLE)
    run_import(source, tmp_path / "out", PEOPLE)
    with pytest.raises(UsageError, match="another key"):
        run_import(source, tmp_path / "out", People(b"another key of more than 16"))
    (tmp_path / "out" / "import.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="no list"):
        run_import(source, tmp_path / "out", PEOPLE)
    with pytest.raises(UsageError, match="no folder"):
        run_import(tmp_path / "none", tmp_path / "new", PEOPLE)


def test_nothing_is_written_through_a_link_in_the_copy(source: Path, tmp_path: Path) -> None:
    out, away = tmp_path / "out", tmp_path / "away"
    run_import(source, out, PEOPLE)
    (person,) = (path for path in out.iterdir() if path.is_dir())
    shutil.rmtree(person)
    away.mkdir()
    person.symlink_to(away)
    with pytest.raises(UsageError, match="symbolic link"):
        run_import(source, out, PEOPLE)
    assert not contents(away)


def test_subjects_are_read_and_refused_where_they_contradict(tmp_path: Path) -> None:
    path = tmp_path / "subjects.csv"
    path.write_text("patient_id,subject\nH-1,S-1\nH-2,S-2\n")
    assert read_subjects(path) == {"H-1": "S-1", "H-2": "S-2"}
    for text in ("patient_id,subject\nH-1,S-1\nH-1,S-2\n", "patient,subject\nH-1,S-1\n"):
        path.write_text(text)
        with pytest.raises(UsageError, match="subjects.csv:"):
            read_subjects(path)


@pytest.fixture
def key(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    yield path


def test_command(source: Path, tmp_path: Path, key: Path) -> None:
    arguments = ["import", str(source), "-o", str(tmp_path / "out"), "--key", str(key)]
    done = CliRunner().invoke(image_group, arguments, standalone_mode=False)
    assert done.return_value == 0 and done.output == "3 copied, 0 were there, 0 not copied\n"
    write_image(source / "1.dcm", BurnedInAnnotation="YES", SOPInstanceUID="1.9")
    done = CliRunner().invoke(image_group, [*arguments, "--json"], standalone_mode=False)
    assert done.return_value == 1 and "1.dcm error I063" in done.output
    assert "HEPATIK" not in done.output
    (tmp_path / "file").write_text("")
    blocked = ["import", str(source), "-o", str(tmp_path / "file" / "out"), "--key", str(key)]
    done = CliRunner().invoke(image_group, blocked, standalone_mode=False)
    assert isinstance(done.exception, UsageError) and "HEPATIK" not in str(done.exception)
    inside = ["import", str(source), "-o", str(tmp_path), "--key", str(key)]
    done = CliRunner().invoke(image_group, inside, standalone_mode=False)
    assert isinstance(done.exception, UsageError)

"""A tree of scans measured: resumed, in any order, by any number of workers, whatever is broken."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("pydicom", reason="needs hepatica[imaging]")
pytest.importorskip("highdicom", reason="needs hepatica[imaging]")

from scan_tree import DAY, edit, write_hostile_tree, write_scans

from hepatica.core.errors import Unreadable
from hepatica.core.finding import has_error
from hepatica.imaging.process import batch as batches
from hepatica.imaging.process import measurement
from hepatica.imaging.process.batch import Batch, Plan, run_batch
from hepatica.imaging.process.measurement import measured
from hepatica.imaging.process.pool import Died
from hepatica.records.csv_folder import read_csv_folder

LATER = date(2021, 6, 9)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    write_scans(folder / "one", "A1")
    write_scans(folder / "two", "A2", LATER)
    return folder


@pytest.fixture(scope="module")
def first(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Batch]:
    output = tmp_path_factory.mktemp("measured")
    return output, run_batch(Plan(tree, output, workers=0, lesions=True))


@pytest.fixture
def output(first: tuple[Path, Batch], tmp_path: Path) -> Path:
    """A copy of what the first run wrote."""
    return Path(shutil.copytree(first[0], tmp_path / "copy"))


def _shown(output: Path) -> dict[str, bytes]:
    """What a study reads: tables and pictures."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.relative_to(output).parts[0] not in ("units", "log")
    }


def _units(output: Path) -> set[str]:
    return {path.name for path in (output / "units").iterdir()}


def test_only_tables_lie_on_top_and_the_records_reader_takes_them(
    first: tuple[Path, Batch],
) -> None:
    sheets, findings, used = read_csv_folder(first[0])
    assert findings == []
    names = ["image_quantities", "lesions", "measurements", "scans"]
    assert [sheet.table for sheet in sheets] == names
    assert len(used) == 4


def test_every_examination_is_a_scan(first: tuple[Path, Batch]) -> None:
    lines = (first[0] / "scans.csv").read_text().splitlines()[1:]
    assert lines == [
        f"A1,{DAY},CT,multiphasic,2.0,,,",
        f"A2,{LATER},CT,multiphasic,2.0,,,",
    ]


def test_a_second_run_measures_nothing_and_writes_the_same(tree: Path, output: Path) -> None:
    before = _shown(output)
    done = run_batch(Plan(tree, output, workers=0, lesions=True))
    assert (done.examinations, done.measured) == (2, 0)
    assert _shown(output) == before


def test_order_names_and_workers_do_not_matter(
    tree: Path, first: tuple[Path, Batch], tmp_path: Path
) -> None:
    """Every file under another name, in one of three folders, in a shuffled order of creation."""
    rng = random.Random(1)
    files = sorted(tree.rglob("*.dcm"))
    rng.shuffle(files)
    for number, path in enumerate(files):
        folder = tmp_path / "scans" / rng.choice("xyz")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / f"IM{number:05d}")
    done = run_batch(Plan(tmp_path / "scans", tmp_path / "out", workers=2, lesions=True))
    assert done.measured == 2
    assert _shown(tmp_path / "out") == _shown(first[0])


def test_without_lesions_the_tables_of_readers_are_not_written(tree: Path, output: Path) -> None:
    run_batch(Plan(tree, output, workers=0))
    assert [path.name for path in output.glob("*.csv")] == ["image_quantities.csv"]


def test_a_changed_file_is_measured_again_and_its_old_result_dropped(
    tree: Path, output: Path, tmp_path: Path
) -> None:
    scans = Path(shutil.copytree(tree, tmp_path / "scans"))
    before = _units(output)
    edit(scans / "one" / "arterial" / "0001.dcm", lambda data: setattr(data, "KVP", "100"))
    done = run_batch(Plan(scans, output, workers=0, lesions=True))
    assert done.measured == 1
    assert len(_units(output) & before) == 1
    assert len(_units(output)) == 2


def test_scans_that_are_gone_are_dropped(tree: Path, output: Path, tmp_path: Path) -> None:
    shutil.copytree(tree / "two", tmp_path / "scans")
    done = run_batch(Plan(tmp_path / "scans", output, workers=0, lesions=True))
    assert (done.examinations, done.measured) == (1, 0)
    assert len(_units(output)) == 1
    assert "A1" not in (output / "image_quantities.csv").read_text()
    assert not [path for path in (output / "pictures").iterdir() if path.name.startswith("A1")]


def test_a_run_that_is_stopped_goes_on(
    tree: Path, first: tuple[Path, Batch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the first examination: its result stays, the second run measures the other."""

    def interrupted(*given: object) -> Iterator[object]:
        yield next(iter(worked(*given)))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    worked = batches.worked
    with monkeypatch.context() as patch:
        patch.setattr(batches, "worked", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_batch(Plan(tree, tmp_path, workers=0, lesions=True))
    assert len(_units(tmp_path)) == 1
    done = run_batch(Plan(tree, tmp_path, workers=0, lesions=True))
    assert done.measured == 1
    assert _shown(tmp_path) == _shown(first[0])


def test_another_list_of_names_or_seed_measures_again(tree: Path, output: Path) -> None:
    assert run_batch(Plan(tree, output, workers=0, seed=9)).measured == 2


def test_a_region_of_another_name_is_told_and_not_measured(tree: Path, tmp_path: Path) -> None:
    scans = Path(shutil.copytree(tree / "one", tmp_path / "scans"))

    def rename(data: object) -> None:
        for item in data.SegmentSequence:  # type: ignore[attr-defined]
            if item.SegmentLabel == "Tumour T1":
                item.SegmentLabel = "Blob"
                item.SegmentedPropertyTypeCodeSequence[0].CodeMeaning = "Body part"

    edit(scans / "outlines" / "A1.dcm", rename)
    done = run_batch(Plan(scans, tmp_path / "out", workers=0))
    assert [str(f)[:19] for f in done.findings if f.code == "I154"] == ["A1.dcm warning I154"]
    assert ",tumour" not in (tmp_path / "out" / "image_quantities.csv").read_text()


def test_two_regions_of_one_meaning_are_told(tree: Path, tmp_path: Path) -> None:
    scans = Path(shutil.copytree(tree / "one", tmp_path / "scans"))

    def rename(data: object) -> None:
        for item in data.SegmentSequence:  # type: ignore[attr-defined]
            if item.SegmentLabel.startswith("Arteries"):
                item.SegmentLabel = "HCC 1"
                item.TrackingID, item.TrackingUID = "T1", "2.25.1"

    edit(scans / "outlines" / "A1.dcm", rename)
    done = run_batch(Plan(scans, tmp_path / "out", workers=0))
    assert "I155" in {finding.code for finding in done.findings}


def test_a_second_series_of_a_phase_is_told_and_the_outlined_one_measured(
    tree: Path, tmp_path: Path
) -> None:
    scans = Path(shutil.copytree(tree / "one", tmp_path / "scans"))
    shutil.copytree(scans / "arterial", scans / "again")
    for path in (scans / "again").iterdir():
        edit(path, _other_series)
    done = run_batch(Plan(scans, tmp_path / "out", workers=0))
    (told,) = [finding for finding in done.findings if finding.code == "I156"]
    assert told.subject == "A1"
    assert "2.25.5.5" not in (tmp_path / "out" / "image_quantities.csv").read_text()


def _other_series(data: object) -> None:
    data.SeriesInstanceUID = "2.25.5.5"  # type: ignore[attr-defined]
    data.SOPInstanceUID = f"2.25.5.5.{data.InstanceNumber}"  # type: ignore[attr-defined]
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID  # type: ignore[attr-defined]


def test_images_without_outlines_and_volumes_without_patient_are_told(
    tree: Path, tmp_path: Path
) -> None:
    import nibabel
    import numpy as np

    shutil.copytree(tree / "one" / "arterial", tmp_path / "scans")
    image = nibabel.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4))
    nibabel.save(image, tmp_path / "scans" / "plain.nii.gz")
    edit(tmp_path / "scans" / "0001.dcm", lambda data: None)
    done = run_batch(Plan(tmp_path / "scans", tmp_path / "out", workers=0))
    codes = {(finding.code, str(finding.place)) for finding in done.findings}
    assert {("I150", "plain.nii.gz"), ("I157", "0001.dcm")} <= codes


def test_a_series_without_patient_is_told(tree: Path, tmp_path: Path) -> None:
    shutil.copytree(tree / "one", tmp_path / "scans")
    for path in (tmp_path / "scans").rglob("*.dcm"):
        edit(path, lambda data: setattr(data, "PatientID", ""))
    done = run_batch(Plan(tmp_path / "scans", tmp_path / "out", workers=0))
    assert done.examinations == 0
    assert {"I151", "I152"} <= {finding.code for finding in done.findings}


def test_a_part_that_fails_is_told_and_nothing_else_lost(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> object:
        raise RuntimeError("a patient's name")

    monkeypatch.setattr(batches, "measured", broken)
    done = run_batch(Plan(tree / "one", tmp_path, workers=0))
    assert [str(f) for f in done.findings] == [
        "A1.dcm error I158: found an examination that could not be measured: RuntimeError; "
        "expected measurements"
    ]
    monkeypatch.setattr(batches, "measured", measured)
    again = run_batch(Plan(tree / "one", tmp_path, workers=0))
    assert (again.measured, has_error(again.findings)) == (1, False)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        run_batch(Plan(tmp_path / "none", tmp_path / "out"))


def test_a_hostile_tree_is_told_file_by_file_and_the_rest_measured(tmp_path: Path) -> None:
    expected = write_hostile_tree(tmp_path / "scans")
    done = run_batch(Plan(tmp_path / "scans", tmp_path / "out", workers=0, lesions=True))
    told = {(str(finding.place), finding.code) for finding in done.findings}
    assert set(expected.items()) <= told
    scans = (tmp_path / "out" / "scans.csv").read_text()
    assert all(subject in scans for subject in ("A1", "A2", "B0", "B1", "B2", "B3", "B4", "B5"))
    log = (tmp_path / "out" / "log" / "findings.csv").read_text()
    assert str(tmp_path) not in log
    assert "Synthetic^Phantom" not in log + json.dumps([str(f) for f in done.findings])


def test_a_worker_that_died_is_told_and_the_rest_kept(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_dies(work: object, jobs: object, workers: int) -> Iterator[object]:
        yield 0, Died()
        yield 1, work(jobs[1])  # type: ignore[operator, index]

    monkeypatch.setattr(batches, "worked", one_dies)
    done = run_batch(Plan(tree, tmp_path, workers=0, lesions=True))
    assert ("A1.dcm", "I159") in {(str(f.place), f.code) for f in done.findings}
    assert "A2" in (tmp_path / "scans.csv").read_text()


def test_outlines_that_cannot_be_read_are_told(tree: Path, tmp_path: Path) -> None:
    scans = Path(shutil.copytree(tree / "one", tmp_path / "scans"))
    edit(scans / "outlines" / "A1.dcm", lambda data: delattr(data, "SegmentSequence"))
    done = run_batch(Plan(scans, tmp_path / "out", workers=0))
    assert [(str(f.place), f.code) for f in done.findings] == [("A1.dcm", "I153")]


def test_a_part_that_breaks_leaves_the_other_parts(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> object:
        raise ValueError("somebody's name")

    monkeypatch.setitem(measurement.PARTS, "vessels", broken)
    done = run_batch(Plan(tree / "one", tmp_path, workers=0))
    (told,) = [finding for finding in done.findings if finding.code == "I158"]
    assert told.found == "vessels could not be measured: ValueError"
    assert ",LDIAM,tumour T1," in (tmp_path / "image_quantities.csv").read_text()

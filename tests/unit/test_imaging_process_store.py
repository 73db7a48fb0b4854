"""Results kept by content, and work spread over processes that may die."""

from __future__ import annotations

from pathlib import Path

import pytest
from imaging_pool_work import squared

from hepatica.imaging.process.pool import Died, worked
from hepatica.imaging.process.store import Store, content_key


def test_the_key_follows_content_names_and_words_and_not_order_or_place(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_bytes(b"1")
        (tmp_path / folder / "b").write_bytes(b"2")
    one = [tmp_path / "one" / name for name in "ab"]
    key = content_key(one, "rules")
    assert content_key([tmp_path / "two" / name for name in "ba"], "rules") == key
    assert content_key(one, "other") != key
    assert content_key(one[:1], "rules") != key
    one[0].write_bytes(b"3")
    assert content_key(one, "rules") != key


def test_what_is_half_written_or_damaged_is_no_result(tmp_path: Path) -> None:
    store = Store(tmp_path / "units")
    assert store.read("k") is None
    store.write("k", {"rows": [1.5]})
    assert store.read("k") == {"rows": [1.5], "key": "k"}
    whole = (tmp_path / "units" / "k.json").read_text()
    (tmp_path / "units" / "k.json").write_text(whole[:-3])
    assert store.read("k") is None


def test_stale_results_and_leftovers_of_a_killed_run_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("old", {})
    store.write("new", {})
    (tmp_path / ".x.json.77.part").write_text("{")
    store.drop_stale(["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["new.json"]


def test_a_process_that_dies_is_a_result_and_the_rest_goes_on() -> None:
    found = dict(worked(squared, [2, -1, 3], workers=2))
    assert (found[0], found[2]) == (4, 9)
    assert isinstance(found[1], Died)


@pytest.mark.parametrize("workers", [0, 1])
def test_every_job_has_its_result(workers: int) -> None:
    assert dict(worked(squared, [4, 5], workers=workers)) == {0: 16, 1: 25}

"""The medicine of tumour response: patient timelines drawn as text, and what they must give."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hepatica.clinic.response import Response
from hepatica.clinic.rules.response.compiled import numba_is_installed

if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parent))
from response_timeline import CRITERIA, DAY_0, Timeline, read_timelines, render_chapter

CHAPTER = Path(__file__).parents[2] / "docs" / "reference" / "response-timelines.md"
TIMELINES = read_timelines()
CASES = [
    pytest.param(timeline, criterion, id=f"{timeline.name} [{criterion}]")
    for timeline in TIMELINES
    for criterion in timeline.criteria
]
COLUMNS = {
    "overall": "overall",
    "target": "target",
    "non-target": "non_target",
    "new": "new_lesion",
    "sum": "sum_mm",
    "baseline": "baseline_mm",
    "nadir": "nadir_mm",
    "row": "matrix_row",
    "after_pd": "after_pd",
}


def spelled(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "Y" if value else "N"
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_expectation(response: Response, what: str, words: list[str]) -> None:
    visits = response.visits.to_pylist()
    if what in COLUMNS:
        assert [spelled(visit[COLUMNS[what]]) for visit in visits] == [
            word for word in words if word != "-" or what != "overall"
        ][-len(visits) :]
    elif what == "because":
        day = DAY_0 + timedelta(int(words[0]))
        assert [v["because"] for v in visits if v["date"] == day] == [" ".join(words[1:])]
    elif what in ("because_bor", "because_cbor"):
        assert response.best.to_pylist()[0][what] == " ".join(words)
    elif what in ("bor", "cbor"):
        best = response.best_facts.to_pylist()[0]
        assert best[what] == words[0]
        if len(words) > 1:
            assert best[f"{what}_date"] == DAY_0 + timedelta(int(words[1]))
    else:
        assert what == "findings"
        assert set(words) <= {finding.code for finding in response.findings}


@pytest.mark.parametrize(("timeline", "criterion"), CASES)
def test_timeline_gives_what_is_drawn(timeline: Timeline, criterion: str) -> None:
    response = timeline.response(criterion)
    expectations = [(w, x) for c, w, x in timeline.expected if c in ("", criterion)]
    assert expectations, "a timeline without an expectation proves nothing"
    for what, words in expectations:
        check_expectation(response, what, words)


@pytest.mark.skipif(not numba_is_installed(), reason="the extra hepatica[scale] is not installed")
def test_compiled_walk_gives_the_same() -> None:
    for timeline in TIMELINES:
        for criterion in timeline.criteria:
            plain = timeline.response(criterion)
            fast = timeline.response(criterion, "compiled")
            assert plain.visit_facts.equals(fast.visit_facts), timeline.name
            assert plain.best_facts.equals(fast.best_facts), timeline.name


def test_expectations_without_a_finding_are_clean() -> None:
    for timeline in TIMELINES:
        if any(what == "findings" for _, what, _ in timeline.expected):
            continue
        for criterion in timeline.criteria:
            errors = [f for f in timeline.response(criterion).findings if f.level == "error"]
            assert not [f for f in errors if f.code != "L020"], timeline.name


def test_every_row_of_the_matrix_is_drawn() -> None:
    rows = set()
    for timeline in TIMELINES:
        for criterion in timeline.criteria:
            rows |= set(timeline.response(criterion).visit_facts["matrix_row"].to_pylist())
    assert rows == set(range(1, 18))


def test_there_are_enough_timelines_for_each_criterion() -> None:
    assert len(TIMELINES) >= 60
    assert len({timeline.name for timeline in TIMELINES}) == len(TIMELINES)
    assert {c for timeline in TIMELINES for c in timeline.criteria} == set(CRITERIA)


def test_the_manual_shows_these_timelines() -> None:
    assert CHAPTER.read_text(encoding="utf-8") == render_chapter(TIMELINES), (
        f"{CHAPTER.name} is stale: run python {Path(__file__).name}"
    )


if __name__ == "__main__":
    CHAPTER.parent.mkdir(parents=True, exist_ok=True)
    CHAPTER.write_text(render_chapter(TIMELINES), encoding="utf-8")

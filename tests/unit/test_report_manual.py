"""The manual: its links meet files, and a how-to names few files that exist."""

import re
from pathlib import Path

import pytest

from hepatica.report.section.protocol import RULE_SETS
from hepatica.study.vocabulary import words

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "GLOSSARY.md", *sorted((ROOT / "docs").rglob("*.md"))]
TASKS = re.split(r"^## ", (ROOT / "docs/how-to/extend.md").read_text(encoding="utf-8"), flags=re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_meets_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [x for x in links if "://" not in x and not (page.parent / x).exists()]
    assert missing == []


@pytest.mark.parametrize("task", TASKS[1:], ids=lambda t: t.partition("\n")[0])
def test_a_task_names_at_most_four_files_and_they_exist(task: str) -> None:
    steps = re.findall(r"^\d\. `([^`]+)`", task, re.M)
    assert 3 <= len(steps) <= 4
    assert [s for s in steps if not (ROOT / s).exists()] == []


def test_the_report_explains_every_rule_set() -> None:
    assert set(RULE_SETS) == set(words("rule_set"))


def test_the_picture_of_the_readme_is_small() -> None:
    assert (ROOT / "docs/images/report.png").stat().st_size < 300_000

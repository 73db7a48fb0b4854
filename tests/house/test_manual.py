"""The manual is the code's: generated pages are fresh, every finding code is documented."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from hepatica.core.finding_code import finding_codes

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"""["']([RSLCAPI]\d{3})["']""")


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = _generator().reference_pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_fresh(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run `make docs`"


def _codes_in(folder: Path) -> set[str]:
    texts = (p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    return {code for text in texts for code in CODE.findall(text)}


def test_every_code_made_is_in_the_catalogue() -> None:
    assert _codes_in(ROOT / "src") <= set(finding_codes())


def test_every_code_of_the_catalogue_is_made_and_tested() -> None:
    known = set(finding_codes())
    assert known - _codes_in(ROOT / "src") == set(), "never made"
    assert known - _codes_in(ROOT / "tests") == set(), "no test raises them"


def test_every_code_says_what_to_do() -> None:
    for code in finding_codes().values():
        assert code.title and code.means and code.mend, code.code


def test_every_room_of_the_house_is_in_the_architecture() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for folder in (ROOT / "src" / "hepatica").iterdir():
        if folder.is_dir() and not folder.name.startswith("_"):
            assert f"`{folder.name}/`" in page

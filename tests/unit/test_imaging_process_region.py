"""Names of outlines: a closed list in several languages; what is not in it is no region."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepatica.core.errors import UsageError
from hepatica.imaging.process.region import Name, read_rules


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Liver", Name("liver")),
        ("LEBER", Name("liver")),
        ("肝脏", Name("liver")),
        ("Liver reference", Name("reference")),
        ("Tumour T1", Name("tumour", "T1")),
        ("tumor_2", Name("tumour", "T2")),
        ("T1", Name("tumour", "T1")),
        ("HCC 12", Name("tumour", "T12")),
        ("Läsion NT2", Name("tumour", "NT2")),
        ("Lésion n° 3", Name("tumour", "T3")),
        ("N1", Name("tumour", "N1")),
        ("Tumor", Name("tumour")),
        ("Arteries of T1", Name("vessels", "T1")),
        ("Gefässe", Name("vessels")),
        ("Gefäße T2", Name("vessels", "T2")),
        ("Lipiodol", Name("lipiodol")),
        ("Aorta", Name("aorta")),
        ("Milz", Name("spleen")),
        ("Liver T1", None),
        ("Segment_1", None),
        ("", None),
        ("Gallbladder", None),
    ],
)
def test_a_label_is_a_region_only_by_the_list(label: str, name: Name | None) -> None:
    assert read_rules().name_of(label) == name


def test_the_tracking_identifier_is_the_lesions_before_the_label() -> None:
    assert read_rules().name_of("Tumour 1", tracking="NT4") == Name("tumour", "NT4")


def test_a_coded_meaning_decides_where_the_label_is_unknown() -> None:
    assert read_rules().name_of("Segment_1", code="Spleen") == Name("spleen")
    assert read_rules().name_of("Aorta", code="Liver") == Name("aorta")


def test_a_list_of_ones_own_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[liver]\nnames = ["hati"]\n')
    rules = read_rules(tmp_path / "r.toml")
    assert rules.name_of("Hati") == Name("liver")
    assert rules.name_of("Liver") is None


@pytest.mark.parametrize(
    "text",
    [
        "[liver\n",
        '[kidney]\nnames = ["kidney"]\n',
        '[liver]\nnames = ["a"]\n[spleen]\nnames = ["A"]\n',
        "liver = 3\n",
        '[liver]\nwords = ["liver"]\n',
    ],
)
def test_a_list_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(UsageError, match=r"r\.toml"):
        read_rules(tmp_path / "r.toml")


def test_choices_alone_leave_the_names(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[kinetics]\nmodel = "tofts"\nt10_s = 0.8\n')
    rules = read_rules(tmp_path / "r.toml")
    assert rules.choices == {"kinetics": {"model": "tofts", "t10_s": 0.8}}
    assert rules.name_of("Liver") == Name("liver")


@pytest.mark.parametrize("text", ['t10_s = "long"', "t10_s = -1", "t20_s = 0.8", "model = 3"])
def test_choices_that_are_none_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.toml").write_text(f"[kinetics]\n{text}\n")
    with pytest.raises(UsageError, match=r"r\.toml"):
        read_rules(tmp_path / "r.toml")

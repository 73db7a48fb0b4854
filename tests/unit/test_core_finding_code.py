"""The catalogue of findings: complete, worded, and the only source of levels."""

import re

import pytest

from hepatica.core.finding import Level, Place, has_error
from hepatica.core.finding_code import finding_codes, finding_of


def test_every_code_is_well_formed_and_says_how_to_mend() -> None:
    for code, entry in finding_codes().items():
        assert re.fullmatch(r"[RSLCAPI]\d{3}", code)
        assert entry.code == code
        assert entry.title and entry.means.endswith(".") and entry.mend.endswith(".")


def test_finding_takes_its_level_from_the_catalogue() -> None:
    place = Place("labs.xlsx", "Labs", 14, "", "D14")
    finding = finding_of("R004", place, found="'2016-03'", expected="a date", hint="imputed")
    assert finding.level is Level.NOTE
    assert (
        str(finding) == "labs.xlsx:Labs!D14 note R004: found '2016-03'; expected a date (imputed)"
    )
    assert not has_error([finding])
    assert has_error([finding_of("R001", place, found="x", expected="y")])
    with pytest.raises(KeyError):
        finding_of("R999", place, found="x", expected="y")

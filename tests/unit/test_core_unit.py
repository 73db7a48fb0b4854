"""Units: factors from molar masses, and spelling that does not matter."""

import pytest

from hepatica.core.unit import convert, factor_of, known_units, plain_unit
from hepatica.records.catalogue import catalogue
from hepatica.records.table import tables


@pytest.mark.parametrize(
    ("test", "value", "unit", "expected"),
    [
        # Worked examples of the eligibility reference, section 5.
        ("BILI", 2.0, "mg/dL", 34.21),
        ("BILI", 3.0, "mg/dL", 51.31),
        ("CREAT", 1.5, "mg/dL", 132.6),
        ("BUN", 20, "mg/dL", 7.14),
        ("UREA", 42.88, "mg/dL", 7.14),
        ("ALB", 2.8, "g/dL", 28.0),
        ("AFP", 330.5785, "IU/mL", 400.0),
        ("HGB", 6.206, "mmol/L", 100.0),
        ("GLUC", 160, "mg/dL", 8.88),
        ("CA", 11.5, "mg/dL", 2.87),
        ("PLAT", 50_000, "/uL", 50.0),
        ("PLAT", 50, "K/mm3", 50.0),
        # Temperature by definition: 212 F boils, -40 meets.
        ("TEMP", 212, "F", 100.0),
        ("TEMP", -40, "F", -40.0),
        ("WEIGHT", 100, "LB", 45.36),
        ("HEIGHT", 70, "IN", 177.8),
    ],
)
def test_worked_examples(test: str, value: float, unit: str, expected: float) -> None:
    converted = convert(value, test, unit)
    assert converted is not None
    assert converted[0] == pytest.approx(expected, abs=0.006)
    assert converted[1] == known_units()[test].unit


def test_molar_masses_give_the_factors() -> None:
    masses = {
        ("BILI", "mg/dL"): 1e4 / 584.66,
        ("CREAT", "mg/dL"): 1e4 / 113.12,
        ("BUN", "mg/dL"): 10 / 28.013,
        ("UREA", "mg/dL"): 10 / 60.056,
        ("URATE", "mg/dL"): 1e4 / 168.11,
        ("CHOL", "mg/dL"): 10 / 386.65,
        ("PHOS", "mg/dL"): 10 / 30.974,
        ("CA", "mg/dL"): 10 / 40.078,
    }
    for (test, unit), factor in masses.items():
        known = factor_of(test, unit)
        assert known is not None
        assert known.scale == pytest.approx(factor, rel=2e-4)


@pytest.mark.parametrize(
    "text",
    ["10^9/L", "x10^9/L", "×10⁹/L", "10E9/L", "10*9/L", "10**9/l", " 10 ^ 9 / L ", "GI/L", "G/L"],
)
def test_ways_to_write_a_count(text: str) -> None:
    assert convert(90.0, "PLAT", text) == (90.0, "10^9/L")


def test_micro_signs_are_one() -> None:
    assert {plain_unit(text) for text in ("µmol/L", "μmol/l", "umol/L")} == {"umol/l"}


def test_unknown_unit_and_unknown_test() -> None:
    assert convert(1.0, "BILI", "g/L") is None
    assert convert(1.0, "BILI", "") is None
    assert convert(1.0, "SOMETHING", "pg") == (1.0, "pg")
    assert factor_of("SOMETHING", "pg") is None
    assert convert(1.1, "INR", "") == (1.1, "1")


def test_every_test_of_the_catalogues_has_a_unit_and_a_range() -> None:
    for table in tables().values():
        for name in {column.catalogue for column in table.columns} - {""}:
            for code, test in catalogue(name).items():
                assert code in known_units()
                assert test.low < test.high
    for test_unit in known_units().values():
        assert test_unit.source
        assert any(factor.unit == test_unit.unit for factor in test_unit.factors.values())

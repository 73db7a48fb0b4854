"""The dose table and the re-dose rule of the dosing reference, every cell."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from hepatica.clinic.rules.dose import DoseRequest, RedoseRule, dose_order, policy, product
from hepatica.clinic.rules.dose.redose import weight_change_pct

VECTORS = tomllib.loads(
    (Path(__file__).parent / "dose.toml").read_text(encoding="utf-8"), parse_float=Decimal
)


def _printed(value: Decimal, digits: str) -> str:
    return str(value.quantize(Decimal(digits), ROUND_HALF_UP))


@pytest.mark.parametrize("row", VECTORS["row"], ids=lambda r: f"{r['kg']} kg")
def test_dose_table(row: dict[str, Any]) -> None:
    order = dose_order(product("bevacizumab"), DoseRequest(Decimal(row["kg"])))
    assert order.exact_mg == row["dose_mg"]
    assert order.chosen.volume_ml == row["drug_ml"]
    assert [count for _, count in order.chosen.vials.counts] == row["vials"]
    assert [size for size, _ in order.chosen.vials.counts] == [400, 100]
    assert order.chosen.vials.waste_mg == row["waste_mg"]
    low, high = order.lowest_volume_ml, order.highest_volume_ml
    assert [_printed(low, "0.1"), _printed(high, "0.1")] == row["volume_ml"]
    assert _printed(order.concentration_mg_ml, "0.01") == row["mg_ml"]
    assert order.within_range
    assert order.rate_ml_h == 200
    assert _printed(order.rate_ml_min, "0.01") == "3.33"
    for word, name in (("near_5", "nearest-100-5"), ("near_10", "nearest-100-10")):
        assert policy(name).rounded(order.exact_mg) == row.get(word), name


@pytest.mark.parametrize("row", VECTORS["redose"], ids=lambda r: f"{r['from_kg']}-{r['to_kg']}")
def test_redose_rule(row: dict[str, Any]) -> None:
    before, now = Decimal(row["from_kg"]), Decimal(row["to_kg"])
    assert _printed(weight_change_pct(now, before), "0.001") == row["percent"]
    for inclusive, expected in ((True, row["inclusive"]), (False, row["exclusive"])):
        assert RedoseRule(inclusive=inclusive).asks(now, before) is expected

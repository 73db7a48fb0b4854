"""Pharmacokinetics and regional advantage of the dosing reference, to the printed digits."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from hepatica.clinic.pharmacokinetics import (
    Infusion,
    Patient,
    auc_mg_day_l,
    concentration_mg_l,
    disposition,
    model,
)
from hepatica.clinic.regional_advantage import (
    Regional,
    selectivity,
    systemic_ratio,
    target_ratio,
)

VECTORS = tomllib.loads((Path(__file__).parent / "pk.toml").read_text(encoding="utf-8"))


def _like(value: float, printed: str) -> str:
    digits = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)  # type: ignore[arg-type]
    return str(Decimal(repr(float(value))).quantize(digits, ROUND_HALF_UP))


def _ids(row: dict[str, Any]) -> str:
    return f"{row['model']}-{row.get('sex', '')}-{row['weight_kg']}-{row.get('albumin_g_l', '')}"


@pytest.mark.parametrize("row", VECTORS["patient"], ids=_ids)
def test_two_compartment_models(row: dict[str, Any]) -> None:
    names = ("albumin_g_l", "alp_u_l")
    patient = Patient(row["weight_kg"], row.get("sex", ""), *(row.get(n) for n in names))
    own = disposition(model(row["model"]), patient)
    given = [Infusion(5 * row["weight_kg"], 0, 30)]
    end, day_14, day_28 = concentration_mg_l(own, given, [30 / 1440, 14, 28])
    found = {
        "clearance": own.clearance_l_day,
        "central": own.central_l,
        "half_life": own.half_life_days,
        "end": end,
        "day_14": day_14,
        "day_28": day_28,
        "auc": auc_mg_day_l(own, given),
    }
    assert {n: _like(v, row[n]) for n, v in found.items()} == {n: row[n] for n in found}


@pytest.mark.parametrize("row", VECTORS["ratio"], ids=lambda r: str(r["clearance_ml_min"]))
def test_target_ratio(row: dict[str, Any]) -> None:
    found = [target_ratio(row["clearance_ml_min"], flow) for flow in row["flows"]]
    assert [_like(v, p) for v, p in zip(found, row["target"], strict=True)] == row["target"]


def test_extraction_divides_the_ratios() -> None:
    # Rd = 1 + CL / (Q (1 - E)) by hand: 1 + 900 / (400 x 0.5) = 5.5, Rt = 0.5 + 2.25, Rs = 0.5
    assert target_ratio(900, 400, 0.5) == 2.75
    assert systemic_ratio(0.5) == 0.5
    assert selectivity(900, 400, 0.5) == 5.5


def test_first_pass_and_stasis() -> None:
    vectors = VECTORS["first_pass"]
    regions = [Regional(flow, 0.2064, 350, 30) for flow in vectors["flows"]]
    for region, printed in zip(regions, vectors["excess"], strict=True):
        assert _like(region.excess_mg_l, str(printed)) == str(printed)
    at_240, at_30 = regions[2], regions[0]
    assert _like(at_240.first_pass_auc_mg_day_l, vectors["auc_at_240"]) == vectors["auc_at_240"]
    share = 100 * at_240.first_pass_share
    assert _like(share, vectors["share_at_240_pct"]) == vectors["share_at_240_pct"]
    arrested = VECTORS["arrested"]
    for region, name in ((at_240, "mg_at_240"), (at_30, "mg_at_30")):
        assert _like(region.arrested_mg(10, 130.4), arrested[name]) == arrested[name]

"""The drug as it comes: vials, strength, the range it is diluted to (`products.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from hepatica.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Product:
    """One drug: sizes of vials from large to small, mg/mL, and what a request may plausibly hold.

    `plausible` holds the lowest and highest value by the name of the quantity.
    """

    name: str
    strength_mg_ml: Decimal
    vials_mg: tuple[Decimal, ...]
    lowest_mg_ml: Decimal
    highest_mg_ml: Decimal
    diluent: str
    never: str
    lowest_minutes: Decimal
    source: str
    status: str
    plausible: Mapping[str, tuple[Decimal, Decimal]]


@cache
def _products() -> dict[str, Product]:
    text = files("hepatica.clinic.rules.dose").joinpath("products.toml").read_text("utf-8")
    found = tomllib.loads(text, parse_float=Decimal)
    return {key: _product(block) for key, block in found.items()}


def _product(block: dict[str, object]) -> Product:
    plausible = block["plausible"]
    vials = block["vials_mg"]
    assert isinstance(plausible, dict) and isinstance(vials, list)
    return Product(
        name=str(block["name"]),
        strength_mg_ml=_decimal(block["strength_mg_ml"]),
        vials_mg=tuple(sorted((_decimal(size) for size in vials), reverse=True)),
        lowest_mg_ml=_decimal(block["lowest_mg_ml"]),
        highest_mg_ml=_decimal(block["highest_mg_ml"]),
        diluent=str(block["diluent"]),
        never=str(block["never"]),
        lowest_minutes=_decimal(block["lowest_minutes"]),
        source=str(block["source"]),
        status=str(block["status"]),
        plausible={
            name: (_decimal(limits[0]), _decimal(limits[1]))
            for name, limits in plausible.items()
            if isinstance(limits, list)
        },
    )


def _decimal(value: object) -> Decimal:
    assert isinstance(value, (int, Decimal)), value
    return Decimal(value)


def product_names() -> list[str]:
    """Names of the drugs there are, in small letters."""
    return list(_products())


def known_product(name: str) -> Product | None:
    """The drug of that name, however it is capitalised; None where it is not among the products."""
    return _products().get(name.strip().lower())


def product(name: str) -> Product:
    """The drug of that name.

    Raises      UsageError naming the drugs there are.
    """
    found = known_product(name)
    if found is None:
        raise UsageError(f"drug {name!r}: expected one of {', '.join(_products())}")
    return found

"""Dose of an infused drug: weight to milligrams, millilitres, vials, dilution and pump rate.

Sources
-------
EU SmPC of bevacizumab: vials, strength, range of concentration (`products.toml`). 5 mg/kg over 30
minutes into the tumour artery is the protocol of [zhang2021]; the label is intravenous, so every
output says "research calculation, off-label route".

The rule in one table
---------------------
==================  ================================================================
dose, mg            mg/kg x body weight, kg; a site's cap, then its rounding policy
volume of drug, mL  dose / 25
vials               those that cover the dose with the least waste, then the fewest
total volume, mL    dose / 16.5 to dose / 1.4, so that 1.4 to 16.5 mg/mL result
pump rate, mL/h     total volume x 60 / minutes
new dosing weight   where it differs from the old one by 10 % or more
==================  ================================================================
Every number is an exact decimal, so that 70 kg to 77.0 kg is 10 % and not a hair less. The text is
Python and not SQL because division of decimals in SQL engines is binary floating point.

Choices where the sources are silent
------------------------------------
- Vials: all combinations are tried; least waste, then fewest vials (our rule).
- Rounding: the nearest 100 mg within 5 % (as dose banding in the United Kingdom) or within 10 %
  (as US pharmacists round biologicals), both limits from memory and not confirmed; else the exact
  dose. Of two hundreds equally near the lower one is taken. Bands of a site are its own file: the
  published national bands for bevacizumab were not at hand.
- A cap is a site's rule, the label has none. A rounded dose never exceeds it.
- Re-dosing: 10 % is a published regimen note ("at least 10 %"), other texts say more than 10 %:
  `inclusive` chooses. Until a change is that large the dose of the old dosing weight stands.
- Doses are held or stopped for toxicity, never reduced (label): `holds.toml`.
"""

from hepatica.clinic.rules.dose.order import DoseOrder, DoseRequest, dose_order
from hepatica.clinic.rules.dose.product import Product, product
from hepatica.clinic.rules.dose.redose import RedoseRule
from hepatica.clinic.rules.dose.rounding import POLICIES, RoundingPolicy, policy, read_bands
from hepatica.clinic.rules.dose.vial import Vials, vials_for

__all__ = [
    "POLICIES",
    "DoseOrder",
    "DoseRequest",
    "Product",
    "RedoseRule",
    "RoundingPolicy",
    "Vials",
    "dose_order",
    "policy",
    "product",
    "read_bands",
    "vials_for",
]

"""Tracer models: what each one has for parameters, and its curve from them.

| model | curve of the tissue | parameters |
|---|---|---|
| tofts | Ktrans (Cp * exp(-kep t)), kep = Ktrans / ve | Ktrans, ve |
| etofts | the same, + vp Cp | Ktrans, ve, vp |
| patlak | PS integral of Cp + vp Cp | PS, vp |
| 2cxm | plasma and interstitium exchanging | Fp, PS, ve, vp |
| materne | k1a (Ca * exp(-k2 t)) + k1p (Cv * exp(-k2 t)) | k1a, k1p, k2 |

* is convolution; all rates per minute. Sources: [tofts1999] (tofts, etofts), [patlak1983],
[sourbron2011] (2cxm), [materne2000] (liver, dual input). Choices: Fp is per mL of tissue and min
inside, mL/100 mL/min outside; Ktrans of 2cxm is Fp PS / (Fp + PS). Equations are written from the
definitions of the compartments; the papers themselves were not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.imaging.kinetics.arterial_input import ArterialInput

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its word on the command line, its name, how many parameters a fit adjusts."""

    word: str
    name: str
    parameters: int
    quantities: tuple[str, ...]


MODELS = {
    model.word: model
    for model in (
        Model("tofts", "Tofts", 2, ("Ktrans", "ve")),
        Model("etofts", "extended Tofts", 3, ("Ktrans", "ve", "vp")),
        Model("patlak", "Patlak", 2, ("Ktrans", "ps", "vp")),
        Model("2cxm", "two-compartment exchange", 4, ("Ktrans", "ve", "vp", "ps", "fp")),
        Model("materne", "dual-input one-compartment liver (Materne)", 3, ("k1a", "k1p", "k2")),
    )
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two-compartment exchange: flow and PS per min, volumes as fractions."""

    fp_min: float
    ps_min: float
    ve: float
    vp: float

    def exponentials(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Amplitudes (per min) and rates (per min) of the impulse response.

        From vp dc/dt = Fp (Ca - c) - PS (c - e), ve de/dt = PS (c - e), tissue vp c + ve e.
        """
        total = (self.fp_min + self.ps_min) / self.vp + self.ps_min / self.ve
        product = self.fp_min * self.ps_min / (self.vp * self.ve)
        root = np.sqrt(max(0.25 * total * total - product, 0.0))
        fast = 0.5 * total + root
        slow = product / fast
        back = (self.ps_min / self.ve) * (self.vp + self.ve) / self.vp
        if fast == slow:
            return (self.fp_min, 0.0), (fast, slow)
        first = self.fp_min * (fast - back) / (fast - slow)
        return (first, self.fp_min - first), (fast, slow)


def tofts_mm(
    arterial: ArterialInput,
    at_s: Floats,
    *,
    ktrans_min: float,
    ve: float,
    vp: float = 0.0,
    delay_s: float = 0.0,
) -> Floats:
    """Tissue concentration of the Tofts model, extended where vp is not 0; (times,) in mM."""
    rate = np.array([ktrans_min / ve])
    plasma = vp * arterial.concentration(at_s, delay_s)
    return np.asarray(ktrans_min * arterial.convolved(rate, at_s, delay_s)[0] + plasma, float)


def patlak_mm(
    arterial: ArterialInput, at_s: Floats, *, ps_min: float, vp: float, delay_s: float = 0.0
) -> Floats:
    """Tissue concentration of the Patlak model, (times,) in mM."""
    integral = arterial.convolved(np.zeros(1), at_s, delay_s)[0]
    return np.asarray(ps_min * integral + vp * arterial.concentration(at_s, delay_s), float)


def exchange_mm(
    arterial: ArterialInput, at_s: Floats, exchange: Exchange, *, delay_s: float = 0.0
) -> Floats:
    """Tissue concentration of the two-compartment exchange model, (times,) in mM."""
    amplitudes, rates = exchange.exponentials()
    curves = arterial.convolved(np.asarray(rates), at_s, delay_s)
    return np.asarray(np.asarray(amplitudes) @ curves, float)


@dataclass(frozen=True, slots=True)
class Liver:
    """Dual-input one-compartment liver: inflow constants and outflow per min, delays in s."""

    k1a_min: float
    k1p_min: float
    k2_min: float
    arterial_delay_s: float = 0.0
    portal_delay_s: float = 0.0


def liver_mm(arterial: ArterialInput, portal: ArterialInput, at_s: Floats, liver: Liver) -> Floats:
    """Tissue concentration of the dual-input liver model, (times,) in mM; [materne2000]."""
    rate = np.array([liver.k2_min])
    from_artery = arterial.convolved(rate, at_s, liver.arterial_delay_s)[0]
    from_portal = portal.convolved(rate, at_s, liver.portal_delay_s)[0]
    return np.asarray(liver.k1a_min * from_artery + liver.k1p_min * from_portal, float)

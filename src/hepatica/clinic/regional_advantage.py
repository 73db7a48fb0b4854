"""What an infusion into the artery of an organ gains over one into a vein: for an antibody nothing.

With plasma flow Q through the region, single-pass extraction E and total-body clearance CL
[collins1984], [chen1980]:

    target   Rt = (1 - E) + CL / Q       concentration in the region, arterial over intravenous
    systemic Rs = 1 - E                  the same in the rest of the body
    ratio    Rd = Rt / Rs = 1 + CL / (Q (1 - E))

The form with E outside CL / Q is derived here; for E = 0 all agree on Rt = 1 + CL / Q. An antibody
is not extracted in one pass (E = 0) and its clearance is 0.1 to 0.2 mL/min against a flow of tens
to hundreds, so that Rt is 1.000 to 1.007: no gain. What is left where flow is arrested is worked
out only for a volume that the user states.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTES_A_DAY = 1440.0
NO_GAIN = "none: no pharmacokinetic gain from arterial infusion of this antibody"


def target_ratio(clearance_ml_min: float, flow_ml_min: float, extraction: float = 0.0) -> float:
    """Concentration in the region under arterial over that under intravenous infusion, Rt."""
    return (1 - extraction) + clearance_ml_min / flow_ml_min


def systemic_ratio(extraction: float = 0.0) -> float:
    """Concentration in the rest of the body under arterial over intravenous infusion, Rs."""
    return 1 - extraction


def selectivity(clearance_ml_min: float, flow_ml_min: float, extraction: float = 0.0) -> float:
    """Target over systemic ratio, Rd."""
    return target_ratio(clearance_ml_min, flow_ml_min, extraction) / systemic_ratio(extraction)


@dataclass(frozen=True, slots=True)
class Regional:
    """Arterial infusion of one dose into a region of one plasma flow, nothing extracted.

    `clearance_l_day` is the patient's, `systemic_auc_mg_day_l` that of the same dose.
    """

    flow_ml_min: float
    clearance_l_day: float
    dose_mg: float
    minutes: float

    @property
    def clearance_ml_min(self) -> float:
        """Total-body clearance in the unit of the flow."""
        return self.clearance_l_day * 1000 / MINUTES_A_DAY

    @property
    def target_ratio(self) -> float:
        """Rt."""
        return target_ratio(self.clearance_ml_min, self.flow_ml_min)

    @property
    def excess_mg_l(self) -> float:
        """Concentration above that of the blood while the infusion runs: rate over flow."""
        return self.dose_mg / self.minutes / self.flow_ml_min * 1000

    @property
    def first_pass_auc_mg_day_l(self) -> float:
        """Area under that excess: dose over flow."""
        return self.dose_mg / self.flow_ml_min * 1000 / MINUTES_A_DAY

    @property
    def first_pass_share(self) -> float:
        """That area as a share of the area in the blood: clearance over flow."""
        return self.clearance_ml_min / self.flow_ml_min

    def arrested_mg(self, plasma_ml: float, blood_mg_l: float) -> float:
        """Drug left in a stated plasma volume when its flow is arrested as the infusion ends."""
        return (self.excess_mg_l + blood_mg_l) * plasma_ml / 1000

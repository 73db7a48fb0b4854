"""True statements of papers that a check once took for an error, each reduced to its claims."""

from audit_paper import codes, paper_of

from hepatica.audit.arithmetic.eligibility import check_index_patient
from hepatica.audit.claim import EVERYONE, Bracket


def test_described_patient_of_one_arm_is_not_held_against_the_other() -> None:
    spread = {"variable": "age", "statistic": "median", "value": "60"}
    described = {"variable": "age", "statistic": "value", "value": "78", "denominator": "1"}
    paper = paper_of(
        {**spread, "population": "TACE", "bracket": Bracket("41", "70", "range")},
        {**described, "population": "index patient"},
        within={"TACE": EVERYONE, "control": EVERYONE},
    )
    assert codes(check_index_patient, paper) == []
    whole = paper_of(
        {**spread, "bracket": Bracket("41", "70", "range")},
        {**described, "population": "index patient"},
    )
    assert codes(check_index_patient, whole) == ["P147"]

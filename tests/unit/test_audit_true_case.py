"""True statements of papers that a check once took for an error, each reduced to its claims."""

from audit_paper import codes, paper_of, share

from hepatica.audit.arithmetic.eligibility import check_index_patient
from hepatica.audit.claim import EVERYONE, Bracket
from hepatica.audit.run import run_checks
from hepatica.audit.word import joined_levels
from hepatica.core.finding import Level


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


def test_joined_levels_hold_the_level_of_one_patient() -> None:
    rows = [
        share("ECOG-PS", "0-1", "7", "87.5", "8"),
        share("ECOG-PS", "2-3", "1", "12.5", "8"),
        share("BCLC", "B", "3", "37.5", "8"),
        {"variable": "ECOG-PS", "statistic": "value", "value": "3", "denominator": "1"},
    ]
    rows[-1]["population"] = "index patient"
    audit = run_checks(paper_of(*rows, sizes={EVERYONE: 8}), budget_seconds=20)
    assert audit.discrepancies == ()
    assert audit.search is not None
    assert audit.search.conflicts == ()


def test_levels_that_a_word_joins() -> None:
    told = {"0-1": "01", ">=2": "234", "<2": "01", "≤1": "01", "2": "2", "0 or 2": "02"}
    for word, levels in told.items():
        assert joined_levels("ECOG-PS", word) == tuple(levels)
    assert joined_levels("BCLC", "A-B") == joined_levels("BCLC", "A/B") == ("A", "B")
    assert joined_levels("cause", "hepatitis B/C") == ("hepatitis B/C",)
    assert joined_levels("AFP", ">=200 ng/mL") == (">=200 ng/mL",)


def contradictions(*rows: dict[str, object]) -> list[str]:
    audit = run_checks(paper_of(*rows, sizes={EVERYONE: 100}), budget_seconds=20)
    return [d.code for d in audit.discrepancies if d.level is Level.ERROR]


def test_a_patient_may_have_two_causes_and_levels_may_overlap() -> None:
    causes = {"hepatitis B": "60", "alcohol": "30", "hepatitis C": "20"}
    assert contradictions(*(share("cause", c, n, n, "100") for c, n in causes.items())) == []
    afp = {"<400 ng/mL": "60", ">=200 ng/mL": "70"}
    assert contradictions(*(share("AFP", c, n, n, "100") for c, n in afp.items())) == []
    sexes = {"female": "60", "male": "60"}
    assert "P301" in contradictions(*(share("sex", c, n, n, "100") for c, n in sexes.items()))


def criterion(variable: str, value: str) -> dict[str, object]:
    told = {"variable": variable, "statistic": "criterion", "value": value}
    return {**told, "population": "eligibility"}


def test_classes_with_points_or_a_substage_meet_the_criterion_of_their_letter() -> None:
    points = [share("Child-Pugh", c, n, n, "100") for c, n in (("A5", "70"), ("B7", "30"))]
    for text in ("A-B7", "A5-B7", "A/B", "A or B", "A-B"):
        assert contradictions(*points, criterion("Child-Pugh", text)) == [], text
    classes = [share("Child-Pugh", c, n, n, "100") for c, n in (("A", "70"), ("B", "30"))]
    assert contradictions(*classes, criterion("Child-Pugh", "A5-B7")) == []
    assert "P143" in contradictions(*classes, criterion("Child-Pugh", "A"))
    assert "P143" in contradictions(*points, criterion("Child-Pugh", "A5-A6"))
    stages = [share("BCLC", c, n, n, "100") for c, n in (("B2", "50"), ("C", "50"))]
    assert contradictions(*stages, criterion("BCLC", "B/C")) == []


def test_a_word_that_the_rules_do_not_know_is_no_other_level() -> None:
    rows = (share("cause", "hepatitis B", "100", "100", "100"), criterion("cause", "hepatitis"))
    assert contradictions(*rows) == []

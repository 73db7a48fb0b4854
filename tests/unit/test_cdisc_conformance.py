"""Conformance rules: a sound study passes all, and each rule tells the row that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from hepatica.clinic.dataset import Dataset, Variable, datasets
from hepatica.report.cdisc.conformance import MOST_EACH, check_conformance
from hepatica.report.cdisc.core_rule import core_rule_files, core_rules
from hepatica.report.cdisc.rule import rules
from hepatica.report.cdisc.submission import Submission

DAY = date(2016, 3, 2)


def declared(name: str, rows: list[dict[str, Any]], keys: tuple[str, ...]) -> Dataset:
    kinds = {str: "text", int: "integer", float: "number", date: "date"}
    names = list(dict.fromkeys(column for row in rows for column in row))
    types = {n: next(kinds[type(r[n])] for r in rows if r.get(n) is not None) for n in names}
    variables = tuple(Variable(n, types[n], f"Label of {n}", "") for n in names)
    return Dataset(name, f"Label of {name}", variables, keys)


def who(subject: str) -> dict[str, Any]:
    return {"STUDYID": "S", "USUBJID": f"S-{subject}", "SUBJID": subject}


ADSL = [
    {
        **who(s), "AGE": 60.0, "AGEU": "YEARS", "SEX": "M", "TRTSDT": DAY,
        "TRTEDT": DAY + timedelta(30), "SAFFL": "Y", "ITTFL": "Y", "ENRLFL": "Y",
        "RESPEVFL": "Y", "TRT01A": "BEVA", "DTHFL": "Y", "DTHDT": DAY + timedelta(200),
        "DTHCAUS": "HCC", "LSTALVDT": DAY + timedelta(190), "BLSCANDT": DAY - timedelta(3),
        "CUMDOSE": 300.0, "CUMDOSU": "mg",
    }
    for s in ("1", "2")
]  # fmt: skip


def seen(subject: str, days: int, aval: float, **more: Any) -> dict[str, Any]:
    day = DAY + timedelta(days)
    return {
        **who(subject), "ASEQ": days + 10, "PARCAT1": "mRECIST", "PARAMCD": "SVIAB",
        "PARAM": "Sum of viable diameters", "AVISIT": f"Day {days}", "AVISITN": float(days),
        "ADT": day, "ADY": days + (days >= 0), "AVAL": aval, "AVALC": f"{aval} mm", "AVALU": "mm",
        "BASE": 50.0, "ANRLO": 0.0, "ANRHI": 100.0, "ANRIND": "NORMAL", "SRCDOM": "measurements",
        "SRCVAR": "viable_mm", **more,
    }  # fmt: skip


ADTR = [
    row
    for s in ("1", "2")
    for row in (
        seen(s, -3, 50.0, ABLFL="Y", ANL01FL="Y"),
        seen(s, 40, 30.0, CHG=-20.0, PCHG=-40.0, NADIR=50.0, CHGNAD=-20.0, PCHGNAD=-40.0),
    )
]
ADRS = [{**who("1"), "ASEQ": 1, "PARAMCD": "OVR", "PARAM": "Overall response", "AVAL": 2.0,
         "AVALC": "PR", "ADT": DAY, "ADY": 1}]  # fmt: skip
ADTTE = [
    {
        **who(s), "PARAMCD": "OS", "PARAM": "Overall survival", "STARTDT": DAY, "ENTRYDT": DAY,
        "ADT": DAY + timedelta(100), "AVAL": 100.0, "AVALU": "DAYS", "CNSR": censored,
        "EVNTDESC": "Death" if not censored else "Alive",
        "CNSDTDSC": "Last known alive" if censored else None, "SRCDOM": "ADRS", "SRCSEQ": 1,
    }
    for s, censored in (("1", 0), ("1b", 1))
]  # fmt: skip
ADTTE[1] |= {**who("2"), "SRCDOM": "follow_up"}
ADAE = [
    {
        **who("1"), "AESEQ": n, "AETERM": term, "AEDECOD": term, "AEBODSYS": "Investigations",
        "AESER": "N", "AETOXGR": 2, "ASTDT": DAY + timedelta(n), "AENDT": DAY + timedelta(n + 4),
        "ASTDTF": "D" if n == 2 else None, "TRTEMFL": "Y", "AOCCPIFL": "Y",
        "AOCCSIFL": "Y" if n == 1 else None, "AOCCIFL": "Y" if n == 1 else None,
    }
    for n, term in ((1, "Fever"), (2, "Nausea"))
]  # fmt: skip
ADDV = [{**who("1"), "DVSEQ": 1, "DVTERM": "ECOG 3"}]
ADLB = [
    {
        **who("1"), "ASEQ": n, "PARAMCD": "ALT", "PARAM": "Alanine aminotransferase",
        "ADT": DAY + timedelta(n), "AVAL": 50.0 * n, "BNRIND": "NORMAL", "ANRIND": "HIGH",
        "SHIFT1": "NORMAL to HIGH", "ATOXGRL": 0, "ATOXGRH": n, "ATOXGR": n,
        "WORSTLFL": "Y" if n == 1 else None, "WORSTHFL": "Y" if n == 2 else None,
    }
    for n in (1, 2)
]  # fmt: skip
ADSV = [
    {
        **who("1"), "PARAMCD": "IMAGING", "PARAM": "Imaging", "AVISITN": float(n), "AVALC": done,
        "WINSTDT": DAY, "TGTSTDT": DAY + timedelta(3), "TGTENDT": DAY + timedelta(9),
        "WINENDT": DAY + timedelta(12), "ADT": DAY if done == "DONE" else None,
    }
    for n, done in ((1, "DONE"), (2, "MISSED"))
]  # fmt: skip
ADEX = [{**who("1"), "ASEQ": 1, "EXTRT": "Bevacizumab", "EXDOSE": 300.0}]
ROWS = {
    "ADSL": (ADSL, ("USUBJID",)),
    "ADTR": (ADTR, ("USUBJID", "PARAMCD", "ADT")),
    "ADRS": (ADRS, ("USUBJID", "ASEQ")),
    "ADTTE": (ADTTE, ("USUBJID", "PARAMCD")),
    "ADAE": (ADAE, ("USUBJID", "AESEQ")),
    "ADDV": (ADDV, ("USUBJID", "DVSEQ")),
    "ADLB": (ADLB, ("USUBJID", "ASEQ")),
    "ADSV": (ADSV, ("USUBJID", "PARAMCD", "AVISITN")),
    "ADEX": (ADEX, ("USUBJID", "ASEQ")),
}


@cache
def sound() -> Submission:
    datasets = {name: declared(name, rows, keys) for name, (rows, keys) in ROWS.items()}
    tables = {n: pa.Table.from_pylist(ROWS[n][0], datasets[n].schema()) for n in datasets}
    return Submission(datasets, tables)


def cell(dataset: str, variable: str, value: Any, row: int = 1) -> Submission:
    """The sound study with one cell changed; rows count from 1."""
    given = sound()
    rows = given.tables[dataset].to_pylist()
    rows[row - 1][variable] = value
    table = pa.Table.from_pylist(rows, given.declared[dataset].schema())
    return Submission(given.declared, {**given.tables, dataset: table})


def cells(dataset: str, row: int = 1, **values: Any) -> Submission:
    changed = sound()
    rows = changed.tables[dataset].to_pylist()
    rows[row - 1] |= values
    table = pa.Table.from_pylist(rows, changed.declared[dataset].schema())
    return Submission(changed.declared, {**changed.tables, dataset: table})


def renamed(dataset: str, /, **changed: Any) -> Submission:
    """The sound study with another declaration of a dataset."""
    given = sound()
    other = replace(given.declared[dataset], **changed)
    named = given.tables[dataset].rename_columns([v.name for v in other.variables])
    declared = {n: d for n, d in given.declared.items() if n != dataset}
    tables = {n: t for n, t in given.tables.items() if n != dataset}
    return Submission({**declared, other.name: other}, {**tables, other.name: named})


def variable(dataset: str, old: str, /, **changed: Any) -> Submission:
    variables = tuple(
        replace(v, **changed) if v.name == old else v for v in sound().declared[dataset].variables
    )
    return renamed(dataset, variables=variables)


def without(dataset: str, name: str = "") -> Submission:
    given = sound()
    if not name:
        declared = {n: d for n, d in given.declared.items() if n != dataset}
        return Submission(declared, {n: given.tables[n] for n in declared})
    other = given.declared[dataset]
    kept = replace(other, variables=tuple(v for v in other.variables if v.name != name))
    table = given.tables[dataset].drop_columns([name])
    return Submission({**given.declared, dataset: kept}, {**given.tables, dataset: table})


def alive_at_grade_5() -> Submission:
    alive = cells("ADSL", 1, DTHFL="N", DTHDT=None, DTHCAUS=None)
    return Submission(
        alive.declared, {**alive.tables, "ADAE": cell("ADAE", "AETOXGR", 5, 2).tables["ADAE"]}
    )


Broken = Callable[[], Submission]
LATE = DAY + timedelta(500)
EARLY = DAY - timedelta(500)
BROKEN: dict[int, tuple[Broken, str, int | None]] = {
    1: (lambda: renamed("ADDV", name="DEVIATE"), "DEVIATE", None),
    2: (lambda: renamed("ADDV", label="x" * 41), "ADDV", None),
    3: (lambda: variable("ADDV", "DVTERM", name="DVTERMLONG"), "ADDV", None),
    4: (lambda: variable("ADDV", "DVTERM", label="Größe"), "ADDV", None),
    5: (lambda: variable("ADDV", "DVSEQ", name="AVAL", type="integer"), "ADDV", None),
    6: (lambda: twice("ADDV"), "ADDV", None),
    7: (lambda: without("ADDV", "STUDYID"), "ADDV", None),
    8: (lambda: without("ADDV", "USUBJID"), "ADDV", None),
    9: (lambda: variable("ADTR", "AVISIT", name="VISDT"), "ADTR", None),
    10: (lambda: variable("ADAE", "AETOXGR", name="TOXFL"), "ADAE", None),
    11: (lambda: without("ADSL"), "ADSL", None),
    12: (lambda: without("ADRS", "PARAM"), "ADRS", None),
    13: (lambda: emptied("ADSL"), "ADSL", None),
    20: (lambda: cell("ADDV", "DVTERM", "x" * 201), "ADDV", 1),
    21: (lambda: cell("ADAE", "AETERM", "Übelkeit", 2), "ADAE", 2),
    22: (lambda: cell("ADAE", "AETERM", "Fever ", 1), "ADAE", 1),
    23: (lambda: cell("ADAE", "TRTEMFL", "YES", 2), "ADAE", 2),
    24: (lambda: cell("ADTR", "ANL01FL", "N", 2), "ADTR", 2),
    30: (lambda: cell("ADAE", "STUDYID", None, 2), "ADAE", 2),
    31: (lambda: cell("ADAE", "STUDYID", "T", 2), "ADAE", 2),
    32: (lambda: cell("ADAE", "USUBJID", None, 2), "ADAE", 2),
    33: (lambda: cell("ADDV", "USUBJID", "S-9"), "ADDV", 1),
    34: (lambda: cell("ADDV", "SUBJID", "2"), "ADDV", 1),
    35: (lambda: cell("ADTR", "ADT", DAY - timedelta(3), 2), "ADTR", 2),
    36: (lambda: cell("ADTR", "ASEQ", 7, 2), "ADTR", 2),
    37: (lambda: cell("ADAE", "AESEQ", 0, 2), "ADAE", 2),
    38: (lambda: cell("ADDV", "STUDYID", "T"), "ADDV", 1),
    40: (lambda: cells("ADSL", 2, **who("1")), "ADSL", 2),
    41: (lambda: cell("ADSL", "SAFFL", None, 2), "ADSL", 2),
    42: (lambda: cell("ADSL", "AGE", 130.0, 2), "ADSL", 2),
    43: (lambda: cell("ADSL", "AGEU", None, 2), "ADSL", 2),
    44: (lambda: cell("ADSL", "SEX", "X", 2), "ADSL", 2),
    45: (lambda: cell("ADSL", "TRTEDT", EARLY, 2), "ADSL", 2),
    46: (lambda: cell("ADSL", "TRTSDT", None, 1), "ADSL", 1),
    47: (lambda: cell("ADSL", "DTHFL", "N", 2), "ADSL", 2),
    48: (lambda: cell("ADSL", "DTHDT", EARLY, 2), "ADSL", 2),
    49: (lambda: cell("ADSL", "LSTALVDT", LATE, 2), "ADSL", 2),
    50: (lambda: cells("ADSL", 2, DTHFL=None, DTHDT=None), "ADSL", 2),
    51: (lambda: cell("ADSL", "TRT01A", None, 2), "ADSL", 2),
    52: (lambda: cell("ADSL", "ENRLFL", "N", 2), "ADSL", 2),
    53: (lambda: cell("ADSL", "ENRLFL", "N", 1), "ADSL", 1),
    54: (lambda: cell("ADSL", "BLSCANDT", LATE, 2), "ADSL", 2),
    55: (lambda: cell("ADSL", "CUMDOSU", None, 2), "ADSL", 2),
    56: (lambda: cell("ADSL", "DTHDT", None, 2), "ADSL", 2),
    60: (lambda: cell("ADTTE", "PARAMCD", None, 2), "ADTTE", 2),
    61: (lambda: cell("ADTTE", "PARAM", None, 2), "ADTTE", 2),
    62: (lambda: cell("ADTTE", "PARAMCD", "os", 2), "ADTTE", 2),
    63: (lambda: cell("ADTR", "PARAM", "Another", 2), "ADTR", 2),
    64: (lambda: cell("ADTR", "PARAMCD", "SDIAM", 2), "ADTR", 2),
    65: (lambda: cell("ADTR", "AVALC", "49 mm", 3), "ADTR", 3),
    66: (lambda: cell("ADTR", "AVALC", "50.0 mm", 2), "ADTR", 2),
    67: (lambda: cell("ADTR", "AVALU", "cm", 2), "ADTR", 2),
    68: (lambda: cell("ADRS", "ADY", 0), "ADRS", 1),
    69: (lambda: cell("ADTR", "ADY", -2, 1), "ADTR", 1),
    70: (lambda: cell("ADTR", "ABLFL", "Y", 2), "ADTR", 2),
    71: (lambda: cell("ADTR", "BASE", 51.0, 2), "ADTR", 2),
    72: (lambda: cell("ADTR", "AVAL", 51.0, 1), "ADTR", 1),
    73: (lambda: cell("ADTR", "ABLFL", None, 1), "ADTR", 1),
    74: (lambda: cell("ADTR", "CHG", -21.0, 2), "ADTR", 2),
    75: (lambda: cell("ADTR", "PCHG", -41.0, 2), "ADTR", 2),
    76: (lambda: cell("ADTR", "BASE", 0.0, 2), "ADTR", 2),
    77: (lambda: cell("ADTR", "CHGNAD", -21.0, 2), "ADTR", 2),
    78: (lambda: cell("ADTR", "NADIR", 0.0, 2), "ADTR", 2),
    79: (lambda: cell("ADTR", "ANRLO", 101.0, 2), "ADTR", 2),
    80: (lambda: cell("ADTR", "AVISIT", "Day one", 2), "ADTR", 2),
    81: (lambda: cell("ADTR", "ANRIND", "HIGH", 2), "ADTR", 2),
    90: (lambda: cell("ADTTE", "CNSR", -1, 2), "ADTTE", 2),
    91: (lambda: cell("ADTTE", "STARTDT", LATE, 2), "ADTTE", 2),
    92: (lambda: cell("ADTTE", "AVAL", -1.0, 2), "ADTTE", 2),
    93: (lambda: cell("ADTTE", "AVAL", 98.0, 2), "ADTTE", 2),
    94: (lambda: cell("ADTTE", "EVNTDESC", None, 2), "ADTTE", 2),
    95: (lambda: cell("ADTTE", "CNSDTDSC", "Last scan", 1), "ADTTE", 1),
    96: (lambda: cell("ADTTE", "CNSDTDSC", None, 2), "ADTTE", 2),
    97: (lambda: cells("ADTTE", 2, **who("1")), "ADTTE", 2),
    98: (lambda: cell("ADTTE", "ENTRYDT", EARLY, 2), "ADTTE", 2),
    99: (lambda: cell("ADTTE", "SRCSEQ", 8, 1), "ADTTE", 1),
    100: (lambda: cell("ADTR", "SRCDOM", None, 2), "ADTR", 2),
    101: (lambda: cell("ADTTE", "ADT", LATE, 2), "ADTTE", 2),
    110: (lambda: cell("ADAE", "AETERM", None, 2), "ADAE", 2),
    111: (lambda: cell("ADAE", "AEDECOD", None, 2), "ADAE", 2),
    112: (lambda: cell("ADAE", "AENDT", EARLY, 2), "ADAE", 2),
    113: (lambda: cell("ADAE", "AETOXGR", 6, 2), "ADAE", 2),
    114: (lambda: cell("ADAE", "AESER", "S", 2), "ADAE", 2),
    115: (lambda: cell("ADSL", "TRTSDT", None, 1), "ADAE", 2),
    116: (lambda: cell("ADAE", "ASTDT", EARLY, 1), "ADAE", 1),
    117: (lambda: cell("ADAE", "AEDECOD", "Fever", 2), "ADAE", 2),
    118: (lambda: cell("ADAE", "AOCCSIFL", "Y", 2), "ADAE", 2),
    119: (lambda: cell("ADAE", "AOCCIFL", "Y", 2), "ADAE", 2),
    120: (lambda: cell("ADAE", "ASTDTF", "H", 2), "ADAE", 2),
    121: (lambda: cell("ADDV", "DVTERM", None), "ADDV", 1),
    122: (lambda: cell("ADAE", "ASTDT", LATE, 1), "ADAE", 1),
    123: (alive_at_grade_5, "ADAE", 2),
    130: (lambda: cell("ADLB", "ATOXGRH", 5, 2), "ADLB", 2),
    131: (lambda: cell("ADLB", "WORSTLFL", "Y", 2), "ADLB", 2),
    132: (lambda: cell("ADLB", "WORSTHFL", "Y", 1), "ADLB", 1),
    133: (lambda: cell("ADLB", "SHIFT1", "HIGH to NORMAL", 2), "ADLB", 2),
    134: (lambda: cell("ADSV", "WINENDT", DAY, 2), "ADSV", 2),
    135: (lambda: cell("ADSV", "ADT", DAY, 2), "ADSV", 2),
    136: (lambda: cell("ADEX", "EXDOSE", -1.0), "ADEX", 1),
}


def emptied(dataset: str) -> Submission:
    given = sound()
    return Submission(given.declared, {**given.tables, dataset: given.tables[dataset].slice(0, 0)})


def twice(dataset: str) -> Submission:
    given = sound()
    other = given.declared[dataset]
    again = replace(other, variables=(*other.variables, other.variables[-1]))
    return Submission({**given.declared, dataset: again}, given.tables)


def test_the_sound_study_passes_every_rule_and_every_rule_runs() -> None:
    result = check_conformance(sound())
    assert result.violations == ()
    assert result.not_applicable == ()
    assert result.run == len(rules()) == len(result.passed)
    assert result.sound
    assert result.summary == (
        f"Conformance: {len(rules())} rules run, {len(rules())} passed, 0 failed, 0 not applicable."
    )


def test_every_rule_has_its_breach() -> None:
    assert [f"HEP-ADAM-{n:03d}" for n in BROKEN] == [rule.id for rule in rules()]
    assert len(rules()) >= 60


@pytest.mark.parametrize("number", BROKEN)
def test_a_rule_tells_the_row_that_breaks_it(number: int) -> None:
    make, dataset, row = BROKEN[number]
    key = f"HEP-ADAM-{number:03d}"
    result = check_conformance(make())
    assert key in result.failed
    told = {(v.dataset, v.row) for v in result.violations if v.rule.id == key}
    assert (dataset, row) in told
    rule = next(rule for rule in rules() if rule.id == key)
    assert result.sound is (
        rule.level == "warning" and all(v.rule.level == "warning" for v in result.violations)
    )
    finding = next(f for f in result.findings if key in f.found and f.place.file == dataset)
    assert finding.code == ("A020" if rule.level == "error" else "A021")
    assert finding.expected == rule.sentence.rstrip(".")


def test_nothing_to_run_is_never_a_pass() -> None:
    for result in (
        check_conformance(Submission({}, {})),
        check_conformance(sound(), ()),
        check_conformance(sound(), [r for r in rules() if r.id == "HEP-ADAM-999"]),
    ):
        assert (result.run, result.sound) == (0, False)
        assert [f.code for f in result.findings] == ["A022"]
        assert result.summary == "Conformance: no rule ran."


def test_a_dataset_without_rows_is_not_applicable() -> None:
    given = sound()
    empty = {name: table.slice(0, 0) for name, table in given.tables.items()}
    result = check_conformance(Submission(given.declared, empty))
    assert "HEP-ADAM-032" in result.not_applicable
    assert result.run == sum(rule.scope == "STUDY" for rule in rules())


def test_many_breaches_are_counted() -> None:
    given = sound()
    rows = ADAE * 100
    table = pa.Table.from_pylist(rows, given.declared["ADAE"].schema())
    result = check_conformance(Submission(given.declared, {**given.tables, "ADAE": table}))
    told = [f for f in result.findings if "HEP-ADAM-037" in f.found]
    assert len(told) == MOST_EACH
    assert told[-1].found == "a breach of HEP-ADAM-037, and 100 more such rows"


OPERATORS = {
    "equal_to", "not_equal_to", "empty", "non_empty", "greater_than", "greater_than_or_equal_to",
    "less_than", "less_than_or_equal_to", "longer_than", "is_not_contained_by",
    "is_not_unique_set", "is_inconsistent_across_dataset", "not_matches_regex", "not_exists",
    "has_different_values",
}  # fmt: skip


def items(check: dict[str, Any]) -> list[dict[str, Any]]:
    (kind,) = check
    assert kind in ("all", "any")
    return [one for part in check[kind] for one in (items(part) if "name" not in part else [part])]


def test_exported_rules_have_the_keys_of_the_core_schema() -> None:
    required = {"Authorities", "Check", "Core", "Description", "Outcome", "Executability"}
    required |= {"Rule Type", "Scope", "Sensitivity"}
    assert len(core_rules()) >= 50
    for key, document in core_rules().items():
        assert set(document) == required
        assert document["Core"] == {"Id": key, "Status": "Draft", "Version": "1"}
        assert set(document["Scope"]) <= {"Data Structures", "Subclasses"}
        for item in items(document["Check"]):
            assert item["operator"] in OPERATORS
            assert set(item) <= {"name", "operator", "value"}


def test_exported_rules_are_block_yaml() -> None:
    files = dict(core_rule_files())
    text = files["core-rules/HEP-ADAM-043.yml"].decode()
    assert '    - all:\n        - name: "AGE"\n          operator: "non_empty"\n' in text
    assert "\t" not in text


def test_every_declared_dataset_has_keys_among_its_variables() -> None:
    for name, dataset in datasets().items():
        assert dataset.keys, name
        assert {v.name for v in dataset.variables}.issuperset(dataset.keys), name

"""The reporting event: every number of the results table once, unrounded, and nothing dangling."""

import json
from datetime import date
from typing import Any

from hepatica.analysis.result import Result
from hepatica.report.cdisc.ars import ars_json
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

ROWS = (
    Result("baseline", "treated", "Age", "mean", 54.949999, unit="years", dataset="ADSL"),
    Result("response", "treated", "ORR", "estimate", 35.0, "mRECIST", level="confirmed",
           unit="percent", method="proportion", dataset="ADRS CBOR", clause="Methods"),
    Result("response", "treated", "ORR", "ci_low", 15.390920784, "mRECIST", level="confirmed",
           unit="percent", method="Clopper-Pearson", dataset="ADRS CBOR"),
    Result("survival", "treated", "OS", "estimate", None, group="A",
           unit="months", method="Kaplan-Meier", note="not reached", dataset="ADTTE OS"),
    Result("survival", "treated", "OS", "estimate", 9.25, group="B",
           unit="months", method="Kaplan-Meier", dataset="ADTTE OS"),
    Result("test", "treated", "OS", "p_value", 0.0004, method="log-rank", dataset="ADTTE OS"),
    Result("baseline", "treated", "Age", "mean", 1.0, unit="years", dataset="ADSL"),
)  # fmt: skip


def study(tmp_path: Any) -> Study:
    (tmp_path / "study.toml").write_text(protocol_text("beva-tace"), encoding="utf-8")
    return read_study(tmp_path)


def document(tmp_path: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(ars_json(study(tmp_path), ROWS))
    return loaded


def test_every_number_stands_once_and_unrounded(tmp_path: Any) -> None:
    told = [r for a in document(tmp_path)["analyses"] for r in a["results"]]
    assert len(told) == len(ROWS)
    raw = sorted(r["rawValue"] for r in told)
    assert raw == sorted("" if r.value is None else repr(r.value) for r in ROWS)
    formatted = {r["rawValue"]: r["formattedValue"] for r in told}
    assert formatted == {
        "54.949999": "54.9", "35.0": "35.0", "15.390920784": "15.4", "": "NE", "9.25": "9.3",
        "0.0004": "<0.001", "1.0": "1.0",
    }  # fmt: skip


def test_every_reference_resolves(tmp_path: Any) -> None:
    event = document(tmp_path)
    sets = {one["id"] for one in event["analysisSets"]}
    subsets = {one["id"] for one in event["dataSubsets"]}
    groupings = {one["id"] for one in event["analysisGroupings"]}
    operations = {m["id"]: {o["id"] for o in m["operations"]} for m in event["methods"]}
    assert len({a["id"] for a in event["analyses"]}) == len(event["analyses"])
    for analysis in event["analyses"]:
        assert analysis["analysisSetId"] in sets
        assert analysis.get("dataSubsetId", next(iter(subsets))) in subsets
        assert {g["groupingId"] for g in analysis["orderedGroupings"]} <= groupings
        assert {r["operationId"] for r in analysis["results"]} <= operations[analysis["methodId"]]
    items = event["mainListOfContents"]["contentsList"]["listItems"]
    assert [i["analysisId"] for i in items] == [a["id"] for a in event["analyses"]]
    assert [i["order"] for i in items] == list(range(1, len(items) + 1))


def test_what_an_analysis_says(tmp_path: Any) -> None:
    analyses = {a["id"]: a for a in document(tmp_path)["analyses"]}
    response = analyses["An_response_treated_mRECIST_ORR"]
    assert response["reason"] == {"controlledTerm": "SPECIFIED IN PROTOCOL"}
    assert (response["dataset"], response["variable"]) == ("ADRS", "AVAL")
    assert response["dataSubsetId"] == "Ds_ADRS_CBOR_mRECIST"
    survival = analyses["An_survival_treated_all_OS"]
    assert survival["purpose"] == {"controlledTerm": "PRIMARY OUTCOME MEASURE"}
    assert [r["resultGroups"] for r in survival["results"]] == [
        [{"groupingId": "Grp_group", "groupValue": "A"}],
        [{"groupingId": "Grp_group", "groupValue": "B"}],
    ]
    assert analyses["An_baseline_treated_all_Age"]["analysisSetId"] == "Pop_treated"
    assert "An_baseline_treated_all_Age_2" in analyses


def test_names_are_those_of_the_standard(tmp_path: Any) -> None:
    event = document(tmp_path)
    assert set(event) == {
        "id", "version", "name", "label", "mainListOfContents", "referenceDocuments",
        "analysisSets", "dataSubsets", "analysisGroupings", "methods", "analyses",
    }  # fmt: skip
    required = {"id", "version", "name", "reason", "purpose", "methodId", "results"}
    allowed = required | {"dataset", "variable", "analysisSetId", "dataSubsetId"}
    for analysis in event["analyses"]:
        assert required <= set(analysis) <= allowed | {"orderedGroupings"}
    treated = event["analysisSets"][0]
    clauses = treated["compoundExpression"]["whereClauses"]
    assert [c["condition"]["variable"] for c in clauses] == ["SAFFL", "ENRLFL"]
    assert clauses[0]["condition"]["comparator"] == "EQ"


def test_the_text_is_the_same_twice(tmp_path: Any) -> None:
    protocol = study(tmp_path)
    assert ars_json(protocol, ROWS) == ars_json(protocol, iter(ROWS))
    assert protocol.study.cutoff > date(2000, 1, 1)


def test_names_that_share_their_letters_keep_their_identifiers(tmp_path: Any) -> None:
    def made(*names: str) -> dict[str, str]:
        rows = [Result("ae", "treated", name, "n", 1.0, unit="patients") for name in names]
        event = json.loads(ars_json(study(tmp_path), rows))
        return {a["name"].split(", ")[1]: a["id"] for a in event["analyses"]}

    first = made("黄疸", "腹水", "Grade 3", "AFP < 400")
    other = made("AFP >= 400", "腹水", "黄疸", "Grade >= 3", "Grade 3", "AFP < 400")
    assert {name: other[name] for name in first} == first
    assert len(set(other.values())) == len(other)

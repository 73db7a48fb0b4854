"""Conformance rules in the YAML form of the CDISC CORE engine, for those who run it.

The keys are those of the engine's rule schema (cdisc-rules-engine, resources/schema/rule-merged);
only rules that its operators can say are exported. The organisation is our own, the status Draft.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hepatica.report.cdisc.rule import STRUCTURES, STUDY, Rule, rules

STANDARD = {"Name": "ADaMIG", "Version": "1.3"}

_SUBJECT = "SUBJECT LEVEL ANALYSIS DATASET"
_RECORD = "Record Data"
_PARTIAL = "Partially Executable - Possible Underreporting"


def core_rules() -> dict[str, dict[str, Any]]:
    """Rules that CORE can run, by our id, as plain values."""
    return {rule.id: _document(rule) for rule in rules() if rule.core}


def core_rule_files() -> tuple[tuple[str, bytes], ...]:
    """One YAML file a rule, under ``core-rules/``."""
    return tuple(
        (f"core-rules/{key}.yml", ("\n".join(_yaml(document)) + "\n").encode())
        for key, document in core_rules().items()
    )


def _document(rule: Rule) -> dict[str, Any]:
    check = {key: value for key, value in rule.core.items() if key not in ("type", "partial")}
    reference = {
        "Origin": "Hepatica Conformance Rules",
        "Rule Identifier": {"Id": rule.id, "Version": "1"},
        "Version": "1.0",
        "Criteria": {"Type": "Success", "Plain Language Expression": rule.sentence},
    }
    authority = {
        "Organization": "Hepatica",
        "Standards": [{**STANDARD, "References": [reference]}],
        "Category": {"OutputType": "Check"},
    }
    kind = rule.core.get("type", _RECORD)
    return {
        "Authorities": [authority],
        "Check": check,
        "Core": {"Id": rule.id, "Status": "Draft", "Version": "1"},
        "Description": f"Finds what departs from: {rule.sentence}",
        "Executability": _PARTIAL if rule.core.get("partial") else "Fully Executable",
        "Outcome": {
            "Message": rule.sentence,
            **({"Output Variables": list(rule.needs)} if rule.needs else {}),
        },
        "Rule Type": kind,
        "Scope": _scope(rule),
        "Sensitivity": "Record" if kind == _RECORD and rule.scope != STUDY else "Dataset",
    }


def _scope(rule: Rule) -> dict[str, Any]:
    if rule.scope == "ADSL":
        structure = _SUBJECT
    elif rule.scope == "TTE":
        structure = STRUCTURES["BDS"]
    else:
        structure = STRUCTURES.get(rule.scope, "ALL")
    scope: dict[str, Any] = {"Data Structures": {"Include": [structure]}}
    if rule.scope == "TTE":
        scope["Subclasses"] = {"Include": ["TIME-TO-EVENT"]}
    return scope


def _yaml(value: Mapping[str, Any] | Sequence[Any], indent: str = "") -> Iterator[str]:
    """Block YAML; every scalar in the quotes of JSON, which YAML 1.2 reads alike."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{indent}{key}:", item, indent)
    else:
        for item in value:
            yield from _item(item, indent)


def _entry(head: str, item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, (Mapping, list)):
        yield head
        yield from _yaml(item, indent + "  ")
    else:
        yield f"{head} {json.dumps(item, ensure_ascii=False)}"


def _item(item: Any, indent: str) -> Iterator[str]:
    if not isinstance(item, (Mapping, list)):
        yield f"{indent}- {json.dumps(item, ensure_ascii=False)}"
        return
    lines = list(_yaml(item, indent + "  "))
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]

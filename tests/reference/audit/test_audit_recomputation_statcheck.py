"""Results in a text, and p recomputed from them, are those of statcheck 1.6.0."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from reference_folder import reference_file

from hepatica.audit.recomputation import test_statistic as statcheck

FROZEN = json.loads(Path(__file__).with_name("statcheck.json").read_text(encoding="utf-8"))


def judged(text: str, *options: object) -> tuple[str, int, int]:
    one_tailed, alpha, at_alpha, zero = options
    rule = statcheck.Rule(bool(one_tailed), Fraction(str(alpha)), bool(at_alpha), bool(zero))
    (stated,) = statcheck.test_statistics(text)
    found = statcheck.recomputation(stated, rule)
    assert found.error is not None and found.decision_error is not None
    return f"{found.p:.10g}", int(found.error), int(found.decision_error)


@pytest.mark.parametrize("case", FROZEN["cases"], ids=lambda c: c[0])
def test_frozen_cases(case: list[object]) -> None:
    text, *options = case[:5]
    assert judged(str(text), *options) == tuple(case[5:])


@pytest.mark.parametrize("case", FROZEN["extraction"], ids=lambda c: c[0])
def test_frozen_extraction(case: list[object]) -> None:
    assert len(list(statcheck.test_statistics(str(case[0])))) == case[1]


def test_every_case_of_the_reference_file() -> None:
    with reference_file("statcheck.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            flags = (int(row[k]) for k in ("one_tailed", "p_equal_alpha_sig", "p_zero_error"))
            one_tailed, at_alpha, zero = flags
            found = judged(row["text"], one_tailed, row["alpha"], at_alpha, zero)
            expected = (
                row["recomputed_p"],
                row["recomputed_error"],
                row["recomputed_decision_error"],
            )
            assert tuple(map(str, found)) == expected, row["case_id"]
            for name, value in (
                ("expected_error", found[1]),
                ("expected_decision_error", found[2]),
            ):
                assert row[name] in {"", str(value)}, row["case_id"]


def test_every_text_of_the_extraction_file() -> None:
    with reference_file("statcheck_extraction.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found = list(statcheck.test_statistics(row["text"]))
            assert len(found) == int(row["expected_n_results"]), row["case_id"]


def test_a_bound_of_t_is_no_error_where_statcheck_says_so() -> None:
    """t = 0.85 on 28 df has p = .403 (R: 2*pt(-0.85, 28) = 0.4025), and is below 1."""
    (stated,) = statcheck.test_statistics("t(28) < 1, p = .40")
    assert statcheck.recomputation(stated).error is False
    (stated,) = statcheck.test_statistics("t(28) < 1, p = .10")
    assert statcheck.recomputation(stated).error is True

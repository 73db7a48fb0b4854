"""Parts of the reconstruction: days, livers, calendars, tumours, the rest, syndromes, files."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.data_set import Duration, Patient
from hepatica.audit.data_set_file import Account, data_set_text, read_data_set
from hepatica.audit.ensemble import spreads, unreported
from hepatica.audit.reconstruction.day import patient_days
from hepatica.audit.reconstruction.liver import class_of, in_band, liver
from hepatica.audit.reconstruction.named import told_values
from hepatica.audit.reconstruction.protocol import study_text
from hepatica.audit.reconstruction.rest import listed_levels, with_rest
from hepatica.audit.reconstruction.stream import stream
from hepatica.audit.reconstruction.syndrome import number_of_parts, with_syndromes
from hepatica.audit.reconstruction.timing import Terms, misfit, timing
from hepatica.audit.reconstruction.tumour import tumour
from hepatica.core.errors import Unreadable
from hepatica.core.finding import has_error
from hepatica.study.reader import check_text, read_study

MONTH = Fraction("30.4375")
PLACE = {"place": "Table 1", "quote": "as printed"}


def claim(identifier: str, variable: str, statistic: str, **more: object) -> Claim:
    return Claim(id=identifier, variable=variable, statistic=statistic, **PLACE, **more)  # type: ignore[arg-type]


def patients(*times: str) -> tuple[Patient, ...]:
    return tuple(Patient("all enrolled", {"OS": Duration(Fraction(t), True)}) for t in times)


# ------------------------------------------------------------------------------ days


def test_days_are_moved_until_a_median_at_the_edge_prints_as_claimed() -> None:
    # The midpoint of 9.1 and 9.2 months is 9.15, printed 9.2. The nearest days, 277 and 280, have
    # a midpoint of 278.5 days = 9.1499 months, printed 9.1: one of them must move.
    paper = Paper((claim("M", "OS", "median", value="9.2", unit="months"),))
    data = patients("9.1", "9.2")
    days = patient_days(paper, data, MONTH, ["M"])
    middle = sum(d["OS"] for d in days) / Fraction(2) / MONTH
    assert Fraction("9.15") <= middle <= Fraction("9.25")
    assert [abs(d["OS"] - e) for d, e in zip(days, (277, 280), strict=True)] in ([0, 1], [1, 0])


def test_weeks_are_weeks() -> None:
    paper = Paper((claim("M", "OS", "max", value="10", unit="weeks"),))
    assert patient_days(paper, patients("10"), MONTH, ["M"])[0]["OS"] == 70


# ------------------------------------------------------------------------------ liver


@pytest.mark.parametrize("named", ["A", "B", "C"])
@pytest.mark.parametrize("seed", range(12))
def test_a_liver_has_the_points_of_its_class(named: str, seed: int) -> None:
    told: list[str] = []
    made = liver({"Child-Pugh": named}, (), stream(seed, 1, "liver"), told.append)
    assert (class_of(made.points), told) == (named, [])


@pytest.mark.parametrize("seed", range(12))
def test_a_liver_meets_the_criteria_kept(seed: int) -> None:
    # By hand: bilirubin 1 point, INR 1, albumin at most 2: class B (7 to 9) needs 3 points or more
    # of ascites and encephalopathy together.
    limits = (
        claim("a", "albumin", "criterion", value=">=28", unit="g/L"),
        claim("b", "bilirubin", "criterion", value="<2", unit="mg/dL"),
        claim("i", "INR", "criterion", value="<1.7", unit="ratio"),
    )
    told: list[str] = []
    made = liver({"Child-Pugh": "B"}, limits, stream(seed, 1, "liver"), told.append)
    assert told == []
    assert made.albumin_g_l >= 28 and made.bilirubin_umol_l < 34.208 and made.inr < 1.7
    assert made.ascites != "none" or made.encephalopathy > 0


def test_a_class_that_the_criteria_forbid_is_told() -> None:
    limits = (
        claim("a", "albumin", "criterion", value=">=28", unit="g/L"),
        claim("b", "bilirubin", "criterion", value="<2", unit="mg/dL"),
        claim("i", "INR", "criterion", value="<1.7", unit="ratio"),
        claim("s", "encephalopathy/ascites/pleural effusion", "criterion", value="none"),
    )
    told: list[str] = []
    made = liver({"Child-Pugh": "B"}, limits, stream(1, 1, "liver"), told.append)
    assert class_of(made.points) == "B"
    assert len(told) == 1


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [("<200 ng/mL", 0, 200), (">=200 ng/mL", 200, 1e9), ("20-400", 20, 400)],
)
def test_a_value_lies_in_its_band(level: str, low: float, high: float) -> None:
    for seed in range(20):
        assert low <= in_band(level, (6.0, 9000.0), stream(seed, 1, "afp")) <= high


# ------------------------------------------------------------------------------ calendar, tumour


@given(
    st.sampled_from(["CR", "PR", "SD", "PD"]),
    st.integers(95, 700),
    st.booleans(),
    st.integers(1, 4),
    st.integers(0, 10_000),
)
def test_a_calendar_leaves_room_for_the_response(
    response: str, free: int, progressed: bool, sessions: int, seed: int
) -> None:
    seen = progressed or response == "PD"
    terms = Terms(response, free, seen, free + 90, True, sessions, True, 42, (21, 49))
    told: list[str] = []
    made = timing(terms, stream(seed, 1, "timing"), told.append)
    assert told == []
    assert made.scans[-1] == free and list(made.scans) == sorted(set(made.scans))
    assert made.progression == (free if seen else None)
    assert len(made.sessions) == sessions and made.sessions[-1] < made.end
    assert made.baseline_scan < made.sessions[0] < made.scans[0]
    before = made.scans[:-1] if seen else made.scans
    assert response != "SD" or any(day >= made.sd_from for day in before)
    assert response == "PD" or before
    assert response != "PD" or all(day < made.sd_from for day in before)
    values = {"best response": response, "tumour reduction": "yes" if response in "CRPR" else "no"}
    seen_by = tumour(values, made, stream(seed, 1, "tumour"), told.append)
    assert told == []
    sums = [sum(look.viable_mm) for look in seen_by.looks]
    # mRECIST, by hand: response 30 % below the baseline, complete without viable tumour.
    calm = sums[1:-1] if seen else sums[1:]
    least = min(calm, default=sums[0])
    read = "CR" if least == 0 else "PR" if 10 * least <= 7 * sums[0] else "SD"
    assert response in {read, "PD"}


def test_a_response_without_time_for_it_is_told() -> None:
    told: list[str] = []
    terms = Terms("SD", 30, True, 60, True, 1, True, 42, (21, 49))
    timing(terms, stream(1, 1, "timing"), told.append)
    assert told and "SD" in told[0]


# ------------------------------------------------------------------------------ the rest


def test_those_whom_no_claim_counts_are_none_of_those_counted() -> None:
    paper = Paper((claim("F", "sex", "percent", level="F", count="1", denominator="2"),))
    data = (Patient("all enrolled", {"sex": "F"}), Patient("all enrolled", {}))
    listed = listed_levels(paper, data)
    assert with_rest(data[1].values, listed, stream(1, 2, "rest"))["sex"] == "M"
    assert "ECOG-PS" not in with_rest({}, listed, stream(1, 2, "rest"))


def test_a_number_outside_the_band_that_is_counted() -> None:
    listed = {"AFP": frozenset({">=400 ng/mL"})}
    for seed in range(10):
        found = with_rest({}, listed, stream(seed, 1, "rest"))["AFP"]
        assert isinstance(found, Fraction) and found < 400


def test_the_patient_of_a_figure_is_found() -> None:
    told = claim("A", "age", "value", population="index", value="52", denominator="1")
    more = claim("B", "AFP", "value", population="index", value=">1000", denominator="1")
    data = tuple(Patient("all enrolled", {"age": Fraction(a)}) for a in (40, 52, 52))
    assert told_values(Paper((told, more)), data, ["A", "B"]) == {1: {"age": "52", "AFP": ">1000"}}


# ------------------------------------------------------------------------------ syndrome


def test_parts_are_dealt_to_those_with_the_syndrome(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(study_text(Paper(()), patients("5"), 1), encoding="utf-8")
    study = read_study(tmp_path)
    none = {"AE fever": "0", "AE nausea": "0", "AE postembolic syndrome": "0"}
    rows = [none | {"AE fever": "2"}, none | {"AE nausea": "1"}, none, none]
    rows[3] = none | {"AE postembolic syndrome": "1"}
    data = tuple(Patient("all enrolled", row) for row in rows)
    dealt = with_syndromes(Paper(()), data, study, 1, ())
    assert [number_of_parts(p.values, study) for p in dealt] == [0, 0, 0, 2]
    assert dealt[3].values["AE fever"] == "2" and dealt[3].values["AE nausea"] == "1"
    assert with_syndromes(Paper(()), dealt, study, 1, ()) == dealt


# ------------------------------------------------------------------------------ protocol, file


def test_a_protocol_made_from_claims_has_no_error() -> None:
    arms = {'A "quoted" arm': "all enrolled", "TACE": "all enrolled"}
    data = tuple(
        replace(p, population=name, values={**p.values, "AFP": "<20 ng/mL", "age": Fraction(50)})
        for name in arms
        for p in patients("5", "7")
    )
    text = study_text(Paper((), title='One "title"\nin two lines', within=arms), data, 3)
    findings = check_text(text)
    assert not has_error(findings), [str(f) for f in findings]
    assert 'procedure = "TACE"' in text and "ARM" in text


def test_a_data_set_is_read_back_as_it_was(tmp_path: Path) -> None:
    data = (
        Patient("arm", {"age": Fraction(1, 3), "sex": "F", "OS": Duration(Fraction(7, 2), True)}),
    )
    account = Account(7, ("C1",), ("C2",), (), ("a sentence",), "note")
    path = tmp_path / "data_set.json"
    path.write_text(data_set_text(data, account), encoding="utf-8")
    assert read_data_set(path) == (data, account)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"patients": 3}', '{"patients": [{"population": "a", "values": 1}]}']
)
def test_a_file_that_is_no_data_set_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "data_set.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable):
        read_data_set(path)


def test_a_fraction_without_a_denominator_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data_set.json"
    text = data_set_text((Patient("a", {"age": Fraction(1)}),), Account(1, ()))
    path.write_text(text.replace('"number": "1"', '"number": "1/0"'), encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(Unreadable):
        read_data_set(path)


# ------------------------------------------------------------------------------ ensemble


def test_unreported_numbers_by_hand() -> None:
    one = Patient("x", {"sex": "F", "best response": "PR", "age": Fraction(40)})
    two = Patient("y", {"sex": "M", "best response": "SD", "age": Fraction(50)})
    found = {(n.name, n.group): n.value for n in unreported((one, two))}
    assert found["objective response, %", ""] == 50
    assert found["objective response, %", "sex F"] == 100
    assert found["objective response, %", "y"] == 0
    assert found["mean, age", ""] == 45
    (spread,) = (
        s for s in spreads(((one, two), (one, one))) if (s.name, s.group) == ("mean, age", "")
    )
    assert (spread.low, spread.middle, spread.high, spread.count) == (40, 42.5, 45, 2)


def test_a_hazard_ratio_needs_events() -> None:
    def arm(name: str, *times: int, event: bool = True) -> tuple[Patient, ...]:
        return tuple(Patient(name, {"OS": Duration(Fraction(t), event)}) for t in times)

    found = {n.name: n.value for n in unreported((*arm("a", 1, 3), *arm("b", 2, 4)))}
    # Partial likelihood with h = HR of b: risk sets 2+2h, 1+2h, 1+h, h give 1 * h * 1 * h over
    # (2+2h)(1+2h)(1+h)h; its maximum solves 1/h = 2/(1+h) + 2/(1+2h).
    h = found["hazard ratio, OS"]
    assert h is not None
    assert 1 / h == pytest.approx(2 / (1 + h) + 2 / (1 + 2 * h))
    silent = (*arm("a", 1, 3, event=False), *arm("b", 2, 4, event=False))
    assert {n.name: n.value for n in unreported(silent)}["hazard ratio, OS"] is None


def test_a_bracket_that_is_an_interval_does_not_stop_the_days() -> None:
    interval = Bracket("2.1", "22.6", "ci")
    paper = Paper((claim("M", "OS", "median", value="9.2", unit="months", bracket=interval),))
    assert patient_days(paper, patients("9.2"), MONTH, ["M"])[0]["OS"] == 280


def test_what_the_calendar_cannot_bear_out_is_told() -> None:
    def calendar(response: str, free: int, seen: bool) -> str:
        terms = Terms(response, free, seen, 400, True, 1, True, 42, (21, 49))
        made = timing(terms, stream(1, 1, "timing"), lambda sentence: None)
        values = {"best response": response, "PFS": Duration(Fraction(free), True)}
        return misfit(made, values, {"PFS": free})

    assert calendar("SD", 200, True) == ""
    assert "best response of NE" in calendar("NE", 200, False)
    assert "PD without a progression" in calendar("PD", 200, False)

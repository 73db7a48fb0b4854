"""Taking knowledge away never makes a subject eligible: PASS comes from what is on record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.clinic.rules.eligibility.evaluation import evaluate
from hepatica.clinic.rules.eligibility.evidence import Event, Evidence, Fact
from hepatica.clinic.rules.eligibility.truth import Truth, Verdict, verdict
from hepatica.study.criterion import Expression

DAY = date(2020, 3, 31)
days = st.integers(0, 20).map(lambda n: DAY - timedelta(days=n))
window = st.integers(0, 20)


def _leaf(variable: str, signs: list[str], value: Any, unit: str = "") -> Any:
    return st.fixed_dictionaries(
        {
            "variable": st.just(variable),
            "comparator": st.sampled_from(signs),
            "value": value,
            "unit": st.just(unit),
            "window_days": window,
        }
    )


_ORDER = ["<", "<=", ">", ">="]
_leaves = st.one_of(
    _leaf("bilirubin_total", _ORDER, st.sampled_from([1.0, 2.0, 3.0]), "mg/dL"),
    _leaf("alt", _ORDER, st.sampled_from([1, 5]), "x ULN"),
    _leaf("ecog", ["in", "not-in"], st.just([0, 1, 2]), "score"),
    _leaf("ascites", ["==", "!="], st.just("none")),
    st.fixed_dictionaries(
        {
            "variable": st.sampled_from(["curable", "extensive_pvtt"]),
            "comparator": st.sampled_from(["is-true", "is-false"]),
            "window_days": window,
        }
    ),
    st.fixed_dictionaries(
        {
            "variable": st.just("gi_bleed"),
            "comparator": st.just("within-days"),
            "value": st.integers(1, 20),
            "unit": st.just("days"),
        }
    ),
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


@st.composite
def facts(draw: Any) -> dict[str, Fact]:
    def known(name: str, **more: Any) -> Fact:
        day = draw(days)
        return Fact(variable=name, on=day, earliest=day, latest=day, **more)

    sign = st.sampled_from(["", "<", ">"])
    unit = draw(st.sampled_from(["umol/L", "mg/dL"]))
    number = draw(st.integers(1, 60))
    limit = draw(st.sampled_from([None, Decimal(40)]))
    every = [
        known(
            "bilirubin_total", number=Decimal(number), unit=unit, test="BILI", operator=draw(sign)
        ),
        known(
            "alt",
            number=Decimal(draw(st.integers(1, 300))),
            unit="U/L",
            test="ALT",
            operator=draw(sign),
            upper_limit=limit,
        ),
        known("ecog", number=Decimal(draw(st.integers(0, 4))), unit="score"),
        known("ascites", code=draw(st.sampled_from(["none", "mild", "severe"]))),
        known("curable", flag=draw(st.booleans())),
        known("extensive_pvtt", flag=draw(st.booleans())),
    ]
    return {fact.variable: fact for fact in every}


@st.composite
def events(draw: Any) -> tuple[Event, ...]:
    def event(none: bool) -> Event:
        day = draw(days)
        until = min(DAY, day + timedelta(days=draw(st.integers(0, 5))))
        return Event(
            variable="gi_bleed",
            none=none,
            begin_from=day,
            begin_to=day,
            end_from=until,
            end_to=until,
        )

    return tuple(event(draw(st.booleans())) for _ in range(draw(st.integers(0, 3))))


def _truth(tree: Mapping[str, Any], known: dict[str, Fact], happened: tuple[Event, ...]) -> Truth:
    evidence = Evidence(subject="1", day=DAY, facts=known, events={"gi_bleed": happened})
    return evaluate(Expression.model_validate(tree), evidence).truth


def _less_known(full: Truth, less: Truth) -> bool:
    """Whether less knowledge said the same or nothing, and made no PASS of another verdict."""
    for inclusion in (True, False):
        before, after = verdict(full, inclusion=inclusion), verdict(less, inclusion=inclusion)
        if after is Verdict.PASS and before is not Verdict.PASS:
            return False
    return less in (full, Truth.UNKNOWN)


@given(_trees, facts(), events(), st.data())
@settings(max_examples=400, deadline=None)
def test_a_missing_value_never_makes_eligible(
    tree: dict[str, Any], known: dict[str, Fact], happened: tuple[Event, ...], data: Any
) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(known)), min_size=1))
    left = {name: fact for name, fact in known.items() if name not in gone}
    assert _less_known(_truth(tree, known, happened), _truth(tree, left, happened))


@given(_trees, facts(), events(), st.data())
@settings(max_examples=400, deadline=None)
def test_a_missing_part_of_a_record_never_makes_eligible(
    tree: dict[str, Any], known: dict[str, Fact], happened: tuple[Event, ...], data: Any
) -> None:
    name = data.draw(st.sampled_from(sorted(known)))
    blank = data.draw(
        st.sampled_from(
            [
                {"number": None, "code": None, "flag": None},
                {"upper_limit": None},
                {"unit": ""},
                {"on": None, "earliest": None, "latest": None},
                {"earliest": DAY - timedelta(days=30), "latest": DAY + timedelta(days=1)},
            ]
        )
    )
    left = known | {name: replace(known[name], **blank)}
    assert _less_known(_truth(tree, known, happened), _truth(tree, left, happened))


@given(_trees, facts(), events(), st.data())
@settings(max_examples=400, deadline=None)
def test_a_missing_day_of_an_event_never_makes_eligible(
    tree: dict[str, Any], known: dict[str, Fact], happened: tuple[Event, ...], data: Any
) -> None:
    blank = data.draw(
        st.sampled_from(
            [
                {"begin_from": None, "begin_to": None, "end_from": None, "end_to": None},
                {"end_from": None, "end_to": None},
            ]
        )
    )
    left = tuple(event if event.none else replace(event, **blank) for event in happened)
    assert _less_known(_truth(tree, known, happened), _truth(tree, known, left))


@given(_trees, facts(), events())
@settings(max_examples=200, deadline=None)
def test_without_any_record_nothing_passes(
    tree: dict[str, Any], known: dict[str, Fact], happened: tuple[Event, ...]
) -> None:
    del known, happened
    assert _truth(tree, {}, ()) is Truth.UNKNOWN

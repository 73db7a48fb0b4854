"""The study as a comparison sees it: results by what they are of, groups by the paper's names."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from hepatica.analysis.population import Group, Population, population
from hepatica.analysis.result import Analysis
from hepatica.audit.claim import EVERYONE
from hepatica.audit.word import is_adverse_event, known_variable
from hepatica.clinic.dataset import Adam
from hepatica.report.ledger import Item, Ledger
from hepatica.study import Study
from hepatica.workflow.manuscript.comparison import Fact

_FILLING = re.compile(r"\b(?:the|arm|group|cohort|patients|subjects)\b")

_EVERYONE = ("all", "all patients", "overall", "total", "all subjects")


@cache
def words() -> dict[str, dict[str, Any]]:
    """The table `claim_results.toml`: where a study keeps what a variable of claims means."""
    text = files("hepatica.workflow").joinpath("claim_results.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def word_of(variable: str) -> str:
    """The word of the table that a claim's variable means; its own word otherwise."""
    event = "AE " if is_adverse_event(variable) else ""
    bare = " ".join(variable.removeprefix(event).lower().split())
    known = words()["word"].get(bare)
    if known is not None and variable != "AE of any kind":
        return known if known.startswith("AE ") else event + str(known)
    return known_variable(variable)


def plain(text: str) -> str:
    """A name settled for comparing: lower case, single spaces, plain signs."""
    settled = text.lower().replace("≥", ">=").replace("≤", "<=").replace("–", "-")
    return " ".join(re.sub(r"\s*([<>]=?)\s*", r"\1", settled).split())


@dataclass(frozen=True, slots=True)
class Desk:
    """A study with its datasets and results, ready to be asked."""

    study: Study
    adam: Adam
    analysis: Analysis
    ledger: Ledger
    people: Population
    safety: Population

    def group(self, name: str, *, safety: bool = False) -> Group | None:
        """The patients that a paper's population name means; None where no group is named so."""
        people = self.safety if safety else self.people
        wanted = _bare(name)
        whole = self.study.population(people.id)
        everyone = {people.id, plain(whole.label), *_EVERYONE}
        if name == EVERYONE or plain(name) in everyone:
            return people.everyone
        for group in people.groups:
            if _bare(group.name) == wanted:
                return group
        column = "TRT01A" if safety else "TRT01P"
        if not people.groups and {_bare(r[column] or "") for r in people.everyone.rows} == {wanted}:
            return people.everyone
        return None

    def group_names(self) -> str:
        """The names that a claim's population may have, for a sentence."""
        return ", ".join((EVERYONE, *(g.name for g in self.people.groups)))


def desk_of(study: Study, adam: Adam, analysis: Analysis) -> Desk:
    """A desk with the analysis population by planned arm and the safety population by actual."""
    return Desk(
        study,
        adam,
        analysis,
        Ledger(analysis.results),
        population(study, adam, study.analysis.population),
        population(study, adam, study.analysis.safety_population, by="TRT01A"),
    )


def _bare(name: str) -> str:
    return " ".join(_FILLING.sub(" ", plain(name)).split())


def fact_of(item: Item, statistic: str, scale: int = 1) -> Fact | None:
    """One statistic of an item, times `scale`; None where it was never computed."""
    result = item.results.get(statistic)
    if result is None:
        return None
    exists = result.value is not None and math.isfinite(result.value)
    value = Fraction(result.value) * scale if exists and result.value is not None else None
    return Fact(
        value,
        result.unit,
        result.method,
        result.note,
        (result,),
        (item.rows[statistic],),
        result.subjects,
    )


def facts_of(item: Item, statistics: Iterable[str]) -> dict[str, Fact]:
    """Those of the statistics that the item has."""
    found = ((name, fact_of(item, name)) for name in statistics)
    return {name: fact for name, fact in found if fact is not None}


def share_facts(items: Iterable[Item], size: int, method: str = "") -> dict[str, Fact]:
    """Count, denominator and exact percentage of patients counted in disjoint items."""
    counts = [fact for item in items if (fact := fact_of(item, "n")) is not None]
    total = sum((fact.value for fact in counts if fact.value is not None), Fraction(0))
    shares = [fact for item in items if (fact := fact_of(item, "percent")) is not None]
    said = method or next((f.method for f in shares if f.method), "")
    results = tuple(r for f in counts for r in f.results)
    rows = tuple(r for f in counts for r in f.rows)
    subjects = tuple(s for f in counts for s in f.subjects)
    counted = next((f.method for f in counts if f.method), "")
    return {
        "count": Fact(total, "patients", counted, "", results, rows, subjects),
        "denominator": Fact(Fraction(size), "patients", "", "", (), (), ()),
        "percent": Fact(
            Fraction(100 * total, size) if size else None,
            "percent",
            said,
            "" if size else "no patients",
            tuple(r for f in shares for r in f.results),
            tuple(r for f in shares for r in f.rows),
            subjects,
        ),
    }

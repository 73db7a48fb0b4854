"""Who is analysed: the protocol's populations over ADSL, and the groups within them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepatica.clinic.dataset import Adam
from hepatica.study import Study

Row = Mapping[str, Any]
NO_ARM = "arm missing"


@dataclass(frozen=True, slots=True)
class Group:
    """The subjects of a population in one arm; `name` is '' for all of them."""

    name: str
    rows: tuple[Row, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Their identifiers, in order."""
        return tuple(row["SUBJID"] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Population:
    """A population of the protocol: everybody, and the arms where there are several.

    Subjects without an arm are a group of their own, `NO_ARM`, so that the groups add up.
    """

    id: str
    everyone: Group
    groups: tuple[Group, ...]

    @property
    def parts(self) -> tuple[Group, ...]:
        """All subjects, then each arm."""
        return (self.everyone, *self.groups)


# ADSL flags that are all Y in a population, by its definition.
FLAGS = {"treated": ("SAFFL", "ENRLFL"), "enrolled": ("ENRLFL",), "evaluable": ("RESPEVFL",)}


def population(study: Study, adam: Adam, population_id: str, *, by: str = "TRT01P") -> Population:
    """Subjects of a population by the flags of ADSL, split by arm where there is more than one.

    `by` is TRT01P, the treatment planned, or TRT01A, the treatment received (safety).

    Raises      UsageError where the protocol has no such population.
    """
    flags = FLAGS[study.population(population_id).definition]
    rows = tuple(r for r in adam["ADSL"].to_pylist() if all(r[f] == "Y" for f in flags))
    return Population(population_id, Group("", rows), _arms(rows, by))


def _arms(rows: Sequence[Row], by: str) -> tuple[Group, ...]:
    names = sorted({row[by] for row in rows if row[by]})
    if len(names) < 2:
        return ()
    found = [Group(n, tuple(r for r in rows if r[by] == n)) for n in names]
    if without := tuple(r for r in rows if not r[by]):
        found.append(Group(NO_ARM, without))
    return tuple(found)


def grouping(column: str, people: Population, main: Population) -> str:
    """Name of a grouping in the results: its column, and the population where it is another one.

    Without it the numbers of two populations would bear one name.
    """
    return column if people.id == main.id else f"{column} in {people.id}"

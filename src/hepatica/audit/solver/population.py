"""The populations of a paper as the solver sees them: leaves whose patients are counted apart."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.audit.claim import EVERYONE, OUTSIDE, Paper


@dataclass(frozen=True, slots=True)
class Populations:
    """`leaves` of every population with patients of their own; `persons` are single patients.

    A population that is made of arms is the sum of its arms, and of a rest where the arms are
    fewer patients than the whole.
    """

    sizes: dict[str, int]
    leaves: dict[str, tuple[str, ...]]
    persons: dict[str, str]

    def size(self, population: str) -> int:
        """How many patients the population has; 0 where the paper does not say."""
        return self.sizes.get(population, 0)

    def whole_of(self, person: str) -> str:
        """The population that a single patient belongs to."""
        return self.persons[person]


def populations_of(paper: Paper, *, presumed: bool = False) -> Populations:
    """The populations of a paper; what the paper gives no size is left out.

    That parts of a population share no patient is certain only where the paper compares all of
    them with each other. With `presumed` they share none wherever their sizes allow it, as wanted
    for a data set; else such parts stand for themselves.
    """
    compared = {name for claim in paper.claims for name in claim.between}
    persons = {
        name: paper.within.get(name, EVERYONE)
        for name in dict.fromkeys(claim.population for claim in paper.claims)
        if name not in OUTSIDE and _is_person(paper, name)
    }
    sizes = {name: size for name, size in paper.sizes.items() if name not in persons and size > 0}
    leaves: dict[str, tuple[str, ...]] = {}
    for name in list(sizes):
        arms = tuple(a for a in paper.arms(name) if a in sizes)
        missing = sizes[name] - sum(sizes[a] for a in arms)
        apart = presumed or len(arms) == 1 or set(arms) <= compared
        if not arms or not apart or missing < 0 or any(paper.arms(a) for a in arms):
            leaves[name] = (name,)
        elif missing:
            rest = f"{name}, not in an arm"
            sizes[rest] = missing
            leaves |= {rest: (rest,), name: (*arms, rest)}
        else:
            leaves[name] = arms
    return Populations(sizes, leaves, persons)


def _is_person(paper: Paper, name: str) -> bool:
    """A population of one patient, told value by value."""
    if name == EVERYONE or paper.sizes.get(name, 1) != 1:
        return False
    claims = list(paper.select(population=name))
    return bool(claims) and all(c.statistic in {"value", "text", "date"} for c in claims)

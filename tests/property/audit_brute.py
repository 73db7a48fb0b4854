"""Every data set of a tiny paper, which of its claims and rules each one satisfies, what follows.

The rules are stated here once more, patient by patient and without any count. Claims are computed
by `evaluation`, which knows nothing of the solver.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product

from hepatica.audit.claim import EVERYONE, Paper
from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.audit.evaluation import holds
from hepatica.audit.rule import rules

Row = Mapping[str, Value]
PLACE, RULE_WEIGHT = 10, {"identity": 100_000, "definition": 1_000, "guideline": 8, "plausible": 2}
# Another level than any that a rule or a claim names.
UNKNOWN = "unknown"
RESPONDED, CONTROLLED = {"CR", "PR"}, {"CR", "PR", "SD"}


def grade(row: Row, event: str) -> int:
    return int(str(row.get(event, "0")))


def pfs_before_os(row: Row) -> bool:
    first, last = row.get("PFS"), row.get("OS")
    both = isinstance(first, Duration) and isinstance(last, Duration)
    return not both or first.time <= last.time


# Each rule of one patient; a value that is not known breaks none but the definitions by response.
RULES: dict[str, Callable[[Row], bool]] = {
    "response.orr": lambda r: (r.get("ORR") == "yes") == (r.get("best response") in RESPONDED),
    "response.dcr": lambda r: (r.get("DCR") == "yes") == (r.get("best response") in CONTROLLED),
    "response.nested": lambda r: r.get("ORR") != "yes" or r.get("DCR") == "yes",
    "response.reduction": lambda r: (
        r.get("best response") not in RESPONDED or r.get("tumour reduction") == "yes"
    ),
    "stage.bclc-d": lambda r: r.get("ECOG-PS") not in {"3", "4"} or r.get("BCLC") in {UNKNOWN, "D"},
    "stage.bclc-early": lambda r: (
        r.get("BCLC") not in {"0", "A", "B"} or r.get("ECOG-PS") in {UNKNOWN, "0"}
    ),
    "toxicity.any": lambda r: grade(r, "AE of any kind") >= grade(r, "AE anaphylaxis"),
    "toxicity.grade-domain": lambda r: grade(r, "AE anaphylaxis") not in {1, 2},
    "time.pfs-os": pfs_before_os,
}
# The features that a rule needs before it says anything.
NEEDS = {
    "response.orr": {"best response", "ORR"},
    "response.dcr": {"best response", "DCR"},
    "response.nested": {"ORR", "DCR"},
    "response.reduction": {"best response", "tumour reduction"},
    "stage.bclc-d": {"ECOG-PS", "BCLC"},
    "stage.bclc-early": {"ECOG-PS", "BCLC"},
    "toxicity.any": {"AE anaphylaxis", "AE of any kind"},
    "toxicity.grade-domain": {"AE anaphylaxis"},
    "time.pfs-os": {"PFS", "OS"},
}


def data_sets(n: int, values: Mapping[str, Iterable[Value | None]]) -> Iterator[DataSet]:
    """Every data set of n patients, whatever their order."""
    rows = [
        {name: v for name, v in zip(values, row, strict=True) if v is not None}
        for row in product(*values.values())
    ]
    for chosen in combinations_with_replacement(range(len(rows)), n):
        yield tuple(Patient(EVERYONE, rows[i]) for i in chosen)


@dataclass(frozen=True)
class Truth:
    """What is true together: for every data set the members that hold of it, largest sets only."""

    members: tuple[str, ...]
    together: tuple[frozenset[str], ...]

    def stands(self, wanted: Iterable[str]) -> bool:
        """Tell whether one data set satisfies all that is wanted."""
        asked = frozenset(wanted)
        return any(asked <= held for held in self.together)

    def conflicts(self) -> set[frozenset[str]]:
        """Every minimal set of members that no data set satisfies."""
        found: set[frozenset[str]] = set()
        for size in range(1, len(self.members) + 1):
            for chosen in map(frozenset, combinations(self.members, size)):
                if not any(c <= chosen for c in found) and not self.stands(chosen):
                    found.add(chosen)
        return found

    def repairs(self) -> tuple[int, set[frozenset[str]]]:
        """The least weight to give up, and every set of that weight."""
        gone = {frozenset(self.members) - held for held in self.together}
        least = min(map(weight, gone), default=0)
        return least, {g for g in gone if weight(g) == least}


def weight(gone: Iterable[str]) -> int:
    return sum(RULE_WEIGHT[rules()[m].strength] if m in RULES else PLACE for m in gone)


def truth(paper: Paper, n: int, values: Mapping[str, Iterable[Value | None]]) -> Truth:
    """The claims and rules of a paper held against every data set with such values."""
    names = [r for r in RULES if NEEDS[r] <= set(values)]
    masks = set()
    for data_set in data_sets(n, values):
        held = {r for r in names if all(RULES[r](p.values) for p in data_set)}
        held |= {c.id for c in paper.claims if holds(c, data_set, paper)}
        masks.add(frozenset(held))
    largest = [m for m in masks if not any(m < other for other in masks)]
    return Truth((*(c.id for c in paper.claims), *names), tuple(largest))

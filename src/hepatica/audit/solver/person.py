"""Single patients that a paper describes: their values are brought together in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.audit.condition import satisfies
from hepatica.audit.data_set import Duration, Value
from hepatica.audit.solver.count_block import RESPONSE
from hepatica.audit.solver.population import Populations
from hepatica.audit.solver.statement import Seen

if TYPE_CHECKING:
    from hepatica.audit.solver.deal import Hand, Part

# Values that rules tie together move together.
_BUNDLES = (("ECOG-PS", "BCLC"), ("PFS", "TTP", "OS", RESPONSE, "tumour reduction"))
Row = dict[str, Value]


def deal_persons(hands: dict[str, Hand], part: Part, populations: Populations) -> None:
    """Swap values between patients until one patient has all that is told of the person."""
    wanted: dict[tuple[str, str], list[Seen]] = {}
    for atom, _ in part.model.each(Seen):
        assert isinstance(atom, Seen)
        wanted.setdefault((atom.person, atom.population), []).append(atom)
    for (_, population), atoms in wanted.items():
        rows = [row for leaf in populations.leaves[population] for row in hands[leaf].rows]
        if not rows:
            continue
        for bundle in _bundles(atoms):
            _bring(rows, bundle)


def _bundles(atoms: list[Seen]) -> list[list[Seen]]:
    """The atoms in groups whose values one patient must have together."""
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for atom in atoms:
        key = next((b for b in _BUNDLES if atom.variable in b), (atom.variable,))
        groups.setdefault(key, []).append(atom)
    return list(groups.values())


def _bring(rows: list[Row], atoms: list[Seen]) -> None:
    """Give the first row the values of a patient who has all of the group's."""
    holder = next((row for row in rows if all(_has(row, a) for a in atoms)), None)
    if holder is None:
        return
    bundle = next((b for b in _BUNDLES if atoms[0].variable in b), (atoms[0].variable,))
    first = rows[0]
    for name in bundle:
        here, there = first.pop(name, None), holder.pop(name, None)
        if there is not None:
            first[name] = there
        if here is not None:
            holder[name] = here


def _has(row: Row, atom: Seen) -> bool:
    value = row.get(atom.variable)
    if atom.level:
        # A told number lies in the band that can hold it: AFP >1000 in >=200.
        return isinstance(value, str) and satisfies(value, atom.level, atom.variable) is True
    number = value.time if isinstance(value, Duration) else value
    return not isinstance(number, str) and number is not None and atom.low <= number <= atom.high

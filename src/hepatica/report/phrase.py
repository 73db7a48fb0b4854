"""Names from the protocol and the datasets as words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from hepatica.report import number
from hepatica.study.vocabulary import analysis_variables

_WORD = re.compile(r"[A-Z][A-Z0-9]+")


def mid_sentence(text: str) -> str:
    """The text with a small first letter, but for a name or an abbreviation (Child-Pugh, AFP)."""
    first = text.partition(" ")[0]
    named = len(first) == 1 or first[1:] != first[1:].lower()
    return text if named or not text else text[0].lower() + text[1:]


def first_upper(text: str) -> str:
    """The text with a capital first letter and nothing else changed."""
    return text[:1].upper() + text[1:]


def term_text(text: str) -> str:
    """A model's term with each ADSL column called by its label, such as "Largest lesion > 50"."""
    known = analysis_variables()

    def label(match: re.Match[str]) -> str:
        variable = known.get(match.group())
        return variable.label if variable else match.group()

    return _WORD.sub(label, text).replace(" = ", ": ")


def group_split(group: str) -> tuple[str, str]:
    """What a group of the results splits by, and its level; an arm's name is its level."""
    by, sign, level = group.partition(" = ")
    return (by, level) if sign else ("Arm", group)


def splits(groups: Iterable[str]) -> tuple[str, ...]:
    """What some groups split by, each once; the arms once where they are also the column ARM."""
    found = dict.fromkeys(group_split(g)[0] for g in groups if g)
    if "ARM" in found:
        found.pop("Arm", None)
    return tuple(found)


def grouping_text(by: str) -> str:
    """Printed name of a grouping: the label of its ADSL column, or the name itself."""
    known = analysis_variables().get(by)
    return known.label if known else term_text(by)


def sized_heads(groups: Sequence[str], sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Column heads of groups ('' is everybody) with their size, such as "Placebo (n = 86)"."""
    return tuple(sized_groups(groups, sizes).values())


def sized_groups(groups: Sequence[str], sizes: Mapping[str, int]) -> dict[str, str]:
    """Printed name of each group with its size, by its name in the results."""
    return {
        g: f"{g or 'All patients'} (n\u00a0=\u00a0{number.count(sizes[g])})"
        if g in sizes
        else g or "All patients"
        for g in groups
    }


def group_text(group: str) -> str:
    """Printed name of a group, such as "Vascular invasion" and "No vascular invasion"."""
    by, level = group_split(group)
    if by in ("Arm", "ARM"):
        return level
    label = grouping_text(by)
    match level:
        case "Y":
            return label
        case "N":
            return f"No {mid_sentence(label)}"
        case _:
            return f"{label} {level}"

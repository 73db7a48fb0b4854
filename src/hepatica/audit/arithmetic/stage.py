"""BCLC stage against performance status and Child-Pugh class [reig2022].

Which stages a performance status or a class leaves is asked of the clinic's own rules
(`bclc_2018.sql`, `bclc_2022.sql`), over tumours of every kind. Patients whose status leaves only
some stages, and patients of other stages, cannot be the same: together they are at most all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import pyarrow as pa

from hepatica.audit.arithmetic.eligibility import enrolled
from hepatica.audit.arithmetic.level import separate
from hepatica.audit.arithmetic.reading import by_key, ids, is_share, sum_text, total
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.clinic.score import derive_score

STAGES = frozenset("0ABCD")
_COLUMNS = {"ECOG-PS": "ecog", "Child-Pugh": "child_pugh_class"}
_RULE = "stage.bclc-d"


@cache
def _stages() -> dict[tuple[str, str], frozenset[str]]:
    """The stages that each level of status and class leaves, whatever the tumour."""
    grid = {
        "lesion_number": (1, 3, 4),
        "largest_cm": (1.0, 3.0, 6.0),
        "vascular_invasion": (False, True),
        "extrahepatic_spread": (False, True),
        "ecog": (0, 1, 2, 3, 4),
        "child_pugh_class": ("A", "B", "C"),
        "ps_is_cancer_related": (True, False),
        "transplant_candidate": (False, True),
    }
    rows = list(product(*grid.values()))
    columns = dict(zip(grid, map(list, zip(*rows, strict=True)), strict=True))
    found: dict[tuple[str, str], set[str]] = {}
    for version in ("bclc-2018", "bclc-2022"):
        stage = derive_score(version, pa.table(columns)).outputs["stage"].to_pylist()
        for variable, column in _COLUMNS.items():
            for level, one in zip(columns[column], stage, strict=True):
                found.setdefault((variable, str(level)), set()).add(one)
    return {key: frozenset(s) for key, s in found.items()}


def check_stage(paper: Paper) -> Iterator[Outcome]:
    """Stages against status and class, population by population."""
    shares = [c for c in enrolled(paper) if is_share(c)]
    staged = by_key((c for c in shares if c.variable == "BCLC"), "population", "section")
    for variable in _COLUMNS:
        graded = by_key((c for c in shares if c.variable == variable), "population", "section")
        for (population, part), stages in staged.items():
            same = graded.get((population, part))
            size = paper.sizes.get(population)
            if same and size:
                yield from _held(variable, same, stages, size)


def _held(
    variable: str, graded: Sequence[Claim], stages: Sequence[Claim], size: int
) -> Iterator[Outcome]:
    for left in dict.fromkeys(_stages()[variable, c.level] for c in graded if _known(variable, c)):
        if left == STAGES:
            continue
        inside = [c for c in graded if _known(variable, c) and _stages()[variable, c.level] <= left]
        inside = separate(inside, variable)
        outside = separate([c for c in stages if c.level in STAGES - left], "BCLC")
        a, b = total(inside, size), total(outside, size)
        if a is None or b is None:
            continue
        levels = "/".join(c.level for c in inside)
        others = "/".join(c.level for c in outside)
        text = (
            f"{variable} {levels}: {sum_text(inside, size)}, all of stage "
            f"{'/'.join(sorted(left))}; stage {others}: {sum_text(outside, size)}; "
            f"{a[0]} + {b[0]} = {a[0] + b[0]} of {size} patients"
        )
        listed = [c for c in stages if c.level in left]
        everyone = ids([*inside, *outside, *listed])
        if a[0] + b[0] > size:
            rescue = ("another staging, or stage and status of different days",)
            tried = ("staging of 2018 and of 2022",)
            yield Discrepancy("P145", text, everyone, "[reig2022]", tried, rescue, (_RULE,))
        else:
            yield Passed("P145", text, everyone)


def _known(variable: str, claim: Claim) -> bool:
    return (variable, claim.level) in _stages()

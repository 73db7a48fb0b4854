"""Analysis datasets as they are submitted: blanks missing, long sentences in several variables.

Variables that hold sentences of Hepatica's own (`SENTENCES`) are spelled in ASCII by the fixed
list of `SIGNS`, and one of more than 200 characters goes on, between words, in a second variable:
REASON, REASON1, REASON2. Both are told by a note. Nothing else is changed; what else does not fit
a transport file is a finding there.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.dataset import Adam, Dataset, Variable, datasets
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.cdisc.transport import LABEL_CHARACTERS, TEXT_CHARACTERS

SENTENCES = {"REASON", "EXPECTED", "INPUTS", "DVTERM", "AVALTXT", "IETEST"}
SIGNS = {
    "≥": ">=", "≤": "<=", "≠": "<>", "±": "+/-", "×": "x", "−": "-", "–": "-", "—": "-",
    "→": "->", "µ": "u", "μ": "u", "°": " deg", "²": "2", "³": "3", "·": ".", "…": "...",
    "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ",
}  # fmt: skip

_NAME = 8
_SPELLED = str.maketrans(SIGNS)


@dataclass(frozen=True, slots=True)
class Submission:
    """Declarations and rows by name, in the order of declaration, and what was changed."""

    declared: Mapping[str, Dataset]
    tables: Mapping[str, pa.Table]
    findings: tuple[Finding, ...] = ()


def submission(adam: Adam) -> Submission:
    """The declared datasets of a study as they are submitted."""
    declared: dict[str, Dataset] = {}
    tables: dict[str, pa.Table] = {}
    findings: list[Finding] = []
    for name, dataset in datasets().items():
        if name in adam.tables:
            declared[name], tables[name], notes = _submitted(dataset, adam[name])
            findings += notes
    return Submission(declared, tables, tuple(findings))


def _submitted(dataset: Dataset, table: pa.Table) -> tuple[Dataset, pa.Table, list[Finding]]:
    variables: list[Variable] = []
    columns: list[pa.ChunkedArray] = []
    notes = []
    for variable in dataset.variables:
        column = table[variable.name]
        if variable.type == "text":
            column = pc.if_else(pc.equal(column, ""), None, column)
        if variable.name in SENTENCES and variable.type == "text":
            parts, changed = _parts(column)
            made = _continued(variable, len(parts))
            assert not {v.name for v in made[1:]} & {v.name for v in dataset.variables}
            variables += made
            columns += parts
            if changed:
                notes.append(_note(dataset.name, variable.name, changed))
        else:
            variables.append(variable)
            columns.append(column)
    arrays = dict(zip((v.name for v in variables), columns, strict=True))
    return replace(dataset, variables=tuple(variables)), pa.table(arrays), notes


def _parts(column: pa.ChunkedArray) -> tuple[list[pa.Array], int]:
    """The column as one or more columns of at most 200 characters, and how many values changed."""
    texts = column.to_pylist()
    known: dict[str, Sequence[str]] = {}
    for text in texts:
        if text is not None and text not in known:
            known[text] = _pieces(text)
    width = max((len(pieces) for pieces in known.values()), default=1)
    split = [known[text] if text is not None else () for text in texts]
    changed = sum(text is not None and known[text] != [text] for text in texts)
    parts = [
        pa.array([pieces[i] if i < len(pieces) else None for pieces in split], pa.string())
        for i in range(width)
    ]
    return parts, changed


def _pieces(text: str) -> Sequence[str]:
    spelled = text.translate(_SPELLED)
    if len(spelled) <= TEXT_CHARACTERS:
        return [spelled]
    return textwrap.wrap(spelled, TEXT_CHARACTERS, break_on_hyphens=False)


def _continued(variable: Variable, count: int) -> list[Variable]:
    """The variable and those that its sentences go on in: REASON, REASON1, REASON2."""
    return [variable] + [
        replace(
            variable,
            name=f"{variable.name[: _NAME - len(str(number))]}{number}",
            label=f"{variable.label[: LABEL_CHARACTERS - 12]}, continued {number}",
            derivation=f"{variable.name} where it is longer, continued",
        )
        for number in range(1, count)
    ]


def _note(dataset: str, variable: str, changed: int) -> Finding:
    return finding_of(
        "A015",
        Place(dataset, column=variable),
        found=f"{changed} sentence{'' if changed == 1 else 's'} with other signs or more length",
        expected=f"printable ASCII of at most {TEXT_CHARACTERS} characters",
        hint="signs are spelled, such as >= ; longer sentences go on in further variables",
    )

"""Which variable of a data set becomes which column of the records, and what cannot become any."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.audit.condition import parse_span
from hepatica.audit.data_set import DataSet
from hepatica.audit.word import is_adverse_event

# Row of Table 1: label, ADSL column, kind.
BASELINE = {
    "age": ("Age, years", "AGE", "continuous"),
    "sex": ("Sex", "SEX", "categorical"),
    "ECOG-PS": ("ECOG-PS", "ECOGBL", "categorical"),
    "Child-Pugh": ("Child-Pugh class", "CPCLASS", "categorical"),
    "BCLC": ("BCLC staging", "BCLC", "categorical"),
    "cause": ("Cause of HCC", "ETIOLOGY", "categorical"),
    "AFP": ("AFP value at baseline", "AFPBL", "banded"),
    "albumin": ("Albumin", "ALBBL", "continuous"),
    "bilirubin": ("Total bilirubin", "BILIBL", "continuous"),
    "prior TACE": ("Times of TACE", "NTACE", "continuous"),
    "prior surgery": ("Prior surgery", "PRSURGFL", "categorical"),
    "prior RFA": ("Prior RFA", "PRABLFL", "categorical"),
    "prior sorafenib": ("Prior sorafenib", "PRSORFL", "flag"),
    "prior other systemic chemotherapy": ("Prior other chemotherapy", "PRSYSTFL", "flag"),
    "vascular invasion": ("Macrovascular invasion", "VASCINV", "categorical"),
}
ELSEWHERE = frozenset(
    {"sessions", "INR", "platelets", "OS", "PFS", "TTP", "ORR", "DCR"}
    | {"treatment-related deaths", "best response", "tumour reduction", "macrovascular invasion"}
)


def uncarried(data_set: DataSet) -> tuple[str, ...]:
    """A sentence for each variable, or level of one, that no column of the records can hold."""
    names = dict.fromkeys(name for p in data_set for name in p.values)
    unknown = [n for n in names if n not in BASELINE and n not in ELSEWHERE]
    told = [
        f"{name}: no column of the records holds it"
        for name in unknown
        if not is_adverse_event(name)
    ]
    return (*told, *_strange_levels(data_set))


def _strange_levels(data_set: DataSet) -> Iterator[str]:
    ecog = {level for level in levels(data_set, "ECOG-PS") if not level.isdecimal()}
    for level in sorted(ecog):
        yield f"ECOG-PS {level}: a single score inside it is drawn for each patient"
    for level in sorted(levels(data_set, "AFP")):
        if parse_span(level) is None:
            yield f"AFP {level}: not a range of numbers; a value is drawn freely"
    for name, allowed in (("sex", "F M"), ("BCLC", "0 A B C D"), ("Child-Pugh", "A B C")):
        for level in sorted(levels(data_set, name) - set(allowed.split())):
            yield f"{name} {level}: not one of {allowed}; the records leave it open"


def levels(data_set: DataSet, variable: str) -> set[str]:
    """Levels of a category that some patient has."""
    values = (p.values.get(variable) for p in data_set)
    return {value for value in values if isinstance(value, str)}


def has(data_set: DataSet, variable: str) -> bool:
    """Tell whether any patient has a value of it."""
    return any(variable in p.values for p in data_set)

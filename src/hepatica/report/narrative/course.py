"""Results, first part: who took part, what they were like at baseline, what they received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.narrative.reference import References, bracketed
from hepatica.report.narrative.sentence import (
    Pieces,
    capital,
    counted,
    known,
    of_noun,
    paragraph,
    patients,
    pieces,
    series,
    share,
)
from hepatica.report.passage import Paragraph
from hepatica.report.phrase import mid_sentence
from hepatica.report.section.cell import range_cell
from hepatica.report.table import Cell
from hepatica.study import Study
from hepatica.study.plan import BaselineRow

_WERE = {
    "Enrolled": ("was enrolled", "were enrolled"),
    "Enrolled, not treated": ("was not treated", "were not treated"),
    "Treated": ("was treated", "were treated"),
    "With a baseline scan": ("had a baseline scan", "had a baseline scan"),
    "Evaluable for response": ("was evaluable for response", "were evaluable for response"),
}
_ENROLLED = (
    "Enrolled: all criteria pass",
    "Enrolled: a criterion fails",
    "Enrolled: not known",
)
_ENDS = {
    "Died": ("died", "died"),
    "Alive at last contact": ("was alive at last contact", "were alive at last contact"),
    "Lost to follow-up": ("was lost to follow-up", "were lost to follow-up"),
}


def course_paragraphs(
    ledger: Ledger, study: Study, refer: References, sizes: Mapping[str, int]
) -> Iterator[Paragraph | None]:
    """Participants, baseline and exposure; `sizes` are the patients of each group."""
    yield paragraph("Results", *_flow(ledger, refer), _eligible(ledger, refer))
    yield paragraph("", _baseline(ledger, study, refer, sizes.get("")))
    yield paragraph("", *_exposure(ledger, refer, sizes.get("")))


def _flow(ledger: Ledger, refer: References) -> Iterator[Pieces]:
    items = {i.variable: i for i in ledger.items("disposition") if not i.level}
    if not any(i.value("n") for i in items.values()):
        yield pieces("No patient is on record.")
        return
    screened, failed = items.get("Screened"), items.get("Not enrolled")
    if screened and failed and failed.value("n"):
        yield pieces(capital(of_noun(screened, "patient")), f" {_was(screened)} screened, ",
                     counted(failed), f" of whom {_was(failed)} not enrolled.")  # fmt: skip
    else:
        yield pieces("How many patients were screened is not recorded.")
    steps = [_told(items[name], *_WERE[name]) for name in _steps(items)]
    where = bracketed(refer.figure("flow"))
    yield pieces("Of the patients on record ", series(steps), where, ".") if steps else ()
    ends = [_told(items[name], *text) for name, text in _ENDS.items() if name in items]
    yield pieces("Of those treated ", series(ends), ".") if ends else ()
    therapy = items.get("New anticancer therapy")
    if therapy and known(therapy, "n"):
        who = of_noun(therapy, "patient")
        yield pieces("A new anticancer therapy is on record for ", who, ".")


def _eligible(ledger: Ledger, refer: References) -> Pieces:
    """Who of those enrolled the records show to be eligible."""
    items = [ledger.item("screening", variable="Flow", level=v) for v in _ENROLLED]
    passed, failed, unknown = (i if i is not None and known(i, "n") else None for i in items)
    if passed is None or failed is None or unknown is None:
        return ()
    return pieces("By the records, ", counted(passed), " of those enrolled met every eligibility "
                  "criterion, ", counted(failed), " failed at least one, and for ",
                  counted(unknown), " it is not known",
                  bracketed(refer.table("screening")), ".")  # fmt: skip


def _told(item: Item, one: str, many: str) -> Pieces:
    """A count with its verb: "1 was treated", "20 were treated", "none was treated"."""
    verb = one if item.value("n") in (0, 1) else many
    return pieces(counted(item), f" {verb}")


def _steps(items: dict[str, Item]) -> list[str]:
    """Steps with a count; none of those about scans where nobody had one on record."""
    found = [n for n in _WERE if known(items.get(n), "n")]
    return [n for n in found if items[n].value("n") or n in ("Enrolled", "Treated")]


def _was(item: Item) -> str:
    return "was" if item.value("n") in (0, 1) else "were"


def _baseline(ledger: Ledger, study: Study, refer: References, size: int | None) -> Pieces:
    parts = []
    grouped = groupby(study.analysis.baseline, key=lambda p: (p.result_variable, p.label))
    for _, plans in grouped:
        parts.append(_characteristic(ledger, next(plans)))
    told = series(parts, last="; ", between="; ")
    if not told:
        return ()
    who = "" if size is None else f"{patients(size)}; "
    head = f"At baseline ({who}numbers as median [range]): "
    return pieces(head, told, bracketed(refer.table("baseline")), ".")


def _characteristic(ledger: Ledger, plan: BaselineRow) -> Pieces:
    name = plan.result_variable
    label = mid_sentence((plan.label or name).split(",")[0])
    whole = ledger.item("baseline", variable=name, level="", group="")
    missing: Pieces = ()
    if whole is not None and whole.value("missing"):
        missing = pieces(" (missing in ", counted(whole, "missing"), ")")
    if plan.kind == "continuous":
        if whole is None or not known(whole, "median", "min", "max"):
            return ()
        unit = f" {plan.unit}" if plan.unit else ""
        return pieces(f"{label} ", range_cell(whole), unit, missing)
    found = [i for i in ledger.items("baseline", variable=name, group="") if i.level]
    levels = [pieces(f"{_level(i.level)} in ", share(i)) for i in found if known(i, "n")]
    return pieces(f"{label}: ", series(levels), missing) if levels else ()


def _level(level: str) -> str:
    return level.replace(">=", "\u2265").replace("<=", "\u2264")


def _exposure(ledger: Ledger, refer: References, size: int | None) -> Iterator[Pieces]:
    item = ledger.item("exposure", variable="Sessions", level="", group="")
    if item is not None and known(item, "N", "n", "median", "min", "max") and item.value("n"):
        mean: Pieces = ()
        if known(item, "mean"):
            shown = number.number(item.value("mean"))
            mean = pieces(", mean ", Cell(shown, item.rows_of("mean")))
        each = pieces("; per patient, median [range] ", range_cell(item), mean)
        were = (
            " of treatment was given to "
            if item.value("N") == 1
            else " of treatment were given to "
        )
        yield pieces("In all, ", of_noun(item, "session", "N"), were, _of_all(item, size), each,
                     bracketed(refer.table("exposure")), ".")  # fmt: skip
        if item.note and item.value("n") != size:
            yield pieces(f"{item.note}.")
    else:
        yield pieces("No treatment session is on record.")
    dose = ledger.item("exposure", variable="Cumulative dose", level="", group="")
    if dose is not None and known(dose, "n", "median", "min", "max"):
        unit = dose.results["median"].unit
        yield pieces("The cumulative dose of ", _of_all(dose, size), " was ", range_cell(dose),
                     f" {unit}, median [range].")  # fmt: skip
    elif dose is not None and dose.value("n") == 0:
        yield pieces("Doses are not recorded.")


def _of_all(item: Item, size: int | None) -> Pieces:
    """How many patients, and of how many where these are not all: "3 of 254 patients"."""
    if size is None or item.value("n") == size:
        return of_noun(item, "patient")
    return pieces(counted(item), f" of {patients(size)}")

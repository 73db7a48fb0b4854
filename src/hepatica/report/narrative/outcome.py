"""Results, second part: tumour response, survival, comparisons and adverse events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    words,
)
from hepatica.report.passage import Paragraph
from hepatica.report.phrase import first_upper, group_text, grouping_text, mid_sentence
from hepatica.report.section.cell import p_cell, probability_cell, ratio_cell, time_cell
from hepatica.report.section.comparison import model_term
from hepatica.report.table import Cell
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_RESPONSES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "NON-CR/NON-PD": "non-CR/non-PD",
    "PD": "progressive disease",
    "NE": "not evaluable",
    "MISSING": "no assessment",
}
# Only told of where there are any.
_SILENT = {"NON-CR/NON-PD", "NE", "MISSING"}


def response_paragraphs(
    ledger: Ledger, study: Study, refer: References
) -> Iterator[Paragraph | None]:
    """Best responses and rates: the study's own criterion for everybody and by arm, then others."""
    own = study.response.criterion
    if not ledger.items("response"):
        yield paragraph("", pieces("No tumour assessment is on record."))
        return
    where = bracketed(refer.table("response"), refer.figure("waterfall"))
    for group in ledger.words("response", "group", criterion=own):
        where = where if not group else bracketed(refer.table("response-arm"))
        sentences = (_best(ledger, study, own, group, where), *_rates(ledger, study, own, group))
        yield paragraph("", *sentences, _shrinkage(ledger, own, group))
    others = [c for c in ledger.words("response", "criterion", group="") if c != own]
    yield paragraph("", *(s for c in others for s in _rates(ledger, study, c, "")))


def survival_paragraphs(
    ledger: Ledger, study: Study, refer: References
) -> Iterator[Paragraph | None]:
    """Each time-to-event endpoint for everybody, then by its groups with their comparison.

    The exploratory endpoints share one paragraph.
    """
    further: list[Pieces] = []
    for endpoint in (e for e in study.endpoints if e.kind == "time-to-event"):
        groups = _groups(ledger, endpoint)
        told = [_curve(ledger, study, endpoint, group, refer) for group in groups]
        sentences = (*told[:1], *_follow_up(ledger, endpoint), *told[1:], *_tests(ledger, endpoint))
        if endpoint.role == "exploratory":
            further += sentences
        else:
            yield paragraph("", *sentences)
    yield paragraph("", *further)


def event_paragraphs(
    ledger: Ledger, refer: References, sizes: Mapping[str, int]
) -> Iterator[Paragraph | None]:
    """Adverse events: any, grade 3 or higher, and the most frequent; `sizes` of each group."""
    groups = dict.fromkeys(i.group for i in ledger.items("ae") if known(i, "n"))
    if not groups:
        said = "No adverse event is on record: nobody had one, or none was collected."
        yield paragraph("", pieces(said))
    for group in groups:
        where = bracketed(refer.table(f"ae-by-{group}" if group else "ae"))
        yield paragraph("", *_events(ledger, group, where, sizes.get(group)))


def _best(ledger: Ledger, study: Study, criterion: str, group: str, where: Pieces) -> Pieces:
    name = "CBOR" if study.response.confirmed_primary else "BOR"
    items = ledger.items("response", variable=name, criterion=criterion, group=group)
    whole = next((i for i in items if not i.level and i.value("N")), None)
    rank = list(_RESPONSES)
    found = [i for i in items if _counts(i)]
    found.sort(key=lambda i: rank.index(i.level))
    if whole is None or not found:
        return ()
    of_all = of_noun(whole, "patient", "N")
    kind = "confirmed" if study.response.confirmed_primary else "unconfirmed"
    levels = [pieces(f"{_RESPONSES[i.level]} in ", share(i)) for i in found]
    head = f"{group_text(group)}: the" if group else "The"
    return pieces(f"{head} best overall response by {criterion}, {kind}, of ", of_all,
                  " was ", series(levels), where, ".")  # fmt: skip


def _counts(item: Item) -> bool:
    if item.level not in _RESPONSES or not known(item, "n"):
        return False
    return bool(item.value("n")) or item.level not in _SILENT


def _rates(ledger: Ledger, study: Study, criterion: str, group: str) -> Iterator[Pieces]:
    level = number.level(study.conventions.conf_level)
    for e in (e for e in study.endpoints if e.kind == "proportion"):
        items = ledger.items("response", variable=e.id, criterion=criterion, group=group)
        for item in items:
            primary = item.level == ("confirmed" if study.response.confirmed_primary else "")
            own = criterion == study.response.criterion
            if not known(item, "n", "N", "estimate") or not (own or primary):
                continue
            confirmed = f"{item.level} " if item.level else ""
            name = f"The {confirmed}{mid_sentence(e.label)} by {criterion} was "
            limits = pieces(f" ({level} CI ", _limits(item), "; ")
            of_all = pieces(counted(item), " of ", of_noun(item, "patient", "N"), ").")
            yield pieces(name, _percent(item), limits, of_all)


def _percent(item: Item) -> Cell:
    return Cell(number.percent(item.value("estimate")), item.rows_of("estimate"))


def _limits(item: Item) -> Cell:
    text = number.interval(item.value("ci_low"), item.value("ci_high"))
    return Cell(text, item.rows_of("ci_low", "ci_high"))


def _shrinkage(ledger: Ledger, criterion: str, group: str) -> Pieces:
    where = {"criterion": criterion, "group": group}
    item = ledger.item("change", variable="Any shrinkage", **where)
    if item is None or not known(item, "n"):
        return ()
    return pieces("The target sum shrank in ", share(item), ".")


def _curve(
    ledger: Ledger, study: Study, endpoint: Endpoint, group: str, refer: References
) -> Pieces:
    where = {"variable": endpoint.id, "group": group}
    whole = ledger.item("survival", level="", **where)
    if whole is None or not known(whole, "n", "events"):
        return ()
    events = pieces(counted(whole, "events"), " of ", of_noun(whole, "patient"),
                    f" had an event ({words(endpoint.events, ' or ')})")  # fmt: skip
    parts = [events, _median(ledger, study, where)]
    if endpoint.role != "exploratory":
        parts.append(_landmarks(ledger, study, where))
    head = f"{endpoint.label} ({endpoint.id})" if not group else group_text(group)
    marks = bracketed(refer.tables_of("survival", endpoint.id), _figure(endpoint, refer))
    return pieces(first_upper(head), ": ", series(parts, last="; ", between="; "),
                  marks if not group else (), ".")  # fmt: skip


def _median(ledger: Ledger, study: Study, where: dict[str, str]) -> Pieces:
    item = ledger.item("survival", level="median", **where)
    if item is None or not item.has("estimate"):
        return ()
    unit = item.results["estimate"].unit or study.conventions.time_unit
    told = f" {unit}" if item.value("estimate") is not None else ""
    return pieces("the median was ", time_cell(item), told)


def _landmarks(ledger: Ledger, study: Study, where: dict[str, str]) -> Pieces:
    """Rates at the landmarks; none beyond the end of the curve, where no interval exists."""
    found = []
    for mark in study.analysis.landmarks_months:
        name = f"{number.plain(mark)} months"
        item = ledger.item("survival", level=name, **where)
        if item is not None and known(item, "estimate", "ci_low"):
            found.append(pieces(probability_cell(item), f" at {name}"))
    return pieces("free of the event, in percent, were ", series(found)) if found else ()


def _groups(ledger: Ledger, endpoint: Endpoint) -> list[str]:
    """Groups, each once: the arms may be there as such and as levels of the column ARM."""
    found = ledger.words("survival", "group", variable=endpoint.id)
    return list({group_text(g) if g else "": g for g in found}.values())


def _figure(endpoint: Endpoint, refer: References) -> Pieces:
    slug = "".join(c if c.isalnum() else "_" for c in endpoint.id.lower())
    return refer.figure(f"km_{slug}")


def _follow_up(ledger: Ledger, endpoint: Endpoint) -> Iterator[Pieces]:
    item = ledger.item("followup", variable=endpoint.id, level="median", group="")
    if item is None or not item.has("estimate"):
        return
    if item.value("estimate") is None:
        shown = pieces(Cell("not reached", item.rows_of("estimate")))
    else:
        shown = pieces(time_cell(item), f" {item.results['estimate'].unit}")
    yield pieces("The median follow-up by reverse Kaplan-Meier was ", shown, ".")


def _tests(ledger: Ledger, endpoint: Endpoint) -> Iterator[Pieces]:
    seen = set()
    for item in ledger.items("test", variable=endpoint.id):
        if item.has("hazard_ratio") and known(item, "hazard_ratio"):
            continue
        if not known(item, "p_value") or item.group.startswith("Cox model"):
            continue
        told = (grouping_text(item.group), item.level, item.value("p_value"))
        if told not in seen:
            seen.add(told)
            by = f" by {mid_sentence(grouping_text(item.group))}" if item.group else ""
            p = p_cell(item)
            sign = "" if p.text[0] in "<>" else "= "
            name = first_upper(item.level or item.first.method)
            yield pieces(f"{name} test{by}: P {sign}", p, ".")
    for item in ledger.items("test", variable=endpoint.id):
        if known(item, "hazard_ratio"):
            yield _hazard(item)


def _hazard(item: Item) -> Pieces:
    sign = "" if p_cell(item).text[:1] in "<>" else "= "
    p = pieces(f", P {sign}", p_cell(item)) if known(item, "p_value") else ()
    return pieces(f"{item.group}, hazard ratio of {_term(item)}: ",
                  ratio_cell(item), p, ".")  # fmt: skip


def _term(item: Item) -> str:
    """A term as a name in a sentence, such as "arm (A against B)"."""
    name, sign, levels = model_term(item).partition(": ")
    name = mid_sentence(name)
    return f"{name} ({levels})" if sign else name


def _events(ledger: Ledger, group: str, where: Pieces, size: int | None) -> Iterator[Pieces]:
    terms = ledger.words("ae", "variable", group=group)
    who = "" if size is None else f" ({patients(size)})"
    head = f"{group_text(group) if group else 'Adverse events'}{who}: "
    whole = terms[0] if terms and terms[0].lower().startswith("any") else ""
    if whole:
        item = {i.level: i for i in ledger.items("ae", variable=whole, group=group)}
        parts = [
            pieces(f"{text} in ", share(item[level]))
            for level, text in (
                ("any grade", "at least one occurred"),
                ("grade >= 3", "one of grade 3 or higher"),
            )
            if level in item and known(item[level], "n")
        ]
        yield pieces(capital(pieces(head, series(parts))), where, ".") if parts else ()
    yield _frequent(ledger, group, [t for t in terms if t != whole])


def _frequent(ledger: Ledger, group: str, terms: list[str]) -> Pieces:
    items = [ledger.item("ae", variable=t, level="any grade", group=group) for t in terms]
    found = [i for i in items if i is not None and i.value("n")]
    found.sort(key=lambda i: -(i.value("n") or 0))
    parts = [pieces(f"{mid_sentence(i.variable)} in ", share(i)) for i in found[:5]]
    return pieces("Most frequent: ", series(parts), ".") if parts else ()

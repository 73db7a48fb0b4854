"""Liver safety: Hy's law, liver failure, shifts of scores and of liver tests, deaths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hepatica.analysis.laboratory import MISSING
from hepatica.analysis.liver import FLAGS, RISE, SCORES
from hepatica.clinic.rules.liver.limit import limits
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper, sized_heads
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.section.laboratory import liver_shift_table
from hepatica.report.table import Cell, Line, Table


def liver_tables(ledger: Ledger, sizes: Mapping[str, int]) -> tuple[Table, ...]:
    """Liver injury and failure by arm, shifts of scores, shifts of liver tests."""
    return (_flags(ledger, sizes), _scores(ledger), liver_shift_table(ledger))


def death_table(ledger: Ledger, sizes: Mapping[str, int]) -> Table:
    """Deaths by time since the last treatment and by relation, for each arm."""
    groups = ledger.words("safety", "group", criterion="deaths")
    levels = ledger.words("safety", "level", criterion="deaths")

    def cell(level: str, group: str) -> Cell:
        item = ledger.item("safety", criterion="deaths", group=group, level=level)
        return share_cell(item) if item and item.has("percent") else count_cell(item)

    return Table(
        key="deaths",
        title="Deaths, n (%)",
        stub="",
        columns=sized_heads(groups, sizes),
        lines=tuple(
            Line("All deaths" if v == "all" else first_upper(v), tuple(cell(v, g) for g in groups))
            for v in levels
        ),
        footnotes=(
            "Days since the last treatment. Related: a fatal event says so; not related: "
            "every fatal event denies it; unknown: no fatal event states its relation. A cause of "
            "death is not interpreted.",
        ),
    )


def _flags(ledger: Ledger, sizes: Mapping[str, int]) -> Table:
    groups = ledger.words("safety", "group", criterion="liver")
    lines: list[Line] = []
    for words in (*FLAGS.values(), RISE):
        assessed = _item(ledger, words, "assessed", "")
        if assessed is None or not assessed.value("n"):
            lines.append(
                Line(f"{words}: not assessable in anybody", _unknown(ledger, words, groups))
            )
            continue
        met = tuple(share_cell(_item(ledger, words, "met", g)) for g in groups)
        lines.append(Line(f"{words}, n (%) of the assessed", met))
        lines.append(Line("Not assessable", _unknown(ledger, words, groups), depth=1))
    numbers = {name: row["number"] for name, row in limits().items()}
    return Table(
        key="liver-injury",
        title="Liver injury and failure after the first treatment",
        stub="",
        columns=sized_heads(groups, sizes),
        lines=tuple(lines),
        footnotes=(_law(numbers), _failure(numbers)),
    )


def _law(numbers: Mapping[str, str]) -> str:
    return (
        f"Hy's law: ALT or AST ≥{numbers['transaminase_uln']} x ULN, bilirubin "
        f">{numbers['bilirubin_uln']} x ULN within {numbers['pair_days']} days, alkaline "
        f"phosphatase <{numbers['phosphatase_uln']} x ULN that day; after an abnormal baseline, "
        f">{numbers['transaminase_base']} x and >{numbers['bilirubin_base']} x baseline. Other "
        "causes, embolization and tumour among them, are not excluded."
    )


def _failure(numbers: Mapping[str, str]) -> str:
    return (
        f"Acute liver failure: INR ≥{numbers['inr']} with new or worse encephalopathy; "
        "acute-on-chronic: bilirubin ≥5 mg/dL and INR "
        f"≥{numbers['inr']} with new or worse ascites or encephalopathy within "
        f"{numbers['aclf_days']} days."
    )


def _unknown(ledger: Ledger, words: str, groups: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(count_cell(_item(ledger, words, "unknown", g)) for g in groups)


def _item(ledger: Ledger, words: str, level: str, group: str) -> Item | None:
    return ledger.item("safety", criterion="liver", variable=words, level=level, group=group)


def _scores(ledger: Ledger) -> Table:
    ends = {name: (*levels, MISSING) for name, (_, levels) in SCORES.items()}
    lines: list[Line] = []
    for name, levels in ends.items():
        found = [_score_line(ledger, name, start, levels) for start in levels]
        if shown := [line for line in found if any(c.text not in ("", "0") for c in line.cells)]:
            lines += [Line(name), *shown]
    return Table(
        key="liver-scores",
        title="Child-Pugh class and ALBI grade: baseline to worst",
        stub="Baseline",
        columns=("Worst A or 1", "Worst B or 2", "Worst C or 3", "None derived after"),
        lines=tuple(lines),
        footnotes=("Derived scores, worst after the first treatment; each patient once.",),
    )


def _score_line(ledger: Ledger, name: str, start: str, levels: Sequence[str]) -> Line:
    cells = tuple(
        count_cell(
            ledger.item(
                "safety", criterion="shift", variable=name, level=f"{start} to {end}", group=""
            )
        )
        for end in levels
    )
    return Line("None derived" if start == MISSING else start, cells, depth=1)

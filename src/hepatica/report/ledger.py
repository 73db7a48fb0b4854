"""The results table, looked up: every statistic of one thing together, with its row numbers.

A row number is the row of results.csv as a spreadsheet shows it: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hepatica.analysis.result import Result

FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Item:
    """All statistics of one variable and level in one group, by name, with their rows."""

    analysis: str
    criterion: str
    group: str
    variable: str
    level: str
    results: Mapping[str, Result] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)

    def value(self, statistic: str) -> float | None:
        """The number, or None where there is none."""
        result = self.results.get(statistic)
        return None if result is None else result.value

    def has(self, *statistics: str) -> bool:
        """Tell whether every one of these statistics was computed, even if without a value."""
        return all(s in self.results for s in statistics)

    def rows_of(self, *statistics: str) -> tuple[int, ...]:
        """Rows of results.csv that hold these statistics; of all of them where none is named."""
        wanted = statistics or tuple(self.rows)
        return tuple(self.rows[s] for s in wanted if s in self.rows)

    @property
    def first(self) -> Result:
        """The first result of the item, for its method, unit and note."""
        return next(iter(self.results.values()))

    @property
    def note(self) -> str:
        """The first note that any of the results carries."""
        return next((r.note for r in self.results.values() if r.note), "")


class Ledger:
    """The results of a study by analysis, in their order."""

    def __init__(self, results: Iterable[Result]) -> None:
        self.results = tuple(results)
        self._items: dict[str, dict[tuple[str, ...], Item]] = {}
        self._of_variable: dict[tuple[str, str], list[Item]] = {}
        for row, result in enumerate(self.results, FIRST_ROW):
            self._add(row, result)

    def items(self, analysis: str, **where: str) -> tuple[Item, ...]:
        """Items of an analysis whose fields equal those named, in order of first appearance."""
        found: Iterable[Item] = self._items.get(analysis, {}).values()
        if "variable" in where:
            found = self._of_variable.get((analysis, where["variable"]), ())
        return tuple(i for i in found if all(getattr(i, k) == v for k, v in where.items()))

    def item(self, analysis: str, **where: str) -> Item | None:
        """The first such item, or None."""
        return next(iter(self.items(analysis, **where)), None)

    def words(self, analysis: str, name: str, **where: str) -> tuple[str, ...]:
        """Distinct values of a field (criterion, group, variable, level), in order."""
        return tuple(dict.fromkeys(getattr(i, name) for i in self.items(analysis, **where)))

    def _add(self, row: int, result: Result) -> None:
        key = (result.criterion, result.group, result.variable, result.level)
        items = self._items.setdefault(result.analysis, {})
        item = items.get(key)
        if item is None:
            item = items[key] = Item(result.analysis, *key, {}, {})
            self._of_variable.setdefault((result.analysis, result.variable), []).append(item)
        assert isinstance(item.results, dict) and isinstance(item.rows, dict)
        item.results.setdefault(result.statistic, result)
        item.rows.setdefault(result.statistic, row)

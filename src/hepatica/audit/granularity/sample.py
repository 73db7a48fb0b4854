"""One set of whole numbers on a bounded scale with a given sum and sum of squares, or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from hepatica.audit.granularity.square_sum import MAX_STEPS, Undecided, least_squares


def most_squares(size: int, total: int, low: int, high: int) -> int:
    """Largest sum of squares on a scale: all at its ends but one; -1 where the sum is off it."""
    over, reach = total - size * low, high - low
    if not 0 <= over <= size * reach:
        return -1
    if reach == 0:
        return size * low**2
    tops, rest = divmod(over, reach)
    between = (low + rest) ** 2 if tops < size else 0
    return tops * high**2 + between + max(size - tops - 1, 0) * low**2


def sample(size: int, total: int, squares: int, ends: tuple[int, int]) -> tuple[int, ...] | None:
    """`size` whole numbers between `ends` (included) with this sum and sum of squares, ascending.

    The search is complete: None means that there are none.

    Raises      Undecided beyond a limit of steps.
    """
    search = _Search()
    counts = search.counts(size, total, squares, ends)
    if counts is None:
        return None
    return tuple(sorted(value for value, count in counts for _ in range(count)))


@dataclass(slots=True)
class _Search:
    """Takes the highest value so many times, then the rest; states that fail are remembered."""

    failed: set[tuple[int, int, int, int]] = field(default_factory=set)
    steps: int = 0

    def counts(
        self, size: int, total: int, squares: int, ends: tuple[int, int]
    ) -> list[tuple[int, int]] | None:
        """How often each value occurs, or None; the highest value is decided first."""
        low, high = ends
        stack: list[tuple[int, int, int, int, int]] = []
        chosen: list[tuple[int, int]] = []
        state = (size, total, squares, high)
        count = self._first(state, low)
        while True:
            if state[0] == 0 and state[1] == 0 and state[2] == 0:
                return [pair for pair in chosen if pair[1]]
            if count < 0:
                self.failed.add(state)
                if not stack:
                    return None
                *previous, last = stack.pop()
                state = (previous[0], previous[1], previous[2], previous[3])
                chosen.pop()
                count = last - 1
                continue
            left, value = state[0] - count, state[3]
            after = (left, state[1] - count * value, state[2] - count * value**2, value - 1)
            self.steps += 1
            if self.steps > MAX_STEPS // 4:
                raise Undecided
            if after in self.failed or not _possible(after, low):
                count -= 1
                continue
            stack.append((*state, count))
            chosen.append((value, count))
            state, count = after, self._first(after, low)

    def _first(self, state: tuple[int, int, int, int], low: int) -> int:
        """The largest count of the highest value that could fit; -1 where none can."""
        size, total, squares, value = state
        if value < low or not _possible(state, low):
            return -1
        distance = squares - 2 * value * total + size * value**2  # from the highest value
        return size if distance == 0 else size - 1


def _possible(state: tuple[int, int, int, int], low: int) -> bool:
    """Necessary conditions: within the ends, of one parity, between least and most squares."""
    size, total, squares, high = state
    if size == 0:
        return total == 0 and squares == 0
    if high < low or (squares - total) % 2 or not size * low <= total <= size * high:
        return False
    return least_squares(size, total) <= squares <= most_squares(size, total, low, high)

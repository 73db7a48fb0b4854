"""Which sums of squares n whole numbers of a given sum can have, with no limit to their size.

Every sum of squares has the parity of the sum, and is at least that of the evenest spread (each
number the mean rounded down or up). From n = 5 on these two conditions are enough:

* n = 4, an odd sum S: 4Q - S^2 = 3 (mod 8) is a sum of three odd squares (Gauss), whose signs can
  be chosen so that the four numbers come out whole. An even sum: Q - (S/2)^2 must be a sum of
  three squares, so not of the form 4^a (8b + 7) (Legendre).
* n = 5: set aside one number of the evenest spread so that the other four have an odd sum; where
  all five are equal, take one more than the mean, which Q >= least + 2 allows.
* n > 5: set aside the smallest number of the evenest spread; what is left meets both conditions.

For n = 2, 2Q - S^2 is a square; for n = 3, (3Q - S^2)/2 is of the form u^2 + uv + v^2.
"""

from __future__ import annotations

from math import isqrt

MAX_STEPS = 2_000_000


class Undecided(Exception):
    """The search was stopped at its limit of steps; it says nothing either way."""


def least_squares(size: int, total: int) -> int:
    """Smallest sum of squares of `size` whole numbers with this sum: the evenest spread."""
    low, more = divmod(total, size)
    return (size - more) * low**2 + more * (low + 1) ** 2


def has_squares(size: int, total: int, squares: int) -> bool:
    """Tell whether some `size` whole numbers have this sum and this sum of squares.

    Raises      Undecided where `size` is 3 and the numbers are too large to search.
    """
    if (squares - total) % 2 or squares < least_squares(size, total):
        return False
    if size == 1:
        return squares == total**2
    if size == 2:
        return _is_square(2 * squares - total**2)
    if size == 3:
        return _is_hexagonal((3 * squares - total**2) // 2)
    if size == 4 and total % 2 == 0:
        return not _needs_four_squares(squares - (total // 2) ** 2)
    return True


def some_squares(size: int, total: int, wanted: range) -> int | None:
    """A sum of squares in `wanted` that `size` whole numbers of this sum can have, or None.

    Raises      Undecided where `size` is 3 and the numbers are too large to search.
    """
    low = max(wanted.start, least_squares(size, total))
    low += (low - total) % 2
    if low >= wanted.stop:
        return None
    if size == 1:
        return total**2 if low <= total**2 < wanted.stop else None
    if size == 2:
        return _of_two(total, range(low, wanted.stop))
    if size == 3:
        return _of_three(total, range(low, wanted.stop))
    tried = range(low, min(wanted.stop, low + 10), 2)  # no three gaps of four numbers are adjacent
    return next((squares for squares in tried if has_squares(size, total, squares)), None)


def _of_two(total: int, wanted: range) -> int | None:
    """2Q - S^2 is the square of the distance of the two, which has the parity of S."""
    least = max(2 * wanted.start - total**2, 0)
    apart = isqrt(least)
    apart += apart**2 < least
    apart += (apart - total) % 2
    squares = (apart**2 + total**2) // 2
    return squares if squares in wanted else None


def _of_three(total: int, wanted: range) -> int | None:
    """With gaps u and v, (3Q - S^2)/2 = u^2 + uv + v^2, where v = S + u (mod 3)."""
    least = max(3 * wanted.start - total**2 + 1, 0) // 2
    most = (3 * (wanted.stop - 1) - total**2) // 2
    for tried, u in enumerate(range(isqrt(max(most, 0)) + 1)):
        if tried == MAX_STEPS:
            raise Undecided
        # (2v + u)^2 >= 4 least - 3 u^2
        root = isqrt(max(4 * least - 3 * u * u, 0))
        v = max((root - u) // 2 - 1, 0)
        v += (total + u - v) % 3
        while u * u + u * v + v * v < least:
            v += 3
        if u * u + u * v + v * v <= most:
            return (2 * (u * u + u * v + v * v) + total**2) // 3
    return None


def _is_square(number: int) -> bool:
    return number >= 0 and isqrt(number) ** 2 == number


def _is_hexagonal(number: int) -> bool:
    """Tell whether number = u^2 + uv + v^2, that is 4 number = (2u + v)^2 + 3 v^2."""
    last = isqrt(4 * number // 3)
    if last > MAX_STEPS:
        raise Undecided
    return any(_is_square(4 * number - 3 * v * v) for v in range(last + 1))


def _needs_four_squares(number: int) -> bool:
    while number and number % 4 == 0:
        number //= 4
    return number % 8 == 7

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

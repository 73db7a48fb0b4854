"""Partners of two rising columns of times: everybody one, nobody before."""

from fractions import Fraction

import numpy as np
import pytest

from hepatica.audit.solver.moment import partners


@pytest.mark.parametrize("seed", range(20))
def test_everybody_has_a_partner_that_is_not_before(seed: int) -> None:
    random = np.random.Generator(np.random.PCG64(seed))
    later = sorted(Fraction(int(k)) for k in random.integers(1, 40, 25))
    earlier = sorted(
        min(Fraction(int(k)), t) for k, t in zip(random.integers(0, 40, 25), later, strict=True)
    )
    earlier = [min(pair) for pair in zip(earlier, later, strict=True)]
    chosen = partners(earlier, later, frozenset({3, 9}), random)
    assert sorted(chosen) == list(range(25))
    assert chosen[3] == 3 and chosen[9] == 9
    assert all(later[k] >= time for k, time in zip(chosen, earlier, strict=True))


def test_partners_are_not_always_rank_by_rank() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    earlier = [Fraction(k) for k in range(10)]
    later = [Fraction(k + 20) for k in range(10)]
    assert partners(earlier, later, frozenset(), random) != list(range(10))

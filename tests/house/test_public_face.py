"""The public face: `__all__` is complete, sorted, importable and documented."""

import hepatica


def test_all_is_sorted_and_resolves() -> None:
    assert hepatica.__all__ == sorted(hepatica.__all__)
    for name in hepatica.__all__:
        assert getattr(hepatica, name).__doc__, name


def test_every_lazy_name_is_public() -> None:
    assert set(hepatica._HOME) | {"open"} == set(hepatica.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(hepatica, "no_such_name")

"""The protocols that ship with Hepatica: what `hepatica init --protocol NAME` starts from."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from hepatica.core.errors import UsageError
from hepatica.study.vocabulary import suggestion


@cache
def protocol_names() -> tuple[str, ...]:
    """Names of the protocols, sorted."""
    folder = files("hepatica.study").joinpath("protocols")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def protocol_text(name: str) -> str:
    """Text of a protocol, ready to be written as study.toml.

    Raises      UsageError naming the protocols there are.
    """
    if name not in protocol_names():
        hint = suggestion(name, protocol_names())
        known = ", ".join(protocol_names())
        raise UsageError(f"protocol {name!r}: expected one of {known}" + (hint and f" ({hint})"))
    entry = files("hepatica.study").joinpath("protocols", f"{name}.toml")
    return entry.read_text(encoding="utf-8")

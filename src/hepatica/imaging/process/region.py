"""What an outline is called, by a closed list of names in several languages (`regions.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from hepatica.core.errors import UsageError

ROLES = ("tumour", "vessels", "liver", "reference", "spleen", "muscle", "aorta", "portal",
         "lipiodol", "catheter")  # fmt: skip
CHOICES: dict[str, dict[str, Any]] = {
    "kinetics": {"model": str, "agent": str, "t10_s": float, "t10_blood_s": float,
                 "flip_deg": float, "tr_s": float, "r1_per_mm_s": float, "hematocrit": float},
    "dsa": {"mask_frames": list, "log": bool, "bright": bool},
}  # fmt: skip
_LARGEST = 1_000_000
_ID = re.compile(r"^(t|l|nt|n|tl|ntl|hcc)?(\d{1,3})$")
_JOINING = {"of", "von", "der", "de", "du", "la", "di", "del", "n", "no", "nr", "number"}


@dataclass(frozen=True)
class Name:
    """What an outline is: its role, and the lesion it belongs to ('' for none named)."""

    role: str
    lesion: str = ""


@dataclass(frozen=True)
class Rules:
    """The list of names; `text` is what was read, which decides whether results are still valid.

    `choices` are the tables [kinetics] and [dsa]: what no image says and nobody may guess.
    """

    text: str
    tables: Mapping[str, Mapping[str, Any]]
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {
            plain(word): role for role in self.tables for word in self.tables[role].get("names", ())
        }

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {
            plain(word): role for role in self.tables for word in self.tables[role].get("codes", ())
        }

    def name_of(self, label: str, *, tracking: str = "", code: str = "") -> Name | None:
        """What an outline of that label is; None where no name of the list fits.

        A tracking identifier is the lesion's, before any number in the label. A coded meaning
        decides only where the label is in no list.
        """
        words = plain(label).split()
        role = self._names.get(" ".join(words))
        lesion = ""
        if role is None:
            role, lesion = self._with_lesion(words)
        if role is None:
            role = self._codes.get(plain(code))
        if role is None:
            return None
        if not self.tables[role].get("lesion"):
            return Name(role)
        return Name(role, tracking or lesion)

    def _with_lesion(self, words: list[str]) -> tuple[str | None, str]:
        """Role and lesion of a label that begins or ends with a lesion's identifier."""
        for rest, found in ((words[:-1], words[-1:]), (words[1:], words[:1])):
            match = _ID.match(" ".join(found))
            kept = [word for word in rest if word not in _JOINING]
            role = self._names.get(" ".join(kept)) if kept else "tumour"
            if match and role and self.tables.get(role, {}).get("lesion"):
                kind = {"nt": "NT", "ntl": "NT", "n": "N"}.get(match[1] or "", "T")
                return role, f"{kind}{int(match[2])}"
        return None, ""


def read_rules(path: Path | None = None) -> Rules:
    """The list of names, of a file or the one that comes with Hepatica.

    Raises      UsageError where the file is not such a list, or gives one name two meanings.
    """
    if path is None:
        text = files("hepatica.imaging.process").joinpath("regions.toml").read_text("utf-8")
    else:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise UsageError(f"{path.name}: expected a TOML file of names of regions")
        text = path.read_text("utf-8", errors="replace")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path.name if path else 'regions.toml'}: {error}") from error
    file = path.name if path else "regions.toml"
    choices = {word: tables.pop(word) for word in CHOICES if word in tables}
    _check_choices(choices, file)
    if path is not None and not tables:
        tables = dict(read_rules().tables)
    _check(tables, file)
    return Rules(text, tables, choices)


def _check_choices(choices: Mapping[str, Any], file: str) -> None:
    for word, table in choices.items():
        known = CHOICES[word]
        if not isinstance(table, dict) or set(table) - set(known):
            raise UsageError(f"{file}: [{word}]: expected {', '.join(known)}")
        for name, value in table.items():
            number = known[name] is float
            fits = isinstance(value, (int, float)) if number else isinstance(value, known[name])
            if not fits or (number and not value > 0):
                raise UsageError(f"{file}: [{word}] {name} = {value!r}: expected another value")


def _check(tables: Mapping[str, Any], file: str) -> None:
    seen: dict[str, str] = {}
    for role, table in tables.items():
        if role not in ROLES or not isinstance(table, dict):
            raise UsageError(f"{file}: found [{role}]; expected one of {', '.join(ROLES)}")
        if strange := set(table) - {"names", "codes", "lesion"}:
            raise UsageError(f"{file}: [{role}] has {sorted(strange)}; expected names, codes")
        for word in table.get("names", ()):
            if seen.setdefault(plain(str(word)), role) != role:
                raise UsageError(f"{file}: '{word}' is in [{seen[plain(word)]}] and [{role}]")


def plain(text: str) -> str:
    """Text without case, accents and punctuation, words parted by one space."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())

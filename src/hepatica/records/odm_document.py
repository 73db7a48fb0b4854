"""ODM documents (CDISC ODM-XML 1.3, and the shape of 2.0) read as a stream within limits.

Elements of other namespaces are passed over; attributes of REDCap's are understood. A document
type, an entity, a depth or a count that no study needs is refused. [odm2013]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from hepatica.core.errors import Unreadable
from hepatica.records.field import Field
from hepatica.records.odm_form import ClinicalData, Form
from hepatica.records.odm_metadata import Metadata
from hepatica.records.package import CELLS
from hepatica.records.safety import TEXT_BYTES, check_file

DEPTH = 40
ATTRIBUTES = 100
PIECE = 1 << 20
ELEMENT_BYTES = 4 << 20

_ODM = "http://www.cdisc.org/ns/odm/v"
_REDCAP = "projectredcap.org"
_CHANGES = ("update", "remove", "upsert")


@dataclass(frozen=True, slots=True)
class Document:
    """Fields by item, the groups that hold each (from the metadata), and the forms filled in."""

    file: str
    forms: list[Form]
    fields: dict[str, Field] = field(default_factory=dict)
    group_items: dict[str, set[str]] = field(default_factory=dict)
    form_groups: dict[str, set[str]] = field(default_factory=dict)
    mandatory: dict[str, set[str]] = field(default_factory=dict)


def read_odm_document(path: Path) -> Document:
    """Metadata and clinical data of an ODM file.

    Raises      Unreadable for what is not well-formed, no ODM, hostile, or a list of changes.
    """
    check_file(path, limit=TEXT_BYTES)
    stream = _Stream(path.name)
    fed = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                stream.parser.Parse(piece, False)
                fed += len(piece)
                if fed - stream.at > ELEMENT_BYTES + PIECE:
                    raise stream.refusal("has an element or a text of megabytes")
        stream.parser.Parse(b"", True)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code)
        raise Unreadable(f"{path.name}:{error.lineno}: is not well-formed XML ({told})") from error
    except (ValueError, LookupError) as error:
        raise Unreadable(f"{path.name}: is in an encoding that cannot be read") from error
    made = stream.chosen()
    fields = made.fields
    forms = stream.data.forms
    return Document(path.name, forms, fields, made.group_items, made.form_groups, made.mandatory)


class _Stream:
    """The parser with its limits; hands each element to the metadata or the clinical data."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.metadata = Metadata()
        self.versions: dict[tuple[str, str], Metadata] = {}
        self.used: dict[tuple[str, str], None] = {}
        self._study = ""
        self.data = ClinicalData()
        self.at = 0
        self._in_data = False
        self._depth = self._elements = self._aside = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_declaration
        self.parser.EntityDeclHandler = self._refuse_declaration
        self.parser.ExternalEntityRefHandler = self._refuse_declaration

    def refusal(self, why: str) -> Unreadable:
        return Unreadable(f"{self.file}:{self.parser.CurrentLineNumber}: {why}; it is refused")

    def _refuse_declaration(self, *_: Any) -> int:
        raise self.refusal("declares a document type or an entity")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.at = self.parser.CurrentByteIndex
        self._depth += 1
        self._elements += 1
        self._check_limits(attributes)
        space, _, name = tag.rpartition(" ")
        foreign = bool(space) and not space.startswith(_ODM)
        if self._depth == 1 and (foreign or name != "ODM"):
            where = f" of {space[:60]}" if foreign else ""
            raise Unreadable(f"{self.file}: is no ODM document; its root is {name[:40]}{where}")
        if self._aside or foreign:
            self._aside += 1
            return
        if attributes.get("TransactionType", "").lower() in _CHANGES:
            raise self.refusal("is a list of changes, not a snapshot of the data")
        named = {_attribute(key): text for key, text in attributes.items()}
        line = self.parser.CurrentLineNumber
        self._follow_version(name, named)
        if self._in_data:
            self.data.start(name, named, line, self._depth)
        else:
            self.metadata.start(name, named, line)

    def _follow_version(self, name: str, named: dict[str, str]) -> None:
        """Keep the definitions of each metadata version apart, and note which the data name."""
        if name == "Study":
            self._study = named.get("OID", "")
        elif name == "MetaDataVersion":
            key = (self._study, named.get("OID", ""))
            self.metadata = self.versions.setdefault(key, Metadata())
        elif name == "ClinicalData":
            self._in_data = True
            self.used[named.get("StudyOID", ""), named.get("MetaDataVersionOID", "")] = None
        elif name == "Include" and not self._in_data:
            key = (named.get("StudyOID", self._study), named.get("MetaDataVersionOID", ""))
            if key in self.versions:
                self.metadata.include(self.versions[key])

    def chosen(self) -> Metadata:
        """The metadata that the clinical data name, of several versions together.

        Raises      Unreadable where the data are of several studies, name a version that is not
                    among several, or an item means another thing in another version.
        """
        studies = list(dict.fromkeys(study for study, _ in self.used))
        if len(studies) > 1:
            words = ", ".join(study[:40] for study in studies[:5])
            raise Unreadable(f"{self.file}: holds data of several studies ({words}); export one")
        if len(self.versions) <= 1:
            made = next(iter(self.versions.values()), self.metadata)
            made.finished()
            return made
        named = [key for key in self.used if key in self.versions] or list(self.versions)
        strange = next(
            (version for study, version in self.used if (study, version) not in named), ""
        )
        if strange:
            raise Unreadable(
                f"{self.file}: the data are of version '{strange[:40]}' of the metadata, which is "
                "not among those of the file"
            )
        made = self.versions[named[0]]
        made.finished()
        for key in named[1:]:
            self.versions[key].finished()
            if item := made.merge(self.versions[key]):
                raise Unreadable(
                    f"{self.file}: item {item[:60]} is defined otherwise in version {key[1][:40]} "
                    f"of the metadata than in {named[0][1][:40]}; export one version"
                )
        return made

    def _check_limits(self, attributes: dict[str, str]) -> None:
        if self._depth > DEPTH:
            raise self.refusal(f"nests deeper than {DEPTH} elements")
        if len(attributes) > ATTRIBUTES:
            raise self.refusal(f"has an element with more than {ATTRIBUTES} attributes")
        if self._elements > CELLS:
            raise self.refusal(f"holds more than {CELLS} elements")

    def _characters(self, text: str) -> None:
        self.at = self.parser.CurrentByteIndex
        if self._aside:
            return
        if self._in_data:
            self.data.characters(text, self._depth)
        else:
            self.metadata.characters(text)

    def _end(self, tag: str) -> None:
        self.at = self.parser.CurrentByteIndex
        name = tag.rpartition(" ")[2]
        if self._aside:
            self._aside -= 1
        elif name == "ClinicalData":
            self._in_data = False
        elif self._in_data:
            self.data.end(name, self._depth)
        else:
            self.metadata.end(name)
        self._depth -= 1


@lru_cache(maxsize=1000)
def _attribute(key: str) -> str:
    space, _, name = key.rpartition(" ")
    return f"redcap:{name}" if _REDCAP in space else name if not space else key

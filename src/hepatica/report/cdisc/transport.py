"""SAS transport files, version 5, as regulators ask for them: what does not fit is told, not cut.

A dataset has a name of 8 characters and a label of 40; text is printable ASCII of at most 200
characters; numbers are IBM doubles; dates are days from 1960-01-01 with format DATE9. The layout
is SAS's own [sasts140]; the time stamps are the study's cutoff, so that the same data give the
same bytes.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.core.errors import NotReady
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.cdisc.ibm_float import ibm_bytes, unwritable

TEXT_CHARACTERS = 200
LABEL_CHARACTERS = 40
# The header counts variables in four figures.
MOST_VARIABLES = 9999
DATE_FORMAT = "DATE9."
# Faults of one variable told one by one; the others of its kind are counted.
MOST_EACH = 1000

_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_PRINTABLE = r"^[ -~]*$"
_WHOLE = 2**53
_EPOCH = date(1960, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
_FIRST_DAY = date(1582, 1, 1).toordinal() - date(1960, 1, 1).toordinal()
_RECORD = 80
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_SYSTEM = b"9.4     HEPATICA"


def check_transport(dataset: Dataset, table: pa.Table) -> tuple[Finding, ...]:
    """Everything of a dataset that a transport file cannot hold, by dataset, row and variable.

    Rows are observations as SAS counts them: the first is 1.
    """
    faults = [*_name_faults(dataset)]
    for variable, column in _columns(dataset, table):
        if variable.type == "text":
            faults += _text_faults(dataset.name, variable.name, column)
        else:
            faults += _number_faults(dataset.name, variable.name, column)
    return (*faults, *_blank_end(dataset, table))


def transport_bytes(dataset: Dataset, table: pa.Table, stamp: date) -> bytes:
    """The dataset as a transport file.

    Parameters
    ----------
    dataset : Dataset     Names, labels and types, in the order of the file.
    table : pa.Table      Its rows.
    stamp : date          Written as the time of creation and of the last change.

    Raises      NotReady, with every finding, where `check_transport` finds anything.
    """
    faults = check_transport(dataset, table)
    if faults:
        raise NotReady(f"{dataset.name} does not fit a transport file", faults)
    fields = [_field(variable, column) for variable, column in _columns(dataset, table)]
    rows = np.hstack([field.cells for field in fields]).tobytes()
    parts = [*_head(dataset, stamp), _namestrs(fields), _header("OBS", ""), _filled(rows)]
    return b"".join(parts)


def _columns(dataset: Dataset, table: pa.Table) -> list[tuple[Variable, pa.Array]]:
    assert table.column_names == [variable.name for variable in dataset.variables]
    columns = (column.combine_chunks() for column in table.columns)
    return list(zip(dataset.variables, columns, strict=True))


@dataclass(frozen=True, slots=True)
class _Field:
    variable: Variable
    cells: npt.NDArray[np.uint8]

    @property
    def length(self) -> int:
        return int(self.cells.shape[1])


def _field(variable: Variable, column: pa.Array) -> _Field:
    if variable.type != "text":
        return _Field(variable, ibm_bytes(_numbers(column)))
    text = pc.fill_null(column, "")
    width = max(pc.max(pc.utf8_length(text)).as_py() or 0, 1)
    padded = pc.utf8_rpad(text, width, " ").to_pylist()
    cells = np.frombuffer("".join(padded).encode("ascii"), np.uint8).reshape(len(text), width)
    return _Field(variable, cells)


def _numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    """Values as doubles, NaN where missing; dates as days from 1960-01-01."""
    if pa.types.is_date32(column.type):
        days = _numbers(column.cast(pa.int32()))
        return days - _EPOCH
    filled = pc.fill_null(column.cast(pa.float64(), safe=False), float("nan"))
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.float64)


# --- the parts of the file ----------------------------------------------------------------


def _header(kind: str, numbers: str) -> bytes:
    text = f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers:0<30}"
    return text.encode("ascii").ljust(_RECORD)


def _head(dataset: Dataset, stamp: date) -> Iterator[bytes]:
    month = _MONTHS[3 * stamp.month - 3 : 3 * stamp.month]
    created = f"{stamp.day:02d}{month}{stamp.year % 100:02d}:00:00:00".encode("ascii")
    blanks = b" " * 24
    name, label = _padded(dataset.name, 8), _padded(dataset.label, LABEL_CHARACTERS)
    yield _header("LIBRARY", "")
    yield b"SAS     SAS     SASLIB  " + _SYSTEM + blanks + created
    yield created.ljust(_RECORD)
    yield _header("MEMBER", "000000000000000001600000000140")
    yield _header("DSCRPTR", "")
    yield b"SAS     " + name + b"SASDATA " + _SYSTEM + blanks + created
    yield created + b" " * 16 + label + b" " * 8
    yield _header("NAMESTR", f"000000{len(dataset.variables):04d}")


def _namestrs(fields: list[_Field]) -> bytes:
    records, position = [], 0
    for number, field in enumerate(fields, 1):
        records.append(_namestr(field, number, position))
        position += field.length
    return _filled(b"".join(records))


def _namestr(field: _Field, number: int, position: int) -> bytes:
    variable = field.variable
    form = (b"DATE", 9) if variable.type == "date" else (b"", 0)
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhl52s",
        2 if variable.type == "text" else 1,
        0,
        field.length,
        number,
        _padded(variable.name, 8),
        _padded(variable.label, LABEL_CHARACTERS),
        form[0].ljust(8),
        form[1],
        0,
        0,
        b"",
        b" " * 8,
        0,
        0,
        position,
        b"",
    )


def _padded(text: str, size: int) -> bytes:
    return text.encode("ascii").ljust(size)


def _filled(data: bytes) -> bytes:
    return data.ljust(-(-len(data) // _RECORD) * _RECORD)


# --- what does not fit --------------------------------------------------------------------


def _name_faults(dataset: Dataset) -> Iterator[Finding]:
    names = [variable.name for variable in dataset.variables]
    if len(names) > MOST_VARIABLES:
        expected = f"at most {MOST_VARIABLES} variables"
        yield finding_of(
            "A013", Place(dataset.name), found=f"{len(names)} variables", expected=expected
        )
    counts = Counter(names)
    for owner, name, label in (
        ("", dataset.name, dataset.label),
        *((v.name, v.name, v.label) for v in dataset.variables),
    ):
        place = Place(dataset.name, column=owner)
        if not _NAME.fullmatch(name) or (owner and counts[name] > 1):
            expected = (
                "a name of 1 to 8 characters, A to Z and 0 to 9, beginning with a letter, once"
            )
            yield finding_of("A013", place, found=f"name '{name}'", expected=expected)
        if len(label) > LABEL_CHARACTERS or not re.fullmatch(_PRINTABLE, label):
            expected = f"a label of at most {LABEL_CHARACTERS} printable ASCII characters"
            yield finding_of("A013", place, found=f"label '{label}'", expected=expected)


def _text_faults(dataset: str, name: str, column: pa.Array) -> list[Finding]:
    long = pc.greater(pc.utf8_length(column), TEXT_CHARACTERS)
    foreign = pc.invert(pc.match_substring_regex(column, _PRINTABLE))
    ended = pc.ends_with(column, " ")
    found = []
    for index in _where(long):
        said = f"{len(column[index].as_py())} characters"
        expected = f"at most {TEXT_CHARACTERS} characters"
        found.append(_fault("A010", dataset, index, name, said, expected))
    for index in _where(foreign):
        said = ", ".join(_foreign(column[index].as_py()))
        found.append(_fault("A011", dataset, index, name, said, "printable ASCII characters"))
    for index in _where(pc.and_not(ended, foreign)):
        said = "blanks at the end"
        found.append(_fault("A011", dataset, index, name, said, "text that ends in a character"))
    return _counted(found)


def _number_faults(dataset: str, name: str, column: pa.Array) -> list[Finding]:
    values = _numbers(column)
    bad = unwritable(values)
    if pa.types.is_date32(column.type):
        bad |= values < _FIRST_DAY
        expected = "a date from 1582-01-01 on"
    elif pa.types.is_integer(column.type):
        bad |= np.asarray(pc.fill_null(_too_many(column), False))
        expected = "a whole number of at most 2^53"
    else:
        expected = "0 or a number whose size lies between 16^-65 and 16^63"
    faults = [
        _fault("A012", dataset, int(index), name, str(column[int(index)].as_py()), expected)
        for index in np.flatnonzero(bad)
    ]
    return _counted(faults)


def _too_many(column: pa.Array) -> pa.Array:
    return pc.or_(pc.greater(column, _WHOLE), pc.less(column, -_WHOLE))


def _blank_end(dataset: Dataset, table: pa.Table) -> list[Finding]:
    """A last record of blanks alone cannot be told from the filling of the file."""
    if not table.num_rows or any(v.type != "text" for v in dataset.variables):
        return []
    last = [column[-1].as_py() for column in table.columns]
    if any((text or "").strip() for text in last):
        return []
    expected = "a last record with text; one of blanks alone cannot be told from the file's filling"
    return [_fault("A014", dataset.name, table.num_rows - 1, "", "only blanks", expected)]


def _fault(code: str, dataset: str, index: int, name: str, found: str, expected: str) -> Finding:
    return finding_of(
        code, Place(dataset, row=index + 1, column=name), found=found, expected=expected
    )


def _counted(faults: list[Finding]) -> list[Finding]:
    """The faults, those beyond `MOST_EACH` counted in the last one told."""
    rest = len(faults) - MOST_EACH
    if rest <= 0:
        return faults
    last = faults[MOST_EACH - 1]
    more = f"{last.found}, and {rest} more such values in this variable"
    told = finding_of(last.code, last.place, found=more, expected=last.expected)
    return [*faults[: MOST_EACH - 1], told]


def _where(mask: pa.Array) -> list[int]:
    return [int(i) for i in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()]


def _foreign(text: str) -> list[str]:
    strange = dict.fromkeys(c for c in text if not " " <= c <= "~")
    return [f"'{c}' (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in strange]

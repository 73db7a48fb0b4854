"""SDTM domains: which variables are read, and one domain as a table with all of them.

Variables that a delivery lacks are there and empty, so that the statements of `sdtm_tables`
hold for every sponsor. Supplemental qualifiers are columns named ``SUPP_`` and their QNAM.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.records.table import tables
from hepatica.records.transport import Columns

VARIABLES = {
    "dm": "SITEID SEX AGE AGEU RACE ARM ARMCD ACTARM ARMNRS RFICDTC RFXSTDTC RFENDTC RFPENDTC "
    "DTHDTC DTHFL",
    "ex": "EXSEQ EXTRT EXDOSE EXDOSU EXROUTE EXSTDTC EXENDTC EXDUR EXGRPID EXOCCUR",
    "ae": "AESEQ AETERM AEDECOD AEBODSYS AESOC AETOXGR AESEV AESTDTC AEENDTC AESER AEREL AEOUT",
    "lb": "LBSEQ LBTESTCD LBORRES LBORRESU LBORNRLO LBORNRHI LBSTRESC LBSTRESU LBSTNRLO LBSTNRHI "
    "LBDTC",
    "vs": "VSSEQ VSTESTCD VSORRES VSORRESU VSSTRESC VSSTRESU VSDTC VSTPT VISIT",
    "ds": "DSSEQ DSTERM DSDECOD DSCAT DSSTDTC",
    "mh": "MHSEQ MHTERM MHDECOD MHCAT MHSTDTC MHENDTC MHOCCUR MHSTAT",
    "cm": "CMSEQ CMTRT CMDECOD CMCAT CMCLAS CMSTDTC CMENDTC CMINDC CMOCCUR CMSTAT",
    "pr": "PRSEQ PRTRT PRSTDTC PRGRPID PROCCUR PRSTAT PRREASND VISIT VISITNUM",
    "tu": "TUSEQ TULNKID TUTESTCD TUORRES TUSTRESC TULOC TUMETHOD TUEVAL TUEVALID TUACPTFL TUDTC "
    "VISIT VISITNUM",
    "tr": "TRSEQ TRGRPID TRREFID TRLNKID TRTESTCD TRORRES TRORRESU TRSTRESC TRSTRESU TRSTAT "
    "TRREASND TRMETHOD TREVAL TREVALID TRACPTFL TRDTC VISIT VISITNUM",
    "xi": "XISEQ XIREFID XITESTCD XIORRES XIORRESU XISTRESC XISTRESU XIREASND XILOC XIMETHOD "
    "XIEVAL XIEVALID XIDTC",
    "qs": "QSSEQ QSTESTCD QSCAT QSORRES QSSTRESC QSDTC",
    "fa": "FASEQ FATESTCD FAOBJ FAORRES FASTRESC FASTRESU FADTC",
    "rs": "RSSEQ RSTESTCD RSCAT RSORRES RSSTRESC RSSTAT RSEVAL RSEVALID RSACPTFL RSDTC VISITNUM",
    "sv": "SVSTDTC VISITNUM",
    "dv": "DVSEQ DVTERM DVDECOD DVSCAT DVSTDTC",
}
USUAL = ("dm", "ex", "ae", "lb", "vs", "ds", "mh", "cm", "tu", "tr", "rs")
WHOLE = 1e15
SUPPLEMENT = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


def variables(domain: str) -> tuple[str, ...]:
    """Variables read of a domain, the subject's identifier first."""
    return ("USUBJID", *VARIABLES[domain].split())


def qualifiers(domain: str) -> tuple[str, ...]:
    """Names (QNAM) of the supplemental qualifiers that a declared column is made from."""
    prefix = f"SUPP{domain.upper()}."
    return tuple(
        column.sdtm.removeprefix(prefix)
        for table in tables().values()
        for column in table.columns
        if column.sdtm.startswith(prefix)
    )


def domain_table(
    domain: str, columns: Columns, records: Sequence[int], supplement: Columns | None
) -> pa.Table:
    """One domain as text columns, blank as null, with `record` and its qualifiers."""
    arrays = {"record": pa.array(records, pa.int64())}
    for name in variables(domain):
        arrays[name] = _text(columns.get(name), len(records))
    values = _qualifier_values(domain, columns, len(records), supplement)
    for name in qualifiers(domain):
        arrays[f"SUPP_{name}"] = pa.array(values.get(name, [None] * len(records)), pa.string())
    return pa.table(arrays)


def _text(values: Sequence[Any] | None, size: int) -> pa.Array:
    if values is None:
        return pa.nulls(size, pa.string())
    array = pa.array(list(values), from_pandas=True)
    if pa.types.is_floating(array.type):
        whole = pc.and_(pc.equal(array, pc.floor(array)), pc.less(pc.abs(array), WHOLE))
        figures = pc.cast(pc.if_else(whole, array, 0.0), pa.int64())
        return pc.if_else(whole, pc.cast(figures, pa.string()), pc.cast(array, pa.string()))
    array = pc.utf8_trim_whitespace(pc.cast(array, pa.string()))
    return pc.if_else(pc.equal(array, ""), None, array)


def _qualifier_values(
    domain: str, columns: Columns, size: int, supplement: Columns | None
) -> dict[str, list[str | None]]:
    wanted = set(qualifiers(domain))
    if not supplement or not wanted.intersection(supplement.get("QNAM", ())):
        return {}
    keyed: dict[tuple[str, str, str, str], str] = {}
    rows = zip(*(supplement.get(name, ()) for name in SUPPLEMENT), strict=True)
    for subject, variable, value, name, text in rows:
        if name in wanted and text:
            keyed[name, subject, variable or "", _plain("" if value is None else value)] = text
    names = {key[2] for key in keyed if key[2]}
    found: dict[str, list[str | None]] = {name: [None] * size for name in wanted}
    for index, subject in enumerate(columns["USUBJID"]):
        at = [("", "")] + [(v, _plain(columns[v][index])) for v in names if v in columns]
        for name in wanted:
            hits = (keyed.get((name, subject, variable, value)) for variable, value in at)
            found[name][index] = next((hit for hit in hits if hit), None)
    return found


def _plain(value: Any) -> str:
    text = str(value).strip()
    return text.removesuffix(".0")

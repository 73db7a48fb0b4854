"""Derived RECIST 1.1 responses are those collected in the CDISC pilot's oncology domains.

pharmaversesdtm's RECIST data (TU, TR, RS; 8 patients), read by the investigator and by two
independent radiologists; every collected overall response of the investigator and of the accepted
independent reading. Lesion rows are made here by hand: LDIAM is the diameter, LPERP the short axis
of a node, TUMSTATE the status; one date lacks its day, which is the same in TR and RS.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyreadstat
import pytest

from hepatica.clinic.response import ResponseOptions, derive_response

DATA = Path(os.environ.get("HEPATICA_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
FOLDER = DATA / "cdisc_pilot_recist"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the CDISC pilot RECIST data are not here (HEPATICA_DATA)"
)


def domain(name: str, reader: str) -> list[dict[str, Any]]:
    frame, _ = pyreadstat.read_xport(str(FOLDER / f"{name.lower()}.xpt"))
    rows = frame.to_dict("records")
    if reader == "investigator":
        return [row for row in rows if row[f"{name}EVAL"] == "INVESTIGATOR"]
    return [row for row in rows if row[f"{name}ACPTFL"] == "Y"]


def whole_date(text: str) -> date:
    return date.fromisoformat(text if len(text) == 10 else f"{text}-28")


def lesion_table(reader: str) -> pa.Table:
    site = {(row["USUBJID"], row["TULNKID"]): row["TULOC"] for row in domain("TU", reader)}
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for result in domain("TR", reader):
        key = (result["USUBJID"], result["TRDTC"], result["TRLNKID"])
        row = rows.setdefault(
            key,
            {
                "subject": key[0],
                "date": whole_date(key[1]),
                "lesion": key[2],
                "role": result["TRGRPID"],
                "site": site[key[0], key[2]],
                "diameter_mm": None,
                "short_axis_mm": None,
                "status": "",
            },
        )
        match result["TRTESTCD"]:
            case "LDIAM":
                row["diameter_mm"] = float(result["TRSTRESN"])
            case "LPERP":
                row["short_axis_mm"] = float(result["TRSTRESN"])
            case "TUMSTATE":
                row["status"] = result["TRSTRESC"]
    return pa.Table.from_pylist(list(rows.values()))


@pytest.mark.parametrize("reader", ["investigator", "independent"])
def test_derived_is_collected(reader: str) -> None:
    response = derive_response(lesion_table(reader), ResponseOptions("RECIST1.1"))
    derived = {
        (visit["subject"], visit["date"]): visit["overall"]
        for visit in response.visit_facts.to_pylist()
    }
    collected = {
        (row["USUBJID"], whole_date(row["RSDTC"])): row["RSSTRESC"]
        for row in domain("RS", reader)
        if row["RSTESTCD"] == "OVRLRESP"
    }
    assert len(collected) == 22
    assert derived == collected

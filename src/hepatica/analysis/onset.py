"""When response begins: the day of each responder's first response, counted as the endpoint counts.

Survival from the start by best response is never computed here: whoever responds has lived long
enough to respond (immortal time [anderson1983]).
"""

from __future__ import annotations

from hepatica.analysis.response import primary_reader
from hepatica.clinic.dataset import Adam
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint


def onset_days(study: Study, adam: Adam, endpoint: Endpoint, by: str) -> dict[str, float]:
    """Days from the origin to the first CR or PR of each responder ("confirmed response": CRSP).

    A response before the origin counts as day 0 or less. The criterion is the endpoint's, else the
    study's; the reader the primary one.
    """
    code = "CRSP" if by == "confirmed response" else "RSP"
    criterion = endpoint.criterion or study.response.criterion
    reader = primary_reader(study, adam)
    first = int(study.conventions.day_count == "date - start + 1")
    responded = {
        r["SUBJID"]: r["ADT"]
        for r in adam["ADRS"].to_pylist()
        if (r["PARAMCD"], r["PARCAT1"], r["PARCAT2"], r["AVALC"]) == (code, criterion, reader, "Y")
        and r["ADT"] is not None
    }
    started = {
        r["SUBJID"]: r["STARTDT"]
        for r in adam["ADTTE"].to_pylist()
        if r["PARAMCD"] == endpoint.parameter
    }
    return {
        subject: float((day - started[subject]).days + first)
        for subject, day in responded.items()
        if started.get(subject) is not None
    }

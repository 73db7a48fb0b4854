"""The protocol's choices as small tables, in the form in which the derivations read them."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pyarrow as pa

from hepatica.clinic.rules.schedule.interval import Interval
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_ENDPOINT = pa.schema(
    [
        ("position", pa.int64()),
        ("id", pa.string()),
        ("paramcd", pa.string()),
        ("label", pa.string()),
        ("origin", pa.string()),
        ("criterion", pa.string()),
        ("confirmed", pa.bool_()),
        ("rule_set", pa.string()),
        ("on_death", pa.bool_()),
        ("on_progression", pa.bool_()),
        ("on_response", pa.bool_()),
        ("survival", pa.bool_()),
        ("delayed_entry", pa.bool_()),
    ]
)


def protocol_table(study: Study) -> pa.Table:
    """One row of scalars: identity, cutoff, day count, windows, reader and confirmation."""
    schedule = study.schedule
    interval = Interval.of(schedule) if schedule else None
    row = {
        "study_id": study.study.id,
        "cutoff": study.study.cutoff,
        "treatment": study.treatment[0].id if study.treatment else None,
        "day_offset": int(study.conventions.day_count == "date - start + 1"),
        "safety_window_days": study.safety.window_days,
        "anchor": schedule.anchor if schedule else None,
        "until": schedule.until if schedule else None,
        "primary_criterion": study.response.criterion,
        "visit_days": interval.high_days + interval.window_days if interval else None,
        "primary_reader": study.response.reader,
        "first_scan": study.response.baseline == "first scan",
        "confirm_days": study.response.confirm_days,
        "max_ne_between": study.response.max_ne_between,
        "max_sd_between": int(study.response.accept_sd_between),
    }
    schema = pa.schema(
        [
            ("study_id", pa.string()),
            ("cutoff", pa.date32()),
            ("treatment", pa.string()),
            ("day_offset", pa.int32()),
            ("safety_window_days", pa.int32()),
            ("anchor", pa.string()),
            ("until", pa.string()),
            ("primary_criterion", pa.string()),
            ("visit_days", pa.int32()),
            ("primary_reader", pa.string()),
            ("first_scan", pa.bool_()),
            ("confirm_days", pa.int32()),
            ("max_ne_between", pa.int32()),
            ("max_sd_between", pa.int32()),
        ]
    )
    return pa.Table.from_pylist([row], schema)


def study_procedure_table(study: Study) -> pa.Table:
    """The procedures that the protocol names as study treatment."""
    return pa.table({"name": pa.array(study.study_procedures, pa.string())})


def endpoint_criterion(study: Study, endpoint: Endpoint) -> str:
    """Response criterion of an endpoint; '' where no event or origin of it needs one."""
    needs = {"progression", "response"} & set(endpoint.events) or endpoint.responses
    if not needs and endpoint.origin != "first response":
        return ""
    return endpoint.criterion or study.response.criterion


def endpoint_confirmed(study: Study, endpoint: Endpoint) -> bool:
    """Whether an endpoint counts confirmed responses only."""
    chosen = endpoint.confirmed
    return study.response.confirmed_primary if chosen is None else chosen


def endpoint_table(study: Study) -> pa.Table:
    """Time-to-event endpoints, one row each, in protocol order."""
    rows: list[dict[str, Any]] = [
        {
            "position": position,
            "id": endpoint.id,
            "paramcd": endpoint.parameter,
            "label": endpoint.label,
            "origin": endpoint.origin,
            "criterion": endpoint_criterion(study, endpoint),
            "confirmed": endpoint_confirmed(study, endpoint),
            "rule_set": endpoint.rule_set,
            "on_death": "death" in endpoint.events,
            "on_progression": "progression" in endpoint.events,
            "on_response": "response" in endpoint.events,
            "survival": endpoint.events == ("death",),
            "delayed_entry": endpoint.delayed_entry,
        }
        for position, endpoint in enumerate(study.endpoints)
        if endpoint.kind == "time-to-event"
    ]
    return pa.Table.from_pylist(rows, _ENDPOINT)


def response_parameter_table() -> pa.Table:
    """ADRS parameters: code, label and position (`response_parameters.csv`)."""
    text = files("hepatica.clinic").joinpath("response_parameters.csv").read_text("utf-8")
    lines = [line.split(",", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return pa.table(
        {
            "code": [code for code, _ in lines[1:]],
            "label": [label for _, label in lines[1:]],
            "position": list(range(len(lines) - 1)),
        }
    )


def criterion_table() -> pa.Table:
    """Response criteria with what each measures and its unit."""
    return pa.table(
        {
            "id": ["mRECIST", "RECIST1.1", "RECIST1.0", "EASL"],
            "unit": ["mm", "mm", "mm", "mm2"],
            "lesion_code": ["VDIAM", "LDIAM", "LDIAM", "VPROD"],
            "sum_code": ["SVIAB", "SDIAM", "SDIAM", "SPROD"],
            "lesion_label": [
                "Viable diameter",
                "Longest diameter",
                "Longest diameter",
                "Product of viable diameters",
            ],
            "sum_label": [
                "Sum of viable diameters of targets",
                "Sum of diameters of targets",
                "Sum of longest diameters of targets",
                "Sum of products of viable diameters",
            ],
        }
    )

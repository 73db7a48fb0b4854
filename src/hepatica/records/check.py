"""Every check of typed records, one after the other; all faults are gathered, none is thrown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from hepatica.core.finding import Finding
from hepatica.records.chronology import check_cutoff, check_deaths, check_follow_up, check_spans
from hepatica.records.draft import Draft
from hepatica.records.image_quantity import check_image_quantities
from hepatica.records.key import check_duplicates, check_orphans
from hepatica.records.lesion import check_baselines, check_lesions, check_scans
from hepatica.records.place import Places
from hepatica.records.plausibility import (
    check_centimetres,
    check_contradictions,
    check_ranges,
    check_tests,
)

CHECKS = (
    check_ranges,
    check_tests,
    check_centimetres,
    check_contradictions,
    check_duplicates,
    check_orphans,
    check_lesions,
    check_baselines,
    check_scans,
    check_image_quantities,
    check_deaths,
    check_spans,
    check_follow_up,
)


def check_records(
    given: Mapping[str, pa.Table], places: Places, *, cutoff: date | None = None
) -> list[Finding]:
    """Faults of typed tables: ranges, units, keys, orphans, lesions and the order of dates.

    Parameters
    ----------
    given : mapping          Table name -> rows under the table's schema; absent tables are empty.
    places : Places          Where the rows came from, for the words of the findings.
    cutoff : date, optional  Dates after it are told.
    """
    draft = Draft(given, places)
    findings = [finding for check in CHECKS for finding in check(draft)]
    return findings + check_cutoff(draft, cutoff)

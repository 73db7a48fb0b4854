"""Words and their codes: what the walk along the scans computes with, and how it is spelled.

Codes are small integers because the same function text runs interpreted and compiled. The
response codes 1 to 6 are also the preference order of the best overall response.
"""

from __future__ import annotations

from typing import Final

# Responses, best first; 0 where the question does not arise (no targets at baseline).
NONE: Final = 0
CR: Final = 1
PR: Final = 2
SD: Final = 3
NON_CR_NON_PD: Final = 4
PD: Final = 5
NE: Final = 6
ND: Final = 7
MISSING: Final = 8
RESPONSES: Final = ("", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND", "MISSING")

# What is known about new lesions at a visit.
NO_NEW: Final = 0
EQUIVOCAL_NEW: Final = 1
CONFIRMED_NEW: Final = 2
NEW_NOT_SCANNED: Final = 3
NEW_LESIONS: Final = ("N", "EQUIVOCAL", "Y", "NE")

# Roles of a lesion row.
NO_ROLE: Final = 0
TARGET: Final = 1
NON_TARGET: Final = 2
NEW: Final = 3
ROLES: Final = ("", "target", "non-target", "new")

# State of a lesion row, after its status and size were read together.
NOT_EVALUABLE: Final = 0
MEASURED: Final = 1
ABSENT: Final = 2
TOO_SMALL: Final = 3
PRESENT: Final = 4
PROGRESSED: Final = 5
CONFIRMED: Final = 6
EQUIVOCAL: Final = 7
STATES: Final = (
    "not evaluable",
    "measured",
    "absent",
    "too small",
    "present",
    "progressed",
    "confirmed",
    "equivocal",
)

# Sizes that are no sizes.
NO_SIZE: Final = -1
NOT_SEEN: Final = -2
TORN: Final = -3
NO_VISIT: Final = -1

# Clauses of the target rule.
NO_TARGETS: Final = 0
TARGETS_REAPPEARED: Final = 1
TARGETS_GONE: Final = 2
TARGETS_GROWN: Final = 3
TARGETS_GROWN_IN_PART: Final = 4
TARGET_MISSING: Final = 5
BASELINE_UNMEASURED: Final = 6
BASELINE_CLEAR: Final = 7
TARGETS_SHRUNK: Final = 8
TARGETS_STABLE: Final = 9
# Clauses that only the overall response can rest on.
NO_BASELINE: Final = 10
NEW_LESION: Final = 11
NEW_LESION_BACKDATED: Final = 12
NEW_LESION_STANDS: Final = 13
NON_TARGET_PROGRESSED: Final = 14
GONE_NON_TARGETS_PERSIST: Final = 15
GONE_NON_TARGETS_NE: Final = 16
NON_TARGETS_GONE: Final = 17
NON_TARGETS_PERSIST: Final = 18
NON_TARGETS_NE: Final = 19
NO_DISEASE: Final = 20
PARTIAL_SCAN: Final = 21
CLAUSES: Final = (
    "NO-TARGETS",
    "TARGETS-REAPPEARED",
    "TARGETS-GONE",
    "TARGETS-GROWN",
    "TARGETS-GROWN-IN-PART",
    "TARGET-MISSING",
    "BASELINE-UNMEASURED",
    "BASELINE-CLEAR",
    "TARGETS-SHRUNK",
    "TARGETS-STABLE",
    "NO-BASELINE",
    "NEW-LESION",
    "NEW-LESION-BACKDATED",
    "NEW-LESION-STANDS",
    "NON-TARGET-PROGRESSED",
    "GONE-NON-TARGETS-PERSIST",
    "GONE-NON-TARGETS-NE",
    "NON-TARGETS-GONE",
    "NON-TARGETS-PERSIST",
    "NON-TARGETS-NE",
    "NO-DISEASE",
    "PARTIAL-SCAN",
)

# What is wrong with a lesion row, seen against the patient's other rows.
NO_FAULT: Final = 0
DUPLICATE: Final = 1
LATE_TARGET: Final = 2
LATE_NON_TARGET: Final = 3
NEW_AT_BASELINE: Final = 4

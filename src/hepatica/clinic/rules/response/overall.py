"""Overall response at one visit: the matrix of target, non-target and new-lesion response.

=== ============ ======================= ========= ==============================
row target       non-target              new       overall
=== ============ ======================= ========= ==============================
1   any          any                     Y         PD
2   PD           any                     any       PD
3   any          PD                      any       PD
4   NE           any but PD              not Y     NE
5   CR           CR                      not Y     CR
6   CR           none                    not Y     CR
7   CR           NON-CR/NON-PD           not Y     PR
8   CR           NE                      not Y     PR
9   PR           CR, NON-CR/NON-PD       not Y     PR
10  PR           NE, none                not Y     PR
11  SD           CR, NON-CR/NON-PD       not Y     SD
12  SD           NE, none                not Y     SD
13  none         CR                      not Y     CR
14  none         NON-CR/NON-PD           not Y     NON-CR/NON-PD
15  none         NE                      not Y     NE
16  none         none                    not Y     ND
17  CR, or none with CR                  NE        NE (a region was not scanned)
=== ============ ======================= ========= ==============================
Read from the top, the first that fits; 'not Y' is N, EQUIVOCAL or NE. Row 17 takes precedence
over rows 5 to 8 and 13; any other visit with new = NE is read as if new = N.

RECIST 1.1, Tables 1 and 2 (rows 1-3, 5, 7, 9, 11 also Choi, Acad Radiol 2018, Table A.1); rows
16 and 17 are ours, and 17 for the non-target-only patient follows from it.
"""

from __future__ import annotations

from hepatica.clinic.rules.response.target import TARGET_RESPONSE
from hepatica.clinic.rules.response.word import (
    CONFIRMED_NEW,
    CR,
    GONE_NON_TARGETS_NE,
    GONE_NON_TARGETS_PERSIST,
    ND,
    NE,
    NEW_LESION,
    NEW_NOT_SCANNED,
    NO_DISEASE,
    NON_CR_NON_PD,
    NON_TARGET_PROGRESSED,
    NON_TARGETS_GONE,
    NON_TARGETS_NE,
    NON_TARGETS_PERSIST,
    NONE,
    PARTIAL_SCAN,
    PD,
    PR,
    SD,
)

# Overall response of each row of the matrix; the row's number is the position.
ROW_RESPONSE = (NONE, PD, PD, PD, NE, CR, CR, PR, PR, PR, PR, SD, SD, CR, NON_CR_NON_PD, NE, ND, NE)

# Clause that a row rests on; 0 = the clause of the target rule.
ROW_CLAUSE = (
    0,
    NEW_LESION,
    0,
    NON_TARGET_PROGRESSED,
    0,
    0,
    0,
    GONE_NON_TARGETS_PERSIST,
    GONE_NON_TARGETS_NE,
    0,
    0,
    0,
    0,
    NON_TARGETS_GONE,
    NON_TARGETS_PERSIST,
    NON_TARGETS_NE,
    NO_DISEASE,
    PARTIAL_SCAN,
)


def matrix_row(target: int, non_target: int, new: int) -> int:  # noqa: PLR0911 - reads as the matrix
    """Row of the matrix for three response codes."""
    if new == CONFIRMED_NEW:
        return 1
    if target == PD:
        return 2
    if non_target == PD:
        return 3
    if target == NE:
        return 4
    if target == NONE:
        return row_without_targets(non_target, new)
    if target == CR:
        return row_of_gone_targets(non_target, new)
    evaluated = non_target in (CR, NON_CR_NON_PD)
    if target == PR:
        return 9 if evaluated else 10
    return 11 if evaluated else 12


def row_of_gone_targets(non_target: int, new: int) -> int:
    """Row for target CR, where neither targets nor non-targets nor a new lesion are PD."""
    if new == NEW_NOT_SCANNED:
        return 17
    if non_target == CR:
        return 5
    if non_target == NONE:
        return 6
    return 7 if non_target == NON_CR_NON_PD else 8


def row_without_targets(non_target: int, new: int) -> int:
    """Row for a patient without targets at baseline, where nothing is PD."""
    if non_target == CR:
        return 17 if new == NEW_NOT_SCANNED else 13
    if non_target == NON_CR_NON_PD:
        return 14
    return 15 if non_target == NE else 16


def overall_clause(row: int, target_clause: int) -> int:
    """Clause that the overall response of a matrix row rests on."""
    return ROW_CLAUSE[row] if ROW_CLAUSE[row] > 0 else target_clause


def target_response(target_clause: int) -> int:
    """Target response that a clause of the target rule gives."""
    return TARGET_RESPONSE[target_clause]

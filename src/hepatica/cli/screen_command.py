"""`hepatica screen`: who is eligible, which criterion fails by which record, what is not known."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hepatica.cli.columned import columned
from hepatica.workflow.screening import Screened, Screening, place_of, screening, write_screening
from hepatica.workflow.workspace import Workspace

_REFRACTORY = (
    "SUBJID DEFVER DEFFL REFRRES REFRDT REFRCRIT NTACE REASON DECLDT SRCFILE SRCSHEET SRCROW"
)
_SHOWN = "IETESTCD IECAT READING AVALC EXPECTED AVAL AVALU AVALTXT ALIMIT ADT AGEDAYS WINDOW REASON"


def run_screen(folder: Path, subject: str, output: Path | None, *, as_json: bool) -> int:
    """Print the screening; with `output`, write every row there as CSV too."""
    found = screening(Workspace(folder), subject)
    if as_json:
        print(json.dumps(_document(found), ensure_ascii=False, default=str))
    else:
        for block in _person(found) if subject else _everybody(found):
            print(block + "\n")
    if output is not None:
        for path in write_screening(found, output):
            print(path, file=sys.stderr if as_json else sys.stdout)
    return 0


def _everybody(found: Screening) -> Iterator[str]:
    if found.label:
        yield found.label
    yield _flow(found)
    yield _verdicts(found)
    yield _failures(found)
    yield _unknowns(found)
    yield _counts(found)
    if found.readings:
        yield _readings(found)
    if found.refractory:
        yield _refractory(found)
        yield _disagreements(found)
    odd = ", ".join(s.subject for s in found.enrolled_ineligible)
    yield f"Enrolled although a criterion fails: {odd or 'nobody'}"


def _verdicts(found: Screening) -> str:
    """Subjects one by one; those who pass and are enrolled only counted."""
    odd = [s for s in found.subjects if s.verdict != "PASS" or not s.enrolled]
    passed = f"Eligible by every criterion and enrolled: {len(found.subjects) - len(odd)}"
    if not odd:
        return passed
    rows = [
        (
            s.subject,
            s.verdict,
            "Y" if s.enrolled else "N",
            ", ".join(s.criteria("FAIL")) or "-",
            ", ".join(s.criteria("UNKNOWN")) or "-",
        )
        for s in odd
    ]
    head = ("subject", "verdict", "enrolled", "fails", "not known")
    return f"Verdicts (PASS = eligible)\n{columned([head, *rows])}\n{passed}"


def _flow(found: Screening) -> str:
    return f"Screening of {found.study}\n" + columned(
        [(f"  {name}", str(len(who))) for name, who in found.flow]
    )


def _failures(found: Screening) -> str:
    rows = [
        (s.subject, r["IETESTCD"], r["REASON"], _when(r), place_of(r))
        for s in found.subjects
        for r in s.rows
        if r["AVALC"] == "FAIL"
    ]
    if not rows:
        return "No criterion fails."
    return "Criteria that fail\n" + columned(
        [("subject", "criterion", "because", "date", "record"), *rows]
    )


def _when(row: Any) -> str:
    if row["ADT"] is None:
        return "-"
    window = "" if row["WINDOW"] is None else f", window {row['WINDOW']}"
    return f"{row['ADT']} ({row['AGEDAYS']} d before{window})"


def _unknowns(found: Screening) -> str:
    who: dict[tuple[str, str], list[str]] = {}
    for one in found.subjects:
        for row in one.rows:
            if row["AVALC"] == "UNKNOWN":
                who.setdefault((row["IETESTCD"], row["REASON"]), []).append(one.subject)
    if not who:
        return "No criterion is unknown."
    order = {r["IETESTCD"]: n for s in found.subjects for n, r in enumerate(s.rows)}
    rows = [
        (criterion, str(len(subjects)), _listed(subjects), reason)
        for (criterion, reason), subjects in sorted(who.items(), key=lambda i: order[i[0][0]])
    ]
    return "Criteria that are not known\n" + columned(
        [("criterion", "n", "subjects", "because"), *rows]
    )


def _listed(subjects: list[str]) -> str:
    shown = ", ".join(subjects[:6])
    return shown if len(subjects) <= 6 else f"{shown}, ..."


def _counts(found: Screening) -> str:
    verdicts = ("PASS", "FAIL", "UNKNOWN")
    return "Criteria\n" + columned(
        [
            ("criterion", *verdicts),
            *((name, *(str(counts[v]) for v in verdicts)) for name, counts in found.counts.items()),
        ]
    )


def _readings(found: Screening) -> str:
    return "Readings of ambiguous criteria\n" + columned(
        [
            ("criterion", "reading", "subjects who change"),
            *(
                (criterion, reading, "chosen" if chosen else f"{len(who)}: {_listed([*who])}")
                for criterion, reading, chosen, who in found.readings
            ),
        ]
    )


def _refractory(found: Screening) -> str:
    counts: dict[str, Counter[str]] = {}
    for row in found.refractory:
        name = row["DEFVER"] + (" (protocol)" if row["DEFFL"] == "Y" else "")
        counts.setdefault(name, Counter())[row["REFRRES"]] += 1
    answers = ("Y", "N", "NE")
    return "TACE-refractory by definition (NE = the records do not tell)\n" + columned(
        [
            ("definition", *answers),
            *((name, *(str(found[a]) for a in answers)) for name, found in counts.items()),
        ]
    )


def _disagreements(found: Screening) -> str:
    differ = found.disagreements
    if not differ:
        return "All definitions of TACE-refractory give the same answer for every subject."
    names = [row["DEFVER"] for row in next(iter(differ.values()))]
    rows = [
        (subject, *(row["REFRRES"] + f" {row['REFRCRIT'] or ''}".rstrip() for row in answers))
        for subject, answers in differ.items()
    ]
    return "Subjects whom the definitions answer differently\n" + columned(
        [("subject", *names), *rows]
    )


def _person(found: Screening) -> Iterator[str]:
    (one,) = found.subjects
    yield f"Subject {one.subject}: {one.verdict} on {one.day} ({one.day_is})"
    rows = [
        (r["IETESTCD"], r["AVALC"], r["EXPECTED"], r["REASON"], _when(r), place_of(r) or "-")
        for r in one.rows
    ]
    yield columned([("criterion", "verdict", "asked", "because", "date", "record"), *rows])
    if found.refractory:
        yield "TACE-refractory\n" + columned(
            [
                (r["DEFVER"], r["REFRRES"], str(r["REFRDT"] or "no date"), r["REASON"])
                for r in found.refractory
            ]
        )


def _document(found: Screening) -> dict[str, Any]:
    return {
        "study": found.study,
        "flow": {name: len(who) for name, who in found.flow},
        "criteria": {name: dict(counts) for name, counts in found.counts.items()},
        "readings": [
            {"criterion": criterion, "reading": reading, "chosen": chosen, "change": list(who)}
            for criterion, reading, chosen, who in found.readings
        ],
        "refractory": [
            {name.lower(): row[name] for name in _REFRACTORY.split()} for row in found.refractory
        ],
        "refractory_disagreements": list(found.disagreements),
        "enrolled_ineligible": [s.subject for s in found.enrolled_ineligible],
        "subjects": [_subject(s) for s in found.subjects],
    }


def _subject(one: Screened) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "verdict": one.verdict,
        "enrolled": one.enrolled,
        "treated": one.treated,
        "stated_reason": one.reason,
        "reference_day": one.day,
        "reference_day_is": one.day_is,
        "criteria": [
            {name.lower(): row[name] for name in _SHOWN.split()} | {"record": place_of(row)}
            for row in one.rows
        ],
    }

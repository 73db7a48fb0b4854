"""What a comparison says of each claim: every printed number beside the study's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from hepatica.analysis.result import Result
from hepatica.audit.claim import Claim


class Verdict(StrEnum):
    """What the records say of a claim; what cannot be compared is never equal."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the study, exact, with the results that it is made of.

    `value` is None where the number does not exist for these data, and `note` says why. `rows` are
    their rows in results.csv; both are empty where no result bears the number.
    """

    value: Fraction | None
    unit: str = ""
    method: str = ""
    note: str = ""
    results: tuple[Result, ...] = ()
    rows: tuple[int, ...] = ()
    subjects: tuple[str, ...] = ()


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Found:
    """What the study knows where a claim points to: numbers by what they are.

    `others` are the same numbers under readings that the protocol did not choose, each named.
    `note` is told with the verdict.
    """

    facts: Facts
    others: tuple[tuple[str, Facts], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """Why a claim cannot be compared; `unknown_word` where a word of it is not in the records."""

    reason: str
    unknown_word: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """One printed number beside the computed one, `shown` as the paper prints it.

    `part` says which number of the claim: value, count, denominator, low or high.
    """

    part: str
    printed: str
    shown: str
    equal: bool
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim with its verdict; `reason` says why not compared, or how equal; `hint` what helps."""

    claim: Claim
    verdict: Verdict
    numbers: tuple[Number, ...] = ()
    reason: str = ""
    hint: str = ""
    code: str = ""

    @property
    def printed(self) -> str:
        """The printed numbers that were compared, such as ``30.0``; the claim's own where none."""
        return _joined(self.numbers, "printed") or _claim_text(self.claim)

    @property
    def computed(self) -> str:
        """The study's numbers as the paper would print them; '' where none was compared."""
        return _joined(self.numbers, "shown")

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows of results.csv behind the numbers."""
        facts = (n.fact for n in self.numbers if n.fact)
        return tuple(dict.fromkeys(row for fact in facts for row in fact.rows))

    @property
    def method(self) -> str:
        """Methods of the numbers, each once."""
        facts = (n.fact for n in self.numbers if n.fact)
        return "; ".join(dict.fromkeys(f.method for f in facts if f.method))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects behind the numbers, in order."""
        facts = (n.fact for n in self.numbers if n.fact)
        return tuple(dict.fromkeys(s for fact in facts for s in fact.subjects))

    @property
    def results(self) -> tuple[Result, ...]:
        """Results behind the numbers."""
        facts = (n.fact for n in self.numbers if n.fact)
        return tuple(dict.fromkeys(r for fact in facts for r in fact.results))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every claim of a paper against the study, in the order of the claims."""

    file: str
    entries: tuple[Compared, ...] = field(default=())

    def of(self, verdict: Verdict) -> tuple[Compared, ...]:
        """The claims of one verdict."""
        return tuple(e for e in self.entries if e.verdict is verdict)

    @property
    def equal(self) -> tuple[Compared, ...]:
        """Claims that the records bear out."""
        return self.of(Verdict.EQUAL)

    @property
    def different(self) -> tuple[Compared, ...]:
        """Claims that the records do not bear out."""
        return self.of(Verdict.DIFFERENT)

    @property
    def not_compared(self) -> tuple[Compared, ...]:
        """Claims that the study cannot say anything about."""
        return self.of(Verdict.NOT_COMPARED)


def _joined(numbers: tuple[Number, ...], name: str) -> str:
    """Numbers as a paper prints them together: 16/20 (80.0); 54.5 [35 to 78], n = 20."""
    by_part: dict[str, str] = {n.part: getattr(n, name) for n in numbers}
    value, whole = by_part.get("value", ""), by_part.get("denominator", "")
    ends = [by_part[p] for p in ("low", "high") if p in by_part]
    bracket = f" [{' to '.join(ends)}]" if ends else ""
    if "count" in by_part:
        count = by_part["count"] + (f"/{whole}" if whole else "")
        return count + (f" ({value})" if value else "") + bracket
    text = f"{value}{bracket}".strip()
    return ", ".join(filter(None, (text, f"n = {whole}" if whole else "")))


def _claim_text(claim: Claim) -> str:
    """The claim's own number where none was compared."""
    return claim.value or claim.count or claim.level

"""A claim: one sentence of a paper about its patients, with its place, quote and printed numbers.

Numbers are kept as printed, as text, because ``5`` and ``5.0`` claim different things. `STATISTICS`
is the closed list of what a claim can say; `variable` is a word of `claim_words.toml` where that
file knows it (so that clinical rules find it), and the author's own word otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hepatica.audit.printed import Printed, parse_printed

# Numbers of patients and their features.
STATISTICS = {
    "size": "how many patients the population has; the number stands in `value`",
    "count": "how many patients have `level` of `variable`; in `count`, of `denominator`",
    "percent": "the share that has `level` of `variable`; in `value`, with `count` where printed",
    "mean": "mean; a bracket declared sd is its standard deviation",
    "median": "median; of a time to event the Kaplan-Meier median",
    "centre": "mean or median, the paper does not say which",
    "sd": "standard deviation (n - 1)",
    "min": "smallest value",
    "max": "largest value",
    "q1": "first quartile",
    "q3": "third quartile",
    "survival": "share in percent without the event at the time in `level`",
    "at_risk": "number at risk at the time in `level`",
    "events": "number of events of a time to event",
    "hazard_ratio": "hazard ratio of the two populations in `between`",
    "odds_ratio": "odds ratio of the two populations in `between`",
    "risk_ratio": "risk ratio of the two populations in `between`",
    "p": "p-value of the comparison of `between`, by the test in `method`",
    "test": "a test statistic with its p-value, such as t(28) = 2.20, p = .036, in `value`",
    "value": "a number of one patient, or a feature of the treatment",
    "rank": "the order of frequencies that the quote tells",
    "criterion": "what every enrolled patient must satisfy; in `value`, such as >=28, 0-2, A/B/C",
    "exclusion": "what no enrolled patient may have",
    "definition": "what the paper means by a word; in `value`",
    "date": "a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "identifier": "a registration number, a DOI, a version",
    "text": "anything else that two places of the paper may say differently",
}
ABOUT_PATIENTS = frozenset(
    [
        "size",
        "count",
        "percent",
        "mean",
        "median",
        "centre",
        "sd",
        "min",
        "max",
        "q1",
        "q3",
        "survival",
        "at_risk",
        "events",
    ]
)
BRACKETS = ("ci", "range", "iqr", "sd", "unknown")
EVERYONE = "all enrolled"
# How the note of a drafted claim begins: the fields that a program guessed.
GUESSED = "guessed:"
# Populations that are not patients of the study.
OUTSIDE = frozenset({"literature", "eligibility", "paper"})


@dataclass(frozen=True, slots=True)
class Bracket:
    """What stands in brackets after a number, as printed; `high` is '' for a standard deviation."""

    low: str
    high: str = ""
    declared_as: str = "unknown"
    conf_level: str = "95"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim; every number as printed, '' where the paper prints none.

    `level` is the category, the AE grade or the time; `value` the number itself, `count` and
    `denominator` what a percentage is of; `between` two populations; `line` its line (TOML) or row
    (CSV, the header is 1) in the claims file.
    """

    id: str
    place: str
    quote: str
    variable: str
    statistic: str
    population: str = EVERYONE
    level: str = ""
    value: str = ""
    count: str = ""
    denominator: str = ""
    unit: str = ""
    bracket: Bracket | None = None
    between: tuple[str, ...] = ()
    method: str = ""
    note: str = ""
    line: int = 0

    @property
    def number(self) -> Printed | None:
        """`value` as a printed number."""
        return parse_printed(self.value)

    @property
    def patients(self) -> int | None:
        """`count` as a whole number of patients."""
        printed = parse_printed(self.count)
        whole = printed and not printed.comparator and printed.value.denominator == 1
        return int(printed.value) if printed and whole else None

    @property
    def of(self) -> int | None:
        """`denominator` as a whole number of patients."""
        printed = parse_printed(self.denominator)
        whole = printed and not printed.comparator and printed.value.denominator == 1
        return int(printed.value) if printed and whole else None

    @property
    def about_patients(self) -> bool:
        """Tell whether the claim can be computed from the patients of the study."""
        return self.statistic in ABOUT_PATIENTS and self.population not in OUTSIDE


@dataclass(frozen=True, slots=True)
class Paper:
    """The claims of one paper.

    `sizes` gives each population's number of patients where a claim or the file says it;
    `within` the population that a population is part of (an arm is part of `all enrolled`);
    `protocol` names a shipped protocol for reconstruction, '' for none.
    """

    claims: tuple[Claim, ...]
    title: str = ""
    reference: str = ""
    protocol: str = ""
    file: str = "claims.toml"
    sizes: dict[str, int] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)

    def claim(self, identifier: str) -> Claim:
        """The claim of this id; KeyError where there is none."""
        return next((c for c in self.claims if c.id == identifier), None) or _absent(identifier)

    def select(self, **where: str) -> Iterator[Claim]:
        """Claims whose fields equal those named, in the order of the file."""
        return (c for c in self.claims if all(getattr(c, k) == v for k, v in where.items()))

    def arms(self, population: str = EVERYONE) -> tuple[str, ...]:
        """The populations that are directly part of `population`, in the order of the file."""
        return tuple(name for name, whole in self.within.items() if whole == population)


def _absent(identifier: str) -> Claim:
    raise KeyError(identifier)

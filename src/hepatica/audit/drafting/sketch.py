"""A number found in a paper, before it is a claim: what it says, and which of that is a guess."""

from __future__ import annotations

from dataclasses import dataclass, field

from hepatica.audit.claim import EVERYONE, GUESSED, Bracket, Claim


@dataclass(frozen=True, slots=True)
class Sketch:
    """One statement; `start` and `end` are where its numbers stand in the passage.

    `variable` and `level` are '' until they are guessed; `guessed` names every field that the paper
    does not say in so many words.
    """

    start: int
    end: int
    statistic: str
    value: str = ""
    count: str = ""
    denominator: str = ""
    unit: str = ""
    bracket: Bracket | None = None
    variable: str = ""
    level: str = ""
    population: str = EVERYONE
    between: tuple[str, ...] = ()
    guessed: tuple[str, ...] = field(default=("variable", "statistic"))

    def claim(self, identifier: str, place: str, quote: str, line: int) -> Claim:
        """The claim of this sketch, its guesses named in the note."""
        return Claim(
            identifier,
            place,
            quote,
            self.variable,
            self.statistic,
            population=self.population,
            level=self.level,
            value=self.value,
            count=self.count,
            denominator=self.denominator,
            unit=self.unit,
            bracket=self.bracket,
            between=self.between,
            note=f"{GUESSED} {', '.join(self.guessed)}" if self.guessed else "",
            line=line,
        )

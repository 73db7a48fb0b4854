"""One reconstructed patient: what the data set says, the calendar, the liver and the tumour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hepatica.audit.claim import Claim
from hepatica.audit.data_set import Patient, Value
from hepatica.audit.reconstruction.liver import Liver, in_band, liver
from hepatica.audit.reconstruction.named import narrower
from hepatica.audit.reconstruction.rest import Listed, with_rest
from hepatica.audit.reconstruction.stream import Stream, between, stream, whole
from hepatica.audit.reconstruction.syndrome import is_syndrome, number_of_parts
from hepatica.audit.reconstruction.timing import Timing, misfit, patient_terms, timing
from hepatica.audit.reconstruction.tumour import Tumour, tumour
from hepatica.audit.word import ADVERSE_EVENT
from hepatica.study import Study

Row = dict[str, Any]
Told = Callable[[str], None]
ANY_EVENT = "AE of any kind"
OTHER_EVENT = "AE of another kind"  # than those that the claims name
OTHER_TERM = "fatigue"


@dataclass(frozen=True, kw_only=True)
class Course:
    """A patient; days count from the origin of the times, which lies on `origin`."""

    id: str
    number: int
    seed: int
    arm: str
    values: Mapping[str, Value]
    origin: date
    age: float
    sex: str
    ecog: int
    afp: float
    weight: float
    timing: Timing
    liver: Liver
    tumour: Tumour
    told: Mapping[str, str]
    study: Study = field(repr=False)

    def day(self, number: int) -> date:
        """The date of a day of the course."""
        return self.origin + timedelta(days=number)

    def draw(self, purpose: str) -> Stream:
        """The patient's own draws for one purpose."""
        return stream(self.seed, self.number, purpose)

    def word(self, variable: str) -> str:
        """The patient's level of a category, '' where the claims say nothing of it."""
        value = self.values.get(variable)
        return value if isinstance(value, str) else ""

    def says_yes(self, variable: str) -> bool:
        """Whether the patient has it."""
        return self.word(variable).strip().lower() in {"yes", "y"}

    def whole_number(self, variable: str) -> int | None:
        """The patient's number, None where the claims say nothing of it."""
        value = self.values.get(variable)
        return int(value) if isinstance(value, Fraction) else None

    def grades(self) -> dict[str, int]:
        """Worst grade of every adverse event that the patient had, by its name in the paper."""
        found = {
            name.removeprefix(ADVERSE_EVENT): int(value)
            for name, value in self.values.items()
            if name.startswith(ADVERSE_EVENT) and name not in {ANY_EVENT, OTHER_EVENT}
            if not (is_syndrome(name) and self.has_parts)
            if isinstance(value, str) and value.isdecimal() and value != "0"
        }
        other = self.word(OTHER_EVENT) if OTHER_EVENT in self.values else self.word(ANY_EVENT)
        if other.isdecimal() and other != "0" and (OTHER_EVENT in self.values or not found):
            return {**found, OTHER_TERM: int(other)}
        return found

    @property
    def has_parts(self) -> bool:
        """Whether the patient has enough parts of a post-embolization syndrome to make one."""
        enough = self.study.safety.post_embolization.at_least
        return number_of_parts(self.values, self.study) >= enough


@dataclass(frozen=True, slots=True)
class Frame:
    """What all courses share: protocol, criteria that the patients meet, seed, who listens.

    `told` is what the paper says of single patients, by their position; `listed` the levels that
    it counts patients of.
    """

    study: Study
    criteria: Sequence[Claim]
    seed: int
    tell: Told
    told: Mapping[int, Mapping[str, str]]
    listed: Listed


def courses(
    data_set: Sequence[Patient], days: Sequence[Mapping[str, int]], frame: Frame
) -> list[Course]:
    """Every patient's course, in the order of their first treatment."""
    starts = _starts(len(data_set), frame.study, frame.seed)
    return [
        _course(i, patient, own, starts[i], frame)
        for i, (patient, own) in enumerate(zip(data_set, days, strict=True))
    ]


def _starts(count: int, study: Study, seed: int) -> list[date]:
    """Days of the first treatments, spread over the enrolment, in order."""
    begin = study.study.enrolment_start or study.study.cutoff - timedelta(days=1825)
    end = study.study.enrolment_end or study.study.cutoff - timedelta(days=730)
    draw = stream(seed, 0, "enrolment")
    shares = sorted(float(draw.random()) for _ in range(count))
    # The first and the last patient come in the first and the last weeks, as enrolment dates say.
    offsets = [0.0, *shares[1:-1], 1.0] if count > 1 else shares
    length = max((end - begin).days - 28, 0)
    return [begin + timedelta(days=14 + round(length * share)) for share in offsets]


def _course(
    position: int, patient: Patient, days: Mapping[str, int], start: date, frame: Frame
) -> Course:
    index, seed, study = position + 1, frame.seed, frame.study
    values = with_rest(patient.values, frame.listed, stream(seed, index, "rest"))
    extra = frame.told.get(position, {})

    def told(text: str) -> None:
        frame.tell(f"patient {index:03d}: {text}")

    terms = patient_terms(values, days, study, stream(seed, index, "terms"))
    times = timing(terms, stream(seed, index, "timing"), told)
    if unfit := misfit(times, values, days):
        told(f"{unfit} cannot be recorded")
    origin = start - timedelta(days=times.sessions[0])
    late = (origin + timedelta(days=times.end)) - study.study.cutoff
    origin -= max(late, timedelta(0))
    person = stream(seed, index, "person")
    return Course(
        id=f"{index:03d}",
        number=index,
        seed=seed,
        arm=patient.population,
        values=values,
        origin=origin,
        age=_age(values, person),
        sex=_sex(values, person),
        ecog=_ecog(values, person),
        afp=round(in_band(_afp(values, extra), (6.0, 9000.0), person), 1),
        weight=round(2 * between(person, 50, 78)) / 2,
        timing=times,
        liver=liver(values, frame.criteria, stream(seed, index, "liver"), told),
        tumour=tumour(values, times, stream(seed, index, "tumour"), told),
        told=extra,
        study=study,
    )


def _afp(values: Mapping[str, Value], told: Mapping[str, str]) -> Value | None:
    known = values.get("AFP")
    level = known if isinstance(known, str) else ""
    return narrower(level, told["AFP"]) if "AFP" in told else known


def _age(values: Mapping[str, Value], draw: Stream) -> float:
    drawn = whole(draw, 38, 76)
    age = values.get("age")
    return float(age) if isinstance(age, Fraction) else drawn


def _ecog(values: Mapping[str, Value], draw: Stream) -> int:
    drawn = whole(draw, 0, 1)
    known = values.get("ECOG-PS")
    return int(known) if isinstance(known, str) and known.isdecimal() else drawn


def _sex(values: Mapping[str, Value], draw: Stream) -> str:
    drawn = "M" if float(draw.random()) < 0.8 else "F"
    known = values.get("sex")
    return known if isinstance(known, str) and known in {"F", "M"} else drawn

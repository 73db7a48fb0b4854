"""A study folder written from a data set: protocol, records, the claims, the data set, a README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.data_set import DataSet
from hepatica.audit.data_set_file import FILE_NAME as DATA_SET_FILE
from hepatica.audit.data_set_file import Account, data_set_text
from hepatica.audit.reconstruction.account import computed_claims, readme_text
from hepatica.audit.reconstruction.carried import uncarried
from hepatica.audit.reconstruction.course import Course, Frame, courses
from hepatica.audit.reconstruction.day import patient_days
from hepatica.audit.reconstruction.named import told_values
from hepatica.audit.reconstruction.protocol import study_text
from hepatica.audit.reconstruction.record import record_rows
from hepatica.audit.reconstruction.rest import listed_levels
from hepatica.audit.reconstruction.syndrome import with_syndromes
from hepatica.core.errors import UsageError
from hepatica.records.template import write_template
from hepatica.study import Study
from hepatica.study.model import FILE_NAME as STUDY_FILE
from hepatica.study.reader import read_study

ELIGIBILITY_RULE = "eligibility.met"
RECORDS_FILE = "records.xlsx"


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """What was written.

    `told` are sentences on what the records could not carry; `held` the claims computed as true
    of the data set.
    """

    paths: tuple[Path, ...]
    told: tuple[str, ...]
    held: tuple[str, ...]


def write_study(folder: Path, paper: Paper, data_set: DataSet, account: Account) -> Reconstruction:
    """Write the study folder of a data set that satisfies the claims `account.kept`.

    The same paper, data set and seed give the same bytes. Files of these names are replaced;
    others in the folder are left alone.

    Raises      UsageError where the folder cannot be written, or the paper has no patients.
    """
    if not data_set:
        raise UsageError("the claims describe no patients: nothing to write")
    told: list[str] = list(uncarried(data_set))
    paths = [folder / name for name in (STUDY_FILE, RECORDS_FILE, DATA_SET_FILE, "README.md")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(study_text(paper, data_set, account.seed), encoding="utf-8")
        study = read_study(folder)
        data_set = with_syndromes(paper, data_set, study, account.seed, account.kept)
        made = patient_courses(paper, data_set, study, account, told)
        write_template(paths[1], record_rows(made))
        paths[2].write_text(data_set_text(data_set, account), encoding="utf-8")
        paths[3].write_text(readme_text(paper, data_set, account, tuple(told)), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from error
    held, _ = computed_claims(paper, data_set, account)
    return Reconstruction(tuple(paths), tuple(told), tuple(c.id for c in held))


def patient_courses(
    paper: Paper, data_set: DataSet, study: Study, account: Account, told: list[str]
) -> list[Course]:
    """Every patient's course; sentences on what cannot be as the data set says go to `told`."""
    month_days = Fraction(str(study.conventions.month_days))
    days = patient_days(paper, data_set, month_days, account.kept)
    extra = told_values(paper, data_set, account.kept)
    listed = listed_levels(paper, data_set)
    frame = Frame(study, _criteria(paper, account), account.seed, told.append, extra, listed)
    return courses(data_set, days, frame)


def _criteria(paper: Paper, account: Account) -> Sequence[Claim]:
    """Eligibility criteria that the patients meet: those kept, unless the rule itself was left."""
    if ELIGIBILITY_RULE in account.dropped:
        return ()
    return [c for c in paper.claims if c.statistic == "criterion" and c.id in account.kept]

"""What a reconstruction tells of itself: its README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.data_set import DataSet
from hepatica.audit.data_set_file import Account
from hepatica.audit.evaluation import holds
from hepatica.audit.rule import rules
from hepatica.core.citation import citations

_QUOTE_LENGTH = 90


def readme_text(paper: Paper, data_set: DataSet, account: Account, told: Sequence[str]) -> str:
    """README.md of the study folder; `told` is what the records could not carry."""
    return "\n".join(_lines(paper, data_set, account, told)) + "\n"


def _lines(paper: Paper, data_set: DataSet, account: Account, told: Sequence[str]) -> Iterator[str]:
    yield f"# Reconstructed: {paper.title or 'a study, from its claims'}\n"
    yield "**These are not patient data.** The patients of this folder were made up by a program"
    yield f"so that the claims of `{paper.file}` hold of them. They show that these claims can be"
    yield "true together, not that they are; another seed gives other patients.\n"
    if paper.reference:
        known = citations().get(paper.reference)
        yield f"The paper: {known or paper.reference}\n"
    computed = computed_claims(paper, data_set, account)
    yield "| | |\n|---|---|"
    yield f"| patients | {len(data_set)} |"
    yield f"| seed | {account.seed} |"
    yield f"| claims in the file | {len(paper.claims)} |"
    yield f"| claims kept | {len(account.kept)} |"
    yield f"| of these, computed from the patients | {sum(map(len, computed))} |"
    yield f"| claims and rules left out | {len(account.dropped)} |\n"
    yield "`data_set.json` holds what the claims fix of each patient; `records.xlsx` is written"
    yield "from it and the seed alone, so the same two give the same records.\n"
    yield from _dropped(paper, account)
    yield from _kept(paper, data_set, account)
    yield from _unfit(told)
    yield _INVENTED


def _dropped(paper: Paper, account: Account) -> Iterator[str]:
    yield "## Left out\n"
    if not account.dropped:
        yield "Nothing: every claim about the patients that a data set can hold, holds.\n"
        return
    yield "Not everything in the paper can be true of the same patients. Leaving out these is one"
    yield "of the least ways to make the rest possible; which is mistaken, it does not say.\n"
    known = {c.id: c for c in paper.claims}
    for name in account.dropped:
        reason = " (named by the user)" if name in account.asked else ""
        yield f"- `{name}`{reason}: {_told(known[name]) if name in known else _rule(name)}"
    yield ""
    if account.conflicts:
        yield "What cannot stand together:\n"
        yield from (f"- {sentence}" for sentence in map(_plain, account.conflicts))
        yield ""
    else:
        yield "`hepatica audit` shows the minimal sets of claims that cannot stand together.\n"
    if account.note:
        yield f"Of the search: {account.note}.\n"


def _plain(sentence: str) -> str:
    """A conflict without the words that the heading has said already."""
    return sentence.removeprefix("No patients satisfy all of this at once: ")


def _rule(name: str) -> str:
    rule = rules().get(name)
    return f"rule: {rule.text}" if rule else "a rule"


def _told(claim: Claim) -> str:
    words = " ".join(claim.quote.split()).replace("`", "'")
    short = words if len(words) <= _QUOTE_LENGTH else words[: _QUOTE_LENGTH - 1] + "\u2026"
    return f"{claim.place}: \u201c{short}\u201d"


def _kept(paper: Paper, data_set: DataSet, account: Account) -> Iterator[str]:
    held, read_otherwise = computed_claims(paper, data_set, account)
    yield "## What holds of these patients\n"
    yield "Computed from `data_set.json` in exact arithmetic:\n"
    yield from _by_variable(held)
    yield ""
    if read_otherwise:
        yield "Kept, but under another reading than the printed one (of a bracket that is called a"
        yield "confidence interval, the range):\n"
        yield from _by_variable(read_otherwise)
        yield ""
    yield "The other claims kept are about what no data set holds, or are criteria that some of the"
    yield "patients do not meet.\n"


def _by_variable(claims: Sequence[Claim]) -> Iterator[str]:
    for variable in dict.fromkeys(c.variable for c in claims):
        ids = [c.id for c in claims if c.variable == variable]
        yield f"- {variable}: {', '.join(ids)}"


def computed_claims(
    paper: Paper, data_set: DataSet, account: Account
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Claims kept that are true of the data set as printed, and those kept as read otherwise.

    A criterion of eligibility that the patients do not all meet is in neither.
    """
    kept = set(account.kept)
    answers = [(c, holds(c, data_set, paper)) for c in paper.claims if c.id in kept]
    held = tuple(c for c, answer in answers if answer)
    criteria = {"criterion", "exclusion"}
    other = (c for c, answer in answers if answer is False and c.statistic not in criteria)
    return held, tuple(other)


def _unfit(told: Sequence[str]) -> Iterator[str]:
    yield "## What the records could not carry\n"
    if told:
        yield from (f"- {sentence}" for sentence in told)
    else:
        yield "Nothing: every value of the data set is in the records."
    yield ""


_INVENTED = """## Invented

All dates, lesions and measurements, laboratory values, weights, doses, other medication, causes
of death, answers at screening, the history beyond what the claims count, and who has which
combination of characteristics, as far as the claims leave it open. Scans lie at the protocol's
intervals, the last one on the last day of progression-free survival. Each adverse event is
recorded once, at its worst grade."""

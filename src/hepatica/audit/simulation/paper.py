"""The true paper of a made trial: methods, tables, figure, then the abstract that restates them.

Every claim is computed here from the patients by its own way (counts of Counter, curves of the
statistics library), not by the evaluation, so that the two check each other.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

from hepatica.audit.claim import EVERYONE, Claim, Paper
from hepatica.audit.data_set import DataSet
from hepatica.audit.simulation.comparison import print_comparisons
from hepatica.audit.simulation.figure import print_survival
from hepatica.audit.simulation.method import print_index_patient, print_methods
from hepatica.audit.simulation.press import Press, Style, made_style, share_bracket
from hepatica.audit.simulation.trial import Trial, made_trial

ABSTRACT, TEXT = "Abstract", "Results"
CATEGORIES = {
    "sex": ("F", "M"),
    "ECOG-PS": ("0", "1", "2", "3"),
    "Child-Pugh": ("A", "B", "C"),
    "BCLC": ("A", "B", "C", "D"),
    "cause": ("hepatitis B", "hepatitis C", "alcohol", "other"),
    "AFP": ("<200 ng/mL", ">=200 ng/mL"),
    "prior surgery": ("yes", "no"),
}
NUMBERS = ("age", "albumin", "bilirubin", "platelets", "tumour size", "prior TACE", "sessions")
RESPONSES = ("CR", "PR", "SD", "PD", "NE")


def true_paper(seed: int) -> tuple[Paper, Trial]:
    """The paper of a seed, in a style of that seed, and the trial of which all of it is true."""
    trial = made_trial(seed)
    rng = Random(f"style {seed}")
    style = made_style(rng)
    press = Press(style)
    whole = not trial.arms or style.tells_total
    columns = (*trial.arms, EVERYONE) if whole else trial.arms
    for population in dict.fromkeys((EVERYONE, *columns)):
        size = str(len(trial.rows(population)))
        press.claim(TEXT, "patients", "size", population=population, value=size)
    print_methods(press, trial, rng)
    told = frozenset(v for v in (*CATEGORIES, *NUMBERS, "groups") if rng.random() < 0.6)
    for population in columns:
        _print_baseline(press, trial.rows(population), population, told)
        _print_response(press, trial.rows(population), population)
        _print_toxicity(press, trial.rows(population), population)
        print_survival(press, trial, population)
        if rng.random() < 0.3:
            _print_rank(press, population)
    if trial.arms:
        print_comparisons(press, trial, rng)
    if rng.random() < 0.3:
        print_index_patient(press, trial, rng)
    _print_abstract(press, rng)
    sizes = {p: len(trial.rows(p)) for p in dict.fromkeys((EVERYONE, *columns))}
    within = dict.fromkeys(trial.arms, EVERYONE)
    title = f"Simulated trial {seed}"
    return Paper(tuple(press.claims), title=title, sizes=sizes, within=within), trial


def _print_baseline(press: Press, rows: DataSet, population: str, told: frozenset[str]) -> None:
    for variable in CATEGORIES:
        if variable in told and not (variable == "ECOG-PS" and "groups" in told):
            _print_category(press, rows, population, variable)
    if "groups" in told:
        _print_groups(press, rows, population)
    for variable in NUMBERS:
        numbers = sorted(v for p in rows if isinstance(v := p.values.get(variable), Fraction))
        if len(numbers) >= 2 and variable in told:
            press.centre("Table 1", variable, numbers, population)


def _print_category(press: Press, rows: DataSet, population: str, variable: str) -> None:
    found = Counter(str(p.values[variable]) for p in rows if variable in p.values)
    known = sum(found.values())
    of = known if press.style.missing == "known" else len(rows)
    for level in CATEGORIES[variable]:
        if found[level] or variable in {"sex", "Child-Pugh"}:
            where = {"population": population}
            press.share("Table 1", variable, level, found[level], of, **where)
    if press.style.missing == "row" and known < len(rows):
        missing = len(rows) - known
        press.share("Table 1", variable, "unknown", missing, of, population=population)


def _print_response(press: Press, rows: DataSet, population: str) -> None:
    found = Counter(str(p.values["best response"]) for p in rows)
    evaluable = press.style.evaluable_only and found["NE"] < len(rows)
    of = len(rows) - (found["NE"] if evaluable else 0)
    for level in RESPONSES[: 4 if evaluable else 5]:
        if found[level] or level != "NE":
            where = {"population": population}
            press.share("Table 2", "best response", level, found[level], of, **where)
    for variable, count in (
        ("ORR", found["CR"] + found["PR"]),
        ("DCR", found["CR"] + found["PR"] + found["SD"]),
    ):
        bracket = share_bracket(press, count, of)
        press.share("Table 2", variable, "", count, of, population=population, bracket=bracket)
    if not evaluable:
        shrunk = sum(p.values["tumour reduction"] == "yes" for p in rows)
        press.share("Table 2", "tumour reduction", "", shrunk, of, population=population)


def _print_groups(press: Press, rows: DataSet, population: str) -> None:
    """Numbers and grades told as groups: age in two, performance status 0-1 against 2-3."""
    ages = [v for p in rows if isinstance(v := p.values.get("age"), Fraction)]
    status = [str(p.values["ECOG-PS"]) for p in rows if "ECOG-PS" in p.values]
    for variable, known, groups in (
        ("age", len(ages), {"<65": sum(a < 65 for a in ages), ">=65": sum(a >= 65 for a in ages)}),
        (
            "ECOG-PS",
            len(status),
            {"0-1": sum(e < "2" for e in status), "2-3": sum(e > "1" for e in status)},
        ),
    ):
        of = known if press.style.missing == "known" else len(rows)
        for level, count in groups.items():
            press.share("Table 1", variable, level, count, of, population=population)


def _print_toxicity(press: Press, rows: DataSet, population: str) -> None:
    """Any grade with its percentage, and the grades in numbers."""
    names = sorted({name for p in rows for name in p.values if name.startswith("AE ")})
    for name in names:
        grades = Counter(str(p.values[name]) for p in rows)
        ever, where = len(rows) - grades["0"], {"population": population}
        press.share("Table 3", name, "any", ever, len(rows), **where)
        for level in press.style.grades:
            count = sum(n for grade, n in grades.items() if _in_column(grade, level))
            fields = {"level": level, "count": str(count), "unit": "patients"}
            if press.style.tells_denominator:
                fields["denominator"] = str(len(rows))
            press.claim("Table 3", name, "count", **fields, **where)


def _in_column(grade: str, level: str) -> bool:
    low, _, high = level.removeprefix(">=").partition("-")
    return low <= grade <= (high or ("5" if level.startswith(">") else low))


def _print_abstract(press: Press, rng: Random) -> None:
    """Some of the results again, in words of their own, perhaps with fewer decimals."""
    told = [c for c in press.claims if _is_headline(c)]
    for claim in rng.sample(told, min(len(told), rng.randint(2, 7))):
        fields = {
            name: getattr(claim, name)
            for name in ("population", "level", "value", "count", "denominator", "unit")
        }
        fields |= {"bracket": claim.bracket, "between": claim.between, "method": claim.method}
        if claim.statistic == "percent" and press.style.coarse_abstract and claim.count:
            fields["value"] = _coarse(claim, press.style)
            fields["denominator"] = ""
        press.claim(ABSTRACT, claim.variable, claim.statistic, **fields)


def _print_rank(press: Press, population: str) -> None:
    """The three most common adverse events of the table, in their order."""
    events = [
        c
        for c in press.claims
        if c.variable.startswith("AE ") and c.variable != "AE of any kind" and c.level == "any"
    ]
    own = [c for c in events if c.population == population and c.number]
    first = sorted(own, key=lambda c: -float(c.number.value if c.number else 0))[:3]
    terms = ", ".join(f"{c.variable.removeprefix('AE ')} ({c.value}%)" for c in first)
    quote = f"The most common adverse events were {terms}"
    where = {"population": population, "level": "most common"}
    press.claim(TEXT, "adverse events", "rank", quote=quote, **where)


def _is_headline(claim: Claim) -> bool:
    headline = {"ORR", "DCR", "OS", "PFS", "age", "patients"}
    common = claim.variable.startswith("AE ") and claim.level == "any"
    return claim.statistic != "at_risk" and (claim.variable in headline or common)


def _coarse(claim: Claim, style: Style) -> str:
    """The percentage without decimals where that cannot double-round: not after a printed half."""
    whole, _, decimals = claim.value.partition(".")
    if not decimals or decimals == "5":
        return claim.value
    return str(int(whole) + (decimals > "5"))

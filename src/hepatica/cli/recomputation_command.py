"""`hepatica statcheck`, `interval`, `km-rebuild`: single numbers of a paper computed again."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.cli.columned import columned
from hepatica.core.errors import NotDefined, UsageError
from hepatica.core.finding import Finding, Place, has_error
from hepatica.core.finding_code import finding_of

if TYPE_CHECKING:
    from hepatica.audit.recomputation.guyot import Rebuilt
    from hepatica.audit.recomputation.test_statistic import Recomputation, Rule, TestStatistic
    from hepatica.stats.kaplan_meier import Quantile

_PATH = click.Path(path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
_YES = {"1", "true", "yes", "y"}
_NO = {"0", "false", "no", "n"}
_ALPHA = re.compile(r"0?\.\d{1,10}")
_SHARE = re.compile(r"\s*(\d{1,6})\s*(?:/|of)\s*(\d{1,6})\s*")
_OPTIONS = ("one_tailed", "alpha", "p_equal_alpha_sig", "p_zero_error")
_APPENDED = ["recomputed_p", "error", "decision_error"]
_TIMES = ("time", "t", "x", "t_risk", "trisk", "month", "months")
_SURVIVALS = ("survival", "surv", "prob", "s", "y")
_AT_RISK = ("n_risk", "nrisk", "at_risk", "atrisk", "n")

Checked = list[tuple["TestStatistic", "Recomputation"]]


@click.command(name="statcheck")
@click.argument("text", required=False)
@click.option("--file", type=_PATH, help="Check every row of this CSV: text, and options below.")
@click.option("--one-tailed", is_flag=True, help="The tests were one-sided.")
@click.option("--alpha", default="0.05", show_default=True, help="Level of a decision.")
@click.option(
    "--p-equal-alpha-sig/--no-p-equal-alpha-sig",
    default=True,
    show_default=True,
    help="p = alpha is significant.",
)
@click.option(
    "--p-zero-error/--no-p-zero-error",
    default=True,
    show_default=True,
    help="p = 0 is an error.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows with what was found.")
@_as_json
def statcheck(
    text: str | None, file: Path | None, as_csv: bool, as_json: bool, **options: Any
) -> int:
    """Compute p again from the test statistics in TEXT, such as "t(28)=2.20, p=.036"."""
    if as_csv and as_json:
        raise UsageError("--csv and --json: choose one")
    if (text is None) == (file is None):
        raise UsageError('statcheck: expected a text such as "t(28)=2.20, p=.036", or --file')
    given = {name: str(value) for name, value in options.items()}
    if file is not None:
        return _check_file(file, given, as_csv=as_csv, as_json=as_json)
    rule = _rule(given, Place())
    if isinstance(rule, Finding):
        raise UsageError(f"{rule.place.column}: found {rule.found}; expected {rule.expected}")
    found = _checked(text or "", rule)
    if as_csv:
        print(_csv_text(["text"], [([text or ""], found)]), end="")
    elif as_json:
        print(json.dumps({"results": [_document(*one) for one in found]}, allow_nan=False))
    else:
        print("\n".join(_sentence(*one) for one in found) or _nothing())
    return int(any(one.error for _, one in found))


def _nothing() -> str:
    return "No test statistic with its p, such as t(28) = 2.20, p = .036"


def _rule(cells: dict[str, str], place: Place) -> Rule | Finding:
    """How a case is judged, or what is wrong with its options."""
    from hepatica.audit.recomputation.test_statistic import Rule

    for name in _OPTIONS:
        word = cells[name].strip().lower()
        known = _ALPHA.fullmatch(word) if name == "alpha" else word in _YES | _NO
        if not known:
            expected = "a number such as 0.05" if name == "alpha" else "1 or 0"
            at = replace(place, column=name)
            return finding_of("P241", at, found=repr(word[:40]), expected=expected)
    yes = {name: cells[name].strip().lower() in _YES for name in _OPTIONS}
    return Rule(
        one_tailed=yes["one_tailed"],
        alpha=Fraction(cells["alpha"].strip()),
        p_equal_alpha_sig=yes["p_equal_alpha_sig"],
        p_zero_error=yes["p_zero_error"],
    )


def _checked(text: str, rule: Rule) -> Checked:
    from hepatica.audit.recomputation.test_statistic import recomputation, test_statistics

    return [(stated, recomputation(stated, rule)) for stated in test_statistics(text)]


def _check_file(path: Path, given: dict[str, str], *, as_csv: bool, as_json: bool) -> int:
    from hepatica.records.delimited import read_delimited

    table = read_delimited(path, known=("text", *_OPTIONS))
    at = {name.strip().lower(): i for i, name in reversed(list(enumerate(table.header)))}
    if "text" not in at:
        raise UsageError(f"{path.name}: has no column text")
    rows: list[tuple[int, list[str], Checked]] = []
    faults = list(table.findings)
    for number, row in table.rows:
        own = {name: row[at[name]] for name in _OPTIONS if name in at and row[at[name]].strip()}
        rule = _rule(given | own, Place(path.name, row=number))
        if isinstance(rule, Finding):
            faults.append(rule)
        rows.append(
            (number, row, [] if isinstance(rule, Finding) else _checked(row[at["text"]], rule))
        )
    if as_csv:
        print(_csv_text(table.header, [(row, found) for _, row, found in rows]), end="")
    elif as_json:
        cases = [
            {"row": number, "text": row[at["text"]], "results": [_document(*one) for one in found]}
            for number, row, found in rows
        ]
        document = {"cases": cases, "findings": [*map(str, faults)]}
        print(json.dumps(document, allow_nan=False, ensure_ascii=False))
    else:
        for number, row, found in rows:
            told = "; ".join(_sentence(*one) for one in found)
            if any(fault.place.row == number for fault in faults):
                told = "not judged"
            print(f"row {number}: {told or 'no test statistic in ' + repr(row[at['text']][:60])}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return int(has_error(faults))


def _csv_text(header: Sequence[str], rows: Sequence[tuple[list[str], Checked]]) -> str:
    """The rows with what was found; of several results the first that is an error, or the first."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*header, *_APPENDED])
    for row, found in rows:
        told = next((r for _, r in found if r.error), found[0][1] if found else None)
        writer.writerow([*row, *(_cells(told) if told else ("", "", ""))])
    return stream.getvalue()


def _cells(found: Recomputation) -> tuple[str, str, str]:
    p = "" if math.isnan(found.p) else f"{found.p:.10g}"
    return p, _flag(found.error), _flag(found.decision_error)


def _flag(value: bool | None) -> str:
    return "" if value is None else str(int(value))


def _document(stated: TestStatistic, found: Recomputation) -> dict[str, Any]:
    def known(p: float) -> float | None:
        return None if math.isnan(p) else p

    return {
        "text": stated.text.strip(),
        "test": stated.kind,
        "df1": stated.df1,
        "df2": stated.df2,
        "comparator": stated.comparator,
        "value": float(stated.value),
        "p_comparator": stated.p_comparator,
        "p": None if stated.p is None else float(stated.p),
        "recomputed_p": known(found.p),
        "p_low": known(found.low),
        "p_high": known(found.high),
        "error": found.error,
        "decision_error": found.decision_error,
    }


def _sentence(stated: TestStatistic, found: Recomputation) -> str:
    text = stated.text.strip()
    if found.error is None:
        return f"{text}: no p can be computed"
    within = f"p = {found.p:.4g} ({found.low:.4g} to {found.high:.4g} within rounding)"
    told = "inconsistent" if found.error else "consistent"
    if found.decision_error:
        told += ", on the other side of alpha"
    return f"{text}: {told}; {within}"


# --- interval ----------------------------------------------------------------------------------


@click.command(name="interval")
@click.argument("share")
@click.option("--conf-level", default="95", show_default=True, help="In percent.")
@click.option("--printed", default="", metavar="L-U", help="Limits of the paper, as 15.4-59.2.")
@_as_json
def interval(share: str, conf_level: str, printed: str, as_json: bool) -> int:
    """Confidence limits of SHARE, such as 7/20, by every usual method; which gives the printed."""
    from hepatica.audit.recomputation.proportion_interval import (
        parse_interval,
        proportion_intervals,
    )

    match = _SHARE.fullmatch(share)
    if not match:
        raise UsageError(f"share {share[:40]!r}: expected a count of a number, such as 7/20")
    count, n = int(match[1]), int(match[2])
    if n < 1 or count > n:
        raise UsageError(f"share {share[:40]!r}: expected a count from 0 to n, and n of 1 or more")
    level = _level(conf_level)
    limits = parse_interval(printed) if printed else None
    found = proportion_intervals(count, n, level=level, printed=limits)
    methods = [one.method for one in found if one.agrees]
    if as_json:
        rows = [
            {"method": one.method, "lower": one.low, "upper": one.high, "agrees": one.agrees}
            for one in found
        ]
        document = {"count": count, "n": n, "conf_level": level, "methods": rows}
        agreeing = methods if limits else None
        print(json.dumps(document | {"printed": printed or None, "agreeing": agreeing}))
    else:
        percent = limits is None or limits.percent
        table = [
            (one.method, _limit(one.low, percent), _limit(one.high, percent), _mark(one.agrees))
            for one in found
        ]
        unit = "%" if percent else "share"
        head = (f"{count}/{n}, {conf_level} % limits in {unit}", "lower", "upper", "")
        print(columned([head, *table]))
        if limits:
            told = ", ".join(methods) if methods else "no usual method"
            print(f"\n{printed} is given by: {told}")
    return int(limits is not None and not methods)


def _level(text: str) -> float:
    try:
        level = float(text.strip().rstrip("%")) / 100
    except ValueError:
        level = math.nan
    if not 0.5 <= level < 1:
        raise UsageError(f"--conf-level {text[:40]!r}: expected percent from 50 to below 100")
    return level


def _limit(value: float | None, percent: bool) -> str:
    if value is None:
        return "not defined"
    return f"{value * 100:.2f}" if percent else f"{value:.4f}"


def _mark(agrees: bool | None) -> str:
    return "as printed" if agrees else ""


# --- km-rebuild --------------------------------------------------------------------------------


@click.command(name="km-rebuild")
@click.argument("curve", type=_PATH)
@click.argument("risk", type=_PATH)
@click.option("-o", "--output", type=_PATH, help="Write the patients to this CSV.")
@click.option("--events", type=click.IntRange(0), help="Total number of events, where published.")
@click.option("--tail", is_flag=True, help="Use the curve beyond the last number at risk too.")
@click.option("--conf-type", default="log", show_default=True, help="Of the median's limits.")
@_as_json
def km_rebuild(
    curve: Path, risk: Path, output: Path | None, conf_type: str, as_json: bool, **how: Any
) -> None:
    """Rebuild patients from a read-off CURVE (time, survival) and numbers at RISK (time, n)."""
    from hepatica.audit.recomputation.guyot import rebuilt_patients
    from hepatica.stats.band import CONF_TYPES
    from hepatica.stats.kaplan_meier import kaplan_meier, median_survival

    if conf_type not in CONF_TYPES:
        raise UsageError(f"--conf-type {conf_type}: expected {', '.join(CONF_TYPES)}")
    points, marks = _numbers(curve, _SURVIVALS), _numbers(risk, _AT_RISK)
    try:
        found = rebuilt_patients(*points, *marks, events=how["events"], tail=how["tail"])
    except NotDefined as error:
        raise UsageError(f"{curve.name}, {risk.name}: {error}") from error
    fit = kaplan_meier(found.time, found.event, conf_type=conf_type)  # type: ignore[arg-type]
    told = Summary(found, median_survival(fit), conf_type)
    if output is not None:
        output.write_text(_patients_text(found), encoding="utf-8")
    print(json.dumps(told.document()) if as_json else told.sentence())


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of rebuilt patients."""

    patients: Rebuilt
    median: Quantile
    conf_type: str

    def document(self) -> dict[str, Any]:
        """For machines."""
        median = {
            "estimate": self.median.estimate,
            "lower": self.median.lower,
            "upper": self.median.upper,
        }
        n, events = self.patients.n, self.patients.events
        rows = [
            {"time": t, "event": e}
            for t, e in zip(self.patients.time.tolist(), self.patients.event.tolist(), strict=True)
        ]
        return {
            "n": n,
            "events": events,
            "censored": n - events,
            "median": median,
            "conf_type": self.conf_type,
            "patients": rows,
        }

    def sentence(self) -> str:
        """For a terminal."""
        n, events = self.patients.n, self.patients.events
        ends = (self.median.estimate, self.median.lower, self.median.upper)
        median, low, high = ("not reached" if x is None else f"{x:g}" for x in ends)
        return (
            f"{n} patients, {events} events, {n - events} censored; "
            f"median {median} (95 % CI {low} to {high}, {self.conf_type})"
        )


def _numbers(path: Path, names: Sequence[str]) -> tuple[list[float], list[float]]:
    """Times and values of a file: columns by name, else its first two."""
    from hepatica.records.delimited import read_delimited

    table = read_delimited(path, known=(*_TIMES, *names))
    header = [h.strip().strip('"').lower() for h in table.header]
    rows = [row for _, row in table.rows]
    first = table.rows[0][0] if table.rows else 2
    if len(header) < 2:
        raise UsageError(f"{path.name}: expected two columns, time and {names[0]}")
    if all(_is_number(cell) for cell in header[:2]):
        rows, first = [table.header, *rows], first - 1
    time = next((i for i, h in enumerate(header) if h in _TIMES), 0)
    value = next((i for i, h in enumerate(header) if h in names and i != time), int(time == 0))
    for i, row in enumerate(rows):
        for k in (time, value):
            if not _is_number(row[k]):
                place = f"{path.name}: row {i + first}"
                raise UsageError(f"{place}: found {row[k][:40]!r}; expected a number, 0 or more")
    if not rows:
        raise UsageError(f"{path.name}: has no rows")
    return [float(row[time]) for row in rows], [float(row[value].rstrip(" %")) for row in rows]


def _is_number(text: str) -> bool:
    return bool(
        re.fullmatch(r"\s*\+?(?:\d{1,15}\.?\d{0,20}|\.\d{1,20})(?:[eE]-?\d{1,2})?\s*%?\s*", text)
    )


def _patients_text(found: Rebuilt) -> str:
    rows = zip(found.time.tolist(), found.event.tolist(), strict=True)
    return "time,event\n" + "".join(f"{t:.10g},{e}\n" for t, e in rows)

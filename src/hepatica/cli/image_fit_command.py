"""`hepatica image fit`: permeability of concentration curves in a CSV file."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, has_error

if TYPE_CHECKING:
    from hepatica.imaging.kinetics.curve_fit import FittedCurve

MODELS = ("tofts", "etofts", "patlak", "2cxm")
HEADER = ("label", "Ktrans", "ve", "vp", "ps", "fp", "delay_s", "rmse", "flags")


@click.command(name="fit")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", type=click.Choice(MODELS), required=True, help="Tracer model.")
@click.option(
    "--delay",
    default="fixed-0",
    show_default=True,
    metavar="fixed-0|fit",
    help="Delay of the arterial input: fixed-S seconds, or fitted.",
)
@click.option(
    "--method",
    type=click.Choice(["nonlinear", "linear"]),
    default="nonlinear",
    show_default=True,
    help="Least squares of the curve, or of its integrated equation.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, numbers in full.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def fit(file: Path, model: str, delay: str, method: str, as_csv: bool, as_json: bool) -> int:
    """Fit a tracer model to every curve of FILE: label, t (s), C (mM), ca (mM of plasma)."""
    if as_csv and as_json:
        raise UsageError("--csv and --json: choose one")
    known_s = delay_of(delay)
    from hepatica.imaging.kinetics.curve_file import read_curves
    from hepatica.imaging.kinetics.curve_fit import check_transfer, fit_curves
    from hepatica.imaging.kinetics.model import MODELS as KNOWN

    linear = method == "linear"
    if linear and model == "2cxm":
        raise UsageError("--method linear: 2cxm is fitted non-linearly only")
    given = read_curves(file, parameters=KNOWN[model].parameters + (known_s is None))
    fitted = fit_curves(given, model, delay_s=known_s, linear=linear)
    findings = (*given.findings, *check_transfer(fitted, given.name))
    if as_csv:
        print(_csv_text(fitted), end="")
    elif as_json:
        print(json.dumps(_document(fitted, findings, model, delay, method), allow_nan=False))
    else:
        print(_table_text(fitted))
    for finding in findings:
        print(finding, file=sys.stderr)
    return int(has_error(findings))


def delay_of(word: str) -> float | None:
    """Seconds of `fixed-S`; None for `fit`."""
    if word == "fit":
        return None
    try:
        if not word.startswith("fixed-"):
            raise ValueError
        seconds = float(word.removeprefix("fixed-"))
        if not abs(seconds) <= 600:
            raise ValueError
    except ValueError:
        raise UsageError(f"--delay {word[:40]}: expected fit, or fixed-S such as fixed-0") from None
    return seconds


def _cells(one: FittedCurve) -> list[str]:
    """Cells of a row; repr keeps every digit, and nothing stands for what there is not."""
    numbers = [*one.values.values(), one.delay_s, one.rmse_mm]
    return [one.label, *("" if n is None else repr(n) for n in numbers), "; ".join(one.flags)]


def _csv_text(fitted: Sequence[FittedCurve]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_cells(one) for one in fitted)
    return stream.getvalue()


def _document(
    fitted: Sequence[FittedCurve],
    findings: Sequence[Finding],
    model: str,
    delay: str,
    method: str,
) -> dict[str, object]:
    curves = [
        {"label": one.label, "row": one.row, **one.values, "delay_s": one.delay_s,
         "rmse": one.rmse_mm, "flags": list(one.flags)}
        for one in fitted
    ]  # fmt: skip
    units = {"Ktrans": "/min", "ve": "1", "vp": "1", "ps": "/min", "fp": "mL/100 mL/min"}
    about = {"model": model, "delay": delay, "method": method, "units": units}
    return {**about, "curves": curves, "findings": [*map(str, findings)]}


def _table_text(fitted: Sequence[FittedCurve]) -> str:
    from hepatica.cli.columned import columned
    from hepatica.report.number import number

    head = ("label", "Ktrans /min", "ve", "vp", "PS /min", "Fp mL/100 mL/min", "delay s", "rmse mM",
            "flags")  # fmt: skip
    digits = (4, 3, 4, 4, 1)
    rows: list[Sequence[str]] = [head]
    for one in fitted:
        values = zip(one.values.values(), digits, strict=True)
        told = [number(v, d) if v is not None else "" for v, d in values]
        ends = ((one.delay_s, 2), (one.rmse_mm, 5))
        more = ["" if v is None else number(v, d) for v, d in ends]
        rows.append((one.label, *told, *more, "; ".join(one.flags)))
    return columned(rows)

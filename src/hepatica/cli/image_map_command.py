"""`hepatica image map`: permeability maps of a dynamic series, and quantities of its regions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.cli.image_fit_command import delay_of
from hepatica.core.errors import MissingExtra, UsageError
from hepatica.core.finding import Finding, has_error

if TYPE_CHECKING:
    from hepatica.imaging.kinetics.assessment import KineticMeasures
    from hepatica.imaging.kinetics.rule import KineticRule, Source
    from hepatica.imaging.mask import Mask, Segment
    from hepatica.imaging.volume import Volume

MODELS = ("tofts", "etofts", "patlak", "2cxm", "materne")
AGENTS = ("extracellular", "iodine", "gadoxetate", "gadobenate")
_PATH = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--image", type=_PATH, required=True, help="Dynamic series: DICOM or NIfTI."),
    click.option("--model", type=click.Choice(MODELS), required=True, help="Tracer model."),
    click.option("--aif", type=click.Choice(["parker"]), help="Population input, for MR."),
    click.option("--aif-mask", type=_PATH, help="Mask of one region: the artery."),
    click.option("--portal-mask", type=_PATH, help="Mask of one region: the portal vein."),
    click.option("--mask", type=_PATH, help="Regions to map and measure.  [default: all voxels]"),
    click.option("--t10", metavar="S|MAP", help="T1 before the agent, in s, or a map (MR)."),
    click.option("--t10-blood", type=float, metavar="S", help="T1 of blood, in s (MR)."),
    click.option("--flip", type=float, metavar="DEG", help="Flip angle (MR)."),
    click.option("--tr", type=float, metavar="S", help="Repetition time, in s (MR)."),
    click.option("--r1", type=float, metavar="R1", help="Relaxivity, /mM/s (MR)."),
    click.option(
        "--baseline",
        metavar="FIRST:END",
        help="Frames before the bolus, counted from 0, END not among them.  "
        "[default: 1 to its arrival]",
    ),
    click.option("--hematocrit", type=float, default=0.42, show_default=True),
    click.option("--arrival", type=float, default=0.0, metavar="S", help="Of --aif parker."),
    click.option("--delay", default="fixed-0", show_default=True, metavar="fixed-S|fit"),
    click.option("--agent", type=click.Choice(AGENTS), default="extracellular", show_default=True),
    click.option("--linear", is_flag=True, help="Linear fits: faster, biased by noise."),
    click.option("-o", "--output", type=_PATH, required=True, help="Folder to write to."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON for machines."),
)


def _optioned(command: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(name="map")
@_optioned
def map_(**typed: Any) -> int:
    """Map permeability of a dynamic series: NIfTI, DICOM parametric maps, quantities."""
    try:
        return run_map(typed)
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image map needs hepatica[imaging]") from error


def run_map(typed: dict[str, Any]) -> int:
    """Write maps, quantities and pictures; return 1 where a finding at error level stands."""
    from hepatica.imaging.kinetics.assessment import assess_kinetics
    from hepatica.imaging.kinetics.folder import write_measures
    from hepatica.imaging.mask import Segment
    from hepatica.imaging.reading.image import read_image

    if (typed["aif"] is None) == (typed["aif_mask"] is None):
        raise UsageError("--aif-mask or --aif parker: give one of them")
    delay_of(typed["delay"])
    dynamic, findings = read_image(typed["image"])
    source, more = _source(typed, dynamic)
    regions: list[Segment] = []
    if typed["mask"] is not None:
        from hepatica.imaging.reading.mask import read_segmentation

        outlined, told = read_segmentation(typed["mask"], dynamic)
        regions, more = list(outlined), (*more, *told)
    else:
        import numpy as np

        regions = [Segment.of("image", 1, np.ones(dynamic.grid.shape, bool))]
    found = assess_kinetics(dynamic, regions, _rule(typed, dynamic), source)
    written = write_measures(typed["output"], dynamic, found) if found.maps is not None else []
    _tell(found, written, as_json=typed["as_json"])
    everything: tuple[Finding, ...] = (*findings, *more, *found.findings)
    for finding in everything:
        print(finding, file=sys.stderr)
    return int(has_error(everything))


def _source(typed: dict[str, Any], dynamic: Volume) -> tuple[Source, tuple[Finding, ...]]:
    from hepatica.imaging.kinetics.rule import Source

    arterial, first = _one_region(typed["aif_mask"], dynamic)
    portal, second = _one_region(typed["portal_mask"], dynamic)
    return Source(arterial, portal, typed["arrival"]), (*first, *second)


def _one_region(path: Path | None, dynamic: Volume) -> tuple[Mask | None, tuple[Finding, ...]]:
    from hepatica.imaging.reading.mask import read_segmentation

    if path is None:
        return None, ()
    outlined, findings = read_segmentation(path, dynamic)
    if len(outlined.segments) != 1:
        labels = ", ".join(one.label for one in outlined) or "none"
        raise UsageError(f"{path.name}: expected one region; it has {labels}")
    return outlined.segments[0].whole(dynamic.grid.shape), findings


def _rule(typed: dict[str, Any], dynamic: Volume) -> KineticRule:
    from hepatica.imaging.kinetics.rule import KineticRule
    from hepatica.imaging.kinetics.signal import GradientEcho

    given = {name: typed[name] for name in ("flip", "tr", "r1", "t10", "t10_blood")}
    missing = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is None]
    if missing and len(missing) < len(given):
        raise UsageError(f"MR signals need {', '.join(missing)} too")
    if missing and dynamic.origin.modality == "MR":
        raise UsageError(f"MR signals are converted to concentrations: give {', '.join(missing)}")
    echo = None if missing else GradientEcho(typed["flip"], typed["tr"], typed["r1"])
    return KineticRule(
        model=typed["model"],
        agent=typed["agent"],
        echo=echo,
        t10_s=None if missing else _t10(typed["t10"], dynamic),
        t10_blood_s=typed["t10_blood"],
        baseline=_baseline(typed["baseline"]),
        hematocrit=typed["hematocrit"],
        delay_s=delay_of(typed["delay"]),
        linear=typed["linear"],
    )


def _t10(word: str, dynamic: Volume) -> Any:
    import numpy as np

    from hepatica.imaging.reading.image import read_image

    try:
        number = float(word)
    except ValueError:
        read, _ = read_image(Path(word))
        if not read.grid.same_as(dynamic.grid):
            raise UsageError(f"{Path(word).name}: the T1 map is on another grid") from None
        values = np.asarray(read.array, float)
        return np.where(values > 0, values, np.nan)
    if not 0.01 <= number <= 10:
        raise UsageError(f"--t10 {word}: expected seconds between 0.01 and 10 (is it in ms?)")
    return number


def _baseline(word: str | None) -> Any:
    from hepatica.imaging.kinetics.signal import Baseline

    if word is None:
        return None
    first, _, end = word.partition(":")
    if not (first.isdecimal() and end.isdecimal() and int(first) < int(end)):
        raise UsageError(f"--baseline {word[:40]}: expected FIRST:END such as 1:6")
    return Baseline(int(end), int(first))


def _tell(found: KineticMeasures, written: list[Path], *, as_json: bool) -> None:
    names = ("test", "region", "value", "unit", "lower", "upper", "reason", "method")
    rows = [{n: getattr(q, n) for n in names} | {"flags": list(q.flags)} for q in found.quantities]
    if as_json:
        files = [path.name for path in written]
        print(json.dumps({"quantities": rows, "files": files}, allow_nan=False))
        return
    from hepatica.cli.columned import columned
    from hepatica.report.number import number

    table = [("region", "quantity", "median", "quartiles", "unit", "")]
    for row in rows:
        quartiles = f"{number(row['lower'], 3)} to {number(row['upper'], 3)}"
        shown = ("", "") if row["value"] is None else (number(row["value"], 3), quartiles)
        note = row["reason"] or "; ".join(row["flags"])
        table.append((row["region"], row["test"], *shown, row["unit"], note))
    print(columned(table))

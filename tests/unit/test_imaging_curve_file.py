"""`hepatica image fit`: files of curves, what is wrong with a row, and what is printed."""

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner

from hepatica.cli.image_fit_command import fit as fit_command
from hepatica.core.errors import Unreadable, UsageError
from hepatica.imaging.kinetics.arterial_input import ArterialInput, parker_blood_mm, plasma_mm
from hepatica.imaging.kinetics.curve_file import read_curves
from hepatica.imaging.kinetics.fit import fit
from hepatica.imaging.kinetics.flag import Flag, words
from hepatica.imaging.kinetics.model import tofts_mm

TIMES = 2.0 * np.arange(100)
ARTERIAL = ArterialInput(TIMES, plasma_mm(parker_blood_mm(TIMES, 10.0), 0.42))
TISSUE = tofts_mm(ARTERIAL, TIMES, ktrans_min=0.2, ve=0.3)


def text(values) -> str:
    return " ".join(repr(float(v)) for v in values)


def file(tmp_path, rows, header="label,t,C,ca"):
    path = tmp_path / "curves.csv"
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    path.write_text(header + "\n" + stream.getvalue(), encoding="utf-8")
    return path


GOOD = ["good", text(TIMES), text(TISSUE), text(ARTERIAL.plasma_mm)]


def changed(**cells):
    row = dict(zip(("label", "t", "C", "ca"), GOOD, strict=True)) | cells
    return list(row.values())


def run(*words_: object):
    result = CliRunner().invoke(fit_command, [str(w) for w in words_], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"C": ""}, "I110", "C"),
        ({"C": text(TISSUE[:-1]) + " nan"}, "I110", "C"),
        ({"ca": "a b c"}, "I110", "ca"),
        ({"C": text(TISSUE[:-1]) + " 1e308"}, "I110", "C"),
        ({"t": "0 1_0"}, "I110", "t"),
        ({"C": text(TISSUE[:-1])}, "I111", "C"),
        ({"ca": text(TIMES[:7])}, "I111", "ca"),
        ({"t": text(TIMES[::-1])}, "I112", "t"),
        ({"t": "0 100", "C": "0 1", "ca": "0 1"}, "I113", "t"),
        ({"ca": text(0.0 * TIMES)}, "I114", "ca"),
        ({"ca": text(-ARTERIAL.plasma_mm)}, "I114", "ca"),
    ],
)
def test_a_row_that_cannot_be_fitted_is_a_finding_and_the_others_are_fitted(
    tmp_path, cells, code, column
):
    given = read_curves(file(tmp_path, [changed(label="bad", **cells), GOOD]), parameters=2)
    assert [c.label for c in given.curves] == ["good"]
    (finding,) = given.findings
    assert (finding.code, finding.place.row, finding.place.column) == (code, 2, column)
    assert str(finding).startswith(f"curves.csv:2 [{column}] error {code}: found ")


def test_the_number_that_is_wrong_is_told_with_its_place(tmp_path):
    row = changed(C="0,5 " + text(TISSUE[1:]))
    (finding,) = read_curves(file(tmp_path, [row]), parameters=2).findings
    assert "'0,5' as number 1" in finding.found and finding.hint == "write decimals with a point"


def test_headers_of_any_case_a_byte_order_mark_and_the_other_names(tmp_path):
    path = file(tmp_path, [GOOD], header="LABEL,T,c_T,CP_aif")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (curve,) = read_curves(path, parameters=2).curves
    assert (curve.tissue_mm == TISSUE).all() and (curve.times_s == TIMES).all()


def test_a_cell_of_many_numbers_is_read_and_the_limit_is_put_back(tmp_path):
    before = csv.field_size_limit()
    long = np.arange(20_000) * 0.5
    row = ["long", text(long), text(np.sin(long)), text(1 + np.cos(long))]
    (curve,) = read_curves(file(tmp_path, [row]), parameters=2).curves
    assert curve.tissue_mm.size == 20_000 and csv.field_size_limit() == before
    with pytest.raises(Unreadable):
        read_curves(file(tmp_path, [["x", "1 " * (3 << 20), "1", "1"]]), parameters=2)


def test_an_input_with_times_of_its_own(tmp_path):
    fine = np.arange(0.0, 200.0, 0.5)
    blood = np.interp(fine, TIMES, ARTERIAL.plasma_mm)
    row = ["own", text(TIMES), text(TISSUE), text(blood), text(fine)]
    (curve,) = read_curves(file(tmp_path, [row], "label,t,C,ca,ta"), parameters=2).curves
    assert fit(curve.tissue_mm, TIMES, curve.arterial, "tofts").values["Ktrans"][0] == (
        pytest.approx(0.2, abs=1e-5)
    )


@pytest.mark.parametrize("header", ["label,t,C", "label,t,C,ca,cp_aif", "label,t,ca"])
def test_a_column_missing_or_there_twice_is_a_wrong_call(tmp_path, header):
    width = header.count(",") + 1
    with pytest.raises(UsageError):
        read_curves(file(tmp_path, [["1"] * width], header), parameters=2)


def test_trap_08_units_that_are_not_plausible_are_told(tmp_path):
    molar = changed(ca=text(ARTERIAL.plasma_mm / 1000), C=text(TISSUE / 1000))
    minutes = changed(t=text(TIMES / 60))
    given = file(tmp_path, [molar, minutes, changed(ca=text(ARTERIAL.plasma_mm / 1000))])
    result = run(given, "--model", "tofts", "--csv")
    told = [line.split(" error ")[0].split(" warning ")[-1][:4] for line in
            result.stderr.splitlines()]  # fmt: skip
    # Row 2: both in M, Ktrans unharmed. Row 3: minutes for s, Ktrans 60 times too large.
    # Row 4: the artery alone in M, Ktrans 1000 times too large.
    assert told == ["I115", "I116", "I115", "I117", "I117"]
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert float(rows[0]["Ktrans"]) == pytest.approx(0.2, abs=1e-5)
    assert float(rows[1]["Ktrans"]) == pytest.approx(12.0, rel=1e-4)
    assert float(rows[2]["Ktrans"]) == pytest.approx(200.0, rel=1e-4)
    assert rows[1]["flags"] == rows[2]["flags"].split("; ")[-1] == "not plausible: units?"


def test_trap_08_whole_blood_for_plasma_is_the_hematocrit():
    blood = ArterialInput(TIMES, ARTERIAL.plasma_mm * (1 - 0.42))
    found = fit(TISSUE, TIMES, blood, "tofts").values["Ktrans"][0]
    assert found == pytest.approx(0.2 / (1 - 0.42), rel=1e-4)
    with pytest.raises(UsageError):
        plasma_mm(TISSUE, 42.0)


def test_csv_is_exact_and_blank_where_a_model_has_nothing(tmp_path):
    result = run(file(tmp_path, [GOOD]), "--model", "tofts", "--csv")
    assert result.return_value == 0 and result.stderr == ""
    head, line = result.stdout.splitlines()
    assert head == "label,Ktrans,ve,vp,ps,fp,delay_s,rmse,flags"
    cells = line.split(",")
    assert cells[0] == "good" and cells[3:7] == ["", "", "", "0.0"] and cells[8] == ""
    document = json.loads(run(file(tmp_path, [GOOD]), "--model", "tofts", "--json").stdout)
    (curve,) = document["curves"]
    assert float(cells[1]) == curve["Ktrans"] == pytest.approx(0.2, abs=1e-5)
    assert curve["vp"] is None and document["units"]["fp"] == "mL/100 mL/min"


def test_findings_at_error_level_exit_with_1_and_the_rest_is_printed(tmp_path):
    result = run(file(tmp_path, [changed(C="x"), GOOD]), "--model", "patlak")
    assert result.return_value == 1
    assert result.stdout.splitlines()[-1].startswith("good") and "I110" in result.stderr
    both = run(file(tmp_path, [changed(label="bad", C="x"), GOOD]), "--model", "tofts", "--csv")
    bad, good = list(csv.DictReader(io.StringIO(both.stdout)))
    assert bad.pop("label") == "bad" and bad.pop("flags") == "not fitted"
    assert set(bad.values()) == {""} and float(good["Ktrans"]) == pytest.approx(0.2, abs=1e-5)


@pytest.mark.parametrize(
    ("delay", "found"), [("fixed-0", 0.0), ("fixed-3", 3.0), ("fixed--1.5", -1.5)]
)
def test_a_known_delay_is_used(tmp_path, delay, found):
    late = tofts_mm(ARTERIAL, TIMES, ktrans_min=0.2, ve=0.3, delay_s=found)
    path = file(tmp_path, [changed(C=text(late))])
    (row,) = csv.DictReader(
        io.StringIO(run(path, "--model", "tofts", "--delay", delay, "--csv").stdout)
    )
    assert float(row["delay_s"]) == found and float(row["Ktrans"]) == pytest.approx(0.2, abs=1e-5)
    (row,) = csv.DictReader(
        io.StringIO(run(path, "--model", "tofts", "--delay", "fit", "--csv").stdout)
    )
    assert float(row["delay_s"]) == pytest.approx(found, abs=0.1)


@pytest.mark.parametrize(
    "words_",
    [["--delay", "soon"], ["--delay", "fixed-x"], ["--csv", "--json"], ["--method", "linear"]],
)
def test_a_wrong_call_is_told(tmp_path, words_):
    with pytest.raises(UsageError):
        run(file(tmp_path, [GOOD]), "--model", "2cxm", *words_)


def test_what_is_impossible_is_flagged_and_never_clamped():
    curves = np.stack([TISSUE, -TISSUE, 9.0 * TISSUE, ARTERIAL.plasma_mm, TISSUE, TISSUE])
    curves[4] = tofts_mm(ARTERIAL, TIMES, ktrans_min=0.05, ve=50.0, vp=-0.1)
    curves[5, 3] = np.nan
    found = fit(curves, TIMES, ARTERIAL, "etofts")
    told = [words(int(f)) for f in found.flags]
    assert found.values["ve"][0] == pytest.approx(0.3, abs=1e-4)
    assert "negative transfer" in told[1] and found.values["Ktrans"][1] < 0
    assert "ve > 1" in told[2] and found.values["ve"][2] == pytest.approx(2.7, rel=1e-3)
    assert found.values["vp"][3] == pytest.approx(1.0, abs=1e-3)
    assert {"vp < 0", "ve > 1"} <= set(told[4]) and found.values["vp"][4] < -0.09
    assert told[5] == ("not fitted",) and np.isnan(found.values["Ktrans"][5])
    alone = fit(ARTERIAL.plasma_mm[None] * 0.3, TIMES, ARTERIAL, "tofts")
    assert alone.flags[0] & Flag.RATE_HIGH
    assert fit(np.cumsum(TISSUE)[None], TIMES, ARTERIAL, "tofts").flags[0] & Flag.RATE_LOW


def test_chunks_and_order_of_voxels_do_not_change_a_voxel():
    rng = np.random.default_rng(2)
    curves = TISSUE + 0.01 * rng.standard_normal((5000, TIMES.size))
    whole = fit(curves, TIMES, ARTERIAL, "etofts").values["Ktrans"]
    part = fit(curves[4000:4100], TIMES, ARTERIAL, "etofts").values["Ktrans"]
    assert np.abs(whole[4000:4100] - part).max() < 1e-9


def test_milliseconds_taken_for_seconds_are_told(tmp_path):
    result = run(file(tmp_path, [changed(t=text(TIMES * 1000))]), "--model", "tofts", "--csv")
    assert "I116" in result.stderr
    assert "looks like milliseconds" in result.stderr


def test_a_file_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(Unreadable, match=r"curves\.csv: there is no such file"):
        read_curves(tmp_path / "curves.csv", parameters=2)

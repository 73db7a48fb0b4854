"""The curves of the OSIPI collection, each within the tolerance of its README (github
OSIPI/DCE-DSC-MRI_CodeCollection @ 40984f7c): |estimate - truth| <= a + r |truth|."""

import csv

import numpy as np
import pytest
from imaging_folder import imaging_folder

from hepatica.imaging.kinetics.arterial_input import ArterialInput, parker_blood_mm
from hepatica.imaging.kinetics.delay import fitted_delay_s
from hepatica.imaging.kinetics.fit import fit
from hepatica.imaging.kinetics.linear import fit_linear
from hepatica.imaging.kinetics.relaxation import t1_linear, t1_nonlinear
from hepatica.imaging.kinetics.signal import Baseline, GradientEcho, concentration_mm

TOLERANCES = {"ve": (0.05, 0.0), "Ktrans": (0.005, 0.1), "vp": (0.025, 0.0), "ps": (0.005, 0.1)}


def rows(name: str) -> list[dict[str, str]]:
    path = imaging_folder("osipi") / name
    before = csv.field_size_limit(1 << 22)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    finally:
        csv.field_size_limit(before)


def numbers(text: str) -> np.ndarray:
    return np.array(text.split(), float)


def curve(row: dict[str, str]) -> tuple[np.ndarray, np.ndarray, ArterialInput]:
    times = numbers(row["t"])
    tissue = numbers(row["C"] if "C" in row else row["C_t"])
    return times, tissue, ArterialInput(times, numbers(row.get("ca") or row["cp_aif"]))


def missed(values: dict[str, np.ndarray], row: dict[str, str]) -> list[str]:
    told = []
    for name, (absolute, relative) in TOLERANCES.items():
        if name in row and name in values:
            truth = float(row[name])
            if not abs(values[name][0] - truth) <= absolute + relative * abs(truth):
                told.append(f"{row['label']} {name} {values[name][0]} for {truth}")
    return told


FILES = {
    "tofts": "DCEmodels/dce_DRO_data_tofts.csv",
    "patlak": "DCEmodels/patlak_sd_0.02_delay_0.csv",
}


@pytest.mark.parametrize("solve", [fit, fit_linear])
@pytest.mark.parametrize("model", FILES)
def test_every_curve_lies_within_its_tolerance(model, solve):
    given = rows(FILES[model])
    assert len(given) == {"tofts": 25, "patlak": 9}[model]
    wrong = []
    for row in given:
        times, tissue, arterial = curve(row)
        wrong += missed(solve(tissue, times, arterial, model).values, row)
    assert wrong == []


def test_the_extended_model_finds_no_plasma_where_there_is_none():
    for row in rows(FILES["tofts"])[:10]:
        times, tissue, arterial = curve(row)
        found = fit(tissue, times, arterial, "etofts").values
        assert missed(found, row) == []
        assert abs(found["vp"][0]) < 0.025


@pytest.mark.parametrize("samples", [0, 10])
@pytest.mark.parametrize("model", FILES)
def test_a_delay_of_samples_is_found_within_a_second(model, samples):
    for row in rows(FILES[model])[::3]:
        times, tissue, arterial = curve(row)
        late = np.concatenate([np.zeros(samples), tissue])[: tissue.size]
        delay, at_bound = fitted_delay_s(late, times, arterial, model)
        assert abs(delay - samples * 0.5) < 1.0 and not at_bound
        found = fit(late, times, arterial, model, delay_s=delay)
        assert missed(found.values, row) == []


def test_qiba_ktrans_without_noise_is_exact_to_a_fifth_of_a_percent():
    shares = []
    for row in rows(FILES["tofts"]):
        if row["label"].endswith("highSNR"):
            times, tissue, arterial = curve(row)
            found = fit(tissue, times, arterial, "tofts").values["Ktrans"][0]
            shares.append(found / float(row["Ktrans"]) - 1)
    assert len(shares) == 5
    assert np.sqrt(np.mean(np.square(shares))) <= 0.002


def test_trap_07_the_first_frame_of_the_baseline_is_left_out():
    worst, worst_with_first = 0.0, 0.0
    for row in rows("SI_to_Conc/SI2Conc_data.csv"):
        echo = GradientEcho(float(row["FA"]), float(row["TR"]), float(row["r1"]))
        truth = numbers(row["conc"])
        allowed = 1e-5 + 1e-5 * np.abs(truth)

        def off(baseline, row=row, echo=echo, truth=truth, allowed=allowed):
            found = concentration_mm(numbers(row["s"]), echo, float(row["T1base"]), baseline)
            return np.max(np.abs(found - truth) / allowed)

        end = int(row["numbaselinepts"])
        worst = max(worst, off(Baseline(end)))
        worst_with_first = max(worst_with_first, off(Baseline(end, first=0)))
    assert worst < 1e-6
    assert worst_with_first > 1000


def test_t1_of_variable_flip_angles():
    given = rows("T1_mapping/t1_quiba_data.csv")
    assert len(given) == 45
    for row in given:
        truth = 1000.0 * float(row["R1"])  # the file's R1 is per ms
        angles, tr = numbers(row["FA"]), numbers(row["TR"])
        straight = t1_linear(numbers(row["s"]), angles, float(tr[0]))[0][0]
        curved, _, at_bound = t1_nonlinear(numbers(row["s"]), angles, tr)
        for found in (1 / straight, 1 / curved[0]):
            assert abs(found - truth) <= 0.05 + 0.05 * truth, row["label"]
        assert not at_bound[0]


def test_the_population_input_is_the_published_one():
    given = rows("PopulationAIF_DCE/ParkerAIF_ref.csv")
    times = np.array([60.0 * float(row["time"]) for row in given])
    truth = np.array([float(row["Cb"]) for row in given])
    found = parker_blood_mm(times)
    assert (np.abs(found - truth) <= 1e-4 + 0.01 * np.abs(truth)).all()
    assert len({row["label"] for row in given}) == 11

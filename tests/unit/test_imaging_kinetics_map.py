"""Maps and quantities of dynamic series: known tissue, refusals, files that are written."""

import csv
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from kinetics_series import (
    AFFINE,
    FLIP,
    R1,
    SHAPE,
    T10,
    T10_BLOOD,
    TIMES,
    TR,
    TRUTH,
    ct_series,
    masks,
    series,
    write_dicom,
)

from hepatica.cli.image_map_command import map_
from hepatica.core.errors import UsageError
from hepatica.imaging.kinetics.assessment import assess_kinetics
from hepatica.imaging.kinetics.flag import Flag
from hepatica.imaging.kinetics.region_input import arrival_frame
from hepatica.imaging.kinetics.rule import KineticRule, Source
from hepatica.imaging.kinetics.signal import Baseline, GradientEcho, concentration_mm
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.picture import read_picture
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.volume import Grid
from hepatica.imaging.writing.nifti import write_label_map, write_nifti

ECHO = GradientEcho(FLIP, TR, R1)
MR = KineticRule("etofts", echo=ECHO, t10_s=T10, t10_blood_s=T10_BLOOD)
TISSUE = Segment.of("tumour T1", 1, masks()["tissue"])
SOURCE = Source(masks()["artery"])


def by_test(found):
    return {q.test: q for q in found.quantities}


def test_known_tissue_is_found_and_nothing_else_is_mapped():
    found = assess_kinetics(series(), [TISSUE], MR, SOURCE)
    assert found.findings == ()
    for test, truth in TRUTH.items():
        one = by_test(found)[test]
        assert one.value == pytest.approx(truth, rel=0.01) and one.region == "tumour T1"
        assert one.lower <= one.value <= one.upper
        values = found.maps.values[test]
        assert np.isnan(values[~masks()["tissue"]]).all()
        assert values[masks()["tissue"]] == pytest.approx(truth, rel=0.01)
    assert (found.maps.flags[~masks()["tissue"]] == Flag.NOT_FITTED).all()
    assert "quartiles" in one.method and "region of 4 voxels" in one.method
    kinds = [(p.kind, p.region) for p in found.pictures]
    assert kinds == [("map", "tumour T1 KTRANS"), ("curve", "tumour T1 kinetics")]
    assert np.isfinite(found.pictures[0].overlay).sum() == masks()["tissue"][0].sum()


def test_the_first_frame_of_the_baseline_matters_here_too():
    with_first = replace(MR, baseline=Baseline(4, first=0))
    off = []
    for rule in (MR, with_first):
        found = by_test(assess_kinetics(series(), [TISSUE], rule, SOURCE))
        off.append(abs(found["VE"].value / 0.4 - 1))
    assert off[0] < 0.002 and off[1] > 0.02


def test_a_baseline_ends_before_the_first_agent():
    rising = np.array(
        [30.0, 10, 10.2, 9.9, 10.1, 10, 17, 90, 200, 160, 110, 100, 95, 92, *[90.0] * 12]
    )
    assert arrival_frame(rising) == 6  # 17 is below a tenth of the rise, and above a fiftieth
    assert arrival_frame(np.append(rising, 5000.0)) == 6
    assert arrival_frame(np.full(9, 10.0)) == 2
    assert arrival_frame(np.array([1.0, np.nan, 3.0, 4.0])) == 2


def test_noise_is_counted_and_a_map_of_t1_is_used():
    t10 = np.full(SHAPE, T10)
    t10[0, 4, 2:6] = np.nan
    found = assess_kinetics(series(noise=1.0), [TISSUE], replace(MR, t10_s=t10), SOURCE)
    one = by_test(found)["KTRANS"]
    assert one.value == pytest.approx(0.25, rel=0.1)
    assert "not fitted: 4 of 48 voxels" in one.flags
    (finding,) = found.findings
    assert finding.code == "I122" and "4 of 48" in finding.found


def test_a_delay_is_fitted_on_the_mean_curve():
    late = series(late_s=6.0)
    ignored = by_test(assess_kinetics(late, [TISSUE], MR, SOURCE))
    fitted = assess_kinetics(late, [TISSUE], replace(MR, delay_s=None), SOURCE)
    assert fitted.maps.delays.arterial_s == pytest.approx(6.0, abs=0.1)
    assert by_test(fitted)["KTRANS"].value == pytest.approx(0.25, rel=0.03)
    assert ignored["VP"].value is None and "impossible" in ignored["VP"].reason
    assert "delay fitted on the mean curve, 6.0" in by_test(fitted)["VP"].method


@pytest.mark.parametrize("linear", [False, True])
def test_a_liver_of_ct_with_two_inputs(linear):
    rule = KineticRule("materne", agent="iodine", delay_s=None, linear=linear)
    found = assess_kinetics(
        ct_series(), [TISSUE], rule, Source(masks()["artery"], masks()["portal"])
    )
    expected = {"K1A": 0.3, "K1P": 0.9, "ARTFRAC": 25.0, "DV": 40.0, "MTT": 20.0}
    assert {q.test for q in found.quantities} == set(expected)
    for test, truth in expected.items():
        assert by_test(found)[test].value == pytest.approx(truth, rel=0.1 if linear else 0.03)
    assert found.maps.delays.arterial_s == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("model", ["tofts", "etofts", "patlak", "2cxm", "materne"])
@pytest.mark.parametrize("agent", ["gadoxetate", "gadobenate"])
def test_hepatobiliary_agents_are_refused_with_the_reason(model, agent):
    rule = replace(MR, model=model, agent=agent)
    found = assess_kinetics(series(), [TISSUE], rule, Source(masks()["artery"], masks()["portal"]))
    assert [f.code for f in found.findings] == ["I118"]
    assert found.maps is None and all(q.value is None for q in found.quantities)
    assert agent in found.quantities[0].reason


def test_what_cannot_be_assessed_has_a_reason():
    short = series()
    short = replace(short, array=short.array[:4], times_s=short.times_s[:4])
    cases = [
        ("I119", short, MR, SOURCE),
        ("I120", series(), replace(MR, model="materne"), SOURCE),
        ("I120", series(), KineticRule("tofts"), Source(None)),
        ("I121", series(), MR, Source(np.roll(masks()["portal"], 3, axis=0))),
        ("I121", series(), MR, Source(np.zeros(SHAPE, bool))),
    ]
    for code, volume, rule, source in cases:
        found = assess_kinetics(volume, [TISSUE], rule, source)
        assert [f.code for f in found.findings] == [code]
        assert all(q.value is None and q.reason for q in found.quantities)


def test_a_saturated_artery_is_told():
    bright = series()
    peak = int(np.argmax(bright.array[3:, 1, 1, 1])) + 3
    bright.array[peak][masks()["artery"]] = 1e6
    found = assess_kinetics(bright, [TISSUE], MR, SOURCE)
    assert found.findings[0].code == "I122" and "1 saturated" in found.findings[0].found


def test_more_than_half_impossible_is_no_value():
    few = series()
    half = masks()["tissue"].copy()
    half[0] = False
    few.array[:, half] = few.array[1, half]
    few.array[2::2, half] *= 0.9
    found = by_test(assess_kinetics(few, [Segment.of("x", 1, half)], MR, SOURCE))
    assert found["KTRANS"].value is None and "of 24 voxels" in found["KTRANS"].reason
    empty = Segment.of("nothing", 2, np.zeros(SHAPE, bool))
    found = by_test(assess_kinetics(series(), [empty], MR, SOURCE))
    assert found["KTRANS"].reason == "no voxel in the region"


def test_signals_that_no_t1_explains_are_no_number():
    given = np.array([[100.0, 100.0, 100.0, 5000.0, -1.0, 150.0]])
    found = concentration_mm(given, ECHO, 0.8, Baseline(3))
    assert np.isnan(found[0, 3:5]).all() and found[0, 5] > 0 and abs(found[0, 1]) < 1e-12
    assert np.isnan(concentration_mm(given, ECHO, 0.0, Baseline(3))).all()
    for wrong in (lambda: Baseline(1).mean(given), lambda: GradientEcho(15.0, 4.0, 4.5),
                  lambda: replace(MR, t10_blood_s=None), lambda: KineticRule("other")):  # fmt: skip
        with pytest.raises(UsageError):
            wrong()


# --- the command ------------------------------------------------------------------------------

OPTIONS = ["--model", "etofts", "--t10", T10, "--t10-blood", T10_BLOOD, "--flip", FLIP, "--tr", TR,
           "--r1", R1]  # fmt: skip


def run(*words):
    result = CliRunner().invoke(map_, [str(w) for w in words], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def labelled(path, name):
    segment = Segment.of(name, 1, masks()[name])
    return write_label_map(path / f"{name}.nii", Segmentation(Grid(SHAPE, AFFINE), (segment,)))


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans") / "dce"
    write_dicom(folder, series())
    return folder


def test_a_dicom_series_becomes_maps_that_are_read_back(tmp_path, dicom):
    import highdicom as hd
    import nibabel

    given = ["--image", dicom, "--mask", labelled(tmp_path, "tissue"), *OPTIONS,
             "--aif-mask", labelled(tmp_path, "artery")]  # fmt: skip
    result = run(*given, "-o", tmp_path / "out", "--json")
    assert result.return_value == 0, result.stderr
    document = json.loads(result.stdout)
    rows = {row["test"]: row for row in document["quantities"]}
    assert rows["KTRANS"]["value"] == pytest.approx(0.25, rel=0.02)
    image = hd.imread(tmp_path / "out" / "KTRANS.dcm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        volume = image.get_volume()
    # Voxels are compared by their place: highdicom counts slices from the other end.
    place = np.argwhere(np.ones(SHAPE, bool)) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    index = (place - volume.affine[:3, 3]) @ np.linalg.inv(volume.affine[:3, :3]).T
    there = volume.array[tuple(np.round(index).astype(int).T)].reshape(SHAPE)
    plain = np.asarray(nibabel.load(tmp_path / "out" / "KTRANS.nii").dataobj)
    assert np.moveaxis(plain, (2, 1, 0), (0, 1, 2)) == pytest.approx(there, nan_ok=True)
    assert there[masks()["tissue"]] == pytest.approx(0.25, rel=0.02)
    assert np.isnan(there[~masks()["tissue"]]).all()
    ours, _ = read_image(tmp_path / "out" / "KTRANS.dcm")
    assert ours.array == pytest.approx(there, nan_ok=True)
    assert ours.grid.affine == pytest.approx(AFFINE)
    mapping = image.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == "/min"
    assert image.PatientName == "" and image.PatientID == "P1"
    with (tmp_path / "out" / "image_quantities.csv").open() as file:
        (row,) = [r for r in csv.DictReader(file) if r["test"] == "KTRANS"]
    assert (row["subject"], row["modality"], row["unit"]) == ("P1", "MRI", "/min")
    (picture,) = (tmp_path / "out" / "pictures").glob("*KTRANS.json")
    assert read_picture(picture).overlay_test == "KTRANS"
    again = run(*given, "-o", tmp_path / "again", "--json")
    assert again.stdout == result.stdout
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            other = tmp_path / "again" / path.relative_to(tmp_path / "out")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_a_nifti_series_with_a_population_input(tmp_path):
    given = series()
    path = write_nifti(tmp_path / "dce.nii", given)
    import nibabel

    image = nibabel.load(path)
    image.header["pixdim"][4] = 3.0
    nibabel.save(image, tmp_path / "timed.nii")
    result = run("--image", tmp_path / "timed.nii", "--aif", "parker", "--arrival", 16, *OPTIONS,
                 "--baseline", "1:5", "--mask", labelled(tmp_path, "tissue"), "-o",
                 tmp_path / "out")  # fmt: skip
    assert result.return_value == 0, result.stderr
    assert "KTRANS" in result.stdout and "0.25" in result.stdout
    assert (tmp_path / "out" / "flags.nii").is_file()
    assert not list((tmp_path / "out").glob("*.dcm"))


def test_a_refused_agent_writes_nothing_and_exits_with_1(tmp_path, dicom):
    result = run("--image", dicom, "--aif", "parker", *OPTIONS, "--agent", "gadoxetate",
                 "-o", tmp_path / "out")  # fmt: skip
    assert result.return_value == 1 and "I118" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--aif", "parker", "--delay", "soon"],
        ["--aif", "parker", "--t10", "800"],
        ["--aif", "parker", "--baseline", "5"],
    ],
)
def test_a_wrong_call_of_map_is_told(tmp_path, words):
    path = write_nifti(tmp_path / "dce.nii", series())
    with pytest.raises(UsageError):
        run("--image", path, *OPTIONS, *words, "-o", tmp_path / "out")


def test_times_of_the_series_are_those_of_the_files(dicom):
    volume, _ = read_image(dicom)
    assert volume.times_s == tuple(TIMES) and volume.grid.shape == SHAPE

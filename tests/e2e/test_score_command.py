"""`hepatica score` as a person types it: one patient, a file, and every slip told in a sentence."""

import csv
import io
import json
from pathlib import Path

import pytest
from command import hepatica

LIVER = [
    *("-i", "bilirubin=2.0mg/dL", "-i", "albumin=35 g/L", "-i", "INR=1.7"),
    *("-i", "ascites=none", "-i", "encephalopathy=0"),
]


def test_list_names_every_score() -> None:
    done = hepatica("score", "--list")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 27
    assert "child-pugh" in done.stdout and "abcr" in done.stdout


def test_one_patient() -> None:
    done = hepatica("score", "child-pugh", *LIVER)
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    assert words[words.index("points") + 1] == "8"
    assert words[words.index("class") + 1] == "B"
    assert "Pugh RNH" in done.stdout
    assert "Choices:" in done.stdout


@pytest.mark.parametrize(
    ("bilirubin", "albumin"),
    [("12umol/L", "37.5g/L"), ("12 µmol/l", "3.75 g/dL"), ("0.70159mg/dL", "37.5 mg/mL")],
)
def test_units_do_not_matter(bilirubin: str, albumin: str) -> None:
    done = hepatica(
        "score", "albi", "-i", f"bilirubin={bilirubin}", "-i", f"albumin={albumin}", "--json"
    )
    document = json.loads(done.stdout)
    # the reference page's vector: 12 umol/L and 37.5 g/L
    assert document["outputs"]["score"] == pytest.approx(-2.4752, abs=6e-5)
    assert document["outputs"]["grade"] == 2
    assert document["missing"] is None


def test_a_score_is_made_of_another() -> None:
    tumour = ["-i", "lesion_number=4", "-i", "largest=30mm", "-i", "vascular-invasion=no"]
    more = ["-i", "extrahepatic_spread=N", "-i", "ecog=0"]
    document = json.loads(hepatica("score", "bclc-2018", *tumour, *more, *LIVER, "--json").stdout)
    assert document["outputs"] == {"stage": "B", "preserved_function": False}
    origins = {one["name"]: one["from"] for one in document["inputs"]}
    assert origins["child_pugh_class"] == "derived"
    assert origins["ps_is_cancer_related"] == "default"


def test_what_is_missing_is_said() -> None:
    done = hepatica("score", "albi", "-i", "bilirubin=12umol/L")
    assert done.returncode == 1
    assert "no result: albumin is missing" in done.stdout


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["gcs", "-i", "a=1"], "expected one of child-pugh, albi"),
        (["albi", "-i", "bilirubin=12"], "say the unit, umol/L or mg/dL"),
        (["albi", "-i", "bilirubin=12 stone"], "unit 'stone' is not known"),
        (["albi", "-i", "bilirubim=12umol/L"], "did you mean 'bilirubin'?"),
        (["albi", "-i", "bilirubin=1,2mg/dL"], "write decimals with a point"),
        (["albi", "-i", "albumin=3.5g/L"], "looks like g/dL"),
        (["albi", "-i", "bilirubin=61mg/dL"], "expected 0.09939 to 60 mg/dL"),
        (["albi", "-i", "bilirubin=1e400umol/L"], "is not plausible"),
        (["albi", "-i", "bilirubin=nan"], "expected a number"),
        (["albi", "-i", "albumin"], "expected NAME=VALUE"),
        (["albi", "-i", "albumin=35g/L", "-i", "albumin=36g/L"], "is given twice"),
        (["child-pugh", "-i", "ascites=huge"], "expected one of none, mild"),
        (["child-pugh", "-i", "encephalopathy=1.5"], "expected a whole number, 0 to 4"),
        (["milan", "-i", "vascular_invasion=perhaps"], "expected Y or N"),
        (["fib-4", "-i", "age=50 months"], "expected a number in years"),
    ],
)
def test_a_slip_is_told(typed: list[str], told: str) -> None:
    done = hepatica("score", *typed)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_patients(tmp_path: Path) -> None:
    path = tmp_path / "liver.csv"
    path.write_text(
        "subject,bilirubin_umol_l,albumin_g_dl,inr,ascites,encephalopathy,other\n"
        "a,20.5,3.8,1.1,none,0,x\n"
        "b,34.208,3.5,1.7,none,0,x\n"
        "c,,3.5,1.7,none,0,x\n"
    )
    done = hepatica("score", "child-pugh", "--file", str(path))
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(r["row"], r["subject"], r["points"], r["class"]) for r in rows] == [
        ("2", "a", "5", "A"),
        ("3", "b", "8", "B"),
        ("4", "c", "", ""),
    ]
    assert rows[2]["missing"] == "total bilirubin is missing"


def test_a_bad_cell_of_a_file_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "liver.csv"
    path.write_text("bilirubin_umol_l,albumin_g_l\n12,37\n12,3.7\n")
    done = hepatica("score", "albi", "--file", str(path))
    assert done.returncode == 2
    assert f"{path}:3 [albumin_g_l]: albumin=3.7: is not plausible" in done.stderr


def test_without_inputs_it_tells_what_it_needs() -> None:
    done = hepatica("score", "hap")
    assert done.returncode == 0
    assert "AFP > 400 ng/mL" in done.stdout
    assert "hepatica score hap -i albumin=" in done.stdout


def test_a_value_given_in_two_units_in_one_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("bilirubin_mg_dl,bilirubin_umol_l,albumin_g_l\n1.0,,42\n1.0,60,42\n")
    done = hepatica("score", "albi", "--file", str(path))
    assert done.returncode == 2
    assert f"{path}:3 [" in done.stderr and "bilirubin is given twice" in done.stderr

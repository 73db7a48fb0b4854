"""Claims of a trial of several arms against its records: public test data."""

from pathlib import Path

import pytest
from data_folder import data_folder

from hepatica.audit.claim_file import read_claims
from hepatica.workflow.comparing import compare_claims
from hepatica.workflow.manuscript.comparison import Compared
from hepatica.workflow.workspace import Workspace

# What SDTM DM and AE hold, counted by hand: 254 subjects, 86 on placebo, 84 on the high dose, of
# whom 53 and 40 are women; the interval of 16 of 86 is Clopper-Pearson's. One divided by the hazard
# ratio of high dose against placebo, 1.066 (0.750 to 1.516), is 0.938 (0.659 to 1.334).
CLAIMS = """
id,population,variable,statistic,level,value,count,denominator,low,high,declared_as,between,method
E1,all enrolled,patients,size,,254,,,,,,,
E2,Placebo,patients,size,,86,,,,,,,
E3,Placebo arm,sex,percent,female,61.6,53,86,,,,,
E4,Xanomeline High Dose group,sex,percent,female,47.6,40,84,,,,,
E5,Placebo,ORR,percent,,18.6,16,86,11.0,28.4,ci,,
E6,all enrolled,AE pruritus,percent,any,21.3,54,254,,,,,
E7,all enrolled,AE pruritus,count,mild,,32,,,,,,
E8,all enrolled,PFS,hazard ratio,,1.07,,,0.75,1.52,ci,Xanomeline High Dose|Placebo,
E9,all enrolled,PFS,hazard ratio,,0.94,,,0.66,1.33,ci,Placebo|Xanomeline High Dose,
D1,Placebo,sex,percent,female,47.6,40,84,,,,,
D2,all enrolled,PFS,hazard ratio,,0.94,,,0.66,1.33,ci,Xanomeline High Dose|Placebo,
D3,Placebo,ORR,percent,,10.5,,,,,,,
N1,Xanomeline,sex,percent,female,40,,,,,,,
N2,all enrolled,OS,p,,0.47,,,,,,Placebo|Xanomeline High Dose,log-rank
"""


@pytest.fixture(scope="module")
def compared(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> dict[str, Compared]:
    root = data_folder("cdisc_pilot_oncology").parent
    example = pytestconfig.rootpath / "examples" / "cdisc-pilot-oncology"
    path = tmp_path_factory.mktemp("claims") / "claims.csv"
    path.write_text(CLAIMS.strip() + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATICA_DATA", str(root))
        entries = compare_claims(Workspace(Path(example)), read_claims(path)[0]).entries
    return {entry.claim.id: entry for entry in entries}


@pytest.mark.parametrize(
    ("initial", "verdict"), [("E", "equal"), ("D", "different"), ("N", "not compared")]
)
def test_each_arm_is_held_against_its_own_patients(
    compared: dict[str, Compared], initial: str, verdict: str
) -> None:
    own = {id_: str(e.verdict) for id_, e in compared.items() if id_.startswith(initial)}
    assert own
    assert set(own.values()) == {verdict}, own


def test_confirmed_responses_are_a_hint(compared: dict[str, Compared]) -> None:
    assert compared["D3"].hint == "equal to the confirmed ORR"


def test_why_not_compared(compared: dict[str, Compared]) -> None:
    assert "Placebo, Xanomeline High Dose, Xanomeline Low Dose" in compared["N1"].reason
    assert "compares these groups, and no others" in compared["N2"].reason

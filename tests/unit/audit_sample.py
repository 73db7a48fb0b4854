"""An audit made by hand: a small paper of 20 patients, and what is said of its claims.

The codes stand for their weight only: P401 is an error, P403 a warning, P402 a note.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.conflict import Audit, Conflict, Repair, Search
from hepatica.audit.data_set import Patient
from hepatica.audit.outcome import Discrepancy, Passed
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.audit.given import AuditInput

ERROR, WARNING, NOTE = "P401", "P403", "P402"

CLAIMS = (
    Claim("N", "Abstract (L1)", "20 patients", "patients", "size", value="20", line=3),
    Claim("CR", "Abstract (L2)", "1 (5.0%) had CR", "best response", "percent", level="CR",
          value="5.0", count="1", denominator="20", line=9),
    Claim("PR", "Abstract (L2)", "6 (30.0%) had PR", "best response", "percent", level="PR",
          value="30.0", count="6", denominator="20", line=15),
    Claim("ORR", "Results, paragraph 2", "ORR was 30.0%", "ORR", "percent", value="30.0", line=21),
    Claim("PFS", "Results, paragraph 3", "6.3 months (95% CI 1.0–10.5)", "PFS", "median",
          value="6.3", bracket=Bracket("1.0", "10.5", "ci"), line=27),
    Claim("AGE", "Table 1 (L40)", "age 54.5 [35–78]", "age", "mean", value="54.5", line=33),
    Claim("DOI", "Footnote", "doi:10.1/x", "doi", "identifier", value="10.1/x", line=39),
    Claim("LIT", "Discussion", "5.2 months elsewhere", "PFS", "median", population="literature",
          value="5.2", line=45),
)  # fmt: skip

DISCREPANCIES = (
    Discrepancy(WARNING, "1.0–10.5 cannot be a 95% interval", ("PFS",), tried=("log interval",),
                rescued_by=("1.0–10.5 read as the range",)),
    Discrepancy(ERROR, "1 + 6 = 7 of 20 = 35.0%, printed 30.0%", ("CR", "PR", "ORR"),
                source="CR + PR [eisenhauer2009]", tried=("ORR of PR alone",)),
    Discrepancy(NOTE, "one more thing", ("N",)),
)  # fmt: skip

PASSED = (
    Passed("P001", "1 of 20 = 5.0%", ("CR",)),
    Passed("P001", "6 of 20 = 30.0%", ("PR",)),
)

CONFLICTS = (
    Conflict(("CR", "PR", "ORR"), ("response.orr",), "No patients satisfy all of this at once: x"),
    Conflict(("PFS", "PR"), ("time.second-scan",), "six progress late", ("read as the range",)),
)
REPAIRS = (Repair(("ORR",), (), 2), Repair(("CR",), (), 2))
DATA_SET = tuple(Patient("all enrolled", {"age": Fraction(109, 2)}) for _ in range(20))

PAPER = Paper(CLAIMS, title="A small paper", reference="J Small Pap 2020;1:1", file="claims.toml",
              sizes={"all enrolled": 20})  # fmt: skip
SEARCH = Search(CONFLICTS, REPAIRS, DATA_SET, ("N", "CR", "PR", "PFS", "AGE"))
FAULT = finding_of("P006", Place(file="claims.toml", row=33), found="key 'x'", expected="a key")


def sample(path: Path, **changes: object) -> AuditInput:
    """The audit, with other fields of `Audit` where named; its claims file is written."""
    path.write_text("[paper]\n", encoding="utf-8")
    audit = Audit(PAPER, (FAULT,), DISCREPANCIES, PASSED, SEARCH)
    return AuditInput(replace(audit, **changes), path, 30.0)  # type: ignore[arg-type]


def clean(path: Path, **changes: object) -> AuditInput:
    """The same paper with nothing said against it."""
    search = Search((), (), DATA_SET, ("N", "AGE"))
    given = {"faults": (), "discrepancies": (), "search": search} | changes
    return sample(path, **given)


def faults(code: str, number: int) -> tuple[Finding, ...]:
    """So many faults of one code, on lines of their own."""
    return tuple(
        finding_of(code, Place(file="claims.toml", row=n), found="x", expected="y")
        for n in range(1, number + 1)
    )

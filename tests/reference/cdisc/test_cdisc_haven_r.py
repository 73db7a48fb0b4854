"""Transport files of ours as R's haven reads them: names, labels, formats and every bit.

Needs Rscript with the package haven; verified with R 4.2.2 and haven 2.5.1.
"""

import shutil
import struct
import subprocess
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.report.cdisc.transport import transport_bytes

DATASET = Dataset(
    "ADTR",
    "Tumor Results Analysis Dataset",
    (
        Variable("USUBJID", "text", "Unique Subject Identifier", ""),
        Variable("ADT", "date", "Analysis Date", ""),
        Variable("AVAL", "number", "Analysis Value", ""),
    ),
)

READ = """
frame <- haven::read_xpt(commandArgs(TRUE)[1])
cat(attr(frame, "label"), "\\n", sep = "")
for (name in names(frame)) cat(name, "|", attr(frame[[name]], "label"), "\\n", sep = "")
cat(format(frame$ADT), sep = ","); cat("\\n")
cat(frame$USUBJID, sep = ","); cat("\\n")
for (x in frame$AVAL) {
  if (is.na(x)) cat("NA\\n")
  else cat(rev(as.character(writeBin(x, raw(), endian = "little"))), "\\n", sep = "")
}
"""


def _haven_is_here() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('haven', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _haven_is_here(), reason="Rscript with the package haven is not here")
def test_haven_reads_the_same_bits(tmp_path: Path) -> None:
    values = [0.1, -1 / 3, 7.2e75, 5.4e-79, None, 0.0, 123456789.125, 2.0**53, -0.7]
    days = [date(2016, 2, 29), None, date(1959, 12, 31), date(9999, 12, 31)] + [None] * 5
    subjects = [f"S-{i}" for i in range(9)]
    rows = pa.table({"USUBJID": subjects, "ADT": days, "AVAL": values}, DATASET.schema())
    path = tmp_path / "adtr.xpt"
    path.write_bytes(transport_bytes(DATASET, rows, date(2019, 12, 31)))
    script = tmp_path / "read.R"
    script.write_text(READ, encoding="utf-8")
    told = subprocess.run(
        ["Rscript", "--vanilla", str(script), str(path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert told[0] == "Tumor Results Analysis Dataset"
    assert told[1:4] == [
        "USUBJID|Unique Subject Identifier",
        "ADT|Analysis Date",
        "AVAL|Analysis Value",
    ]
    assert told[4].split(",") == [str(day) if day else "NA" for day in days]
    assert told[5].split(",") == subjects
    bits = ["NA" if v is None else struct.pack(">d", v).hex() for v in values]
    assert told[6:] == bits

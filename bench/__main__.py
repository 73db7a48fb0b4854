"""Every benchmark, one after the other: `make bench`."""

import runpy
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
    print(f"\n== {path.stem}", flush=True)
    runpy.run_path(str(path), run_name="__main__")

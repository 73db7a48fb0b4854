"""The command line, run as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def hepatica(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`hepatica WORDS`, its outputs as text."""
    return subprocess.run(
        [sys.executable, "-m", "hepatica", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )

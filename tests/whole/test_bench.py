"""The bench runs, small, with the same checks; what it says about time is left to the full run."""

import subprocess
import sys

from tests.layers import ROOT


def test_every_check_of_the_bench_holds_on_both_databases():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--small"], cwd=ROOT, capture_output=True, text=True, timeout=900
    )

    assert "Every bound holds." in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0

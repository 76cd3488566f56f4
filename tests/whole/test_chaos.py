"""Each fault of `make chaos`, small, with the same checks; what it says about time is left to the full run."""

import subprocess
import sys

import pytest

from tests.layers import ROOT


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_messages_come_through_every_fault(database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chaos", database, "--small"], cwd=ROOT, capture_output=True, text=True, timeout=900
    )

    assert "Everything held." in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0

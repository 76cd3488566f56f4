"""A PostgreSQL that crashes in the midst of a batch costs no copy, since the worker writes down again what that forgot."""

import json
import subprocess
import sys

from tests.layers import ROOT
from tests.whole.crashed import CRASH_AT, LETTERS


def crash(*words: str) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.whole.crashed", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_crash_in_the_midst_of_a_batch_costs_no_copy_and_loses_no_letter() -> None:
    assert crash() == {"letters": LETTERS, "to": LETTERS, "states": {"sent": LETTERS}}


def test_worker_that_kept_nothing_in_mind_would_send_copies() -> None:
    """What the test above would not notice if it could not fail."""
    found = crash("forgetful")

    assert found["to"] == LETTERS
    assert LETTERS < found["letters"] <= LETTERS + CRASH_AT  # each letter before the crash, at most once more

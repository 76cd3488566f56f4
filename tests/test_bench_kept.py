"""What `make bench` keeps of a run of some parts."""

from __future__ import annotations

import json
from pathlib import Path

from bench.__main__ import DATABASES, KEPT, PARTS, keep


def test_a_part_measured_alone_leaves_the_figures_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    for number, part in enumerate(("http", "diary", "http")):
        keep(path, {part: {"figures": [number], "bounds": []}})
    kept = json.loads(path.read_text())["parts"]
    assert [(part, one["figures"]) for part, one in kept.items()] == [("diary", [1]), ("http", [2])]


def test_each_part_that_is_kept_is_one_that_is_measured() -> None:
    for database in DATABASES:
        assert set(json.loads((KEPT / f"bench-{database}.json").read_text())["parts"]) <= set(PARTS)

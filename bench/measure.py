"""How long something takes: medians of interleaved repeats, so that a busy moment falls on all that are compared."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext

Act = Callable[[], Any]


class Cost(NamedTuple):
    """Milliseconds by the clock and of this process's CPU, medians; and the number of queries."""

    wall_ms: float
    cpu_ms: float
    queries: int


def cost(act: Act, repeats: int) -> Cost:
    return side_by_side({"it": act}, repeats)["it"]


def side_by_side(acts: dict[str, Act], repeats: int) -> dict[str, Cost]:
    """Each act once in every round; the first rounds only warm up."""
    walls: dict[str, list[float]] = {name: [] for name in acts}
    cpus: dict[str, list[float]] = {name: [] for name in acts}
    queries = {name: count_queries(act) for name, act in acts.items()}
    gc.collect()
    for _ in range(repeats):
        for name, act in acts.items():
            wall, cpu = time.perf_counter(), time.process_time()
            act()
            cpus[name].append(time.process_time() - cpu)
            walls[name].append(time.perf_counter() - wall)
    return {
        name: Cost(
            1000 * statistics.median(walls[name]),
            1000 * statistics.median(cpus[name]),
            queries[name],
        )
        for name in acts
    }


def count_queries(act: Act) -> int:
    """Counted on its own, since counting takes time; BEGIN and COMMIT are not queries."""
    with CaptureQueriesContext(connection) as seen:
        act()
    words = [query["sql"].split(maxsplit=1)[0].upper() for query in seen.captured_queries]
    return sum(word not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE") for word in words)

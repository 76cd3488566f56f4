"""The whole booking in process (client, booking, history, messages, one transaction) beside the raw insert of its row."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import count

from bench import data
from bench.data import NOW, Scene
from bench.floor import RawInsert
from bench.measure import count_queries
from bench.report import Report
from bookings import lifecycle
from bookings.models import Therapist
from bookings.placing import Wish
from clients.tests.factories import make_client_with_account

PART = "booking"


def run(report: Report, scene: Scene, repeats: int) -> None:
    length = scene.session_type.lengths.select_related("session_type").get()
    therapist = Therapist.objects.get(pk=scene.therapist.pk)
    free, number, raw = free_times(), count(), RawInsert(data.template_row(scene))
    client = make_client_with_account()  # the scene's client has every other session; nobody has a million

    def book() -> None:
        lifecycle.book(Wish(client, length, next(free), therapist), by=client.user, now=NOW)

    def insert() -> None:
        raw(next(number), therapist.pk, next(free))

    queries = count_queries(book)
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(timed(book))
        theirs.append(timed(insert))
    booked, inserted = 1 / statistics.median(ours), 1 / statistics.median(theirs)
    total = sum(scene.written.values())
    report.add(PART, f"lifecycle.book, {total:,} bookings", per_second=booked, ms=1000 / booked, queries=queries)
    report.add(PART, f"raw insert, {total:,} bookings", per_second=inserted, ms=1000 / inserted)
    report.hold_pace(
        f"bookings a second in process to raw inserts, {total:,} bookings", booked / inserted, at_least=0.1
    )


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def free_times() -> Iterator[dt.datetime]:
    """Hours of the months after the one that is asked about, in which nobody has bookings."""
    for day in range(1, 300):
        on = dt.datetime.combine(data.MONTH[1] + dt.timedelta(days=day), dt.time(), dt.UTC)
        yield from (on + dt.timedelta(hours=hour) for hour in range(9, 16))

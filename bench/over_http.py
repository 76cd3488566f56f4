"""Booking over HTTP as a crowd does: gunicorn as `make run` starts it, distinct clients with tokens, throttles raised.

First whole bookings beside the bare view, in turns; then many more attempts than there are slots.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.db import connection
from django.test import Client as Browser

from bench import crowd
from bench.crowd import Crowd
from bench.data import template_row
from bench.floor import RawInsert
from bench.load import Call, send
from bench.measure import count_queries
from bench.report import Report
from bookings import constraints
from bookings.models import Booking, BookingChange
from outbox.models import Message
from practice import spans
from practice.models import Practice
from practice.servers import die_with_parent, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
PART = "over http"


def run(report: Report, *, attempts: int, connections: int, days: int, rounds: int, history: int) -> None:
    a_round = 100
    people = crowd.make(attempts + (rounds + 1) * a_round + 1, history)
    tokens = iter(people.tokens)
    count_a_booking(report, people, next(tokens))
    with (
        serving("practice.wsgi", "practice.settings") as practice,
        serving("practice.wsgi", "bench.bare_settings") as bare,
    ):
        warm_up(people, practice, bare, tokens, a_round)
        compare(report, people, practice, bare, tokens, rounds, a_round)
        storm(report, people, practice, tokens, attempts, connections, days)


@contextlib.contextmanager
def serving(module: str, settings: str) -> Iterator[int]:
    """Gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", f"{module}:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--log-level", "warning", "--access-logfile", "/dev/null"]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "API_RATE": "100000000"}
    env.pop("STATEMENT_TIMEOUT", None)
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
    try:
        wait_until(lambda: answers(port), process, module)
        yield port
    finally:
        stop(process)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    import http.client

    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status in (200, 404)
    except OSError:
        return False
    finally:
        asked.close()


def booking(people: Crowd, slot: tuple, token: str) -> Call:
    therapist, start = slot
    wanted = {"session_type": people.offers[therapist.pk].slug, "minutes": 60, "start": start.isoformat()}
    return Call("/api/v1/bookings", wanted | {"therapist": therapist.slug}, token)


def insertion(people: Crowd, slot: tuple) -> Call:
    therapist, start = slot
    keys = {"client": people.someone.pk, "therapist": therapist.pk, "session_type": people.offers[therapist.pk].pk}
    return Call("/insert", keys | {"start": start.isoformat()})


def count_a_booking(report: Report, people: Crowd, token: str) -> None:
    """The first call of a token notes its use, each later one takes from its bucket."""
    slots, browser = iter(_one_for_each_time(people.slots(60, 1))), Browser()

    def book() -> None:
        call = booking(people, next(slots), token)
        said = browser.post(
            call.path, call.body, "application/json", headers={"Authorization": f"Bearer {token}", "Host": "127.0.0.1"}
        )
        assert said.status_code == 201, said.content

    most = max(count_queries(book), count_queries(book))
    report.hold("queries of a whole booking over HTTP", most, at_most=12)


def _one_for_each_time(slots: list[tuple]) -> list[tuple]:
    """Nobody has two sessions at one time, with whomever."""
    return list({start: (therapist, start) for therapist, start in slots}.values())


def warm_up(people: Crowd, practice: int, bare: int, tokens: Iterator[str], number: int) -> None:
    slots = iter(people.slots(61, 4))
    send(practice, [booking(people, next(slots), token) for token in islice(tokens, number // 2)], 8)
    send(bare, [insertion(people, slot) for slot in islice(slots, number // 2)], 8)


def compare(
    report: Report, people: Crowd, practice: int, bare: int, tokens: Iterator[str], rounds: int, number: int
) -> None:
    """Whole bookings on free slots and bare inserts, eight connections, in turns."""
    slots = iter(people.slots(66, 2 * rounds + 2))
    whole, inserted, waits = [], [], []
    for _ in range(rounds):
        told = send(practice, [booking(people, next(slots), token) for token in islice(tokens, number)], 8)
        assert told.statuses == {"201": number}, told.statuses
        whole.append(number / told.elapsed)
        waits += told.seconds
        told = send(bare, [insertion(people, slot) for slot in islice(slots, number)], 8)
        assert told.statuses == {"201": number}, told.statuses
        inserted.append(number / told.elapsed)
    ours, theirs = statistics.median(whole), statistics.median(inserted)
    ratio = statistics.median(one / other for one, other in zip(whole, inserted, strict=True))
    told.seconds = waits
    report.add(PART, "whole booking, 8 connections", per_second=ours, p50_ms=told.percentile_ms(50), p99_ms=told.percentile_ms(99))  # fmt: skip
    report.add(PART, "bare view that inserts the row, 8 connections", per_second=theirs)
    report.hold_pace("whole bookings a second to the bare view's inserts", ratio, at_least=0.3)


def storm(
    report: Report, people: Crowd, port: int, tokens: Iterator[str], attempts: int, connections: int, days: int
) -> None:
    """Every slot is wanted by as many; who comes when is mixed, the same way each time."""
    slots = people.slots(0, days)
    wanted = [slots[number % len(slots)] for number in range(attempts)]
    random.Random(1).shuffle(wanted)
    told = send(port, [booking(people, slot, token) for slot, token in zip(wanted, tokens, strict=False)], connections)
    made, refused = told.statuses.pop("201", 0), told.statuses.pop("409 slot_taken", 0)
    first, last = slots[0][1], slots[-1][1]
    rows = Booking.objects.filter(therapist__in=people.therapists, starts_at__range=(first, last))
    report.add(
        PART,
        f"{attempts:,} attempts on {len(slots)} slots, {connections} connections",
        made=made,
        refused=refused,
        other=dict(told.statuses),
        per_second=attempts / told.elapsed,
        bookings_per_second=made / told.elapsed,
        p50_ms=told.percentile_ms(50),
        p99_ms=told.percentile_ms(99),
    )
    report.add(PART, "raw insert in the same run, 1 connection", per_second=raw_inserts(people))
    report.hold("bookings told to have been made", made, at_least=len(slots))
    report.hold("bookings in the table", abs(rows.count() - len(slots)), at_most=0)
    report.hold("answers that are neither a booking nor a clean refusal", sum(told.statuses.values()), at_most=0)
    report.hold("overlaps of therapists or rooms", overlaps(), at_most=0)
    report.hold(
        "bookings without exactly one line of history, a confirmation and the reminders", untold(rows), at_most=0
    )


def overlaps() -> int:
    """Asked of the rows themselves, neighbour by neighbour."""
    found = 0
    for column in ("therapist_id", "room_id"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT busy_from_at, max(busy_until_at) OVER (PARTITION BY {column} "
                f"ORDER BY busy_from_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
                f"FROM bookings_booking WHERE {column} IS NOT NULL AND status IN {constraints.BLOCKING_SQL}) x "
                "WHERE before > busy_from_at"
            )
            found += cursor.fetchone()[0]
    return found


def untold(rows: object) -> int:
    refs = list(rows.values_list("pk", flat=True))  # type: ignore[attr-defined]
    lines = BookingChange.objects.filter(booking__in=refs, what="booked").count()
    messages = Message.objects.filter(about__in=[f"booking:{pk}" for pk in refs]).count()
    each = 1 + len(spans.several(Practice.objects.current().reminders))
    return abs(lines - len(refs)) + abs(messages - each * len(refs))


def raw_inserts(people: Crowd) -> float:
    from types import SimpleNamespace

    therapist = people.therapists[0]
    scene = SimpleNamespace(anywhere=people.offers[therapist.pk], client=people.someone, therapist=therapist)
    raw, slots = RawInsert(template_row(scene)), people.slots(200, 4)  # type: ignore[arg-type]
    began = time.perf_counter()
    for number, (therapist, start) in enumerate(slots):
        raw(number, therapist.pk, start)
    return len(slots) / (time.perf_counter() - began)

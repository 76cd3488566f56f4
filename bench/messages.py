"""What messages cost: sending them beside a bare loop over one connection, planning them with a booking, and looking for
what is due with a million rows behind."""

from __future__ import annotations

import datetime as dt
import json
import os
import smtplib
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import data
from bench.mail import MailServer
from bench.measure import side_by_side
from bench.reminders import Scene
from bench.report import Report
from bench.transactions import free_times
from bookings import lifecycle
from bookings.models import Therapist
from bookings.placing import Wish
from clients.tests.factories import make_client_with_account
from outbox import delivery, registry
from outbox.channels import email
from outbox.models import Message, State
from practice.models import Practice
from practice.servers import die_with_parent, private_folder

ROOT = Path(__file__).resolve().parent.parent
PART = "messages"
WORKERS = 4
SENDER, READER = "practice@practice.example", "reader@client.example"
NONE = "900d"
"""A reminder whose time is past whenever one books."""
A_THIRD = 1 / 3


def run(report: Report, *, number: int, rounds: int, a_round: int, open_ones: int, behind: int) -> None:
    with private_folder("bench-mail-") as folder, MailServer(folder, durable=False) as mail:
        use(mail)
        scene = data.make_scene()
        planning(report, scene, open_ones, repeats=10 if report.small else 200)
        Message.objects.all().delete()
        many = Scene(scene.practice)
        idle(report, 0)
        compare(report, mail, many, rounds, a_round)
        one_worker(report, mail, many, number)
        four_workers(report, mail, many, number)
        lie_behind(many, behind)
        idle(report, behind)


def use(mail: MailServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{mail.port}"


def compare(report: Report, mail: MailServer, scene: Scene, rounds: int, a_round: int) -> None:
    """In turns: what is due, asked, written, rendered, sent, written down; and prepared letters of the same size."""
    ours, theirs, ratios = [], [], []
    with smtplib.SMTP("127.0.0.1", mail.port) as line:
        for _ in range(rounds):
            rows = scene.due_now(a_round)
            letter = prepared(rows[0])
            one = pace(a_round, lambda: delivery.sweep(timezone.now))
            other = pace(
                a_round, lambda letter=letter: [line.sendmail(SENDER, [READER], letter) for _ in range(a_round)]
            )
            ours.append(one)
            theirs.append(other)
            ratios.append(one / other)
    report.add(PART, "sent by one worker, rendering included", per_second=statistics.median(ours))
    report.add(PART, "sent by a bare loop, one connection", per_second=statistics.median(theirs), bytes=len(letter))
    report.hold_pace("messages a second to a bare loop's", statistics.median(ratios), at_least=A_THIRD)


def prepared(row: Message) -> bytes:
    said = registry.kind_of(row).say(row, timezone.now())
    letter = email.Line()._letter(row, said).message().as_bytes(linesep="\r\n")
    return letter.replace(str(row.message_id).encode(), str(uuid.UUID(int=0)).encode())


def pace(number: int, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return number / (time.perf_counter() - began)


def one_worker(report: Report, mail: MailServer, scene: Scene, number: int) -> None:
    scene.due_now(number)
    began, work = time.perf_counter(), time.process_time()
    delivery.sweep(timezone.now)
    seconds, work = time.perf_counter() - began, time.process_time() - work
    report.add(
        PART, f"{number:,} due reminders, one worker", seconds=seconds, work_seconds=work, ms_each=1000 * work / number
    )
    check(report, mail, "one worker")
    report.hold_pace(f"seconds of work for {number:,} reminders, one worker", work, at_most=30)


def four_workers(report: Report, mail: MailServer, scene: Scene, number: int) -> None:
    scene.due_now(number)
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.sweep"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=die_with_parent) for _ in range(WORKERS)
    ]
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    seconds, work = max(each["seconds"] for each in said), sum(each["work"] for each in said)
    report.add(
        PART,
        f"{number:,} due reminders, {WORKERS} workers",
        seconds=seconds,
        with_their_start=time.perf_counter() - began,
        work_seconds=work,
        least_share=min(each["done"] for each in said),
    )
    check(report, mail, f"{WORKERS} workers")
    report.hold_pace(f"seconds of work for {number:,} reminders, {WORKERS} workers", work, at_most=30)


def check(report: Report, mail: MailServer, who: str) -> None:
    """Of all that was sent so far."""
    letters = Counter(copy.id for copy in mail.copies() if copy.id)
    sent = {str(key) for key in Message.objects.filter(state=State.SENT).values_list("message_id", flat=True)}
    due = Message.objects.open().filter(due_at__lte=timezone.now()).count()
    report.hold(f"due reminders left over, {who}", due, at_most=0)
    report.hold(f"reminders without a letter, {who}", len(sent - letters.keys()), at_most=0)
    report.hold(f"copies, {who}", sum(letters[key] - 1 for key in sent & letters.keys()), at_most=0)


def planning(report: Report, scene: data.Scene, open_ones: int, repeats: int) -> None:
    """A booking with its reminders and one without, in turns, with few messages open and with many."""
    few = with_and_without(report, scene, repeats)
    lie_open(open_ones)
    many = with_and_without(report, scene, repeats)
    report.hold_pace(f"what reminders add to a booking, {open_ones:,} open to few", many / few, at_most=1.2)


def with_and_without(report: Report, scene: data.Scene, repeats: int) -> float:
    """How many times as long a booking takes with reminders."""
    length = scene.session_type.lengths.select_related("session_type").get()
    therapist = Therapist.objects.get(pk=scene.therapist.pk)
    client = make_client_with_account()
    taken = Message.objects.count()
    free = scene.__dict__.setdefault("free", free_times())
    own = scene.practice.reminders

    def book() -> None:
        lifecycle.book(Wish(client, length, next(free), therapist), by=client.user, now=data.NOW)

    seconds: dict[str, list[float]] = {own: [], NONE: []}
    planned: dict[str, int] = {}
    for _ in range(repeats):
        for times, found in seconds.items():
            Practice.objects.update(reminders=times)
            before = Message.objects.count()
            began = time.perf_counter()
            book()
            found.append(time.perf_counter() - began)
            planned[times] = Message.objects.count() - before
    Practice.objects.update(reminders=own)
    took, without = statistics.median(seconds[own]), statistics.median(seconds[NONE])
    report.add(PART, f"booking with its reminders, {taken:,} messages open", ms=1000 * took, without_ms=1000 * without, added_ms=1000 * (took - without), reminders=planned[own] - planned[NONE])  # fmt: skip
    report.hold("reminders that a booking plans", planned[own] - planned[NONE], at_least=1)
    return took / without


def idle(report: Report, behind: int) -> None:
    """A sweep that finds nothing, beside as many of the least questions."""
    costs = side_by_side({"sweep": lambda: delivery.sweep(timezone.now)}, 3)
    queries = costs["sweep"].queries

    def ask() -> None:
        for _ in range(queries):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                cursor.fetchall()

    costs = side_by_side({"sweep": lambda: delivery.sweep(timezone.now), "least": ask}, 20 if report.small else 200)
    ours, least = costs["sweep"], costs["least"]
    report.add(PART, f"a sweep that finds nothing, {behind:,} sent rows behind it", ms=ours.wall_ms, cpu_ms=ours.cpu_ms, queries=queries, least_ms=least.wall_ms)  # fmt: skip
    report.hold(f"queries of a sweep that finds nothing, {behind:,} behind", queries, at_most=8)
    report.hold_pace(f"milliseconds of a sweep that finds nothing, {behind:,} behind", ours.wall_ms, at_most=50)


def lie_open(number: int) -> None:
    """Planned, due in the years to come."""
    row = Message.objects.first()
    assert row is not None
    due_at = data.NOW + dt.timedelta(days=400)
    Message.objects.filter(pk=row.pk).update(
        due_at=due_at, expires_at=due_at + dt.timedelta(days=1), state=State.PLANNED
    )
    multiply(row.pk, number)


def lie_behind(scene: Scene, number: int) -> None:
    row = Message.objects.filter(state=State.SENT).first()
    assert row is not None
    multiply(row.pk, number)


_turn = count(1)


def multiply(pk: int, number: int) -> None:
    """The same row so many times more, each with a key and a Message-ID of its own."""
    names = [field.column for field in Message._meta.concrete_fields if field.column != "id"]
    is_postgres = connection.vendor == "postgresql"
    own = {
        "key": f"'bench:{next(_turn)}:' || n",
        "message_id": "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))",
    }
    numbers = (
        f"SELECT generate_series(1, {number}) AS n"
        if is_postgres
        else f"WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {number}) SELECT n FROM series"
    )
    columns = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(own.get(name, f'm."{name}"') for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_message ({columns}) SELECT {chosen} FROM outbox_message m, ({numbers}) s WHERE m.id = {pk}"
        )
        cursor.execute("VACUUM ANALYZE outbox_message" if is_postgres else "PRAGMA wal_checkpoint(TRUNCATE)")

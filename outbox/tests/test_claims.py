"""Who has a row: one worker at a time, and nobody for ever."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox import claims, delivery, outcomes
from outbox.models import Message, State
from outbox.tests.factories import NOW, make_message, register_greeting
from outbox.tests.mail_server import MailServer, mail_server

SECOND = dt.timedelta(seconds=1)
LEASE = dt.timedelta(seconds=settings.CLAIM_LEASE)
A_SEND = dt.timedelta(seconds=settings.SEND_TIMEOUT)
A_DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def take(now: dt.datetime = NOW) -> list[int]:
    return [row.pk for row in claims.take("email", now)]


def test_limits_follow_each_other_so_that_no_claim_ends_before_its_send() -> None:
    assert settings.EMAIL_TIMEOUT < settings.SEND_TIMEOUT
    last_send_ends = settings.SWEEP_SECONDS + settings.SEND_TIMEOUT
    assert (
        last_send_ends < settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < settings.CLAIM_LEASE
    )


def test_batch_is_what_is_due_the_longest_due_first() -> None:
    messages = [make_message(due_at=NOW - number * SECOND) for number in range(claims.BATCH + 5)]
    make_message(due_at=NOW + SECOND), make_message(expires_at=NOW), make_message(channel="sms")

    oldest_first = [message.pk for message in reversed(messages)]
    assert (take(), take(), take()) == (oldest_first[: claims.BATCH], oldest_first[claims.BATCH :], [])


def test_row_of_a_worker_that_stopped_is_taken_over_alone_when_its_lease_ran_out() -> None:
    first, second, fresh = make_message(), make_message(), make_message(due_at=NOW + SECOND)
    take()

    assert (claims.take_back(NOW + LEASE - SECOND), claims.take_back(NOW + LEASE)) == (0, 2)
    assert take(NOW + LEASE) == [fresh.pk]
    later = NOW + LEASE + A_SEND
    assert (take(later), take(later), take(later)) == ([first.pk], [second.pk], [])
    rows = Message.objects.exclude(pk=fresh.pk)
    assert set(rows.values_list("attempts", "taken_over", "last_error")) == {(2, 1, claims.STOPPED)}


def test_row_is_not_lost_when_the_clock_was_put_back_a_day() -> None:
    message = make_message(due_at=NOW - 2 * A_DAY)
    take()

    assert claims.take_back(NOW - A_DAY) == 1
    assert take(NOW - A_DAY + A_SEND) == [message.pk]


def test_row_that_was_claimed_the_moment_after_one_looked_is_left_alone() -> None:
    """Of two who look, the one with the earlier time may come second, having waited for the database."""
    make_message()
    take(NOW + SECOND)

    assert (claims.take_back(NOW), take()) == (0, [])


@pytest.mark.parametrize("jump", [A_DAY, -A_DAY])
def test_letter_that_is_on_its_way_when_the_clock_jumps_is_still_written_down(jump: dt.timedelta) -> None:
    on_its_way, next_one = (make_message(due_at=NOW - 2 * A_DAY, expires_at=NOW + 3 * A_DAY) for _ in range(2))
    rows = claims.take("email", NOW)

    assert claims.take_back(NOW + jump) == 2
    assert take(NOW + jump) == []
    assert outcomes.record_sent(rows[0], subject="", text="", provider_id="", now=NOW + jump)
    assert claims.keep(rows[1:], NOW + jump) == []
    assert take(NOW + jump + A_SEND) == [next_one.pk]
    assert Message.objects.get(pk=on_its_way.pk).state == State.SENT


def test_row_that_stops_every_worker_is_given_up_in_plain_words() -> None:
    register_greeting()
    message = make_message()
    now = NOW
    for _ in range(delivery.LOST_WORKERS):
        assert take(now) == [message.pk]
        claims.take_back(now + LEASE)
        now += LEASE + A_SEND

    delivery.sweep(lambda: now)

    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.FAILED, delivery.GIVEN_UP)


def test_only_the_attempt_that_took_the_row_may_write_what_became_of_it() -> None:
    make_message()
    (stalled,) = claims.take("email", NOW)
    claims.take_back(NOW + LEASE)
    (other,) = claims.take("email", NOW + LEASE + A_SEND)

    assert not claims.record(stalled, state=State.SENT)
    assert claims.record(other, state=State.RETRYING)
    assert Message.objects.get().state == State.RETRYING


def test_lease_is_renewed_while_a_slow_server_works_through_a_batch() -> None:
    mine, others = make_message(), make_message()
    rows = claims.take("email", NOW)
    Message.objects.filter(pk=others.pk).update(lease_until_at=NOW + 9 * LEASE)
    late = NOW + LEASE - SECOND

    assert [row.pk for row in claims.keep(rows, NOW)] == [mine.pk, others.pk]
    assert [row.pk for row in claims.keep(rows, late)] == [mine.pk]
    assert Message.objects.get(pk=mine.pk).lease_until_at == late + LEASE


def test_row_given_back_is_as_it_was() -> None:
    message = make_message()
    claims.give_back(claims.take("email", NOW))

    message.refresh_from_db()
    assert (message.state, message.attempts, message.lease_until_at) == (State.PLANNED, 0, None)


def test_waits_double_up_to_half_an_hour_and_lie_anywhere_within() -> None:
    make_message()
    (row,) = claims.take("email", NOW)
    waits: dict[int, set[dt.timedelta]] = {}
    for attempt in (1, 2, 5, 6, 30):
        row.attempts = attempt
        for _ in range(30):
            Message.objects.filter(pk=row.pk).update(state=State.SENDING, attempts=attempt)
            claims.later(row, "no", NOW)
            waits.setdefault(attempt, set()).add(Message.objects.get().due_at - NOW)

    assert {attempt: len(found) > 20 for attempt, found in waits.items()} == dict.fromkeys(waits, True)
    longest = {attempt: max(found).total_seconds() for attempt, found in waits.items()}
    bounds = {1: 60, 2: 120, 5: 960, 6: 1800, 30: 1800}
    assert {attempt: bounds[attempt] / 2 < longest[attempt] <= bounds[attempt] for attempt in bounds} == dict.fromkeys(
        bounds, True
    )


def test_sent_rows_cost_the_claim_nothing() -> None:
    """It goes by the index of what is open, however many are sent."""
    if connection.vendor == "sqlite":
        statement = claims._statement("sqlite", claims.WAITING, claims.BATCH).replace("%(", ":").replace(")s", "")
        with connection.cursor() as cursor:
            values = {"channel": "email", "now": str(NOW), "until": str(NOW)}
            plan = str(cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())
        assert "USING INDEX message_open_by_due (due_at<?)" in plan


def test_nothing_that_a_round_asks_reads_what_is_sent() -> None:
    """SQLite reads the whole table where the states are given as values."""
    with CaptureQueriesContext(connection) as seen:
        delivery.sweep(lambda: NOW)
    asked = [query["sql"] for query in seen.captured_queries if "outbox_message" in query["sql"]]
    plans = []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            plans = [str(cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()) for sql in asked]

    assert len(asked) == 3
    assert [plan for plan in plans if "USING INDEX message_open_by_due" not in plan] == []


def sweep_with_four(server: MailServer) -> list[int]:
    """How many copies each of forty messages got from four workers at once."""
    for _ in range(40):
        make_message()
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            delivery.sweep(lambda: NOW)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(Counter(server.to()).values())


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_message_once(settings: Any) -> None:
    register_greeting()
    with mail_server(settings) as server:
        copies = sweep_with_four(server)
    assert copies == [1] * 40
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_four_workers_send_copies(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above would not notice if it could not fail: rows that are looked at and not taken."""
    register_greeting()

    def look(channel: str, now: dt.datetime) -> list[Message]:
        return list(Message.objects.filter(channel=channel, state=State.PLANNED).order_by("due_at", "pk")[:10])

    def note(message: Message, **said: Any) -> bool:
        return bool(Message.objects.filter(pk=message.pk).update(state=State.SENT))

    monkeypatch.setattr(claims, "take", look)
    monkeypatch.setattr(outcomes, "record_sent", note)
    with mail_server(settings) as server:
        copies = sweep_with_four(server)
    assert sum(copies) > 40

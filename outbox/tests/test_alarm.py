"""The owners are told that messages stand still: once, again each day, and when it is over."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_owner, make_user
from outbox import alarm, watchman
from outbox.health import SWEEP, TICK, WATCH
from outbox.models import Heartbeat
from outbox.tests.factories import NOW
from practice.tests.factories import make_practice

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def beat(at: dt.datetime, *names: str) -> None:
    for name in names or (SWEEP, TICK):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": at})


def told() -> list[tuple[str, str]]:
    return [(letter.to[0], letter.subject) for letter in mail.outbox]


@pytest.mark.django_db
def test_every_owner_is_told_once_and_once_more_when_it_is_over() -> None:
    make_practice(), make_user()
    owners = [make_owner().email, make_owner().email]
    beat(NOW)
    alarm.look(NOW + 4 * MINUTE)
    assert told() == []

    for minutes in (6, 7, 60):
        alarm.look(NOW + minutes * MINUTE)
    assert told() == [(owner, "Messages are not being sent") for owner in owners]

    mail.outbox.clear()
    beat(NOW + HOUR)
    for _ in range(2):
        alarm.look(NOW + HOUR)
    assert told() == [(owner, "Messages are being sent again") for owner in owners]


@pytest.mark.django_db
def test_owner_is_told_when_only_the_clock_stands_still_and_again_after_a_day() -> None:
    make_practice(), make_owner()
    beat(NOW)
    for hours in (1, 23, 26, 30):
        beat(NOW + hours * HOUR, SWEEP)
        alarm.look(NOW + hours * HOUR)
    assert len(told()) == 2


@pytest.mark.django_db
def test_alarm_that_could_not_leave_is_given_at_the_next_look(settings: Any) -> None:
    make_practice(), make_owner()
    ours, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    alarm.look(NOW)
    assert Heartbeat.objects.get(name=WATCH).alarmed_at is None

    settings.EMAIL_BACKEND = ours
    alarm.look(NOW + MINUTE)
    assert len(told()) == 1


@pytest.mark.django_db
def test_restored_practice_sends_no_alarm(settings: Any) -> None:
    settings.RESTORED = True
    make_practice(), make_owner()
    assert alarm.look(NOW).is_off
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_many_processes_tell_once() -> None:
    make_practice(), make_owner()
    Heartbeat.objects.create(name=WATCH, finished_at=NOW)
    start = threading.Barrier(6)

    def look() -> None:
        start.wait()
        alarm.look(NOW)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told()) == 1


@pytest.mark.django_db(transaction=True)
def test_watchman_beside_the_site_looks_by_himself() -> None:
    make_practice(), make_owner()
    watchman.start(first_after=0.05, every=3600)
    end = time.monotonic() + 10
    while not mail.outbox and time.monotonic() < end:
        time.sleep(0.02)
    assert [subject for _, subject in told()] == ["Messages are not being sent"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes_since", "said"),
    [
        ({SWEEP: 1, TICK: 1}, "Messages leave."),
        ({}, "The worker has never run."),
        ({SWEEP: 1}, "The clock (beat) does not ask the worker any more."),
    ],
)
def test_check_outbox_says_how_it_stands(minutes_since: dict[str, int], said: str, capsys: Any) -> None:
    make_practice()
    for name, minutes in minutes_since.items():
        beat(timezone.now() - minutes * MINUTE, name)
    if said == "Messages leave.":
        call_command("check_outbox")
        assert capsys.readouterr().out.strip() == said
    else:
        with pytest.raises(CommandError) as caught:
            call_command("check_outbox")
        assert str(caught.value) == said


@pytest.mark.django_db
def test_every_page_of_the_practice_says_when_messages_do_not_leave(client: Client) -> None:
    make_practice()
    client.force_login(make_owner())
    beat(timezone.now())
    assert "Messages are not being sent" not in client.get("/admin/settings/").content.decode()

    beat(timezone.now() - 6 * MINUTE)
    for page in ("/admin/settings/", "/admin/outbox/message/"):
        assert "Messages are not being sent since" in client.get(page).content.decode()

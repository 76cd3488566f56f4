"""The worker's settings, each of which has cost somebody messages when it was another; and rounds that hand on to each other."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from outbox import nudge, tasks
from outbox.models import Heartbeat, Message, State
from outbox.tests.factories import make_message, register_greeting
from outbox.tests.mail_server import MailServer, mail_server
from practice.celery import app


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


def test_worker_and_queue_are_set_up_so_that_nothing_is_lost_and_nobody_waits() -> None:
    wanted = {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_publish_retry": False,
        "task_ignore_result": True,
        "result_backend": None,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "task_soft_time_limit": 60,
        "task_time_limit": 90,
        "worker_soft_shutdown_timeout": 30,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
    }
    assert {name: app.conf[name] for name in wanted} == wanted
    transport = app.conf.broker_transport_options
    assert transport["visibility_timeout"] > app.conf.task_time_limit
    assert transport["socket_timeout"] <= 1
    assert transport["socket_connect_timeout"] <= 1
    assert transport["max_retries"] == 0


def test_beat_asks_for_a_round_every_half_minute_by_a_schedule_kept_in_code() -> None:
    entry = app.conf.beat_schedule["tick"]
    assert (entry["task"], entry["schedule"]) == ("outbox.tick", 30.0)
    assert app.conf.beat_scheduler == "celery.beat:PersistentScheduler"
    app.loader.import_default_modules()
    assert {each["task"] for each in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_every_task_takes_nothing_so_nothing_about_anybody_lies_in_the_queue() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert ours
    assert {task.name: task.run.__code__.co_argcount for task in ours} == {task.name: 0 for task in ours}


@pytest.mark.django_db
def test_round_that_ran_out_of_time_asks_for_the_next_one(
    server: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_greeting()
    now, asked = timezone.now(), []
    monkeypatch.setattr(nudge, "send", lambda: asked.append(1))
    for _ in range(3):
        make_message(due_at=now - dt.timedelta(minutes=1), expires_at=now + dt.timedelta(days=1))
    server.rule = lambda talk, word, line: time.sleep(0.2) if word == "LETTER" else None
    settings.SWEEP_SECONDS = 0.3
    tasks.sweep()
    assert asked == [1]
    assert Message.objects.filter(state=State.PLANNED).exists()

    settings.SWEEP_SECONDS = 25
    tasks.tick()
    assert (asked, len(server.letters)) == ([1], 3)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweep", "tick"}

import datetime as dt

import pytest
from celery import current_app
from django.utils import timezone

from outbox.models import Heartbeat, State
from outbox.tests.factories import make_message

pytestmark = pytest.mark.django_db


def finish_sweep(minutes_ago: int, *names: str) -> dt.datetime:
    finished_at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    for name in names or ("sweep", "tick"):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": finished_at})
    return finished_at


@pytest.fixture
def broker(valkey_url, settings):
    """Points Celery at a real broker, or wherever the test says, and back."""
    before = current_app.conf.broker_write_url

    def point(url: str = valkey_url) -> None:
        current_app.conf.broker_write_url = url

    point()
    yield point
    current_app.conf.broker_write_url = before


def test_ready_with_a_broker_and_a_recent_sweep(client, broker):
    finished_at = finish_sweep(minutes_ago=1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "ok",
        "broker": "ok",
        "sending": "ok",
        "sweep": "ok",
        "beat": "ok",
        "messages": "ok",
        "last_sweep_at": finished_at.isoformat(),
        "oldest_due_at": None,
    }


def test_not_ready_before_the_first_sweep(client, broker):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sweep"]) == (503, "late")


def test_not_ready_when_the_last_sweep_is_long_ago(client, broker):
    finish_sweep(minutes_ago=6)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sweep"]) == (503, "late")


def test_not_ready_without_a_broker(client, broker):
    finish_sweep(minutes_ago=1)
    broker("redis://127.0.0.1:1/0")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "does not answer")


def test_not_ready_when_only_nudges_are_answered_and_the_clock_stands_still(client, broker):
    finish_sweep(1, "sweep")
    finish_sweep(6, "tick")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sweep"], answer.json()["beat"]) == (503, "ok", "late")


def test_heartbeat_of_a_day_that_is_still_to_come_is_none(client, broker):
    finish_sweep(minutes_ago=-24 * 60)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sweep"]) == (503, "late")


def test_not_ready_while_messages_wait_and_that_can_be_seen_by_no_failed_attempt(client, broker):
    finish_sweep(minutes_ago=1)
    due_at = timezone.now() - dt.timedelta(minutes=11)
    make_message(due_at=due_at, expires_at=due_at + dt.timedelta(days=1), state=State.RETRYING)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["messages"]) == (503, "late")
    assert answer.json()["oldest_due_at"] == due_at.isoformat()


def test_not_ready_while_sending_is_off_after_a_restore(client, broker, settings):
    settings.RESTORED = True
    finish_sweep(minutes_ago=1)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sending"]) == (503, "off")

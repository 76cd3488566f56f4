import datetime as dt

import pytest
from celery import current_app
from django.utils import timezone

from outbox.models import Heartbeat

pytestmark = pytest.mark.django_db


def finish_sweep(minutes_ago: int) -> dt.datetime:
    finished_at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    Heartbeat.objects.update_or_create(name="sweep", defaults={"finished_at": finished_at})
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
        "sweep": "ok",
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

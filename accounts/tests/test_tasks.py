"""Once a day the door is swept."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Bucket
from accounts.tasks import tidy
from accounts.throttle import take

pytestmark = pytest.mark.django_db


def test_ended_sessions_and_unused_buckets_go_and_the_rest_stays() -> None:
    now = timezone.now()
    for key, days in (("ended", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(days=days))
    take("old", 60, 5, now - dt.timedelta(days=8))
    take("new", 60, 5, now)
    tidy()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert Bucket.objects.count() == 1

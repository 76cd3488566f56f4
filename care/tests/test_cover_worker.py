"""Working alone through a real broker and a real worker: the question and the alert leave; without a worker nothing arms."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bookings.tests.factories import NOW, make_booking
from care import cover, standing
from care.models import Cover
from care.tests.sending import through, wait_until_sent, worker
from care.tests.test_cover import WORDS, end, make_begun, make_named
from clients.tests.factories import make_client_with_account
from outbox import nudge
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = dt.timedelta(minutes=1)


def letters(folder: Path) -> set[tuple[str, str]]:
    """To whom, and what it is called, of each mail that the worker sent."""
    separator = b"-" * 79 + b"\n"
    parts = [
        part
        for path in folder.glob("*.log")
        if path.name != "worker.log"
        for part in path.read_bytes().split(separator)
    ]
    found = [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
    return {(str(each["To"]), str(each["Subject"])) for each in found}


def at_work(url: str, folder: Path, now: dt.datetime) -> set[tuple[str, str]]:
    """All that has left once a worker whose clock stands at `now` has done what is due."""
    with worker(url, folder, now):
        nudge.send()
        wait_until_sent(now)
    return letters(folder)


def test_the_alert_leaves_through_a_real_worker_and_nothing_arms_without_one(valkey_url: str, tmp_path: Path) -> None:
    make_practice(name="Still Water")
    with through(valkey_url):
        booking, forced = make_begun(person={}), make_begun(person=WORDS)
        mara, jon = booking.therapist, forced.therapist
        ends = booking.ends_at
        end(forced, word="blue lamp")
        assert at_work(valkey_url, tmp_path, ends + 15 * MINUTE) == {
            ("lee@example.com", f"{jon.name} wants help now"),
            (mara.user.email, "Is all well?"),
        }
        assert at_work(valkey_url, tmp_path, ends + 25 * MINUTE) == {
            ("lee@example.com", f"{jon.name} wants help now"),
            (mara.user.email, "Is all well?"),
            ("lee@example.com", f"{mara.name} has not reported back"),
        }
    later = make_booking(client=make_client_with_account(), starts_at=NOW + dt.timedelta(days=9))
    make_named(later.therapist.user)
    cover.arm_at_start(later, later.therapist.user, later.starts_at)
    assert standing.why_not(later, later.starts_at) == standing.NOT_SENDING
    assert not Cover.objects.filter(booking=later).exists()

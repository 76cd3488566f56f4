"""What has left stays known until the disk has it. A PostgreSQL that really crashes: `tests/whole/test_crashed.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from outbox import claims, outcomes
from outbox.models import Message, State
from outbox.tests.factories import NOW, make_message

SAID = {"subject": "Hello", "text": "Good day.", "provider_id": "", "now": NOW}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outcomes, "DATABASE_AWAY", (0.0,))
    outcomes.settle()
    yield
    assert outcomes._mind.uncertain == []


def taken(number: int) -> list[Message]:
    for _ in range(number):
        make_message()
    return claims.take("email", NOW)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def forget(*rows: Message) -> None:
    """As a database that crashes before they were on the disk."""
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.SENDING, sent_at=None, subject="")


class Away:
    """Breaks so many statements, and the connection with them."""

    def __init__(self, times: int = 1) -> None:
        self.times = times

    def __call__(self, execute: Any, *asked: Any) -> Any:
        if self.times:
            self.times -= 1
            raise OperationalError("terminating connection")
        return execute(*asked)


def test_letter_that_left_is_written_down_whole() -> None:
    (row,) = taken(1)

    assert outcomes.record_sent(row, **SAID)
    outcomes.settle()

    kept = Message.objects.get()
    assert (kept.state, kept.sent_at, kept.subject, kept.text, kept.lease_until_at) == (
        State.SENT, NOW, "Hello", "Good day.", None,
    )  # fmt: skip


def test_letters_that_the_database_forgot_are_written_down_again_with_the_next() -> None:
    first, second, third = taken(3)
    outcomes.record_sent(first, **SAID), outcomes.record_sent(second, **SAID)
    forget(first)

    with connection.execute_wrapper(Away()):
        assert outcomes.record_sent(third, **SAID)

    assert states() == [State.SENT] * 3


def test_letters_that_the_database_forgot_are_written_down_again_at_the_end_of_the_batch() -> None:
    rows = taken(2)
    for row in rows:
        outcomes.record_sent(row, **SAID)
    forget(*rows)

    with connection.execute_wrapper(Away()):
        outcomes.settle()

    assert states() == [State.SENT] * 2


def test_connection_that_somebody_made_anew_vouches_for_nothing() -> None:
    first, second = taken(2)
    outcomes.record_sent(first, **SAID)
    forget(first)
    connection.close()

    assert outcomes.record_sent(second, **SAID)

    assert states() == [State.SENT] * 2


def test_letters_stay_in_mind_when_the_database_stays_away() -> None:
    rows = taken(2)
    for row in rows:
        outcomes.record_sent(row, **SAID)
    forget(*rows)

    with pytest.raises(OperationalError), connection.execute_wrapper(Away(times=9)):
        outcomes.settle()
    outcomes.settle()

    assert states() == [State.SENT] * 2


def test_row_that_somebody_else_took_over_is_left_to_them() -> None:
    mine, theirs = taken(2)
    outcomes.record_sent(mine, **SAID), outcomes.record_sent(theirs, **SAID)
    forget(mine, theirs)
    Message.objects.filter(pk=theirs.pk).update(attempts=2)
    connection.close()

    outcomes.settle()

    assert states() == [State.SENT, State.SENDING]


def test_to_settle_is_a_write_that_waits_and_nothing_where_nothing_was_sent() -> None:
    (row,) = taken(1)
    with CaptureQueriesContext(connection) as nothing:
        outcomes.settle()
    outcomes.record_sent(row, **SAID)
    with CaptureQueriesContext(connection) as once:
        outcomes.settle()
        outcomes.settle()

    assert (len(nothing), len(once)) == (0, 1)

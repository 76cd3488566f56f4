"""A key is kept once, also where its calls come at the same moment; shown with the table's constraint taken away too."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client as Browser

from bookings import elsewhere
from bookings.models import Booking, IdempotencyKey
from bookings.tests.calling import a_start, asking, bearer, make_open_practice
from bookings.tests.factories import make_offer, make_therapist_at_work
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = 6


def at_once(call: Callable[[], bytes]) -> list[bytes]:
    """The same call from several threads, each with a connection of its own."""
    start = threading.Barrier(CALLS)

    def run(_: int) -> bytes:
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLS) as pool:
        return list(pool.map(run, range(CALLS)))


def book_at_once() -> list[bytes]:
    """Two therapists are free, so that a second booking of the same start would find its place."""
    session_type, _ = make_open_practice(rooms=[])
    make_offer(make_therapist_at_work(), session_type)
    body = json.dumps(asking(a_start()))
    headers = bearer(make_client_with_account().user) | {"Idempotency-Key": "one"}
    return at_once(
        lambda: Browser().post("/api/v1/bookings", body, content_type="application/json", headers=headers).content
    )


@contextlib.contextmanager
def without_the_constraint() -> Iterator[None]:
    """SQLite makes the table anew from what the model says, so the model has to say it too."""
    constraints = IdempotencyKey._meta.constraints
    (once,) = constraints
    IdempotencyKey._meta.constraints = []
    with connection.schema_editor() as editor:
        editor.remove_constraint(IdempotencyKey, once)
    try:
        yield
    finally:
        IdempotencyKey.objects.all().delete()
        IdempotencyKey._meta.constraints = constraints
        with connection.schema_editor() as editor:
            editor.add_constraint(IdempotencyKey, once)


def test_of_calls_with_one_key_at_the_same_moment_one_books_and_all_get_its_answer():
    answers = book_at_once()
    assert Booking.objects.count() == 1
    assert {json.loads(answer).get("id") for answer in answers} == {Booking.objects.get().ref}
    assert len(set(answers)) == 1


def test_without_the_constraint_the_same_calls_book_twice(monkeypatch):
    """Unless it is asked where else the client is: that keeps a repeat from being booked too, and is taken away as well."""
    monkeypatch.setattr(elsewhere, "refuse", lambda *of_whom, **asked: None)
    with without_the_constraint():
        book_at_once()
        assert Booking.objects.count() == 2

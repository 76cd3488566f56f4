"""Token buckets: what they hold, how they fill, and that nobody's name stands in them."""

import datetime as dt
import threading

import pytest
from django.db import connection

from accounts.errors import Throttled
from accounts.models import Bucket
from accounts.throttle import digest, purge, take

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def test_a_new_bucket_is_full_and_each_call_takes_one() -> None:
    assert [take("a", 60, 3, NOW) for _ in range(3)] == [2, 1, 0]


def test_an_empty_bucket_refuses_and_says_when_to_come_back() -> None:
    take("a", 6, 1, NOW)
    with pytest.raises(Throttled) as refused:
        take("a", 6, 1, after(4))
    assert refused.value.retry_after == 6
    assert str(refused.value) == "That was a little too often. Please try again in 6 seconds."


def test_being_refused_costs_nothing() -> None:
    take("a", 6, 1, NOW)
    for seconds in (1, 2, 3, 9.9):
        with pytest.raises(Throttled):
            take("a", 6, 1, after(seconds))
    assert take("a", 6, 1, after(10)) == pytest.approx(0, abs=1e-6)


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    take("a", 60, 5, NOW)
    assert take("a", 60, 5, after(86_400)) == 4


def test_a_clock_that_goes_back_fills_nothing() -> None:
    take("a", 60, 2, NOW)
    assert take("a", 60, 2, after(-600)) == 0
    with pytest.raises(Throttled):
        take("a", 60, 2, NOW)


def test_keys_have_a_bucket_each_and_are_kept_as_digests() -> None:
    take("login:sam@example.com", 60, 1, NOW)
    assert take("login:kim@example.com", 60, 1, NOW) == 0
    assert set(Bucket.objects.values_list("key", flat=True)) == {
        digest("login:sam@example.com"),
        digest("login:kim@example.com"),
    }


def test_taking_is_one_statement(django_assert_num_queries) -> None:
    take("a", 60, 5, NOW)
    with django_assert_num_queries(1):
        take("a", 60, 5, NOW)


def test_buckets_that_nobody_uses_are_removed() -> None:
    take("old", 60, 5, NOW - dt.timedelta(days=8))
    take("new", 60, 5, NOW)
    assert purge(NOW) == 1
    assert list(Bucket.objects.values_list("key", flat=True)) == [digest("new")]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_the_bucket_holds() -> None:
    results: list[str] = []

    def call() -> None:
        try:
            take("shared", 0.001, 10, NOW)
            results.append("taken")
        except Throttled:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["refused"] * 14 + ["taken"] * 10

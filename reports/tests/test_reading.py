import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import DatabaseError

from practice.models import Practice
from practice.tests.factories import make_practice
from reports.errors import TooLong
from reports.reading import reading

COUNT_TO_A_BILLION = (
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000000) "
    "SELECT count(*) FROM counted"
)


def in_another_connection(act) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def rename(name: str) -> None:
    Practice.objects.update(name=name)


def names_before_and_after_a_change() -> tuple[str, str]:
    before = Practice.objects.get().name
    in_another_connection(lambda: rename("Renamed"))
    return before, Practice.objects.get().name


@pytest.mark.django_db(transaction=True)
def test_all_queries_of_a_report_see_the_same_moment() -> None:
    make_practice(name="Still Water")

    without = names_before_and_after_a_change()
    rename("Still Water")
    with reading():
        within = names_before_and_after_a_change()

    assert (without, within) == (("Still Water", "Renamed"), ("Still Water", "Still Water"))
    assert Practice.objects.get().name == "Renamed"


@pytest.mark.django_db(transaction=True)
def test_report_cannot_write_and_what_comes_after_it_can() -> None:
    make_practice(name="Still Water")

    with pytest.raises(DatabaseError), reading():
        rename("Renamed")

    assert Practice.objects.get().name == "Still Water"
    rename("Renamed")
    assert Practice.objects.get().name == "Renamed"


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_stopped_with_a_sentence_and_the_connection_lives_on() -> None:
    make_practice()

    stopped = pytest.raises(TooLong, match="Please choose a shorter period")
    with stopped, reading(seconds=0.05), connection.cursor() as cursor:
        cursor.execute(COUNT_TO_A_BILLION)

    assert Practice.objects.count() == 1
    with transaction.atomic():
        rename("Renamed")


@pytest.mark.django_db(transaction=True)
def test_other_faults_of_the_database_stay_what_they_are() -> None:
    with pytest.raises(OperationalError, match="of another kind"), reading():
        raise OperationalError("of another kind")


@pytest.mark.django_db(transaction=True)
def test_writer_takes_no_turn_behind_a_report() -> None:
    make_practice(name="Still Water")

    with reading():
        assert Practice.objects.get().name == "Still Water"
        in_another_connection(lambda: rename("First"))
        in_another_connection(lambda: rename("Second"))

    assert Practice.objects.get().name == "Second"


@pytest.mark.django_db
def test_within_a_transaction_a_report_is_a_part_of_it() -> None:
    make_practice(name="Still Water")
    rename("Renamed")

    with reading():
        assert Practice.objects.get().name == "Renamed"

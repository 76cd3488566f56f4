"""Asked as the ORM would be answered, and prepared once for a connection where the database is PostgreSQL."""

import pytest
from django.db import NotSupportedError, OperationalError, connection, transaction

from practice import statements
from practice.statements import ask

WORDS = "SELECT word, {number} FROM practice_words WHERE word LIKE %(start)s OR word = %(word)s ORDER BY word"
ASKED = {"start": "ha%", "word": "root"}
FOUND = [("hands", 1), ("hasty", 1), ("root", 1)]


@pytest.fixture(autouse=True)
def words(django_db_setup, django_db_blocker):
    """A table of its own, so that no other needs emptying, and a connection on which nothing was asked before."""
    with django_db_blocker.unblock():
        connection.close()
        make_table("varchar(20)")
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE practice_words")
        connection.close()


def make_table(kind):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS practice_words")
        cursor.execute(f"CREATE TABLE practice_words (word {kind} PRIMARY KEY)")
        cursor.execute("INSERT INTO practice_words VALUES ('root'), ('hasty'), ('hands'), ('other')")


def prepared():
    """How often each prepared statement of this connection was executed."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans + custom_plans FROM pg_prepared_statements ORDER BY prepare_time")
        return [times for (times,) in cursor.fetchall()]


def on_postgresql(times):
    return times if connection.vendor == "postgresql" else []


def words_with(number=1):
    return ask(WORDS.format(number=number), ASKED)


def test_a_statement_is_prepared_once_for_a_connection():
    assert [words_with(), words_with(), words_with(2)] == [FOUND, FOUND, [(word, 2) for word, _ in FOUND]]

    assert prepared() == on_postgresql([2, 1])


def test_a_new_connection_prepares_anew():
    words_with()
    connection.close()

    assert words_with() == FOUND
    assert prepared() == on_postgresql([1])


def test_what_was_prepared_in_a_transaction_that_is_undone_stays():
    with transaction.atomic():
        words_with()
        transaction.set_rollback(True)

    assert words_with() == FOUND
    assert prepared() == on_postgresql([2])


def test_nothing_is_prepared_where_it_is_switched_off(settings):
    settings.PREPARED_STATEMENTS = False

    assert words_with() == FOUND
    assert prepared() == []


def test_values_may_come_in_order():
    found = ask("SELECT word FROM practice_words WHERE word IN (%s, %s) ORDER BY word", ["root", "other"])

    assert found == [("other",), ("root",)]


def test_what_has_no_values_is_asked_too():
    assert ask("SELECT count(*) FROM practice_words") == [(4,)]


def test_preparing_is_not_among_the_queries_of_a_page(django_assert_num_queries):
    with django_assert_num_queries(2) as seen:
        words_with()
        words_with()

    verb = "EXECUTE select_word_1_" if connection.vendor == "postgresql" else "SELECT word, 1 "
    assert [query["sql"].startswith(verb) for query in seen.captured_queries] == [True, True]


@pytest.mark.parametrize("on", [True, False])
def test_a_lock_goes_in_front_in_the_same_message(settings, django_assert_num_queries, on):
    settings.PREPARED_STATEMENTS = on
    lock = "SELECT 1 FROM practice_words WHERE word = %(word)s FOR UPDATE" if connection.vendor == "postgresql" else ""

    with transaction.atomic(), django_assert_num_queries(1):
        assert ask(WORDS.format(number=1), ASKED, after=lock) == FOUND

    assert prepared() == on_postgresql([1, 1] if on else [])


def test_what_a_migration_made_stale_is_asked_anew():
    words_with()
    make_table("varchar(30)")
    assert_stale()

    assert words_with() == FOUND


def test_in_a_transaction_a_stale_statement_is_for_who_began_it():
    words_with()
    make_table("varchar(30)")

    if connection.vendor == "postgresql":
        with pytest.raises(OperationalError), transaction.atomic():
            words_with()
    with transaction.atomic():
        assert words_with() == FOUND


def assert_stale():
    """PostgreSQL itself refuses it."""
    if connection.vendor == "postgresql":
        (name,) = statements._prepared[connection.connection]
        with pytest.raises(NotSupportedError), connection.cursor() as cursor:
            cursor.execute(f"EXECUTE {name} ('', '')")


def test_a_session_that_somebody_cleared_is_prepared_anew():
    words_with()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD ALL")

    assert words_with() == FOUND
    assert prepared() == on_postgresql([1])


def test_names_that_somebody_else_left_on_the_server_are_put_away():
    words_with()
    if connection.vendor == "postgresql":
        statements._prepared.pop(connection.connection)

    assert words_with() == FOUND
    assert prepared() == on_postgresql([1])


def test_a_connection_that_the_server_ended_is_opened_anew():
    words_with()
    if connection.vendor == "postgresql":
        with pytest.raises(OperationalError):
            ask("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close_if_unusable_or_obsolete()

    assert words_with() == FOUND
    assert prepared() == on_postgresql([1])

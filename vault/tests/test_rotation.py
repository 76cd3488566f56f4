"""The wrapping key changes while the site runs: broken off and resumed, beside others, and never with a key missing."""

from __future__ import annotations

import base64
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from practice import opening
from vault import keys, records, rotation
from vault.errors import KeyMissing
from vault.models import DataKey, Entry
from vault.tests.factories import NOW
from vault.tests.notes import Note, make_note

pytestmark = pytest.mark.usefixtures("notes")

OLD, NEW, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


def id_of(key: str) -> str:
    return keys._ring((key,)).newest_id


def rotated(*words: str) -> str:
    out = StringIO()
    try:
        call_command("rotate_keys", *words, stdout=out)
    except SystemExit as ended:
        return f"{out.getvalue()}code {ended.code}"
    return out.getvalue().strip()


def make_clients(count: int) -> None:
    for number in range(count):
        make_note(client_id=number, words=f"words {number}")


def all_words() -> list[str]:
    keys._memory._keys.clear()
    return [note.words for note in Note.objects.order_by("client_id")]


def test_every_record_hangs_on_the_newest_key_afterwards(settings):
    make_clients(5)
    records.destroy("client:4", by=1, now=NOW, why="erasure")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    assert rotated("--check") == "4 hang on older keys.\ncode 1"
    assert rotated() == (
        f"4 wrapped anew, 0 changed by somebody else meanwhile.\nAll hang on the newest key, {id_of(NEW)}."
    )
    assert rotated() == (
        f"0 wrapped anew, 0 changed by somebody else meanwhile.\nAll hang on the newest key, {id_of(NEW)}."
    )

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert all_words()[:4] == [f"words {number}" for number in range(4)]
    assert Entry.objects.last().details == {"rewrapped": 4, "to": id_of(NEW)}
    assert rotated("--check") == f"All hang on the newest key, {id_of(NEW)}."


def test_broken_off_it_goes_on_where_it_stopped(settings, monkeypatch):
    make_clients(7)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    monkeypatch.setattr(rotation, "BATCH", 2)
    one_by_one = rotation._rewrapped
    left = iter(range(3))

    def pull_the_plug(*args: object) -> int:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return one_by_one(*args)

    monkeypatch.setattr(rotation, "_rewrapped", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        rotation.rewrap(now=NOW)
    monkeypatch.setattr(rotation, "_rewrapped", one_by_one)

    assert rotation.waiting() == 4
    assert all_words() == [f"words {number}" for number in range(7)]
    assert rotation.rewrap(now=NOW) == rotation.Count(rewrapped=4, passed_over=0)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert all_words() == [f"words {number}" for number in range(7)]


def test_what_somebody_else_changes_meanwhile_is_left_alone(settings, monkeypatch):
    make_clients(3)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    one_by_one = rotation._rewrapped

    def destroyed_in_between(row: DataKey, ring: object) -> int:
        if row.subject == "client:1":
            records.destroy("client:1", by=1, now=NOW, why="erasure")
        return one_by_one(row, ring)

    monkeypatch.setattr(rotation, "_rewrapped", destroyed_in_between)

    assert rotation.rewrap(now=NOW) == rotation.Count(rewrapped=2, passed_over=1)
    row = DataKey.objects.get(subject="client:1")
    assert (bytes(row.wrapped), row.wrapped_by) == (b"", "")


def test_words_written_meanwhile_are_read_afterwards(settings):
    make_clients(2)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    make_note(client_id=2, words="words 2")
    assert DataKey.objects.get(subject="client:2").wrapped_by == id_of(NEW)
    rotation.rewrap(now=NOW)
    make_note(client_id=0, words="words 0")

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert all_words() == ["words 0", "words 0", "words 1", "words 2"]


def test_key_that_is_missing_is_named_and_nothing_is_done(settings):
    make_clients(2)
    settings.FIELD_ENCRYPTION_KEYS = [OTHER]
    make_note(client_id=2, words="words 2")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OTHER]

    with pytest.raises(CommandError, match=f"FIELD_ENCRYPTION_KEYS lacks the key {id_of(OLD)}"):
        rotated()
    with pytest.raises(KeyMissing):
        rotation.rewrap(now=NOW)
    assert rotation.waiting() == 3


def test_start_is_refused_while_a_key_is_missing(settings, django_assert_num_queries):
    opening.refuse_unsafe_start()
    make_clients(2)
    opening.refuse_unsafe_start()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    with pytest.raises(ImproperlyConfigured) as refused:
        opening.refuse_unsafe_start()
    assert str(refused.value) == (
        f"FIELD_ENCRYPTION_KEYS lacks the key {id_of(OLD)}, which 2 people's records hang on. "
        "Add it after the newest one; `python manage.py rotate_keys` makes it unnecessary."
    )

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    opening.refuse_unsafe_start()
    records.destroy("client:0", by=1, now=NOW, why="erasure")
    records.destroy("client:1", by=1, now=NOW, why="erasure")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    opening.refuse_unsafe_start()


@pytest.mark.django_db(transaction=True)
def test_start_on_a_database_without_tables_is_not_refused():
    with connection.schema_editor() as editor:
        editor.alter_db_table(DataKey, "vault_datakey", "vault_elsewhere")
    try:
        opening.refuse_unsafe_start()
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(DataKey, "vault_elsewhere", "vault_datakey")

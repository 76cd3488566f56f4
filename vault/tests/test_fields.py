"""Sealed fields: what the database holds, what opens, what is refused, and what stays when it cannot be read."""

from __future__ import annotations

import copy
import logging
import pickle
import uuid

import pytest
from django.core import checks, serializers
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.forms import modelform_factory

from vault import keys
from vault.errors import Erased, NotText, Unreadable
from vault.fields import EncryptedTextField, is_unreadable
from vault.models import DataKey
from vault.tests.notes import Letter, Note, make_note

pytestmark = pytest.mark.usefixtures("notes")
NoteForm = modelform_factory(Note, fields=["words", "answers"])


def stored(note: models.Model, column: str = "words") -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {note._meta.db_table} WHERE id = %s", [key_of(note)])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def store(note: models.Model, value: bytes | None, column: str = "words") -> None:
    """Writes past the field, as somebody with a database shell would."""
    with connection.cursor() as cursor:
        raw = None if value is None else connection.Database.Binary(value)
        cursor.execute(f"UPDATE {note._meta.db_table} SET {column} = %s WHERE id = %s", [raw, key_of(note)])


def key_of(note: models.Model) -> object:
    return note.pk if connection.vendor == "postgresql" else note.pk.hex


def again(note: Note) -> Note:
    return Note.objects.get(pk=note.pk)


def spoil(note: Note) -> bytes:
    sealed = bytearray(stored(note) or b"")
    sealed[-1] ^= 1
    store(note, bytes(sealed))
    return bytes(sealed)


@pytest.mark.parametrize(
    "words", ["", "left knee", "x" * 10_000, "é漢字🙂\u200f\0\r\n", "\ufeff", "w" * 1_048_576, "\x80", "tail\0\0"]
)
def test_text_comes_back_as_it_was(words):
    note = make_note(words=words)

    assert note.words == words
    assert words.encode() not in (stored(note) or b"") or not words


@pytest.mark.parametrize("answers", [{}, [], {"q1": "no", "n": [1, 2.5, True, None]}, "text", 7, False, {"é": "🙂"}])
def test_json_comes_back_as_it_was(answers):
    assert make_note(answers=answers).answers == answers


def test_nothing_is_stored_as_nothing_and_empty_text_is_sealed():
    note = make_note(words="", other=None)

    assert (note.other, stored(note, "other")) == (None, None)
    assert (note.words, len(stored(note) or b"")) == ("", len(stored(make_note(words="yes")) or b""))


def test_reading_a_list_opens_nothing_until_it_is_asked():
    for number in range(3):
        make_note(words=f"words {number}")
    keys._memory._keys.clear()

    listed = list(Note.objects.all())

    assert keys._memory._keys == {}
    assert sorted(note.words for note in listed) == ["words 0", "words 1", "words 2"]


def test_list_of_one_person_asks_for_the_key_once(django_assert_num_queries):
    for number in range(3):
        make_note(words=f"words {number}", other="more")
    keys._memory._keys.clear()

    with django_assert_num_queries(2):
        assert len([note.words + note.other for note in Note.objects.all()]) == 3


def test_saving_asks_for_the_key_once_in_a_transaction(django_assert_num_queries):
    make_note()
    keys.forget("client:1")
    with django_assert_num_queries(2):
        Note.objects.create(words="one", other="two", answers={"three": 3})


def test_rows_made_at_once_open():
    made = Note.objects.bulk_create([Note(words=f"words {n}", answers={"n": n}, client_id=n) for n in range(5)])

    assert [(again(note).words, again(note).answers) for note in made] == [(f"words {n}", {"n": n}) for n in range(5)]


def test_unchanged_words_are_not_sealed_again():
    note = make_note(answers={"a": 1})
    before = stored(note), stored(note, "answers")

    note.save()
    assert (note.words, note.answers) == ("left knee hurts", {"a": 1})
    note.save()

    assert (stored(note), stored(note, "answers")) == before


def test_answers_changed_in_place_are_saved():
    note = make_note(answers={"a": [1]})
    note.answers["a"].append(2)
    note.save()

    assert again(note).answers == {"a": [1, 2]}


@pytest.mark.parametrize("how", ["refresh", "defer", "only"])
def test_words_loaded_later_are_the_same(how):
    note = make_note()
    if how == "refresh":
        note.words = "unsaved"
        note.refresh_from_db()
    else:
        note = Note.objects.defer("words").get() if how == "defer" else Note.objects.only("id").get()

    assert note.words == "left knee hurts"
    note.save()
    assert again(note).words == "left knee hurts"


def test_copied_instance_is_sealed_for_its_own_row():
    note = make_note()
    first = note.pk
    note.pk, note._state.adding = uuid.uuid4(), True
    with pytest.raises(Unreadable), transaction.atomic():
        note.save()

    note = Note.objects.get(pk=first)
    assert note.words == "left knee hurts"
    note.pk, note._state.adding = uuid.uuid4(), True
    note.save()

    assert [each.words for each in Note.objects.all()] == ["left knee hurts"] * 2


# What is moved or altered does not open


def moved_to_another_row() -> models.Model:
    source, target = make_note(), make_note(words="other")
    store(target, stored(source))
    return again(target)


def moved_to_another_column() -> models.Model:
    note = make_note(other="other")
    store(note, stored(note, "other"))
    return again(note)


def moved_to_another_table() -> models.Model:
    note = make_note()
    letter = Letter.objects.create(pk=note.pk, words="other")
    store(letter, stored(note))
    return Letter.objects.get()


def moved_to_another_client() -> models.Model:
    note = make_note()
    make_note(client_id=2)
    Note.objects.filter(pk=note.pk).update(client_id=2)
    return again(note)


def with_a_flipped_bit() -> models.Model:
    note = make_note()
    spoil(note)
    return again(note)


def in_clear() -> models.Model:
    note = make_note()
    store(note, b"words in clear that are long enough for an envelope")
    return again(note)


def empty() -> models.Model:
    note = make_note()
    store(note, b"")
    return again(note)


WAYS = [
    moved_to_another_row,
    moved_to_another_column,
    moved_to_another_table,
    moved_to_another_client,
    with_a_flipped_bit,
    in_clear,
    empty,
]


@pytest.mark.parametrize("way", WAYS)
def test_what_does_not_belong_there_does_not_open(way, caplog):
    note = way()

    with caplog.at_level(logging.ERROR, logger="vault"):
        assert is_unreadable(note.words)
        assert note.words == Unreadable.sentence
    assert f"of row {note.pk}" in caplog.text
    assert "knee" not in caplog.text


@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_read_stays_as_it_is(way):
    note = way()
    before = stored(note)

    note.words = note.words
    note.save()
    note.words = ""
    note.save()
    fresh = type(note).objects.get(pk=note.pk)
    fresh.words = ""
    fresh.save()

    assert stored(note) == before


def test_form_saves_nothing_over_what_cannot_be_read():
    note = make_note(answers={"a": 1})
    before = spoil(note)
    shown = NoteForm(instance=again(note))
    assert Unreadable.sentence in shown.as_p()

    for sent in ("", Unreadable.sentence, "something new"):
        form = NoteForm({"words": sent, "answers": '{"a": 2}'}, instance=again(note))
        assert form.is_valid()
        form.save()
        assert stored(note) == before
    assert again(note).answers == {"a": 2}


def test_new_words_over_what_cannot_be_read_are_refused():
    note = make_note()
    before = spoil(note)
    note = again(note)
    note.words = "something new"
    with pytest.raises(Unreadable), transaction.atomic():
        note.save()

    assert stored(note) == before


def test_form_changes_and_blanks_what_can_be_read():
    note = make_note(words="old", answers={"a": 1})
    form = NoteForm({"words": "", "answers": ""}, instance=again(note))
    assert form.is_valid()
    form.save()

    assert (again(note).words, again(note).answers) == ("", None)


# Refused: everything that goes past a single row


@pytest.mark.parametrize(
    "act",
    [
        lambda: Note.objects.update(words="new"),
        lambda: Note.objects.update(words=None),
        lambda: Note.objects.update(other=None),
        lambda: Note.objects.update(other=F("words")),
        lambda: Note.objects.update(words=Value("new")),
        lambda: Note.objects.update(answers={"a": 1}),
        lambda: Note.objects.bulk_update([Note.objects.get()], ["words"]),
        lambda: Note.objects.filter(words="left knee hurts").exists(),
        lambda: Note.objects.filter(words=b"").exists(),
        lambda: Note.objects.filter(words__contains="knee").exists(),
        lambda: Note.objects.exclude(words__in=["knee"]).exists(),
        lambda: Note.objects.filter(answers__q1="no").exists(),
        lambda: Note.objects.filter(words=F("other")).exists(),
        lambda: Note.objects.filter(other=None).exists(),
        lambda: Note.objects.get_or_create(words="new"),
        lambda: Note.objects.filter(words__length=3).exists(),
    ],
)
def test_queries_by_sealed_words_are_refused(act):
    note = make_note()
    before = stored(note)
    with pytest.raises(FieldError), transaction.atomic():
        act()
    assert stored(note) == before


def test_whether_there_is_something_can_be_asked():
    make_note(other="more")
    assert Note.objects.filter(other__isnull=False).count() == 1


def test_other_columns_can_be_updated():
    note = make_note()
    before = stored(note)
    Note.objects.filter(pk=note.pk).update(client_id=1)
    assert stored(note) == before


# Shown nowhere


def test_words_show_in_no_other_way(caplog):
    note = make_note(words="left knee hurts", answers={"secret": "right hip"})
    assert (note.words, note.answers) == ("left knee hurts", {"secret": "right hip"})
    rows = [*Note.objects.values(), *Note.objects.values_list("words", "answers"), note.__dict__]
    seen = " ".join([repr(note), str(note), *map(repr, rows), *map(str, rows)])

    assert "knee" not in seen and "hip" not in seen
    for way in (pickle.dumps, lambda each: pickle.dumps(list(Note.objects.all()))):
        with pytest.raises(TypeError, match="not pickled"):
            way(note)
    with pytest.raises(FieldError):
        serializers.serialize("json", [note])


def test_copy_in_memory_reads_alike():
    note = make_note()
    note.__dict__ = copy.deepcopy(note.__dict__)
    assert note.words == "left knee hurts"


def test_text_that_cannot_be_encoded_is_refused_without_showing_it():
    with pytest.raises(NotText) as refused, transaction.atomic():
        make_note(words="knee \ud800")
    assert "knee" not in repr(refused.value)
    assert refused.value.__suppress_context__


def test_number_that_json_has_not_is_refused():
    with pytest.raises(ValueError, match="JSON"), transaction.atomic():
        make_note(answers={"a": float("nan")})


# Keys


def test_key_made_in_what_was_taken_back_seals_nothing_more():
    try:
        with transaction.atomic():
            Note.objects.create(words="taken back")
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert not DataKey.objects.exists()

    note = make_note(words="kept")
    keys._memory._keys.clear()

    assert again(note).words == "kept"


def test_erased_person_gets_no_new_words():
    note = make_note()
    DataKey.objects.update(wrapped=b"", wrapped_by="", destroyed_at="2026-06-01T00:00Z")
    keys.forget("client:1")

    assert is_unreadable(again(note).words)
    with pytest.raises(Erased):
        Note.objects.create(words="new")


def test_memory_holds_few_keys():
    for number in range(keys.REMEMBERED + 5):
        keys._memory.put(f"client:{number}", keys.ring().unwrap(keys.ring().wrap_new("x"), "x"))
    assert len(keys._memory._keys) == keys.REMEMBERED


def test_key_stays_in_memory_for_seconds(monkeypatch):
    note = make_note()
    assert again(note).words
    ((place, (until, key)),) = keys._memory._keys.items()
    keys._memory._keys[place] = until - keys.SECONDS - 1, key

    assert keys._memory.get(*place) is None
    assert keys._memory._keys == {}


# The field itself


def test_model_must_have_what_sealing_needs():
    class Wrong(models.Model):
        words = EncryptedTextField(unique=True)

        class Meta:
            app_label = "vault_tests"

    assert [each.id for each in Wrong._meta.get_field("words").check()] == ["vault.E001", "vault.E002", "vault.E003"]
    assert [fault for field in Note._meta.fields for fault in field.check() if fault.level >= checks.WARNING] == []


def test_column_can_be_added_to_a_table_that_has_rows():
    field = EncryptedTextField(null=True)
    field.set_attributes_from_name("later")
    assert connection.schema_editor().effective_default(field) is None
    name, path, args, kwargs = field.deconstruct()
    assert (name, path, args, kwargs) == ("later", "vault.fields.EncryptedTextField", [], {"null": True})


def test_length_is_kept_to():
    field = EncryptedTextField(max_length=5)
    assert [each.limit_value for each in field.validators] == [5]
    assert field.formfield().max_length == 5


def test_words_stand_in_no_column():
    note = make_note(words="marked-words-4711", answers={"q": "marked-words-4711"})
    assert note.words == note.answers["q"] == "marked-words-4711"
    assert not any(b"marked-words" in (stored(note, column) or b"") for column in ("words", "other", "answers"))

"""The ledger in the database: appended in the caller's transaction, without gaps, kept by the database, verified."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from vault import anchors, chain, constraints, keys, opening, records, tasks, trail, verifier
from vault.constraints import GUARDS
from vault.errors import Erased, NotAWord
from vault.models import Anchor, DataKey, Entry, Head
from vault.tests.factories import NOW, make_entries, make_entry


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path, db) -> Iterator[Path]:
    settings.LEDGER_ANCHOR_FILE = str(tmp_path / "far" / "anchors.jsonl")
    yield Path(settings.LEDGER_ANCHOR_FILE)
    keys._memory._keys.clear()


@contextmanager
def without_guards() -> Iterator[None]:
    with transaction.atomic():
        constraints.remove(connection)
        yield
        constraints.install(connection)


def verified(path: Path, *heads: str) -> str:
    out = StringIO()
    try:
        call_command("verify_ledger", *(f"--against={head}" for head in heads), anchors=path, stdout=out)
    except CommandError as fault:
        return f"{out.getvalue()}{fault}"
    return out.getvalue().strip()


def test_entry_is_kept_as_it_was_said():
    first, second = make_entry(), make_entry(actor_id=None, subject="", object="", details={})

    entry = Entry.objects.get(pk=1)
    name = keys.for_sealing("client:1").pseudonym("client:1")
    assert (entry.at, entry.kind, entry.actor_id, entry.subject) == (NOW, "note.read", 7, name)
    assert (entry.object, entry.details, entry.prev) == ("care.note:1", {"fields": ["words"]}, chain.GENESIS)
    assert (second.seq, second.prev, second.details) == (2, first.hash, {})
    assert Head.objects.values_list("seq", "hash").get() == (2, second.hash)


def test_entry_goes_with_the_transaction_it_belongs_to():
    make_entry()
    with transaction.atomic():
        make_entry()
        transaction.set_rollback(True)
    make_entry()

    assert list(Entry.objects.values_list("seq", flat=True)) == [1, 2]


@pytest.mark.parametrize("wrong", [{"kind": "left knee"}, {"object": "Sam Field"}, {"details": {"why": "he said so"}}])
def test_words_do_not_come_in(wrong):
    with pytest.raises(NotAWord):
        make_entry(**wrong)
    assert not Entry.objects.exists()


def test_lost_head_is_found_again():
    make_entries(2)
    Head.objects.all().delete()
    assert make_entry().seq == 3


# Who it is about


def test_trail_has_the_lines_about_one_person():
    first, _, third = make_entry(), make_entry(subject="client:2"), make_entry()
    assert list(trail.about("client:1")) == [first, third]
    assert list(trail.about("client:3")) == []


def test_erasure_breaks_the_link_and_the_chain_still_verifies(anchor_file):
    make_entries(3)
    name = keys.pseudonym("client:1")
    records.destroy("client:1", by=7, now=NOW, why="erasure")
    records.destroy("client:1", by=7, now=NOW, why="again")

    assert list(trail.about("client:1")) == []
    assert [e.kind for e in Entry.objects.of(name)] == ["note.read"] * 3 + ["key.destroyed"]
    assert Entry.objects.last().details == {"why": "erasure"}
    row = DataKey.objects.get()
    assert (bytes(row.wrapped), row.wrapped_by, row.destroyed_at) == (b"", "", NOW)
    with pytest.raises(Erased):
        make_entry()
    assert "intact up to entry 4" in verified(anchor_file)


def test_erasure_of_somebody_unknown_changes_nothing():
    records.destroy("client:9", by=None, now=NOW, why="erasure")
    assert (Entry.objects.count(), DataKey.objects.count()) == (0, 0)


def test_destroyed_key_cannot_keep_its_secret():
    make_entry()
    with pytest.raises(IntegrityError, match="data_key_destroyed_is_gone"), transaction.atomic():
        DataKey.objects.update(destroyed_at=NOW)


# What the database refuses


def by_update() -> None:
    Entry.objects.filter(pk=1).update(kind="forged")


def by_save() -> None:
    entry = Entry.objects.get(pk=1)
    entry.kind = "forged"
    entry.save()


def by_delete() -> None:
    Entry.objects.filter(pk=2).delete()


def by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_entry")


def by_replacing() -> None:
    """SQLite's own way round a trigger on DELETE; PostgreSQL's is TRUNCATE."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE vault_entry")
        else:
            columns = "seq, at, kind, actor_id, subject, object, body, prev, hash"
            cursor.execute(f"INSERT OR REPLACE INTO vault_entry ({columns}) SELECT {columns} FROM vault_entry")


def by_changing_an_anchor() -> None:
    Anchor.objects.update(seq=1)


def by_removing_an_anchor() -> None:
    Anchor.objects.all().delete()


@pytest.mark.parametrize(
    "way", [by_update, by_save, by_delete, by_sql, by_replacing, by_changing_an_anchor, by_removing_an_anchor]
)
def test_database_refuses_to_rewrite_the_ledger(way: Callable[[], None]):
    make_entries(2)
    Anchor.objects.create(at=NOW, seq=2, hash="0" * 64, count=2)

    with pytest.raises(IntegrityError, match=r"vault_(ledger|anchors)_kept"), transaction.atomic():
        way()
    with transaction.atomic():
        with without_guards():
            way()
        transaction.set_rollback(True)


def test_guards_stand_after_all_migrations():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal")
            expected = {name + end for name in GUARDS for end in ("", "_all")}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            expected = {name + end for name in GUARDS for end in ("_insert", "_update", "_delete")}
        assert {name for (name,) in cursor.fetchall() if name.startswith("vault_")} == expected


# What the verifier finds


def test_verifier_says_up_to_where_it_is_intact(anchor_file):
    assert verified(anchor_file).endswith("The ledger is empty.")
    make_entries(3)
    assert verified(anchor_file) == (
        "No anchor was found, so a ledger cut short or written anew as a whole would not show.\n"
        "The ledger is intact up to entry 3 of 2026-06-01 09:33:15 UTC; compared with 0 anchors."
    )
    anchors.send_out(NOW)
    assert verified(anchor_file).endswith("compared with 1 anchor.")


def changed() -> None:
    Entry.objects.filter(pk=2).update(body='{"fields":["other"]}')


def moved_in_time() -> None:
    Entry.objects.filter(pk=2).update(at=NOW + dt.timedelta(microseconds=1))


def removed() -> None:
    Entry.objects.filter(pk=2).delete()


def removed_with_the_gap_closed() -> None:
    Entry.objects.filter(pk=2).delete()
    Entry.objects.filter(pk=3).update(seq=2)


def inserted() -> None:
    for seq in (4, 3, 2):
        Entry.objects.filter(pk=seq).update(seq=seq + 1)
    Entry.objects.create(pk=2, at=NOW, kind="forged", body="{}", prev=Entry.objects.get(pk=1).hash, hash="0" * 64)


def cut() -> None:
    Entry.objects.filter(pk__gt=2).delete()


def cut_with_its_head() -> None:
    cut()
    Head.objects.update(seq=2, hash=Entry.objects.get(pk=2).hash)


def wiped() -> None:
    Entry.objects.all().delete()
    Head.objects.all().delete()
    Anchor.objects.all().delete()


def rewritten() -> None:
    last = None
    for entry in Entry.objects.order_by("seq"):
        values = {name: getattr(entry, name) for name in chain.Link._fields} | {"kind": "forged"}
        last = chain.appended(chain.Mark(last.seq, last.hash, "") if last else None, chain.Link(**values))
        Entry.objects.filter(pk=entry.pk).update(**last._asdict())
    Head.objects.update(seq=last.seq, hash=last.hash)
    Anchor.objects.all().delete()


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        (changed, "Entry 2 was changed. The ledger is intact up to entry 1"),
        (moved_in_time, "Entry 2 was changed."),
        (removed, "Entry 2 was removed."),
        (removed_with_the_gap_closed, "Entry 2 was changed."),
        (inserted, "Entry 2 was changed."),
        (cut, "The entries after 2 were removed: line 1 of anchors.jsonl names entry 4."),
        (cut_with_its_head, "The entries after 2 were removed: line 1 of anchors.jsonl names entry 4."),
        (wiped, "The entries after 0 were removed: line 1 of anchors.jsonl names entry 4."),
        (rewritten, "Entry 4 is not the one that line 1 of anchors.jsonl names: the ledger was rewritten."),
    ],
)
def test_verifier_finds_what_was_done(tampering: Callable[[], None], sentence: str, anchor_file: Path):
    make_entries(4)
    anchors.send_out(NOW)
    with without_guards():
        tampering()

    assert verified(anchor_file).startswith(sentence)
    assert not verifier.verify(anchor_file).is_intact


def test_cut_tail_shows_against_the_head_alone(anchor_file):
    make_entries(4)
    with without_guards():
        cut()
    assert "The entries after 2 were removed: the ledger's head names entry 4." in verified(anchor_file)


def test_lost_anchor_file_is_a_fault(anchor_file):
    make_entries(2)
    anchors.send_out(NOW)
    anchor_file.unlink()
    assert verified(anchor_file) == (
        f"1 anchor was sent to {anchor_file}, and that file is not there. "
        "The ledger is intact up to entry 2 of 2026-06-01 09:32:15 UTC."
    )


def test_head_kept_elsewhere_shows_what_the_database_and_the_file_forgot(anchor_file):
    entries = make_entries(4)
    head = f"4:{entries[-1].hash}"
    anchors.send_out(NOW)
    assert verified(anchor_file, head).endswith("compared with 2 anchors.")
    with without_guards():
        cut_with_its_head()
        Anchor.objects.all().delete()
    anchor_file.unlink()

    assert "intact up to entry 2" in verified(anchor_file)
    assert verified(anchor_file, head).startswith(
        "The entries after 2 were removed: the head that you gave names entry 4."
    )


def test_head_that_is_none_is_not_taken(anchor_file):
    for wrong in ("", "4", "4:abc", "0:" + "0" * 64, "4:" + "G" * 64):
        with pytest.raises(CommandError, match="64 letters and digits"):
            call_command("verify_ledger", f"--against={wrong}", anchors=anchor_file)


def test_start_is_refused_where_no_anchor_can_be_written(settings, tmp_path):
    opening.refuse_lost_anchors()
    (tmp_path / "file").touch()
    for wrong in (tmp_path, tmp_path / "file" / "anchors.jsonl"):
        settings.LEDGER_ANCHOR_FILE = str(wrong)
        with pytest.raises(ImproperlyConfigured, match=r"^LEDGER_ANCHOR_FILE: .* cannot be written"):
            opening.refuse_lost_anchors()


# Anchors


def test_anchor_is_due_each_hour_in_which_the_ledger_grew(anchor_file):
    hour = dt.timedelta(hours=1)
    assert not anchors.due(NOW)
    make_entry()
    assert anchors.due(NOW)
    anchors.send_out(NOW)
    assert not anchors.due(NOW + hour)
    make_entry()
    assert not anchors.due(NOW + hour - dt.timedelta(seconds=1))
    assert anchors.due(NOW + hour)


def test_anchor_is_written_and_given_to_those_who_asked(anchor_file, monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(anchors, "_senders", [])
    for _ in range(2):
        anchors.register(send := lambda anchor, now: sent.append(anchors.line_of(anchor)))
    anchors.register(send)
    assert anchors.send_out(NOW) is None
    head = make_entries(2)[-1]

    anchors.send_out(NOW)

    line = {"at": "2026-06-01T09:30:15+00:00", "seq": 2, "hash": head.hash, "count": 2}
    assert [json.loads(each) for each in anchor_file.read_text().splitlines()] == [line]
    assert [json.loads(each) for each in sent] == [line, line]
    assert Anchor.objects.values_list("seq", "hash", "count", "at").get() == (2, head.hash, 2, NOW)
    assert anchor_file.stat().st_mode & 0o777 == 0o600


def test_broken_line_is_ended_and_passed_over(anchor_file):
    anchor_file.parent.mkdir()
    anchor_file.write_text('{"at": "2026')
    make_entry()
    anchors.send_out(NOW)

    said = verified(anchor_file)
    assert said.splitlines()[0] == "Line 1 of anchors.jsonl is no anchor and was passed over."
    assert said.endswith("compared with 1 anchor.")


def test_anchor_that_cannot_be_written_is_not_recorded(anchor_file):
    make_entry()
    anchor_file.parent.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"exists|directory"):
        anchors.send_out(NOW)
    assert not Anchor.objects.exists()


def test_worker_sends_out_what_is_due(anchor_file):
    tasks.anchor()
    assert not anchor_file.exists()
    make_entry()
    tasks.anchor()
    tasks.anchor()
    assert len(anchor_file.read_text().splitlines()) == 1


# Many at once


@pytest.mark.django_db(transaction=True)
def test_many_who_append_at_once_leave_no_gap(anchor_file):
    failed: list[BaseException] = []

    def append_some(number: int) -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    make_entry(subject=f"client:{number % 3}", actor_id=number)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append_some, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert list(Entry.objects.values_list("seq", flat=True)) == list(range(1, 81))
    assert DataKey.objects.count() == 3
    assert "intact up to entry 80" in verified(anchor_file)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_chain_would_break(anchor_file, monkeypatch):
    """The race is real: two who read the head before either writes want the same number."""
    make_entry()
    together = threading.Barrier(2, timeout=10)
    failed: list[BaseException] = []

    def unlocked() -> Head:
        head = Head.objects.get()
        together.wait()
        return head

    monkeypatch.setattr("vault.ledger._locked_head", unlocked)
    if connection.vendor == "sqlite":  # its transactions begin as the only writer, which is the lock
        ours = type(connections["default"])
        monkeypatch.setattr(ours, "_start_transaction_under_autocommit", lambda self: self.cursor().execute("BEGIN"))

    def append_one() -> None:
        try:
            make_entry(subject="")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1

"""The ledger's head in the owners' mailbox: once a day, neutral, and enough to see that a tail was cut."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Role
from accounts.tests.factories import make_user
from clients import proof
from outbox import delivery
from outbox.models import Message, State
from vault import anchors, constraints
from vault.models import Anchor, Entry, Head
from vault.tests.factories import NOW, make_entries, make_entry

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path, db) -> Path:
    settings.LEDGER_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    return Path(settings.LEDGER_ANCHOR_FILE)


def send_out(now: dt.datetime) -> None:
    make_entry(now=now)
    anchors.send_out(now)


def cut_to(seq: int) -> None:
    """By somebody who has the database in hand: the entries, the head, and what it remembers of anchors."""
    with transaction.atomic():
        constraints.remove(connection)
        Entry.objects.filter(seq__gt=seq).delete()
        Head.objects.update(seq=seq, hash=Entry.objects.get(seq=seq).hash)
        Anchor.objects.all().delete()
        constraints.install(connection)


@pytest.mark.django_db(transaction=True)
def test_cut_tail_shows_against_the_mailed_head(anchor_file):
    owner = make_user(role=Role.OWNER)
    head = make_entries(5)[-1]
    anchors.send_out(NOW)
    delivery.sweep(lambda: NOW)
    cut_to(3)
    anchor_file.write_text("")

    [letter] = mail.outbox
    [said] = set(re.findall(r"\d+:[0-9a-f]{64}", letter.body))
    assert (letter.to, said) == ([owner.email], f"5:{head.hash}")
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "intact up to entry 3" in out.getvalue()
    with pytest.raises(
        CommandError, match=r"^The entries after 3 were removed: the head that you gave names entry 5\."
    ):
        call_command("verify_ledger", f"--against={said}", stdout=StringIO())


def test_each_owner_gets_one_a_day_in_which_the_ledger_grew():
    owners = [make_user(role=Role.OWNER), make_user(role=Role.OWNER)]
    make_user(role=Role.OWNER, is_active=False)
    make_user(role=Role.THERAPIST)
    for hours in (0, 1, 2, 24):
        send_out(NOW + hours * HOUR)

    told = Message.objects.filter(kind=proof.LEDGER_HEAD).order_by("pk").values_list("user", "about")
    first, _, _, fourth = Anchor.objects.order_by("pk")
    assert sorted(told) == sorted((owner.pk, f"anchor:{each.pk}") for owner in owners for each in (first, fourth))


def test_mail_says_nothing_of_anybody():
    make_user(role=Role.OWNER)
    send_out(NOW)
    message = Message.objects.get()
    said = proof.say(message, NOW)

    assert said.subject == "Our practice: please keep this number"
    assert "had 1 entry on Monday 1 June 2026, 10:30." in said.text
    for kept in (said.text, said.html, said.kept):
        assert Entry.objects.get().hash in kept
        assert "client" not in kept


def test_somebody_who_is_no_owner_any_more_gets_none():
    owner = make_user(role=Role.OWNER)
    send_out(NOW)
    owner.role = Role.THERAPIST
    owner.save()
    delivery.sweep(lambda: NOW)

    assert (Message.objects.get().state, mail.outbox) == (State.CANCELLED, [])

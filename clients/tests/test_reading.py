"""The one door to a record: who may read, the line each reading leaves, opening in need, and what the client sees of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from accounts.tests.factories import make_front_desk, make_owner, make_user
from clients import opened, permissions, reading
from clients.errors import OpenAlready, RecordClosed, WhyNeeded
from clients.models import BreakGlass, CareRelation, Client
from clients.tests.factories import make_client, make_client_with_account
from outbox import registry
from outbox.models import Message
from practice.models import Practice
from vault import ledger
from vault.models import Entry

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def make_therapist(**overrides: object) -> User:
    return make_user(**({"role": Role.THERAPIST, "name": "Mara"} | overrides))


def treat(user: User, client: Client, **overrides: object) -> CareRelation:
    return CareRelation.objects.create(**({"user": user, "client": client, "since": NOW} | overrides))


def read(user: User, client: Client) -> bool:
    return permissions.may_read(user, client, NOW)


def test_the_owner_and_who_treats_may_read_and_nobody_else() -> None:
    client, mara, jon = make_client_with_account(), make_therapist(), make_therapist()
    treat(mara, client)
    treat(jon, client, until=NOW)
    treat(jon, make_client())
    found = [read(user, client) for user in (make_owner(), mara, jon, make_front_desk(), client.user)]
    assert found == [True, True, False, False, False]


def test_a_closed_account_reads_nothing() -> None:
    client = make_client()
    assert not read(make_owner(is_active=False), client)


def test_each_reading_leaves_a_line() -> None:
    client, mara = make_client(), make_therapist()
    treat(mara, client)
    reading.note_reading(mara, client, "intake", NOW)
    reading.note_reading(mara, client, "flags", NOW + DAY)
    lines = opened.told(opened.readings(client), Practice.objects.current())
    assert lines == [
        ("Tuesday 2 June 2026, 09:00", "Mara, therapist", "what your answers ask us to mind"),
        ("Monday 1 June 2026, 09:00", "Mara, therapist", "what you told us about your health"),
    ]


def test_readings_alike_within_an_hour_are_one_line_that_says_how_often() -> None:
    client, mara, jon = make_client(), make_therapist(), make_therapist(name="Jon")
    treat(mara, client)
    treat(jon, client)
    minutes = [(mara, "intake", 0), (mara, "flags", 0), (mara, "intake", 0), (jon, "intake", 20), (mara, "flags", 59)]
    minutes += [(mara, "flags", 60), (mara, "intake", 125), (mara, "intake", 15 * 60 - 30), (mara, "intake", 15 * 60)]
    for user, kind, minute in minutes:
        reading.note_reading(user, client, kind, NOW + dt.timedelta(minutes=minute))

    lines = opened.told(opened.readings(client), Practice.objects.current())

    told, minded, day = opened.WHAT["intake"], opened.WHAT["flags"], "Monday 1 June 2026"
    assert lines == [
        (f"{day}, 23:30 to Tuesday 2 June 2026, 00:00, twice", "Mara, therapist", told),
        (f"{day}, 11:05", "Mara, therapist", told),
        (f"{day}, 10:00", "Mara, therapist", minded),
        (f"{day}, from 09:00 to 09:59, twice", "Mara, therapist", minded),
        (f"{day}, 09:20", "Jon, therapist", told),
        (f"{day}, 09:00, twice", "Mara, therapist", told),
    ]


def test_each_opening_in_need_is_a_line_of_its_own() -> None:
    client, mara = make_client(), make_therapist()
    for _ in range(2):
        ledger.append(opened.OPENED, actor_id=mara.pk, subject=client.vault_subject(), object="", details={}, now=NOW)
    assert len(opened.readings(client)) == 2


def test_a_kind_of_record_without_words_of_its_own_is_the_record() -> None:
    client, owner = make_client(), make_owner()
    reading.note_reading(owner, client, "incident", NOW)
    assert [line.what for line in opened.told(opened.readings(client), Practice.objects.current())] == ["your record"]


def test_who_may_not_read_leaves_no_line_and_sees_nothing() -> None:
    client = make_client()
    for user in (make_front_desk(), make_therapist()):
        with pytest.raises(RecordClosed):
            reading.note_reading(user, client, "intake", NOW)
    assert not Entry.objects.exists()


def test_a_client_who_reads_their_own_leaves_no_line() -> None:
    client = make_client_with_account()
    reading.note_reading(client.user, client, "intake", NOW)
    assert not Entry.objects.exists()


def test_in_need_a_record_opens_for_a_day_with_a_reason_and_the_owners_are_told() -> None:
    client, mara, owner = make_client(name="Robin Hale"), make_therapist(), make_owner()
    make_owner(is_active=False)
    made = reading.break_glass(mara, client, why="  The client fell on the stairs.  ", now=NOW)
    assert (made.why, made.open_until_at) == ("The client fell on the stairs.", NOW + DAY)
    assert read(mara, client)
    assert not permissions.may_read(mara, client, NOW + DAY)
    message = Message.objects.get()
    assert (message.kind, message.recipient, message.user) == ("record_opened", owner.email, owner)
    line = opened.told(opened.readings(client), Practice.objects.current())[0]
    assert (line.who, line.what) == ("Mara, therapist", opened.IN_NEED)


def test_the_mail_to_the_owner_names_neither_the_client_nor_the_reason() -> None:
    client, mara = make_client(name="Robin Hale"), make_therapist()
    make_owner()
    reading.break_glass(mara, client, why="The client fell on the stairs.", now=NOW)
    message = Message.objects.select_related("user").get()
    kind = registry.kind_of(message)
    assert kind.still_wanted(message, NOW)
    said = kind.say(message, NOW)
    whole = said.subject + said.text + said.html + said.kept
    assert "Mara opened the record of a client" in said.text
    assert f"/admin/clients/breakglass/{BreakGlass.objects.get().pk}/change/" in said.text
    assert not [word for word in ("Robin", "Hale", "stairs", client.email) if word in whole]


def test_there_is_no_opening_without_a_reason_or_for_those_to_whom_it_is_not_given() -> None:
    client, mara = make_client(), make_therapist()
    with pytest.raises(WhyNeeded):
        reading.break_glass(mara, client, why="  ", now=NOW)
    treat(mara, client)
    for user, refusal in ((mara, OpenAlready), (make_owner(), OpenAlready), (make_front_desk(), RecordClosed)):
        with pytest.raises(refusal):
            reading.break_glass(user, client, why="In need.", now=NOW)
    assert not BreakGlass.objects.exists()
    assert not Message.objects.exists()


# The client's page


def page(client: Client, query: str = "") -> str:
    browser = Browser()
    browser.force_login(client.user)
    return browser.get(f"/my/record/{query}").content.decode()


def test_the_client_sees_who_opened_the_record() -> None:
    client, other, owner = make_client_with_account(), make_client(), make_owner()
    assert "Nobody has opened your record yet." in page(client)
    reading.note_reading(owner, client, "journey", NOW)
    reading.note_reading(owner, other, "intake", NOW)
    shown = page(client)
    assert "Iris Owner, owner, opened your journey, with the notes on it." in shown
    assert "about your health" not in shown


def test_a_long_list_is_paged_and_costs_the_same() -> None:
    client, owner = make_client_with_account(), make_owner()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    reading.note_reading(owner, client, "intake", NOW)
    page(client)
    one = queries()
    for day in range(1, 21):
        reading.note_reading(owner, client, "intake", NOW + day * DAY)
    assert queries() == one
    assert "Earlier ones" in page(client)
    assert "Later ones" in page(client, "?page=2")
    browser = Browser()
    browser.force_login(client.user)
    assert browser.get("/my/record/?page=3").status_code == 404

"""Who may know what was sent, what became of it in plain words, sending again, and what is forgotten when."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.models import Status
from bookings.tests.factories import at, make_booking, make_therapist
from clients.models import CareRelation
from clients.tests.factories import make_client, make_client_with_account
from outbox import delivery, editing, log, registry, retention
from outbox.errors import NoAddress, NoLongerSo, OnItsWay, TooLate
from outbox.models import Message, State
from outbox.tests.factories import NOW, make_message
from vault.models import Entry

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/message/"
DAY = dt.timedelta(days=1)


def make_confirmation(**overrides: Any) -> Message:
    booking = overrides.pop("booking", None) or make_booking(starts_at=at("2030-06-04 10:00"), created_at=NOW)
    given = {
        "kind": "booking_confirmed",
        "about": f"booking:{booking.pk}",
        "whom": f"client:{booking.client_id}",
        "recipient": booking.client.email,
        "version": booking.version,
        "state": State.SENT,
        "sent_at": NOW,
        "subject": "Confirmed",
        "text": "Your booking is confirmed.",
        "expires_at": at("2030-06-04 10:00"),
    }
    return make_message(**(given | overrides))


def browser(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def seen(user: User) -> set[int]:
    return set(log.for_user(user, NOW).values_list("pk", flat=True))


def test_each_role_knows_of_the_messages_that_concern_it() -> None:
    mara, jon = make_therapist(), make_therapist()
    booking = make_booking(therapist=mara)
    treated = make_client()
    CareRelation.objects.create(client=treated, user=jon.user, since=NOW)
    confirmed = make_confirmation(booking=booking)
    waiting = make_message(kind="message_waiting", whom=f"client:{treated.pk}", about="conversation:1")
    to_owner = make_message(kind="record_opened", about="opened:1", user=make_owner())
    to_mara = make_message(kind="message_to_therapist", about="conversation:1", user=mara.user)
    everything = {confirmed.pk, waiting.pk, to_owner.pk, to_mara.pk}

    assert (seen(make_owner()), seen(make_front_desk())) == (everything, {confirmed.pk, waiting.pk})
    assert (seen(mara.user), seen(jon.user)) == ({confirmed.pk, to_mara.pk}, {waiting.pk})
    assert seen(make_user()) == seen(make_client_with_account().user) == set()


def test_front_desk_reads_no_words_but_neutral_ones() -> None:
    desk, client = make_front_desk(), make_client()
    hidden = make_message(
        kind="message_waiting",
        whom=f"client:{client.pk}",
        state=State.SENT,
        sent_at=NOW,
        subject="S3cret",
        text="S3cret",
    )
    plain = make_confirmation()

    page = browser(desk).get(f"{LIST}{hidden.pk}/change/").content.decode()
    assert "S3cret" not in page and "read by those who treat the client" in page and "A message is waiting" in page
    assert "Your booking is confirmed." in browser(desk).get(f"{LIST}{plain.pk}/change/").content.decode()
    assert log.may_read(make_user(role=Role.THERAPIST), hidden)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "waits for its time"),
        ({"state": State.SENDING}, "is being sent"),
        (
            {"state": State.RETRYING, "last_error": "The mail server could not be reached."},
            "not sent yet, will be tried again: the mail server could not be reached",
        ),
        ({"state": State.SENT}, "sent"),
        ({"state": State.SENT, "delivered_at": NOW}, "arrived"),
        ({"state": State.FAILED, "last_error": "There is no e-mail address."}, "could not be sent: there is no e-mail address"),
        ({"state": State.BOUNCED, "last_error": "The mailbox does not exist."}, "came back: the mailbox does not exist"),
        ({"state": State.BOUNCED, "last_error": "SMTP is closed."}, "came back: SMTP is closed"),
        ({"state": State.CANCELLED}, "not sent: no longer needed"),
        ({"state": State.EXPIRED}, "not sent: it would have come too late"),
    ],
)  # fmt: skip
def test_what_became_of_a_message_is_said_in_plain_words(fields: dict[str, Any], said: str) -> None:
    assert log.became(Message(**fields)) == said


def test_list_is_found_by_the_clients_name_and_filtered_by_what_became_of_it() -> None:
    owner, robin = browser(make_owner()), make_client(name="Robin Vale")
    booking = make_booking(client=robin)
    make_confirmation(booking=booking, recipient="robin@example.com")
    make_confirmation(recipient="lost@example.com", state=State.BOUNCED, last_error="The mailbox does not exist.")

    def told(query: str) -> tuple[bool, bool]:
        page = owner.get(f"{LIST}?{query}").content.decode()
        return "robin@example.com" in page, "lost@example.com" in page

    assert told("when=all") == (True, True)
    assert told("when=all&became=trouble") == (False, True)
    assert told("when=all&became=sent") == (True, False)
    assert told("q=robin+vale") == (True, False)
    assert told(f"q={booking.ref}") == (True, False)
    assert told("q=lost%40example.com") == (False, True)
    assert told(f"when=all&whom=client:{robin.pk}") == (True, False)
    assert told("when=all&about_group=reminder") == (False, False)
    assert told("when=day") == (False, False)
    assert "Came back: the mailbox does not exist" in owner.get(f"{LIST}?when=all").content.decode()
    assert "No message is like that" in owner.get(f"{LIST}?q=nobody").content.decode()


def test_list_takes_as_many_queries_for_one_row_as_for_three(django_assert_max_num_queries: Any) -> None:
    owner = browser(make_owner())
    make_confirmation()
    with django_assert_max_num_queries(14) as one:
        owner.get(f"{LIST}?when=all")
    make_confirmation()
    make_confirmation()
    with django_assert_max_num_queries(len(one)):
        owner.get(f"{LIST}?when=all")


@pytest.mark.parametrize("make", [make_owner, make_front_desk])
@pytest.mark.parametrize("asked", ["", "?when=day", "?became=trouble", "?about_group=reminder"])
def test_list_reads_its_days_and_not_all_that_was_ever_sent(make: Any, asked: str) -> None:
    reader = browser(make())
    make_confirmation()
    with CaptureQueriesContext(connection) as seen:
        assert reader.get(LIST + asked).status_code == 200
    listing = [each["sql"] for each in seen.captured_queries if re.search('"due_at" (>=|BETWEEN)', each["sql"])]
    plans = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # it would read so few rows as they lie
        for sql in listing:
            asks = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{asks} {sql}")
            plans.append(str(cursor.fetchall()))

    assert len(plans) == 2
    assert [plan for plan in plans if "message_by_due" not in plan] == []


def test_message_sent_again_is_a_new_row_to_where_it_would_go_today() -> None:
    desk, message = make_front_desk(), make_confirmation(state=State.BOUNCED)
    client = make_booking_client(message)
    client.email = "new@example.com"
    client.save()

    asked = browser(desk).get(f"{LIST}{message.pk}/again/").content.decode()
    assert "new@example.com" in asked and Message.objects.count() == 1
    for _ in range(2):  # the button pressed twice
        browser(desk).post(f"{LIST}{message.pk}/again/", {"number": "1"})

    again = Message.objects.exclude(pk=message.pk).get()
    assert (again.key, again.recipient, again.state) == (f"{message.key}:again:1", "new@example.com", State.PLANNED)
    assert (again.whom, again.about, again.version) == (message.whom, message.about, message.version)
    assert again.expires_at == message.expires_at and again.message_id != message.message_id
    assert [entry.object for entry in Entry.objects.filter(kind="message.sent_again")] == [
        f"outbox.message:{message.pk}"
    ]
    assert editing.next_copy(message) == 2


def make_booking_client(message: Message) -> Any:
    from clients.models import Client as Person

    return Person.objects.get(pk=message.whom.removeprefix("client:"))


def test_message_is_not_sent_again_where_it_says_what_is_no_longer_so() -> None:
    owner = make_owner()
    cases = [
        (make_confirmation(state=State.RETRYING), OnItsWay),
        (make_confirmation(booking=make_booking(status=Status.CANCELLED)), NoLongerSo),
        (make_confirmation(version=7), NoLongerSo),
        (make_confirmation(kind="gone_since"), NoLongerSo),
        (make_confirmation(expires_at=NOW), TooLate),
        (
            make_confirmation(booking=make_booking(client=make_client(email=""), starts_at=at("2030-06-05 10:00"))),
            NoAddress,
        ),
    ]
    for message, why in cases:
        with pytest.raises(why):
            editing.send_again(message, number=1, by=owner, now=NOW)
    assert Message.objects.count() == len(cases)
    page = browser(owner).post(f"{LIST}{cases[1][0].pk}/again/", {"number": "1"}, follow=True).content.decode()
    assert "no longer so" in page


def test_message_is_not_sent_again_to_who_wants_no_contact_and_the_page_says_so() -> None:
    message = make_confirmation(state=State.BOUNCED)
    client = make_booking_client(message)
    client.contact_refused_at = NOW
    client.save()

    page = browser(make_owner()).get(f"{LIST}{message.pk}/again/", follow=True).content.decode()

    assert "The client does not want to be contacted." in page
    assert Message.objects.count() == 1


def test_therapist_who_does_not_treat_the_client_cannot_send_it_again() -> None:
    message = make_confirmation()
    browser(make_therapist().user).post(f"{LIST}{message.pk}/again/", {"number": "1"})
    assert Message.objects.count() == 1


def test_words_are_forgotten_after_90_days_and_the_fact_after_two_years() -> None:
    young = make_message(state=State.SENT, sent_at=NOW - 89 * DAY, due_at=NOW - 89 * DAY, text="Yes", subject="S")
    old = make_message(state=State.SENT, sent_at=NOW - 91 * DAY, due_at=NOW - 91 * DAY, text="Yes", subject="S")
    ancient = make_message(state=State.CANCELLED, due_at=NOW - 731 * DAY)
    open_still = make_message(due_at=NOW - 731 * DAY)

    assert retention.forget(NOW) == (1, 1)
    assert retention.forget(NOW) == (0, 0)
    for message in (young, old, open_still):
        message.refresh_from_db()
    assert (young.text, old.text, old.subject) == ("Yes", "", "")
    assert not Message.objects.filter(pk=ancient.pk).exists()


def test_test_letter_goes_to_whoever_asked_filled_in_with_nobodys_data(mailoutbox: Any) -> None:
    owner, kind = make_owner(), registry.named("booking_confirmed")
    assert kind is not None
    editing.send_test(kind, to=owner, now=NOW)
    editing.send_test(kind, to=owner, now=NOW)
    delivery.sweep(lambda: NOW)
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([owner.email], "Test: Confirmed: Thursday 4 June 2026, 10:00")
    assert "Robin Vale" in letter.body


def test_clients_page_says_when_the_newest_message_to_their_address_did_not_arrive() -> None:
    robin, owner = make_client(email="robin@example.com"), browser(make_owner())
    to_robin = {"whom": f"client:{robin.pk}", "recipient": "robin@example.com", "sent_at": NOW}
    lost = make_message(state=State.BOUNCED, last_error="The mailbox does not exist.", **to_robin)

    def told() -> bool:
        page = owner.get(f"/admin/clients/client/{robin.pk}/change/").content.decode()
        return "robin@example.com came back: the mailbox does not exist" in page

    assert told()
    robin.email = "right@example.com"  # another address, of which nothing is known
    robin.save()
    assert not told()
    robin.email = "robin@example.com"
    robin.save()
    make_message(state=State.SENT, **(to_robin | {"due_at": lost.due_at + DAY}))
    assert not told()

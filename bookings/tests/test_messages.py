"""What the messages about a booking say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from bookings import lifecycle, messages, moves, notices, wanted
from bookings.described import placeholders_of
from bookings.models import Booking, MoveRequest, Status
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type
from bookings.tests.test_lifecycle import make_offer_of_one, user_of, wish
from clients.models import Client
from clients.tests.factories import make_client, make_client_with_account
from outbox import delivery
from outbox.models import Message, State
from outbox.registry import Said
from practice.models import Practice

pytestmark = pytest.mark.django_db


def make_open_practice() -> None:
    Practice.objects.create(
        name="Still Water",
        address="1 Mill Lane\nLondon",
        bring="Come as you are.",
        email="hello@still.example",
        phone="020 1",
    )


def said(kind: str, booking: Booking, now: dt.datetime = NOW) -> Said:
    kinds = [] if kind == notices.REMINDER else [kind]  # a confirmed booking has its reminder by itself
    notices.announce(booking, *kinds, practice=Practice.objects.current(), now=now, anew=False)
    return messages.say(Message.objects.filter(kind=kind).latest("pk"), now)


STATUS_OF = {kind: statuses[0] for kind, statuses in wanted.WHILE.items()}


@pytest.mark.parametrize("kind", notices.KINDS)
def test_each_kind_says_when_in_the_practices_time_in_subject_text_and_html(kind: str) -> None:
    make_open_practice()
    booking = make_booking(
        status=STATUS_OF[kind], client=make_client(name="Sam <b>Field</b>"), answer_by_at=NOW + dt.timedelta(days=2)
    )
    if kind == notices.PROPOSED:
        booking.proposals.create(therapist=booking.therapist, starts_at=at("2026-06-05 15:00"), made_at=NOW)

    letter = said(kind, booking)

    assert letter.subject and "\n" not in letter.subject
    when = "Friday 5 June 2026, 15:00" if kind == notices.PROPOSED else "Thursday 4 June 2026, 10:00"
    assert when in letter.text and when in letter.html
    assert "London time" in letter.text and "London time" in letter.html
    assert "<b>" not in letter.html
    assert "{" not in letter.text and "&" not in letter.text
    assert "http://testserver/" in letter.text and "http://testserver/" in letter.html
    assert letter.html.count("http") == 1 + sum(name.endswith("_link") for name in placeholders_of(kind))


def test_confirmation_repeats_the_facts_the_terms_and_how_to_come() -> None:
    make_open_practice()
    booking = make_booking()

    text = said(notices.CONFIRMED, booking).text

    assert (
        f"Thursday 4 June 2026, 10:00 to 11:00 (London time)\nSession, 60 minutes\nWith {booking.therapist.name}\n1 Mill Lane\nLondon"
        in text
    )
    assert (
        "The price is £70. Cancelling is free until Wednesday 3 June 2026, 10:00 (London time); after that half the price is due."
        in text
    )
    assert "Come as you are." in text


def test_terms_are_those_of_the_moment_at_which_they_are_read() -> None:
    make_open_practice()
    near = make_booking(starts_at=at("2026-06-02 08:00"))
    free_of_charge = make_booking(price=Decimal(0))

    assert "The price is £70. The session is near: cancelling costs £35.\n" in said(notices.CONFIRMED, near).text
    assert "It costs nothing. Cancelling is free.\n" in said(notices.CONFIRMED, free_of_charge).text


def test_name_of_the_session_stays_out_of_the_message_unless_the_practice_gives_a_neutral_one() -> None:
    make_open_practice()
    kind = make_session_type(name="Tantric massage therapy", neutral_name="Long session", rooms=[make_room()])

    letter = said(notices.CONFIRMED, make_booking(session_type=kind))

    assert "Long session" in letter.text
    assert "antric" not in letter.subject + letter.text + letter.html + letter.attachments[0].content.decode()


def calendar_of(kind: str, booking: Booking) -> tuple[str, str, str] | None:
    """Method, standing and UID of the file beside the message; None where there is none."""
    attached = said(kind, booking).attachments
    if not attached:
        return None
    (event,) = Calendar.from_ical(attached[0].content).events
    return attached[0].mimetype, str(event["status"]), str(event["uid"])


@pytest.mark.parametrize("kind", [notices.CONFIRMED, notices.APPROVED, notices.MOVED, notices.LENGTH_CHANGED])
def test_confirmation_asks_the_calendar_to_take_it_in(kind: str) -> None:
    make_open_practice()
    booking = make_booking()
    asked = ("text/calendar; method=REQUEST", "CONFIRMED", f"{booking.ref}@testserver")
    assert calendar_of(kind, booking) == asked


@pytest.mark.parametrize(
    ("kind", "status", "method", "standing"),
    [
        (notices.CANCELLED, Status.CANCELLED, "CANCEL", "CANCELLED"),
        (notices.DECLINED, Status.DECLINED, "CANCEL", "CANCELLED"),
        (notices.EXPIRED, Status.EXPIRED, "CANCEL", "CANCELLED"),
        (notices.WAITING, Status.REQUESTED, "REQUEST", "TENTATIVE"),
    ],
)
def test_calendar_that_has_it_is_told_what_became_of_it_and_another_is_not(kind, status, method, standing) -> None:
    make_open_practice()
    booking, never_told = make_booking(status=status), make_booking(status=status)
    sent = {"state": State.SENT, "sent_at": NOW, "created_at": NOW, "due_at": NOW, "expires_at": NOW}
    Message.objects.create(kind=notices.CONFIRMED, about=notices.about(booking), key="told", **sent)

    assert calendar_of(kind, booking) == (f"text/calendar; method={method}", standing, f"{booking.ref}@testserver")
    assert calendar_of(kind, never_told) is None


def test_whole_way_from_booking_to_letter() -> None:
    make_open_practice()
    kind, _ = make_offer_of_one()
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, kind), by=user_of(client), now=NOW)

    delivery.sweep(lambda: NOW)

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([client.email], "Confirmed: Thursday 4 June 2026, 10:00")
    parts = message_from_bytes(letter.message().as_bytes()).walk()
    attached = [(part.get_filename(), part["Content-Type"]) for part in parts if part.get_filename()]
    assert attached == [("session.ics", 'text/calendar; method="REQUEST"; charset="utf-8"')]
    delivery.sweep(lambda: booking.starts_at - dt.timedelta(hours=24))
    assert mail.outbox[1].subject == "Reminder: Thursday 4 June 2026, 10:00"


def test_confirmation_overtaken_by_a_cancellation_is_not_sent() -> None:
    make_open_practice()
    booking, client = _booked()
    stale = Message.objects.get(kind=notices.CONFIRMED)
    lifecycle.cancel(booking, by=user_of(client), now=NOW)
    Message.objects.filter(pk=stale.pk).update(state=State.PLANNED)

    delivery.sweep(lambda: NOW)

    stale.refresh_from_db()
    assert (stale.state, mail.outbox) == (State.CANCELLED, [])


def test_therapist_is_asked_about_a_move_with_both_names_and_times() -> None:
    make_open_practice()
    booking, client = _booked(approval="always")
    booking = lifecycle.approve(booking, by=booking.therapist.user, now=NOW)
    moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)
    assert MoveRequest.objects.exists()

    text = messages.say(Message.objects.filter(kind=notices.TO_ANSWER).latest("pk"), NOW).text

    assert f"{client.name} asks for another time." in text
    assert "- Friday 5 June 2026, 15:00 (London time)" in text


def _booked(**session_type: Any) -> tuple[Booking, Client]:
    kind, _ = make_offer_of_one(**session_type)
    client = make_client_with_account()
    return lifecycle.book(wish(client, kind), by=user_of(client), now=NOW), client

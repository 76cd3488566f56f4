"""What comes due by the calendar: planned once however often it is asked, caught up after a standstill, and put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_owner
from bookings import ahead, evening, expiry, kinds, lifecycle, moves, notices, renewals
from bookings.models import Booking, Status
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type, make_therapist
from bookings.tests.test_lifecycle import make_offer_of_one, user_of, wish
from clients import reach, reaching
from clients.models import Client, Document, Submission
from clients.tests.factories import make_client, make_client_with_account, make_consent, make_document, make_published
from clients.tests.forms import make_form
from outbox import delivery, planning
from outbox.models import Message, State
from practice.models import Practice

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def practice() -> Practice:
    return Practice.objects.create(name="Still Water")


def planned(kind: str) -> list[tuple[dt.datetime, str]]:
    return list(Message.objects.filter(kind=kind).order_by("due_at").values_list("due_at", "state"))


def send_all(now: dt.datetime) -> None:
    delivery.sweep(lambda: now)


def asking(**overrides: object) -> Document:
    """A consent that clients sign first."""
    document = make_document(**overrides)
    make_published(NOW, document, applies_from=NOW.date())
    return document


# Forms


def booking_with_something_left(**overrides: object) -> Booking:
    kind = make_session_type(requires_consents=[asking().slug])
    client = make_client_with_account()
    return make_booking(session_type=kind, client=client, starts_at=at("2026-06-10 10:00"), **overrides)


def test_forms_missing_are_asked_for_three_days_and_one_day_before_and_ten_beats_plan_nothing_twice() -> None:
    booking_with_something_left()

    for hours in range(24 * 9):
        ahead.plan(NOW + hours * HOUR)
        ahead.plan(NOW + hours * HOUR)

    assert planned(kinds.FORMS_MISSING) == [
        (at("2026-06-07 10:00"), State.PLANNED),
        (at("2026-06-09 10:00"), State.PLANNED),
    ]


def test_nothing_is_asked_where_nothing_is_missing() -> None:
    make_booking(session_type=make_session_type(), starts_at=at("2026-06-10 10:00"))

    ahead.plan(at("2026-06-07 10:00"))

    assert planned(kinds.FORMS_MISSING) == []


def test_forms_filled_in_meanwhile_are_not_asked_for_when_the_message_is_to_go_out() -> None:
    booking = booking_with_something_left()
    ahead.plan(at("2026-06-07 09:30"))
    (version,) = [document.versions.get() for document in Document.objects.all()]
    make_consent(booking.client, version, at("2026-06-07 09:40"))

    send_all(at("2026-06-07 10:00"))

    row = Message.objects.get(kind=kinds.FORMS_MISSING)
    assert (row.state, row.last_error, mail.outbox) == (State.CANCELLED, "Nothing is left to fill in.", [])


def test_after_a_standstill_what_was_due_long_ago_is_left_and_the_next_is_planned() -> None:
    booking_with_something_left()

    ahead.plan(at("2026-06-08 09:00"))
    assert planned(kinds.FORMS_MISSING) == []
    ahead.plan(at("2026-06-09 20:00"))

    assert planned(kinds.FORMS_MISSING) == [(at("2026-06-09 10:00"), State.PLANNED)]


def test_who_was_booked_on_the_eve_is_asked_once_a_while_later() -> None:
    booking_with_something_left(created_at=at("2026-06-09 12:00"))

    ahead.plan(at("2026-06-09 14:00"))

    assert planned(kinds.FORMS_MISSING) == [(at("2026-06-09 14:00"), State.PLANNED)]


# What runs out


def client_whose_consent_ends(months: int, **booking: object) -> Client:
    """So many months after 1 June 2026."""
    client = make_client_with_account()
    make_consent(client, asking(valid_for_months=months).versions.get(), NOW)
    if booking:
        make_booking(client=client, **booking)
    return client


def test_client_who_comes_is_told_thirty_and_seven_days_before_something_runs_out() -> None:
    client = client_whose_consent_ends(2, starts_at=at("2026-06-20 10:00"))

    for days in range(70):
        ahead.plan(at("2026-06-01 10:00") + days * DAY)

    assert planned(renewals.FORMS_EXPIRING) == [
        (at("2026-07-02 10:00"), State.PLANNED),
        (at("2026-07-25 10:00"), State.PLANNED),
    ]
    assert set(Message.objects.filter(kind=renewals.FORMS_EXPIRING).values_list("whom")) == {(f"client:{client.pk}",)}


def test_who_has_not_come_for_long_and_has_nothing_to_come_is_left_in_peace() -> None:
    client_whose_consent_ends(1)
    client_whose_consent_ends(1, starts_at=at("2025-10-01 10:00"), status=Status.COMPLETED,
                              created_at=at("2025-09-01 10:00"))  # fmt: skip

    ahead.plan(NOW)

    assert planned(renewals.FORMS_EXPIRING) == []


def test_what_was_renewed_does_not_run_out() -> None:
    client = client_whose_consent_ends(2, starts_at=at("2026-06-20 10:00"))
    later = at("2026-07-05 10:00")
    make_consent(client, Document.objects.get().versions.get(), later)

    ahead.plan(later)

    assert planned(renewals.FORMS_EXPIRING) == []


def test_planning_and_writing_what_runs_out_ask_as_much_for_three_clients_as_for_one() -> None:
    """Asked anew each time, since a form may be renewed at any moment."""
    version = asking(valid_for_months=1).versions.get()
    asked: list[tuple[int, ...]] = []
    for number in (1, 2):
        for hour in range(2 * number - 1):  # one client, then three more
            client = make_client_with_account()
            make_consent(client, version, NOW)
            make_booking(client=client, starts_at=at("2026-06-20 10:00") + (number * 5 + hour) * DAY)
        practice = Practice.objects.current()
        with CaptureQueriesContext(connection) as planning_it:
            renewals.plan(practice, NOW)
        with CaptureQueriesContext(connection) as again:
            renewals.plan(practice, NOW)
        rows = list(Message.objects.filter(kind=renewals.FORMS_EXPIRING))
        assert len(rows) == (1, 4)[number - 1]
        with CaptureQueriesContext(connection) as fetching:
            delivery.fetch(rows)
        with CaptureQueriesContext(connection) as writing:
            assert all(renewals.still_wanted(row, NOW) and renewals.say(row, NOW) for row in rows)
        asked.append((len(planning_it), len(again), len(fetching), len(writing)))
    assert asked[0] == asked[1] and asked[0][3] == 0


def test_what_runs_out_goes_to_each_client_with_their_own_day() -> None:
    for months in (1, 2):
        make_booking(client=client_whose_consent_ends(months), starts_at=at("2026-06-20 10:00") + months * DAY)
    ahead.plan(at("2026-07-25 10:00"))
    rows = Message.objects.filter(kind=renewals.FORMS_EXPIRING)
    said = {row.about: renewals.say(row, at("2026-07-25 10:00")).text for row in rows}
    (text,) = said.values()  # what ran out on 1 July is over
    assert "Saturday 1 August 2026" in text


def test_letter_about_what_runs_out_names_the_day_and_no_form() -> None:
    client_whose_consent_ends(1, starts_at=at("2026-06-20 10:00"))
    ahead.plan(NOW)

    send_all(NOW)

    (letter,) = mail.outbox
    assert "is valid until Wednesday 1 July 2026." in letter.body
    assert Document.objects.get().title not in letter.body + letter.subject


# The evening list


def evening_of(**therapist: object) -> Booking:
    kind = make_session_type(neutral_name="Session", rooms=[make_room(name="Garden room")])
    return make_booking(
        session_type=kind,
        client=make_client(name="Sam Field"),
        therapist=make_therapist(offers=[kind], **therapist),
        starts_at=at("2026-06-04 10:00"),
    )


def test_therapist_gets_tomorrows_sessions_at_six_with_initials_once() -> None:
    booking = evening_of()
    for now in ("2026-06-03 16:00", "2026-06-03 17:30", "2026-06-03 17:40", "2026-06-03 18:10"):
        ahead.plan(at(now))
    assert planned(evening.EVENING_LIST) == [(at("2026-06-03 18:00"), State.PLANNED)]

    send_all(at("2026-06-03 18:10"))

    (letter,) = mail.outbox
    assert letter.to == [booking.therapist.user.email]
    assert letter.subject == "Thursday 4 June: one session"
    assert "10:00 to 11:00, Session, S. F., Garden room" in letter.body
    assert "Sam" not in letter.body


def test_therapist_may_have_names_in_the_list() -> None:
    evening_of(evening_names=True)
    ahead.plan(at("2026-06-03 18:10"))
    send_all(at("2026-06-03 18:10"))
    assert "10:00 to 11:00, Session, Sam Field, Garden room" in mail.outbox[0].body


@pytest.mark.parametrize(("wanted", "letters"), [("full", 0), ("always", 1), ("never", 0)])
def test_on_the_eve_of_an_empty_day_only_who_wants_it_gets_a_list(wanted: str, letters: int) -> None:
    make_therapist(evening_list=wanted)
    ahead.plan(at("2026-06-03 18:10"))
    send_all(at("2026-06-03 18:10"))
    assert [letter.subject for letter in mail.outbox] == ["Thursday 4 June: no sessions"] * letters


def test_list_comes_late_after_a_standstill_but_not_on_the_day_itself() -> None:
    evening_of()
    ahead.plan(at("2026-06-03 23:30"))
    assert len(planned(evening.EVENING_LIST)) == 1
    Message.objects.all().delete()
    ahead.plan(at("2026-06-04 00:10"))
    assert planned(evening.EVENING_LIST) == []


# After a backup was put back: what was due before that moment may have gone out, and the rows do not know


def test_what_the_calendar_asked_for_before_a_restore_is_not_said_again() -> None:
    booking_with_something_left()
    evening_of(name="Ines")
    client_whose_consent_ends(1, starts_at=at("2026-06-20 10:00"))
    kinds_asked = (kinds.FORMS_MISSING, evening.EVENING_LIST, renewals.FORMS_EXPIRING)
    restored_at = at("2026-06-07 12:00")
    planning.expire_due_before(restored_at)

    for now in ("2026-06-01 10:00", "2026-06-03 18:10", "2026-06-07 12:10", "2026-06-09 10:00", "2026-06-24 10:00"):
        ahead.plan(at(now))

    assert {kind: [state for _, state in planned(kind)] for kind in kinds_asked} == {
        kinds.FORMS_MISSING: [State.EXPIRED, State.PLANNED],
        evening.EVENING_LIST: [State.EXPIRED],
        renewals.FORMS_EXPIRING: [State.EXPIRED, State.PLANNED],
    }


@pytest.mark.parametrize(("restored", "state"), [(47, State.PLANNED), (49, State.EXPIRED)])
def test_request_whose_time_ran_out_before_a_restore_ends_without_a_word(restored: int, state: str) -> None:
    session_type, _ = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    planning.expire_due_before(NOW + restored * HOUR)

    expiry.expire_due(NOW + 50 * HOUR)

    asked.refresh_from_db()
    assert (asked.status, planned(kinds.EXPIRED)[0][1], planned(kinds.NOT_ANSWERED)[0][1]) == (
        Status.EXPIRED,
        state,
        state,
    )


def test_aftercare_of_a_session_that_ended_before_a_restore_is_not_said_again() -> None:
    session_type, _ = make_offer_of_one(aftercare="Rest well.")
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    planning.expire_due_before(booking.ends_at + 3 * HOUR)

    lifecycle.complete(booking, by=booking.therapist.user, now=booking.ends_at + 4 * HOUR)

    assert [state for _, state in planned(kinds.AFTERCARE)] == [State.EXPIRED]


# Reminders follow settings, addresses and choices


def booked() -> tuple[Booking, Client]:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account(phone="+447700900123")
    return lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW), client


def reminders() -> list[tuple[dt.datetime, str, str]]:
    rows = Message.objects.filter(kind=kinds.REMINDER, state=State.PLANNED).order_by("due_at", "channel")
    return list(rows.values_list("due_at", "channel", "recipient"))


def test_reminders_that_are_as_they_should_be_stay_as_they_are() -> None:
    booked()
    before = list(Message.objects.order_by("pk").values())
    ahead.plan(NOW + MINUTE)
    assert list(Message.objects.order_by("pk").values()) == before


def test_reminders_follow_a_session_type_that_is_given_its_own_times_and_back_again() -> None:
    booking, client = booked()
    as_before = reminders()
    kind = booking.session_type
    kind.reminders = "24h"
    kind.save()
    ahead.plan(NOW + MINUTE)
    assert reminders() == [(at("2026-06-03 10:00"), "email", client.email)]

    kind.reminders = ""
    kind.save()
    ahead.plan(NOW + 2 * MINUTE)

    assert reminders() == as_before


def test_reminders_follow_an_address_that_changed() -> None:
    _, client = booked()
    Client.objects.filter(pk=client.pk).update(email="new@example.com")

    ahead.plan(NOW + MINUTE)

    assert {recipient for _, _, recipient in reminders()} == {"new@example.com"}


def test_reminders_follow_what_the_client_chooses_at_once(settings: object, practice: Practice) -> None:
    settings.SMS_URL = "console:"
    _, client = booked()
    reaching.choose(client, {reach.REMINDER: ["sms"]}, texts=True, by=user_of(client), now=NOW)

    ahead.follow_choices(client, practice=practice, now=NOW)

    assert {channel for _, channel, _ in reminders()} == {"sms"}


def test_reminders_of_who_wants_no_contact_say_so_and_come_back_when_they_do(practice: Practice) -> None:
    _, client = booked()
    as_before = reminders()
    reaching.refuse_contact(client, by=user_of(client), now=NOW)
    ahead.follow_choices(client, practice=practice, now=NOW)
    rows = Message.objects.filter(kind=kinds.REMINDER).values_list("state", "last_error")
    assert list(rows) == [(State.CANCELLED, reach.REFUSED)] * 2

    reaching.allow_contact(client, by=user_of(client), now=NOW + MINUTE)
    ahead.follow_choices(client, practice=practice, now=NOW + MINUTE)

    assert reminders() == as_before


def test_reminder_that_was_sent_is_not_sent_again() -> None:
    booked()
    send_all(at("2026-06-02 10:00"))
    letters = len(mail.outbox)

    ahead.plan(at("2026-06-02 10:05"))
    send_all(at("2026-06-02 10:05"))

    assert len(mail.outbox) == letters


def test_round_costs_the_same_for_one_booking_and_for_three(django_assert_max_num_queries: object) -> None:
    for _ in range(3):
        booked()
    with django_assert_max_num_queries(25):
        ahead.plan(NOW + MINUTE)


def queries_of_a_round(now: dt.datetime) -> int:
    with CaptureQueriesContext(connection) as seen:
        send_all(now)
    return len(seen)


def evening_lists(count: int) -> dt.datetime:
    for _ in range(count):
        evening_of()
    ahead.plan(at("2026-06-03 18:10"))
    return at("2026-06-03 18:10")


def preparations(count: int) -> dt.datetime:
    for _ in range(count):
        booking = make_booking(
            session_type=make_session_type(preparation="Eat lightly."), starts_at=at("2026-06-04 10:00")
        )
        planning.plan(notices.to_somebody(booking, kinds.PREPARATION, NOW, NOW))
    return NOW


def forms_missing(count: int) -> dt.datetime:
    for _ in range(count):
        booking_with_something_left()
    ahead.plan(at("2026-06-07 10:00"))
    return at("2026-06-07 10:00")


@pytest.mark.parametrize(("make", "each"), [(evening_lists, 4), (preparations, 2), (forms_missing, 8)])
def test_each_further_message_of_a_round_costs_few_queries(
    make: Callable[[int], dt.datetime], each: int, mailoutbox: list[object]
) -> None:
    """What is asked anew for each, right before it goes: whether it is still wanted (of forms, by all that is known of the
    client), and that it was sent."""
    costs = []
    for count in (2, 8):
        costs.append(queries_of_a_round(make(count)))
        assert len(mailoutbox) == count
        mailoutbox.clear()
        Message.objects.all().delete()
        Booking.objects.update(status=Status.CANCELLED)
    assert (costs[1] - costs[0]) / 6 <= each


def test_reminder_of_the_night_that_waits_for_the_morning_is_left_alone() -> None:
    """Three hours before 10:00 is 07:00, so it goes at 08:00; at half past seven it is still to come."""
    booked()

    ahead.plan(at("2026-06-04 07:30"))

    assert [due_at for due_at, _, _ in reminders()][-1] == at("2026-06-04 08:00")


def test_change_that_waits_to_be_told_by_text_goes_by_mail_once_they_take_their_yes_back(
    settings: object, practice: Practice
) -> None:
    settings.SMS_URL = "console:"
    session_type, _ = make_offer_of_one()
    client = make_client_with_account(phone="+447700900123")
    reaching.choose(client, {reach.BOOKING: ["sms"]}, texts=True, by=user_of(client), now=NOW)
    lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    assert Message.objects.get(kind=kinds.CONFIRMED).channel == "sms"

    reaching.choose(client, {reach.BOOKING: []}, texts=False, by=user_of(client), now=NOW)
    ahead.follow_choices(client, practice=practice, now=NOW)

    row = Message.objects.get(kind=kinds.CONFIRMED)
    assert (row.channel, row.recipient) == ("email", client.email)
    send_all(NOW)
    assert [letter.to for letter in mail.outbox] == [[client.email]]


def test_intake_that_runs_out_is_told_until_it_is_signed_off_again() -> None:
    client, version = make_client_with_account(), make_form(valid_for_months=12)
    make_booking(client=client, starts_at=at("2026-06-20 10:00"))
    signed = {"client": client, "version": version, "started_at": NOW, "saved_at": NOW, "signed_at": NOW}
    Submission.objects.create(**signed, expires_on=dt.date(2026, 6, 5))

    ahead.plan(NOW)
    (row,) = Message.objects.filter(kind=renewals.FORMS_EXPIRING)
    assert row.key == f"client:{client.pk}:forms_expiring:2026-06-05:7"
    Submission.objects.create(**signed, expires_on=dt.date(2027, 6, 1))
    send_all(NOW)

    row.refresh_from_db()
    assert (row.state, mail.outbox) == (State.CANCELLED, [])


def test_preparation_that_was_sent_is_not_sent_again_after_a_move() -> None:
    session_type, _ = make_offer_of_one(preparation="Eat lightly.")
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    send_all(at("2026-06-03 10:00"))
    assert planned(kinds.PREPARATION) == [(at("2026-06-03 10:00"), State.SENT)]

    booking.refresh_from_db()
    moves.reschedule(booking, at("2026-06-10 10:00"), by=make_owner(), now=at("2026-06-03 11:00"))

    assert planned(kinds.PREPARATION) == [(at("2026-06-03 10:00"), State.SENT)]

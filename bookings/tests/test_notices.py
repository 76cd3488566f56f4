"""What is planned when a booking changes: one message about how it ended, and reminders that follow the booking."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import make_user
from bookings import ahead, expiry, lifecycle, messages, moves, notices, quiet, visits
from bookings.errors import Refusal
from bookings.folding import Stand
from bookings.models import Answer, Booking, MoveRequest, Status, Therapist, Way
from bookings.tests.factories import NOW, at, make_booking, make_room
from bookings.tests.test_folding import OVER, Belief, reading, truth
from bookings.tests.test_lifecycle import make_offer_of_one, user_of, wish
from clients import reach, reaching
from clients.models import Client
from clients.tests.factories import make_client_with_account
from outbox import delivery, registry
from outbox.models import OPEN, Message, State
from practice import spans
from practice.models import Practice

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
GRACE = dt.timedelta(minutes=2)


@pytest.fixture(autouse=True)
def practice() -> Practice:
    return Practice.objects.create(name="Still Water")


def booked_by_staff(**kind: object) -> tuple[Booking, User]:
    session_type, _ = make_offer_of_one(**kind)
    owner = make_user(role="owner")
    client = make_client_with_account()
    return lifecycle.book(wish(client, session_type), by=owner, now=NOW, via=Way.STAFF), owner


def booked_by_client(**kind: object) -> tuple[Booking, Client]:
    session_type, _ = make_offer_of_one(**kind)
    client = make_client_with_account()
    return lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW), client


def standing(booking: Booking) -> list[str]:
    """The kinds that still wait to tell how it stands."""
    rows = Message.objects.filter(about=notices.about(booking), kind__in=notices.STANDING, state__in=OPEN)
    return list(rows.order_by("pk").values_list("kind", flat=True))


def send_all(now: dt.datetime) -> None:
    delivery.sweep(lambda: now)


def test_client_who_books_gets_the_confirmation_at_once_and_who_is_booked_after_the_grace() -> None:
    by_client, _ = booked_by_client()
    by_staff, _ = booked_by_staff()

    due = {each.about: each.due_at for each in Message.objects.filter(kind=notices.CONFIRMED)}
    assert due == {notices.about(by_client): NOW, notices.about(by_staff): NOW + GRACE}


def test_booked_by_staff_and_cancelled_within_the_grace_says_nothing() -> None:
    booking, owner = booked_by_staff()

    lifecycle.cancel(booking, by=owner, now=NOW + MINUTE, via=Way.STAFF)

    assert standing(booking) == []


def test_booked_by_staff_and_cancelled_after_the_grace_is_told_though_the_confirmation_never_left() -> None:
    booking, owner = booked_by_staff()

    lifecycle.cancel(booking, by=owner, now=NOW + 3 * MINUTE, via=Way.STAFF)

    assert standing(booking) == [notices.CANCELLED]


def test_approved_and_then_moved_is_one_message_with_the_new_time() -> None:
    asked, _ = booked_by_client(approval="always")
    send_all(NOW)

    approved = lifecycle.approve(asked, by=asked.therapist.user, now=NOW + 10 * MINUTE)
    moved = moves.reschedule(approved, at("2026-06-05 15:00"), by=asked.therapist.user, now=NOW + 11 * MINUTE)

    assert standing(moved) == [notices.APPROVED]
    row = Message.objects.get(kind=notices.APPROVED, state=State.PLANNED)
    assert (row.version, row.due_at) == (moved.version, NOW + 13 * MINUTE)


def test_moved_and_moved_back_says_nothing() -> None:
    booking, owner = booked_by_staff()
    send_all(NOW + GRACE)

    there = moves.reschedule(booking, at("2026-06-05 15:00"), by=owner, now=NOW + 5 * MINUTE)
    assert standing(there) == [notices.MOVED]
    back = moves.reschedule(there, at("2026-06-04 10:00"), by=owner, now=NOW + 6 * MINUTE)

    assert standing(back) == []


def test_moved_and_moved_back_after_it_was_told_is_told_again() -> None:
    booking, owner = booked_by_staff()
    send_all(NOW + GRACE)
    there = moves.reschedule(booking, at("2026-06-05 15:00"), by=owner, now=NOW + 5 * MINUTE)
    send_all(NOW + 7 * MINUTE)

    back = moves.reschedule(there, at("2026-06-04 10:00"), by=owner, now=NOW + 8 * MINUTE)

    assert standing(back) == [notices.MOVED]


def test_cancelled_and_undone_says_nothing_where_the_confirmation_was_sent() -> None:
    booking, client = booked_by_client()
    send_all(NOW)

    cancelled = lifecycle.cancel(booking, by=user_of(client), now=NOW + MINUTE)
    undone = lifecycle.undo_cancel(cancelled, by=user_of(client), now=NOW + 2 * MINUTE)

    assert standing(undone) == []
    assert undone.status == Status.CONFIRMED


def test_message_that_is_just_being_sent_counts_as_told() -> None:
    booking, owner = booked_by_staff()
    Message.objects.filter(kind=notices.CONFIRMED).update(
        state=State.SENDING, lease_until_at=NOW + 5 * MINUTE, attempts=1
    )

    cancelled = lifecycle.cancel(booking, by=owner, now=NOW + MINUTE, via=Way.STAFF)

    assert standing(cancelled) == [notices.CONFIRMED, notices.CANCELLED]


def test_wish_for_another_time_is_acknowledged_and_its_answer_told() -> None:
    asked, client = booked_by_client(approval="always")
    booking = lifecycle.approve(asked, by=asked.therapist.user, now=NOW + MINUTE)
    send_all(NOW + 3 * MINUTE)

    wished = moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW + 5 * MINUTE)
    assert standing(wished) == [notices.MOVE_REQUESTED]
    kept = moves.decline_move(MoveRequest.objects.get(), by=asked.therapist.user, now=NOW + 6 * MINUTE)

    assert standing(kept) == [notices.MOVE_DECLINED]


def test_each_row_says_whom_it_is_for() -> None:
    booking, client = booked_by_client(approval="always")
    rows = Message.objects.order_by("pk").values_list("kind", "whom")
    assert list(rows) == [
        (notices.REQUESTED, f"client:{client.pk}"),
        (notices.TO_ANSWER, f"user:{booking.therapist.user_id}"),
    ]


def test_owners_hear_of_what_waits_for_a_therapist_without_an_account() -> None:
    owners = [make_user(role="owner"), make_user(role="owner")]
    make_user(role="owner", is_active=False)
    session_type, therapist = make_offer_of_one(approval="always")
    Therapist.objects.filter(pk=therapist.pk).update(user=None)

    lifecycle.book(wish(client := make_client_with_account(), session_type), by=user_of(client), now=NOW)

    asked = Message.objects.filter(kind=notices.TO_ANSWER).order_by("pk")
    assert [(row.whom, row.recipient, row.state) for row in asked] == [
        (f"user:{owner.pk}", owner.email, State.PLANNED) for owner in owners
    ]
    send_all(NOW + GRACE)
    assert {row.state for row in asked.all()} == {State.SENT}
    assert [registry.named(row.kind).address(row) for row in asked] == [owner.email for owner in owners]


def test_owners_hear_of_what_waits_for_a_therapist_who_may_not_sign_in_any_more() -> None:
    owner = make_user(role="owner")
    session_type, therapist = make_offer_of_one(approval="always")
    User.objects.filter(pk=therapist.user_id).update(is_active=False)

    lifecycle.book(wish(client := make_client_with_account(), session_type), by=user_of(client), now=NOW)

    assert [row.whom for row in Message.objects.filter(kind=notices.TO_ANSWER)] == [f"user:{owner.pk}"]


# Reaching the client


def test_client_without_an_address_leaves_a_failed_row_that_says_so() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account(email="")

    booking = lifecycle.book(wish(client, session_type), by=make_user(role="owner"), now=NOW, via=Way.STAFF)

    rows = Message.objects.filter(about=notices.about(booking)).values_list("kind", "state", "last_error")
    assert list(rows) == [(notices.CONFIRMED, State.FAILED, "There is no e-mail address.")]


def test_client_who_wants_no_contact_gets_nothing_and_staff_read_why() -> None:
    session_type, _ = make_offer_of_one()
    client, owner = make_client_with_account(), make_user(role="owner")
    reaching.refuse_contact(client, by=owner, now=NOW)

    booking = lifecycle.book(wish(client, session_type), by=owner, now=NOW, via=Way.STAFF)

    rows = Message.objects.filter(about=notices.about(booking)).values_list("kind", "state", "last_error")
    assert list(rows) == [(notices.CONFIRMED, State.CANCELLED, reach.REFUSED)]


def test_consent_to_be_contacted_is_asked_again_when_a_message_goes_out() -> None:
    booking, client = booked_by_client()
    reaching.refuse_contact(client, by=user_of(client), now=NOW)

    send_all(NOW)

    row = Message.objects.get(kind=notices.CONFIRMED)
    assert (row.about, row.state, row.last_error) == (notices.about(booking), State.CANCELLED, reach.REFUSED)


def test_reminders_go_by_each_channel_the_client_chose_and_changes_by_one_at_least(settings: object) -> None:
    settings.SMS_URL = "console:"
    session_type, _ = make_offer_of_one()
    client = make_client_with_account(phone="+447700900123")
    wishes = {reach.BOOKING: [], reach.REMINDER: ["email", "sms"]}
    reaching.choose(client, wishes, texts=True, by=user_of(client), now=NOW)

    lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)

    rows = Counter(Message.objects.values_list("kind", "channel", "recipient"))
    assert rows == {
        (notices.CONFIRMED, "email", client.email): 1,
        (notices.REMINDER, "email", client.email): 2,
        (notices.REMINDER, "sms", "+447700900123"): 2,
    }


def test_number_that_changed_gets_no_texts_until_they_agree_anew(settings: object) -> None:
    settings.SMS_URL = "console:"
    client = make_client_with_account(phone="+447700900123")
    reaching.choose(client, {reach.REMINDER: ["sms"]}, texts=True, by=user_of(client), now=NOW)
    assert reach.ways(client, reach.REMINDER, notices.REMINDER) == [("sms", "+447700900123")]

    client.phone = "+447700900456"

    assert reach.ways(client, reach.REMINDER, notices.REMINDER) == []


def told_of(booking: Booking) -> list[str]:
    sent = Message.objects.filter(about=notices.about(booking), sent_at__isnull=False).order_by("pk")
    return list(sent.values_list("kind", flat=True))


def test_another_room_at_the_same_time_keeps_what_was_to_be_told_and_tells_nothing_else() -> None:
    garden, hall = make_room(), make_room()
    booking, owner = booked_by_staff(rooms=[garden, hall])
    changed = moves.reschedule(booking, booking.starts_at, by=owner, now=NOW + SECOND, room=hall, via=Way.STAFF)
    assert (changed.room, standing(booking)) == (hall, [notices.CONFIRMED])
    send_all(NOW + GRACE + SECOND)
    assert told_of(booking) == [notices.CONFIRMED]

    moves.reschedule(changed, booking.starts_at, by=owner, now=NOW + 2 * GRACE, room=garden, via=Way.STAFF)
    send_all(NOW + 4 * GRACE)

    assert told_of(booking) == [notices.CONFIRMED]
    booking.refresh_from_db()
    reminders = Message.objects.filter(about=notices.about(booking), kind=notices.REMINDER, state=State.PLANNED)
    assert list(reminders.values_list("version", flat=True)) == [booking.version] * 2


@pytest.mark.parametrize(
    ("now", "state", "due_at"),
    [
        ("2026-06-04 07:00", State.PLANNED, "2026-06-04 09:00"),
        ("2026-06-04 09:00", State.SENT, None),
        ("2026-06-04 19:00", State.CANCELLED, None),
    ],
)
def test_text_message_waits_for_the_hours_that_the_client_takes_them(
    settings: object, now: str, state: str, due_at: str | None
) -> None:
    settings.SMS_URL = "console:"
    client = make_client_with_account(phone="+447700900123")
    booking = make_booking(client=client, starts_at=at("2026-06-04 20:00"))
    hours = {reach.REMINDER: ["sms"], reach.HOURS: ["09:00", "18:00"]}
    reaching.choose(client, hours, texts=True, by=user_of(client), now=NOW)
    (row,) = notices.to_somebody(booking, notices.REMINDER, at(now), NOW, expires_at=booking.starts_at)
    row.save()

    send_all(at(now))

    row.refresh_from_db()
    assert (row.state, row.due_at, row.attempts) == (state, at(due_at or now), 0 if due_at else 1)
    if state == State.CANCELLED:
        assert (
            row.last_error == "The client takes text messages only from 09:00 to 18:00, and then it would be too late."
        )


@pytest.mark.parametrize(
    ("email", "due", "goes"),
    [
        ("sam@example.com", "2026-06-04 10:00", ("sms", "+447700900123")),  # in time
        ("sam@example.com", "2026-06-04 07:00", ("sms", "+447700900123")),  # waits for nine
        ("sam@example.com", "2026-06-04 19:00", ("email", "sam@example.com")),
        ("", "2026-06-04 19:00", ("sms", "+447700900123")),  # and staff read why it did not go
    ],
)
def test_change_that_would_come_too_late_by_text_message_alone_goes_by_email(
    settings: object, email: str, due: str, goes: tuple[str, str]
) -> None:
    settings.SMS_URL = "console:"
    client = make_client_with_account(phone="+447700900123", email=email)
    booking = make_booking(client=client, starts_at=at("2026-06-04 20:00"))
    hours = {reach.BOOKING: ["sms"], reach.REMINDER: ["sms"], reach.HOURS: ["09:00", "18:00"]}
    reaching.choose(client, hours, texts=True, by=user_of(client), now=NOW)

    (row,) = notices.to_somebody(booking, notices.MOVED, at(due), NOW)
    assert (row.channel, row.recipient) == goes
    row.save()
    send_all(at("2026-06-04 19:00"))
    row.refresh_from_db()
    went = State.CANCELLED if row.channel == "sms" else State.SENT
    assert (row.state, row.last_error.startswith("The client takes text messages only")) == (
        went,
        went == State.CANCELLED,
    )

    (reminder,) = notices.to_somebody(booking, notices.REMINDER, at(due), NOW, expires_at=booking.starts_at)
    assert reminder.channel == "sms"  # which they chose for it, and nothing else


def test_change_that_waits_goes_by_email_once_they_choose_hours_that_are_too_late(settings: object) -> None:
    settings.SMS_URL = "console:"
    client = make_client_with_account(phone="+447700900123")
    booking = make_booking(client=client, starts_at=at("2026-06-04 20:00"))
    wishes = {reach.BOOKING: ["sms"]}
    reaching.choose(client, wishes, texts=True, by=user_of(client), now=NOW)
    (row,) = notices.to_somebody(booking, notices.MOVED, at("2026-06-04 19:00"), NOW)
    row.save()
    reaching.choose(client, wishes | {reach.HOURS: ["09:00", "18:00"]}, texts=True, by=user_of(client), now=NOW)
    ahead.follow_choices(client, practice=Practice.objects.current(), now=NOW)
    row.refresh_from_db()
    assert (row.channel, row.recipient) == ("email", client.email)


@given(
    now=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 30), timezones=st.just(dt.UTC)),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Pacific/Chatham", "Asia/Kathmandu"]),
    hours=st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_text_message_waits_no_longer_than_until_the_next_such_hour(
    now: dt.datetime, zone: str, hours: list[int]
) -> None:
    opens, closes = (hour * 60 for hour in hours)
    at_ = reach.texts_open_at(opens, closes, now, ZoneInfo(zone))

    def is_open(moment: dt.datetime) -> bool:
        local = moment.astimezone(ZoneInfo(zone))
        return opens <= local.hour * 60 + local.minute < closes

    earlier = [now + minutes * MINUTE for minutes in range(0, int((at_ - now).total_seconds() // 60), 7)]
    assert at_ >= now and not any(is_open(moment) for moment in earlier if moment < at_)
    assert (
        is_open(at_) or at_.astimezone(ZoneInfo(zone)).minute or opens in (60, 120, 180)
    )  # an hour that the clock skips


# Before and after a session


def test_preparation_goes_out_the_day_before_and_aftercare_after_a_session_that_took_place() -> None:
    booking, _ = booked_by_client(preparation="Eat lightly.", aftercare="Rest well.")
    lifecycle.complete(booking, by=booking.therapist.user, now=booking.starts_at + 90 * MINUTE)

    due = {row.kind: row.due_at for row in Message.objects.filter(kind__in=(notices.PREPARATION, notices.AFTERCARE))}
    assert due == {notices.PREPARATION: at("2026-06-03 10:00"), notices.AFTERCARE: at("2026-06-04 13:00")}


def test_who_chose_text_messages_is_told_where_to_read_what_is_good_to_know(settings: object) -> None:
    settings.SMS_URL = "console:"
    booking, client = booked_by_client(preparation="Eat lightly.", aftercare="Rest well.")
    client.phone = "+447700900123"
    client.save()
    reaching.choose(client, {reach.CARE: ["sms"]}, texts=True, by=user_of(client), now=NOW)
    booking = Booking.objects.select_related("client", "session_type").get(pk=booking.pk)
    before = notices.to_somebody(booking, notices.PREPARATION, NOW, NOW)
    after = notices.to_somebody(booking, notices.AFTERCARE, NOW, NOW)

    assert [(row.channel, messages.say(row, NOW).text) for row in before + after] == [
        (
            "sms",
            "Still Water: what is good to know before Thursday 4 June 2026, 10:00 is on the page of your booking. "
            "Please sign in on our site.",
        ),
        (
            "sms",
            "Still Water: what is good to know after your session is on the page of your booking. "
            "Please sign in on our site.",
        ),
    ]


def test_aftercare_is_planned_once_however_often_a_no_show_is_corrected() -> None:
    booking, _ = booked_by_client(aftercare="Rest well.")
    therapist, over = booking.therapist.user, booking.ends_at
    done = lifecycle.complete(booking, by=therapist, now=over)
    missed = lifecycle.no_show(done, by=therapist, now=over, why="A slip.", waive=True)
    lifecycle.came_after_all(missed, by=therapist, now=over, why="They did come.")

    assert Message.objects.filter(kind=notices.AFTERCARE).count() == 1
    send_all(over + dt.timedelta(hours=2))
    assert Message.objects.get(kind=notices.AFTERCARE).state == State.SENT


def test_aftercare_is_not_sent_where_the_client_did_not_come() -> None:
    booking, _ = booked_by_client(aftercare="Rest well.")
    done = lifecycle.complete(booking, by=booking.therapist.user, now=booking.ends_at)
    lifecycle.no_show(done, by=booking.therapist.user, now=booking.ends_at, why="A slip.", waive=True)

    send_all(booking.ends_at + dt.timedelta(hours=2))

    assert Message.objects.get(kind=notices.AFTERCARE).state == State.CANCELLED


# Each confirmed session to come has exactly the reminders it should have, whatever was done to it


STARTS = ("2026-06-04 10:00", "2026-06-05 15:00", "2026-06-04 12:30")
Step = Callable[[Booking, User, User, dt.datetime], object]
STEPS: dict[str, Step] = {
    "approve": lambda each, client, staff, now: lifecycle.approve(each, by=staff, now=now),
    "decline": lambda each, client, staff, now: lifecycle.decline(each, by=staff, now=now),
    "cancel": lambda each, client, staff, now: lifecycle.cancel(each, by=client, now=now, accept_late=True),
    "cancel by staff": lambda each, client, staff, now: lifecycle.cancel(each, by=staff, now=now, via=Way.STAFF),
    "undo": lambda each, client, staff, now: lifecycle.undo_cancel(each, by=staff, now=now),
    "check in": lambda each, client, staff, now: visits.check_in(each, by=staff, now=now, identity_seen=True),
    "complete": lambda each, client, staff, now: lifecycle.complete(each, by=staff, now=now),
    "no show": lambda each, client, staff, now: lifecycle.no_show(each, by=staff, now=now, why="Missed.", waive=True),
    "expire": lambda each, client, staff, now: expiry.expire_due(now),
    "agree": lambda each, client, staff, now: moves.approve_move(open_move(each), by=staff, now=now),
    "refuse": lambda each, client, staff, now: moves.decline_move(open_move(each), by=staff, now=now),
    "send": lambda each, client, staff, now: send_all(now),
    "go round": lambda each, client, staff, now: ahead.plan(now),
} | {
    f"{who} moves to {start}": lambda each, client, staff, now, who=who, start=start: moves.reschedule(
        each, at(start), by=client if who == "client" else staff, now=now, accept_late=True, override=who == "staff",
        why="As agreed." if who == "staff" else "",
    )
    for who in ("client", "staff")
    for start in STARTS
}  # fmt: skip


def open_move(booking: Booking) -> MoveRequest:
    found = (
        MoveRequest.objects.filter(booking=booking, answer=Answer.OPEN).select_related("booking", "therapist").first()
    )
    if found is None:
        raise Refusal
    return found


@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 40)), max_size=10),
    approval=st.sampled_from(["none", "always"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_confirmed_session_to_come_has_one_open_row_for_each_reminder_and_channel_and_any_other_none(
    practice: Practice, settings: object, steps: list[tuple[str, int]], approval: str
) -> None:
    settings.SMS_URL = "console:"
    session_type, therapist = make_offer_of_one(approval=approval, preparation="Eat lightly.")
    client = make_client_with_account(phone="+447700900123")
    user, staff, now = user_of(client), therapist.user, NOW
    reaching.choose(client, {reach.REMINDER: ["email", "sms"]}, texts=True, by=user, now=NOW)
    booking = lifecycle.book(wish(client, session_type), by=user, now=now)

    for name, hours in steps:
        now += dt.timedelta(hours=hours, minutes=1)
        try:
            STEPS[name](Booking.objects.get(pk=booking.pk), user, staff, now)
        except Refusal:
            continue
        finally:
            check_reminders(Booking.objects.get(pk=booking.pk), practice, now)


def check_reminders(booking: Booking, practice: Practice, now: dt.datetime) -> None:
    rows = Message.objects.filter(about=notices.about(booking), kind=notices.REMINDER, state__in=OPEN)
    expected: Counter[tuple[dt.datetime, str]] = Counter()
    if booking.status == Status.CONFIRMED and booking.starts_at > now:
        since = booking.changes.exclude(what="checked_in").latest("pk").at
        times = quiet.reminders(booking.starts_at, spans.several(practice.reminders), practice.zone, since)
        expected = Counter((due_at, channel) for _, due_at in times if due_at > now for channel in ("email", "sms"))
    else:
        assert not rows.filter(expires_at__gt=now).exists()
    to_come = rows.filter(due_at__gt=now, expires_at__gt=now)
    assert Counter(to_come.values_list("due_at", "channel")) == expected


# And whatever was done, once the messages are out the client believes what is so


# Within a day in all: what a client is not told of for a day is given up.
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 2)), max_size=10),
    approval=st.sampled_from(["none", "always"]),
    by_staff=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_once_the_messages_are_out_the_client_believes_what_is_so(
    practice: Practice, steps: list[tuple[str, int]], approval: str, by_staff: bool
) -> None:
    session_type, therapist = make_offer_of_one(approval=approval)
    client = make_client_with_account()
    user, staff, now = user_of(client), therapist.user, NOW
    booking = lifecycle.book(wish(client, session_type), by=staff if by_staff else user, now=now, via=Way.STAFF)
    reader = Reader(booking)

    for name, hours in steps:
        now += dt.timedelta(hours=hours, minutes=1)
        with suppress(Refusal):
            STEPS[name](Booking.objects.get(pk=booking.pk), user, staff, now)
        reader.read()
    send_all(now + GRACE)
    reader.read()

    so = truth(reader.stand())
    assert reader.belief == so or {reader.belief.status, so.status} <= {"", *OVER.values()}


class Reader:
    """A client who reads each message when it comes, and believes the last one."""

    def __init__(self, booking: Booking) -> None:
        self.pk, self.read_up_to, self.belief = booking.pk, set(), Belief()

    def stand(self) -> Stand:
        booking = Booking.objects.select_related("therapist").get(pk=self.pk)
        asked = booking.move_requests.filter(answer=Answer.OPEN).values_list("starts_at", flat=True).first()
        return Stand(booking.status, booking.starts_at, booking.therapist.slug, asked_for=asked)

    def read(self) -> None:
        rows = Message.objects.filter(about=f"booking:{self.pk}", kind__in=notices.STANDING, state=State.SENT)
        for row in rows.exclude(pk__in=self.read_up_to).order_by("sent_at", "pk"):
            self.read_up_to.add(row.pk)
            self.belief = reading(row.kind, self.stand())

"""A booking's life, verb by verb."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Role, User
from accounts.tests.factories import make_user
from bookings import expiry, lifecycle, moves, notices, story
from bookings.admin import why_not
from bookings.availability import Reason
from bookings.diary import Ask
from bookings.errors import (
    AddressNotConfirmed,
    Conflict,
    Late,
    NotGiven,
    NotOffered,
    Passed,
    ReasonNeeded,
    SlotTaken,
    TooManyHolds,
    UnderAge,
)
from bookings.models import Booking, BookingChange, SessionType, Status, Therapist, Way
from bookings.placing import Wish
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_room,
    make_session_type,
    make_therapist_at_work,
    make_time_off,
    make_weekly_hours,
)
from clients.models import Client
from clients.tests.factories import make_client, make_client_with_account
from outbox.models import Message, State
from practice.models import Practice
from practice.templatetags import office

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
TEN = "2026-06-04 10:00"


def make_offer_of_one(**overrides: object) -> tuple[SessionType, Therapist]:
    session_type = make_session_type(**overrides)
    return session_type, make_therapist_at_work(offers=[session_type])


def wish(client: Client, session_type: SessionType, start: str = TEN, therapist: Therapist | None = None) -> Wish:
    length = session_type.lengths.select_related("session_type").get()
    return Wish(client, length, at(start), therapist)


def user_of(client: Client) -> User:
    assert client.user is not None
    return client.user


def messages(booking: Booking) -> list[tuple[str, str]]:
    rows = Message.objects.filter(about=f"booking:{booking.pk}").order_by("pk")
    return [(row.kind, row.state) for row in rows]


def history(booking: Booking) -> list[tuple[str, str, str]]:
    return [(row.what, row.before, row.after) for row in BookingChange.objects.filter(booking=booking)]


def test_hold_keeps_the_time_for_ten_minutes_and_says_nothing_yet() -> None:
    session_type, therapist = make_offer_of_one()
    client = make_client_with_account()

    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)

    assert (held.status, held.therapist, held.hold_ends_at) == (Status.HELD, therapist, NOW + 10 * MINUTE)
    assert history(held) == [("held", "", "held")]
    assert messages(held) == []


def test_hold_needs_a_confirmed_address() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client(user=make_user(confirmed=False))

    with pytest.raises(AddressNotConfirmed):
        lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)


def test_third_hold_of_a_client_is_refused_and_a_lapsed_one_does_not_count() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    for start in ("2026-06-04 10:00", "2026-06-04 12:00"):
        lifecycle.hold(wish(client, session_type, start), by=user_of(client), now=NOW)

    with pytest.raises(TooManyHolds):
        lifecycle.hold(wish(client, session_type, "2026-06-04 14:00"), by=user_of(client), now=NOW)

    later = NOW + 11 * MINUTE
    assert (
        lifecycle.hold(wish(client, session_type, "2026-06-04 14:00"), by=user_of(client), now=later).status
        == Status.HELD
    )


def test_keeping_a_hold_renews_it_to_ten_minutes_sixty_in_all() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)

    ends = []
    for minutes in (9, 18, 27, 36, 45, 54, 59):
        held = lifecycle.keep(held, by=user_of(client), now=NOW + minutes * MINUTE)
        ends.append((held.hold_ends_at - NOW) // MINUTE)

    assert ends == [19, 28, 37, 46, 55, 60, 60]
    with pytest.raises(Conflict):
        lifecycle.keep(held, by=user_of(client), now=NOW + 60 * MINUTE)


def test_finished_hold_is_confirmed_and_the_confirmation_and_reminder_are_planned() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)

    booking = lifecycle.finish(held, by=user_of(client), now=NOW + MINUTE)

    assert (booking.pk, booking.status, booking.hold_ends_at) == (held.pk, Status.CONFIRMED, None)
    assert messages(booking) == [(notices.CONFIRMED, State.PLANNED), *[(notices.REMINDER, State.PLANNED)] * 2]
    early, late = Message.objects.filter(kind=notices.REMINDER).order_by("due_at")
    assert (early.due_at, early.expires_at) == (at("2026-06-02 10:00"), late.due_at)
    assert (late.due_at, late.expires_at) == (at("2026-06-04 08:00"), booking.starts_at)  # three hours before is night


def test_lapsed_hold_can_still_be_finished_while_the_time_is_free() -> None:
    session_type, _ = make_offer_of_one()
    client, other = make_client_with_account(), make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)
    later = NOW + 11 * MINUTE

    assert lifecycle.finish(held, by=user_of(client), now=later).status == Status.CONFIRMED

    second = lifecycle.hold(wish(client, session_type, "2026-06-05 10:00"), by=user_of(client), now=NOW)
    expiry.expire_due(later)
    second.refresh_from_db()
    assert second.status == Status.EXPIRED
    assert lifecycle.finish(second, by=user_of(client), now=later).status == Status.CONFIRMED

    third = lifecycle.hold(wish(client, session_type, "2026-06-06 10:00"), by=user_of(client), now=NOW)
    lifecycle.book(wish(other, session_type, "2026-06-06 10:00"), by=user_of(other), now=later)
    third.refresh_from_db()
    assert third.status == Status.EXPIRED
    with pytest.raises(SlotTaken):
        lifecycle.finish(third, by=user_of(client), now=later)


def test_finishing_judges_notice_by_the_moment_of_the_hold() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    just_in_time = at(TEN) - dt.timedelta(hours=12)
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=just_in_time)
    expiry.expire_due(just_in_time + 11 * MINUTE)
    held.refresh_from_db()

    assert lifecycle.finish(held, by=user_of(client), now=just_in_time + 12 * MINUTE).status == Status.CONFIRMED


def test_hold_that_ran_out_long_ago_is_judged_by_the_notice_of_today() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)
    late = at(TEN) - dt.timedelta(hours=11)

    for sweep_came_first in (False, True):
        if sweep_came_first:
            expiry.expire_due(late)
            held.refresh_from_db()
        with pytest.raises(NotOffered) as refused:
            lifecycle.finish(held, by=user_of(client), now=late)
        assert refused.value.reasons == [Reason.TOO_SOON]


def test_start_that_has_passed_is_never_booked_from_a_hold() -> None:
    Practice.objects.create(min_notice=dt.timedelta(0))
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=at(TEN) - 5 * MINUTE)

    with pytest.raises(NotOffered):
        lifecycle.finish(held, by=user_of(client), now=at(TEN) + MINUTE)


def test_lapsed_hold_is_booked_at_the_price_and_terms_its_client_saw() -> None:
    session_type, _ = make_offer_of_one(cancellation_notice=dt.timedelta(hours=48))
    client = make_client_with_account()
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)
    expiry.expire_due(NOW + 11 * MINUTE)
    held.refresh_from_db()
    session_type.lengths.update(price=Decimal("90.00"))
    SessionType.objects.update(cancellation_notice=dt.timedelta(hours=72))

    booked = lifecycle.finish(held, by=user_of(client), now=NOW + 12 * MINUTE)

    assert booked.pk != held.pk
    assert (booked.price, booked.cancellation_notice) == (Decimal("70.00"), dt.timedelta(hours=48))


def test_lapsed_hold_of_a_session_no_longer_offered_and_an_expired_request_are_not_finished() -> None:
    session_type, _ = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, session_type, "2026-06-05 10:00"), by=user_of(client), now=NOW)
    held = lifecycle.hold(wish(client, session_type), by=user_of(client), now=NOW)
    expiry.expire_due(NOW + dt.timedelta(hours=49))
    asked.refresh_from_db()
    held.refresh_from_db()
    assert (asked.status, held.status) == (Status.EXPIRED, Status.EXPIRED)

    with pytest.raises(Conflict):
        lifecycle.finish(asked, by=user_of(client), now=NOW + dt.timedelta(hours=49))
    SessionType.objects.update(active=False)
    with pytest.raises(NotGiven):
        lifecycle.finish(held, by=user_of(client), now=NOW + dt.timedelta(hours=49))


def test_booking_takes_price_and_terms_as_they_are_now() -> None:
    session_type, therapist = make_offer_of_one(cancellation_notice=dt.timedelta(hours=48))
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW, via=Way.API)
    session_type.lengths.update(price="99.00")

    booking.refresh_from_db()

    assert booking.price == Decimal("70.00")
    assert (booking.cancellation_notice, booking.reschedule_notice) == (dt.timedelta(hours=48), dt.timedelta(hours=24))
    assert (booking.therapist, booking.made_via, booking.booked_on) == (therapist, Way.API, NOW.date())


def test_therapists_own_price_is_the_price() -> None:
    session_type, therapist = make_offer_of_one()
    offer = therapist.offers.get()
    offer.prices.create(length=session_type.lengths.get(), price="82.00")
    client = make_client_with_account()

    assert lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW).price == Decimal("82.00")


def test_any_therapist_means_the_one_with_the_fewest_hands_on_minutes_then_their_order() -> None:
    session_type = make_session_type(rooms=[])
    first, second = (make_therapist_at_work(offers=[session_type], order=order) for order in (1, 2))
    client = make_client_with_account()
    user = user_of(client)

    given = [
        lifecycle.book(wish(client, session_type, f"2026-06-04 {hour}:00"), by=user, now=NOW).therapist
        for hour in ("10", "12", "14")
    ]

    assert given == [first, second, first]


def test_taken_time_and_unoffered_time_are_told_apart() -> None:
    session_type, therapist = make_offer_of_one()
    client = make_client_with_account()
    user = user_of(client)
    lifecycle.book(wish(client, session_type), by=user, now=NOW)
    make_time_off(therapist, at("2026-06-05 00:00"), at("2026-06-06 00:00"))

    other = make_client_with_account()
    with pytest.raises(SlotTaken):
        lifecycle.book(wish(other, session_type, "2026-06-04 10:30"), by=user_of(other), now=NOW)
    with pytest.raises(NotOffered) as refusal:
        lifecycle.book(wish(client, session_type, "2026-06-05 10:10"), by=user, now=NOW)
    assert refusal.value.reasons == [Reason.OFF_GRID, Reason.AWAY]


def test_no_reason_books_what_has_passed() -> None:
    session_type, therapist = make_offer_of_one()
    client = make_client_with_account()
    start = at("2026-06-01 08:45")
    with pytest.raises(Passed):
        lifecycle.book(
            wish(client, session_type, "2026-06-01 08:45"), by=therapist.user, now=NOW, override=True, why="Known here."
        )
    with pytest.raises(NotOffered) as refusal:
        lifecycle.book(wish(client, session_type, "2026-06-01 08:45"), by=therapist.user, now=NOW)
    ask = Ask(Practice.objects.current(), session_type, 60, NOW)
    assert why_not.of(refusal.value, ask, therapist, start).may_override is False
    assert why_not.of(refusal.value, ask, therapist, start + dt.timedelta(minutes=30)).may_override is True


def test_second_room_is_used_when_the_first_is_taken() -> None:
    garden, river = make_room(order=1), make_room(order=2)
    session_type = make_session_type(rooms=[garden, river])
    for order in range(3):
        make_therapist_at_work(offers=[session_type], order=order)
    one, other, third = (make_client_with_account() for _ in range(3))

    rooms = [lifecycle.book(wish(who, session_type), by=user_of(who), now=NOW).room for who in (one, other)]

    assert rooms == [garden, river]
    with pytest.raises(SlotTaken):
        lifecycle.book(wish(third, session_type), by=user_of(third), now=NOW)


def test_therapist_who_does_not_give_the_session_is_refused_by_name_of_the_field() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()

    with pytest.raises(NotGiven) as refusal:
        lifecycle.book(wish(client, session_type, therapist=make_therapist_at_work()), by=user_of(client), now=NOW)
    assert refusal.value.field == "therapist"


def test_client_under_age_on_the_day_of_booking_is_refused_even_for_a_day_after_the_birthday() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account(date_of_birth=dt.date(2008, 6, 2))

    with pytest.raises(UnderAge):
        lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    assert lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW + dt.timedelta(days=1))


def test_staff_override_policy_with_a_reason_that_is_kept_and_never_a_taken_time() -> None:
    session_type, _ = make_offer_of_one()
    desk, client = make_user(role=Role.FRONT_DESK), make_client()
    evening = wish(client, session_type, "2026-06-04 20:05")

    with pytest.raises(NotOffered):
        lifecycle.book(evening, by=desk, now=NOW, via=Way.STAFF)
    with pytest.raises(ReasonNeeded):
        lifecycle.book(evening, by=desk, now=NOW, via=Way.STAFF, override=True, why=" ")
    booking = lifecycle.book(evening, by=desk, now=NOW, via=Way.STAFF, override=True, why="Comes from far away")

    change = BookingChange.objects.get(booking=booking)
    assert (change.why, change.details) == ("Comes from far away", {"overridden": ["off_grid", "outside_hours"]})
    with pytest.raises(SlotTaken):
        lifecycle.book(evening, by=desk, now=NOW, via=Way.STAFF, override=True, why="Again")


def test_session_type_that_asks_approval_becomes_a_request_and_the_therapist_hears_of_it() -> None:
    session_type, therapist = make_offer_of_one(approval="first")
    client = make_client_with_account()

    asked = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    assert (asked.status, asked.answer_by_at) == (Status.REQUESTED, NOW + dt.timedelta(hours=48))
    assert messages(asked) == [(notices.REQUESTED, State.PLANNED), (notices.TO_ANSWER, State.PLANNED)]
    assert Message.objects.get(kind=notices.TO_ANSWER).recipient == therapist.user.email

    approved = lifecycle.approve(asked, by=therapist.user, now=NOW)
    assert approved.status == Status.CONFIRMED
    assert (
        lifecycle.book(wish(client, session_type, "2026-06-05 10:00"), by=user_of(client), now=NOW).status
        == Status.CONFIRMED
    )


def test_declined_request_frees_its_time_and_keeps_the_reason_from_the_client() -> None:
    session_type, therapist = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)

    declined = lifecycle.decline(asked, by=therapist.user, now=NOW, why="Not a good match")

    assert declined.status == Status.DECLINED
    assert messages(declined)[-1] == (notices.DECLINED, State.PLANNED)
    assert lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW).status == Status.REQUESTED
    with pytest.raises(Conflict):
        lifecycle.approve(declined, by=therapist.user, now=NOW)


def test_unanswered_request_expires_and_both_sides_are_told() -> None:
    session_type, _ = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)

    assert expiry.expire_due(NOW + dt.timedelta(hours=47)) == 0
    assert expiry.expire_due(NOW + dt.timedelta(hours=48)) == 1

    asked.refresh_from_db()
    assert asked.status == Status.EXPIRED
    assert messages(asked)[-2:] == [(notices.EXPIRED, State.PLANNED), (notices.NOT_ANSWERED, State.PLANNED)]


def test_cancelling_in_time_is_free_and_late_costs_what_was_agreed() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    user = user_of(client)
    in_time, late = (
        lifecycle.book(wish(client, session_type, start), by=user, now=NOW) for start in (TEN, "2026-06-05 10:00")
    )

    at_the_edge = at("2026-06-03 10:00")
    assert lifecycle.cancel(in_time, by=user, now=at_the_edge).late_fee == 0

    inside = at("2026-06-04 10:00") + MINUTE
    with pytest.raises(Late) as refusal:
        lifecycle.cancel(late, by=user, now=inside)
    assert refusal.value.fee == Decimal("35.00")
    cancelled = lifecycle.cancel(late, by=user, now=inside, accept_late=True)
    assert (cancelled.status, cancelled.is_late, cancelled.late_fee) == (Status.CANCELLED, True, Decimal("35.00"))


def test_cancelled_booking_frees_its_time_and_takes_its_reminder_back() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    user = user_of(client)
    booking = lifecycle.book(wish(client, session_type), by=user, now=NOW)

    lifecycle.cancel(booking, by=user, now=NOW)

    assert messages(booking) == [
        (notices.CONFIRMED, State.CANCELLED),
        (notices.REMINDER, State.CANCELLED),
        (notices.REMINDER, State.CANCELLED),
        (notices.CANCELLED, State.PLANNED),
    ]
    assert lifecycle.book(wish(client, session_type), by=user, now=NOW).status == Status.CONFIRMED


def test_cancellation_can_be_undone_until_it_has_been_told() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    user = user_of(client)
    booking = lifecycle.cancel(lifecycle.book(wish(client, session_type), by=user, now=NOW), by=user, now=NOW)

    undone = lifecycle.undo_cancel(booking, by=user, now=NOW + MINUTE)
    assert undone.status == Status.CONFIRMED
    assert messages(undone)[-4:] == [
        (notices.CANCELLED, State.CANCELLED),
        (notices.CONFIRMED, State.PLANNED),
        (notices.REMINDER, State.PLANNED),
        (notices.REMINDER, State.PLANNED),
    ]

    told = lifecycle.cancel(undone, by=user, now=NOW + 2 * MINUTE)
    Message.objects.filter(kind=notices.CANCELLED).update(state=State.SENT)
    with pytest.raises(Conflict):
        lifecycle.undo_cancel(told, by=user, now=NOW + 3 * MINUTE)


def test_undone_cancellation_is_confirmed_anew_only_where_nothing_had_been_told() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    Message.objects.filter(kind=notices.CONFIRMED).update(state=State.SENT, sent_at=NOW)

    lifecycle.undo_cancel(lifecycle.cancel(booking, by=user_of(client), now=NOW), by=user_of(client), now=NOW + MINUTE)

    assert Message.objects.filter(kind=notices.CONFIRMED).count() == 1


def test_cancelled_request_is_not_confirmed_by_an_undo() -> None:
    session_type, _ = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    cancelled = lifecycle.cancel(asked, by=user_of(client), now=NOW)

    with pytest.raises(Conflict):
        lifecycle.undo_cancel(cancelled, by=user_of(client), now=NOW + MINUTE)
    assert Booking.objects.get().status == Status.CANCELLED


def test_client_does_not_undo_what_the_practice_cancelled() -> None:
    session_type, therapist = make_offer_of_one()
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    lifecycle.cancel(booking, by=therapist.user, now=NOW, via=Way.STAFF)

    with pytest.raises(Conflict):
        lifecycle.undo_cancel(booking, by=user_of(client), now=NOW + MINUTE)
    assert lifecycle.undo_cancel(booking, by=therapist.user, now=NOW + MINUTE).status == Status.CONFIRMED


def test_undo_leaves_the_fee_of_an_earlier_late_move() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    late, friday = at("2026-06-04 08:00"), at("2026-06-05 07:00")
    make_weekly_hours(booking.therapist, weekday=4, opens="07:00", closes="09:00")
    moves.reschedule(booking, friday, by=user_of(client), now=late, accept_late=True)
    lifecycle.cancel(booking, by=user_of(client), now=late, accept_late=True)
    assert booking.late_fee == Decimal("70.00")

    lifecycle.undo_cancel(booking, by=user_of(client), now=late + MINUTE)

    booking.refresh_from_db()
    assert (booking.status, booking.is_late, booking.late_fee) == (Status.CONFIRMED, True, Decimal("35.00"))


def test_cancellation_is_not_undone_when_somebody_has_the_time() -> None:
    session_type, _ = make_offer_of_one()
    client, other = make_client_with_account(), make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    cancelled = lifecycle.cancel(booking, by=user_of(client), now=NOW)
    lifecycle.book(wish(other, session_type), by=user_of(other), now=NOW)

    with pytest.raises(SlotTaken):
        lifecycle.undo_cancel(cancelled, by=user_of(client), now=NOW + MINUTE)
    assert messages(cancelled)[-1] == (notices.CANCELLED, State.PLANNED)


def test_completed_and_no_show_correct_each_other_with_a_reason() -> None:
    session_type, therapist = make_offer_of_one()
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=NOW)
    after = at("2026-06-04 12:00")

    with pytest.raises(Conflict):
        lifecycle.complete(booking, by=therapist.user, now=NOW)
    missed = lifecycle.no_show(booking, by=therapist.user, now=after)
    assert (missed.status, missed.late_fee) == (Status.NO_SHOW, Decimal("70.00"))
    with pytest.raises(ReasonNeeded):
        lifecycle.came_after_all(missed, by=therapist.user, now=after, why="")
    came = lifecycle.came_after_all(missed, by=therapist.user, now=after, why="Came at a quarter past")
    assert (came.status, came.late_fee) == (Status.COMPLETED, 0)


def test_session_that_nobody_started_is_noted_as_taken_place_afterwards_and_the_history_says_so() -> None:
    practice = Practice.objects.create()
    after = at("2026-06-04 12:00")
    noted, corrected, ran = make_booking(), make_booking(), make_booking(started_at=at("2026-06-04 10:02"))
    by = make_user(role="owner")

    lifecycle.complete(noted, by=by, now=after)
    missed = lifecycle.no_show(corrected, by=by, now=after)
    lifecycle.came_after_all(missed, by=by, now=after, why="Came at a quarter past")
    lifecycle.complete(ran, by=by, now=after)

    last = [each.changes.latest("pk") for each in (noted, corrected, ran)]
    assert [line.details for line in last] == [{"without_start": True}, {"without_start": True}, {}]
    assert [office.told(line.details) for line in last[1:]] == ["noted afterwards, without a start here", ""]
    assert [story.told(each, practice)[0].sentence for each in (noted, corrected, ran)] == [
        "It was noted afterwards that the session took place.",
        "It was corrected: the session took place.",
        "The session took place.",
    ]


def test_change_made_from_an_old_reading_of_the_booking_is_refused() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    user = user_of(client)
    booking = lifecycle.book(wish(client, session_type), by=user, now=NOW)
    old_reading = Booking.objects.get(pk=booking.pk)
    lifecycle.cancel(booking, by=user, now=NOW)

    with pytest.raises(Conflict):
        lifecycle.cancel(old_reading, by=user, now=NOW)


def test_booking_made_inside_the_reminders_time_gets_no_reminder() -> None:
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    Practice.objects.create(reminders="48h")

    booking = lifecycle.book(wish(client, session_type), by=user_of(client), now=at("2026-06-03 11:00"))

    assert messages(booking) == [(notices.CONFIRMED, State.PLANNED)]


def test_booking_takes_ten_queries(django_assert_num_queries: object) -> None:
    """Practice, readiness, therapists, rooms, hours and absences, bookings; the booking, its history, who treats whom,
    its messages."""
    session_type, _ = make_offer_of_one()
    client = make_client_with_account()
    asked = wish(client, session_type)
    user = user_of(client)
    with django_assert_num_queries(12):  # two more are the savepoint that a test's own transaction needs
        lifecycle.book(asked, by=user, now=NOW)


def test_not_coming_adds_to_the_fee_of_a_late_move_up_to_the_price_and_coming_after_all_leaves_it() -> None:
    after = at("2026-06-04 12:00")
    by = make_user(role="owner")
    for percent, owed in ((100, "70.00"), (30, "56.00"), (0, "35.00")):
        booking = make_booking(is_late=True, late_fee=Decimal("35.00"), no_show_fee_percent=percent)

        missed = lifecycle.no_show(booking, by=by, now=after)
        assert missed.late_fee == Decimal(owed)

        came = lifecycle.came_after_all(missed, by=by, now=after, why="Came at a quarter past")
        assert (came.is_late, came.late_fee) == (True, Decimal("35.00"))


def test_waiving_the_fee_for_not_coming_leaves_that_of_a_late_move() -> None:
    booking = make_booking(is_late=True, late_fee=Decimal("35.00"))

    missed = lifecycle.no_show(
        booking, by=make_user(role="owner"), now=at("2026-06-04 12:00"), why="A train stood still", waive=True
    )

    assert missed.late_fee == Decimal("35.00")


def test_nothing_is_owed_where_the_practice_cancels_and_undoing_it_brings_the_earlier_fee_back() -> None:
    session_type, therapist = make_offer_of_one()
    booking = lifecycle.book(wish(make_client_with_account(), session_type), by=therapist.user, now=NOW)
    Booking.objects.filter(pk=booking.pk).update(is_late=True, late_fee=Decimal("35.00"))
    booking.refresh_from_db()

    cancelled = lifecycle.cancel(booking, by=therapist.user, now=NOW, via=Way.STAFF)
    assert cancelled.late_fee == 0

    back = lifecycle.undo_cancel(cancelled, by=therapist.user, now=NOW + MINUTE)
    assert (back.is_late, back.late_fee) == (True, Decimal("35.00"))

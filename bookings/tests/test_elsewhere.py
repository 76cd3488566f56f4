"""A client is in one place at a time, unless staff say why not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import desk, lengthening, lifecycle, moves, series, walkin
from bookings.admin import why_not
from bookings.diary import Ask
from bookings.errors import Elsewhere, SlotTaken
from bookings.models import Booking, Length, Status, Therapist, Way
from bookings.placing import Wish
from bookings.schemas import Problem
from bookings.series import Wanted
from bookings.tests.calling import a_start, asking, make_open_practice, post
from bookings.tests.factories import NOW, at, make_booking, make_offer, make_session_type, make_therapist_at_work
from bookings.walkin import Newcomer
from clients.models import Client
from clients.tests.factories import make_client, make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
TEN = "2026-06-04 10:00"
HALF_PAST = "2026-06-04 10:30"
YOURS = "You have a session at that time already: Thursday 4 June 2026, 10:00 to 11:00"
WHY = {"override": True, "why": "Four hands, as agreed."}


def two_therapists(**session_type: object) -> tuple[Length, Therapist, Therapist]:
    """No room is needed, so that only the client keeps two sessions from being at one time."""
    kind = make_session_type(rooms=[], lengths={60: "70.00", 90: "95.00"}, **session_type)
    mara, jonas = (make_therapist_at_work(offers=[kind], name=name) for name in ("Mara", "Jonas"))
    return kind.lengths.select_related("session_type").get(minutes=60), mara, jonas


def with_a_session(**overrides: object) -> tuple[Client, Length, Therapist, Therapist]:
    """A client who comes to Mara at ten."""
    make_practice(timezone="Europe/London")
    length, mara, jonas = two_therapists()
    client = make_client_with_account(name="Sam Field")
    make_booking(**({"client": client, "session_type": length.session_type, "therapist": mara, "starts_at": at(TEN), "minutes": 60} | overrides))  # fmt: skip
    return client, length, mara, jonas


def test_client_cannot_book_or_hold_a_second_session_that_meets_their_own() -> None:
    client, length, _, jonas = with_a_session()
    wish = Wish(client, length, at(HALF_PAST), jonas)
    with pytest.raises(Elsewhere, match=YOURS):
        lifecycle.book(wish, by=client.user, now=NOW)
    with pytest.raises(Elsewhere, match=YOURS):
        lifecycle.hold(wish, by=client.user, now=NOW)
    assert Booking.objects.count() == 1


def test_sessions_may_follow_each_other_without_a_gap_and_others_may_come_at_the_same_time() -> None:
    client, length, _, jonas = with_a_session()
    after = lifecycle.book(Wish(client, length, at("2026-06-04 11:00"), jonas), by=client.user, now=NOW)
    other = make_client_with_account()
    beside = lifecycle.book(Wish(other, length, at("2026-06-04 09:30"), jonas), by=other.user, now=NOW)
    assert (after.status, beside.status) == (Status.CONFIRMED, Status.CONFIRMED)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.HELD])
def test_what_does_not_stand_is_in_nobodys_way(status: str) -> None:
    client, length, _, jonas = with_a_session(status=status)
    assert lifecycle.book(Wish(client, length, at(TEN), jonas), by=client.user, now=NOW).therapist == jonas


def test_of_two_holds_that_meet_one_is_finished() -> None:
    make_practice()
    length, mara, jonas = two_therapists()
    client = make_client_with_account()
    one, other = (
        lifecycle.hold(Wish(client, length, at(start), who), by=client.user, now=NOW)
        for start, who in ((TEN, mara), (HALF_PAST, jonas))
    )
    lifecycle.finish(one, by=client.user, now=NOW)
    with pytest.raises(Elsewhere):
        lifecycle.finish(other, by=client.user, now=NOW)
    with pytest.raises(Elsewhere):  # also once it has run out
        lifecycle.finish(other, by=client.user, now=NOW + dt.timedelta(minutes=11))
    assert sorted(Booking.objects.values_list("status", flat=True)) == [Status.CONFIRMED, Status.HELD]


def test_staff_are_told_with_whom_and_may_set_it_aside_with_a_reason() -> None:
    client, length, mara, jonas = with_a_session()
    wish, owner = Wish(client, length, at(HALF_PAST), jonas), make_owner()
    with pytest.raises(Elsewhere, match=r"Sam Field has a session at that time already: .*10:00 to 11:00 with Mara\."):
        lifecycle.book(wish, by=owner, now=NOW, via=Way.STAFF)
    made = lifecycle.book(wish, by=owner, now=NOW, via=Way.STAFF, **WHY)
    assert (made.status, made.changes.get().why) == (Status.CONFIRMED, "Four hands, as agreed.")
    with pytest.raises(SlotTaken):  # whom a reason cannot double
        lifecycle.book(Wish(client, length, at(TEN), mara), by=owner, now=NOW, via=Way.STAFF, **WHY)


def test_why_not_says_it_beside_what_the_diary_says() -> None:
    client, length, _, jonas = with_a_session(starts_at=at("2026-06-04 18:00"))
    start = at("2026-06-04 18:30")
    with pytest.raises(Elsewhere) as refusal:
        lifecycle.book(Wish(client, length, start, jonas), by=make_owner(), now=NOW, via=Way.STAFF)
    why = why_not.of(refusal.value, Ask(Practice.objects.current(), length.session_type, 60, NOW), jonas, start)
    assert why.sentences == [str(refusal.value), "The session would lie outside the working hours."]
    assert why.may_override
    assert why_not.of(
        refusal.value, Ask(Practice.objects.current(), length.session_type, 60, NOW), None, start
    ).may_override


def test_moves_and_longer_sessions_do_not_meet_another_one_of_the_client() -> None:
    client, length, _, jonas = with_a_session()
    beside = make_booking(client=client, session_type=length.session_type, therapist=jonas, minutes=60, starts_at=at("2026-06-04 09:00"))  # fmt: skip
    with pytest.raises(Elsewhere, match="You have a session at that time already"):
        moves.reschedule(beside, at(HALF_PAST), by=client.user, now=NOW)
    with pytest.raises(Elsewhere, match="Sam Field has a session"):
        moves.reschedule(beside, at(HALF_PAST), by=jonas.user, now=NOW, via=Way.STAFF)
    with pytest.raises(Elsewhere):
        lengthening.lengthen(beside, 90, by=jonas.user, now=NOW)
    assert lengthening.lengthen(beside, 90, by=jonas.user, now=NOW, **WHY).ends_at == at(HALF_PAST)
    assert moves.reschedule(beside, at(HALF_PAST), by=jonas.user, now=NOW, via=Way.STAFF, **WHY).starts_at == at(HALF_PAST)  # fmt: skip


def test_cancelling_is_not_undone_into_another_session() -> None:
    client, length, _, jonas = with_a_session()
    booking = Booking.objects.get()
    cancelled = lifecycle.cancel(booking, by=client.user, now=NOW)
    lifecycle.book(Wish(client, length, at(TEN), jonas), by=client.user, now=NOW)
    with pytest.raises(Elsewhere):
        lifecycle.undo_cancel(cancelled, by=client.user, now=NOW)


def test_series_says_on_which_date_the_client_has_a_session_already() -> None:
    client, length, _, jonas = with_a_session()
    wanted, practice = Wanted(client, length, jonas), Practice.objects.current()
    times = series.starts(at("2026-05-28 10:00") + dt.timedelta(days=7), every_days=7, sessions=2, practice=practice)
    first, second = series.check(wanted, times, practice=practice, now=NOW)
    assert first.sentences == ("The client has another session at that time.",)
    assert (first.can_be_set_aside, second.is_free) == (True, True)
    with pytest.raises(series.NotBooked, match="Sam Field has a session at that time already"):
        series.book(wanted, times, by=make_owner(), now=NOW)
    assert len(series.book(wanted, times, by=make_owner(), now=NOW, **WHY)) == 2


def test_the_api_says_it_with_a_code_of_its_own() -> None:
    kind, _ = make_open_practice(rooms=[])
    make_offer(make_therapist_at_work(slug="jonas", name="Jonas"), kind)
    client = make_client_with_account()
    assert post("/bookings", asking(a_start()), client.user).status_code == 201
    answer = post("/bookings", asking(a_start()), client.user)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_offered")
    assert [each["code"] for each in answer.json()["reasons"]] == ["client_elsewhere"]
    assert answer.json()["detail"].startswith("You have a session at that time already: ")
    assert Problem.model_validate(answer.json()).code == "not_offered"  # as the document describes it


# At the desk, sent twice


def at_the_door(who: Client | Newcomer, length: Length, by: User, **how: object) -> Booking:
    return walkin.walk_in(who, length, at("2026-06-01 09:00"), by=by, now=NOW, **how)


@pytest.mark.parametrize("how", [{}, WHY], ids=["plain", "with a reason"])
@pytest.mark.parametrize("is_new", [False, True], ids=["known", "new"])
def test_walk_in_that_is_sent_twice_gives_one_session(is_new: bool, how: dict[str, object]) -> None:
    make_practice()
    length, _, _ = two_therapists()
    born = dt.date(1980, 5, 1)
    who = Newcomer("Kim Marsh", born) if is_new else make_client(name="Kim Marsh", date_of_birth=born)
    desk_user = make_front_desk()
    at_the_door(who, length, desk_user, **how)
    with pytest.raises(Elsewhere, match="Kim Marsh has a session at that time already"):
        at_the_door(who, length, desk_user, **how)
    assert (Booking.objects.count(), Client.objects.count()) == (1, 1)


def test_somebody_new_whose_booking_is_sent_twice_is_written_down_once() -> None:
    make_practice()
    length, _, _ = two_therapists()
    who, place, owner = Newcomer("Kim Marsh", dt.date(1980, 5, 1)), desk.Place(length, at(TEN)), make_owner()
    desk.book(who, place, by=owner, now=NOW)
    with pytest.raises(Elsewhere):
        desk.book(Newcomer("kim marsh", dt.date(1980, 5, 1)), place, by=owner, now=NOW)
    assert (Booking.objects.count(), Client.objects.count()) == (1, 1)
    desk.book(Newcomer("Kim Marsh", dt.date(1975, 5, 1)), place, by=owner, now=NOW)
    assert Client.objects.count() == 2


def test_the_calendars_form_says_it_and_takes_a_reason() -> None:
    start = a_start()
    client, length, _, jonas = with_a_session(starts_at=start)
    browser = Browser()
    browser.force_login(make_owner())
    sent = {
        "client": client.ref,
        "length": length.pk,
        "therapist": jonas.pk,
        "starts_at": f"{timezone.localtime(start):%Y-%m-%dT%H:%M}",
    }
    answer = browser.post("/admin/calendar/book/", sent)
    assert "Sam Field has a session at that time already" in answer.content.decode()
    assert "You can book it all the same, with a reason." in answer.content.decode()
    browser.post("/admin/calendar/book/", sent | {"override": "on", "why": "Four hands."})
    assert Booking.objects.count() == 2

"""The calendar of the practice's side: who sees what, what a drop does, and every reason why not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import absences, notices, planner
from bookings.admin.calendar import blocks
from bookings.models import Booking, BookingChange, Closure, DateHours, SessionTypeRoom, Status, TimeOff
from bookings.tests.factories import (
    make_closure,
    make_date_hours,
    make_room,
    make_session_type,
    make_therapist_at_work,
    make_time_off,
)
from bookings.tests.test_admin import ahead, booked, browser, said, typed
from clients.models import Client as Person
from clients.tests.factories import make_client
from outbox.models import Message, State

pytestmark = pytest.mark.django_db
CALENDAR = "/admin/calendar/"
SCRIPT = {"X-Dialog": "1"}


def at_work(**kind) -> Booking:
    """A booking three days ahead at ten, of a session of 60 or 90 minutes, with a therapist who works from nine to six."""
    offered = make_session_type(**({"lengths": {60: "70.00", 90: "95.00"}} | kind))
    return booked(session_type=offered, therapist=make_therapist_at_work(offers=[offered]), room=offered.rooms.first())


def drop(user, booking: Booking, what: str, **values):
    """As the script sends it; the version is the one that the screen saw."""
    sent = {"version": booking.version} | values
    answer = browser(user).post(f"{CALENDAR}booking/{booking.pk}/{what}/", sent, headers=SCRIPT)
    return answer.status_code, json.loads(answer.content)


def seen(user, first: dt.date, last: dt.date, **headers):
    return browser(user).get(f"{CALENDAR}events/", {"from": first, "to": last}, headers=headers)


def day_of(booking: Booking) -> dt.date:
    return booking.session_on


# What is shown


def test_practice_side_begins_with_the_calendar() -> None:
    assert browser(make_front_desk()).get("/admin/").headers["Location"] == CALENDAR


@pytest.mark.parametrize("view", ["", "day", "week", "month", "list", "nonsense"])
def test_each_view_opens_also_for_an_address_that_makes_no_sense(view) -> None:
    at_work()
    assert browser(make_owner()).get(CALENDAR, {"view": view, "from": "2026-13-45"}).status_code == 200


def test_session_is_drawn_on_the_practices_clock_with_all_that_is_seen_at_a_glance() -> None:
    booking = at_work(buffer_before_minutes=10, buffer_after_minutes=15)
    (drawn,) = seen(booking.therapist.user, day_of(booking), day_of(booking)).json()["sessions"]
    assert drawn == {
        "id": booking.pk,
        "version": 1,
        "start": typed(booking.starts_at),
        "minutes": 60,
        "before": 10,
        "after": 15,
        "hours": "10:00 to 11:00",
        "who": booking.client.name,
        "what": booking.session_type.name,
        "with": booking.therapist.name,
        "where": str(booking.room),
        "therapist": booking.therapist_id,
        "room": booking.room_id,
        "state": "confirmed",
        "word": "",
        "first": True,
        "complete": True,
        "moves": True,
        "resizes": True,
    }


def test_screen_that_has_it_already_is_sent_nothing_until_something_changes() -> None:
    booking = at_work()
    owner, on = make_owner(), day_of(booking)
    tag = seen(owner, on, on).headers["ETag"]
    assert seen(owner, on, on, **{"If-None-Match": tag}).status_code == 304
    assert seen(owner, on, on, **{"If-None-Match": f"W/{tag}"}).status_code == 304
    drop(owner, booking, "move", starts_at=typed(ahead(3, "15:00")))
    assert seen(owner, on, on, **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("first", "last"), [("", ""), ("2026-01-01", "x"), ("2026-01-02", "2026-01-01"), ("2026-01-01", "2026-12-31")]
)
def test_range_that_makes_no_sense_is_answered_in_a_sentence(first, last) -> None:
    answer = browser(make_owner()).get(f"{CALENDAR}events/", {"from": first, "to": last})
    assert (answer.status_code, answer.json()) == (
        422,
        {"said": [f"Please ask for dates like 2027-02-20, at most {planner.LONGEST} days at once."]},
    )


def test_screen_that_looks_again_by_itself_keeps_nobody_signed_in() -> None:
    made, on = browser(make_owner()), timezone.localdate()
    kept = made.session
    long_ago = timezone.now().timestamp() - 20 * 60
    kept.update({"staff_since": long_ago, "staff_seen": long_ago})
    kept.save()
    made.get(f"{CALENDAR}events/", {"from": on, "to": on, "again": "1"})
    assert made.session["staff_seen"] == long_ago
    made.get(f"{CALENDAR}events/", {"from": on, "to": on})
    assert made.session["staff_seen"] > long_ago


def test_list_says_who_comes_who_is_here_and_what_is_shut() -> None:
    booking = at_work()
    mara, on = booking.therapist, day_of(booking)
    make_time_off(mara, ahead(3, "16:00"), ahead(3, "17:00"))
    make_closure(ahead(3, "20:00"), ahead(4, "08:00"))
    text = browser(make_front_desk()).get(CALENDAR, {"view": "list", "from": on}).content.decode()
    for sentence in (
        f"Here: {mara.name} 09:00 to 18:00.",
        f"{mara.name} is away: 16:00 to 17:00.",
        "The practice is closed: 20:00 to 24:00.",
        "The practice is closed: 00:00 to 08:00.",
        "10:00 to 11:00",
        f"/admin/bookings/booking/{booking.pk}/act/move/",
        f"/admin/bookings/booking/{booking.pk}/act/length/",
    ):
        assert sentence in text


@pytest.mark.parametrize("address", ["events/?from={0}&to={0}", "?view=list&from={0}"])
def test_fuller_days_ask_no_more_queries(address, django_assert_max_num_queries) -> None:
    booking = at_work()
    made, path = browser(make_owner()), CALENDAR + address.format(day_of(booking))
    with django_assert_max_num_queries(40) as first:
        made.get(path)
    for hour in range(11, 18):
        booked(therapist=booking.therapist, session_type=booking.session_type, starts_at=ahead(3, f"{hour}:00"))
    with django_assert_max_num_queries(len(first)):
        made.get(path)


# Moved


def test_drop_moves_the_booking_and_says_so_with_the_way_back() -> None:
    booking = at_work()
    status, answer = drop(make_front_desk(), booking, "move", starts_at=typed(ahead(3, "15:00")))
    booking.refresh_from_db()
    assert (status, booking.starts_at, booking.version) == (200, ahead(3, "15:00"), 2)
    assert answer["said"][0].startswith(f"{booking.client}: ")
    assert answer["undo"] == f"{CALENDAR}booking/{booking.pk}/undo/?version=2"
    assert answer["seconds"] == notices.grace().total_seconds()


def test_drop_into_another_column_changes_therapist_or_room_and_nothing_else() -> None:
    booking = at_work()
    jonas, loft = make_therapist_at_work(offers=[booking.session_type]), make_room()
    SessionTypeRoom.objects.create(session_type=booking.session_type, room=loft, order=5)
    drop(make_owner(), booking, "move", therapist=jonas.pk)
    booking.refresh_from_db()
    assert (booking.therapist, booking.starts_at) == (jonas, ahead(3))
    drop(make_owner(), booking, "move", room=loft.pk)
    booking.refresh_from_db()
    assert (booking.therapist, booking.room, booking.starts_at) == (jonas, loft, ahead(3))


def test_drop_of_an_old_screen_is_refused_and_changes_nothing() -> None:
    booking = at_work()
    drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "15:00")))
    _, answer = drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "12:00")))
    assert (answer["refused"], answer["may_override"]) == (True, False)
    assert answer["said"] == [
        "Somebody changed this booking since your screen was drawn. It has been drawn anew; please look again."
    ]
    booking.refresh_from_db()
    assert booking.starts_at == ahead(3, "15:00")


def test_drop_on_a_closure_says_why_and_is_taken_with_a_reason() -> None:
    booking = at_work()
    make_closure(ahead(3, "14:00"), ahead(3, "17:00"))
    status, answer = drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "15:00")))
    assert (answer["refused"], answer["said"][0], answer["may_override"]) == (
        True,
        "The practice is closed then.",
        True,
    )
    why = {"override": "on", "why": "We open for her"}
    status, _ = drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "15:00")), **why)
    change = BookingChange.objects.latest("pk")
    assert (status, change.why, change.details["overridden"]) == (200, "We open for her", ["closed"])


def test_override_without_a_reason_is_asked_for_one() -> None:
    booking = at_work()
    make_closure(ahead(3, "14:00"), ahead(3, "17:00"))
    _, answer = drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "15:00")), override="on")
    assert (answer["refused"], answer["said"]) == (True, ["Please give a reason; it is kept with the booking."])


def test_drop_on_another_booking_is_never_taken() -> None:
    booking = at_work()
    booked(therapist=booking.therapist, starts_at=ahead(3, "15:00"))
    why = {"override": "on", "why": "They insist"}
    _status, answer = drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "15:00")), **why)
    assert (answer["refused"], answer["said"][0], answer["may_override"]) == (
        True,
        "The therapist has another booking then.",
        False,
    )


def test_drop_into_a_room_the_session_is_not_given_in_is_refused() -> None:
    booking, loft = at_work(), make_room(name="Loft")
    _, answer = drop(make_owner(), booking, "move", room=loft.pk)
    assert (answer["refused"], answer["said"]) == (True, ["This session is not given in the room “Loft”."])


def test_therapist_moves_their_own_and_not_into_anothers_column() -> None:
    booking = at_work()
    jonas = make_therapist_at_work(offers=[booking.session_type])
    assert drop(jonas.user, booking, "move", starts_at=typed(ahead(3, "15:00")))[1]["refused"]
    assert drop(booking.therapist.user, booking, "move", therapist=jonas.pk)[1]["refused"]
    assert drop(booking.therapist.user, booking, "move", starts_at=typed(ahead(3, "15:00")))[1]["undo"]


@pytest.mark.parametrize("values", [{"version": "x"}, {"starts_at": "soon"}, {"therapist": "99999"}, {"room": "x"}])
def test_drop_that_makes_no_sense_is_answered_in_sentences(values) -> None:
    booking = at_work()
    status, answer = drop(make_owner(), booking, "move", **values)
    assert status == 422
    assert answer["said"]
    booking.refresh_from_db()
    assert booking.version == 1


def test_drop_into_the_column_of_a_therapist_who_stopped_says_so() -> None:
    booking = at_work()
    jonas = make_therapist_at_work(offers=[booking.session_type], active=False)
    booked(session_type=booking.session_type, therapist=jonas, starts_at=ahead(3, "12:00"))
    assert jonas.pk in [each["id"] for each in seen(make_owner(), *[day_of(booking)] * 2).json()["therapists"]]
    answer = drop(make_owner(), booking, "move", therapist=jonas.pk)
    assert answer == (422, {"said": ["This therapist gives no sessions at present."]})


def test_drop_of_a_booking_that_is_not_there_is_not_found() -> None:
    assert browser(make_owner()).post(f"{CALENDAR}booking/99999/move/", {"version": 1}).status_code == 404


# Made longer


def test_end_that_is_dragged_gives_the_length_that_is_offered() -> None:
    booking = at_work()
    status, answer = drop(make_owner(), booking, "length", minutes=90)
    booking.refresh_from_db()
    assert (status, booking.minutes, booking.price) == (200, 90, 95)
    assert "90 minutes" in answer["said"][0]
    assert "£95" in answer["said"][0]


def test_length_that_is_not_offered_is_refused_with_those_that_are() -> None:
    booking = at_work()
    _, answer = drop(make_owner(), booking, "length", minutes=75)
    assert (answer["refused"], answer["said"]) == (
        True,
        [f"“{booking.session_type}” can last 90 minutes instead, not 75."],
    )


def test_longer_session_past_the_hours_says_only_that_and_is_taken_with_a_reason() -> None:
    booking = at_work()
    drop(make_owner(), booking, "move", starts_at=typed(ahead(3, "17:00")))
    booking.refresh_from_db()
    status, answer = drop(make_owner(), booking, "length", minutes=90)
    assert (status, answer) == (
        200,
        {"refused": True, "said": ["The session would lie outside the working hours."], "may_override": True},
    )
    assert drop(make_owner(), booking, "length", minutes=90, override="on", why="Agreed")[1]["undo"]


def test_length_is_changed_by_a_plain_form_too() -> None:
    booking = at_work()
    browser(make_front_desk()).post(f"/admin/bookings/booking/{booking.pk}/act/length/", {"minutes": "90"})
    booking.refresh_from_db()
    assert booking.minutes == 90


# Put back


def test_undo_puts_a_move_back_unseen_and_says_when_it_no_longer_can() -> None:
    booking, owner = at_work(), make_owner()
    drop(owner, booking, "move", starts_at=typed(ahead(3, "15:00")))
    assert drop(owner, booking, "undo") == (200, {"said": [f"{booking.client}: put back."]})
    booking.refresh_from_db()
    assert booking.starts_at == ahead(3)

    drop(owner, booking, "move", starts_at=typed(ahead(3, "15:00")))
    Message.objects.filter(state=State.PLANNED).update(state=State.SENT, sent_at=timezone.now())
    _, answer = drop(owner, booking, "undo")
    assert answer["refused"]
    assert answer["said"][0].startswith("The client has been told already")


def test_undo_that_is_pressed_twice_does_not_bring_the_booking_back() -> None:
    kind, kim, desk = make_session_type(), make_client(), make_front_desk()
    mara = make_therapist_at_work(offers=[kind])
    values = {"client": kim.ref, "length": kind.lengths.get().pk, "therapist": mara.pk, "starts_at": typed(ahead(3))}
    undo = book(desk, **values).json()["undo"]
    answers = [browser(desk).post(undo, headers=SCRIPT).json() for _ in range(2)]
    assert [each.get("refused", False) for each in answers] == [False, True]
    assert answers[1]["said"][0].endswith("nothing was undone. Please look at it again.")
    assert Booking.objects.get().status == Status.CANCELLED


def test_undo_of_an_older_change_takes_nothing_newer_back() -> None:
    booking, owner = at_work(), make_owner()
    undo = drop(owner, booking, "move", starts_at=typed(ahead(3, "15:00")))[1]["undo"]
    booking.refresh_from_db()
    drop(owner, booking, "length", minutes=90)
    assert browser(owner).post(undo, headers=SCRIPT).json()["refused"]
    booking.refresh_from_db()
    assert (booking.starts_at, booking.minutes) == (ahead(3, "15:00"), 90)


# Booked


def book(user, **values):
    return browser(user).post(f"{CALENDAR}book/", values, headers=SCRIPT)


def test_client_is_found_by_name_number_address_or_ref() -> None:
    kim = make_client(name="Kim Marsh", email="kim@example.com", phone="+44 7700 900123")
    make_client(name="Sam Field", email="sam@example.com", phone="")
    for text in ("kim", "marsh", "kim@", "07700 900 123", kim.ref, f"Kim Marsh, {kim.ref}"):
        found = browser(make_front_desk()).get(f"{CALENDAR}clients/", {"q": text}).json()["found"]
        assert found == [{"value": f"Kim Marsh, {kim.ref}", "label": "kim@example.com"}], text


def test_character_that_cannot_be_kept_is_looked_past_when_a_client_is_typed() -> None:
    kim = make_client(name="Kim Marsh")
    found = browser(make_front_desk()).get(f"{CALENDAR}clients/", {"q": "mar\0sh"}).json()["found"]
    assert [each["value"] for each in found] == [f"Kim Marsh, {kim.ref}"]


def test_session_is_booked_where_it_was_dragged_and_can_be_taken_back() -> None:
    kind = make_session_type(rooms=[make_room(), room := make_room()])
    mara, kim, desk = make_therapist_at_work(offers=[kind]), make_client(), make_front_desk()
    values = {"client": kim.ref, "length": kind.lengths.get().pk, "therapist": mara.pk, "room": room.pk}
    answer = book(desk, starts_at=typed(ahead(3)), **values)
    booking = Booking.objects.get()
    assert (answer.status_code, booking.client, booking.therapist, booking.room, booking.starts_at) == (
        200,
        kim,
        mara,
        room,
        ahead(3),
    )
    assert drop(desk, booking, "undo")[1] == {"said": [f"{booking.client}: put back."]}
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert not Message.objects.filter(kind__in=notices.STANDING, state=State.PLANNED).exists()


def test_somebody_new_is_written_down_with_their_booking_or_not_at_all() -> None:
    kind = make_session_type()
    mara, desk = make_therapist_at_work(offers=[kind]), make_front_desk()
    new = {"new_name": "Kim Marsh", "new_born": "1990-02-03", "new_email": "kim@example.com"}
    values = {"length": kind.lengths.get().pk, "therapist": mara.pk, **new}
    refused = book(desk, starts_at=typed(ahead(3, "23:00")), **values)
    assert Person.objects.count() == 0
    assert "outside the working hours" in refused.content.decode()
    assert 'value="Kim Marsh"' in refused.content.decode()

    assert "undo" in book(desk, starts_at=typed(ahead(3)), **values).json()
    assert (Person.objects.get().name, Booking.objects.get().client) == ("Kim Marsh", Person.objects.get())


def test_without_a_script_the_same_form_is_a_page_and_leads_back_to_the_calendar() -> None:
    kind = make_session_type()
    mara, made = make_therapist_at_work(offers=[kind]), browser(make_owner())
    assert "<html" in made.get(f"{CALENDAR}book/", {"therapist": mara.pk}).content.decode()
    values = {"client": make_client().ref, "length": kind.lengths.get().pk, "starts_at": typed(ahead(3))}
    assert made.post(f"{CALENDAR}book/", values).headers["Location"] == f"{CALENDAR}?view=list&from={ahead(3).date()}"
    assert Booking.objects.count() == 1


# Blocked, closed, open longer


def block(user, what: str, first: str, last: str, **values):
    span = {"starts_at": typed(ahead(3, first)), "ends_at": typed(ahead(3, last))}
    return browser(user).post(f"{CALENDAR}block/", {"what": what, **span, **values}, headers=SCRIPT)


def test_blocked_time_lists_who_stands_in_the_way_and_leaves_them() -> None:
    booking = at_work()
    answer = block(booking.therapist.user, "away", "09:00", "12:00", therapist=booking.therapist_id).json()
    assert answer["said"][1] == "1 booking stands in the way and will still take place until you move or cancel:"
    assert [link["url"] for link in answer["links"]] == [f"/admin/bookings/booking/{booking.pk}/change/"]
    assert TimeOff.objects.get().starts_at == ahead(3, "09:00")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_without_a_script_the_list_of_that_day_says_who_stands_in_the_way() -> None:
    booking = at_work()
    values = {"what": "away", "starts_at": typed(ahead(3, "09:00")), "ends_at": typed(ahead(3, "12:00"))}
    own = browser(booking.therapist.user)
    page = own.post(f"{CALENDAR}block/", values | {"therapist": booking.therapist_id}, follow=True)
    assert page.request["QUERY_STRING"] == f"view=list&from={booking.session_on}"
    shown = page.content.decode()
    assert 'http-equiv="refresh"' not in shown  # which would lead on before the words are read
    assert f'<a href="/admin/bookings/booking/{booking.pk}/change/">' in shown and "Saved: " in shown


def test_extra_hours_stand_beside_the_usual_ones_of_that_day() -> None:
    mara = make_therapist_at_work(opens="10:00", closes="14:00")
    block(mara.user, "extra", "18:00", "20:00", therapist=mara.pk)
    on = ahead(3).date()
    assert list(DateHours.objects.order_by("opens").values_list("on", "opens", "closes")) == [
        (on, 600, 840),
        (on, 1080, 1200),
    ]


def test_extra_hours_on_a_day_off_end_it_for_those_hours() -> None:
    mara = make_therapist_at_work()
    make_date_hours(mara, ahead(3).date())
    block(mara.user, "extra", "18:00", "20:00", therapist=mara.pk)
    assert list(DateHours.objects.values_list("opens", "closes")) == [(1080, 1200)]


def test_owner_closes_the_practice_or_one_room() -> None:
    room = make_room()
    block(make_owner(), "closed", "09:00", "12:00")
    block(make_owner(), "closed", "09:00", "12:00", room=room.pk)
    assert list(Closure.objects.order_by("pk").values_list("room", flat=True)) == [None, room.pk]


def take_back(user, answer) -> dict:
    return browser(user).post(answer.json()["undo"], headers=SCRIPT).json()


def lines_of(therapist) -> list[str]:
    return [each.what for each in admin.site.story(therapist)]


def test_blocked_time_is_taken_back_and_both_stand_in_the_therapists_history() -> None:
    booking = at_work()
    mara = booking.therapist
    answer = block(mara.user, "away", "09:00", "12:00", therapist=mara.pk)
    assert answer.json()["seconds"] == int(notices.grace().total_seconds())
    assert take_back(mara.user, answer)["said"][0].startswith("Taken back: ")
    assert not TimeOff.objects.exists()
    said_first, said_last = lines_of(mara)[::-1]
    assert said_first.startswith("The therapist is not here: ") and said_last.startswith("Taken back: The therapist is")
    assert take_back(mara.user, answer) == {"refused": True, "said": [absences.CHANGED]}


def test_what_was_changed_since_or_entered_by_somebody_else_is_not_taken_back() -> None:
    booking, owner = at_work(), make_owner()
    answer = block(owner, "away", "09:00", "12:00", therapist=booking.therapist_id)
    assert take_back(booking.therapist.user, answer) == {"refused": True, "said": [blocks.OVER]}
    TimeOff.objects.update(ends_at=ahead(3, "13:00"))
    assert take_back(owner, answer) == {"refused": True, "said": [absences.CHANGED]}
    made_up = browser(owner).post(f"{CALENDAR}block/undo/?of=made-up", headers=SCRIPT).json()
    assert (made_up, TimeOff.objects.count()) == ({"refused": True, "said": [blocks.OVER]}, 1)


def test_extra_hours_are_taken_back_to_what_the_date_had() -> None:
    mara, day_off = make_therapist_at_work(), make_therapist_at_work()
    make_date_hours(day_off, ahead(3).date())
    for each, had in ((mara, []), (day_off, [(None, None)])):
        answer = block(each.user, "extra", "18:00", "20:00", therapist=each.pk)
        take_back(each.user, answer)
        assert list(DateHours.objects.filter(therapist=each).values_list("opens", "closes")) == had
    answer = block(mara.user, "extra", "18:00", "20:00", therapist=mara.pk)
    block(mara.user, "extra", "20:00", "21:00", therapist=mara.pk)
    assert take_back(mara.user, answer) == {"refused": True, "said": [absences.CHANGED]}


def test_extra_hours_are_taken_back_with_a_word_on_who_booked_them_meanwhile() -> None:
    booking = at_work()
    mara = booking.therapist
    answer = block(mara.user, "extra", "18:00", "20:00", therapist=mara.pk)
    late = booked(session_type=booking.session_type, therapist=mara, starts_at=ahead(3, "18:30"), room=None)
    told = take_back(mara.user, answer)
    assert [each["url"] for each in told["links"]] == [f"/admin/bookings/booking/{late.pk}/change/"]


def test_closure_is_taken_back_and_without_a_script_the_calendar_says_so() -> None:
    owner = make_owner()
    answer = block(owner, "closed", "09:00", "12:00")
    again = browser(owner).post(answer.json()["undo"])
    assert (again.status_code, again.url, Closure.objects.count()) == (302, f"{CALENDAR}?view=list", 0)
    assert said(again).startswith("Taken back: ")
    assert said(browser(owner).post(answer.json()["undo"])) == absences.CHANGED


def test_therapist_blocks_their_own_time_alone_and_closes_nothing() -> None:
    mara, jonas = make_therapist_at_work(), make_therapist_at_work()
    assert (
        block(mara.user, "away", "09:00", "12:00", therapist=jonas.pk).headers["Content-Type"].startswith("text/html")
    )
    assert "Select a valid choice" in block(mara.user, "closed", "09:00", "12:00").content.decode()
    assert (TimeOff.objects.count(), Closure.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("what", "first", "last"), [("away", "12:00", "09:00"), ("extra", "12:00", "12:00"), ("", "09:00", "12:00")]
)
def test_block_that_makes_no_sense_is_asked_again(what, first, last) -> None:
    mara = make_therapist_at_work()
    assert "errorlist" in block(make_owner(), what, first, last, therapist=mara.pk).content.decode()
    assert (TimeOff.objects.count(), DateHours.objects.count(), Closure.objects.count()) == (0, 0, 0)


# One booking at a glance


def test_panel_offers_what_may_be_done_and_nothing_clinical_to_the_front_desk() -> None:
    booking = at_work()
    text = browser(make_front_desk()).get(f"{CALENDAR}booking/{booking.pk}/", headers=SCRIPT).content.decode()
    assert f"/admin/bookings/booking/{booking.pk}/act/move/" in text
    assert "Forms complete" in text
    assert "<html" not in text


def test_client_finds_none_of_it() -> None:
    made: Client = browser(make_client(user=make_owner(role="client")).user)
    for path in ("", "events/", "book/", "block/", "clients/"):
        assert made.get(f"{CALENDAR}{path}").status_code == 404


def test_undo_without_a_script_leads_back_to_the_booking_and_says_what_became_of_it() -> None:
    booking, owner = at_work(), make_owner()
    drop(owner, booking, "move", starts_at=typed(ahead(3, "15:00")))
    made, path = browser(owner), f"{CALENDAR}booking/{booking.pk}/"
    assert f'action="{path}undo/?version=2"' in made.get(path).content.decode()
    answer = made.post(f"{path}undo/")
    assert (answer.headers["Location"], said(answer)) == (
        f"/admin/bookings/booking/{booking.pk}/change/",
        f"{booking.client}: put back.",
    )
    assert said(made.post(f"{path}undo/")).endswith("in the meantime. Please look at it again.")

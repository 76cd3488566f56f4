"""A feed shows what its person chose to whoever has its address, and to nobody else; calendars learn what changed."""

import datetime as dt
import re

import pytest
from django.test import Client as Browser
from django.utils import timezone
from icalendar import Calendar

from accounts import throttle
from accounts.models import Role
from accounts.tests.factories import make_user
from bookings import feeds, moves, subscribed
from bookings.errors import NoSuchFeed
from bookings.models import Booking, CalendarFeed, Shows, Status
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_room,
    make_session_type,
    make_therapist,
    make_time_off,
)
from clients.tests.factories import make_client, make_client_with_account
from outbox.models import Message
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def feed_of(user, shows=Shows.OWN, now=NOW):
    return feeds.recognise(feeds.make(user, shows=shows, now=now))


def shown(feed, now=NOW):
    """Summary, start, status and place of each event, in order."""
    calendar = Calendar.from_ical(subscribed.content(feed, Practice.objects.current(), now))
    found = [
        (str(e["SUMMARY"]), f"{e.start:%d %H:%M}", str(e["STATUS"]), str(e.get("LOCATION", "")))
        for e in calendar.events
    ]
    return sorted(found)


@pytest.fixture
def mara():
    """A therapist with a session, a request, time off and what does not stand in a calendar; another has one too."""
    make_practice(name="Still Water")
    kind = make_session_type(
        name="Tantric massage therapy", neutral_name="Long session", rooms=[make_room(name="Garden room")]
    )
    mara = make_therapist(name="Mara", offers=[kind])
    sam = make_client(name="Sam  Field-Jones")
    common = {"client": sam, "therapist": mara, "session_type": kind}
    make_booking(**common)
    make_booking(**common, status=Status.REQUESTED, starts_at=at("2026-06-05 10:00"))
    make_booking(**common, status=Status.COMPLETED, starts_at=at("2026-05-20 10:00"))
    make_booking(**common, status=Status.NO_SHOW, starts_at=at("2026-05-21 10:00"))
    for day, status in enumerate((Status.HELD, Status.CANCELLED, Status.DECLINED, Status.EXPIRED), start=6):
        make_booking(**common, status=status, starts_at=at(f"2026-06-{day:02} 10:00"))
    make_booking(**common, status=Status.COMPLETED, starts_at=at("2026-04-20 10:00"))
    make_booking(**common, starts_at=at("2027-09-01 10:00"))
    make_booking()
    make_time_off(mara, at("2026-06-10 09:00"), at("2026-06-10 12:00"))
    return mara


@pytest.mark.parametrize(
    ("shows", "summary"),
    [(Shows.INITIALS, "Long session, S. F."), (Shows.NAMES, "Long session, Sam  Field-Jones")],
)
def test_therapists_feed_shows_sessions_and_time_off_with_as_much_of_the_client_as_they_chose(mara, shows, summary):
    summary = " ".join(summary.split())
    assert shown(feed_of(mara.user, shows)) == [
        ("Away", "10 08:00", "CONFIRMED", ""),
        (summary, "04 09:00", "CONFIRMED", "Garden room"),
        (summary, "20 09:00", "CONFIRMED", "Garden room"),
        (summary, "21 09:00", "CONFIRMED", "Garden room"),
        (f"Requested: {summary}", "05 09:00", "TENTATIVE", "Garden room"),
    ]


def test_busy_feed_says_nothing_but_when(mara):
    feed = feed_of(mara.user, Shows.BUSY)
    assert shown(feed) == [
        ("Busy", "04 09:00", "CONFIRMED", ""),
        ("Busy", "05 09:00", "TENTATIVE", ""),
        ("Busy", "10 08:00", "CONFIRMED", ""),
        ("Busy", "20 09:00", "CONFIRMED", ""),
        ("Busy", "21 09:00", "CONFIRMED", ""),
    ]
    content = subscribed.content(feed, Practice.objects.current(), NOW).decode()
    assert not re.search("Sam|Field|antric|Long|Garden|admin", content)


@pytest.mark.parametrize("shows", [Shows.BUSY, Shows.INITIALS, Shows.NAMES])
def test_no_feed_names_the_session_by_its_own_name(mara, shows):
    assert b"antric" not in subscribed.content(feed_of(mara.user, shows), Practice.objects.current(), NOW)


def test_clients_feed_holds_their_own_sessions_alone():
    make_practice(address="1 Quiet Lane")
    me = make_client_with_account()
    make_booking(client=me, session_type=make_session_type(name="Tantric massage therapy"))
    make_booking(client=me, status=Status.REQUESTED, starts_at=at("2026-06-05 10:00"))
    make_booking(client=me, status=Status.CANCELLED, starts_at=at("2026-06-06 10:00"))
    make_booking()
    assert shown(feed_of(me.user)) == [
        ("Requested: Session", "05 09:00", "TENTATIVE", "1 Quiet Lane"),
        ("Session", "04 09:00", "CONFIRMED", "1 Quiet Lane"),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_feeds_ask_the_database_as_often_for_many_sessions_as_for_one(django_assert_num_queries, count):
    make_practice()
    mara, me = make_therapist(), make_client_with_account()
    for day in range(count):
        make_booking(therapist=mara, client=me, starts_at=at(f"2026-06-{10 + day} 10:00"))
    practice, theirs, mine = Practice.objects.current(), feed_of(mara.user, Shows.NAMES), feed_of(me.user)
    with django_assert_num_queries(2):
        subscribed.content(theirs, practice, NOW)
    with django_assert_num_queries(1):
        subscribed.content(mine, practice, NOW)


def test_entries_keep_their_names_when_the_site_moves_to_another_address(mara, settings):
    feed, me = feed_of(mara.user, Shows.NAMES), make_client_with_account()
    make_booking(client=me, starts_at=at("2026-06-12 10:00"))
    mine = feed_of(me.user)

    def names():
        found = [
            Calendar.from_ical(subscribed.content(each, Practice.objects.current(), NOW)).events
            for each in (feed, mine)
        ]
        return [str(event["UID"]) for events in found for event in events]

    before = names()
    settings.SITE_URL = "https://elsewhere.example"

    assert names() == before
    assert {name.partition("@")[2] for name in before} == {Practice.objects.current().calendar_domain}


def test_moved_session_keeps_its_uid_and_goes_up_in_sequence():
    make_practice()
    me = make_client_with_account()
    kind = make_session_type()
    booking = make_booking(client=me, session_type=kind, therapist=make_therapist(offers=[kind]))
    feed = feed_of(me.user)
    first = Calendar.from_ical(subscribed.content(feed, Practice.objects.current(), NOW)).events[0]
    moves.reschedule(
        booking,
        at("2026-06-04 15:00"),
        by=make_user(role=Role.OWNER),
        now=NOW + MINUTE,
        override=True,
        why="asked",
        via="staff",
    )
    second = Calendar.from_ical(subscribed.content(feed, Practice.objects.current(), NOW + MINUTE)).events[0]
    assert (second["UID"], second["SEQUENCE"] > first["SEQUENCE"]) == (first["UID"], True)
    assert (f"{second.start:%H:%M}", second["DTSTAMP"].dt) == ("14:00", NOW + MINUTE)


# The secret


def test_secret_is_kept_as_its_digest_alone():
    secret = feeds.make(make_client_with_account().user, shows=Shows.OWN, now=NOW)
    assert len(secret) == 43
    assert secret not in str(list(CalendarFeed.objects.values()))


def test_person_hears_that_an_address_was_made():
    me = make_client_with_account()
    feeds.make(me.user, shows=Shows.OWN, now=NOW)
    (row,) = Message.objects.all()
    assert (row.kind, row.recipient, row.about) == ("security_notice", me.user.email, "security:calendar_address_made")


def test_renewed_feed_leaves_the_old_address_leading_nowhere():
    me = make_client_with_account()
    old = feeds.make(me.user, shows=Shows.OWN, now=NOW)
    new = feeds.make(me.user, shows=Shows.OWN, now=NOW + MINUTE)
    assert feeds.recognise(new).user == me.user
    with pytest.raises(NoSuchFeed):
        feeds.recognise(old)


def test_removed_feed_leads_nowhere():
    me = make_client_with_account()
    secret = feeds.make(me.user, shows=Shows.OWN, now=NOW)
    feeds.remove(me.user)
    with pytest.raises(NoSuchFeed):
        feeds.recognise(secret)


def test_feed_ends_with_the_account_and_with_what_the_account_was():
    me, mara = make_client_with_account(), make_therapist()
    mine, theirs = feeds.make(me.user, shows=Shows.OWN, now=NOW), feeds.make(mara.user, shows=Shows.NAMES, now=NOW)

    def leads_somewhere(secret):
        try:
            return bool(feeds.recognise(secret))
        except NoSuchFeed:
            return False

    assert (leads_somewhere(mine), leads_somewhere(theirs)) == (True, True)
    me.user.role = Role.THERAPIST
    me.user.save()
    mara.user.role = Role.CLIENT
    mara.user.save()
    assert (leads_somewhere(mine), leads_somewhere(theirs)) == (False, False)
    me.user.role = Role.CLIENT
    me.user.is_active = False
    me.user.save()
    mara.user.role = Role.THERAPIST
    mara.user.save()
    type(mara).objects.filter(pk=mara.pk).update(user=None)
    assert (leads_somewhere(mine), leads_somewhere(theirs)) == (False, False)


def test_fetch_is_noted_once_a_minute_and_what_it_held_whenever_that_changed():
    feed = feed_of(make_client_with_account().user)
    second = dt.timedelta(seconds=1)

    def noted(content, now):
        feeds.note_fetch(CalendarFeed.objects.get(pk=feed.pk), content, now)
        row = CalendarFeed.objects.get(pk=feed.pk)
        return row.fetched_at, row.changed_at

    assert noted(b"one", NOW) == (NOW, NOW)
    assert noted(b"one", NOW + 10 * second) == (NOW, NOW)
    assert noted(b"two", NOW + dt.timedelta(milliseconds=10_100)) == (
        NOW + dt.timedelta(milliseconds=10_100),
        NOW + 10 * second,
    )
    assert noted(b"three", NOW + dt.timedelta(milliseconds=10_900))[1] == NOW + 11 * second
    assert noted(b"three", NOW + 2 * MINUTE) == (NOW + 2 * MINUTE, NOW + 11 * second)


# The address


@pytest.fixture
def fetched():
    """A client's feed with one session, and what a calendar program gets there."""
    make_practice()
    me = make_client_with_account()
    now = timezone.now().replace(second=0, microsecond=0)
    make_booking(client=me, starts_at=now + dt.timedelta(days=3), created_at=now)
    path = f"/feeds/{feeds.make(me.user, shows=Shows.OWN, now=timezone.now())}.ics"
    return lambda **headers: Browser().get(path, headers=headers)


def test_feed_is_a_calendar_kept_by_its_reader_alone_without_a_cookie(fetched):
    answer = fetched()
    names = ("Content-Type", "Cache-Control", "X-Robots-Tag")
    assert [answer.headers.get(name) for name in names] == [
        "text/calendar; charset=utf-8", "private, no-cache", "noindex",
    ]  # fmt: skip
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert len(Calendar.from_ical(answer.content).events) == 1


def test_calendar_that_has_it_already_is_told_so_until_something_changes(fetched):
    first = fetched()
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    same = [fetched(if_none_match=etag), fetched(if_modified_since=modified)]
    assert [(answer.status_code, answer.content, answer.headers["ETag"]) for answer in same] == [(304, b"", etag)] * 2
    Booking.objects.update(status=Status.CANCELLED)
    changed = [fetched(if_none_match=etag), fetched(if_modified_since=modified)]
    assert [answer.status_code for answer in changed] == [200, 200]
    assert Calendar.from_ical(changed[0].content).events == []


@pytest.mark.parametrize("secret", ["x" * 43, "x", "a/b", "%00", "\u00e9"])
def test_unknown_address_is_not_there_and_not_kept(client, secret):
    answer = client.get(f"/feeds/{secret}.ics")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_unknown_secret_costs_one_look_as_a_known_one_does(django_assert_num_queries):
    known = feeds.make(make_client_with_account().user, shows=Shows.OWN, now=NOW)
    with django_assert_num_queries(1):
        feeds.recognise(known)
    with django_assert_num_queries(1), pytest.raises(NoSuchFeed):
        feeds.recognise("x" * 43)


def test_who_guesses_is_slowed_down(client):
    make_practice()
    for _ in range(60):
        throttle.take("feeds 127.0.0.1", 60, 60, timezone.now())
    answer = client.get("/feeds/x.ics")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert client.get("/feeds/x.ics", REMOTE_ADDR="192.0.2.7").status_code == 404


# The pages


def test_address_is_shown_once_when_it_is_made(client):
    make_practice()
    me = make_client_with_account()
    client.force_login(me.user)
    made = client.post("/my/calendar/", {"do": "make"}).text
    (address,) = re.findall(r'value="(http://testserver/feeds/[\w-]{43}\.ics)"', made)
    assert f'href="webcal://{address.removeprefix("http://")}"' in made
    assert Browser().get(address).status_code == 200
    again = client.get("/my/calendar/").text
    assert "/feeds/" not in again
    assert "Last asked for by a calendar" in again


def test_client_removes_their_address(client):
    make_practice()
    me = make_client_with_account()
    secret = feeds.make(me.user, shows=Shows.OWN, now=timezone.now())
    client.force_login(me.user)
    assert client.post("/my/calendar/", {"do": "remove"}).status_code == 302
    assert client.get(f"/feeds/{secret}.ics").status_code == 404


def test_client_cannot_make_their_feed_show_a_therapists(client):
    make_practice()
    me = make_client_with_account()
    client.force_login(me.user)
    assert client.post("/my/calendar/", {"do": "make", "shows": "names"}).status_code == 422
    assert not CalendarFeed.objects.exists()


def test_therapist_chooses_what_theirs_shows_and_the_address_stays(client):
    make_practice()
    mara = make_therapist()
    client.force_login(mara.user)
    page = f"/admin/bookings/therapist/{mara.pk}/calendar/"
    assert client.post(page, {"do": "make"}).status_code == 200
    before = CalendarFeed.objects.get()
    assert client.post(page, {"do": "show", "shows": "busy"}).status_code == 302
    after = CalendarFeed.objects.get()
    assert (before.shows, after.shows, after.digest) == (Shows.INITIALS, Shows.BUSY, before.digest)
    assert "My calendar address" in client.get(f"/admin/bookings/therapist/{mara.pk}/change/").text


def test_owner_has_no_calendar_of_a_therapists(client):
    make_practice()
    mara = make_therapist()
    client.force_login(make_user(role=Role.OWNER))
    assert client.get(f"/admin/bookings/therapist/{mara.pk}/calendar/").status_code == 404
    assert "My calendar address" not in client.get(f"/admin/bookings/therapist/{mara.pk}/change/").text

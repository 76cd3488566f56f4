"""The links in messages: good for one thing, one booking and the version that the message spoke of; opening never acts."""

import datetime as dt
import re

import pytest
from django.core.signing import Signer
from django.test import Client as Browser
from django.utils import timezone

from accounts import throttle
from bookings import evening, lifecycle, links, messages, moves, notices, visits
from bookings.errors import Conflict, LinkOver, LinkUsed, NoSuchLink
from bookings.links import Purpose
from bookings.models import Approval, Booking, BookingChange, MoveRequest, Status, Way
from bookings.tests.factories import NOW, make_booking, make_session_type, make_therapist_at_work
from bookings.tests.test_views_my import in_days, near
from clients.tests.factories import make_client, make_client_with_account, make_document, make_published
from outbox.models import Message, Wording
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
ACTING = [Purpose.COMING, Purpose.MOVE, Purpose.CANCEL]


@pytest.fixture
def booking():
    """In five days, of a client with an account; the session has a name of its own and a neutral one."""
    return make_one(make_client_with_account(name="Sam Field"))


@pytest.fixture
def phone():
    """A browser that keeps no cookie and would be asked for one."""
    return Browser(enforce_csrf_checks=True)


def make_one(client, **kind):
    make_practice(address="1 Quiet Lane", min_notice=dt.timedelta(hours=1))
    mara = make_therapist_at_work(name="Mara", slug="mara")
    session = make_session_type(name="Tantric massage therapy", neutral_name="Long session", therapists=[mara], **kind)
    return make_booking(
        client=client, session_type=session, therapist=mara, starts_at=in_days(5), created_at=in_days(-1)
    )


def path_of(booking, purpose):
    return links.address(booking, purpose).removeprefix("http://testserver")


def token_of(booking, purpose):
    return path_of(booking, purpose).split("/")[3]


def told(booking):
    """What the booking's history says: what, by whom, by which way."""
    return list(booking.changes.values_list("what", "by__email", "via"))


# The link


@pytest.mark.parametrize("purpose", ACTING)
def test_link_leads_to_its_booking_for_its_purpose_alone(booking, purpose):
    assert links.follow(purpose, token_of(booking, purpose), timezone.now()) == booking
    for other in set(Purpose) - {purpose}:
        with pytest.raises(NoSuchLink):
            links.follow(other, token_of(booking, purpose), timezone.now())


@pytest.mark.parametrize(
    "change", [lambda t: "1" + t, lambda t: t[:-1], lambda t: t.replace(".", ".A"), lambda t: "", lambda t: "a.b"]
)
def test_link_that_was_never_made_here_leads_nowhere(booking, change):
    with pytest.raises(NoSuchLink):
        links.follow(Purpose.CANCEL, change(token_of(booking, Purpose.CANCEL)), timezone.now())


def test_link_signed_for_something_else_leads_nowhere(booking):
    value = token_of(booking, Purpose.CANCEL).rpartition(".")[0]
    with pytest.raises(NoSuchLink):
        links.follow(Purpose.CANCEL, Signer(sep=".").sign(value), timezone.now())


def test_link_ends_with_the_start_of_the_session(booking):
    token, second = token_of(booking, Purpose.CANCEL), dt.timedelta(seconds=1)
    assert links.follow(Purpose.CANCEL, token, booking.starts_at - second) == booking
    with pytest.raises(LinkOver, match="has come"):
        links.follow(Purpose.CANCEL, token, booking.starts_at)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.CONFIRMED, links.CHANGED),
        (Status.CANCELLED, links.CANCELLED),
        (Status.DECLINED, links.OFF),
        (Status.EXPIRED, links.OFF),
    ],
)
def test_link_leads_no_further_once_the_booking_has_moved_on(booking, status, sentence):
    token = token_of(booking, Purpose.MOVE)
    Booking.objects.update(version=booking.version + 1, status=status)
    with pytest.raises(LinkOver) as over:
        links.follow(Purpose.MOVE, token, timezone.now())
    assert (str(over.value), over.value.ref) == (sentence, booking.ref)


def test_two_bookings_never_share_a_link(booking):
    other = make_booking()
    assert token_of(booking, Purpose.CANCEL) != token_of(other, Purpose.CANCEL)


# Opening


@pytest.mark.parametrize("purpose", ACTING)
@pytest.mark.parametrize("method", ["get", "head", "options", "put"])
def test_opening_a_link_never_acts(booking, phone, purpose, method):
    before = Booking.objects.values().get()
    for _ in range(3):
        getattr(phone, method)(path_of(booking, purpose))
    assert (Booking.objects.values().get(), told(booking), Message.objects.count()) == (before, [], 0)


@pytest.mark.parametrize("purpose", ACTING)
def test_pages_of_links_are_kept_nowhere_and_name_the_session_neutrally(booking, phone, purpose):
    answer = phone.get(path_of(booking, purpose))
    names = ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")
    assert [answer.headers[name] for name in names] == ["no-referrer", "no-store", "noindex"]
    said = "Long session" in answer.text, "antric" in answer.text, bool(re.search(r"\bSam\b", answer.text))
    assert said == (True, False, False)


@pytest.mark.parametrize("purpose", ACTING)
def test_link_of_an_earlier_version_says_so_kindly_and_shows_the_way_to_sign_in(booking, phone, purpose):
    path = path_of(booking, purpose)
    Booking.objects.update(version=booking.version + 1)
    for answer in (phone.get(path), phone.post(path) if purpose != Purpose.MOVE else phone.post(f"{path}confirm/")):
        assert (answer.status_code, links.CHANGED in answer.text, f"/my/{booking.ref}/" in answer.text) == (
            410,
            True,
            True,
        )
    assert told(booking) == []


@pytest.mark.parametrize("path", ["/link/cancel/x/", "/link/coming/1-1-1.sig/", "/link/move/%00/", "/link/done/a.b/"])
def test_unknown_link_is_not_there(client, path):
    make_practice()
    assert client.get(path).status_code == 404


def test_who_tries_links_is_slowed_down(client):
    make_practice()
    for _ in range(60):
        throttle.take("links 127.0.0.1", 60, 60, timezone.now())
    assert client.get("/link/cancel/x/").status_code == 429


# I will come


def test_client_says_that_they_will_come(booking, phone):
    reminded = Message.objects.create(
        kind=notices.REMINDER, about=notices.about(booking), key="r", version=booking.version,
        due_at=booking.starts_at, expires_at=booking.starts_at, created_at=NOW,
    )  # fmt: skip
    answer = phone.post(path_of(booking, Purpose.COMING), follow=True)
    booking.refresh_from_db()
    assert "We know that you will come" in answer.text
    assert booking.coming_said_at is not None
    assert told(booking) == [("coming_said", booking.client.user.email, Way.LINK)]
    assert messages.still_wanted(reminded, timezone.now())


def test_saying_it_twice_is_said_once_and_thanked_for_twice(booking, phone):
    path = path_of(booking, Purpose.COMING)
    phone.post(path)
    said_at = Booking.objects.get().coming_said_at
    again = phone.post(path, follow=True)
    assert "You told us on" in again.text
    assert "Yes, I will come" not in again.text
    assert (Booking.objects.get().coming_said_at, len(told(booking))) == (said_at, 1)


def test_who_moves_the_session_is_asked_again(booking):
    visits.say_coming(booking, by=None, now=timezone.now(), via=Way.LINK)
    moved = moves.reschedule(booking, in_days(6), by=booking.client.user, now=timezone.now())
    moved.refresh_from_db()
    assert moved.coming_said_at is None


@pytest.mark.parametrize("change", [{"status": Status.REQUESTED}, {"status": Status.CANCELLED}, {"version": 7}])
def test_coming_is_refused_where_the_booking_has_changed_meanwhile(booking, change):
    read = Booking.objects.get()
    Booking.objects.update(**change)
    with pytest.raises(Conflict):
        visits.say_coming(read, by=None, now=timezone.now(), via=Way.LINK)
    assert told(booking) == []


# Cancelling


def test_client_cancels_by_link_and_the_link_is_used_up(booking, phone):
    path = path_of(booking, Purpose.CANCEL)
    assert "Cancelling now is free" in phone.get(path).text
    answer = phone.post(path, {"accept_late": "False"}, follow=True)
    assert "Your booking is cancelled" in answer.text and "Nothing is owed" in answer.text
    assert told(booking) == [("cancelled", booking.client.user.email, Way.LINK)]
    for again in (phone.post(path, {"accept_late": "True"}, follow=True), phone.get(path, follow=True)):
        assert "Your booking is cancelled" in again.text
    assert len(told(booking)) == 1


def test_used_link_tells_what_it_did_for_an_hour_and_nothing_more_after_that(booking, phone):
    token = token_of(booking, Purpose.CANCEL)
    phone.post(f"/link/cancel/{token}/", {"accept_late": "False"})
    with pytest.raises(LinkUsed):
        links.follow(Purpose.CANCEL, token, timezone.now())
    with pytest.raises(LinkOver) as over:
        links.follow(Purpose.CANCEL, token, timezone.now() + links.SHOWN_FOR)
    assert (type(over.value), str(over.value)) == (LinkOver, links.CANCELLED)


def test_link_used_up_by_somebody_who_signed_in_tells_nothing(booking, phone):
    path = path_of(booking, Purpose.MOVE)
    moves.reschedule(booking, in_days(6), by=booking.client.user, now=timezone.now())
    assert phone.get(path).status_code == 410


def test_late_cancelling_by_link_costs_what_was_shown_and_accepted(booking, phone):
    near(booking)
    path = path_of(booking, Purpose.CANCEL)
    assert "Cancelling now costs £35" in phone.get(path).text
    refused = phone.post(path, {"accept_late": "False"})
    assert (refused.status_code, "Cancelling now costs £35" in refused.text, Booking.objects.get().status) == (
        200,
        True,
        "confirmed",
    )
    answer = phone.post(path, {"accept_late": "True"}, follow=True)
    found = Booking.objects.get()
    assert "A fee of £35 is due" in answer.text
    assert (found.status, found.is_late, found.late_fee) == ("cancelled", True, 35)


def test_cancelling_by_link_can_be_undone_by_the_client_who_signs_in(booking, phone, client):
    phone.post(path_of(booking, Purpose.CANCEL), {"accept_late": "False"})
    client.force_login(booking.client.user)
    client.post(f"/my/{booking.ref}/cancel/undo/")
    assert Booking.objects.get().status == "confirmed"


def test_client_without_an_account_cancels_by_link_under_the_same_terms(phone):
    booking = make_one(make_client(name="Robin Vale", email="robin@example.com"))
    near(booking)
    path = path_of(booking, Purpose.CANCEL)
    assert phone.post(path, {"accept_late": "False"}).status_code == 200
    answer = phone.post(path, {"accept_late": "True"}, follow=True)
    assert (
        "A fee of £35 is due" in answer.text
        and "sign in" not in answer.text.lower().split("<main")[1].split("</main")[0]
    )
    assert told(booking) == [("cancelled", None, Way.LINK)]
    assert "/my/" not in phone.get(path, follow=True).text.split("<main")[1].split("</main")[0]


# Another time


def choose(phone, booking, start):
    """Picks a time on the page of times, and confirms it."""
    path = path_of(booking, Purpose.MOVE)
    shown = phone.get(f"{path}?day={start:%Y-%m-%d}").text
    assert f'action="{path}confirm/"' in shown
    sure = phone.get(f"{path}confirm/", {"start": start.isoformat(), "therapist": "mara"})
    sent = dict(re.findall(r'<input type="hidden" name="(start|therapist|accept_late)" value="([^"]*)"', sure.text))
    return phone.post(f"{path}confirm/", sent, follow=True)


def test_client_moves_by_link(booking, phone):
    start = in_days(6, "14:00")
    answer = choose(phone, booking, start)
    found = Booking.objects.get()
    assert "Your booking is moved" in answer.text
    assert (found.starts_at, told(booking)) == (start, [("moved", booking.client.user.email, Way.LINK)])
    assert "Your booking is moved" in phone.get(path_of(booking, Purpose.MOVE), follow=True).text


def test_late_move_by_link_costs_what_was_shown(booking, phone):
    near(booking)
    answer = choose(phone, booking, in_days(6, "14:00"))
    found = Booking.objects.get()
    assert "Your booking is moved" in answer.text
    assert (found.is_late, found.late_fee) == (True, 35)


def test_client_without_an_account_moves_by_link(phone):
    booking = make_one(make_client(name="Robin Vale", email="robin@example.com"))
    choose(phone, booking, in_days(6, "14:00"))
    assert told(booking) == [("moved", None, Way.LINK)]


def test_time_that_is_not_free_is_refused_with_the_nearest(booking, phone):
    start = in_days(6, "14:00")
    make_booking(therapist=booking.therapist, starts_at=start)
    answer = phone.get(
        f"{path_of(booking, Purpose.MOVE)}confirm/", {"start": start.isoformat(), "therapist": "mara"}, follow=True
    )
    assert "is not free" in answer.text
    assert Booking.objects.get(pk=booking.pk).starts_at == booking.starts_at


def test_move_of_what_the_therapist_approves_is_asked_for(phone):
    booking = make_one(make_client_with_account(), approval=Approval.ALWAYS)
    answer = choose(phone, booking, in_days(6, "14:00"))
    assert "You asked for another time" in answer.text
    assert MoveRequest.objects.get().starts_at == in_days(6, "14:00")


def test_what_is_missing_is_not_said_to_whoever_holds_the_phone(phone):
    booking = make_one(make_client_with_account())
    document = make_document(slug="tantric-consent", title="Consent for tantric sessions")
    make_published(timezone.now(), document)
    booking.session_type.requires_consents = ["tantric-consent"]
    booking.session_type.save()
    answer = choose(phone, booking, in_days(6, "14:00"))
    assert (answer.status_code, "Please sign in for that" in answer.text, "onsent" in answer.text) == (409, True, False)
    assert told(booking) == []


# In messages


def test_reminder_brings_links_that_work_and_keeps_none(booking, phone):
    notices.announce(booking, practice=Practice.objects.current(), now=NOW)
    reminder = Message(kind=notices.REMINDER, about=notices.about(booking), version=booking.version)
    letter = messages.say(reminder, timezone.now())
    found = re.findall(r"http://testserver(/link/(\w+)/[^\s/]+/)", letter.text)
    assert [purpose for _, purpose in found] == ["coming", "move", "cancel"]
    assert [phone.get(path).status_code for path, _ in found] == [200, 200, 200]
    assert all(path in letter.html for path, _ in found)
    assert "/link/" not in letter.kept
    visits.say_coming(booking, by=None, now=timezone.now(), via=Way.LINK)
    assert "/link/coming/" not in messages.say(reminder, timezone.now()).text


def test_practice_may_put_the_links_into_its_text_messages_too(booking, phone):
    words = {"kind": notices.REMINDER, "channel": "sms", "text": "{{ when }}. {{ cancel_link }}"}
    Wording.objects.create(**words, changed_at=NOW)
    reminder = Message(kind=notices.REMINDER, channel="sms", about=notices.about(booking), version=booking.version)
    said = messages.say(reminder, timezone.now())
    (path,) = re.findall(r"Cancel: http://testserver(/link/cancel/\S+/)$", said.text)
    assert (phone.get(path).status_code, said.kept.endswith("Cancel: (link)")) == (200, True)


def test_staff_see_that_the_client_will_come(booking, client):
    visits.say_coming(booking, by=None, now=timezone.now(), via=Way.LINK)
    client.force_login(booking.therapist.user)
    page = client.get(f"/admin/bookings/booking/{booking.pk}/change/").text
    assert "Said that they will come" in page
    assert "client, by the link in a message" in page
    assert BookingChange.objects.get().what == "coming_said"


def test_therapists_list_for_tomorrow_says_who_told_that_they_will_come(booking):
    def listed() -> str:
        eve = Message(kind=evening.EVENING_LIST, about=f"evening:{booking.therapist_id}:{booking.session_on}")
        return re.sub(r"Room \d+, ", "", evening.say(eve, timezone.now()).text)

    assert "said they will come" not in listed()
    visits.say_coming(booking, by=None, now=timezone.now(), via=Way.LINK)
    assert "Long session, S. F., said they will come" in listed()


def test_staff_cancelling_is_no_clients_word(booking):
    near(booking)
    changed = lifecycle.cancel(booking, by=booking.therapist.user, now=timezone.now(), via=Way.STAFF)
    assert (changed.is_late, changed.late_fee) == (False, 0)

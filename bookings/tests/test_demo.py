"""The demo practice: the same for the same day, whole, and never in production."""

import datetime as dt
import itertools

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from bookings import demo, owing, readiness, takings
from bookings.demo import states
from bookings.models import Booking, CashUp, MoneyEntry, Room, SessionType, Therapist, TimeOff
from bookings.tests.factories import NOW
from bookings.tests.practice_files import exported
from clients import asking
from clients import facts as known
from clients.models import Client, Consent
from outbox.models import Message
from practice.models import PageText, Practice

pytestmark = pytest.mark.django_db


def test_demo_has_its_people_and_its_offer():
    assert demo.load(NOW)
    assert dict(User.objects.values_list("email", "role")) == {
        "owner@demo.example": "owner",
        "therapist@demo.example": "therapist",
        "desk@demo.example": "front_desk",
        "client@demo.example": "client",
        "new@demo.example": "client",
        "holly@demo.example": "client",
        "stella@demo.example": "client",
        "rowan@demo.example": "client",
        "olive@demo.example": "client",
        "blake@demo.example": "client",
        "reed@demo.example": "client",
        "quinn@demo.example": "client",
        "warren@demo.example": "client",
        "b.lake@demo.example": "client",
    }
    assert all(user.check_password("demo-practice-1") for user in User.objects.all())
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 14
    assert Therapist.objects.get(slug="mara").user.email == "therapist@demo.example"
    assert (Practice.objects.get().name, Room.objects.count(), Therapist.objects.count()) == ("Still Water", 3, 3)
    assert set(SessionType.objects.values_list("kind", flat=True)) == {"consultation", "standard", "tantric"}
    assert PageText.objects.filter(slug="boundaries").exists()
    assert not Message.objects.filter(kind="therapist_invited").exists()


def test_demo_client_has_a_past_and_a_future_and_the_new_one_nothing():
    demo.load(NOW)
    robin, alex = (Client.objects.get(user__email=email) for email in ("client@demo.example", "new@demo.example"))
    assert list(robin.bookings.values_list("status", flat=True)) == ["completed"] * 3 + ["confirmed"] * 2
    assert not alex.bookings.exists()


def test_demo_client_has_signed_everything():
    demo.load(NOW)
    robin = Client.objects.get(user__email="client@demo.example")
    facts = known.of(robin, NOW.date())
    assert {slug: each.is_given for slug, each in facts.agreements.items()} == dict.fromkeys(
        ["boundaries", "privacy", "tantric-session", "treatment"], True
    )
    assert all(form.is_valid for form in facts.forms.values())


def still_missing(name: str, slug: str) -> list[str]:
    kind = SessionType.objects.get(slug=slug)
    return [each.name for each in readiness.of(Client.objects.get(ref=f"demo-{name}"), kind, NOW.date()).missing]


def test_demo_has_a_client_in_each_state():
    demo.load(NOW)
    names = ("alex", "holly", "stella", "rowan", "olive", "blake", "reed", "robin", "warren")
    assert {name: still_missing(name, "relaxing-massage") for name in names} == {
        "alex": ["intake_required:health", "consent_required:treatment"],
        "holly": ["intake_required:health", "consent_required:treatment"],
        "stella": ["stopped:"],
        "rowan": ["review_required:"],
        "olive": ["consent_required:treatment"],
        "blake": ["not_available:"],
        "reed": [],
        "robin": [],
        "warren": [],
    }
    assert still_missing("reed", "tantric-session") == ["stage_required:clearing"]
    holly = Client.objects.get(ref="demo-holly").submissions.get()
    assert (holly.signed_at, len(asking.answers(holly))) == (None, 8)
    assert not Client.objects.get(ref="demo-alex").submissions.exists()


def test_bookings_of_those_in_the_demo_followed_what_they_told():
    demo.load(NOW)
    coming = Booking.objects.filter(starts_at__gt=NOW, client__ref__in=[ref for ref, *_ in states.CLIENTS])
    assert dict(coming.values_list("client__ref", "status")) == {
        "demo-stella": "requested",
        "demo-rowan": "requested",
        "demo-olive": "confirmed",
        "demo-blake": "cancelled",
        "demo-quinn": "requested",
        "demo-warren": "confirmed",
    }
    assert Consent.objects.get(client__ref="demo-olive", version__document__slug="treatment").version.number == 1


@pytest.mark.parametrize("days", range(0, 371, 53))
def test_diary_has_bookings_this_week_and_the_next_on_any_day(days):
    now = NOW + dt.timedelta(days=days, hours=days % 24)
    demo.load(now)
    monday = now.date() - dt.timedelta(days=now.weekday())
    for week in (-1, 0, 1):
        first = monday + dt.timedelta(weeks=week)
        assert Booking.objects.filter(session_on__range=(first, first + dt.timedelta(days=6))).count() >= 10
    assert not Booking.objects.filter(ends_at__gt=now, status__in=("completed", "no_show")).exists()
    assert not Booking.objects.filter(ends_at__lte=now, status__in=("confirmed", "requested")).exists()


def test_nobody_in_the_demo_is_in_two_places_at_once():
    demo.load(NOW)
    sessions = list(Booking.objects.order_by("client", "starts_at"))
    assert [
        b.ref for a, b in itertools.pairwise(sessions) if a.client_id == b.client_id and b.starts_at < a.ends_at
    ] == []


def test_loading_again_changes_nothing():
    demo.load(NOW)
    before = exported()
    assert not demo.load(NOW + dt.timedelta(days=30))
    assert exported() == before


def test_past_sessions_are_paid_for_one_is_owing_one_was_waived_and_the_days_are_closed():
    demo.load(NOW)
    took_place = Booking.objects.filter(status="completed", price__gt=0)
    assert owing.not_paid(Booking.objects.all()).count() == 1
    assert MoneyEntry.objects.filter(kind="waiver").count() == 1
    assert MoneyEntry.objects.filter(kind="payment").count() == took_place.count() - 2
    assert MoneyEntry.objects.filter(kind="deposit", booking__client__ref="demo-robin").count() == 1
    assert MoneyEntry.objects.receipts().count() == MoneyEntry.objects.receipts().latest("number").number
    assert CashUp.objects.exclude(why="").count() == 1
    assert takings.not_closed(NOW.date() - dt.timedelta(days=1)) == []


def test_nobody_in_the_demo_has_a_session_while_they_are_away():
    demo.load(NOW)
    away = TimeOff.objects.all()
    meeting = [
        Booking.objects.blocking(NOW).filter(
            therapist=each.therapist_id, starts_at__lt=each.ends_at, ends_at__gt=each.starts_at
        )
        for each in away
    ]
    assert (len(away), [booking for found in meeting for booking in found]) == (4, [])

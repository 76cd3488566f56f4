"""Incidents, what follows from them, restrictions, and look-alikes of who is blocked."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.tests.factories import make_owner, make_user
from bookings import lifecycle
from bookings.errors import NotReady
from bookings.models import Status
from bookings.placing import Wish
from bookings.tests.factories import at, make_booking, make_session_type, make_therapist_at_work
from care import incidents, restricting
from care.errors import NothingWritten
from care.tests.factories import NOW, make_incident
from clients import lookalikes, records, restrictions
from clients.errors import WhyNeeded
from clients.models import LookAlike, Restriction
from clients.tests.factories import make_client, make_client_with_account
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def kinds(client: object) -> list[str]:
    return list(Restriction.objects.filter(client=client, until=None).values_list("kind", flat=True))


@pytest.mark.parametrize("consequence", ["warn", "approval", "block"])
def test_incident_can_warn_restrict_and_block(consequence: str) -> None:
    incident = make_incident(consequence=consequence, done="Spoke about it.")
    assert kinds(incident.client) == [consequence]
    assert incident.restriction == Restriction.objects.get()
    assert (incident.what_happened, incident.what_was_done) == ("A remark that crossed the line.", "Spoke about it.")
    assert trail.about(f"client:{incident.client_id}").last().kind == "incident.recorded"


def test_incident_without_consequence_restricts_nothing() -> None:
    assert make_incident().restriction is None
    assert Restriction.objects.count() == 0


def test_incident_without_words_is_not_recorded() -> None:
    with pytest.raises(NothingWritten):
        make_incident(what=" ")


def test_what_came_of_it_is_added_and_nothing_is_lost() -> None:
    incident, owner = make_incident(follow_up_on=dt.date(2026, 6, 8)), make_owner()
    incidents.follow_up(incident, "We spoke.", by=owner, now=NOW)
    again = incidents.follow_up(incident, "All is well.", by=owner, now=LATER)
    assert (again.follow_up, again.followed_up_at, again.followed_up_by) == ("We spoke.\n\nAll is well.", LATER, owner)
    with pytest.raises(NothingWritten):
        incidents.follow_up(incident, "", by=owner, now=LATER)


def book(client: object, **overrides: object) -> object:
    kind = make_session_type(therapists=[make_therapist_at_work()], **overrides)
    wish = Wish(client, kind.lengths.get(), at("2026-06-04 10:00"))
    return lifecycle.book(wish, by=client.user, now=NOW)


def test_block_releases_what_is_to_come_and_the_client_learns_no_more_than_that() -> None:
    make_practice()
    client, owner = make_client_with_account(), make_owner()
    booking = make_booking(client=client)
    restricting.restrict(client, "block", why="What happened.", by=owner, now=NOW)
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    with pytest.raises(NotReady) as refused:
        book(client)
    assert (refused.value.code, str(refused.value)) == ("not_available", "We are sorry: no booking is possible.")


def test_restriction_ends_with_a_reason_and_then_bookings_are_possible_again() -> None:
    make_practice()
    client, owner = make_client_with_account(), make_owner()
    made = restricting.restrict(client, "block", why="A mistake.", by=owner, now=NOW)
    with pytest.raises(WhyNeeded):
        restrictions.lift(made, why=" ", by=owner, now=LATER)
    lifted = restrictions.lift(made, why="It was somebody else.", by=owner, now=LATER)
    assert (lifted.until, lifted.lifted_by, lifted.lifted_why, lifted.why) == (
        LATER,
        owner,
        "It was somebody else.",
        "A mistake.",
    )
    assert book(client).status == Status.CONFIRMED
    with pytest.raises(restrictions.AlreadyLifted):
        restrictions.lift(made, why="Again.", by=owner, now=LATER)


def test_restriction_needs_a_reason_whatever_its_kind() -> None:
    for kind in ("warn", "approval", "block"):
        with pytest.raises(WhyNeeded):
            restricting.restrict(make_client(), kind, why="", by=make_owner(), now=NOW)


def test_block_is_not_made_past_its_consequences() -> None:
    with pytest.raises(restrictions.NotBlockedHere):
        restrictions.restrict(make_client(), "block", why="Reason.", by=make_owner(), now=NOW)


# Look-alikes


def block(**details: str) -> object:
    blocked = make_client(**details)
    restricting.restrict(blocked, "block", why="Reason.", by=make_owner(), now=NOW)
    return blocked


def noticed() -> list[tuple[int, int, str]]:
    return list(LookAlike.objects.order_by("pk").values_list("client", "resembles", "by"))


def test_sign_up_with_the_same_mailbox_written_differently_is_put_before_the_therapist() -> None:
    blocked = block(email="sam.field@example.com")
    user = make_user(email="samfield+new@example.com")
    client = records.register(user, name="S. Field", date_of_birth=dt.date(1980, 5, 1), now=NOW)
    assert noticed() == [(client.pk, blocked.pk, "mailbox")]
    records.register(user, name="S. Field", date_of_birth=dt.date(1980, 5, 1), now=NOW)
    assert LookAlike.objects.count() == 1


def test_same_phone_is_noticed_once_however_often_it_is_saved() -> None:
    blocked = block(phone="+44 7700 900123")
    client = make_client(phone="07700 900 123")
    lookalikes.notice(client, NOW)
    lookalikes.notice(client, LATER)
    assert noticed() == [(client.pk, blocked.pk, "phone")]


def test_those_already_here_are_looked_at_when_somebody_is_blocked() -> None:
    here = make_client(phone="(07700) 900123")
    make_client(phone="07700 900999")
    blocked = block(phone="0044 7700 900123")
    assert noticed() == [(here.pk, blocked.pk, "phone")]


def test_nobody_looks_like_a_client_who_is_not_blocked() -> None:
    make_client(email="sam.field@example.com", phone="07700 900123")
    lookalikes.notice(make_client(email="samfield@example.com", phone="07700900123"), NOW)
    assert noticed() == []


def test_until_the_therapist_has_looked_bookings_are_requests_and_never_refused() -> None:
    make_practice()
    block(phone="07700 900123")
    client = make_client_with_account(phone="07700 900123")
    lookalikes.notice(client, NOW)
    asked = book(client)
    assert asked.status == Status.REQUESTED
    lifecycle.cancel(asked, by=client.user, now=LATER)
    restricting.answer_look_alike(LookAlike.objects.get(), is_same=False, by=make_owner(), now=LATER)
    assert book(client).status == Status.CONFIRMED


def test_same_person_is_blocked_under_the_new_name_too() -> None:
    block(phone="07700 900123")
    client, owner = make_client_with_account(phone="07700 900123"), make_owner()
    lookalikes.notice(client, NOW)
    alike = LookAlike.objects.get()
    restricting.answer_look_alike(alike, is_same=True, by=owner, now=LATER)
    alike.refresh_from_db()
    assert (alike.is_same, alike.answered_by, alike.answered_at) == (True, owner, LATER)
    assert kinds(client) == ["block"]
    with pytest.raises(restricting.Answered):
        restricting.answer_look_alike(alike, is_same=False, by=owner, now=LATER)

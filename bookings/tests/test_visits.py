"""Checking in, starting and ending: in their order, around the time that was booked, and only when all is there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import breaking, changes, lifecycle, treating, visits, withdrawal
from bookings.errors import Conflict, NotGiven, NotReady, ReasonNeeded
from bookings.models import Booking, BookingChange, Status
from bookings.tests.factories import NOW, make_booking, make_session_type
from bookings.tests.test_admin import browser, offered
from bookings.tests.test_readiness import make_questionnaire, make_signed
from clients.models import Document
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from vault import trail

pytestmark = pytest.mark.django_db
EARLIER = NOW - dt.timedelta(days=2)


def here(booking: Booking, by: User | None = None, **said: object) -> Booking:
    return visits.check_in(booking, by=by or make_owner(), now=booking.starts_at, **({"identity_seen": True} | said))


def make_resting(*, each_session: bool = True) -> Booking:
    """A booking that rests on a consent that was given, and that is said again at each session."""
    client, document = make_client_with_account(), make_document(slug="treatment", each_session=each_session)
    make_consent(client, make_published(EARLIER, document), EARLIER)
    return make_booking(client=client, session_type=make_session_type(requires_consents=["treatment"]))


def lines(booking: Booking) -> list[tuple[str, str, dict[str, object]]]:
    return [(each.what, each.after, each.details) for each in BookingChange.objects.filter(booking=booking)]


def test_a_visit_from_the_door_to_its_end() -> None:
    booking = make_booking()
    start = booking.starts_at
    here(booking)
    visits.start(booking, by=make_owner(), now=start + dt.timedelta(minutes=5))
    visits.end(booking, by=make_owner(), now=start + dt.timedelta(minutes=70))
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_at, booking.started_at, booking.ended_at) == (
        Status.COMPLETED,
        start,
        start + dt.timedelta(minutes=5),
        start + dt.timedelta(minutes=70),
    )
    assert lines(booking) == [
        ("checked_in", "confirmed", {"identity_seen": True}),
        ("started", "confirmed", {}),
        ("completed", "completed", {}),
    ]


def test_nobody_is_checked_in_unseen() -> None:
    with pytest.raises(NotGiven):
        here(make_booking(), identity_seen=False)


@pytest.mark.parametrize("hours", [-13, 13])
def test_a_visit_is_on_its_day(hours) -> None:
    booking = make_booking()
    with pytest.raises(Conflict):
        visits.check_in(booking, by=make_owner(), now=booking.starts_at + dt.timedelta(hours=hours), identity_seen=True)


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.CANCELLED, Status.COMPLETED])
def test_only_a_confirmed_booking_is_checked_in(status) -> None:
    with pytest.raises(Conflict):
        here(make_booking(status=status))


def test_each_step_is_made_once_and_in_order() -> None:
    booking, owner = make_booking(), make_owner()
    now = booking.starts_at
    for step in (visits.start, visits.end):
        with pytest.raises(Conflict):
            step(booking, by=owner, now=now)
    here(booking)
    with pytest.raises(Conflict):
        here(booking)
    visits.start(booking, by=owner, now=now)
    with pytest.raises(Conflict):
        visits.start(booking, by=owner, now=now)
    said = {"early_by": "both", "early_why": "enough"}
    visits.end(booking, by=owner, now=now, **said)
    with pytest.raises(Conflict):
        visits.end(booking, by=owner, now=now, **said)


def started(booking: Booking) -> Booking:
    here(booking)
    return visits.start(booking, by=make_owner(), now=booking.starts_at)


def test_a_session_that_was_not_started_cannot_be_ended() -> None:
    booking = make_booking()
    for now in (booking.starts_at - dt.timedelta(hours=1), booking.ends_at):
        with pytest.raises(Conflict, match="has not been started yet"):
            visits.end(booking, by=make_owner(), now=now, early_by="both", early_why="time")


def test_an_end_before_the_planned_one_says_by_whom_and_why() -> None:
    booking, owner = started(make_booking()), make_owner()
    now = booking.ends_at - dt.timedelta(minutes=20)
    for said in ({}, {"early_by": "client"}, {"early_by": "nobody", "early_why": "time"}):
        with pytest.raises(NotGiven):
            visits.end(booking, by=owner, now=now, **said)
    visits.end(booking, by=owner, now=now, early_by="client", early_why="time")
    assert lines(booking)[-1] == ("completed", "completed", {"early_by": "client", "early_why": "time"})


def test_at_its_time_nothing_is_asked_and_nothing_of_it_kept() -> None:
    booking = started(make_booking())
    visits.end(booking, by=make_owner(), now=booking.ends_at, early_by="client", early_why="time")
    assert lines(booking)[-1] == ("completed", "completed", {})


def test_a_running_session_is_ended_and_neither_marked_as_held_nor_as_missed() -> None:
    booking = started(make_booking())
    for verb in (lifecycle.complete, lifecycle.no_show):
        with pytest.raises(Conflict, match="running"):
            verb(booking, by=make_owner(), now=booking.ends_at - dt.timedelta(minutes=1))
    assert not {"complete", "no-show"} & set(offered(make_owner(), booking))


ENDS = {
    "ended": lambda booking, by: visits.end(booking, by=by, now=booking.ends_at),
    "noted afterwards": lambda booking, by: lifecycle.complete(booking, by=by, now=booking.ends_at),
    "broken off": lambda booking, by: breaking.break_off(booking, by=by, now=booking.ends_at, has_fee=False),
    "stopped": lambda booking, by: withdrawal.stop(booking.client, by=by, now=booking.ends_at),
}


@pytest.mark.parametrize("how", ENDS)
def test_what_follows_from_an_end_follows_however_it_ended_and_once(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    booking, owner, heard = started(make_booking()), make_owner(), []
    monkeypatch.setattr(changes, "_at_end", [lambda *said: heard.append(said)])
    ENDS[how](booking, owner)
    booking.refresh_from_db()
    assert [(each.pk, by, at) for each, by, at in heard] == [(booking.pk, owner, booking.ended_at)]
    if booking.status == Status.COMPLETED:
        lifecycle.no_show(booking, by=owner, now=booking.ends_at, why="A slip.")
    assert len(heard) == 1


def test_nothing_follows_for_a_session_that_was_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    booking, heard = make_booking(), []
    monkeypatch.setattr(changes, "_at_end", [lambda *said: heard.append(said)])
    lifecycle.complete(booking, by=make_owner(), now=booking.ends_at)
    assert heard == []


def test_a_consent_that_is_said_at_each_session_is_said_again_at_the_door() -> None:
    booking, owner = make_resting(), make_owner()
    with pytest.raises(NotReady) as raised:
        here(booking, owner)
    assert [(each.code, each.about) for each in raised.value.missing] == [("consent_required", "treatment")]
    here(booking, owner, reaffirmed=["treatment"])
    assert lines(booking) == [("checked_in", "confirmed", {"identity_seen": True, "reaffirmed": ["treatment"]})]
    consent = booking.client.consents.get()
    entry = trail.about(booking.client.vault_subject()).get(kind="consent.reaffirmed")
    assert (entry.actor_id, entry.object, entry.at) == (owner.pk, f"clients.consent:{consent.pk}", booking.starts_at)
    assert entry.details == {"booking": booking.pk, "text": consent.text_sha256}


def test_other_consents_are_not_said_again() -> None:
    assert here(make_resting(each_session=False)).checked_in_at


def test_a_withdrawal_between_door_and_start_keeps_the_session_from_starting() -> None:
    booking = make_resting()
    Document.objects.update(on_withdrawal="ask")
    here(booking, reaffirmed=["treatment"])
    before = booking.starts_at - dt.timedelta(minutes=5)
    withdrawal.withdraw(booking.client, Document.objects.get(), by=booking.client.user, now=before)
    with pytest.raises((NotReady, Conflict)):
        visits.start(booking, by=make_owner(), now=booking.starts_at)


def test_whether_anything_has_changed_is_asked_before_each_session() -> None:
    booking = make_booking()
    version = make_questionnaire(asked="visit", slug="visit")
    here(booking)
    with pytest.raises(NotReady) as raised:
        visits.start(booking, by=make_owner(), now=booking.starts_at)
    assert [(each.code, each.about) for each in raised.value.missing] == [("intake_required", "visit")]
    make_signed(booking.client, version, about=f"booking:{booking.pk + 1}")  # about another visit
    with pytest.raises(NotReady):
        visits.start(booking, by=make_owner(), now=booking.starts_at)
    make_signed(booking.client, version, about=f"booking:{booking.pk}")
    assert visits.start(booking, by=make_owner(), now=booking.starts_at).started_at


def test_a_stage_is_set_aside_with_a_reason_and_a_form_never() -> None:
    booking, owner = make_booking(session_type=make_session_type(requires_stage="clearing")), make_owner()
    here(booking)
    with pytest.raises(ReasonNeeded):
        visits.start(booking, by=owner, now=booking.starts_at, override=True, why=" ")
    version = make_questionnaire()
    with pytest.raises(NotReady) as raised:
        visits.start(booking, by=owner, now=booking.starts_at, override=True, why="Known here.")
    assert [each.code for each in raised.value.missing] == ["intake_required"]
    make_signed(booking.client, version)
    visits.start(booking, by=owner, now=booking.starts_at, override=True, why="Known here.")
    assert BookingChange.objects.get(booking=booking, what="started").why == "Known here."


def test_what_follows_a_start_is_undone_with_it() -> None:
    booking = here(make_booking())

    def refuse(booking: Booking, by: User, now: dt.datetime) -> None:
        raise Conflict

    visits.when_started(refuse)
    try:
        with pytest.raises(Conflict):
            visits.start(booking, by=make_owner(), now=booking.starts_at)
    finally:
        visits._at_start.remove(refuse)
    assert Booking.objects.get(pk=booking.pk).started_at is None


# The buttons on the practice's side


def soon() -> Booking:
    start = timezone.now().replace(second=0, microsecond=0)
    return make_booking(starts_at=start, created_at=start - dt.timedelta(days=1))


def test_the_desk_checks_in_and_the_therapist_starts_and_ends() -> None:
    desk, owner, booking = make_front_desk(), make_owner(), soon()
    url = f"/admin/bookings/booking/{booking.pk}/act/"
    assert "check-in" in offered(desk, booking)
    browser(desk).post(f"{url}check-in/", {})
    booking.refresh_from_db()
    assert booking.checked_in_at is None
    browser(desk).post(f"{url}check-in/", {"identity_seen": "on"})
    booking.refresh_from_db()
    assert booking.checked_in_at
    assert ("start" in offered(desk, booking), "start" in offered(owner, booking)) == (False, True)
    browser(owner).post(f"{url}start/", {})
    asked = browser(owner).post(f"{url}end/", {})
    assert list(asked.context["form"].errors) == ["early_by", "early_why"]
    browser(owner).post(f"{url}end/", {"early_by": "therapist", "early_why": "other"})
    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED


def test_the_booking_page_tells_the_desk_yes_or_no_and_the_therapist_what_is_missing() -> None:
    booking = soon()
    make_questionnaire()
    url = f"/admin/bookings/booking/{booking.pk}/change/"
    treating.settle(NOW)
    desk, therapist = (browser(user).get(url).content.decode() for user in (make_front_desk(), booking.therapist.user))
    assert ("Forms complete: <strong>no</strong>" in desk, "Before it can start" in desk) == (True, False)
    assert ("Forms complete: <strong>no</strong>" in therapist, "Before it can start" in therapist) == (True, True)
    assert "“Health” is not filled in and signed off." in therapist
    listed = browser(make_front_desk()).get("/admin/bookings/booking/?when=all").content.decode()
    assert '<td class="field-forms_complete">no</td>' in listed

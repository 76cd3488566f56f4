"""What follows for bookings where a consent is withdrawn, a client is blocked, or something stops a session."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.tests.factories import make_owner
from bookings import readiness, withdrawal
from bookings.models import Booking, Status, Way
from bookings.tests.factories import NOW, at, make_booking, make_session_type
from clients.errors import WhyNeeded
from clients.models import Client, Document, Restriction, Withdrawal
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from outbox.models import Message
from vault import trail

pytestmark = pytest.mark.django_db
EARLIER = NOW - dt.timedelta(days=1)


def make_agreed(on_withdrawal: str = "release") -> tuple[Client, Document]:
    """A client who signed the document “treatment”."""
    client, document = make_client_with_account(), make_document(slug="treatment", on_withdrawal=on_withdrawal)
    make_consent(client, make_published(EARLIER, document), EARLIER)
    return client, document


def make_resting(client: Client, **overrides: object) -> Booking:
    kind = make_session_type(requires_consents=["treatment"])
    return make_booking(**({"client": client, "session_type": kind} | overrides))


def said_about(booking: Booking) -> set[str]:
    return set(Message.objects.filter(about=f"booking:{booking.pk}", state="planned").values_list("kind", flat=True))


def test_bookings_that_rest_on_a_withdrawn_consent_are_released_and_nothing_is_owed() -> None:
    client, document = make_agreed()
    soon = make_resting(client, starts_at=NOW + dt.timedelta(hours=1))  # inside the notice
    asked = make_resting(client, status=Status.REQUESTED)
    held = make_resting(client, status=Status.HELD, starts_at=at("2026-06-05 10:00"))
    other = make_booking(client=client, starts_at=at("2026-06-06 10:00"))
    changed = withdrawal.withdraw(client, document, by=client.user, now=NOW)
    assert {each.pk: each.status for each in changed} == {
        soon.pk: Status.CANCELLED,
        asked.pk: Status.CANCELLED,
        held.pk: Status.EXPIRED,
    }
    soon.refresh_from_db()
    assert (soon.late_fee, soon.is_late, soon.cancelled_at) == (Decimal(0), False, NOW)
    other.refresh_from_db()
    assert other.status == Status.CONFIRMED
    assert said_about(soon) == {"booking_cancelled"}


def test_what_a_late_move_cost_is_not_owed_for_a_session_that_is_released() -> None:
    client, document = make_agreed()
    booking = make_resting(client, is_late=True, late_fee="35.00")
    withdrawal.withdraw(client, document, by=client.user, now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.late_fee) == (Status.CANCELLED, Decimal(0))
    assert booking.changes.latest("pk").details == {"owed_before": "35.00"}


def test_where_the_document_says_so_they_are_put_to_the_therapist() -> None:
    client, document = make_agreed("ask")
    booking, asked = (
        make_resting(client),
        make_resting(client, status=Status.REQUESTED, starts_at=at("2026-06-05 10:00")),
    )
    (changed,) = withdrawal.withdraw(client, document, by=client.user, now=NOW)
    assert (changed, changed.status, changed.answer_by_at) == (booking, Status.REQUESTED, NOW + dt.timedelta(hours=48))
    asked.refresh_from_db()
    assert asked.version == 1
    assert said_about(booking) == {"booking_waiting", "booking_to_look_at"}


def test_what_has_begun_by_the_clock_is_released_rather_than_asked_about() -> None:
    client, document = make_agreed("ask")
    booking = make_resting(client, starts_at=NOW - dt.timedelta(minutes=5), created_at=EARLIER)
    (changed,) = withdrawal.withdraw(client, document, by=client.user, now=NOW)
    assert (changed, changed.status) == (booking, Status.CANCELLED)


@pytest.mark.parametrize("on_withdrawal", ["release", "ask"])
def test_a_running_session_is_marked_ended(on_withdrawal) -> None:
    client, document = make_agreed(on_withdrawal)
    started = NOW - dt.timedelta(minutes=20)
    booking = make_resting(client, starts_at=started, started_at=started, created_at=EARLIER)
    (changed,) = withdrawal.withdraw(client, document, by=client.user, now=NOW)
    assert (changed, changed.status, changed.ended_at, changed.late_fee) == (booking, Status.COMPLETED, NOW, 0)


def test_what_is_over_stays_as_it_was() -> None:
    client, document = make_agreed()
    for overrides in (
        {"status": Status.COMPLETED},
        {"status": Status.CANCELLED},
        {"status": Status.CONFIRMED, "starts_at": NOW - dt.timedelta(hours=3), "created_at": EARLIER},
    ):
        make_resting(client, **overrides)
    assert withdrawal.withdraw(client, document, by=client.user, now=NOW) == []


def test_withdrawing_twice_changes_nothing_more() -> None:
    client, document = make_agreed()
    make_resting(client)
    assert len(withdrawal.withdraw(client, document, by=client.user, now=NOW)) == 1
    assert withdrawal.withdraw(client, document, by=client.user, now=NOW) == []
    assert Withdrawal.objects.count() == 1


def test_the_therapist_may_enter_it_on_the_clients_word() -> None:
    client, document = make_agreed()
    booking, owner = make_resting(client), make_owner()
    withdrawal.withdraw(client, document, by=owner, now=NOW, on_clients_word=True)
    line = booking.changes.get()
    assert (line.what, line.by, line.via) == ("released", owner, Way.STAFF)
    assert Withdrawal.objects.get().on_clients_word is True
    last = trail.about(client.vault_subject()).last()
    assert (last.kind, last.actor_id, last.details) == ("consent.withdrawn", owner.pk, {"on_clients_word": True})


def test_another_client_keeps_what_they_booked() -> None:
    client, document = make_agreed()
    other = make_resting(make_client_with_account())
    assert withdrawal.withdraw(client, document, by=client.user, now=NOW) == []
    assert Booking.objects.get(pk=other.pk).status == Status.CONFIRMED


def codes(client: Client, booking: Booking, days: int = 0) -> list[str]:
    ready = readiness.of(client, booking.session_type, dt.date(2026, 6, 1) + dt.timedelta(days=days))
    return [f"{each.code} {each.weight.name}" for each in ready.missing]


def test_a_withdrawn_consent_cannot_be_overridden_until_it_is_given_again() -> None:
    client, document = make_agreed()
    booking = make_resting(client)
    assert codes(client, booking) == []
    withdrawal.withdraw(client, document, by=client.user, now=NOW)
    assert codes(client, booking) == ["consent_required PHYSICS"]
    make_consent(client, document.versions.get(), NOW)
    assert codes(client, booking) == []


def test_a_new_version_does_not_hide_a_withdrawal() -> None:
    client, document = make_agreed()
    booking = make_resting(client)
    withdrawal.withdraw(client, document, by=client.user, now=NOW)
    newer = make_published(NOW, document)
    assert codes(client, booking) == ["consent_required PHYSICS"]
    make_consent(client, newer, NOW)
    assert codes(client, booking) == []


def test_a_new_version_asks_again_from_its_date_on() -> None:
    client, document = make_agreed()
    booking = make_resting(client)
    make_published(NOW, document, applies_from=dt.date(2026, 6, 4))
    assert [codes(client, booking, days) for days in (2, 3)] == [[], ["consent_required FORM"]]


def test_where_both_sign_nothing_starts_before_the_therapist_has_signed(settings) -> None:
    from clients import agreements
    from practice.tests.factories import make_practice

    make_practice(consent_signers="both")
    client, _document = make_agreed()
    booking = make_resting(client)
    assert codes(client, booking) == ["consent_required LOOK"]
    agreements.countersign(client.consents.get(), by=make_owner(), now=NOW)
    assert codes(client, booking) == []


def test_a_block_releases_what_is_to_come_and_is_kept_with_its_reason() -> None:
    client, owner = make_client_with_account(), make_owner()
    booking = make_booking(client=client)
    assert withdrawal.block(client, by=owner, now=NOW, why="As we agreed.") == [booking]
    kept = Restriction.objects.get()
    assert (kept.kind, kept.why, kept.by) == ("block", "As we agreed.", owner)
    assert codes(client, booking) == ["not_available PHYSICS"]


def test_a_block_needs_a_reason() -> None:
    with pytest.raises(WhyNeeded):
        withdrawal.block(make_client_with_account(), by=make_owner(), now=NOW, why=" ")
    assert not Restriction.objects.exists()


def test_a_stop_puts_all_that_is_to_come_to_the_therapist_but_a_talk() -> None:
    client = make_client_with_account()
    booking = make_booking(client=client)
    make_booking(client=client, session_type=make_session_type(kind="consultation"), starts_at=at("2026-06-05 10:00"))
    (changed,) = withdrawal.stop(client, by=client.user, now=NOW)
    assert (changed, changed.status) == (booking, Status.REQUESTED)


def test_a_stop_about_one_visit_concerns_that_visit_alone() -> None:
    client = make_client_with_account()
    booking = make_booking(client=client)
    make_booking(client=client, starts_at=at("2026-06-05 10:00"))
    (changed,) = withdrawal.stop(client, by=client.user, now=NOW, about=f"booking:{booking.pk}")
    assert (changed, changed.status) == (booking, Status.REQUESTED)

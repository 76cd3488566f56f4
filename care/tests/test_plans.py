"""The plan for the work: kept by version, sealed, the therapist's own; and a series booked from it, whole or not at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.tests.factories import make_front_desk, make_owner
from bookings import series, treating
from bookings.errors import NotGiven
from bookings.models import Booking, Therapist
from bookings.series import NotBooked
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from care import constraints, plans
from care.models import Plan, PlannedSession
from care.plans import NotTheirs, PlanChanged, Work
from clients import decisions
from clients.errors import RecordClosed
from clients.models import Client, Stage
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    make_practice(horizon_days=365)


def make_treated() -> tuple[Client, Therapist, Any]:
    """A client, the therapist at work who treats them, and a length of theirs."""
    kind = make_session_type()
    therapist = make_therapist_at_work(offers=[kind])
    client = make_client_with_account()
    treating.keep(
        make_booking(client=client, therapist=therapist, session_type=kind, starts_at=at("2026-06-02 10:00")), NOW
    )
    return client, therapist, kind.lengths.select_related("session_type").get()


def make_plan(*, sessions: int = 4, every_days: int = 7, work_on: str = "Breath and grounding.") -> Plan:
    client, therapist, length = make_treated()
    work = Work(length, sessions, every_days, work_on)
    return plans.make(client, therapist, work, by=therapist.user, now=NOW, seen=0)


def laid(plan: Plan, first: str = "2026-06-08 10:00") -> list[dt.datetime]:
    practice = Practice.objects.current()
    return series.starts(at(first), every_days=plan.every_days, sessions=plan.sessions, practice=practice)


def again(plan: Plan, **overrides: Any) -> Plan:
    length = plan.session_type.lengths.get()
    fields = {"sessions": 6, "every_days": 14, "work_on": "More of it."} | overrides
    return plans.make(
        plan.client, plan.therapist, Work(length, **fields), by=plan.therapist.user, now=NOW, seen=plan.number
    )


def test_a_plan_starts_from_where_the_client_is_and_a_change_is_a_new_version() -> None:
    plan = make_plan()
    assert (plan.number, plan.stage.slug, plan.sessions) == (1, "preparation", 4)
    decisions.move_to_stage(
        plan.client, Stage.objects.get(slug="clearing"), by=plan.therapist.user, decided_on=NOW.date(), note="", now=NOW
    )
    changed = again(plan)
    assert (changed.number, changed.stage.slug, changed.sessions) == (2, "clearing", 6)
    assert plans.standing(plan.client, plan.therapist) == changed
    assert Plan.objects.get(pk=plan.pk).work_on == "Breath and grounding."
    assert list(plans.standing_alone(Plan.objects.all())) == [changed]


def test_two_tabs_do_not_write_over_each_other() -> None:
    plan = make_plan()
    again(plan)
    with pytest.raises(PlanChanged):
        again(plan)
    with pytest.raises(PlanChanged):
        plans.book(plan, laid(plan), by=plan.therapist.user, now=NOW)


@pytest.mark.parametrize(("sessions", "every_days"), [(0, 7), (1000, 7), (4, 0), (4, 1000)])
def test_a_plan_without_sense_is_refused(sessions, every_days) -> None:
    with pytest.raises(NotGiven):
        make_plan(sessions=sessions, every_days=every_days)


def test_a_plan_is_made_by_who_treats_the_client_in_their_own_calendar() -> None:
    client, therapist, length = make_treated()
    work, stranger = Work(length, 3, 7), make_therapist_at_work(offers=[length.session_type])
    for by, whose, refusal in (
        (stranger.user, stranger, RecordClosed),
        (make_front_desk(), therapist, RecordClosed),
        (therapist.user, stranger, NotTheirs),
    ):
        with pytest.raises(refusal):
            plans.make(client, whose, work, by=by, now=NOW, seen=0)
    assert plans.make(client, therapist, work, by=make_owner(), now=NOW, seen=0).number == 1


def test_a_series_is_booked_from_a_plan_and_counted() -> None:
    plan = make_plan()
    times = laid(plan)
    booked = plans.book(plan, times, by=plan.therapist.user, now=NOW)
    assert [each.starts_at for each in booked] == times
    assert len(set(PlannedSession.objects.values_list("series", flat=True))) == 1
    Booking.objects.filter(pk=booked[0].pk).update(status="completed")
    Booking.objects.filter(pk=booked[1].pk).update(status="cancelled")
    assert plans.progress(plans.booked(again(plan))) == (3, 1)


def test_the_same_series_from_another_tab_books_nothing() -> None:
    plan = make_plan()
    plans.book(plan, laid(plan), by=plan.therapist.user, now=NOW)
    with pytest.raises(NotBooked):
        plans.book(plan, laid(plan), by=plan.therapist.user, now=NOW)
    assert PlannedSession.objects.count() == 4


def test_one_date_that_went_meanwhile_leaves_nothing_behind() -> None:
    plan = make_plan()
    make_booking(therapist=plan.therapist, session_type=plan.session_type, starts_at=laid(plan)[2])
    with pytest.raises(NotBooked, match="22 June"):
        plans.book(plan, laid(plan), by=plan.therapist.user, now=NOW)
    assert not PlannedSession.objects.exists() and Booking.objects.filter(client=plan.client).count() == 1


def test_what_to_work_on_is_sealed() -> None:
    plan = make_plan()
    with connection.cursor() as cursor:
        cursor.execute("SELECT work_on FROM care_plan")
        assert b"Breath" not in bytes(cursor.fetchone()[0])
    assert Plan.objects.get(pk=plan.pk).work_on == "Breath and grounding."


def test_what_was_planned_cannot_be_rewritten() -> None:
    make_plan()
    for spoil in (lambda: Plan.objects.update(sessions=9), lambda: Plan.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()
    constraints.remove(connection, constraints.PLANNED)
    try:
        assert Plan.objects.update(sessions=9) == 1
    finally:
        constraints.install(connection, constraints.PLANNED)

"""The pages of a plan: made and changed, the series laid out, changed date by date and booked; and who sees them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import treating
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_session_type, make_therapist_at_work
from care import plans
from care.models import Plan
from care.plans import Work
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice
from vault.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    make_practice(horizon_days=365)


def browser(user: Any) -> Client:
    made = Client()
    made.force_login(user)
    return made


def at_ten(days: int) -> dt.datetime:
    """Ten o'clock on the practice's wall, so many days ahead."""
    zone = Practice.objects.current().zone
    on = timezone.now().astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(on, dt.time(10), zone).astimezone(dt.UTC)


def make_treated() -> tuple[Any, Any, Any]:
    kind = make_session_type()
    therapist, client = make_therapist_at_work(offers=[kind]), make_client_with_account()
    treating.keep(
        make_booking(client=client, therapist=therapist, session_type=kind, starts_at=at_ten(2)), timezone.now()
    )
    return client, therapist, kind.lengths.select_related("session_type").get()


def make_plan(sessions: int = 3) -> Plan:
    client, therapist, length = make_treated()
    work = Work(length, sessions, 7, "Breath and grounding.")
    return plans.make(client, therapist, work, by=therapist.user, now=timezone.now(), seen=0)


def typed(start: dt.datetime) -> str:
    return f"{start.astimezone(Practice.objects.current().zone):%Y-%m-%dT%H:%M}"


def lines(*starts: dt.datetime | str, **more: str) -> dict[str, str]:
    said = {f"start-{place}": each if isinstance(each, str) else typed(each) for place, each in enumerate(starts)}
    return {"lines": str(len(starts)), **said, **more}


def page_of(plan: Plan) -> str:
    return f"/admin/care/plan/{plan.pk}/series/"


def test_a_plan_is_made_and_changed_and_the_earlier_version_stays() -> None:
    client, therapist, length = make_treated()
    office = browser(therapist.user)
    add = office.get(f"/admin/care/plan/of/{client.pk}/", follow=True)
    assert f"client={client.pk}" in add.redirect_chain[0][0]
    said = {"client": client.pk, "therapist": therapist.pk, "length": length.pk, "sessions": "3", "every_days": "7"}
    page = office.post("/admin/care/plan/add/", said | {"work_on": "Grounding."}, follow=True).content.decode()
    plan = Plan.objects.get()
    assert "Grounding." in page and "3 of" in page
    change = f"/admin/care/plan/{plan.pk}/change/"
    new = {"length": length.pk, "sessions": "5", "every_days": "14", "work_on": "Rest.", "seen": "1"}
    page = office.post(change, new, follow=True).content.decode()
    assert "Rest." in page and "Grounding." in page and Plan.objects.count() == 2
    page = office.post(change, new, follow=True).content.decode()
    assert "the plan as it stands now" in page and Plan.objects.count() == 2
    assert Entry.objects.filter(kind="record.read", object="record:plan").exists()


def test_what_is_wrong_in_a_plan_is_said_at_its_field() -> None:
    client, therapist, length = make_treated()
    said = {"client": client.pk, "therapist": therapist.pk, "length": length.pk, "sessions": "1000", "every_days": "0"}
    page = browser(therapist.user).post("/admin/care/plan/add/", said).content.decode()
    assert "less than or equal to 52" in page and "greater than or equal to 1" in page
    assert not Plan.objects.exists()


def test_a_series_is_laid_out_each_conflict_shown_changed_and_booked() -> None:
    plan = make_plan()
    office, first = browser(plan.therapist.user), at_ten(7)
    second = at_ten(14)
    make_booking(therapist=plan.therapist, session_type=plan.session_type, starts_at=second)
    page = office.post(page_of(plan), {"lay": "1", "first": typed(first), "sessions": "3", "every_days": "7"})
    said = page.content.decode()
    assert said.count(">free<") == 2 and "The therapist has another booking then." in said and "Free near it" in said
    assert [line.starts_at for line in page.context["laid"].lines] == [first, second, at_ten(21)]

    refused = office.post(page_of(plan), lines(first, second, at_ten(21), book="1")).content.decode()
    assert "Nothing was booked" in refused
    assert Booking.objects.filter(client=plan.client).count() == 1

    near = page.context["laid"].lines[1].date.nearest[0]
    taken = office.post(page_of(plan), lines(first, second, at_ten(21), take=f"1 {typed(near)}"))
    assert taken.content.decode().count(">free<") == 3 and Booking.objects.filter(client=plan.client).count() == 1

    done = office.post(page_of(plan), lines(first, near, at_ten(21), book="1", **{"out-2": "on"}), follow=True)
    assert "2 sessions booked." in done.content.decode()
    booked = Booking.objects.filter(planned__plan=plan, status=Status.CONFIRMED)
    assert list(booked.values_list("starts_at", flat=True)) == [first, near]


def test_over_the_horizon_it_takes_a_tick_and_a_reason() -> None:
    plan = make_plan(sessions=2)
    Practice.objects.update(horizon_days=10)
    office, times = browser(plan.therapist.user), [at_ten(7), at_ten(14)]
    page = office.post(page_of(plan), lines(*times, look="1")).content.decode()
    assert "too far ahead" in page and "booked all the same, with a reason" in page
    for said in ({}, {"override": "on"}):
        assert "Nothing was booked" in office.post(page_of(plan), lines(*times, book="1", **said)).content.decode()
    office.post(page_of(plan), lines(*times, book="1", override="on", why="Agreed at the desk"))
    assert Booking.objects.filter(planned__plan=plan).count() == 2


@pytest.mark.parametrize(
    "sent",
    [
        {"lines": "1000", "book": "1"},
        {"lines": "x", "book": "1"},
        {"lines": "²", "book": "1"},
        {"lines": "1", "start-0": "soon", "book": "1"},
        {"lines": "1", "start-0": "9999-12-31T10:00", "book": "1"},
        {"lines": "1", "start-0": "2027-03-01T10:00", "take": "9 x", "out-0": "on", "book": "1"},
        {"lay": "1", "first": "", "sessions": "0", "every_days": "-1"},
        {"lay": "1", "first": "2027-03-01T10:00", "sessions": "1000", "every_days": "7"},
        {"lay": "1", "first": "2027-03-01T10:00", "sessions": "52", "every_days": "182"},
        {"book": "1"},
    ],
)
def test_whatever_is_sent_the_page_answers_and_nothing_is_booked(sent) -> None:
    plan = make_plan()
    assert browser(plan.therapist.user).post(page_of(plan), sent).status_code == 200
    assert Booking.objects.filter(client=plan.client).count() == 1


def test_a_plan_that_was_changed_in_another_tab_books_nothing_more() -> None:
    plan = make_plan()
    work = plans.wanted(plan).length
    plans.make(plan.client, plan.therapist, Work(work, 5, 7), by=plan.therapist.user, now=timezone.now(), seen=1)
    answer = browser(plan.therapist.user).post(page_of(plan), lines(at_ten(7), book="1"), follow=True)
    assert "the plan as it stands now" in answer.content.decode()
    assert Booking.objects.filter(client=plan.client).count() == 1


def test_looking_writes_nothing() -> None:
    plan = make_plan()
    office = browser(plan.therapist.user)
    for _ in range(2):
        assert "Lay the dates out" in office.get(page_of(plan)).content.decode()
        assert "Change the plan" in office.get(f"/admin/care/plan/{plan.pk}/change/").content.decode()
    assert Booking.objects.filter(client=plan.client).count() == 1


def test_plans_are_for_those_who_treat_the_client() -> None:
    plan = make_plan()
    change = f"/admin/care/plan/{plan.pk}/change/"
    stranger, desk, owner = make_therapist_at_work().user, make_front_desk(), make_owner()
    assert [browser(each).get(change).status_code for each in (stranger, desk, owner)] == [404, 403, 200]
    assert [browser(each).get(page_of(plan)).status_code for each in (stranger, desk, owner)] == [404, 403, 200]
    assert str(plan.client) not in browser(stranger).get("/admin/care/plan/").content.decode()
    assert "0 of 3" in browser(plan.therapist.user).get("/admin/care/plan/").content.decode()


def test_the_list_asks_the_same_number_of_questions_however_many_there_are(django_assert_max_num_queries) -> None:
    owner = browser(make_owner())
    make_plan()
    owner.get("/admin/care/plan/")
    with django_assert_max_num_queries(30) as one:
        owner.get("/admin/care/plan/")
    make_plan(), make_plan()
    with django_assert_max_num_queries(30) as three:
        owner.get("/admin/care/plan/")
    assert len(one) == len(three)


@pytest.mark.parametrize(
    "sent",
    [
        lambda: lines(at_ten(9), book="1", why="x" * 301),
        lambda: {"lay": "1", "book": "1", "first": typed(at_ten(9)), "sessions": "1", "every_days": "7"},
    ],
    ids=["a reason that is too long", "no line that was looked at"],
)
def test_a_series_whose_page_cannot_be_read_is_not_booked_and_says_so(sent: Any) -> None:
    plan = make_plan()
    page = browser(plan.therapist.user).post(page_of(plan), sent()).content.decode()
    assert "Nothing was booked. Please look at the dates" in page and not plan.booked.exists()

"""Has anything changed? Asked at the practice, on its device in the client's hands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import visits
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking
from bookings.tests.test_admin import browser
from clients.models import Flag, Questionnaire, QuestionnaireVersion, Submission
from clients.tests.forms import make_form, renew
from practice.tests.factories import make_practice, zone_at_noon

pytestmark = pytest.mark.django_db
FEVER = {
    "fever": {"kind": "yes_no", "is_required": True, "choices": {"yes": "stop", "no": ""}},
    "else": {"kind": "long"},
}


@pytest.fixture
def today() -> tuple[Booking, QuestionnaireVersion]:
    """A session later today, and the form that is asked at each visit."""
    now = timezone.now()
    make_practice(timezone=zone_at_noon(now))
    starts_at = (now + dt.timedelta(hours=2)).replace(second=0, microsecond=0)
    version = make_form(FEVER, asked="visit", slug="today", valid_for_months=None)
    return make_booking(starts_at=starts_at, created_at=now - dt.timedelta(days=1)), version


def address(booking: Booking) -> str:
    return f"/admin/bookings/booking/{booking.pk}/visit/"


def said(version: QuestionnaireVersion, fever: str, **more: str) -> dict[str, Any]:
    return {
        "version": str(version.pk),
        "today-q-fever": fever,
        **{f"today-q-{key}": value for key, value in more.items()},
    }


def test_the_desk_hands_it_over_at_check_in_and_the_session_can_start(today) -> None:
    booking, version = today
    desk, now = make_front_desk(), booking.starts_at
    visits.check_in(booking, by=desk, now=now, identity_seen=True)
    at = browser(desk)
    assert address(booking) in at.get(f"/admin/bookings/booking/{booking.pk}/change/").content.decode()
    assert [each.code for each in visits.to_start(booking, now)] == ["intake_required"]

    answer = at.post(address(booking), said(version, "no"))

    assert answer.url == f"{address(booking)}?told=1"
    assert "has your answers" in at.get(answer.url).content.decode()
    assert visits.to_start(booking, now) == []
    form = Submission.objects.get()
    assert (form.about, form.attended_by) == (f"booking:{booking.pk}", desk)
    shown = browser(make_owner()).get(f"/admin/clients/submission/{form.pk}/change/").content.decode()
    assert f"at the practice, with {desk}" in shown


def test_starting_before_it_is_answered_says_so_in_the_therapists_words(today) -> None:
    booking, _ = today
    therapist = booking.therapist.user
    visits.check_in(booking, by=therapist, now=booking.starts_at, identity_seen=True)
    start = f"/admin/bookings/booking/{booking.pk}/act/start/"

    page = browser(therapist).post(start, {"override": "on", "why": "Known for years."}).content.decode()

    title = Questionnaire.objects.get(slug="today").title
    assert f"“{title}” is not answered for this visit yet" in page
    assert visits.UNANSWERED not in page and f'href="{address(booking)}"' in page
    booking.refresh_from_db()
    assert booking.started_at is None


def test_a_stop_is_raised_as_on_the_clients_own_page(today) -> None:
    booking, version = today
    at = browser(booking.therapist.user)

    page = at.post(address(booking), said(version, "yes"), follow=True).content.decode()

    assert "would like a word with you" in page
    assert "costs you nothing" in page
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
    assert booking.changes.get(what="put_to_therapist").via == "staff"
    assert [(flag.action, flag.about) for flag in Flag.objects.all()] == [("stop", f"booking:{booking.pk}")]


def test_the_desk_sees_nothing_of_what_was_answered(today) -> None:
    booking, version = today
    desk = browser(make_front_desk())
    words = "a sore throat since Tuesday"
    pages = [desk.post(address(booking), said(version, "yes", **{"else": words}), follow=True)]

    form = Submission.objects.get()
    addresses = [
        address(booking),
        f"{address(booking)}?told=1",
        f"/admin/bookings/booking/{booking.pk}/change/",
        f"/admin/clients/client/{booking.client_id}/change/",
        f"/admin/clients/submission/{form.pk}/change/",
    ]
    pages += [desk.get(each, follow=True) for each in addresses]

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [page for page in pages if words in page.content.decode()] == []
    assert 'value="yes" checked' not in pages[1].content.decode()


def test_what_is_not_answered_whole_or_for_an_earlier_version_keeps_nothing(today) -> None:
    booking, version = today
    owner = browser(make_owner())
    assert "Please answer this" in owner.post(address(booking), said(version, "")).content.decode()
    renew(version)
    assert "renewed this form" in owner.post(address(booking), said(version, "no")).content.decode()
    assert not Submission.objects.exists()


def test_it_is_not_another_therapists_to_open_nor_before_its_day(today) -> None:
    booking, version = today
    far = make_booking(starts_at=booking.starts_at + dt.timedelta(days=4))
    other = browser(far.therapist.user)

    for answer in (
        other.get(address(booking)),
        other.post(address(booking), said(version, "no")),
        other.get(address(far)),
    ):
        assert answer.status_code == 302
        assert answer.url.endswith("/change/")
    assert address(booking) not in other.get(f"/admin/bookings/booking/{booking.pk}/change/").content.decode()
    assert not Submission.objects.exists()


def test_the_page_leads_nowhere_else(today) -> None:
    booking, _ = today
    page = browser(make_owner()).get(address(booking))

    assert page.headers["Cache-Control"] == "no-store"
    assert "<nav" not in page.content.decode()
    assert 'href="/admin/"' not in page.content.decode()

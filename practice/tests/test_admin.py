"""The practice's own settings and texts in the admin."""

import datetime as dt

import pytest
from django.test import Client

from accounts.tests.factories import make_owner
from practice.models import PageText, Practice
from practice.tests.factories import make_page_text, make_practice

pytestmark = pytest.mark.django_db
SETTINGS = "/admin/practice/practice/"
FORM = {
    "name": "Still Water",
    "timezone": "Asia/Kathmandu",
    "currency": "GBP",
    "slot_step_minutes": "20",
    "consent_signers": "client",
    "min_notice": "90m",
    "horizon_days": "60",
    "cancellation_notice": "2d",
    "reschedule_notice": "36h",
    "late_fee_percent": "50",
    "no_show_fee_percent": "100",
    "request_expires_after": "48h",
    "reminders": "48h, 3h",
}


@pytest.fixture
def owner() -> Client:
    browser = Client()
    browser.force_login(make_owner())
    return browser


def test_the_list_goes_straight_to_the_one_practice(owner) -> None:
    assert owner.get(SETTINGS).headers["Location"] == f"{SETTINGS}add/"
    make_practice()
    assert owner.get(SETTINGS).headers["Location"] == f"{SETTINGS}1/change/"
    assert owner.get(f"{SETTINGS}add/").status_code == 403


@pytest.mark.parametrize("path", ["add/", "1/change/"])
def test_spans_of_time_are_typed_as_people_write_them(owner, path) -> None:
    if path != "add/":
        make_practice()
    assert owner.post(SETTINGS + path, FORM).status_code == 302
    practice = Practice.objects.get()
    assert (practice.timezone, practice.min_notice, practice.cancellation_notice, practice.reschedule_notice) == (
        "Asia/Kathmandu",
        dt.timedelta(minutes=90),
        dt.timedelta(days=2),
        dt.timedelta(hours=36),
    )
    assert 'value="36h"' in owner.get(f"{SETTINGS}1/change/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Base"},
        {"min_notice": "soon"},
        {"slot_step_minutes": "0"},
        {"late_fee_percent": "101"},
        {"currency": "gbp"},
    ],
)
def test_what_cannot_be_is_told_beside_its_field(owner, wrong) -> None:
    make_practice()
    page = owner.post(f"{SETTINGS}1/change/", FORM | wrong)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Practice.objects.get().timezone == "Europe/London"


def test_a_text_is_edited_and_keeps_its_place(owner) -> None:
    text = make_page_text(slug="boundaries")
    owner.post(
        f"/admin/practice/pagetext/{text.pk}/change/", {"title": "Boundaries", "body": "New words.", "slug": "other"}
    )
    assert list(PageText.objects.values_list("slug", "title", "body")) == [("boundaries", "Boundaries", "New words.")]
    assert owner.post(f"/admin/practice/pagetext/{text.pk}/delete/", {"post": "yes"}).status_code == 403


def test_tables_that_are_nobodys_to_edit_are_not_there(owner) -> None:
    for path in ("auth/group", "account/emailaddress", "mfa/authenticator"):
        assert owner.get(f"/admin/{path}/").status_code == 404


@pytest.mark.parametrize(
    "path", ["bookings/booking/?status__exact", "outbox/message/?state__exact", "accounts/user/?role__exact"]
)
def test_a_filter_that_no_database_could_look_for_is_refused(owner, path) -> None:
    assert owner.get(f"/admin/{path}=%00").status_code == 400

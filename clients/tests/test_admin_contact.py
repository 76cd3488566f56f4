"""Staff see how a client is reached, and record on their word that they want no contact."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts.tests.factories import make_front_desk
from clients import intake
from clients.models import Client
from clients.tests.factories import make_client
from clients.tests.forms import NOW, begin, make_form
from practice.models import Practice
from vault.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Browser) -> Browser:
    Practice.objects.create(name="Still Water")
    client.force_login(make_front_desk())
    return client


def page_of(desk: Browser, found: Client) -> str:
    return desk.get(f"/admin/clients/client/{found.pk}/contact/").content.decode()


def test_client_without_an_address_is_seen_on_their_page_and_in_the_list(desk: Browser) -> None:
    found, other = make_client(email="", name="Sam Field"), make_client(name="Robin Vale")

    assert "Nothing can be sent: there is no e-mail address." in page_of(desk, found)
    assert "Nothing can be sent" in desk.get(f"/admin/clients/client/{found.pk}/change/").content.decode()
    listed = desk.get("/admin/clients/client/?reached=nowhere").content.decode()
    assert found.name in listed and other.name not in listed


def test_staff_record_that_a_client_wants_no_contact_and_take_it_back(desk: Browser) -> None:
    found = make_client()
    url = f"/admin/clients/client/{found.pk}/contact/"

    assert desk.post(url, {"what": "refuse"}).status_code == 302
    found.refresh_from_db()
    assert found.contact_refused_at is not None
    assert "nothing is sent" in page_of(desk, found)
    assert Entry.objects.latest("seq").kind == "client.contact_refused"

    desk.post(url, {"what": "allow"})
    found.refresh_from_db()
    assert found.contact_refused_at is None


def test_a_press_on_nothing_changes_nothing(desk: Browser) -> None:
    found = make_client()
    assert desk.post(f"/admin/clients/client/{found.pk}/contact/", {}).status_code == 200
    found.refresh_from_db()
    assert found.contact_refused_at is None


def test_staff_see_what_the_form_says_about_safe_ways_and_times_and_nothing_else_of_it(desk: Browser) -> None:
    found = make_client(reached_by={"hours": ["09:00", "18:00"]})
    asked = {
        "safe-contact": {"kind": "many", "choices": {"email": "", "call": ""}, "audience": "desk"},
        "safe-hours": {"audience": "desk"},
        "heart": {},
    }
    assert "says nothing yet about safe ways" in page_of(desk, found)
    form = begin(found, make_form(asked))
    said = {"safe-contact": ["call"], "safe-hours": "mornings", "heart": "weak"}
    intake.save_page(form, 1, said, now=NOW)
    assert "mornings" not in page_of(desk, found)

    intake.sign_off(form, by=make_front_desk(), now=NOW, on=NOW.date())

    page = page_of(desk, found)
    assert ("Call" in page, "mornings" in page, "09:00 to 18:00" in page, "weak" in page) == (True, True, True, False)

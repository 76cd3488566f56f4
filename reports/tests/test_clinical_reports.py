"""The reports about care are not there for the front desk nor for a client, through whichever door: nothing clinical is theirs."""

from __future__ import annotations

import codecs

import pytest
from django.test import Client as Browser

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings.tests.calling import get
from bookings.tests.factories import make_therapist
from care.tests.factories import make_incident
from clients.tests.factories import make_client, make_client_with_account
from clients.tests.test_reading import treat
from practice.tests.factories import make_practice
from reports.tests.generated import NOW
from reports.tests.test_compliance import glass

pytestmark = pytest.mark.django_db
DOORS = ("", "rows.csv", "rows.xlsx", "now.csv", "stages.csv", "clients.xlsx")
SLUGS = pytest.mark.parametrize("slug", ["journey", "compliance"])


def inside(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@SLUGS
def test_the_front_desk_finds_neither_page_nor_file_nor_answer(slug: str) -> None:
    make_practice()
    desk = make_front_desk()
    browser = inside(desk)

    assert {door: browser.get(f"/reports/{slug}/{door}").status_code for door in DOORS} == dict.fromkeys(DOORS, 404)
    assert get(f"/reports/{slug}", desk).status_code == 404
    assert slug not in browser.get("/reports/", follow=True).content.decode()
    assert slug not in [each["slug"] for each in get("/reports", desk).json()["reports"]]


@SLUGS
def test_a_client_finds_none_of_it(slug: str) -> None:
    make_practice()
    client = make_client_with_account().user
    assert client is not None
    assert 200 not in {inside(client).get(f"/reports/{slug}/{door}").status_code for door in DOORS}
    assert get(f"/reports/{slug}", client).status_code in (401, 404)


@SLUGS
def test_owner_and_therapist_find_it(slug: str) -> None:
    make_practice()
    for user in (make_owner(), make_therapist().user):
        assert inside(user).get(f"/reports/{slug}/").status_code == 200
        rows = inside(user).get(f"/reports/{slug}/rows.csv")
        assert (rows.status_code, b"".join(rows.streaming_content)[:3]) == (200, codecs.BOM_UTF8)
        assert get(f"/reports/{slug}", user).status_code == 200


def test_a_record_that_is_open_in_need_makes_nobody_their_client() -> None:
    make_practice()
    mara = make_therapist().user
    theirs, other = make_client(name="Robin Hazel"), make_client(name="Alex Marsh")
    treat(mara, theirs)
    glass(mara, other, NOW)
    for client in (theirs, other):
        make_incident(client, by=make_owner())

    rows = b"".join(inside(mara).get("/reports/compliance/rows.csv").streaming_content).decode()
    assert ("Robin Hazel" in rows, "Alex Marsh" in rows) == (True, False)

"""The history page of a row: edits and verbs together, for those who may see the row."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import lifecycle
from bookings.models import Room
from bookings.tests.factories import NOW, make_booking, make_room, make_therapist
from care import agreed, incidents, sheets
from care.tests.factories import make_incident, make_sheet
from clients.models import CareRelation
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db


def history(user: User, row: object) -> list[tuple[str, str, str]] | int:
    browser = Browser()
    browser.force_login(user)
    meta = type(row)._meta
    answer = browser.get(f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/history/")
    if answer.status_code != 200:
        return answer.status_code
    shown = answer.content.decode()
    told = [(each.who, each.what, each.why) for each in answer.context["story"]]
    assert all(what.split(":")[0] in shown for _, what, _ in told)
    return told


def test_a_bookings_history_is_what_its_verbs_wrote() -> None:
    owner, booking = make_owner(), make_booking()
    lifecycle.cancel(booking, by=owner, now=NOW, via="staff", why="The heating is off.")
    assert history(make_front_desk(), booking) == [(str(owner), "Cancelled", "The heating is off.")]


def test_an_edit_is_told_by_its_fields_and_not_by_what_stood_in_them() -> None:
    owner, room = make_owner(), make_room(slug="garden", name="Garden room")
    browser = Browser()
    browser.force_login(owner)
    browser.post(f"/admin/bookings/room/{room.pk}/change/", {"slug": "garden", "name": "Rose room", "order": "0"})
    assert Room.objects.get().name == "Rose room"
    assert history(owner, room) == [(str(owner), "Changed Name.", "")]


def test_what_was_done_with_a_sheet_and_an_incident_is_told_without_a_word_of_them() -> None:
    sheet = make_sheet(locked=True)
    user = sheet.booking.therapist.user
    sheets.narrow(sheet, areas=agreed.bits(["neck"]), covering=3, pressure=1, by=user, now=NOW)
    CareRelation.objects.get_or_create(client=sheet.booking.client, user=user, until=None, defaults={"since": NOW})
    assert [what for _, what, _ in history(user, sheet)] == ["Sheet narrowed", "Sheet locked"]
    incident = make_incident(make_client_with_account(), by=user, what="A remark about zorillo.")
    incidents.follow_up(incident, "We spoke about zorillo.", by=user, now=NOW)
    assert [what for _, what, _ in history(user, incident)] == ["Incident followed up", "Incident recorded"]


def test_whoever_may_not_see_the_row_sees_no_history_of_it() -> None:
    sheet = make_sheet(locked=True)
    assert history(make_front_desk(), sheet) in (302, 403)
    assert history(make_therapist().user, sheet) in (302, 403, 404)


def test_where_nothing_happened_the_page_says_so() -> None:
    browser = Browser()
    browser.force_login(make_owner())
    shown = browser.get(f"/admin/bookings/room/{make_room().pk}/history/").content.decode()
    assert "Nothing has been changed here" in shown

"""Marked words are planted in every sealed field, and each page of the practice's side is opened by those who may not read
them: lists, searches, filters, rows, histories, delete pages, the day, the calendar. None shows one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings.tests.factories import make_therapist
from care.models import Incident
from care.tests.factories import make_signed_note, make_visit
from care.tests.test_planted_words import MARK, meet, planted, tell_and_agree
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

ROWS = 3
"""So many rows of each model are opened."""
PAGES = ("today/", "today/aside/", "today/sheet/", "today/walk-in/", f"search/?q={MARK}", "settings/", "calendar/")
FILTERS = re.compile(r'<a href="(\?[^"]+)"')


@pytest.fixture
def owner() -> User:
    """Of a practice in which all that can be sealed has a marked word."""
    make_practice()
    client, owner = make_client_with_account(), make_owner()
    tell_and_agree(client, owner)
    meet(client, owner)
    make_signed_note(make_visit(client=client), done=planted(), plan=planted())
    return owner


def addresses(browser: Browser) -> Iterator[str]:
    """All pages of all models, as far as this browser finds them; the filters are those that its lists offer."""
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield base
        yield f"{base}?q={MARK}"
        listed = browser.get(base)
        if listed.status_code == 200:
            yield from (base + each.replace("&amp;", "&") for each in FILTERS.findall(listed.content.decode())[:12])
        for row in model._default_manager.all()[:ROWS]:
            yield from (f"{base}{row.pk}/{page}/" for page in ("change", "history", "delete"))
    yield from (f"/admin/{page}" for page in PAGES)


def telling(user: User) -> tuple[int, list[str]]:
    """How many pages opened, and which of them showed a marked word that this user did not type."""
    browser, opened, found = Browser(), 0, []
    browser.force_login(user)
    for address in addresses(browser):
        answer = browser.get(address)
        opened += answer.status_code == 200
        shown = answer.content.decode(errors="replace") if not answer.streaming else ""
        if re.search(rf"{MARK}\d", shown):
            found.append(address)
    return opened, found


def test_the_front_desk_reads_no_marked_word_anywhere(owner: User) -> None:
    opened, found = telling(make_front_desk())
    assert found == [] and opened > 30


def test_a_therapist_reads_no_marked_word_of_whom_they_do_not_treat(owner: User) -> None:
    opened, found = telling(make_therapist().user)
    assert found == [] and opened > 40


def test_the_owner_reads_them_so_that_this_walk_would_find_one(owner: User) -> None:
    browser = Browser()
    browser.force_login(owner)
    shown = browser.get(f"/admin/care/incident/{Incident.objects.get().pk}/change/").content.decode()
    assert re.search(rf"{MARK}\d", shown)


def test_what_completes_as_somebody_types_is_no_marked_word(owner: User) -> None:
    browser = Browser()
    browser.force_login(make_front_desk())
    for model in admin.site._registry:
        for field in model._meta.fields:
            if field.remote_field:
                name = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                for term in (MARK, ""):
                    asked = name | {"field_name": field.name, "term": term}
                    answer = browser.get(reverse("admin:autocomplete"), asked)
                    assert answer.status_code in (200, 403, 404) and not re.search(
                        rf"{MARK}\d", answer.content.decode()
                    )

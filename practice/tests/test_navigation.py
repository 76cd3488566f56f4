"""The bar of the practice's side and the lists behind “Settings”: by what people do, and as their role has it."""

import pytest
from django.contrib import admin
from django.test import Client

from accounts.tests.factories import make_front_desk, make_owner
from bookings.tests.factories import make_therapist
from practice import navigation

pytestmark = pytest.mark.django_db


def page(user, path="/admin/settings/"):
    browser = Client()
    browser.force_login(user)
    return browser.get(path)


def labels(user) -> list[str]:
    return [each["label"] for each in page(user).context["bar"]]


def test_the_front_desk_sees_no_entry_that_is_clinical() -> None:
    assert "Conversations" in labels(make_owner()) and "Conversations" in labels(make_therapist().user)
    assert "Conversations" not in labels(make_front_desk())


def test_each_entry_leads_somewhere_and_marks_where_one_is() -> None:
    owner = make_owner()
    for entry in page(owner).context["bar"]:
        shown = page(owner, entry["url"])
        assert shown.status_code in (200, 302)
        if shown.status_code == 200:
            assert [each["label"] for each in shown.context["bar"] if each["is_here"]] == [entry["label"]]


def test_every_list_stands_in_one_group_and_none_is_named_that_does_not_exist() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}
    named = [name for names in navigation.GROUPS.values() for name in names.split()]
    assert len(named) == len(set(named)) and set(named) <= registered
    answer = page(make_owner())
    by_app = admin.AdminSite.get_app_list(admin.site, answer.wsgi_request)
    shown = sorted(model["object_name"] for group in answer.context["app_list"] for model in group["models"])
    assert shown == sorted(model["object_name"] for app in by_app for model in app["models"])


def test_settings_show_each_role_only_what_it_may_look_at() -> None:
    groups = {group["name"] for group in page(make_front_desk()).context["app_list"]}
    assert "In the room" not in groups and "When we are there" in groups

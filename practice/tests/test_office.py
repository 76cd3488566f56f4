"""How a change of a booking reads on the practice's side, and what its lists are called."""

import pytest
from django.test import Client

from accounts.tests.factories import make_owner
from practice.templatetags.office import told


def test_what_was_set_aside_and_seen_reads_as_words() -> None:
    details = {"overridden": ["outside_hours", "too_soon"], "set_aside": ["stage_required:clearing"]}
    assert told(details) == "although it was outside hours and too soon; what comes before it was set aside"
    assert told({"identity_seen": True, "reaffirmed": ["tantric-session"]}) == "we saw who it is; consent said again"


def test_other_changes_stand_as_old_and_new() -> None:
    assert told({"room": ["garden", "loft"]}) == "room garden → loft"


@pytest.mark.django_db
def test_each_list_is_called_by_what_it_lists() -> None:
    browser = Client()
    browser.force_login(make_owner())
    listed = [model for app in browser.get("/admin/settings/").context["app_list"] for model in app["models"]]
    answers = {each["object_name"]: browser.get(each["admin_url"]) for each in listed}
    titles = {name: answer.context["title"] for name, answer in answers.items() if answer.context}
    assert not [title for title in titles.values() if title.startswith("Select ")]
    named = {name: titles[name] for name in ("Room", "Submission", "LookAlike", "ApiToken", "Booking", "Conversation")}
    assert named == {
        "Room": "Rooms",
        "Submission": "Forms filled in",
        "LookAlike": "Possibly the same person",
        "ApiToken": "API tokens",
        "Booking": "Bookings",
        "Conversation": "Conversations",
    }

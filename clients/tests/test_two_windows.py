"""One form in several windows at the very same moment: one is heard, the others are told so, nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from clients import asking, intake
from clients.errors import ChangedElsewhere, Declined
from clients.models import Client, Flag, Submission
from clients.tests.factories import make_client_with_account
from clients.tests.forms import NOW, begin, make_form
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db(transaction=True)
HEART = {"heart": {"kind": "one", "is_required": True, "choices": {"well": "", "clot": "stop"}}}
WINDOWS = 4


def together(act: Callable[[], object]) -> list[str]:
    """What each window was told: “done”, or the name of what stood in its way."""
    ready, told = threading.Barrier(WINDOWS), []

    def window() -> None:
        try:
            ready.wait()
            act()
            told.append("done")
        except Declined as declined:
            told.append(type(declined).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=window) for _ in range(WINDOWS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@pytest.fixture
def person() -> Client:
    make_practice()
    return make_client_with_account()


def test_a_form_is_begun_once(person) -> None:
    version = make_form(HEART)

    assert together(lambda: begin(person, version)) == ["done"] * WINDOWS
    assert Submission.objects.count() == 1


def test_a_form_is_signed_off_once_and_its_flag_raised_once(person) -> None:
    form = begin(person, make_form(HEART))
    intake.save_page(form, 1, {"heart": "clot"}, now=NOW)

    told = together(lambda: intake.sign_off(form, by=person.user, now=NOW, on=NOW.date()))

    assert told == ["AlreadySigned"] * (WINDOWS - 1) + ["done"]
    assert Flag.objects.count() == 1
    assert trail.about(person.vault_subject()).count() == 1


def test_one_of_several_savings_of_a_page_is_kept_whole(person) -> None:
    form = begin(person, make_form({"name": {}, "more": {}}))
    seen = asking.mark({}, asking.pages(form.version)[0])
    names = iter(["Sam", "Samuel", "Samira", "Samson"])

    def save() -> None:
        name = next(names)
        intake.save_page(form, 1, {"name": name, "more": name}, seen=seen, now=NOW)

    assert together(save) == [ChangedElsewhere.__name__] * (WINDOWS - 1) + ["done"]
    kept = asking.answers(form)
    assert kept.keys() == {"name", "more"}
    assert kept["name"] == kept["more"]

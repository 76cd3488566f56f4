"""The forms of a client as they are filled in on the site: page by page, later, in two windows, after a new version."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_session_type, make_therapist_at_work
from clients import asking, intake
from clients.models import Answer, Flag, QuestionnaireVersion, Submission
from clients.tests.factories import make_client_with_account
from clients.tests.forms import make_draft, make_form, make_question, renew
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

NAME = {"name": {"is_required": True}}
HEART = {"heart": {"kind": "one", "is_required": True, "choices": {"well": "", "asks": "review", "clot": "stop"}}}


@pytest.fixture
def client_at(client: Browser) -> Any:
    """A client who is signed in, with their browser."""
    make_practice()
    person = make_client_with_account()
    client.force_login(person.user)
    return client, person


def path(version: QuestionnaireVersion, *more: object) -> str:
    return "/my/forms/" + "/".join(str(each) for each in (version.questionnaire.slug, *more)) + "/"


def begin(browser: Browser, version: QuestionnaireVersion) -> None:
    assert browser.post(path(version)).url == path(version, 1)


def shown(browser: Browser, version: QuestionnaireVersion, number: int = 1) -> dict[str, str]:
    """The hidden fields of a page as it is shown, which its window sends along."""
    answer = browser.get(path(version, number))
    standing = answer.context["standing"]
    return {"version": str(standing.version.pk), "form": str(standing.open.pk), "seen": answer.context["seen"]}


def save(browser: Browser, version: QuestionnaireVersion, number: int = 1, **said: Any) -> Any:
    hidden = said.pop("hidden", None) or shown(browser, version, number)
    return browser.post(path(version, number), hidden | said)


def sign(browser: Browser, version: QuestionnaireVersion, **changed: str) -> Any:
    page = browser.get(path(version, "sign"))
    sent = {"form": str(page.context["standing"].open.pk), "seen": page.context["seen"], "true": "yes"}
    return browser.post(path(version, "sign"), sent | changed)


def stored() -> dict[str, Any]:
    return {each.question.key: each.value for each in Answer.objects.select_related("question", "submission")}


def test_a_form_is_filled_in_page_by_page_and_signed_off(client_at) -> None:
    browser, person = client_at
    version = make_form(NAME, HEART)
    begin(browser, version)

    assert save(browser, version, 1, **{"q-name": "Sam Field"}).url == path(version, 2)
    assert save(browser, version, 2, **{"q-heart": "well"}).url == path(version, "sign")
    page = browser.get(path(version, "sign")).content.decode()
    assert "Sam Field" in page
    assert "Well" in page
    assert sign(browser, version).url == "/my/forms/"

    signed = Submission.objects.get()
    assert signed.signed_at is not None
    assert signed.expires_on == intake.after_months(timezone.localdate(), 12)
    assert asking.standing(person, version.questionnaire.slug, timezone.localdate()).is_valid


def test_saving_for_later_keeps_the_page_and_going_on_leads_to_what_is_left(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME, HEART)
    begin(browser, version)

    assert save(browser, version, 1, **{"q-name": "Sam Field", "later": "yes"}).url == "/my/forms/"
    assert "Begun on" in browser.get("/my/forms/").content.decode()
    assert browser.post(path(version)).url == path(version, 2)
    assert stored() == {"name": "Sam Field"}


def test_looking_at_a_form_writes_nothing(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)

    assert browser.get("/my/forms/").status_code == 200
    assert browser.get(path(version)).status_code == 200
    assert browser.get(path(version, 1)).url == path(version)
    assert browser.get(path(version, "sign")).url == path(version)
    assert not Submission.objects.exists()


def test_a_saved_page_keeps_the_held_time_longer(client_at) -> None:
    browser, person = client_at
    version = make_form(NAME)
    now = timezone.now()
    held = make_booking(
        client=person,
        status=Status.HELD,
        created_at=now - dt.timedelta(minutes=8),
        hold_ends_at=now + dt.timedelta(minutes=2),
        starts_at=(now + dt.timedelta(days=3)).replace(second=0, microsecond=0),
    )
    begin(browser, version)
    assert Booking.objects.get(pk=held.pk).hold_ends_at == held.hold_ends_at

    save(browser, version, 1, **{"q-name": "Sam Field"})

    assert Booking.objects.get(pk=held.pk).hold_ends_at >= now + dt.timedelta(minutes=10)
    assert sign(browser, version).url == f"/book/review/{held.ref}/"


def test_a_name_of_ten_thousand_characters_is_refused_and_stays_typed(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    begin(browser, version)

    answer = save(browser, version, 1, **{"q-name": "n" * 10_000})

    assert "longer than 200 characters" in answer.content.decode()
    assert "n" * 10_000 in answer.content.decode()
    assert stored() == {}


@pytest.mark.parametrize("name", ["q-nobody-asks", "q-heart"])
def test_an_answer_to_a_question_that_is_not_there_saves_nothing(client_at, name: str) -> None:
    browser, _ = client_at
    version = make_form(NAME, HEART)
    begin(browser, version)

    answer = save(browser, version, 1, **{"q-name": "Sam Field", name: "well"})

    assert "question that is not on this page" in answer.content.decode()
    assert stored() == {}


def test_an_answer_that_is_no_choice_is_refused(client_at) -> None:
    browser, _ = client_at
    version = make_form(HEART)
    begin(browser, version)

    assert "one of the answers that are given" in save(browser, version, 1, **{"q-heart": "x"}).content.decode()
    assert stored() == {}


def test_of_two_windows_on_one_page_the_later_says_that_the_first_was_saved(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    begin(browser, version)
    first, second = shown(browser, version), shown(browser, version)

    save(browser, version, hidden=first, **{"q-name": "Sam"})
    refused = save(browser, version, hidden=second, **{"q-name": "Samuel"})

    assert "saved in another window" in refused.content.decode()
    assert stored() == {"name": "Sam"}
    assert save(browser, version, hidden=second | {"seen": refused.context["seen"]}, **{"q-name": "Samuel"}).url
    assert stored() == {"name": "Samuel"}


def test_a_window_left_open_changes_nothing_after_signing_off(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    begin(browser, version)
    old = shown(browser, version)
    save(browser, version, **{"q-name": "Sam"})
    sign(browser, version)

    answer = browser.post(path(version, 1), old | {"q-name": "Another"}, follow=True)

    assert "signed off already" in answer.content.decode()
    assert stored() == {"name": "Sam"}
    assert Submission.objects.count() == 1


def test_two_windows_cannot_both_sign_off(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    begin(browser, version)
    save(browser, version, **{"q-name": "Sam"})
    page = browser.get(path(version, "sign"))
    sent = {"form": str(page.context["standing"].open.pk), "seen": page.context["seen"], "true": "yes"}

    assert browser.post(path(version, "sign"), sent).url == "/my/forms/"
    answer = browser.post(path(version, "sign"), sent, follow=True)

    assert "signed off already" in answer.content.decode()
    assert Submission.objects.count() == 1


def test_what_changed_since_it_was_looked_over_is_not_signed(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    begin(browser, version)
    save(browser, version, **{"q-name": "Sam"})
    before = browser.get(path(version, "sign")).context["seen"]
    save(browser, version, **{"q-name": "Samuel"})

    assert "another window" in sign(browser, version, seen=before).content.decode()
    assert Submission.objects.get().signed_at is None


def test_a_form_is_not_signed_without_the_clients_word_or_with_a_question_left(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME, HEART)
    begin(browser, version)
    save(browser, version, **{"q-name": "Sam"})

    assert sign(browser, version).url == path(version, 2)
    save(browser, version, 2, **{"q-heart": "well"})
    assert "tick that this is true" in sign(browser, version, true="").content.decode()
    assert Submission.objects.get().signed_at is None


def test_an_old_window_after_a_new_version_keeps_what_was_saved_and_what_was_typed(client_at) -> None:
    browser, _ = client_at
    first = make_form(NAME, HEART)
    begin(browser, first)
    save(browser, first, **{"q-name": "Sam"})
    old = shown(browser, first, 2)
    draft = intake.new_draft(first.questionnaire)
    make_question(draft.sections.first(), "pronouns", order=5)
    second = intake.publish_version(draft, by=None, now=timezone.now())

    answer = save(browser, first, 2, hidden=old, **{"q-heart": "asks"})

    assert "renewed this form" in answer.content.decode()
    assert answer.context["form"]["q-heart"].value() == "asks"
    opened = Submission.objects.get()
    assert (opened.version, asking.answers(opened)) == (second, {"name": "Sam"})
    current = {key: str(value) for key, value in {"version": second.pk, "form": opened.pk}.items()}
    saved = save(browser, second, 2, hidden=current | {"seen": answer.context["seen"]}, **{"q-heart": "asks"})
    assert saved.url == path(second, "sign")
    assert asking.answers(opened) == {"name": "Sam", "heart": "asks"}


def test_an_old_window_whose_questions_are_gone_leads_to_the_form(client_at) -> None:
    browser, _ = client_at
    first = make_form(NAME, HEART)
    begin(browser, first)
    old = shown(browser, first, 2)
    draft = intake.new_draft(first.questionnaire)
    draft.sections.last().delete()
    intake.publish_version(draft, by=None, now=timezone.now())

    answer = browser.post(path(first, 2), old | {"q-heart": "asks"}, follow=True)

    assert answer.redirect_chain == [(path(first), 302)]
    assert "renewed this form" in answer.content.decode()
    assert stored() == {}


def test_a_renewed_form_says_so_before_anything_is_written(client_at) -> None:
    browser, _ = client_at
    first = make_form(NAME)
    begin(browser, first)
    save(browser, first, **{"q-name": "Sam"})
    second = renew(first)

    assert "renewed since" in browser.get(path(first)).content.decode()
    assert browser.get(path(first, 1)).url == path(first)
    assert Submission.objects.get().version == first
    begin(browser, first)
    assert (Submission.objects.get().version, stored()) == (second, {"name": "Sam"})


def test_a_stop_puts_confirmed_bookings_to_the_therapist(client_at) -> None:
    browser, person = client_at
    version = make_form(HEART)
    coming = make_booking(client=person, starts_at=ahead(3))
    begin(browser, version)
    save(browser, version, **{"q-heart": "clot"})

    answer = browser.post(path(version, "sign"), _signing(browser, version), follow=True)

    assert "better to wait" in answer.content.decode()
    assert Booking.objects.get(pk=coming.pk).status == Status.REQUESTED
    assert [(each.action, each.about, each.words) for each in Flag.objects.all()] == [
        ("stop", "", "What about heart? Clot")
    ]


def _signing(browser: Browser, version: QuestionnaireVersion) -> dict[str, str]:
    page = browser.get(path(version, "sign"))
    return {"form": str(page.context["standing"].open.pk), "seen": page.context["seen"], "true": "yes"}


def ahead(days: int) -> dt.datetime:
    """Noon in so many days."""
    return (timezone.now() + dt.timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def visit_at(client_at) -> Any:
    browser, person = client_at
    fever = {"kind": "yes_no", "is_required": True, "choices": {"yes": "stop", "no": ""}}
    version = make_form({"fever": fever}, asked="visit", slug="today", valid_for_months=None)
    return browser, person, version


def test_a_stop_at_a_visit_concerns_that_visit_alone_and_another_time_costs_nothing(visit_at) -> None:
    browser, person, version = visit_at
    visit = make_booking(
        client=person, starts_at=ahead(1), late_fee_percent=50, cancellation_notice=dt.timedelta(days=2)
    )
    later = make_booking(client=person, starts_at=ahead(9))
    address = f"/my/{visit.ref}/visit/"
    assert browser.get(address).status_code == 200

    answer = browser.post(address, {"version": str(version.pk), "today-q-fever": "yes"})

    assert answer.url == f"/my/{visit.ref}/reschedule/"
    page = browser.get(answer.url)
    assert "costs you nothing" in page.content.decode()
    assert page.context["fee"] == ""
    assert {each.pk: each.status for each in Booking.objects.all()} == {
        visit.pk: Status.REQUESTED,
        later.pk: Status.CONFIRMED,
    }
    assert list(Flag.objects.values_list("action", "about")) == [("stop", f"booking:{visit.pk}")]


def test_what_was_told_for_a_visit_is_thanked_for_and_not_asked_as_if_anew(visit_at) -> None:
    browser, person, version = visit_at
    booking = make_booking(client=person, starts_at=ahead(1))
    before = browser.get(f"/my/{booking.ref}/").content.decode()
    browser.post(f"/my/{booking.ref}/visit/", {"version": version.pk, "today-q-fever": "no"})
    after = browser.get(f"/my/{booking.ref}/").content.decode()
    assert ["Answer a few short questions" in page for page in (before, after)] == [True, False]
    assert "Answer once more" in after


def test_a_visit_that_was_stopped_can_be_moved_by_the_client(visit_at) -> None:
    browser, person, version = visit_at
    session_type = make_session_type()
    therapist = make_therapist_at_work(offers=[session_type])
    visit = make_booking(client=person, therapist=therapist, session_type=session_type, starts_at=ahead(1))
    browser.post(f"/my/{visit.ref}/visit/", {"version": str(version.pk), "today-q-fever": "yes"})
    start = ahead(5)

    sent = {"start": start.isoformat(), "therapist": therapist.slug}
    browser.post(f"/my/{visit.ref}/reschedule/confirm/", sent)

    moved = Booking.objects.get(pk=visit.pk)
    assert (moved.starts_at, moved.status, moved.late_fee) == (start, Status.REQUESTED, 0)


def test_the_booking_leads_to_the_questions_of_its_visit_while_they_are_open(visit_at) -> None:
    browser, person, _ = visit_at
    near, far = (make_booking(client=person, starts_at=ahead(days)) for days in (1, 5))

    assert f"/my/{near.ref}/visit/" in browser.get(f"/my/{near.ref}/").content.decode()
    assert f"/my/{far.ref}/visit/" not in browser.get(f"/my/{far.ref}/").content.decode()


def test_a_visit_is_asked_from_the_day_before_and_again_at_the_door(visit_at) -> None:
    browser, person, version = visit_at
    far = make_booking(client=person, starts_at=ahead(4))
    near = make_booking(client=person, starts_at=ahead(1))

    assert browser.get(f"/my/{far.ref}/visit/").url == f"/my/{far.ref}/"
    said = {"version": str(version.pk), "today-q-fever": "no"}
    assert browser.post(f"/my/{far.ref}/visit/", said).url == f"/my/{far.ref}/"
    for _ in range(2):
        assert browser.post(f"/my/{near.ref}/visit/", said).url == f"/my/{near.ref}/"
    assert list(Submission.objects.values_list("about", flat=True)) == [f"booking:{near.pk}"] * 2


def test_a_visit_that_is_not_answered_whole_keeps_nothing(visit_at) -> None:
    browser, person, version = visit_at
    near = make_booking(client=person, starts_at=ahead(1))
    address = f"/my/{near.ref}/visit/"

    assert "Please answer this" in browser.post(address, {"version": str(version.pk)}).content.decode()
    renew(version)
    old = browser.post(address, {"version": str(version.pk), "today-q-fever": "no"})
    assert "renewed this form" in old.content.decode()
    assert not Submission.objects.exists()


def test_the_list_asks_the_database_no_more_for_many_forms(client_at, django_assert_max_num_queries) -> None:
    browser, _ = client_at
    make_form(NAME)
    browser.get("/my/forms/")
    for _ in range(5):
        make_form(NAME)
    with django_assert_max_num_queries(12):
        assert browser.get("/my/forms/").status_code == 200


def test_a_draft_is_not_there_for_a_client(client_at) -> None:
    browser, _ = client_at
    draft = make_draft(NAME)
    assert browser.get(path(draft)).status_code == 404
    assert browser.post(path(draft)).status_code == 404


def test_body_map_and_chakras_are_saved_by_their_rows(client_at) -> None:
    browser, _ = client_at
    version = make_form({"areas": {"kind": "areas"}, "centres": {"kind": "chakras"}})
    begin(browser, version)
    said = {"q-areas-neck": "focus", "q-areas-belly": "avoid", "q-centres-heart": "balanced"}

    assert save(browser, version, **said).url == path(version, "sign")

    kept = {"areas": {"focus": ["neck"], "avoid": ["belly"]}, "centres": {"heart": "balanced"}}
    assert stored() == kept
    page = browser.get(path(version, 1)).content.decode()
    assert 'name="q-areas-neck" data-area="neck"><option value="">' in page
    assert '<option value="focus" selected>' in page
    assert "Please choose" in save(browser, version, **{"q-areas-neck": "press"}).content.decode()
    assert stored() == kept


def test_who_comes_from_a_booking_gets_back_to_it(client_at) -> None:
    browser, _ = client_at
    version = make_form(NAME, {"more": {}})
    way, on = "/my/journey/", "?next=%2Fmy%2Fjourney%2F"

    assert f"{path(version)}{on}" in browser.get(f"/my/forms/{on}").content.decode()
    assert f"{path(version, 1)}{on}" == browser.post(f"{path(version)}{on}").url
    page = browser.get(f"{path(version, 1)}{on}")
    assert f'action="{path(version, 1)}{on}"' in page.content.decode()
    sent = page.content.decode()
    fields = {name: value(sent, name) for name in ("version", "form", "seen")} | {"q-name": "Sam"}
    assert browser.post(f"{path(version, 1)}{on}", fields | {"later": "yes"}).url == way
    for number, typed, after in ((1, {"q-name": "Sam"}, path(version, 2)), (2, {}, path(version, "sign"))):
        sent = browser.get(f"{path(version, number)}{on}").content.decode()
        fields = {name: value(sent, name) for name in ("version", "form", "seen")} | typed
        assert browser.post(f"{path(version, number)}{on}", fields).url == f"{after}{on}"
    sent = browser.get(f"{path(version, 'sign')}{on}").content.decode()
    fields = {name: value(sent, name) for name in ("form", "seen")} | {"true": "yes"}
    assert browser.post(f"{path(version, 'sign')}{on}", fields).url == way


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", "\\\\example.com"]
)
def test_nobody_is_led_to_another_site(client_at, elsewhere) -> None:
    browser, _ = client_at
    version = make_form(NAME)
    assert browser.post(f"{path(version)}?{urlencode({'next': elsewhere})}").url == path(version, 1)


def value(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]

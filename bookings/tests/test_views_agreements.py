"""The client's pages of agreements: reading, signing, the copy, taking it back, and the boundaries."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.tests.factories import make_owner
from bookings.models import Status
from bookings.tests.factories import make_booking, make_session_type
from clients import agreements
from clients.models import Client, Consent, Document, DocumentKind, DocumentVersion, Understanding, Withdrawal
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


def browser_of(client: Client) -> Browser:
    browser = Browser()
    browser.force_login(client.user)
    return browser


def make_treatment(**overrides: Any) -> DocumentVersion:
    make_practice()
    document = make_document(slug="treatment", title="Consent to a treatment", **overrides)
    return make_published(timezone.now(), document, text="## What happens\n\nWe *talk* first.")


def ticked(version: DocumentVersion, **overrides: str) -> dict[str, str]:
    said = {f"clause_{place}": "on" for place in range(len(version.clauses))}
    return {"shown": version.sha256, "typed_name": "Sam Field", **said, **overrides}


def test_a_client_reads_and_signs() -> None:
    version, client = make_treatment(), make_client_with_account(name="Sam Field")
    browser = browser_of(client)
    page = browser.get("/my/agreements/treatment/").content.decode()
    assert "<em>talk</em>" in page and "I am here by choice." in page and version.sha256 in page
    answer = browser.post("/my/agreements/treatment/", ticked(version))
    assert (answer.status_code, answer["Location"]) == (302, "/my/agreements/")
    consent = Consent.objects.get()
    assert (consent.client, consent.version, consent.signed_by, consent.given_by) == (
        client,
        version,
        client.user,
        "online",
    )
    assert "You gave this consent on" in browser.get("/my/agreements/").content.decode()
    assert "You signed this on" in browser.get("/my/agreements/treatment/").content.decode()


def test_signing_leads_back_to_where_the_client_came_from_and_nowhere_else() -> None:
    version = make_treatment()
    for way, leads_to in (
        ("/book/review/b-1/", "/book/review/b-1/"),
        ("https://elsewhere.example/", "/my/agreements/"),
    ):
        browser = browser_of(make_client_with_account(name="Sam Field"))
        assert browser.post("/my/agreements/treatment/", ticked(version, next=way))["Location"] == leads_to


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"clause_0": ""}, "Please tick this point"),
        ({"typed_name": ""}, "Please type your name."),
        ({"typed_name": "Jo Other"}, "Please type your name as we know it"),
        ({"typed_name": "x" * 10_000}, "A name has at most 150 characters here."),
        ({"typed_name": "Sam\x00Field"}, "There is a character in this that cannot be kept. Please type it once more."),
        ({"drawing": "data:text/html,x"}, "The drawing did not arrive whole."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_signed(wrong, said) -> None:
    version = make_treatment()
    answer = browser_of(make_client_with_account(name="Sam Field")).post(
        "/my/agreements/treatment/", ticked(version, **wrong)
    )
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Consent.objects.exists()


def test_many_points_without_a_tick_are_told_in_one_line() -> None:
    make_practice()
    points = [f"Point {number}." for number in range(6)]
    version = make_published(timezone.now(), make_document(slug="treatment"), clauses=points)
    bare = {name: value for name, value in ticked(version).items() if not name.startswith("clause_")}
    page = (
        browser_of(make_client_with_account(name="Sam Field")).post("/my/agreements/treatment/", bare).content.decode()
    )
    summary = page[page.index("error-summary-title") : page.index("</ul>", page.index("error-summary-title"))]
    assert summary.count("<li>") == 1
    assert "Please tick this point. That is so at 6 places; this leads to the first." in summary
    assert page.count("Please tick this point.") == 1 + 6


def test_an_old_tab_shows_the_new_text_and_signs_nothing() -> None:
    first, client = make_treatment(), make_client_with_account(name="Sam Field")
    draft = agreements.new_draft(first.document)
    DocumentVersion.objects.filter(pk=draft.pk).update(text="It reads otherwise now.")
    agreements.publish(draft, by=None, now=timezone.now())
    answer = browser_of(client).post("/my/agreements/treatment/", ticked(first))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The text has changed since this page was opened." in page and "It reads otherwise now." in page
    assert not Consent.objects.exists() and "checked" not in page


def test_two_tabs_sign_once() -> None:
    version, browser = make_treatment(), browser_of(make_client_with_account(name="Sam Field"))
    for _ in range(2):
        assert browser.post("/my/agreements/treatment/", ticked(version)).status_code == 302
    assert Consent.objects.count() == 1


def test_ticks_for_points_that_do_not_exist_are_passed_over() -> None:
    version, browser = make_treatment(), browser_of(make_client_with_account(name="Sam Field"))
    browser.post("/my/agreements/treatment/", ticked(version, clause_99="on", clause_x="on"))
    assert Consent.objects.get().clauses == version.clauses


def test_the_copy_is_a_pdf_of_ones_own() -> None:
    version, client = make_treatment(), make_client_with_account(name="Łucja Żak")
    make_consent(client, version, timezone.now())
    answer = browser_of(client).get("/my/agreements/treatment/copy/")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert re.search(
        r'filename="agreement-[0-9a-f]{8}\.pdf"', answer["Content-Disposition"]
    )  # says nothing in a folder
    other = browser_of(make_client_with_account())
    assert other.get("/my/agreements/treatment/copy/").status_code == 404


def test_a_consent_is_withdrawn_in_two_clicks_from_any_page_of_the_clients() -> None:
    version, client = make_treatment(), make_client_with_account()
    now = timezone.now().replace(second=0, microsecond=0)
    make_consent(client, version, now)
    kind = make_session_type(requires_consents=["treatment"])
    booking = make_booking(client=client, session_type=kind, created_at=now, starts_at=now + dt.timedelta(hours=2))
    browser = browser_of(client)
    assert 'href="/my/agreements/"' in browser.get("/my/").content.decode()  # the first click
    assert 'action="/my/agreements/treatment/withdraw/"' in browser.get("/my/agreements/").content.decode()
    answer = browser.post("/my/agreements/treatment/withdraw/", follow=True)  # the second
    booking.refresh_from_db()
    assert (booking.status, booking.late_fee) == (Status.CANCELLED, 0)
    page = answer.content.decode()
    assert "is withdrawn. You owe nothing" in page and "1 booking changed with it" in page
    assert "You withdrew this consent on" in page
    again = browser.post("/my/agreements/treatment/withdraw/", follow=True).content.decode()
    assert "There is no consent of yours to this any more." in again
    assert Withdrawal.objects.count() == 1


def test_a_notice_has_no_button_to_withdraw_and_none_is_taken() -> None:
    version, client = make_treatment(kind=DocumentKind.NOTICE), make_client_with_account()
    make_consent(client, version, timezone.now())
    browser = browser_of(client)
    assert "withdraw/" not in browser.get("/my/agreements/").content.decode()
    assert browser.post("/my/agreements/treatment/withdraw/").status_code == 404


def test_nobody_withdraws_for_another() -> None:
    version, client = make_treatment(), make_client_with_account()
    make_consent(client, version, timezone.now())
    browser_of(make_client_with_account()).post("/my/agreements/treatment/withdraw/")
    staff = Browser()
    staff.force_login(make_owner())
    assert staff.post("/my/agreements/treatment/withdraw/").status_code == 404
    assert not Withdrawal.objects.exists()


def test_the_list_takes_as_many_queries_for_many_documents_as_for_one(django_assert_max_num_queries) -> None:
    make_practice()
    client = make_client_with_account()
    for _ in range(6):
        make_consent(client, make_published(timezone.now()), timezone.now())
    browser = browser_of(client)
    with django_assert_max_num_queries(12):
        browser.get("/my/agreements/")


def test_without_documents_the_page_says_so() -> None:
    make_practice()
    assert "Nothing to agree on" in browser_of(make_client_with_account()).get("/my/agreements/").content.decode()


# The boundaries


def make_boundaries() -> DocumentVersion:
    make_practice()
    document = make_document(slug="boundaries", kind=DocumentKind.BOUNDARIES, title="The boundaries of a session")
    return make_published(timezone.now(), document)


def test_right_answers_are_thanked_for_and_kept() -> None:
    version, client = make_boundaries(), make_client_with_account()
    browser = browser_of(client)
    assert "Question 1?" in browser.get("/my/boundaries/").content.decode()
    answer = browser.post("/my/boundaries/", {"shown": version.sha256, "answer_0": "1", "answer_1": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/my/agreements/")
    assert Understanding.objects.get().is_understood
    assert "There is nothing more to do here." in browser.get("/my/boundaries/").content.decode()


def test_a_wrong_answer_is_explained_and_asked_again_without_a_score() -> None:
    version, browser = make_boundaries(), browser_of(make_client_with_account())
    answer = browser.post("/my/boundaries/", {"shown": version.sha256, "answer_0": "1", "answer_1": "0"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "It is so." in page and "Let us look at one thing again" in page
    assert "checked" not in page and "wrong" not in page and "1 of 2" not in page
    assert not Understanding.objects.get().is_understood
    browser.post("/my/boundaries/", {"shown": version.sha256, "answer_0": "1", "answer_1": "1"})
    assert Understanding.objects.filter(is_understood=True).count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"answer_0": "1"}, {"answer_0": "1", "answer_1": "7"}, {"answer_0": "x", "answer_1": "1"}]
)
def test_a_question_left_open_is_named(sent) -> None:
    version, browser = make_boundaries(), browser_of(make_client_with_account())
    answer = browser.post("/my/boundaries/", {"shown": version.sha256, **sent})
    assert answer.status_code == 422 and "Please choose one of the answers." in answer.content.decode()
    assert not Understanding.objects.exists()


def test_answers_to_an_old_text_are_not_counted() -> None:
    first, browser = make_boundaries(), browser_of(make_client_with_account())
    draft = agreements.new_draft(first.document)
    DocumentVersion.objects.filter(pk=draft.pk).update(text="It reads otherwise now.")
    agreements.publish(draft, by=None, now=timezone.now())
    answer = browser.post("/my/boundaries/", {"shown": first.sha256, "answer_0": "1", "answer_1": "1"})
    assert answer.status_code == 409 and "It reads otherwise now." in answer.content.decode()
    assert not Understanding.objects.exists()


def test_without_a_statement_to_answer_the_public_text_is_shown() -> None:
    make_practice()
    assert browser_of(make_client_with_account()).get("/my/boundaries/")["Location"] == "/boundaries/"
    assert not Document.objects.exists()

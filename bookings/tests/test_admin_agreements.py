"""The practice's side of agreements: the owner's texts, and what staff do on a client's word."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Status
from bookings.tests.factories import make_booking, make_session_type, make_therapist
from clients.models import CareRelation, Client, Consent, Document, DocumentVersion, Withdrawal
from clients.tests.factories import (
    make_client,
    make_client_with_account,
    make_consent,
    make_document,
    make_published,
    make_version,
)
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def make_treated() -> tuple[Client, User]:
    """A client, and the account of the therapist who treats them."""
    client, therapist = make_client_with_account(name="Sam Field"), make_therapist()
    CareRelation.objects.create(client=client, user=therapist.user, since=timezone.now())
    return client, therapist.user


# The owner's texts


def test_the_owner_edits_a_draft_looks_at_it_and_publishes_it() -> None:
    make_practice()
    browser = browser_of(make_owner())
    document = make_document(slug="treatment")
    answer = browser.post(f"/admin/clients/document/{document.pk}/draft/")
    draft = DocumentVersion.objects.get()
    page = f"/admin/clients/documentversion/{draft.pk}/"
    assert answer["Location"] == f"{page}change/"
    sent = {
        "text": "We agree.\r\n\r\nOn this.",
        "clause_lines": "I am here by choice.\r\n\r\nI may stop.",
        "applies_from": "",
    }
    assert browser.post(f"{page}change/", sent).status_code == 302
    draft.refresh_from_db()
    assert (draft.text, draft.clauses) == ("We agree.\n\nOn this.", ["I am here by choice.", "I may stop."])
    assert "I may stop." in browser.get(f"{page}preview/").content.decode()
    assert "law of your country" in browser.get(f"{page}publish/").content.decode()
    browser.post(f"{page}publish/")
    draft.refresh_from_db()
    assert draft.state == "published"
    assert browser.post(f"{page}change/", sent | {"text": "Other."}).status_code == 403
    assert "Other." not in browser.get(f"{page}change/").content.decode()


def test_the_owner_edits_questions_as_lines() -> None:
    make_practice()
    version = make_version(make_document(kind="boundaries"))
    page = f"/admin/clients/documentversion/{version.pk}/change/"
    browser = browser_of(make_owner())
    assert "Question 1?\n- No\n* Yes\n= It is so." in browser.get(page).content.decode()
    lines = "May I stop?\n* At any moment\n- At the end\n= Stop means stop."
    assert browser.post(page, {"text": "We agree.", "question_lines": lines, "applies_from": ""}).status_code == 302
    version.refresh_from_db()
    assert version.questions == [
        {"ask": "May I stop?", "options": ["At any moment", "At the end"], "right": 0, "explain": "Stop means stop."}
    ]
    broken = browser.post(
        page, {"text": "We agree.", "question_lines": "May I?\n- Yes\n- No\n= So.", "applies_from": ""}
    )
    assert "mark exactly one option as right" in broken.content.decode()


def test_a_draft_that_is_not_whole_is_not_published() -> None:
    make_practice()
    version = make_version(clauses=[])
    browser, page = browser_of(make_owner()), f"/admin/clients/documentversion/{version.pk}/publish/"
    assert "at least one to tick" in browser.get(page).content.decode()
    browser.post(page)
    version.refresh_from_db()
    assert version.state == "draft"


@pytest.mark.parametrize("who", ["desk", "therapist"])
def test_the_texts_are_the_owners(who) -> None:
    make_practice()
    version = make_version()
    browser = browser_of(make_front_desk() if who == "desk" else make_therapist().user)
    for page in ("preview", "publish", "change"):
        assert browser.get(f"/admin/clients/documentversion/{version.pk}/{page}/").status_code == 403
    assert browser.post(f"/admin/clients/document/{version.document_id}/draft/").status_code == 403


# A client's agreements


def test_a_therapist_sees_the_agreements_of_whom_they_treat_and_that_is_noted() -> None:
    make_practice()
    client, therapist = make_treated()
    make_consent(client, make_published(timezone.now()), timezone.now())
    page = browser_of(therapist).get(f"/admin/clients/consent/of/{client.pk}/").content.decode()
    assert "Signed " in page and "Withdraw on the client" in page
    last = trail.about(client.vault_subject()).last()
    assert (last.kind, last.object, last.actor_id) == ("record.read", "record:agreements", therapist.pk)


def test_others_see_none_of_them() -> None:
    make_practice()
    client, _ = make_treated()
    address = f"/admin/clients/consent/of/{client.pk}/"
    assert browser_of(make_front_desk()).get(address).status_code == 403
    assert browser_of(make_therapist().user).get(address)["Location"] == f"/admin/clients/client/{client.pk}/open/"
    assert browser_of(client.user).get(address).status_code == 404


def test_a_consent_is_withdrawn_on_the_clients_word_with_one_press() -> None:
    make_practice()
    client, therapist = make_treated()
    now = timezone.now().replace(second=0, microsecond=0)
    make_consent(client, make_published(now, make_document(slug="treatment")), now)
    kind = make_session_type(requires_consents=["treatment"])
    booking = make_booking(client=client, session_type=kind, created_at=now, starts_at=now + dt.timedelta(hours=2))
    browser_of(therapist).post(f"/admin/clients/consent/of/{client.pk}/treatment/withdraw/")
    booking.refresh_from_db()
    taken = Withdrawal.objects.get()
    assert (booking.status, booking.late_fee) == (Status.CANCELLED, 0)
    assert (taken.by, taken.on_clients_word) == (therapist, True)


def test_a_client_without_an_account_signs_at_the_practice() -> None:
    make_practice()
    client = make_client(name="Sam Field")
    version = make_published(timezone.now(), make_document(slug="treatment"))
    browser, address = browser_of(make_owner()), f"/admin/clients/consent/of/{client.pk}/treatment/sign/"
    assert "I may stop at any moment." in browser.get(address).content.decode()
    sent = {"shown": version.sha256, "clause_0": "on", "typed_name": "Sam Field", "given_by": "paper"}
    assert "Please tick this point" in browser.post(address, sent).content.decode()
    assert browser.post(address, sent | {"clause_1": "on", "given_by": "online"}).status_code == 200
    assert browser.post(address, sent | {"clause_1": "on", "shown": "0" * 64}).status_code == 200
    assert not Consent.objects.exists()
    assert browser.post(address, sent | {"clause_1": "on"}).status_code == 302
    assert Consent.objects.get().given_by == "paper"


def test_where_both_sign_the_therapist_signs_too() -> None:
    make_practice(consent_signers="both")
    client, therapist = make_treated()
    make_consent(client, make_published(timezone.now(), make_document(slug="treatment")), timezone.now())
    browser, page = browser_of(therapist), f"/admin/clients/consent/of/{client.pk}/"
    assert "The therapist has not signed yet" in browser.get(page).content.decode()
    browser.post(f"{page}treatment/countersign/")
    assert Consent.objects.get().countersigned_by == therapist
    assert "Signed by the therapist" in browser.get(page).content.decode()
    assert browser.get(f"{page}treatment/copy/").content[:5] == b"%PDF-"
    assert Document.objects.count() == 1

"""The practice's side of the forms: who edits and publishes them, who reads what, and flags cleared with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from clients import intake
from clients.models import CareRelation, Client, Flag, Questionnaire, QuestionnaireVersion, Submission, VersionState
from clients.tests.factories import make_client_with_account
from clients.tests.forms import NOW, begin, make_draft, make_form, make_question
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db

HEART = {
    "heart": {"kind": "one", "is_required": True, "choices": {"well": "", "clot": "stop"}},
    "reach": {"audience": "desk"},
}


@pytest.fixture(autouse=True)
def practice() -> None:
    make_practice()


def signed_in(user: Any) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def told(person: Client) -> Submission:
    """A stop that this client signed off."""
    version = make_form(HEART)
    form = begin(person, version)
    intake.save_page(form, 1, {"heart": "clot", "reach": "By day alone"}, now=NOW)
    intake.sign_off(form, by=person.user, now=NOW, on=NOW.date())
    return form


def therapist_of(person: Client | None = None) -> Any:
    user = make_user(role=Role.THERAPIST)
    if person:
        CareRelation.objects.create(client=person, user=user, since=NOW)
    return user


def readings(person: Client) -> list[tuple[str, int | None, str]]:
    return [(e.kind, e.actor_id, e.object) for e in trail.about(person.vault_subject()) if e.kind == "record.read"]


def test_a_therapist_reads_and_clears_the_flag_of_a_client_they_treat() -> None:
    person = make_client_with_account()
    told(person)
    flag, therapist = Flag.objects.get(), therapist_of(person)
    browser = signed_in(therapist)

    assert str(person) in browser.get(reverse("admin:clients_flag_changelist")).content.decode()
    assert readings(person) == []
    page = browser.get(reverse("admin:clients_flag_change", args=[flag.pk]))
    assert "What about heart? Clot" in page.content.decode()
    assert readings(person) == [("record.read", therapist.pk, "record:flags")]

    clear = reverse("admin:clients_flag_clear", args=[flag.pk])
    assert "Please give a reason" in browser.post(clear, {"why": " "}).content.decode()
    assert browser.post(clear, {"why": "A doctor's note is here."}).status_code == 302
    flag = Flag.objects.get()
    assert (flag.cleared_by, flag.cleared_why) == (therapist, "A doctor's note is here.")
    assert [e.kind for e in trail.about(person.vault_subject()) if e.kind == "flag.cleared"] == ["flag.cleared"]
    assert "cleared already" in browser.post(clear, {"why": "Again"}, follow=True).content.decode()


def test_flags_are_not_there_for_who_does_not_treat_the_client() -> None:
    person = make_client_with_account()
    told(person)
    flag = Flag.objects.get()

    colleague = signed_in(therapist_of())
    assert "Clot" not in colleague.get(reverse("admin:clients_flag_changelist") + "?state=all").content.decode()
    assert colleague.get(reverse("admin:clients_flag_clear", args=[flag.pk])).status_code == 404
    assert colleague.post(reverse("admin:clients_flag_clear", args=[flag.pk]), {"why": "x"}).status_code == 404
    desk = signed_in(make_front_desk())
    assert desk.get(reverse("admin:clients_flag_changelist")).status_code == 403
    assert desk.post(reverse("admin:clients_flag_clear", args=[flag.pk]), {"why": "x"}).status_code == 403
    assert Flag.objects.get().cleared_at is None
    assert readings(person) == []


@pytest.mark.parametrize(
    ("reader", "sees"),
    [("desk", ["By day alone"]), ("colleague", ["By day alone"]), ("therapist", ["Clot", "By day alone"]),
     ("owner", ["Clot", "By day alone"])],
)  # fmt: skip
def test_each_reader_of_a_form_sees_what_is_for_their_eyes(reader: str, sees: list[str]) -> None:
    person = make_client_with_account()
    form = told(person)
    made = {
        "desk": make_front_desk,
        "colleague": therapist_of,
        "therapist": lambda: therapist_of(person),
        "owner": make_owner,
    }
    user = made[reader]()

    page = signed_in(user).get(reverse("admin:clients_submission_change", args=[form.pk])).content.decode()

    assert [words for words in ("Clot", "By day alone") if words in page] == sees
    assert readings(person) == ([("record.read", user.pk, "record:intake")] if "Clot" in sees else [])


def test_lists_ask_the_database_no_more_for_many(django_assert_max_num_queries) -> None:
    for _ in range(3):
        told(make_client_with_account())
    browser = signed_in(make_owner())
    for name in ("flag", "submission", "questionnaire"):
        address = reverse(f"admin:clients_{name}_changelist")
        browser.get(address)
        with django_assert_max_num_queries(12):
            assert browser.get(address).status_code == 200


def test_the_owner_edits_a_draft_looks_at_it_and_publishes_it() -> None:
    version = make_form(HEART)
    browser = signed_in(make_owner())
    draft_at = browser.post(reverse("admin:clients_questionnaire_draft", args=[version.questionnaire_id])).url
    draft = QuestionnaireVersion.objects.get(state=VersionState.DRAFT)
    assert draft_at == reverse("admin:clients_questionnaireversion_change", args=[draft.pk])
    section = draft.sections.get()
    heart, _ = section.questions.order_by("key")

    answer = browser.post(draft_at, _sections(section.pk, "All about your heart"))
    assert answer.url == draft_at, answer.context["errors"]
    at = reverse("admin:clients_question_change", args=[heart.pk])
    assert browser.post(at, _question(heart, "How is your heart?")).url == reverse(
        "admin:clients_section_change", args=[section.pk]
    )
    assert browser.get(reverse("admin:clients_section_change", args=[section.pk])).status_code == 200
    preview = browser.get(reverse("admin:clients_questionnaireversion_preview", args=[draft.pk])).content.decode()
    assert "All about your heart" in preview
    assert "How is your heart?" in preview

    publish = reverse("admin:clients_questionnaireversion_publish", args=[draft.pk])
    assert browser.get(publish).status_code == 200
    assert QuestionnaireVersion.objects.get(pk=draft.pk).state == VersionState.DRAFT
    browser.post(publish)
    states = dict(QuestionnaireVersion.objects.values_list("number", "state"))
    assert states == {1: VersionState.SUPERSEDED, 2: VersionState.PUBLISHED}


def _sections(pk: int, title: str) -> dict[str, Any]:
    counts = {"sections-TOTAL_FORMS": "1", "sections-INITIAL_FORMS": "1"}
    row = {
        "id": pk,
        "version": QuestionnaireVersion.objects.get(sections=pk).pk,
        "order": "0",
        "title": title,
        "why": "",
    }
    return counts | {f"sections-0-{name}": value for name, value in row.items()} | {"_save": "Save"}


def _question(row: Any, words: str) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("order", "key", "kind", "help", "audience")}
    return said | {"words": words, "choices-TOTAL_FORMS": "0", "choices-INITIAL_FORMS": "0", "_save": "Save"}


def test_what_is_published_is_only_looked_at() -> None:
    version = make_form(HEART)
    section = version.sections.get()
    browser = signed_in(make_owner())
    rows = {"questionnaireversion": version.pk, "section": section.pk, "question": section.questions.first().pk}

    for name, pk in rows.items():
        address = reverse(f"admin:clients_{name}_change", args=[pk])
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"title": "Other", "words": "Other"}).status_code == 403
        assert browser.post(reverse(f"admin:clients_{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    again = browser.post(reverse("admin:clients_questionnaireversion_publish", args=[version.pk]), follow=True)
    assert "published already" in again.content.decode()


def test_a_draft_with_faults_is_not_published_and_says_what_is_missing() -> None:
    draft = make_draft({})
    make_question(draft.sections.get(), "pain", kind="one")
    publish = reverse("admin:clients_questionnaireversion_publish", args=[draft.pk])
    browser = signed_in(make_owner())

    assert "What about pain?” has no choice yet" in browser.get(publish).content.decode()
    browser.post(publish)
    assert QuestionnaireVersion.objects.get().state == VersionState.DRAFT


def test_a_new_questionnaire_begins_with_an_empty_draft_and_a_published_one_is_asked_no_longer() -> None:
    browser = signed_in(make_owner())
    new = {"title": "Feet", "slug": "feet", "asked": "intake", "for_kind": "", "valid_for_months": "12", "order": "0"}
    browser.post(reverse("admin:clients_questionnaire_add"), new)
    made = Questionnaire.objects.get(slug="feet")
    browser.post(reverse("admin:clients_questionnaire_draft", args=[made.pk]))
    assert list(made.versions.values_list("number", "state")) == [(1, "draft")]

    version = make_form(HEART)
    browser.post(reverse("admin:clients_questionnaireversion_retire", args=[version.pk]))
    assert QuestionnaireVersion.objects.get(pk=version.pk).state == VersionState.SUPERSEDED


def test_nobody_but_the_owner_edits_what_is_asked() -> None:
    draft = make_draft(HEART)
    for user in (make_front_desk(), therapist_of()):
        browser = signed_in(user)
        for name in ("preview", "publish", "retire"):
            address = reverse(f"admin:clients_questionnaireversion_{name}", args=[draft.pk])
            assert browser.post(address).status_code == 403
        assert (
            browser.post(reverse("admin:clients_questionnaire_draft", args=[draft.questionnaire_id])).status_code == 403
        )
    assert QuestionnaireVersion.objects.get().state == VersionState.DRAFT


def test_what_stops_a_session_comes_first_among_the_flags() -> None:
    person = make_client_with_account()
    for minute, action in enumerate(("stop", "avoid", "note", "review", "note")):
        Flag.objects.create(client=person, action=action, words="…", raised_at=NOW + dt.timedelta(minutes=minute))
    page = signed_in(make_owner()).get(reverse("admin:clients_flag_changelist"))

    shown = [flag.action for flag in page.context["cl"].result_list]
    assert shown == ["stop", "review", "avoid", "note", "note"]
    assert "what stops a session comes first" in page.content.decode()


def test_who_cleared_a_flag_reads_it_back_when_they_do_not_treat_the_client_any_more() -> None:
    person = make_client_with_account()
    mara, other = therapist_of(), therapist_of()
    flag = Flag.objects.create(
        client=person, action="review", words="…", raised_at=NOW, cleared_at=NOW, cleared_by=mara, cleared_why="Asked."
    )
    page = reverse("admin:clients_flag_change", args=[flag.pk])
    CareRelation.objects.filter(client=person).update(until=NOW)

    assert [signed_in(user).get(page).status_code for user in (mara, other)] == [200, 302]
    assert readings(person) == [("record.read", mara.pk, "record:flags")]

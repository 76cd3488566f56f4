"""Signing, withdrawing and understanding what a practice and a client agree on."""

from __future__ import annotations

import base64
import datetime as dt
import io

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from accounts.tests.factories import make_owner
from clients import agreements, constraints, documents
from clients.errors import (
    ClausesMissing,
    Declined,
    NameDiffers,
    NotASignature,
    NotPublishable,
    NotToSign,
    NotToWithdraw,
    TextChanged,
)
from clients.models import Consent, DocumentKind, DocumentVersion, Understanding, VersionState, Withdrawal
from clients.tests.factories import (
    make_client,
    make_client_with_account,
    make_consent,
    make_document,
    make_published,
    make_version,
)
from vault import constraints as vault_constraints
from vault import trail, verifier
from vault.models import Entry

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
TODAY = dt.date(2026, 6, 1)


def drawing(size: tuple[int, int] = (60, 20)) -> str:
    picture = io.BytesIO()
    Image.new("L", size, 255).save(picture, "PNG")
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()


PNG = drawing()
BROKEN = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n rest of it").decode()


def make_boundaries(**overrides: object) -> DocumentVersion:
    return make_published(NOW, make_document(kind=DocumentKind.BOUNDARIES), **overrides)


# Publishing


def test_a_published_version_has_its_digest_and_the_one_before_is_superseded() -> None:
    first = make_published(NOW)
    second = agreements.new_draft(first.document)
    assert (second.number, second.text, second.clauses, second.state) == (2, first.text, first.clauses, "draft")
    second.clauses = [*second.clauses, "I have told the truth about my health."]
    second.save()
    agreements.publish(second, by=make_owner(), now=LATER)
    first.refresh_from_db()
    assert (first.state, second.state, second.applies_from) == ("superseded", "published", dt.date(2026, 6, 2))
    assert second.sha256 == documents.digest(second) != first.sha256


def test_a_second_draft_is_the_first_one() -> None:
    draft = agreements.new_draft(make_document())
    assert agreements.new_draft(draft.document) == draft


def test_a_version_is_asked_for_from_its_date_on() -> None:
    first = make_published(NOW)
    second = agreements.publish(
        agreements.new_draft(first.document), by=None, now=NOW, applies_from=TODAY + dt.timedelta(days=10)
    )
    on = [documents.current(first.document.slug, TODAY + dt.timedelta(days=days)) for days in (9, 10)]
    assert on == [first, second]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("consent", {"clauses": []}),
        ("consent", {"clauses": ["Twice.", "Twice. "]}),
        ("consent", {"clauses": "I agree."}),
        ("consent", {"text": "  "}),
        ("boundaries", {"questions": []}),
        ("boundaries", {"questions": [{"ask": "?", "options": ["a", "b"], "right": 2, "explain": "so"}]}),
        ("boundaries", {"questions": [{"ask": "?", "options": ["a", "a"], "right": 0, "explain": "so"}]}),
        ("boundaries", {"questions": [{"ask": "?", "options": ["a", "b"], "right": True, "explain": "so"}]}),
    ],
)
def test_what_is_not_whole_is_not_published(kind, wrong) -> None:
    version = make_version(make_document(kind=kind), **wrong)
    with pytest.raises(NotPublishable):
        agreements.publish(version, by=None, now=NOW)


def test_a_version_is_published_once() -> None:
    version = make_published(NOW)
    with pytest.raises(NotPublishable):
        agreements.publish(version, by=None, now=LATER)


@pytest.mark.parametrize(
    ("field", "value"), [("text", "Other."), ("clauses", ["Other."]), ("sha256", "0"), ("state", "draft")]
)
def test_the_database_keeps_a_published_version_as_it_is(field, value) -> None:
    version = make_published(NOW)
    rows = DocumentVersion.objects.filter(pk=version.pk)
    with transaction.atomic():
        constraints.remove(connection)
        rows.update(**{field: value})  # without the guard it would be changed
        transaction.set_rollback(True)
    with pytest.raises(IntegrityError, match=constraints.DOCUMENTS), transaction.atomic():
        rows.update(**{field: value})
    with pytest.raises(IntegrityError, match=constraints.DOCUMENTS), transaction.atomic():
        rows.delete()


# Signing


def test_a_consent_keeps_the_text_the_clauses_the_name_and_the_way() -> None:
    client, version = (
        make_client_with_account(name="Sam Field"),
        make_published(NOW, make_document(valid_for_months=12)),
    )
    consent = make_consent(client, version, NOW, typed_name="  sam   FIELD ", drawing=PNG)
    kept = Consent.objects.get(pk=consent.pk)
    assert (kept.text_sha256, kept.clauses, kept.typed_name, kept.signature) == (
        version.sha256,
        version.clauses,
        "sam FIELD",
        PNG,
    )
    assert (kept.given_by, kept.signed_at, kept.signed_by, kept.expires_on) == (
        "online",
        NOW,
        client.user,
        dt.date(2027, 6, 1),
    )


def test_the_ledger_remembers_a_consent_by_its_digests_alone() -> None:
    client, version = make_client_with_account(), make_published(NOW)
    consent = make_consent(client, version, NOW)
    entry = trail.about(client.vault_subject()).get()
    assert (entry.kind, entry.object, entry.actor_id) == (
        "consent.given",
        f"clients.consent:{consent.pk}",
        client.user_id,
    )
    assert entry.details == {
        "document": version.document.slug,
        "version": 1,
        "text": version.sha256,
        "record": documents.record_digest(Consent.objects.get(pk=consent.pk), is_drawn=False),
        "way": "online",
    }


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Sam Field", "sam field"),
        ("Zoë O'Brien", "Zoe OBrien"),
        ("Anne-Marie de la Tour", "Anne Marie de la Tour"),
        ("Sam Field", "Sam Julian Field"),
        ("Sam Julian Field", "Sam Field"),
        ("Madonna", "madonna"),
        ("Łukasz Żak", "Łukasz Zak"),
        ("山田 太郎", "山田 太郎"),
    ],
)
def test_a_name_may_be_typed_as_people_type_it(name, typed) -> None:
    assert make_consent(make_client_with_account(name=name), make_published(NOW), NOW, typed_name=typed).typed_name


@pytest.mark.parametrize("typed", ["", "Sam", "S. F.", "Jo Field", "Sam Fields", "…", "x" * 10_000])
def test_another_name_signs_nothing(typed) -> None:
    client, version = make_client_with_account(name="Sam Field"), make_published(NOW)
    with pytest.raises(NameDiffers):
        make_consent(client, version, NOW, typed_name=typed)
    assert not Consent.objects.exists() and not Entry.objects.filter(kind="consent.given").exists()


def test_each_clause_needs_its_tick() -> None:
    with pytest.raises(ClausesMissing) as caught:
        make_consent(make_client(), make_published(NOW), NOW, ticked=frozenset({1, 7}))
    assert caught.value.places == [0]


def test_a_text_that_was_not_shown_is_not_signed() -> None:
    version = make_published(NOW)
    with pytest.raises(TextChanged):
        make_consent(make_client(), version, NOW, shown_sha256="0" * 64)


def test_an_old_version_is_not_signed_once_a_new_one_applies() -> None:
    first, client = make_published(NOW), make_client()
    agreements.publish(agreements.new_draft(first.document), by=None, now=NOW)
    with pytest.raises(TextChanged):
        make_consent(client, first, LATER)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    "drawn", ["x", "data:image/svg+xml;base64,AAAA", PNG[:-1] + "!", PNG + "A" * 400_000, BROKEN, drawing((5000, 5))]
)
def test_a_drawing_that_is_none_signs_nothing(drawn) -> None:
    with pytest.raises(NotASignature):
        make_consent(make_client(), make_published(NOW), NOW, drawing=drawn)


def test_a_draft_and_the_boundaries_are_not_signed() -> None:
    for version in (make_version(), make_boundaries()):
        with pytest.raises(NotToSign):
            make_consent(make_client(), version, NOW)


def test_signing_twice_gives_the_first_consent() -> None:
    client, version = make_client_with_account(), make_published(NOW)
    assert make_consent(client, version, NOW) == make_consent(client, version, LATER)
    assert Entry.objects.filter(kind="consent.given").count() == 1


def test_what_has_run_out_is_signed_anew() -> None:
    client, version = make_client_with_account(), make_published(NOW, make_document(valid_for_months=1))
    first = make_consent(client, version, NOW)
    second = make_consent(client, version, dt.datetime(2026, 7, 2, 8, tzinfo=dt.UTC))
    assert (first.expires_on, second.expires_on) == (dt.date(2026, 7, 1), dt.date(2026, 8, 2))


def test_a_year_from_a_29_february_ends_on_the_28th() -> None:
    assert documents.months_after(dt.date(2028, 2, 29), 12) == dt.date(2029, 2, 28)


def test_the_database_keeps_a_consent_as_it_was_given() -> None:
    consent = make_consent(make_client(), make_published(NOW), NOW)
    for change in ({"typed_name": "Other"}, {"signed_at": LATER}, {"clauses": []}, {"text_sha256": "0"}):
        with pytest.raises(IntegrityError, match=constraints.CONSENTS), transaction.atomic():
            Consent.objects.filter(pk=consent.pk).update(**change)
    with pytest.raises(IntegrityError, match=constraints.CONSENTS), transaction.atomic():
        Consent.objects.filter(pk=consent.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE clients_consent SET typed_name = 'Other'", "is not as it was when it was written"),
        ("UPDATE clients_consent SET text_sha256 = 'x'", "is not as it was when it was written"),
        ("UPDATE clients_consent SET signature = NULL", "is not as it was when it was written"),
        ("DELETE FROM clients_consent", "is not there any more"),
        ("DELETE FROM vault_entry", "has no line of it"),
    ],
)
def test_a_change_past_the_guards_shows_in_the_ledger(change, said, tmp_path) -> None:
    make_consent(make_client(), make_published(NOW), NOW, drawing=PNG)
    assert verifier.verify(tmp_path / "none").is_intact
    constraints.remove(connection)
    vault_constraints.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(change)
        if "entry" in change:
            cursor.execute("DELETE FROM vault_head")
    constraints.install(connection)
    vault_constraints.install(connection)
    assert said in verifier.verify(tmp_path / "none").finding.fault.sentence


def test_the_therapist_signs_once() -> None:
    consent, therapist = make_consent(make_client(), make_published(NOW), NOW), make_owner()
    agreements.countersign(consent, by=therapist, now=NOW)
    again = agreements.countersign(consent, by=make_owner(), now=LATER)
    assert (again.countersigned_by, again.countersigned_at) == (therapist, NOW)


# Taking back


def test_a_consent_is_taken_back_once_and_can_be_given_again() -> None:
    client, version = make_client_with_account(), make_published(NOW)
    consent = make_consent(client, version, NOW)
    agreements.withdraw([consent], by=client.user, now=LATER)
    assert not documents.standing(client, version.document).exists()
    assert Withdrawal.objects.get().on_clients_word is False
    assert make_consent(client, version, LATER) != consent
    assert [entry.kind for entry in trail.about(client.vault_subject())] == [
        "consent.given",
        "consent.withdrawn",
        "consent.given",
    ]


def test_a_notice_is_not_withdrawn() -> None:
    client = make_client_with_account()
    consent = make_consent(client, make_published(NOW, make_document(kind="notice")), NOW)
    with pytest.raises(NotToWithdraw):
        agreements.withdraw([consent], by=client.user, now=NOW)


def test_what_was_withdrawn_is_not_countersigned() -> None:
    client = make_client_with_account()
    consent = make_consent(client, make_published(NOW), NOW)
    agreements.withdraw([consent], by=client.user, now=NOW)
    with pytest.raises(NotToSign):
        agreements.countersign(consent, by=make_owner(), now=NOW)


# The boundaries


def test_right_answers_are_kept_as_understood() -> None:
    client, version = make_client_with_account(), make_boundaries()
    made = agreements.record_understanding(client, version, [1, 1], version.sha256, by=client.user, now=NOW)
    assert (made.is_understood, Understanding.objects.get().answers) == (True, [1, 1])
    assert trail.about(client.vault_subject()).get().kind == "boundaries.understood"


def test_a_wrong_answer_is_kept_and_may_be_followed_by_a_right_one() -> None:
    client, version = make_client_with_account(), make_boundaries()
    first = agreements.record_understanding(client, version, [1, 0], version.sha256, by=client.user, now=NOW)
    second = agreements.record_understanding(client, version, [1, 1], version.sha256, by=client.user, now=LATER)
    assert [first.is_understood, second.is_understood] == [False, True]


@pytest.mark.parametrize("answers", [[], [1], [1, None], [None, 1]])
def test_each_question_needs_an_answer(answers) -> None:
    client, version = make_client_with_account(), make_boundaries()
    with pytest.raises(ClausesMissing):
        agreements.record_understanding(client, version, answers, version.sha256, by=client.user, now=NOW)
    assert not Understanding.objects.exists()


def test_answers_to_questions_that_do_not_exist_are_passed_over() -> None:
    client, version = make_client_with_account(), make_boundaries()
    made = agreements.record_understanding(client, version, [1, 1, 5], version.sha256, by=client.user, now=NOW)
    assert (made.is_understood, made.answers) == (True, [1, 1])


def test_answers_to_an_old_version_count_for_nothing() -> None:
    client, first = make_client_with_account(), make_boundaries()
    agreements.publish(agreements.new_draft(first.document), by=None, now=NOW)
    with pytest.raises(TextChanged):
        agreements.record_understanding(client, first, [1, 1], first.sha256, by=client.user, now=LATER)


# How it stands


def test_a_client_sees_each_document_as_it_stands() -> None:
    client, signed, taken = make_client_with_account(), make_published(NOW), make_published(NOW)
    shown, anew, never = make_boundaries(), make_published(NOW), make_published(NOW)
    make_version()
    make_consent(client, signed, NOW)
    agreements.withdraw([make_consent(client, taken, NOW)], by=client.user, now=NOW)
    agreements.record_understanding(client, shown, [1, 1], shown.sha256, by=client.user, now=NOW)
    make_consent(client, anew, NOW)
    newer = agreements.publish(agreements.new_draft(anew.document), by=None, now=NOW)
    stands = {each.version: (each.state, each.can_withdraw) for each in documents.of_client(client, TODAY)}
    assert stands == {
        signed: ("given", True),
        taken: ("withdrawn", False),
        shown: ("given", False),
        newer: ("anew", True),
        never: ("open", False),
    }


def test_how_it_stands_takes_a_fixed_number_of_queries(django_assert_num_queries) -> None:
    client = make_client_with_account()
    for _ in range(5):
        make_consent(client, make_published(NOW), NOW)
    with django_assert_num_queries(4):
        documents.of_client(client, TODAY)


def test_every_fault_is_a_sentence() -> None:
    for fault in (TextChanged(), ClausesMissing([0]), NameDiffers(), NotASignature(), NotToSign(), NotToWithdraw()):
        assert isinstance(fault, Declined) and str(fault).endswith(".")
    assert VersionState.DRAFT == "draft"


def test_consent_that_runs_out_soon_can_be_given_anew_once_a_day() -> None:
    client, document = make_client_with_account(), make_document(valid_for_months=12)
    version = make_published(NOW, document)
    first = make_consent(client, version, NOW)
    early, soon = NOW + dt.timedelta(days=300), NOW + dt.timedelta(days=340)

    assert make_consent(client, version, early) == first
    again = make_consent(client, version, soon)

    assert again.expires_on > first.expires_on
    assert make_consent(client, version, soon) == again
    (row,) = documents.of_client(client, soon.date())
    assert (row.consent, row.state, row.may_renew) == (again, "given", False)

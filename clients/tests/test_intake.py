"""Forms opened, saved, signed off and renewed, and flags cleared, by the verbs; what is refused leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from clients import asking, intake
from clients.errors import (
    AlreadyCleared,
    AlreadySigned,
    ChangedElsewhere,
    NotAnswered,
    NotAsked,
    NotFit,
    NotPublishable,
    RecordClosed,
    Renewed,
    UnknownQuestion,
    WhyNeeded,
)
from clients.models import Answer, Choice, Flag, Question, Section, Submission, VersionState
from clients.tests.factories import make_client_with_account
from clients.tests.forms import NOW, begin, make_draft, make_form, renew
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
HEART = {"heart": {"kind": "many", "is_required": True, "choices": {"none": "", "asks": "review", "clot": "stop"}}}
NAME = {"name": {"is_required": True}, "more": {"kind": "long"}}


@pytest.fixture
def person() -> Any:
    make_practice()
    return make_client_with_account()


def sign(form: Submission, on: dt.date = TODAY) -> list[Flag]:
    return intake.sign_off(form, by=form.client.user, now=NOW, on=on)


def test_opening_twice_gives_the_same_form(person) -> None:
    version = make_form()
    assert begin(person, version) == begin(person, version)


def test_a_draft_cannot_be_filled_in(person) -> None:
    with pytest.raises(NotAsked):
        begin(person, make_draft())


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"name": "Sam", "age": "5"}, UnknownQuestion),
        ({"name": "Sam", "heart": ["none"]}, UnknownQuestion),
        ({"name": "n" * 10_000, "more": "Words"}, NotFit),
    ],
)
def test_a_page_is_saved_whole_or_not_at_all(person, values, refused) -> None:
    form = begin(person, make_form(NAME, HEART))
    intake.save_page(form, 1, {"name": "Before"}, now=NOW)

    with pytest.raises(refused):
        intake.save_page(form, 1, values, now=NOW)

    assert asking.answers(form) == {"name": "Before"}


def test_what_is_left_empty_is_taken_away_and_other_pages_stay(person) -> None:
    form = begin(person, make_form(NAME, HEART))
    intake.save_page(form, 1, {"name": "Sam", "more": "Words"}, now=NOW)
    intake.save_page(form, 2, {"heart": ["none"]}, now=NOW)
    intake.save_page(form, 1, {"name": "Sam", "more": ""}, now=NOW)

    assert asking.answers(form) == {"name": "Sam", "heart": ["none"]}
    with pytest.raises(UnknownQuestion):
        intake.save_page(form, 3, {}, now=NOW)


def test_a_second_window_is_told_unless_both_say_the_same(person) -> None:
    form = begin(person, make_form(NAME))
    seen = asking.mark({}, asking.pages(form.version)[0])
    intake.save_page(form, 1, {"name": "Sam"}, seen=seen, now=NOW)

    intake.save_page(form, 1, {"name": "Sam"}, seen=seen, now=NOW)
    with pytest.raises(ChangedElsewhere):
        intake.save_page(form, 1, {"name": "Samuel"}, seen=seen, now=NOW)


def test_signing_off_raises_the_flags_and_leaves_a_line_without_their_words(person) -> None:
    form = begin(person, make_form(HEART))
    intake.save_page(form, 1, {"heart": ["asks", "clot"]}, now=NOW)

    sign(form)

    assert {(each.action, each.words) for each in Flag.objects.all()} == {
        ("review", "What about heart? Asks"),
        ("stop", "What about heart? Clot"),
    }
    entry = trail.about(person.vault_subject()).get()
    assert (entry.kind, entry.actor_id, entry.object) == (
        "form.signed",
        person.user_id,
        f"clients.submission:{form.pk}",
    )
    assert "Clot" not in str(entry.__dict__)


def test_nothing_changes_after_signing_off(person) -> None:
    form = begin(person, make_form(HEART))
    intake.save_page(form, 1, {"heart": ["none"]}, now=NOW)
    sign(form)

    with pytest.raises(AlreadySigned):
        intake.save_page(form, 1, {"heart": ["clot"]}, now=NOW)
    with pytest.raises(AlreadySigned):
        sign(form)
    assert asking.answers(form) == {"heart": ["none"]}
    assert trail.about(person.vault_subject()).count() == 1


def test_what_must_be_answered_is_asked_for_by_its_page(person) -> None:
    form = begin(person, make_form(NAME, HEART))
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)

    with pytest.raises(NotAnswered) as lacking:
        sign(form)

    assert lacking.value.pages == [2]
    assert not Flag.objects.exists()


def test_what_stands_open_in_the_same_words_is_not_raised_twice(person) -> None:
    version = make_form(HEART)
    for _ in range(2):
        form = begin(person, version)
        intake.save_page(form, 1, {"heart": ["clot"]}, now=NOW)
        sign(form)
    assert Flag.objects.count() == 1

    intake.clear_flag(Flag.objects.get(), by=make_owner(), why="Looked at.", now=NOW)
    form = begin(person, version)
    sign(form)
    assert Flag.objects.filter(cleared_at=None).count() == 1


def test_a_form_looked_over_anew_begins_with_what_was_signed(person) -> None:
    version = make_form(NAME)
    form = begin(person, version)
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)
    sign(form)

    assert asking.answers(begin(person, version)) == {"name": "Sam"}


@pytest.mark.parametrize(
    ("on", "months", "until"),
    [
        (dt.date(2026, 6, 1), 12, dt.date(2027, 6, 1)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
        (dt.date(2026, 6, 1), None, None),
    ],
)
def test_a_form_expires_after_the_months_of_its_questionnaire(person, on, months, until) -> None:
    form = begin(person, make_form(NAME, valid_for_months=months))
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)

    sign(form, on)

    assert Submission.objects.get().expires_on == until
    slug = form.version.questionnaire.slug
    if until:
        assert asking.standing(person, slug, until).is_valid
        assert not asking.standing(person, slug, until + dt.timedelta(days=1)).is_valid


def test_after_a_new_version_the_old_form_is_carried_over_and_not_written(person) -> None:
    first = make_form(NAME, HEART)
    form = begin(person, first)
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)
    second = renew(first)

    with pytest.raises(Renewed):
        intake.save_page(form, 1, {"name": "Another"}, now=NOW)
    with pytest.raises(Renewed):
        sign(form)
    moved = begin(person, second)
    assert (moved.version, asking.answers(moved)) == (second, {"name": "Sam"})
    with pytest.raises(Renewed):
        intake.save_page(form, 1, {"name": "Another"}, now=NOW)


def test_an_answer_that_fits_no_more_is_not_carried_over(person) -> None:
    first = make_form(NAME, HEART)
    form = begin(person, first)
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)
    intake.save_page(form, 2, {"heart": ["clot"]}, now=NOW)
    draft = intake.new_draft(first.questionnaire)
    Choice.objects.filter(question__section__version=draft, key="clot").delete()
    intake.publish_version(draft, by=None, now=NOW)

    assert asking.answers(begin(person, first)) == {"name": "Sam"}


def test_a_draft_is_a_copy_and_there_is_one_at_a_time(person) -> None:
    version = make_form(NAME, HEART)
    draft = intake.new_draft(version.questionnaire)

    assert intake.new_draft(version.questionnaire) == draft
    assert (draft.number, draft.state) == (2, VersionState.DRAFT)
    plain = [(page.number, page.title, page.asked, page.audiences) for page in asking.pages(version)]
    assert [(page.number, page.title, page.asked, page.audiences) for page in asking.pages(draft)] == plain
    assert Section.objects.count() == 4
    assert Question.objects.count() == 6


def test_a_version_is_published_once(person) -> None:
    version = make_form(NAME)
    with pytest.raises(NotPublishable, match="published already"):
        intake.publish_version(version, by=None, now=NOW)


def test_clearing_needs_a_reason_and_somebody_who_treats_the_client(person) -> None:
    form = begin(person, make_form(HEART))
    intake.save_page(form, 1, {"heart": ["clot"]}, now=NOW)
    (flag,) = sign(form)
    owner = make_owner()

    with pytest.raises(WhyNeeded):
        intake.clear_flag(flag, by=owner, why="  ", now=NOW)
    for stranger in (make_front_desk(), make_user(role=Role.THERAPIST), person.user):
        with pytest.raises(RecordClosed):
            intake.clear_flag(flag, by=stranger, why="Mine", now=NOW)
    assert Flag.objects.get().cleared_at is None
    intake.clear_flag(flag, by=owner, why="Looked at.", now=NOW)
    with pytest.raises(AlreadyCleared):
        intake.clear_flag(flag, by=owner, why="Again.", now=NOW)
    assert (Flag.objects.get().cleared_why, Answer.objects.count()) == ("Looked at.", 1)


def test_an_answer_that_does_not_open_leaves_the_rest_readable(person) -> None:
    form = begin(person, make_form({"areas": {"kind": "areas"}, "name": {}}))
    intake.save_page(form, 1, {"areas": {"avoid": ["neck"]}, "name": "Sam"}, now=NOW)
    with connection.cursor() as cursor:
        broken = connection.Database.Binary(b"not sealed at all")
        pk = Answer._meta.pk.get_db_prep_value(Answer.objects.get(question__key="areas").pk, connection)
        cursor.execute("UPDATE clients_answer SET value = %s WHERE id = %s", [broken, pk])

    ((_, lines),) = asking.told(form)

    assert [(each.words, len(each.lines)) for each in lines] == [("What about areas?", 1), ("What about name?", 1)]
    assert lines[1].lines == ["Sam"]
    assert sign(form) == []

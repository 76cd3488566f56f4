"""What a client signed off never changes, whoever writes: the form and each answer on it. What is open may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import make_front_desk
from clients import intake
from clients.constraints import ANSWERS, SUBMISSIONS
from clients.models import Answer, Question, Submission
from clients.tests.factories import make_client_with_account
from clients.tests.forms import NOW, make_form
from clients.tests.test_published_forms import without
from vault import trail

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"name": {}, "more": {}}

Write = Callable[[Submission], Any]


def make_filled() -> Submission:
    form = intake.open_submission(make_client_with_account(), make_form(ASKED).questionnaire, now=NOW)
    intake.save_page(form, 1, {"name": "Sam"}, now=NOW)
    return form


def make_signed() -> Submission:
    form = make_filled()
    intake.sign_off(form, by=form.client.user, now=NOW, on=NOW.date())
    return Submission.objects.get(pk=form.pk)


def rows(form: Submission) -> Any:
    return Submission.objects.filter(pk=form.pk)


def answers(form: Submission) -> Any:
    return Answer.objects.filter(submission=form)


def one_more(form: Submission) -> Answer:
    question = Question.objects.get(section__version=form.version, key="more")
    return Answer.objects.create(submission=form, question=question, value="slipped in")


def said_otherwise(form: Submission) -> None:
    answer = form.answers.get()
    answer.value = "another"
    answer.save()


WRITES: list[tuple[str, Write]] = [
    (SUBMISSIONS, lambda f: rows(f).update(signed_at=None)),
    (SUBMISSIONS, lambda f: rows(f).update(expires_on=None, about="booking:1")),
    (SUBMISSIONS, lambda f: rows(f).update(client=make_client_with_account())),
    (SUBMISSIONS, lambda f: rows(f).update(attended_by=make_front_desk())),
    (ANSWERS, said_otherwise),
    (ANSWERS, lambda f: answers(f).delete()),
    (ANSWERS, lambda f: answers(f).update(submission=make_filled(), question=f.answers.get().question)),
    (ANSWERS, one_more),
    (ANSWERS, lambda f: answers(make_filled()).update(submission=f)),
]


@pytest.mark.parametrize(("guard", "write"), WRITES)
def test_the_database_refuses_it_and_nothing_else_does(guard: str, write: Write) -> None:
    form = make_signed()

    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        write(form)
    with without(guard):
        if write is not WRITES[-1][1]:  # there the answer's uniqueness speaks too
            write(form)


def test_a_signed_form_is_not_deleted() -> None:
    form = make_signed()
    with without(ANSWERS):
        answers(form)._raw_delete("default")
        with pytest.raises(IntegrityError, match=SUBMISSIONS), transaction.atomic():
            rows(form)._raw_delete("default")
        with without(SUBMISSIONS):
            assert rows(form)._raw_delete("default") == 1


def replace(table: str, row: Any) -> None:
    """SQLite's own way round a trigger on DELETE. PostgreSQL's INSERT takes no row away."""
    columns = ", ".join(field.column for field in row._meta.local_fields)
    start = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    with connection.cursor() as cursor:
        cursor.execute(f"{start} INTO {table} ({columns}) SELECT {columns} FROM {table}")


def test_no_row_of_it_is_replaced() -> None:
    form = make_signed()
    for table, row in (("clients_submission", form), ("clients_answer", form.answers.get())):
        with pytest.raises(IntegrityError, match=f"{SUBMISSIONS}|{ANSWERS}|_pkey"), transaction.atomic():
            replace(table, row)


def test_an_open_form_changes_and_goes() -> None:
    form = make_filled()
    intake.save_page(form, 1, {"more": "x"}, now=NOW)
    rows(form).update(about="booking:1")
    assert form.delete()[0] == 2


def test_who_was_with_the_client_is_kept() -> None:
    alone, desk = make_signed(), make_front_desk()
    together = make_filled()
    intake.sign_off(together, by=desk, now=NOW, on=NOW.date())

    assert [each.attended_by for each in (alone, Submission.objects.get(pk=together.pk))] == [None, desk]
    lines = [trail.about(form.client.vault_subject()).get(kind="form.signed") for form in (alone, together)]
    assert [(line.actor_id, line.details["way"]) for line in lines] == [
        (alone.client.user_id, "web"),
        (desk.pk, "tablet"),
    ]

"""What was published never changes, whoever writes: the version, and each section, question and choice of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clients import constraints
from clients.constraints import CHOICES, QUESTIONNAIRES, QUESTIONS, SECTIONS
from clients.models import Choice, Question, QuestionnaireVersion, Section
from clients.tests.forms import make_draft, make_form
from vault.constraints import remove

pytestmark = pytest.mark.django_db
HEART = {"heart": {"kind": "one", "choices": {"well": "", "clot": "stop"}}}

Write = Callable[[QuestionnaireVersion], Any]


def sections(version: QuestionnaireVersion) -> Any:
    return Section.objects.filter(version=version)


def questions(version: QuestionnaireVersion) -> Any:
    return Question.objects.filter(section__version=version)


def choices(version: QuestionnaireVersion) -> Any:
    return Choice.objects.filter(question__section__version=version)


def other_draft() -> QuestionnaireVersion:
    return make_draft(HEART)


WRITES: list[tuple[str, Write]] = [
    (QUESTIONNAIRES, lambda v: QuestionnaireVersion.objects.filter(pk=v.pk).update(number=7)),
    (QUESTIONNAIRES, lambda v: QuestionnaireVersion.objects.filter(pk=v.pk).update(state="draft")),
    (SECTIONS, lambda v: sections(v).update(title="Other")),
    (SECTIONS, lambda v: sections(v).update(version=other_draft())),
    (SECTIONS, lambda v: Section.objects.create(version=v, title="One more")),
    (SECTIONS, lambda v: sections(other_draft()).update(version=v)),
    (QUESTIONS, lambda v: questions(v).update(words="Other")),
    (QUESTIONS, lambda v: questions(v).update(is_required=True)),
    (QUESTIONS, lambda v: questions(v).update(section=sections(other_draft()).get(), key="moved")),
    (QUESTIONS, lambda v: Question.objects.create(section=sections(v).get(), key="new", words="New?")),
    (QUESTIONS, lambda v: questions(other_draft()).update(section=sections(v).get(), key="moved")),
    (CHOICES, lambda v: choices(v).update(raises="")),
    (CHOICES, lambda v: choices(v).filter(key="clot").update(words="Nothing")),
    (CHOICES, lambda v: choices(v).delete()),
    (CHOICES, lambda v: choices(v).filter(key="clot").update(question=questions(other_draft()).get(), key="moved")),
    (CHOICES, lambda v: Choice.objects.create(question=questions(v).get(), key="new", words="New")),
    (CHOICES, lambda v: choices(other_draft()).filter(key="clot").update(question=questions(v).get(), key="moved")),
]


@contextmanager
def without(guard: str) -> Iterator[None]:
    """Takes one guard away, and everything written meanwhile with it when it comes back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        remove(connection, {guard: constraints.GUARDS[guard]})
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("guard", "write"), WRITES)
def test_the_database_refuses_it_and_nothing_else_does(guard: str, write: Write) -> None:
    version = make_form(HEART)

    for _ in range(2):
        with pytest.raises(IntegrityError, match=guard), transaction.atomic():
            write(version)
        with without(guard):
            write(version)


@pytest.mark.parametrize(
    ("guard", "table"),
    [(SECTIONS, "clients_section"), (QUESTIONS, "clients_question"), (CHOICES, "clients_choice")],
)
def test_no_row_of_it_is_deleted_in_sql(guard: str, table: str) -> None:
    make_form(HEART)
    if table != "clients_choice":  # a row that another rests on is kept by its foreign key too
        make_form({"name": {}})
    with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_a_draft_changes_and_goes_with_all_its_parts() -> None:
    version = make_form(HEART)
    draft = make_draft(HEART)

    sections(draft).update(title="Other")
    questions(draft).update(words="Other")
    choices(draft).update(raises="note")
    draft.delete()

    assert list(QuestionnaireVersion.objects.all()) == [version]
    assert Choice.objects.count() == 2

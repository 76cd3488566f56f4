"""Questionnaires and answers for tests."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from clients import intake
from clients.models import (
    Choice,
    Client,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Section,
    Submission,
)

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
_number = count(1)


def make_draft(*pages: dict[str, dict[str, Any]], **overrides: Any) -> QuestionnaireVersion:
    """A draft with a section for each of `pages`, which names its questions: {"heart": {"kind": "one", "choices": {…}}}.

    A choice is "key: what it raises". Without pages there is one short question that must be answered, `name`.
    """
    number = next(_number)
    made = Questionnaire.objects.create(**({"slug": f"form-{number}", "title": f"Form {number}"} | overrides))
    draft = QuestionnaireVersion.objects.create(questionnaire=made, number=1)
    for order, questions in enumerate(pages or ({"name": {"is_required": True}},)):
        section = Section.objects.create(version=draft, order=order, title=f"Page {order + 1}")
        for place, (key, asked) in enumerate(questions.items()):
            make_question(section, key, order=place, **asked)
    return draft


def make_question(section: Section, key: str, *, choices: dict[str, str] | None = None, **overrides: Any) -> Question:
    made = Question.objects.create(section=section, key=key, **({"words": f"What about {key}?"} | overrides))
    for order, (name, raises) in enumerate((choices or {}).items()):
        Choice.objects.create(question=made, order=order, key=name, words=name.title(), raises=raises)
    return made


def make_form(*pages: dict[str, dict[str, Any]], **overrides: Any) -> QuestionnaireVersion:
    """The same, published."""
    return intake.publish_version(make_draft(*pages, **overrides), by=None, now=NOW)


def renew(version: QuestionnaireVersion, now: dt.datetime = NOW) -> QuestionnaireVersion:
    """The next version with the same questions, published."""
    return intake.publish_version(intake.new_draft(version.questionnaire), by=None, now=now)


def begin(client: Client, version: QuestionnaireVersion, **given: Any) -> Submission:
    return intake.open_submission(client, version.questionnaire, **({"now": NOW} | given))

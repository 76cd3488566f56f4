"""What a new practice asks its clients, until it makes the forms its own.

Writes only what is missing; a questionnaire that the practice has is never touched.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clients import intake
from clients.models import Choice, Question, Questionnaire, QuestionnaireVersion, Section
from clients.questionnaires import FORMS, FormText, QuestionText


@transaction.atomic
def ensure_forms(now: dt.datetime) -> None:
    """Each shipped questionnaire that the practice lacks, published."""
    known = set(Questionnaire.objects.values_list("slug", flat=True))
    for order, form in enumerate(FORMS):
        if form.slug not in known:
            intake.publish_version(_draft(form, order), by=None, now=now)


def _draft(form: FormText, order: int) -> QuestionnaireVersion:
    made = Questionnaire.objects.create(
        slug=form.slug,
        title=form.title,
        asked=form.asked,
        for_kind=form.for_kind,
        valid_for_months=form.valid_for_months,
        order=order,
    )
    draft = QuestionnaireVersion.objects.create(questionnaire=made, number=1)
    for place, text in enumerate(form.sections):
        section = Section.objects.create(version=draft, order=place, title=text.title, why=text.why)
        for number, question in enumerate(text.questions):
            _ask(section, number, question)
    return draft


def _ask(section: Section, order: int, text: QuestionText) -> None:
    question = Question.objects.create(
        section=section,
        order=order,
        key=text.key,
        kind=text.kind,
        words=text.words,
        help=text.help,
        is_required=text.is_required,
        audience=text.audience,
    )
    Choice.objects.bulk_create(
        Choice(question=question, order=number, key=each.key, words=each.words, raises=each.raises)
        for number, each in enumerate(text.choices)
    )

"""What clients are asked and what they have answered: the pages of a version, the answers so far, where each form stands.

Only reads. Whoever shows a client's answers to staff asks `clients.reading` first.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from clients import questions
from clients.models import (
    Answer,
    Asked,
    Audience,
    Client,
    Question,
    QuestionnaireVersion,
    Submission,
    VersionState,
)
from clients.questions import Option
from vault.fields import is_unreadable

FOR_DESK = frozenset({Audience.DESK})
FOR_THERAPIST = frozenset(Audience)


@dataclass(frozen=True, slots=True)
class Page:
    """One section: its number from 1, why it is asked, and its questions by key, each with the number of its row."""

    number: int
    title: str
    why: str
    asked: tuple[questions.Asked, ...]
    rows: Mapping[str, int]
    audiences: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one form stands for a client: the version asked, what is open, what was signed last."""

    version: QuestionnaireVersion
    open: Submission | None
    signed: Submission | None
    on: dt.date

    @property
    def is_valid(self) -> bool:
        return self.signed is not None and (self.signed.expires_on is None or self.on <= self.signed.expires_on)

    @property
    def is_renewed(self) -> bool:
        """What is open was begun on an earlier version."""
        return self.open is not None and self.open.version_id != self.version.pk


@dataclass(frozen=True, slots=True)
class Told:
    """A question and its answer, in words."""

    words: str
    lines: list[str]


def published(asked: str = Asked.INTAKE) -> QuerySet[QuestionnaireVersion]:
    found = QuestionnaireVersion.objects.filter(state=VersionState.PUBLISHED, questionnaire__asked=asked)
    return found.select_related("questionnaire").order_by("questionnaire__order", "questionnaire__pk")


def pages(version: QuestionnaireVersion) -> list[Page]:
    """All of a version, in three queries."""
    sections = version.sections.prefetch_related("questions__choices")
    return [
        _page(number, section.title, section.why, list(section.questions.all()))
        for number, section in enumerate(sections, start=1)
    ]


def _page(number: int, title: str, why: str, rows: Iterable[Question]) -> Page:
    return Page(
        number,
        title,
        why,
        tuple(_asked(each) for each in rows),
        {each.key: each.pk for each in rows},
        {each.key: each.audience for each in rows},
    )


def _asked(row: Question) -> questions.Asked:
    options = tuple(Option(each.key, each.words, each.raises) for each in row.choices.all())
    return questions.Asked(row.key, row.kind, row.words, row.is_required, options, row.help)


def answers(submission: Submission | None) -> dict[str, Any]:
    """By the key of the question, so that they can be carried on to another version."""
    if submission is None:
        return {}
    found = Answer.objects.filter(submission=submission).select_related("question", "submission")
    return {each.question.key: each.value for each in found}


def mark(values: Mapping[str, Any], page: Page) -> str:
    """Stands for what is saved of a page, so that a second window's saving shows."""
    said = {each.key: values[each.key] for each in page.asked if each.key in values}
    return salted_hmac("clients.asking.mark", json.dumps(said, sort_keys=True)).hexdigest()


def fitting(asked: questions.Asked, value: Any) -> Any:
    """The answer where the question takes it, else nothing."""
    try:
        return questions.check(asked, value)
    except questions.Unfit:
        return None


def complete(page: Page, values: Mapping[str, Any]) -> bool:
    """Whether each question that needs an answer has one that fits."""
    return all(not each.is_required or fitting(each, values.get(each.key)) is not None for each in page.asked)


def standings(client: Client, on: dt.date) -> list[Standing]:
    """Each form that is asked once, as it stands for this client on the practice's date: two queries."""
    asked = list(published())
    filled = Submission.objects.filter(client=client, about="", version__questionnaire__asked=Asked.INTAKE)
    by: dict[int, list[Submission]] = {}
    for each in filled.select_related("version").order_by("-saved_at"):
        by.setdefault(each.version.questionnaire_id, []).append(each)
    return [_standing(version, by.get(version.questionnaire_id, []), on) for version in asked]


def _standing(version: QuestionnaireVersion, filled: list[Submission], on: dt.date) -> Standing:
    open_ones = [each for each in filled if each.signed_at is None]
    mine = [each for each in open_ones if each.version_id == version.pk]
    signed = max((each for each in filled if each.signed_at), key=lambda each: str(each.signed_at), default=None)
    return Standing(version, next(iter(mine or open_ones), None), signed, on)


def standing(client: Client, slug: str, on: dt.date) -> Standing | None:
    return next((each for each in standings(client, on) if each.version.questionnaire.slug == slug), None)


def told(submission: Submission, audiences: frozenset[str] = FOR_THERAPIST) -> list[tuple[str, list[Told]]]:
    """The answers in words, section by section, as far as they are for these eyes."""
    values = answers(submission)
    found = [(page.title, _lines(page, values, audiences)) for page in pages(submission.version)]
    return [(title, lines) for title, lines in found if lines]


def told_desk(client: Client, keys: Collection[str]) -> list[Told]:
    """What they answered last to these questions, as far as the front desk may read it; in the order of the keys."""
    found = (
        Answer.objects.filter(
            submission__client=client,
            submission__signed_at__isnull=False,
            question__key__in=keys,
            question__audience=Audience.DESK,
        )
        .select_related("question", "submission")
        .prefetch_related("question__choices")
        .order_by("submission__signed_at")
    )
    last = {each.question.key: each for each in found}
    return [
        Told(each.question.words, _in_words(_asked(each.question), each.value))
        for key in keys
        if (each := last.get(key))
    ]


def _lines(page: Page, values: Mapping[str, Any], audiences: frozenset[str]) -> list[Told]:
    return [
        Told(each.words, _in_words(each, values[each.key]))
        for each in page.asked
        if each.key in values and page.audiences[each.key] in audiences
    ]


def _in_words(asked: questions.Asked, value: Any) -> list[str]:
    """What does not open is said to be so; the rest of the form stays readable."""
    return [str(value)] if is_unreadable(value) else questions.told(asked, value)


def visits_asked(kind: str) -> list[QuestionnaireVersion]:
    """What is asked at each visit of this kind of session."""
    return [each for each in published(Asked.VISIT) if each.questionnaire.for_kind in ("", kind)]

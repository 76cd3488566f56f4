"""Writes what clients are asked and what they answer: drafts and versions, a form filled in and signed off, flags cleared.

A form is signed off through `bookings.telling`, which deals with the bookings a flag concerns. Nothing is written by halves.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from clients import asking, permissions, questions, reaching
from clients.asking import Page
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
from clients.models import (
    Answer,
    Choice,
    Client,
    Flag,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Section,
    Submission,
    VersionState,
)
from vault import ledger

# Filling in


@transaction.atomic
def open_submission(client: Client, questionnaire: Questionnaire, *, now: dt.datetime, about: str = "") -> Submission:
    """The form that this client has open, begun where there is none. Answers given before to an earlier version, or to
    a form signed long ago, are carried over as far as they still fit. Raises NotAsked."""
    _lock(client)
    version = QuestionnaireVersion.objects.filter(questionnaire=questionnaire, state=VersionState.PUBLISHED).first()
    if version is None:
        raise NotAsked
    mine = Submission.objects.filter(client=client, about=about, version__questionnaire=questionnaire)
    open_ones = list(mine.filter(signed_at=None).order_by("-saved_at"))
    if found := next((each for each in open_ones if each.version_id == version.pk), None):
        return found
    earlier = next(iter(open_ones), None) or (None if about else mine.order_by("-signed_at").first())
    made = Submission.objects.create(client=client, version=version, about=about, started_at=now, saved_at=now)
    _carry_over(asking.answers(earlier), made)
    for each in open_ones:
        each.delete()
    return made


def _carry_over(values: Mapping[str, Any], to: Submission) -> None:
    for page in asking.pages(to.version):
        kept = {each.key: asking.fitting(each, values.get(each.key)) for each in page.asked}
        _write(to, page, {key: value for key, value in kept.items() if value is not None})


@transaction.atomic
def save_page(
    submission: Submission, number: int, values: Mapping[str, Any], *, now: dt.datetime, seen: str | None = None
) -> Page:
    """Keeps the answers to one page, whole or not at all; a required one may still be missing until it is signed off.
    `seen` is the mark of what was saved when the page was shown. Raises AlreadySigned, Renewed, UnknownQuestion, NotFit,
    ChangedElsewhere."""
    held = _held(submission)
    page = next((each for each in asking.pages(held.version) if each.number == number), None)
    if page is None or values.keys() - page.rows.keys():
        raise UnknownQuestion
    kept = _fit(page, values)
    before = asking.answers(held)
    if seen is not None and seen != asking.mark(before, page) and asking.mark(kept, page) != asking.mark(before, page):
        raise ChangedElsewhere
    Answer.objects.filter(submission=held, question__in=page.rows.values()).delete()
    _write(held, page, kept)
    Submission.objects.filter(pk=held.pk).update(saved_at=now)
    return page


def _fit(page: Page, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, checked; what is left empty is left out, so that one can go on and come back."""
    found: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for asked in page.asked:
        value = values.get(asked.key)
        try:
            fit = None if questions.empty(value) else questions.check(asked, value)
        except questions.Unfit as unfit:
            faults[asked.key] = str(unfit)
        else:
            found |= {} if fit is None else {asked.key: fit}
    if faults:
        raise NotFit(faults)
    return found


def _write(submission: Submission, page: Page, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        Answer.objects.create(submission=submission, question_id=page.rows[key], value=value)


@transaction.atomic
def sign_off(submission: Submission, *, by: User, now: dt.datetime, on: dt.date) -> list[Flag]:
    """The client says that it is true: nothing of it changes any more, and its flags are raised. `on` is the practice's
    date; where `by` is not the client, they were with them at the practice. Gives the flags. Raises AlreadySigned, Renewed, NotAnswered."""
    held = _held(submission)
    values, asked = asking.answers(held), asking.pages(held.version)
    if lacking := [page.number for page in asked if not asking.complete(page, values)]:
        raise NotAnswered(lacking)
    held.signed_at = held.saved_at = now
    held.expires_on = _expiry(held, on)
    held.attended_by = None if by is None or by.pk == held.client.user_id else by
    held.save(update_fields=["signed_at", "saved_at", "expires_on", "attended_by"])
    raised = _raise_flags(held, asked, values, now)
    if by is not None and isinstance(safe := values.get(reaching.SAFE_CONTACT), list):
        reaching.heed_form(held.client, safe, by=by, now=now)
    way = "tablet" if held.attended_by else "web"
    details = {"version": held.version.number, "answers": len(values), "flags": len(raised), "way": way}
    _note("form.signed", by, held.client, f"submission:{held.pk}", details, now)
    return raised


def _expiry(submission: Submission, on: dt.date) -> dt.date | None:
    months = submission.version.questionnaire.valid_for_months
    return None if months is None or submission.about else after_months(on, months)


def after_months(on: dt.date, months: int) -> dt.date:
    """The same day so many months on; the month's last where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return dt.date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _raise_flags(submission: Submission, asked: list[Page], values: Mapping[str, Any], now: dt.datetime) -> list[Flag]:
    """One for each thing to look at; what stands open already in the same words is not raised twice."""
    open_ones = Flag.objects.filter(client=submission.client, about=submission.about, cleared_at=None)
    known = {(each.action, each.words) for each in open_ones}
    wanted = [
        found
        for page in asked
        for each in page.asked
        for found in questions.raised(each, asking.fitting(each, values.get(each.key)))
    ]
    return [
        Flag.objects.create(
            client=submission.client,
            submission=submission,
            about=submission.about,
            action=each.action,
            words=each.words,
            raised_at=now,
        )
        for each in dict.fromkeys(wanted)
        if (each.action, each.words) not in known
    ]


def _held(submission: Submission) -> Submission:
    """The open submission, read anew with its client locked. Raises AlreadySigned, Renewed."""
    _lock(submission.client)
    found = Submission.objects.select_related("client", "version__questionnaire").filter(pk=submission.pk).first()
    if found is None:
        raise Renewed
    if found.signed_at is not None:
        raise AlreadySigned
    if found.version.state != VersionState.PUBLISHED:
        raise Renewed
    return found


def _lock(client: Client) -> None:
    """One client's forms are written one after the other, in however many windows."""
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)


# Looking after it


@transaction.atomic
def clear_flag(flag: Flag, *, by: User, why: str, now: dt.datetime) -> Flag:
    """The therapist has looked at it; the reason is kept. Raises WhyNeeded, RecordClosed, AlreadyCleared."""
    if not why.strip():
        raise WhyNeeded
    if not permissions.may_read(by, flag.client, now):
        raise RecordClosed
    found = Flag.objects.select_for_update(of=("self",)).select_related("client").get(pk=flag.pk)
    if found.cleared_at is not None:
        raise AlreadyCleared
    found.cleared_at, found.cleared_by, found.cleared_why = now, by, why.strip()
    found.save(update_fields=["cleared_at", "cleared_by", "cleared_why"])
    _note("flag.cleared", by, found.client, f"flag:{found.pk}", {"action": str(found.action)}, now)
    return found


# Versions


@transaction.atomic
def new_draft(questionnaire: Questionnaire) -> QuestionnaireVersion:
    """The draft of a questionnaire, begun as a copy of its latest version where there is none."""
    Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if draft := questionnaire.versions.filter(state=VersionState.DRAFT).first():
        return draft
    latest = questionnaire.versions.order_by("-number").first()
    number = questionnaire.versions.aggregate(last=Max("number"))["last"] or 0
    draft = QuestionnaireVersion.objects.create(questionnaire=questionnaire, number=number + 1)
    for section in latest.sections.prefetch_related("questions__choices") if latest else []:
        _copy_section(section, draft)
    return draft


def _copy_section(section: Section, to: QuestionnaireVersion) -> None:
    copied = Section.objects.create(version=to, order=section.order, title=section.title, why=section.why)
    for question in section.questions.all():
        made = Question.objects.create(
            section=copied, **{name: getattr(question, name) for name in
            ("order", "key", "kind", "words", "help", "is_required", "audience")}
        )  # fmt: skip
        Choice.objects.bulk_create(
            Choice(question=made, order=each.order, key=each.key, words=each.words, raises=each.raises)
            for each in question.choices.all()
        )


@transaction.atomic
def publish_version(version: QuestionnaireVersion, *, by: User | None, now: dt.datetime) -> QuestionnaireVersion:
    """From now on this version is asked and never changes; the one before is superseded. Raises NotPublishable."""
    Questionnaire.objects.select_for_update().get(pk=version.questionnaire_id)
    found = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if found.state != VersionState.DRAFT:
        raise NotPublishable("This version is published already.")
    if faults := questions.faults([(page.title, page.asked) for page in asking.pages(found)]):
        raise NotPublishable(" ".join(faults))
    others = QuestionnaireVersion.objects.filter(questionnaire_id=found.questionnaire_id, state=VersionState.PUBLISHED)
    others.update(state=VersionState.SUPERSEDED)
    found.state, found.published_at = VersionState.PUBLISHED, now
    found.save(update_fields=["state", "published_at"])
    _note("form.published", by, None, f"questionnaireversion:{found.pk}", {"number": found.number}, now)
    return found


@transaction.atomic
def retire_version(version: QuestionnaireVersion, *, by: User, now: dt.datetime) -> QuestionnaireVersion:
    """The questionnaire is no longer asked; what was answered stays. Raises NotAsked for one that is not published."""
    found = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if found.state != VersionState.PUBLISHED:
        raise NotAsked
    found.state = VersionState.SUPERSEDED
    found.save(update_fields=["state"])
    _note("form.retired", by, None, f"questionnaireversion:{found.pk}", {"number": found.number}, now)
    return found


def _note(
    kind: str, by: User | None, client: Client | None, about: str, details: dict[str, Any], now: dt.datetime
) -> None:
    subject = client.vault_subject() if client else ""
    actor = by.pk if by else None
    ledger.append(kind, actor_id=actor, subject=subject, object=f"clients.{about}", details=details, now=now)

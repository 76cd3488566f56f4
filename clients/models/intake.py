"""What a client is asked and what they answer: versioned questionnaires, submissions, answers, and the flags they raise.

A published version and what is signed off never change: the database keeps it (`clients/constraints.py`). Answers and the words of a flag are sealed.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from clients.models.person import Client
from vault.fields import EncryptedJSONField, EncryptedTextField


class VersionState(models.TextChoices):
    DRAFT = "draft", "draft"
    PUBLISHED = "published", "published"
    SUPERSEDED = "superseded", "superseded"


class Asked(models.TextChoices):
    INTAKE = "intake", "once, before the first session"
    VISIT = "visit", "at each visit"


class Questionnaire(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    asked = models.CharField(max_length=6, choices=Asked, default=Asked.INTAKE)
    for_kind = models.CharField(max_length=12, blank=True, help_text="Only for this kind of session; empty for all.")
    valid_for_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=12,
        validators=[MinValueValidator(1)],
        help_text="Asked anew after so many months.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersion(models.Model):
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["questionnaire"], condition=Q(state="published"), name="questionnaire_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}, version {self.number}"


class Section(models.Model):
    """One page of the questionnaire: one topic, and why we ask."""

    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=120)
    why = models.TextField(blank=True, help_text="Why we ask; shown above the questions.")

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title


class QuestionKind(models.TextChoices):
    SHORT = "short", "a few words"
    LONG = "long", "a longer text"
    YES_NO = "yes_no", "yes or no"
    ONE = "one", "one of the choices"
    MANY = "many", "any of the choices"
    DATE = "date", "a date"
    AREAS = "areas", "areas of the body, to focus on and to avoid"
    CHAKRAS = "chakras", "the seven chakras"


class Audience(models.TextChoices):
    THERAPIST = "therapist", "the therapist"
    DESK = "desk", "the front desk too"


class Question(models.Model):
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(default=0)
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=8, choices=QuestionKind, default=QuestionKind.SHORT)
    words = models.CharField(max_length=300)
    help = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField("required", default=False)
    audience = models.CharField(max_length=9, choices=Audience, default=Audience.THERAPIST)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["section", "key"], name="question_once")]

    def __str__(self) -> str:
        return self.words


class Action(models.TextChoices):
    NOTE = "note", "a note for the therapist"
    AVOID = "avoid", "an area to leave out"
    REVIEW = "review", "the therapist looks first"
    STOP = "stop", "no session until it is cleared"


class Choice(models.Model):
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    order = models.PositiveSmallIntegerField(default=0)
    key = models.SlugField(max_length=60)
    words = models.CharField(max_length=200)
    raises = models.CharField(
        max_length=6, choices=Action, blank=True, help_text="The flag this answer raises, if any."
    )

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["question", "key"], name="choice_once")]

    def __str__(self) -> str:
        return self.words


class Submission(models.Model):
    """One filling-in of a version: open while it is written, signed off when the client says that it is true."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="submissions")
    about = models.CharField(max_length=40, blank=True, help_text="The visit it is about, like booking:17.")
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    attended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who was with the client, where it was signed off at the practice.",
    )

    class Meta:
        verbose_name = "form filled in"
        verbose_name_plural = "forms filled in"
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["client", "signed_at"], name="submission_by_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "version", "about"], condition=Q(signed_at=None), name="submission_one_open"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)


class Answer(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    value = EncryptedJSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "question"], name="answer_once")]

    def __str__(self) -> str:
        return str(self.pk)

    def vault_subject(self) -> str:
        return f"client:{self.submission.client_id}"


class Flag(models.Model):
    """What an answer asks the therapist to do, until it is cleared with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="flags")
    submission = models.ForeignKey(Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="flags")
    about = models.CharField(max_length=40, blank=True, help_text="The visit it concerns alone, like booking:17.")
    action = models.CharField(max_length=6, choices=Action)
    words = EncryptedTextField()
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cleared_why = EncryptedTextField(null=True, blank=True)

    class Meta:
        ordering = ["-raised_at"]
        indexes = [models.Index(fields=["client"], name="flag_open_by_client", condition=Q(cleared_at=None))]

    def __str__(self) -> str:
        return self.get_action_display()

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"

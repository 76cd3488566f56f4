"""The questionnaires that ship: they can be published, and each answer asks for what the norms say."""

from __future__ import annotations

import pytest

from clients import asking
from clients.defaults import ensure_forms
from clients.models import Action, Asked, Choice, Questionnaire, QuestionnaireVersion, VersionState
from clients.questionnaires import FORMS
from clients.tests.forms import NOW, make_form

pytestmark = pytest.mark.django_db


def raised_by(asked: str) -> dict[str, set[str]]:
    found = Choice.objects.filter(question__section__version__questionnaire__asked=asked).exclude(raises="")
    by: dict[str, set[str]] = {}
    for each in found.select_related("question"):
        key = each.question.key if each.key == "yes" else each.key
        by.setdefault(each.raises, set()).add(key)
    return by


def test_a_new_practice_asks_the_shipped_forms() -> None:
    ensure_forms(NOW)

    assert list(Questionnaire.objects.values_list("slug", "asked", "for_kind", "valid_for_months")) == [
        ("health", Asked.INTAKE, "", 12),
        ("tantric", Asked.INTAKE, "tantric", 12),
        ("today", Asked.VISIT, "", None),
    ]
    assert set(QuestionnaireVersion.objects.values_list("state", flat=True)) == {VersionState.PUBLISHED}


def test_what_the_practice_has_already_is_not_touched() -> None:
    own = make_form({"feet": {}}, slug="health", title="Ours")
    for _ in range(2):
        ensure_forms(NOW)

    assert Questionnaire.objects.get(slug="health").title == "Ours"
    assert [each.pk for each in own.questionnaire.versions.all()] == [own.pk]
    assert QuestionnaireVersion.objects.count() == len(FORMS)


def test_each_answer_asks_for_what_the_norms_say() -> None:
    ensure_forms(NOW)

    intake = raised_by(Asked.INTAKE)
    assert intake[Action.STOP] == {"clot", "unstable-pressure", "angina", "recent-heart-attack"}
    assert intake[Action.REVIEW] == {
        "heart-disease", "pacemaker", "stroke", "lymphoedema", "bleeding", "cancer", "epilepsy", "multiple-sclerosis",
        "diabetes-unstable", "osteoporosis", "mental-health", "six-weeks", "first", "second", "third", "perhaps",
        "contagious", "blood-thinners",
    }  # fmt: skip
    assert intake[Action.AVOID] == {
        "varicose", "wound", "bruise", "infection", "fracture", "hernia", "injection", "joint",
    }  # fmt: skip
    visit = raised_by(Asked.VISIT)
    assert visit[Action.STOP] == {"fever", "contagious", "acute-pain", "alcohol"}
    assert visit[Action.REVIEW] == {"changed"}


def test_health_is_read_by_nobody_at_the_desk() -> None:
    ensure_forms(NOW)
    desk = [
        (page.title, key)
        for version in [*asking.published(), *asking.published(Asked.VISIT)]
        for page in asking.pages(version)
        for key, audience in page.audiences.items()
        if audience == "desk"
    ]
    assert {title for title, _ in desk} == {"You, and how we may reach you"}

"""A new installation is set up by one command, and a second time changes nothing."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from clients.models import Document, DocumentVersion, Questionnaire, QuestionnaireVersion
from practice.models import PageText, Practice

pytestmark = pytest.mark.django_db


def test_a_new_practice_has_its_texts_its_forms_and_drafts_of_its_agreements() -> None:
    for name in ("Still Water", "Another"):
        out = io.StringIO()
        call_command("init_practice", "--name", name, stdout=out)
        assert out.getvalue().startswith("Still Water is set up.")

    assert Practice.objects.get().name == "Still Water"
    assert PageText.objects.filter(slug="privacy").exists()
    assert set(QuestionnaireVersion.objects.values_list("number", "state")) == {(1, "published")}
    assert set(DocumentVersion.objects.values_list("number", "state")) == {(1, "draft")}
    assert (Questionnaire.objects.count(), Document.objects.count()) == (3, 4)

"""The documents that ship: whole, publishable, and never written over."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from clients import starting_texts
from clients.models import Document, DocumentVersion
from clients.starting_texts import ORDER, TEXTS, ensure_documents

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
# What norms of the trade ask of a consent, each as its own tick: a word by which the clause is known.
COVERED = [
    "18 or older", "own choice", "which areas", "left out", "covered", "without giving a reason", "stops at once",
    "Leaving out a part changes nothing else", "narrowed", "never widened", "one way", "clothed", "No sexual service",
    "full price due", "truth about my health", "medical or psychological care", "Either of us may end",
    "how my data are kept", "No photographs and no recordings",
]  # fmt: skip


def test_every_text_that_ships_is_in_the_order_and_the_other_way_round() -> None:
    assert sorted(ORDER) == sorted(path.stem for path in TEXTS.glob("*.md"))


@pytest.mark.parametrize("slug", ["treatment", "tantric-session"])
def test_the_consents_cover_what_the_trade_asks(slug) -> None:
    clauses = " ".join(starting_texts.shipped(slug)[0]["clauses"])
    assert [each for each in COVERED if each not in clauses] == []
    assert "session alone" in clauses


def test_the_boundaries_are_said_in_the_first_person_with_the_three_roles() -> None:
    fields, text = starting_texts.shipped("boundaries")
    assert 4 <= len(fields["questions"]) <= 5
    assert all(word in text for word in ("I am a tantric massage therapist", "erotic masseuse", "escort"))
    assert len(re.findall(r"\bI\b", text)) > 10


@pytest.mark.django_db
def test_they_come_as_drafts_that_ask_nothing() -> None:
    assert [each.slug for each in ensure_documents(NOW, published=False)] == ORDER
    assert set(DocumentVersion.objects.values_list("state", flat=True)) == {"draft"}


@pytest.mark.django_db
def test_each_can_be_published_as_it_is() -> None:
    ensure_documents(NOW, published=True)
    assert set(DocumentVersion.objects.values_list("state", flat=True)) == {"published"}


@pytest.mark.django_db
def test_what_the_practice_has_made_its_own_stays() -> None:
    ensure_documents(NOW, published=False)
    Document.objects.filter(slug="treatment").update(title="Ours")
    DocumentVersion.objects.filter(document__slug="treatment").update(text="Ours.")
    assert ensure_documents(NOW, published=True) == []
    kept = DocumentVersion.objects.select_related("document").get(document__slug="treatment")
    assert (kept.document.title, kept.text, kept.state) == ("Ours", "Ours.", "draft")

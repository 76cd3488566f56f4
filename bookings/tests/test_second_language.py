"""A practice in another language: its wordings, the days and months in them, and what the code says of them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as here

from bookings import evening, kinds, messages, notices
from bookings.tests.factories import NOW, at, make_booking
from outbox.models import Message
from outbox.registry import Said
from practice import words
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

WORDS = {
    "booking_confirmed.subject.txt": "Ihr Termin: {{ when }}",
    "booking_confirmed.txt": "{{ facts }}\n\n{{ terms }}\n\n{{ button }}",
    "booking_confirmed.sms.txt": "{{ practice }}: {{ when }} ({{ zone }})",
}
CATALOGUE = {
    "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
    "%(when)s to %(until)s (%(zone)s)": "%(when)s bis %(until)s (%(zone)s)",
    "%(place)s time": "Ortszeit %(place)s",
    "With %(therapist)s": "Bei %(therapist)s",
    "%(number)d minute\0%(number)d minutes": "%(number)d Minute\0%(number)d Minuten",
    "The price is %(price)s.": "Der Preis ist %(price)s.",
    "Cancelling is free until %(until)s; after that %(share)s is due.": "Kostenlos absagen bis %(until)s; dann %(share)s.",
    "half the price": "der halbe Preis",
    "See or change the booking": "Termin ansehen oder ändern",
}


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """As gettext reads it: a head, two tables of lengths and places, and the words."""
    pairs = sorted((key.encode(), value.encode()) for key, value in catalogue.items())
    count, text, tables = len(pairs), b"", ([], [])
    for pair in pairs:
        for table, each in zip(tables, pair, strict=True):
            table += [len(each), 28 + 16 * count + len(text)]
            text += each + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + struct.pack(f"<{4 * count}I", *tables[0], *tables[1]) + text


@pytest.fixture
def in_german(settings: Any, tmp_path: Path) -> None:
    folder, catalogue = tmp_path / "emails" / "de", tmp_path / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.mkdir(parents=True)
    for name, text in WORDS.items():
        (folder / name).write_text(text)
    (catalogue / "django.mo").write_bytes(compiled(CATALOGUE))
    settings.TEMPLATES = [here.TEMPLATES[0] | {"DIRS": [tmp_path, *here.TEMPLATES[0]["DIRS"]]}]
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGE_CODE = "de"


def confirmation() -> Said:
    practice = make_practice(name="Stilles Wasser", timezone="Europe/Berlin")
    booking = make_booking(starts_at=at("2026-06-04 10:00"))
    notices.announce(booking, kinds.CONFIRMED, practice=practice, now=NOW, anew=False)
    return messages.say(Message.objects.get(kind=kinds.CONFIRMED), NOW)


def test_letter_is_in_the_second_language_with_its_days_its_months_and_its_sentences(in_german: None) -> None:
    letter = confirmation()
    facts, terms, button, *_ = letter.text.split("\n\n")
    assert letter.subject == "Ihr Termin: Donnerstag 4. Juni 2026, 10:00"
    assert facts.startswith("Donnerstag 4. Juni 2026, 10:00 bis 11:00 (Ortszeit Berlin)\nSession, 60 Minuten\nBei ")
    assert terms == (
        "Der Preis ist £70. Kostenlos absagen bis Mittwoch 3. Juni 2026, 10:00 (Ortszeit Berlin); dann der halbe Preis."
    )
    assert button.startswith("Termin ansehen oder ändern: http")
    assert letter.html.startswith('<!doctype html>\n<html lang="de">')


def test_what_the_translation_lacks_is_said_in_english(in_german: None) -> None:
    make_practice(timezone="Europe/Berlin")
    assert evening._context(NOW.date(), [])["sessions"].lines == ("Nothing is booked.",)
    assert words.weekday(NOW.date()) == "Montag 1. Juni"


def test_letter_is_in_english_where_nothing_else_is_asked_for() -> None:
    assert confirmation().subject == "Confirmed: Thursday 4 June 2026, 10:00"

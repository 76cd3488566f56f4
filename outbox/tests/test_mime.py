"""A letter is byte for byte as Django writes it, whichever way it was put together."""

from __future__ import annotations

import itertools
import re
import secrets
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from outbox import mime

SUBJECTS = [
    "Reminder: Thursday 4 June 2026, 10:00",
    "Sitzung am Donnerstag: Entspannung für Körper und Geist, mit einem sehr langen Betreff, der gefaltet wird",
    "A subject of plain letters that is so long that it has to be folded over more lines than the one it began on, twice",
    "Tab\there",
    "",
]
TEXTS = [
    "Good day.\n",
    "Good day.\n.\nFrom here on\n\n" + "é" * 100 + "\nwithout an end",
    "é" * 500 + "\n",
    "x" * 1200 + "\n",
    "Old\r\nends\rof lines\n",
    "Ends\u2028of \x0canother kind\n",
    "",
    "\n",
]
HTML = ["<p>Good day.</p>", "<p>Good day – “quoted”.</p>\n\n", "<p>" + "y" * 1200 + "</p>", ""]
FROM = [
    "Still Water <hello@practice.example>",
    "Stilles Wasser – Übung <hello@practice.example>",
    "hello@praxis-übung.example",
]
HEADERS = {"Message-ID": "<2dbef809-750c-4b6c-87f8-f035220a9344@practice.example>", "Auto-Submitted": "auto-generated"}


def letter_of(subject: str, text: str, html: str, sender: str = FROM[0], **more: Any) -> EmailMultiAlternatives:
    letter = EmailMultiAlternatives(subject, text, sender, ["sam@client.example"], headers=HEADERS, **more)
    if html:
        letter.attach_alternative(html, "text/html")
    return letter


def as_django_writes_it(letter: EmailMultiAlternatives) -> bytes:
    message = letter.message()
    for part in message.walk():
        if part.is_multipart():
            part.set_boundary(secrets.token_hex(16))
    return message.as_bytes(linesep="\r\n")


def comparable(written: bytes) -> bytes:
    """But for the boundaries, which are made anew each time, and the second."""
    for number, boundary in enumerate(re.findall(rb'boundary="(\w+)"', written)):
        written = written.replace(boundary, b"boundary %d" % number)
    return re.sub(rb"\nDate: [^\r]*", b"", written)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("sender", FROM)
def test_letter_is_byte_for_byte_as_django_writes_it(subject: str, sender: str) -> None:
    for text, html in itertools.product(TEXTS, HTML):
        letter = letter_of(subject, text, html, sender)
        assert comparable(mime.written(letter)) == comparable(as_django_writes_it(letter)), (text, html)


def test_letter_with_a_file_or_an_answer_address_is_as_django_writes_it_too() -> None:
    for more in (
        {"attachments": [("session.ics", "BEGIN:VCALENDAR\r\n", "text/calendar")]},
        {"reply_to": ["a@b.example"]},
    ):
        letter = letter_of(SUBJECTS[0], TEXTS[0], HTML[0], **more)
        assert mime._usual(letter) == b""
        assert comparable(mime.written(letter)) == comparable(as_django_writes_it(letter))


def test_usual_letter_is_put_together_in_one_go() -> None:
    """Else the tests above compare Django with itself."""
    usual = itertools.product(SUBJECTS, TEXTS[:2], HTML[:2], FROM)
    assert [each for each in usual if not mime._usual(letter_of(*each))] == []


def test_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        mime.written(letter_of("Hello\nBcc: eve@example.com", TEXTS[0], HTML[0]))

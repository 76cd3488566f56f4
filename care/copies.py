"""A copy of a client's record as a PDF, from its beginning to now. Only reads; whoever asks for it leaves a line first."""

from __future__ import annotations

import datetime as dt

from care import record
from care.record import Entry
from clients import asking
from clients.copies import Page, begin, line
from clients.models import Client, Submission
from practice import words
from practice.models import Practice


def pdf(client: Client, practice: Practice, now: dt.datetime) -> bytes:
    page = begin(f"Record, {client.ref}", practice, now)
    line(page, practice.name, size=10)
    line(page, "Record", size=18, style="B")
    for label, value in record.letterhead(client, practice, now):
        line(page, f"{label}: {value}")
    page.ln(4)
    entries = record.of(client, now)[::-1]
    for entry in entries:
        _write(page, entry, practice)
    if not entries:
        line(page, "Nothing is kept yet.")
    return bytes(page.output())


def _write(page: Page, entry: Entry, practice: Practice) -> None:
    line(page, f"{words.moment(entry.at, practice.zone)} · {entry.who}", size=8)
    line(page, entry.title, size=11, style="B")
    for label, value in (*entry.facts, *entry.proofs):
        line(page, f"{label}: {value}")
    if entry.form:
        _answers(page, entry.form)
    page.ln(3)


def _answers(page: Page, form: Submission) -> None:
    for title, told in asking.told(form):
        line(page, title, style="B")
        for each in told:
            line(page, f"{each.words} {'; '.join(each.lines)}")

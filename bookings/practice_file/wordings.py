"""The practice's own words of its messages in a practice file: what is wrong with them, and writing them in. Matched by
message and channel; the shipped words are no rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from bookings.practice_file.faults import Path
from bookings.practice_file.report import Report
from bookings.practice_file.sense import Sheet
from outbox import editing, registry, wording
from outbox.models import Channel, Wording
from outbox.registry import Kind
from outbox.wording import Words

Row = dict[str, Any]


def check(sheet: Sheet) -> None:
    """Adds what is wrong with each: a message or channel that there is not, the same one twice, words that cannot be used."""
    seen: set[tuple[str, str]] = set()
    for at, row in sheet.rows("wordings"):
        name, channel = sheet.value(at, row, "message"), sheet.value(at, row, "channel") or Channel.EMAIL
        kind = _kind(name)
        if name is not None and (kind is None or channel not in wording.channels_of(kind)):
            sheet.faults.add((*at, "message"), f"there is no message {name} by {channel}")
        elif (name, channel) in seen:
            sheet.faults.add((*at, "message"), f"{name} by {channel} stands twice")
        elif kind is not None and sheet.faults.is_sound(at):
            _check_words(sheet, at, kind, channel, _words(row))
        seen.add((name, channel))


def _check_words(sheet: Sheet, at: Path, kind: Kind, channel: str, words: Words) -> None:
    if bool(words.subject) != (channel == Channel.EMAIL):
        sheet.faults.add((*at, "subject"), "an e-mail has a subject, a text message has none")
    for field, sentences in wording.faults_of(kind, channel, words).items():
        if sentences:
            sheet.faults.add((*at, field), " ".join(sentences))


def write(rows: Sequence[Row], now: dt.datetime, report: Report) -> None:
    for row in rows:
        kind, channel, words = _kind(row["message"]), row.get("channel", Channel.EMAIL), _words(row)
        if kind is None:
            continue
        here = Wording.objects.filter(kind=kind.name, channel=channel, language="").first()
        is_changed = here is None or (here.subject, here.text) != (words.subject, words.text)
        if is_changed:
            editing.save(kind, channel, words, by=None, now=now)
        report.settle("wordings", is_new=here is None, is_changed=is_changed)


def _kind(name: Any) -> Kind | None:
    kind = registry.named(name) if isinstance(name, str) else None
    return kind if kind is not None and kind.worded else None


def _words(row: Row) -> Words:
    return Words(" ".join(row.get("subject", "").split()), row["text"].replace("\r\n", "\n"))

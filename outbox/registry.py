"""The kinds of message: each app registers what it says, in its AppConfig.ready. The one place where control goes
upward while imports do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from outbox.models import Message


class Attachment(NamedTuple):
    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says. `kept` is the text without its signed links; that is what the row keeps."""

    subject: str
    text: str
    html: str
    kept: str
    attachments: tuple[Attachment, ...] = field(default_factory=tuple)


class Kind(NamedTuple):
    still_wanted: Callable[[Message, dt.datetime], bool]
    say: Callable[[Message, dt.datetime], Said]


_kinds: dict[str, Kind] = {}


def register(
    name: str, still_wanted: Callable[[Message, dt.datetime], bool], say: Callable[[Message, dt.datetime], Said]
) -> None:
    _kinds[name] = Kind(still_wanted, say)


def kind_of(message: Message) -> Kind:
    """Raises KeyError for a kind nobody registered."""
    return _kinds[message.kind]

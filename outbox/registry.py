"""The kinds of message: each app registers what it says, in its AppConfig.ready. The one place where control goes
upward while imports do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from outbox.models import Message
from outbox.parts import Context

GROUPS = {
    "booking": "Bookings",
    "reminder": "Reminders",
    "care": "Before and after a session",
    "forms": "Forms",
    "message": "Messages waiting",
    "security": "Accounts and security",
    "staff": "To the practice",
    "cover": "Working alone",
}
"""What a kind is of, in the order in which they are shown."""


class NotWanted(Exception):
    """Raised by `still_wanted` instead of False where staff should read why it does not go out."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotYet(Exception):
    """Raised by `still_wanted` where it is wanted, and later: it waits until then."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Attachment(NamedTuple):
    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says; a text message has only its text. `kept` is the text without its links; that is what the row
    keeps."""

    subject: str
    text: str
    html: str
    kept: str
    attachments: tuple[Attachment, ...] = field(default_factory=tuple)


StillWanted = Callable[[Message, dt.datetime], bool]
Say = Callable[[Message, dt.datetime], Said]


def _nothing(channel: str) -> Context:
    return {}


def _same_address(message: Message) -> str:
    return message.user.email if message.user and message.channel == "email" else message.recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str
    still_wanted: StillWanted
    say: Say
    title: str = ""
    """What people call it, like “Booking confirmed”."""
    group: str = "staff"
    """One of GROUPS."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    """What may stand in its wording, and what each stands for."""
    sample: Callable[[str], Context] = _nothing
    """Values for a preview on that channel: nobody's."""
    needs: tuple[str, ...] = ()
    """Placeholders without which the message would be of no use."""
    in_sms: tuple[str, ...] = ()
    """Placeholders that may stand in a text message."""
    worded: bool = True
    """Whether the practice may word it; a test has no words of its own."""
    is_shown: bool = True
    """Whether the practice's log has it: nobody beside the screen may find that help was called, nor that it was not."""
    address: Callable[[Message], str] = _same_address
    """Where it would go today; empty where nowhere."""
    load: Callable[[Sequence[Message]], None] | None = None
    """Fetches at once what `still_wanted` and `say` ask of each of these rows, into each row's `loaded`."""


_kinds: dict[str, Kind] = {}


def register(name: str, still_wanted: StillWanted, say: Say, **more: object) -> None:
    """`more`: title, group, placeholders and sample, and what else a Kind may have."""
    _kinds[name] = Kind(name=name, still_wanted=still_wanted, say=say, **more)  # type: ignore[arg-type]


def kind_of(message: Message) -> Kind:
    """Raises KeyError for a kind nobody registered."""
    return _kinds[message.kind]


def kinds() -> list[Kind]:
    """All that the practice may word, group by group, in the order in which they were registered."""
    order = list(GROUPS)
    return sorted((kind for kind in _kinds.values() if kind.worded), key=lambda kind: order.index(kind.group))


def not_shown() -> list[str]:
    return [kind.name for kind in _kinds.values() if not kind.is_shown]


def named(name: str) -> Kind | None:
    return _kinds.get(name)


def title_of(name: str) -> str:
    """What people call a kind; something readable also for one that is no longer registered."""
    kind = _kinds.get(name)
    return kind.title if kind and kind.title else name.replace("_", " ").capitalize()

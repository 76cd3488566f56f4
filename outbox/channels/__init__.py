"""The ways out: one module a channel, named as `Message.channel` names it, each with a class `Line`.

A line is opened for a sweep, sends message after message, and says in plain words what went wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from outbox.models import Message
from outbox.registry import Said


class SendingFailed(Exception):
    """The words are for the practice's people."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Refused(SendingFailed):
    """For good: the address or the message will not get better by waiting."""


class NotNow(SendingFailed):
    """This message was not taken this time; the next one may well be."""


class OutOfOrder(SendingFailed):
    """It is the channel that does not work, whichever message it is."""


class Line(Protocol):
    def open(self) -> None:
        """Connects where there is something to connect to. Raises OutOfOrder."""

    def send(self, message: Message, said: Said) -> str:
        """Hands the message over; gives what the provider calls it, if anything. Raises a SendingFailed."""
        ...

    def close(self) -> None:
        """Never raises; also after a failure."""


def line(channel: str) -> Line:
    """A line of that channel, not yet open."""
    found: Line = import_module(f"outbox.channels.{channel}").Line()
    return found


def address(channel: str, raw: str) -> str:
    """Where that channel would really send to. Raises Refused, in words, for what is no single address."""
    found: str = import_module(f"outbox.channels.{channel}").address(raw)
    return found

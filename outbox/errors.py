"""What can stand in the way of a message that somebody asks for, of the family of `practice.errors`."""

from __future__ import annotations

from practice.errors import Refusal


class NotSent(Refusal):
    code = "conflict"
    sentence = "This cannot be sent."


class OnItsWay(NotSent):
    sentence = "This message is on its way already."


class NoLongerSo(NotSent):
    sentence = "What this message says is no longer so, or is no longer wanted, so it is not sent again."


class TooLate(NotSent):
    sentence = "It is too late to send this again: what it was about is over."


class NoAddress(NotSent):
    code = "invalid"
    sentence = "There is no address to send it to. Please add one first."


class NoNumber(NotSent):
    code = "invalid"
    sentence = "That is not a telephone number."

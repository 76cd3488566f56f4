"""What can stand in the way in the room and before it, of the family of `practice.errors`."""

from __future__ import annotations

from bookings.errors import Conflict
from clients.errors import Declined


class SheetLocked(Declined):
    code = "conflict"
    sentence = "This sheet was agreed when the session began. It can only be narrowed now."


class SheetAgreed(Declined):
    code = "conflict"
    sentence = "You have gone through this sheet together with your therapist. Tell them what should be different."


class NoSheetNow(Declined):
    code = "conflict"
    sentence = "This sheet belongs to a session that is not to come any more."


class SheetMissing(Conflict):
    sentence = "Please fill in the boundary sheet together first; it is locked when the session starts."


class Widened(Declined):
    sentence = "What was agreed at the start can be narrowed during the session, never widened."


class ConversationOver(Declined):
    code = "conflict"
    sentence = "This conversation is closed. You can still write or call the practice."


class NothingWritten(Declined):
    sentence = "Please write something first."


class TooMuchAtOnce(Declined):
    sentence = "Please wait for an answer to what you have written; the therapist reads all of it."


class NoMessages(Declined):
    code = "not_available"
    sentence = "We are sorry: messages are not possible."


class NotToRefuse(Declined):
    code = "conflict"
    sentence = "This booking is over already, so there is nothing to refuse any more."


class NoFeeForThis(Declined):
    sentence = "A risk to health, or not being ready, never costs a client anything. Please refuse without a fee."


class ReplyNeeded(Declined):
    sentence = "Please choose what the client is told."

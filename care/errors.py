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


class NoNoteYet(Declined):
    code = "conflict"
    sentence = "There is no note to write: this session has not taken place."


class NotSignedYet(Declined):
    code = "conflict"
    sentence = "This note is still a draft. Please change it and sign it; a signed note is amended."


class NotOverYet(Declined):
    code = "conflict"
    sentence = "A note is signed once the session has taken place. It is kept as a draft until then; please end the session first."


class NoteSigned(Declined):
    code = "conflict"
    sentence = "This note was signed in the meantime and stays as it is. You can add an amendment beside it."


class NoteStands(Conflict):
    sentence = (
        "There is a signed note of this session, so it took place. If that is not so, please ask the therapist to say it in "
        "an amendment to the note."
    )


class NoteChanged(Declined):
    code = "conflict"
    sentence = (
        "This note was saved in another window since you opened it. What you typed is still here, and nothing is "
        "overwritten yet: please compare the two, then save once more."
    )


class EmptyNote(Declined):
    sentence = "Please write something first, or choose areas, or fill in the chart."


class NothingDone(Declined):
    sentence = "Please write what was done before you sign."


class NothingToShare(Declined):
    code = "conflict"
    sentence = "There is nothing to share here: it is not signed yet, or nothing was written."

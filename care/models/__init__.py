"""What happens in the room and before it. Tables only; each is written by the verbs of one module beside this package."""

from care.models.chart import EnergyChart
from care.models.conversation import CannedReply, Conversation, ConversationState, Line, WatchedWord
from care.models.incident import Consequence, Ending, Ground, Incident, Refusal, Severity
from care.models.note import Amendment, NoteSection, NoteState, Phrase, SessionNote
from care.models.record import Record
from care.models.reflection import Reflection
from care.models.sheet import BoundarySheet, Covering, FilledBy, Narrowing, Pressure

__all__ = [
    "Amendment",
    "BoundarySheet",
    "CannedReply",
    "Consequence",
    "Conversation",
    "ConversationState",
    "Covering",
    "Ending",
    "EnergyChart",
    "FilledBy",
    "Ground",
    "Incident",
    "Line",
    "Narrowing",
    "NoteSection",
    "NoteState",
    "Phrase",
    "Pressure",
    "Record",
    "Reflection",
    "Refusal",
    "SessionNote",
    "Severity",
    "WatchedWord",
]

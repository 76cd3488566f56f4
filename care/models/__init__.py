"""What happens in the room and before it. Tables only; each is written by the verbs of one module beside this package."""

from care.models.chart import EnergyChart
from care.models.conversation import CannedReply, Conversation, ConversationState, Line, WatchedWord
from care.models.cover import Cover, NamedPerson
from care.models.incident import Consequence, Ending, Ground, Incident, Refusal, Severity
from care.models.note import Amendment, NoteSection, NoteState, Phrase, SessionNote
from care.models.plan import Plan, PlannedSession
from care.models.reflection import Reflection
from care.models.sheet import BoundarySheet, Covering, FilledBy, Narrowing, Pressure

__all__ = [
    "Amendment",
    "BoundarySheet",
    "CannedReply",
    "Consequence",
    "Conversation",
    "ConversationState",
    "Cover",
    "Covering",
    "Ending",
    "EnergyChart",
    "FilledBy",
    "Ground",
    "Incident",
    "Line",
    "NamedPerson",
    "Narrowing",
    "NoteSection",
    "NoteState",
    "Phrase",
    "Plan",
    "PlannedSession",
    "Pressure",
    "Reflection",
    "Refusal",
    "SessionNote",
    "Severity",
    "WatchedWord",
]
